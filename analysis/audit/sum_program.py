"""Programs over a window of a total and its parts: the most, or the least, that a sum of some atoms can be.

What lies outside the window stays as it is in a table already met, so a table of a window is one of the whole; a bound
of a window is none of the whole. Every table is checked in whole numbers before it counts. Solver: HiGHS (Huangfu &
Hall 2018, Math. Prog. Comp. 10, 119-142).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array, hstack, vstack

from analysis.audit.network import UNLIMITED, IntArray
from zicht.errors import DisclosureError

FloatArray = NDArray[np.float64]
Status = highspy.HighsModelStatus

#: How far from a whole number a solution still is that number.
NEARLY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What is known of the parts of some atoms.

    Args:
        limit: (parts, atoms) the most each can be; `UNLIMITED` for no limit.
        rows: (r, parts * atoms) sums that are known.
        low: (r,) least.
        high: (r,) most; `UNLIMITED` for no limit.
    """

    limit: IntArray
    rows: csr_array
    low: IntArray
    high: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """What a program found.

    Args:
        bound: The bound of the sum over the window, whole numbers or not.
        table: (parts, atoms) a table of whole numbers that fits, None where none was met.
    """

    bound: float
    table: IntArray | None


def stacked(total: csr_array, part: csr_array, parts: int) -> csr_array:
    """Return rows over (part, atom): those of the total over all parts, then those of each part by itself."""
    return csr_array(vstack([hstack([total] * parts), block_diag([part] * parts)]))


def solve(window: Window, columns: IntArray, *, sign: int, goal: int | None, integer: bool) -> Best | None:
    """Return how far a sum can go up (1) or down (-1), no further than its goal; None where no table fits.

    Args:
        window: What is known.
        columns: Positions in (part, atom) that are summed.
        sign: Direction.
        goal: Where to stop; None for no such limit.
        integer: Whether only whole numbers count.

    Raises:
        DisclosureError: The solver gave up.
    """
    model, size = _model(window), window.limit.size
    cost = np.zeros(size)
    cost[columns] = -float(sign)
    every = np.arange(size, dtype=np.int32)
    model.changeColsCost(size, every, cost)
    if integer:
        model.changeColsIntegrality(size, every, np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8))
    if goal is not None:
        ends = (-highspy.kHighsInf, float(goal)) if sign > 0 else (float(goal), highspy.kHighsInf)
        model.addRow(*ends, len(columns), columns.astype(np.int32), np.ones(len(columns)))
    value = _solved(model)
    if value is None:
        return None
    return Best(-sign * float(model.getInfo().objective_function_value), _whole(window, value))


def largest(window: Window, weight: FloatArray) -> IntArray | None:
    """Return a table in which many atoms are large at once, by their weights; None for shares of units.

    Args:
        window: What is known, with how large each atom may become as its limit.
        weight: (parts, atoms) what a unit of each is worth.

    Raises:
        DisclosureError: The solver gave up.
    """
    model = _model(window)
    model.changeColsCost(weight.size, np.arange(weight.size, dtype=np.int32), -weight.ravel())
    value = _solved(model)
    return None if value is None else _whole(window, value)


def _model(window: Window) -> highspy.Highs:
    model, size = _solver(), window.limit.size
    nothing, zero = np.empty(0, dtype=np.int32), np.zeros(size)
    model.addCols(size, zero, zero, _open(window.limit.ravel()), 0, nothing, nothing, np.empty(0))
    rows = window.rows
    starts, entries = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
    low = np.where(window.low <= 0, -highspy.kHighsInf, window.low.astype(np.float64))
    model.addRows(rows.shape[0], low, _open(window.high), len(entries), starts, entries, rows.data.astype(np.float64))
    return model


def _solved(model: highspy.Highs) -> FloatArray | None:
    model.run()
    status = model.getModelStatus()
    if status == Status.kInfeasible:
        return None
    if status != Status.kOptimal:
        raise DisclosureError(f"The solver gave up: {model.modelStatusToString(status)}.", where="HiGHS")
    return np.asarray(model.getSolution().col_value, dtype=np.float64)


def _whole(window: Window, value: FloatArray) -> IntArray | None:
    """Return a solution in whole numbers, where it is one and fits exactly."""
    if not np.all(np.abs(value) < UNLIMITED):
        return None
    table = np.rint(value).astype(np.int64)
    if np.any(np.abs(value - table) > NEARLY) or np.any(table < 0) or np.any(table > window.limit.ravel()):
        return None
    sums = window.rows @ table
    if np.any(sums < window.low) or np.any(sums > window.high):
        return None
    return table.reshape(window.limit.shape)


def _solver() -> highspy.Highs:
    """Return a silent solver of one thread: the same model gives the same answer."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
        model.setOptionValue(name, value)
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
        model.setOptionValue(name, 1e-9)
    return model


def _open(high: IntArray) -> FloatArray:
    opened: FloatArray = np.where(high >= UNLIMITED, highspy.kHighsInf, high.astype(np.float64))
    return opened
