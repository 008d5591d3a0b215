from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis.published.extremes as extremes
from analysis.published.extremes import largest_p, smallest_p
from analysis.published.intervals import Bounds, SumBounds
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.tails import SMALLEST_P
from tests.analysis.published.oracles import enumerated_p, every_map, random_bounds
from tests.analysis.statistics.oracles import random_weights, ring

#: Limits so tight that values must be made coarser even on maps of nine areas.
TIGHT = Limits(work=150, memory=1200)


@given(st.integers(0, 10**6), st.sampled_from([DEFAULT_LIMITS, TIGHT]))
@settings(max_examples=150, deadline=None)
def test_no_map_within_the_bounds_has_a_p_outside_them(seed: int, limits: Limits) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 9))
    bounds = random_bounds(rng, n, int(rng.integers(0, 5)), grouped=seed % 3 > 0, weighted=seed % 3 > 1)
    weights = random_weights(rng, n, int(rng.integers(n, 4 * n)))
    upper, lower = enumerated_p(every_map(bounds), weights)
    linked = weights.cardinalities > 0
    for oriented, p in ((bounds, upper), (bounds.mirrored, lower)):
        largest, smallest = (f(oriented, weights, limits=limits) for f in (largest_p, smallest_p))
        assert np.array_equal(np.isnan(largest), ~linked)
        assert np.array_equal(np.isnan(smallest), ~linked)
        assert (largest[linked] >= p[linked].max(axis=1) - 1e-12).all()
        assert (smallest[linked] <= p[linked].min(axis=1) + 1e-12).all()


@given(st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_bounds_are_attained_where_only_strangers_are_unknown(seed: int) -> None:
    # With published neighbours, p is extreme when every other cell is: the bound is a value, not just a bound.
    rng = np.random.default_rng(seed)
    bounds = random_bounds(rng, 8, 3, grouped=False)
    weights = ring(8)
    upper, lower = enumerated_p(every_map(bounds), weights)
    for oriented, p in ((bounds, upper), (bounds.mirrored, lower)):
        largest, smallest = (f(oriented, weights, limits=DEFAULT_LIMITS) for f in (largest_p, smallest_p))
        for i in range(8):
            if bounds.certain[weights.neighbours(i)].all():
                assert largest[i] == pytest.approx(p[i].max(), abs=1e-12)
                assert smallest[i] == pytest.approx(max(p[i].min(), SMALLEST_P), abs=1e-12)


def test_bounds_meet_in_the_plain_test_where_all_is_published() -> None:
    values = np.random.default_rng(2).negative_binomial(0.6, 0.1, 200)
    weights = ring(200, 3)
    bounds = Bounds(values.astype(np.float64), values.astype(np.float64), SumBounds.none(200))
    tails = conditional_tails(values.astype(np.int64), weights)
    for oriented, p in ((bounds, tails.upper), (bounds.mirrored, tails.lower)):
        for f in (largest_p, smallest_p):
            assert f(oriented, weights, limits=DEFAULT_LIMITS) == pytest.approx(p, abs=1e-12)


def test_unbounded_cells_make_their_neighbours_open_and_the_rest_only_wider() -> None:
    low = np.array([9.0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    high = low.copy()
    high[6] = np.inf
    bounds = Bounds(low, high, SumBounds.none(12))
    largest = largest_p(bounds, ring(12), limits=DEFAULT_LIMITS)
    smallest = smallest_p(bounds, ring(12), limits=DEFAULT_LIMITS)
    # Area 1 sees 18. One of 11 others is unbounded and reaches it alone: pairs with it, 10 of 55, or 9 + 9, one.
    assert largest[1] == pytest.approx(11 / 55)
    assert smallest[1] == pytest.approx(1 / 55)
    assert smallest[5] == SMALLEST_P
    assert largest[5] == 1.0
    assert largest_p(bounds.mirrored, ring(12), limits=DEFAULT_LIMITS)[5] == 1.0


def test_known_sums_bring_p_down_further_by_mixture_than_by_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    truth = rng.poisson(rng.gamma(2, 7, 300)).astype(np.float64)
    truth[:24] += 15
    hidden = truth < 10
    group = np.where(hidden, np.arange(300) // 15, -1)
    total = np.bincount(group[hidden], truth[hidden], minlength=20).astype(np.float64)
    alone = Bounds(np.where(hidden, 0, truth), np.where(hidden, 40, truth), SumBounds.none(300))
    known = Bounds(alone.low, alone.high, SumBounds(group, np.ones(300), total - 2, total + 2))
    weights = ring(300, 2)
    right = conditional_tails(truth.astype(np.int64), weights).upper
    some = (right < 0.05) & (weights.cardinalities > 0)
    without, with_sums = (largest_p(b, weights, limits=DEFAULT_LIMITS) for b in (alone, known))
    monkeypatch.setattr(extremes, "_mixture", lambda _shown, _hidden, size, _at, _limits: np.ones(size.size))
    by_rank = largest_p(known, weights, limits=DEFAULT_LIMITS)
    for larger, smaller in ((with_sums, right), (by_rank, with_sums), (without, by_rank)):
        assert (larger >= smaller - 1e-12).all()
    medians = [float(np.median(p[some])) for p in (without, by_rank, with_sums)]
    assert medians[1] < 0.8 * medians[0]
    assert medians[2] < 0.8 * medians[1]


def test_known_sums_bring_the_smallest_p_up_further_by_mixture_than_by_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    truth = rng.poisson(rng.gamma(2, 7, 300)).astype(np.float64)
    hidden = truth < 10
    group = np.where(hidden, np.arange(300) // 15, -1)
    total = np.bincount(group[hidden], truth[hidden], minlength=20).astype(np.float64)
    sums = SumBounds(group, np.ones(300), total - 2, total + 2)
    bounds = Bounds(np.where(hidden, 0, truth), np.where(hidden, 40, truth), sums)
    weights = ring(300, 2)
    tails = conditional_tails(truth.astype(np.int64), weights)
    for oriented, right in ((bounds, tails.upper), (bounds.mirrored, tails.lower)):
        by_mixture = smallest_p(oriented, weights, limits=DEFAULT_LIMITS)
        with monkeypatch.context() as patched:
            patched.setattr(extremes, "_mixture", lambda _shown, _hidden, size, _at, _limits: np.ones(size.size))
            by_rank = smallest_p(oriented, weights, limits=DEFAULT_LIMITS)
        assert (right >= by_mixture - 1e-12).all()
        assert (by_mixture >= by_rank - 1e-12).all()
        assert (by_mixture > 1.02 * by_rank).sum() >= 20


def test_coarser_values_widen_the_bounds_and_nothing_else() -> None:
    values = np.random.default_rng(7).gamma(1, 4000, 150).round()
    bounds = Bounds(values, values, SumBounds.none(150))
    weights = ring(150, 3)
    right = conditional_tails(values.astype(np.int64), weights).upper
    previous = -1e-12
    for memory in (1e9, 5e7, 1e6, 1e5, 2e4):
        limits = Limits(work=1e9, memory=memory)
        largest, smallest = (f(bounds, weights, limits=limits) for f in (largest_p, smallest_p))
        assert (largest >= right - 1e-12).all()
        assert (smallest <= right + 1e-12).all()
        width = float((largest - smallest).mean())
        assert width >= previous
        previous = width
    assert 0.01 < previous < 0.42
