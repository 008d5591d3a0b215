"""Which parts of a table are networks: split into blocks, and find the arcs of each.

After what is known exactly has been taken out, cells and relations fall apart into connected blocks. A block is a
network where every cell is in at most two relations and the relations can be multiplied by +1 or -1 so that each cell
that is in two has opposite signs there. Its matrix is then that of a directed graph (relations are nodes, cells are
arcs; a cell in one relation runs to or from the ground), totally unimodular, and its tightest bounds over real numbers
are whole wherever the data are (Heller & Tompkins 1956; for two-way tables Gusfield 1988, SIAM J. Comput. 17, 552-571).
Whether such multipliers exist is whether a signed graph is balanced: no relation may be connected to its own mirror
image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from zicht.linear_tables import BoolArray, IntArray, LinearTable


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Relations and cells that hang together: A x = rhs.

    Args:
        relations: (r,) relations of the table, ascending.
        cells: (c,) free cells of the table, ascending.
        row: (e,) entry: position in `relations`.
        column: (e,) entry: position in `cells`.
        sign: (e,) entry: +1 or -1; where the block is a network, after multiplying relations.
        rhs: (r,) what the free cells of each relation add up to.
        is_network: Whether each cell has at most one +1 and one -1.
    """

    relations: IntArray
    cells: IntArray
    row: IntArray
    column: IntArray
    sign: IntArray
    rhs: IntArray
    is_network: bool

    def arcs(self) -> tuple[IntArray, IntArray]:
        """Return (tail, head) of each cell: the relation where it counts +1, and -1; r is the ground."""
        ground = len(self.relations)
        tail = np.full(len(self.cells), ground, dtype=np.int64)
        head = tail.copy()
        tail[self.column[self.sign > 0]] = self.row[self.sign > 0]
        head[self.column[self.sign < 0]] = self.row[self.sign < 0]
        return tail, head


def blocks(table: LinearTable, low: IntArray, high: IntArray) -> list[Block]:
    """Split what is not known exactly into blocks.

    Args:
        table: The table.
        low: (n,) lower bounds.
        high: (n,) upper bounds.

    Returns:
        The blocks, by their first cell.
    """
    row, column, sign = table.entries()
    fixed = low == high
    rhs = np.zeros(len(table.total), dtype=np.int64)
    known = fixed[column]
    np.subtract.at(rhs, row[known], sign[known] * low[column[known]])
    row, column, sign = row[~known], column[~known], sign[~known]
    if not row.size:
        return []
    flip, balanced = _multipliers(row, column, sign, relations=len(table.total), cells=len(table))
    label = _connected(row, column, relations=len(table.total), cells=len(table))[row]
    order = np.lexsort((column, label))
    row, column, sign, label = row[order], column[order], sign[order], label[order]
    cuts = np.flatnonzero(label[1:] != label[:-1]) + 1
    pieces = zip(*(np.split(x, cuts) for x in (row, column, sign)), strict=True)
    made = [_block(r, c, s, flip, balanced, rhs) for r, c, s in pieces]
    return sorted(made, key=lambda block: int(block.cells[0]))


def _block(
    row: IntArray, column: IntArray, sign: IntArray, flip: IntArray, balanced: BoolArray, rhs: IntArray
) -> Block:
    relations, rows = np.unique(row, return_inverse=True)
    cells, columns, counts = np.unique(column, return_inverse=True, return_counts=True)
    network = bool(np.all(counts <= 2) and np.all(balanced[relations]))
    factor = flip[relations] if network else np.ones(len(relations), dtype=np.int64)
    return Block(relations, cells, rows, columns, sign * factor[rows], rhs[relations] * factor, network)


def _connected(row: IntArray, column: IntArray, *, relations: int, cells: int) -> IntArray:
    graph = coo_array((np.ones(len(row)), (row, column + relations)), shape=(relations + cells,) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _multipliers(
    row: IntArray, column: IntArray, sign: IntArray, *, relations: int, cells: int
) -> tuple[IntArray, BoolArray]:
    """Return (+1 or -1 of each relation, whether its block is balanced)."""
    order = np.argsort(column, kind="stable")
    row, column, sign = row[order], column[order], sign[order]
    pair = np.flatnonzero((column[1:] == column[:-1]) & (np.bincount(column, minlength=cells)[column[1:]] == 2))
    first, second = row[pair], row[pair + 1]
    # Node r is relation r times +1, node r + relations its mirror image. Equal signs join one with the other's mirror.
    opposite = sign[pair] != sign[pair + 1]
    shift = np.where(opposite, 0, relations)
    a = np.concatenate([first, first + relations])
    b = np.concatenate([second + shift, second + relations - shift])
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(2 * relations,) * 2)
    label = np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
    plus, minus = label[:relations], label[relations:]
    return np.where(plus < minus, 1, -1), plus != minus
