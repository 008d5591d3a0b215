"""Limits of the ratio of an area's rate to that of its reference, where both are known within bounds only.

    low  = (least mean that fits the area's lowest count)  / (most  that is expected at the reference's rate)
    high = (largest mean that fits its highest count)      / (least that is expected)

so that the interval covers rounding and hidden numbers besides chance. An error of (1 - confidence) is shared out:
four fifths to the area, one fifth to the reference, a half of each to either side. By Bonferroni's inequality the
interval then holds the true ratio with at least the confidence, whatever hides within the bounds.

Chance in the area and in a pool: exact Poisson limits of the number of bunches, count / psi, taken back to events; psi
is how many events come together (`bunching`), 1 where they are independent. In a regression: normal limits of the
logarithm of what it expects.

Classes are of the map. The false discovery rate of Benjamini & Hochberg is controlled by the intervals themselves: with
m areas, the largest R is sought such that R intervals of confidence 1 - alpha R / m lie above 1 (and likewise below, R
of its own). These are the areas called higher (lower); their intervals at that confidence have a false coverage rate
of alpha (Benjamini & Yekutieli). For the others the interval of the area by itself decides: comparable where it stays
within 1 / margin and margin, too uncertain elsewhere.

Garwood (1936), Biometrika 28, 437-442; McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., 200; Benjamini &
Hochberg (1995), JRSS B 57, 289-300; Benjamini & Yekutieli (2005), Journal of the American Statistical Association 100,
71-81.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import gammainccinv, gammaincinv, ndtri

from analysis.published.intervals import BoolArray, IntArray
from analysis.published.pools import Pool
from zicht.published import FloatArray

#: Part of the error that goes to the area; the rest to its reference.
OWN = 0.8


class Expectation(Protocol):
    """What is expected of areas at the rate of their reference."""

    def bounds(self, rows: IntArray, tail: float) -> tuple[FloatArray, FloatArray]:
        """Return the least and the most expected per unit of exposure, each wrong with a probability `tail`.

        Args:
            rows: Positions of the areas asked after.
            tail: Probability, or 0.5 for what is known without any allowance for chance.
        """


@dataclass(frozen=True, slots=True, eq=False)
class PoolExpectation:
    """A pool of counted areas as reference.

    Args:
        pool: (n,) the pools.
        bunches: psi, events that come together, at least 1.
    """

    pool: Pool
    bunches: float

    def bounds(self, rows: IntArray, tail: float) -> tuple[FloatArray, FloatArray]:
        """See `Expectation`."""
        pool = self.pool
        low, high = pool.low[rows], pool.high[rows]
        if tail < 0.5:
            low, high = lower_limit(low, self.bunches, tail), upper_limit(high, self.bunches, tail)
        least = _over(low, pool.exposure_high[rows])
        return least, _over(high, pool.exposure_low[rows])


@dataclass(frozen=True, slots=True, eq=False)
class FittedExpectation:
    """A regression as reference.

    Args:
        rate: (n,) events expected per unit of exposure, NaN where the regression says nothing.
        standard_error: (n,) of its logarithm.
    """

    rate: FloatArray
    standard_error: FloatArray

    def bounds(self, rows: IntArray, tail: float) -> tuple[FloatArray, FloatArray]:
        """See `Expectation`."""
        off = np.exp(-ndtri(tail) * self.standard_error[rows]) if tail < 0.5 else np.ones(rows.size)
        return self.rate[rows] / off, self.rate[rows] * off


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The areas of a map that are compared: their published counts and exposures.

    Args:
        value: (n,) counts as published.
        low: (n,) the least they can be.
        high: (n,) the most.
        exposure_low: (n,) the least exposure, above 0.
        exposure_high: (n,) the most.
        bunches: psi, events that come together, at least 1.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    exposure_low: FloatArray
    exposure_high: FloatArray
    bunches: float


def lower_limit(count: FloatArray, bunches: float, tail: float) -> FloatArray:
    """Return the mean at which a count at least this large has probability `tail`; 0 for a count of 0."""
    number = count / bunches
    return np.where(count > 0, bunches * gammaincinv(np.where(count > 0, number, 1.0), tail), 0.0)


def upper_limit(count: FloatArray, bunches: float, tail: float) -> FloatArray:
    """Return the mean at which a count at most this large has probability `tail`; inf for a count without bound."""
    finite = np.where(np.isfinite(count), count, 0.0) / bunches
    return np.where(np.isfinite(count), bunches * gammainccinv(finite + 1, tail), np.inf)


def ratio_limits(
    counted: Counted, expected: Expectation, rows: IntArray, error: float
) -> tuple[FloatArray, FloatArray]:
    """Compute both limits of the ratios of some areas.

    Args:
        counted: The areas.
        expected: Their reference.
        rows: (m,) positions of those asked after.
        error: Probability that the interval misses, both sides together.

    Returns:
        (m,) lower and upper limits, NaN where nothing can be expected, the upper one possibly inf.
    """
    tail = error / 2
    least, most = expected.bounds(rows, (1 - OWN) * tail)
    low = lower_limit(counted.low[rows], counted.bunches, OWN * tail) / counted.exposure_high[rows]
    high = upper_limit(counted.high[rows], counted.bunches, OWN * tail) / counted.exposure_low[rows]
    return _over(low, most), _over(high, least)


def discoveries(
    counted: Counted, expected: Expectation, *, above: bool, candidates: IntArray, alpha: float
) -> BoolArray:
    """Tell which areas deviate to one side, at a false discovery rate of alpha / 2 for that side.

    Args:
        counted: The areas.
        expected: Their reference.
        above: Whether higher or lower is asked.
        candidates: (m,) positions of the areas whose own interval at confidence 1 - alpha lies beyond 1.
        alpha: False discovery rate of both sides together.
    """
    tested = counted.value.size
    found, number = candidates, tested
    # Benjamini and Hochberg's step up, walked down: fewer can be found at each stricter level, until as many are.
    while found.size < number:
        number = found.size
        low, high = ratio_limits(counted, expected, found, alpha * number / tested) if number else (found, found)
        found = found[low > 1] if above else found[high < 1]
    return np.isin(np.arange(tested), found)


def _over(above: FloatArray, below: FloatArray) -> FloatArray:
    # 0 over infinity is 0, a positive number over 0 infinity, and nothing over nothing is not known.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)
