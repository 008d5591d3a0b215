"""Any table as a set of cells and linear relations: what `zicht attack` and `zicht protect` read.

CELLS is a CSV with a row a cell: `cell,value` and optionally `lower,upper` (bounds that everybody knows beforehand; 0
and none by default) and `n,max1,max2` (contributors and the two largest contributions). RELATIONS is a CSV with a row a
part: `total,part` and optionally `relation`. Rows of one total form one relation, total = sum of its parts; where a
total is broken down in several ways, `relation` names the breakdown. Columns are separated by commas or semicolons,
decimals by a point.

Numbers are kept as whole multiples of 10**-decimals, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from zicht.errors import DisclosureError, SchemaError

#: Stands for "no upper bound". Every true number is far below it, so that one can be added to it.
UNBOUNDED = 2**60
#: Whole numbers up to here are exact in float64, which solvers use.
LARGEST = 2**53
#: Stands for a figure about contributors that is not given.
NOT_GIVEN = -1
#: As many names as a message holds.
NAMED = 5

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LinearTable:
    """Cells, their values and the relations between them.

    Args:
        cells: (n,) names, unique.
        value: (n,) values in units of 10**-decimals; 0 where suppressed.
        known: (n,) whether the value is given; a suppressed cell is not.
        lower: (n,) bound known beforehand.
        upper: (n,) bound known beforehand; UNBOUNDED for none.
        total: (r,) the cell that is the total of each relation.
        labels: (r,) name of each relation, for messages.
        relation: (p,) the relation that each part belongs to, ascending.
        part: (p,) the cell that is a part.
        decimals: Number of decimals of the units.
        contributors: By name ("n", "max1", "max2"), (n,) figures, NOT_GIVEN where blank; n is a plain number, the
            others are in units of the table.

    Raises:
        SchemaError: A relation is empty, repeats a part or goes round in a cycle, or a cell is in no relation.
    """

    cells: tuple[str, ...]
    value: IntArray
    known: BoolArray
    lower: IntArray
    upper: IntArray
    total: IntArray
    labels: tuple[str, ...]
    relation: IntArray
    part: IntArray
    decimals: int = 0
    contributors: Mapping[str, IntArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse(self, np.flatnonzero(self.lower > self.upper), "The lower bound lies above the upper bound", "cells")
        negative = self.known & (self.value < np.minimum(self.lower, 0))
        _refuse(self, np.flatnonzero(negative), "The value is negative", "cells")
        _check_relations(self)
        _check_order(self)

    def __len__(self) -> int:
        return len(self.cells)

    def entries(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the relations as a sparse matrix A with A x = 0: (row, column, +1 or -1), rows ascending."""
        row = np.concatenate([np.arange(len(self.total), dtype=np.int64), self.relation])
        column = np.concatenate([self.total, self.part])
        sign = np.concatenate([np.ones(len(self.total), np.int64), -np.ones(len(self.part), np.int64)])
        order = np.argsort(row, kind="stable")
        return row[order], column[order], sign[order]

    def names(self, cells: Sequence[int] | IntArray) -> str:
        """Return the names of some cells for a message, at most NAMED of them."""
        return named([self.cells[int(cell)] for cell in cells])

    def relation_names(self, relations: Sequence[int] | IntArray) -> str:
        """Return the names of some relations for a message, at most NAMED of them."""
        return named([self.labels[int(row)] for row in relations])


def named(names: Sequence[str]) -> str:
    """Return names quoted and separated by commas, at most NAMED of them."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"{name!r}" for name in names[:NAMED]) + more


def check_exact(table: LinearTable) -> None:
    """Check that values lie within their bounds, and that every relation whose cells all have a value adds up.

    Raises:
        SchemaError: A value lies outside the bounds that are known beforehand.
        DisclosureError: Some parts do not add up; the message names the relations and no value.
    """
    outside = table.known & ((table.value < table.lower) | (table.value > table.upper))
    _refuse(table, np.flatnonzero(outside), "The value lies outside its bounds (0 and none by default)", "cells")
    row, column, sign = table.entries()
    sums = np.zeros(len(table.total), dtype=np.int64)
    np.add.at(sums, row, sign * table.value[column])
    blanks = np.bincount(row, weights=~table.known[column], minlength=len(sums))
    wrong = np.flatnonzero((sums != 0) & (blanks == 0))
    if wrong.size:
        raise DisclosureError(
            "The parts do not add up to their total.",
            where=f"relation {table.relation_names(wrong)}",
            remedy="Correct the values. Where they were rounded (CBS rounds wijken and buurten to multiples of 5), "
            "`zicht attack --round 5` treats them as intervals; `zicht protect` needs them unrounded.",
        )


def containers(table: LinearTable, order: IntArray) -> list[IntArray]:
    """Return for each cell the totals that it is a direct part of.

    Args:
        table: The table.
        order: (k,) the cells asked for.
    """
    by_part = np.argsort(table.part, kind="stable")
    parts = table.part[by_part]
    totals = table.total[table.relation[by_part]]
    first, last = np.searchsorted(parts, order, "left"), np.searchsorted(parts, order, "right")
    return [totals[a:b] for a, b in zip(first, last, strict=True)]


def _refuse(table: LinearTable, cells: IntArray, problem: str, kind: str) -> None:
    if cells.size:
        raise SchemaError(
            f"{problem}: {table.names(cells)}.", where=kind, remedy="Correct these cells; no file was written."
        )


def _check_relations(table: LinearTable) -> None:
    sizes = np.bincount(table.relation, minlength=len(table.total))
    empty = np.flatnonzero(sizes == 0)
    if empty.size:
        raise SchemaError("A total has no parts.", where=f"relation {table.relation_names(empty)}")
    pairs = table.relation * len(table) + table.part
    _, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    twice = first[counts > 1]
    if twice.size:
        raise SchemaError(
            f"A part stands twice in one relation: {table.names(table.part[twice])}.",
            where=f"relation {table.relation_names(table.relation[twice])}",
            remedy="Remove the second row, or name another breakdown of the same total in the column `relation`.",
        )
    used = np.zeros(len(table), dtype=np.bool_)
    used[table.total] = used[table.part] = True
    if not np.all(used):
        raise SchemaError(
            f"A cell is in no relation: {table.names(np.flatnonzero(~used))}.",
            where="relations",
            remedy="Add the relation that it belongs to, or leave the cell out.",
        )


def _check_order(table: LinearTable) -> None:
    """Remove cells that are no total of anything left, again and again: what stays goes round in a cycle."""
    left = np.ones(len(table.part), dtype=np.bool_)
    while True:
        is_total = np.zeros(len(table), dtype=np.bool_)
        is_total[table.total[table.relation[left]]] = True
        keep = left & is_total[table.part]
        if np.array_equal(keep, left):
            break
        left = keep
    if np.any(left):
        # Those that are parts of the rest as well; cells above the cycle are not to blame.
        is_part = np.zeros(len(table), dtype=np.bool_)
        is_part[table.part[left]] = True
        raise SchemaError(
            f"The relations go round in a cycle: {table.names(np.flatnonzero(is_part))}.",
            where="relations",
            remedy="A cell cannot be part of itself, also not by way of other totals.",
        )
