"""From counts and a suppression pattern to published columns: the only door through which counts leave.

Counts are rounded to the nearest multiple of the base. A reader who knows the rule then knows an interval, which is
published beside the value. The upper bound of a suppressed cell is what a reader can derive: from the system as a whole
where that is close, and otherwise what its parent can hold at most, less what its published siblings hold at least. The
lower bound is 0, never 1: a bound of 1 would say that the cell is not a zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.indicators import DisclosureRule
from geo.areas import Layer
from geo.families import ancestors, families
from zicht.published import ColumnKey, Measure, PublishedColumn, Status

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def rounded(counts: NDArray[np.int64], rule: DisclosureRule) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Round counts and return (value, low, high): what is shown and what a reader can derive from it.

    A zero that is shown is exact, and a shown count is never below the threshold; both are public rules.
    """
    base = rule.rounding
    value = (base * ((counts + base // 2) // base)).astype(np.float64)
    low = np.maximum(value - base // 2, np.where(counts > 0, rule.threshold, 0))
    high = np.where(counts > 0, value + (base - 1) // 2, 0.0)
    return value, low, high


def redact(
    counts: Mapping[str, CountTable],
    patterns: Mapping[str, BoolArray],
    *,
    layers: Mapping[str, Layer],
    rule: DisclosureRule,
    unit: str,
    known: Mapping[str, tuple[FloatArray, FloatArray]] | None = None,
) -> tuple[PublishedColumn, ...]:
    """Turn the counts of one indicator and period into published columns.

    Args:
        counts: By level.
        patterns: By level, true where the cell is suppressed.
        layers: By level.
        rule: The rule of the indicator.
        unit: What is counted.
        known: By level, what a hidden cell must be at least and can be at most for a reader of the whole system; 0 and
            infinite, or None, where nothing closer is known than what its parent leaves.

    Returns:
        One column a level.
    """
    shown = {level: rounded(table.count, rule) for level, table in counts.items()}
    bounds: dict[str, tuple[FloatArray, FloatArray]] = {}
    for family in families(tuple(layers)):
        above = ""
        for level in (level for level in family if level in counts):
            if level not in bounds:
                low, high = _bounds(level, above, shown[level], patterns[level], bounds, layers)
                bounds[level] = _closer(low, high, patterns[level], known[level]) if known else (low, high)
            above = level
    return tuple(
        _column(table, shown[level][0], *bounds[level], patterns[level], unit=unit) for level, table in counts.items()
    )


def _closer(
    low: FloatArray, high: FloatArray, hidden: BoolArray, known: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    least = np.where(known[0] > 1, known[0], 0.0)
    return np.where(hidden, np.maximum(low, least), low), np.where(hidden, np.minimum(high, known[1]), high)


def _bounds(
    level: str,
    above: str,
    shown: tuple[FloatArray, FloatArray, FloatArray],
    hidden: BoolArray,
    known: Mapping[str, tuple[FloatArray, FloatArray]],
    layers: Mapping[str, Layer],
) -> tuple[FloatArray, FloatArray]:
    low = np.where(hidden, 0.0, shown[1])
    high = np.where(hidden, np.inf, shown[2])
    if above:
        parent = ancestors(layers, level, above)
        held = np.bincount(parent, weights=low, minlength=len(layers[above]))
        room = known[above][1][parent] - held[parent]
        high = np.where(hidden, np.maximum(room, 0.0), high)
    return low, high


def _column(
    table: CountTable, value: FloatArray, low: FloatArray, high: FloatArray, hidden: BoolArray, *, unit: str
) -> PublishedColumn:
    return PublishedColumn(
        key=ColumnKey(table.indicator, table.period, table.level, "", Measure.COUNT),
        unit=unit,
        code=table.code,
        status=np.where(hidden, Status.SUPPRESSED.value, Status.PUBLISHED.value),
        value=np.where(hidden, np.nan, value),
        low=low,
        high=np.where(np.isinf(high), np.nan, high),
    )
