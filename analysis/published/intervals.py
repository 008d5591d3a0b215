"""What bounds on single cells and on sums of cells say about a neighbourhood and about the pool it is compared with.

Every cell is an integer between its bounds; a published cell has equal bounds. Cells that are not published may belong
to one *group* whose weighted sum is bounded as well (the suppressed children of a published parent). Nothing is assumed
about how likely any value is.

Three facts are used. Let x be any map within the bounds, m the size of a group, l and h its bounds in descending order,
R the upper bound of its weighted sum and K the most that the group's plain sum can exceed sum(l) while its weighted sum
stays within R (a fractional knapsack). Then, with T(r) = min(h1 + .. + hr, l1 + .. + lr + K):

1. *Top sums.* The r largest members of x sum to at most T(r): each is at most its own bound, so their sum is at most
   that of the r largest h; and it is r lower bounds, at most l1 + .. + lr, plus excesses, together at most K.
2. *Dominance.* So the r-th largest member is at most min(hr, floor(T(r)/r)). A pool that is larger rank by rank gives
   sums that are stochastically larger: couple draws by rank.
3. *Majorisation.* T is the smaller of two concave functions of r, hence concave, so its differences y1 >= .. >= ym
   are a map of their own, and by fact 1 y weakly majorises x. E f(sum of k values drawn without replacement) is, for
   convex increasing f, a symmetric convex increasing function of the pool, so it does not fall when x is replaced by y
   (Marshall, Olkin & Arnold, Inequalities, 2011, theorem 3.A.8). `mixture` makes a bound on tails of that.

Fact 2 is sharp where few cells are suppressed, fact 3 where a group's sum is known and much smaller than the sum of its
upper bounds: the pool then cannot be high everywhere at once. When one member of a group is left out of the pool, the
r largest of the others still obey facts 1 to 3, so the last element of either map can be left out in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.weights import SpatialWeights
from zicht.errors import AlignmentError
from zicht.published import FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Slack of floating-point sums of weights: a bound may be this much too wide, never too narrow.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SumBounds:
    """Bounds on weighted sums of groups of cells.

    Args:
        group: (n,) the group of each cell, -1 for none.
        weight: (n,) positive weight of each cell in its group's sum.
        low: (g,) lower bound of each group's weighted sum, -inf for none.
        high: (g,) upper bound, inf for none.
    """

    group: IntArray
    weight: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def none(cls, count: int) -> SumBounds:
        """Return bounds that say nothing about `count` cells."""
        empty = np.zeros(0)
        return cls(np.full(count, -1, dtype=np.int64), np.ones(count), empty, empty)

    @property
    def mirrored(self) -> SumBounds:
        """The bounds of the negated map."""
        return SumBounds(self.group, self.weight, -self.high, -self.low)

    def restricted(self, keep: BoolArray, *, low: FloatArray, high: FloatArray) -> SumBounds:
        """Return the bounds of what is left when cells between `low` and `high` (n,) leave the map."""
        gone = ~keep & (self.group >= 0)
        least = np.bincount(self.group[gone], (self.weight * low)[gone], minlength=self.low.size)
        most = np.bincount(self.group[gone], (self.weight * high)[gone], minlength=self.low.size)
        return SumBounds(self.group[keep], self.weight[keep], self.low - most, self.high - least)


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """Bounds on every cell of a map, and on sums of groups of them.

    Args:
        low: (n,) whole numbers, -inf where unbounded.
        high: (n,) whole numbers, inf where unbounded; equal to `low` where the cell is published.
        sums: Bounds on groups of cells.

    Raises:
        AlignmentError: The bounds contradict each other.
    """

    low: FloatArray
    high: FloatArray
    sums: SumBounds

    def __post_init__(self) -> None:
        if np.any(self.low > self.high):
            raise AlignmentError("A lower bound exceeds its upper bound.", remedy=_ALIGN)
        if np.any(slack(self) < -TOLERANCE) or np.any(slack(self.mirrored) < -TOLERANCE):
            raise AlignmentError("The bounds of cells contradict those of their sums.", remedy=_ALIGN)

    @property
    def certain(self) -> BoolArray:
        """(n,) whether the cell has one possible value."""
        return np.asarray(self.low == self.high)

    @property
    def mirrored(self) -> Bounds:
        """The bounds of the negated map: its upper tail is this map's lower tail."""
        mirrored = object.__new__(Bounds)
        for name, value in (("low", -self.high), ("high", -self.low), ("sums", self.sums.mirrored)):
            object.__setattr__(mirrored, name, value)
        return mirrored


