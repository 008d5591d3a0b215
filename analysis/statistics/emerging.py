"""Emerging hot spots: how areas came to be hot or cold over periods, in the seventeen classes analysts know.

With "hot" for a period in which the area is a significant hot spot, of T periods:

    new           hot in the last period and never before
    consecutive   one unbroken run of at least two hot periods that ends in the last; not hot before; hot in under 90%
    intensifying  hot in at least 90%, the last included, and the intensity rises significantly
    persistent    hot in at least 90%, the last included, and the intensity neither rises nor falls significantly
    diminishing   hot in at least 90%, the last included, and the intensity falls significantly
    sporadic      hot in the last period and on and off before; hot in under 90%, never cold
    oscillating   hot in the last period and cold in an earlier one; hot in under 90%
    historical    not hot in the last period, but hot in at least 90%

and the same for cold, rise and fall exchanged; *no pattern* is all else. The trend is Mann-Kendall's of the intensity,
its p-values adjusted over the map.

Conventions, where the definitions overlap or are silent: what an area is in the last period decides its side, so an
area that is cold at the end has a cold class even if it was hot in 90%; *historical* and *no pattern* are for areas
that are neither at the end. Within a side the first class above that holds is given: hot for the first time in the last
period is *new* even if the area was cold before. Persistent is said of areas that are still hot: the source leaves the
last period open there, and historical has it. 90% is counted exactly: 9 of 10, 18 of 20, 33 of 36. Only with ten
periods or more can an area that was not always hot reach it.

Esri, How Emerging Hot Spot Analysis works, ArcGIS Pro tool reference, Space Time Pattern Mining toolbox (the classes);
Mann (1945), Econometrica 13, 245-259; Benjamini & Hochberg (1995), JRSS B 57, 289-300.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._checks import BoolArray, numbers, refuse
from analysis.statistics.errors import StatisticError
from analysis.statistics.mann_kendall import Trend, mann_kendall, trends
from analysis.statistics.multiple_testing import Correction
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import IntArray


class EmergingClass(StrEnum):
    """The seventeen classes."""

    NEW_HOT = "new_hot_spot"
    CONSECUTIVE_HOT = "consecutive_hot_spot"
    INTENSIFYING_HOT = "intensifying_hot_spot"
    PERSISTENT_HOT = "persistent_hot_spot"
    DIMINISHING_HOT = "diminishing_hot_spot"
    SPORADIC_HOT = "sporadic_hot_spot"
    OSCILLATING_HOT = "oscillating_hot_spot"
    HISTORICAL_HOT = "historical_hot_spot"
    NEW_COLD = "new_cold_spot"
    CONSECUTIVE_COLD = "consecutive_cold_spot"
    INTENSIFYING_COLD = "intensifying_cold_spot"
    PERSISTENT_COLD = "persistent_cold_spot"
    DIMINISHING_COLD = "diminishing_cold_spot"
    SPORADIC_COLD = "sporadic_cold_spot"
    OSCILLATING_COLD = "oscillating_cold_spot"
    HISTORICAL_COLD = "historical_cold_spot"
    NO_PATTERN = "no_pattern"


_HOT = tuple(EmergingClass)[:8]
_COLD = tuple(EmergingClass)[8:16]


def emerging_hot_spots(
    intensity: NDArray[Any],
    states: NDArray[Any],
    *,
    alpha: float = 0.05,
    correction: Correction = Correction.BENJAMINI_HOCHBERG,
) -> NDArray[np.str_]:
    """Classify areas by how they came to be hot or cold.

    Args:
        intensity: (n, T) how strongly each area clusters in each period, for instance z or observed over expected;
            higher is hotter; T >= 3, the earliest first.
        states: (n, T) 1 where the area is a significant hot spot, -1 where it is a cold spot, else 0.
        alpha: False discovery rate of the trends over the map.
        correction: How p-values of trends are adjusted for being many.

    Returns:
        (n,) values of `EmergingClass`.

    Raises:
        StatisticError: See `emerging_classes` and `mann_kendall`, or shapes differ.
    """
    if np.shape(intensity) != np.shape(states):
        raise StatisticError("Intensities and states are not of the same areas and periods.")
    trend = trends(mann_kendall(intensity), alpha=alpha, correction=correction)
    direction = (trend == Trend.INCREASING).astype(np.int64) - (trend == Trend.DECREASING)
    return emerging_classes(states, direction)


def emerging_classes(states: NDArray[Any], direction: NDArray[Any]) -> NDArray[np.str_]:
    """Classify areas by their states and the direction of their trend.

    Args:
        states: (n, T) 1 hot, -1 cold, 0 neither; T >= 1, the earliest first.
        direction: (n,) 1 where the intensity rises significantly, -1 where it falls, else 0.

    Returns:
        (n,) values of `EmergingClass`.

    Raises:
        StatisticError: A state or direction is not -1, 0 or 1, shapes differ, or there are no periods.
    """
    state, toward = numbers(states, "states"), numbers(direction, "directions")
    if state.ndim != 2 or state.shape[1] == 0 or toward.shape != (len(state),):
        raise StatisticError("States are a table of areas by periods, and directions one number an area.")
    for array, name in ((state, "states"), (toward, "directions")):
        refuse(~np.isin(array, (-1, 0, 1)), f"The {name} hold a value that is not -1, 0 or 1.")
    hot = _one_side(state == 1, state == -1, toward.astype(np.int64), _HOT)
    cold = _one_side(state == -1, state == 1, -toward.astype(np.int64), _COLD)
    last = state[:, -1]
    # At most one of the two was so in nine periods out of ten.
    neither = np.where(hot == EmergingClass.HISTORICAL_HOT, hot, cold)
    return np.where(last == 1, hot, np.where(last == -1, cold, neither)).astype(np.str_)


def _one_side(hot: BoolArray, other: BoolArray, direction: IntArray, names: tuple[str, ...]) -> NDArray[np.str_]:
    length, times = hot.shape[1], hot.sum(axis=1)
    last, often = hot[:, -1], 10 * times >= 9 * length
    # The run that ends in the last period: periods since the area was last not hot.
    run = np.where(hot.all(axis=1), length, np.argmin(hot[:, ::-1], axis=1))
    conditions = (
        last & (times == 1),
        last & (run >= 2) & (run == times) & ~often,
        last & often & (direction > 0),
        last & often & (direction == 0),
        last & often & (direction < 0),
        last & ~often & ~other.any(axis=1),
        last & ~often,
        ~last & often,
    )
    return np.asarray(np.select(conditions, [str(name) for name in names], str(EmergingClass.NO_PATTERN)))


STATISTICS = (
    Statistic(
        "emerging-hot-spots",
        "Emerging hot spots",
        "Esri, How Emerging Hot Spot Analysis works, ArcGIS Pro; Mann (1945), Econometrica 13, 245-259",
        emerging_hot_spots,
        {"class": "one of sixteen patterns of hot and cold spots over periods, or no_pattern"},
    ),
)
