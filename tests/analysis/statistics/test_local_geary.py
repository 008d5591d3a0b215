from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from esda import Geary_Local
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.conditional import Null
from analysis.statistics.errors import StatisticError
from analysis.statistics.global_autocorrelation import geary
from analysis.statistics.limits import Limits
from analysis.statistics.local_geary import LocalGearyResult, local_geary
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.examples import any_weights, columbus, peer

KINDS = ["binary", "row-standardised", "general"]


def of(values, weights, **options) -> LocalGearyResult:
    return local_geary(np.asarray(values, dtype=float), weights, rng=np.random.default_rng(3), **options)


def by_definition(x: np.ndarray, weights: SpatialWeights, i: int) -> float:
    """Anselin's eq. 20, one area."""
    links = slice(weights.indptr[i], weights.indptr[i + 1])
    return float(weights.data[links] @ (x[i] - x[weights.indices[links]]) ** 2) / float(np.var(x))


def over_all_permutations(x: np.ndarray, weights: SpatialWeights, i: int) -> np.ndarray:
    others = [j for j in range(x.size) if j != i]
    found = []
    for order in permutations(others):
        dealt = x.copy()
        dealt[others] = x[list(order)]
        found.append(by_definition(dealt, weights, i))
    return np.array(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dear", [False, True])
def test_statistic_z_and_tails_are_those_of_every_permutation(kind, dear):
    weights, x = any_weights(kind, 5, 7), np.array([3.0, 0, 1, 8, 2, 2, 5])
    limits = Limits(work=0.0) if dear else Limits()
    result = of(x, weights, draws=20_000, limits=limits)
    exact = kind != "general" and not dear
    assert result.null is (Null.EXACT if exact else Null.SHARED_DRAWS)
    for i in range(7):
        if not weights.cardinalities[i]:
            assert np.isnan([result.c[i], result.z[i], result.tails.upper[i]]).all()
            continue
        observed, every = by_definition(x, weights, i), over_all_permutations(x, weights, i)
        assert result.c[i] == pytest.approx(observed)
        if every.std() > 1e-9:
            assert result.z[i] == pytest.approx((observed - every.mean()) / every.std(), abs=1e-9)
        upper, lower = np.mean(every >= observed - 1e-9), np.mean(every <= observed + 1e-9)
        precision = 1e-12 if exact else 0.02
        assert result.tails.upper[i] == pytest.approx(upper, abs=precision)
        assert result.tails.lower[i] == pytest.approx(lower, abs=precision)
        assert result.tails.mid[i] == pytest.approx((upper + 1 - lower) / 2, abs=precision)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of the peer
def test_columbus_crime_as_a_peer_has_it():
    crime, weights = columbus()
    weights = row_standardised(weights)
    other = Geary_Local(connectivity=peer(weights), permutations=0).fit(crime)
    assert of(crime, weights, draws=9).c == pytest.approx(other.localG)


@pytest.mark.parametrize("kind", KINDS)
def test_local_statistics_add_up_to_the_global_one(kind):
    weights, x = any_weights(kind, 8, 30), np.random.default_rng(1).gamma(1, 3, 30)
    whole = geary(x, weights, rng=np.random.default_rng(0), draws=9).statistic
    total = 2 * 30 * weights.data.sum() / 29 * whole
    assert np.nansum(of(x, weights, draws=9).c) == pytest.approx(total)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 6), min_size=5, max_size=12), st.integers(0, 1000), st.integers(-50, 50))
def test_shift_mirror_and_unit_change_nothing(values, seed, shift):
    weights, x = any_weights("binary", seed, len(values)), np.array(values, dtype=float)
    one = of(x, weights)
    for changed in (shift - x, x / 10):
        two = of(changed, weights)
        assert two.null is Null.EXACT
        for name in ("upper", "lower", "mid"):
            assert getattr(one.tails, name) == pytest.approx(getattr(two.tails, name), abs=1e-12, nan_ok=True)
        assert one.c == pytest.approx(two.c, nan_ok=True)
        assert one.z == pytest.approx(two.z, abs=1e-6, nan_ok=True)


def test_draws_are_shared_and_an_area_never_meets_itself():
    """One draw of everybody else: the statistic is then the same in every permutation, so all ties."""
    n = 6
    start, end = np.divmod(np.arange(n * n), n)
    everybody = from_pairs(n, start, end)
    x = np.random.default_rng(1).normal(size=n)
    result = of(x, everybody, draws=50)
    assert result.null is Null.SHARED_DRAWS
    assert result.tails.upper.tolist() == result.tails.lower.tolist() == [1.0] * n
    assert np.isnan(result.z).all()


def test_a_map_without_variation_has_no_statistic_and_no_small_p():
    result = of([0.1] * 5, from_pairs(5, np.arange(5), (np.arange(5) + 1) % 5))
    assert np.isnan(result.c).all()
    assert np.isnan(result.z).all()
    assert result.tails.upper.tolist() == result.tails.lower.tolist() == [1.0] * 5


def test_few_areas_have_an_answer():
    assert of([], from_pairs(0, np.array([]), np.array([]))).c.size == 0
    assert np.isnan(of([1], from_pairs(1, np.array([]), np.array([]))).c[0])
    two = of([1, 5], from_pairs(2, np.array([0, 1]), np.array([1, 0])))
    assert two.c.tolist() == [4, 4]
    assert two.tails.lower.tolist() == [1, 1]


def test_wide_values_get_draws_instead_of_a_null_that_overflows():
    ring = from_pairs(8, np.arange(8), (np.arange(8) + 1) % 8)
    assert of(np.arange(8) * 2.0**30 + np.arange(8) % 3, ring, draws=99).null is Null.SHARED_DRAWS


def test_wrong_input_is_refused():
    weights = any_weights("general", 1, 4)
    for values in ([1, 2, np.nan, 4], [1, 2, 3]):
        with pytest.raises(StatisticError):
            of(values, weights)
    with pytest.raises(StatisticError, match="draw"):
        of([1, 2, 3, 4], weights, draws=0)
