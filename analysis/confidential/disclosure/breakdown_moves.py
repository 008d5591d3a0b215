"""Moves that keep a total the sum of its parts: most questions about a breakdown are answered by one.

Units that wander round a cycle of one part must be made up for: by the total, which wanders along where its own numbers
leave room, or by another part, which wanders the other way. Either is a cycle in one network, whose limits are those of
both. So the augmenting paths of `flow` find them, with one *partner* after another, each from where the last one left
it. Every table on the way fits everything known, and is remembered for all it tells. A search may also wander: each
question then starts from the table that the one before ended with, and other answers lie near.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from analysis.confidential.disclosure.flow import Graph, IntArray, Scratch, begin, lower_arc, raise_arc, undo


@njit(cache=True, nogil=True)
def move_all(  # noqa: PLR0912 - one loop, compiled: a call for each step would double its time
    g: Graph,
    s: Scratch,
    table: IntArray,
    low: IntArray,
    high: IntArray,
    down: IntArray,
    up: IntArray,
    targets: IntArray,
    goals: IntArray,
    reached: IntArray,
    *,
    sign: int,
    wander: bool,
) -> IntArray:
    """Raise (or lower) the arcs of one member as far as partners allow; works in `reached`, and in wandering in more.

    Args:
        g: The network that all members share.
        s: Memory.
        table: (arcs,) values of the member in a table that fits; where it wanders, changed into another.
        low: (arcs,) what a reader knows each arc to be at least.
        high: (arcs,) and at most.
        down: (partners, arcs) how far the partner lets each arc fall below the table; changed likewise.
        up: (partners, arcs) and rise above it; changed likewise.
        targets: (k,) arcs that are asked.
        goals: (k,) what they must reach.
        reached: (arcs,) the largest (smallest) value of each arc in any table met.
        sign: 1 to raise, -1 to lower.
        wander: Whether to keep what was moved.

    Returns:
        (partners, arcs) what was moved with each partner and kept.
    """
    partners, flow, last = len(up), table.copy(), table.copy()
    least, most = np.empty_like(down), np.empty_like(up)
    kept, step = np.zeros_like(down), np.zeros_like(down)
    for p in range(partners):
        least[p] = np.maximum(low, table - down[p])
        most[p] = np.minimum(high, table + up[p])
    for k in range(len(targets)):
        arc, goal = targets[k], goals[k]
        if (reached[arc] - goal) * sign >= 0:
            continue
        begin(s)
        for p in range(partners):
            # Where an earlier partner moved the member, this one still has all of its own room.
            for i in range(1, s.touched[0] + 1):
                one = s.touched[i]
                least[p, one] = max(low[one], flow[one] - down[p, one])
                most[p, one] = min(high[one], flow[one] + up[p, one])
            if sign > 0:
                done = raise_arc(g, s, flow, least[p], most[p], arc, goal)
            else:
                done = lower_arc(g, s, flow, least[p], most[p], arc, goal)
            for i in range(1, s.touched[0] + 1):
                one = s.touched[i]
                step[p, one] = flow[one] - last[one]
                last[one] = flow[one]
                if (flow[one] - reached[one]) * sign > 0:
                    reached[one] = flow[one]
            if done:
                break
        for i in range(1, s.touched[0] + 1):
            one = s.touched[i]
            if wander:
                table[one] = flow[one]
            for p in range(partners):
                if wander:
                    kept[p, one] += step[p, one]
                    up[p, one] -= step[p, one]
                    down[p, one] += step[p, one]
                step[p, one] = 0
                least[p, one] = max(low[one], table[one] - down[p, one])
                most[p, one] = min(high[one], table[one] + up[p, one])
            last[one] = table[one]
        undo(s, flow, table)
    return kept
