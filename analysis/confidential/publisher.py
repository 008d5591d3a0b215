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
from analysis.confidential.contracts import Source
from analysis.confidential.disclosure.flow import IntArray
from analysis.confidential.disclosure.ledger import Before, Column, Ledger, compares_years
from analysis.confidential.disclosure.losses import Loss, losses
from analysis.confidential.disclosure.protection import Geography, Patterns, Plan, plans, protect_plan
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
        return tuple(tuple(chain) for _, chain in groupby(systems, key=_chain))

    def publish(self, chain: Sequence[Plan], table: ObservationTable) -> tuple[Done, ...]:
        """Count, protect and redact the systems of one chain, each beside those before it.

        Raises:
            InfeasibleError: No suppressions protect a system.
        """
        ledger, done = self.ledger, []
        indicators = {indicator.id: indicator for indicator in self.indicators}
        for plan in chain:
            done.append(self._publish(plan, table, ledger))
            ledger = ledger.with_columns(done[-1][0], indicators)
        return tuple(done)

    def _periods(self, indicator: Indicator, years: range) -> tuple[Period, ...]:
        return self.ledger.periods(indicator, years, levels=tuple(self.layers))

    def _publish(self, plan: Plan, table: ObservationTable, ledger: Ledger) -> Done:
        rows = select(table, plan.whole).filter(pl.col("year").is_in(list(plan.period.years)))
        fids = {level: AreaIndex(self.layers).fids(rows, level) for level in plan.period.levels}
        tables = self._tables(plan, table)
        columns, lost = released(plan, tables, fids, geography=self.geography, years=self.years, ledger=ledger)
        return columns, lost, self._spots(plan, rows, columns, source=table.source)

    def _spots(
        self, plan: Plan, rows: pl.DataFrame, columns: Sequence[PublishedColumn], *, source: Source
    ) -> tuple[SpotColumn, ...]:
        rule = plan.whole.spots
        if rule is None:
            return ()
        fid = AreaIndex(self.layers).fids(rows, rule.level)
        geography, period = self.geography, plan.period.name
        return (spots_of(plan.whole, period, rows, fid, source=source, counts=columns, geography=geography),)

    def _tables(self, plan: Plan, table: ObservationTable) -> Mapping[Column, CountTable]:
        wanted = {period for _, period in plan.keys}
        index = AreaIndex(self.layers)
        return {
            (item.indicator, item.period, item.level): item
            for one in (plan.whole, *plan.parts)
            for item in count(table, one, index=index, years=self.years, periods=self._periods(one, self.years))
            if item.period in wanted
        }


def released(
    plan: Plan,
    tables: Mapping[Column, CountTable],
    fids: Mapping[str, IntArray],
    *,
    geography: Geography,
    years: range,
    ledger: Ledger,
) -> tuple[tuple[PublishedColumn, ...], tuple[Loss, ...]]:
    """Protect and redact one system.

    Args:
        plan: The system.
        tables: The counts of every column of it, those of earlier releases included.
        fids: By level of the whole, (units,) the fid of each counted unit's area, -1 where it lies in none.
        geography: The places.
        years: Years of the release.
        ledger: What was published before.

    Returns:
        The columns that the release publishes, and (confidential) what protection cost.

    Raises:
        InfeasibleError: No suppressions protect it.
    """
    members = {indicator.id: indicator for indicator in (plan.whole, *plan.parts)}
    fresh = {
        (name, period.name, level)
        for name, indicator in members.items()
        for period in periods_of(indicator, years)
        for level in period.levels
    }
    held = dict(_held(tables, ledger, members, fresh))
    patterns, known = protect_plan(plan, tables, geography, fids=fids, held=held)
    published, layers = _among(patterns, fresh), geography.layers
    columns: list[PublishedColumn] = []
    for (name, period), hidden in published.items():
        counts = {level: tables[name, period, level] for level in hidden}
        rule, unit = members[name].disclosure, members[name].unit["en"]
        columns += redact(counts, hidden, layers=layers, rule=rule, unit=unit, known=known[name, period])
    rules = {name: indicator.disclosure for name, indicator in members.items()}
    return tuple(columns), losses(tables, published, rules=rules, layers=layers)


def _chain(plan: Plan) -> tuple[str, str]:
    return plan.whole.id, "" if any(map(compares_years, (plan.whole, *plan.parts))) else plan.period.name


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
