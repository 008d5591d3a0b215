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
#: Sides of a search: paths grow from their source and from their sink.
SOURCE, SINK = 0, 1
#: Places in `Scratch.state`: the number of the search; that of the question; how many nodes the last search without a
#: path had reached when it ran dry (negative from its sink, 0 where it gave up); how many nodes a search may reach.
SEARCH, QUESTION, DRY, REACH = range(4)


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
    """Memory that searches use again and again; rows are the two sides, `SOURCE` and `SINK`.

    Args:
        mark: (2, nodes) the last search that reached each node.
        link: (2, nodes) the step between each node and the one that it was reached from.
        place: (2, nodes) the next of its steps to be taken.
        queue: (2, ...) nodes in the order of their turns; one with many steps has many turns.
        taken: (2,) turns taken.
        queued: (2,) turns queued.
        work: (2,) steps looked at.
        path: The steps of a path.
        touched: How many arcs the question changed, and which.
        seen: (arcs,) the last question that changed each arc.
        state: See `SEARCH`, `QUESTION`, `DRY` and `REACH`.
    """

    mark: IntArray
    link: IndexArray
    place: IndexArray
    queue: IndexArray
    taken: IntArray
    queued: IntArray
    work: IntArray
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
        mark=np.zeros((2, nodes), dtype=np.int64),
        link=np.zeros((2, nodes), dtype=np.int32),
        place=np.zeros((2, nodes), dtype=np.int32),
        queue=np.zeros((2, nodes + 2 * arcs // CHUNK + 1), dtype=np.int32),
        taken=np.zeros(2, dtype=np.int64),
        queued=np.zeros(2, dtype=np.int64),
        work=np.zeros(2, dtype=np.int64),
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
    if s.seen[arc] != s.state[QUESTION]:
        s.seen[arc] = s.state[QUESTION]
        s.touched[0] += 1
        s.touched[s.touched[0]] = arc


@njit(cache=True, nogil=True)
def _augment(
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
    _start(g, s, source, sink)
    search, reach = s.state[SEARCH], s.state[REACH]
    pushed, full = 0, 0
    while s.taken[SOURCE] < s.queued[SOURCE] and s.taken[SINK] < s.queued[SINK]:
        if s.queued[SOURCE] + s.queued[SINK] > reach:
            s.state[DRY] = 0
            return pushed
        side = SOURCE if s.work[SOURCE] <= s.work[SINK] else SINK
        node = s.queue[side, s.taken[side]]
        begin, end = s.place[side, node], g.start[node + 1]
        stop = min(begin + CHUNK, end)
        s.taken[side] += 1
        s.work[side] += stop - begin + 1
        near, far = s.mark[side], s.mark[1 - side]
        for k in range(begin, stop):
            other = g.other[k]
            if near[other] == search:
                continue
            # A step that leaves `node`, walked the other way, enters it.
            step = g.step[k] ^ side
            if room(step, flow, low, high) <= 0 or step >> 1 == skip:
                continue
            if far[other] != search:
                near[other] = search
                s.link[side, other] = step
                _queue(s, side, other, g.start[other])
                continue
            first, last = (node, other) if side == SOURCE else (other, node)
            amount = _push(s, flow, low, high, _trace(g, s, source, sink, first, step, last), most - pushed)
            pushed += amount
            full += amount == 0
            if pushed >= need or full > FULL:
                return pushed
            reach = min(reach, 2 * (s.queued[SOURCE] + s.queued[SINK]) + NEARBY)
        if stop < end:
            _queue(s, side, node, stop)
    if pushed == 0:
        # One side ran dry: nothing leaves (or enters) its nodes. Remember which, for whoever must open it.
        dry = s.taken[SOURCE] == s.queued[SOURCE]
        s.state[DRY] = s.queued[SOURCE] if dry else -s.queued[SINK]
    return pushed


@njit(cache=True, nogil=True, inline="always")
def _queue(s: Scratch, side: int, node: int, place: int) -> None:
    s.place[side, node] = place
    s.queue[side, s.queued[side]] = node
    s.queued[side] += 1


@njit(cache=True, nogil=True)
def _start(g: Graph, s: Scratch, source: int, sink: int) -> None:
    s.state[SEARCH] += 1
    s.taken[:], s.queued[:], s.work[:] = 0, 0, 0
    s.mark[SOURCE, source] = s.mark[SINK, sink] = s.state[SEARCH]
    _queue(s, SOURCE, source, g.start[source])
    _queue(s, SINK, sink, g.start[sink])


@njit(cache=True, nogil=True)
def _trace(g: Graph, s: Scratch, source: int, sink: int, first: int, step: int, last: int) -> int:
    """Write down the path over a step from a node of one tree to one of the other; return how many steps it has."""
    s.path[0] = step
    count = 1
    while first != source:
        step = s.link[SOURCE, first]
        s.path[count] = step
        count += 1
        first = g.tail[step >> 1] if step & 1 == 0 else g.head[step >> 1]
    while last != sink:
        step = s.link[SINK, last]
        s.path[count] = step
        count += 1
        last = g.head[step >> 1] if step & 1 == 0 else g.tail[step >> 1]
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
    s.state[QUESTION] += 1
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
