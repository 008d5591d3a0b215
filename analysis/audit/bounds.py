"""How much and how little may flow through an arc: the interval that a reader can derive for the number it stands for.

From any flow within the limits, an arc can carry at most what it carries plus the greatest flow from its head back to
its tail through the other arcs; and at least what it carries less the greatest flow from its tail to its head. Both are
whole numbers, since the constraint matrix of a network is totally unimodular (Hoffman and Kruskal 1956): no bound gets
tighter by knowing that people come whole.

Paths are searched from both ends at once, the side with the fewest nodes waiting first. A flow pushed for one arc
stays for the next: every flow within the limits is as good a start as another, and the most that an arc was seen to
carry answers most questions without a search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.audit.network import UNLIMITED, BoolArray, IntArray, Network, halves, residual


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What a search found, and the flow it ended with.

    Args:
        bound: (k,) per target the bound, or a value that meets the goal and that some flow attains.
        exact: (k,) whether the bound is the bound itself.
        flow: (n,) a flow within all limits.
    """

    bound: IntArray
    exact: BoolArray
    flow: IntArray


def upper_bounds(network: Network, flow: IntArray, targets: IntArray, goal: IntArray) -> Bounds:
    """Return the most that each target can carry, searched no further than its goal.

    Args:
        network: The limits.
        flow: (n,) any flow within them.
        targets: (k,) arcs.
        goal: (k,) where to stop; `UNLIMITED` for the bound itself.

    Returns:
        The bounds: exact wherever below the goal, else at least the goal.
    """
    links, rest = halves(network), residual(network, flow)
    seen = rest[1::2].copy()
    enough = np.minimum(goal, network.high[targets]) - network.low[targets]
    _search(links.start, links.half, links.far, rest, network.tail, network.head, targets, enough, seen, 0)
    bound = np.minimum(network.low[targets] + seen[targets], UNLIMITED)
    return Bounds(bound, (bound < goal) | (bound >= network.high[targets]), network.low + rest[1::2])


def lower_bounds(network: Network, flow: IntArray, targets: IntArray) -> Bounds:
    """Return the least that each target can carry, always exact; see `upper_bounds`."""
    links, rest = halves(network), residual(network, flow)
    seen = rest[0::2].copy()
    enough = network.high[targets] - network.low[targets]
    _search(links.start, links.half, links.far, rest, network.tail, network.head, targets, enough, seen, 1)
    bound = network.high[targets] - seen[targets]
    return Bounds(bound, np.ones(len(targets), dtype=np.bool_), network.low + rest[1::2])


@njit(cache=True, nogil=True)
def _search(
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    rest: IntArray,
    tail: IntArray,
    head: IntArray,
    targets: IntArray,
    enough: IntArray,
    seen: IntArray,
    down: int,
) -> None:
    """Grow the half-arc `2 * arc + down` of every target until its opposite has enough; works in `rest` and `seen`."""
    work = workspace(len(start) - 1)
    for k in range(len(targets)):
        if seen[targets[k]] < enough[k]:
            grow(start, half, far, rest, tail, head, 2 * targets[k] + down, enough[k], seen, work)


@njit(cache=True, nogil=True)
def workspace(nodes: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return what `grow` needs to find its way: stamps (the last one counts searches), links, queues and a path."""
    two = (2, nodes + 1)
    stamp, path = np.zeros(two, dtype=np.int32), np.empty(nodes + 2, dtype=np.int32)
    return stamp, np.empty(two, dtype=np.int32), np.empty(two, dtype=np.int32), path


@njit(cache=True, nogil=True)
def grow(
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    rest: IntArray,
    tail: IntArray,
    head: IntArray,
    grown: int,
    enough: int,
    seen: IntArray,
    work: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
) -> bool:
    """Push flow through a half-arc until its opposite has enough; return whether it has. Works in `rest` and `seen`."""
    stamp, link, queue, path = work
    arc, nodes = grown >> 1, len(start) - 1
    source, goal = (head[arc], tail[arc]) if grown & 1 == 0 else (tail[arc], head[arc])
    while rest[grown ^ 1] < enough:
        stamp[0, nodes] += 1
        meeting = meet(start, half, far, rest, source, goal, arc, stamp[0, nodes], stamp, link, queue)
        if meeting < 0:
            return False
        count = trace(tail, head, source, goal, meeting, link, path)
        amount = min(enough - rest[grown ^ 1], rest[grown])
        for i in range(count):
            amount = min(amount, rest[path[i]])
        if amount > UNLIMITED // 2:
            seen[arc] = UNLIMITED
            return True
        if amount == 0:
            return False
        path[count] = grown
        for i in range(count + 1):
            one, other = path[i], path[i] ^ 1
            rest[one] -= amount
            rest[other] += amount
            if (other & 1) != (grown & 1):
                seen[other >> 1] = max(seen[other >> 1], rest[other])
    return True


@njit(cache=True, nogil=True)
def meet(
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    rest: IntArray,
    source: int,
    goal: int,
    without: int,
    epoch: int,
    stamp: NDArray[np.int32],
    link: NDArray[np.int32],
    queue: NDArray[np.int32],
) -> int:
    """Return a node where a path from the source and one to the goal meet, or -1; `link` holds the steps to it."""
    if source == goal:
        return source
    stamp[0, source], stamp[1, goal] = epoch, epoch
    queue[0, 0], queue[1, 0] = source, goal
    first_0, count_0, first_1, count_1 = 0, 1, 0, 1
    while first_0 < count_0 and first_1 < count_1:
        if count_0 - first_0 <= count_1 - first_1:
            node = queue[0, first_0]
            first_0 += 1
            for k in range(start[node], start[node + 1]):
                next_node, step = far[k], half[k]
                if stamp[0, next_node] != epoch and rest[step] > 0 and step >> 1 != without:
                    stamp[0, next_node] = epoch
                    link[0, next_node] = step
                    if stamp[1, next_node] == epoch:
                        return int(next_node)
                    queue[0, count_0] = next_node
                    count_0 += 1
        else:
            node = queue[1, first_1]
            first_1 += 1
            for k in range(start[node], start[node + 1]):
                next_node, step = far[k], half[k] ^ 1
                if stamp[1, next_node] != epoch and rest[step] > 0 and step >> 1 != without:
                    stamp[1, next_node] = epoch
                    link[1, next_node] = step
                    if stamp[0, next_node] == epoch:
                        return int(next_node)
                    queue[1, count_1] = next_node
                    count_1 += 1
    return -1


@njit(cache=True, nogil=True)
def trace(
    tail: IntArray,
    head: IntArray,
    source: int,
    goal: int,
    meeting: int,
    link: NDArray[np.int32],
    path: NDArray[np.int32],
) -> int:
    """Fill the half-arcs of the path through the meeting point, and return how many they are."""
    count = 0
    node = meeting
    while node != source:
        step = link[0, node]
        path[count] = step
        count += 1
        node = tail[step >> 1] if step & 1 == 0 else head[step >> 1]
    node = meeting
    while node != goal:
        step = link[1, node]
        path[count] = step
        count += 1
        node = head[step >> 1] if step & 1 == 0 else tail[step >> 1]
    return count
