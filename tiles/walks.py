"""Closed walks over whole units, and whether they are valid rings as they stand.

Conventions: as in `tiles.rings`. A *window* is west, north, east, south; walks have no point outside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tiles.arcs import IntArray
from tiles.compiled import helper, kernel

#: So few places are compared each with each sooner than numbered.
_FEW = 32


class Walks(NamedTuple):
    """Closed walks or rings.

    Args:
        start: (walks + 1,) where each begins.
        x: Whole units.
        y: Whole units.
    """

    start: IntArray
    x: IntArray
    y: IntArray


@helper
def number_places(w: Walks) -> tuple[IntArray, int]:
    """Return (points,) numbers of distinct places, and how many places there are."""
    n = w.start[-1]
    size = 16
    while size < 2 * n:
        size *= 2
    table, number, places = np.full(size, -1, dtype=np.int64), np.empty(n, dtype=np.int64), 0
    for k in range(n):
        mixed = w.x[k] * 0x9E3779B97F4A7C1 ^ w.y[k] * 0x61C8864680B583B
        slot = (mixed ^ mixed >> 31) & size - 1
        while table[slot] >= 0 and (w.x[table[slot]] != w.x[k] or w.y[table[slot]] != w.y[k]):
            slot = slot + 1 & size - 1
        if table[slot] < 0:
            table[slot], number[k] = k, places
            places += 1
        else:
            number[k] = number[table[slot]]
    return number, places


@helper
def twice_area(w: Walks, ring: int) -> int:
    """Return twice the area of a ring."""
    total, last = 0, w.start[ring + 1] - 1
    for k in range(w.start[ring], w.start[ring + 1]):
        total += w.x[last] * w.y[k] - w.x[k] * w.y[last]
        last = k
    return total


@helper
def side_of(w: Walks, k: int, window: IntArray) -> int:
    """Return the sides of a window that a point lies on, as bits: west 1, north 2, east 4, south 8."""
    return (
        (1 if w.x[k] == window[0] else 0)
        + (2 if w.y[k] == window[1] else 0)
        + (4 if w.x[k] == window[2] else 0)
        + (8 if w.y[k] == window[3] else 0)
    )


@helper
def _repeats(w: Walks) -> bool:
    """Return whether a place is passed twice."""
    n = w.start[-1]
    if n > _FEW:
        return bool(number_places(w)[1] < n)
    for k in range(n):
        for j in range(k):
            if w.x[j] == w.x[k] and w.y[j] == w.y[k]:
                return True
    return False


@kernel
def is_simple(w: Walks, window: IntArray) -> bool:
    """Return whether walks are valid rings as they stand: no place twice, at most one stretch on a side."""
    west = north = east = south = 0
    for k in range(w.start[-1]):
        side = side_of(w, k, window)
        west += side & 1
        north += side >> 1 & 1
        east += side >> 2 & 1
        south += side >> 3
    if max(west, north, east, south) > 2 or _repeats(w):
        return False
    short = 0
    for ring in range(len(w.start) - 1):
        short += 0 < w.start[ring + 1] - w.start[ring] < 3
    return short == 0
