from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics import negative_binomial_sums as module
from analysis.statistics.negative_binomial_sums import EXACT_SUM, sum_tails, upper_tails
from analysis.statistics.standardised_ratio import poisson_tails
from tests.analysis.statistics.test_neighbourhood_ratio import convolved


def tails_of(totals: list[int] | np.ndarray, means: np.ndarray, phi: float) -> module.Tails:
    total = np.asarray(totals, dtype=np.float64)
    return sum_tails(total, np.tile(means, total.size), np.repeat(np.arange(total.size), means.size), phi)


def test_whole_dispersion_in_exact_fractions() -> None:
    # phi = 1: geometric counts. P(sum = k) added up over all splits, in fractions.
    means = [Fraction(1, 2), Fraction(3), Fraction(7, 5)]
    pmfs = [[(1 / (1 + m)) * (m / (1 + m)) ** k for k in range(12)] for m in means]
    law = [
        sum(pmfs[0][i] * pmfs[1][j] * pmfs[2][k - i - j] for i in range(k + 1) for j in range(k + 1 - i))
        for k in range(12)
    ]
    found = tails_of(list(range(12)), np.array([float(m) for m in means]), 1.0)
    for k in range(12):
        assert found.upper[k] == pytest.approx(float(1 - sum(law[:k])), abs=1e-14)
        assert found.lower[k] == pytest.approx(float(sum(law[: k + 1])), abs=1e-14)
        assert found.mid[k] == pytest.approx(float(1 - sum(law[:k]) - law[k] / 2), abs=1e-14)


@given(st.integers(0, 1000), st.floats(0.02, 4), st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_exact_tails_are_those_of_convolution(seed: int, phi: float, size: int) -> None:
    means = np.random.default_rng(seed).lognormal(0, 1.5, size)
    law = convolved(means, phi, 3000)
    totals = np.unique(np.random.default_rng(seed).integers(0, EXACT_SUM + 1, 20))
    found = tails_of(totals, means, phi)
    below = np.concatenate([[0.0], np.cumsum(law)])
    assert found.upper == pytest.approx(np.maximum(1 - below[totals], 1e-13), abs=1e-12)
    assert found.lower == pytest.approx(below[totals + 1], abs=1e-12)


@pytest.mark.parametrize(("phi", "error"), [(0.05, 0.002), (0.3, 0.01), (1.0, 0.04)])
def test_the_saddlepoint_is_close_far_into_the_tail(phi: float, error: float) -> None:
    means = np.array([0.3, 1.0, 2.0, 5.0, 9.0, 14.0, 20.0])
    law = convolved(means, phi, 4000)
    upper = np.cumsum(law[::-1])[::-1]
    totals = np.arange(EXACT_SUM + 1, 1200)
    totals = totals[upper[totals] > 1e-11]
    found = tails_of(totals, means, phi)
    assert found.upper == pytest.approx(upper[totals], rel=error)
    assert found.lower == pytest.approx(np.cumsum(law)[totals], abs=error)
    assert (np.diff(found.upper) < 0).all()


def test_the_saddlepoint_at_the_mean_itself() -> None:
    means = np.full(4, 50.0)
    law = convolved(means, 0.2, 3000)
    found = tails_of([199, 200, 201], means, 0.2)
    for at, total in enumerate((199, 200, 201)):
        assert found.upper[at] == pytest.approx(law[total:].sum(), abs=0.01)


@pytest.mark.parametrize("mean", [60_000.3, 1_094_222.9])
@pytest.mark.parametrize("phi", [0.001, 0.03, 1.0])
def test_a_sum_as_large_as_expected_is_no_exception_however_large(mean: float, phi: float) -> None:
    totals = np.floor(mean) + np.arange(-3, 4)
    found = tails_of(totals, np.array([0.9, 0.07, 0.03]) * mean, phi)
    one = stats.nbinom(1 / phi, 1 / (1 + phi * mean))
    assert found.upper == pytest.approx(one.sf(totals - 1), abs=0.02)
    assert (np.diff(found.upper) <= 0).all()


def test_equal_means_are_one_negative_binomial() -> None:
    found = tails_of([0, 3, 30, 100], np.full(5, 2.0), 0.6)
    one = stats.nbinom(5 / 0.6, 1 / (1 + 0.6 * 2))
    totals = np.array([0, 3, 30, 100])
    assert found.upper == pytest.approx(np.maximum(one.sf(totals - 1), 1e-13), abs=1e-13)
    assert found.lower == pytest.approx(one.cdf(totals), abs=1e-13)
    assert found.mid == pytest.approx(np.maximum(one.sf(totals) + one.pmf(totals) / 2, 1e-13), abs=1e-13)


def test_unequal_means_are_not_one_negative_binomial() -> None:
    means = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 6.0])
    size = np.sum(means) ** 2 / np.sum(means**2)  # of the one law with the same mean and variance, phi = 1
    right = tails_of([75], means, 1.0).upper[0]
    assert right == pytest.approx(convolved(means, 1.0)[75:].sum(), rel=1e-6)
    one = stats.nbinom(size, size / (size + means.sum())).sf(74)
    assert abs(right / one - 1) > 0.05


