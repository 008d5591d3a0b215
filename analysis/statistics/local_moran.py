"""Local Moran's I (LISA), of one variable or of two.

    I_i = (z_i / m2) sum_j w_ij z_j                     z deviations from the mean, m2 = sum z^2 / n  (Anselin eq. 12)
    I_i = (z_i / s_x) sum_j w_ij u_j / s_y              two variables: the area's own x beside its neighbours' y

so that the I_i sum to S0 times the global statistic (S0 the sum of all weights; n for row-standardised weights without
islands). Other software divides by n - 1 in m2: its I_i are (n - 1)/n times these.

Given z_i, only the neighbours' sum is random, and I_i rises with it where z_i > 0 and falls where z_i < 0. So I_i has
the conditional-permutation null of Gi (exact where that is exact), its tails swapped for areas below the mean; and its
z-score under conditional randomisation (Sokal et al. eq. A4) is that of Gi with the sign of z_i. Of two variables x
stays and y is dealt out over the other areas.

Conventions: an area exactly at the mean has I_i = 0 whatever its neighbours are: P(>=) = P(<=) = 1, no z, no quadrant.
An island has no I_i, nor has any area where one of the variables does not vary; there P is 1, since every permutation
ties. Quadrants are those of the Moran scatter plot, significant or not: the area's own value and then its neighbours'
weighted mean, H above the mean and L below. Where the neighbours are exactly at the mean there is none.

Anselin (1995), Geographical Analysis 27, 93-115; Sokal, Oden & Thomson (1998), same journal, 30, 331-354.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.conditional import Null, at_mean, checked, neighbourhood_tails
from analysis.statistics.getis_ord import LocalG, z_scores
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, Tails
from geo.weights import SpatialWeights


class Quadrant(StrEnum):
    """Where an area lies in the Moran scatter plot: itself, then its neighbours."""

    HIGH_HIGH = "HH"
    LOW_HIGH = "LH"
    LOW_LOW = "LL"
    HIGH_LOW = "HL"
    NONE = ""


@dataclass(frozen=True, slots=True, eq=False)
class LocalMoranResult:
    """Local Moran's I of a map.

    Args:
        i: (n,) statistics, NaN where they do not exist.
        z: (n,) analytic z-scores, NaN where they do not exist.
        tails: (n,) conditional-permutation p-values, NaN for islands.
        quadrant: (n,) members of `Quadrant`.
        null: How the p-values were computed.
    """

    i: FloatArray
    z: FloatArray
    tails: Tails
    quadrant: NDArray[np.str_]
    null: Null


def local_moran(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    other: FloatArray | None = None,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> LocalMoranResult:
    """Compute local Moran's I: does an area resemble its neighbours, or differ from them?

    Args:
        values: (n,) finite numbers x.
        weights: Weights among the n areas, without self-links.
        other: (n,) finite numbers y to compare each area's x with at its neighbours; x itself when not given.
        rng: Source of randomness of shared draws; unused by the exact null.
        draws: Number of shared draws.
        limits: What the exact null may cost.

    Returns:
        Statistics, z-scores, tails and quadrants.

    Raises:
        StatisticError: A value is not finite or lengths differ.
    """
    x = checked(values, weights)
    y = x if other is None else checked(other, weights)
    own, theirs = at_mean(x), at_mean(y)
    lag = _lag(theirs, weights)
    tails, null = neighbourhood_tails(y, weights, rng=rng, draws=draws, limits=limits)
    side = np.sign(own)
    return LocalMoranResult(
        i=_statistic(own, theirs, lag, weights),
        z=np.where(side == 0, np.nan, side * z_scores(y, weights, statistic=LocalG.GI)),
        tails=_turned(tails, side),
        quadrant=_quadrants(own, lag),
        null=null,
    )


def _lag(theirs: FloatArray, weights: SpatialWeights) -> FloatArray:
    parts = weights.data * theirs[weights.indices]
    lag, size = (np.bincount(weights.rows, weights=one, minlength=weights.n) for one in (parts, np.abs(parts)))
    # Where neighbours' deviations cancel, noise of the last digits must not choose a quadrant.
    return np.where(np.abs(lag) <= 8 * np.finfo(np.float64).eps * size, 0.0, lag)


def _statistic(own: FloatArray, theirs: FloatArray, lag: FloatArray, weights: SpatialWeights) -> FloatArray:
    scale = np.sqrt(np.mean(own**2) * np.mean(theirs**2)) if own.size else 0.0
    exists = (weights.cardinalities > 0) & (scale > 0)
    result = np.full(own.size, np.nan)
    np.divide(own * lag, scale, out=result, where=exists)
    return result


def _turned(tails: Tails, side: FloatArray) -> Tails:
    flat = np.where(np.isnan(tails.upper), np.nan, 1.0)
    below, level = side < 0, side == 0
    return Tails(
        upper=np.where(level, flat, np.where(below, tails.lower, tails.upper)),
        lower=np.where(level, flat, np.where(below, tails.upper, tails.lower)),
        # Where the tails of a sum change places its mid-p turns into its complement.
        mid=np.where(level, flat / 2, np.where(below, _complement(tails), tails.mid)),
    )


def _complement(tails: Tails) -> FloatArray:
    # P(<) + P(=) / 2 lies between half of P(<=) and all of it, which keeps the digits that 1 - mid loses.
    return np.clip(1 - tails.mid, tails.lower / 2, tails.lower)


def _quadrants(own: FloatArray, lag: FloatArray) -> NDArray[np.str_]:
    high, near_high = own > 0, lag > 0
    names = np.where(
        high,
        np.where(near_high, Quadrant.HIGH_HIGH, Quadrant.HIGH_LOW),
        np.where(near_high, Quadrant.LOW_HIGH, Quadrant.LOW_LOW),
    )
    return np.asarray(np.where((own == 0) | (lag == 0), Quadrant.NONE, names)).astype(np.str_)


STATISTICS = (
    Statistic(
        "local-moran",
        "Local Moran's I",
        "Anselin (1995), Geographical Analysis 27, 93-115",
        local_moran,
        MappingProxyType(
            {
                "i": "local Moran's I; the sum over the map is the sum of weights times the global I",
                "z": "analytic z-score under conditional randomisation; empty where it does not exist",
                "p_upper": "P(I at least as large) under conditional permutation, 0 to 1",
                "p_lower": "P(I at most as large) under conditional permutation, 0 to 1",
                "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
                "quadrant": "HH, LL, HL or LH: the area itself, then its neighbours, high or low",
            }
        ),
    ),
)
