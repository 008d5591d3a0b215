"""Neighbourhood observed over expected on a published map: the statistic that leads, with what is hidden as intervals.

An area and its neighbours are taken together: O events where E were expected at the rate of the country (`expected`),
tested as a sum of negative binomial counts (`analysis.statistics.neighbourhood_ratio`), each tail adjusted by
Benjamini-Hochberg over the map. The dispersion phi is estimated from the published cells, as counts that had to be
large enough to be shown (`analysis.statistics.censored_counts`). What is found hot is left out of it, until nothing
more is found, and a count far from its expectation adds only so much: a cluster would otherwise hide itself, most of
all where little but clusters is published.

A published cell counts as its published value; a hidden one is any whole number within its bounds and those of sums of
hidden cells, never zero and never left out. Given E and phi, p falls when O rises, so O at its lowest and at its
highest bound every q, and an area is

- *hot* (*cold*) if it is so whatever the hidden values are;
- *probable* if it is hot when each hidden value is what it is expected to be (`likely`);
- *not significant* if it is neither hot nor cold whatever the hidden values are;
- *undetermined* otherwise; where its own value is hidden, *suppressed*.

Unlike local G an area's own value counts, so a lone extreme area can be hot. Where nothing is hidden this is the plain
test, but for what phi leaves out. An area without exposure expects nothing: it leaves the map, as neighbour too.
"Whatever" holds given phi and E: they are estimates from published numbers, as in any such test. q is stored as twice
that of the smaller tail, rounded before it is compared with alpha, and O / E as the bounds that it lies within.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from analysis.published.cells import LABEL, bounds_of, every_label, hidden_neighbours, restricted, spread, stored_q
from analysis.published.expected import Expected, expected_counts, expects
from analysis.published.intervals import TOLERANCE, BoolArray, Bounds, IntArray, SumBounds, largest_sums
from analysis.published.likely import likely_values
from analysis.statistics._negative_binomial import LARGEST_DISPERSION
from analysis.statistics.censored_counts import shown_dispersion
from analysis.statistics.errors import StatisticError
from analysis.statistics.negative_binomial_sums import sum_tails
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import AlignmentError
from zicht.published import FloatArray, HotspotClass, PublishedColumn, Status, StrArray

#: Decimals of the stored bounds of observed over expected.
RATIO_DECIMALS = 4

#: Fewest areas that a dispersion is estimated from; with fewer, counts are taken for Poisson.
FEWEST = 3

#: A count that lies more than two and a half standard deviations from what was expected adds no more to the dispersion.
CAP = 6.25

#: How often the dispersion is estimated again without what was found hot; it settles within three or four.
ROUNDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Around:
    # Every area and its neighbours as one list: which neighbourhood, ascending, and which cell.
    area: IntArray
    cell: IntArray
    count: int

    @classmethod
    def of(cls, weights: SpatialWeights) -> _Around:
        area = np.concatenate([np.arange(weights.n), weights.rows])
        order = np.argsort(area, kind="stable")
        return cls(area[order], np.concatenate([np.arange(weights.n), weights.indices])[order], weights.n)

    def sums(self, values: FloatArray) -> FloatArray:
        return np.bincount(self.area, weights=values[self.cell], minlength=self.count).astype(np.float64)


def ratio_classes(
    counts: PublishedColumn,
    exposure: PublishedColumn,
    weights: SpatialWeights,
    *,
    method: str,
    alpha: float,
    country: tuple[PublishedColumn, PublishedColumn] | None = None,
    sums: SumBounds | None = None,
) -> ClassColumn:
    """Classify every area of a published map by what was observed in its neighbourhood over what was expected there.

    Args:
        counts: The published counts of n areas.
        exposure: Their exposures.
        weights: Who neighbours whom; only links count.
        method: Names statistic, input and neighbourhood, for instance "neighbourhood-ratio/rate/queen".
        alpha: False discovery rate of the map, both tails together, between 0 and 1.
        country: Count and exposure of the country, whose rate is expected.
        sums: What is known of sums of suppressed counts (see `sums_within_parents`).

    Returns:
        The class of every area with its receipts.

    Raises:
        AlignmentError: Weights, counts and exposures are not of the same areas, or bounds contradict.
        StatisticError: alpha is not between 0 and 1.
    """
    _check(counts, exposure, weights, alpha)
    keep = np.isin(counts.status, (Status.PUBLISHED, Status.SUPPRESSED)) & expects(exposure)
    bounds = bounds_of(counts, keep, 1.0, sums)
    expected = expected_counts(bounds, exposure, keep, country=country)
    among = restricted(weights, keep)
    shown = counts.status[keep] == Status.PUBLISHED
    found = _tested(bounds, expected, _Around.of(among), alpha)
    label = _labels(found, shown, alpha)
    key = counts.key
    return ClassColumn(
        key=ClassKey(key.indicator, key.period, key.level, key.category, method),
        code=counts.code,
        label=every_label(counts.status, keep, label),
        z=np.full(len(counts.code), np.nan),
        q_low=spread(keep, np.fmin(found.hot[0], found.cold[0])),
        q_high=spread(keep, np.fmin(found.hot[1], found.cold[1])),
        neighbours=spread(keep, among.cardinalities),
        neighbours_suppressed=spread(keep, hidden_neighbours(among, shown)),
        ratio_low=spread(keep, found.ratio[0]),
        ratio_high=spread(keep, found.ratio[1]),
    )


def _check(counts: PublishedColumn, exposure: PublishedColumn, weights: SpatialWeights, alpha: float) -> None:
    if weights.n != len(counts.code) or not np.array_equal(counts.code, exposure.code):
        raise AlignmentError("Weights, counts and exposures are not of the same areas.", where=counts.key.level)
    if not 0 < alpha < 1:
        raise StatisticError(f"A false discovery rate lies between 0 and 1, not at {alpha}.")


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    # Smallest and largest q of either tail, q of the upper one at the expected values, and bounds of the ratio.
    hot: tuple[FloatArray, FloatArray]
    cold: tuple[FloatArray, FloatArray]
    probable: FloatArray
    ratio: tuple[FloatArray, FloatArray]


def _tested(bounds: Bounds, expected: Expected, around: _Around, alpha: float) -> _Found:
    fewest = np.maximum(-largest_sums(bounds.mirrored, around.area, around.cell, around.count), 0.0)
    most = largest_sums(bounds, around.area, around.cell, around.count)
    phi, high = _settled(bounds, expected, around, fewest, alpha)
    if bounds.certain.all() and np.array_equal(expected.low, expected.high):
        low = likely = high
    else:
        low = _tails(most, expected.low, around, phi, unknown=(0.0, 1.0))
        total = np.floor(around.sums(likely_values(bounds, expected.middle, phi)) + TOLERANCE)
        likely = _tails(total, expected.middle, around, phi, unknown=(1.0, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = fewest / around.sums(expected.high), most / around.sums(expected.low)
    return _Found(
        hot=(stored_q(low.upper), stored_q(high.upper)),
        cold=(stored_q(high.lower), stored_q(low.lower)),
        probable=stored_q(likely.upper),
        ratio=(np.round(ratios[0], RATIO_DECIMALS), np.round(ratios[1], RATIO_DECIMALS)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tails:
    # (n,) probability of at least, and of at most, so many events.
    upper: FloatArray
    lower: FloatArray


def _settled(
    bounds: Bounds, expected: Expected, around: _Around, fewest: FloatArray, alpha: float
) -> tuple[float, _Tails]:
    """Return the dispersion of what is not hot, and the tails at the fewest events that it gives."""
    ordinary, found = np.ones(around.count, dtype=np.bool_), np.zeros(around.count, dtype=np.bool_)
    for _ in range(ROUNDS):
        phi = _dispersion(bounds, expected, ordinary)
        tails = _tails(fewest, expected.high, around, phi, unknown=(1.0, 0.0))
        hot = stored_q(tails.upper) <= alpha
        if np.array_equal(hot, found):
            break
        found = hot
        ordinary = np.bincount(around.cell, hot[around.area], minlength=around.count) == 0
    return phi, tails


def _dispersion(bounds: Bounds, expected: Expected, ordinary: BoolArray) -> float:
    mean = expected.middle
    usable = ordinary & bounds.certain & np.isfinite(mean) & (mean > 0)
    if np.count_nonzero(usable) < FEWEST:
        return 0.0
    count, certain = bounds.low[usable], bounds.low[bounds.certain]
    threshold, zeros = 0.0, True
    if not bounds.certain.all() and certain.any():
        # What is published says itself what could be: the smallest count of the map, and zeros where there are any.
        threshold, zeros = float(certain[certain > 0].min()), bool((certain == 0).any())
    for cap in (CAP, np.inf):
        with suppress(StatisticError):
            return shown_dispersion(count, mean[usable], threshold=threshold, zeros=zeros, cap=cap)
    # A few areas of a kind of their own, on a small map: no spread explains them, so nothing is called on it.
    return LARGEST_DISPERSION


def _tails(total: FloatArray, mean: FloatArray, around: _Around, phi: float, *, unknown: tuple[float, float]) -> _Tails:
    """Return the tails of every neighbourhood; `unknown` (upper, lower) where a bound is missing."""
    chance = around.sums(mean)
    upper, lower = (np.full(total.size, part) for part in unknown)
    nothing = (chance == 0) & (total == 0)
    upper[nothing] = lower[nothing] = 1.0
    tested = np.isfinite(total) & np.isfinite(chance) & (chance > 0)
    member = tested[around.area] & (mean[around.cell] > 0)
    position = np.cumsum(tested) - 1
    found = sum_tails(total[tested], mean[around.cell[member]], position[around.area[member]], phi)
    upper[tested], lower[tested] = found.upper, found.lower
    return _Tails(upper, lower)


def _labels(found: _Found, shown: BoolArray, alpha: float) -> StrArray:
    possible = np.fmin(found.hot[0], found.cold[0]) <= alpha
    label = np.where(shown, HotspotClass.UNDETERMINED, HotspotClass.SUPPRESSED).astype(LABEL)
    label = np.where(possible, label, HotspotClass.NOT_SIGNIFICANT)
    label = np.where(found.probable <= alpha, HotspotClass.PROBABLE, label)
    label = np.where(found.hot[1] <= alpha, HotspotClass.HOT, label)
    return np.where(found.cold[1] <= alpha, HotspotClass.COLD, label).astype(np.str_)
