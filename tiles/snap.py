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


@kernel
def drawn_vertices(chosen: IntArray, zoom: int, arcs: Arcs, level: IntArray) -> tuple[IntArray, IntArray]:
    """Return the vertices of arcs that are drawn at a zoom.

    Args:
        chosen: Arcs to draw, ascending.
        zoom: The zoom.
        arcs: All arcs.
        level: (positions,) the coarsest zoom at which each vertex is left out.

    Returns:
        (arcs + 1,) where each arc begins, and the vertices.
    """
    count = 0
    for arc in chosen:
        for k in range(arcs.start[arc], arcs.start[arc + 1]):
            count += level[k] < zoom
    start, vertex = np.zeros(len(arcs.start), dtype=np.int64), np.empty(count, dtype=np.int64)
    at, done = 0, 0
    for arc in chosen:
        start[done + 1 : arc + 1] = at
        for k in range(arcs.start[arc], arcs.start[arc + 1]):
            if level[k] < zoom:
                vertex[at] = arcs.vertex[k]
                at += 1
        start[arc + 1] = at
        done = arc + 1
    start[done + 1 :] = at
    return start, vertex


@helper
def _between(p: int, q: int, extent: int, buffer: int) -> int:
    """Return the most lines of cutting that lie between two places, in world units."""
    inner, outer = (p + buffer) // extent - (q + buffer) // extent, (p - buffer) // extent - (q - buffer) // extent
    return abs(inner) + abs(outer)


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
    for arc in range(len(start) - 1):
        for k in range(start[arc], start[arc + 1] - 1):
            v, w = vertex[k], vertex[k + 1]
            wide = _between(x[v] >> shift, x[w] >> shift, extent, buffer)
            high = _between(y[v] >> shift, y[w] >> shift, extent, buffer)
            if wide + high == 0:
                continue
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
    hot_x: IntArray,
    hot_y: IntArray,
    grid: Grid,
) -> Lines:
    """Round every border and bend it to every hot pixel that it passes through."""
    half = 1 << shift >> 1
    out_x = np.empty(len(hot_x) + len(hot_x) // 4 + 64, dtype=np.int64)
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
                count, near = _near(x[u], y[u], x[v] - x[u], y[v] - y[u], shift, hot_x, hot_y, grid, near)
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
    hot_x: IntArray,
    hot_y: IntArray,
    grid: Grid,
    near: IntArray,
) -> tuple[int, IntArray]:
    """List the hot pixels that a stretch passes through, in the order of its way.

    Returns:
        How many, and (3, room) their place along the way, x and y.
    """
    half = 1 << shift >> 1
    west, east = (min(px, px + dx) + half) >> shift, (max(px, px + dx) + half) >> shift
    north, south = (min(py, py + dy) + half) >> shift, (max(py, py + dy) + half) >> shift
    towards_x, towards_y = 1 if dx >= 0 else -1, 1 if dy >= 0 else -1
    count = 0
    for row in range((north >> grid.shift) - grid.north, (south >> grid.shift) - grid.north + 1):
        first = row * grid.columns + (west >> grid.shift) - grid.west
        for k in range(grid.start[first], grid.start[first + (east >> grid.shift) - (west >> grid.shift) + 1]):
            cx, cy = hot_x[grid.item[k]], hot_y[grid.item[k]]
            if not (west <= cx <= east and north <= cy <= south) or not _hits(px, py, dx, dy, shift, cx, cy):
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


def snap(
    chosen: IntArray,
    zoom: int,
    arcs: Arcs,
    level: IntArray,
    x: IntArray,
    y: IntArray,
    shift: int,
    extent: int,
    buffer: int,
) -> Lines:
    """Draw arcs at a zoom.

    Args:
        chosen: Arcs to draw, ascending.
        zoom: The zoom.
        arcs: All arcs.
        level: (positions,) the coarsest zoom at which each vertex is left out.
        x: (vertices,) places on the plane.
        y: (vertices,) the same.
        shift: Binary logarithm of a world unit in units of the plane, at least 1.
        extent: Units along a tile.
        buffer: Units around it that are drawn too.
    """
    start, vertex = drawn_vertices(chosen, zoom, arcs, level)
    hot_x, hot_y = hot_pixels(start, vertex, x, y, shift, extent, buffer)
    if len(hot_x) == 0:
        return Lines(start, hot_x, hot_y)
    grid = make_grid(hot_x, hot_y, np.arange(len(hot_x)))
    return bend(start, vertex, x, y, shift, hot_x, hot_y, grid)
