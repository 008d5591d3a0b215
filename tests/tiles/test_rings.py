"""Valid polygons from boundaries that touch themselves, run back along themselves or cover nothing."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.tiles.worlds import as_polygons
from tiles.rings import untangle
from tiles.walks import Walks, is_simple

NOWHERE = np.full(4, np.iinfo(np.int64).min)


def walks(*rings):
    start = np.cumsum([0, *map(len, rings)])
    points = np.array([point for ring in rings for point in ring], dtype=np.int64).reshape(-1, 2)
    return Walks(start, points[:, 0].copy(), points[:, 1].copy())


def left_of(*rings, window=NOWHERE):
    shape = as_polygons(untangle(walks(*rings), np.array(window)))
    assert shape.is_valid
    return shape


SQUARE = [(0, 0), (6, 0), (6, 6), (0, 6)]


def test_a_hole_that_touches_its_ring_twice_parts_the_area():
    shape = left_of([(0, 0), (3, 0), (6, 0), (6, 6), (3, 6), (0, 6)], [(3, 0), (1, 3), (3, 6), (5, 3)])

    assert len(shape.geoms) == 2
    assert shape.area == 36 - 12


def test_a_hole_that_touches_its_ring_once_stays_a_hole():
    shape = left_of([(0, 0), (3, 0), (6, 0), (6, 6), (0, 6)], [(3, 0), (2, 3), (4, 3)])

    assert [len(part.interiors) for part in shape.geoms] == [1]
    assert shape.area == 36 - 3


def test_holes_are_given_to_the_innermost_ring_around_them():
    inner, hole = [(2, 2), (4, 2), (4, 4), (2, 4)], [(1, 1), (1, 5), (5, 5), (5, 1)]
    far = [(10, 0), (20, 0), (20, 9), (10, 9)]
    shape = left_of(far, SQUARE, hole, inner)

    assert sorted((part.area, len(part.interiors)) for part in shape.geoms) == [(4, 0), (20, 1), (90, 0)]


def test_what_runs_there_and_back_is_left_out():
    assert left_of([(0, 0), (6, 0), (6, 3), (9, 3), (6, 3), (6, 6), (0, 6)]).area == 36
    assert left_of([(0, 0), (6, 0)]).is_empty
    assert left_of([(0, 0)]).is_empty


def test_a_corridor_that_closed_parts_an_area_in_two():
    shape = left_of([(0, 0), (2, 0), (2, 2), (5, 2), (5, 0), (7, 0), (7, 4), (5, 4), (5, 2), (2, 2), (2, 4), (0, 4)])

    assert sorted(part.area for part in shape.geoms) == [8, 8]


def test_stretches_along_a_side_of_the_window_cancel_where_they_cover_each_other():
    window = (0, 0, 6, 6)
    comb = [(0, 0), (6, 0), (6, 1), (0, 1), (0, 2), (6, 2), (6, 3), (0, 3)]
    shape = left_of(comb, window=window)

    assert sorted(part.area for part in shape.geoms) == [6, 6]
    assert left_of([(0, 1), (0, 4), (0, 2)], window=window).is_empty
    assert left_of(SQUARE, [(0, 2), (0, 4)], window=window).equals(shapely.box(0, 0, 6, 6))


def test_simple_rings_are_known():
    window = np.array([0, 0, 6, 6])

    assert is_simple(walks(SQUARE), NOWHERE)
    assert is_simple(walks(SQUARE), window)
    assert not is_simple(walks([*SQUARE, (0, 3)]), window)
    assert not is_simple(walks(SQUARE, [(0, 0), (1, 2), (2, 1)]), NOWHERE)
    assert not is_simple(walks(SQUARE, [(1, 1), (2, 2)]), NOWHERE)


@pytest.mark.parametrize("length", [4, 31, 32, 33, 100])
def test_a_place_passed_twice_is_seen_however_long_the_ring(length):
    there = [(k, k * k) for k in range(length)]
    assert is_simple(walks(there), NOWHERE)
    assert not is_simple(walks([*there[:-1], there[0]]), NOWHERE)
    assert not is_simple(walks(there, [(1, 1), (-5, 0), (-6, 9)]), NOWHERE)
