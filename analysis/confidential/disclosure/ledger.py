"""Everything that was published before: what readers hold already, and what therefore cannot be hidden again.

Only what is published is read here, from the release folders of earlier releases. A number that was shown stays known
where it still is what it was; where it was revised, the older figure is something the new one is compared with. Columns
that are no longer published stay in the systems all the same, for they add up to what is published now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analysis.confidential.definitions import Indicator, Nature
from analysis.confidential.disclosure.change import BoolArray, Reference
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure_rules import Changes, ZeroPolicy
from analysis.confidential.periods import Period, overlap, span, widened
from zicht.errors import AlignmentError, ConfigError
from zicht.published import FloatArray, Measure, PublishedColumn, Status
from zicht.release import Release

#: Indicator, period and level.
Column = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What one release tells of one column of counts.

    Args:
        low: (n,) what each count is at least.
        high: (n,) and at most, `UNLIMITED` where nothing is known.
        shown: (n,) whether it is shown.
    """

    low: IntArray
    high: IntArray
    shown: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What readers know of a column before the new release is published, as far as it is still true.

    Args:
        low: (n,) what each count is at least.
        high: (n,) and at most, `UNLIMITED` where nothing is known.
        shown: (n,) whether an earlier release shows it as it still is: it cannot be hidden any more.
        references: Other figures that readers compare it with.
        fresh: Whether the new release publishes the column; else it is only held from earlier ones.
        told: What the earlier releases tell, whether or not it is still true, the later where they differ; None where
            there is nothing.
    """

    low: IntArray
    high: IntArray
    shown: BoolArray
    references: tuple[Reference, ...] = ()
    fresh: bool = True
    told: Told | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """What was published before, and by the same build of earlier years.

    Args:
        ids: Ids of the earlier releases, oldest first.
        columns: By column, what each of them tells, oldest first.
        part_of: By indicator that counted a part of another, that other.
        amounts: By indicator and period, the columns of amounts as the last release has them.
        amounts_from: By indicator that added up amounts, its source.
        sum_of: By indicator that was the sum of others, those.
    """

    ids: tuple[str, ...] = ()
    columns: Mapping[Column, tuple[Told, ...]] = field(default_factory=dict)
    part_of: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[tuple[str, str], tuple[PublishedColumn, ...]] = field(default_factory=dict)
    amounts_from: Mapping[str, str] = field(default_factory=dict)
    sum_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def periods(self, indicator: Indicator, years: range, *, levels: Sequence[str]) -> tuple[Period, ...]:
        """Return the periods of an indicator with the ones, and the levels, at which it was published before.

        Raises:
            ConfigError: What was published does not form one network of sums with what is to be.
        """
        more: dict[str, set[str]] = {}
        for name, period, level in self.columns:
            if name == indicator.id:
                more.setdefault(period, set()).add(level)
        return widened(indicator, years, more, levels=levels)

    def before(self, column: Column, truth: IntArray, *, fresh: bool, compared: bool) -> Before:
        """Return what readers know of a column.

        Args:
            column: Which.
            truth: (n,) true counts.
            fresh: Whether the new release publishes it.
            compared: Whether its changes from year to year are protected.

        Raises:
            AlignmentError: An earlier release has another number of areas.
        """
        low, high = np.zeros(len(truth), dtype=np.int64), np.full(len(truth), UNLIMITED)
        shown = np.zeros(len(truth), dtype=np.bool_)
        references = list(self._years(column)) if compared else []
        told: Told | None = None
        for version in self.columns.get(column, ()):
            if len(version.low) != len(truth):
                raise AlignmentError("An earlier release does not have the same areas.", where="/".join(column))
            true = (version.low <= truth) & (truth <= version.high)
            low, high = (
                np.where(true, np.maximum(low, version.low), low),
                np.where(true, np.minimum(high, version.high), high),
            )
            shown |= version.shown & true
            references.append(Reference(version.low, version.high, version.shown & ~true))
            told = version if told is None else _later(told, version)
        return Before(low, high, shown, tuple(references), fresh, told)

    def _years(self, column: Column) -> Iterable[Reference]:
        """Yield the figures of the nearest year before, and of the nearest after, in which each cell is shown."""
        indicator, own, level = column
        years = sorted(period for name, period, at in self.columns if (name, at) == (indicator, level))
        for nearest_last in ([year for year in years if year < own], [year for year in years if year > own][::-1]):
            found: Reference | None = None
            for version in (version for year in nearest_last for version in self.columns[indicator, year, level]):
                if found is None:
                    found = Reference(version.low, version.high, version.shown)
                else:
                    low, high = np.where(version.shown, (version.low, version.high), (found.low, found.high))
                    found = Reference(low, high, found.there | version.shown)
            if found is not None:
                yield found

    def with_columns(self, columns: Iterable[PublishedColumn], indicators: Mapping[str, Indicator]) -> Ledger:
        """Return the ledger with columns that are about to be published in it."""
        more = dict(self.columns)
        for column in columns:
            rule = indicators[column.key.indicator].disclosure
            one = read_column(column, rule.threshold, rule.rounding, zeros_shown=rule.zeros is ZeroPolicy.PUBLISH)
            key = (column.key.indicator, column.key.period, column.key.level)
            more[key] = (*more.get(key, ()), one)
        return replace(self, columns=more)

    def check(self, indicators: Sequence[Indicator], years: range) -> None:
        """Refuse a ledger with a part, or a sum, of something still published that the theme files no longer know.

        Raises:
            ConfigError: There is one.
        """
        known = {indicator.id for indicator in indicators}
        sums = {indicator.id: set(indicator.sum_of) for indicator in indicators}
        for total, parts in self.sum_of.items():
            periods = {period for name, period, _ in self.columns if name == total}
            still = known & {total, *parts} and any(overlap(span(period), years) for period in periods)
            if still and sums.get(total) != set(parts):
                raise ConfigError(
                    f"Earlier releases publish {total!r} as the sum of {', '.join(parts)}, and no theme file does.",
                    where=f"indicator {total}",
                    remedy="Put its definition back, so that it can be protected together with what it is the sum of.",
                )
        for part, whole in self.part_of.items():
            periods = {period for name, period, _ in self.columns if name == part}
            if part not in known and whole in known and any(overlap(span(period), years) for period in periods):
                raise ConfigError(
                    f"Earlier releases publish {part!r}, a part of {whole!r}, which no theme file defines any more.",
                    where=f"indicator {part}",
                    remedy="Put its definition back, so that it can be protected together with its whole.",
                )

    def told(self, column: Column) -> Told | None:
        """Return what all earlier releases tell of a column of counts together, None where they have none."""
        found: Told | None = None
        for version in self.columns.get(column, ()):
            found = version if found is None else _later(found, version)
        return found

    def check_amounts(self, indicator: Indicator, periods: Sequence[Period], known: Iterable[str]) -> None:
        """Refuse amounts that, beside amounts of earlier releases, would give away what neither does.

        Args:
            indicator: One that adds up amounts.
            periods: Its periods in the new release.
            known: Ids of all indicators of the new release.

        Raises:
            ConfigError: A period or level differs from what was published, or its source was added up otherwise.
        """
        names = {period.name: set(period.levels) for period in periods}
        for (other, name), columns in self.amounts.items():
            if self.amounts_from[other] != indicator.source:
                continue
            overlaps = any(overlap(span(name), period.years) for period in periods)
            same = names.get(name) == {column.key.level for column in columns}
            if overlaps and (other not in known or (other == indicator.id and not same)):
                raise ConfigError(
                    f"Earlier releases publish amounts of {other!r} for {name}: together with those for other periods "
                    "or levels, or of other records, they would tell of the difference.",
                    where=f"indicator {indicator.id}",
                    remedy="Publish amounts of a year once, always by the same definition, periods and levels.",
                )


def _later(older: Told, newer: Told) -> Told:
    """Return what two releases tell together, the newer one where both cannot be true."""
    low, high = np.maximum(older.low, newer.low), np.minimum(older.high, newer.high)
    revised = low > high
    return Told(
        np.where(revised, newer.low, low),
        np.where(revised, newer.high, high),
        np.where(revised, newer.shown, older.shown | newer.shown),
    )


def read_ledger(releases: Sequence[Release]) -> Ledger:
    """Read what earlier releases publish.

    Args:
        releases: Oldest first.

    Raises:
        ConfigError: A release does not state its rule, or counts by category.
    """
    columns: dict[Column, tuple[Told, ...]] = {}
    part_of: dict[str, str] = {}
    amounts: dict[tuple[str, str], tuple[PublishedColumn, ...]] = {}
    amounts_from: dict[str, str] = {}
    sum_of: dict[str, tuple[str, ...]] = {}
    for release in releases:
        own = _amounts(release)
        amounts |= own
        amounts_from |= {name: str(_source_of(release, name)) for name, _ in own}
        stated = {entry["id"]: entry for entry in release.catalogue["indicators"]}
        sum_of |= {name: tuple(entry["sum_of"]) for name, entry in stated.items() if entry.get("sum_of")}
        part_of |= {name: str(entry["part_of"]) for name, entry in stated.items() if entry.get("part_of")}
        for key in release.values.keys():
            if key.measure != Measure.COUNT:
                continue
            rule = stated[key.indicator]["disclosure"]
            if key.category or "margin" not in rule:
                raise ConfigError(
                    "An earlier release is a draft, or counts by category: what it gives away is unknown.",
                    where=f"{release.short_id}, {key.indicator}",
                    remedy="Put releases in the ledger that were protected jointly and audited.",
                )
            column = (key.indicator, key.period, key.level)
            one = read_column(
                release.values.column(key),
                int(rule["threshold"]),
                int(rule["rounding"]),
                zeros_shown=rule["zeros"] == "publish",
            )
            columns[column] = (*columns.get(column, ()), one)
    return Ledger(tuple(release.id for release in releases), columns, part_of, amounts, amounts_from, sum_of)


def _amounts(release: Release) -> dict[tuple[str, str], tuple[PublishedColumn, ...]]:
    found: dict[tuple[str, str], tuple[PublishedColumn, ...]] = {}
    for key in release.values.keys():
        if key.measure == Measure.AMOUNT:
            name = (key.indicator, key.period)
            found[name] = (*found.get(name, ()), release.values.column(key))
    return found


def _source_of(release: Release, indicator: str) -> str:
    return next(str(entry["source"]["id"]) for entry in release.catalogue["indicators"] if entry["id"] == indicator)


def read_column(column: PublishedColumn, threshold: int, rounding: int, *, zeros_shown: bool) -> Told:
    """Return what a published column of counts tells under the rule it was published by."""
    shown = column.status == Status.PUBLISHED
    value = np.where(shown, column.value, 0).astype(np.int64)
    positive = shown & (value > 0)
    low = np.where(positive, np.maximum(value - rounding // 2, np.minimum(threshold, value)), 0)
    if zeros_shown:
        low = np.where(column.status == Status.SUPPRESSED, 1, low)
    high = np.where(shown, np.where(value > 0, value + (rounding - 1) // 2, 0), UNLIMITED)
    return Told(
        np.maximum(low, _bound(np.ceil(column.low - 1e-9), 0)),
        np.minimum(high, _bound(np.floor(column.high + 1e-9), UNLIMITED)),
        shown,
    )


def _bound(bound: FloatArray, otherwise: int) -> IntArray:
    stated = np.isfinite(bound)
    return np.where(stated, np.where(stated, bound, 0).astype(np.int64), otherwise)


def compares_years(indicator: Indicator) -> bool:
    """Tell whether the changes of an indicator from year to year are protected."""
    return indicator.nature is Nature.STOCK and indicator.disclosure.changes is Changes.PROTECT
