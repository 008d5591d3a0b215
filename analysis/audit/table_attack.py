"""The attack on any table: the feasibility interval of every suppressed cell.

What is published is known exactly, or to an interval where it was rounded. Everything a reader can derive about one
cell is then between the smallest and the largest value that it has in any table that fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.audit.table_flow import network_bounds
from analysis.audit.table_network import Block, blocks
from analysis.audit.table_presolve import contradiction, tighten
from zicht.errors import DisclosureError
from zicht.linear_tables import BoolArray, IntArray, LinearTable, check_exact

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Feasibility intervals, and how they were found.

    Args:
        cells: (k,) positions of the suppressed cells, ascending.
        low: (k,) smallest feasible value, in the units of the table.
        high: (k,) largest; UNBOUNDED for none.
        by_relation: Number of cells that lone relations fix.
        by_flow: Number of cells in networks, solved by flow.
        by_programs: Number of cells in other blocks, solved by linear or mixed-integer programs.
        programs: Number of linear programs.
        integer_programs: Number of mixed-integer programs.
    """

    cells: IntArray
    low: FloatArray
    high: FloatArray
    by_relation: int
    by_flow: int
    by_programs: int
    programs: int
    integer_programs: int

    @property
    def exact(self) -> BoolArray:
        """Say for each cell whether only one value is feasible."""
        return np.asarray(self.high - self.low <= 1e-6, dtype=np.bool_)


def known_intervals(table: LinearTable, *, base: int | None, integer: bool) -> tuple[IntArray, IntArray]:
    """Return what is known of each cell beforehand and from its published value.

    Args:
        table: Cells and values.
        base: What published values were rounded to, in plain units; None where they are exact. A published v stands
            for [v - base // 2, v + (base - 1) // 2] over whole numbers and [v - base / 2, v + base / 2] else.
        integer: Whether values are whole.

    Returns:
        (low, high), both (n,).

    Raises:
        SchemaError: An exact value lies outside its bounds.
        DisclosureError: Exact values do not add up, or a rounded value cannot lie within its bounds.
    """
    if base is None:
        check_exact(table)
        return np.where(table.known, table.value, table.lower), np.where(table.known, table.value, table.upper)
    below = base // 2 if integer else base * 10**table.decimals // 2
    above = (base - 1) // 2 if integer else below
    low = np.where(table.known, np.maximum(table.value - below, table.lower), table.lower)
    high = np.where(table.known, np.minimum(table.value + above, table.upper), table.upper)
    return low, high


def attack(
    table: LinearTable,
    low: IntArray,
    high: IntArray,
    *,
    integer: bool,
    wanted: BoolArray | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Intervals:
    """Return the feasibility interval of every suppressed cell.

    Args:
        table: Cells and relations; its values are not looked at.
        low: (n,) what is known of each cell: lower bounds, finite.
        high: (n,) upper bounds; UNBOUNDED for none.
        integer: Whether only whole numbers count.
        wanted: (n,) the cells whose intervals are asked for; the suppressed ones by default. Blocks without one are
            then not checked for contradictions.
        progress: Told before a long step.

    Raises:
        DisclosureError: No table fits.
    """
    _refuse_crossed(table, low, high)
    low, high = tighten(table, low, high)
    least, most = low.astype(np.float64), high.astype(np.float64)
    everything, wanted = wanted is None, ~table.known if wanted is None else wanted
    counts = np.zeros(4, dtype=np.int64)
    for block in blocks(table, low, high):
        asked = int(np.count_nonzero(wanted[block.cells]))
        if not asked and not everything:
            continue
        if asked and not block.is_network:
            progress(f"{asked} suppressed cells in {len(block.relations)} relations are no network: linear programs")
        solve = _by_flow if block.is_network else _by_programs
        bottom, top, tally = solve(table, block, low, high, wanted, integer)
        least[block.cells], most[block.cells] = bottom, top
        counts += tally
    cells = np.flatnonzero(wanted)
    flow, general, programs, integer_programs = (int(count) for count in counts)
    rest = len(cells) - flow - general
    return Intervals(cells, least[cells], most[cells], rest, flow, general, programs, integer_programs)


def _by_flow(
    table: LinearTable, block: Block, low: IntArray, high: IntArray, wanted: BoolArray, _: bool
) -> tuple[FloatArray, FloatArray, IntArray]:
    cells = block.cells
    found = network_bounds(block, low[cells], high[cells], wanted[cells])
    if isinstance(found, np.ndarray):
        raise contradiction(table, found)
    return (
        found[0].astype(np.float64),
        found[1].astype(np.float64),
        np.array([np.count_nonzero(wanted[cells]), 0, 0, 0]),
    )


def _by_programs(
    table: LinearTable, block: Block, low: IntArray, high: IntArray, wanted: BoolArray, integer: bool
) -> tuple[FloatArray, FloatArray, IntArray]:
    # The solver is loaded only for a table that needs it.
    from analysis.audit.table_lp import linear_bounds

    cells = block.cells
    found = linear_bounds(block, low[cells], high[cells], wanted[cells], integer=integer)
    if found.contradiction.size:
        raise contradiction(table, found.contradiction)
    asked = np.count_nonzero(wanted[cells])
    return found.low, found.high, np.array([0, asked, found.programs, found.integer_programs])


def _refuse_crossed(table: LinearTable, low: IntArray, high: IntArray) -> None:
    crossed = np.flatnonzero(low > high)
    if crossed.size:
        raise DisclosureError(
            "What is published cannot lie within the bounds known beforehand.",
            where=f"cells {table.names(crossed)}",
            remedy="Check `lower` and `upper` of these cells, and --round.",
        )
