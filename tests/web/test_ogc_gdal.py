"""GDAL's own client of OGC API - Tiles reads the published figures from a running server."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pyproj

from tests.support import tiny_world as world
from tests.web.browser import running
from web.app import create_app
from zicht.published import ColumnKey, Measure

KEY = ColumnKey(world.LABS, "2024", "buurt", "", Measure.COUNT)
NAME = f"buurt.{world.LABS}.2024.count"

# In a process of its own: GDAL keeps Python's lock while it waits for the server.
READ = """
import json, sys, pyogrio
source, sides = sys.argv[1], json.loads(sys.argv[2])
found = pyogrio.read_dataframe(source, layer="Zoom level 9", **sides)
columns = {name: found[name].tolist() for name in ("code", "status", "value")}
json.dump({"epsg": found.crs.to_epsg()} | columns, sys.stdout)
"""


def test_gdal_reads_the_published_figures(release):
    app = create_app(release)
    place = app.test_client().get(f"/ogc/collections/{NAME}").json["extent"]["spatial"]["bbox"][0]
    # It takes the extent for places in the tiles' own system, so it must be told where they lie.
    metres = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    west, south = metres.transform(*place[:2])
    east, north = metres.transform(*place[2:])
    sides = json.dumps({"MINX": str(west), "MINY": str(south), "MAXX": str(east), "MAXY": str(north)})
    with running(app) as root:
        command = [sys.executable, "-c", READ, f"OGCAPI:{root}/ogc/collections/{NAME}", sides]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)

    column = release.values.column(KEY)
    at = np.searchsorted(column.code, found["code"])
    assert found["epsg"] == 3857
    assert set(found["code"]) == set(column.code.tolist())
    assert found["status"] == column.status[at].tolist()
    np.testing.assert_array_equal(found["value"], column.value[at])
