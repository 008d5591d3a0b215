"""What a reader knows of every cell by itself: the interval that its row of the published table leaves.

A count that is shown is known up to its rounding, and is at least the threshold where it is not 0. A hidden cell can
hold anything, but not 0 where the indicator shows all its zeros. Bounds that the table itself gives are believed as
well, so that a table that bounds a hidden cell by 1 and the threshold gives it away here as it would to any reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.rules import Rule
from zicht.areas import AreaList
from zicht.errors import AlignmentError
from zicht.published import FloatArray, Measure, PublishedColumn, PublishedTable, Status

#: Indicator, period and level of a column of counts.
Column = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a reader knows of the counts of one column, each cell by itself.

    Args:
        low: (n,) least count.
        high: (n,) largest count, `UNLIMITED` where there is no limit.
        published: (n,) whether the cell is shown.
        suppressed: (n,) whether it is hidden.
        small: (n,) whether it is shown and below the threshold, which no rule allows.
    """

    low: IntArray
    high: IntArray
    published: BoolArray
    suppressed: BoolArray
    small: BoolArray


@dataclass(frozen=True, slots=True)
class Revision:
    """A cell whose two releases cannot both be true of one number.

    Args:
        column: Its indicator, period and level.
        fid: Its position in the level.
        change: The largest change that both releases allow.
    """

    column: Column
    fid: int
    change: int


def read_counts(
    table: PublishedTable, rules: Mapping[str, Rule], areas: Mapping[str, AreaList]
) -> Mapping[Column, Known]:
    """Return what each column of counts tells.

    Raises:
        AlignmentError: A column does not have a row for every area of its level.
        LayoutError: A count is broken down into categories that the audit does not know.
        ContradictionError: A cell contradicts itself.
    """
    found: dict[Column, Known] = {}
    for key in table.keys():
        if key.measure != Measure.COUNT:
            continue
        if key.category:
            raise LayoutError(
                "Counts by category are not audited yet.",
                where="/".join((key.indicator, key.period, key.level, key.category)),
                remedy="Publish the indicator without its categories.",
            )
        column = table.column(key)
        if key.level not in areas or not np.array_equal(column.code, areas[key.level].code):
            where = "/".join((key.indicator, key.period, key.level))
            raise AlignmentError("A column does not have one row for every area.", where=where)
        found[key.indicator, key.period, key.level] = known(column, rules[key.indicator])
    return found


def known(column: PublishedColumn, rule: Rule) -> Known:
    """Return what one column of counts tells of each of its cells.

    Raises:
        ContradictionError: A count is no whole number, or lies outside its own bounds.
    """
    published = column.status == Status.PUBLISHED
    suppressed = column.status == Status.SUPPRESSED
    value = np.where(published, column.value, 0)
    _refuse(column, published & ((value < 0) | (value != np.round(value))), "is not a whole number of at least 0")
    count = value.astype(np.int64)
    top = np.where(count == 0, 0, count + (rule.rounding - 1) // 2)
    small = published & (count > 0) & (top < rule.threshold)
    bottom = np.maximum(count - rule.rounding // 2, np.where(small, 1, rule.threshold))
    bottom = np.where(count == 0, 0, bottom)
    low = np.where(published, bottom, np.where(suppressed & rule.zeros_shown, 1, 0))
    high = np.where(published, top, UNLIMITED)
    low = np.maximum(low, _whole(np.ceil(column.low - 1e-9), 0))
    high = np.minimum(high, _whole(np.floor(column.high + 1e-9), UNLIMITED))
    _refuse(column, low > high, "lies outside its own bounds")
    return Known(low, high, published, suppressed, small)


def _whole(bound: FloatArray, otherwise: int) -> IntArray:
    there = np.isfinite(bound) & (np.abs(bound) < UNLIMITED)
    return np.where(there, np.where(there, bound, 0).astype(np.int64), otherwise)


def _refuse(column: PublishedColumn, wrong: BoolArray, what: str) -> None:
    if wrong.any():
        cells = ", ".join(column.code[wrong][:8].tolist())
        where = "/".join((column.key.indicator, column.key.period, column.key.level))
        raise ContradictionError(f"A count {what}: {cells}.", where=where)


def union(
    newest: Mapping[Column, Known], earlier: Mapping[Column, Known]
) -> tuple[Mapping[Column, Known], tuple[Revision, ...]]:
    """Return what is known of every column once an earlier release is read beside a newer one.

    Where both cannot be true, the number was revised: the newer release is kept, and the revision is returned.

    Raises:
        AlignmentError: A column of the two releases speaks of different places.
    """
    together: dict[Column, Known] = {**earlier}
    revisions: list[Revision] = []
    for column, new in newest.items():
        old = earlier.get(column)
        if old is None:
            together[column] = new
            continue
        if len(old.low) != len(new.low):
            raise AlignmentError("The releases do not have the same areas.", where="/".join(column))
        low, high = np.maximum(old.low, new.low), np.minimum(old.high, new.high)
        revised = low > high
        change = np.maximum(new.high - old.low, old.high - new.low)
        revisions += [Revision(column, int(at), int(change[at])) for at in np.flatnonzero(revised)]
        together[column] = replace(
            new,
            low=np.where(revised, new.low, low),
            high=np.where(revised, new.high, high),
            published=np.where(revised, new.published, new.published | old.published),
            small=new.small | (old.small & ~revised),
        )
    return together, tuple(revisions)
