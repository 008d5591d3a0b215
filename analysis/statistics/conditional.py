"""The conditional-permutation null of neighbourhood sums, by the best means that values and weights allow.

Given an area's own value, its neighbours hold a random sample of the other areas' values. Where weights are equal
within each area their scale changes no probability, so row-standardised weights are as good as binary ones, and the
null is exact for values that are whole numbers of some unit (1, 0.1, ... `FINEST` decimals) and bounded to within
`CLOSE` for other values (`bracketed_null`). For other weights, and where neither can be had within its limits, shared
draws (`permutation`).
"""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum

import numpy as np

from analysis.statistics.bracketed_null import bracketed_tails
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.exact_null import WIDEST, conditional_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.permutation import permuted_tails
from analysis.statistics.tails import FloatArray, IntArray, Tails
from geo.weights import SpatialWeights

#: Values with at most so many decimals are whole numbers of a unit.
FINEST = 3


#: Bounds on a p-value further apart than this (one value far beyond all others) give way to shared draws.
CLOSE = 0.01


class Null(StrEnum):
    """How the p-values were computed."""

    EXACT = "exact"
    BRACKETED = "bracketed"
    SHARED_DRAWS = "shared-draws"


def neighbourhood_tails(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Tails, Null]:
    """Test every weighted neighbourhood sum of a map against conditional permutation.

    Args:
        values: (n,) finite numbers.
        weights: Weights among the n areas, of any kind.
        rng: Source of randomness of shared draws; unused by the exact null.
        draws: Number of shared draws.
        limits: What the exact null may cost.

    Returns:
        (n,) tails, NaN for islands, and how they were computed.

    Raises:
        StatisticError: A value is not finite or lengths differ.
    """
    x = checked(values, weights)
    flat, whole = unweighted(weights), whole_units(x)
    if flat is not None and whole is not None:
        with suppress(CostError):
            return conditional_tails(whole, flat, limits=limits), Null.EXACT
    if flat is not None:
        with suppress(CostError):
            found = bracketed_tails(x, flat, limits=limits)
            if found.width <= CLOSE:
                return found.tails, Null.BRACKETED
    # Shared draws are the stated answer to a null that costs too much.
    return permuted_tails(x, weights, rng=rng, draws=draws), Null.SHARED_DRAWS


def checked(values: FloatArray, weights: SpatialWeights) -> FloatArray:
    """Return values as float64, one for each area.

    Raises:
        StatisticError: A value is not finite or lengths differ.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.shape != (weights.n,):
        raise StatisticError(f"There are {x.size} values for {weights.n} areas.")
    if not np.isfinite(x).all():
        raise StatisticError("A value is not finite.", where=f"area {np.flatnonzero(~np.isfinite(x))[0]}")
    return x


def unweighted(weights: SpatialWeights) -> SpatialWeights | None:
    """Return binary weights with the same neighbours where each area's weights are equal, None where they are not."""
    if weights.binary:
        return weights
    same_row = np.diff(weights.rows) == 0
    if np.any(same_row & (np.diff(weights.data) != 0)):
        return None
    return SpatialWeights(n=weights.n, indptr=weights.indptr, indices=weights.indices, data=np.ones(weights.data.size))


def whole_units(values: FloatArray) -> IntArray | None:
    """Return values in the coarsest unit of 1, 0.1, ... in which all are whole, None where there is no such unit."""
    for decimals in range(FINEST + 1):
        unit = 10.0**decimals
        scaled = np.rint(values * unit)
        if np.any(np.abs(scaled) > WIDEST):
            return None
        if np.array_equal(scaled / unit, values):
            return np.asarray(scaled).astype(np.int64)
    return None


def at_mean(values: FloatArray) -> FloatArray:
    """Return (n,) deviations from the mean, exactly 0 for values that differ from it by rounding alone."""
    deviation = values - values.mean() if values.size else values
    noise = 8 * np.finfo(np.float64).eps * float(np.abs(values).max(initial=0.0))
    return np.where(np.abs(deviation) <= noise, 0.0, deviation)
