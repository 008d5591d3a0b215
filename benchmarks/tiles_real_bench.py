"""The pyramid of the CBS buurten of 2016 at full resolution, 3.2 million vertices, where that file is at hand.

The file has superseded rows, codes that occur twice, invalid polygons and areas on one another. What is done about each
is said in a row; readers of Zicht refuse such a file until they are asked to repair it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np

from benchmarks.beside import shared_data
from benchmarks.tiles_bench import Row, measured, promises
from benchmarks.tiles_peers import TOOLS, absent, as_layer
from benchmarks.tiles_world import distinct
from geo.overlaps import cut_overlaps
from geo.polygons import repair_polygons

FILE = "boundaries/cbs_buurt_2016_fullres_wof_rd.parquet"


def run() -> list[Row]:
    """Measure, and refuse to report a drawing that breaks its promises."""
    file = shared_data() / FILE
    if not file.is_file():
        return [("tiles of the buurten of 2016", 0.0, 0.0, f"there is no {FILE}")]
    start = time.perf_counter()
    frame, note = cleaned(file)
    rows = [("buurten of 2016 made a coverage", time.perf_counter() - start, 0.0, note)]
    layer = as_layer(frame)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "buurten.parquet")
        frame.to_parquet(source)
        found = {tool: measured(tool, source, Path(folder, f"{tool}.pmtiles")) for tool in TOOLS if not absent(tool)}
        seconds, note = found["ours"]
        vertices, different = distinct(layer)
        what = f"tiles of {len(layer):,} areas, {vertices / 1e6:.2f} M vertices ({different / 1e6:.2f} M)"
        rows.append((what, seconds, 0.0, note))
        rows += [(f"  beside {tool}", seconds, *found[tool]) for tool in found if tool != "ours"]
        return rows + promises(layer, Path(folder, "ours.pmtiles").read_bytes())


def cleaned(file: Path) -> tuple[gpd.GeoDataFrame, str]:
    """Return codes and geometries that form a coverage, and what it took."""
    frame = gpd.read_parquet(file, columns=["BU_CODE", "superseded", "lastmod", "geometry"])
    current = frame[~frame.superseded].sort_values(["BU_CODE", "lastmod"])
    once = current.drop_duplicates("BU_CODE", keep="last")
    code = once.BU_CODE.to_numpy(dtype=np.str_)
    geometry, repaired = repair_polygons(once.geometry.to_numpy())
    geometry, cuts = cut_overlaps(geometry, code, where=file.name)
    note = (
        f"{len(frame) - len(current)} superseded rows and {len(current) - len(once)} older ones of the same code left "
        f"out, {repaired.sum()} polygons repaired, {len(cuts)} overlaps cut"
    )
    return gpd.GeoDataFrame({"code": code}, geometry=list(geometry), crs=28992), note
