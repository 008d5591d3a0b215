"""What published parents say about the sums of their suppressed children."""

from __future__ import annotations

import numpy as np

from analysis.published.intervals import BoolArray, IntArray, SumBounds
from zicht.errors import AlignmentError
from zicht.published import FloatArray, PublishedColumn, Status


def sums_within_parents(
    child: PublishedColumn, parent: PublishedColumn, parent_of: IntArray, *, complete: bool = True
) -> SumBounds:
    """Bound the sum of the suppressed children of every parent.

    What is left of a parent's upper bound, when its published children are taken at their lower bounds, is the most
    that its suppressed children can hold together; likewise from below. A child without a number holds 0 or more.

    Args:
        child: (n,) counts of one indicator and period.
        parent: (p,) counts of the same, at a coarser level whose areas are unions of the child's.
        parent_of: (n,) position of each child's parent in `parent`, -1 for none.
        complete: Whether a parent counts nothing but what its children count. Where it counts more, the sum of its
            suppressed children is bounded from above alone.

    Returns:
        One group per parent, with weight 1 for every suppressed child.

    Raises:
        AlignmentError: The columns speak of different things, or a position does not exist.
    """
    same = [(c.key.indicator, c.key.period, c.key.category, c.key.measure, c.unit) for c in (child, parent)]
    if same[0] != same[1] or parent_of.shape != child.code.shape:
        raise AlignmentError("A child and its parent are not of the same indicator, period and unit.", where=same[0][0])
    groups = len(parent.code)
    if parent_of.size and (parent_of.min() < -1 or parent_of.max() >= groups):
        raise AlignmentError("A parent does not exist.", where=f"{child.key.level} in {parent.key.level}")
    published, suppressed = child.status == Status.PUBLISHED, child.status == Status.SUPPRESSED
    inside = parent_of >= 0
    unknown = inside & ~published & ~suppressed
    least = np.bincount(parent_of[inside & published], child.low[inside & published], minlength=groups)
    most = np.bincount(parent_of[inside & published], child.high[inside & published], minlength=groups)
    open_ended = np.bincount(parent_of[unknown], minlength=groups) > 0
    low, high = np.nan_to_num(parent.low, nan=0.0), np.nan_to_num(parent.high, nan=np.inf)
    return SumBounds(
        group=np.where(inside & suppressed, parent_of, -1).astype(np.int64),
        weight=np.ones(len(child.code)),
        low=np.where(open_ended | (not complete), -np.inf, low - most),
        high=high - least,
    )


def rate_sums(
    counts: SumBounds, count: PublishedColumn, exposure: PublishedColumn, *, per: int, resolution: float
) -> SumBounds:
    """Turn bounds on sums of counts into bounds on sums of the rates that `rates.rate_column` makes of them.

    A rate in units of `resolution` is its count divided by exposure x resolution / per, rounded: so the sum of rates
    weighted by that divisor is the sum of counts, up to half a divisor per cell.

    Args:
        counts: Bounds for the column of counts.
        count: (n,) that column.
        exposure: (n,) the denominators. A cell without a published one leaves its group.
        per: Numerator of the unit, for instance 10 000.
        resolution: Step of the published rates.

    Returns:
        Bounds for the column of rates, in units of `resolution`.
    """
    usable = (exposure.status == Status.PUBLISHED) & (exposure.value > 0)
    low, high = np.nan_to_num(count.low, nan=0.0), np.nan_to_num(count.high, nan=np.inf)
    gone = (counts.group >= 0) & ~usable
    groups = counts.low.size
    left = np.where(gone, -1, counts.group)
    weight = np.where(usable, np.nan_to_num(exposure.value) * resolution / per, 1.0)
    rounding = _sum(left, left >= 0, weight, groups) / 2
    return SumBounds(
        group=left,
        weight=weight,
        low=counts.low - _sum(counts.group, gone, high, groups) - rounding,
        high=counts.high - _sum(counts.group, gone, low, groups) + rounding,
    )


def _sum(group: IntArray, members: BoolArray, values: FloatArray, groups: int) -> FloatArray:
    return np.bincount(group[members], values[members], minlength=groups).astype(np.float64)
