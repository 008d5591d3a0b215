from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.errors import StatisticError
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.permutation import permuted_tails, shared_samples
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.oracles import random_weights, ring


def brute_force(values: np.ndarray, weights: SpatialWeights, draws: int, seed: int) -> np.ndarray:
    """The definition, one area and one draw at a time, on the same samples."""
    size = int(weights.cardinalities.max()) + 1
    samples = shared_samples(weights.n, size=size, draws=draws, rng=np.random.default_rng(seed))
    result = np.full((weights.n, 3), np.nan)
    for i in range(weights.n):
        around, profile = weights.neighbours(i), weights.data[weights.indptr[i] : weights.indptr[i + 1]]
        k = around.size
        if k == 0:
            continue
        observed = float(profile @ values[around])
        more = tied = 0
        for sample in samples[:, : k + 1]:
            drawn = [sample[k] if j == i else j for j in sample[:k]]
            total = float(profile @ values[drawn])
            tied += abs(total - observed) < 1e-9
            more += total >= observed + 1e-9
        result[i] = (more + tied + 1, draws - more + 1, more + (tied + 1) / 2)
    return result / (draws + 1)


def general(weights: SpatialWeights, seed: int) -> SpatialWeights:
    data = np.random.default_rng(seed).choice([0.5, 1.0, 2.5], weights.data.size)
    return SpatialWeights(n=weights.n, indptr=weights.indptr, indices=weights.indices, data=data)


@pytest.mark.parametrize("kind", ["binary", "row-standardised", "general"])
@pytest.mark.parametrize("counts", [True, False])
def test_equals_a_brute_force_on_the_same_draws(kind: str, counts: bool) -> None:
    rng = np.random.default_rng(2)
    weights = random_weights(rng, 25, 90)
    weights = {"binary": weights, "row-standardised": row_standardised(weights), "general": general(weights, 4)}[kind]
    values = rng.poisson(1.0, 25).astype(np.float64) if counts else rng.normal(size=25)
    tails = permuted_tails(values, weights, rng=np.random.default_rng(9), draws=60)
    expected = brute_force(values, weights, 60, 9)
    assert np.column_stack([tails.upper, tails.lower, tails.mid]) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_agrees_with_the_exact_null_within_its_own_error() -> None:
    rng = np.random.default_rng(8)
    weights, values = ring(60, 2), rng.negative_binomial(0.7, 0.3, 60).astype(np.int64)
    exact = conditional_tails(values, weights)
    draws = 40_000
    drawn = permuted_tails(values.astype(np.float64), weights, rng=rng, draws=draws)
    for got, right in ((drawn.upper, exact.upper), (drawn.lower, exact.lower)):
        error = np.sqrt(right * (1 - right) / draws) + 1 / draws
        assert (np.abs(got - right) < 5 * error).all()


def test_ties_count_in_both_tails_and_no_map_is_cold_by_being_empty() -> None:
    tails = permuted_tails(np.zeros(30), ring(30), rng=np.random.default_rng(0), draws=99)
    assert (tails.upper == 1).all()
    assert (tails.lower == 1).all()
    assert (tails.mid == 0.5).all()


def test_no_p_is_smaller_than_the_observed_map_alone() -> None:
    values = np.arange(200.0) ** 3
    tails = permuted_tails(values, ring(200, 3), rng=np.random.default_rng(0), draws=99)
    assert tails.upper.min() == 0.01
    assert (tails.upper + tails.lower >= 1 + 1 / 100 - 1e-12).all()


def test_an_area_never_draws_itself() -> None:
    # All but area 0 are zero. With itself in its pool, area 0 would see sums of 1.
    values = np.zeros(12)
    values[0] = 1.0
    tails = permuted_tails(values, ring(12), rng=np.random.default_rng(1), draws=500)
    assert tails.lower[0] == 1.0
    assert tails.upper[0] == 1.0


def test_summation_order_makes_no_tie_a_difference() -> None:
    values = np.tile([0.1, 0.2, 0.3], 20)
    tails = permuted_tails(values, ring(60, 2), rng=np.random.default_rng(3), draws=300)
    tenths = permuted_tails(np.round(values * 10), ring(60, 2), rng=np.random.default_rng(3), draws=300)
    assert np.array_equal(tails.upper, tenths.upper)
    assert np.array_equal(tails.mid, tenths.mid)


@pytest.mark.parametrize(("count", "size"), [(6, 6), (30, 7), (500, 5)])
def test_samples_are_uniform_without_replacement(count: int, size: int) -> None:
    samples = shared_samples(count, size=size, draws=6000, rng=np.random.default_rng(5))
    assert samples.shape == (6000, size)
    assert (np.diff(np.sort(samples, axis=1), axis=1) > 0).all()
    for column in range(size):
        share = np.bincount(samples[:, column], minlength=count) / 6000
        assert np.abs(share - 1 / count).max() < 5.5 * np.sqrt(1 / count / 6000)


def test_same_seed_same_tails_and_islands_are_untested() -> None:
    weights = from_pairs(6, np.array([0, 1, 2]), np.array([1, 2, 0]))
    values = np.arange(6.0)
    first, second = (permuted_tails(values, weights, rng=np.random.default_rng(4), draws=50) for _ in range(2))
    assert np.array_equal(first.upper, second.upper, equal_nan=True)
    assert np.flatnonzero(np.isnan(first.upper)).tolist() == [3, 4, 5]
    nobody = permuted_tails(values, from_pairs(6, np.array([]), np.array([])), rng=np.random.default_rng(4))
    assert np.isnan(nobody.upper).all()


def test_refusals_are_named() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(StatisticError, match="area 1: A value is not finite"):
        permuted_tails(np.array([1.0, np.nan, 2.0]), ring(3), rng=rng)
    with pytest.raises(StatisticError, match="4 values for 3"):
        permuted_tails(np.zeros(4), ring(3), rng=rng)
    with pytest.raises(StatisticError, match="one draw"):
        permuted_tails(np.zeros(3), ring(3), rng=rng, draws=0)
