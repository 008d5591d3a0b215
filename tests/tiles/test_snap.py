"""Snap rounding: what a pixel holds, to the unit, and nothing that crosses."""

from __future__ import annotations

import numpy as np
import pytest

from tiles.snap import Drawn, snap

UNIT = 2  # binary logarithm: a world unit is four units of the plane


def bent(*segments):
    """Return the drawn pixels of the first of some segments, each ((x, y), (x, y)) on the plane."""
    points = np.array(segments).reshape(-1, 2)
    count = len(segments)
    drawn = Drawn(2 * np.arange(count + 1), np.arange(2 * count))
    lines = snap(drawn, points[:, 0].copy(), points[:, 1].copy(), UNIT, 4096, 80)
    return list(zip(lines.x[: lines.start[1]].tolist(), lines.y[: lines.start[1]].tolist(), strict=True))


WEST, EAST = ((0, 0), (-20, 0)), ((4, 0), (20, 0))


def test_a_border_between_two_pixels_belongs_to_the_eastern_one():
    assert bent(((2, -12), (2, 12)), WEST, EAST) == [(1, -3), (1, 0), (1, 3)]
    assert bent(((2, 12), (2, -12)), WEST, EAST) == [(1, 3), (1, 0), (1, -3)]


def test_a_border_between_two_pixels_belongs_to_the_southern_one():
    assert bent(((-12, 2), (12, 2)), ((0, 0), (0, -20)), ((0, 4), (0, 20))) == [(-3, 1), (0, 1), (3, 1)]


@pytest.mark.parametrize(("end", "passes"), [((6, -10), True), ((5, -10), False), ((9, -10), True)])
def test_a_corner_belongs_to_the_pixel_south_east_of_it(end, passes):
    # From the south-west, past the north-western corner (-2, -2) of the pixel at (0, 0) or beside it.
    start = (-10, 6)
    found = bent((start, end), ((0, 0), (20, 20)))
    assert ((0, 0) in found) is passes


def test_the_other_corners_belong_to_other_pixels():
    assert bent(((-10, -14), (14, 10)), ((0, 0), (0, 40))) == [(-2, -3), (4, 3)]
    assert bent(((-14, -10), (10, 14)), ((0, 0), (40, 0))) == [(-3, -2), (3, 4)]


def test_a_border_is_bent_in_the_order_of_its_way():
    stops = [((4 * k, 4 * (k // 3)), (4 * k, 400)) for k in range(1, 9)]
    found = bent(((0, 0), (36, 12)), *stops)

    assert found[0] == (0, 0)
    assert found[-1] == (9, 3)
    assert found == sorted(found)
    assert len(set(found)) == len(found) > 4


def test_a_border_gets_a_vertex_on_each_line_along_which_tiles_are_cut():
    far = 4 * 10_000
    found = bent(((0, 0), (far, far // 2)))

    assert [x for x, _ in found] == [0, 80, 160, 4016, 4176, 8032, 8112, 8272, 8352, 10_000]
    assert all(abs(y - x / 2) <= 0.5 for x, y in found)
