"""The linear program behind secondary suppression of any table.

Every cell moves away from its true value at a price per unit: a high one where it is published, next to nothing where
it is suppressed. Asking a cell to reach a value then takes suppressed cells only where a reader cannot rule that value
out, and otherwise the published cells that move in the cheapest table are those whose suppression makes it possible
(Fischetti & Salazar 2001, Management Science 47, 1008-1027; Kelly, Golden & Assad 1992, Networks 22, 397-417). Since
suppressed cells have a small price, a table found moves few cells, and so stays a proof when others are published
again. The model is kept and re-solved from the basis before.
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


#: The price of a suppressed cell, as a share of the lowest price of a published one.
HIDDEN_PRICE = 1e-3


class Program:
    """The program of one table and a pattern of suppressions that changes; at first everything is published.

    Args:
        table: Cells, relations and true values.
        view: What a reader knows.
        cost: (n,) price of moving a published cell by a unit, above 0.
        movable: (n,) whether the cell may be suppressed at all.
    """

    def __init__(self, table: LinearTable, view: View, cost: FloatArray, movable: BoolArray) -> None:
        self._view, self._cost = view, cost
        self._truth = table.value.astype(np.float64)
        self._size = len(table)
        self._up = np.where(movable, _endless(view.hidden_high) - self._truth, 0.0)
        self._down = np.where(movable, self._truth - view.hidden_low, 0.0)
        self._model = self._build(table)

    def _build(self, table: LinearTable) -> highspy.Highs:
        """Make the model: for every cell what is published, an upward and a downward movement, in this order."""
        n = self._size
        row, column, sign = table.entries()
        rows = np.concatenate([row, row, row])
        order = np.argsort(rows, kind="stable")
        columns = np.concatenate([column, column + n, column + 2 * n])[order].astype(np.int32)
        entries = np.concatenate([sign, sign, -sign])[order].astype(np.float64)
        starts = np.searchsorted(rows[order], np.arange(len(table.total))).astype(np.int32)
        low = np.concatenate([self._view.low.astype(np.float64), np.zeros(2 * n)])
        high = np.concatenate([self._view.high.astype(np.float64), self._up, self._down])
        model = highspy.Highs()  # type: ignore[no-untyped-call]
        model.setOptionValue("output_flag", False)
        model.setOptionValue("threads", 1)
        # The basis before is a better start than a smaller model.
        model.setOptionValue("presolve", "off")
        nothing = np.empty(0, dtype=np.int32)
        prices = np.concatenate([np.zeros(n), self._cost, self._cost])
        model.addCols(3 * n, prices, low, high, 0, nothing, nothing, np.empty(0))
        zeros = np.zeros(len(table.total))
        model.addRows(len(zeros), zeros, zeros, len(columns), starts, columns, entries)
        return model

    def hide(self, cells: IntArray) -> None:
        """Suppress cells."""
        self._bound(cells, self._truth[cells], self._truth[cells])
        self._release(cells)
        moves = np.concatenate([cells + self._size, cells + 2 * self._size]).astype(np.int32)
        self._model.changeColsCost(len(moves), moves, np.full(len(moves), HIDDEN_PRICE * self._cost.min()))

    def show(self, cells: IntArray) -> None:
        """Publish cells, without leave to move: what a reader then knows is exactly the view."""
        self._bound(cells, self._view.low[cells].astype(np.float64), self._view.high[cells].astype(np.float64))
        for shift in (self._size, 2 * self._size):
            self._bound(cells + shift, np.zeros(len(cells)), np.zeros(len(cells)))

    def reach(self, cell: int, target: int, sign: int, known: int | None) -> tuple[FloatArray, FloatArray] | None:
        """Find the cheapest table in which a suppressed cell reaches a target beyond its true value.

        Args:
            cell: A suppressed cell.
            target: What it must reach: from below where sign is +1, from above where it is -1.
            sign: Direction.
            known: A suppressed cell that an insider knows exactly, if any.

        Returns:
            (n,) value of every cell, and (n,) how far it moved beyond what is published; None where no table does it.
        """
        up, down = cell + self._size, cell + 2 * self._size
        move, room, other = (up, self._up[cell], down) if sign > 0 else (down, self._down[cell], up)
        least = sign * (target - self._truth[cell])
        if least > room:
            return None
        self._model.changeColBounds(move, least, room)
        self._model.changeColBounds(other, 0.0, 0.0)
        if known is not None:
            self._fix(known)
        answer = self._solve()
        self._release(np.array([cell] if known is None else [cell, known]))
        return answer

    def _release(self, cells: IntArray) -> None:
        self._bound(cells + self._size, np.zeros(len(cells)), self._up[cells])
        self._bound(cells + 2 * self._size, np.zeros(len(cells)), self._down[cells])

    def _fix(self, cell: int) -> None:
        for shift in (self._size, 2 * self._size):
            self._model.changeColBounds(cell + shift, 0.0, 0.0)

    def _bound(self, columns: IntArray, low: FloatArray, high: FloatArray) -> None:
        self._model.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

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
