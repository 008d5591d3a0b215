from __future__ import annotations

from itertools import permutations
from math import erfc, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics import mann_kendall as module
from analysis.statistics.errors import StatisticError
from analysis.statistics.mann_kendall import MannKendall, Significance, Trend, mann_kendall, trends
from analysis.statistics.multiple_testing import Correction
from analysis.statistics.sen_slope import sen_slope


def by_definition(x: list[float]) -> tuple[int, float, float, float, float]:
    n = len(x)
    s = sum((x[j] > x[i]) - (x[j] < x[i]) for j in range(n) for i in range(j))
    ties = [x.count(value) for value in set(x)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = 0.0 if s == 0 else (s - 1 if s > 0 else s + 1) / sqrt(variance)
    return s, variance, z, erfc(abs(z) / sqrt(2)), 2 * s / (n * (n - 1))


def one(x: list[float], **options: Significance) -> MannKendall:
    return mann_kendall(np.array([x], dtype=np.float64), **options)


def test_by_hand() -> None:
    # 10, 15, 14, 20: five pairs rise and one falls. Slopes 5, -1, 6, 2, 2.5, 10/3: median (2.5 + 10/3)/2.
    found = one([10, 15, 14, 20])
    assert (found.s[0], found.var_s[0]) == (4, 4 * 3 * 13 / 18)
    assert found.z[0] == pytest.approx(3 / sqrt(26 / 3))
    assert found.tau[0] == pytest.approx(4 / 6)
    assert sen_slope(np.array([[10, 15, 14, 20]]))[0] == pytest.approx((2.5 + 10 / 3) / 2)


@pytest.mark.parametrize(
    ("length", "s", "p"),
    [(4, 6, 0.042), (4, 4, 0.167), (5, 8, 0.042), (5, 10, 0.0083), (6, 11, 0.028), (7, 13, 0.035), (8, 16, 0.031),
     (9, 18, 0.038), (10, 23, 0.023), (10, 15, 0.108)],
)  # fmt: skip
def test_exact_p_is_the_printed_table(length: int, s: int, p: float) -> None:
    # Kendall (1975), table 1: P(S >= s), one-sided; p here is two-sided.
    x = list(range(length))
    while one(x).s[0] > s:  # each swap of neighbours in rising order costs 2
        at = next(i for i in range(length - 1) if x[i] < x[i + 1])
        x[at], x[at + 1] = x[at + 1], x[at]
    assert one(x).s[0] == s
    assert one(x, significance=Significance.EXACT).p[0] / 2 == pytest.approx(p, abs=5.1e-4)


@pytest.mark.parametrize("length", [3, 4, 5, 6])
def test_exact_p_is_the_share_of_all_orders(length: int) -> None:
    every = mann_kendall(np.array(list(permutations(range(length))), dtype=np.float64), significance=Significance.EXACT)
    for s in np.unique(every.s):
        share = np.mean(np.abs(every.s) >= abs(s))
        assert every.p[every.s == s] == pytest.approx(share)


@given(st.lists(st.integers(0, 6), min_size=3, max_size=30))
@settings(max_examples=100, deadline=None)
def test_every_part_is_the_printed_formula(x: list[int]) -> None:
    found = one(x)
    parts = (found.s[0], found.var_s[0], found.z[0], found.p[0], found.tau[0])
    assert parts == pytest.approx(by_definition(x))


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=12))
@settings(max_examples=60, deadline=None)
def test_scipy_agrees_on_s_variance_and_slope(x: list[float]) -> None:
    found = one(x)
    peer = stats.kendalltau(np.arange(len(x)), x, method="asymptotic")
    if found.var_s[0] > 0:
        assert erfc(abs(found.s[0]) / sqrt(found.var_s[0] * 2)) == pytest.approx(peer.pvalue)
    assert sen_slope(np.array([x]))[0] == pytest.approx(stats.theilslopes(x).slope, rel=1e-9, abs=1e-9)


@given(st.permutations(list(range(9))))
@settings(max_examples=40, deadline=None)
def test_scipy_agrees_on_the_exact_p(x: list[int]) -> None:
    peer = stats.kendalltau(np.arange(9), x, method="exact")
    assert one(x, significance=Significance.EXACT).p[0] == pytest.approx(peer.pvalue)


