"""The linear program behind secondary suppression of any table.

A suppressed cell moves freely; a published one moves at a price per unit. Asking a cell to reach a value then costs
nothing where a reader cannot rule that value out, and otherwise the published cells that move in the cheapest table
are those whose suppression makes it possible (Fischetti & Salazar 2001, Management Science 47, 1008-1027, section 5;
Kelly, Golden & Assad 1992, Networks 22, 397-417). The model is kept and re-solved from the basis before.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from zicht.errors import DisclosureError
from zicht.linear_tables import UNBOUNDED, BoolArray, IntArray, LinearTable

#: Less than this, in units of the table, is no movement.
STILL = 1e-6

FloatArray = NDArray[np.float64]
Status = highspy.HighsModelStatus


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a reader knows of each cell, published or suppressed.

    Args:
        low: (n,) lower bound where published.
        high: (n,) upper bound where published.
        hidden_low: (n,) lower bound where suppressed.
        hidden_high: (n,) upper bound where suppressed; UNBOUNDED for none.
    """

    low: IntArray
    high: IntArray
    hidden_low: IntArray
    hidden_high: IntArray


class Program:
    """The program of one table and a pattern of suppressions that changes.

    Args:
        table: Cells and relations.
        view: What a reader knows.
        cost: (n,) price of moving a published cell by a unit, above 0.
        movable: (n,) whether the cell may be suppressed at all.
    """

    def __init__(self, table: LinearTable, view: View, cost: FloatArray, movable: BoolArray) -> None:
        self._view, self._cost, self._movable = view, cost, movable
        self._size = len(table)
        self._model = self._build(table)

    def _build(self, table: LinearTable) -> highspy.Highs:
        """Make the model: core, upward and downward movement of every cell, in this order."""
        n, view = self._size, self._view
        up = np.where(self._movable, _endless(view.hidden_high) - view.high, 0.0)
        down = np.where(self._movable, view.low - view.hidden_low, 0.0)
        low = np.concatenate([view.low, np.zeros(2 * n)])
        high = np.concatenate([view.high, np.maximum(up, 0), np.maximum(down, 0)])
        cost = np.concatenate([np.zeros(n), self._cost, self._cost])
        row, column, sign = table.entries()
        rows = np.concatenate([row, row, row])
        order = np.argsort(rows, kind="stable")
        columns = np.concatenate([column, column + n, column + 2 * n])[order].astype(np.int32)
        entries = np.concatenate([sign, sign, -sign])[order].astype(np.float64)
        starts = np.searchsorted(rows[order], np.arange(len(table.total))).astype(np.int32)
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        model.setOptionValue("output_flag", False)
        model.setOptionValue("threads", 1)
        nothing = np.empty(0, dtype=np.int32)
        model.addCols(3 * n, cost, low.astype(np.float64), high, 0, nothing, nothing, np.empty(0))
        zeros = np.zeros(len(table.total))
        model.addRows(len(zeros), zeros, zeros, len(columns), starts, columns, entries)
        return model

    def hide(self, cells: IntArray) -> None:
        """Suppress cells."""
        self._bound(cells, self._view.hidden_low, _endless(self._view.hidden_high))
        for shift in (self._size, 2 * self._size):
            self._model.changeColsBounds(
                len(cells), (cells + shift).astype(np.int32), np.zeros(len(cells)), np.zeros(len(cells))
            )

    def show(self, cells: IntArray) -> None:
        """Publish cells, without leave to move: what a reader then knows is exactly the view."""
        self._bound(cells, self._view.low, self._view.high)

    def freeze(self) -> None:
        """Take from every published cell the leave to move."""
        moves = np.arange(self._size, 3 * self._size, dtype=np.int32)
        self._model.changeColsBounds(len(moves), moves, np.zeros(len(moves)), np.zeros(len(moves)))

    def reach(self, cell: int, target: int, sign: int, known: dict[int, int]) -> tuple[FloatArray, FloatArray] | None:
        """Find the cheapest table in which a suppressed cell reaches a target.

        Args:
            cell: A suppressed cell.
            target: What it must reach: from below where sign is +1, from above where it is -1.
            sign: Direction.
            known: Cells that an insider knows exactly, with their values.

        Returns:
            (n,) value of every cell, and (n,) how far it moved beyond what is published; None where no table does it.
        """
        low, high = float(self._view.hidden_low[cell]), float(_endless(self._view.hidden_high)[cell])
        self._model.changeColBounds(cell, *((float(target), high) if sign > 0 else (low, float(target))))
        kept = {other: self._bounds_of(other) for other in known}
        for other, value in known.items():
            self._model.changeColBounds(other, float(value), float(value))
        answer = None if (target > high if sign > 0 else target < low) else self._solve()
        self._model.changeColBounds(cell, low, high)
        for other, bounds in kept.items():
            self._model.changeColBounds(other, *bounds)
        return answer

    def _bounds_of(self, cell: int) -> tuple[float, float]:
        return float(self._view.hidden_low[cell]), float(_endless(self._view.hidden_high)[cell])

    def _bound(self, cells: IntArray, low: IntArray, high: IntArray | FloatArray) -> None:
        self._model.changeColsBounds(
            len(cells), cells.astype(np.int32), low[cells].astype(np.float64), high[cells].astype(np.float64)
        )

    def _solve(self) -> tuple[FloatArray, FloatArray] | None:
        self._model.run()
        if self._model.getModelStatus() not in (Status.kOptimal, Status.kInfeasible):
            # Now and then a warm start goes astray: begin anew.
            self._model.clearSolver()
            self._model.run()
        status = self._model.getModelStatus()
        if status in (Status.kInfeasible, Status.kUnboundedOrInfeasible):
            return None
        if status != Status.kOptimal:
            raise DisclosureError(f"The solver gave up: {self._model.modelStatusToString(status)}.", where="HiGHS")
        core, up, down = np.asarray(self._model.getSolution().col_value, dtype=np.float64).reshape(3, self._size)
        return core + up - down, up + down


def _endless(high: IntArray) -> FloatArray:
    return np.where(high >= UNBOUNDED, highspy.kHighsInf, high.astype(np.float64))
