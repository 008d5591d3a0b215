"""Which areas show an amount: the most, by secret prices, such that no sum that follows tells on one holding.

Published areas form a tree: what is shown has a shown parent. The *remainder* of a shown area is what it holds beside
its shown children. Remainders are disjoint, and whatever follows from the amounts shown is a sum of remainders. The
measures of sensitivity used here are subadditive (Cox, L.H. (1981), "Linear sensitivity measures in statistical
disclosure control", Journal of Statistical Planning and Inference 5, 153-164), so if every remainder is safe, or known
to be empty, every sum of remainders is. docs/explanation/amounts.md has the proof.

A remainder is a union of hidden children. So what a shown area shows below itself depends on its children alone, and
the best pattern follows from the bottom up: of every set of children that may be hidden together, the cheapest, where a
child costs all that it would show. Sets are tried from the cheapest on; after `TRIES` of them a short-sighted search
takes over, which is then no longer certain to be the best.

Conventions: a holding counts where its amount is above 0; a remainder with records but no amount is not safe ("all of
them had nothing"); areas that the counts show to be empty show their 0, whatever is hidden around them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.rules.dominance import dominated
from analysis.confidential.disclosure.rules.p_percent import too_close
from analysis.confidential.disclosure.rules.pq import posterior_too_close
from analysis.confidential.disclosure.sums import children, tightened
from analysis.confidential.disclosure_rules import DisclosureRule
from zicht.errors import AlignmentError, UnprotectedError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: How many sets of children are tried, from the cheapest on, before the search becomes short-sighted.
TRIES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of one indicator and period. Confidential.

    Args:
        area: (r,) position of the finest area that holds each.
        holding: (r,) number of its holding, at least 0.
        amount: (r,) its amount, at least 0.
    """

    area: IntArray
    holding: IntArray
    amount: IntArray

    def __post_init__(self) -> None:
        if not len(self.area) == len(self.holding) == len(self.amount) or np.any(self.amount < 0):
            raise AlignmentError("An amount is negative, or the columns of the records have different lengths.")


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What everybody knows of the number of records in each area.

    Args:
        low: (n,) least number.
        high: (n,) largest number, infinite where nothing limits it.
        shown: (n,) whether it is shown.
    """

    low: FloatArray
    high: FloatArray
    shown: BoolArray


def is_sensitive(by_holding: IntArray, rule: DisclosureRule) -> bool:
    """Tell whether the total of some records tells too much of one holding.

    Args:
        by_holding: (h,) what each holding has of it, one entry for each holding with a record in it.
        rule: The rule of the indicator.
    """
    top = max(rule.holdings, 2)
    largest = np.zeros((1, top), dtype=np.int64)
    ordered = np.sort(by_holding)[::-1][:top]
    largest[0, : len(ordered)] = ordered
    total = np.array([by_holding.sum()])
    wrong = total[0] == 0 or np.count_nonzero(by_holding) < rule.threshold
    if rule.dominance:
        wrong = wrong or dominated(total, largest, n=rule.dominance[0], k=rule.dominance[1])[0]
    if rule.p_percent is not None:
        wrong = wrong or too_close(total, largest, p=rule.p_percent)[0]
    if rule.pq:
        wrong = wrong or posterior_too_close(total, largest, p=rule.pq[0], q=rule.pq[1])[0]
    return bool(wrong)


class _Search:
    """The tree while its pattern is being chosen."""

    def __init__(
        self, parent: IntArray, records: Records, rule: DisclosureRule, counted: Counted, price: FloatArray
    ) -> None:
        self.low, self.high = tightened(parent, counted.low, counted.high)
        self.rule, self.price = rule, price
        self.can_show = counted.shown & (self.high > 0)
        self.below = [kids[self.high[kids] > 0] for kids in children(parent)]
        self.start, self.holding, self.amount = _by_area(parent, records)
        #: What each area shows at best, itself included; 0 where it cannot be shown.
        self.worth = np.zeros(len(parent))
        self.hidden: list[IntArray] = [np.empty(0, dtype=np.int64)] * len(parent)

    def is_safe(self, area: int, hidden: IntArray) -> bool:
        """Tell whether a set of children may be what an area holds beside its shown children; no set, the area."""
        kids = self.below[area]
        parts = hidden if len(kids) else np.array([area])
        shown = np.setdiff1d(kids, parts)
        least = max(self.low[parts].sum(), self.low[area] - self.high[shown].sum())
        if least < self.rule.threshold:
            return False
        rows = np.concatenate([np.arange(self.start[one], self.start[one + 1]) for one in parts])
        _, which = np.unique(self.holding[rows], return_inverse=True)
        held = np.bincount(which, self.amount[rows]).astype(np.int64)
        return not is_sensitive(held, self.rule)

    def settle(self, area: int) -> None:
        """Find the cheapest set of children to hide, given the best below each of them."""
        kids = self.below[area]
        forced, free = kids[self.worth[kids] == 0], kids[self.worth[kids] > 0]
        free = free[np.argsort(self.worth[free], kind="stable")]
        if len(kids) and not len(forced):
            found: IntArray | None = forced
        else:
            found = self._cheapest(area, forced, free)
        if found is not None:
            shown = np.setdiff1d(kids, found)
            self.hidden[area] = found
            self.worth[area] = self.price[area] + self.worth[shown].sum()

    def _cheapest(self, area: int, forced: IntArray, free: IntArray) -> IntArray | None:
        for tries, chosen in enumerate(cheapest_first(self.worth[free])):
            more = np.concatenate([forced, free[list(chosen)]])
            if self.is_safe(area, more):
                return more
            if tries == TRIES:
                return self._short_sighted(area, forced, free)
        return None

    def _short_sighted(self, area: int, forced: IntArray, free: IntArray) -> IntArray | None:
        count = next((k for k in range(len(free) + 1) if self.is_safe(area, np.concatenate([forced, free[:k]]))), None)
        if count is None:
            return None
        kept = list(range(count))
        for one in reversed(range(count)):
            fewer = [at for at in kept if at != one]
            if self.is_safe(area, np.concatenate([forced, free[fewer]])):
                kept = fewer
        return np.concatenate([forced, free[kept]])


def shown_amounts(
    parent: IntArray, records: Records, *, rule: DisclosureRule, counted: Counted, price: FloatArray
) -> BoolArray:
    """Return which areas show their amount.

    Args:
        parent: (n,) position of each area's parent, before its own; -1 for the root, which is the first.
        records: The records; an area's are those of its children.
        rule: Threshold (holdings, and records in each remainder by what the counts tell), and rules on large holdings.
        counted: What everybody knows of the counts.
        price: (n,) worth of showing each area, above 0.

    Returns:
        (n,) true where the amount is shown; nowhere, where no pattern is safe.

    Raises:
        UnprotectedError: The pattern fails its own check: a defect.
    """
    search = _Search(parent, records, rule, counted, price)
    for area in range(len(parent) - 1, -1, -1):
        if search.can_show[area]:
            search.settle(area)
    shown = search.worth > 0
    for area in range(len(parent)):
        if area and shown[area]:
            above = parent[area]
            shown[area] = shown[above] and area not in search.hidden[above]
    shown |= counted.shown & (search.high == 0)
    check_amounts_shown(parent, records, shown, rule=rule, counted=counted)
    return shown


def check_amounts_shown(
    parent: IntArray, records: Records, shown: BoolArray, *, rule: DisclosureRule, counted: Counted
) -> None:
    """Refuse a pattern with a remainder that is not safe.

    Args:
        parent: As for `shown_amounts`, like the rest.
        records: The records.
        shown: (n,) where the amount is shown.
        rule: The rule.
        counted: What everybody knows of the counts.

    Raises:
        UnprotectedError: The pattern is not closed, shows an amount without its count, or has such a remainder.
    """
    rests = remainders_told(parent, shown, counted=counted, threshold=rule.threshold)
    owner = _owners(parent, shown)[records.area]
    order = np.argsort(owner, kind="stable")
    start = np.searchsorted(owner[order], np.arange(len(parent) + 1))
    for area in np.flatnonzero(np.diff(start)).tolist():
        inside = order[start[area] : start[area + 1]]
        _, which = np.unique(records.holding[inside], return_inverse=True)
        held = np.bincount(which, records.amount[inside]).astype(np.int64)
        if not rests[area] or is_sensitive(held, rule):
            raise UnprotectedError("What a shown amount leaves beside other shown amounts tells too much.")


def remainders_told(parent: IntArray, shown: BoolArray, *, counted: Counted, threshold: int) -> BoolArray:
    """Return which areas have a remainder, by what everybody knows; refuse a pattern that tells of counts.

    Args:
        parent: (n,) position of each area's parent, before its own; -1 for the root.
        shown: (n,) where the amount is shown.
        counted: What everybody knows of the counts.
        threshold: How many records each remainder must be known to have.

    Raises:
        UnprotectedError: The pattern is not closed, shows an amount without its count, or the counts alone do not say
            that a remainder has so many records.
    """
    low, high = tightened(parent, counted.low, counted.high)
    tells = shown & (high > 0)
    if np.any(shown & ~counted.shown) or np.any(tells[1:] & ~tells[parent[1:]]):
        raise UnprotectedError("An amount is shown without its count, or without the area around it.")
    found = np.zeros(len(parent), dtype=np.bool_)
    for area, kids in enumerate(children(parent)):
        parts = kids[~tells[kids] & (high[kids] > 0)] if len(kids) else np.array([area])
        if not tells[area] or not len(parts):
            continue
        found[area] = True
        if max(low[parts].sum(), low[area] - high[kids[tells[kids]]].sum()) < threshold:
            raise UnprotectedError("The counts do not say that a remainder of amounts has enough records.")
    return found


def _owners(parent: IntArray, shown: BoolArray) -> IntArray:
    """Return the nearest area that shows its amount, among each area and those around it; -1 where there is none."""
    owner = np.arange(len(parent))
    for area in range(len(parent)):
        if not shown[area]:
            owner[area] = owner[parent[area]] if area else -1
    return owner


def cheapest_first(cost: FloatArray) -> Iterator[tuple[int, ...]]:
    """Yield every subset of some items, the cheapest first.

    Args:
        cost: (n,) cost of each, above 0, ascending.
    """
    yield ()
    if not len(cost):
        return
    queue: list[tuple[float, tuple[int, ...]]] = [(float(cost[0]), (0,))]
    while queue:
        total, chosen = heapq.heappop(queue)
        yield chosen
        last = chosen[-1]
        if last + 1 < len(cost):
            step = float(cost[last + 1])
            heapq.heappush(queue, (total + step, (*chosen, last + 1)))
            heapq.heappush(queue, (total + step - float(cost[last]), (*chosen[:-1], last + 1)))


def _by_area(parent: IntArray, records: Records) -> tuple[IntArray, IntArray, IntArray]:
    """Return where the holdings of each area begin, the holdings, and what each has there."""
    span = int(records.holding.max(initial=0)) + 1
    at, keys, amounts = records.area.copy(), [], []
    row = np.arange(len(at))
    while len(row):
        keys.append(at[row] * span + records.holding[row])
        amounts.append(records.amount[row])
        at[row] = parent[at[row]]
        row = row[at[row] >= 0]
    key = np.concatenate([*keys, np.empty(0, dtype=np.int64)])
    pairs, which = np.unique(key, return_inverse=True)
    total = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(total, which, np.concatenate([*amounts, np.empty(0, dtype=np.int64)]))
    start = np.searchsorted(pairs // span, np.arange(len(parent) + 1))
    return start, pairs % span, total
