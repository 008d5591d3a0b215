from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics import bracketed_null
from analysis.statistics.bracketed_null import bracketed_tails
from analysis.statistics.conditional import Null, neighbourhood_tails
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.limits import Limits
from analysis.statistics.permutation import permuted_tails
from geo.weights import SpatialWeights, row_standardised
from tests.analysis.statistics.examples import any_weights, columbus
from tests.analysis.statistics.oracles import ring


def enumerated(values: np.ndarray, weights: SpatialWeights, i: int) -> tuple[float, float]:
    """P(>=) and P(<=) over every subset of the others, ties by a tolerance."""
    observed = values[weights.neighbours(i)].sum()
    others = np.delete(values, i)
    sums = np.array([sum(some) for some in combinations(others, int(weights.cardinalities[i]))])
    return float(np.mean(sums >= observed - 1e-9)), float(np.mean(sums <= observed + 1e-9))


@pytest.mark.parametrize("finest", [8, 2**15])
@pytest.mark.parametrize("seed", range(6))
def test_the_truth_lies_between_the_bounds(seed, finest, monkeypatch):
    """Also where the unit is so coarse that the bounds are far apart."""
    monkeypatch.setattr(bracketed_null, "FINEST", finest)
    rng = np.random.default_rng(seed)
    weights = any_weights("binary", seed, 11)
    values = rng.gamma(0.5, 10, 11) - 3
    values[7:] = values[0]
    found = bracketed_tails(values, weights)
    for i in np.flatnonzero(weights.cardinalities).tolist():
        upper, lower = enumerated(values, weights, i)
        assert found.upper_least[i] - 1e-12 <= upper <= found.tails.upper[i] + 1e-12
        assert found.lower_least[i] - 1e-12 <= lower <= found.tails.lower[i] + 1e-12
        assert found.upper_least[i] <= found.tails.mid[i] <= found.tails.upper[i]
    assert np.isnan(found.tails.upper[weights.islands]).all()


def test_bounds_are_close_on_a_larger_map():
    rng = np.random.default_rng(1)
    values, weights = rng.gamma(0.5, 10, 2000), ring(2000, 3)
    values[500:506] *= 20
    found = bracketed_tails(values, weights)
    assert found.width < 5e-3
    small = found.tails.upper < 1e-6
    assert small.any()
    assert np.all(found.tails.upper[small] < 1.1 * found.upper_least[small])


def test_a_finer_unit_gives_closer_bounds(monkeypatch):
    values, weights = np.random.default_rng(1).normal(size=200), ring(200, 2)
    widths = []
    for finest in (2**8, 2**11, 2**14):
        monkeypatch.setattr(bracketed_null, "FINEST", finest)
        widths.append(bracketed_tails(values, weights).width)
    assert widths[0] > 3 * widths[1] > 9 * widths[2] > 0


@settings(max_examples=15)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=14), st.integers(0, 99))
def test_whole_numbers_are_bounded_too(values, seed):
    """Sums of whole numbers tie again and again: both bounds must allow for it."""
    weights, x = any_weights("binary", seed, len(values)), np.array(values)
    found, exact = bracketed_tails(x / 7 + 0.1, weights), conditional_tails(x, weights)
    tested = weights.cardinalities > 0
    for bound, least, truth in (
        (found.tails.upper, found.upper_least, exact.upper),
        (found.tails.lower, found.lower_least, exact.lower),
    ):
        assert np.all(least[tested] <= truth[tested] + 1e-12)
        assert np.all(truth[tested] <= bound[tested] + 1e-12)


def test_draws_agree_within_their_error():
    crime, weights = columbus()
    found = bracketed_tails(crime, weights)
    drawn = permuted_tails(crime, weights, rng=np.random.default_rng(0), draws=40_000)
    assert np.abs(found.tails.upper - drawn.upper).max() < 0.012
    assert np.abs(found.tails.lower - drawn.lower).max() < 0.012
    assert np.abs(found.tails.mid - drawn.mid).max() < 0.012


def test_constant_values_tie_always():
    found = bracketed_tails(np.full(6, 0.1), ring(6))
    assert found.tails.upper.tolist() == found.tails.lower.tolist() == [1.0] * 6


def test_real_values_get_bounds_and_whole_ones_the_truth():
    values, weights = np.random.default_rng(1).normal(size=30), ring(30)
    tails, null = neighbourhood_tails(values, row_standardised(weights), rng=np.random.default_rng(0))
    assert null is Null.BRACKETED
    assert np.array_equal(tails.upper, bracketed_tails(values, weights).tails.upper)
    _, null = neighbourhood_tails(np.round(values), weights, rng=np.random.default_rng(0))
    assert null is Null.EXACT
    _, null = neighbourhood_tails(values, weights, rng=np.random.default_rng(0), draws=9, limits=Limits(work=1.0))
    assert null is Null.SHARED_DRAWS


def test_bounds_that_an_outlier_drives_apart_give_way_to_draws():
    values = np.random.default_rng(1).normal(size=60)
    values[7] = 1e6
    assert bracketed_tails(values, ring(60)).width > 0.01
    _, null = neighbourhood_tails(values, ring(60), rng=np.random.default_rng(0), draws=9)
    assert null is Null.SHARED_DRAWS


def test_wrong_input_is_refused():
    weights = ring(5)
    for values in (np.array([1.0, np.nan, 2, 3, 4]), np.ones(4)):
        with pytest.raises(StatisticError):
            bracketed_tails(values, weights)
    with pytest.raises(StatisticError, match="binary"):
        bracketed_tails(np.ones(5), row_standardised(weights))
    with pytest.raises(CostError):
        bracketed_tails(np.arange(5) / 7, weights, limits=Limits(work=10.0))
