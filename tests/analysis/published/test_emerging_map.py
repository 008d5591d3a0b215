from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.published.cells import LABEL
from analysis.published.emerging_map import LABELS, emerging_map
from analysis.published.trend_bounds import _smallest_variances, possible_directions
from analysis.statistics.emerging import EmergingClass, emerging_hot_spots
from analysis.statistics.errors import StatisticError
from analysis.statistics.mann_kendall import Trend, mann_kendall, trends
from tests.analysis.published.oracles import column as published
from tests.analysis.statistics.oracles import ring
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import AlignmentError
from zicht.published import Measure, PublishedColumn

NAMES = {1: "hot", -1: "cold", 0: "not_significant"}


def figures(period: int, low: np.ndarray, high: np.ndarray, **options: object) -> PublishedColumn:
    made = published(low, high, **options)  # type: ignore[arg-type]
    return replace(made, key=replace(made.key, period=str(2000 + period)))


def classes(period: int, label: list[str], method: str = "gi-star/count/ring") -> ClassColumn:
    n, none = len(label), np.full(len(label), np.nan)
    key = published(np.zeros(n), np.zeros(n)).key
    zero = np.zeros(n, dtype=np.int64)
    names = np.array(label, dtype=LABEL)
    code = published(np.zeros(n), np.zeros(n)).code
    return ClassColumn(
        ClassKey(key.indicator, str(2000 + period), key.level, key.category, method), code, names, none, none, none,
        zero, zero, none, none,
    )  # fmt: skip


def drawn(rng: np.random.Generator, n: int, length: int, share: float) -> tuple[np.ndarray, ...]:
    """Values with drift between bounds, and states of which some are not known."""
    truth = rng.poisson(6, (n, length)) + rng.integers(-4, 5, n)[:, None] * np.arange(length) + 20
    hidden = rng.random((n, length)) < share
    low = np.where(hidden, truth - rng.integers(0, 3, (n, length)), truth).astype(np.float64)
    high = np.where(hidden, truth + rng.integers(0, 3, (n, length)), truth).astype(np.float64)
    states = rng.choice([-1, 0, 1], (n, 1), p=[0.2, 0.3, 0.5]) * (rng.random((n, length)) < 0.85)
    return low, high, states.astype(np.int64), rng.random((n, length)) < share


def made(low: np.ndarray, high: np.ndarray, states: np.ndarray, unsure: np.ndarray, alpha: float) -> np.ndarray:
    periods = range(low.shape[1])
    maps = []
    for t in periods:
        label = [NAMES[int(s)] if not u else "undetermined" for s, u in zip(states[:, t], unsure[:, t], strict=True)]
        maps.append(classes(t, label))
    columns = [figures(t, low[:, t], high[:, t]) for t in periods]
    return emerging_map(columns, maps, ring(len(low)), alpha=alpha).label


def around(values: np.ndarray) -> np.ndarray:
    return np.asarray(values + np.roll(values, 1, axis=0) + np.roll(values, -1, axis=0))


@given(st.integers(0, 10**6), st.sampled_from([0.1, 0.4, 0.8]), st.sampled_from([3, 5, 6]))
@settings(max_examples=120, deadline=None)
def test_a_class_is_that_of_every_possible_series(seed: int, alpha: float, length: int) -> None:
    """The heart: whatever the hidden figures and states are, the plain method gives the class that was published."""
    rng = np.random.default_rng(seed)
    low, high, states, unsure = drawn(rng, 9, length, 0.12)
    found = made(low, high, states, unsure, alpha)
    for _ in range(25):
        values = rng.integers(low.astype(np.int64), high.astype(np.int64) + 1)
        state = np.where(unsure, rng.integers(-1, 2, states.shape), states)
        plain = emerging_hot_spots(around(values), state, alpha=alpha)
        sure = found != "undetermined"
        assert found[sure].tolist() == plain[sure].tolist()


def test_the_heart_is_not_vacuous() -> None:
    seen: Counter[str] = Counter()
    for seed in range(150):
        rng = np.random.default_rng(seed)
        seen.update(made(*drawn(rng, 9, 5, 0.12), alpha=0.4).tolist())
    assert seen["undetermined"] > 50
    trending = ("intensifying_hot_spot", "diminishing_hot_spot", "intensifying_cold_spot", "diminishing_cold_spot")
    assert min(seen[name] for name in (*trending, "persistent_hot_spot", "no_pattern")) >= 3


@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.5]))
@settings(max_examples=50, deadline=None)
def test_without_suppression_it_is_the_plain_method(seed: int, alpha: float) -> None:
    rng = np.random.default_rng(seed)
    low, _, states, unsure = drawn(rng, 12, 5, 0.0)
    found = made(low, low, states, unsure, alpha)
    assert found.tolist() == emerging_hot_spots(around(low), states, alpha=alpha).tolist()


