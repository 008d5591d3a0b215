"""Changes that a reader sees: of one number between two releases, and of a stock between two years.

Two figures of one cell, known to lie in [a, b] and in [c, d], tell that it changed by c - b at least and by d - a at
most. Unless 0 is possible, the largest change that is must reach threshold and margin: a small change that is certain
is a small number of people or things that came or went. The figure compared may be shown, or hidden and derived.

A zero that is shown where all zeros are shown is let be: it is told by that policy, and not by this change. So is a
change that earlier releases told by themselves, which no new release can take back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.audit.arcs import Kind
from analysis.audit.bounds import lower_bounds, upper_bounds
from analysis.audit.evidence import Evidence
from analysis.audit.knowledge import Column, Known
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.rule import Checked, Name, where
from analysis.audit.system import System

#: What a number is compared with where it is not another year.
EARLIER = "an earlier release"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a reader sees, and that is too small to be seen.

    Args:
        name: What changed.
        since: The year it is compared with, or `EARLIER`.
        most: The largest change that a reader deems possible.
        requirement: What that must reach.
    """

    name: Name
    since: str
    most: int
    requirement: int


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """The figures that the cells of a column are compared with, each (n,).

    Args:
        since: The year they are of, or `EARLIER`.
        low: What each is at least.
        high: And at most.
        of_shown: Whether a cell that is shown is compared with it.
        of_hidden: Whether one that is hidden is.
    """

    since: str
    low: IntArray
    high: IntArray
    of_shown: BoolArray
    of_hidden: BoolArray


def small_changes(made: System, checked: Checked, held: Evidence, counts: dict[Column, Known]) -> tuple[Change, ...]:
    """Return the changes in one system that are certain and small.

    Args:
        made: The system.
        checked: What was found of it.
        held: What the reader holds.
        counts: What of that was believed, by column.
    """
    return tuple(
        change
        for at, column in enumerate(made.columns)
        if column in held.counts
        for other in others(column, held, counts)
        for change in _compared(made, checked, held, at, other)
    )


def _compared(made: System, checked: Checked, held: Evidence, at: int, other: Other) -> Iterator[Change]:
    parts, column = made.arcs, made.columns[at]
    rule = held.rules[column[0]]
    arcs = np.flatnonzero((parts.column == at) & np.isin(parts.kind, (Kind.CELL, Kind.CATEGORY)))
    arcs = arcs[np.argsort(parts.fid[arcs])]
    policy = rule.zeros_shown & (parts.high[arcs] == 0)
    shown = parts.published[arcs]
    wanted = np.flatnonzero(np.where(shown, other.of_shown & ~policy, other.of_hidden & (parts.capacity[arcs] > 0)))
    arcs, old_low, old_high = arcs[wanted], other.low[wanted], other.high[wanted]
    low, high = parts.low[arcs].copy(), parts.high[arcs].copy()
    hidden = np.flatnonzero(~shown[wanted])
    reach = np.minimum(old_low[hidden] + rule.goal, UNLIMITED)
    high[hidden] = upper_bounds(checked.network, checked.flow, arcs[hidden], reach).bound
    low[hidden] = lower_bounds(checked.network, checked.flow, arcs[hidden]).bound
    most = np.maximum(high - old_low, old_high - low)
    for k in np.flatnonzero(((low > old_high) | (high < old_low)) & (most < rule.goal)).tolist():
        name = where(made, held.places, int(arcs[k]))
        yield Change(name, other.since, int(most[k]), rule.goal)


def others(column: Column, held: Evidence, counts: dict[Column, Known]) -> Iterator[Other]:
    """Yield what the cells of a column are compared with.

    Args:
        column: Which.
        held: What the reader holds.
        counts: What of that was believed, by column.
    """
    before = held.earlier.get(column)
    if before is not None:
        now = counts[column]
        doubted = before.published & ((now.low > before.high) | (now.high < before.low) | ~now.published)
        yield Other(EARLIER, before.low, before.high, doubted, doubted)
    if held.rules[column[0]].compares_years:
        yield from _years(column, held)


def _years(column: Column, held: Evidence) -> Iterator[Other]:
    """Yield the years before, each with the cells that are shown in it and in no year between."""
    indicator, own, level = column
    told = _told(held.earlier.get(column), len(held.counts[column].low))
    nearer = np.zeros_like(told)
    past = [period for name, period, at in held.counts if (name, at) == (indicator, level) and period < own]
    for period in sorted(past, reverse=True):
        known = held.counts[indicator, period, level]
        there = known.published & ~nearer
        before = _told(held.earlier.get((indicator, period, level)), len(told))
        # A year that the newest release is silent of was hidden by earlier ones, beside what they showed.
        yield Other(
            period, known.low, known.high, there & ~(told & before), there & ~(before & (column not in held.newest))
        )
        nearer = nearer | known.published


def _told(known: Known | None, size: int) -> BoolArray:
    return np.zeros(size, dtype=np.bool_) if known is None else known.published
