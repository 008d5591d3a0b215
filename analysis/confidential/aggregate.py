"""From observations to counts per area: `CountTable`, the last confidential form before disclosure control.

Finer levels are counted once and summed to coarser ones by parent, so that totals agree by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.confidential.indicators import Indicator
from analysis.confidential.observations import ObservationTable
from geo.areas import Layer
from geo.families import HEX, ancestors, positions, resolution
from geo.grids import parents, to_strings
from zicht.errors import AlignmentError

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
    """

    indicator: str
    period: str
    level: str
    code: NDArray[np.str_]
    count: IntArray
    contributors: IntArray

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
        if level == "park":
            return np.asarray(rows["park"].to_numpy(), dtype=np.int64)
        if level.startswith(HEX):
            coarse = to_strings(parents(rows["cell"].to_numpy(), resolution(level)))
            return positions(coarse, self.layers[level].code, where=level)
        above = ancestors(self.layers, "buurt", level)
        return np.asarray(above[rows["buurt"].to_numpy()], dtype=np.int64)


def periods_of(indicator: Indicator, years: range) -> tuple[tuple[str, range], ...]:
    """Return the periods of an indicator: its years, and the total over all of them where it is asked for."""
    single = tuple((str(year), range(year, year + 1)) for year in years) if indicator.years else ()
    total = ((f"{years.start}-{years.stop - 1}", years),) if indicator.total and len(years) > 1 else ()
    return single + total


def select(table: ObservationTable, indicator: Indicator) -> pl.DataFrame:
    """Return the observations that an indicator counts."""
    conditions = [pl.col(name).is_in(list(values)) for name, values in indicator.where.items()]
    return table.rows.filter(conditions) if conditions else table.rows


def count(
    table: ObservationTable, indicator: Indicator, *, index: AreaIndex, levels: Sequence[str], years: range
) -> tuple[CountTable, ...]:
    """Count one indicator for every period and level.

    Returns:
        One table a (period, level). An area without observations counts 0; park-level indicators leave out what lies
        in no park.
    """
    rows = select(table, indicator)
    holders = rows[table.source.contributor].to_physical().rank("dense") if table.source.contributor else None
    keys = np.arange(len(rows)) if holders is None else holders.to_numpy().astype(np.int64)
    year = rows["year"].to_numpy()
    tables = []
    for level in levels:
        fid = index.fids(rows, level)
        for period, span in periods_of(indicator, years):
            mask = (year >= span.start) & (year < span.stop) & (fid >= 0)
            layer = index.layers[level]
            units = np.bincount(fid[mask], minlength=len(layer)).astype(np.int64)
            tables.append(
                CountTable(indicator.id, period, level, layer.code, units, _distinct(fid[mask], keys[mask], len(layer)))
            )
    return tuple(tables)


def _distinct(fid: NDArray[np.int64], key: NDArray[np.int64], size: int) -> IntArray:
    if len(fid) == 0:
        return np.zeros(size, dtype=np.int64)
    pairs = np.unique(fid * (int(key.max()) + 1) + key)
    return np.bincount(pairs // (int(key.max()) + 1), minlength=size).astype(np.int64)
