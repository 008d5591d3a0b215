"""Tables of whole numbers in which the numbers asked after are large: one table answers many questions.

A *witness* of a number is a table of whole numbers that fits everything known and in which it reaches its requirement.
Every table that is found is checked in whole numbers before it counts, so a witness is proof, however it was found.
Tables come from linear programs: the pieces that are still open are packed together as far as the known sums allow,
and all of them are made as large as they can be at once. What stays open is asked for by itself, first by a linear
program, whose bound refutes where it is too low, and else by an integer program. A table gives others for nothing:
where a piece is full, its units can lie in another piece of the same atom, as far as flags and silences allow. So the
answer is exact over whole numbers; linear programs only save time. Solver: HiGHS (Huangfu & Hall 2018, Math. Prog.
Comp. 10, 119-142).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from analysis.audit.network import UNLIMITED, IntArray
from analysis.audit.pieces import Pieces
from zicht.errors import DisclosureError

#: How far from a whole number a solution still is that number.
NEARLY = 1e-6
#: Nodes that the integer program of many questions at once may search, before they are asked one by one.
NODES = 50

FloatArray = NDArray[np.float64]
Status = highspy.HighsModelStatus


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What was found.

    Args:
        reached: (q,) the largest value met of each number asked after; where that is below the requirement, it is the
            upper bound over all tables of whole numbers.
        feasible: Whether any table fits.
        programs: Number of linear programs solved.
        integer_programs: Number of integer programs solved.
    """

    reached: IntArray
    feasible: bool
    programs: int
    integer_programs: int


def answer(known: Pieces) -> Answers:
    """Find a witness of every number asked after, or its upper bound where it has none.

    Raises:
        DisclosureError: The solver gave up.
    """
    search = _Search(known)
    if not search.any_table():
        return Answers(search.reached, False, search.programs, search.integer_programs)
    open_ = search.open()
    while len(open_):
        packed = search.packed(open_)
        before = len(open_)
        if len(packed) > 1:
            search.together(packed)
            open_ = search.open()
        if len(open_) == before:
            search.alone(int(open_[0]))
            open_ = search.open()
    return Answers(search.reached, True, search.programs, search.integer_programs)


