"""Periods of a long table, put in the order of time.

Conventions: periods are texts whose numbers give the order, the largest unit first: 2025, 2025-9 before 2025-10,
2025Q1, 2025-W07. Texts that differ otherwise (jan, feb) or put the year last (1-2025) are refused, since their order
would be a guess. Spaces around a period are not a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.statistics.tails import IntArray
from analysis.tables.method import TableInput, given
from analysis.tables.sheet import NUMBER, Sheet, lines_of
from zicht.errors import SchemaError

_REMEDY = "Write periods so that only numbers differ, the largest unit first: 2025, 2025-03, 2025-W07, 2025Q1."

#: A number of four digits that comes after a shorter one: 12-2024 and 1-2025 would be ordered by month.
_YEAR_LAST = re.compile(r"\D*\d{1,3}\D(.*\D)?\d{4}(\D|$)")


@dataclass(frozen=True, slots=True, eq=False)
class Long:
    """A table with a row for each area and period.

    Args:
        areas: (a,) ids in the order of the table.
        periods: (p,) periods in the order of time.
        area: (rows,) position of each row's area.
        period: (rows,) position of its period.
        filled: (a, p) rows of each area and period, at most 1.
    """

    areas: tuple[str, ...]
    periods: tuple[str, ...]
    area: IntArray
    period: IntArray
    filled: IntArray


def read_long(data: TableInput) -> Long:
    """Place the rows of a long table; what gaps mean is for the method to say.

    Raises:
        SchemaError: A row has no period, an area has two of one, or their order is not known.
    """
    # Spaces around a period are not a part of it, so the same id and period can still come twice.
    stamps = [one.strip() for one in given(data.periods)]
    data.refuse(np.array([not one for one in stamps]), "A row has no period.")
    periods, areas = tuple(in_order(data.sheet, stamps)), tuple(dict.fromkeys(data.ids))
    row_of, column_of = ({one: at for at, one in enumerate(some)} for some in (areas, periods))
    area = np.array([row_of[one] for one in data.ids])
    period = np.array([column_of[one] for one in stamps])
    filled = np.zeros((len(areas), len(periods)), dtype=np.int64)
    np.add.at(filled, (area, period), 1)
    twice = np.asarray((filled > 1).any(axis=1))
    data.refuse(twice[area], "An area has two rows of one period.", remedy="Add the rows up.")
    return Long(areas, periods, area, period, filled)


def in_order(sheet: Sheet, stamps: Sequence[str]) -> list[str]:
    """Return the distinct periods of a table, the earliest first.

    Args:
        sheet: The table, for messages.
        stamps: (n,) the period of each row, without spaces around it, not empty.

    Raises:
        SchemaError: Their order is not known, or one period is written in two ways; the message names the lines.
    """
    distinct = list(dict.fromkeys(stamps))
    keys: list[tuple[float, ...]]
    if all(NUMBER.fullmatch(one) for one in distinct):
        keys = [(float(one),) for one in distinct]
    else:
        _check_shapes(sheet, stamps, distinct)
        keys = [tuple(float(number) for number in re.findall("[0-9]+", one)) for one in distinct]
    ordered = sorted(zip(keys, distinct, strict=True))
    for (key, one), (after, other) in pairwise(ordered):
        if key == after:
            raise SchemaError(
                f"One period is written in two ways, {one!r} and {other!r}.",
                where=_where(sheet, sorted((stamps.index(one), stamps.index(other)))),
                remedy="Write each period in one way.",
            )
    return [one for _, one in ordered]


def _check_shapes(sheet: Sheet, stamps: Sequence[str], distinct: Sequence[str]) -> None:
    strange = next((one for one in distinct if _shape(one) != _shape(distinct[0])), None)
    if strange is not None:
        raise SchemaError(
            "Periods differ in more than their numbers, so their order is not known.",
            where=_where(sheet, (0, stamps.index(strange))),
            remedy=_REMEDY,
        )
    backward = next((one for one in distinct if _YEAR_LAST.match(one)), None)
    if backward is not None:
        raise SchemaError(
            "A year comes after a smaller unit, so the order of periods is not known.",
            where=_where(sheet, (stamps.index(backward),)),
            remedy=_REMEDY,
        )


def _shape(stamp: str) -> str:
    return re.sub("[0-9]+", "0", stamp)


def _where(sheet: Sheet, rows: Sequence[int]) -> str:
    return f"{sheet.where}, {lines_of(sheet, rows)}"
