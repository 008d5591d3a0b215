"""Hidden values as they are expected to be: within every bound, and moved no further than a known sum asks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.published.intervals import Bounds, SumBounds, closest_high
from analysis.published.likely import likely_values
from analysis.statistics.censored_counts import conditional_moments
from tests.analysis.published.oracles import every_map, random_bounds

UNKNOWN = Bounds(np.array([4.0, 0, 0, 2]), np.array([4.0, 9, 6, 8]), SumBounds.none(4))
MEAN = np.array([5.0, 3.0, 2.0, 1.0])


def grouped(low: float, high: float) -> Bounds:
    sums = SumBounds(np.array([-1, 0, 0, 0]), np.ones(4), np.array([low]), np.array([high]))
    return Bounds(UNKNOWN.low, UNKNOWN.high, sums)


def test_a_known_value_stays_and_a_hidden_one_is_its_conditional_mean():
    value = likely_values(UNKNOWN, MEAN, 0.4)

    assert value[0] == 4
    assert value[1:] == pytest.approx(conditional_moments(UNKNOWN.low[1:], UNKNOWN.high[1:], MEAN[1:], 0.4)[0])


@pytest.mark.parametrize(("low", "high", "total"), [(15, 20, 15), (2, 4, 4), (0, 23, None)])
def test_a_known_sum_moves_them_just_as_far_as_it_must(low, high, total):
    plain, value = likely_values(UNKNOWN, MEAN, 0.4), likely_values(grouped(low, high), MEAN, 0.4)

    if total is None:
        assert value == pytest.approx(plain)
    else:
        assert value[1:].sum() == pytest.approx(total)
        # All in one direction.
        assert len(set(np.sign(value[1:] - plain[1:]))) == 1
    assert value[0] == 4


@given(seed=st.integers(0, 10_000), mean=st.floats(0.2, 8), phi=st.sampled_from([0.0, 0.5]))
def test_they_are_within_what_some_map_allows(seed, mean, phi):
    bounds = random_bounds(np.random.default_rng(seed), 6, 3, grouped=True, weighted=True)
    maps = every_map(bounds)

    value = likely_values(bounds, np.full(6, mean), phi)

    assert (value >= bounds.low - 1e-9).all()
    assert (value <= closest_high(bounds) + 1e-9).all()
    assert (closest_high(bounds) >= maps.max(axis=1)).all()
    for g in range(bounds.sums.low.size):
        inside = bounds.sums.group == g
        assert (bounds.sums.weight * value)[inside].sum() <= bounds.sums.high[g] + 1e-6


def test_nothing_is_expected_where_nobody_knows_what_to_expect():
    value = likely_values(UNKNOWN, np.array([5.0, np.inf, 0.0, 1.0]), 0.4)

    assert value[1] == 9
    assert value[2] == 0