def test_tied_and_long_series_keep_the_normal_p() -> None:
    tied, long = [1, 2, 2, 3, 4], list(range(11))
    for x in (tied, long):
        assert one(x, significance=Significance.EXACT).p[0] == one(x).p[0]
    assert one(long[:10], significance=Significance.EXACT).p[0] != one(long[:10]).p[0]


@given(st.lists(st.integers(-3, 3), min_size=3, max_size=15), st.integers(-5, 5), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_reversing_mirrors_and_units_do_not_matter(x: list[int], shift: int, factor: int) -> None:
    found, back = one(x), one(x[::-1])
    assert (back.s[0], back.z[0], back.p[0]) == (-found.s[0], -found.z[0], found.p[0])
    other = one([factor * value + shift for value in x])
    assert (other.s[0], other.var_s[0], other.p[0]) == (found.s[0], found.var_s[0], found.p[0])
    slopes = sen_slope(np.array([x, x[::-1], [factor * value + shift for value in x]], dtype=np.float64))
    assert slopes == pytest.approx([slopes[0], -slopes[0], factor * slopes[0]])


def test_a_series_that_never_changes() -> None:
    found = one([7.5] * 8)
    assert [part[0] for part in (found.s, found.var_s, found.z, found.tau)] == [0, 0, 0, 0]
    assert found.p[0] == 1
    assert sen_slope(np.full((1, 8), 7.5))[0] == 0
    assert one([7.5] * 8, significance=Significance.EXACT).p[0] == 1


def test_areas_do_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(2).poisson(2, (50, 13)).astype(np.float64)
    whole, slopes = mann_kendall(x), sen_slope(x)
    monkeypatch.setattr(module, "CHUNK", 13 * 7)
    monkeypatch.setattr("analysis.statistics.sen_slope.CHUNK", 200)
    parts = mann_kendall(x)
    for name in ("s", "var_s", "z", "p", "tau"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))
    assert np.array_equal(slopes, sen_slope(x))
    assert whole.s[17] == mann_kendall(x[17:18]).s[0]


def test_long_series_do_not_overflow_their_bytes() -> None:
    rising = np.arange(300.0)
    found = mann_kendall(np.array([rising, rising[::-1]]))
    assert found.s.tolist() == [300 * 299 // 2, -300 * 299 // 2]


def test_trends_are_controlled_over_the_map() -> None:
    rising = np.arange(12.0)
    quiet = np.tile([1.0, 2.0], 6)
    series = np.array([rising, rising[::-1], quiet, np.ones(12)])
    assert trends(mann_kendall(series)).tolist() == [
        Trend.INCREASING, Trend.DECREASING, Trend.NO_TREND, Trend.NO_TREND,
    ]  # fmt: skip
    weak = np.array([0, 1, 2, 3, 9, 5, 6, 4, 7.0])  # p about .02 on its own
    alone, among = (mann_kendall(np.vstack([weak, *[quiet[:9]] * extra])) for extra in (0, 30))
    assert trends(alone).tolist() == [Trend.INCREASING]
    assert trends(among)[0] == Trend.NO_TREND
    assert trends(among, alpha=0.9)[0] == Trend.INCREASING
    assert trends(alone, correction=Correction.BONFERRONI).tolist() == [Trend.INCREASING]


@pytest.mark.parametrize(
    ("series", "problem"),
    [
        (np.array([[1.0, np.nan, 2.0]]), "area 0, column 1: The series hold a value that is no finite number"),
        (np.array([[1.0, 2.0, 3.0], [1.0, 2.0, np.inf]]), "area 1, column 2"),
        (np.ones((4, 2)), "at least 3 periods; there are 2"),
        (np.ones(5), "areas by periods"),
    ],
)
def test_what_is_no_whole_table_is_refused(series: np.ndarray, problem: str) -> None:
    for function in (mann_kendall, sen_slope):
        with pytest.raises(StatisticError, match=problem):
            function(series)


def test_no_areas_is_a_map_too() -> None:
    assert mann_kendall(np.empty((0, 5))).s.size == 0
    assert sen_slope(np.empty((0, 5))).size == 0