_ALIGN = "Take cells and sums from one release."


def slack(bounds: Bounds) -> FloatArray:
    """Return (g,) how far each group's weighted sum may exceed that of its lower bounds."""
    member = bounds.sums.group >= 0
    least = np.bincount(
        bounds.sums.group[member], (bounds.sums.weight * bounds.low)[member], minlength=bounds.sums.high.size
    )
    return np.asarray(bounds.sums.high - least)


def closest_high(bounds: Bounds) -> FloatArray:
    """Return (n,) the upper bound of each cell by itself and by what the rest of its group leaves it."""
    if bounds.sums.high.size == 0:
        return bounds.high
    room = np.floor(np.maximum(slack(bounds), 0.0)[bounds.sums.group] / bounds.sums.weight + TOLERANCE)
    return np.where(bounds.sums.group >= 0, np.minimum(bounds.high, bounds.low + room), bounds.high)


def largest_neighbour_sums(bounds: Bounds, weights: SpatialWeights) -> FloatArray:
    """Return (n,) upper bounds of the sum of each area's neighbours, inf where unbounded; 0 for islands."""
    return largest_sums(bounds, weights.rows, weights.indices.astype(np.int64), weights.n)


def largest_sums(bounds: Bounds, rows: IntArray, cells: IntArray, count: int) -> FloatArray:
    """Return upper bounds of sums of cells, inf where unbounded; 0 where there are none.

    In each group the members of one sum together exceed their lower bounds by at most the group's slack, divided by the
    smallest of their weights.

    Args:
        bounds: The map.
        rows: (m,) which of the sums each cell belongs to, 0 to `count`.
        cells: (m,) positions of the cells; a sum holds a cell once at most.
        count: How many sums.
    """
    group = bounds.sums.group[cells]
    alone, grouped = group < 0, group >= 0
    total = np.bincount(rows[alone], bounds.high[cells[alone]], minlength=count).astype(np.float64)
    if not grouped.any():
        return total
    rows, cells, group = rows[grouped], cells[grouped], group[grouped]
    # By sum, then group; one key is sorted ten times as fast as two.
    order = np.argsort(rows * bounds.sums.high.size + group, kind="stable")
    rows, cells, group = rows[order], cells[order], group[order]
    first = np.flatnonzero(np.concatenate([[True], (rows[1:] != rows[:-1]) | (group[1:] != group[:-1])]))
    low, high = (np.add.reduceat(part[cells], first) for part in (bounds.low, bounds.high))
    room = np.maximum(slack(bounds), 0.0)[group[first]] / np.minimum.reduceat(bounds.sums.weight[cells], first)
    with np.errstate(invalid="ignore"):  # -inf + inf: an unbounded cell, where the plain upper bound stands
        together = np.fmin(high, low + np.floor(room + TOLERANCE))
    return total + np.bincount(rows[first], together, minlength=count)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """A map that bounds every map within its bounds, and what of it an area leaves out when it leaves itself out.

    Args:
        value: (n,) whole numbers, in no particular order within a group.
        left_out: (n,) for each area an element of `value`.
    """

    value: IntArray
    left_out: IntArray