def test_an_uncertain_year_matters_only_where_it_can_change_the_class() -> None:
    flat = np.full((4, 5), 9.0)
    states = np.array([[1, 1, 1, 1, 1], [0, 0, 0, 0, 1], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]])
    unsure = np.zeros((4, 5), dtype=bool)
    assert made(flat, flat, states, unsure, 0.05).tolist() == [
        "persistent_hot_spot", "new_hot_spot", "sporadic_hot_spot", "no_pattern",
    ]  # fmt: skip
    unsure[:, 0] = True
    # Whether the first was always hot, the second is new, and the third was ever cold, hangs on the first year.
    assert made(flat, flat, states, unsure, 0.05).tolist() == [
        "undetermined",
        "undetermined",
        "undetermined",
        "no_pattern",
    ]


def test_areas_without_a_number_have_no_series_and_leave_the_neighbourhood() -> None:
    rising = np.tile(np.arange(10.0), (5, 1))
    label = [["hot"] * 5 for _ in range(10)]
    label[3][1], label[4][1], label[5][2] = "missing", "not_applicable", "missing"
    label[6][2] = "not_applicable"
    gone = np.array(["published"] * 5)
    columns = [
        figures(t, rising[:, t], rising[:, t], status=np.where(np.arange(5) == 1, "missing", gone) if t == 3 else None)
        for t in range(10)
    ]
    found = emerging_map(columns, [classes(t, label[t]) for t in range(10)], ring(5), alpha=0.05).label
    assert found.tolist() == ["intensifying_hot_spot", "missing", "missing", *["intensifying_hot_spot"] * 2]


def test_few_years_have_few_trends() -> None:
    # Five years that rise every time have p = 0.027: beside nineteen flat series that is not enough at 5%.
    low = np.full((20, 5), 3.0)
    low[0] = [1, 2, 3, 4, 5]
    assert not possible_directions(low, low, alpha=0.05).rising.any()
    assert possible_directions(low[:1], low[:1], alpha=0.05).rising.all()


def test_an_interval_that_overlaps_leaves_the_direction_open() -> None:
    low = np.array([[1.0, 2, 3, 4, 5]])
    high = low.copy()
    high[0, 0] = np.inf
    found = possible_directions(low, high, alpha=0.05)
    assert (found.rising.all(), found.falling.all(), found.neither.all()) == (True, False, True)
    wide = possible_directions(np.zeros((1, 5)), np.full((1, 5), np.inf), alpha=0.05)
    assert (wide.rising.all(), wide.falling.all(), wide.neither.all()) == (True, True, True)


@pytest.mark.parametrize("length", [3, 4, 5])
def test_no_series_has_a_smaller_variance_than_its_s_allows(length: int) -> None:
    every = np.stack(np.meshgrid(*[np.arange(length)] * length, indexing="ij"), axis=-1).reshape(-1, length)
    test = mann_kendall(every)
    least = _smallest_variances(length)
    assert (test.var_s >= least[np.abs(test.s)] - 1e-9).all()
    for s in np.unique(np.abs(test.s)):
        assert least[s] <= test.var_s[np.abs(test.s) >= s].min() + 1e-9


def test_long_series_with_an_interval_may_have_any_trend() -> None:
    low = np.tile(np.arange(20.0), (2, 1))
    high = low.copy()
    high[0, 5] += 0.5
    found = possible_directions(low, high, alpha=0.05)
    assert trends(mann_kendall(low)).tolist() == [Trend.INCREASING] * 2
    assert (found.rising.tolist(), found.neither.tolist()) == ([True, True], [False, False])


def test_what_does_not_belong_together_is_refused() -> None:
    flat = np.full(4, 9.0)
    columns = [figures(t, flat, flat) for t in range(3)]
    maps = [classes(t, ["hot"] * 4) for t in range(3)]
    assert set(emerging_map(columns, maps, ring(4), alpha=0.05).label) <= set(LABELS)
    with pytest.raises(StatisticError, match="three single periods"):
        emerging_map(columns[:2], maps[:2], ring(4), alpha=0.05)
    with pytest.raises(StatisticError, match="earliest first"):
        emerging_map(columns[::-1], maps[::-1], ring(4), alpha=0.05)
    with pytest.raises(AlignmentError, match="one method"):
        emerging_map(columns, [*maps[:2], classes(2, ["hot"] * 4, "gi-star/rate/ring")], ring(4), alpha=0.05)
    with pytest.raises(AlignmentError, match="one method"):
        emerging_map([*columns[:2], figures(7, flat, flat)], maps, ring(4), alpha=0.05)
    with pytest.raises(AlignmentError, match="same areas"):
        emerging_map(columns, maps, ring(5), alpha=0.05)


def test_the_labels_are_the_seventeen_and_three() -> None:
    assert len(LABELS) == len(EmergingClass) + 3 == 20
    assert str(Measure.COUNT) == "count"
