"""What is published of the counts of pools of areas: everything that their cells and the sums above them allow.

A published cell lies within its rounding, a suppressed one between its published bounds, never at a number. The bounds
of a suppressed cell, and of all suppressed cells of a pool that lie in one parent, are narrowed by what that parent
publishes: its count, less the least (or most) of all its other children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.published.intervals import BoolArray, IntArray, SumBounds
from zicht.published import FloatArray, PublishedColumn, Status


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The counts and exposures of the areas of one map.

    Args:
        shown: (n,) whether the count is published.
        hidden: (n,) whether it is suppressed; an area that is neither has no number.
        low: (n,) the least that the count can be, 0 where it has no number.
        high: (n,) the most, inf where nothing bounds it, 0 where it has no number.
        value: (n,) the published count, NaN elsewhere.
        exposure_low: (n,) the least that the exposure can be, 0 where it is not known.
        exposure_high: (n,) the most, likewise.
        sums: What parents say of sums of suppressed counts.
    """

    shown: BoolArray
    hidden: BoolArray
    low: FloatArray
    high: FloatArray
    value: FloatArray
    exposure_low: FloatArray
    exposure_high: FloatArray
    sums: SumBounds

    @property
    def exposed(self) -> BoolArray:
        """(n,) whether both a count and an exposure above 0 are known, if only within bounds."""
        return (self.shown | self.hidden) & (self.exposure_low > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What each of n areas is compared with: a pool of counted areas.

    Args:
        low: (n,) the least that was counted in it.
        high: (n,) the most, possibly inf.
        exposure_low: (n,) the least that is exposed in it.
        exposure_high: (n,) the most.
    """

    low: FloatArray
    high: FloatArray
    exposure_low: FloatArray
    exposure_high: FloatArray


def cells_of(count: PublishedColumn, exposure: PublishedColumn, sums: SumBounds) -> Cells:
    """Return the cells of a map, suppressed ones narrowed by their parents.

    Args:
        count: (n,) counts.
        exposure: (n,) exposures of the same areas.
        sums: Bounds on sums of suppressed counts; see `sums.sums_within_parents`.
    """
    shown, hidden = count.status == Status.PUBLISHED, count.status == Status.SUPPRESSED
    either = shown | hidden
    low = np.where(either, np.ceil(np.nan_to_num(count.low, nan=0.0) - 1e-6), 0.0)
    high = np.where(either, np.floor(np.nan_to_num(count.high, nan=np.inf) + 1e-6), 0.0)
    least, most = _narrowed(low, high, hidden, sums)
    known = np.isfinite(exposure.low) & np.isfinite(exposure.high)
    return Cells(
        shown=shown,
        hidden=hidden,
        low=least,
        high=most,
        value=np.where(shown, count.value, np.nan),
        exposure_low=np.where(known, exposure.low, 0.0),
        exposure_high=np.where(known, exposure.high, 0.0),
        sums=sums,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    # Sums of bounds: of the least, of the finite ones of the most, and how many have no upper bound at all.
    low: FloatArray
    high: FloatArray
    open_ended: FloatArray

    @classmethod
    def added(cls, at: IntArray, low: FloatArray, high: FloatArray, parts: int) -> _Parts:
        finite = np.where(np.isfinite(high), high, 0.0)
        return cls(_added(at, low, parts), _added(at, finite, parts), _added(at, np.isinf(high), parts))

    def within(self, group: IntArray, whole: _Parts, sums: SumBounds) -> tuple[FloatArray, FloatArray]:
        """Bound parts of groups by themselves, and by what the sum of the group leaves beside all its other parts."""
        others_open = whole.open_ended[group] > self.open_ended
        other_high = np.where(others_open, np.inf, whole.high[group] - self.high)
        other_low = whole.low[group] - self.low
        own_high = np.where(self.open_ended > 0, np.inf, self.high)
        low = np.maximum(self.low, sums.low[group] - other_high)
        return low, np.maximum(np.minimum(own_high, sums.high[group] - other_low), low)


def _added(at: IntArray, part: NDArray[Any], parts: int) -> FloatArray:
    return np.bincount(at, part, minlength=parts).astype(np.float64)


def _narrowed(low: FloatArray, high: FloatArray, hidden: BoolArray, sums: SumBounds) -> tuple[FloatArray, FloatArray]:
    rows = np.flatnonzero(hidden & (sums.group >= 0))
    group = sums.group[rows]
    single = _Parts.added(np.arange(rows.size), low[rows], high[rows], rows.size)
    whole = _Parts.added(group, low[rows], high[rows], sums.low.size)
    least, most = low.copy(), high.copy()
    least[rows], most[rows] = single.within(group, whole, sums)
    return least, most


def pooled(cells: Cells, pool: IntArray, area: IntArray, pools: int) -> Pool:
    """Add up pools of areas; areas without a count or an exposure are left out.

    Args:
        cells: The map.
        pool: (m,) which pool each membership is of, 0 to pools - 1, -1 for none.
        area: (m,) which area it is of.
        pools: Number of pools.

    Returns:
        (pools,) what is published of each.
    """
    use = (pool >= 0) & cells.exposed[area]
    pool, area = pool[use], area[use]
    low, high = _sums(cells, pool, area, pools)
    exposures = (_added(pool, part[area], pools) for part in (cells.exposure_low, cells.exposure_high))
    return Pool(low, high, *exposures)


def _sums(cells: Cells, pool: IntArray, area: IntArray, pools: int) -> tuple[FloatArray, FloatArray]:
    grouped = cells.hidden[area] & (cells.sums.group[area] >= 0)
    alone = ~grouped
    low = _added(pool[alone], cells.low[area[alone]], pools)
    high = _added(pool[alone], cells.high[area[alone]], pools)
    groups = cells.sums.low.size
    if grouped.any():
        # The suppressed cells of one pool within one parent are one part of what is left of that parent.
        inside = area[grouped]
        pair, at = np.unique(pool[grouped] * groups + cells.sums.group[inside], return_inverse=True)
        every = np.flatnonzero(cells.hidden & (cells.sums.group >= 0))
        whole = _Parts.added(cells.sums.group[every], cells.low[every], cells.high[every], groups)
        part = _Parts.added(at, cells.low[inside], cells.high[inside], pair.size)
        least, most = part.within(pair % groups, whole, cells.sums)
        low, high = low + _added(pair // groups, least, pools), high + _added(pair // groups, most, pools)
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """What is published of the whole of each pool, areas without an exposure included.

    Args:
        low: (p,) the least that was counted in it.
        high: (p,) the most, inf where nothing bounds it.
        complete: Whether all of it lies in some area of the map; else it says nothing of how little these hold.
    """

    low: FloatArray
    high: FloatArray
    complete: bool = True


def rest_of(cells: Cells, member: IntArray, pools: int, total: Total | None = None) -> Pool:
    """Return, for each area, what is published of the rest of the pool that it is in.

    Args:
        cells: The map.
        member: (n,) which pool each area is in, -1 for none.
        pools: Number of pools.
        total: What is published of each pool as a whole.

    Returns:
        (n,) the pools without the area itself; nothing is exposed in that of an area in none.
    """
    area = np.arange(member.size)
    pool = pooled(cells, member, area, pools)
    inside = (member >= 0) & cells.exposed
    at = np.where(inside, member, 0)
    low, high = pool.low[at] - cells.low, _less(pool.high[at], cells.high)
    if total is not None:
        outside = (member >= 0) & ~cells.exposed
        # An area that nothing is known of may hold anything.
        most = np.where(cells.shown | cells.hidden, cells.high, np.inf)
        outside_low = _added(member[outside], cells.low[outside], pools)
        outside_high = _added(member[outside], most[outside], pools)
        high = np.minimum(high, (total.high - outside_low)[at] - cells.low)
        if total.complete:
            low = np.maximum(low, _less(_less(total.low, outside_high), 0.0)[at] - cells.high)
    return Pool(
        low=np.where(inside, np.maximum(low, 0.0), 0.0),
        high=np.where(inside, np.maximum(high, np.maximum(low, 0.0)), 0.0),
        exposure_low=np.where(inside, np.maximum(pool.exposure_low[at] - cells.exposure_low, 0.0), 0.0),
        exposure_high=np.where(inside, np.maximum(pool.exposure_high[at] - cells.exposure_high, 0.0), 0.0),
    )


def _less(part: FloatArray, own: FloatArray | float) -> FloatArray:
    # What is left of a bound; where both are infinite nothing is known, and the caller takes the wider one.
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isinf(part), part, part - own))