def dominating_pool(bounds: Bounds, *, cap: float) -> Pool:
    """Return a pool whose sums are stochastically at least as large as those of every map (facts 1 and 2).

    Args:
        bounds: The map; its upper bounds or `cap` must be finite.
        cap: What is above it counts as `cap`, because it exceeds every sum that will be asked for.
    """
    groups = _Groups.of(bounds, cap)
    by_rank = np.minimum(groups.high, np.floor(groups.top / groups.rank + TOLERANCE))
    return groups.pool(np.minimum(bounds.high, cap), by_rank)


def majorising_pool(bounds: Bounds, *, cap: float) -> Pool:
    """Return a pool that weakly majorises every map (facts 1 and 3); see `dominating_pool` for the arguments."""
    groups = _Groups.of(bounds, cap)
    before = np.where(groups.rank == 1, 0.0, np.concatenate([[0.0], groups.top[:-1]]))
    return groups.pool(np.minimum(bounds.high, cap), groups.top - before)


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    # Members of groups, ordered by group and falling upper bound: rank in the group from 1, upper bound, T(rank).
    member: IntArray
    rank: IntArray
    high: FloatArray
    top: FloatArray

    @classmethod
    def of(cls, bounds: Bounds, cap: float) -> _Groups:
        group = bounds.sums.group
        low, high = np.minimum(bounds.low, cap), np.minimum(bounds.high, cap)
        member = np.lexsort((-high, group))[np.count_nonzero(group < 0) :]
        by_low = np.lexsort((-low, group))[group.size - member.size :]
        first = np.concatenate([[True], group[member][1:] != group[member][:-1]])[: member.size]
        start = np.maximum.accumulate(np.where(first, np.arange(member.size), 0))
        excess = _largest_excess(bounds, low, high)[group[member]]
        highest, lowest = _running(high[member], start), _running(low[by_low], start)
        with np.errstate(invalid="ignore"):  # -inf + inf: no bound on the sum, where that of the cells stands
            top = np.fmin(highest, lowest + excess)
        return cls(member, np.arange(member.size) - start + 1, high[member], top)

    def pool(self, alone: FloatArray, grouped: FloatArray) -> Pool:
        value, left_out = alone.copy(), alone.copy()
        value[self.member] = grouped
        last = np.flatnonzero(np.concatenate([self.rank[1:] == 1, [True]])[: self.rank.size])
        sizes = self.rank[last]
        left_out[self.member] = np.repeat(grouped[last], sizes)
        return Pool(value.astype(np.int64), left_out.astype(np.int64))


def _running(values: FloatArray, start: IntArray) -> FloatArray:
    # Running sums that begin anew at every `start`; -inf stays within its own group.
    finite = np.cumsum(np.where(np.isfinite(values), values, 0.0))
    broken = np.cumsum(~np.isfinite(values))
    before = np.where(start > 0, finite[start - 1], 0.0)
    since = broken - np.where(start > 0, broken[start - 1], 0)
    return np.asarray(np.where(since > 0, -np.inf, finite - before))


def _largest_excess(bounds: Bounds, low: FloatArray, high: FloatArray) -> FloatArray:
    # (g,) K: fill the cheapest members of each group first; inf where the group's sum is unbounded.
    room = np.maximum(slack(bounds), 0.0)
    excess = np.where(np.isfinite(room), 0.0, np.inf)
    group, weight = bounds.sums.group, bounds.sums.weight
    member = np.flatnonzero((group >= 0) & np.isfinite(room)[group]) if room.size else np.zeros(0, dtype=np.int64)
    if member.size == 0:
        return excess
    member = member[np.lexsort((weight[member], group[member]))]
    first = np.concatenate([[True], group[member][1:] != group[member][:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(member.size), 0))
    cost = weight[member] * (high - low)[member]
    spent = _running(cost, start) - cost
    bought = np.clip(room[group[member]] - spent, 0.0, cost) / weight[member]
    np.add.at(excess, group[member], bought)
    return np.asarray(np.floor(excess + TOLERANCE))
