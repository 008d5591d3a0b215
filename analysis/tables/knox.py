"""Knox's test of space-time interaction of any table of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from types import MappingProxyType

import numpy as np

from analysis.statistics.knox import STATISTICS, knox
from analysis.statistics.tails import FloatArray
from analysis.tables.calling import drawn_note
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from analysis.tables.sheet import NUMBER
from zicht.errors import SchemaError

#: Fewest events among which pairs can be near and soon.
FEWEST = 3

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def interaction(data: TableInput) -> TableOutput:
    """Ask whether events that are near in space are near in time more often than chance gives.

    TABLE has one row an event. P holds times: numbers in one unit throughout, or dates written 2025-03-31. A pair is
    near if it is at most `--distance` apart, in the unit of X and Y, and soon if its times differ by at most
    `--interval`, in the unit of P, or in days for dates. Events at one place, or at one time, are pairs like any other.
    OUT has one row. z is empty where the number of pairs cannot vary. Refused with its line: a time that is neither,
    numbers and dates in one column, fewer than three events.
    """
    neighbours, options = data.neighbours, data.options
    if len(data) < FEWEST:
        raise SchemaError(f"Interaction needs at least {FEWEST} events; there are {len(data)}.", where=data.sheet.where)
    result = knox(
        given(data.coordinates),
        _times(data, given(data.periods)),
        distance=given(neighbours.distance),
        interval=given(options.interval),
        rng=data.rng(),
        permutations=options.draws,
    )
    columns: dict[str, Column] = {name: np.array([value]) for name, value in asdict(result).items()}
    return TableOutput(columns, (drawn_note(options.draws),))


def _times(data: TableInput, stamps: Sequence[str]) -> FloatArray:
    texts = [one.strip() for one in stamps]
    numeric = np.array([NUMBER.fullmatch(one) is not None for one in texts])
    if numeric.all():
        times = np.array([float(one) for one in texts])
        data.refuse(~np.isfinite(times), "A time is too large.")
        return times
    days = [_day(one) for one in texts]
    wrong = np.array([day is None for day in days])
    remedy = "Write all times as numbers of one unit, or all as dates: 2025-03-31."
    if not wrong[~numeric].any():
        data.refuse(numeric, "Some times are numbers and others dates.", remedy=remedy)
    data.refuse(wrong & ~numeric, "A time is neither a number nor a date.", remedy=remedy)
    return np.array(days, dtype=np.float64)


def _day(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal() if _DATE.fullmatch(text) else None
    except ValueError:
        return None


METHODS = (
    Method(
        "knox",
        "Knox space-time interaction",
        ("knox",),
        frozenset({Need.COORDINATES, Need.PERIOD}),
        MappingProxyType(dict(STATISTICS[0].columns)),
        interaction,
        options=("distance", "interval", "draws", "seed"),
        requires=("distance", "interval"),
        rows="one row",
    ),
)
