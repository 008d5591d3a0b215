"""Which vertices of a border are drawn at which zoom.

At each zoom, finest first, vertices of an arc are left out one by one, the least missed first, as long as every vertex
left out so far lies within a tolerance of the line drawn in its stead (the criterion of Douglas & Peucker 1973,
Cartographica 10(2), 112-122, from below). A vertex stays where the triangle that its leaving would sweep over holds
another vertex: then no border ever comes to lie across another, nor over a place that it did not lie over (Visvalingam
& Whyatt 1993, Cartographic Journal 30(1), 46-51, leave vertices out in the same way, but measure the triangle).

A drawn zoom is a mask: `level[k] < zoom`, where `level` holds the coarsest zoom at which the vertex is left out.
Conventions: the outcome for an arc rests on the others as they were drawn at the zoom before, never on how far they are
now, so arcs may be done in any order and at the same time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.areas import FloatArray
from tiles.arcs import Arcs, BoolArray, IntArray
from tiles.compiled import helper, kernel

#: Level of a vertex that is never left out.
ALWAYS = -1


class Grid(NamedTuple):
    """Points in square buckets.

    Args:
        shift: Binary logarithm of the side of a bucket.
        west: Column of the first bucket.
        north: Row of the first bucket.
        columns: Number of buckets in a row.
        rows: Number of rows.
        start: (buckets + 1,) where each bucket begins in `item`.
        item: Numbers of the points.
        x: (points,) their places, in the order of `item`: what lies in a bucket is read in one go.
        y: (points,) the same.
    """

    shift: int
    west: int
    north: int
    columns: int
    rows: int
    start: IntArray
    item: IntArray
    x: IntArray
    y: IntArray


@kernel
def make_grid(x: IntArray, y: IntArray, item: IntArray) -> Grid:
    """Put the named points into about twice as many buckets."""
    west, north, east, south = x[item[0]], y[item[0]], x[item[0]], y[item[0]]
    for one in item:
        west, east = min(west, x[one]), max(east, x[one])
        north, south = min(north, y[one]), max(south, y[one])
    shift = 0
    while ((east >> shift) - (west >> shift) + 1) * ((south >> shift) - (north >> shift) + 1) > 4 * len(item) + 64:
        shift += 1
    west, north = west >> shift, north >> shift
    columns, rows = (east >> shift) - west + 1, (south >> shift) - north + 1
    start = np.zeros(columns * rows + 1, dtype=np.int64)
    for one in item:
        start[((y[one] >> shift) - north) * columns + (x[one] >> shift) - west + 1] += 1
    for bucket in range(columns * rows):
        start[bucket + 1] += start[bucket]
    place, sorted_item = start.copy(), np.empty(len(item), dtype=np.int64)
    sorted_x, sorted_y = np.empty(len(item), dtype=np.int64), np.empty(len(item), dtype=np.int64)
    for one in item:
        bucket = ((y[one] >> shift) - north) * columns + (x[one] >> shift) - west
        at = place[bucket]
        sorted_item[at], sorted_x[at], sorted_y[at] = one, x[one], y[one]
        place[bucket] = at + 1
    return Grid(shift, west, north, columns, rows, start, sorted_item, sorted_x, sorted_y)


@helper
def _swept(p: int, v: int, n: int, own: int, x: IntArray, y: IntArray, a: Arcs, grid: Grid, gone: BoolArray) -> bool:
    """Return whether the closed triangle of three vertices holds another one that is drawn."""
    west, east = min(x[p], x[v], x[n]), max(x[p], x[v], x[n])
    north, south = min(y[p], y[v], y[n]), max(y[p], y[v], y[n])
    for row in range((north >> grid.shift) - grid.north, (south >> grid.shift) - grid.north + 1):
        first = row * grid.columns + (west >> grid.shift) - grid.west
        for k in range(grid.start[first], grid.start[first + (east >> grid.shift) - (west >> grid.shift) + 1]):
            east_of, south_of = grid.x[k], grid.y[k]
            if not (west <= east_of <= east and north <= south_of <= south):
                continue
            d = (x[v] - x[p]) * (south_of - y[p]) - (y[v] - y[p]) * (east_of - x[p])
            e = (x[n] - x[v]) * (south_of - y[v]) - (y[n] - y[v]) * (east_of - x[v])
            f = (x[p] - x[n]) * (south_of - y[n]) - (y[p] - y[n]) * (east_of - x[n])
            if min(d, e, f) < 0 < max(d, e, f):
                continue
            u = grid.item[k]
            if u not in (p, v, n) and not (a.owner[u] == own and gone[u]):
                return True
    return False


@helper
def _missed(i: int, j: int, a: Arcs, x: IntArray, y: IntArray, most: float) -> float:
    """Return the squared distance to the line i-j of the farthest vertex between, infinity where it is above `most`."""
    v, w = a.vertex[i], a.vertex[j]
    right, down = float(x[w] - x[v]), float(y[w] - y[v])
    length = right * right + down * down
    worst = 0.0
    for k in range(i + 1, j):
        u = a.vertex[k]
        dx, dy = float(x[u] - x[v]), float(y[u] - y[v])
        along = (dx * right + dy * down) / length if length > 0 else 0.0
        along = min(max(along, 0.0), 1.0)
        dx -= along * right
        dy -= along * down
        worst = max(worst, dx * dx + dy * dy)
        if worst > most:
            return np.inf
    return worst


class Borders(NamedTuple):
    """What is left of borders so far, in memory that leaving out changes.

    Args:
        level: (positions in arcs,) the coarsest zoom so far at which each vertex is left out, `ALWAYS` where none is.
        before: (positions,) the position drawn before each.
        after: (positions,) the position drawn after each.
        cost: (positions,) squared distance that would be missed without each, infinite where it must stay.
        swept: (positions,) the zoom at which each was seen to stay for what its triangle holds.
        gone: (vertices,) which are left out.
    """

    level: IntArray
    before: IntArray
    after: IntArray
    cost: FloatArray
    swept: IntArray
    gone: BoolArray


@kernel
def whole_borders(a: Arcs, x: IntArray, y: IntArray, kept: BoolArray, most: float) -> Borders:
    """Return borders with nothing left out.

    Args:
        a: The arcs.
        x: (vertices,) places on the plane.
        y: (vertices,) the same.
        kept: (vertices,) which are never left out.
        most: Largest distance of a vertex left out at any zoom, in units of the plane.
    """
    size = len(a.vertex)
    level, cost = np.full(size, ALWAYS, dtype=np.int64), np.full(size, np.inf)
    before, after = np.arange(-1, size - 1), np.arange(1, size + 1)
    for arc in range(len(a.start) - 1):
        for i in range(a.start[arc] + 1, a.start[arc + 1] - 1):
            if not kept[a.vertex[i]]:
                cost[i] = _missed(i - 1, i + 1, a, x, y, most * most)
    return Borders(level, before, after, cost, np.full(size, ALWAYS, dtype=np.int64), np.zeros(len(x), dtype=np.bool_))


@kernel
def leave_out(
    zoom: int,
    tolerance: float,
    most: float,
    a: Arcs,
    x: IntArray,
    y: IntArray,
    kept: BoolArray,
    grid: Grid,
    left: Borders,
) -> None:
    """Leave vertices out of arcs for one zoom, given those that were for the finer zooms.

    Args:
        zoom: The zoom.
        tolerance: Largest distance of a vertex left out, in units of the plane.
        most: The same at the coarsest zoom of all.
        a: The arcs.
        x: (vertices,) places on the plane.
        y: (vertices,) the same.
        kept: (vertices,) which are never left out.
        grid: The vertices drawn at the finer zoom.
        left: What is left of the borders; changed.
    """
    limit, before, after = tolerance * tolerance, left.before, left.after
    for arc in range(len(a.start) - 1):
        begin, end = a.start[arc], a.start[arc + 1] - 1
        i = after[begin]
        while i != end:
            p, n = before[i], after[i]
            own = _cost(i, zoom, left)
            if own > limit or own > _cost(n, zoom, left) or own > _cost(p, zoom, left):
                i = n
                continue
            if _swept(a.vertex[p], a.vertex[i], a.vertex[n], arc, x, y, a, grid, left.gone):
                left.swept[i] = zoom
            else:
                left.level[i] = zoom
                left.gone[a.vertex[i]] = True
                after[p], before[n] = n, p
                for k in (p, n):
                    if begin < k < end and not kept[a.vertex[k]]:
                        left.cost[k] = _missed(before[k], after[k], a, x, y, most * most)
                        left.swept[k] = ALWAYS
            # Whatever became of it, the one before may be the least missed now.
            i = n if p == begin else p


@helper
def _cost(i: int, zoom: int, left: Borders) -> float:
    return np.inf if left.swept[i] == zoom else left.cost[i]
