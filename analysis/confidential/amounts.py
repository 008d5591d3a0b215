"""From observations and published counts to published amounts: add up by holding, choose what to show, round.

It runs after the counts have been protected, and sees of them what everybody will see: so amounts can tell nothing of
counts that the counts do not. Amounts of a period that was published before are published again as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.confidential.aggregate import AreaIndex, holder_keys, select
from analysis.confidential.amount_rules import Amount, check_amount_rule
from analysis.confidential.definitions import Indicator
from analysis.confidential.disclosure.draft import secret_numbers
from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.ledger import Ledger
from analysis.confidential.disclosure.magnitudes import (
    BoolArray,
    Counted,
    FloatArray,
    IntArray,
    Records,
    remainders_told,
    shown_amounts,
)
from analysis.confidential.disclosure.sums import tightened
from analysis.confidential.disclosure_rules import ZeroPolicy
from analysis.confidential.observations import ObservationTable
from analysis.confidential.periods import Period, periods_of
from geo.areas import Layer
from geo.families import ancestors
from zicht.errors import ConfigError, UnprotectedError
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable, Status


@dataclass(frozen=True, slots=True, eq=False)
class AmountTree:
    """The areas of the levels of an amount as one tree, the levels one after the other.

    Args:
        levels: Coarsest first; the first is the country.
        parent: (n,) position of each area's parent, -1 for the country.
        first: By level, the position of its first area.
    """

    levels: tuple[str, ...]
    parent: IntArray
    first: Mapping[str, int]

    def at(self, level: str) -> slice:
        """Return the positions of the areas of a level."""
        ends = [*self.first.values(), len(self.parent)]
        return slice(self.first[level], ends[self.levels.index(level) + 1])


def amount_tree(layers: Mapping[str, Layer], levels: Sequence[str]) -> AmountTree:
    """Return the tree of some administrative levels, coarsest first."""
    first: dict[str, int] = {}
    parts, size = [np.array([-1])], 0
    for above, level in zip(("", *levels), levels, strict=False):
        if above:
            parts.append(first[above] + ancestors(layers, level, above).astype(np.int64))
        first[level], size = size, size + len(layers[level])
    return AmountTree(tuple(levels), np.concatenate(parts).astype(np.int64), first)


@dataclass(frozen=True, slots=True, eq=False)
class AmountPublisher:
    """What all amounts of a release share.

    Args:
        layers: By level.
        years: Years of the release.
        key: Secret that prices are drawn with.
        counts: The published counts.
        ledger: What was published before.
    """

    layers: Mapping[str, Layer]
    years: range
    key: str
    counts: PublishedTable
    ledger: Ledger

    def publish_all(
        self, indicators: Sequence[Indicator], observed: Mapping[str, ObservationTable]
    ) -> Iterator[PublishedColumn]:
        """Yield the published columns of every amount.

        Args:
            indicators: All of the release, counts among them.
            observed: The observations by source.

        Raises:
            ConfigError: An amount does not fit its count, or what was published before.
            UnprotectedError: What was published before no longer fits the counts.
        """
        by_id = {indicator.id: indicator for indicator in indicators}
        for indicator in indicators:
            if indicator.amount is not None:
                self.ledger.check_amounts(indicator, periods_of(indicator, self.years), by_id)
                yield from self.publish(indicator, by_id[indicator.amount.of], observed[indicator.source])

    def publish(self, indicator: Indicator, counted: Indicator, table: ObservationTable) -> tuple[PublishedColumn, ...]:
        """Return the published columns of one amount, one for each period and level.

        Args:
            indicator: The amount.
            counted: The indicator that counts the same records.
            table: The observations of its source.

        Raises:
            ConfigError: The count is not published for the same periods and levels, or the rule tells too much.
        """
        check_amount_rule(indicator.disclosure, f"indicator {indicator.id}")
        rows = select(table, indicator)
        holding = holder_keys(rows, table.source)
        return tuple(
            column
            for period in periods_of(indicator, self.years)
            for column in self._period(indicator, counted, period, rows, holding)
        )

    def _period(
        self, indicator: Indicator, counted: Indicator, period: Period, rows: pl.DataFrame, holding: IntArray
    ) -> tuple[PublishedColumn, ...]:
        amount = _amount(indicator)
        tree = amount_tree(self.layers, [level for level in self.layers if level in period.levels])
        known = self._known(tree, indicator, counted, period)
        before = self.ledger.amounts.get((indicator.id, period.name))
        if before is not None:
            return _again(indicator, period, tree, before, known)
        inside = rows["year"].is_between(period.years.start, period.years.stop - 1).to_numpy()
        finest = tree.levels[-1]
        fid = AreaIndex(self.layers).fids(rows, finest)[inside]
        records = Records(tree.first[finest] + fid, holding[inside], rows[amount.column].to_numpy()[inside])
        price = np.concatenate([self._prices(indicator, period, level) for level in tree.levels])
        shown = shown_amounts(tree.parent, records, rule=indicator.disclosure, counted=known, price=price)
        total = _totals(tree, records)
        empty = tightened(tree.parent, known.low, known.high)[1] == 0
        return _columns(indicator, period, tree, total, shown, empty, self.layers)

    def _known(self, tree: AmountTree, indicator: Indicator, counted: Indicator, period: Period) -> Counted:
        keys = [ColumnKey(counted.id, period.name, level, "", Measure.COUNT) for level in tree.levels]
        absent = [key.level for key in keys if key not in self.counts]
        if absent:
            raise ConfigError(
                f"Its count {counted.id!r} is not published for {period.name} at level {absent[0]!r}.",
                where=f"indicator {indicator.id}",
                remedy="Publish an amount for periods and levels of its count.",
            )
        columns = [self.counts.column(key) for key in keys]
        shown = np.concatenate([column.status == Status.PUBLISHED for column in columns])
        low, high = (np.concatenate([getattr(column, name) for column in columns]) for name in ("low", "high"))
        # Where zeros are shown all of them are, so a hidden count is none.
        least = 1.0 if counted.disclosure.zeros is ZeroPolicy.PUBLISH else 0.0
        low = np.where(shown, low, np.maximum(np.nan_to_num(low, nan=0.0), least))
        high = np.where(np.isnan(high), np.inf, high)
        return self._beside_earlier(Counted(low, high, shown), tree, counted.id, period.name)

    def _beside_earlier(self, new: Counted, tree: AmountTree, indicator: str, period: str) -> Counted:
        """Add what earlier releases tell of the counts; the new one is believed where both cannot be true."""
        low, high, shown = new.low.copy(), new.high.copy(), new.shown.copy()
        for level in tree.levels:
            told, at = self.ledger.told((indicator, period, level)), tree.at(level)
            if told is None:
                continue
            both = (np.maximum(low[at], told.low), np.minimum(high[at], _endless(told.high)))
            fits = both[0] <= both[1]
            low[at], high[at] = np.where(fits, both[0], low[at]), np.where(fits, both[1], high[at])
            shown[at] |= told.shown & fits
        return Counted(low, high, shown)

    def _prices(self, indicator: Indicator, period: Period, level: str) -> FloatArray:
        """Return what it is worth to show each area: more where more is counted, and secret."""
        draw = secret_numbers(self.key, indicator.id, "amount", level, size=len(self.layers[level]))
        of = indicator.amount.of if indicator.amount else ""
        value = self.counts.column(ColumnKey(of, period.name, level, "", Measure.COUNT)).value
        price: FloatArray = np.sqrt(np.maximum(np.nan_to_num(value, nan=1.0), 1.0)) * (0.5 + draw)
        return price


def _endless(high: IntArray) -> FloatArray:
    return np.where(high >= UNLIMITED, np.inf, high.astype(np.float64))


def _again(
    indicator: Indicator, period: Period, tree: AmountTree, before: Sequence[PublishedColumn], known: Counted
) -> tuple[PublishedColumn, ...]:
    """Return amounts as they were published before, if they still tell nothing of the counts of today.

    Raises:
        UnprotectedError: They do: counts were revised, or the rule became stricter.
    """
    by_level = {column.key.level: column for column in before}
    columns = tuple(by_level[level] for level in tree.levels)
    shown = np.concatenate([column.status == Status.PUBLISHED for column in columns])
    try:
        remainders_told(tree.parent, shown, counted=known, threshold=indicator.disclosure.threshold)
    except UnprotectedError as error:
        raise UnprotectedError(
            "Amounts that were published before do not fit the counts of this release.",
            where=f"{indicator.id}, {period.name}",
            remedy="Leave these years of the amount out; its numbers of before stay what they were.",
        ) from error
    return columns


def _amount(indicator: Indicator) -> Amount:
    if indicator.amount is None:
        raise ConfigError("It adds up no amount.", where=f"indicator {indicator.id}")
    return indicator.amount


def _totals(tree: AmountTree, records: Records) -> IntArray:
    total = np.zeros(len(tree.parent), dtype=np.int64)
    np.add.at(total, records.area, records.amount)
    for area in range(len(total) - 1, 0, -1):
        total[tree.parent[area]] += total[area]
    return total


def _columns(
    indicator: Indicator,
    period: Period,
    tree: AmountTree,
    total: IntArray,
    shown: BoolArray,
    empty: BoolArray,
    layers: Mapping[str, Layer],
) -> tuple[PublishedColumn, ...]:
    """Round what is shown, and bound what is not by what follows from it."""
    base = _amount(indicator).rounding
    value = (total + base // 2) // base * base
    low = np.where(shown & ~empty, np.maximum(value - base // 2, 0), 0).astype(np.float64)
    high = np.where(empty, 0.0, np.where(shown, value + (base - 1) // 2, np.inf))
    least, most = tightened(tree.parent, low, high)
    # A shown amount keeps what its rounding says: what follows from others could leave its own rounded value out.
    low, high = np.where(shown, low, least), np.where(shown, high, most)
    found = []
    for level in tree.levels:
        at = tree.at(level)
        found.append(
            PublishedColumn(
                key=ColumnKey(indicator.id, period.name, level, "", Measure.AMOUNT),
                unit=indicator.unit["en"],
                code=layers[level].code,
                status=np.where(shown[at], Status.PUBLISHED.value, Status.SUPPRESSED.value),
                value=np.where(shown[at], value[at], np.nan),
                low=low[at],
                high=np.where(np.isinf(high[at]), np.nan, high[at]),
            )
        )
    return tuple(found)
