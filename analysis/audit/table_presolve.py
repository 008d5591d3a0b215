"""What one relation at a time already tells: bounds tightened until nothing changes (bound propagation).

In a relation total - sum of parts = 0 every cell lies between what the bounds of the others leave it. Repeating that
fixes every cell that is alone in a relation, finds most contradictions and names the relation where they show.
The bounds stay whole numbers. They are not yet the tightest: flows and linear programs see relations together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zicht.errors import DisclosureError
from zicht.linear_tables import UNBOUNDED, IntArray, LinearTable

#: Propagation may creep by one unit a round; what is left after these rounds is left to the exact methods.
ROUNDS = 30


def contradiction(table: LinearTable, relations: IntArray) -> DisclosureError:
    """Make the error of a table that no numbers can fill.

    Args:
        table: The table.
        relations: Relations that cannot all hold.
    """
    return DisclosureError(
        "No table fits the values and bounds: they contradict each other.",
        where=f"relation {table.relation_names(relations)}",
        remedy="Check the cells of these relations. If values were rounded, say so with --round.",
    )


def tighten(table: LinearTable, low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
    """Tighten bounds relation by relation.

    Args:
        table: The table.
        low: (n,) lower bounds, finite.
        high: (n,) upper bounds; UNBOUNDED for none.

    Returns:
        Tightened copies (low, high).

    Raises:
        DisclosureError: A relation cannot hold.
    """
    row, column, sign = table.entries()
    starts = np.searchsorted(row, np.arange(len(table.total)))
    low, high = low.copy(), high.copy()
    for _ in range(ROUNDS):
        least, most = _left_by_others(row, column, sign, starts, low, high)
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, column, np.where(sign > 0, least, -most))
        np.minimum.at(new_high, column, np.where(sign > 0, most, -least))
        crossed = new_low > new_high
        if np.any(crossed):
            raise contradiction(table, np.unique(row[crossed[column]]))
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, high


def _left_by_others(
    row: IntArray, column: IntArray, sign: IntArray, starts: IntArray, low: IntArray, high: IntArray
) -> tuple[IntArray, IntArray]:
    """Return for each entry the range of sign * cell that the rest of its relation leaves, +-UNBOUNDED for none."""
    smallest = np.where(sign > 0, low[column], -high[column])
    largest = np.where(sign > 0, high[column], -low[column])
    return -_sum_of_others(largest, row, starts), -_sum_of_others(smallest, row, starts)


def _sum_of_others(value: IntArray, row: IntArray, starts: IntArray) -> IntArray:
    """Return for each entry the sum of the other entries of its row; +-UNBOUNDED where one of those is."""
    infinite: NDArray[np.bool_] = np.abs(value) >= UNBOUNDED
    finite = np.where(infinite, 0, value)
    others: IntArray = np.add.reduceat(finite, starts)[row] - finite
    many = np.add.reduceat(infinite.astype(np.int64), starts)[row] - infinite
    # All infinite entries of one call have the same sign: lower bounds are finite, so only high is infinite, and it
    # enters `largest` through totals and `smallest` through parts.
    direction = np.where(np.any(value >= UNBOUNDED), 1, -1)
    return np.where(many > 0, direction * UNBOUNDED, others)
