"""`areas.parquet`: read back by the release's reader, by geopandas, with the same bytes."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from geo.boundaries import load
from geo.grids import hex_layers
from geo.parquet import areas_table, write_areas
from tests.geo.places import box, layer, tables, without, write
from zicht.areas import COLUMNS, read_areas
from zicht.errors import AlignmentError


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    source = tables()
    source["buurten"] = without(source["buurten"], 5)
    path = write(tmp_path_factory.mktemp("p") / "kaart.gpkg", source)
    names = {"buurt": {"BU90020001": "Vijf", "BU90020002": "Weg"}}
    boundaries, _ = load(path, edition="2025", source="", remainders=True, expected=names)
    return {**boundaries.layers, **hex_layers([7, 8], boundaries)}


@pytest.fixture(scope="module")
def written(layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("q") / "areas.parquet"
    write_areas(layers, path)
    return path


def test_the_release_reads_the_same_areas(layers, written):
    read = read_areas(written)
    assert list(read) == list(layers) == ["country", "gemeente", "wijk", "buurt", "h3-7", "h3-8"]
    for level, one in layers.items():
        for part in ("code", "name", "parent", "kind"):
            assert getattr(read[level], part).tolist() == getattr(one, part).tolist()
        assert [read[level].fid(code) for code in one.code.tolist()] == list(range(len(one)))


def test_points_lie_inside_and_bounds_around(layers, written):
    read = read_areas(written)
    to_rd = pyproj.Transformer.from_crs(4326, 28992, always_xy=True)
    for level in ("country", "gemeente", "wijk", "buurt"):
        drawn = np.array([one is not None for one in layers[level].geometry])
        point = shapely.points(np.column_stack(to_rd.transform(*read[level].point[drawn].T)))
        assert shapely.dwithin(layers[level].geometry[drawn], point, 0.5).all()
        assert np.isnan(read[level].point[~drawn]).all()
        assert np.isnan(read[level].bounds[~drawn]).all()
    for level, one in read.items():
        known = ~np.isnan(one.point[:, 0])
        assert known.all() or level == "buurt"
        assert (one.bounds[known, :2] < one.point[known]).all()
        assert (one.bounds[known, 2:] > one.point[known]).all()
    country = read["country"].bounds[0]
    assert (country[:2] > [5.3, 52.0]).all()
    assert (country[2:] < [5.5, 52.1]).all()


def test_geopandas_reads_it_as_geoparquet(layers, written):
    frame = gpd.read_parquet(written)
    assert frame.crs.to_epsg() == 28992
    assert list(frame.columns) == [*COLUMNS, "geometry"]
    for level, one in layers.items():
        part = frame[frame.level == level]
        assert part.fid.tolist() == list(range(len(one)))
        for here, there in zip(part.geometry, one.geometry, strict=True):
            assert (here is None and there is None) or here.equals(there)
    assert frame[frame.level == "h3-8"].geometry.isna().all()


def test_the_metadata_follows_geoparquet_1_1(written):
    geo = json.loads(pq.read_schema(written).metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["MultiPolygon", "Polygon"] or column["geometry_types"] == ["Polygon"]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 28992}
    assert column["bbox"] == list(box(0, 0, 8).bounds)


def test_the_same_layers_give_the_same_bytes(layers, written, tmp_path):
    write_areas(layers, tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == written.read_bytes()


def test_coordinates_in_degrees_are_rounded(written):
    for level in read_areas(written).values():
        for numbers in (level.point, level.bounds):
            known = numbers[~np.isnan(numbers)]
            np.testing.assert_array_equal(known, np.round(known, 7))


def test_layers_are_filed_under_their_own_level():
    with pytest.raises(AlignmentError, match="filed under level wijk"):
        areas_table({"wijk": layer([box(0, 0)])})
    with pytest.raises(AlignmentError, match="at least one layer"):
        areas_table({})


def test_a_release_of_areas_without_any_polygon_is_possible(tmp_path):
    path = tmp_path / "areas.parquet"
    write_areas({"buurt": layer([None, None])}, path)
    assert np.isnan(read_areas(path)["buurt"].bounds).all()
    assert gpd.read_parquet(path).geometry.isna().all()
