"""`zicht protect CELLS.csv RELATIONS.csv --threshold 10 --out PATTERN.csv`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from analysis.audit.table_attack import Intervals
from analysis.audit.table_rule import check_amounts, check_counts
from analysis.confidential.disclosure.table_protect import CellStatus, Pattern, protect_table
from analysis.confidential.disclosure.table_rules import is_magnitude
from zicht.commands._progress import progress
from zicht.commands._targets import NewFile
from zicht.config import MINIMUM_KEY_LENGTH, read_settings
from zicht.errors import ConfigError, InfeasibleError
from zicht.linear_rules import SAFETY_RANGE, TableRule, rounded
from zicht.linear_table_files import read_table, write_rows
from zicht.linear_tables import IntArray, LinearTable

#: How often demands are raised where whole numbers turn out to bind tighter than the protector's real ones.
ATTEMPTS = 8


def _dominance(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, float] | None:
    """Read "2,90" as (2, 90.0)."""
    if value is None:
        return None
    try:
        count, share = value.split(",")
        return int(count), float(share)
    except ValueError:
        raise click.BadParameter("Give two numbers, for instance 2,90.") from None


@click.command()
@click.argument("cells", type=click.Path(path_type=Path))
@click.argument("relations", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=NewFile(), help="CSV of the pattern to write or replace.")
@click.option("--threshold", type=int, default=10, show_default=True, help="Smallest count or number of contributors.")
@click.option("--margin", type=int, default=2, show_default=True, help="Units that an insider may know of.")
@click.option(
    "--dominance",
    metavar="N,K",
    callback=_dominance,
    help="The N largest contributions are at most K percent; N is 1 or 2.",
)
@click.option("--p-percent", type=float, help="Nobody may estimate a contribution to within P percent.")
@click.option("--safety-range", type=float, default=SAFETY_RANGE, show_default=True, help="Percent; see the docs.")
@click.option("--round", "base", type=int, help="What published values will be rounded to.")
@click.option("--integer/--real", default=True, help="Whether values are whole numbers; the default.")
@click.option("--hide-zeros", is_flag=True, help="Suppress zeros as well.")
@click.option("--key-file", type=click.Path(path_type=Path), help="File with the secret; ZICHT_KEY by default.")
def protect(
    cells: Path,
    relations: Path,
    out: Path,
    threshold: int,
    margin: int,
    dominance: tuple[int, float] | None,
    p_percent: float | None,
    safety_range: float,
    base: int | None,
    integer: bool,
    hide_zeros: bool,
    key_file: Path | None,
) -> None:
    """Choose the cells of any table that must not be published, and prove the choice by an attack.

    CELLS holds `cell,value`, optionally `lower,upper`, and for a table of amounts the contributors `n,max1,max2`;
    RELATIONS holds `total,part` and optionally `relation`. PATTERN gets `cell,status`: published, primary or
    secondary. It is confidential: readers may know that a cell is suppressed, never why. Exit code 1 where no pattern
    protects the table.
    """
    report = progress()
    rule = TableRule(
        threshold=threshold,
        margin=margin,
        dominance=dominance,
        p_percent=p_percent,
        base=base,
        hide_zeros=hide_zeros,
        integer=integer,
        safety_range=safety_range,
    )
    table = read_table(cells, relations, integer=integer)
    pattern, found = proved_pattern(table, rule, _key(key_file, report), report)
    write_rows(out, ("cell", "status"), zip(table.cells, pattern.status(), strict=True))
    for line in _summary(pattern, found):
        report(line)


def proved_pattern(
    table: LinearTable, rule: TableRule, key: bytes, report: Callable[[str], None]
) -> tuple[Pattern, Intervals]:
    """Protect a table, and attack the result with code of its own until it holds.

    Args:
        table: Every value given.
        rule: What must be kept.
        key: Secret that costs are drawn with.
        report: Told of each step.

    Raises:
        InfeasibleError: No pattern was found that the attack does not break.
    """
    more: dict[int, int] = {}
    for _ in range(ATTEMPTS):
        pattern = protect_table(table, rule, key, more=more, progress=report)
        found, short = _prove(pattern, rule)
        broken = found.cells[short > 0]
        if not broken.size:
            return pattern, found
        report(f"{broken.size} cells are bound tighter in whole numbers; asking more of them")
        more |= {int(cell): more.get(int(cell), 0) + int(by) for cell, by in zip(broken, short[short > 0], strict=True)}
    raise InfeasibleError(
        f"The attack still breaks {table.names(broken)}.", where="proof", remedy="Merge these cells with others."
    )


def _prove(pattern: Pattern, rule: TableRule) -> tuple[Intervals, IntArray]:
    table, hidden = pattern.table, pattern.hidden
    shown = replace(
        table,
        value=np.where(hidden, 0, rounded(table.value, rule.base, table.decimals)),
        known=~hidden,
        contributors={},
    )
    if not is_magnitude(table):
        return check_counts(shown, rule)
    demanded = pattern.level > 0
    high = np.where(demanded, np.minimum(table.value + pattern.level, table.upper), 0)
    low = np.where(demanded, np.maximum(table.value - pattern.level, table.lower), table.upper)
    lone = np.flatnonzero(hidden & (table.contributors.get("n", np.zeros(len(table))) == 1))
    return check_amounts(shown, rule, low, high, insiders=(lone, table.value[lone]))


def _key(path: Path | None, report: Callable[[str], None]) -> bytes:
    """Return the secret of the file, else that of the settings, else a new one."""
    if path is None:
        key = read_settings(Path.cwd()).key
        if key:
            return key.encode()
        report("No key: one was drawn for this run, so another run may choose another pattern. Set ZICHT_KEY.")
        return secrets.token_bytes(32)
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        raise ConfigError("There is no such key file, or it is not text.", where=str(path)) from None
    if len(key) < MINIMUM_KEY_LENGTH:
        raise ConfigError(f"The key is shorter than {MINIMUM_KEY_LENGTH} characters.", where=str(path))
    return key.encode()


def _summary(pattern: Pattern, found: Intervals) -> list[str]:
    status = pattern.status()
    counted = ", ".join(f"{status.count(kind)} {kind}" for kind in CellStatus)
    method = "flow" if not found.by_programs else "flow and HiGHS"
    return [f"{counted}.", f"Proved by an independent attack on {len(found.cells)} suppressed cells ({method})."]
