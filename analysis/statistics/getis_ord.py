"""Local G: Getis and Ord's Gi (neighbours only) and Gi* (neighbours and the area itself).

The z-score of Ord & Getis (1995), for any weights:

    Gi   z = (sum w x - W m) / (s sqrt(((n - 1) S - W^2) / (n - 2)))   over the n - 1 others, m and s of the others
    Gi*  z = (sum w x - W m) / (s sqrt((n S - W^2) / (n - 1)))         over all n, the area's own weight included

with W the sum and S the sum of squares of the area's weights, s^2 the mean squared deviation. z does not change when a
row of weights is multiplied, so binary and row-standardised weights give the same z.

Conventions: in Gi* an area weighs as much as its heaviest neighbour (1 for binary weights, 1/k if row-standardised).
An island has no Gi; its Gi* is its own standardised value. z is NaN where it does not exist: no variance among the
values it uses, fewer than three areas, or equal weights for everybody (the sum is then a constant). The p-values are
those of conditional permutation, not of the normal distribution, which fails for skewed counts; with the area's own
value held fixed they are the same for Gi and Gi*. A lone extreme area has a high Gi* and no small p: it is no cluster.

Ord & Getis (1995), Geographical Analysis 27, 286-306; Getis & Ord (1992), same journal, 24, 189-206.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from analysis.statistics.conditional import Null, checked, neighbourhood_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, Tails
from geo.weights import SpatialWeights

__all__ = ["STATISTICS", "LocalG", "LocalGResult", "Null", "gi", "gi_star", "local_g", "z_scores"]

#: A variance of weights below this share of its terms is rounding, not variance.
NO_VARIANCE = 1e-12


class LocalG(StrEnum):
    """Which of the two statistics."""

    GI = "gi"
    GI_STAR = "gi-star"


@dataclass(frozen=True, slots=True, eq=False)
class LocalGResult:
    """Local G of a map.

    Args:
        z: (n,) analytic z-score, NaN where it does not exist.
        tails: (n,) conditional-permutation p-values, NaN for islands.
        null: How the p-values were computed.
    """

    z: FloatArray
    tails: Tails
    null: Null


def local_g(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    statistic: LocalG = LocalG.GI_STAR,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> LocalGResult:
    """Compute local G with its z-scores and conditional-permutation p-values.

    The null is exact or bounded where weights are equal within each area and `limits` allow it, and shared draws
    otherwise: see `conditional`.

    Args:
        values: (n,) finite numbers.
        weights: Weights among the n areas, without self-links.
        statistic: Gi or Gi*.
        rng: Source of randomness of shared draws; unused by the exact null.
        draws: Number of shared draws.
        limits: What the exact null may cost.

    Returns:
        z, tails and the null used.

    Raises:
        StatisticError: A value is not finite or lengths differ.
    """
    tails, null = neighbourhood_tails(values, weights, rng=rng, draws=draws, limits=limits)
    return LocalGResult(z=z_scores(values, weights, statistic=statistic), tails=tails, null=null)


def z_scores(values: FloatArray, weights: SpatialWeights, *, statistic: LocalG = LocalG.GI_STAR) -> FloatArray:
    """Compute the analytic z-score of Gi or Gi* for any weights.

    Args:
        values: (n,) finite numbers.
        weights: Weights among the n areas, without self-links.
        statistic: Gi or Gi*.

    Returns:
        (n,) z-scores, NaN where they do not exist (see the module).

    Raises:
        StatisticError: A value is not finite or lengths differ.
    """
    x = checked(values, weights)
    if weights.n < 3:
        return np.full(weights.n, np.nan)
    deviation = x - x.mean()
    lag, total, squares = _row_sums(weights, deviation)
    if statistic is LocalG.GI:
        others, mean, variance = weights.n - 1, -deviation / (weights.n - 1), _variance_of_others(deviation)
    else:
        own = _own_weight(weights)
        lag, total, squares = lag + own * deviation, total + own, squares + own**2
        others, mean, variance = weights.n, 0.0, np.full(weights.n, _variance(deviation))
    spread = (others * squares - total**2) / (others - 1)
    exists = (variance > 0) & (spread > NO_VARIANCE * others * squares)
    z = np.full(weights.n, np.nan)
    np.divide(lag - total * mean, np.sqrt(np.where(exists, variance * spread, 1.0)), out=z, where=exists)
    return z


def _row_sums(weights: SpatialWeights, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    rows = weights.rows
    parts = (weights.data * x[weights.indices], weights.data, weights.data**2)
    lag, total, squares = (np.bincount(rows, weights=part, minlength=weights.n).astype(np.float64) for part in parts)
    return lag, total, squares


def _own_weight(weights: SpatialWeights) -> FloatArray:
    own = np.ones(weights.n)
    linked = weights.cardinalities > 0
    own[linked] = np.maximum.reduceat(weights.data, weights.indptr[:-1][linked]) if linked.any() else 1.0
    return own


def _variance(deviation: FloatArray) -> float:
    return 0.0 if np.ptp(deviation) == 0 else float(np.mean((deviation - deviation.mean()) ** 2))


def _variance_of_others(deviation: FloatArray) -> FloatArray:
    count = deviation.size
    share = deviation**2 * count / (count - 1)
    total = float(np.sum(deviation**2))
    variance = (total - share) / (count - 1)
    # Where one area holds most of the variance the difference has no digits left; there are at most two such areas.
    for i in np.flatnonzero(share > total / 2):
        variance[i] = _variance(np.delete(deviation, i))
    return np.asarray(variance)


def gi(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> LocalGResult:
    """Compute Gi: is the neighbourhood of an area high or low, the area itself left aside? See `local_g`."""
    return local_g(values, weights, statistic=LocalG.GI, rng=rng, draws=draws, limits=limits)


def gi_star(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> LocalGResult:
    """Compute Gi*: is an area together with its neighbourhood high or low? See `local_g`."""
    return local_g(values, weights, statistic=LocalG.GI_STAR, rng=rng, draws=draws, limits=limits)


_COLUMNS = MappingProxyType(
    {
        "z": "analytic z-score under the normal approximation; empty where it does not exist",
        "p_upper": "P(neighbourhood sum at least as large) under conditional permutation, 0 to 1",
        "p_lower": "P(neighbourhood sum at most as large) under conditional permutation, 0 to 1",
        "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
    }
)
_PAPER = "Ord & Getis (1995), Geographical Analysis 27, 286-306"

STATISTICS = (
    Statistic("gi", "Getis-Ord Gi (neighbours only)", _PAPER, gi, _COLUMNS),
    Statistic("gi-star", "Getis-Ord Gi* (neighbours and the area itself)", _PAPER, gi_star, _COLUMNS),
)
