"""Where areas meet: borders of which a file says nearly the same on either side are made the same.

A border is found as shared (`tiles.arcs`) where both its areas have the same vertices, and files come short of that in
two ways. Vertices may be a hair apart: computed twice, or rounded on one side. And a corner of one area may lie within
an edge of another that has no vertex there, so that both sides are one line and yet not the same edges.

Build time only: needs shapely and numba.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from geo.areas import FloatArray
from tiles.arcs import Arcs, IntArray, weld
from tiles.compiled import kernel
from tiles.overlaps import surplus_of

#: Vertices as close as this are one, in millimetres, and a vertex so close to an edge lies on it; vertices three times
#: as far apart are never one.
HAIR = 5.0


#: Longest stretch in metres that is taken for straight in web mercator; it is off by at most an eighth of its square
#: times the change of scale, which is a tenth of a metre.
LONGEST = 2000.0


class Corners(NamedTuple):
    """Vertices that lie within edges of others, edge by edge.

    Args:
        edge: (edges,) the edges, ascending: the lower number of their two ends shifted by 32 bits, and the higher.
        start: (edges + 1,) where the corners of each begin.
        vertex: Numbers of vertices, in the order from the end with the lower number.
    """

    edge: IntArray
    start: IntArray
    vertex: IntArray


def join_near(number: IntArray, place: IntArray) -> tuple[IntArray, IntArray]:
    """Make vertices one that are a hair apart.

    Args:
        number: (n,) numbers of vertices.
        place: (2, vertices) where each is, whole millimetres.

    Returns:
        The same, with fewer vertices where some were joined; each joined one is where its first was.
    """
    near, _, _ = weld(place / (2 * HAIR), 0.5)
    if int(near.max(initial=-1)) + 1 == place.shape[1]:
        return number, place
    _, first = np.unique(near, return_index=True)
    return near[number], place[:, first]


def find_corners(arcs: Arcs, place: IntArray) -> Corners:
    """Find the vertices that lie within edges along which no other area runs.

    Whatever touches such an edge from its other side has an edge of its own there along which no other area runs, so
    these edges and their ends are all that need be looked at.

    Args:
        arcs: The borders.
        place: (2, vertices) where each vertex is, whole millimetres.
    """
    arc = np.repeat(np.arange(len(arcs.start) - 1), np.diff(arcs.start))
    first = np.flatnonzero((arc[1:] == arc[:-1]) & (surplus_of(arcs)[arc[1:]] != 0))
    ends = np.sort(np.vstack([arcs.vertex[first], arcs.vertex[first + 1]]), axis=0)
    vertex = np.unique(ends)
    line = np.asarray(shapely.linestrings(place[:, ends].transpose(2, 1, 0)))
    point = np.asarray(shapely.points(place[:, vertex].T))
    at, on = shapely.STRtree(line).query(point, predicate="dwithin", distance=HAIR)
    inner = (vertex[at] != ends[0, on]) & (vertex[at] != ends[1, on])
    at, on = at[inner], on[inner]
    share = shapely.line_locate_point(line[on], point[at])
    inner = (share > 0) & (share < shapely.length(line[on]))
    at, key, share = at[inner], (ends[0] << 32 | ends[1])[on[inner]], share[inner]
    order = np.lexsort((share, key))
    edge, begin = np.unique(key[order], return_index=True)
    return Corners(edge, np.append(begin, len(order)), vertex[at[order]])


def put_corners(number: IntArray, start: IntArray, corners: Corners) -> tuple[IntArray, IntArray]:
    """Put corners on the edges they lie on, wherever those occur.

    Args:
        number: (n,) numbers of vertices of closed rings.
        start: (rings + 1,) where each ring begins.
        corners: The corners.

    Returns:
        The same with more vertices.
    """
    one, other = number[:-1], number[1:]
    key = np.minimum(one, other) << 32 | np.maximum(one, other)
    key[start[1:-1] - 1] = -1  # from one ring to the next
    at = np.flatnonzero(np.isin(key, corners.edge))
    which = np.searchsorted(corners.edge, key[at])
    begin, end = corners.start[which], corners.start[which + 1]
    count = end - begin
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = np.repeat(one[at] < other[at], count)
    vertex = corners.vertex[np.where(along, np.repeat(begin, count) + step, np.repeat(end, count) - 1 - step)]
    before = np.repeat(at + 1, count)
    return np.insert(number, before, vertex), start + np.searchsorted(before, start)


@kernel
def straight(xy: FloatArray, start: IntArray, longest: float) -> tuple[FloatArray, IntArray]:
    """Put vertices on long stretches, which are straight in RD and bent in web mercator.

    Args:
        xy: (n, 2) vertices of closed rings, RD metres.
        start: (rings + 1,) where each ring begins.
        longest: Longest stretch left as it is, metres.

    Returns:
        The same, with no longer stretches; both sides of a border get the same vertices.
    """
    parts, more = np.ones(len(xy), dtype=np.int64), 0
    for ring in range(len(start) - 1):
        for k in range(start[ring], start[ring + 1] - 1):
            right, down = xy[k + 1, 0] - xy[k, 0], xy[k + 1, 1] - xy[k, 1]
            if right * right + down * down > longest * longest:
                parts[k] = int(np.ceil(np.hypot(right, down) / longest))
                more += parts[k] - 1
    if more == 0:
        return xy, start
    out, begin, at = np.empty((len(xy) + more, 2)), np.zeros(len(start), dtype=np.int64), 0
    for ring in range(len(start) - 1):
        for k in range(start[ring], start[ring + 1]):
            out[at], at = xy[k], at + 1
            # From the same end on whichever side, so that the arithmetic is the same too.
            ahead = min(k + 1, len(xy) - 1)
            back = xy[ahead, 0] < xy[k, 0] or (xy[ahead, 0] == xy[k, 0] and xy[ahead, 1] < xy[k, 1])
            low, high = (ahead, k) if back else (k, ahead)
            for part in range(1, parts[k]):
                share = (parts[k] - part if back else part) / parts[k]
                for axis in range(2):
                    out[at, axis] = xy[low, axis] + (xy[high, axis] - xy[low, axis]) * share
                at += 1
        begin[ring + 1] = at
    return out, begin
