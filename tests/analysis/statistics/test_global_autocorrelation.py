from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from esda.geary import Geary
from esda.moran import Moran
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.errors import StatisticError
from analysis.statistics.global_autocorrelation import GlobalResult, geary, moran
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.examples import any_weights, columbus, peer

KINDS = ["binary", "row-standardised", "general"]


def both(values, weights, draws=199) -> tuple[GlobalResult, GlobalResult]:
    x = np.asarray(values, dtype=float)
    return (
        moran(x, weights, rng=np.random.default_rng(3), draws=draws),
        geary(x, weights, rng=np.random.default_rng(3), draws=draws),
    )


def by_definition(x: np.ndarray, y: np.ndarray, weights: SpatialWeights) -> tuple[float, float]:
    """I and C as printed, on a full matrix."""
    w = np.zeros((x.size, x.size))
    w[weights.rows, weights.indices] = weights.data
    z, u = x - x.mean(), y - y.mean()
    i = x.size / w.sum() * (z @ w @ u) / np.sqrt((z @ z) * (u @ u))
    c = (x.size - 1) / (2 * w.sum()) * (w * (x[:, None] - x[None, :]) ** 2).sum() / (z @ z)
    return float(i), float(c)


@pytest.mark.parametrize("kind", KINDS)
def test_moments_and_tails_are_those_of_every_permutation(kind):
    weights, x = any_weights(kind, 5, 6), np.array([3.0, 0, 1, 8, 2, 2])
    every = np.array([by_definition(x[list(order)], x[list(order)], weights) for order in permutations(range(6))])
    for at, result in enumerate(both(x, weights, draws=20_000)):
        found = every[:, at]
        observed = by_definition(x, x, weights)[at]
        assert result.statistic == pytest.approx(observed)
        assert result.expected == pytest.approx(found.mean())
        assert result.variance_randomisation == pytest.approx(found.var())
        assert result.z_randomisation == pytest.approx((observed - found.mean()) / found.std())
        assert result.tails.upper[0] == pytest.approx(np.mean(found >= observed - 1e-9), abs=0.015)
        assert result.tails.lower[0] == pytest.approx(np.mean(found <= observed + 1e-9), abs=0.015)


@pytest.mark.parametrize("kind", KINDS)
def test_two_variables_have_the_moments_of_every_permutation_of_the_second(kind):
    weights = any_weights(kind, 6, 6)
    x, y = np.array([3.0, 0, 1, 8, 2, 2]), np.array([1.0, 1, 5, 0, 7, 3])
    every = np.array([by_definition(x, y[list(order)], weights)[0] for order in permutations(range(6))])
    result = moran(x, weights, other=y, rng=np.random.default_rng(0), draws=20_000)
    observed = by_definition(x, y, weights)[0]
    assert result.statistic == pytest.approx(observed)
    assert every.mean() == pytest.approx(result.expected, abs=1e-12)
    assert result.variance_randomisation == pytest.approx(every.var())
    assert result.tails.upper[0] == pytest.approx(np.mean(every >= observed - 1e-9), abs=0.015)
    assert np.isnan(result.z_normality)


@pytest.mark.parametrize("kind", KINDS)
def test_variance_under_normality_is_that_of_normal_samples(kind):
    weights = any_weights(kind, 7, 8)
    w = np.zeros((8, 8))
    w[weights.rows, weights.indices] = weights.data
    z = np.random.default_rng(0).normal(size=(200_000, 8))
    z -= z.mean(axis=1, keepdims=True)
    squares, cross = (z**2).sum(axis=1), ((z @ w) * z).sum(axis=1)
    ends = (w.sum(axis=0) + w.sum(axis=1)) @ (z**2).T
    found = 8 / w.sum() * cross / squares, 7 / (2 * w.sum()) * (ends - 2 * cross) / squares
    for result, every in zip(both(np.arange(8), weights), found, strict=True):
        assert result.variance_normality == pytest.approx(every.var(), rel=0.03)


def test_columbus_crime_is_as_published():
    """Moran's I 0.5001886 and Geary's C 0.5405282 of crime, row-standardised queen (esda and spdep print them)."""
    crime, weights = columbus()
    i, c = both(crime, row_standardised(weights))
    assert (round(i.statistic, 7), round(c.statistic, 7)) == (0.5001886, 0.5405282)
    assert (i.tails.upper[0], c.tails.lower[0]) == (0.005, 0.005)


@pytest.mark.parametrize("transform", ["B", "R"])
def test_moments_are_those_of_a_peer(transform):
    crime, weights = columbus()
    weights = weights if transform == "B" else row_standardised(weights)
    i, c = both(crime, weights)
    one = Moran(crime, peer(weights), transformation=transform, permutations=0)
    two = Geary(crime, peer(weights), transformation=transform, permutations=0)
    assert (i.statistic, i.expected, i.z_normality, i.z_randomisation) == pytest.approx(
        (one.I, one.EI, one.z_norm, one.z_rand)
    )
    assert (c.statistic, c.z_normality, c.z_randomisation) == pytest.approx((two.C, two.z_norm, two.z_rand))


@settings(max_examples=40)
@given(st.lists(st.integers(-5, 5), min_size=4, max_size=12).filter(lambda v: len(set(v)) > 1), st.integers(0, 1000))
def test_shift_and_scale_change_nothing(values, seed):
    weights, x = any_weights("general", seed, len(values)), np.array(values, dtype=float)
    for one, two in zip(both(x, weights, 19), both(100 - 8 * x, weights, 19), strict=True):
        assert two.statistic == pytest.approx(one.statistic)
        assert two.z_randomisation == pytest.approx(one.z_randomisation, nan_ok=True, rel=1e-6)
        assert np.array_equal(one.tails.mid, two.tails.mid)


def test_a_map_without_variation_or_links_has_no_statistic():
    ring = from_pairs(5, np.arange(5), (np.arange(5) + 1) % 5)
    for result in both([0.3] * 5, ring):
        assert np.isnan([result.statistic, result.z_randomisation, result.z_normality]).all()
        assert (result.tails.upper[0], result.tails.lower[0]) == (1, 1)
    for result in both([1, 2, 3, 4, 5], from_pairs(5, np.array([]), np.array([]))):
        assert np.isnan([result.statistic, result.tails.upper[0]]).all()
    flat = moran(np.ones(5), ring, other=np.arange(5.0), rng=np.random.default_rng(0), draws=9)
    assert np.isnan(flat.statistic)


def test_few_areas_have_no_moments_that_need_more():
    three = from_pairs(3, np.arange(3), (np.arange(3) + 1) % 3)
    for result in both([1, 2, 6], three):
        assert np.isfinite(result.statistic)
        assert np.isnan(result.variance_randomisation)
        assert np.isnan(result.z_randomisation)
    one, _ = both([1.0], from_pairs(1, np.array([]), np.array([])))
    assert np.isnan(one.statistic)


def test_wrong_input_is_refused():
    weights = any_weights("general", 1, 4)
    for statistic in (moran, geary):
        for values in ([1, 2, np.nan, 4], [1, 2, 3]):
            with pytest.raises(StatisticError):
                statistic(np.array(values, dtype=float), weights, rng=np.random.default_rng(0))
        with pytest.raises(StatisticError, match="draw"):
            statistic(np.arange(4.0), weights, rng=np.random.default_rng(0), draws=0)
