"""What the protector of a table works with: secret costs, the reader's view, and kinship."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.table_program import View
from analysis.confidential.disclosure.table_rules import is_magnitude
from zicht.linear_rules import TableRule, rounded
from zicht.linear_tables import IntArray, LinearTable, containers

FloatArray = NDArray[np.float64]


def costs(table: LinearTable, key: bytes) -> FloatArray:
    """Draw the cost of suppressing each cell: its value times a factor from 1/2 to 3/2 drawn from key and name."""
    digests = [hmac.digest(key, b"zicht table cost\0" + name.encode(), hashlib.sha256) for name in table.cells]
    drawn = np.array([int.from_bytes(digest[:6], "big") / 2**48 for digest in digests])
    plain: FloatArray = np.maximum(table.value, 1) / 10**table.decimals * (0.5 + drawn)
    return plain


def published_view(table: LinearTable, rule: TableRule) -> View:
    """Return what a reader knows of each cell, were it published, and were it suppressed."""
    step = 0 if rule.base is None else rule.base * 10**table.decimals
    shown = rounded(table.value, rule.base, table.decimals)
    above = max(0, (step - 1) // 2) if rule.integer else step // 2
    low, high = np.maximum(shown - step // 2, table.lower), np.minimum(shown + above, table.upper)
    hidden_low = table.lower
    if not is_magnitude(table):
        some = table.value > 0
        low = np.where(some, np.maximum(low, min(rule.threshold, 2**52)), 0)
        high = np.where(some, high, 0)
        # An unsafe cell is never published; its view must not cross.
        low = np.minimum(low, high)
        if not rule.hide_zeros:
            hidden_low = np.maximum(hidden_low, 1)
    return View(low=low, high=high, hidden_low=hidden_low, hidden_high=table.upper)


def ancestors(table: LinearTable) -> list[IntArray]:
    """Return for each cell all cells that contain it, through any relations."""
    direct = containers(table, np.arange(len(table)))
    found: list[set[int] | None] = [None] * len(table)
    waiting = list(range(len(table)))
    while waiting:
        cell = waiting[-1]
        above = direct[cell].tolist()
        unknown = [total for total in above if found[total] is None]
        # The relations have no cycle, so what is asked for on top of a cell never is that cell.
        if found[cell] is None and unknown:
            waiting += unknown
            continue
        waiting.pop()
        found[cell] = set(above).union(*(found[total] or () for total in above))
    return [np.array(sorted(cells or ()), dtype=np.int64) for cells in found]


def neighbours(table: LinearTable, cell: int) -> IntArray:
    """Return the other cells of all relations that a cell is in."""
    inside = np.zeros(len(table.total), dtype=np.bool_)
    inside[table.relation[table.part == cell]] = True
    inside |= table.total == cell
    cells = np.concatenate([table.total[inside], table.part[inside[table.relation]]])
    return np.setdiff1d(cells, [cell])
