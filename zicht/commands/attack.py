"""`zicht attack CELLS.csv RELATIONS.csv --out INTERVALS.csv`."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from analysis.audit.table_attack import Intervals, known_intervals
from analysis.audit.table_attack import attack as find_intervals
from zicht.commands._progress import progress
from zicht.commands._targets import NewFile
from zicht.linear_table_files import plain, read_table, write_rows
from zicht.linear_tables import UNBOUNDED, LinearTable

#: Decimals beyond those of the table, for a bound of a linear program.
FRACTION = 6


@click.command()
@click.argument("cells", type=click.Path(path_type=Path))
@click.argument("relations", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=NewFile(), help="CSV of intervals to write or replace.")
@click.option("--integer/--real", default=True, help="Whether values are whole numbers; the default.")
@click.option(
    "--round", "base", type=click.IntRange(min=1), help="What published values were rounded to, for instance 5."
)
def attack(cells: Path, relations: Path, out: Path, integer: bool, base: int | None) -> None:
    """Derive what a reader can know of each suppressed cell of any table.

    CELLS holds `cell,value` (blank: suppressed) and optionally `lower,upper`; RELATIONS holds `total,part` and
    optionally `relation`. INTERVALS gets `cell,low,high,exact`, a blank `high` where nothing bounds it.
    """
    report = progress()
    table = read_table(cells, relations, integer=integer)
    low, high = known_intervals(table, base=base, integer=integer)
    found = find_intervals(table, low, high, integer=integer, progress=report)
    write_rows(out, ("cell", "low", "high", "exact"), _rows(table, found, integer=integer))
    for line in summary(table, found):
        report(line)


def summary(table: LinearTable, found: Intervals) -> list[str]:
    """Say in a few lines how many intervals were found, by which method, and which is the narrowest."""
    count = len(found.cells)
    if not count:
        return ["No cell is suppressed, so there is nothing to derive."]
    width = np.where(found.high >= UNBOUNDED, np.inf, found.high - found.low)
    narrowest = int(np.argmin(width))
    methods = [
        f"{found.by_relation} by single relations" if found.by_relation else "",
        f"{found.by_flow} by flow (network)" if found.by_flow else "",
        f"{found.by_programs} by {found.programs} linear and {found.integer_programs} mixed-integer programs (HiGHS)"
        if found.by_programs
        else "",
    ]
    lines = [f"{count} suppressed cells: {', '.join(part for part in methods if part)}."]
    if np.isfinite(width[narrowest]):
        span = plain(float(width[narrowest]), table.decimals, digits=FRACTION)
        lines.append(f"Narrowest interval: {table.cells[found.cells[narrowest]]!r}, {span} wide.")
    lines.append(f"Exactly disclosed: {int(np.count_nonzero(found.exact))}.")
    return lines


def _rows(table: LinearTable, found: Intervals, *, integer: bool) -> list[tuple[str, str, str, str]]:
    digits = 0 if integer else FRACTION
    return [
        (
            table.cells[cell],
            plain(float(low), table.decimals, digits=digits),
            plain(float(high), table.decimals, digits=digits),
            "true" if exact else "false",
        )
        for cell, low, high, exact in zip(found.cells, found.low, found.high, found.exact, strict=True)
    ]
