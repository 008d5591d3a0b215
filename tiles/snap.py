"""Borders on the whole units of a zoom, by snap rounding: rounded so that none comes to lie across another.

Every vertex is rounded to the pixel it lies in (here: a square of one world unit around a whole point), and every
border that passes through such a pixel is bent to its centre (Hobby 1999, Computational Geometry 13(4), 199-214;
Guibas & Marimont 1998, Int. J. Computational Geometry & Applications 8(2), 157-176: borders may come to touch or to run
together, never to cross). Where a border crosses a line along which some tile will be cut, that point is a vertex like
others, so cutting moves nothing.

Conventions: a pixel holds its western and northern sides and not the other two, as rounding halves up has it; all
tests are exact, in 64-bit integers; a drawn border is a run of pixels, none following itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tiles.arcs import Arcs, IntArray
from tiles.compiled import helper, kernel
from tiles.simplify import Grid, make_grid


class Lines(NamedTuple):
    """Borders as runs of pixels.

    Args:
        start: (arcs + 1,) where each arc begins; one that is not drawn has no pixel.
        x: World units.
        y: World units.
    """

    start: IntArray
    x: IntArray
    y: IntArray


class Drawn(NamedTuple):
    """What is left of borders at a zoom.

    Args:
        start: (arcs + 1,) where each arc begins in `vertex`; one that is not drawn has no vertex.
        vertex: Numbers of vertices.
    """

    start: IntArray
    vertex: IntArray


@kernel
def drawn_vertices(zoom: int, arcs: Arcs, level: IntArray) -> Drawn:
    """Return the vertices of arcs that are drawn at a zoom.

    Args:
        zoom: The zoom.
        arcs: The arcs.
        level: (positions,) the coarsest zoom at which each vertex is left out.
    """
    start, vertex, count = np.zeros(len(arcs.start), dtype=np.int64), np.empty(len(arcs.vertex), dtype=np.int64), 0
    for arc in range(len(arcs.start) - 1):
        for k in range(arcs.start[arc], arcs.start[arc + 1]):
            if level[k] < zoom:
                vertex[count] = arcs.vertex[k]
                count += 1
        start[arc + 1] = count
    return Drawn(start, vertex[:count].copy())


@helper
def _between(p: int, q: int, extent: int, buffer: int) -> int:
    """Return the most lines of cutting that lie between two places, in world units."""
    inner, outer = (p + buffer) // extent - (q + buffer) // extent, (p - buffer) // extent - (q - buffer) // extent
    return abs(inner) + abs(outer)


@helper
def _uncut(p: int, extent: int, buffer: int) -> tuple[int, int]:
    """Return the range of places around one between which no line of cutting lies, its end left out."""
    inner, outer = (p + buffer) // extent * extent - buffer, (p - buffer) // extent * extent + buffer
    return max(inner, outer), min(inner, outer) + extent


@helper
def _cuts(
    p: int, q: int, r: int, s: int, shift: int, extent: int, buffer: int, along: IntArray, across: IntArray
) -> int:
    """Find the pixels in which the stretch from (p, r) to (q, s) crosses lines across the first axis.

    Args:
        p: First axis, start, units of the plane.
        q: First axis, end.
        r: Second axis, start.
        s: Second axis, end.
        shift: Binary logarithm of a world unit.
        extent: Units along a tile.
        buffer: Units around it.
        along: Filled with the first axis of the pixels, world units.
        across: Filled with the second axis.

    Returns:
        How many there are.
    """
    if p > q:
        p, q, r, s = q, p, s, r
    unit, count = 1 << shift, 0
    for offset in (-buffer, buffer):
        tile = ((p >> shift) - offset) // extent
        line = (tile * extent + offset) << shift
        while line < q:
            if line > p:
                rest = r - ((r >> shift) << shift)
                rise = (s - r) * (line - p) + (rest + unit // 2) * (q - p)
                along[count], across[count] = line >> shift, (r >> shift) + rise // (unit * (q - p))
                count += 1
            line += extent << shift
    return count


@kernel
def hot_pixels(
    start: IntArray, vertex: IntArray, x: IntArray, y: IntArray, shift: int, extent: int, buffer: int
) -> tuple[IntArray, IntArray]:
    """Return x and y of the pixels to which borders are bent: those of vertices, then those of cuts."""
    half = 1 << shift >> 1
    size = len(vertex) + len(vertex) // 4 + 64
    hot_x, hot_y = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    count = len(vertex)
    for k in range(count):
        hot_x[k], hot_y[k] = (x[vertex[k]] + half) >> shift, (y[vertex[k]] + half) >> shift
    west, east, north, south = 0, 0, 0, 0
    for arc in range(len(start) - 1):
        for k in range(start[arc], start[arc + 1] - 1):
            v, w = vertex[k], vertex[k + 1]
            left, top, right, bottom = x[v] >> shift, y[v] >> shift, x[w] >> shift, y[w] >> shift
            if not (west <= left < east and north <= top < south):
                (west, east), (north, south) = _uncut(left, extent, buffer), _uncut(top, extent, buffer)
            if west <= right < east and north <= bottom < south:
                continue
            wide, high = _between(left, right, extent, buffer), _between(top, bottom, extent, buffer)
            if count + wide + high > len(hot_x):
                more = np.empty(len(hot_x) + wide + high, dtype=np.int64)
                hot_x, hot_y = np.concatenate((hot_x, more)), np.concatenate((hot_y, more))
            if wide:
                count += _cuts(x[v], x[w], y[v], y[w], shift, extent, buffer, hot_x[count:], hot_y[count:])
            if high:
                count += _cuts(y[v], y[w], x[v], x[w], shift, extent, buffer, hot_y[count:], hot_x[count:])
    return hot_x[:count].copy(), hot_y[:count].copy()


@helper
def _hits(px: int, py: int, dx: int, dy: int, shift: int, cx: int, cy: int) -> bool:
    """Return whether a stretch from (px, py) by (dx, dy) passes through a pixel."""
    half = 1 << shift >> 1
    x, y = (cx << shift) - px, (cy << shift) - py
    if min(0, dx) >= x + half or max(0, dx) < x - half or min(0, dy) >= y + half or max(0, dy) < y - half:
        return False
    side, reach = dx * y - dy * x, half * (abs(dx) + abs(dy))
    return -reach < side < reach or side - half * dx + half * dy == 0


@kernel
def bend(
    start: IntArray,
    vertex: IntArray,
    x: IntArray,
    y: IntArray,
    shift: int,
    grid: Grid,
) -> Lines:
    """Round every border and bend it to every hot pixel that it passes through."""
    half = 1 << shift >> 1
    out_x = np.empty(len(grid.x) + len(grid.x) // 4 + 64, dtype=np.int64)
    out_y, begin = np.empty_like(out_x), np.zeros(len(start), dtype=np.int64)
    near = np.empty((3, 64), dtype=np.int64)
    end = 0
    for arc in range(len(start) - 1):
        first = end
        for k in range(start[arc], start[arc + 1]):
            v = vertex[k]
            vx, vy = (x[v] + half) >> shift, (y[v] + half) >> shift
            count = 0
            if k > start[arc]:
                u = vertex[k - 1]
                count, near = _near(x[u], y[u], x[v] - x[u], y[v] - y[u], shift, grid, near)
            if end + count + 1 > len(out_x):
                out_x = np.concatenate((out_x, np.empty(len(out_x) + count, dtype=np.int64)))
                out_y = np.concatenate((out_y, np.empty(len(out_y) + count, dtype=np.int64)))
            for j in range(count + 1):
                cx, cy = (near[1, j], near[2, j]) if j < count else (vx, vy)
                if end == first or out_x[end - 1] != cx or out_y[end - 1] != cy:
                    out_x[end], out_y[end] = cx, cy
                    end += 1
        begin[arc + 1] = end
    return Lines(begin, out_x[:end].copy(), out_y[:end].copy())


@helper
def _near(
    px: int,
    py: int,
    dx: int,
    dy: int,
    shift: int,
    grid: Grid,
    near: IntArray,
) -> tuple[int, IntArray]:
    """List the hot pixels that a stretch passes through between its ends, in the order of its way.

    Returns:
        How many, and (3, room) their place along the way, x and y.
    """
    half = 1 << shift >> 1
    from_x, from_y = px + half >> shift, py + half >> shift
    to_x, to_y = px + dx + half >> shift, py + dy + half >> shift
    west, east, north, south = min(from_x, to_x), max(from_x, to_x), min(from_y, to_y), max(from_y, to_y)
    towards_x, towards_y = 1 if dx >= 0 else -1, 1 if dy >= 0 else -1
    count = 0
    for row in range((north >> grid.shift) - grid.north, (south >> grid.shift) - grid.north + 1):
        first = row * grid.columns + (west >> grid.shift) - grid.west
        for k in range(grid.start[first], grid.start[first + (east >> grid.shift) - (west >> grid.shift) + 1]):
            cx, cy = grid.x[k], grid.y[k]
            if not (west <= cx <= east and north <= cy <= south):
                continue
            # Its own two ends are drawn anyway, and most stretches pass through no other pixel.
            if (cx == from_x and cy == from_y) or (cx == to_x and cy == to_y):
                continue
            if not _hits(px, py, dx, dy, shift, cx, cy):
                continue
            # Along the way both coordinates only grow or only fall, so their sum gives the order.
            place, at = towards_x * cx + towards_y * cy, count
            while at > 0 and near[0, at - 1] > place:
                at -= 1
            if at > 0 and near[0, at - 1] == place:
                continue
            if count == near.shape[1]:
                near = np.concatenate((near, np.empty_like(near)), axis=1)
            for j in range(count, at, -1):
                near[0, j], near[1, j], near[2, j] = near[0, j - 1], near[1, j - 1], near[2, j - 1]
            near[0, at], near[1, at], near[2, at] = place, cx, cy
            count += 1
    return count, near


def snap(drawn: Drawn, x: IntArray, y: IntArray, shift: int, extent: int, buffer: int) -> Lines:
    """Draw borders on whole units.

    Args:
        drawn: Their vertices.
        x: (vertices,) places on the plane.
        y: (vertices,) the same.
        shift: Binary logarithm of a world unit in units of the plane, at least 1.
        extent: Units along a tile.
        buffer: Units around it that are drawn too.
    """
    hot_x, hot_y = hot_pixels(*drawn, x, y, shift, extent, buffer)
    if len(hot_x) == 0:
        return Lines(drawn.start, hot_x, hot_y)
    grid = make_grid(hot_x, hot_y, np.arange(len(hot_x)))
    return bend(*drawn, x, y, shift, grid)
