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
    """

    shift: int
    west: int
    north: int
    columns: int
    rows: int
    start: IntArray
    item: IntArray


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
    for one in item:
        bucket = ((y[one] >> shift) - north) * columns + (x[one] >> shift) - west
        sorted_item[place[bucket]] = one
        place[bucket] += 1
    return Grid(shift, west, north, columns, rows, start, sorted_item)


@helper
def _swept(p: int, v: int, n: int, own: int, x: IntArray, y: IntArray, a: Arcs, grid: Grid, gone: BoolArray) -> bool:
    """Return whether the closed triangle of three vertices holds another one that is drawn."""
    west, east = min(x[p], x[v], x[n]), max(x[p], x[v], x[n])
    north, south = min(y[p], y[v], y[n]), max(y[p], y[v], y[n])
    for row in range((north >> grid.shift) - grid.north, (south >> grid.shift) - grid.north + 1):
        first = row * grid.columns + (west >> grid.shift) - grid.west
        for k in range(grid.start[first], grid.start[first + (east >> grid.shift) - (west >> grid.shift) + 1]):
            u = grid.item[k]
            if not (west <= x[u] <= east and north <= y[u] <= south) or u in (p, v, n):
                continue
            if a.owner[u] == own and gone[u]:
                continue
            d = (x[v] - x[p]) * (y[u] - y[p]) - (y[v] - y[p]) * (x[u] - x[p])
            e = (x[n] - x[v]) * (y[u] - y[v]) - (y[n] - y[v]) * (x[u] - x[v])
            f = (x[p] - x[n]) * (y[u] - y[n]) - (y[p] - y[n]) * (x[u] - x[n])
            if not (min(d, e, f) < 0 < max(d, e, f)):
                return True
    return False


@helper
def _missed(i: int, j: int, a: Arcs, x: IntArray, y: IntArray, limit: float) -> float:
    """Return the squared distance to the line i-j of the farthest vertex between, or infinity beyond the limit."""
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
        if worst > limit:
            return np.inf
    return worst


@kernel
def leave_out(
    first: int,
    last: int,
    zoom: int,
    tolerance: float,
    a: Arcs,
    x: IntArray,
    y: IntArray,
    kept: BoolArray,
    grid: Grid,
    level: IntArray,
    before: IntArray,
    after: IntArray,
    gone: BoolArray,
    cost: FloatArray,
) -> None:
    """Leave vertices out of arcs for one zoom, given those that were for the finer zooms.

    Args:
        first: First arc.
        last: One after the last arc.
        zoom: The zoom.
        tolerance: Largest distance of a vertex left out, in units of the plane.
        a: The arcs.
        x: (vertices,) places on the plane.
        y: (vertices,) the same.
        kept: (vertices,) which are never left out.
        grid: The vertices drawn at the finer zoom.
        level: (positions in arcs,) set to the zoom where a vertex is left out.
        before: (positions,) the position drawn before each; changed.
        after: (positions,) the position drawn after each; changed.
        gone: (vertices,) which are left out; changed.
        cost: (positions,) memory.
    """
    limit = tolerance * tolerance
    for arc in range(first, last):
        begin, end = a.start[arc], a.start[arc + 1] - 1
        cost[begin] = cost[end] = np.inf
        i = after[begin]
        while i != end:
            cost[i] = _cost(i, arc, a, x, y, kept, grid, before, after, gone, limit)
            i = after[i]
        i = after[begin]
        while i != end:
            p, n = before[i], after[i]
            if cost[i] > limit or cost[i] > cost[n] or cost[i] > cost[p]:
                i = n
                continue
            level[i] = zoom
            gone[a.vertex[i]] = True
            after[p], before[n] = n, p
            if n != end:
                cost[n] = _cost(n, arc, a, x, y, kept, grid, before, after, gone, limit)
            i = n
            if p != begin:
                cost[p] = _cost(p, arc, a, x, y, kept, grid, before, after, gone, limit)
                i = p


@helper
def _cost(
    i: int,
    arc: int,
    a: Arcs,
    x: IntArray,
    y: IntArray,
    kept: BoolArray,
    grid: Grid,
    before: IntArray,
    after: IntArray,
    gone: BoolArray,
    limit: float,
) -> float:
    if kept[a.vertex[i]]:
        return np.inf
    p, n = before[i], after[i]
    missed = _missed(p, n, a, x, y, limit)
    if missed <= limit and _swept(a.vertex[p], a.vertex[i], a.vertex[n], arc, x, y, a, grid, gone):
        return np.inf
    return missed
