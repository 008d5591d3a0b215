"""Tightest bounds of the cells of a network, by augmenting paths on whole numbers.

A table that fits is a circulation: what enters a relation leaves it. From any one of them, a cell grows by as much as
the rest of the residual network can carry from its head back to its tail (Gusfield 1988), and shrinks by as much as it
carries the other way. Each bound is thus a maximum flow, found with Dinic's algorithm (1970) and started from the
circulation of the bound before. Every circulation met on the way is a table that fits, and often reaches the bounds of
other cells as well; those need no search.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from analysis.audit.table_network import Block
from zicht.linear_tables import UNBOUNDED, BoolArray, IntArray

#: A path that can carry so much is without bound: true amounts stay below 2**53.
_ENDLESS = UNBOUNDED // 2


def network_bounds(
    block: Block, low: IntArray, high: IntArray, wanted: BoolArray
) -> tuple[IntArray, IntArray] | IntArray:
    """Return the tightest bounds of the wanted cells of a network.

    Args:
        block: A block that is a network.
        low: (c,) lower bounds of its cells.
        high: (c,) upper bounds; UNBOUNDED for none.
        wanted: (c,) cells whose bounds are asked for; the others keep theirs.

    Returns:
        (low, high), both (c,); or, where no table fits, the relations of the table that contradict each other.
    """
    tail, head = block.arcs()
    ground = len(block.relations)
    rhs = np.append(block.rhs, -block.rhs.sum())
    value, cut = _feasible(tail, head, low, high, rhs)
    if cut.size:
        return block.relations[cut[cut < ground]]
    start, arc = _adjacency(tail, head, ground + 1)
    return _all_bounds(tail, head, low, high, value, start, arc, wanted)  # type: ignore[no-any-return]


def _adjacency(tail: IntArray, head: IntArray, nodes: int) -> tuple[IntArray, IntArray]:
    """Return (start, arc): the arcs at node v are arc[start[v]:start[v + 1]]."""
    ends = np.concatenate([tail, head])
    arc = np.argsort(ends, kind="stable") % max(len(tail), 1)
    start = np.searchsorted(np.sort(ends), np.arange(nodes + 1))
    return start.astype(np.int64), arc.astype(np.int64)


def _feasible(
    tail: IntArray, head: IntArray, low: IntArray, high: IntArray, rhs: IntArray
) -> tuple[IntArray, IntArray]:
    """Return (values that fit, nothing), or (anything, the nodes of a cut that proves that none do)."""
    nodes = len(rhs)
    lack = rhs.copy()
    np.subtract.at(lack, tail, low)
    np.add.at(lack, head, low)
    more, less = np.flatnonzero(lack > 0), np.flatnonzero(lack < 0)
    source, sink = nodes, nodes + 1
    tails = np.concatenate([tail, np.full(more.size, source), less])
    heads = np.concatenate([head, more, np.full(less.size, sink)])
    lows = np.concatenate([low, np.zeros(more.size + less.size, dtype=np.int64)])
    highs = np.concatenate([high, lack[more], -lack[less]])
    start, arc = _adjacency(tails, heads, nodes + 2)
    value, level, total = _fill(tails, heads, lows, highs, start, arc, source, sink)
    if total < lack[more].sum():
        return value, np.flatnonzero(level[:nodes] >= 0)
    return value[: len(tail)], np.empty(0, dtype=np.int64)


@njit(cache=True)
def _residual(k, node, tail, low, high, value, banned):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return (what arc k still carries away from a node, the node at its other end)."""
    if tail[k] == node:
        return (0 if k == banned else high[k] - value[k]), True
    return (0 if k == banned else value[k] - low[k]), False


