"""Neighbourhoods against their definitions: noise, T-junctions, corners, islands, rings, ties."""

from __future__ import annotations

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.grids import cells, to_strings
from geo.neighbours import h3_rings, queen, rook
from geo.proximity import distance_band, k_nearest
from tests.geo.places import SOUTH, WEST, box, layer, voronoi
from zicht.errors import AlignmentError


def pairs(w):
    return set(zip(w.rows.tolist(), w.indices.tolist(), strict=True))


def both(*links):
    return set(links) | {(b, a) for a, b in links}


def noisy(geometry, size, rng):
    corners = shapely.get_coordinates(geometry)[:-1]
    return shapely.Polygon(corners + rng.uniform(-size, size, corners.shape))


CHECKERS = [box(0, 0), box(1, 0), box(0, 1), box(1, 1)]


def test_queens_meet_in_corners_and_rooks_do_not():
    areas = layer(CHECKERS)
    sides = both((0, 1), (0, 2), (1, 3), (2, 3))
    assert pairs(rook(areas)) == sides
    assert pairs(queen(areas)) == sides | both((0, 3), (1, 2))


def test_a_vertex_in_the_middle_of_an_edge_is_a_border():
    # One tall area beside two low ones: no edge and hardly a vertex in common.
    areas = layer([box(0, 0, 1, 2), box(1, 0), box(1, 1), box(1, 2.5)])
    expected = both((0, 1), (0, 2), (1, 2))
    assert pairs(queen(areas)) == pairs(rook(areas)) == expected


@pytest.mark.parametrize("seed", range(3))
def test_noise_below_the_snapping_distance_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    points = np.column_stack([rng.uniform(0, 8_000, 40), rng.uniform(0, 6_000, 40)]) + np.array([WEST, SOUTH])
    clean = voronoi([tuple(one) for one in points], box(0, 0, 8, 6))
    shaken = [noisy(one, 0.04, rng) for one in clean]
    # The clean cells share their corners to the last bit: there the simplest definition holds.
    exact = {(i, j) for i in range(40) for j in range(40) if i != j and clean[i].intersects(clean[j])}
    assert pairs(queen(layer(clean))) == exact
    assert pairs(queen(layer(shaken))) == exact
    assert pairs(queen(layer(shaken), snap=0.0)) != exact


@pytest.mark.parametrize("seed", range(3))
def test_rook_is_a_shared_length(seed):
    rng = np.random.default_rng(100 + seed)
    points = np.column_stack([rng.uniform(0, 8_000, 40), rng.uniform(0, 6_000, 40)]) + np.array([WEST, SOUTH])
    clean = voronoi([tuple(one) for one in points], box(0, 0, 8, 6))
    lengths = {(i, j): clean[i].intersection(clean[j]).length for i in range(40) for j in range(40) if i != j}
    # Borders as short as the corner they are: neither answer is wrong.
    sure = {pair for pair, length in lengths.items() if length > 2.0}
    never = {pair for pair, length in lengths.items() if length < 0.5}
    for areas in (clean, [noisy(one, 0.03, rng) for one in clean]):
        found = pairs(rook(layer(areas)))
        assert sure <= found
        assert not never & found


def test_a_gap_wider_than_the_snapping_distance_is_a_gap():
    apart = [box(0, 0), box(1.0005, 0)]
    assert pairs(queen(layer(apart))) == set()
    assert pairs(rook(layer(apart))) == set()
    assert pairs(queen(layer(apart), snap=0.6)) == pairs(rook(layer(apart), snap=0.6)) == both((0, 1))


def test_the_sea_links_nobody_and_no_polygon_is_an_island():
    areas = layer([box(0, 0), None, box(1, 0), box(5, 5)])
    for w in (queen(areas), rook(areas)):
        assert w.islands.tolist() == [1, 3]
        assert pairs(w) == both((0, 2))
        assert w.symmetric
        assert w.binary


def test_an_area_in_another_is_its_neighbour():
    outer = box(0, 0, 3, 3).difference(box(1, 1))
    assert pairs(rook(layer([outer, box(1, 1)]))) == both((0, 1))
    overlapping = layer([box(0, 0, 3, 3), box(1, 1)])
    assert pairs(queen(overlapping)) == both((0, 1))


@pytest.mark.parametrize(("build", "bad"), [(queen, {"snap": -0.1}), (rook, {"snap": 0.0}), (rook, {"minimum": 0.0})])
def test_senseless_distances_are_refused(build, bad):
    with pytest.raises(AlignmentError):
        build(layer(CHECKERS), **bad)


