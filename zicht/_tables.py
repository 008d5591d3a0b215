"""Long Arrow tables as runs of rows that share a key: how columns travel to and from Parquet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zicht.errors import AlignmentError


def runs(table: pa.Table, names: Sequence[str]) -> Iterator[tuple[tuple[str, ...], pa.Table]]:
    """Yield (key, rows) for each run of consecutive rows that agree in the named text columns."""
    if table.num_rows == 0:
        return
    codes = np.stack([table[name].combine_chunks().dictionary_encode().indices.to_numpy() for name in names])
    starts = np.flatnonzero(np.any(codes[:, 1:] != codes[:, :-1], axis=0)) + 1
    for start, stop in zip([0, *starts], [*starts, table.num_rows], strict=True):
        part = table.slice(int(start), int(stop - start))
        yield tuple(part[name][0].as_py() for name in names), part


def floats(column: Any) -> NDArray[np.float64]:
    """Return a column as float64, NaN where null."""
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def texts(column: Any) -> NDArray[np.str_]:
    """Return a column as fixed-width text."""
    return np.asarray(column.to_pylist(), dtype=np.str_)


def nullable(values: NDArray[np.float64]) -> pa.Array:
    """Return an Arrow array that is null where the value is not finite."""
    return pa.array(values, mask=~np.isfinite(values))


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write Parquet whose bytes depend on the table alone."""
    pq.write_table(table, path, compression="zstd", use_dictionary=True, write_statistics=False)


class Key(Protocol):
    """The name of a column: what it is of, for when, and for which areas."""

    @property
    def indicator(self) -> str:
        """Id of the indicator."""

    @property
    def period(self) -> str:
        """A year or "first-last"."""

    @property
    def level(self) -> str:
        """The level of its areas."""

    def __lt__(self, other: Any, /) -> bool: ...


class Keyed(Protocol):
    """A column that knows its name."""

    @property
    def key(self) -> Any:
        """The name of the column."""


KeyT = TypeVar("KeyT", bound=Key)
ColumnT = TypeVar("ColumnT", bound=Keyed)


class ColumnTable(ABC, Generic[KeyT, ColumnT]):
    """Columns by key, in ascending order of key. Immutable, and the same in memory as in its Parquet file."""

    __slots__ = ("_columns",)

    schema: ClassVar[pa.Schema]
    names: ClassVar[tuple[str, ...]]
    #: Columns that older files do not have; they are read as empty.
    added: ClassVar[tuple[str, ...]] = ()

    def __init__(self, columns: Iterable[ColumnT]) -> None:
        ordered = sorted(columns, key=lambda column: column.key)
        self._columns: dict[KeyT, ColumnT] = {column.key: column for column in ordered}
        if len(self._columns) != len(ordered):
            raise AlignmentError("A column occurs twice.", remedy="Give each indicator id once.")

    def __iter__(self) -> Iterator[ColumnT]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, key: object) -> bool:
        return key in self._columns

    def keys(self) -> tuple[KeyT, ...]:
        """Return the names of all columns, in ascending order."""
        return tuple(self._columns)

    def column(self, key: KeyT) -> ColumnT:
        """Return one column.

        Raises:
            AlignmentError: The table has no such column.
        """
        if key not in self._columns:
            raise AlignmentError(
                f"There is nothing of {key.indicator} for {key.period} at level {key.level}.",
                remedy="Choose one that `zicht info` lists.",
            )
        return self._columns[key]

    def to_arrow(self) -> pa.Table:
        """Return the long form, one row an area, ordered by key and code."""
        parts = [pa.table(self._rows(column), schema=self.schema) for column in self]
        return pa.concat_tables(parts) if parts else self.schema.empty_table()

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """Build a table from its long form, checking every column again.

        Raises:
            AlignmentError: The columns of the long form are not those of the contract.
        """
        older = [name for name in cls.schema.names if name not in cls.added]
        if table.schema.names == older:
            for name in cls.added:
                table = table.append_column(
                    cls.schema.field(name), pa.nulls(table.num_rows, cls.schema.field(name).type)
                )
        if table.schema.names != cls.schema.names:
            raise AlignmentError(f"The columns of this table are {', '.join(cls.schema.names)}.")
        return cls(cls._column(key, part) for key, part in runs(table.cast(cls.schema), cls.names))

    def write(self, path: Path) -> None:
        """Write the long form as Parquet; the same table gives the same bytes."""
        write_parquet(self.to_arrow(), path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the long form, checking every column again."""
        return cls.from_arrow(pq.read_table(path))

    @staticmethod
    @abstractmethod
    def _rows(column: Any) -> dict[str, Any]:
        """Return the rows of one column by name."""

    @staticmethod
    @abstractmethod
    def _column(key: tuple[str, ...], rows: pa.Table) -> Any:
        """Return the column that stands in some rows."""


def repeated(key: Any, names: Sequence[str], count: int) -> dict[str, list[str]]:
    """Return the parts of a key, each repeated for every row of its column."""
    return {name: [getattr(key, name)] * count for name in names}
