"""The compiled search behind `tree`: which states can a subtree be in, and at what least cost?

A *state* of the open part of a group is (slack, asked, room, exact): see `tree`. It is packed into one integer. For
every cell and every `q` that its ancestors give rise to there is a list of states, none of which another equals or
beats in every respect. Lists lie in one pool; an entry remembers what it was made of, so that the optimum can be read
back from the root. Rows are copied column by column: slices take the compiler twice as long.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Columns of the pool: packed state, cost, what it was made of, and the cell it belongs to.
STATE, COST, LEFT, RIGHT, CELL = range(5)

#: `LEFT` of an entry whose cell is published, and of a suppressed leaf.
SHOWN, LEAF = -1, -2

#: The state of a part without suppressed leaves.
NOTHING = 0


@njit(cache=True)
def top_down(start: IntArray, child: IntArray, root: int) -> IntArray:
    """Return the cells that can be reached from the root, parents before children."""
    order = np.empty(len(start) - 1, dtype=np.int64)
    order[0], count, done = root, 1, 0
    while done < count:
        for at in range(start[order[done]], start[order[done] + 1]):
            order[count] = child[at]
            count += 1
        done += 1
    return order[:count]


@njit(cache=True)
def _pack(slack: int, asked: int, room: int, exact: int, goal: int) -> int:
    return ((slack * (goal + 2) + asked) * (goal + 1) + room) * 2 + exact


@njit(cache=True)
def _unpack(state: int, goal: int) -> tuple[int, int, int, int]:
    rest = state // 2
    room = rest % (goal + 1)
    rest //= goal + 1
    return rest // (goal + 2), rest % (goal + 2), room, state % 2


@njit(cache=True)
def _joined(one: int, other: int, goal: int) -> int:
    """Return the state of two parts of one group together."""
    s1, a1, r1, e1 = _unpack(one, goal)
    s2, a2, r2, e2 = _unpack(other, goal)
    slack = min(goal, s1 + s2)
    return _pack(slack, max(a1, a2), min(goal, r1 + r2), max(e1, e2) if slack == 0 else 0, goal)


@njit(cache=True)
def _leaf(value: int, capacity: int, q: int, low: int, goal: int) -> int:
    """Return the state of a suppressed leaf; one that can hold nothing is known to be 0 and free to nobody."""
    if capacity == 0:
        return NOTHING
    asked = max(min(q, capacity) - low, 0)
    return _pack(min(goal, value - low), asked, min(goal, capacity - value), 0, goal)


@njit(cache=True)
def _inner(state: int, value: int, required: int, low: int, goal: int) -> int:
    """Return the state of a suppressed inner cell, given that of its children; -1 if no slack can make it safe."""
    slack, asked, room, exact = _unpack(state, goal)
    if value >= required:
        return state
    if value == 0:
        if room == 0:
            return state
        # Safe while the slack is 0; if it is not, only with room enough. goal + 1 is more than any slack.
        return _pack(slack, max(asked, required if room >= required else goal + 1), room, exact, goal)
    if value + room < required:
        return -1
    known = 1 if low == 0 and slack == 0 else 0
    return _pack(slack, max(asked, required - value + slack), room, max(exact, known), goal)


@njit(cache=True)
def _closes(state: int, low: int, goal: int) -> bool:
    """Tell whether a group in this state is safe when the cell above it is published."""
    slack, asked, _, exact = _unpack(state, goal)
    return slack >= asked or (low == 0 and slack == 0 and exact == 0)


@njit(cache=True)
def _beats(one: int, other: int, goal: int) -> bool:
    """Tell whether a state is as good as another in every respect."""
    s1, a1, r1, e1 = _unpack(one, goal)
    s2, a2, r2, e2 = _unpack(other, goal)
    # Slack 0 can be safe by itself, so no larger slack makes up for it.
    same = s1 == s2 or (s1 > s2 > 0)
    return same and a1 <= a2 and r1 >= r2 and e1 <= e2


@njit(cache=True)
def _offer(draft: IntArray, seen: IntArray, count: int, state: int, cost: int, left: int, right: int) -> int:
    """Add a state to the draft list, or make it cheaper there; return the length of the list."""
    at = seen[state] - 1
    if at < 0:
        at = count
        count += 1
        seen[state] = at + 1
    elif draft[at, COST] <= cost:
        return count
    draft[at, STATE], draft[at, COST], draft[at, LEFT], draft[at, RIGHT] = state, cost, left, right
    return count


@njit(cache=True)
def _larger(pool: IntArray, used: int, needed: int) -> IntArray:
    larger = np.empty((2 * needed, 5), dtype=np.int64)
    for entry in range(used):
        for column in range(5):
            larger[entry, column] = pool[entry, column]
    return larger


@njit(cache=True)
def _keep(
    pool: IntArray, used: int, draft: IntArray, seen: IntArray, count: int, cell: int, goal: int
) -> tuple[IntArray, int]:
    """Move the states of the draft list that nothing beats into the pool."""
    if used + count > len(pool):
        pool = _larger(pool, used, used + count)
    for at in range(count):
        seen[draft[at, STATE]] = 0
        beaten = False
        for other in range(count):
            cheaper = draft[other, COST] < draft[at, COST]
            if other != at and (cheaper or draft[other, COST] == draft[at, COST]):
                beaten = _beats(draft[other, STATE], draft[at, STATE], goal)
            if beaten:
                break
        if not beaten:
            for column in range(CELL):
                pool[used, column] = draft[at, column]
            pool[used, CELL] = cell
            used += 1
    return pool, used


@njit(cache=True)
def _modes(start: IntArray, child: IntArray, order: IntArray, value: IntArray, goal: int) -> BoolArray:
    """Return (cells, goal + 1) for which `q` each cell must be prepared: one a published ancestor, and none at all."""
    modes = np.zeros((len(order), goal + 1), dtype=np.bool_)
    modes[order[0], goal] = True
    for cell in order:
        for at in range(start[cell], start[cell + 1]):
            for q in range(goal + 1):
                modes[child[at], q] = modes[cell, q] or q == min(goal, value[cell])
    return modes


@njit(cache=True)
def _together(
    pool: IntArray,
    used: int,
    draft: IntArray,
    seen: IntArray,
    children: IntArray,
    lists: IntArray,
    goal: int,
    cell: int,
) -> tuple[IntArray, int, int]:
    """Put the states of all children together; return where the list of the whole begins."""
    begin = used
    count = _offer(draft, seen, 0, NOTHING, 0, -1, -1)
    pool, used = _keep(pool, used, draft, seen, count, cell, goal)
    for child in children:
        end, count = used, 0
        for one in range(begin, end):
            for other in range(lists[child, 0], lists[child, 1]):
                both = _joined(pool[one, STATE], pool[other, STATE], goal)
                count = _offer(draft, seen, count, both, pool[one, COST] + pool[other, COST], one, other)
        begin = used
        pool, used = _keep(pool, used, draft, seen, count, cell, goal)
    return pool, used, begin


@njit(cache=True)
def _cheapest_closed(pool: IntArray, begin: int, end: int, low: int, goal: int) -> int:
    """Return the cheapest state that may be closed, or -1."""
    best = -1
    for one in range(begin, end):
        cheaper = best < 0 or pool[one, COST] < pool[best, COST]
        if cheaper and _closes(pool[one, STATE], low, goal):
            best = one
    return best


@njit(cache=True)
def _cheapest_open(pool: IntArray, begin: int, end: int, goal: int) -> int:
    """Return the cheapest state of the root, or -1. Above a suppressed root nothing bounds a group."""
    best = -1
    for one in range(begin, end):
        safe = pool[one, LEFT] == SHOWN or _unpack(pool[one, STATE], goal)[1] <= goal
        if safe and (best < 0 or pool[one, COST] < pool[best, COST]):
            best = one
    return best


@njit(cache=True)
def search(
    start: IntArray,
    child: IntArray,
    order: IntArray,
    value: IntArray,
    primary: BoolArray,
    cost: IntArray,
    room: IntArray,
    low: int,
    goal: int,
) -> tuple[BoolArray, int, int]:
    """Return the least costly pattern, its cost, and -1 or a cell below which there is none.

    Args:
        start: (n + 1,) where the children of each cell begin in `child`.
        child: (n - 1,) children.
        order: (n,) parents before children.
        value: (n,) counts.
        primary: (n,) cells that must be suppressed.
        cost: (n,) costs.
        room: (n,) public capacity of every cell.
        low: What a suppressed cell is at least: 0, or 1 where zeros are shown.
        goal: t + m.
    """
    size = len(order)
    modes = _modes(start, child, order, value, goal)
    states = _pack(goal, goal + 1, goal, 1, goal) + 1
    draft, seen = np.empty((states, 4), dtype=np.int64), np.zeros(states, dtype=np.int64)
    pool, used = np.empty((16 * size + 64, 5), dtype=np.int64), 0
    lists = np.zeros((goal + 1, size, 2), dtype=np.int64)
    stuck = -1
    for cell in order[::-1]:
        children = child[start[cell] : start[cell + 1]]
        leaf = len(children) == 0
        own = min(goal, value[cell])
        closed, least = -1, 0
        if not leaf:
            pool, used, begin = _together(pool, used, draft, seen, children, lists[own], goal, cell)
            closed = _cheapest_closed(pool, begin, used, low, goal)
            least = pool[closed, COST] if closed >= 0 else 0
        found = False
        for q in range(goal + 1):
            if not modes[cell, q]:
                continue
            begin = used
            if not leaf:
                pool, used, begin = _together(pool, used, draft, seen, children, lists[q], goal, cell)
            count = 0
            if not primary[cell] and (leaf or closed >= 0):
                count = _offer(draft, seen, count, NOTHING, least, SHOWN, closed)
            if leaf and value[cell] >= low:
                state = _leaf(value[cell], room[cell], q, low, goal)
                count = _offer(draft, seen, count, state, cost[cell], LEAF, -1)
            elif value[cell] >= low:
                for one in range(begin, used):
                    state = _inner(pool[one, STATE], value[cell], min(q, room[cell]), low, goal)
                    if state >= 0:
                        count = _offer(draft, seen, count, state, pool[one, COST] + cost[cell], one, one)
            lists[q, cell, 0] = used
            pool, used = _keep(pool, used, draft, seen, count, cell, goal)
            lists[q, cell, 1] = used
            found = found or used > lists[q, cell, 0]
        if not found and stuck < 0:
            stuck = cell
    root = order[0]
    best = _cheapest_open(pool, lists[goal, root, 0], lists[goal, root, 1], goal)
    if best < 0:
        return np.zeros(size, dtype=np.bool_), 0, stuck if stuck >= 0 else root
    return _read_back(pool, best, size), pool[best, COST], -1


@njit(cache=True)
def _read_back(pool: IntArray, best: int, size: int) -> BoolArray:
    """Return the pattern that an entry of the root stands for."""
    hidden = np.zeros(size, dtype=np.bool_)
    waiting = np.empty(size, dtype=np.int64)
    waiting[0], count = best, 1
    while count:
        count -= 1
        entry = waiting[count]
        hidden[pool[entry, CELL]] = pool[entry, LEFT] != SHOWN
        part = pool[entry, RIGHT]
        while part >= 0 and pool[part, RIGHT] >= 0:
            waiting[count] = pool[part, RIGHT]
            count += 1
            part = pool[part, LEFT]
    return hidden
