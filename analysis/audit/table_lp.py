"""Tightest bounds of the cells of a block that is no network: linear programs, then whole numbers where asked.

One model is solved again and again with another objective, from the basis before. Over whole numbers the linear bound
is rounded inwards; where a table in whole numbers reaches it (every solution that is whole counts, also those of other
cells), it is the answer, and only else a mixed-integer program is solved. Solver: HiGHS (Huangfu & Hall 2018, Math.
Prog. Comp. 10, 119-142).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray

from analysis.audit.table_network import Block
from zicht.errors import DisclosureError
from zicht.linear_tables import UNBOUNDED, BoolArray, IntArray

#: How far from a whole number a solution still is that number. HiGHS keeps relations to 1e-7 or better.
NEARLY = 1e-6

FloatArray = NDArray[np.float64]
Status = highspy.HighsModelStatus


@dataclass(frozen=True, slots=True, eq=False)
class LinearBounds:
    """What linear and integer programs say of a block.

    Args:
        low: (c,) smallest values, in the units of the table.
        high: (c,) largest values; UNBOUNDED for none.
        programs: Number of linear programs solved.
        integer_programs: Number of mixed-integer programs solved.
        contradiction: Relations that cannot all hold; empty where a table fits.
    """

    low: FloatArray
    high: FloatArray
    programs: int
    integer_programs: int
    contradiction: IntArray


def linear_bounds(block: Block, low: IntArray, high: IntArray, wanted: BoolArray, *, integer: bool) -> LinearBounds:
    """Return the tightest bounds of the wanted cells of any block.

    Args:
        block: Relations and free cells.
        low: (c,) lower bounds of its cells.
        high: (c,) upper bounds; UNBOUNDED for none.
        wanted: (c,) cells whose bounds are asked for; the others keep theirs.
        integer: Whether only tables in whole units count.

    Raises:
        DisclosureError: The solver gave up.
    """
    least, most = low.astype(np.float64), high.astype(np.float64)
    search = _Search(block, low, high, integer=integer)
    if not search.feasible():
        return LinearBounds(least, most, search.programs, search.integer_programs, _culprits(block, low, high))
    for cell in np.flatnonzero(wanted):
        most[cell] = search.extreme(int(cell), 1)
        least[cell] = -search.extreme(int(cell), -1)
    return LinearBounds(least, most, search.programs, search.integer_programs, np.empty(0, dtype=np.int64))


class _Search:
    """One block, its models, and the extremes of all tables in whole numbers met so far."""

    def __init__(self, block: Block, low: IntArray, high: IntArray, *, integer: bool) -> None:
        self.block, self.low, self.high, self.integer = block, low, high, integer
        self.linear = _model(block, low, high)
        self.endless = _endless(block, high)
        self.whole: highspy.Highs | None = None
        self.programs = self.integer_programs = 0
        #: Per direction, the largest value of direction * cell in any whole table met.
        self.met = {sign: np.full(len(low), -np.inf) for sign in (1, -1)}

    def feasible(self) -> bool:
        """Say whether a table fits; over whole numbers, find one."""
        self.programs += 1
        self.linear.run()
        if self.linear.getModelStatus() == Status.kInfeasible:
            return False
        if not self.integer or self._meet(_solution(self.linear)):
            return True
        model = self._whole_model()
        model.run()
        self.integer_programs += 1
        return bool(model.getModelStatus() == Status.kOptimal and self._meet(_solution(model)))

    def extreme(self, cell: int, sign: int) -> float:
        """Return the largest value of sign * cell; UNBOUNDED for none."""
        if sign > 0 and self.endless[cell]:
            return float(UNBOUNDED)
        known = float(self.high[cell]) if sign > 0 else -float(self.low[cell])
        if self.integer and self.met[sign][cell] >= known:
            return known
        self.programs += 1
        bound, value = _solve(self.linear, cell, sign)
        if not self.integer:
            return bound
        rounded = float(np.floor(bound + NEARLY))
        self._meet(value)
        if self.met[sign][cell] >= rounded:
            return rounded
        self.integer_programs += 1
        best, value = _solve(self._whole_model(), cell, sign)
        self._meet(value)
        return float(np.floor(best + NEARLY))

    def _meet(self, value: FloatArray) -> bool:
        """Remember a table, where it is in whole numbers and fits exactly."""
        table = np.rint(value).astype(np.int64)
        if np.any(np.abs(value - table) > NEARLY) or np.any(table < self.low) or np.any(table > self.high):
            return False
        sums = self.block.rhs.copy()
        np.subtract.at(sums, self.block.row, self.block.sign * table[self.block.column])
        if np.any(sums):
            return False
        for sign, met in self.met.items():
            np.maximum(met, sign * table, out=met)
        return True

    def _whole_model(self) -> highspy.Highs:
        if self.whole is None:
            self.whole = _model(self.block, self.low, self.high)
            columns = np.arange(len(self.low), dtype=np.int32)
            kind = np.full(len(self.low), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self.whole.changeColsIntegrality(len(columns), columns, kind)
        return self.whole


def _model(block: Block, low: IntArray, high: IntArray, *, slack: bool = False) -> highspy.Highs:
    """Return the model of a block, without objective; with slack, each relation may be missed at a price."""
    rows, cells = len(block.relations), len(block.cells)
    order = np.argsort(block.row, kind="stable")
    starts = np.searchsorted(block.row[order], np.arange(rows))
    rhs = block.rhs.astype(np.float64)
    model = _solver()
    nothing = np.empty(0, dtype=np.int32)
    upper = np.where(high >= UNBOUNDED, highspy.kHighsInf, high.astype(np.float64))
    model.addCols(cells, np.zeros(cells), low.astype(np.float64), upper, 0, nothing, nothing, np.empty(0))
    columns, entries = block.column[order].astype(np.int32), block.sign[order].astype(np.float64)
    model.addRows(rows, rhs, rhs, len(columns), starts.astype(np.int32), columns, entries)
    if slack:
        for sign in (1.0, -1.0):
            every = np.arange(rows, dtype=np.int32)
            endless = np.full(rows, highspy.kHighsInf)
            model.addCols(rows, np.ones(rows), np.zeros(rows), endless, rows, every, every, np.full(rows, sign))
    return model


def _solver() -> highspy.Highs:
    """Return a silent solver of one thread: the same model gives the same answer."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("primal_feasibility_tolerance", 1e-9)
    model.setOptionValue("dual_feasibility_tolerance", 1e-9)
    model.setOptionValue("mip_feasibility_tolerance", 1e-9)
    # Objectives are whole, so a gap below one proves the optimum.
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.5)
    return model


