"""Local Geary's c: how much an area differs from its neighbours.

    c_i = (1 / m2) sum_j w_ij (x_i - x_j)^2                      m2 = sum (x - mean)^2 / n  (Anselin eq. 20)

Small c_i: alike; large: different. The c_i sum to 2 n S0 / (n - 1) times the global C (S0 the sum of all weights).

Given x_i, its neighbours hold a random sample of the others, so c_i is a weighted sum of a sample from the squared
differences to all others. Its null is that of a neighbourhood sum over those differences: exact for values that are
whole numbers of a unit and weights equal within the area (one null for each distinct value), else shared draws. Its
z-score has the mean and variance of such a sum: with d the squared differences to the n - 1 others,

    z = (sum w d - W mean(d)) / (sd(d) sqrt(((n - 1) S - W^2) / (n - 2)))     W, S: sum and sum of squares of weights

Conventions: an island has no c_i, nor has any area where the values do not vary; there P is 1. z is empty where all
differences are equal or every other area is a neighbour with the same weight.

Anselin (1995), Geographical Analysis 27, 93-115; Sokal, Oden & Thomson (1998), same journal, 30, 331-354; Anselin
(2019), same journal, 51, 133-150.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from analysis.statistics.conditional import Null, at_mean, checked, unweighted, whole_units
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.exact_null import WIDEST, exact_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.permutation import CHUNK, TIE, drawn_tails, own_draws, shared_samples
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, IntArray, Tails
from geo.weights import SpatialWeights

#: A variance below this share of its terms is rounding, not variance.
NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class LocalGearyResult:
    """Local Geary's c of a map.

    Args:
        c: (n,) statistics, NaN where they do not exist.
        z: (n,) analytic z-scores, NaN where they do not exist.
        tails: (n,) conditional-permutation p-values of c, NaN for islands: a small `lower` says alike.
        null: How the p-values were computed.
    """

    c: FloatArray
    z: FloatArray
    tails: Tails
    null: Null


def local_geary(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    rng: np.random.Generator,
    draws: int = 9999,
    limits: Limits = DEFAULT_LIMITS,
) -> LocalGearyResult:
    """Compute local Geary's c: is an area closer to its neighbours than chance would bring it, or further from them?

    Args:
        values: (n,) finite numbers.
        weights: Weights among the n areas, without self-links.
        rng: Source of randomness of shared draws; unused by the exact null.
        draws: Number of shared draws.
        limits: What the exact nulls of all distinct values may cost together.

    Returns:
        Statistics, z-scores and tails.

    Raises:
        StatisticError: A value is not finite or lengths differ, or there are no draws.
    """
    x = checked(values, weights)
    deviation = at_mean(x)
    total = _row_sums(weights, weights.data * (deviation[weights.rows] - deviation[weights.indices]) ** 2)
    m2 = float(np.mean(deviation**2)) if x.size else 0.0
    c = np.full(x.size, np.nan)
    np.divide(total, m2, out=c, where=(weights.cardinalities > 0) & (m2 > 0))
    tails, null = _tails(x, deviation, weights, rng=rng, draws=draws, limits=limits)
    return LocalGearyResult(c=c, z=_z(deviation, total, weights), tails=tails, null=null)


def _row_sums(weights: SpatialWeights, parts: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(weights.rows, weights=parts, minlength=weights.n), dtype=np.float64)


def _z(deviation: FloatArray, total: FloatArray, weights: SpatialWeights) -> FloatArray:
    n, others = deviation.size, deviation.size - 1
    z = np.full(n, np.nan)
    if n < 3:
        return z
    m2, m3, m4 = (float(np.mean(deviation**power)) for power in (2, 3, 4))
    mean = n * (deviation**2 + m2) / others
    second = n * (deviation**4 + 6 * deviation**2 * m2 - 4 * deviation * m3 + m4) / others
    variance = second - mean**2
    weight, squares = _row_sums(weights, weights.data), _row_sums(weights, weights.data**2)
    spread = (others * squares - weight**2) / (others - 1)
    exists = (variance > NO_VARIANCE * second) & (spread > NO_VARIANCE * others * squares)
    np.divide(total - weight * mean, np.sqrt(np.where(exists, variance * spread, 1.0)), out=z, where=exists)
    return z


def _tails(
    x: FloatArray,
    deviation: FloatArray,
    weights: SpatialWeights,
    *,
    rng: np.random.Generator,
    draws: int,
    limits: Limits,
) -> tuple[Tails, Null]:
    flat, whole = unweighted(weights), whole_units(x)
    if flat is not None and whole is not None:
        try:
            return _exact(whole, flat, limits), Null.EXACT
        except CostError:
            pass  # Shared draws are the stated answer to a null that costs too much.
    return _drawn(deviation, weights, rng=rng, draws=draws), Null.SHARED_DRAWS


def _exact(whole: IntArray, weights: SpatialWeights, limits: Limits) -> Tails:
    distinct, kind = np.unique(whole, return_inverse=True)
    if whole.size and (int(distinct[-1]) - int(distinct[0])) ** 2 > WIDEST:
        raise CostError("The differences are too wide for the exact null.", remedy="Use coarser values.")
    share = Limits(work=limits.work / max(distinct.size, 1), memory=limits.memory)
    tails = Tails(*(np.full(whole.size, np.nan) for _ in range(3)))
    rows, squares = weights.rows, (whole[weights.rows] - whole[weights.indices]) ** 2
    running = np.concatenate([[0], np.cumsum(squares)])
    observed = running[weights.indptr[1:]] - running[weights.indptr[:-1]]
    linked = np.flatnonzero(np.bincount(rows, minlength=weights.n))
    for which in np.unique(kind[linked]).tolist():
        here = linked[kind[linked] == which]
        found = exact_tails(
            (whole - distinct[which]) ** 2,
            left_out=np.zeros(here.size, dtype=np.int64),
            size=weights.cardinalities[here],
            observed=observed[here],
            limits=share,
        )
        tails.upper[here], tails.lower[here], tails.mid[here] = found.upper, found.lower, found.mid
    return tails


def _drawn(deviation: FloatArray, weights: SpatialWeights, *, rng: np.random.Generator, draws: int) -> Tails:
    if draws < 1:
        raise StatisticError("At least one draw is needed.")
    larger, tied = np.full(weights.n, np.nan), np.full(weights.n, np.nan)
    cardinalities = weights.cardinalities
    if cardinalities.any():
        samples = shared_samples(weights.n, size=int(cardinalities.max()) + 1, draws=draws, rng=rng)
        for here in _groups(cardinalities, max(1, CHUNK // draws)):
            k = int(cardinalities[here[0]])
            larger[here], tied[here] = _compare(deviation, weights, here, samples[:, : k + 1])
    return drawn_tails(larger, tied, draws)


def _groups(cardinalities: IntArray, step: int) -> Iterator[IntArray]:
    for k in np.unique(cardinalities[cardinalities > 0]).tolist():
        here = np.flatnonzero(cardinalities == k)
        yield from (here[start : start + step] for start in range(0, here.size, step))


def _compare(
    x: FloatArray, weights: SpatialWeights, here: IntArray, samples: IntArray
) -> tuple[FloatArray, FloatArray]:
    drawn, spare = samples[:, :-1], samples[:, -1]
    links = weights.indptr[here][:, None] + np.arange(drawn.shape[1])
    profile, own = weights.data[links], x[here]
    # sum w (x_i - x_s)^2 = W x_i^2 - 2 x_i sum w x_s + sum w x_s^2, so that draws are added up once for all areas.
    plain, squared = profile @ x[drawn].T, profile @ (x**2)[drawn].T
    area, draw, place = own_draws(here, drawn)
    change = profile[area, place]
    plain[area, draw] += change * (x[spare[draw]] - own[area])
    squared[area, draw] += change * (x[spare[draw]] ** 2 - own[area] ** 2)
    sums = (profile.sum(axis=1) * own**2)[:, None] - 2 * own[:, None] * plain + squared
    observed = (profile * (own[:, None] - x[weights.indices[links]]) ** 2).sum(axis=1)
    tie = 4 * TIE * profile.sum(axis=1) * max(float(np.abs(x).max()), np.finfo(np.float64).tiny) ** 2
    above = sums > (observed + tie)[:, None]
    level = ~above & (sums >= (observed - tie)[:, None])
    return above.sum(axis=1).astype(np.float64), level.sum(axis=1).astype(np.float64)


STATISTICS = (
    Statistic(
        "local-geary",
        "Local Geary's c",
        "Anselin (1995), Geographical Analysis 27, 93-115",
        local_geary,
        MappingProxyType(
            {
                "c": "local Geary's c, 0 and more: small where an area is like its neighbours",
                "z": "analytic z-score under conditional randomisation; empty where it does not exist",
                "p_upper": "P(c at least as large) under conditional permutation, 0 to 1; small: unlike",
                "p_lower": "P(c at most as large) under conditional permutation, 0 to 1; small: alike",
                "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
            }
        ),
    ),
)