@njit(cache=True)
def _levels(tail, head, low, high, value, start, arc, source, sink, banned, level, queue):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Number the nodes by their distance from the source, -1 where out of reach; stop at the sink."""
    level[:] = -1
    level[source] = 0
    queue[0] = source
    first, last = 0, 1
    while first < last:
        node = queue[first]
        first += 1
        for at in range(start[node], start[node + 1]):
            k = arc[at]
            room, forward = _residual(k, node, tail, low, high, value, banned)
            other = head[k] if forward else tail[k]
            if room > 0 and level[other] < 0:
                level[other] = level[node] + 1
                if other == sink:
                    return True
                queue[last] = other
                last += 1
    return False


@njit(cache=True)
def _carry(tail, low, high, value, path, nodes, depth, limit, banned):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Carry what a path bears, at most a limit. Returns (amount, first arc that is now full); nothing where endless."""
    amount = limit
    for step in range(depth):
        room, _ = _residual(path[step], nodes[step], tail, low, high, value, banned)
        amount = min(amount, room)
    if amount > _ENDLESS:
        return amount, 0
    full = depth
    for step in range(depth - 1, -1, -1):
        value[path[step]] += amount if tail[path[step]] == nodes[step] else -amount
        room, _ = _residual(path[step], nodes[step], tail, low, high, value, banned)
        if room == 0:
            full = step
    return amount, full


@njit(cache=True)
def _forward(node, tail, head, low, high, value, start, arc, level, cursor, banned):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the next arc from a node to the level after it and that arc's other end; -1 where none is left."""
    while cursor[node] < start[node + 1]:
        k = arc[cursor[node]]
        room, forward = _residual(k, node, tail, low, high, value, banned)
        other = head[k] if forward else tail[k]
        if room > 0 and level[other] == level[node] + 1:
            return k, other
        cursor[node] += 1
    return -1, -1


@njit(cache=True)
def _push(tail, head, low, high, value, start, arc, source, sink, limit, banned, work):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Carry as much as possible, at most a limit, from source to sink; change `value`. Returns (amount, endless)."""
    level, queue, cursor, path, nodes = work[0], work[1], work[2], work[3], work[4]
    total = 0
    while total < limit and _levels(tail, head, low, high, value, start, arc, source, sink, banned, level, queue):
        cursor[: len(start) - 1] = start[:-1]
        depth, node = 0, source
        while total < limit:
            if node == sink:
                amount, full = _carry(tail, low, high, value, path, nodes, depth, limit - total, banned)
                if amount > _ENDLESS:
                    return total, True
                total += amount
                # Go on from the first arc that is full; none is only where the limit was reached.
                if full < depth:
                    depth, node = full, nodes[full]
                continue
            k, other = _forward(node, tail, head, low, high, value, start, arc, level, cursor, banned)
            if k >= 0:
                path[depth], nodes[depth] = k, node
                depth, node = depth + 1, other
            elif depth == 0:
                break
            else:
                depth -= 1
                node = nodes[depth]
                cursor[node] += 1
    return total, False


@njit(cache=True)
def _fill(tail, head, low, high, start, arc, source, sink):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Carry as much as possible from source to sink. Returns (value of each arc, last levels, amount)."""
    value = low.copy()
    work = np.empty((5, len(start)), dtype=np.int64)
    total, _ = _push(tail, head, low, high, value, start, arc, source, sink, UNBOUNDED, -1, work)
    _levels(tail, head, low, high, value, start, arc, source, sink, -1, work[0], work[1])
    return value, work[0].copy(), total


@njit(cache=True)
def _all_bounds(tail, head, low, high, value, start, arc, wanted):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return (smallest, largest value of each wanted arc) over all circulations."""
    work = np.empty((5, len(start)), dtype=np.int64)
    least, most = value.copy(), value.copy()
    for k in range(len(tail)):
        if not wanted[k]:
            least[k], most[k] = low[k], high[k]
            continue
        endless = False
        if most[k] < high[k]:
            # Growing: what enters the head must come back to the tail through the rest.
            limit = high[k] - value[k]
            grown, endless = _push(tail, head, low, high, value, start, arc, head[k], tail[k], limit, k, work)
            value[k] += grown
            np.minimum(least, value, least)
            np.maximum(most, value, most)
        if least[k] > low[k]:
            limit = value[k] - low[k]
            shrunk, _ = _push(tail, head, low, high, value, start, arc, tail[k], head[k], limit, k, work)
            value[k] -= shrunk
            np.minimum(least, value, least)
            np.maximum(most, value, most)
        if endless:
            most[k] = UNBOUNDED
    return least, most
