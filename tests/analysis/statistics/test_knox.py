from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.knox import knox, permutation_moments
from analysis.statistics.limits import Limits


def counts(points: np.ndarray, times: np.ndarray, distance: float, interval: float) -> tuple[int, int, int]:
    """Every pair, one by one."""
    near = soon = both = 0
    for i, j in itertools.combinations(range(len(points)), 2):
        close = math.dist(points[i], points[j]) <= distance
        late = abs(times[i] - times[j]) <= interval
        near, soon, both = near + close, soon + late, both + (close and late)
    return near, soon, both


def test_the_printed_example_of_knox() -> None:
    # Childhood leukaemia in Northumberland and Durham (Knox 1964): 96 cases, 25 pairs within 1 km, 152 within 60 days,
    # 5 in both against 0.83 expected. Any degrees that give these numbers of pairs give this expectation.
    near, soon = (np.bincount(np.arange(2 * pairs) % 96, minlength=96) for pairs in (25, 152))
    expected, _ = permutation_moments(near, soon)
    assert round(expected, 2) == 0.83
    assert poisson.sf(4, expected) == pytest.approx(0.0017, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), lattice=st.booleans())
def test_pairs_are_those_counted_one_by_one(seed: int, lattice: bool) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    points = rng.integers(0, 8, (n, 2)).astype(float) if lattice else rng.normal(size=(n, 2))
    times = rng.integers(0, 30, n).astype(float)
    distance, interval = (5.0, 3.0) if lattice else (0.5, 3.0)
    found = knox(points, times, distance=distance, interval=interval, rng=rng, permutations=0)
    assert (found.near, found.soon, found.both) == counts(points, times, distance, interval)
    assert found.expected == pytest.approx(found.near * found.soon / (n * (n - 1) / 2))
    assert math.isnan(found.p_upper)
    assert math.isnan(found.p_mid)


@pytest.mark.parametrize("n", [3, 4, 6, 7])
def test_moments_are_those_of_all_permutations(n: int) -> None:
    rng = np.random.default_rng(n)
    points, times = rng.random((n, 2)), rng.integers(0, 9, n).astype(float)
    found = knox(points, times, distance=0.5, interval=2, rng=rng, permutations=0)
    every = [counts(points, times[list(order)], 0.5, 2)[2] for order in itertools.permutations(range(n))]
    mean = Fraction(sum(every), len(every))
    variance = Fraction(sum(x * x for x in every), len(every)) - mean**2
    assert found.expected == pytest.approx(float(mean), rel=1e-14)
    assert found.variance == pytest.approx(float(variance), rel=1e-14)
    if variance:
        assert found.z == pytest.approx((found.both - float(mean)) / math.sqrt(variance))


def test_permutation_p_is_that_of_the_same_draws() -> None:
    source = np.random.default_rng(3)
    points, times = source.random((25, 2)), source.integers(0, 20, 25).astype(float)
    found = knox(points, times, distance=0.3, interval=3, rng=np.random.default_rng(9), permutations=199)
    rng = np.random.default_rng(9)
    drawn = [counts(points, rng.permutation(times), 0.3, 3)[2] for _ in range(199)]
    assert found.p_upper == (1 + sum(x >= found.both for x in drawn)) / 200
    assert found.p_lower == (1 + sum(x <= found.both for x in drawn)) / 200
    assert found.p_mid == pytest.approx((sum(x > found.both for x in drawn) + (1 + drawn.count(found.both)) / 2) / 200)
    assert found.p_upper + found.p_lower == pytest.approx(1 + (1 + drawn.count(found.both)) / 200)
    assert found.p_poisson == pytest.approx(1 - poisson.cdf(found.both - 1, found.expected))
    assert np.mean(drawn) == pytest.approx(found.expected, abs=5 * math.sqrt(found.variance / 199))
    assert np.var(drawn) == pytest.approx(found.variance, rel=0.5)


def test_bursts_are_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(1)
    points, times = rng.random((150, 2)) * 20, rng.random(150) * 365
    chance = knox(points, times, distance=1, interval=7, rng=rng)
    assert 0.02 < chance.p_upper < 0.98
    burst = np.arange(0, 150, 3)
    points[burst + 1], times[burst + 1] = points[burst] + 0.1, times[burst] + 2
    found = knox(points, times, distance=1, interval=7, rng=rng)
    assert found.p_upper == 0.001
    assert found.p_poisson < 1e-6
    assert found.z > 5


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_units_origin_and_order_decide_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, times = rng.integers(0, 9, (20, 2)).astype(float), rng.integers(0, 30, 20).astype(float)
    order = rng.permutation(20)
    plain = knox(points, times, distance=2, interval=4, rng=np.random.default_rng(0), permutations=0)
    moved = knox(
        points[order] * 0.1 + 7,
        times[order] * 24 - 3,
        distance=0.2,
        interval=96,
        rng=np.random.default_rng(0),
        permutations=0,
    )
    assert (plain.near, plain.soon, plain.both) == (moved.near, moved.soon, moved.both)
    assert plain.variance == moved.variance


def test_events_at_one_place_have_nothing_to_tell() -> None:
    times = np.array([1.0, 2, 3, 9])
    found = knox(np.ones((4, 2)), times, distance=0, interval=1, rng=np.random.default_rng(0), permutations=9)
    assert (found.near, found.soon, found.both) == (6, 2, 2)
    assert found.variance == 0
    assert math.isnan(found.z)
    assert found.p_upper == found.p_lower == 1


def test_large_numbers_lose_no_digits() -> None:
    # The variance is a difference of terms of the order 1e20; float64 would leave few digits of it.
    near, soon = np.full(20_000, 900), np.full(20_000, 700)
    near[::2] += 2
    expected, variance = permutation_moments(near, soon)
    n, space, time = 20_000, Fraction(int(near.sum()), 2), Fraction(int(soon.sum()), 2)
    s, t = (sum(Fraction(int(d) * (int(d) - 1), 2) for d in degrees) for degrees in (near, soon))
    mean = space * time * 2 / (n * (n - 1))
    square = mean + 4 * s * t / (n * (n - 1) * (n - 2))
    square += 4 * (space * (space - 1) - 2 * s) * (time * (time - 1) - 2 * t) / (n * (n - 1) * (n - 2) * (n - 3))
    assert expected == float(mean)
    assert variance == pytest.approx(float(square - mean**2), rel=1e-15)


PLACES, TIMES = np.array([[0.0, 0], [1, 0], [2, 1], [5, 5]]), np.arange(4.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coordinates": np.where(PLACES == 5, np.nan, PLACES)}, "event 3: A coordinate is not a finite"),
        ({"times": np.array([0, 1, np.inf, 3])}, "event 2: A time is not a finite"),
        ({"times": np.arange(3.0)}, "3 times for coordinates"),
        ({"coordinates": PLACES[:2], "times": TIMES[:2]}, "at least three events"),
        ({"distance": -1}, "at least 0"),
        ({"interval": np.nan}, "at least 0"),
        ({"distance": np.inf}, "must be finite"),
        ({"permutations": -1}, "permutations must be"),
    ],
)
def test_refuses(change: dict, message: str) -> None:
    arguments = {"coordinates": PLACES, "times": TIMES, "distance": 1, "interval": 1, "rng": np.random.default_rng(0)}
    with pytest.raises(StatisticError, match=message):
        knox(**(arguments | change))


def test_too_many_pairs_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(CostError, match="4950 pairs"):
        knox(rng.random((100, 2)), rng.random(100), distance=9, interval=1, rng=rng, limits=Limits(memory=1e5))
