"""Packages without a clock: what was changed when, and how often, is in no byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
import shapely

from geo.packages import append_layer, settle

MOMENT = "2001-02-03T04:05:06.000Z"


def written(path):
    shape = shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])
    append_layer(path, "een", gpd.GeoDataFrame({"code": ["a"]}, geometry=[shape], crs=28992))
    append_layer(path, "twee", gpd.GeoDataFrame({"code": ["b", "c"]}, geometry=[shape, None], crs=28992))
    return path


def test_neither_time_nor_number_of_changes_is_in_the_file(tmp_path):
    one, other = written(tmp_path / "one.gpkg"), written(tmp_path / "other.gpkg")
    with closing(sqlite3.connect(other)) as database:
        for moment in ("1999-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"):
            database.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
            database.commit()
    for path in (one, other):
        settle(path, moment=MOMENT)
    assert one.read_bytes() == other.read_bytes()
    with closing(sqlite3.connect(one)) as database:
        assert database.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall() == [(MOMENT,)]


def test_a_package_that_cannot_be_packed_stays_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "geen.gpkg"
    path.write_bytes(b"no database at all, and long enough to be looked at" * 40)
    with pytest.raises(sqlite3.DatabaseError):
        settle(path, moment=MOMENT)
    assert path.read_bytes().startswith(b"no database")
    assert [one.name for one in tmp_path.iterdir()] == ["geen.gpkg"]


def test_layers_read_back_in_the_order_of_writing(tmp_path):
    path = written(tmp_path / "lagen.gpkg")
    settle(path, moment=MOMENT)
    assert gpd.list_layers(path)["name"].tolist() == ["een", "twee"]
    again = gpd.read_file(path, layer="twee")
    assert again["code"].tolist() == ["b", "c"]
    assert again.geometry.isna().tolist() == [False, True]
