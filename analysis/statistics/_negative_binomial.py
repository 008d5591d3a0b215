"""The negative binomial law (NB2) of counts: variance mu + phi mu^2, likelihood, and its dispersion phi.

Conventions: phi >= 0, and 0 is Poisson. Products over a count, prod_{k < y} (1 + phi k), stand in for ratios of gamma
functions, whose difference has no digits left for a small phi. Two estimates of phi, both 0 when the counts vary no
more than Poisson: *moments* makes Pearson's statistic equal its degrees of freedom (Breslow 1984), *maximum likelihood*
solves the score equation (Lawless 1987).

Breslow (1984), Applied Statistics 33, 38-44; Lawless (1987), Canadian Journal of Statistics 15, 209-225.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import scipy.optimize
from scipy.special import betaincinv, gammaln, xlog1py, xlogy

from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray

#: Below this phi mu, logarithms are taken from their series.
SMALL = 1e-3

#: The dispersion is looked for up to here; beyond, counts say nothing of their mean.
LARGEST_DISPERSION = 1e6

#: Below this, counts are Poisson.
SMALLEST_DISPERSION = 1e-8


def log_likelihood(count: FloatArray, mean: FloatArray, dispersion: float) -> float:
    """Return the log-likelihood of counts, its constants included."""
    poisson = float(np.sum(xlogy(count, mean) - gammaln(count + 1)))
    if dispersion == 0:
        return poisson - float(mean.sum())
    products = float(np.sum(_more_than(count) * np.log1p(dispersion * np.arange(int(count.max(initial=0))))))
    spread = dispersion * mean
    return poisson + products - float(np.sum((count + 1 / dispersion) * np.log1p(spread)))


def deviance(count: FloatArray, mean: FloatArray, dispersion: float) -> float:
    """Return twice what the log-likelihood lacks to that of means equal to the counts."""
    parts = xlogy(count, count / mean)
    if dispersion == 0:
        return 2 * float(np.sum(parts - (count - mean)))
    apart = dispersion * (count - mean) / (1 + dispersion * mean)
    return 2 * float(np.sum(parts - xlog1py(count + 1 / dispersion, apart)))


def moment_dispersion(count: FloatArray, mean: FloatArray, freedom: int) -> float:
    """Return the phi at which Pearson's statistic equals its degrees of freedom, 0 if it is less without any."""
    squares = (count - mean) ** 2

    def excess(dispersion: float) -> float:
        return float(np.sum(squares / (mean * (1 + dispersion * mean)))) - freedom

    return root(excess, "Pearson's statistic")


def likelihood_dispersion(count: FloatArray, mean: FloatArray) -> float:
    """Return the phi of largest likelihood at given means, 0 if Poisson is as good as any."""
    counter, more = np.arange(int(count.max(initial=0))), _more_than(count)

    def score(dispersion: float) -> float:
        if dispersion == 0:
            return float(np.sum((count - mean) ** 2 - count)) / 2
        spread = dispersion * mean
        own = _log_excess(spread) * mean**2 - count * mean / (1 + spread)
        return float(np.sum(more * counter / (1 + dispersion * counter)) + np.sum(own))

    return root(score, "likelihood")


def _more_than(count: FloatArray) -> FloatArray:
    # How many counts exceed 0, 1, 2, ...
    histogram = np.bincount(count.astype(np.int64))
    return np.asarray(count.size - np.cumsum(histogram)[:-1], dtype=np.float64)


def _log_excess(a: FloatArray) -> FloatArray:
    # (log(1 + a) - a / (1 + a)) / a^2, which tends to 1/2.
    near = np.minimum(a, SMALL)
    series = 1 / 2 - near * (2 / 3 - near * (3 / 4 - near * (4 / 5 - near * 5 / 6)))
    far = np.maximum(a, SMALL)
    return np.where(a < SMALL, series, (np.log1p(far) - far / (1 + far)) / far**2)


def root(falling: Callable[[float], float], name: str) -> float:
    """Return the dispersion at which a falling function is 0; 0 where it never is above it.

    Raises:
        StatisticError: It is above 0 however large the dispersion.
    """
    falling = cache(falling)  # asked for the ends of the last interval again
    if falling(0.0) <= 0:
        return 0.0
    high = 1.0
    while falling(high) > 0:
        high *= 4
        if high > LARGEST_DISPERSION:
            raise StatisticError(f"The dispersion has no bound by {name}.", remedy="Look for an area of its own kind.")
    low = high
    while falling(low) <= 0:
        low /= 4
        if low < SMALLEST_DISPERSION:
            return 0.0
    return float(scipy.optimize.brentq(falling, low, low * 4, xtol=1e-15, rtol=1e-12))


def negative_binomial_limits(count: FloatArray, dispersion: float, tail: float) -> tuple[FloatArray, FloatArray]:
    """Return exact limits of the mean of each count, with a probability `tail` beyond either; dispersion above 0."""
    size = 1 / dispersion
    share = betaincinv(np.maximum(count, 1.0), size, tail)
    rest = betaincinv(size, count + 1, tail)
    return np.where(count > 0, share / (1 - share) * size, 0.0), np.asarray((1 / rest - 1) * size)
