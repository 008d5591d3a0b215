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
from analysis.statistics.exact_null import exact_upper
from analysis.statistics.limits import Limits
from analysis.statistics.multiple_testing import adjusted
from analysis.statistics.tails import bounded
from geo.weights import SpatialWeights
from zicht.published import FloatArray

#: Longest distribution of sums worked with where cells are unknown; wider values are made coarser, outward.
LONGEST = 2**13

#: The same at a first look, which settles most areas.
ROUGH = 2**10


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
    """Bound P(draw >= neighbourhood) from both sides, over all maps within the bounds. See `extreme_tails`."""
    return extreme_tails(bounds, weights, level=level, limits=limits)[0]


def extreme_tails(
    bounds: Bounds, weights: SpatialWeights, *, level: float, limits: Limits
) -> tuple[Extremes, Extremes]:
    """Bound P(draw >= neighbourhood) and P(draw <= neighbourhood) from both sides, over all maps within the bounds.

    Bounds are first computed on coarse values, then on fine ones, then by `mixture`, the sharpest and dearest. Each
    step is taken only where it can change what is found at `level`: where coarse values rounded outward do not settle
    it, and the same question put to one pool that no bound can rule out, rounded inward, does not either. That loses
    nothing: what Benjamini-Hochberg rejects it rejects whatever larger p the others have, and what it does not reject
    at smaller p it does not reject at larger ones.

    Args:
        bounds: (n,) the map.
        weights: Binary weights among the n areas.
        level: Adjusted p (Benjamini-Hochberg) up to which an area is found, 0 to 1.
        limits: What each exact null may cost before values are made coarser.

    Returns:
        (n,) bounds of p of the upper and of the lower tail.
    """
    size = weights.cardinalities
    least, most = -largest_neighbour_sums(bounds.mirrored, weights), largest_neighbour_sums(bounds, weights)
    high = _reaching(bounds, size, (least, least + 1.0), level, limits)
    low = _reaching(bounds.mirrored, size, (-most, 1.0 - most), level, limits)
    upper, lower = (
        Extremes(smallest=bounded(np.minimum(1.0 - rest, largest)), largest=bounded(largest))
        for largest, rest in ((high[0], low[1]), (low[0], high[1]))
    )
    return upper, lower


def _reaching(
    bounds: Bounds, size: IntArray, sums: tuple[FloatArray, FloatArray], level: float, limits: Limits
) -> tuple[FloatArray, FloatArray]:
    # Upper bounds of P(draw >= each of two sums): the first is a largest p, one minus the second a smallest p.
    sizes, at = np.tile(size, 2), np.concatenate(sums)
    p = np.where(sizes > 0, 1.0, np.nan)
    asked = np.flatnonzero((sizes > 0) & np.isfinite(at))
    if asked.size == 0:
        return p[: size.size], p[size.size :]
    cap = _cap(bounds, sizes[asked], at[asked])
    ranked = dominating_pool(bounds, cap=cap)
    rough = _Asked(asked % size.size, sizes[asked], at[asked].astype(np.int64), ROUGH)
    p[asked] = _by_dominance(ranked, rough, limits)
    possible = p.copy()
    grouped = bool(np.any(bounds.sums.group >= 0))
    inner = majorising_pool(bounds, cap=cap) if grouped else ranked
    possible[asked] = _by_dominance(inner, rough, limits, inward=True)
    p = _sharper(ranked, sizes, at, p, _open(p, possible, level), limits)
    if grouped:
        where = _open(p, possible, level)
        possible = _sharper(inner, sizes, at, possible, where, limits, inward=True)
        where, first = _open(p, possible, level), np.arange(p.size) < size.size
        for half in (first, ~first):  # one at a time: the fewer questions are put together, the sharper the answers
            p = _mixed(bounds, cap, sizes, at, p, where & half, limits)
    return p[: size.size], p[size.size :]


