"""Join counts of a map of ones and zeros, global and local: do areas with something lie together?

    BB = sum_ij w_ij x_i x_j / 2     BW = sum_ij w_ij (x_i - x_j)^2 / 2     WW = S0 / 2 - BB - BW

over joins counted once where weights are binary and symmetric. Their means and variances are those over all
permutations of the map (nonfree sampling; Cliff & Ord pp. 19-20), for weights of any kind. The local count of an area
with a one is its number (weight) of neighbours with a one; given that the area has one, that number is hypergeometric
for binary weights.

Conventions: values are 0 and 1. An area with a zero has no local count and no p (NaN), nor has an island; a large
count is what is asked, so `upper` leads. A map of one colour has counts, no z, and P = 1.

Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion, pp. 11-20; Anselin & Li (2019), Journal of
Geographical Systems 21, 189-210.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import nan, sqrt
from types import MappingProxyType

import numpy as np

from analysis.statistics.conditional import Null, checked, neighbourhood_tails
from analysis.statistics.errors import StatisticError
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, Tails
from analysis.statistics.weight_sums import WeightSums, as_matrix
from analysis.statistics.whole_map import Ordering, map_tails
from geo.weights import SpatialWeights

#: A variance below this share of its terms is rounding, not variance.
NO_VARIANCE = 1e-12


class Join(StrEnum):
    """Which two values a join links: B is 1, W is 0."""

    BB = "BB"
    BW = "BW"
    WW = "WW"


@dataclass(frozen=True, slots=True, eq=False)
class JoinCount:
    """One kind of join.

    Args:
        count: Number (weight) of joins.
        expected: Its mean over all permutations; NaN below two areas.
        variance: Its variance over all permutations; NaN below four areas.
        tails: (1,) P(count at least, at most as large) over random permutations.
    """

    count: float
    expected: float
    variance: float
    tails: Tails

    @property
    def z(self) -> float:
        """The count in standard deviations, NaN where there is no variance."""
        exists = self.variance > NO_VARIANCE * max(self.expected**2, 1.0)
        return (self.count - self.expected) / sqrt(self.variance) if exists else nan


@dataclass(frozen=True, slots=True, eq=False)
class LocalJoinCounts:
    """Local join counts of a map.

    Args:
        joins: (n,) number (weight) of neighbours with a one, NaN for areas with a zero and islands.
        tails: (n,) P(at least, at most so many) under conditional permutation, NaN likewise.
        null: How the p-values were computed.
    """

    joins: FloatArray
    tails: Tails
    null: Null


def join_counts(
    values: FloatArray, weights: SpatialWeights, *, rng: np.random.Generator, draws: int = 9999
) -> Mapping[Join, JoinCount]:
    """Count joins of each kind, with their moments and permutation p-values.

    Args:
        values: (n,) zeros and ones.
        weights: Weights among the n areas, without self-links.
        rng: Source of randomness; each kind is tested on the same permutations.
        draws: Number of random permutations.

    Returns:
        BB, BW and WW.

    Raises:
        StatisticError: A value is not 0 or 1, lengths differ, or there are no draws.
    """
    x, sums = _binary(values, weights), WeightSums.of(weights)
    cross, own = float(x @ (as_matrix(weights) @ x)), float(sums.both @ x)
    seed = rng.integers(2**63)
    orderings: Mapping[Join, Ordering] = {
        Join.BB: lambda bb, _: bb / 2,
        Join.BW: lambda bb, b: b / 2 - bb,
        Join.WW: lambda bb, b: (sums.s0 - b + bb) / 2,
    }
    return {
        kind: JoinCount(
            count=float(ordering(np.array([cross]), np.array([own]))[0]),
            expected=_expected(kind, x, sums),
            variance=_variance(kind, x, sums),
            tails=map_tails(x, weights, ordering, scale=sums.s0, rng=np.random.default_rng(seed), draws=draws),
        )
        for kind, ordering in orderings.items()
    }


def local_join_counts(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> LocalJoinCounts:
    """Count for each area with a one its neighbours with a one.

    Args:
        values: (n,) zeros and ones.
        weights: Weights among the n areas, without self-links.
        rng: Source of randomness of shared draws; unused for weights that are equal within each area.
        draws: Number of shared draws.
        limits: What the exact null may cost.

    Returns:
        Counts and tails.

    Raises:
        StatisticError: A value is not 0 or 1, or lengths differ.
    """
    x = _binary(values, weights)
    tails, null = neighbourhood_tails(x, weights, rng=rng, draws=draws, limits=limits)
    asked = (x == 1) & (weights.cardinalities > 0)
    joins = np.asarray(as_matrix(weights) @ x)
    parts = (np.where(asked, part, np.nan) for part in (tails.upper, tails.lower, tails.mid))
    return LocalJoinCounts(np.where(asked, joins, np.nan), Tails(*parts), null)


def _binary(values: FloatArray, weights: SpatialWeights) -> FloatArray:
    x = checked(values, weights)
    wrong = np.flatnonzero((x != 0) & (x != 1))
    if wrong.size:
        raise StatisticError("Join counts are of zeros and ones.", where=f"area {wrong[0]}")
    return x


def _expected(kind: Join, x: FloatArray, sums: WeightSums) -> float:
    return sums.s0 / 2 * _pair(kind, x)


def _pair(kind: Join, x: FloatArray) -> float:
    b, w = float(x.sum()), float(x.size - x.sum())
    if x.size < 2:
        return nan
    return {
        Join.BB: _falling(b, 2) / _falling(x.size, 2),
        Join.WW: _falling(w, 2) / _falling(x.size, 2),
        Join.BW: 2 * b * w / _falling(x.size, 2),
    }[kind]


def _variance(kind: Join, x: FloatArray, sums: WeightSums) -> float:
    # E[(sum w d)^2] splits into pairs that are the same, share one area, or share none: S1, S2 - 2 S1, the rest.
    n, b = float(x.size), float(x.sum())
    w = n - b
    if n < 4:
        return nan
    if kind is Join.BW:
        same, shared = 2 * b * w / _falling(n, 2), b * w * (b + w - 2) / _falling(n, 3)
        apart = 4 * _falling(b, 2) * _falling(w, 2) / _falling(n, 4)
    else:
        of = b if kind is Join.BB else w
        same, shared, apart = (_falling(of, k) / _falling(n, k) for k in (2, 3, 4))
    rest = sums.s0**2 + sums.s1 - sums.s2
    second = sums.s1 * same + (sums.s2 - 2 * sums.s1) * shared + rest * apart
    return second / 4 - _expected(kind, x, sums) ** 2


def _falling(x: float, k: int) -> float:
    """Return x (x - 1) ... (x - k + 1)."""
    product = 1.0
    for step in range(k):
        product *= x - step
    return product


_BOOK = "Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion, pp. 11-20"

STATISTICS = (
    Statistic(
        "join-count",
        "Join counts",
        _BOOK,
        join_counts,
        MappingProxyType(
            {
                "count": "number of joins, or their weight",
                "expected": "its mean over all permutations of the map",
                "variance": "its variance over all permutations; empty below four areas",
                "z": "count in standard deviations; empty where there is no variance",
                "p_upper": "P(count at least as large) over random permutations, 0 to 1",
                "p_lower": "P(count at most as large) over random permutations, 0 to 1",
                "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
            }
        ),
    ),
    Statistic(
        "local-join-count",
        "Local join counts",
        "Anselin & Li (2019), Journal of Geographical Systems 21, 189-210",
        local_join_counts,
        MappingProxyType(
            {
                "joins": "number (weight) of neighbours with a one, for areas with a one",
                "p_upper": "P(at least so many) given that the area has a one, 0 to 1",
                "p_lower": "P(at most so many), likewise",
                "p_mid": "P(more) + P(equal) / 2, likewise",
            }
        ),
    ),
)
