"""The largest and smallest conditional-permutation p that a map within bounds can give, as valid bounds.

For one area and the upper tail, p = P(sum of k others drawn >= sum of its k neighbours). It falls when the neighbours'
sum rises and rises when the pool does, so a lower bound of the one and an upper bound of the other bound it from above:
worst case, *neighbours at their low, the whole pool at its high* (its own value is left out; its neighbours stay in the
pool, at their high: exact would be at their low, a difference of order k^2/n in p). From below, by the mirror image:
P(sum >= s) = 1 - P(-sum >= 1 - s) on the negated map. How high a pool can be when sums of groups are known: `intervals`
(facts 2 and 3) and `mixture`; the smaller bound counts. Where an exact null would cost too much, values are divided by
2, 4, 8, ... and rounded outward, which keeps the bounds valid and only widens them. No randomness anywhere.
"""

from __future__ import annotations

from collections.abc import Callable

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
from analysis.published.mixture import mixture_upper
from analysis.statistics.errors import CostError
from analysis.statistics.exact_null import exact_tails
from analysis.statistics.limits import Limits
from analysis.statistics.tails import bounded
from geo.weights import SpatialWeights
from zicht.published import FloatArray

#: A largest p above this will hardly be brought below any level of significance, and a smallest p above it is
#: already above them all: the dearer bound is not computed there.
SETTLED = 0.5

#: Says where a better upper bound could change a class, given the simple one.
Matters = Callable[[FloatArray], BoolArray]


def largest_p(bounds: Bounds, weights: SpatialWeights, *, limits: Limits) -> FloatArray:
    """Bound P(draw >= neighbourhood) from above, over all maps within the bounds.

    Args:
        bounds: (n,) the map. For the lower tail give its mirror image.
        weights: Binary weights among the n areas.
        limits: What each exact null may cost before values are made coarser.

    Returns:
        (n,) upper bounds of p, NaN for islands; 1 where a neighbour is unbounded below.
    """
    smallest = -largest_neighbour_sums(bounds.mirrored, weights)
    return bounded(_at_least(bounds, weights.cardinalities, smallest, limits, lambda p: p <= SETTLED))


def smallest_p(bounds: Bounds, weights: SpatialWeights, *, limits: Limits) -> FloatArray:
    """Bound P(draw >= neighbourhood) from below, over all maps within the bounds; see `largest_p`.

    Returns:
        (n,) lower bounds of p, NaN for islands; `SMALLEST_P` where a neighbour is unbounded above.
    """
    largest = largest_neighbour_sums(bounds, weights)
    below = _at_least(bounds.mirrored, weights.cardinalities, 1.0 - largest, limits, lambda p: p >= 1 - SETTLED)
    return bounded(1.0 - below)


def _at_least(bounds: Bounds, size: IntArray, sums: FloatArray, limits: Limits, matters: Matters) -> FloatArray:
    # Upper bounds of P(draw >= sums) over all maps within the bounds.
    p = np.where(size > 0, 1.0, np.nan)
    asked = np.flatnonzero((size > 0) & np.isfinite(sums))
    if asked.size == 0:
        return p
    at = sums[asked].astype(np.int64)
    # A draw that holds a cell as high as the cap reaches every sum, whatever else it holds.
    least = float(bounds.low.min())
    cap = max(float(np.max(at - (size[asked] - 1) * least)), least) if np.isfinite(least) else np.inf
    p[asked] = _by_dominance(dominating_pool(bounds, cap=cap), asked, size[asked], at, limits)
    if np.any(bounds.sums.group >= 0):
        better = np.flatnonzero(matters(p[asked]))
        some = asked[better]
        p[some] = np.minimum(p[some], _by_majorisation(bounds, cap, some, size[some], at[better], limits))
    return p


def _by_dominance(pool: Pool, asked: IntArray, size: IntArray, at: IntArray, limits: Limits) -> FloatArray:
    unit = 1
    while True:
        value, left_out = (-(-part // unit) for part in (pool.value, pool.left_out[asked]))
        try:
            # Values rounded up reach the rounded-up sum whenever the values reach the sum.
            return exact_tails(value, left_out=left_out, size=size, observed=-(-at // unit), limits=limits).upper
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
