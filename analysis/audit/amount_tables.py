"""The amounts of a release as the attacker reads them: a table for each indicator and period, level by level."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.knowledge import Column, Known
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.places import Places, capacities, is_hex
from analysis.audit.rules import Rule
from zicht.errors import AlignmentError, ReleaseError
from zicht.published import ColumnKey, FloatArray, Measure, PublishedColumn, Status, StrArray
from zicht.release import Release
from zicht.structure import COUNTRY

_PERIOD = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """By level, (n,) the least and the largest value of every cell; the largest infinite where nothing limits it."""

    low: Mapping[str, FloatArray]
    high: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The amounts of one indicator in one period.

    Args:
        indicator: Its id.
        period: A year or a window of years.
        of: Id of the indicator that counts the same records.
        threshold: How many records a remainder must be known to have.
        rounding: Base that amounts are rounded to.
        levels: Coarsest first; the first is the country.
        code: By level, (n,) codes.
        parent: By level but the first, (n,) position of each area's parent in the level before.
        shown: By level, (n,) whether the amount is shown.
        value: By level, (n,) the amount shown, NaN where it is not.
        stated: The bounds that the release states.
        changed: By level, (n,) whether an earlier release shows something else.
    """

    indicator: str
    period: str
    of: str
    threshold: int
    rounding: int
    levels: tuple[str, ...]
    code: Mapping[str, StrArray]
    parent: Mapping[str, IntArray]
    shown: Mapping[str, BoolArray]
    value: Mapping[str, FloatArray]
    stated: Limits
    changed: Mapping[str, BoolArray]

    @property
    def steps(self) -> Iterator[tuple[str, str]]:
        """The pairs of a level and the next finer one."""
        return pairwise(self.levels)


def read_tables(
    release: Release, earlier: Sequence[Release], places: Places, rules: Mapping[str, Rule]
) -> Iterator[Table]:
    """Yield every table of amounts of a release.

    Args:
        release: The newest release.
        earlier: Those that a reader holds too.
        places: The places of the newest.
        rules: By indicator that counts, its rule.

    Raises:
        LayoutError: Amounts are not a tree of areas, or their periods overlap.
        ReleaseError: The rule of an amount is not stated.
        AlignmentError: A column does not have a row for every area.
    """
    found = _by_period(release)
    before = [_by_period(older) for older in earlier]
    entries = {str(entry["id"]): entry for entry in release.catalogue["indicators"]}
    for name in dict.fromkeys(name for name, _ in found):
        if name not in entries:
            raise ReleaseError("The catalogue does not know these amounts.", where=name)
        _check_periods(name, release, earlier)
    for (name, period), columns in sorted(found.items()):
        told = [older[name, period] for older in before if (name, period) in older]
        yield _table(name, period, columns, told, entries[name], places, rules)


def _by_period(release: Release) -> dict[tuple[str, str], dict[str, PublishedColumn]]:
    found: dict[tuple[str, str], dict[str, PublishedColumn]] = {}
    for key in release.values.keys():
        if key.measure != Measure.AMOUNT:
            continue
        if key.category or ColumnKey(key.indicator, key.period, key.level, "", Measure.RATE) in release.values:
            raise LayoutError(
                "Amounts by category, and rates of amounts, are not audited.",
                where="/".join((key.indicator, key.period, key.level)),
                remedy="Publish the amounts alone.",
            )
        found.setdefault((key.indicator, key.period), {})[key.level] = release.values.column(key)
    return found


def _check_periods(name: str, release: Release, earlier: Sequence[Release]) -> None:
    """Refuse periods that share years, and earlier amounts of the same source that the release no longer defines."""
    sources = {str(entry["id"]): entry.get("source") for entry in release.catalogue["indicators"]}
    own = {period for other, period in _by_period(release) if other == name}
    said = {(name, period) for period in own}
    for older in earlier:
        before = {str(entry["id"]): entry.get("source") for entry in older.catalogue["indicators"]}
        for other, period in _by_period(older):
            if other == name or (other not in sources and before[other] == sources[name]):
                said.add((other, period))
    for period in sorted(own):
        for other, past in sorted(said):
            if (other, past) != (name, period) and _overlap(period, past, name):
                raise LayoutError(
                    f"Amounts are published for {period} and, of {other}, for {past}, which share years.",
                    where=name,
                    remedy="Publish amounts for single years or for totals, and a year once.",
                )


def _overlap(one: str, other: str, where: str) -> bool:
    spans = []
    for period in (one, other):
        match = _PERIOD.fullmatch(period)
        if match is None:
            raise LayoutError(f"The period {period!r} is neither a year nor a window of years.", where=where)
        spans.append((int(match[1]), int(match[2] or match[1])))
    return spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]


