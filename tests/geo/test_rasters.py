"""Zonal sums: exact shares of cells, totals conserved, what is wrong named."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine

from geo.grids import cells, hex_polygons
from geo.rasters import write_raster, zonal_sums
from tests.geo.places import SOUTH, WEST, box, objects, voronoi
from zicht.errors import AlignmentError, BoundaryError, CRSMismatchError

#: exactextract keeps the covered share of a cell in 32 bits: 6e-8 of a cell.
SHARE = 1e-6
NORTH = SOUTH + 6_000


def raster(tmp_path, amounts, name="inhabitants"):
    path = tmp_path / "raster.tif"
    write_raster(path, {name: amounts}, west=WEST, north=NORTH, cell=100.0)
    return path


def amounts(seed=0, rows=60, columns=80):
    return np.random.default_rng(seed).integers(0, 50, (rows, columns)).astype(float)


def brute(values, geometry):
    """Add up amount times covered share, cell by cell."""
    rows, columns = values.shape
    total = 0.0
    for row in range(rows):
        for column in range(columns):
            west, north = WEST + 100 * column, NORTH - 100 * row
            share = shapely.box(west, north - 100, west + 100, north).intersection(geometry).area / 1e4
            total += 0.0 if np.isnan(values[row, column]) else values[row, column] * share
    return total


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_partition_conserves_the_total(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    values = amounts(seed)
    points = np.column_stack([rng.uniform(0, 8_000, 25), rng.uniform(0, 6_000, 25)]) + np.array([WEST, SOUTH])
    parts = voronoi([tuple(one) for one in points], box(0, 0, 8, 6))
    sums = zonal_sums(raster(tmp_path_factory.mktemp("r"), values), objects(parts))["inhabitants"]
    assert sums.sum() == pytest.approx(values.sum(), rel=SHARE)
    assert (sums >= 0).all()


def test_hexes_around_a_raster_conserve_its_total(tmp_path):
    values = amounts(5)
    x, y = np.meshgrid(np.linspace(WEST - 500, WEST + 8_500, 90), np.linspace(SOUTH - 500, NORTH + 500, 70))
    hexes = hex_polygons(np.unique(cells(x.ravel(), y.ravel(), 8)), crs=28992)
    sums = zonal_sums(raster(tmp_path, values), hexes)["inhabitants"]
    # Neighbouring hexes share their corners: they tile the plane.
    assert sums.sum() == pytest.approx(values.sum(), rel=SHARE)


def test_a_cell_counts_for_its_covered_share(tmp_path):
    values = amounts(1, 8, 8)
    shapes = [
        shapely.Point(WEST + 320, NORTH - 410).buffer(233.3),
        shapely.box(WEST + 150, NORTH - 275, WEST + 225, NORTH - 50),
    ]
    sums = zonal_sums(raster(tmp_path, values), objects(shapes))["inhabitants"]
    np.testing.assert_allclose(sums, [brute(values, one) for one in shapes], rtol=SHARE)


def test_no_data_counts_as_nothing_and_no_polygon_as_unknown(tmp_path):
    values = amounts(2, 8, 8)
    values[:4] = np.nan
    north, south = (
        shapely.box(WEST, NORTH - 400, WEST + 800, NORTH),
        shapely.box(WEST, NORTH - 800, WEST + 800, NORTH - 300),
    )
    sums = zonal_sums(raster(tmp_path, values), objects([north, None, south, box(30, 30)]))["inhabitants"]
    np.testing.assert_allclose(sums, [0.0, np.nan, np.nansum(values), 0.0], rtol=SHARE)


def test_a_number_can_stand_for_no_data(tmp_path):
    path = tmp_path / "old.tif"
    profile = {"driver": "GTiff", "height": 2, "width": 2, "count": 1, "dtype": "int32", "crs": "EPSG:28992"}
    with rasterio.open(path, "w", **profile, nodata=-99997, transform=Affine(100, 0, WEST, 0, -100, NORTH)) as target:
        target.write(np.array([[5, -99997], [7, 0]], dtype=np.int32), 1)
    assert zonal_sums(path, objects([shapely.box(WEST, NORTH - 200, WEST + 200, NORTH)]))["band_1"].tolist() == [12.0]


def test_bands_keep_their_names(tmp_path):
    path = tmp_path / "two.tif"
    one, other = amounts(3), amounts(4)
    write_raster(path, {"inhabitants": one, "homes": other}, west=WEST, north=NORTH, cell=100.0)
    sums = zonal_sums(path, objects([box(0, 0, 8, 6)]))
    assert list(sums) == ["inhabitants", "homes"]
    assert sums["inhabitants"][0] == pytest.approx(one.sum(), rel=SHARE)
    assert sums["homes"][0] == pytest.approx(other.sum(), rel=SHARE)


def test_only_absent_polygons_are_all_unknown(tmp_path):
    assert np.isnan(zonal_sums(raster(tmp_path, amounts()), objects([None, None]))["inhabitants"]).all()
    assert zonal_sums(raster(tmp_path, amounts()), objects([]))["inhabitants"].shape == (0,)


def test_the_same_amounts_give_the_same_bytes(tmp_path):
    for name in ("a.tif", "b.tif"):
        write_raster(tmp_path / name, {"inhabitants": amounts()}, west=WEST, north=NORTH, cell=100.0)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_bands_of_different_shapes_are_refused(tmp_path):
    for bands in ({}, {"a": np.zeros((2, 2)), "b": np.zeros((2, 3))}):
        with pytest.raises(AlignmentError, match="one shape"):
            write_raster(tmp_path / "x.tif", bands, west=WEST, north=NORTH, cell=100.0)


def test_another_reference_system_is_refused(tmp_path):
    path = raster(tmp_path, amounts())
    with pytest.raises(CRSMismatchError, match="EPSG:28992, the areas in EPSG:4326"):
        zonal_sums(path, objects([box(0, 0)]), crs=4326)
    bare = tmp_path / "bare.tif"
    profile = {"driver": "GTiff", "height": 2, "width": 2, "count": 1, "dtype": "float64"}
    with rasterio.open(bare, "w", **profile, transform=Affine(100, 0, WEST, 0, -100, NORTH)) as target:
        target.write(np.ones((1, 2, 2)))
    with pytest.raises(CRSMismatchError, match="no stated"):
        zonal_sums(bare, objects([box(0, 0)]))


def test_a_raster_that_is_not_north_up_is_refused(tmp_path):
    path = tmp_path / "turned.tif"
    profile = {"driver": "GTiff", "height": 2, "width": 2, "count": 1, "dtype": "float64", "crs": "EPSG:28992"}
    with rasterio.open(path, "w", **profile, transform=Affine(100, 30, WEST, 0, -100, NORTH)) as target:
        target.write(np.ones((1, 2, 2)))
    with pytest.raises(BoundaryError, match="north up"):
        zonal_sums(path, objects([box(0, 0)]))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9])
def test_a_damaged_raster_is_named(tmp_path, share):
    path = raster(tmp_path, amounts())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BoundaryError, match=r"raster\.tif: The raster cannot be read"):
        zonal_sums(path, objects([box(0, 0)]))
