"""Hotspot classes of a published map: certain where every map within the published bounds would give the same class.

The test is local G by exact conditional permutation (`analysis.statistics.exact_null`; Gi and Gi* have the same p,
since an area's own value is held fixed), one test per tail, each adjusted by Benjamini-Hochberg over the map and
compared with alpha / 2. It is a function of published values: a published cell counts as its published (rounded) value;
a suppressed cell is any whole number of `resolution` between its published bounds, never zero and never left out.

Every area gets a largest and a smallest p per tail (`extremes`). Adjusted p-values never fall when a p rises, so
adjusting all the largest bounds every area's q from above, and adjusting all the smallest from below. An area is

- *hot* (*cold*) if even its largest q of the upper (lower) tail is at most alpha / 2: so it is for every possible map;
- *not significant* if even its smallest q of either tail exceeds alpha / 2;
- *undetermined* otherwise: the published numbers cannot tell. Where its own value is suppressed too, *suppressed*.

Where nothing is suppressed the bounds meet and this is the plain test. An all-zero map has no cold spot (ties count),
and a lone extreme area is not hot. Areas that are missing or not applicable have no number: they leave the map, as
neighbour and as pool. An island has no neighbourhood: not applicable. q is stored as twice that of the smaller tail, at
most 1, so that it is compared with alpha itself; it is rounded to `DECIMALS` decimals before it is. z is the analytic
Gi* among the published cells alone, for description: no class depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.published.cells import DECIMALS, bounds_of, every_label, hidden_neighbours, restricted, spread, stored_q
from analysis.published.extremes import extreme_tails
from analysis.published.intervals import BoolArray, Bounds, SumBounds
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.getis_ord import LocalG, z_scores
from analysis.statistics.limits import Limits
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import AlignmentError
from zicht.published import FloatArray, HotspotClass, PublishedColumn, Status, StrArray

#: A map is computed on request, so no exact null may take long: beyond this, values are made coarser.
MAP_LIMITS = Limits(work=1e9, memory=5e8)


@dataclass(frozen=True, slots=True, eq=False)
class _Range:
    # Per area the smallest and largest q of one tail.
    low: FloatArray
    high: FloatArray


def hotspots(
    column: PublishedColumn,
    weights: SpatialWeights,
    *,
    method: str,
    alpha: float,
    resolution: float = 1.0,
    exclude: BoolArray | None = None,
    sums: SumBounds | None = None,
    limits: Limits = MAP_LIMITS,
) -> ClassColumn:
    """Classify every area of a published map as hot, cold, not significant or unknown.

    Args:
        column: The published map.
        weights: Binary weights among its n areas.
        method: Names statistic, input and neighbourhood, for instance "gi-star/rate/queen".
        alpha: False discovery rate of the map, both tails together, between 0 and 1.
        resolution: What every value and bound is a whole multiple of: 1 for counts, 0.01 for rates of two decimals.
        exclude: (n,) areas that do not take part although they may have a number.
        sums: What is known of sums of suppressed cells, in units of `resolution` (see `sums_within_parents`).
        limits: What each exact null may cost before its values are made coarser.

    Returns:
        The class of every area with its receipts.

    Raises:
        AlignmentError: Weights and column do not fit, a value is no multiple of `resolution`, or bounds contradict.
        StatisticError: The weights are not binary, or alpha is not between 0 and 1.
    """
    _check(column, weights, alpha)
    has_number = np.isin(column.status, (Status.PUBLISHED, Status.SUPPRESSED))
    keep = has_number if exclude is None else has_number & ~exclude
    bounds = bounds_of(column, keep, resolution, sums)
    among = restricted(weights, keep)
    hot, cold = _q_ranges(bounds, among, alpha, limits)
    shown = column.status[keep] == Status.PUBLISHED
    hidden = hidden_neighbours(among, shown)
    label = _labels(hot, cold, alpha=alpha, shown=shown)
    return ClassColumn(
        key=ClassKey(column.key.indicator, column.key.period, column.key.level, column.key.category, method),
        code=column.code,
        label=every_label(column.status, keep, label),
        z=spread(keep, _z(bounds, among, shown, hidden)),
        q_low=spread(keep, np.fmin(hot.low, cold.low)),
        q_high=spread(keep, np.fmin(hot.high, cold.high)),
        neighbours=spread(keep, among.cardinalities),
        neighbours_suppressed=spread(keep, hidden),
        ratio_low=np.full(len(keep), np.nan),
        ratio_high=np.full(len(keep), np.nan),
    )


def _check(column: PublishedColumn, weights: SpatialWeights, alpha: float) -> None:
    if weights.n != len(column.code):
        raise AlignmentError(
            f"There are weights for {weights.n} areas and values for {len(column.code)}.", where=column.key.level
        )
    if not weights.binary:
        raise StatisticError("Hotspot classes need binary weights.", remedy="Do not row-standardise: z is the same.")
    if not 0 < alpha < 1:
        raise StatisticError(f"A false discovery rate lies between 0 and 1, not at {alpha}.")


def _q_ranges(bounds: Bounds, weights: SpatialWeights, alpha: float, limits: Limits) -> tuple[_Range, _Range]:
    if bounds.certain.all():
        try:
            tails = conditional_tails(bounds.low.astype(np.int64), weights, limits=limits)
            upper, lower = stored_q(tails.upper), stored_q(tails.lower)
            return _Range(upper, upper), _Range(lower, lower)
        except CostError:
            pass  # Too wide for the plain test: coarser values give bounds, as for suppressed cells.
    above, below = extreme_tails(bounds, weights, level=alpha / 2, limits=limits)
    hot = _Range(stored_q(above.smallest), stored_q(above.largest))
    return hot, _Range(stored_q(below.smallest), stored_q(below.largest))


def _labels(hot: _Range, cold: _Range, *, alpha: float, shown: BoolArray) -> StrArray:
    possible = np.fmin(hot.low, cold.low) <= alpha
    label = np.where(shown, HotspotClass.UNDETERMINED, HotspotClass.SUPPRESSED)
    label = np.where(possible, label, HotspotClass.NOT_SIGNIFICANT)
    label = np.where(hot.high <= alpha, HotspotClass.HOT, label)
    label = np.where(cold.high <= alpha, HotspotClass.COLD, label)
    return np.where(np.isnan(hot.high), HotspotClass.NOT_APPLICABLE, label).astype(np.str_)


def _z(bounds: Bounds, weights: SpatialWeights, shown: BoolArray, hidden: NDArray[np.int64]) -> FloatArray:
    z = np.full(weights.n, np.nan)
    z[shown] = z_scores(bounds.low[shown], restricted(weights, shown), statistic=LocalG.GI_STAR)
    return np.where(hidden > 0, np.nan, np.round(z, DECIMALS))
