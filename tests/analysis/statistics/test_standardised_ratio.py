from __future__ import annotations

from fractions import Fraction
from math import exp, factorial, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from analysis.statistics.errors import StatisticError
from analysis.statistics.standardised_ratio import LimitKind, poisson_limits, poisson_pmf, poisson_tails, sir

# Breslow & Day (1987), Table 2.10: observed, lower and upper 95% limit of the mean.
GARWOOD = [
    (0, 0.0, 3.689),
    (1, 0.0253, 5.572),
    (2, 0.242, 7.225),
    (3, 0.619, 8.767),
    (5, 1.624, 11.668),
    (10, 4.795, 18.390),
    (20, 12.217, 30.888),
    (100, 81.364, 121.627),
]


@pytest.mark.parametrize(("observed", "low", "high"), GARWOOD)
def test_exact_limits_are_the_printed_table(observed: int, low: float, high: float) -> None:
    lower, upper = poisson_limits(np.array([observed]))
    assert lower[0] == pytest.approx(low, abs=6e-4)
    assert upper[0] == pytest.approx(high, abs=6e-4)


def test_mid_p_limits_of_four_observed_and_a_little_over_three_expected() -> None:
    # The example of Rothman & Boice (1979) as OpenEpi prints it: 4 observed, 3.3 expected.
    exact = sir(np.array([4]), np.array([3.3]))
    middle = sir(np.array([4]), np.array([3.3]), kind=LimitKind.MID_P)
    assert exact.ratio[0] == pytest.approx(1.212, abs=5e-4)
    assert (exact.low[0], exact.high[0]) == pytest.approx((0.3303, 3.103), abs=1e-3)
    assert (middle.low[0], middle.high[0]) == pytest.approx((0.3851, 2.924), abs=1e-3)


def pmf(count: int, mean: Fraction) -> float:
    return float(mean**count / factorial(count)) * exp(-float(mean))


@pytest.mark.parametrize("observed", [0, 1, 2, 7, 30])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("kind", list(LimitKind))
def test_limits_solve_their_equations(observed: int, confidence: float, kind: LimitKind) -> None:
    tail = (1 - confidence) / 2
    share = 1.0 if kind is LimitKind.EXACT else 0.5

    def upper_tail(mean: float) -> float:  # the slow way: one minus a sum of probabilities
        return 1 - sum(pmf(k, Fraction(mean)) for k in range(observed)) - (1 - share) * pmf(observed, Fraction(mean))

    def lower_tail(mean: float) -> float:
        return sum(pmf(k, Fraction(mean)) for k in range(observed)) + share * pmf(observed, Fraction(mean))

    low, high = poisson_limits(np.array([observed]), confidence=confidence, kind=kind)
    if observed:
        assert low[0] == pytest.approx(optimize.brentq(lambda m: upper_tail(m) - tail, 1e-9, observed + 1), rel=1e-6)
    else:
        assert low[0] == 0
    assert high[0] == pytest.approx(optimize.brentq(lambda m: lower_tail(m) - tail, 1e-9, 10 * observed + 99), rel=1e-6)


def test_upper_limits_of_nothing_observed() -> None:
    assert poisson_limits(np.array([0]))[1][0] == pytest.approx(-log(0.025))
    assert poisson_limits(np.array([0]), kind=LimitKind.MID_P)[1][0] == pytest.approx(-log(0.05))


def test_tails_are_those_of_scipy() -> None:
    count = np.array([0, 1, 3, 12, 40, 0, 200])
    mean = np.array([0.5, 0.5, 3.0, 4.0, 60.0, 1e-8, 100.0])
    tails = poisson_tails(count.astype(np.float64), mean)
    law = stats.poisson(mean)
    assert tails.upper == pytest.approx(np.maximum(law.sf(count - 1), 1e-13), rel=1e-9)
    assert tails.lower == pytest.approx(law.cdf(count), rel=1e-9)
    assert tails.mid == pytest.approx(np.maximum(law.sf(count) + law.pmf(count) / 2, 1e-13), rel=1e-9)
    assert poisson_pmf(np.array([0.0, 2.0]), np.array([0.0, 0.0])).tolist() == [1.0, 0.0]


@given(st.integers(0, 5000), st.floats(0.01, 1e4), st.floats(0.5, 0.999))
@settings(max_examples=60, deadline=None)
def test_limits_enclose_the_ratio_and_mid_p_lies_within_exact(
    observed: int, expected: float, confidence: float
) -> None:
    count, mean = np.array([observed]), np.array([expected])
    exact, middle = (sir(count, mean, confidence=confidence, kind=kind) for kind in LimitKind)
    assert exact.low[0] <= middle.low[0] <= exact.ratio[0] <= middle.high[0] <= exact.high[0]
    assert exact.ratio[0] == observed / expected


@given(st.integers(0, 300), st.floats(0.1, 300), st.floats(0.6, 0.99))
@settings(max_examples=60, deadline=None)
def test_limits_and_tails_agree_on_what_is_high_and_low(observed: int, expected: float, confidence: float) -> None:
    tail = (1 - confidence) / 2
    found = sir(np.array([observed]), np.array([expected]), confidence=confidence)
    if abs(found.tails.upper[0] - tail) > 1e-9:
        assert (found.low[0] > 1) == (found.tails.upper[0] < tail)
    if abs(found.tails.lower[0] - tail) > 1e-9:
        assert (found.high[0] < 1) == (found.tails.lower[0] < tail)


def test_exact_limits_cover_at_least_as_often_as_they_say() -> None:
    count = np.arange(200)
    for mean in (0.3, 1.0, 4.4, 9.9, 25.0):
        low, high = poisson_limits(count, confidence=0.9)
        covered = (low <= mean) & (mean <= high)
        assert stats.poisson(mean).pmf(count)[covered].sum() >= 0.9


def test_nothing_expected_and_nothing_observed_has_no_ratio() -> None:
    found = sir(np.array([0, 2]), np.array([0.0, 1.0]))
    for part in (found.ratio, found.low, found.high, found.tails.upper, found.tails.lower, found.tails.mid):
        assert np.isnan(part).tolist() == [True, False]


@pytest.mark.parametrize(
    ("observed", "expected", "problem"),
    [
        ([1, 2], [1.0, 0.0], "area 1: There are events where the expected count is zero"),
        ([1, 2.5], [1.0, 1.0], "area 1: The counts hold a value that is no whole number"),
        ([1, -2], [1.0, 1.0], "area 1: The counts hold a negative value"),
        ([1, np.nan], [1.0, 1.0], "area 1: The counts hold a value that is no finite number"),
        ([1, 2], [1.0, np.inf], "area 1: The expected counts hold a value that is no finite number"),
        ([1, 2, 3], [1.0, 1.0], "shape"),
    ],
)
def test_what_cannot_be_compared_is_refused(observed: list[float], expected: list[float], problem: str) -> None:
    with pytest.raises(StatisticError, match=problem):
        sir(np.array(observed), np.array(expected))


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(StatisticError, match="confidence lies strictly between 0 and 1"):
        poisson_limits(np.array([1]), confidence=confidence)
