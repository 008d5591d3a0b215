"""Small changes: what two figures of one cell tell together, of two releases or of two years of a stock.

A reader who holds [a, b] of the one and [c, d] of the other knows that the change lies in [c - b, d - a]. That may hold
0, for then it may be that nothing changed; or it must reach threshold and margin, for else the change itself is a small
number about few. Where it does neither, the later figure is hidden, and what a reader can still derive of it is held to
the same: it must leave room for no change, or for a large one, whichever lies nearer to the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A figure that readers compare the cells of a column with: an older version, or the same cell in another year.

    Args:
        low: (n,) what readers know it to be at least.
        high: (n,) and at most.
        there: (n,) whether there is one.
    """

    low: IntArray
    high: IntArray
    there: BoolArray


def told(reference: Reference, low: IntArray, high: IntArray, *, goal: IntArray | int) -> BoolArray:
    """Tell where two figures show a change that is small and not 0.

    Args:
        reference: The one.
        low: (n,) low end of the other.
        high: (n,) high end.
        goal: Threshold and margin, or (n,) of each.
    """
    apart = (low > reference.high) | (high < reference.low)
    most = np.maximum(high - reference.low, reference.high - low)
    small: BoolArray = reference.there & apart & (most < goal)
    return small


def asked(
    references: Sequence[Reference], truth: IntArray, *, floor: IntArray, limit: IntArray, goal: IntArray | int
) -> tuple[IntArray, IntArray]:
    """Return what must remain possible of cells that are hidden.

    Args:
        references: What they are compared with.
        truth: (n,) true counts.
        floor: (n,) what everybody knows a hidden cell to hold at least.
        limit: (n,) and at most.
        goal: Threshold and margin, or (n,) of each.

    Returns:
        (n,) what the upper bound must reach, 0 for nothing; and (n,) what the lower bound may not exceed, `UNLIMITED`
        for nothing.
    """
    above, below = np.zeros(len(truth), dtype=np.int64), np.full(len(truth), UNLIMITED)
    for one in references:
        rise = one.there & (truth > one.high) & (truth - one.low < goal)
        fall = one.there & (truth < one.low) & (one.high - truth < goal)
        # Either end will do; the one that takes the shorter way from the truth is asked, if it can be reached at all.
        same_by_less = (one.high >= floor) & ((truth - one.high <= one.low + goal - truth) | (one.low + goal > limit))
        same_by_more = (one.low <= limit) & ((one.low - truth <= truth - one.high + goal) | (one.high - goal < floor))
        up = np.where(rise & ~same_by_less, one.low + goal, np.where(fall & same_by_more, one.low, 0))
        down = np.where(rise & same_by_less, one.high, np.where(fall & ~same_by_more, one.high - goal, UNLIMITED))
        above = np.maximum(above, np.minimum(up, limit))
        below = np.minimum(below, np.maximum(down, floor))
    return above, below
