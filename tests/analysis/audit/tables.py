"""Random tables and independent answers: enumeration of every table that fits, and scipy's MILP."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from zicht.linear_tables import UNBOUNDED, LinearTable


def make_table(
    relations: Sequence[tuple[int, Sequence[int]]],
    value: Sequence[int | None],
    *,
    lower: Sequence[int] | None = None,
    upper: Sequence[int] | None = None,
    **more: object,
) -> LinearTable:
    """Return a table from (total, parts) pairs; None is a suppressed value."""
    n = len(value)
    return LinearTable(
        cells=tuple(f"c{at}" for at in range(n)),
        value=np.array([v or 0 for v in value], dtype=np.int64),
        known=np.array([v is not None for v in value]),
        lower=np.array(lower if lower is not None else [0] * n, dtype=np.int64),
        upper=np.array(upper if upper is not None else [UNBOUNDED] * n, dtype=np.int64),
        total=np.array([total for total, _ in relations], dtype=np.int64),
        labels=tuple(f"r{at}" for at in range(len(relations))),
        relation=np.array([at for at, (_, parts) in enumerate(relations) for _ in parts], dtype=np.int64),
        part=np.array([part for _, parts in relations for part in parts], dtype=np.int64),
        **more,  # type: ignore[arg-type]
    )


def two_way(rows: int, columns: int) -> tuple[list[tuple[int, list[int]]], int]:
    """Return the relations of a two-way table with margins, and the number of cells; the grand total is the last."""
    inner = np.arange(rows * columns).reshape(rows, columns)
    row_totals = rows * columns + np.arange(rows)
    column_totals = rows * columns + rows + np.arange(columns)
    grand = rows * columns + rows + columns
    relations = [(int(row_totals[r]), inner[r].tolist()) for r in range(rows)]
    relations += [(int(column_totals[c]), inner[:, c].tolist()) for c in range(columns)]
    relations += [(grand, row_totals.tolist()), (grand, column_totals.tolist())]
    return relations, grand + 1


def three_way(a: int, b: int, c: int) -> tuple[list[tuple[int, list[int]]], int]:
    """Return the relations of a three-way table with its two-way margins only, and the number of cells."""
    inner = np.arange(a * b * c).reshape(a, b, c)
    relations, following = [], inner.size
    for axis in range(3):
        for line in np.moveaxis(inner, axis, -1).reshape(-1, inner.shape[axis]):
            relations.append((following, line.tolist()))
            following += 1
    return relations, following


def fill(relations: Sequence[tuple[int, Sequence[int]]], n: int, inner: Sequence[int]) -> list[int]:
    """Return the value of every cell, given those of the cells that are no total, in order."""
    value: list[int | None] = [None] * n
    totals = {total for total, _ in relations}
    for at, number in zip([at for at in range(n) if at not in totals], inner, strict=True):
        value[at] = number
    while any(v is None for v in value):
        for total, parts in relations:
            if value[total] is None and all(value[part] is not None for part in parts):
                value[total] = sum(value[part] for part in parts)  # type: ignore[misc]
    return value  # type: ignore[return-value]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[tuple[int, list[int]]], int]:
    """Draw the relations of a table: a two-way or three-way table, a tree, or parts shared at will."""
    kind = draw(st.sampled_from(["two", "three", "tree", "any"]))
    if kind == "two":
        return two_way(draw(st.integers(2, 4)), draw(st.integers(2, 4)))
    if kind == "three":
        return three_way(draw(st.integers(2, 3)), draw(st.integers(2, 3)), draw(st.integers(2, 3)))
    leaves = draw(st.integers(3, 7))
    relations: list[tuple[int, list[int]]] = []
    available = list(range(leaves))
    for total in range(leaves, leaves + draw(st.integers(1, 4))):
        many = min(4, len(available))
        parts = draw(st.lists(st.sampled_from(available), min_size=min(2, many), max_size=many, unique=True))
        relations.append((total, sorted(parts)))
        if kind == "tree":
            available = [cell for cell in available if cell not in parts]
        available.append(total)
        if len(available) < 2:
            break
    used = {cell for total, parts in relations for cell in (total, *parts)}
    loose = [cell for cell in range(leaves) if cell not in used]
    if loose:
        relations[0] = (relations[0][0], sorted({*relations[0][1], *loose}))
    return relations, relations[-1][0] + 1


@st.composite
def tables(draw: st.DrawFn, *, largest: int = 9) -> tuple[LinearTable, list[int]]:
    """Draw a table with suppressed cells and bounds that hold, and its true values."""
    relations, n = draw(layouts())
    free = n - len({total for total, _ in relations})
    truth = fill(relations, n, draw(st.lists(st.integers(0, largest), min_size=free, max_size=free)))
    hidden = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    lower = [max(0, v - draw(st.integers(0, 3))) if draw(st.integers(0, 4)) == 0 else 0 for v in truth]
    upper = [v + draw(st.integers(0, 6)) if draw(st.integers(0, 3)) == 0 else UNBOUNDED for v in truth]
    value = [None if hide else v for v, hide in zip(truth, hidden, strict=True)]
    return make_table(relations, value, lower=lower, upper=upper), truth


def enumerated(table: LinearTable, low: Sequence[int], high: Sequence[int], *, most: int) -> list[tuple[int, ...]]:
    """Return every table in whole numbers between the bounds, none of its cells above `most`."""
    totals = set(table.total.tolist())
    free = [at for at in range(len(table)) if at not in totals]
    relations = [(int(total), table.part[table.relation == at].tolist()) for at, total in enumerate(table.total)]
    found = []
    for numbers in itertools.product(*(range(low[at], min(high[at], most) + 1) for at in free)):
        value = dict(zip(free, numbers, strict=True))
        pending, fits = list(relations), True
        while pending and fits:
            total, parts = next((t, p) for t, p in pending if all(part in value for part in p))
            pending.remove((total, parts))
            amount = sum(value[part] for part in parts)
            fits = value.setdefault(total, amount) == amount and low[total] <= amount <= min(high[total], most)
        if fits:
            found.append(tuple(value[at] for at in range(len(table))))
    return found


def by_milp(
    table: LinearTable, low: Sequence[int], high: Sequence[int], cell: int, sign: int, *, integer: bool
) -> float:
    """Return the largest sign * cell by scipy; inf for none, nan where no table fits."""
    row, column, entry = table.entries()
    matrix = np.zeros((len(table.total), len(table)))
    np.add.at(matrix, (row, column), entry)
    cost = np.zeros(len(table))
    cost[cell] = -sign
    top = np.where(np.asarray(high) >= UNBOUNDED, np.inf, high)
    answer = milp(
        cost,
        constraints=LinearConstraint(matrix, 0, 0),
        bounds=(np.asarray(low, dtype=float), top),
        integrality=np.full(len(table), int(integer)),
        options={"mip_rel_gap": 0},
    )
    if answer.status == 0:
        return float(-answer.fun)
    if answer.status == 2:
        return float("nan")
    # Scipy does not tell unbounded from infeasible: ask whether any table fits.
    fits = milp(np.zeros(len(table)), constraints=LinearConstraint(matrix, 0, 0), bounds=(np.asarray(low, float), top))
    return float("inf") if fits.status == 0 else float("nan")
