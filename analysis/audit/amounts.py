"""The attack on amounts: what follows from those that are shown, and whether they tell anything of counts.

Areas that show an amount form a tree. What one holds beside those shown in it is its remainder; all that follows from
amounts is a sum of remainders. Whether a remainder rests on enough holdings nobody outside can see, since holdings are
confidential: its maker tests that. What can be seen, and is checked here, is all else of the argument in
docs/explanation/amounts.md: that the shown areas are a tree, that each shows its count as well, that the counts alone
say of every remainder that it has as many records as the rule asks, or none, and that no earlier release shows other
amounts for the same years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.audit.amount_tables import Limits, Table, limits_of_counts, narrowed, read_tables
from analysis.audit.errors import ContradictionError
from analysis.audit.evidence import Evidence
from analysis.audit.network import BoolArray
from zicht.certificate import AuditedAmounts
from zicht.published import FloatArray
from zicht.release import Release


class Problem(StrEnum):
    """What is wrong with a shown amount, or with the bounds that are stated of one."""

    ORPHAN = "is shown, and the area around it is not"
    UNCOUNTED = "is shown, and its count is not"
    EMPTY = "is not 0, and its count is"
    FEW = "leaves a remainder of which the counts do not say that it has enough records"
    BOUNDS = "has bounds that do not follow from what is shown"
    CHANGED = "is not what an earlier release shows"


@dataclass(frozen=True, slots=True)
class AmountProblem:
    """One cell with a problem."""

    level: str
    code: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class AmountInterval:
    """What can be derived of one hidden amount; `high` is None where nothing bounds it."""

    level: str
    code: str
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class AmountReport:
    """What was found of the amounts of one indicator in one period.

    Args:
        found: The figures.
        problems: Every cell with a problem, coarse levels first.
        intervals: Every hidden amount, the narrowest first.
    """

    found: AuditedAmounts
    problems: tuple[AmountProblem, ...]
    intervals: tuple[AmountInterval, ...]


def amount_reports(release: Release, earlier: Sequence[Release], held: Evidence) -> tuple[AmountReport, ...]:
    """Audit every amount of a release.

    Args:
        release: The newest release.
        earlier: Those that a reader holds too.
        held: What such a reader holds of places and counts.

    Raises:
        LayoutError: Amounts are published for periods, levels or beside measures that are not a tree of areas.
        ContradictionError: No amounts, or no counts, fit what is published.
        ReleaseError: The release does not state the rule of an amount.
    """
    return tuple(_report(table, held) for table in read_tables(release, earlier, held.places, held.rules))


def _report(table: Table, held: Evidence) -> AmountReport:
    try:
        counts, counted = limits_of_counts(table, held.counts)
    except ContradictionError:
        # Counts were revised: the newest are believed.
        counts, counted = limits_of_counts(table, held.newest)
    tells = {level: table.shown[level] & (counts.high[level] > 0) for level in table.levels}
    amounts = _amounts(table, counts)
    problems = [
        *_where(table, {level: table.shown[level] & ~counted[level] for level in table.levels}, Problem.UNCOUNTED),
        *_where(table, _orphans(table, tells), Problem.ORPHAN),
        *_where(table, _not_empty(table, counts), Problem.EMPTY),
        *_where(table, _too_few(table, tells, counts), Problem.FEW),
        *_where(table, _bounds(table, counts, amounts), Problem.BOUNDS),
        *_where(table, table.changed, Problem.CHANGED),
    ]
    order = {level: at for at, level in enumerate(table.levels)}
    problems.sort(key=lambda one: (order[one.level], one.code))
    intervals = _intervals(table, amounts)
    found = AuditedAmounts(
        indicator=table.indicator,
        period=table.period,
        of=table.of,
        cells=sum(len(shown) for shown in table.shown.values()),
        suppressed=len(intervals),
        remainders=int(sum(rest.sum() for rest in _remainders(table, tells, counts)[0].values())),
        violations=len(problems),
        narrowest_upper=min((one.high for one in intervals if one.high), default=None),
        holds=not problems,
    )
    return AmountReport(found, tuple(problems), intervals)


def _amounts(table: Table, counts: Limits) -> Limits:
    """Return what can be derived of every amount."""
    low, high = {}, {}
    for level in table.levels:
        nothing = counts.high[level] == 0
        shown = table.shown[level] & ~nothing
        value = np.where(shown, table.value[level], 0.0)
        low[level] = np.where(shown, np.maximum(value - table.rounding // 2, 0), 0.0)
        high[level] = np.where(nothing, 0.0, np.where(shown, value + (table.rounding - 1) // 2, np.inf))
    found = narrowed(table, Limits(low, high))
    if any((found.low[level] > found.high[level]).any() for level in table.levels):
        raise ContradictionError("No amounts fit what is published.", where=f"{table.indicator}/{table.period}")
    return found


def _orphans(table: Table, tells: Mapping[str, BoolArray]) -> dict[str, BoolArray]:
    found = {table.levels[0]: np.zeros_like(tells[table.levels[0]])}
    for coarse, fine in table.steps:
        found[fine] = tells[fine] & ~tells[coarse][table.parent[fine]]
    return found


def _not_empty(table: Table, counts: Limits) -> dict[str, BoolArray]:
    return {level: table.shown[level] & (counts.high[level] == 0) & (table.value[level] != 0) for level in table.levels}


def _remainders(
    table: Table, tells: Mapping[str, BoolArray], counts: Limits
) -> tuple[dict[str, BoolArray], dict[str, FloatArray]]:
    """Return, for every cell, whether it leaves a remainder, and the least number of records in that."""
    rests, least = {}, {}
    for at, level in enumerate(table.levels):
        own = tells[level]
        if at + 1 == len(table.levels):
            rests[level], least[level] = own, counts.low[level]
            continue
        fine = table.levels[at + 1]
        above, size = table.parent[fine], len(own)
        apart = ~tells[fine] & (counts.high[fine] > 0)
        parts = np.bincount(above, minlength=size) > 0
        rests[level] = own & (~parts | (np.bincount(above, apart, size) > 0))
        inside = np.bincount(above, np.where(apart, counts.low[fine], 0), size)
        most = np.bincount(above, np.where(tells[fine], counts.high[fine], 0), size)
        least[level] = np.where(parts, np.maximum(inside, counts.low[level] - most), counts.low[level])
    return rests, least


def _too_few(table: Table, tells: Mapping[str, BoolArray], counts: Limits) -> dict[str, BoolArray]:
    rests, least = _remainders(table, tells, counts)
    return {level: rests[level] & (least[level] < table.threshold) for level in table.levels}


def _bounds(table: Table, counts: Limits, amounts: Limits) -> dict[str, BoolArray]:
    """Return where a cell states closer bounds than follow, or a value that is not rounded."""
    found = {}
    for level in table.levels:
        shown = table.shown[level] & (counts.high[level] > 0)
        value = np.where(shown, table.value[level], 0.0)
        low = np.where(shown, np.maximum(value - table.rounding // 2, 0), amounts.low[level])
        high = np.where(shown, value + (table.rounding - 1) // 2, amounts.high[level])
        stated_low, stated_high = table.stated.low[level], table.stated.high[level]
        wrong = (stated_low > low) | (stated_high < high) | (value % table.rounding != 0)
        found[level] = wrong & (shown | ~table.shown[level])
    return found


def _where(table: Table, wrong: Mapping[str, BoolArray], problem: Problem) -> list[AmountProblem]:
    return [
        AmountProblem(level, str(table.code[level][at]), problem)
        for level, cells in wrong.items()
        for at in np.flatnonzero(cells).tolist()
    ]


def _intervals(table: Table, amounts: Limits) -> tuple[AmountInterval, ...]:
    found = [
        AmountInterval(
            level,
            str(table.code[level][at]),
            int(amounts.low[level][at]),
            int(amounts.high[level][at]) if np.isfinite(amounts.high[level][at]) else None,
        )
        for level in table.levels
        for at in np.flatnonzero(~table.shown[level]).tolist()
    ]
    return tuple(sorted(found, key=lambda one: (one.high is None, (one.high or 0) - one.low)))
