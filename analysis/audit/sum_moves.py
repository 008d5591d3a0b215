"""Tables near a known one: units of a part move round a cycle, and the total or another part makes up for it.

A table of a total and its parts stays one where a cycle of one member is walked along by the total, or the other way by
another part. So the member's arcs are given the room that both have, and paths are searched as for one network
(`bounds`), with one partner after another. What is found are tables: each proves what its numbers can be, and none
proves what they cannot. A search may drift: each question starts from the table that the one before ended with.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.audit.bounds import meet, trace, workspace
from analysis.audit.network import IntArray


@njit(cache=True, nogil=True)
def exchange(  # noqa: PLR0912, PLR0915 - one loop, compiled: a call for each step would double its time
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    tail: IntArray,
    head: IntArray,
    value: IntArray,
    room: IntArray,
    partners: IntArray,
    targets: IntArray,
    goals: IntArray,
    met: IntArray,
    *,
    down: int,
    drift: bool,
) -> IntArray:
    """Move the arcs of one member towards their goals; works in `met`.

    Args:
        start: Where the half-arcs of each node begin.
        half: Half-arcs of the network that all members share, by node.
        far: The node at the other end of each.
        tail: (n,) tail of each arc.
        head: (n,) head of each arc.
        value: (n,) what the member's arcs carry in the table.
        room: (2 n,) how far each can grow (even) and shrink (odd).
        partners: (p, 2 n) how far each partner lets them.
        targets: (k,) arcs.
        goals: (k,) what they must reach.
        met: (n,) the largest (smallest) value of each arc in any table met.
        down: 0 to raise, 1 to lower.
        drift: Whether each question starts where the one before ended; then works in `value`, `room` and `partners`
            as well. Else each starts from the same table.

    Returns:
        (p, n) what was moved with each partner and kept.
    """
    work = workspace(len(start) - 1)
    stamp, link, queue, path = work
    nodes, sign = len(start) - 1, 1 - 2 * down
    moved = np.zeros(len(value), dtype=np.int64)
    rest = np.minimum(partners, room)
    kept, step = np.zeros((len(partners), len(value)), dtype=np.int64), np.zeros_like(value)
    touched = np.empty(len(value), dtype=np.int64)
    known = np.zeros(len(value), dtype=np.bool_)
    for k in range(len(targets)):
        grown, missing, count = 2 * targets[k] + down, sign * (goals[k] - value[targets[k]]), 0
        if sign * (goals[k] - met[targets[k]]) <= 0:
            continue
        source, goal = head[targets[k]], tail[targets[k]]
        if down:
            source, goal = goal, source
        for p in range(len(partners)):
            for i in range(count):
                one = touched[i]
                rest[p, 2 * one] = min(partners[p, 2 * one], room[2 * one] - moved[one])
                rest[p, 2 * one + 1] = min(partners[p, 2 * one + 1], room[2 * one + 1] + moved[one])
            while missing > 0 and rest[p, grown] > 0:
                stamp[0, nodes] += 1
                middle = meet(start, half, far, rest[p], source, goal, targets[k], stamp[0, nodes], stamp, link, queue)
                if middle < 0:
                    break
                length = trace(tail, head, source, goal, middle, link, path)
                path[length] = grown
                amount = missing
                for i in range(length + 1):
                    amount = min(amount, rest[p, path[i]])
                for i in range(length + 1):
                    one = path[i] >> 1
                    rest[p, path[i]] -= amount
                    rest[p, path[i] ^ 1] += amount
                    moved[one] += amount if path[i] & 1 == 0 else -amount
                    step[one] += amount if path[i] & 1 == 0 else -amount
                    if not known[one]:
                        known[one] = True
                        touched[count] = one
                        count += 1
                    if sign * (value[one] + moved[one] - met[one]) > 0:
                        met[one] = value[one] + moved[one]
                missing -= amount
            for i in range(count):
                one = touched[i]
                if drift:
                    kept[p, one] += step[one]
                    partners[p, 2 * one] -= step[one]
                    partners[p, 2 * one + 1] += step[one]
                step[one] = 0
            if missing <= 0:
                break
        for i in range(count):
            one = touched[i]
            if drift:
                value[one] += moved[one]
                room[2 * one] -= moved[one]
                room[2 * one + 1] += moved[one]
            moved[one], known[one] = 0, False
            for p in range(len(partners)):
                rest[p, 2 * one] = min(partners[p, 2 * one], room[2 * one])
                rest[p, 2 * one + 1] = min(partners[p, 2 * one + 1], room[2 * one + 1])
    return kept
