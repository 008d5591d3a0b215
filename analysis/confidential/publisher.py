"""From observations to published counts: a system at a time, counted, protected beside what was published, redacted.

Columns that only earlier releases publish are counted and protected with the rest, since they add up with it, and are
not published again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import polars as pl

from analysis.confidential.aggregate import AreaIndex, CountTable, count, select
from analysis.confidential.disclosure.breakdown_protect import Member, protect_members
from analysis.confidential.disclosure.flow import IntArray
from analysis.confidential.disclosure.ledger import Before, Column, Ledger, compares_years
from analysis.confidential.disclosure.losses import Loss, losses
from analysis.confidential.disclosure.protection import Geography, Intervals, Patterns, Plan, plans, protect_plan
from analysis.confidential.disclosure.redact import redact
from analysis.confidential.indicators import Indicator
from analysis.confidential.observations import ObservationTable
from analysis.confidential.periods import Period, periods_of
from analysis.confidential.spots import spots_of
from geo.areas import Layer
from zicht.published import PublishedColumn
from zicht.spots import SpotColumn

#: What comes of one system: its columns, (confidential) what protection cost, and its hotspot windows.
Done = tuple[tuple[PublishedColumn, ...], tuple[Loss, ...], tuple[SpotColumn, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Publisher:
    """What all systems of a release share.

    Args:
        indicators: Of all themes.
        layers: By level.
        years: Years of the release.
        geography: The places as disclosure control sees them.
        ledger: What was published before.
    """

    indicators: tuple[Indicator, ...]
    layers: Mapping[str, Layer]
    years: range
    geography: Geography
    ledger: Ledger = field(default_factory=Ledger)

    def chains(self) -> tuple[tuple[Plan, ...], ...]:
        """Return the systems of the release; those of one chain are protected one after the other.

        The years of a stock are compared, so each waits for the one before it. Nothing else waits.

        Raises:
            ConfigError: Earlier and new columns do not form networks of sums.
        """
        self.ledger.check(self.indicators, self.years)
        fresh = {(one.id, period.name) for one in self.indicators for period in periods_of(one, self.years)}
        systems = [plan for plan in plans(self.indicators, self.years, periods_at=self._periods) if plan.keys & fresh]
        total = self._totals()
        found: dict[tuple[str, str], list[Plan]] = {}
        for plan in systems:
            found.setdefault(_chain(plan, total), []).append(plan)
        return tuple(tuple(_by_period(chain, total)) for chain in found.values())

    def _totals(self) -> Mapping[str, str]:
        """Return the total that each indicator is a part of, or is, where there is one."""
        return {name: one.id for one in self.indicators if one.sum_of for name in (one.id, *one.sum_of)}

    def publish(self, chain: Sequence[Plan], table: ObservationTable) -> tuple[Done, ...]:
        """Count, protect and redact the systems of one chain, each beside those before it.

        Raises:
            InfeasibleError: No suppressions protect a system.
        """
        ledger, done = self.ledger, []
        indicators = {indicator.id: indicator for indicator in self.indicators}
        total = self._totals()
        for _, together in groupby(chain, key=lambda plan: (total.get(plan.whole.id, plan.whole.id), plan.period.name)):
            made = self._publish(list(together), table, ledger)
            done += made
            ledger = ledger.with_columns((column for one in made for column in one[0]), indicators)
        return tuple(done)

    def _periods(self, indicator: Indicator, years: range) -> tuple[Period, ...]:
        return self.ledger.periods(indicator, years, levels=tuple(self.layers))

    def _publish(self, together: Sequence[Plan], table: ObservationTable, ledger: Ledger) -> list[Done]:
        """Publish one system, or a total and its parts."""
        levels = dict.fromkeys(level for plan in together for level in plan.period.levels)
        counted = [self._counted(plan, table, tuple(levels)) for plan in together]
        made = released_together(counted, geography=self.geography, years=self.years, ledger=ledger)
        return [
            (columns, lost, self._spots(one.plan, table, columns))
            for one, (columns, lost) in zip(counted, made, strict=True)
        ]

    def _rows(self, plan: Plan, table: ObservationTable) -> pl.DataFrame:
        return select(table, plan.whole).filter(pl.col("year").is_in(list(plan.period.years)))

    def _counted(self, plan: Plan, table: ObservationTable, levels: Sequence[str]) -> Counted:
        rows, index = self._rows(plan, table), AreaIndex(self.layers)
        return Counted(plan, self._tables(plan, table), {level: index.fids(rows, level) for level in levels})

    def _spots(self, plan: Plan, table: ObservationTable, columns: Sequence[PublishedColumn]) -> tuple[SpotColumn, ...]:
        rule = plan.whole.spots
        if rule is None:
            return ()
        rows, source = self._rows(plan, table), table.source
        fid = AreaIndex(self.layers).fids(rows, rule.level)
        geography, period = self.geography, plan.period.name
        return (spots_of(plan.whole, period, rows, fid, source=source, counts=columns, geography=geography),)

    def _tables(self, plan: Plan, table: ObservationTable) -> Mapping[Column, CountTable]:
        index = AreaIndex(self.layers)
        wanted = {period for _, period in plan.keys}
        found: dict[Column, CountTable] = {}
        for one in (plan.whole, *plan.parts):
            periods = [period for period in self._periods(one, self.years) if period.name in wanted]
            for item in count(table, one, index=index, years=self.years, periods=periods):
                found[item.indicator, item.period, item.level] = item
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """One system, counted.

    Args:
        plan: The system.
        tables: The counts of every column of it, those of earlier releases included.
        fids: By level of the whole, (units,) the fid of each counted unit's area, -1 where it lies in none; of a total
            and its parts, by level of any of them.
    """

    plan: Plan
    tables: Mapping[Column, CountTable]
    fids: Mapping[str, IntArray]

    @property
    def members(self) -> Mapping[str, Indicator]:
        """The whole and its parts, by id."""
        return {indicator.id: indicator for indicator in (self.plan.whole, *self.plan.parts)}


#: The columns that a release publishes of a system, and (confidential) what protection cost.
Released = tuple[tuple[PublishedColumn, ...], tuple[Loss, ...]]


def released(counted: Counted, *, geography: Geography, years: range, ledger: Ledger) -> Released:
    """Protect and redact one system.

    Args:
        counted: The system.
        geography: The places.
        years: Years of the release.
        ledger: What was published before.

    Raises:
        InfeasibleError: No suppressions protect it.
    """
    return released_together([counted], geography=geography, years=years, ledger=ledger)[0]


def released_together(
    counted: Sequence[Counted], *, geography: Geography, years: range, ledger: Ledger
) -> list[Released]:
    """Protect and redact a total and its parts in one period, the total among them; or one system alone.

    Raises:
        InfeasibleError: No suppressions protect them together.
    """
    ordered = sorted(counted, key=lambda one: not one.plan.whole.sum_of)
    members = [Member(one.plan, one.tables, one.fids, _held_of(one, ledger, years)) for one in ordered]
    if len(members) > 1:
        found = protect_members(members, geography)
    else:
        found = [protect_plan(one.plan, one.tables, geography, fids=one.fids, held=one.held) for one in members]
    made = {
        one.plan.whole.id: _redacted(one, *pattern, geography=geography, years=years)
        for one, pattern in zip(ordered, found, strict=True)
    }
    return [made[one.plan.whole.id] for one in counted]


def _fresh(counted: Counted, years: range) -> set[Column]:
    return {
        (name, period.name, level)
        for name, indicator in counted.members.items()
        for period in periods_of(indicator, years)
        for level in period.levels
    }


def _held_of(counted: Counted, ledger: Ledger, years: range) -> Mapping[Column, Before]:
    return dict(_held(counted.tables, ledger, counted.members, _fresh(counted, years)))


def _redacted(
    counted: Counted, patterns: Patterns, known: Intervals, *, geography: Geography, years: range
) -> Released:
    published, layers = _among(patterns, _fresh(counted, years)), geography.layers
    columns: list[PublishedColumn] = []
    for (name, period), hidden in published.items():
        counts = {level: counted.tables[name, period, level] for level in hidden}
        rule, unit = counted.members[name].disclosure, counted.members[name].unit["en"]
        columns += redact(counts, hidden, layers=layers, rule=rule, unit=unit, known=known[name, period])
    rules = {name: indicator.disclosure for name, indicator in counted.members.items()}
    return tuple(columns), losses(counted.tables, published, rules=rules, layers=layers)


def _chain(plan: Plan, total: Mapping[str, str]) -> tuple[str, str]:
    name = total.get(plan.whole.id, plan.whole.id)
    return name, "" if any(map(compares_years, (plan.whole, *plan.parts))) else plan.period.name


def _by_period(chain: Sequence[Plan], total: Mapping[str, str]) -> Sequence[Plan]:
    """Put the members of a sum that are of one period next to each other."""
    return sorted(chain, key=lambda plan: plan.period.years.start) if chain[0].whole.id in total else chain


def _held(
    tables: Mapping[Column, CountTable], ledger: Ledger, members: Mapping[str, Indicator], fresh: set[Column]
) -> Iterator[tuple[Column, Before]]:
    for column, item in tables.items():
        compared = compares_years(members[column[0]])
        yield column, ledger.before(column, item.count, fresh=column in fresh, compared=compared)


def _among(patterns: Patterns, fresh: set[Column]) -> Patterns:
    """Leave out what the new release does not publish."""
    found: Patterns = {}
    for key, hidden in patterns.items():
        for level, cells in hidden.items():
            if (*key, level) in fresh:
                found.setdefault(key, {})[level] = cells
    return found
