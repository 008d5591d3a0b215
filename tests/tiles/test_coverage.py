"""Topology, simplification and rounding: nothing invalid, nothing over another, borders kept, whatever the coverage."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import Layer
from tests.tiles.worlds import (
    coverages,
    cut_open,
    drawn,
    edges,
    far_from_outline,
    in_world_units,
    layer_of,
    lying_on_one_another,
    moved,
)
from tiles.coverage import TOLERANCE, project
from tiles.mercator import from_rd, metres
from tiles.scheme import unit_length
from zicht.errors import AlignmentError, BoundaryError, InvalidTopologyError

zooms = st.integers(5, 14)


def objects(*geometry):
    return np.array(geometry, dtype=object)


@given(coverages(), zooms)
@settings(max_examples=60)
def test_every_polygon_is_valid_on_whole_units_and_none_overlaps_another(layer, zoom):
    shapes = drawn(project(layer), zoom)
    left = shapes[~shapely.is_empty(shapes)]

    assert shapely.is_valid(left).all()
    assert not lying_on_one_another(left)
    assert not cut_open(left)
    assert np.array_equal(shapely.get_coordinates(left) % 1, np.zeros((shapely.get_num_coordinates(left).sum(), 2)))


@given(coverages(), zooms)
@settings(max_examples=60)
def test_the_whole_is_conserved(layer, zoom):
    coverage = project(layer)
    shapes = drawn(coverage, zoom)
    whole, exact = shapely.union_all(shapes), in_world_units(coverage, zoom)

    assert shapely.area(shapes).sum() == pytest.approx(shapely.area(whole))
    around = shapely.length(shapely.union_all(exact))
    assert abs(shapely.area(whole) - shapely.area(exact).sum()) <= (TOLERANCE + 1) * around + 1


@given(coverages(), zooms)
@settings(max_examples=60)
def test_no_border_moves_far(layer, zoom):
    assert moved(project(layer), zoom).max() <= TOLERANCE + 0.75


@given(coverages(smallest=5_000), st.integers(11, 14))
@settings(max_examples=60)
def test_a_border_has_two_sides_where_it_had_two(layer, zoom):
    coverage = project(layer)

    assert far_from_outline(coverage, drawn(coverage, zoom), zoom, TOLERANCE + 1.5) == 0


def test_a_lost_island_does_not_disturb_the_borders_of_the_rest():
    left, right = shapely.box(100_000, 450_000, 120_000, 470_000), shapely.box(120_000, 450_000, 140_000, 470_000)
    island = shapely.box(150_000, 460_000, 150_010, 460_010)
    with_island = drawn(project(layer_of(objects(left, shapely.MultiPolygon([right, island])))), 8)
    without = drawn(project(layer_of(objects(left, right))), 8)

    assert [shape.equals_exact(other) for shape, other in zip(with_island, without, strict=True)] == [True, True]


def test_the_projection_is_that_of_proj():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(20_000, 280_000, 500), rng.uniform(310_000, 610_000, 500)
    squares = shapely.box(x, y, x + 100, y + 100)
    coverage = project(layer_of(squares))
    # Vertices are numbered in the order in which they appear; the squares of this seed share none.
    points = np.round(shapely.get_coordinates(squares).reshape(-1, 5, 2)[:, :4].reshape(-1, 2), 3)
    theirs = pyproj.Transformer.from_crs(28992, 3857, always_xy=True).transform(*points.T)

    assert np.abs(metres(coverage.x, coverage.y) - np.array(theirs)).max() < 1e-3


def test_hexes_are_made_from_their_codes_and_drawn_exactly():
    code = np.array(["871969500ffffff", "871969501ffffff"])
    layer = Layer("h3-7", code, code, code, np.full(2, "hex"), np.full(2, None, dtype=object))
    coverage = project(layer)

    assert coverage.simplified is False
    assert shapely.get_num_coordinates(drawn(coverage, 10)).tolist() == [7, 7]
    once, shared = edges(drawn(coverage, 10))
    assert (len(once), len(shared)) == (10, 1)


def test_a_code_that_is_no_hex_is_refused():
    code = np.array(["BU01"])
    with pytest.raises(AlignmentError, match="BU01"):
        project(Layer("h3-7", code, code, code, code, objects(None)))


def test_areas_without_a_polygon_are_left_out_and_keep_their_number():
    shapes = objects(None, shapely.box(150_000, 450_000, 151_000, 451_000), None)

    assert project(layer_of(shapes)).areas.fid.tolist() == [1]
    with pytest.raises(BoundaryError, match="No area has a polygon"):
        project(layer_of(objects(None)))


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        (shapely.Polygon(), InvalidTopologyError),
        (shapely.Point(150_000, 450_000), InvalidTopologyError),
        (
            shapely.Polygon([(150_000, 450_000), (151_000, 451_000), (151_000, 450_000), (150_000, 451_000)]),
            InvalidTopologyError,
        ),
        (shapely.box(4, 50, 5, 51), BoundaryError),
    ],
    ids=["empty", "a point", "a bow tie", "degrees"],
)
def test_what_cannot_be_drawn_is_refused_by_name(shape, error):
    good = shapely.box(150_000, 450_000, 151_000, 451_000)
    with pytest.raises(error, match="BU00000001"):
        project(layer_of(objects(good, shape)))


def test_a_long_border_that_is_straight_in_rd_is_bent_alike_on_both_sides():
    north, south = shapely.box(20_000, 500_000, 80_000, 500_100), shapely.box(20_000, 499_900, 80_000, 500_000)
    coverage = project(layer_of(objects(north, south)))
    middle = from_rd(np.array([50_500.0]), np.array([500_000.0]))
    border = shapely.linestrings(
        next(
            np.column_stack([coverage.x, coverage.y])[coverage.arcs.vertex[slice(*coverage.arcs.start[arc : arc + 2])]]
            for arc in np.flatnonzero(np.bincount(coverage.arcs.half >> 1) == 2)
        )
    )

    # Half a millimetre is a unit of the plane; without vertices between it would be 90 m off.
    assert shapely.distance(shapely.points(middle[:, 0]), border) * unit_length(24) < 0.2
    assert far_from_outline(coverage, drawn(coverage, 14), 14, 2) == 0


def test_vertices_a_hair_apart_are_one():
    left = shapely.box(150_000, 450_000, 151_000, 451_000)
    right = shapely.box(151_000.0003, 450_000.0002, 152_000, 451_000.0004)
    arcs = project(layer_of(objects(left, right))).arcs

    assert len(arcs.start) - 1 == 3
    assert np.bincount(arcs.half >> 1).tolist().count(2) == 1


@pytest.mark.parametrize("share", [1.0, 0.5], ids=["the same twice", "a border on one side of both"])
def test_areas_on_one_another_are_refused_by_name(share):
    one, other = shapely.box(150_000, 450_000, 152_000, 451_000), shapely.box(150_000, 450_000, 152_000, 452_000)
    twice = shapely.box(150_000, 450_000, 150_000 + 2000 * share, 451_000) if share == 1 else other
    with pytest.raises(InvalidTopologyError, match="BU00000000 and BU00000001"):
        project(layer_of(objects(one, twice)))


def test_a_sliver_thinner_than_a_millimetre_is_no_overlap():
    left, right = shapely.box(150_000, 450_000, 151_000, 451_000), shapely.box(151_000, 450_000, 152_000, 451_000)
    hair = shapely.box(151_000, 450_000, 151_000.0004, 451_000)

    assert len(project(layer_of(objects(left, right, hair))).areas.fid) == 3


def test_a_border_is_not_straightened_over_an_island_in_its_notch():
    for shift in np.arange(0, 3, 0.2):
        corner = np.array([150_000 + shift, 450_000 + 0.7 * shift])
        notched = np.array([(0, 0), (100, 0), (100, 100), (70, 100), (50, 97.4), (30, 100), (0, 100)]) + corner
        island = np.array([(44, 99.9), (56, 99.9), (50, 98.3)]) + corner
        shapes = drawn(project(layer_of(objects(shapely.Polygon(notched), shapely.Polygon(island)))), 12)
        assert shapely.area(shapes).sum() == shapely.area(shapely.union_all(shapes))


def test_an_island_as_low_as_the_tolerance_keeps_its_corners():
    corners = np.array([(0, 0), (3, 0), (6, 0), (9, 0), (9, 2.8), (6, 2.8), (3, 2.8), (0, 2.8)])
    island = corners + np.array([150_000, 450_000])

    assert not shapely.is_empty(drawn(project(layer_of(objects(shapely.Polygon(island)))), 12)).any()
