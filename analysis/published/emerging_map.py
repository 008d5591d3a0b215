"""Emerging hot spots of a published series of maps: how areas came to be hot or cold, as far as the figures can tell.

The inputs are published columns of single periods and their hotspot maps, by one method and neighbourhood. A period in
which an area is *undetermined*, suppressed or merely *probable* may have been hot, cold or neither. The intensity of an
area is the sum over its neighbourhood and itself; what is hidden there makes it an interval, and the trend one of
several (`trend_bounds`). An area has one of the seventeen classes of `analysis.statistics.emerging` if every state of
every uncertain period, with every possible direction, gives the same class; else it is *undetermined*.

Conventions: an area without a number (missing, not applicable, an island) in any period has no series and takes that
status; a neighbour without a number in any period leaves the neighbourhood. States and trends count as if they could
vary freely, so that some classes stay undetermined that nobody can doubt; none is claimed that could be another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.published.intervals import BoolArray, IntArray
from analysis.published.trend_bounds import Directions, possible_directions
from analysis.statistics.emerging import EmergingClass, emerging_classes
from analysis.statistics.errors import StatisticError
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import AlignmentError
from zicht.published import FloatArray, HotspotClass, PublishedColumn, Status, StrArray

#: What an area may be besides the seventeen classes.
UNDETERMINED, MISSING, NOT_APPLICABLE = "undetermined", "missing", "not_applicable"
LABELS = (*(str(name) for name in EmergingClass), UNDETERMINED, MISSING, NOT_APPLICABLE)

#: Fewest periods that have a trend.
FEWEST = 3

#: An area with more uncertain periods than this is undetermined without trying.
MOST_TRIED = 7

_UNCERTAIN = 2
_STATES = {HotspotClass.HOT: 1, HotspotClass.COLD: -1, HotspotClass.NOT_SIGNIFICANT: 0}


@dataclass(frozen=True, slots=True, eq=False)
class EmergingColumn:
    """The class of every area of one level over some periods.

    Args:
        key: Which maps; its period is "first-last".
        code: (n,) area codes.
        label: (n,) members of `LABELS`.
        uncertain: (n,) number of periods of which the state is not known.
    """

    key: ClassKey
    code: StrArray
    label: StrArray
    uncertain: IntArray


def emerging_map(
    columns: Sequence[PublishedColumn], maps: Sequence[ClassColumn], weights: SpatialWeights, *, alpha: float
) -> EmergingColumn:
    """Classify areas by how they came to be hot or cold over published periods.

    Args:
        columns: The published columns of at least three single periods, the earliest first.
        maps: Their hotspot maps, by one method, in the same order.
        weights: Binary weights among the n areas.
        alpha: False discovery rate of the trends over the map.

    Returns:
        The class of every area.

    Raises:
        AlignmentError: Columns and maps are not of the same areas and periods, or the maps are by several methods.
        StatisticError: There are fewer than three periods, or they are not in order.
    """
    _check(columns, maps, weights)
    states = np.stack([_states(one.label) for one in maps], axis=1)
    low, high = _intensity(columns, weights)
    label = _without_series(maps)
    has = np.flatnonzero(label == "")
    directions = possible_directions(low[has], high[has], alpha=alpha)
    label[has] = _determined(states[has], directions)
    key = maps[0].key
    years = f"{maps[0].key.period}-{maps[-1].key.period}"
    statistic, _, rest = key.method.partition("/")
    return EmergingColumn(
        key=ClassKey(key.indicator, years, key.level, key.category, f"emerging-{statistic}/{rest}"),
        code=maps[0].code,
        label=label,
        uncertain=np.where(label == NOT_APPLICABLE, 0, np.count_nonzero(states == _UNCERTAIN, axis=1)),
    )


def _check(columns: Sequence[PublishedColumn], maps: Sequence[ClassColumn], weights: SpatialWeights) -> None:
    periods = [one.key.period for one in maps]
    if len(periods) < FEWEST or periods != sorted(set(periods)) or any("-" in period for period in periods):
        raise StatisticError("Emerging hot spots need at least three single periods, the earliest first.")
    where = "/".join((maps[0].key.indicator, maps[0].key.level))
    same = {(one.key.indicator, one.key.level, one.key.category, one.key.method) for one in maps}
    if len(same) > 1 or [one.key.period for one in columns] != periods:
        raise AlignmentError("The maps are not of the same subject, or not by one method.", where=where)
    codes = [one.code for one in columns] + [one.code for one in maps]
    if weights.n != len(codes[0]) or any(not np.array_equal(code, codes[0]) for code in codes):
        raise AlignmentError("The maps are not of the same areas.", where=where)


def _states(label: StrArray) -> IntArray:
    state = np.full(len(label), _UNCERTAIN, dtype=np.int64)
    for name, value in _STATES.items():
        state[label == name] = value
    return state


def _without_series(maps: Sequence[ClassColumn]) -> StrArray:
    label = np.full(len(maps[0].code), "", dtype=f"<U{max(map(len, LABELS))}")
    for status in (HotspotClass.NOT_APPLICABLE, HotspotClass.MISSING):
        label[np.any([one.label == status for one in maps], axis=0)] = status
    return label


def _intensity(columns: Sequence[PublishedColumn], weights: SpatialWeights) -> tuple[FloatArray, FloatArray]:
    # (n, T) sums over each area and its neighbours, of those that have a number in every period.
    whole = np.all([np.isin(one.status, (Status.PUBLISHED, Status.SUPPRESSED)) for one in columns], axis=0)
    sides = [_bounds(one, whole) for one in columns]
    low, high = (np.stack([side[part] for side in sides], axis=1) for part in (0, 1))
    total = [part.copy() for part in (low, high)]
    for mine, part in zip(total, (low, high), strict=True):
        np.add.at(mine, weights.rows, part[weights.indices])
    return total[0], total[1]


def _bounds(column: PublishedColumn, whole: BoolArray) -> tuple[FloatArray, FloatArray]:
    shown = column.status == Status.PUBLISHED
    low = np.where(shown, column.value, np.nan_to_num(column.low, nan=0.0))
    high = np.where(shown, column.value, np.nan_to_num(column.high, nan=np.inf))
    return np.where(whole, low, 0.0), np.where(whole, high, 0.0)


def _determined(states: IntArray, directions: Directions) -> StrArray:
    # Areas with the same states and possible directions have the same class: there are few such patterns.
    possible = np.column_stack([directions.falling, directions.neither, directions.rising]).astype(np.int64)
    patterns, which = np.unique(np.column_stack([states, possible]), axis=0, return_inverse=True)
    found = [_of_pattern(row[: states.shape[1]], row[states.shape[1] :]) for row in patterns.tolist()]
    return np.array(found, dtype=np.str_)[which.ravel()] if found else np.zeros(0, dtype="<U1")


def _of_pattern(states: list[int], possible: list[int]) -> str:
    if states.count(_UNCERTAIN) > MOST_TRIED:
        return UNDETERMINED
    options = [(-1, 0, 1) if state == _UNCERTAIN else (state,) for state in states]
    toward = [direction for direction, may in zip((-1, 0, 1), possible, strict=True) if may]
    every = np.array([(*state, direction) for state in product(*options) for direction in toward])
    classes = np.unique(emerging_classes(every[:, :-1], every[:, -1]))
    return str(classes[0]) if classes.size == 1 else UNDETERMINED
