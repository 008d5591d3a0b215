"""Valid polygons from closed walks that may touch themselves, run back along themselves or cover nothing.

After rounding, the boundary of an area is still a boundary: it has the area on one side and crosses nothing. But it may
pass a point twice, or run along a stretch there and back. What runs both ways is left out, and the rest is cut where it
touches itself, so that what is left are simple rings that meet in points only (OGC 06-103r4, section 6.1.11).

Conventions: the plane is that of tiles, y pointing down, seen as the ordinary plane: a boundary has its area to the
left, outer rings have a positive area, their holes follow them and have a negative one. Rings do not repeat their first
point. A *window* is west, north, east, south; walks have no point outside it.
"""

from __future__ import annotations

import numpy as np

from tiles.arcs import IntArray
from tiles.compiled import helper, kernel
from tiles.walks import Walks, number_places, side_of, twice_area


@kernel
def untangle(w: Walks, window: IntArray) -> Walks:
    """Return the valid rings of an area, given its boundary within a window."""
    tail, head, x, y = _stretches(w, window)
    return _ordered(_loops(tail, head, x, y), window)


@helper
def _stretches(w: Walks, window: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Cut the stretches on the sides of the window at every point there, and leave out what runs both ways.

    Returns:
        (stretches,) number of the place that each leaves; the same of the place it enters; (places,) x and y.
    """
    number, places = number_places(w)
    n = w.start[-1]
    x, y = np.empty(places, dtype=np.int64), np.empty(places, dtype=np.int64)
    for k in range(n):
        x[number[k]], y[number[k]] = w.x[k], w.y[k]
    tail, head, on = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    sides = 0
    for ring in range(len(w.start) - 1):
        last = w.start[ring + 1] - 1
        for k in range(w.start[ring], w.start[ring + 1]):
            tail[last], head[last], on[last] = number[last], number[k], side_of(w, last, window) & side_of(w, k, window)
            sides |= on[last]
            last = k
    if sides == 0:
        return _net(tail, head, x, y)
    size = n + 4 * places + 4
    more_tail, more_head, count = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64), 0
    for k in range(n):
        if on[k] == 0:
            more_tail[count], more_head[count] = tail[k], head[k]
            count += 1
    for side in (1, 2, 4, 8):
        count = _along(side, tail, head, on, x, y, window, more_tail, more_head, count)
    return _net(more_tail[:count], more_head[:count], x, y)


@helper
def _along(
    side: int,
    tail: IntArray,
    head: IntArray,
    on: IntArray,
    x: IntArray,
    y: IntArray,
    window: IntArray,
    out_tail: IntArray,
    out_head: IntArray,
    count: int,
) -> int:
    """Add what is left of the stretches on one side, from point to point; return how many stretches there are then."""
    axis = y if side in (1, 4) else x
    level = window[0] if side == 1 else window[1] if side == 2 else window[2] if side == 4 else window[3]
    other = x if side in (1, 4) else y
    place, points = np.empty(len(x), dtype=np.int64), 0
    for one in range(len(x)):
        if other[one] == level:
            j = points
            while j > 0 and axis[place[j - 1]] > axis[one]:
                place[j] = place[j - 1]
                j -= 1
            place[j] = one
            points += 1
    net = np.zeros(points + 1, dtype=np.int64)
    for k in range(len(on)):
        if on[k] & side:
            sign = 1 if axis[head[k]] > axis[tail[k]] else -1
            low, high = min(axis[head[k]], axis[tail[k]]), max(axis[head[k]], axis[tail[k]])
            for i in range(points):
                if low <= axis[place[i]] < high:
                    net[i] += sign
    for i in range(points - 1):
        if net[i] != 0:
            a, b = (place[i], place[i + 1]) if net[i] > 0 else (place[i + 1], place[i])
            out_tail[count], out_head[count] = a, b
            count += 1
    return count


@helper
def _net(tail: IntArray, head: IntArray, x: IntArray, y: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Leave out stretches in pairs that run both ways, and sort the rest by the place they leave."""
    n = len(tail)
    first, after = np.full(len(x), -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    left = np.ones(n, dtype=np.bool_)
    for k in range(n):
        at = first[head[k]]
        while at >= 0 and (not left[at] or head[at] != tail[k]):
            at = after[at]
        if at >= 0 or tail[k] == head[k]:
            left[k] = False
            if at >= 0:
                left[at] = False
            continue
        after[k] = first[tail[k]]
        first[tail[k]] = k
    out_tail, out_head, count = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), 0
    for place in range(len(x)):
        at = first[place]
        while at >= 0:
            if left[at]:
                out_tail[count], out_head[count] = tail[at], head[at]
                count += 1
            at = after[at]
    return out_tail[:count], out_head[:count], x, y


@helper
def _turn(back_x: int, back_y: int, x: int, y: int) -> int:
    """Return the part of the turn from the way back, clockwise, in which a direction lies."""
    cross = back_x * y - back_y * x
    if cross == 0:
        return 1 if back_x * x + back_y * y < 0 else 3
    return 0 if cross < 0 else 2


@helper
def _loops(tail: IntArray, head: IntArray, x: IntArray, y: IntArray) -> Walks:
    """Follow the boundary with the area to the left, and cut off a ring whenever a place is passed again."""
    n = len(tail)
    first = np.zeros(len(x) + 1, dtype=np.int64)
    for k in range(n):
        first[tail[k] + 1] += 1
    for place in range(len(x)):
        first[place + 1] += first[place]
    used, position = np.zeros(n, dtype=np.bool_), np.full(len(x), -1, dtype=np.int64)
    stack = np.empty(n + 1, dtype=np.int64)
    start = np.zeros(n // 3 + 2, dtype=np.int64)
    out_x, out_y, rings = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), 0
    for begin in range(n):
        step, top = begin, 0
        while not used[step]:
            used[step] = True
            here, there = tail[step], head[step]
            position[here], stack[top] = top, here
            top += 1
            if position[there] >= 0:
                bottom, end = position[there], start[rings]
                for k in range(bottom, top):
                    out_x[end + k - bottom], out_y[end + k - bottom] = x[stack[k]], y[stack[k]]
                    position[stack[k]] = -1
                rings += 1
                start[rings] = end + top - bottom
                top = bottom
            best = -1
            back_x, back_y = x[here] - x[there], y[here] - y[there]
            for k in range(first[there], first[there + 1]):
                if best >= 0:
                    ax, ay = x[head[best]] - x[there], y[head[best]] - y[there]
                    bx, by = x[head[k]] - x[there], y[head[k]] - y[there]
                    turn, other = _turn(back_x, back_y, ax, ay), _turn(back_x, back_y, bx, by)
                    if turn < other or (turn == other and ax * by - ay * bx <= 0):
                        continue
                best = k
            step = best
        for k in range(top):
            position[stack[k]] = -1
    return Walks(start[: rings + 1], out_x, out_y)


@helper
def _holds(w: Walks, ring: int, x: int, y: int) -> bool:
    """Return whether a ring holds a place given in half units, which does not lie on it."""
    inside, last = False, w.start[ring + 1] - 1
    for k in range(w.start[ring], w.start[ring + 1]):
        ax, ay, bx, by = 2 * w.x[last], 2 * w.y[last], 2 * w.x[k], 2 * w.y[k]
        if (ay > y) != (by > y) and ((x - ax) * (by - ay) < (bx - ax) * (y - ay)) == (by > ay):
            inside = not inside
        last = k
    return inside


@helper
def _ordered(w: Walks, window: IntArray) -> Walks:
    """Put holes after the ring around them, and leave out points within a side of the window."""
    count = len(w.start) - 1
    area, around = np.empty(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    for ring in range(count):
        area[ring] = twice_area(w, ring)
    for ring in range(count):
        if area[ring] > 0:
            continue
        k = w.start[ring]
        x, y = w.x[k] + w.x[k + 1], w.y[k] + w.y[k + 1]
        for other in range(count):
            smaller = around[ring] < 0 or area[other] < area[around[ring]]
            if area[other] > 0 and smaller and _holds(w, other, x, y):
                around[ring] = other
    out = Walks(np.zeros(count + 1, dtype=np.int64), np.empty_like(w.x), np.empty_like(w.y))
    rings, end = 0, 0
    for ring in range(count):
        if area[ring] <= 0:
            continue
        for other in range(-1, count):
            one = ring if other < 0 else other
            if other >= 0 and around[other] != ring:
                continue
            last = w.start[one + 1] - 1
            for k in range(w.start[one], w.start[one + 1]):
                after = k + 1 if k < w.start[one + 1] - 1 else w.start[one]
                if not side_of(w, last, window) & side_of(w, k, window) & side_of(w, after, window):
                    out.x[end], out.y[end] = w.x[k], w.y[k]
                    end += 1
                last = k
            rings += 1
            out.start[rings] = end
    return Walks(out.start[: rings + 1], out.x, out.y)
