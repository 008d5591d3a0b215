"""Hotspot classes as they stand in `classes.parquet`: functions of published values alone, receipts included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zicht._tables import floats, nullable, runs, texts, write_parquet
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
    """

    key: ClassKey
    code: StrArray
    label: StrArray
    z: FloatArray
    q_low: FloatArray
    q_high: FloatArray
    neighbours: IntArray
    neighbours_suppressed: IntArray

    def __post_init__(self) -> None:
        where = "/".join((self.key.indicator, self.key.period, self.key.level, self.key.method))
        parts = (self.label, self.z, self.q_low, self.q_high, self.neighbours, self.neighbours_suppressed)
        if any(len(part) != len(self.code) for part in parts):
            raise AlignmentError("The parts of a class column have different lengths.", where=where)
        if not np.isin(self.label, tuple(HotspotClass)).all():
            raise AlignmentError("A class is not one of the known classes.", where=where)


class ClassTable:
    """Every hotspot map of a release."""

    __slots__ = ("_columns",)

    def __init__(self, columns: Iterable[ClassColumn]) -> None:
        ordered = sorted(columns, key=lambda column: column.key)
        self._columns = {column.key: column for column in ordered}
        if len(self._columns) != len(ordered):
            raise AlignmentError("A hotspot map occurs twice.")

    def __iter__(self) -> Iterator[ClassColumn]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def keys(self) -> tuple[ClassKey, ...]:
        """Return the names of all maps, in ascending order."""
        return tuple(self._columns)

    def column(self, key: ClassKey) -> ClassColumn:
        """Return one map.

        Raises:
            AlignmentError: There is no such map.
        """
        if key not in self._columns:
            raise AlignmentError(f"There is no hotspot map of {key.indicator} for {key.period} at level {key.level}.")
        return self._columns[key]

    def to_arrow(self) -> pa.Table:
        """Return the long form, one row an area, ordered by key and code."""
        parts = [_to_arrow(column) for column in self]
        return pa.concat_tables(parts) if parts else SCHEMA.empty_table()

    def write(self, path: Path) -> None:
        """Write `classes.parquet`; the same classes give the same bytes."""
        write_parquet(self.to_arrow(), path)

    @classmethod
    def read(cls, path: Path) -> ClassTable:
        """Read `classes.parquet`."""
        return cls(_split(pq.read_table(path).cast(SCHEMA)))


def _to_arrow(column: ClassColumn) -> pa.Table:
    count = len(column.code)
    names = ("indicator", "period", "level", "category", "method")
    return pa.table(
        {
            **{name: [getattr(column.key, name)] * count for name in names},
            "code": column.code,
            "class": column.label,
            "z": nullable(column.z),
            "q_low": nullable(column.q_low),
            "q_high": nullable(column.q_high),
            "neighbours": column.neighbours,
            "neighbours_suppressed": column.neighbours_suppressed,
        },
        schema=SCHEMA,
    )


def _split(table: pa.Table) -> Iterator[ClassColumn]:
    for key, part in runs(table, ("indicator", "period", "level", "category", "method")):
        yield ClassColumn(
            key=ClassKey(*key),
            code=texts(part["code"]),
            label=texts(part["class"]),
            z=floats(part["z"]),
            q_low=floats(part["q_low"]),
            q_high=floats(part["q_high"]),
            neighbours=part["neighbours"].to_numpy(),
            neighbours_suppressed=part["neighbours_suppressed"].to_numpy(),
        )
