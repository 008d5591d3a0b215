"""Whether a pattern of suppressions keeps its rule, derived anew from what would be published."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.audit.table_attack import Intervals, attack, known_intervals
from zicht.linear_rules import TableRule
from zicht.linear_tables import BoolArray, IntArray, LinearTable, containers


def count_intervals(shown: LinearTable, rule: TableRule) -> tuple[IntArray, IntArray]:
    """Return what a reader of a table of counts knows who knows the rule as well.

    A published zero is zero; another published count is at least the threshold; where zeros are published, a suppressed
    count is at least 1.

    Args:
        shown: What would be published.
        rule: The rule.
    """
    low, high = known_intervals(shown, base=rule.base, integer=rule.integer)
    zero = shown.known & (shown.value == 0)
    low = np.where(shown.known & ~zero, np.maximum(low, rule.threshold), low)
    low, high = np.where(zero, 0, low), np.where(zero, 0, high)
    if not rule.hide_zeros:
        low = np.where(shown.known, low, np.maximum(low, 1))
    return low, high


def demanded(shown: LinearTable, rule: TableRule, low: IntArray) -> IntArray:
    """Return for each cell what the upper bound of a suppressed count must reach.

    Args:
        shown: What would be published.
        rule: The rule.
        low: (n,) lower bound of each cell.
    """
    direct = containers(shown, np.arange(len(shown)))
    demand = np.minimum(rule.goal, shown.upper)
    for cell in np.flatnonzero(~shown.known):
        published = [total for total in _around(direct, int(cell)) if shown.known[total]]
        demand[cell] = min([demand[cell], *low[published].tolist()])
    return demand


def _around(direct: list[IntArray], cell: int) -> set[int]:
    """Return every cell that contains a cell, by way of any relations."""
    seen: set[int] = set()
    waiting = direct[cell].tolist()
    while waiting:
        total = waiting.pop()
        if total not in seen:
            seen.add(total)
            waiting += direct[total].tolist()
    return seen


def check_counts(
    shown: LinearTable, rule: TableRule, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[Intervals, IntArray]:
    """Attack a protected table of counts.

    Args:
        shown: What would be published.
        rule: The rule.
        progress: Told before a long step.

    Returns:
        The intervals, and (k,) how much the upper bound of each suppressed cell falls short of its demand, at least 0.

    Raises:
        DisclosureError: The published values contradict each other.
    """
    low, high = count_intervals(shown, rule)
    found = attack(shown, low, high, integer=True, progress=progress)
    demand = demanded(shown, rule, low)[found.cells]
    return found, np.maximum(0, np.ceil(demand - found.high)).astype(np.int64)


def check_amounts(
    shown: LinearTable,
    rule: TableRule,
    wanted_low: IntArray,
    wanted_high: IntArray,
    *,
    insiders: tuple[IntArray, IntArray] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Intervals, IntArray]:
    """Attack a protected table of amounts, as an outsider and as the only contributor of a suppressed cell.

    Args:
        shown: What would be published.
        rule: The rule.
        wanted_low: (n,) what the lower bound of a suppressed cell may not exceed; its upper bound for no demand.
        wanted_high: (n,) what the upper bound must reach; 0 for no demand.
        insiders: Cells whose only contributor knows their value, and those values: demands then hold as well for the
            cells that share a relation with such a cell, but for those that this contributor makes up alone.
        progress: Told before a long step.

    Returns:
        The outsider's intervals, and (k,) by how much each suppressed cell falls short, at least 0.

    Raises:
        DisclosureError: The published values contradict each other.
    """
    low, high = known_intervals(shown, base=rule.base, integer=rule.integer)
    found = attack(shown, low, high, integer=rule.integer, progress=progress)
    short = _shortage(found, wanted_low, wanted_high)
    lone, values = insiders or (np.empty(0, dtype=np.int64),) * 2
    direct = containers(shown, np.arange(len(shown)))
    for cell, value in zip(lone.tolist(), values.tolist(), strict=True):
        near = _near(shown, cell) & (wanted_high > 0)
        near[[other for other in np.flatnonzero(near) if cell in _around(direct, int(other))]] = False
        near[[other for other in _around(direct, cell) if other in lone]] = False
        if np.any(near & ~shown.known):
            own_low, own_high = low.copy(), high.copy()
            own_low[cell] = own_high[cell] = value
            inside = attack(shown, own_low, own_high, integer=rule.integer, wanted=near & ~shown.known)
            at = np.searchsorted(found.cells, inside.cells)
            more = short.copy()
            more[at] = np.maximum(short[at], _shortage(inside, wanted_low, wanted_high))
            short = more
    return found, short


def _shortage(found: Intervals, wanted_low: IntArray, wanted_high: IntArray) -> IntArray:
    below = found.low - wanted_low[found.cells]
    above = wanted_high[found.cells] - found.high
    return np.ceil(np.maximum(0, np.maximum(below, above)) - 1e-6).astype(np.int64)


def _near(table: LinearTable, cell: int) -> BoolArray:
    """Say which cells share a relation with a cell."""
    row, column, _ = table.entries()
    near = np.zeros(len(table), dtype=np.bool_)
    near[column[np.isin(row, row[column == cell])]] = True
    near[cell] = False
    return near
