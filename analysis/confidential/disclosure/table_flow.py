"""Secondary suppression of a table of counts that is a network, by the search that protects releases.

A table is a network where each cell occurs in at most two relations, and relations can be turned (multiplied by -1) so
that every such cell has opposite signs in its two: one hierarchy, two hierarchies of the same whole, a table of rows
and columns. Each relation is then a node and each cell an arc; a cell of one relation runs to a node that is added.
Bounds over such a table are whole numbers (Gusfield 1988, SIAM Journal on Computing 17, 552-571), so no demand has to
be raised afterwards.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.joint import Network, Problem, protect
from analysis.confidential.disclosure.table_program import View
from analysis.confidential.disclosure.table_view import ancestors
from zicht.errors import InfeasibleError
from zicht.linear_tables import BoolArray, IntArray, LinearTable, containers

FloatArray = NDArray[np.float64]

#: The search walks up the totals of a cell in a memory of fixed size.
MOST_TOTALS = 200


def hidden_by_flow(
    table: LinearTable, view: View, unsafe: BoolArray, cost: FloatArray, *, goal: int
) -> BoolArray | None:
    """Choose which cells of a table of counts to hide, where the search can.

    Args:
        table: Every value given, adding up.
        view: What a reader knows of each cell, published or suppressed.
        unsafe: (n,) cells that may not be published.
        cost: (n,) price of hiding a cell, above 0.
        goal: What a hidden cell must look as if it could be: threshold and margin.

    Returns:
        (n,) true for hidden cells; None where the table is no network of numbers of an ordinary size, or where the
        search finds no pattern.
    """
    ends = orientation(table)
    if ends is None or np.any(table.value >= UNLIMITED // 2):
        return None
    if max(map(len, ancestors(table)), default=0) > MOST_TOTALS:
        return None
    try:
        return ~protect(_problem(table, view, unsafe, cost, ends, goal)).published
    except InfeasibleError:
        return None


def orientation(table: LinearTable) -> tuple[IntArray, IntArray] | None:
    """Return (n,) the node that each cell leaves and the node that it enters, or None where the table is no network.

    Nodes are the relations, and one more for cells of one relation.
    """
    row, column, sign = table.entries()
    order = np.argsort(column, kind="stable")
    row, sign = row[order], sign[order]
    first = np.searchsorted(column[order], np.arange(len(table) + 1))
    number = np.diff(first)
    if np.any(number > 2):
        return None
    twice = first[:-1][number == 2]
    # Relations that share a cell must be turned alike where its signs differ, and unlike where they agree.
    turned = _turned(len(table.total), row[twice], row[twice + 1], sign[twice] == sign[twice + 1])
    if turned is None:
        return None
    own = len(table.total)
    tail, head = np.full(len(table), own), np.full(len(table), own)
    cell = np.repeat(np.arange(len(table)), number)
    enters = (sign > 0) != turned[row]
    head[cell[enters]], tail[cell[~enters]] = row[enters], row[~enters]
    return tail.astype(np.int64), head.astype(np.int64)


def _turned(count: int, one: IntArray, other: IntArray, unlike: BoolArray) -> BoolArray | None:
    """Return (count,) which relations to turn, None where no choice does."""
    links: list[list[tuple[int, bool]]] = [[] for _ in range(count)]
    for a, b, differ in zip(one.tolist(), other.tolist(), unlike.tolist(), strict=True):
        links[a].append((b, differ))
        links[b].append((a, differ))
    turned = np.full(count, -1)
    for root in range(count):
        if turned[root] >= 0:
            continue
        turned[root] = 0
        waiting = deque([root])
        while waiting:
            a = waiting.popleft()
            for b, differ in links[a]:
                wanted = turned[a] ^ int(differ)
                if turned[b] < 0:
                    turned[b] = wanted
                    waiting.append(b)
                elif turned[b] != wanted:
                    return None
    return turned > 0


def _problem(
    table: LinearTable, view: View, unsafe: BoolArray, cost: FloatArray, ends: tuple[IntArray, IntArray], goal: int
) -> Problem:
    n, value = len(table), table.value
    holders = containers(table, np.arange(n))
    network = Network(
        nodes=len(table.total) + 1,
        tail=ends[0].astype(np.int32),
        head=ends[1].astype(np.int32),
        container_start=np.concatenate([[0], np.cumsum([len(one) for one in holders])]).astype(np.int32),
        container=np.concatenate([*holders, np.empty(0, dtype=np.int64)]).astype(np.int32),
        capacity=np.minimum(view.hidden_high, UNLIMITED),
        pair=np.empty((0, 2), dtype=np.int32),
    )
    return Problem(
        network=network,
        truth=value,
        hidden=unsafe,
        # Of an unsafe cell nobody sees the published view.
        low=np.minimum(view.low, value),
        high=np.minimum(view.high, UNLIMITED),
        floor=np.minimum(view.hidden_low, value),
        required=np.full(n, goal),
        above=np.zeros(n, dtype=np.int64),
        below=np.full(n, UNLIMITED),
        price=np.where((value > 0) | unsafe, cost, np.inf),
        # The price without the value is what was drawn.
        order=np.argsort(cost / np.maximum(value, 1), kind="stable").astype(np.int32),
        atom=np.zeros(n, dtype=np.bool_),
    )
