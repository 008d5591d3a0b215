"""Augmenting paths on a circulation: can an arc carry more than it does, and which cells must be hidden that it can?

A table whose cells form two laminar families is a circulation (Gusfield 1988, SIAM J. Comput. 17:552-571): the largest
value of a free arc is its flow plus the maximum flow from its head back to its tail. Nobody needs that maximum here,
only whether it reaches a goal, so the search stops there. Paths are searched from both ends, always on the side that
has cost less. A flow that answered a question is a witness, and a witness names the hidden cells that the answer rests
on. The maximum is the same from whatever flow one starts.

Conventions: arc `a` runs from `tail[a]` to `head[a]` and carries `flow[a]` within `low[a]..high[a]`. A *step* is
`2 * a` along an arc, `2 * a + 1` against it. Kernels are compiled; their memory is `Scratch`.
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
#: A search takes so many steps of a node at a time: the country has thousands, and the first few mostly do.
CHUNK = 16
#: It goes on after a path until it has seen twice as many nodes and these, or more paths than that turned out full.
NEARBY, FULL = 16, 1


class Graph(NamedTuple):
    """The arcs, and for each node the steps that leave it.

    Args:
        tail: (arcs,) node that an arc leaves.
        head: (arcs,) node that it enters.
        start: (nodes + 1,) where the steps of each node begin in `step`.
        step: (2 * arcs,) steps leaving each node.
        other: (2 * arcs,) the node that each of these steps leads to.
    """

    tail: IndexArray
    head: IndexArray
    start: IndexArray
    step: IndexArray
    other: IndexArray


class Scratch(NamedTuple):
    """Memory that searches use again and again: marks hold the number of the search that set them.

    `state` holds the number of the search, the number of the question, what the last search without a path found (the
    nodes that it reached from its source, or minus those from its sink, or 0 where it gave up), and how many nodes a
    search may reach before it gives up.
    """

    ahead: IntArray
    behind: IntArray
    came: IndexArray
    goes: IndexArray
    first: IndexArray
    second: IndexArray
    from_first: IndexArray
    from_second: IndexArray
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
    other = np.concatenate([head[arcs], tail[arcs]]).astype(np.int32)
    return Graph(tail.astype(np.int32), head.astype(np.int32), start, steps[order], other[order])


def scratch(nodes: int, arcs: int) -> Scratch:
    """Return fresh memory for searches in a network of that size."""
    return Scratch(
        ahead=np.zeros(nodes, dtype=np.int64),
        behind=np.zeros(nodes, dtype=np.int64),
        came=np.zeros(nodes, dtype=np.int32),
        goes=np.zeros(nodes, dtype=np.int32),
        first=np.zeros(nodes + 2 * arcs // CHUNK + 1, dtype=np.int32),
        second=np.zeros(nodes + 2 * arcs // CHUNK + 1, dtype=np.int32),
        from_first=np.zeros(nodes, dtype=np.int32),
        from_second=np.zeros(nodes, dtype=np.int32),
        path=np.zeros(nodes + 1, dtype=np.int32),
        touched=np.zeros(arcs + 1, dtype=np.int32),
        seen=np.zeros(arcs, dtype=np.int64),
        state=np.array([0, 0, 0, UNLIMITED], dtype=np.int64),
    )


@njit(cache=True, nogil=True, inline="always")
def room(step: int, flow: IntArray, low: IntArray, high: IntArray) -> int:
    """Return how much more a step can carry."""
    arc = step >> 1
    return int(high[arc] - flow[arc] if step & 1 == 0 else flow[arc] - low[arc])


@njit(cache=True, nogil=True)
def _touch(s: Scratch, arc: int) -> None:
    if s.seen[arc] != s.state[1]:
        s.seen[arc] = s.state[1]
        s.touched[0] += 1
        s.touched[s.touched[0]] = arc


@njit(cache=True, nogil=True)
def _augment(  # noqa: PLR0912, PLR0915 - one loop, unrolled by side: a call for each step would double its time
    g: Graph,
    s: Scratch,
    flow: IntArray,
    low: IntArray,
    high: IntArray,
    skip: int,
    source: int,
    sink: int,
    need: int,
    most: int,
) -> int:
    """Push flow from a node to another along short paths, not using one arc, until it is enough or paths get long.

    One search serves several paths: both trees grow on while what is pushed leaves them room.

    Args:
        need: How much is enough.
        most: The most to push, at least `need`.

    Returns:
        How much was pushed; 0 where there is no path, or where the search gave up.
    """
    s.state[0] += 1
    epoch = s.state[0]
    s.ahead[source] = epoch
    s.behind[sink] = epoch
    s.first[0], s.second[0] = source, sink
    s.from_first[source], s.from_second[sink] = g.start[source], g.start[sink]
    begin_a, end_a, begin_b, end_b = 0, 1, 0, 1
    work_a, work_b = 0, 0
    pushed, full = 0, 0
    reach = s.state[3]
    while begin_a < end_a and begin_b < end_b:
        if end_a + end_b > reach:
            s.state[2] = 0
            return pushed
        if work_a <= work_b:
            node = s.first[begin_a]
            begin_a += 1
            at = s.from_first[node]
            stop = min(at + CHUNK, g.start[node + 1])
            work_a += stop - at + 1
            for k in range(at, stop):
                other = g.other[k]
                if s.ahead[other] == epoch:
                    continue
                step = g.step[k]
                if room(step, flow, low, high) <= 0 or step >> 1 == skip:
                    continue
                if s.behind[other] == epoch:
                    amount = _push(s, flow, low, high, _trace(g, s, source, sink, node, step, other), most - pushed)
                    pushed += amount
                    full += amount == 0
                    if pushed >= need or full > FULL:
                        return pushed
                    reach = min(reach, 2 * (end_a + end_b) + NEARBY)
                    continue
                s.ahead[other] = epoch
                s.came[other] = step
                s.first[end_a] = other
                s.from_first[other] = g.start[other]
                end_a += 1
            if stop < g.start[node + 1]:
                s.from_first[node] = stop
                s.first[end_a] = node
                end_a += 1
        else:
            node = s.second[begin_b]
            begin_b += 1
            at = s.from_second[node]
            stop = min(at + CHUNK, g.start[node + 1])
            work_b += stop - at + 1
            for k in range(at, stop):
                other = g.other[k]
                if s.behind[other] == epoch:
                    continue
                # A step that leaves `node`, walked the other way, enters it.
                step = g.step[k] ^ 1
                if room(step, flow, low, high) <= 0 or step >> 1 == skip:
                    continue
                if s.ahead[other] == epoch:
                    amount = _push(s, flow, low, high, _trace(g, s, source, sink, other, step, node), most - pushed)
                    pushed += amount
                    full += amount == 0
                    if pushed >= need or full > FULL:
                        return pushed
                    reach = min(reach, 2 * (end_a + end_b) + NEARBY)
                    continue
                s.behind[other] = epoch
                s.goes[other] = step
                s.second[end_b] = other
                s.from_second[other] = g.start[other]
                end_b += 1
            if stop < g.start[node + 1]:
                s.from_second[node] = stop
                s.second[end_b] = node
                end_b += 1
    if pushed == 0:
        # One side ran dry: nothing leaves (or enters) its nodes. Remember which, for whoever must open it.
        s.state[2] = end_a if begin_a == end_a else -end_b
    return pushed


@njit(cache=True, nogil=True)
def _trace(g: Graph, s: Scratch, source: int, sink: int, node: int, step: int, other: int) -> int:
    """Write down the path over a step that joins both trees; return how many steps it has."""
    s.path[0] = step
    count = 1
    while node != source:
        step = s.came[node]
        s.path[count] = step
        count += 1
        node = g.tail[step >> 1] if step & 1 == 0 else g.head[step >> 1]
    while other != sink:
        step = s.goes[other]
        s.path[count] = step
        count += 1
        other = g.head[step >> 1] if step & 1 == 0 else g.tail[step >> 1]
    return count


@njit(cache=True, nogil=True)
def _push(s: Scratch, flow: IntArray, low: IntArray, high: IntArray, count: int, most: int) -> int:
    amount = most
    for k in range(count):
        amount = min(amount, room(s.path[k], flow, low, high))
    if amount <= 0:
        return 0
    for k in range(count):
        step = s.path[k]
        _touch(s, step >> 1)
        flow[step >> 1] += amount if step & 1 == 0 else -amount
    return int(amount)


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
        # Pushing the whole goal, where there is room, lifts every arc on the way that points along to its own goal.
        most = min(goal, high[arc] - flow[arc])
        pushed = _augment(g, s, flow, low, high, arc, g.head[arc], g.tail[arc], goal - flow[arc], most)
        if pushed == 0:
            return False
        _touch(s, arc)
        flow[arc] += pushed
    return True


@njit(cache=True, nogil=True)
def lower_arc(g: Graph, s: Scratch, flow: IntArray, low: IntArray, high: IntArray, arc: int, goal: int) -> bool:
    """Send flow around an arc until it carries no more than the goal.

    Returns:
        Whether the goal was reached.
    """
    while flow[arc] > goal:
        need = flow[arc] - goal
        pushed = _augment(g, s, flow, low, high, arc, g.tail[arc], g.head[arc], need, need)
        if pushed == 0:
            return False
        _touch(s, arc)
        flow[arc] -= pushed
    return True
