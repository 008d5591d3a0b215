"""Reading vector files: nothing is lost, moved or guessed in silence."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.vector_files import declared_count, field_names, layer_names, read_features
from tests.geo.places import box, tables, write
from zicht.errors import BoundaryError, CRSMismatchError, SchemaError

SQUARE = {"type": "Polygon", "arcs": [[0]]}


@pytest.fixture
def package(tmp_path):
    return write(tmp_path / "kaart.gpkg", tables())


def topojson(path, kinds):
    """Write a TopoJSON file with one object for each kind: a square, or null as publishers write lost areas."""
    geometries = [
        {**(SQUARE if kind else {"type": None}), "properties": {"code": str(at)}} for at, kind in enumerate(kinds)
    ]
    ring = [[150000, 450000], [151000, 450000], [151000, 451000], [150000, 450000]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    document = {
        "type": "Topology",
        "crs": crs,
        "arcs": [ring],
        "objects": {"areas": {"type": "GeometryCollection", "crs": crs, "geometries": geometries}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_layers_and_fields_are_listed(package):
    assert layer_names(package) == ["gemeenten", "wijken", "buurten"]
    assert field_names(package, "wijken")[:2] == ("wijkcode", "wijknaam")


def test_features_come_in_the_order_of_the_file(package):
    features = read_features(package, "gemeenten", ["gemeentecode", "jaar"])
    assert features.columns["gemeentecode"].tolist() == ["GM9002", "GM9001", "GM9001", "GM0998"]
    assert set(features.columns) == {"gemeentecode", "jaar"}
    assert shapely.equals(features.geometry[1], box(0, 0, 4))


def test_an_unknown_layer_names_those_there_are(package):
    with pytest.raises(SchemaError, match=r"no layer 'straten'\. Found: gemeenten, wijken, buurten"):
        read_features(package, "straten", [])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BoundaryError, match=r"weg\.gpkg: There is no such file"):
        layer_names(tmp_path / "weg.gpkg")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.95, 0.999])
def test_a_truncated_geopackage_is_refused_with_a_remedy(package, share):
    whole = package.read_bytes()
    package.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BoundaryError) as caught:
        read_features(package, "buurten", ["buurtcode"])
    assert str(package) in str(caught.value)
    assert caught.value.remedy


def test_a_geopackage_with_a_damaged_page_is_refused_also_for_its_other_layers(package):
    whole = bytearray(package.read_bytes())
    with closing(sqlite3.connect(package)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'buurten'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    whole[(page - 1) * size : page * size] = bytes(size)
    package.write_bytes(whole)
    with pytest.raises(BoundaryError, match="cannot be read"):
        read_features(package, "wijken", ["wijkcode"])


@pytest.mark.parametrize("suffix", ["geojson", "parquet"])
def test_other_truncated_files_are_refused_with_a_remedy(tmp_path, suffix):
    frame = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[box(0, 0), box(1, 0)], crs=28992)
    path = tmp_path / f"kaart.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path, driver="GeoJSON")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * 0.6)])
    with pytest.raises(BoundaryError, match="cannot be read") as caught:
        read_features(path, "kaart", ["code"])
    assert "fetch it again" in caught.value.remedy


def test_geoparquet_is_read(tmp_path):
    path = tmp_path / "kaart.parquet"
    gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[box(0, 0), box(1, 0)], crs=28992).to_parquet(path)
    features = read_features(path, "kaart", ["code"])
    assert features.columns["code"].tolist() == ["a", "b"]
    assert features.geometry[1].equals(box(1, 0))


def test_objects_of_null_type_are_counted_although_the_reader_drops_them(tmp_path):
    path = topojson(tmp_path / "kaart.topojson", [True, False, True, False, False])
    assert declared_count(path, "areas") == 5
    with pytest.raises(BoundaryError, match="declares 5 features, but 2 could be read: 3 would be lost"):
        read_features(path, "areas", ["code"])


def test_a_complete_topojson_is_read(tmp_path):
    features = read_features(topojson(tmp_path / "kaart.topojson", [True, True]), "areas", ["code"])
    assert features.columns["code"].tolist() == ["0", "1"]


def test_a_row_count_that_disagrees_is_an_error(package, monkeypatch):
    monkeypatch.setattr("geo.vector_files._sqlite_count", lambda *_: 9)
    with pytest.raises(BoundaryError, match="declares 9 features, but 8 could be read"):
        read_features(package, "buurten", ["buurtcode"])


def test_degrees_are_refused_and_moved_only_when_asked(tmp_path):
    lonlat = gpd.GeoDataFrame({"code": ["a"]}, geometry=[box(0, 0)], crs=28992).to_crs(4326)
    path = write(tmp_path / "graden.gpkg", {"vakken": lonlat}, crs=4326)
    with pytest.raises(CRSMismatchError) as caught:
        read_features(path, "vakken", ["code"])
    for part in ("graden.gpkg, layer vakken", "WGS 84", "EPSG:28992", "reproject"):
        assert part in str(caught.value)
    moved = read_features(path, "vakken", ["code"], reproject=True).geometry[0]
    assert shapely.hausdorff_distance(moved, box(0, 0)) < 0.01


def test_an_unstated_reference_system_cannot_be_moved_either(tmp_path):
    path = write(tmp_path / "los.gpkg", {"vakken": {"code": ["a"], "geometry": [box(0, 0)]}})
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        database.execute("UPDATE gpkg_contents SET srs_id = -1")
        database.commit()
    for reproject in (False, True):
        with pytest.raises(CRSMismatchError, match=r"los\.gpkg, layer vakken: No coordinate reference"):
            read_features(path, "vakken", ["code"], reproject=reproject)


def test_rd_with_heights_is_rd_and_heights_are_dropped(tmp_path):
    solid = shapely.force_3d(box(0, 0), 12.0)
    path = write(tmp_path / "hoogte.gpkg", {"vakken": {"code": ["a"], "geometry": [solid]}}, crs=7415)
    read = read_features(path, "vakken", ["code"]).geometry[0]
    assert not shapely.has_z(read)
    assert read.equals(box(0, 0))


def test_reading_leaves_no_trace_beside_the_file(package):
    read_features(package, "buurten", ["buurtcode"])
    assert [one.name for one in package.parent.iterdir()] == ["kaart.gpkg"]
    assert np.array_equal(declared_count(package, "buurten"), 8)
