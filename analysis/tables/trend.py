"""Mann-Kendall trends of a long table: one row an area and period."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from analysis.statistics.mann_kendall import EXACT_LONGEST, FEWEST, Significance, mann_kendall, trends
from analysis.statistics.sen_slope import sen_slope
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from analysis.tables.periods import Long, read_long
from analysis.tables.sheet import NUMBER, FloatArray
from zicht.errors import SchemaError


def mann_kendall_trend(data: TableInput) -> TableOutput:
    """Ask of each area whether its column rises or falls over the periods.

    TABLE is long: one row for each area and period, in any order; `--id` names the areas. Periods are put in order by
    the numbers in them, so 2025-9 comes before 2025-10; texts that differ otherwise are refused. Steps between periods
    count as equal. Every area needs a row for every period, and there are at least 3 periods: a missing one is refused,
    not filled in. An area that never changes has s, var_s, z, tau and sen_slope 0 and p 1.
    """
    options = data.options
    areas, series, periods = _cube(data)
    test = mann_kendall(series, significance=options.significance)
    label = trends(test, alpha=options.alpha, correction=options.correction)
    columns: dict[str, Column] = {
        "id": areas,
        "s": test.s,
        "var_s": test.var_s,
        "z": test.z,
        "p": test.p,
        "tau": test.tau,
        "sen_slope": sen_slope(series),
        "class": [str(one) for one in label],
    }
    return TableOutput(columns, _notes(periods, options.significance))


def _cube(data: TableInput) -> tuple[tuple[str, ...], FloatArray, tuple[str, ...]]:
    long = read_long(data)
    _refuse_gaps(data, long)
    if len(long.periods) < FEWEST:
        problem = f"A trend needs at least {FEWEST} periods; there are {len(long.periods)}."
        raise SchemaError(problem, where=data.sheet.where)
    series = np.empty(long.filled.shape)
    series[long.area, long.period] = given(data.column)
    return long.areas, series, long.periods


def _refuse_gaps(data: TableInput, long: Long) -> None:
    short = np.asarray((long.filled == 0).any(axis=1))
    if short.any():
        gap = long.periods[int(np.argmin(long.filled[int(np.argmax(short))] > 0))]
        data.refuse(
            short[long.area],
            f"An area has no row for period {gap!r}." if short.sum() == 1 else "Areas have unequal numbers of periods.",
            remedy="Give every area a row for every period (a 0 only where nothing happened), or leave it out. "
            "--id names the column of areas.",
        )


def _notes(periods: Sequence[str], significance: Significance) -> tuple[str, ...]:
    notes = [f"{len(periods)} periods, from {periods[0]} to {periods[-1]}."]
    if all(NUMBER.fullmatch(one) for one in periods):
        steps = np.diff([float(one) for one in periods])
        if not np.allclose(steps, steps[0], rtol=1e-9):
            notes.append("Periods are not equally far apart; sen_slope is per step from one to the next.")
    if significance is Significance.EXACT:
        exact = len(periods) <= EXACT_LONGEST
        notes.append(
            "p-values are exact for areas without ties, normal for the others."
            if exact
            else f"p-values are normal: exact ones end at {EXACT_LONGEST} periods."
        )
    return tuple(notes)


_COLUMNS = MappingProxyType(
    {
        "id": "the area",
        "s": "Kendall's S: pairs of periods in which C rises minus those in which it falls, a whole number",
        "var_s": "variance of S without a trend, ties accounted for, 0 or more",
        "z": "standard score of S, corrected for continuity; 0 where S is 0",
        "p": "two-sided p-value, by the normal approximation unless `--significance exact`, 0 to 1",
        "tau": "Kendall's tau-a: S divided by the number of pairs, -1 to 1",
        "sen_slope": "Sen's slope: the median change of C per period over all pairs of periods",
        "class": "increasing or decreasing where p, adjusted over the table, is at most alpha; else no_trend",
    }
)

METHODS = (
    Method(
        "mann-kendall",
        "Mann-Kendall trend with Sen's slope",
        ("mann-kendall", "sen-slope"),
        frozenset({Need.COLUMN, Need.PERIOD}),
        _COLUMNS,
        mann_kendall_trend,
        options=("alpha", "correction", "significance"),
        rows="one row an area, in the order in which areas first stand in TABLE",
    ),
)
