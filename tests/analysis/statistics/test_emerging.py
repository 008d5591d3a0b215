from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from analysis.statistics.emerging import EmergingClass, emerging_classes, emerging_hot_spots
from analysis.statistics.errors import StatisticError
from analysis.statistics.multiple_testing import Correction

STATE = {"h": 1, "c": -1, ".": 0}


def label(periods: str, direction: int = 0) -> str:
    return str(emerging_classes(np.array([[STATE[one] for one in periods]]), np.array([direction]))[0])


def mirrored(periods: str) -> str:
    return periods.translate(str.maketrans("hc", "ch"))


@pytest.mark.parametrize(
    ("periods", "direction", "expected"),
    [
        (".........h", 0, EmergingClass.NEW_HOT),
        ("........hh", 0, EmergingClass.CONSECUTIVE_HOT),
        ("..hhhhhhhh", 0, EmergingClass.CONSECUTIVE_HOT),  # 80%
        (".hhhhhhhhh", 0, EmergingClass.PERSISTENT_HOT),  # 90% is no longer consecutive
        (".hhhhhhhhh", 1, EmergingClass.INTENSIFYING_HOT),
        (".hhhhhhhhh", -1, EmergingClass.DIMINISHING_HOT),
        ("hhhhhhhhhh", 0, EmergingClass.PERSISTENT_HOT),
        ("hhhh.hhhhh", 1, EmergingClass.INTENSIFYING_HOT),
        ("h.......hh", 0, EmergingClass.SPORADIC_HOT),
        ("h........h", 0, EmergingClass.SPORADIC_HOT),
        ("hh.hhhhh.h", 1, EmergingClass.SPORADIC_HOT),  # 80%, whatever the trend
        ("h.c......h", 0, EmergingClass.OSCILLATING_HOT),
        ("c.h.....hh", 0, EmergingClass.OSCILLATING_HOT),
        ("c.......hh", 0, EmergingClass.CONSECUTIVE_HOT),  # never hot before its run
        ("c........h", 0, EmergingClass.NEW_HOT),
        ("chhhhhhhhh", 0, EmergingClass.PERSISTENT_HOT),
        ("hhhhhhhhh.", 0, EmergingClass.HISTORICAL_HOT),
        ("hhhhhhhhh.", 1, EmergingClass.HISTORICAL_HOT),
        ("hhhhhhhh..", 0, EmergingClass.NO_PATTERN),  # 80%
        ("hhhhhhhhhc", 0, EmergingClass.NEW_COLD),  # the last period decides the side
        ("hhh.......", -1, EmergingClass.NO_PATTERN),
        ("..........", 1, EmergingClass.NO_PATTERN),
        ("h", 0, EmergingClass.NEW_HOT),
        ("hh", 0, EmergingClass.PERSISTENT_HOT),
        (".hh", 0, EmergingClass.CONSECUTIVE_HOT),
    ],
)
def test_each_class_and_its_boundaries(periods: str, direction: int, expected: EmergingClass) -> None:
    assert label(periods, direction) == expected
    other = str(expected).replace("hot", "COLD").replace("cold", "hot").replace("COLD", "cold")
    assert label(mirrored(periods), -direction) == other


@pytest.mark.parametrize(("length", "enough"), [(9, 9), (10, 9), (11, 10), (18, 17), (20, 18), (36, 33), (100, 90)])
def test_ninety_percent_is_counted_exactly(length: int, enough: int) -> None:
    assert label("." * (length - enough) + "h" * enough) == EmergingClass.PERSISTENT_HOT
    assert label("." * (length - enough + 1) + "h" * (enough - 1)) == EmergingClass.CONSECUTIVE_HOT


