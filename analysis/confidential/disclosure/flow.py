"""Augmenting paths on a circulation: can an arc carry more than it does, and which cells must be hidden that it can?

A table whose cells form two laminar families is a circulation (Gusfield 1988, SIAM J. Comput. 17:552-571): the largest
value of a free arc is its flow plus the maximum flow from its head back to its tail. Nobody needs that maximum here,
only whether it reaches a goal, so the search stops there. Paths are searched from both ends, always from the side with
the smaller frontier. Every question starts from the true flow and is undone afterwards: the flow that answered it is a
witness, and a witness names the hidden cells that the answer rests on.

Conventions: arc `a` runs from `tail[a]` to `head[a]` and carries `flow[a]` within `low[a]..high[a]`. A *step* is
`2 * a` along an arc, `2 * a + 1` against it. Kernels are compiled; their arrays are the fields of `Workspace`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32]

#: More than any count or capacity; sums of a million of them still fit an int64.
UNLIMITED = 1 << 40


class Graph(NamedTuple):
    """The arcs, and for each node the steps that leave it.

    Args:
        tail: (arcs,) node that an arc leaves.
        head: (arcs,) node that it enters.
        start: (nodes + 1,) where the steps of each node begin in `step`.
        step: (2 * arcs,) steps leaving each node.
    """

    tail: IndexArray
    head: IndexArray
    start: IndexArray
    step: IndexArray


class Scratch(NamedTuple):
    """Memory that searches use again and again: marks hold the number of the search that set them."""

    ahead: IntArray
    behind: IntArray
    came: IndexArray
    goes: IndexArray
    first: IndexArray
    second: IndexArray
    path: IndexArray
    touched: IndexArray
    seen: IntArray
    state: IntArray


def graph(tail: IndexArray, head: IndexArray, nodes: int, passable: NDArray[np.bool_]) -> Graph:
    """Index the arcs of a network by node.

    Args:
        tail: (arcs,) node that each arc leaves.
        head: (arcs,) node that each arc enters.
        nodes: Number of nodes.
        passable: (arcs,) false where no flow can ever change; such arcs are left out of the index.
    """
    arcs = np.flatnonzero(passable).astype(np.int32)
    origin = np.concatenate([tail[arcs], head[arcs]])
    steps = np.concatenate([2 * arcs, 2 * arcs + 1]).astype(np.int32)
    order = np.argsort(origin, kind="stable")
    start = np.zeros(nodes + 1, dtype=np.int32)
    start[1:] = np.cumsum(np.bincount(origin, minlength=nodes))
    return Graph(tail.astype(np.int32), head.astype(np.int32), start, steps[order])


def scratch(nodes: int, arcs: int) -> Scratch:
    """Return fresh memory for searches in a network of that size."""
    return Scratch(
        ahead=np.zeros(nodes, dtype=np.int64),
        behind=np.zeros(nodes, dtype=np.int64),
        came=np.zeros(nodes, dtype=np.int32),
        goes=np.zeros(nodes, dtype=np.int32),
        first=np.zeros(nodes, dtype=np.int32),
        second=np.zeros(nodes, dtype=np.int32),
        path=np.zeros(nodes + 1, dtype=np.int32),
        touched=np.zeros(arcs + 1, dtype=np.int32),
        seen=np.zeros(arcs, dtype=np.int64),
        state=np.zeros(3, dtype=np.int64),
    )


@njit(cache=True, nogil=True, inline="always")
def room(step: int, flow: IntArray, low: IntArray, high: IntArray) -> int:
    """Return how much more a step can carry."""
    arc = step >> 1
    return int(high[arc] - flow[arc] if step & 1 == 0 else flow[arc] - low[arc])


@njit(cache=True, nogil=True)
def find_path(  # noqa: PLR0912, PLR0915 - one loop, unrolled by side: a call for each step would double its time
    g: Graph, s: Scratch, flow: IntArray, low: IntArray, high: IntArray, skip: int, source: int, sink: int
) -> int:
    """Find a shortest path with room from a node to another, not using one arc; its steps go to `s.path`.

    Returns:
        The number of steps, 0 where there is no path.
    """
    s.state[0] += 1
    epoch = s.state[0]
    s.ahead[source] = epoch
    s.behind[sink] = epoch
    s.first[0], s.second[0] = source, sink
    begin_a, end_a, begin_b, end_b = 0, 1, 0, 1
    # Steps that the next round of each side would look at: the country has thousands, a buurt a dozen.
    work_a = g.start[source + 1] - g.start[source]
    work_b = g.start[sink + 1] - g.start[sink]
    meet = -1
    while begin_a < end_a and begin_b < end_b and meet < 0:
        if work_a <= work_b:
            stop = end_a
            work_a = 0
            while begin_a < stop and meet < 0:
                node = s.first[begin_a]
                begin_a += 1
                for k in range(g.start[node], g.start[node + 1]):
                    step = g.step[k]
                    arc = step >> 1
                    if room(step, flow, low, high) <= 0 or arc == skip:
                        continue
                    other = g.head[arc] if step & 1 == 0 else g.tail[arc]
                    if s.ahead[other] == epoch:
                        continue
                    s.ahead[other] = epoch
                    s.came[other] = step
                    if s.behind[other] == epoch:
                        meet = other
                        break
                    s.first[end_a] = other
                    end_a += 1
                    work_a += g.start[other + 1] - g.start[other]
        else:
            stop = end_b
            work_b = 0
            while begin_b < stop and meet < 0:
                node = s.second[begin_b]
                begin_b += 1
                for k in range(g.start[node], g.start[node + 1]):
                    # A step that leaves `node`, walked the other way, enters it.
                    step = g.step[k] ^ 1
                    arc = step >> 1
                    if room(step, flow, low, high) <= 0 or arc == skip:
                        continue
                    other = g.tail[arc] if step & 1 == 0 else g.head[arc]
                    if s.behind[other] == epoch:
                        continue
                    s.behind[other] = epoch
                    s.goes[other] = step
                    if s.ahead[other] == epoch:
                        meet = other
                        break
                    s.second[end_b] = other
                    end_b += 1
                    work_b += g.start[other + 1] - g.start[other]
    if meet < 0:
        # One side ran dry: nothing leaves (or enters) its nodes. Remember which, for whoever must open it.
        s.state[2] = end_a if begin_a == end_a else -end_b
        return 0
    return _trace(g, s, source, sink, meet)


@njit(cache=True, nogil=True)
def _trace(g: Graph, s: Scratch, source: int, sink: int, meet: int) -> int:
    count = 0
    node = meet
    while node != source:
        step = s.came[node]
        s.path[count] = step
        count += 1
        node = g.tail[step >> 1] if step & 1 == 0 else g.head[step >> 1]
    node = meet
    while node != sink:
        step = s.goes[node]
        s.path[count] = step
        count += 1
        node = g.head[step >> 1] if step & 1 == 0 else g.tail[step >> 1]
    return count


@njit(cache=True, nogil=True)
def _touch(s: Scratch, arc: int) -> None:
    if s.seen[arc] != s.state[1]:
        s.seen[arc] = s.state[1]
        s.touched[0] += 1
        s.touched[s.touched[0]] = arc


@njit(cache=True, nogil=True)
def begin(s: Scratch) -> None:
    """Forget which arcs were touched."""
    s.state[1] += 1
    s.touched[0] = 0


@njit(cache=True, nogil=True)
def undo(s: Scratch, flow: IntArray, truth: IntArray) -> None:
    """Give every touched arc its true flow again."""
    for k in range(1, s.touched[0] + 1):
        flow[s.touched[k]] = truth[s.touched[k]]
    s.touched[0] = 0


@njit(cache=True, nogil=True)
def raise_arc(g: Graph, s: Scratch, flow: IntArray, low: IntArray, high: IntArray, arc: int, goal: int) -> bool:
    """Push flow round through an arc until it carries the goal; touched arcs are remembered for `undo`.

    Returns:
        Whether the goal was reached.
    """
    while flow[arc] < goal:
        count = find_path(g, s, flow, low, high, arc, g.head[arc], g.tail[arc])
        if count == 0:
            return False
        # Pushing the whole goal, where there is room, lifts every arc on the way that points along to its own goal.
        _push(s, flow, low, high, count, arc, min(goal, high[arc] - flow[arc]), 1)
    return True


@njit(cache=True, nogil=True)
def lower_arc(g: Graph, s: Scratch, flow: IntArray, low: IntArray, high: IntArray, arc: int, goal: int) -> bool:
    """Send flow around an arc until it carries no more than the goal.

    Returns:
        Whether the goal was reached.
    """
    while flow[arc] > goal:
        count = find_path(g, s, flow, low, high, arc, g.tail[arc], g.head[arc])
        if count == 0:
            return False
        _push(s, flow, low, high, count, arc, flow[arc] - goal, -1)
    return True


@njit(cache=True, nogil=True)
def _push(
    s: Scratch, flow: IntArray, low: IntArray, high: IntArray, count: int, arc: int, wanted: int, sign: int
) -> None:
    amount = wanted
    for k in range(count):
        amount = min(amount, room(s.path[k], flow, low, high))
    for k in range(count):
        step = s.path[k]
        _touch(s, step >> 1)
        flow[step >> 1] += amount if step & 1 == 0 else -amount
    _touch(s, arc)
    flow[arc] += sign * amount
