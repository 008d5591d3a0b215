from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from esda.moran import Moran_Local, Moran_Local_BV
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.conditional import Null
from analysis.statistics.errors import StatisticError
from analysis.statistics.getis_ord import gi
from analysis.statistics.global_autocorrelation import moran
from analysis.statistics.local_moran import LocalMoranResult, local_moran
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.examples import any_weights, columbus, north_carolina, peer

KINDS = ["binary", "row-standardised", "general"]


def of(values, weights, **options) -> LocalMoranResult:
    return local_moran(np.asarray(values, dtype=float), weights, rng=np.random.default_rng(3), **options)


def by_definition(x: np.ndarray, y: np.ndarray, weights: SpatialWeights, i: int) -> float:
    """Anselin's eq. 12, one area."""
    z, u = x - x.mean(), y - y.mean()
    links = slice(weights.indptr[i], weights.indptr[i + 1])
    return z[i] / x.std() * float(weights.data[links] @ u[weights.indices[links]]) / y.std()


def over_all_permutations(x: np.ndarray, y: np.ndarray, weights: SpatialWeights, i: int) -> np.ndarray:
    """The statistic of area i for every arrangement of the other areas' values."""
    others = [j for j in range(x.size) if j != i]
    found = []
    for order in permutations(others):
        dealt = y.copy()
        dealt[others] = y[list(order)]
        found.append(by_definition(x, dealt, weights, i))
    return np.array(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bivariate", [False, True])
def test_statistic_z_and_tails_are_those_of_every_permutation(kind, bivariate):
    """z has the mean and variance of all permutations; p counts them (exactly, where weights are equal)."""
    weights = any_weights(kind, 5, 7)
    x = np.array([3.0, 0, 1, 8, 2, 2, 5])
    y = np.array([1.0, 4, 4, 0, 6, 2, 9]) if bivariate else x
    result = of(x, weights, other=y if bivariate else None, draws=20_000)
    assert result.null is (Null.SHARED_DRAWS if kind == "general" else Null.EXACT)
    for i in range(7):
        if not weights.cardinalities[i]:
            assert np.isnan([result.i[i], result.z[i], result.tails.upper[i]]).all()
            continue
        observed, every = by_definition(x, y, weights, i), over_all_permutations(x, y, weights, i)
        assert result.i[i] == pytest.approx(observed)
        if every.std() > 1e-9:
            assert result.z[i] == pytest.approx((observed - every.mean()) / every.std(), abs=1e-9)
        upper, lower = np.mean(every >= observed - 1e-9), np.mean(every <= observed + 1e-9)
        precision = 0.02 if kind == "general" else 1e-12
        assert result.tails.upper[i] == pytest.approx(upper, abs=precision)
        assert result.tails.lower[i] == pytest.approx(lower, abs=precision)
        assert result.tails.mid[i] == pytest.approx((upper + 1 - lower) / 2, abs=precision)


def test_columbus_crime_as_a_peer_has_it():
    """esda divides by n - 1; its conditional moments (Sokal et al.) are for the division by n."""
    crime, weights = columbus()
    weights = row_standardised(weights)
    result, other = of(crime, weights), Moran_Local(crime, peer(weights), transformation="R", permutations=0)
    assert result.i == pytest.approx(other.Is * 49 / 48)
    assert result.z == pytest.approx((other.Is * 49 / 48 - other.EIc) / np.sqrt(other.VIc))
    codes = {1: "HH", 2: "LH", 3: "LL", 4: "HL"}
    assert result.quadrant.tolist() == [codes[int(q)] for q in other.q]
    assert result.i.sum() == pytest.approx(49 * 0.5001885571828611)


def test_two_variables_as_a_peer_has_them():
    fields, weights = north_carolina()
    weights = row_standardised(weights)
    x, y = fields["SID74"], fields["NWBIR74"]
    other = Moran_Local_BV(x, y, peer(weights), transformation="R", permutations=0)
    assert of(x, weights, other=y).i == pytest.approx(other.Is * 100 / 99)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bivariate", [False, True])
def test_local_statistics_add_up_to_the_global_one(kind, bivariate):
    weights = any_weights(kind, 8, 30)
    x, y = np.random.default_rng(1).gamma(1, 3, (2, 30))
    other = y if bivariate else None
    whole = moran(x, weights, other=other, rng=np.random.default_rng(0), draws=9)
    assert np.nansum(of(x, weights, other=other, draws=9).i) == pytest.approx(weights.data.sum() * whole.statistic)


@given(st.lists(st.integers(0, 6), min_size=5, max_size=12), st.integers(0, 1000))
def test_mirrored_values_give_the_same_statistics(values, seed):
    """-x has the I of x: alike areas stay alike; and both tails together hold everything once and ties twice."""
    weights = any_weights("binary", seed, len(values))
    x = np.array(values, dtype=float)
    one, two = of(x, weights), of(-x, weights)
    assert one.i == pytest.approx(two.i, nan_ok=True)
    assert one.tails.upper == pytest.approx(two.tails.upper, nan_ok=True)
    assert one.tails.mid == pytest.approx(two.tails.mid, nan_ok=True)
    assert one.z == pytest.approx(two.z, nan_ok=True)
    turned = {"HH": "LL", "LL": "HH", "HL": "LH", "LH": "HL", "": ""}
    assert two.quadrant.tolist() == [turned[q] for q in one.quadrant.tolist()]
    tie = one.tails.upper + one.tails.lower - 1
    assert np.all((tie > -1e-9) | np.isnan(tie))
    assert np.all((one.tails.mid >= one.tails.upper / 2 - 1e-12) | np.isnan(tie))
    assert np.all((one.tails.mid <= one.tails.upper + 1e-12) | np.isnan(tie))


def test_above_the_mean_it_is_gi_and_below_it_is_gi_turned():
    weights = any_weights("binary", 2, 25)
    x = np.random.default_rng(2).poisson(3, 25).astype(float)
    moran_i, g = of(x, weights), gi(x, weights, rng=np.random.default_rng(0))
    above, below = x > x.mean(), x < x.mean()
    assert np.array_equal(moran_i.tails.upper[above], g.tails.upper[above], equal_nan=True)
    assert np.array_equal(moran_i.tails.upper[below], g.tails.lower[below], equal_nan=True)
    assert np.array_equal(moran_i.z[below], -g.z[below], equal_nan=True)


def test_an_area_at_the_mean_is_like_nobody_and_unlike_nobody():
    chain = from_pairs(5, np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]))
    result = of([0.1, 0.3, 0.2, 0.2, 0.2], chain)
    assert (result.i[2], result.tails.upper[2], result.tails.lower[2], result.tails.mid[2]) == (0, 1, 1, 0.5)
    assert np.isnan(result.z[2])
    assert result.quadrant.tolist() == ["LH", "HL", "", "", ""]
    assert np.isnan([result.i[4], result.tails.mid[4]]).all()


def test_a_map_without_variation_has_no_statistic_and_no_small_p():
    result = of([0.1] * 5, from_pairs(5, np.arange(5), (np.arange(5) + 1) % 5))
    assert np.isnan(result.i).all()
    assert np.isnan(result.z).all()
    assert result.tails.upper.tolist() == result.tails.lower.tolist() == [1.0] * 5
    assert set(result.quadrant) == {""}


def test_few_areas_have_an_answer():
    assert of([], from_pairs(0, np.array([]), np.array([]))).i.size == 0
    assert np.isnan(of([1], from_pairs(1, np.array([]), np.array([]))).i[0])
    two = of([1, 5], from_pairs(2, np.array([0, 1]), np.array([1, 0])))
    assert two.i.tolist() == [-1, -1]
    assert np.isnan(two.z).all()
    assert two.tails.upper.tolist() == [1, 1]


def test_wrong_input_is_refused():
    weights = any_weights("binary", 1, 4)
    for values, other in (([1, 2, np.nan, 4], None), ([1, 2, 3], None), ([1, 2, 3, 4], [1, np.inf, 3, 4])):
        with pytest.raises(StatisticError):
            of(values, weights, other=None if other is None else np.array(other))
