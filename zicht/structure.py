"""The atoms of a release (`structure.parquet`): what an outside auditor needs to check its protection.

An atom is a piece of one finest administrative area and one finest hex that can hold a record. Every published cell is
a sum of atoms. Atoms and their capacities come from geometry and public registers alone, never from an observation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zicht._tables import texts, write_parquet
from zicht.errors import AlignmentError, ReleaseError

FILE = "structure.parquet"
COUNTRY = "country"
#: The capacity of atoms that are for records of which only a coarse area is known: 1 for those, 0 for all others.
UNPLACED = "unplaced"
PLACES = ("administrative_level", "administrative_fid", "hex_level", "hex_fid")

IntArray = NDArray[np.int64]
StrArray = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The atoms of a release. An atom whose place is known only coarsely names a coarser area, or the country.

    Args:
        administrative_level: (n,) level of the finest administrative area that holds the atom.
        administrative_fid: (n,) its fid.
        hex_level: (n,) level of the finest hex that holds the atom; "country" where there are no hexes.
        hex_fid: (n,) its fid.
        capacity: By name ("addresses", "homes"), (n,) how many of them stand in the atom, at least 0; `UNPLACED` is 1
            in atoms for records of which only a coarse area is known, which hold nothing of an indicator that leaves
            such records out.

    Raises:
        AlignmentError: Lengths differ, or a fid or a capacity is negative.
    """

    administrative_level: StrArray
    administrative_fid: IntArray
    hex_level: StrArray
    hex_fid: IntArray
    capacity: Mapping[str, IntArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = (self.administrative_fid, self.hex_level, self.hex_fid, *self.capacity.values())
        if any(len(part) != len(self) for part in parts):
            raise AlignmentError("The columns of the atoms have different lengths.", where=FILE)
        if any(np.any(part < 0) for part in (self.administrative_fid, self.hex_fid, *self.capacity.values())):
            raise AlignmentError("A fid or a capacity is negative.", where=FILE)

    def __len__(self) -> int:
        return len(self.administrative_level)

    @property
    def unplaced(self) -> NDArray[np.bool_]:
        """(n,) whether an atom is for records of which only a coarse area is known."""
        return np.asarray(self.capacity.get(UNPLACED, np.zeros(len(self), dtype=np.int64)) > 0)

    def write(self, path: Path) -> None:
        """Write `structure.parquet`; the same atoms give the same bytes."""
        columns: dict[str, pa.Array] = {
            name: pa.array(getattr(self, name)).dictionary_encode() if name.endswith("level") else getattr(self, name)
            for name in PLACES
        }
        write_parquet(pa.table({**columns, **{name: self.capacity[name] for name in sorted(self.capacity)}}), path)


def read_structure(path: Path) -> Structure:
    """Read `structure.parquet`.

    Raises:
        ReleaseError: The file is absent or lacks a column.
    """
    if not path.is_file():
        raise ReleaseError(
            "The release has no structure, so it cannot be audited.",
            where=str(path),
            remedy="Build it again with joint protection.",
        )
    table = pq.read_table(path)
    absent = [name for name in PLACES if name not in table.column_names]
    if absent:
        raise ReleaseError(f"The structure lacks the column {absent[0]!r}.", where=str(path))
    numbers = {
        name: np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=np.int64)
        for name in table.column_names
        if not name.endswith("level")
    }
    return Structure(
        administrative_level=texts(table["administrative_level"]),
        administrative_fid=numbers["administrative_fid"],
        hex_level=texts(table["hex_level"]),
        hex_fid=numbers["hex_fid"],
        capacity={name: value for name, value in numbers.items() if name not in PLACES},
    )