def _open(p: FloatArray, possible: FloatArray, level: float) -> BoolArray:
    # Where p, an upper bound of P(draw >= sum), may fall to `possible` and so change a finding.
    half = p.size // 2
    found, could = (adjusted(bounded(part[:half])) <= level for part in (p, possible))
    left, would = (adjusted(bounded(1.0 - part[half:])) <= level for part in (p, possible))
    return np.concatenate([could & ~found, left & ~would])


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    # (m,) for each question the area that leaves itself out, how many values are drawn, and the sum to reach; and how
    # long distributions may be.
    own: IntArray
    size: IntArray
    at: IntArray
    longest: int


def _cap(bounds: Bounds, size: IntArray, at: FloatArray) -> float:
    # A draw that holds a cell as high as the cap reaches every sum, whatever else it holds.
    least = float(bounds.low.min())
    return max(float(np.max(at - (size - 1) * least)), least) if np.isfinite(least) else np.inf


def _sharper(
    pool: Pool,
    size: IntArray,
    sums: FloatArray,
    p: FloatArray,
    where: BoolArray,
    limits: Limits,
    *,
    inward: bool = False,
) -> FloatArray:
    # The same on fine values, where it is asked for; inward, the larger bound counts.
    some = np.flatnonzero(where & (size > 0) & np.isfinite(sums))
    if some.size == 0:
        return p
    sharper = p.copy()
    fine = _Asked(some % pool.value.size, size[some], sums[some].astype(np.int64), LONGEST)
    found = _by_dominance(pool, fine, limits, inward=inward)
    sharper[some] = np.maximum(p[some], found) if inward else np.minimum(p[some], found)
    return sharper


def _mixed(
    bounds: Bounds, cap: float, size: IntArray, sums: FloatArray, p: FloatArray, where: BoolArray, limits: Limits
) -> FloatArray:
    # The same by a pool that majorises, where it is asked for; the smaller bound counts. Values are cut no lower than
    # they were: a known sum says more of a few large cells than of more that are cut.
    some = np.flatnonzero(where & (size > 0) & np.isfinite(sums))
    if some.size == 0:
        return p
    mixed = p.copy()
    asked = _Asked(some % bounds.low.size, size[some], sums[some].astype(np.int64), LONGEST)
    mixed[some] = np.minimum(p[some], _by_majorisation(bounds, cap, asked.own, asked.size, asked.at, limits))
    return mixed


def _by_dominance(pool: Pool, asked: _Asked, limits: Limits, *, inward: bool = False) -> FloatArray:
    size, least, most = asked.size, int(pool.value.min()), int(pool.value.max())
    unit = units(size, asked.at - size * least, most - least, longest=asked.longest)
    # Most areas of a map may have one value, nothing: it should not be rounded, be it the least or (mirrored) the most.
    odd = most - least if np.count_nonzero(pool.value == most) > np.count_nonzero(pool.value == least) else 0
    # Sizes within a factor of two share distributions: few draws reach far sums, and many draws near ones, so that
    # together their distributions would have to be as long as many draws from as far.
    kind = np.unique(unit * 64 + np.log2(size).astype(np.int64), return_inverse=True)[1]
    p = np.empty(size.size)
    for one in range(int(kind.max()) + 1):
        batch = np.flatnonzero(kind == one)
        u = int(unit[batch[0]])
        some = _Asked(asked.own[batch], size[batch], asked.at[batch], asked.longest)
        p[batch] = _coarsened(pool, some, (least, odd), u, limits, inward=inward)
    return p


def _coarsened(
    pool: Pool, asked: _Asked, base: tuple[int, int], unit: int, limits: Limits, *, inward: bool
) -> FloatArray:
    # Values rounded up reach the rounded-up sum whenever the values reach the sum; values rounded down, only then.
    while True:
        start = base[0] - -base[1] % unit
        lifted = (0 if inward else unit - 1) - start
        value, left_out = (pool.value + lifted) // unit, (pool.left_out[asked.own] + lifted) // unit
        at = -(-(asked.at - asked.size * start) // unit)
        try:
            return exact_upper(value, left_out=left_out, size=asked.size, observed=at, limits=limits)
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
