"""One table of counts that fits everything published, or the cells that make it impossible.

A flow that only meets the lower limits leaves a surplus at some nodes and a shortage at others; shortest augmenting
paths with blocking flows (Dinic 1970) carry one to the other. Where that fails, the nodes that a surplus can still
reach are a set that more must enter than can leave (Hoffman 1960): the cells at its border contradict each other.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.audit.network import Halves, IntArray, Network, halves, residual, surplus


def circulation(network: Network) -> tuple[IntArray, IntArray]:
    """Return a flow within all limits, and the arcs that make one impossible.

    Args:
        network: The limits.

    Returns:
        (n,) the flow; and the arcs at the border of a set of nodes that more must enter than can leave, in ascending
        order, empty where the flow is within all limits everywhere.
    """
    links = halves(network)
    rest = residual(network, network.low)
    excess = surplus(network, network.low)
    _carry(links.start, links.half, links.far, rest, excess)
    flow = network.low + rest[1::2]
    return flow, _border(network, links, rest, excess)


@njit(cache=True, nogil=True)
def _carry(start: IntArray, half: NDArray[np.int32], far: NDArray[np.int32], rest: IntArray, excess: IntArray) -> None:
    # Works in `rest` and `excess`, which the caller made for it.
    nodes = len(start) - 1
    distance = np.empty(nodes, dtype=np.int32)
    queue = np.empty(nodes, dtype=np.int32)
    at = np.empty(nodes, dtype=np.int64)
    path = np.empty(nodes + 1, dtype=np.int64)
    walked = np.empty(nodes + 1, dtype=np.int32)
    while _distances(start, half, far, rest, excess, distance, queue):
        at[:] = start[:nodes]
        for source in range(nodes):
            if excess[source] > 0 and distance[source] >= 0:
                _block(start, half, far, rest, excess, distance, at, path, walked, source)


@njit(cache=True, nogil=True)
def _distances(
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    rest: IntArray,
    excess: IntArray,
    distance: NDArray[np.int32],
    queue: NDArray[np.int32],
) -> bool:
    """Fill how many arcs each node is from a shortage, and return whether any surplus can reach one."""
    distance[:] = -1
    count = 0
    for node in range(len(distance)):
        if excess[node] < 0:
            distance[node] = 0
            queue[count] = node
            count += 1
    found = False
    first = 0
    while first < count:
        node = queue[first]
        first += 1
        for k in range(start[node], start[node + 1]):
            near = far[k]
            if distance[near] < 0 and rest[half[k] ^ 1] > 0:
                distance[near] = distance[node] + 1
                queue[count] = near
                count += 1
                found = found or excess[near] > 0
    return found


@njit(cache=True, nogil=True)
def _block(
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    rest: IntArray,
    excess: IntArray,
    distance: NDArray[np.int32],
    at: IntArray,
    path: IntArray,
    walked: NDArray[np.int32],
    source: int,
) -> None:
    """Carry the surplus of one node along shortest paths until none is left or no such path is."""
    depth = 0
    walked[0] = source
    while excess[source] > 0:
        node = walked[depth]
        if excess[node] < 0:
            amount = min(excess[source], -excess[node])
            for k in range(depth):
                amount = min(amount, rest[path[k]])
            first = depth
            for k in range(depth - 1, -1, -1):
                rest[path[k]] -= amount
                rest[path[k] ^ 1] += amount
                if rest[path[k]] == 0:
                    first = k
            excess[source] -= amount
            excess[node] += amount
            depth = 0 if first == depth else first
            continue
        advanced = False
        while at[node] < start[node + 1]:
            k = at[node]
            if rest[half[k]] > 0 and distance[far[k]] == distance[node] - 1:
                path[depth] = half[k]
                depth += 1
                walked[depth] = far[k]
                advanced = True
                break
            at[node] += 1
        if not advanced:
            if depth == 0:
                return
            depth -= 1
            at[walked[depth]] += 1


def _border(network: Network, links: Halves, rest: IntArray, excess: IntArray) -> IntArray:
    """Return the arcs around the smallest of a few sets of nodes that cannot be balanced."""
    smallest: IntArray | None = None
    for node in np.flatnonzero(excess)[:40]:
        inside = _reached(links.start, links.half, links.far, rest, int(node), bool(excess[node] < 0))
        across = np.flatnonzero(inside[network.tail] != inside[network.head])
        if smallest is None or len(across) < len(smallest):
            smallest = across
    return np.empty(0, dtype=np.int64) if smallest is None else smallest


@njit(cache=True, nogil=True)
def _reached(
    start: IntArray, half: NDArray[np.int32], far: NDArray[np.int32], rest: IntArray, node: int, backwards: bool
) -> NDArray[np.bool_]:
    """Return the nodes that can be reached from a node, or (backwards) that can reach it."""
    flip = 1 if backwards else 0
    inside = np.zeros(len(start) - 1, dtype=np.bool_)
    queue = np.empty(len(start) - 1, dtype=np.int32)
    inside[node] = True
    queue[0] = node
    first, count = 0, 1
    while first < count:
        here = queue[first]
        first += 1
        for k in range(start[here], start[here + 1]):
            if not inside[far[k]] and rest[half[k] ^ flip] > 0:
                inside[far[k]] = True
                queue[count] = far[k]
                count += 1
    return inside