def _table(
    name: str,
    period: str,
    columns: Mapping[str, PublishedColumn],
    told: Sequence[Mapping[str, PublishedColumn]],
    entry: Mapping[str, Any],
    places: Places,
    rules: Mapping[str, Rule],
) -> Table:
    where = f"{name}/{period}"
    of, threshold, rounding = _rule(entry, where, rules)
    levels = tuple(level for level in (COUNTRY, *places.chains[0]) if level in columns)
    wrong = [level for level in columns if level not in levels or level == "park" or is_hex(level)]
    if wrong or COUNTRY not in columns or any(set(older) != set(columns) for older in told):
        raise LayoutError(
            "Amounts are published at levels that are not one tree of areas, or at others than before.",
            where=where,
            remedy="Publish amounts for the country and administrative levels below it, always the same.",
        )
    _check_rows(columns, places, where)
    _check_atoms(levels[-1], places, rules[of], where)
    for column in columns.values():
        if not np.isin(column.status, (Status.PUBLISHED, Status.SUPPRESSED)).all():
            raise LayoutError("An amount is missing.", where=where, remedy="Show it or hide it.")
    return Table(
        indicator=name,
        period=period,
        of=of,
        threshold=threshold,
        rounding=rounding,
        levels=levels,
        code={level: columns[level].code for level in levels},
        parent={fine: _up(places, fine, coarse) for coarse, fine in pairwise(levels)},
        shown={level: columns[level].status == Status.PUBLISHED for level in levels},
        value={level: columns[level].value for level in levels},
        stated=Limits(
            {level: np.nan_to_num(columns[level].low, nan=0.0) for level in levels},
            {level: np.where(np.isnan(columns[level].high), np.inf, columns[level].high) for level in levels},
        ),
        changed={level: _changed(columns[level], [older[level] for older in told]) for level in levels},
    )


def _rule(entry: Mapping[str, Any], where: str, rules: Mapping[str, Rule]) -> tuple[str, int, int]:
    try:
        rule = entry["disclosure"]
        of, threshold, rounding = str(entry["amount_of"]), int(rule["threshold"]), int(rule["rounding"])
    except (KeyError, TypeError, ValueError):
        raise ReleaseError(
            "The catalogue does not state the rule of these amounts.",
            where=where,
            remedy="Build the release again: a draft cannot be audited.",
        ) from None
    if of not in rules or threshold < 1 or rounding < 1:
        raise ReleaseError("The rule of these amounts is out of range, or names no count.", where=where)
    return of, threshold, rounding


def _check_rows(columns: Mapping[str, PublishedColumn], places: Places, where: str) -> None:
    for level, column in columns.items():
        if not np.array_equal(column.code, places.code[level]):
            raise AlignmentError("A column does not have one row for every area.", where=f"{where}/{level}")


def _check_atoms(finest: str, places: Places, rule: Rule, where: str) -> None:
    """Refuse atoms whose place is known too coarsely: their records would be in no area of the finest level."""
    chain = (COUNTRY, *places.chains[0])
    able = capacities(places.structure, rule) > 0
    coarse = [
        level
        for level in np.unique(places.structure.administrative_level[able]).tolist()
        if chain.index(level) < chain.index(finest)
    ]
    if coarse:
        raise LayoutError(f"Some records lie in no area of level {finest!r}.", where=where, remedy="Place them.")


def _up(places: Places, fine: str, coarse: str) -> IntArray:
    """Return the position of the area of a coarser level around each area of a finer one."""
    chain = (COUNTRY, *places.chains[0])
    at: IntArray = places.parent[fine]
    for level in reversed(chain[chain.index(coarse) + 1 : chain.index(fine)]):
        at = places.parent[level][at]
    return at


def _changed(column: PublishedColumn, told: Sequence[PublishedColumn]) -> BoolArray:
    found = np.zeros(len(column.code), dtype=np.bool_)
    for older in told:
        found |= (column.status != older.status) | (np.nan_to_num(column.value) != np.nan_to_num(older.value))
    return found


def limits_of_counts(table: Table, counts: Mapping[Column, Known]) -> tuple[Limits, dict[str, BoolArray]]:
    """Return what the counts of the levels of a table tell together, and which are shown.

    Raises:
        LayoutError: The count is not published for a level of the amount.
        ContradictionError: No counts fit.
    """
    low, high, shown = {}, {}, {}
    for level in table.levels:
        known = counts.get((table.of, table.period, level))
        if known is None:
            raise LayoutError(
                f"Its count {table.of!r} is not published at level {level!r}.",
                where=f"{table.indicator}/{table.period}",
                remedy="Publish amounts for periods and levels of their count.",
            )
        low[level] = known.low.astype(np.float64)
        high[level] = np.where(known.high >= UNLIMITED, np.inf, known.high.astype(np.float64))
        shown[level] = known.published
    found = narrowed(table, Limits(low, high))
    if any((found.low[level] > found.high[level]).any() for level in table.levels):
        raise ContradictionError("No counts fit what is published.", where=f"{table.of}/{table.period}")
    return found, shown


def narrowed(table: Table, limits: Limits) -> Limits:
    """Return the limits of every cell once the sums of the tree are read, first upwards and then downwards."""
    low, high = dict(limits.low), dict(limits.high)
    steps = list(table.steps)
    for coarse, fine in reversed(steps):
        above, size = table.parent[fine], len(low[coarse])
        parts = np.bincount(above, minlength=size) > 0
        low[coarse] = np.where(parts, np.maximum(low[coarse], np.bincount(above, low[fine], size)), low[coarse])
        high[coarse] = np.where(parts, np.minimum(high[coarse], np.bincount(above, high[fine], size)), high[coarse])
    for coarse, fine in steps:
        above, size = table.parent[fine], len(low[coarse])
        # Counting what is endless apart: of a single endless part the others still add up.
        endless = np.isinf(high[fine])
        finite = np.where(endless, 0.0, high[fine])
        others = np.bincount(above, finite, size)[above] - finite
        others[np.bincount(above, endless, size)[above] - endless > 0] = np.inf
        beside = np.bincount(above, low[fine], size)[above] - low[fine]
        low[fine], high[fine] = (
            np.maximum(low[fine], low[coarse][above] - others),
            np.minimum(high[fine], high[coarse][above] - beside),
        )
    return Limits(low, high)
