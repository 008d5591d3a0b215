"""Assignment against brute force: exact, one area a point, totals conserved."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assign import assign, assign_by_raster, assign_by_tree
from geo.interior import BORDER, OUTSIDE, interior_raster, labelled, patches
from tests.geo.places import SOUTH, WEST, box, layer, voronoi

EXTENT = box(0, 0, 8, 6)
CORNER = np.array([WEST, SOUTH])
BOTH = [assign_by_tree, assign_by_raster]


def brute(x, y, geometry):
    """The lowest area that a point touches, asked of every area in turn."""
    out = np.full(len(x), -1, dtype=np.int32)
    for fid in reversed(range(len(geometry))):
        if geometry[fid] is not None:
            out[shapely.intersects(geometry[fid], shapely.points(x, y))] = fid
    return out


def partition(seed, number=40):
    """Irregular areas, some of them in several parts, in no order of place."""
    rng = np.random.default_rng(seed)
    points = np.column_stack([rng.uniform(0, 8_000, number), rng.uniform(0, 6_000, number)]) + CORNER
    cells = voronoi([tuple(point) for point in points], EXTENT)
    pairs = [
        shapely.union_all(cells[at : at + 1] if at % 5 else cells[at : at + 2])
        for at in range(len(cells))
        if (at - 1) % 5
    ]
    return layer([pairs[at] for at in rng.permutation(len(pairs))])


def probes(geometry, seed, number=2_000):
    """Points all over and around, and on every corner and middle of an edge, and a hair's breadth beside."""
    rng = np.random.default_rng(seed)
    spread = np.column_stack([rng.uniform(-500, 8_500, number), rng.uniform(-500, 6_500, number)]) + CORNER
    corner = shapely.get_coordinates(geometry)
    middle = (corner[1:] + corner[:-1]) / 2
    close = np.concatenate([corner, middle])
    return np.concatenate([spread, close, close + 1e-9, close - 1e-9, close + 1e-6]).T


@pytest.mark.parametrize("find", BOTH)
@pytest.mark.parametrize("seed", range(4))
def test_assignment_is_exact(find, seed):
    areas = partition(seed)
    x, y = probes(areas.geometry, seed)
    np.testing.assert_array_equal(find(x, y, areas.geometry), brute(x, y, areas.geometry))


@pytest.mark.parametrize("find", BOTH)
def test_overlaps_holes_and_absent_polygons_are_exact_too(find):
    ring = box(0, 0, 4, 4).difference(box(1, 1, 2, 2))
    areas = layer([None, ring, box(3, 0, 3, 3), box(1.5, 1.5, 0.5, 0.5), None, box(3, 0, 3, 3)])
    x, y = probes(areas.geometry[[1, 2, 3]], 7)
    found = find(x, y, areas.geometry)
    np.testing.assert_array_equal(found, brute(x, y, areas.geometry))
    assert set(found.tolist()) == {-1, 1, 2, 3}


@pytest.mark.parametrize("find", BOTH)
def test_a_shared_border_belongs_to_the_lowest_area(find):
    areas = layer([box(1, 0), box(0, 0), box(0, 1), box(1, 1)])
    x = np.array([1.0, 1.0, 0.5, 1.0, 0.0, 2.0, 2.1]) * 1000 + WEST
    y = np.array([0.5, 1.0, 1.0, 1.5, 0.0, 2.0, 0.5]) * 1000 + SOUTH
    assert find(x, y, areas.geometry).tolist() == [0, 0, 1, 2, 1, 3, -1]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(st.floats(-1, 9), st.floats(-1, 7)), min_size=1, max_size=60))