def slowly(periods: str, direction: int) -> set[str]:
    """Every definition that holds as printed, for one side."""
    n, found = len(periods), set()
    share, last, before = periods.count("h") / n, periods[-1] == "h", periods[:-1]
    run = len(periods) - len(periods.rstrip("h"))
    if last and "h" not in before:
        found.add("new")
    if run >= 2 and "h" not in periods[: n - run] and share < 0.9:
        found.add("consecutive")
    if last and share >= 0.9:
        found.add({1: "intensifying", 0: "persistent", -1: "diminishing"}[direction])
    if last and "h" in before and share < 0.9 and "c" not in periods:
        found.add("sporadic")
    if last and "c" in before and share < 0.9:
        found.add("oscillating")
    if not last and share >= 0.9:
        found.add("historical")
    return found


def test_every_history_gets_a_class_whose_definition_holds() -> None:
    for length in range(1, 7):
        histories = ["".join(history) for history in product("hc.", repeat=length)]
        states = np.array([[STATE[one] for one in history] for history in histories])
        for direction in (-1, 0, 1):
            classes = emerging_classes(states, np.full(len(states), direction))
            for periods, given in zip(histories, classes.tolist(), strict=True):
                hot, cold = slowly(periods, direction), slowly(mirrored(periods), -direction)
                if given == EmergingClass.NO_PATTERN:
                    assert periods[-1] == "."
                    assert not hot | cold
                elif "hot" in given:
                    assert given.split("_")[0] in hot
                    assert periods[-1] != "c"
                else:
                    assert given.split("_")[0] in cold
                    assert periods[-1] != "h"


def test_there_are_seventeen() -> None:
    assert len(EmergingClass) == 17


def test_trends_come_from_the_intensity_over_the_whole_map() -> None:
    rising = np.arange(12.0)
    level = np.tile([5.0, 6.0], 6)
    states = np.ones((3, 12), dtype=int)
    labels = emerging_hot_spots(np.array([rising, rising[::-1], level]), states)
    assert labels.tolist() == [
        EmergingClass.INTENSIFYING_HOT, EmergingClass.DIMINISHING_HOT, EmergingClass.PERSISTENT_HOT,
    ]  # fmt: skip
    cold = emerging_hot_spots(np.array([rising, rising[::-1], level]), -states)
    assert cold.tolist() == [
        EmergingClass.DIMINISHING_COLD, EmergingClass.INTENSIFYING_COLD, EmergingClass.PERSISTENT_COLD,
    ]  # fmt: skip
    weak = np.array([0, 1, 2, 3, 9, 5, 6, 4, 7.0, 5, 6, 7])
    many = np.vstack([weak, np.tile(level, (60, 1))])
    alone = emerging_hot_spots(many[:1], np.ones((1, 12)))
    among = emerging_hot_spots(many, np.ones((61, 12)))
    assert alone[0] == EmergingClass.INTENSIFYING_HOT
    assert among[0] == EmergingClass.PERSISTENT_HOT
    strict = emerging_hot_spots(many[:1], np.ones((1, 12)), alpha=0.001, correction=Correction.BONFERRONI)
    assert strict[0] == EmergingClass.PERSISTENT_HOT


@pytest.mark.parametrize(
    ("states", "direction", "problem"),
    [
        (np.array([[0, 2]]), np.array([0]), "area 0, column 1: The states hold a value that is not -1, 0 or 1"),
        (np.array([[0, 1]]), np.array([0.5]), "area 0: The directions hold a value that is not"),
        (np.array([[0, np.nan]]), np.array([0]), "no finite number"),
        (np.array([0, 1]), np.array([0, 1]), "areas by periods"),
        (np.empty((2, 0)), np.array([0, 1]), "areas by periods"),
        (np.array([[0, 1]]), np.array([0, 1]), "areas by periods"),
    ],
)
def test_what_is_no_state_is_refused(states: np.ndarray, direction: np.ndarray, problem: str) -> None:
    with pytest.raises(StatisticError, match=problem):
        emerging_classes(states, direction)


def test_intensities_and_states_are_of_the_same_areas() -> None:
    with pytest.raises(StatisticError, match="same areas and periods"):
        emerging_hot_spots(np.ones((2, 4)), np.ones((2, 5)))
    with pytest.raises(StatisticError, match="at least 3 periods"):
        emerging_hot_spots(np.ones((2, 2)), np.ones((2, 2)))
