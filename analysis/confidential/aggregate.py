"""From observations to counts per area: `CountTable`, the last confidential form before disclosure control.

Finer levels are counted once and summed to coarser ones by parent, so that totals agree by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.confidential.contracts import Source
from analysis.confidential.indicators import Indicator
from analysis.confidential.observations import KNOWN_GEMEENTE, ObservationTable
from analysis.confidential.periods import Period, periods_of
from geo.areas import Layer
from geo.families import HEX, ancestors, family_of, positions, resolution
from geo.grids import parents, to_strings
from zicht.errors import AlignmentError
from zicht.structure import COUNTRY

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """Counts of one indicator in one period at one level. Confidential.

    Args:
        indicator: Its id.
        period: A year, or "first-last".
        level: The level.
        code: (n,) area codes, ascending.
        count: (n,) number of units (events, or members of the stock).
        contributors: (n,) number of distinct holdings behind them.
        largest: (n, k) units of the k largest holdings, largest first and 0 where there are fewer; None when no rule
            of the indicator looks at them.
    """

    indicator: str
    period: str
    level: str
    code: NDArray[np.str_]
    count: IntArray
    contributors: IntArray
    largest: IntArray | None = None

    def __post_init__(self) -> None:
        if np.any(self.count < 0) or np.any(self.contributors > self.count):
            raise AlignmentError("A count is negative, or has more contributors than units.", where=self.indicator)


@dataclass(frozen=True, slots=True, eq=False)
class AreaIndex:
    """For each level, the fid of every observation's area.

    Args:
        layers: The layers of the release by level.
    """

    layers: Mapping[str, Layer]

    def fids(self, rows: pl.DataFrame, level: str) -> NDArray[np.int64]:
        """Return the fid of each row at a level, -1 where it lies in no area of it (as outside every park)."""
        if level == COUNTRY:
            return np.zeros(len(rows), dtype=np.int64)
        if level == "park":
            return np.asarray(rows["park"].to_numpy(), dtype=np.int64)
        if level.startswith(HEX):
            placed = rows["buurt"].to_numpy() >= 0
            coarse = to_strings(parents(rows["cell"].to_numpy()[placed], resolution(level)))
            found = np.full(len(rows), -1, dtype=np.int64)
            found[placed] = positions(coarse, self.layers[level].code, where=level)
            return found
        return self._administrative(rows, level)

    def _administrative(self, rows: pl.DataFrame, level: str) -> NDArray[np.int64]:
        buurt, gemeente = rows["buurt"].to_numpy(), rows[KNOWN_GEMEENTE].to_numpy()
        found = np.where(buurt >= 0, ancestors(self.layers, "buurt", level)[buurt], -1).astype(np.int64)
        family = family_of(level, tuple(self.layers))
        if family.index(level) <= family.index("gemeente"):
            only = gemeente >= 0
            found[only] = ancestors(self.layers, "gemeente", level)[gemeente[only]]
        return found


def select(table: ObservationTable, indicator: Indicator) -> pl.DataFrame:
    """Return the observations that an indicator counts."""
    conditions = [pl.col(name).is_in(list(values)) for name, values in indicator.where.items()]
    if not indicator.disclosure.unplaced:
        conditions.append(pl.col("buurt") >= 0)
    return table.rows.filter(conditions) if conditions else table.rows


def count(
    table: ObservationTable,
    indicator: Indicator,
    *,
    index: AreaIndex,
    years: range,
    periods: Sequence[Period] | None = None,
) -> tuple[CountTable, ...]:
    """Count one indicator for every period, at the levels where that period is published.

    Args:
        table: The observations.
        indicator: What is counted.
        index: The areas.
        years: Years of the release.
        periods: Other periods than those of the release, or at other levels.

    Returns:
        One table a (period, level). An area without observations counts 0; park-level indicators leave out what lies
        in no park.
    """
    rows = select(table, indicator)
    keys = holder_keys(rows, table.source)
    year = rows["year"].to_numpy()
    tables = []
    periods = periods_of(indicator, years) if periods is None else periods
    for level in dict.fromkeys(level for period in periods for level in period.levels):
        fid = index.fids(rows, level)
        layer = index.layers[level]
        for period in (period for period in periods if level in period.levels):
            mask = (year >= period.years.start) & (year < period.years.stop) & (fid >= 0)
            units, contributors, largest = holdings(
                fid[mask], keys[mask], size=len(layer), k=indicator.disclosure.holdings
            )
            tables.append(CountTable(indicator.id, period.name, level, layer.code, units, contributors, largest))
    return tuple(tables)


def holder_keys(rows: pl.DataFrame, source: Source) -> IntArray:
    """Return a number for the holding of each row; where the source names none, each row is one of its own."""
    if not source.contributor:
        return np.arange(len(rows), dtype=np.int64)
    return rows[source.contributor].to_physical().rank("dense").to_numpy().astype(np.int64)


def holdings(
    fid: NDArray[np.int64], key: NDArray[np.int64], *, size: int, k: int
) -> tuple[IntArray, IntArray, IntArray | None]:
    """Return the units, the distinct holdings and the k largest holdings of each area."""
    units = np.bincount(fid, minlength=size).astype(np.int64)
    span = int(key.max(initial=0)) + 1
    pairs, held = np.unique(fid * span + key, return_counts=True)
    area = pairs // span
    contributors = np.bincount(area, minlength=size).astype(np.int64)
    if not k:
        return units, contributors, None
    order = np.lexsort((-held, area))
    rank = np.arange(len(order)) - (np.cumsum(contributors) - contributors)[area[order]]
    largest = np.zeros((size, k), dtype=np.int64)
    top = rank < k
    largest[area[order][top], rank[top]] = held[order][top]
    return units, contributors, largest
