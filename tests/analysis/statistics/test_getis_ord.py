from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from esda.getisord import G_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import W

from analysis.statistics.errors import StatisticError
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.getis_ord import LocalG, Null, gi, gi_star, local_g, z_scores
from analysis.statistics.limits import Limits
from analysis.statistics.permutation import permuted_tails
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.oracles import random_weights, ring


def by_definition(values: np.ndarray, weights: SpatialWeights, statistic: LocalG) -> np.ndarray:
    """The formulas as printed, one area at a time, on a full matrix."""
    n = weights.n
    matrix = np.zeros((n, n))
    matrix[weights.rows, weights.indices] = weights.data
    z = np.full(n, np.nan)
    for i in range(n):
        row, x, m = matrix[i].copy(), values.copy(), n
        if statistic is LocalG.GI_STAR:
            row[i] = row.max() or 1.0
        else:
            row, x, m = np.delete(row, i), np.delete(values, i), n - 1
        variance = np.mean((x - x.mean()) ** 2)
        spread = (m * np.sum(row**2) - row.sum() ** 2) / (m - 1)
        if variance > 1e-18 and spread > 1e-12:
            z[i] = (row @ x - row.sum() * x.mean()) / sqrt(variance * spread)
    return z


def some_weights(kind: str, seed: int, n: int = 20) -> SpatialWeights:
    rng = np.random.default_rng(seed)
    weights = random_weights(rng, n, 4 * n)
    if kind == "row-standardised":
        return row_standardised(weights)
    if kind == "general":
        data = rng.gamma(2, 1, weights.data.size)
        return SpatialWeights(n=n, indptr=weights.indptr, indices=weights.indices, data=data)
    return weights


@pytest.mark.parametrize("kind", ["binary", "row-standardised", "general"])
@pytest.mark.parametrize("statistic", list(LocalG))
@pytest.mark.parametrize("seed", range(5))
def test_z_is_the_printed_formula(kind: str, statistic: LocalG, seed: int) -> None:
    weights = some_weights(kind, seed)
    values = np.random.default_rng(seed + 50).gamma(1, 5, 20)
    expected = by_definition(values, weights, statistic)
    assert z_scores(values, weights, statistic=statistic) == pytest.approx(expected, rel=1e-10, nan_ok=True)


def test_z_by_hand() -> None:
    # Four areas in a row with 1, 2, 3, 10. Area 0: the others have mean 5 and variance 38/3; one neighbour, 2.
    # Gi = (2 - 5) / sqrt(38/3 * (3 - 1)/2). All: mean 4, variance 12.5; Gi* = (3 - 8)/sqrt(12.5 * (8 - 4)/3).
    weights = from_pairs(4, np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]))
    values = np.array([1.0, 2.0, 3.0, 10.0])
    assert z_scores(values, weights, statistic=LocalG.GI)[0] == pytest.approx(-3 / sqrt(38 / 3))
    assert z_scores(values, weights)[0] == pytest.approx(-5 / sqrt(12.5 * 4 / 3))


def test_z_of_the_example_that_esda_prints() -> None:
    # Six points within distance 15 of each other; values of the documentation of G_Local, transform "B".
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=np.float64)
    near = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) <= 15
    weights = from_pairs(6, np.nonzero(near)[0], np.nonzero(near)[1])
    values = np.array([2, 3, 3.2, 5, 8, 7])
    assert z_scores(values, weights, statistic=LocalG.GI) == pytest.approx(
        [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941], abs=1e-8
    )
    assert z_scores(values, weights, statistic=LocalG.GI_STAR) == pytest.approx(
        [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], abs=1e-8
    )


@pytest.mark.parametrize("statistic", list(LocalG))
def test_z_agrees_with_esda_for_binary_weights(statistic: LocalG) -> None:
    weights = ring(40, 3)
    values = np.random.default_rng(1).gamma(1, 5, 40)
    peer = G_Local(
        values,
        W({i: weights.neighbours(i).tolist() for i in range(40)}, silence_warnings=True),
        transform="B",
        permutations=0,
        star=statistic is LocalG.GI_STAR,
    )
    assert z_scores(values, weights, statistic=statistic) == pytest.approx(peer.Zs, rel=1e-12)


@pytest.mark.parametrize("statistic", list(LocalG))
def test_z_is_the_same_for_binary_and_row_standardised_weights(statistic: LocalG) -> None:
    weights, values = some_weights("binary", 3), np.random.default_rng(3).poisson(2, 20).astype(float)
    linked = weights.cardinalities > 0
    first = z_scores(values, weights, statistic=statistic)
    second = z_scores(values, row_standardised(weights), statistic=statistic)
    assert second[linked] == pytest.approx(first[linked], rel=1e-10, nan_ok=True)


@given(st.integers(0, 1000), st.floats(-1e4, 1e4), st.floats(0.01, 1e4))
@settings(max_examples=50, deadline=None)
def test_z_does_not_know_the_unit(seed: int, shift: float, factor: float) -> None:
    weights = some_weights("general", seed % 7)
    values = np.random.default_rng(seed).normal(size=20)
    for statistic in LocalG:
        first = z_scores(values, weights, statistic=statistic)
        second = z_scores(values * factor + shift, weights, statistic=statistic)
        assert second == pytest.approx(first, rel=1e-5, abs=1e-7, nan_ok=True)


