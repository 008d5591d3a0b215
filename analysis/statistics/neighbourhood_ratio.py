"""Neighbourhood observed over expected, with negative binomial dispersion: the statistic that leads a hotspot map.

    O_i = sum of counts over area i and its neighbours          E_i = sum of expected counts over the same areas
    ratio_i = O_i / E_i
    O_i ~ the sum of independent negative binomial counts, each with mean mu and variance mu + phi mu^2

The tails are those of that sum, not of one negative binomial count with its mean and variance: see
`negative_binomial_sums`. phi is one number for the map, by default the moment estimate that makes Pearson's statistic
equal its degrees of freedom, 0 where counts vary no more than Poisson. A cluster that is much of the map raises phi and
hides itself; given phi, it does not.

Conventions: an area counts itself, once, and each neighbour once: links count, not their weights. An island is its own
neighbourhood. An area without exposure (E = 0, nothing counted) adds nothing and does not enter phi; a neighbourhood
without any exposure has no ratio and no p (NaN). Expected counts are taken as known; with covariates they come from
`count_regression`, otherwise from `standardisation`. Tails are one-sided, ties in both; unlike local G's they do
depend on an area's own count, so a lone extreme area can be hot. What phi cannot know is spatial correlation of the
background: where risk itself drifts slowly over the map, neighbourhoods differ more than independent counts would, and
more is called hot than chance alone would give. Both tails share the error: each is adjusted over the map and the
smaller q counts twice.

Breslow (1984), Applied Statistics 33, 38-44 (phi); Panjer (1981), ASTIN Bulletin 12, 22-26 (the sum); Besag & Newell
(1991), JRSS A 154, 143-155, and Tango (2010), Statistical Methods for Disease Clustering, ch. 6 (observed against
expected over an area and those near it); Benjamini & Hochberg (1995), JRSS B 57, 289-300.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._checks import BoolArray, amounts, at_risk, counts
from analysis.statistics._negative_binomial import moment_dispersion
from analysis.statistics.errors import StatisticError
from analysis.statistics.negative_binomial_sums import sum_tails
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, Tails
from geo.weights import SpatialWeights


@dataclass(frozen=True, slots=True, eq=False)
class NeighbourhoodRatio:
    """Observed over expected of every neighbourhood.

    Args:
        observed: (n,) counts of an area and its neighbours.
        expected: (n,) expected counts of the same areas.
        ratio: (n,) observed / expected, NaN where nothing is expected.
        tails: (n,) one-sided p-values, NaN where nothing is expected.
        dispersion: phi of a single area's count, 0 for Poisson.
    """

    observed: FloatArray
    expected: FloatArray
    ratio: FloatArray
    tails: Tails
    dispersion: float


def map_dispersion(observed: NDArray[Any], expected: NDArray[Any], *, estimated: int = 1) -> float:
    """Estimate how much more than Poisson the counts of a map vary around what was expected.

    Args:
        observed: (n,) whole counts, not negative.
        expected: (n,) expected counts, not negative.
        estimated: How many parameters the expected counts were estimated with: 1 for an overall rate.

    Returns:
        phi, 0 or more.

    Raises:
        StatisticError: A value is not finite, negative or (a count) not whole, lengths differ, something was observed
            where nothing is expected, or there are no more areas than parameters.
    """
    count, mean = _checked(observed, expected)
    has = mean > 0
    freedom = int(has.sum()) - estimated
    if freedom < 1:
        raise StatisticError(f"There are {int(has.sum())} areas with an expected count for {estimated} parameters.")
    return moment_dispersion(count[has], mean[has], freedom)


def neighbourhood_ratio(
    observed: NDArray[Any],
    expected: NDArray[Any],
    weights: SpatialWeights,
    *,
    dispersion: float | None = None,
    estimated: int = 1,
) -> NeighbourhoodRatio:
    """Compare what was counted in every neighbourhood with what was expected there.

    Args:
        observed: (n,) whole counts, not negative.
        expected: (n,) expected counts, not negative.
        weights: Who neighbours whom; only links count.
        dispersion: phi, 0 for Poisson; estimated from the map by moments when not given.
        estimated: How many parameters the expected counts were estimated with, for that estimate.

    Returns:
        Sums, ratios and tails.

    Raises:
        StatisticError: See `map_dispersion`; or there are weights for another number of areas, or phi is negative.
    """
    count, mean = _checked(observed, expected)
    if weights.n != count.size:
        raise StatisticError(f"There are {count.size} values for {weights.n} areas.")
    phi = map_dispersion(count, mean, estimated=estimated) if dispersion is None else dispersion
    if not 0 <= phi < np.inf:
        raise StatisticError("A dispersion is 0 or more.")
    total, chance = _around(count, weights), _around(mean, weights)
    known = _around((mean > 0).astype(np.float64), weights) > 0
    return NeighbourhoodRatio(
        observed=total,
        expected=chance,
        ratio=np.divide(total, chance, out=np.full(count.size, np.nan), where=known),
        tails=_tails(total, mean, weights, known, phi),
        dispersion=phi,
    )


def _tails(total: FloatArray, mean: FloatArray, weights: SpatialWeights, known: BoolArray, phi: float) -> Tails:
    # Each area and its neighbours as one list, areas without exposure left out.
    area = np.concatenate([np.arange(weights.n), weights.rows])
    member = np.concatenate([np.arange(weights.n), weights.indices])
    area, member = area[mean[member] > 0], member[mean[member] > 0]
    order = np.argsort(area, kind="stable")
    position = np.cumsum(known) - 1
    found = sum_tails(total[known], mean[member[order]], position[area[order]], phi)
    parts = []
    for part in (found.upper, found.lower, found.mid):
        every = np.full(weights.n, np.nan)
        every[known] = part
        parts.append(every)
    return Tails(*parts)


def _checked(observed: NDArray[Any], expected: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    mean = amounts(expected, "expected counts")
    count = counts(observed, shape=mean.shape)
    at_risk(count, mean, "expected count")
    return count, mean


def _around(x: FloatArray, weights: SpatialWeights) -> FloatArray:
    return np.asarray(x + np.bincount(weights.rows, weights=x[weights.indices], minlength=weights.n))


STATISTICS = (
    Statistic(
        "neighbourhood-ratio",
        "Neighbourhood observed over expected (negative binomial)",
        "Breslow (1984), Applied Statistics 33, 38-44; Besag & Newell (1991), JRSS A 154, 143-155",
        neighbourhood_ratio,
        {
            "observed": "events in the area and its neighbours",
            "expected": "events expected there, 0 or more",
            "ratio": "observed divided by expected, 0 or more; empty where nothing is expected",
            "p_upper": "P(count at least as large) under the law of a sum of negative binomial counts, 0 to 1",
            "p_lower": "P(count at most as large), likewise",
            "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
        },
    ),
)
