"""Long Arrow tables as runs of rows that share a key: how columns travel to and from Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray


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
