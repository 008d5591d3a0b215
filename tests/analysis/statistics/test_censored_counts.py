"""Counts of which some are hidden: conditional moments against sums over the law, dispersion against known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from analysis.statistics.censored_counts import conditional_moments, expected_square, shown_dispersion
from analysis.statistics.errors import StatisticError
from analysis.statistics.neighbourhood_ratio import map_dispersion


def law(mean: float, phi: float, upto: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    y = np.arange(upto)
    return y, poisson.pmf(y, mean) if phi == 0 else nbinom.pmf(y, 1 / phi, 1 / (1 + phi * mean))


def moments(low, high, mean, phi):
    found = conditional_moments(*(np.array([part], dtype=np.float64) for part in (low, high, mean)), phi)
    return found[0][0], found[1][0]


@given(
    low=st.integers(0, 40),
    width=st.one_of(st.integers(0, 60), st.just(np.inf)),
    mean=st.floats(0.05, 60),
    phi=st.sampled_from([0.0, 0.05, 0.7, 4.0]),
)
def test_moments_within_bounds_are_those_of_the_law(low, width, mean, phi):
    y, chance = law(mean, phi)
    inside = chance * ((y >= low) & (y <= low + width))
    if inside.sum() < 1e-12:
        return
    inside /= inside.sum()

    first, square = moments(low, low + width, mean, phi)

    assert first == pytest.approx((y * inside).sum(), rel=1e-7, abs=1e-9)
    assert square == pytest.approx(((y - mean) ** 2 * inside).sum(), rel=1e-6, abs=1e-7)


def test_where_the_bounds_are_all_but_impossible_the_nearest_one_is_taken():
    assert moments(900, 950, 0.01, 0.0) == (900, pytest.approx(899.99**2))
    assert moments(0, 3, 5_000.0, 0.0)[0] == 3


def test_a_count_without_bounds_has_the_moments_of_its_law():
    first, square = moments(0, np.inf, 6.0, 0.5)

    assert first == pytest.approx(6.0)
    assert square == pytest.approx(6 + 0.5 * 36)


@pytest.mark.parametrize("cap", [np.inf, 6.25, 1.5])
@pytest.mark.parametrize("zeros", [True, False])
@pytest.mark.parametrize("phi", [0.0, 0.8])
@pytest.mark.parametrize("lowest", [1, 7, 30])
def test_the_expected_square_of_what_is_shown(lowest, phi, zeros, cap):
    y, chance = law(4.0, phi)
    shown = chance * ((y >= lowest) | ((y == 0) & zeros))
    variance = 4 + 16 * phi

    found = expected_square(np.array([4.0]), float(lowest), phi, zeros=zeros, cap=cap)[0]

    squares = np.minimum((y - 4) ** 2 / variance, cap)
    assert found == pytest.approx((squares * shown).sum() / shown.sum(), rel=1e-7)


def counted(phi: float, *, n: int = 100_000, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(0.8, 0.8, n)
    return (rng.poisson(mean) if phi == 0 else rng.negative_binomial(1 / phi, 1 / (1 + phi * mean))), mean


@pytest.mark.parametrize("phi", [0.0, 0.3, 1.0])
def test_where_all_is_shown_it_is_the_plain_moment_estimate(phi):
    count, mean = counted(phi, n=2_000)

    assert shown_dispersion(count, mean) == map_dispersion(count, mean)
    assert shown_dispersion(count, mean, threshold=1) == map_dispersion(count, mean)


@pytest.mark.parametrize("zeros", [True, False])
@pytest.mark.parametrize("phi", [0.0, 0.3, 1.0])
def test_what_is_shown_because_it_is_large_gives_the_dispersion_of_all(phi, zeros):
    count, mean = counted(phi)
    shown = (count >= 10) | ((count == 0) & zeros)

    found = shown_dispersion(count[shown], mean[shown], threshold=10, zeros=zeros)

    assert found == pytest.approx(phi, abs=0.04)
    if not zeros:
        # What the selection would do if nobody accounted for it.
        assert map_dispersion(count[shown], mean[shown]) > phi + 0.1


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_with_a_cap_it_is_that_of_the_law_and_hardly_that_of_clusters(phi):
    count, mean = counted(phi, n=20_000)
    raised = np.random.default_rng(4).random(len(mean)) < 0.05
    mixed = np.where(raised, count * 6, count)

    assert shown_dispersion(count, mean, cap=6.25) == pytest.approx(phi, abs=0.04)
    capped, plain = shown_dispersion(mixed, mean, cap=6.25), shown_dispersion(mixed, mean)
    assert capped - phi < 0.3 * (plain - phi)


@pytest.mark.parametrize(
    ("count", "mean", "options", "says"),
    [
        ([12, 3], [4.0, 4.0], {"threshold": 10}, "below 10"),
        ([12, 0], [4.0, 4.0], {"threshold": 10, "zeros": False}, "below 10"),
        ([12, 15], [4.0, 0.0], {}, "above 0"),
        ([12, 15], [4.0, 4.0], {"cap": 1.0}, "above 1"),
        ([12], [4.0], {}, "1 counts for 1 parameters"),
        ([12, np.nan], [4.0, 4.0], {}, "finite"),
        ([12, -1], [4.0, 4.0], {}, "negative"),
        ([12], [4.0, 4.0], {}, "needs an expected"),
    ],
)
def test_what_cannot_be_is_refused(count, mean, options, says):
    with pytest.raises(StatisticError, match=says):
        shown_dispersion(np.array(count, dtype=np.float64), np.array(mean), **options)
