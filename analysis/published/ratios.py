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
from analysis.statistics.negative_binomial_sums import EXACT_SUM, sum_tails, upper_tails
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

#: Up to this dispersion no upper tail of a large sum below its mean is computed at half of what it is, or less.
ROUGH = 2.0

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
        label=every_label(_status(counts, exposure), keep, label),
        z=np.full(len(counts.code), np.nan),
        q_low=spread(keep, np.fmin(found.hot[0], found.cold[0])),
        q_high=spread(keep, np.fmin(found.hot[1], found.cold[1])),
        neighbours=spread(keep, among.cardinalities),
        neighbours_suppressed=spread(keep, hidden_neighbours(among, shown)),
        ratio_low=spread(keep, found.ratio[0]),
        ratio_high=spread(keep, found.ratio[1]),
    )


def _status(counts: PublishedColumn, exposure: PublishedColumn) -> StrArray:
    # As the rate has it: what is known of neither says why there is no class, not applicable before missing.
    either = (counts.status, exposure.status)
    status = counts.status.copy()
    for reason in (Status.MISSING, Status.NOT_APPLICABLE):
        status = np.where(np.any([one == reason for one in either], axis=0), str(reason), status)
    return status


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
    lowest = _Test.of(fewest, expected.high, around, unknown=(1.0, 0.0))
    phi = _settled(bounds, expected, around, lowest, alpha)
    high = lowest.tails(phi)
    if bounds.certain.all() and np.array_equal(expected.low, expected.high):
        low, likely = high, high.upper
    else:
        low = _Test.of(most, expected.low, around, unknown=(0.0, 1.0)).tails(phi)
        total = np.floor(around.sums(likely_values(bounds, expected.middle, phi)) + TOLERANCE)
        likely = _Test.of(total, expected.middle, around, unknown=(1.0, 0.0)).upper(phi)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = fewest / around.sums(expected.high), most / around.sums(expected.low)
    return _Found(
        hot=(stored_q(low.upper), stored_q(high.upper)),
        cold=(stored_q(high.lower), stored_q(low.lower)),
        probable=stored_q(likely),
        ratio=(np.round(ratios[0], RATIO_DECIMALS), np.round(ratios[1], RATIO_DECIMALS)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tails:
    # (n,) probability of at least, and of at most, so many events.
    upper: FloatArray
    lower: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Test:
    # Neighbourhoods whose events are held against what is expected of their members, whatever the dispersion: which
    # are tested, their events, the means of their members one after another; and the tails of those that are not.
    tested: BoolArray
    total: FloatArray
    mean: FloatArray
    group: IntArray
    otherwise: _Tails

    @classmethod
    def of(cls, total: FloatArray, mean: FloatArray, around: _Around, *, unknown: tuple[float, float]) -> _Test:
        """Prepare the test; `unknown` are the tails (upper, lower) where a bound is missing."""
        chance = around.sums(mean)
        upper, lower = (np.full(total.size, part) for part in unknown)
        nothing = (chance == 0) & (total == 0)
        upper[nothing] = lower[nothing] = 1.0
        tested = np.isfinite(total) & np.isfinite(chance) & (chance > 0)
        member = tested[around.area] & (mean[around.cell] > 0)
        position = np.cumsum(tested) - 1
        group = position[around.area[member]]
        return cls(tested, total[tested], mean[around.cell[member]], group, _Tails(upper, lower))

    def tails(self, phi: float) -> _Tails:
        """Return the tails of every neighbourhood."""
        found = sum_tails(self.total, self.mean, self.group, phi)
        upper, lower = self.otherwise.upper.copy(), self.otherwise.lower.copy()
        upper[self.tested], lower[self.tested] = found.upper, found.lower
        return _Tails(upper, lower)

    def upper(self, phi: float) -> FloatArray:
        """Return the upper tails alone."""
        upper = self.otherwise.upper.copy()
        upper[self.tested] = upper_tails(self.total, self.mean, self.group, phi)
        return upper

    def hot(self, phi: float, alpha: float) -> BoolArray:
        """Return where the upper tails are hot: exactly as by `upper`, but computed only where they can be.

        An adjusted p is at least p, so that a p above alpha / 2 makes nothing hot, neither itself nor a smaller one: it
        may as well be 1.
        """
        can = self.can_reach(phi, alpha)
        member = can[self.group]
        upper, p = self.otherwise.upper.copy(), np.ones(self.total.size)
        p[can] = upper_tails(self.total[can], self.mean[member], (np.cumsum(can) - 1)[self.group[member]], phi)
        upper[self.tested] = p
        return np.asarray(stored_q(upper) <= alpha)

    def can_reach(self, phi: float, alpha: float) -> BoolArray:
        """Return which of the tested may have an upper tail of alpha / 2 or less.

        A sum d below its mean has one of at least d^2 / (variance + d^2) by Cantelli's inequality. We ask that to be
        above alpha, twice what is needed, since the tails of large sums are approximate; of a large dispersion they are
        too rough even for that.
        """
        chance = np.bincount(self.group, weights=self.mean, minlength=self.total.size)
        variance = chance + phi * np.bincount(self.group, weights=self.mean**2, minlength=self.total.size)
        below = np.maximum(chance - self.total, 0.0) ** 2
        can = below <= alpha * (variance + below)
        return np.asarray(can | (self.total > EXACT_SUM) if phi > ROUGH else can)


def _settled(bounds: Bounds, expected: Expected, around: _Around, lowest: _Test, alpha: float) -> float:
    """Return the dispersion of what is not hot at the fewest events."""
    ordinary, found = np.ones(around.count, dtype=np.bool_), np.zeros(around.count, dtype=np.bool_)
    for _ in range(ROUNDS):
        phi = _dispersion(bounds, expected, ordinary)
        hot = lowest.hot(phi, alpha)
        if np.array_equal(hot, found):
            break
        found = hot
        ordinary = np.bincount(around.cell, hot[around.area], minlength=around.count) == 0
    return phi


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


def _labels(found: _Found, shown: BoolArray, alpha: float) -> StrArray:
    possible = np.fmin(found.hot[0], found.cold[0]) <= alpha
    label = np.where(shown, HotspotClass.UNDETERMINED, HotspotClass.SUPPRESSED).astype(LABEL)
    label = np.where(possible, label, HotspotClass.NOT_SIGNIFICANT)
    label = np.where(found.probable <= alpha, HotspotClass.PROBABLE, label)
    label = np.where(found.hot[1] <= alpha, HotspotClass.HOT, label)
    return np.where(found.cold[1] <= alpha, HotspotClass.COLD, label).astype(np.str_)
