"""What may be shown: statuses, published columns and tables. The only source of every number on any screen.

Four statuses are four different things: a number (`published`), a number we hold and do not show (`suppressed`), a
number nobody gave us (`missing`), and a number that has no meaning there (`not_applicable`). Primary and secondary
suppression are one status, because telling them apart would tell that the first is small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zicht._tables import floats, nullable, runs, texts, write_parquet
from zicht.errors import AlignmentError, UnprotectedError

FloatArray = NDArray[np.float64]
StrArray = NDArray[np.str_]


class Status(StrEnum):
    """Why a cell shows a number, or why it does not."""

    PUBLISHED = "published"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class Measure(StrEnum):
    """What a number measures."""

    COUNT = "count"
    AMOUNT = "amount"
    EXPOSURE = "exposure"
    RATE = "rate"
    EXPECTED = "expected"


class HotspotClass(StrEnum):
    """What a hotspot map says of one area. `undetermined` is never a weaker `not_significant`: it is not knowing."""

    HOT = "hot"
    COLD = "cold"
    NOT_SIGNIFICANT = "not_significant"
    UNDETERMINED = "undetermined"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


#: Order of the statuses in value columns: the position is the code that travels to the browser.
STATUSES: tuple[str, ...] = tuple(Status)


@dataclass(frozen=True, slots=True, order=True)
class ColumnKey:
    """The name of one map's worth of numbers. `category` is "" where the indicator is not broken down."""

    indicator: str
    period: str
    level: str
    category: str
    measure: str


@dataclass(frozen=True, slots=True, eq=False)
class PublishedColumn:
    """One measure of one indicator in one period for every area of one level, in ascending order of area code.

    Args:
        key: Indicator, period, level, category and measure.
        unit: Unit of `value`, in plain words of the catalogue (for instance "per 10 000 homes per year").
        code: (n,) area codes, ascending and unique.
        status: (n,) members of `Status`.
        value: (n,) the number shown, NaN unless published.
        low: (n,) lower bound of the true number that a reader may derive, NaN where there is none.
        high: (n,) upper bound likewise.

    Raises:
        UnprotectedError: A cell that is not published carries a value, or a bound where it has no number at all.
        AlignmentError: Lengths differ, codes are not ascending, or a published value lies outside its own bounds.
    """

    key: ColumnKey
    unit: str
    code: StrArray
    status: StrArray
    value: FloatArray
    low: FloatArray
    high: FloatArray

    def __post_init__(self) -> None:
        where = "/".join((self.key.indicator, self.key.period, self.key.level, self.key.measure))
        sizes = {len(part) for part in (self.code, self.status, self.value, self.low, self.high)}
        if len(sizes) != 1:
            raise AlignmentError("The parts of a column have different lengths.", where=where)
        if np.any(self.code[1:] <= self.code[:-1]):
            raise AlignmentError("Area codes are not unique and ascending.", where=where)
        if not np.isin(self.status, STATUSES).all():
            raise AlignmentError(f"A status is not one of {', '.join(STATUSES)}.", where=where)
        published = self.status == Status.PUBLISHED
        suppressed = self.status == Status.SUPPRESSED
        if np.any(np.isfinite(self.value) & ~published):
            raise UnprotectedError("A cell that is not published carries a value.", where=where)
        if np.any((np.isfinite(self.low) | np.isfinite(self.high)) & ~(published | suppressed)):
            raise UnprotectedError("A cell without a number carries bounds.", where=where)
        inside = (self.low <= self.value) & (self.value <= self.high)
        if not inside[published].all():
            raise AlignmentError("A published value lies outside its own bounds, or has none.", where=where)
        if np.any(self.low[suppressed] > self.high[suppressed]):
            raise AlignmentError("A lower bound exceeds its upper bound.", where=where)


SCHEMA = pa.schema(
    [
        ("indicator", pa.string()),
        ("period", pa.string()),
        ("level", pa.string()),
        ("code", pa.string()),
        ("category", pa.string()),
        ("measure", pa.string()),
        ("status", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("unit", pa.string()),
    ]
)


class PublishedTable:
    """Every published column of a release. Immutable; there is no way to build one that shows a suppressed value."""

    __slots__ = ("_columns",)

    def __init__(self, columns: Iterable[PublishedColumn]) -> None:
        ordered = sorted(columns, key=lambda column: column.key)
        self._columns = {column.key: column for column in ordered}
        if len(self._columns) != len(ordered):
            raise AlignmentError("A published column occurs twice.", remedy="Give each indicator id once.")

    def __iter__(self) -> Iterator[PublishedColumn]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, key: object) -> bool:
        return key in self._columns

    def keys(self) -> tuple[ColumnKey, ...]:
        """Return the names of all columns, in ascending order."""
        return tuple(self._columns)

    def column(self, key: ColumnKey) -> PublishedColumn:
        """Return one column.

        Raises:
            AlignmentError: The table has no such column.
        """
        if key not in self._columns:
            raise AlignmentError(
                f"There is no {key.measure} of {key.indicator} for {key.period} at level {key.level}.",
                remedy="Choose one that `zicht info` lists.",
            )
        return self._columns[key]

    def to_arrow(self) -> pa.Table:
        """Return the long form, one row a cell, ordered by key and code."""
        parts = [_to_arrow(column) for column in self]
        return pa.concat_tables(parts) if parts else SCHEMA.empty_table()

    def write(self, path: Path) -> None:
        """Write `values.parquet`; the same table gives the same bytes."""
        write_parquet(self.to_arrow(), path)

    @classmethod
    def read(cls, path: Path) -> PublishedTable:
        """Read `values.parquet`, checking every column again."""
        return cls.from_arrow(pq.read_table(path))

    @classmethod
    def from_arrow(cls, table: pa.Table) -> PublishedTable:
        """Build a table from its long form.

        Raises:
            AlignmentError: The columns of the table are not those of the contract.
        """
        if table.schema.names != SCHEMA.names:
            raise AlignmentError(f"A table of values has the columns {', '.join(SCHEMA.names)}.")
        return cls(_split(table.cast(SCHEMA)))


def _to_arrow(column: PublishedColumn) -> pa.Table:
    count = len(column.code)
    repeated = {name: [getattr(column.key, name)] * count for name in ("indicator", "period", "level")}
    arrays = {
        **repeated,
        "code": column.code,
        "category": [column.key.category] * count,
        "measure": [column.key.measure] * count,
        "status": column.status,
        "value": nullable(column.value),
        "low": nullable(column.low),
        "high": nullable(column.high),
        "unit": [column.unit] * count,
    }
    return pa.table(arrays, schema=SCHEMA)


def _split(table: pa.Table) -> Iterator[PublishedColumn]:
    for key, part in runs(table, ("indicator", "period", "level", "category", "measure")):
        yield PublishedColumn(
            key=ColumnKey(*key),
            unit=part["unit"][0].as_py(),
            code=texts(part["code"]),
            status=texts(part["status"]),
            value=floats(part["value"]),
            low=floats(part["low"]),
            high=floats(part["high"]),
        )
