"""The largest and smallest conditional-permutation p that a map within bounds can give, as valid bounds.

For one area and the upper tail, p = P(sum of k others drawn >= sum of its k neighbours). It falls when the neighbours'
sum rises and rises when the pool does, so a lower bound of the one and an upper bound of the other bound it from above:
worst case, *neighbours at their low, the whole pool at its high* (its own value is left out; its neighbours stay in the
pool, at their high: exact would be at their low, a difference of order k^2/n in p). From below, by the mirror image:
P(sum >= s) = 1 - P(-sum >= 1 - s) on the negated map. How high a pool can be when sums of groups are known: `intervals`
(facts 2 and 3) and `mixture`; the smaller bound counts. Where sums are wide, values are divided and rounded outward,
which keeps the bounds valid and only widens them. No randomness anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.published.intervals import (
    BoolArray,
    Bounds,
    IntArray,
    Pool,
    dominating_pool,
    largest_neighbour_sums,
    majorising_pool,
)
from analysis.published.mixture import mixture_upper, units
from analysis.statistics.errors import CostError
from analysis.statistics.exact_null import exact_tails
from analysis.statistics.limits import Limits
from analysis.statistics.multiple_testing import adjusted
from analysis.statistics.tails import bounded
from geo.weights import SpatialWeights
from zicht.published import FloatArray

#: Longest distribution of sums worked with where cells are unknown; wider values are made coarser, outward.
LONGEST = 2**13


@dataclass(frozen=True, slots=True, eq=False)
class Extremes:
    """Bounds on the p of one tail over all maps within bounds; NaN for islands.

    Args:
        smallest: (n,) at most the p of every map; `SMALLEST_P` where a neighbour is unbounded above.
        largest: (n,) at least the p of every map; 1 where a neighbour is unbounded below.
    """

    smallest: FloatArray
    largest: FloatArray


def extreme_p(bounds: Bounds, weights: SpatialWeights, *, level: float, limits: Limits) -> Extremes:
    """Bound P(draw >= neighbourhood) from both sides, over all maps within the bounds.

    The bound of `mixture` is the sharper and the dearer one. It is computed only where it can change what is found at
    `level`: the largest p of areas that would be found if the whole pool were at its low (no bound is below that) and
    are not found without it; the smallest p where it is at most `level` (else nothing is found). That loses nothing: a
    set of areas that Benjamini-Hochberg rejects is rejected whatever larger p the others have.

    Args:
        bounds: (n,) the map. For the lower tail give its mirror image.
        weights: Binary weights among the n areas.
        level: Adjusted p (Benjamini-Hochberg) up to which an area is found, 0 to 1.
        limits: What each exact null may cost before values are made coarser.

    Returns:
        (n,) bounds of p.
    """
    size, low, high = weights.cardinalities, bounds, bounds.mirrored
    least, most = -largest_neighbour_sums(high, weights), largest_neighbour_sums(low, weights)
    largest = _at_least(low, size, least, limits)
    rest = _at_least(high, size, 1.0 - most, limits)
    if np.any(bounds.sums.group >= 0):
        floor = 1.0 - _at_least(high, size, 1.0 - least, limits)
        possible, found = (adjusted(bounded(p)) <= level for p in (floor, largest))
        largest = _sharper(low, size, least, largest, possible & ~found, limits)
        rest = _sharper(high, size, 1.0 - most, rest, 1.0 - rest <= level, limits)
    smallest = np.minimum(1.0 - rest, largest)
    return Extremes(smallest=bounded(smallest), largest=bounded(largest))


def _cap(bounds: Bounds, size: IntArray, at: FloatArray) -> float:
    # A draw that holds a cell as high as the cap reaches every sum, whatever else it holds.
    least = float(bounds.low.min())
    return max(float(np.max(at - (size - 1) * least)), least) if np.isfinite(least) else np.inf


def _at_least(bounds: Bounds, size: IntArray, sums: FloatArray, limits: Limits) -> FloatArray:
    # Upper bounds of P(draw >= sums) over all maps within the bounds, by a pool that is larger rank by rank.
    p = np.where(size > 0, 1.0, np.nan)
    asked = np.flatnonzero((size > 0) & np.isfinite(sums))
    if asked.size:
        pool = dominating_pool(bounds, cap=_cap(bounds, size[asked], sums[asked]))
        p[asked] = _by_dominance(pool, asked, size[asked], sums[asked].astype(np.int64), limits)
    return p


def _sharper(
    bounds: Bounds, size: IntArray, sums: FloatArray, p: FloatArray, where: BoolArray, limits: Limits
) -> FloatArray:
    # The same by a pool that majorises, where it is asked for; the smaller bound counts.
    some = np.flatnonzero(where & (size > 0) & np.isfinite(sums))
    if some.size == 0:
        return p
    sharper = p.copy()
    cap = _cap(bounds, size[some], sums[some])
    sharper[some] = np.minimum(
        p[some], _by_majorisation(bounds, cap, some, size[some], sums[some].astype(np.int64), limits)
    )
    return sharper


def _by_dominance(pool: Pool, asked: IntArray, size: IntArray, at: IntArray, limits: Limits) -> FloatArray:
    least = int(pool.value.min())
    value, left_out, above = pool.value - least, pool.left_out[asked] - least, at - size * least
    unit = units(size, above, int(value.max()), longest=LONGEST)
    p = np.empty(at.size)
    for u in np.unique(unit).tolist():
        batch = np.flatnonzero(unit == u)
        p[batch] = _coarsened(value, left_out[batch], size[batch], above[batch], u, limits)
    return p


def _coarsened(
    value: IntArray, left_out: IntArray, size: IntArray, at: IntArray, unit: int, limits: Limits
) -> FloatArray:
    # Values rounded up reach the rounded-up sum whenever the values reach the sum.
    while True:
        parts = [-(-part // unit) for part in (value, left_out, at)]
        try:
            return exact_tails(parts[0], left_out=parts[1], size=size, observed=parts[2], limits=limits).upper
        except CostError:
            unit *= 2


def _by_majorisation(
    bounds: Bounds, cap: float, asked: IntArray, size: IntArray, at: IntArray, limits: Limits
) -> FloatArray:
    value = majorising_pool(bounds, cap=cap).value
    hidden = ~bounds.certain | (bounds.sums.group >= 0)
    shown, suppressed = np.sort(value[~hidden]), np.sort(value[hidden])
    p = np.ones(asked.size)
    # Each area leaves itself out: of its own kind the smallest stands for it.
    for own_hidden, parts in ((False, (shown[1:], suppressed)), (True, (shown, suppressed[1:]))):
        here = np.flatnonzero(hidden[asked] == own_hidden)
        if here.size and parts[1].size:
            p[here] = _mixture(*parts, size[here], at[here], limits)
    return p


def _mixture(shown: IntArray, suppressed: IntArray, size: IntArray, at: IntArray, limits: Limits) -> FloatArray:
    try:
        return mixture_upper(shown, suppressed, size=size, at=at, limits=limits)
    except CostError:
        return np.ones(at.size)  # No bound is a valid bound; the dominating pool's stands.
