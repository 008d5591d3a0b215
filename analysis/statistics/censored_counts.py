"""Negative binomial counts (NB2) of which some are hidden: expected values within bounds, and dispersion.

A suppressed count is interval-censored: it lies between two published bounds. Given its expected count mu and the
dispersion phi, its conditional moments have closed forms, since

    y f(y; r, q) = mu f(y - 1; r + 1, q),    y (y - 1) f(y; r, q) = mu^2 (1 + phi) f(y - 2; r + 2, q)

with r = 1 / phi and q = phi mu / (1 + phi mu).

The dispersion comes from the counts that are shown, and these are not any counts: what is below a threshold is hidden,
so the shown ones are high for their expectation. Taken as they are they would make phi several times too large, and to
fill in the hidden ones within their bounds does not mend it, for the bounds are wide. So each shown count's squared
deviation is compared with what it is expected to be *given that the count could be shown*: the moment estimate
(Pearson's statistic equals its degrees of freedom, Breslow 1984) of a truncated law; the plain one where all are shown.

A few clusters can be most of what Pearson's statistic adds up to. With a cap a squared deviation counts as at most so
many variances, in what is counted and in what is expected alike, so that the estimate stays that of the law and hardly
that of the clusters (Huber's proposal for generalised linear models, Cantoni & Ronchetti 2001).

Conventions: bounds are inclusive whole numbers, the upper one possibly infinite. phi >= 0, and 0 is Poisson. That a
count which could be shown is hidden all the same (to protect another) tells nothing of it.

Breslow (1984), Applied Statistics 33, 38-44; Cantoni & Ronchetti (2001), JASA 96, 1022-1030;
Johnson, Kemp & Kotz (2005), Univariate Discrete Distributions, ch. 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc, gammaincc

from analysis.statistics._checks import amounts, refuse
from analysis.statistics._negative_binomial import SMALLEST_DISPERSION, root
from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray

#: Counts whose means differ by less than this share are taken together where a law must be summed for each.
LIKE = 0.01

#: Below this a probability is too small to divide by: the count is then taken at its bound nearest the mean.
TINY = 1e-280


def conditional_moments(
    low: FloatArray, high: FloatArray, mean: FloatArray, dispersion: float
) -> tuple[FloatArray, FloatArray]:
    """Return what counts are expected to be within their bounds.

    Args:
        low: (n,) whole lower bounds, 0 or more.
        high: (n,) whole upper bounds, at least `low`, possibly infinite.
        mean: (n,) expected counts without bounds, positive.
        dispersion: phi, not negative.

    Returns:
        (n,) expected counts, and (n,) expected squared deviations from `mean`, given the bounds.
    """
    return _moments(low, high, mean, dispersion, _between(low, high, mean, dispersion, 0))


def _moments(
    low: FloatArray, high: FloatArray, mean: FloatArray, dispersion: float, given: FloatArray
) -> tuple[FloatArray, FloatArray]:
    # As `conditional_moments`, where the probability of the bounds is given.
    with np.errstate(divide="ignore", invalid="ignore"):
        first = mean * _between(low - 1, high - 1, mean, dispersion, 1) / given
        pairs = mean**2 * (1 + dispersion) * _between(low - 2, high - 2, mean, dispersion, 2) / given
    near = np.where(low > mean, low, np.where(np.isfinite(high), high, mean))
    first = np.clip(np.where(given > TINY, first, near), low, high)
    square = np.where(given > TINY, pairs + first - 2 * mean * first + mean**2, (near - mean) ** 2)
    farthest = np.maximum((low - mean) ** 2, (high - mean) ** 2)
    return first, np.clip(square, 0.0, farthest)


def shown_dispersion(
    count: NDArray[Any],
    mean: NDArray[Any],
    *,
    threshold: float = 0.0,
    zeros: bool = True,
    estimated: int = 1,
    cap: float = np.inf,
) -> float:
    """Estimate from counts that are shown how much more than Poisson counts vary around what was expected.

    Args:
        count: (n,) the counts that are shown; whole numbers or rounded ones.
        mean: (n,) their expected counts, positive.
        threshold: Counts below it are not shown, but 0 where `zeros` is true.
        zeros: Whether zeros are shown.
        estimated: How many parameters the expected counts were estimated with.
        cap: Squared deviations count as at most so many variances, above 1; infinite for the plain estimate.

    Returns:
        phi, 0 or more.

    Raises:
        StatisticError: A value is not finite or negative, a mean is 0, a count could not be shown, lengths differ, the
            cap is not above 1, or there are no more counts than parameters.
    """
    at = amounts(mean, "expected counts")
    shown = amounts(count, "counts")
    if shown.shape != at.shape or np.any(at == 0):
        raise StatisticError("Every count that is shown needs an expected count above 0.")
    refuse((shown < threshold) & ~((shown == 0) & zeros), f"A count below {threshold:g} is shown.")
    freedom = shown.size - estimated
    if freedom < 1:
        raise StatisticError(f"There are {shown.size} counts for {estimated} parameters.")
    if not cap > 1:
        raise StatisticError(f"A cap is a number of variances above 1, not {cap}.")
    squares, means, size = (shown - at) ** 2, *_like(at)
    lowest = max(threshold, 1.0)
    plain = np.isinf(cap) and threshold <= (1 if zeros else 0)

    def excess(dispersion: float) -> float:
        found = float(np.sum(np.minimum(squares / (at * (1 + dispersion * at)), cap)))
        if plain:
            return found - freedom
        chance = expected_square(means, lowest, dispersion, zeros=zeros, cap=cap)
        return found - freedom / shown.size * float(np.sum(size * chance))

    return root(excess, "Pearson's statistic")


def expected_square(
    mean: FloatArray, lowest: float, dispersion: float, *, zeros: bool, cap: float = np.inf
) -> FloatArray:
    """Return what squared deviations of counts that are shown are expected to be, in variances.

    Args:
        mean: (n,) expected counts, positive.
        lowest: A whole number of 1 or more; counts below it are not shown, but zeros may be.
        dispersion: phi, not negative.
        zeros: Whether zeros are shown.
        cap: They count as at most so many variances.
    """
    variance = mean * (1 + dispersion * mean)
    reach = np.sqrt(cap * variance)
    inside = np.floor(mean + reach)
    low = np.maximum(np.ceil(mean - reach), lowest)
    high, first = np.maximum(inside, low), np.full(mean.shape, lowest)
    # Shown counts within the cap, and those beyond it on either side.
    given = _between(low, high, mean, dispersion, 0)
    near = np.where(inside >= low, given, 0.0)
    square = _moments(low, high, mean, dispersion, given)[1] / variance
    some = _exceeded(first - 1, mean, dispersion, 0)
    # Beyond the cap a square counts as the cap; without one there is nothing beyond.
    total = near * square + (np.maximum(some - near, 0.0) * cap if np.isfinite(cap) else 0.0)
    if not zeros:
        return np.asarray(total / np.maximum(some, TINY))
    none = _reached(np.zeros(mean.shape), mean, dispersion, 0)
    return np.asarray((total + none * np.minimum(mean**2 / variance, cap)) / np.maximum(some + none, TINY))


def _like(mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    # One mean for all that are alike, and how many it stands for.
    kind, count = np.unique(np.rint(np.log(mean) / np.log1p(LIKE)), return_inverse=True, return_counts=True)[1:]
    return np.bincount(kind, weights=mean) / count, count.astype(np.float64)


def _between(low: FloatArray, high: FloatArray, mean: FloatArray, dispersion: float, more: int) -> FloatArray:
    # P(low <= X <= high) for a negative binomial X of size 1 / phi + more, or Poisson; on the side where it is sharp.
    chance, beyond = np.empty(mean.shape), low > mean
    for side, tail, sign in ((~beyond, _reached, 1), (beyond, _exceeded, -1)):
        most, least = (tail(end[side], mean[side], dispersion, more) for end in (high, low - 1))
        chance[side] = np.maximum(sign * (most - least), 0.0)
    return chance


def _reached(k: FloatArray, mean: FloatArray, dispersion: float, more: int) -> FloatArray:
    # P(X <= k).
    chance, some = np.where(k < 0, 0.0, 1.0), np.isfinite(k) & (k >= 0)
    if dispersion <= SMALLEST_DISPERSION:
        chance[some] = gammaincc(k[some] + 1, mean[some])
    else:
        chance[some] = betainc(1 / dispersion + more, k[some] + 1, 1 / (1 + dispersion * mean[some]))
    return chance


def _exceeded(k: FloatArray, mean: FloatArray, dispersion: float, more: int) -> FloatArray:
    # P(X > k).
    chance, some = np.where(k < 0, 1.0, 0.0), np.isfinite(k) & (k >= 0)
    if dispersion <= SMALLEST_DISPERSION:
        chance[some] = gammainc(k[some] + 1, mean[some])
    else:
        spread = dispersion * mean[some]
        chance[some] = betainc(k[some] + 1, 1 / dispersion + more, spread / (1 + spread))
    return chance