class _Search:
    """The model, and the largest value met of each number asked after."""

    def __init__(self, known: Pieces) -> None:
        self.known = known
        self.reached = np.full(known.asked.shape[0], -1, dtype=np.int64)
        self.settled = np.zeros(known.asked.shape[0], dtype=np.bool_)
        self.programs = self.integer_programs = 0
        self.model = _model(known)
        self.by_piece = known.rows.tocsc()

    def open(self) -> IntArray:
        """Return the numbers that still need a witness."""
        return np.flatnonzero((self.reached < self.known.requirement) & ~self.settled)

    def any_table(self) -> bool:
        """Say whether a table of whole numbers fits, and meet it."""
        self._run()
        if self.model.getModelStatus() == Status.kInfeasible:
            return False
        return self._meet() or self._whole(exactly=True)

    def packed(self, open_: IntArray) -> IntArray:
        """Return open pieces that could all be large at once, as far as the sums by themselves tell."""
        known, left = self.known, self.known.high.copy()
        chosen = []
        for at in open_[open_ < len(known.capacity)].tolist():
            rows = self._rows(at)
            need = known.requirement[at]
            if np.all(left[rows] >= need):
                left[rows] -= need
                chosen.append(at)
        return np.array(chosen, dtype=np.int64)

    def together(self, pieces: IntArray) -> None:
        """Make many pieces as large as they can be at once, each up to what it must reach."""
        count, columns = len(pieces), pieces.astype(np.int32)
        zero, room = np.zeros(count), _endless(self.known.capacity[pieces])
        self.model.changeColsCost(count, columns, np.full(count, -1.0))
        self.model.changeColsBounds(count, columns, zero, self.known.requirement[pieces].astype(np.float64))
        self._run()
        if self.model.getModelStatus() == Status.kOptimal and not self._meet():
            self._whole(exactly=False)
        self.model.changeColsCost(count, columns, zero)
        self.model.changeColsBounds(count, columns, zero, room)

    def alone(self, number: int) -> None:
        """Make one number as large as it must be, or find its upper bound."""
        known, row = self.known, self.known.rows.shape[0] + number
        first, last = known.asked.indptr[number : number + 2]
        columns = known.asked.indices[first:last].astype(np.int32)
        need = float(known.requirement[number])
        self.model.changeRowBounds(row, -highspy.kHighsInf, need)
        self.model.changeColsCost(len(columns), columns, np.full(len(columns), -1.0))
        self._run()
        if self.model.getModelStatus() != Status.kOptimal:
            raise DisclosureError("The solver gave up on a hotspot window.", where="HiGHS")
        bound = int(np.floor(-self.model.getInfo().objective_function_value + NEARLY))
        self._meet()
        if self.reached[number] < min(bound, need):
            self._whole(exactly=True)
        self.settled[number] = True
        self.model.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        self.model.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    def _run(self) -> None:
        self.programs += 1
        self.model.run()
        if self.model.getModelStatus() not in (Status.kOptimal, Status.kInfeasible):
            # Now and then a warm start goes astray: begin anew.
            self.model.clearSolver()
            self.model.run()

    def _whole(self, *, exactly: bool) -> bool:
        """Solve the same program over whole numbers, and meet the table found."""
        self.integer_programs += 1
        size = len(self.known.capacity)
        columns = np.arange(size, dtype=np.int32)
        kind = highspy.HighsVarType
        self.model.changeColsIntegrality(size, columns, np.full(size, int(kind.kInteger), dtype=np.uint8))
        self.model.setOptionValue("mip_max_nodes", highspy.kHighsIInf if exactly else NODES)
        self.model.run()
        met = self._meet()
        done = self.model.getModelStatus() in (Status.kOptimal, Status.kInfeasible)
        self.model.changeColsIntegrality(size, columns, np.full(size, int(kind.kContinuous), dtype=np.uint8))
        if exactly and not done:
            raise DisclosureError("The solver gave up on a hotspot window.", where="HiGHS")
        return met

    def _meet(self) -> bool:
        """Remember a table, where it is in whole numbers and fits exactly."""
        value = np.asarray(self.model.getSolution().col_value, dtype=np.float64)
        if len(value) != len(self.known.capacity) or not np.all(np.abs(value) < UNLIMITED):
            return False
        table = np.rint(value).astype(np.int64)
        if np.any(np.abs(value - table) > NEARLY) or np.any(table < 0) or np.any(table > self.known.capacity):
            return False
        sums = self.known.rows @ table
        if np.any(sums < self.known.low) or np.any(sums > self.known.high):
            return False
        self.reached = np.maximum(self.reached, self.known.asked @ table)
        self._neighbours(table, sums)
        return True

    def _neighbours(self, table: IntArray, sums: IntArray) -> None:
        """Meet the tables in which the units of one piece lie in another of the same atom: the same cells hold them."""
        known, size = self.known, len(self.known.capacity)
        order = np.lexsort((-table, known.pair))
        first = order[np.unique(known.pair[order], return_index=True)[1]]
        fullest = np.zeros(int(known.pair.max(initial=0)) + 1, dtype=np.int64)
        fullest[known.pair[first]] = first
        need, donor = known.requirement[:size], fullest[known.pair]
        moved = need - table
        wanted = (self.reached[:size] < need) & ~self.settled[:size] & (donor != np.arange(size))
        for piece in np.flatnonzero(wanted & (moved <= table[donor])).tolist():
            changed = sums.copy()
            changed[self._rows(piece)] += moved[piece]
            changed[self._rows(int(donor[piece]))] -= moved[piece]
            if np.all((changed >= known.low) & (changed <= known.high)):
                self.reached[piece] = need[piece]

    def _rows(self, piece: int) -> IntArray:
        start, stop = self.by_piece.indptr[piece : piece + 2]
        return np.asarray(self.by_piece.indices[start:stop], dtype=np.int64)


def _model(known: Pieces) -> highspy.Highs:
    """Return the model: a column for each piece, a row for each known sum, a free row for each number asked after."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
        model.setOptionValue(name, value)
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
        model.setOptionValue(name, 1e-9)
    size, nothing = len(known.capacity), np.empty(0, dtype=np.int32)
    model.addCols(size, np.zeros(size), np.zeros(size), _endless(known.capacity), 0, nothing, nothing, np.empty(0))
    free = np.full(known.asked.shape[0], highspy.kHighsInf)
    bounds = ((known.low.astype(np.float64), _endless(known.high)), (-free, free))
    for rows, (low, high) in zip((known.rows, known.asked), bounds, strict=True):
        starts, columns = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        model.addRows(rows.shape[0], low, high, len(columns), starts, columns, rows.data.astype(np.float64))
    return model


def _endless(high: IntArray) -> FloatArray:
    return np.where(high >= UNLIMITED, highspy.kHighsInf, high.astype(np.float64))
