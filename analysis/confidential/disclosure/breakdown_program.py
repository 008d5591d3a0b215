"""Integer programs over a window of a breakdown: tables in which one number is as large as it must be.

A window is a set of atoms. What lies outside it keeps its true value, so every table found in a window is a table of
the whole. Published numbers may move at their price (Fischetti & Salazar 2001, Management Science 47, 1008-1027): where
the cheapest table moves none, the number is safe already; else those that move are what to hide. Solver: HiGHS
(Huangfu & Hall 2018, Math. Prog. Comp. 10, 119-142).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from zicht.errors import DisclosureError

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
Status = highspy.HighsModelStatus

#: How far from a whole number a solution still is that number.
NEARLY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What a reader knows of the sums of one member in a window, published or not.

    Args:
        cell: (r,) arcs of the system.
        part: (r,) the part that is summed; -1 for all of them.
        low: (r,) what the sum is at least.
        high: (r,) and at most; `UNLIMITED` for no limit.
        fall: (r,) how far below `low` it may lie once it is hidden, 0 where it is hidden already or may not be.
        rise: (r,) how far above `high`, likewise.
        price: (r,) price of a unit of either.
    """

    cell: IntArray
    part: IntArray
    low: IntArray
    high: IntArray
    fall: IntArray
    rise: IntArray
    price: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A table of a window.

    Args:
        table: (parts, atoms) counts; None where the program found shares of units alone.
        moved: (r,) whether a published sum moved out of what is published.
    """

    table: IntArray | None
    moved: BoolArray


def cheapest(
    rows: Rows,
    inside: csr_array,
    limit: IntArray,
    *,
    asked: tuple[int, IntArray],
    goal: int,
    sign: int,
    integer: bool = True,
) -> Found | None:
    """Return the cheapest table in which a sum reaches a goal, None where there is none.

    Args:
        rows: What is known.
        inside: (r, atoms) which atoms each row sums.
        limit: (parts, atoms) the most that each can be; `UNLIMITED` for no limit.
        asked: The part (-1 for all) and the atoms whose sum is asked.
        goal: What it must reach.
        sign: 1 where it must be at least the goal, -1 where at most.
        integer: Whether only whole numbers count.

    Raises:
        DisclosureError: The solver gave up.
    """
    parts, atoms = limit.shape
    columns = parts * atoms
    fall, rise = np.flatnonzero(rows.fall > 0), np.flatnonzero(rows.rise > 0)
    model = _model(rows, inside, limit, fall, rise)
    if integer:
        kind = np.full(columns, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), kind)
    part, members = asked
    wanted = np.concatenate([members + one * atoms for one in (range(parts) if part < 0 else [part])]).astype(np.int32)
    least, most = (float(goal), highspy.kHighsInf) if sign > 0 else (-highspy.kHighsInf, float(goal))
    model.addRow(least, most, len(wanted), wanted, np.ones(len(wanted)))
    value = _solved(model)
    if value is None:
        return None
    moves = value[columns:]
    moved = np.zeros(len(rows.cell), dtype=np.bool_)
    moved[np.concatenate([fall, rise])[moves > NEARLY]] = True
    return Found(_whole(value[:columns], rows, inside, limit), moved)


def spread(rows: Rows, inside: csr_array, limit: IntArray, weight: FloatArray) -> IntArray | None:
    """Return a table that shows nothing more, in which many atoms are large at once; None for shares of units.

    Args:
        rows: What is known.
        inside: (r, atoms) which atoms each row sums.
        limit: (parts, atoms) how large each may become.
        weight: (parts, atoms) what a unit of each is worth.

    Raises:
        DisclosureError: The solver gave up.
    """
    nothing = np.empty(0, dtype=np.int64)
    model = _model(rows, inside, limit, nothing, nothing)
    model.changeColsCost(limit.size, np.arange(limit.size, dtype=np.int32), -weight.ravel())
    value = _solved(model)
    return None if value is None else _whole(value, rows, inside, limit)


def _model(rows: Rows, inside: csr_array, limit: IntArray, fall: IntArray, rise: IntArray) -> highspy.Highs:
    """Return the model of a window: its atoms, and the movements of the published rows that may fall or rise."""
    model, parts, columns = _solver(), len(limit), limit.size
    nothing = np.empty(0, dtype=np.int32)
    model.addCols(columns, np.zeros(columns), np.zeros(columns), _open(limit.ravel()), 0, nothing, nothing, np.empty(0))
    for which, room in ((fall, rows.fall), (rise, rows.rise)):
        count = len(which)
        model.addCols(count, rows.price[which], np.zeros(count), _open(room[which]), 0, nothing, nothing, np.empty(0))
    matrix = _matrix(rows, inside, parts, fall, rise)
    starts, entries = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
    below = np.where(rows.low <= 0, -highspy.kHighsInf, rows.low.astype(np.float64))
    model.addRows(len(rows.cell), below, _open(rows.high), len(entries), starts, entries, matrix.data)
    return model


def _solved(model: highspy.Highs) -> FloatArray | None:
    model.run()
    status = model.getModelStatus()
    if status in (Status.kInfeasible, Status.kUnboundedOrInfeasible):
        return None
    if status != Status.kOptimal:
        raise DisclosureError(f"The solver gave up: {model.modelStatusToString(status)}.", where="HiGHS")
    return np.asarray(model.getSolution().col_value, dtype=np.float64)


def _whole(value: FloatArray, rows: Rows, inside: csr_array, limit: IntArray) -> IntArray | None:
    """Return a solution in whole numbers, where it is one and fits exactly; published sums may have moved."""
    table = np.rint(value).astype(np.int64).reshape(limit.shape)
    if np.any(np.abs(value - table.ravel()) > NEARLY) or np.any(table < 0) or np.any(table > limit):
        return None
    sums = np.vstack([inside @ one for one in (*table, table.sum(axis=0))])
    # A part of -1 is the last row: all of them.
    own = sums[rows.part, np.arange(len(rows.part))]
    fits = np.all(own >= rows.low - rows.fall) and np.all(own <= np.minimum(rows.high, UNLIMITED) + rows.rise)
    return table if fits else None


def _matrix(rows: Rows, inside: csr_array, parts: int, fall: IntArray, rise: IntArray) -> csr_array:
    """Return the rows over (part, atom) columns and the two blocks of movements."""
    count, atoms = inside.shape
    at, atom = inside.nonzero()
    own = rows.part[at] >= 0
    single = (at[own], atom[own] + rows.part[at[own]] * atoms)
    every = (np.tile(at[~own], parts), np.concatenate([atom[~own] + one * atoms for one in range(parts)]))
    first = parts * atoms
    lines = np.concatenate([single[0], every[0], fall, rise])
    columns = np.concatenate([single[1], every[1], first + np.arange(len(fall) + len(rise))])
    units = len(single[0]) + len(every[0])
    entries = np.concatenate([np.ones(units + len(fall)), -np.ones(len(rise))])
    return csr_array(coo_array((entries, (lines, columns)), shape=(count, first + len(fall) + len(rise))))


def _solver() -> highspy.Highs:
    """Return a silent solver of one thread: the same model gives the same answer."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-3)):
        model.setOptionValue(name, value)
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
        model.setOptionValue(name, 1e-9)
    return model


def _open(high: IntArray) -> FloatArray:
    opened: FloatArray = np.where(high >= UNLIMITED // 2, highspy.kHighsInf, high.astype(np.float64))
    return opened
