"""The borders of a coverage, each found once: welded vertices, arcs between nodes, and rings as sequences of arcs.

An arc is a run of border between two nodes. A node is a vertex whose neighbours differ between the rings that pass it:
where three borders meet, where a border ends on the coast, where rings touch. All other vertices belong to one arc, and
every ring that has one of its vertices has them all, so whatever is done to an arc is done to both of its sides. A ring
without a node is one closed arc.

Conventions: vertices are whole numbers on a plane, y pointing down; the first ring of a polygon has a positive area,
its holes a negative one; half-arc `2 * a` runs along arc `a`, `2 * a + 1` against it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.areas import FloatArray
from tiles.compiled import helper, kernel

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Places this close to the border between two squares of the grid may lie in either: noise of arithmetic (in H3, whose
#: cells are computed one by one) must not part the corners of neighbours.
NOISE = 1e-3


class Rings(NamedTuple):
    """Rings of vertices, the last not repeating the first.

    Args:
        start: (rings + 1,) where each ring begins in `vertex`.
        vertex: Numbers of vertices.
    """

    start: IntArray
    vertex: IntArray


class Arcs(NamedTuple):
    """Shared borders.

    Args:
        start: (arcs + 1,) where each arc begins in `vertex`.
        vertex: Numbers of vertices, both ends included.
        owner: (vertices,) the arc that a vertex is within, -1 for the ends of arcs.
        ring: (rings + 1,) where each ring begins in `half`.
        half: Half-arcs of the rings, in order.
    """

    start: IntArray
    vertex: IntArray
    owner: IntArray
    ring: IntArray
    half: IntArray


@helper
def _find(table: NDArray[np.int32], place: IntArray, a: int, b: int) -> int:
    """Return the slot of a pair of numbers: where it stands, or the empty one where it should."""
    mask = len(table) - 1
    mixed = (a * 0x9E3779B97F4A7C1) ^ (b * 0x61C8864680B583B)
    slot = (mixed ^ (mixed >> 29)) & mask
    while table[slot] >= 0 and (place[table[slot], 0] != a or place[table[slot], 1] != b):
        slot = (slot + 1) & mask
    return slot


@kernel
def weld(position: FloatArray, noise: float) -> tuple[IntArray, IntArray, IntArray]:
    """Round positions to a grid of whole numbers and number the points of the grid that occur, in order of appearance.

    Args:
        position: (2, n) positions, in units of the grid.
        noise: How far a position may be off, in units of the grid.

    Returns:
        (n,) numbers, and (points,) x and y of the points.
    """
    n = position.shape[1]
    size = 16
    while size < 2 * n:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    number, place = np.empty(n, dtype=np.int64), np.empty((n, 2), dtype=np.int64)
    count = 0
    for k in range(n):
        u, v = position[0, k] + 0.5, position[1, k] + 0.5
        a, b = int(np.floor(u)), int(np.floor(v))
        slot = _find(table, place, a, b)
        if table[slot] < 0:
            other_a = a - 1 if u - a < noise else a + 1 if a + 1 - u < noise else a
            other_b = b - 1 if v - b < noise else b + 1 if b + 1 - v < noise else b
            if other_a != a or other_b != b:
                for way in range(1, 4):
                    other = _find(table, place, other_a if way & 1 else a, other_b if way & 2 else b)
                    if table[other] >= 0:
                        slot = other
        if table[slot] < 0:
            table[slot] = count
            place[count, 0], place[count, 1] = a, b
            count += 1
        number[k] = table[slot]
    return number, place[:count, 0].copy(), place[:count, 1].copy()


@kernel
def make_rings(vertex: IntArray, start: IntArray, hole: BoolArray, x: IntArray, y: IntArray) -> Rings:
    """Drop repeated vertices and give outer rings a positive area, holes a negative one.

    Args:
        vertex: Numbers of vertices, each ring closed.
        start: (rings + 1,) where each ring begins.
        hole: (rings,) whether a ring is a hole.
        x: (vertices,) places on the plane.
        y: (vertices,) the same.
    """
    out = np.empty(len(vertex), dtype=np.int64)
    begin = np.zeros(len(start), dtype=np.int64)
    end = 0
    for ring in range(len(start) - 1):
        first, area = end, 0.0
        for k in range(start[ring], start[ring + 1] - 1):
            v, w = vertex[k], vertex[k + 1]
            if v != w:
                out[end] = v
                end += 1
                o = vertex[start[ring]]
                area += float(x[v] - x[o]) * float(y[w] - y[o]) - float(x[w] - x[o]) * float(y[v] - y[o])
        if end - first < 3:
            end = first
        elif (area < 0) != hole[ring]:
            for k in range((end - first) // 2):
                out[first + k], out[end - 1 - k] = out[end - 1 - k], out[first + k]
        begin[ring + 1] = end
    return Rings(begin, out[:end].copy())


@kernel
def find_nodes(rings: Rings, count: int) -> BoolArray:
    """Return (count,) which vertices are nodes."""
    low, high = np.full(count, -1, dtype=np.int64), np.empty(count, dtype=np.int64)
    node = np.zeros(count, dtype=np.bool_)
    for ring in range(len(rings.start) - 1):
        begin, end = rings.start[ring], rings.start[ring + 1]
        for k in range(begin, end):
            v = rings.vertex[k]
            a = rings.vertex[k - 1 if k > begin else end - 1]
            b = rings.vertex[k + 1 if k + 1 < end else begin]
            a, b = min(a, b), max(a, b)
            if a == b:  # the ring turns back on itself
                node[v] = True
            elif low[v] < 0:
                low[v], high[v] = a, b
            elif low[v] != a or high[v] != b:
                node[v] = True
    return node


@kernel
def cut_arcs(rings: Rings, node: BoolArray) -> Arcs:  # noqa: PLR0912, PLR0915
    """Cut rings at nodes and find each arc once, in order of appearance."""
    vertex = np.empty(2 * len(rings.vertex) + len(rings.start), dtype=np.int64)
    start, half = np.zeros(len(vertex) + 1, dtype=np.int64), np.empty(len(vertex), dtype=np.int64)
    owner = np.full(len(node), -1, dtype=np.int64)
    by_ring = np.zeros(len(rings.start), dtype=np.int64)
    ends = np.empty((len(vertex), 2), dtype=np.int64)
    size = 16
    while size < 2 * len(rings.vertex):
        size *= 2
    table, known = np.full(size, -1, dtype=np.int32), np.empty(len(vertex), dtype=np.int64)
    arcs, end, halves, direct = 0, 0, 0, 0
    for ring in range(len(rings.start) - 1):
        begin, n = rings.start[ring], rings.start[ring + 1] - rings.start[ring]
        first = 0
        for k in range(n):
            if node[rings.vertex[begin + k]]:
                first = k
                break
            if rings.vertex[begin + k] < rings.vertex[begin + first]:
                first = k
        taken = 0
        while taken < n:
            vertex[end] = rings.vertex[begin + (first + taken) % n]
            length = 1
            while True:
                taken += 1
                vertex[end + length] = rings.vertex[begin + (first + taken) % n]
                length += 1
                if taken == n or node[vertex[end + length - 1]]:
                    break
            arc, slot, second = -1, -1, vertex[end + 1]
            if length > 2:
                arc = owner[second]
            else:
                low, high = min(vertex[end], second), max(vertex[end], second)
                slot = _find(table, ends, low, high)
                if table[slot] >= 0:
                    arc = known[table[slot]]
                else:
                    table[slot], known[direct] = direct, arcs
                    ends[direct, 0], ends[direct, 1] = low, high
                    direct += 1
            if arc < 0:
                for k in range(1, length - 1):
                    owner[vertex[end + k]] = arcs
                half[halves] = 2 * arcs
                end += length
                arcs += 1
                start[arcs] = end
            else:
                at = start[arc]
                half[halves] = 2 * arc + (0 if vertex[at] == vertex[end] and vertex[at + 1] == second else 1)
            halves += 1
        by_ring[ring + 1] = halves
    return Arcs(start[: arcs + 1].copy(), vertex[:end].copy(), owner, by_ring, half[:halves].copy())


@kernel
def find_anchors(arcs: Arcs, x: IntArray, y: IntArray, twins: BoolArray) -> BoolArray:
    """Return (vertices,) which vertices within arcs are never left out, so that no area is left without a corner.

    Two of a closed arc: the one farthest from its ends, and the one farthest from the line through both. One of each of
    several arcs between the same two nodes (`twins`): the one farthest from the line through those.
    """
    kept = np.zeros(len(x), dtype=np.bool_)
    for arc in range(len(arcs.start) - 1):
        begin, last = arcs.start[arc], arcs.start[arc + 1] - 1
        v, w = arcs.vertex[begin], arcs.vertex[last]
        closed = v == w
        if (not closed and not twins[arc]) or last - begin < 2:
            continue
        if closed:
            farthest = -1.0
            for k in range(begin + 1, last):
                u = arcs.vertex[k]
                distance = float(x[u] - x[v]) ** 2 + float(y[u] - y[v]) ** 2
                if distance > farthest:
                    farthest, w = distance, u
            kept[w] = True
        farthest, best = -1.0, v
        for k in range(begin + 1, last):
            u = arcs.vertex[k]
            side = float(x[w] - x[v]) * float(y[u] - y[v]) - float(y[w] - y[v]) * float(x[u] - x[v])
            if abs(side) > farthest and u != w:
                farthest, best = abs(side), u
        kept[best] = True
    return kept