def hexes(k=6, resolution=8):
    return np.sort(np.array(sorted(h3.grid_disk(h3.latlng_to_cell(52.1, 5.3, resolution), k))))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_rings_are_the_grid_distance(k):
    codes = hexes()
    codes = np.delete(codes, [3, 17, 18, 40])
    w = h3_rings(codes, k)
    near = {
        (i, j) for i, a in enumerate(codes) for j, b in enumerate(codes) if 0 < h3.grid_distance(str(a), str(b)) <= k
    }
    assert pairs(w) == near
    assert w.symmetric
    assert w.binary


def test_a_lonely_cell_is_an_island_and_the_sea_is_not_imputed():
    codes = np.sort(np.array([h3.latlng_to_cell(52.1, 5.3, 8), h3.latlng_to_cell(53.1, 6.3, 8)]))
    assert h3_rings(codes).islands.tolist() == [0, 1]
    assert h3_rings(np.array([], dtype=np.str_)).n == 0


def test_rings_need_sorted_cells_and_at_least_one_step():
    codes = hexes(1)
    with pytest.raises(AlignmentError, match="ascending"):
        h3_rings(codes[::-1])
    with pytest.raises(AlignmentError, match="at least one ring"):
        h3_rings(codes, 0)


def test_rings_agree_with_a_peer():
    graph = pytest.importorskip("libpysal.graph")
    codes = np.unique(
        to_strings(cells(np.linspace(WEST, WEST + 20_000, 400), np.linspace(SOUTH, SOUTH + 9_000, 400), 8))
    )
    peer = graph.Graph.build_h3(codes.tolist(), order=1)
    adjacency = peer.adjacency[peer.adjacency > 0]
    position = {code: at for at, code in enumerate(codes.tolist())}
    expected = {(position[a], position[b]) for a, b in adjacency.index if a != b}
    assert pairs(h3_rings(codes)) == expected


def test_ties_go_to_the_lower_position():
    points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [-100.0, 0.0]])
    assert [k_nearest(points, k).neighbours(0).tolist() for k in (1, 2, 3)] == [[1], [1, 2], [1, 2, 3]]


@pytest.mark.parametrize("k", [0, 4, 9])
def test_as_many_neighbours_as_there_are_others(k):
    with pytest.raises(AlignmentError, match="nearest neighbours cannot be found among 4 points"):
        k_nearest(np.arange(8.0).reshape(4, 2), k)


some_points = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=2, max_size=30)


@given(some_points.flatmap(lambda points: st.tuples(st.just(points), st.integers(1, len(points) - 1))))
def test_nearest_are_nearest(case):
    places, k = case
    points = np.array(places, dtype=float) * 100
    w = k_nearest(points, k)
    for at, here in enumerate(points):
        distance = np.hypot(*(points - here).T)
        order = sorted((one for one in range(len(points)) if one != at), key=lambda one: (distance[one], one))
        assert w.neighbours(at).tolist() == sorted(order[:k])


@given(some_points, st.integers(1, 900))
def test_a_band_is_a_distance(places, radius):
    points = np.array(places, dtype=float) * 100
    found = pairs(distance_band(points, radius))
    gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert found == {(i, j) for i, j in zip(*np.nonzero(gaps <= radius), strict=True) if i != j}


def test_a_band_needs_a_radius():
    with pytest.raises(AlignmentError, match="radius"):
        distance_band(np.zeros((3, 2)), 0.0)


@pytest.mark.parametrize("resolution", [0, 1, 4, 8, 15])
def test_cells_far_apart_and_around_pentagons_are_found_as_well(resolution):
    """Cells of every face of the globe with their rings, so that tables of positions would be too wide."""
    places = [(52.1, 5.3), (-33.9, 151.2), (0.0, -78.5), (64.7, -147.7), *map(h3.cell_to_latlng, h3.get_pentagons(1))]
    middles = {h3.latlng_to_cell(lat, lng, resolution) for lat, lng in places}
    codes = np.array(sorted({cell for middle in middles for cell in h3.grid_disk(middle, 2)}))
    position = {code: at for at, code in enumerate(codes.tolist())}
    expected = {
        (position[code], position[near])
        for code in codes.tolist()
        for near in h3.grid_disk(code, 1)
        if near != code and near in position
    }
    assert pairs(h3_rings(codes)) == expected


def test_cells_beyond_the_first_and_the_last_block_are_not_mistaken_for_those_in_it():
    """All descendants of one cell: every place in its table is taken, so a neighbour outside must not be looked up."""
    middle = h3.latlng_to_cell(52.1, 5.3, 4)
    codes = np.array(sorted(h3.cell_to_children(middle, 8)))
    inside = set(codes.tolist())
    w = h3_rings(codes)
    for at, code in enumerate(codes.tolist()):
        assert set(codes[w.neighbours(at)].tolist()) == set(h3.grid_disk(code, 1)) & inside - {code}
