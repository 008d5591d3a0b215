"""Hotspot windows (`spots.parquet`): areas of which a release says "at least so many", or says nothing.

A candidate is a union of hexes that was fixed beforehand from public figures. Candidates are asked in a stated order.
One that holds at least its critical count, and does not overlap one flagged before it, is *flagged*; one that overlaps
a flagged one before it is *covered*, which tells nothing of it; the others are *silent*. No count is ever published.
In the code a hotspot window is a spot, since a window is a span of years there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zicht._tables import ColumnTable, floats, repeated, texts
from zicht.errors import AlignmentError
from zicht.published import FloatArray, StrArray

FILE = "spots.parquet"

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

SCHEMA = pa.schema(
    [
        ("indicator", pa.string()),
        ("period", pa.string()),
        ("level", pa.string()),
        ("spot", pa.string()),
        ("hexes", pa.list_(pa.string())),
        ("exposure", pa.float64()),
        ("share", pa.float64()),
        ("critical", pa.int64()),
        ("status", pa.string()),
        ("gemeente", pa.string()),
        ("outline", pa.list_(pa.list_(pa.float64()))),
    ]
)


class SpotStatus(StrEnum):
    """What is said of a candidate."""

    FLAGGED = "flagged"  #: It holds at least its critical count.
    SILENT = "silent"  #: It was asked and is not flagged.
    COVERED = "covered"  #: It overlaps one that was flagged before it, and was not asked.


@dataclass(frozen=True, slots=True, order=True)
class SpotKey:
    """The name of the hotspot windows of one indicator in one period; `level` is the level of their hexes."""

    indicator: str
    period: str
    level: str


@dataclass(frozen=True, slots=True, eq=False)
class SpotColumn:
    """The candidates of one indicator in one period, in the order in which they were asked.

    Args:
        key: Which hotspot windows.
        spot: (n,) code of the hex in the middle.
        hexes: (n,) codes of the hexes of each, ascending.
        exposure: (n,) public figure of each (inhabitants, addresses), at least 0.
        share: (n,) part of the exposure of the whole country; times the published total, it is what is expected.
        critical: (n,) the smallest count that is flagged, at least 1.
        status: (n,) members of `SpotStatus`.
        gemeente: (n,) code of the gemeente that most of each lies in, "" where that is not known.
        outline: (n,) rings around the flagged ones, each x0, y0, x1, y1, ... in degrees; () for the others.

    Raises:
        AlignmentError: Lengths differ, a number is out of its range, a candidate is empty or occurs twice, or the
            statuses are not those of the walk that `SpotStatus` describes.
    """

    key: SpotKey
    spot: StrArray
    hexes: tuple[tuple[str, ...], ...]
    exposure: FloatArray
    share: FloatArray
    critical: IntArray
    status: StrArray
    gemeente: StrArray
    outline: tuple[tuple[tuple[float, ...], ...], ...]

    def __post_init__(self) -> None:
        where = "/".join((self.key.indicator, self.key.period, self.key.level))
        numbers = (self.exposure, self.share, self.critical)
        if any(
            len(part) != len(self.spot) for part in (self.hexes, *numbers, self.status, self.gemeente, self.outline)
        ):
            raise AlignmentError("The parts of a column of spots have different lengths.", where=where)
        if not np.isin(self.status, tuple(SpotStatus)).all():
            raise AlignmentError("A status of a spot is not one of the known ones.", where=where)
        if not (
            np.all(self.exposure >= 0)
            and np.all(self.share >= 0)
            and np.all(self.share <= 1)
            and np.all(self.critical >= 1)
        ):
            raise AlignmentError("A number of a spot is out of its range.", where=where)
        if len(set(self.spot.tolist())) != len(self.spot) or any(
            not one or list(one) != sorted(set(one)) for one in self.hexes
        ):
            raise AlignmentError("A spot occurs twice, is empty, or has hexes that are not in order.", where=where)
        if not np.array_equal(self.covered(), self.status == SpotStatus.COVERED):
            raise AlignmentError("The spots were not asked in their order.", where=where)

    def __len__(self) -> int:
        return len(self.spot)

    def covered(self) -> BoolArray:
        """Return (n,) whether a candidate overlaps one that comes before it and is flagged."""
        taken: set[str] = set()
        found = np.zeros(len(self.spot), dtype=np.bool_)
        for at, members in enumerate(self.hexes):
            found[at] = not taken.isdisjoint(members)
            if self.status[at] == SpotStatus.FLAGGED and not found[at]:
                taken.update(members)
        return found


class SpotTable(ColumnTable[SpotKey, SpotColumn]):
    """Every hotspot window of a release (`spots.parquet`); empty where the release has none."""

    __slots__ = ()

    schema = SCHEMA
    names = ("indicator", "period", "level")

    @classmethod
    def read(cls, path: Path) -> SpotTable:
        """Read `spots.parquet`; a release that was made without it has no hotspot windows."""
        return super().read(path) if path.is_file() else cls(())

    @staticmethod
    def _rows(column: SpotColumn) -> dict[str, Any]:
        return {
            **repeated(column.key, SpotTable.names, len(column)),
            "spot": column.spot,
            "hexes": [list(members) for members in column.hexes],
            "exposure": column.exposure,
            "share": column.share,
            "critical": column.critical,
            "status": column.status,
            "gemeente": column.gemeente,
            "outline": [[list(ring) for ring in rings] for rings in column.outline],
        }

    @staticmethod
    def _column(key: tuple[str, ...], rows: pa.Table) -> SpotColumn:
        return SpotColumn(
            key=SpotKey(*key),
            spot=texts(rows["spot"]),
            hexes=tuple(tuple(members) for members in rows["hexes"].to_pylist()),
            exposure=floats(rows["exposure"]),
            share=floats(rows["share"]),
            critical=np.asarray(rows["critical"].to_numpy(), dtype=np.int64),
            status=texts(rows["status"]),
            gemeente=texts(rows["gemeente"]),
            outline=tuple(tuple(tuple(ring) for ring in rings) for rings in rows["outline"].to_pylist()),
        )
