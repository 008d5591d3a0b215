"""Drawing and cutting: nothing lost, nothing invalid, borders kept, whatever the coverage."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.areas import Layer
from tests.tiles.worlds import coverages, edges, layer_of, rounded_alone
from tiles.coverage import draw, mercator, on_grid, project
from tiles.cut import cut, ring_parts
from tiles.features import ring_area
from tiles.scheme import HALF_WORLD, unit_length
from zicht.errors import AlignmentError, BoundaryError, InvalidTopologyError

EXTENT, BUFFER = 4096, 80
zooms = st.integers(5, 14)


def objects(*geometry):
    return np.array(geometry, dtype=object)


@given(coverages(), zooms)
@settings(max_examples=60)
def test_no_area_is_lost_and_every_polygon_is_valid_on_whole_units(layer, zoom):
    drawing = draw(project(layer), zoom)

    assert drawing.fid.tolist() == list(range(len(layer)))
    assert shapely.is_valid(drawing.geometry).all()
    assert (shapely.area(drawing.geometry) >= 0.5).all()
    assert np.array_equal(
        shapely.get_coordinates(drawing.geometry) % 1,
        np.zeros((shapely.get_num_coordinates(drawing.geometry).sum(), 2)),
    )
    assert (shapely.area(drawing.geometry[drawing.minimal]) == 1).all()


@given(coverages(smallest=5_000), st.integers(11, 14))
@settings(max_examples=60)
def test_a_border_is_the_same_on_both_sides_where_areas_are_large(layer, zoom):
    coverage = project(layer)
    plain = rounded_alone(coverage, zoom)
    assume(shapely.is_valid(plain).all())
    once, shared = edges(draw(coverage, zoom).geometry)
    expected_once, expected_shared = edges(plain)

    assert once == expected_once
    assert shared == expected_shared


@given(coverages(), zooms)
@settings(max_examples=60)
def test_the_pieces_of_all_tiles_together_are_the_drawing(layer, zoom):
    drawing = draw(project(layer), zoom)
    pieces = cut(drawing, extent=EXTENT, buffer=BUFFER)
    corner = np.column_stack([pieces.x, pieces.y]) * EXTENT
    core = shapely.intersection(pieces.geometry, shapely.box(0, 0, EXTENT, EXTENT))
    placed = objects(*(shapely.transform(one, lambda xy, at=at: xy + at) for one, at in zip(core, corner, strict=True)))

    for fid, whole in zip(drawing.fid, drawing.geometry, strict=True):
        again = shapely.union_all(placed[pieces.fid == fid])
        # Rounding a crossing on the buffer's edge moves the last stretch of a border by at most half a unit.
        assert shapely.area(shapely.symmetric_difference(again, whole)) <= 0.75 * shapely.length(whole)
        assert shapely.hausdorff_distance(again, whole) <= 2


@given(coverages(), zooms)
@settings(max_examples=60)
def test_pieces_are_valid_whole_and_within_the_buffer(layer, zoom):
    pieces = cut(draw(project(layer), zoom), extent=EXTENT, buffer=BUFFER)
    west, south, east, north = shapely.total_bounds(pieces.geometry)

    assert shapely.is_valid(pieces.geometry).all()
    assert not shapely.is_empty(pieces.geometry).any()
    assert set(pieces.fid.tolist()) == set(range(len(layer)))
    assert min(west, south) >= -BUFFER
    assert max(east, north) <= EXTENT + BUFFER
    assert np.array_equal(shapely.get_coordinates(pieces.geometry), np.rint(shapely.get_coordinates(pieces.geometry)))


@given(coverages(smallest=20_000), st.integers(12, 13))
@settings(max_examples=40)
def test_borders_within_a_tile_match_to_its_very_edge(layer, zoom):
    drawing = draw(project(layer), zoom)
    outline = edges(drawing.geometry)[0]
    pieces = cut(drawing, extent=EXTENT, buffer=BUFFER)
    for x, y in sorted(set(zip(pieces.x.tolist(), pieces.y.tolist(), strict=True))):
        here = pieces.geometry[(pieces.x == x) & (pieces.y == y)]
        for edge in edges(here)[0]:
            assert on_window(edge) or in_outline(edge, outline, x, y), edge


def on_window(edge):
    west, north, east, south = edge
    return any(west == east == side or north == south == side for side in (-BUFFER, EXTENT + BUFFER))


def in_outline(edge, outline, x, y):
    moved = tuple(np.add(edge, np.tile([x * EXTENT, y * EXTENT], 2)).tolist())
    if moved in outline:
        return True
    # A clipped edge is a part of one of the outline, to within the rounding of its cut end.
    line = shapely.linestrings(np.reshape(moved, (2, 2)))
    near = shapely.linestrings(np.reshape(sorted(outline), (-1, 2, 2)))
    return bool((shapely.distance(near, shapely.points(shapely.get_coordinates(line)[0])) < 1).any())


@given(coverages(), zooms)
@settings(max_examples=30)
def test_rings_are_as_the_specification_wants_them(layer, zoom):
    pieces = cut(draw(project(layer), zoom), extent=EXTENT, buffer=BUFFER)

    for geometry, parts in zip(pieces.geometry, ring_parts(pieces.geometry), strict=True):
        areas = [ring_area(part) for part in parts]
        holes = sum(len(part.interiors) for part in shapely.get_parts(geometry))
        assert areas[0] > 0
        assert sum(areas) == shapely.area(geometry)
        assert sum(area < 0 for area in areas) == holes
        assert all(part[0] != part[-1] for part in parts)


def test_tiles_are_cut_in_order_of_row_column_and_area():
    layer = layer_of(objects(*(shapely.box(150_000 + 900 * i, 500_000, 150_900 + 900 * i, 509_000) for i in range(30))))
    pieces = cut(draw(project(layer), 13), extent=EXTENT, buffer=BUFFER)
    order = list(zip(pieces.y.tolist(), pieces.x.tolist(), pieces.fid.tolist(), strict=True))

    assert order == sorted(order)
    assert len({row[:2] for row in order}) > 12


def test_an_area_too_small_to_draw_keeps_its_place_as_one_unit():
    big, speck = shapely.box(150_000, 450_000, 190_000, 490_000), shapely.box(200_000, 470_000, 200_004, 470_003)
    drawing = draw(project(layer_of(objects(big, speck))), 7)

    assert drawing.minimal.tolist() == [False, True]
    assert shapely.area(drawing.geometry[1]) == 1
    exact = mercator(
        *pyproj.Transformer.from_crs(28992, 4326, always_xy=True).transform(*np.array([[200_002], [470_001]]))
    )
    unit = unit_length(7)
    x, y = (HALF_WORLD + exact[0, 0]) / unit, (HALF_WORLD - exact[0, 1]) / unit
    assert shapely.covers(drawing.geometry[1], shapely.points(x, y))


def test_a_lost_island_does_not_disturb_the_borders_of_the_rest():
    left, right = shapely.box(100_000, 450_000, 120_000, 470_000), shapely.box(120_000, 450_000, 140_000, 470_000)
    island = shapely.box(150_000, 460_000, 150_010, 460_010)
    with_island = draw(project(layer_of(objects(left, shapely.MultiPolygon([right, island])))), 8)
    without = draw(project(layer_of(objects(left, right))), 8)

    assert shapely.equals_exact(with_island.geometry[0], without.geometry[0])
    assert shapely.normalize(with_island.geometry[1]).equals(without.geometry[1])
    assert edges(with_island.geometry) == edges(without.geometry)


def test_a_lost_island_does_not_bend_a_border_that_passes_close_to_a_corner():
    # The corner (60, 1) lies a third of a unit from the border (0, 0) to (90, 1), which the neighbour has straight.
    main = shapely.Polygon([(0, 0), (90, 1), (90, 40), (61, 40), (60, 1), (59, 40), (0, 40)])
    speck = shapely.Polygon([(200.1, 0.1), (200.3, 0.1), (200.2, 0.3)])
    (left,) = on_grid(objects(shapely.MultiPolygon([main, speck])))

    assert left.equals(main)
    assert (0.0, 0.0, 90.0, 1.0) in edges(objects(left))[0]


def test_a_polygon_that_rounding_folds_is_mended_and_stays_on_whole_units():
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (5.4, 0.2), (0, 10)])
    folded = shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)])
    assert not folded.is_valid
    (mended,) = on_grid(objects(spike))

    assert mended.is_valid
    assert mended.geom_type == "MultiPolygon"
    assert np.array_equal(shapely.get_coordinates(mended) % 1, np.zeros_like(shapely.get_coordinates(mended)))
    assert shapely.area(shapely.symmetric_difference(mended, spike)) < 6


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Polygon([(0.2, 0.2), (0.4, 0.2), (0.3, 0.4)]),
        shapely.Polygon([(0, 0), (9, 0), (9, 0.3)]),
        shapely.LineString([(0, 0), (5, 5)]),
        shapely.GeometryCollection([shapely.Point(1, 1), shapely.LineString([(0, 0), (5, 5)])]),
        shapely.Polygon(),
    ],
)
def test_what_has_no_area_on_the_grid_becomes_empty(geometry):
    (left,) = on_grid(objects(geometry))

    assert left.is_empty


def test_only_the_polygons_of_a_collection_are_kept():
    square = shapely.box(0, 0, 5, 5)
    (left,) = on_grid(
        objects(shapely.GeometryCollection([square, shapely.Point(9, 9), shapely.LineString([(5, 5), (9, 9)])]))
    )

    assert left.equals(square)


def test_halves_are_rounded_to_one_side_whatever_the_noise():
    # Where two neighbours' borders cross a tile edge at .5, the last bit must not part them.
    noise = [0.5, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 0.5 - 1e-9, 0.5 + 1e-9]
    shapes = objects(*(shapely.box(0, 3 + value, 10, 20) for value in noise))

    assert {tuple(shapely.bounds(shape)) for shape in on_grid(shapes)} == {(0.0, 4.0, 10.0, 20.0)}


def test_the_projection_is_that_of_proj():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(20_000, 280_000, 500), rng.uniform(310_000, 610_000, 500)
    squares = shapely.box(x, y, x + 100, y + 100)
    ours = shapely.get_coordinates(project(layer_of(squares)).geometry)
    points = shapely.get_coordinates(squares)
    theirs = np.column_stack(pyproj.Transformer.from_crs(28992, 3857, always_xy=True).transform(*points.T))

    assert np.abs(ours - theirs).max() < 1e-3
    # A tenth of a millimetre: the last bits of the arithmetic must not part the borders of neighbours.
    assert np.abs(ours * 10_000 - np.rint(ours * 10_000)).max() < 1e-4


def test_hexes_are_made_from_their_codes_and_drawn_exactly():
    code = np.array(["871969500ffffff", "871969501ffffff"])
    layer = Layer("h3-7", code, code, code, np.full(2, "hex"), np.full(2, None, dtype=object))
    coverage = project(layer)

    assert coverage.simplified is False
    assert [len(shape.exterior.coords) for shape in draw(coverage, 10).geometry] == [7, 7]
    once, shared = edges(draw(coverage, 10).geometry)
    assert (len(once), len(shared)) == (10, 1)


def test_a_code_that_is_no_hex_is_refused():
    code = np.array(["BU01"])
    with pytest.raises(AlignmentError, match="BU01"):
        project(Layer("h3-7", code, code, code, code, objects(None)))


def test_areas_without_a_polygon_are_left_out_and_keep_their_number():
    shapes = objects(None, shapely.box(150_000, 450_000, 151_000, 451_000), None)

    assert project(layer_of(shapes)).fid.tolist() == [1]
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
