"""The places of a release as a reader of the release sees them: `areas.parquet` without any geometry library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zicht._tables import floats, texts
from zicht.errors import AlignmentError
from zicht.published import FloatArray, StrArray

#: Columns of `areas.parquet` besides `geometry` (WKB, EPSG:28992; null for hexes and for areas without a polygon).
COLUMNS = ("level", "fid", "code", "name", "parent", "kind", "lon", "lat", "west", "south", "east", "north")


@dataclass(frozen=True, slots=True, eq=False)
class AreaList:
    """All areas of one level, in ascending order of code; the position is the `fid`.

    Args:
        level: For instance "buurt" or "h3-8".
        code: (n,) codes, ascending and unique.
        name: (n,) names as shown.
        parent: (n,) code in the next coarser level of the same family, "" at the top.
        kind: (n,) "area", "remainder" (made for what a publisher left out, often without a polygon), "park" or "hex".
        point: (n, 2) longitude and latitude of a point inside, degrees, NaN where there is no polygon.
        bounds: (n, 4) west, south, east, north in degrees, NaN likewise.
    """

    level: str
    code: StrArray
    name: StrArray
    parent: StrArray
    kind: StrArray
    point: FloatArray
    bounds: FloatArray

    def __post_init__(self) -> None:
        if np.any(self.code[1:] <= self.code[:-1]):
            raise AlignmentError("Area codes are not unique and ascending.", where=self.level)

    def fid(self, code: str) -> int:
        """Return the position of a code.

        Raises:
            AlignmentError: The level has no such area.
        """
        at = int(np.searchsorted(self.code, code))
        if at == len(self.code) or self.code[at] != code:
            raise AlignmentError(f"There is no area {code!r} at level {self.level}.", remedy="Check code and level.")
        return at


def read_areas(path: Path) -> Mapping[str, AreaList]:
    """Read `areas.parquet` into one list a level, coarsest first as stored."""
    table = pq.read_table(path, columns=list(COLUMNS))
    levels = list(dict.fromkeys(table["level"].to_pylist()))
    return {level: _area_list(table.filter(pc.equal(table["level"], level)), level) for level in levels}


def _area_list(part: pa.Table, level: str) -> AreaList:
    text = {name: texts(part[name]) for name in ("code", "name", "parent", "kind")}
    number = {name: floats(part[name]) for name in COLUMNS[6:]}
    return AreaList(
        level=level,
        **text,
        point=np.column_stack([number["lon"], number["lat"]]),
        bounds=np.column_stack([number[side] for side in ("west", "south", "east", "north")]),
    )
