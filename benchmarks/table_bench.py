"""Protecting any table: a network by the search, and by the linear program where the table is small."""

from __future__ import annotations

import time
from unittest import mock

import numpy as np

from analysis.confidential.disclosure import table_protect
from analysis.confidential.disclosure.table_protect import protect_table
from zicht.linear_rules import TableRule
from zicht.linear_tables import UNBOUNDED, LinearTable

Row = tuple[str, float, float, str]

KEY = b"benchmark"


def two_way(rows: int, columns: int, *, mean: float = 20.0, seed: int = 1) -> LinearTable:
    """Return a table of counts with its margins, most of them small."""
    inner = np.random.default_rng(seed).negative_binomial(0.7, 0.7 / (0.7 + mean), (rows, columns))
    cell = np.arange(rows * columns).reshape(rows, columns)
    row_total, column_total = cell.size + np.arange(rows), cell.size + rows + np.arange(columns)
    grand = cell.size + rows + columns
    parts = [*cell, *cell.T, row_total, column_total]
    n = grand + 1
    return LinearTable(
        cells=tuple(f"c{at}" for at in range(n)),
        value=np.concatenate([inner.ravel(), inner.sum(axis=1), inner.sum(axis=0), [inner.sum()]]).astype(np.int64),
        known=np.ones(n, dtype=np.bool_),
        lower=np.zeros(n, dtype=np.int64),
        upper=np.full(n, UNBOUNDED),
        total=np.array([*row_total, *column_total, grand, grand]),
        labels=tuple(f"r{at}" for at in range(len(parts))),
        relation=np.repeat(np.arange(len(parts)), [len(one) for one in parts]),
        part=np.concatenate(parts),
    )


def run() -> list[Row]:
    """Measure tables of a few hundred cells in both ways, and large ones by the search."""
    with mock.patch.object(table_protect, "MOST_BY_PROGRAM", -1):
        protect_table(two_way(4, 4), TableRule(), KEY)  # compiles
    found: list[Row] = []
    for rows, columns, mean in ((25, 25, 20), (25, 25, 200), (200, 100, 20), (1000, 100, 20)):
        table = two_way(rows, columns, mean=mean)
        started = time.perf_counter()
        with mock.patch.object(table_protect, "MOST_BY_PROGRAM", -1):
            pattern = protect_table(table, TableRule(base=5), KEY)
        ours = time.perf_counter() - started
        peer, note = 0.0, f"{np.count_nonzero(pattern.primary)} primary, {np.count_nonzero(pattern.hidden)} hidden"
        if len(table) < 1000:
            with mock.patch.object(table_protect, "MOST_BY_PROGRAM", np.inf):
                started = time.perf_counter()
                slow = protect_table(table, TableRule(base=5), KEY)
                peer = time.perf_counter() - started
            note += f"; by program {np.count_nonzero(slow.hidden)}"
        found.append((f"protect a table of {len(table):,} cells", ours, peer, note))
    return found
