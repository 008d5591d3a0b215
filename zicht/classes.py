"""Hotspot classes as they stand in `classes.parquet`: functions of published values alone, receipts included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zicht._tables import ColumnTable, floats, nullable, repeated, texts
from zicht.errors import AlignmentError
from zicht.published import FloatArray, HotspotClass, StrArray

IntArray = NDArray[np.int64]

SCHEMA = pa.schema(
    [
        ("indicator", pa.string()),
        ("period", pa.string()),
        ("level", pa.string()),
        ("category", pa.string()),
        ("method", pa.string()),
        ("code", pa.string()),
        ("class", pa.string()),
        ("z", pa.float64()),
        ("q_low", pa.float64()),
        ("q_high", pa.float64()),
        ("neighbours", pa.int64()),
        ("neighbours_suppressed", pa.int64()),
        ("ratio_low", pa.float64()),
        ("ratio_high", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True, order=True)
class ClassKey:
    """The name of one hotspot map. `method` names statistic, input and neighbourhood: "gi-star/rate/queen"."""

    indicator: str
    period: str
    level: str
    category: str
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class ClassColumn:
    """The hotspot class of every area of one level, in ascending order of area code.

    Args:
        key: Which map.
        code: (n,) area codes.
        label: (n,) members of `HotspotClass`.
        z: (n,) analytic z-score, NaN where a member of the neighbourhood is not published.
        q_low: (n,) smallest FDR-adjusted p (of the smaller tail) that the published bounds allow, 0 to 1 or NaN.
        q_high: (n,) largest one; the area is hot only if this one is at most alpha.
        neighbours: (n,) number of neighbours used.
        neighbours_suppressed: (n,) how many of them are suppressed.
        ratio_low: (n,) smallest observed over expected of the area and its neighbours that the published bounds allow;
            NaN where the method compares with no expectation or nothing is known.
        ratio_high: (n,) the largest one.
    """

    key: ClassKey
    code: StrArray
    label: StrArray
    z: FloatArray
    q_low: FloatArray
    q_high: FloatArray
    neighbours: IntArray
    neighbours_suppressed: IntArray
    ratio_low: FloatArray
    ratio_high: FloatArray

    def __post_init__(self) -> None:
        where = "/".join((self.key.indicator, self.key.period, self.key.level, self.key.method))
        numbers = (self.z, self.q_low, self.q_high, self.neighbours, self.neighbours_suppressed)
        parts = (self.label, *numbers, self.ratio_low, self.ratio_high)
        if any(len(part) != len(self.code) for part in parts):
            raise AlignmentError("The parts of a class column have different lengths.", where=where)
        if not np.isin(self.label, tuple(HotspotClass)).all():
            raise AlignmentError("A class is not one of the known classes.", where=where)


class ClassTable(ColumnTable[ClassKey, ClassColumn]):
    """Every hotspot map of a release (`classes.parquet`)."""

    __slots__ = ()

    schema = SCHEMA
    names = ("indicator", "period", "level", "category", "method")
    added = ("ratio_low", "ratio_high")

    @staticmethod
    def _rows(column: ClassColumn) -> dict[str, Any]:
        return {
            **repeated(column.key, ClassTable.names, len(column.code)),
            "code": column.code,
            "class": column.label,
            "z": nullable(column.z),
            "q_low": nullable(column.q_low),
            "q_high": nullable(column.q_high),
            "neighbours": column.neighbours,
            "neighbours_suppressed": column.neighbours_suppressed,
            "ratio_low": nullable(column.ratio_low),
            "ratio_high": nullable(column.ratio_high),
        }

    @staticmethod
    def _column(key: tuple[str, ...], rows: pa.Table) -> ClassColumn:
        return ClassColumn(
            key=ClassKey(*key),
            code=texts(rows["code"]),
            label=texts(rows["class"]),
            z=floats(rows["z"]),
            q_low=floats(rows["q_low"]),
            q_high=floats(rows["q_high"]),
            neighbours=rows["neighbours"].to_numpy(),
            neighbours_suppressed=rows["neighbours_suppressed"].to_numpy(),
            ratio_low=floats(rows["ratio_low"]),
            ratio_high=floats(rows["ratio_high"]),
        )