def test_totals_are_conserved(seed, places):
    areas = partition(seed % 8, 12)
    x, y = np.array(places).T * 1000 + np.array([[WEST], [SOUTH]])
    found = assign(x, y, areas)
    assert ((found >= -1) & (found < len(areas))).all()
    counts = np.bincount(found[found >= 0], minlength=len(areas))
    within = shapely.intersects(EXTENT, shapely.points(x, y))
    # A partition of the extent: whoever is well inside it is in exactly one area.
    assert counts.sum() == (found >= 0).sum()
    well = shapely.intersects(EXTENT.buffer(-1e-6), shapely.points(x, y))
    assert (found[well] >= 0).all()
    assert (found[~within & ~shapely.dwithin(EXTENT, shapely.points(x, y), 1e-6)] == -1).all()


@given(st.permutations(range(30)))
def test_the_order_of_points_does_not_matter(order):
    areas = partition(1, 12)
    x, y = np.column_stack([np.linspace(0, 8_000, 30), np.linspace(6_000, 0, 30)]).T + np.array([[WEST], [SOUTH]])
    at = np.array(order)
    np.testing.assert_array_equal(assign(x[at], y[at], areas), assign(x, y, areas)[at])


def test_unknown_coordinates_belong_nowhere():
    areas = layer([box(0, 0)])
    x = np.array([np.nan, WEST + 500, WEST + 500, np.inf])
    y = np.array([SOUTH + 500, np.nan, SOUTH + 500, SOUTH + 500])
    found = assign(x, y, areas)
    assert found.tolist() == [-1, -1, 0, -1]
    assert found.dtype == np.int32


def test_no_points_and_no_polygons_give_no_areas():
    nothing = np.zeros(0)
    assert assign(nothing, nothing, layer([box(0, 0)])).shape == (0,)
    assert assign(np.array([WEST]), np.array([SOUTH]), layer([None])).tolist() == [-1]
    assert assign(np.array([WEST]), np.array([SOUTH]), layer([])).tolist() == [-1]


def test_many_points_take_the_raster_and_few_the_tree(monkeypatch):
    areas = partition(2)
    x, y = probes(areas.geometry, 2)
    expected = assign(x, y, areas)
    monkeypatch.setattr("geo.assign.RASTER_FROM", 1)
    np.testing.assert_array_equal(assign(x, y, areas), expected)


@pytest.mark.parametrize("cells", [50, 1_000, 40_000])
def test_a_cell_that_a_border_touches_is_never_labelled(cells):
    areas = partition(3)
    raster = interior_raster(areas.geometry, cells)
    rows, columns = raster.label.shape
    row, column = np.divmod(np.arange(rows * columns), columns)
    west, south = raster.west + column * raster.cell, raster.south + row * raster.cell
    squares = shapely.box(west, south, west + raster.cell, south + raster.cell)
    touched = np.unique(shapely.STRtree(squares).query(shapely.boundary(areas.geometry), predicate="intersects")[1])
    assert (raster.label.reshape(-1)[touched] == BORDER).all()
    # And not everything is given up: beyond coarse rasters most cells are free.
    assert cells < 40_000 or (raster.label == BORDER).mean() < 0.25


def test_patches_get_the_area_of_their_point():
    areas = layer([box(0, 0), box(1, 0)])
    bare = interior_raster(areas.geometry, 2_000)
    number, middle = patches(bare)
    assert len(middle) == 3
    raster = labelled(bare, number, assign_by_tree(middle[:, 0], middle[:, 1], areas.geometry))
    x, y = np.array([0.5, 1.5, -0.04, -5.0]) * 1000 + WEST, np.array([0.5, 0.5, 0.5, 0.5]) * 1000 + SOUTH
    assert raster.look_up(x, y).tolist() == [0, 1, OUTSIDE, OUTSIDE]
    assert raster.look_up(np.array([WEST + 1000]), np.array([SOUTH + 500])).tolist() == [BORDER]


def test_arguments_are_left_alone():
    areas = partition(4)
    x, y = probes(areas.geometry, 4)
    before = x.copy(), y.copy(), areas.geometry.copy()
    assign_by_raster(x, y, areas.geometry)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])
    assert shapely.equals_exact(areas.geometry, before[2], 0).all()
