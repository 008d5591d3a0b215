"""Borders of which a file says nearly the same on either side: drawn as one, however near."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.polygons import RD_BOUNDS
from tests.tiles.validate.forge import checked
from tests.tiles.worlds import coverages, cut_open, drawn, layer_of, lying_on_one_another, unmatched
from tiles.arcs import cut_arcs, find_nodes, make_rings
from tiles.build import archive_bytes, build_pyramid
from tiles.coverage import project
from tiles.drawing import draw_tile, prepare
from tiles.scheme import TileScheme, ZoomRange, tile_address
from tiles.seams import HAIR, LONGEST, find_corners, join_near, put_corners
from zicht.errors import InvalidTopologyError

zooms = st.integers(8, 14)


def shaken(layer, far, rng):
    """The same areas, each vertex of each area off by at most so many metres along either axis, on its own."""

    def move(polygon):
        xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygon)), return_index=True)
        moved = np.clip(xy + rng.uniform(-far, far, xy.shape), RD_BOUNDS[:2], RD_BOUNDS[2:])
        first = np.flatnonzero(np.diff(ring, prepend=-1))
        moved[np.append(first[1:], len(xy)) - 1] = moved[first]
        return shapely.transform(polygon, lambda _: moved)

    return layer_of(np.array([move(polygon) for polygon in layer.geometry], dtype=object))


def side_by_side(shapes):
    left = shapes[~shapely.is_empty(shapes)]
    assert shapely.is_valid(left).all()
    assert not lying_on_one_another(left)
    assert not unmatched(left)
    assert not cut_open(left)


@given(coverages(smallest=2_000.0), st.sampled_from([1e-7, 1e-5, 1e-3]), zooms, st.randoms())
@settings(max_examples=60)
def test_a_hair_between_two_areas_is_not_drawn(layer, far, zoom, random):
    other = shaken(layer, far, np.random.default_rng(random.getrandbits(32)))
    assume(shapely.is_valid(other.geometry).all())
    side_by_side(drawn(project(other), zoom))


def test_a_border_computed_twice_gives_a_valid_archive():
    rng = np.random.default_rng(7)
    xy = 120_000.0123 + 5_000 * rng.random((30, 2)) + np.array([0.0, 360_000.0])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=shapely.box(1, 1, 2, 2)))
    inside = cells[shapely.within(cells, shapely.box(*(xy.min(0) - 500), *(xy.max(0) + 500)))]
    wavy = shapely.transform(shapely.segmentize(inside, 40), lambda p: p + 12 * np.sin(np.round(p[:, ::-1], 2)))
    layer = shaken(layer_of(np.array(wavy[shapely.is_valid(wavy)], dtype=object)), 2e-3, rng)

    # The files of both sides truly differ, and one drawn from them does not.
    assert not shapely.coverage_is_valid(layer.geometry)
    report = checked(archive_bytes(build_pyramid(layer, scheme=TileScheme(zooms={"buurt": ZoomRange(9, 12)}))))
    assert report.valid


def test_areas_that_a_hair_joins_are_still_refused_where_they_lie_on_one_another():
    # Along 10 km four millimetres are 40 m2, and wider than what rounding makes; the borders are drawn as one.
    one = shapely.box(150_000, 450_000, 151_000, 460_000)
    other = shapely.box(150_999.996, 450_000, 152_000, 460_000)
    with pytest.raises(InvalidTopologyError, match="BU00000000 and BU00000001 lie on one another, on 40 m2"):
        project(layer_of(np.array([one, other], dtype=object)))


def bricks(rng, width, count=8):
    """Rows of boxes of which a corner lies within an edge of the next row, where that has no vertex."""
    boxes = []
    for row in range(count):
        cuts = np.arange(1, count) + rng.uniform(-0.4, 0.4, count - 1)
        ends = np.concatenate([[0], cuts, [count]]) * width
        south, north = 450_000 + row * width, 450_000 + (row + 1) * width
        boxes += [shapely.box(120_000 + a, south, 120_000 + b, north) for a, b in pairwise(ends)]
    return layer_of(np.array(boxes, dtype=object))


@given(st.integers(0, 2**32 - 1), st.sampled_from([90.0, 700.0, 1_700.0, 6_000.0]), zooms)
@settings(max_examples=30)
def test_a_corner_within_an_edge_is_a_vertex_of_both(seed, width, zoom):
    layer = bricks(np.random.default_rng(seed), width)
    side_by_side(drawn(project(layer), zoom))


def test_a_slanted_border_with_corners_on_one_side_is_one_line():
    rng, side = np.random.default_rng(2), lambda y: round(120_000 + 0.3 * (y - 450_000), 3)
    ends = [450_000.0, 461_000.0]
    cuts = np.round(np.sort(np.concatenate([ends, rng.uniform(*ends, 9)])), 3)
    west = shapely.Polygon([(115_000, ends[0]), (side(ends[0]), ends[0]), (side(ends[1]), ends[1]), (115_000, ends[1])])
    east = [shapely.Polygon([(side(a), a), (129_000, a), (129_000, b), (side(b), b)]) for a, b in pairwise(cuts)]
    layer = layer_of(np.array([west, *east], dtype=object))
    assert ends[1] - ends[0] > LONGEST
    for zoom in (8, 11, 14):
        side_by_side(drawn(project(layer), zoom))


@pytest.mark.parametrize("wide", [0.0001, 0.001, 0.004], ids=str)
@pytest.mark.parametrize("level", ["buurt", "park"])
def test_an_area_thinner_than_a_hair_keeps_its_id(wide, level):
    sliver = shapely.Polygon([(150_000, 450_000), (180_000, 460_000), (180_000, 460_000 + wide)])
    square = shapely.box(150_000, 430_000, 151_000, 431_000)
    for order in ([sliver, square], [square, sliver], [sliver]):
        layer = layer_of(np.array(order, dtype=object), level)
        scheme = TileScheme(zooms={level: ZoomRange(6, 14)})
        pyramid = build_pyramid(layer, scheme=scheme)
        assert checked(archive_bytes(pyramid)).valid
        at = next(k for k, shape in enumerate(order) if shape is sliver)
        assert all(layer.code[at] in codes for codes in pyramid.minimal.values())
        sketch = prepare(project(layer), layer.code, scheme)
        for number, body in pyramid.tiles.items():
            assert draw_tile(sketch, *tile_address(number)) == body


def numbered(rings):
    """Vertices of closed rings of whole places, and where each is."""
    rows = np.concatenate([np.array([*ring, ring[0]]) for ring in rings])
    place, number = np.unique(rows, axis=0, return_inverse=True)
    start = np.concatenate([[0], np.cumsum([len(ring) + 1 for ring in rings])])
    return number.ravel().astype(np.int64), place.T.astype(np.int64), start.astype(np.int64)


@pytest.mark.parametrize(("apart", "count"), [(0, 1), (HAIR - 1, 1), (3 * HAIR + 1, 2)])
@pytest.mark.parametrize("origin", [0, 3, 7, 10_001])
def test_how_near_is_near(apart, count, origin):
    place = np.unique(np.array([[origin, origin], [origin + int(apart), origin]]), axis=0).T
    number, joined = join_near(np.arange(place.shape[1]), place)
    assert joined.shape[1] == count == len(set(number.tolist()))
    assert set(map(tuple, joined.T.tolist())) <= set(map(tuple, place.T.tolist()))


def test_corners_are_put_where_their_edge_runs_either_way():
    box = [(0, 0), (4000, 0), (4000, 9000), (0, 9000)]
    beside = [(4000, 0), (8000, 0), (8000, 3000), (4000, 3000)]
    above = [(4000, 3000), (8000, 3000), (8000, 7001), (4002, 7001)]
    number, place, start = numbered([box, beside, above])
    hole = np.zeros(3, dtype=bool)
    rings = make_rings(number, start, hole, *place)
    corners = find_corners(cut_arcs(rings, find_nodes(rings, place.shape[1])), place)
    assert [tuple(place[:, v]) for v in corners.vertex] == [(4000, 3000), (4002, 7001)]
    for turned in (number, number[::-1].copy()):
        begins = start if turned is number else (start[-1] - start)[::-1]
        more, where = put_corners(turned, begins, corners)
        ring = [r for r in np.split(more, where[1:-1]) if len(r) == 7]
        ups = place[1, ring[0][np.isin(place[0, ring[0]], (4000, 4002))]]
        assert sorted(ups.tolist()) in (ups.tolist(), ups[::-1].tolist())
        assert len(ring) == 1
        assert [len(r) for r in np.split(more, where[1:-1])].count(5) == 2