def test_without_dispersion_sums_are_poisson() -> None:
    means = np.array([0.5, 4.0])
    found, plain = tails_of([0, 9], means, 0.0), poisson_tails(np.array([0.0, 9.0]), np.array([4.5, 4.5]))
    assert np.array_equal(found.mid, plain.mid)
    assert tails_of([0, 9], means, 1e-6).upper == pytest.approx(plain.upper, rel=1e-4)


def halved(total: float, means: np.ndarray, phi: float) -> float:
    """Lugannani and Rice's formula at a saddlepoint that is found by halving, one sum at a time."""
    low, high = -1.0, 1 / (phi * means.max())
    for _ in range(60):
        y = (low + high) / 2
        low, high = (y, high) if (1 + y) * np.sum(means / (1 - phi * means * y)) < total else (low, y)
    y = (low + high) / 2
    t, first = np.log1p(y), means * (1 + y) / (1 - phi * means * y)
    w = np.sign(t) * np.sqrt(2 * (t * total + np.sum(np.log(1 - phi * means * y)) / phi))
    u = -np.expm1(-t) * np.sqrt(np.sum(first + phi * first**2))
    return float(stats.norm.sf(w) + stats.norm.pdf(w) * (1 / u - 1 / w))


def test_large_sums_together_are_large_sums_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    group = np.sort(np.concatenate([np.arange(150), rng.integers(0, 150, 700)]))
    mean = rng.lognormal(3.5, 1, group.size)
    expected = np.bincount(group, mean, 150)
    total = np.maximum(np.floor(expected * rng.gamma(3, 1 / 3, 150)), EXACT_SUM + 1)
    found = sum_tails(total, mean, group, 0.4)
    far = np.abs(total / expected - 1) > 0.05  # near the mean the formula is a difference of large numbers
    alone = [halved(total[i], mean[group == i], 0.4) for i in range(150)]
    assert found.upper[far] == pytest.approx(np.maximum(alone, 1e-13)[far], rel=1e-9)
    monkeypatch.setattr(module, "BLOCK", 7)
    parts = sum_tails(total, mean, group, 0.4)
    assert np.array_equal(parts.upper, found.upper)
    assert np.array_equal(parts.mid, found.mid)


@pytest.mark.parametrize("phi", [0.0, 0.05, 2.0])
def test_the_upper_tail_alone_is_the_very_upper_tail(phi: float) -> None:
    rng = np.random.default_rng(2)
    group = np.sort(np.concatenate([np.arange(300), rng.integers(0, 300, 900)]))
    mean = rng.lognormal(2.5, 1.5, group.size)
    total = np.floor(np.bincount(group, mean, 300) * rng.gamma(1, 1, 300))
    assert (total > EXACT_SUM).any()
    assert (total <= EXACT_SUM).any()
    assert np.array_equal(upper_tails(total, mean, group, phi), sum_tails(total, mean, group, phi).upper)


def test_sums_do_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    group = np.sort(np.concatenate([np.arange(200), rng.integers(0, 200, 500)]))
    mean = rng.gamma(1, 3, group.size)
    total = rng.negative_binomial(0.3, 0.01, 200).astype(np.float64)
    assert (total > EXACT_SUM).any()
    whole = sum_tails(total, mean, group, 0.8)
    monkeypatch.setattr(module, "CHUNK", 100)
    parts = sum_tails(total, mean, group, 0.8)
    assert whole.upper == pytest.approx(parts.upper, abs=1e-14)
    for i in (0, 17, 199):
        alone = sum_tails(total[i : i + 1], mean[group == i], np.zeros(int(np.sum(group == i)), dtype=np.int64), 0.8)
        assert alone.mid[0] == pytest.approx(whole.mid[i], abs=1e-13)