def test_z_is_nan_where_nothing_varies() -> None:
    weights = ring(10, 2)
    for statistic in LocalG:
        assert np.isnan(z_scores(np.full(10, 0.1), weights, statistic=statistic)).all()
        assert np.isnan(z_scores(np.zeros(10), weights, statistic=statistic)).all()
    lone = np.full(10, 0.1)
    lone[4] = 1e9
    only_gi = z_scores(lone, weights, statistic=LocalG.GI)
    assert np.flatnonzero(np.isnan(only_gi)).tolist() == [4]
    assert np.isfinite(z_scores(lone, weights)).all()
    for n in range(7, 30):  # the rounded mean of equal numbers is not always that number
        for value in (0.1, 1 / 3, 0.7, 1.1):
            lone = np.where(np.arange(n) == 4, 7.7, value)
            assert np.isnan(z_scores(lone, ring(n, 2), statistic=LocalG.GI)[4])


def test_z_keeps_its_digits_beside_an_outlier() -> None:
    values = np.random.default_rng(0).normal(size=30)
    values[7] = 1e12
    weights = ring(30)
    others = np.delete(values, 7)
    around = values[[6, 8]].sum()
    right = (around - 2 * others.mean()) / (others.std() * sqrt((29 * 2 - 4) / 28))
    assert z_scores(values, weights, statistic=LocalG.GI)[7] == pytest.approx(right, rel=1e-3)


def test_z_is_nan_where_everybody_weighs_the_same() -> None:
    everybody = from_pairs(7, np.repeat(np.arange(7), 7), np.tile(np.arange(7), 7))
    values = np.arange(7.0)
    for weights in (everybody, row_standardised(everybody)):
        for statistic in LocalG:
            assert np.isnan(z_scores(values, weights, statistic=statistic)).all()


def test_islands_have_no_gi_and_their_own_score_as_gi_star() -> None:
    weights = from_pairs(5, np.array([0, 1]), np.array([1, 0]))
    values = np.array([1.0, 2.0, 4.0, 8.0, 5.0])
    assert np.isnan(z_scores(values, weights, statistic=LocalG.GI)[2:]).all()
    own = (values - values.mean()) / values.std()
    assert z_scores(values, weights)[2:] == pytest.approx(own[2:])


def test_fewer_than_three_areas_have_no_z() -> None:
    two = from_pairs(2, np.array([0, 1]), np.array([1, 0]))
    assert np.isnan(z_scores(np.array([1.0, 5.0]), two)).all()
    assert z_scores(np.array([]), from_pairs(0, np.array([]), np.array([]))).size == 0


def test_counts_get_the_exact_null_and_the_rest_shared_draws() -> None:
    rng = np.random.default_rng(6)
    weights, counts = ring(50, 2), rng.poisson(2, 50).astype(np.float64)
    exact = gi_star(counts, weights, rng=np.random.default_rng(1))
    assert exact.null is Null.EXACT
    assert np.array_equal(exact.tails.upper, conditional_tails(counts.astype(np.int64), weights).upper)
    dear = gi_star(counts, weights, rng=np.random.default_rng(1), draws=99, limits=Limits(work=1.0))
    assert dear.null is Null.SHARED_DRAWS
    uneven = from_pairs(
        weights.n, weights.rows, weights.indices, np.random.default_rng(2).gamma(2, 1, weights.data.size)
    )
    for values, links in ((counts + 1 / 3, uneven), (counts, uneven)):
        drawn = gi_star(values, links, rng=np.random.default_rng(1), draws=99)
        assert drawn.null is Null.SHARED_DRAWS
        expected = permuted_tails(values, links, rng=np.random.default_rng(1), draws=99)
        assert np.array_equal(drawn.tails.mid, expected.mid)


def test_gi_and_gi_star_share_p_and_differ_in_z() -> None:
    weights, counts = ring(50, 2), np.random.default_rng(6).poisson(2, 50).astype(np.float64)
    first, second = (f(counts, weights, rng=np.random.default_rng(1)) for f in (gi, gi_star))
    assert np.array_equal(first.tails.upper, second.tails.upper)
    assert np.abs(first.z - second.z).max() > 0.5
    assert np.array_equal(first.z, local_g(counts, weights, statistic=LocalG.GI, rng=np.random.default_rng(1)).z)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_refused_by_place(wrong: float) -> None:
    values = np.array([0.0, 1.0, 2.0, wrong])
    with pytest.raises(StatisticError, match="area 3"):
        z_scores(values, ring(4))
    with pytest.raises(StatisticError, match="4 values for 5"):
        z_scores(values, ring(5))


def test_the_scale_of_an_areas_weights_and_the_unit_of_the_values_change_no_probability() -> None:
    """Rows of equal weights and values of few decimals are as exact as binary weights and whole numbers."""
    weights = random_weights(np.random.default_rng(4), 15, 50)
    counts = np.random.default_rng(5).poisson(2.0, 15).astype(np.float64)
    expected = conditional_tails(counts.astype(np.int64), weights)
    for values, links in ((counts, row_standardised(weights)), (counts / 100, weights), (counts * 2.5 - 1, weights)):
        found = gi_star(values, links, rng=np.random.default_rng(1))
        assert found.null is Null.EXACT
        assert np.array_equal(found.tails.upper, expected.upper, equal_nan=True)
