from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import scipy.stats
from esda.join_counts import Join_Counts

from analysis.statistics.conditional import Null
from analysis.statistics.errors import StatisticError
from analysis.statistics.join_counts import Join, join_counts, local_join_counts
from geo.weights import SpatialWeights, from_pairs, symmetrised
from tests.analysis.statistics.examples import any_weights, columbus, peer

KINDS = ["binary", "row-standardised", "general"]


def of(values, weights, draws=99):
    return join_counts(np.asarray(values, dtype=float), weights, rng=np.random.default_rng(3), draws=draws)


def by_definition(x: np.ndarray, weights: SpatialWeights) -> dict[Join, float]:
    start, end, w = x[weights.rows], x[weights.indices], weights.data
    return {
        Join.BB: float(w @ (start * end)) / 2,
        Join.BW: float(w @ (start - end) ** 2) / 2,
        Join.WW: float(w @ ((1 - start) * (1 - end))) / 2,
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ones", [1, 3, 6])
def test_counts_moments_and_tails_are_those_of_every_permutation(kind, ones):
    n = 7
    weights = any_weights(kind, 5, n)
    maps = [np.isin(np.arange(n), chosen).astype(float) for chosen in combinations(range(n), ones)]
    every = [by_definition(one, weights) for one in maps]
    x = maps[len(maps) // 3]
    for join, result in of(x, weights, draws=10_000).items():
        found, observed = np.array([one[join] for one in every]), by_definition(x, weights)[join]
        assert result.count == pytest.approx(observed)
        assert result.expected == pytest.approx(found.mean())
        assert result.variance == pytest.approx(found.var(), abs=1e-12)
        if found.var() > 1e-9:
            assert result.z == pytest.approx((observed - found.mean()) / found.std())
        assert result.tails.upper[0] == pytest.approx(np.mean(found >= observed - 1e-9), abs=0.02)
        assert result.tails.lower[0] == pytest.approx(np.mean(found <= observed + 1e-9), abs=0.02)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of the peer
def test_joins_add_up_and_are_those_of_a_peer():
    crime, weights = columbus()
    x = (crime > crime.mean()).astype(float)
    found, other = of(x, weights), Join_Counts(x.astype(int), peer(weights), permutations=9)
    assert (found[Join.BB].count, found[Join.BW].count, found[Join.WW].count) == (54, 29, 35)
    assert (other.bb, other.bw, other.ww) == (54, 29, 35)
    assert sum(one.count for one in found.values()) == weights.data.sum() / 2
    assert sum(one.expected for one in found.values()) == pytest.approx(weights.data.sum() / 2)


@pytest.mark.parametrize("value", [0, 1])
def test_a_map_of_one_colour_has_no_z_and_no_small_p(value):
    for result in of([value] * 5, from_pairs(5, np.arange(5), (np.arange(5) + 1) % 5)).values():
        assert np.isnan(result.z)
        assert (result.tails.upper[0], result.tails.lower[0]) == (1, 1)


def test_few_areas_have_no_moments_that_need_more():
    found = of([1, 0, 1], from_pairs(3, np.arange(3), (np.arange(3) + 1) % 3))
    assert np.isnan(found[Join.BB].variance)
    assert found[Join.BB].expected == pytest.approx(0.5)
    assert np.isnan(of([1], from_pairs(1, np.array([]), np.array([])))[Join.BB].expected)


def test_a_local_count_is_hypergeometric():
    weights = symmetrised(any_weights("binary", 2, 30))
    x = (np.random.default_rng(1).random(30) < 0.4).astype(float)
    result = local_join_counts(x, weights, rng=np.random.default_rng(0))
    assert result.null is Null.EXACT
    for i in range(30):
        k = int(weights.cardinalities[i])
        if x[i] == 0 or k == 0:
            assert np.isnan([result.joins[i], result.tails.upper[i], result.tails.lower[i], result.tails.mid[i]]).all()
            continue
        joins = x[weights.neighbours(i)].sum()
        chance = scipy.stats.hypergeom(29, int(x.sum()) - 1, k)
        assert result.joins[i] == joins
        assert result.tails.upper[i] == pytest.approx(chance.sf(joins - 1))
        assert result.tails.lower[i] == pytest.approx(chance.cdf(joins))
        assert result.tails.mid[i] == pytest.approx(chance.sf(joins - 1) - chance.pmf(joins) / 2)


def test_local_counts_of_ones_add_up_to_twice_the_global_count():
    weights = symmetrised(any_weights("binary", 4, 25))
    x = (np.random.default_rng(2).random(25) < 0.5).astype(float)
    local = local_join_counts(x, weights, rng=np.random.default_rng(0))
    assert np.nansum(local.joins) == 2 * of(x, weights)[Join.BB].count


def test_other_values_are_refused():
    weights = any_weights("binary", 1, 4)
    for values in ([0, 1, 2, 1], [0, 1, 0.5, 1], [0, 1, np.nan, 1], [0, 1, 1]):
        with pytest.raises(StatisticError):
            of(values, weights)
        with pytest.raises(StatisticError):
            local_join_counts(np.array(values, dtype=float), weights, rng=np.random.default_rng(0))


def test_moments_are_as_spdep_prints_them():
    """joincount.test of a 6 x 6 grid, rook, 13 ones and 23 zeros (Greatrex, Penn State GEOG 364, lab 5, 2021)."""
    cell = np.arange(36).reshape(6, 6)
    start = np.concatenate([cell[:, :-1].ravel(), cell[:-1].ravel()])
    end = np.concatenate([cell[:, 1:].ravel(), cell[1:].ravel()])
    found = of((np.arange(36) < 13).astype(float), symmetrised(from_pairs(36, start, end)))
    assert (round(found[Join.BB].expected, 6), round(found[Join.BB].variance, 6)) == (7.428571, 3.477764)
    assert (round(found[Join.WW].expected, 6), round(found[Join.WW].variance, 6)) == (24.095238, 4.594478)
