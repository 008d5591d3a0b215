"""Who neighbours whom (`neighbours.parquet`): what a hotspot map needs besides published values.

A row an area: its level, the name of the neighbourhood ("queen", "h3-ring-1"), its `fid`, and the `fid`s of its
neighbours in the same level, ascending. It follows from boundaries alone. With it, `values.parquet` and `areas.parquet`
anybody can make every hotspot map of a release again, without a geometry library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zicht._tables import runs, write_parquet
from zicht.areas import AreaList
from zicht.errors import AlignmentError

FILE = "neighbours.parquet"

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32]

SCHEMA = pa.schema(
    [
        ("level", pa.string()),
        ("neighbourhood", pa.string()),
        ("fid", pa.int32()),
        ("neighbours", pa.list_(pa.int32())),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """The neighbours of every area of one level, in the order of their `fid`, as compressed sparse rows.

    Args:
        level: For instance "buurt".
        name: How they were made: "queen", "h3-ring-1".
        indptr: (n + 1,) where the neighbours of each area begin.
        indices: (links,) their fids, ascending within an area.

    Raises:
        AlignmentError: A neighbour is no area of the level, is the area itself, or neighbours are not ascending.
    """

    level: str
    name: str
    indptr: IntArray
    indices: IndexArray

    def __post_init__(self) -> None:
        rows = np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.indptr))
        same = rows[1:] == rows[:-1]
        outside = np.any((self.indices < 0) | (self.indices >= len(self)) | (self.indices == rows))
        if outside or np.any(same & (self.indices[1:] <= self.indices[:-1])):
            raise AlignmentError("The neighbours of an area are not other areas in ascending order.", where=self.level)

    def __len__(self) -> int:
        return len(self.indptr) - 1


def write_neighbours(neighbourhoods: Iterable[Neighbourhood], path: Path) -> None:
    """Write `neighbours.parquet`; the same neighbourhoods in the same order give the same bytes."""
    parts = [pa.table(_rows(one), schema=SCHEMA) for one in neighbourhoods]
    write_parquet(pa.concat_tables([SCHEMA.empty_table(), *parts]), path)


def _rows(one: Neighbourhood) -> dict[str, object]:
    return {
        "level": [one.level] * len(one),
        "neighbourhood": [one.name] * len(one),
        "fid": np.arange(len(one), dtype=np.int32),
        "neighbours": pa.ListArray.from_arrays(one.indptr.astype(np.int32), one.indices.astype(np.int32)),
    }


def read_neighbours(path: Path, areas: Mapping[str, AreaList]) -> Mapping[str, Neighbourhood]:
    """Read `neighbours.parquet`, one neighbourhood a level; a release that was made without it has none.

    Args:
        path: The file.
        areas: The areas of the release by level.

    Raises:
        AlignmentError: The columns are not those of the contract, or the rows are not the areas of the release.
    """
    if not path.is_file():
        return {}
    table = pq.read_table(path)
    if table.schema.names != SCHEMA.names:
        raise AlignmentError(f"The columns of this table are {', '.join(SCHEMA.names)}.", where=FILE)
    found = [_of_rows(key, part) for key, part in runs(table.cast(SCHEMA), SCHEMA.names[:2])]
    for one in found:
        if one.level not in areas or len(one) != len(areas[one.level].code):
            raise AlignmentError("Neighbours are not of the areas of the release.", where=f"{FILE}, {one.level}")
    by_level = {one.level: one for one in found}
    if len(by_level) != len(found):
        raise AlignmentError("A level has more than one neighbourhood.", where=FILE)
    return by_level


def _of_rows(key: tuple[str, ...], part: pa.Table) -> Neighbourhood:
    if not np.array_equal(part["fid"].to_numpy(), np.arange(part.num_rows)):
        raise AlignmentError("The areas are not in the order of their fid.", where=f"{FILE}, {key[0]}")
    column = part["neighbours"].combine_chunks()
    counts = column.value_lengths()
    if counts.null_count or column.flatten().null_count:
        raise AlignmentError("The neighbours of an area are absent.", where=f"{FILE}, {key[0]}")
    indptr = np.concatenate([[0], np.cumsum(counts.to_numpy(zero_copy_only=False), dtype=np.int64)])
    return Neighbourhood(key[0], key[1], indptr, column.flatten().to_numpy())
