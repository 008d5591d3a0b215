"""The least costly suppression of one hierarchy of exact counts, by dynamic programming.

**What is known.** The leaves hold non-negative integers, at most their public capacity; every other cell is the sum of
its children. A published cell is exact. A suppressed cell is at least `l`: 0 where zeros are hidden too, 1 where every
true zero is published (zeros are then never suppressed, and a hidden cell is known not to be one).

**What an attacker can derive.** Cut the tree at its published cells. The suppressed leaves whose nearest published
ancestor is `p` form the *group* of `p`, suppressed cells between them and `p` notwithstanding; all that is known of
them together is that they add up to `r`, the value of `p` less its nearest published descendants. Groups share no
leaf, so each is one equation over a box, and with `s = r - l * (leaves in the group)`, its *slack*, the largest value

- of a leaf is `min(capacity, l + s)`: all others at their least;
- of a suppressed inner cell `c` is `P + min(K, l * j + s)`, where `P` is what is published inside `c`, and `j` and `K`
  are the number and the capacity of its suppressed leaves. Having `j` leaves it can be larger than any of them.

Both are attained, by integers. Without a published ancestor the slack is unlimited. A suppressed cell that is at least
1 adds nothing to this: it is the sum of parts of which one is at least 1.

**What is asked.** With `q = min(t + m, value of p)`: every suppressed cell has a largest value of 0, or of at least
`min(q, capacity)`. This asks of the slack, when the group is closed by publishing `p`:

- leaf: `s >= min(q, capacity) - l`, or `s = 0` where `l = 0`;
- inner cell of value `v` and own slack `s_c`, with `R = min(q, capacity)`: since `P = v - l * j - s_c`, that
  `s >= R - v + s_c`, and (of the cell alone) that `K - r_c >= R - v`, `r_c` the sum of its suppressed leaves. Where
  `l = 0` and the final slack is 0, the cell is known exactly: `v = 0` or `v >= R`.

So all that matters of a part of a group is its slack, what has been asked of the slack, the room `K - r` of its leaves
(each capped at `t + m`, exactly because nothing beyond it is ever compared), and whether a cell in it would be known
exactly at slack 0. Parts of siblings are added; a suppressed parent passes its children's part on, a published one
closes it. `q` depends on an ancestor, but takes few values: the program is run for each that the path upward holds.

The search compares all patterns through these states and drops only those that another equals or beats in every
respect, so the result is the optimum, not a heuristic: tests compare it with all patterns on small trees.

Fischetti and Salazar-Gonzalez (2001), Management Science 47(7), 1008-1027, state the general problem, which is NP-hard;
on a single hierarchy it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.tree_search import search, top_down
from zicht.errors import AlignmentError, InfeasibleError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: More than any count; sums of a million of them still fit an int64.
UNLIMITED = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
class TreeOptimum:
    """The least costly pattern of one hierarchy.

    Args:
        hidden: (n,) true where the cell is suppressed.
        cost: Sum of the costs of the suppressed cells.
    """

    hidden: BoolArray
    cost: int


def tree_optimum(
    parent: IntArray,
    value: IntArray,
    primary: BoolArray,
    *,
    threshold: int,
    margin: int,
    zeros_shown: bool,
    cost: IntArray | None = None,
    capacity: IntArray | None = None,
) -> TreeOptimum:
    """Return the least costly suppression that hides the primary cells and meets the safety rule.

    Args:
        parent: (n,) position of each cell's parent; -1 for the one root.
        value: (n,) counts, at least 0, each the sum of its children.
        primary: (n,) cells that must be suppressed.
        threshold: Smallest count that is shown (t), at least 1.
        margin: Units that an insider may know (m), at least 0.
        zeros_shown: Whether every true zero is published.
        cost: (n,) cost of suppressing each cell, at least 0; 1 each by default, which gives the fewest.
        capacity: (n,) public capacity of each leaf, read at the leaves only; unlimited by default.

    Returns:
        The pattern and its cost. Among patterns of one cost the choice depends on the order of the cells alone.

    Raises:
        AlignmentError: The cells are no tree, do not add up, or exceed their capacity; or a zero is primary though
            zeros are shown.
        InfeasibleError: No pattern meets the rule, which only capacities can cause.
    """
    size = len(parent)
    parent = np.asarray(parent, dtype=np.int64)
    value = np.asarray(value, dtype=np.int64)
    costs = np.ones(size, dtype=np.int64) if cost is None else np.asarray(cost, dtype=np.int64)
    _check_columns(parent, value, primary, costs)
    start, child = _children(parent)
    order = top_down(start, child, int(np.argmin(parent)))
    _check_sums(parent, value, order, inner=np.diff(start) > 0)
    leaf = np.diff(start) == 0
    if zeros_shown and np.any(primary & (value == 0)):
        raise AlignmentError("A zero is primary, though zeros are shown.")
    room = _room(parent, leaf, order, capacity)
    if np.any(value > room):
        raise AlignmentError("A cell holds more than its capacity.", where=_cells(value > room))
    hidden, total, stuck = search(
        start,
        child,
        order,
        value,
        np.asarray(primary, dtype=np.bool_),
        costs,
        room,
        int(zeros_shown),
        threshold + margin,
    )
    if stuck >= 0:
        raise InfeasibleError(
            "No pattern hides the primary cells and meets the rule within the public capacities.",
            where=f"cell {stuck} and the cells below it",
            remedy="Leave the cell out, or publish a coarser level.",
        )
    return TreeOptimum(hidden, int(total))


def _check_columns(parent: IntArray, value: IntArray, primary: BoolArray, cost: IntArray) -> None:
    size = len(parent)
    if any(part.shape != (size,) for part in (value, primary, cost)):
        raise AlignmentError("The columns of the cells have different lengths.")
    if np.any(value < 0) or np.any(cost < 0):
        raise AlignmentError("A count or a cost is negative.", where=_cells((value < 0) | (cost < 0)))
    if np.count_nonzero(parent < 0) != 1 or np.any(parent >= size):
        raise AlignmentError("A hierarchy has one root, and every other cell a parent in it.")


def _children(parent: IntArray) -> tuple[IntArray, IntArray]:
    """Return where the children of each cell begin, and the children: the root, which is nobody's, sorts first."""
    counts = np.bincount(parent[parent >= 0], minlength=len(parent))
    child = np.argsort(parent, kind="stable")[1:]
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), child.astype(np.int64)


def _check_sums(parent: IntArray, value: IntArray, order: IntArray, *, inner: BoolArray) -> None:
    size = len(parent)
    if len(order) != size:
        raise AlignmentError("The parents form a cycle.", where=_cells(~np.isin(np.arange(size), order)))
    below = np.zeros(size, dtype=np.int64)
    np.add.at(below, parent[parent >= 0], value[parent >= 0])
    if np.any(inner & (below != value)):
        raise AlignmentError("A cell is not the sum of its children.", where=_cells(inner & (below != value)))


def _room(parent: IntArray, leaf: BoolArray, order: IntArray, capacity: IntArray | None) -> IntArray:
    room = np.full(len(parent), UNLIMITED) if capacity is None else np.minimum(capacity, UNLIMITED)
    if np.any(room[leaf] < 0):
        raise AlignmentError("A capacity is negative.", where=_cells(leaf & (room < 0)))
    room = np.where(leaf, room, 0).astype(np.int64)
    for cell in order[:0:-1].tolist():
        room[parent[cell]] += room[cell]
    return room


def _cells(wrong: BoolArray) -> str:
    at = np.flatnonzero(wrong)
    return f"cell {at[0]}" if at.size == 1 else f"{at.size} cells, first {at[0]}"
