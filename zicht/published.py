"""What may be shown: statuses, published columns and tables. The only source of every number on any screen.

Four statuses are four different things: a number (`published`), a number we hold and do not show (`suppressed`), a
number nobody gave us (`missing`), and a number that has no meaning there (`not_applicable`). Primary and secondary
suppression are one status, because telling them apart would tell that the first is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zicht._tables import ColumnTable, floats, nullable, repeated, texts
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
    """What a hotspot map says of one area.

    `undetermined` is never a weaker `not_significant`: it is not knowing. `probable` is hot if the suppressed values
    are what they are expected to be, where `hot` is hot whatever they are.
    """

    HOT = "hot"
    COLD = "cold"
    NOT_SIGNIFICANT = "not_significant"
    UNDETERMINED = "undetermined"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    # Last, since the position of a class is its code in the columns of older pages.
    PROBABLE = "probable"


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


class PublishedTable(ColumnTable[ColumnKey, PublishedColumn]):
    """Every published column of a release (`values.parquet`). None can be built that shows a hidden value."""

    __slots__ = ()

    schema = SCHEMA
    names = ("indicator", "period", "level", "category", "measure")

    @staticmethod
    def _rows(column: PublishedColumn) -> dict[str, Any]:
        count = len(column.code)
        return {
            **repeated(column.key, PublishedTable.names, count),
            "code": column.code,
            "status": column.status,
            "value": nullable(column.value),
            "low": nullable(column.low),
            "high": nullable(column.high),
            "unit": [column.unit] * count,
        }

    @staticmethod
    def _column(key: tuple[str, ...], rows: pa.Table) -> PublishedColumn:
        return PublishedColumn(
            key=ColumnKey(*key),
            unit=rows["unit"][0].as_py(),
            code=texts(rows["code"]),
            status=texts(rows["status"]),
            value=floats(rows["value"]),
            low=floats(rows["low"]),
            high=floats(rows["high"]),
        )