def _solve(model: highspy.Highs, cell: int, sign: int) -> tuple[float, FloatArray]:
    """Return the largest value of sign * cell, which is known to be finite, and a table that reaches it."""
    model.changeColCost(cell, -float(sign))
    model.run()
    if model.getModelStatus() != Status.kOptimal:
        # Now and then a warm start goes astray: begin anew.
        model.clearSolver()
        model.run()
    status = model.getModelStatus()
    if status != Status.kOptimal:
        raise DisclosureError(
            f"The solver gave up: {model.modelStatusToString(status)}.",
            where="HiGHS",
            remedy="Split the table, or use larger units.",
        )
    # Read before the objective changes: that drops the answer.
    bound, value = -float(model.getInfo().objective_function_value), _solution(model)
    model.changeColCost(cell, 0.0)
    return bound, value


def _endless(block: Block, high: IntArray) -> BoolArray:
    """Return the cells that can grow without bound: those with a part in some direction of the recession cone.

    The cone is scaled at will, so the sum of min(direction, 1) over its cells is largest where every such cell has 1.
    Whole tables grow along the same directions, since these can be chosen rational.
    """
    free = high >= UNBOUNDED
    if not np.any(free):
        return free
    model = _model(replace(block, rhs=np.zeros_like(block.rhs)), np.zeros_like(high), np.where(free, high, 0))
    cells = np.flatnonzero(free).astype(np.int32)
    count, nothing = len(cells), np.empty(0, dtype=np.int32)
    first = len(high)
    model.addCols(count, -np.ones(count), np.zeros(count), np.ones(count), 0, nothing, nothing, np.empty(0))
    pairs = np.stack([cells, first + np.arange(count, dtype=np.int32)], axis=1).ravel().astype(np.int32)
    starts = 2 * np.arange(count, dtype=np.int32)
    most = np.full(count, highspy.kHighsInf)
    model.addRows(count, np.zeros(count), most, len(pairs), starts, pairs, np.tile([1.0, -1.0], count))
    model.run()
    grows = np.zeros(len(high), dtype=np.bool_)
    grows[cells] = _solution(model)[first:] > 0.5
    return grows


def _solution(model: highspy.Highs) -> FloatArray:
    return np.asarray(model.getSolution().col_value, dtype=np.float64)


def _culprits(block: Block, low: IntArray, high: IntArray) -> IntArray:
    """Return the relations that a nearest table misses; all of them where only whole numbers are the trouble."""
    model = _model(block, low, high, slack=True)
    model.run()
    miss = np.asarray(model.getSolution().col_value, dtype=np.float64)[len(low) :].reshape(2, -1).sum(axis=0)
    missed = block.relations[miss > NEARLY]
    return missed if missed.size else block.relations
