"""Counts known within intervals: brute force over the intervals, peers where nothing is hidden, and planted rates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from analysis.statistics.count_regression import Dispersion, count_regression
from analysis.statistics.errors import StatisticError
from analysis.statistics.interval_regression import Intervals, interval_regression


def probability(count: np.ndarray, mean: float, phi: float) -> np.ndarray:
    if phi == 0:
        return stats.poisson.pmf(count, mean)
    return stats.nbinom.pmf(count, 1 / phi, 1 / (1 + phi * mean))


@pytest.mark.parametrize("phi", [0.0, 0.3, 2.0])
@pytest.mark.parametrize(
    ("low", "high", "split", "mean"), [(0, 5, 99, 3.0), (1, 24, 10, 4.0), (13, 17, 99, 40.0), (0, 0, 9, 2.0)]
)
def test_moments_are_sums_over_the_interval(low, high, split, mean, phi):
    count = np.arange(low, high + 1)
    weight = probability(count, mean, phi) * np.where(count >= split, 0.2, 1.0)
    found = Intervals(*(np.array([float(x)]) for x in (low, high, split))).moments(np.array([mean]), phi, 0.2)
    assert found.log_probability[0] == pytest.approx(np.log(weight.sum()), rel=1e-10)
    assert found.mean[0] == pytest.approx((count * weight).sum() / weight.sum(), rel=1e-10)
    centred = (count - found.mean[0]) ** 2
    assert found.variance[0] == pytest.approx((centred * weight).sum() / weight.sum(), abs=1e-9)
    assert found.large[0] == pytest.approx(weight[count >= split].sum() / weight.sum(), abs=1e-12)


def draw(seed: int, areas: int, phi: float):
    rng = np.random.default_rng(seed)
    exposure, covariates = rng.lognormal(6.5, 0.8, areas), rng.normal(size=(areas, 2))
    mean = exposure * np.exp(-4 + 0.4 * covariates[:, 0] - 0.2 * covariates[:, 1])
    spread = rng.gamma(1 / phi, phi, areas) if phi else np.ones(areas)
    return rng, exposure, covariates, rng.poisson(mean * spread).astype(float)


def test_where_all_is_known_it_is_the_regression_of_counts():
    _, exposure, covariates, count = draw(1, 200, 0.3)
    found = interval_regression(count, count, covariates, exposure)
    peer = count_regression(count, covariates, exposure, names=("a", "b"), dispersion=Dispersion.MAXIMUM_LIKELIHOOD)
    assert found.dispersion == pytest.approx(peer.dispersion, rel=2e-3)
    assert np.allclose(found.coefficients, peer.coefficients, atol=1e-4)
    assert np.allclose(found.expected, peer.expected, rtol=1e-3)
    assert np.allclose(np.sqrt(np.diag(found.covariance)), peer.standard_errors, rtol=0.25)
    assert found.hidden_share == 0


def hidden_world(seed: int, areas: int, phi: float):
    rng, exposure, covariates, count = draw(seed, areas, phi)
    hidden = (count > 0) & ((count < 10) | (rng.random(areas) < 0.25))
    value = 5 * np.floor(count / 5 + 0.5)
    wide = rng.integers(12, 30, (2, areas))
    low = np.where(hidden, np.maximum(1, count - wide[0]), np.where(count == 0, 0, np.maximum(value - 2, 10)))
    high = np.where(hidden, np.maximum(count + wide[1], 12), np.where(count == 0, 0, value + 2))
    return exposure, covariates, low, high, hidden


@pytest.mark.parametrize("phi", [0.0, 0.3])
def test_planted_rates_are_found_though_half_is_hidden(phi):
    exposure, covariates, low, high, hidden = hidden_world(2, 6000, phi)
    assert 0.4 < hidden.mean() < 0.65
    found = interval_regression(low, high, covariates, exposure, hidden=hidden, threshold=10)
    assert np.allclose(found.coefficients, (-4, 0.4, -0.2), atol=0.04)
    assert found.dispersion == pytest.approx(phi, abs=0.05)
    assert found.hidden_share == pytest.approx(0.25, abs=0.03)
    # What leaving out the hidden ones would have given: the small ones are gone, so every rate is too high.
    left = count_regression(
        (low + high)[~hidden] // 2, covariates[~hidden], exposure[~hidden], names=("a", "b"),
        dispersion=Dispersion.MAXIMUM_LIKELIHOOD,
    )  # fmt: skip
    away, near = (np.abs(fit.coefficients - (-4, 0.4, -0.2)).max() for fit in (left, found))
    assert away > (4 * near if phi else near)


def test_the_fit_is_the_largest_likelihood_there_is():
    exposure, covariates, low, high, hidden = hidden_world(3, 60, 0.4)
    found = interval_regression(low, high, covariates, exposure, hidden=hidden, threshold=10)

    def lack(parameters: np.ndarray) -> float:
        *beta, log_phi, logit = parameters
        share, total = 1 / (1 + np.exp(-logit)), 0.0
        for i in range(60):
            count = np.arange(low[i], high[i] + 1)
            mean = exposure[i] * np.exp(beta[0] + covariates[i] @ beta[1:])
            large = np.where(count >= 10, share, 1.0) if hidden[i] else np.where(count >= 10, 1 - share, 1.0)
            total -= np.log((probability(count, mean, np.exp(log_phi)) * large).sum())
        return total

    at = [*found.coefficients, np.log(found.dispersion), np.log(found.hidden_share / (1 - found.hidden_share))]
    best = optimize.minimize(lack, at, method="Nelder-Mead", options={"maxiter": 400, "xatol": 1e-4, "fatol": 1e-6})
    assert lack(np.array(at)) - best.fun < 2e-3


def test_the_order_of_areas_and_the_scale_of_covariates_decide_nothing():
    exposure, covariates, low, high, hidden = hidden_world(4, 150, 0.3)
    first = interval_regression(low, high, covariates, exposure, hidden=hidden, threshold=10)
    order = np.random.default_rng(0).permutation(150)
    scaled = covariates[order] * (100, 0.01) + (7, -3)
    again = interval_regression(
        low[order], high[order], scaled, exposure[order] * 1000, hidden=hidden[order], threshold=10
    )
    assert np.allclose(again.expected, first.expected[order], rtol=1e-4)
    assert np.allclose(again.standard_error, first.standard_error[order], rtol=1e-3)
    assert again.coefficients[1] == pytest.approx(first.coefficients[1] / 100, rel=1e-3)


def test_what_is_hidden_widens_what_is_expected():
    exposure, covariates, low, high, hidden = hidden_world(5, 300, 0.3)
    count = draw(5, 300, 0.3)[3]
    known = interval_regression(count, count, covariates, exposure)
    found = interval_regression(low, high, covariates, exposure, hidden=hidden, threshold=10)
    assert np.median(found.standard_error) > np.median(known.standard_error)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": np.array([-1.0] * 9)}, "negative"),
        ({"low": np.array([1.5] * 9)}, "no whole number"),
        ({"high": np.array([1.0] * 9)}, "above its upper bound"),
        ({"high": np.array([np.inf] * 9)}, "no finite number"),
        ({"exposure": np.array([0.0] * 9)}, "exposure is not positive"),
        ({"covariates": np.ones((9, 1))}, "constant"),
        ({"covariates": np.column_stack([np.arange(9), 2 * np.arange(9)])}, "combination"),
        ({"covariates": np.ones((8, 1))}, "table of 9 areas"),
        ({"covariates": np.random.default_rng(0).normal(size=(9, 8))}, "9 areas for 9 columns"),
        ({"low": np.zeros(9), "high": np.zeros(9)}, "Nothing can have been counted"),
    ],
)
def test_input_without_an_answer_is_refused(change, message):
    given = {
        "low": np.full(9, 2.0), "high": np.full(9, 4.0), "covariates": np.arange(9.0)[:, None], "exposure": np.ones(9)
    }  # fmt: skip
    with pytest.raises(StatisticError, match=message):
        interval_regression(**{**given, **change})
