from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis.published.extremes as extremes
import analysis.published.mixture as mixture
from analysis.published.extremes import Extremes, extreme_p
from analysis.published.intervals import Bounds, SumBounds
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.multiple_testing import adjusted
from analysis.statistics.tails import SMALLEST_P
from geo.weights import SpatialWeights
from tests.analysis.published.oracles import enumerated_p, every_map, random_bounds
from tests.analysis.statistics.oracles import random_weights, ring

#: Limits so tight that values must be made coarser even on maps of nine areas.
TIGHT = Limits(work=150, memory=1200)


def sharpest(
    bounds: Bounds, cap: float, size: np.ndarray, sums: np.ndarray, p: np.ndarray, where: np.ndarray, limits: Limits
) -> Any:
    """What `_mixed` gives when it is asked everywhere and nothing else is known."""
    return MIXED(bounds, cap, size, sums, np.where(np.isnan(p), p, 1.0), where | True, limits)


MIXED = extremes._mixed


@given(
    st.integers(0, 10**6),
    st.sampled_from([DEFAULT_LIMITS, TIGHT]),
    st.sampled_from([0.05, 0.3, 0.6]),
    st.sampled_from([(2**13, 2**13), (20, 8), (8, 20)]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_no_map_within_the_bounds_has_a_p_outside_them(
    seed: int, limits: Limits, level: float, longest: tuple[int, int], mixture_alone: bool
) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 9))
    bounds = random_bounds(rng, n, int(rng.integers(0, 5)), grouped=seed % 3 > 0, weighted=seed % 3 > 1)
    weights = random_weights(rng, n, int(rng.integers(n, 4 * n)))
    upper, lower = enumerated_p(every_map(bounds), weights)
    linked = weights.cardinalities > 0
    for oriented, p in ((bounds, upper), (bounds.mirrored, lower)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(extremes, "LONGEST", longest[0])
            patched.setattr(mixture, "LONGEST", longest[1])
            if mixture_alone:
                patched.setattr(extremes, "_mixed", sharpest)
            found = extreme_p(oriented, weights, level=level, limits=limits)
        assert np.array_equal(np.isnan(found.largest), ~linked)
        assert np.array_equal(np.isnan(found.smallest), ~linked)
        assert (found.largest[linked] >= p[linked].max(axis=1) - 1e-12).all()
        assert (found.smallest[linked] <= p[linked].min(axis=1) + 1e-12).all()


@given(st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_bounds_are_attained_where_only_strangers_are_unknown(seed: int) -> None:
    # With published neighbours, p is extreme when every other cell is: the bound is a value, not just a bound.
    rng = np.random.default_rng(seed)
    bounds = random_bounds(rng, 8, 3, grouped=False)
    weights = ring(8)
    upper, lower = enumerated_p(every_map(bounds), weights)
    for oriented, p in ((bounds, upper), (bounds.mirrored, lower)):
        found = extreme_p(oriented, weights, level=0.05, limits=DEFAULT_LIMITS)
        for i in range(8):
            if bounds.certain[weights.neighbours(i)].all():
                assert found.largest[i] == pytest.approx(p[i].max(), abs=1e-12)
                assert found.smallest[i] == pytest.approx(max(p[i].min(), SMALLEST_P), abs=1e-12)


def test_bounds_meet_in_the_plain_test_where_all_is_published() -> None:
    values = np.random.default_rng(2).negative_binomial(0.6, 0.1, 200)
    weights = ring(200, 3)
    bounds = Bounds(values.astype(np.float64), values.astype(np.float64), SumBounds.none(200))
    tails = conditional_tails(values.astype(np.int64), weights)
    for oriented, p in ((bounds, tails.upper), (bounds.mirrored, tails.lower)):
        found = extreme_p(oriented, weights, level=0.05, limits=DEFAULT_LIMITS)
        assert found.largest == pytest.approx(p, abs=1e-12)
        assert found.smallest == pytest.approx(p, abs=1e-12)


def test_unbounded_cells_make_their_neighbours_open_and_the_rest_only_wider() -> None:
    low = np.array([9.0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    high = low.copy()
    high[6] = np.inf
    bounds = Bounds(low, high, SumBounds.none(12))
    upper = extreme_p(bounds, ring(12), level=0.05, limits=DEFAULT_LIMITS)
    # Area 1 sees 18. One of 11 others is unbounded and reaches it alone: pairs with it, 10 of 55, or 9 + 9, one.
    assert upper.largest[1] == pytest.approx(11 / 55)
    assert upper.smallest[1] == pytest.approx(1 / 55)
    assert upper.smallest[5] == SMALLEST_P
    assert upper.largest[5] == 1.0
    assert extreme_p(bounds.mirrored, ring(12), level=0.05, limits=DEFAULT_LIMITS).largest[5] == 1.0


def half_hidden(seed: int) -> tuple[np.ndarray, Bounds, Bounds]:
    """Overdispersed counts of 300 areas of which those below 10 are hidden, without and with the sums of 20 parents."""
    rng = np.random.default_rng(seed)
    truth = rng.poisson(rng.gamma(2, 7, 300)).astype(np.int64)
    truth[:24] += 15
    hidden = truth < 10
    group = np.where(hidden, np.arange(300) // 15, -1)
    total = np.bincount(group[hidden], truth[hidden], minlength=20).astype(np.float64)
    low, high = (np.where(hidden, side, truth).astype(np.float64) for side in (0, 40))
    known = SumBounds(group, np.ones(300), total - 2, total + 2)
    return truth, Bounds(low, high, SumBounds.none(300)), Bounds(low, high, known)


def everywhere(p: np.ndarray, _possible: np.ndarray, _level: float) -> np.ndarray:
    return np.full(p.size, True)


def by_rank(bounds: Bounds, weights: SpatialWeights, level: float, monkeypatch: pytest.MonkeyPatch) -> Extremes:
    with monkeypatch.context() as patched:
        patched.setattr(extremes, "_mixture", lambda _shown, _hidden, size, _at, _limits: np.ones(size.size))
        return extreme_p(bounds, weights, level=level, limits=DEFAULT_LIMITS)


def test_known_sums_bring_the_largest_p_down_further_by_mixture_than_by_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extremes, "_open", everywhere)
    truth, alone, known = half_hidden(0)
    weights = ring(300, 2)
    right = conditional_tails(truth, weights).upper
    without, mixed = (extreme_p(b, weights, level=0.4, limits=DEFAULT_LIMITS).largest for b in (alone, known))
    ranked = by_rank(known, weights, 0.4, monkeypatch).largest
    for larger, smaller in ((mixed, right), (ranked, mixed), (without, ranked)):
        assert (larger >= smaller - 1e-12).all()
    some = right < 0.05
    assert np.median(ranked[some]) < 0.8 * np.median(without[some])
    assert (mixed < 0.8 * ranked).sum() >= 5


def test_known_sums_bring_the_smallest_p_up_further_by_mixture_than_by_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extremes, "_open", everywhere)
    truth, _, known = half_hidden(4)
    weights = ring(300, 2)
    tails = conditional_tails(truth, weights)
    for oriented, right in ((known, tails.upper), (known.mirrored, tails.lower)):
        mixed = extreme_p(oriented, weights, level=0.2, limits=DEFAULT_LIMITS).smallest
        ranked = by_rank(oriented, weights, 0.2, monkeypatch).smallest
        assert (right >= mixed - 1e-12).all()
        assert (mixed >= ranked - 1e-12).all()
        assert (mixed > 1.02 * ranked).sum() >= 10


def wide(seed: int) -> Bounds:
    """Rates of 400 areas, most of them 0, of which one in three is hidden: sums are far longer than a rough look."""
    rng = np.random.default_rng(seed)
    rate = np.where(rng.random(400) < 0.7, 0, rng.gamma(0.5, 900, 400)).round()
    rate[:30] += rng.gamma(2, 900, 30).round()
    hidden = rng.random(400) < 0.33
    return Bounds(
        np.where(hidden, rate // 2, rate), np.where(hidden, rate * 1.5 + 20, rate).round(), SumBounds.none(400)
    )


@pytest.mark.parametrize("rough", [2**6, 2**9])
@pytest.mark.parametrize("level", [0.025, 0.2])
def test_a_rough_look_first_changes_no_finding(rough: int, level: float, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, asked, settled = ring(400, 3), [0, 0], []
    real = extremes._by_dominance

    def counted(pool: Any, questions: Any, limits: Limits, **options: Any) -> Any:
        asked[questions.longest == extremes.LONGEST] += questions.size.size
        return real(pool, questions, limits, **options)

    for seed in range(8):
        bounds = wide(seed)
        monkeypatch.setattr(extremes, "ROUGH", rough)
        with monkeypatch.context() as patched:
            patched.setattr(extremes, "_by_dominance", counted)
            thrifty = extremes.extreme_tails(bounds, weights, level=level, limits=DEFAULT_LIMITS)
        with monkeypatch.context() as patched:
            patched.setattr(extremes, "_open", everywhere)
            lavish = extremes.extreme_tails(bounds, weights, level=level, limits=DEFAULT_LIMITS)
        for first, second in zip(thrifty, lavish, strict=True):
            for side in ("smallest", "largest"):
                found = [adjusted(getattr(one, side)) <= level for one in (first, second)]
                assert np.array_equal(*found)
                settled.append(int(found[0].sum()))
            assert (first.smallest <= second.smallest + 1e-12).all()
            assert (first.largest >= second.largest - 1e-12).all()
    assert 0 < asked[1] < asked[0] / 3, "most areas are settled at a first look, and not all"
    assert max(settled) > 20


@pytest.mark.parametrize("level", [0.005, 0.02, 0.1])
def test_leaving_out_the_dearer_bound_where_it_cannot_matter_changes_no_finding(
    level: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(6):
        _, _, known = half_hidden(seed)
        weights = ring(300, 2)
        for oriented in (known, known.mirrored):
            thrifty = extreme_p(oriented, weights, level=level, limits=DEFAULT_LIMITS)
            with monkeypatch.context() as patched:
                patched.setattr(extremes, "_open", everywhere)
                lavish = extreme_p(oriented, weights, level=level, limits=DEFAULT_LIMITS)
            for side in ("smallest", "largest"):
                first, second = (adjusted(getattr(found, side)) <= level for found in (thrifty, lavish))
                # Asking fewer questions at once lets values be cut lower, which may tell a little more, never less.
                assert (first <= second).all() if side == "smallest" else (first >= second).all()
                assert (first != second).sum() <= 6


def test_coarser_values_widen_the_bounds_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(7).gamma(1, 4000, 150).round()
    bounds = Bounds(values, values, SumBounds.none(150))
    weights = ring(150, 3)
    right = conditional_tails(values.astype(np.int64), weights).upper
    previous = -1e-12
    for longest in (2**20, 2**14, 2**11, 2**8):
        monkeypatch.setattr(extremes, "LONGEST", longest)
        found = extreme_p(bounds, weights, level=0.05, limits=DEFAULT_LIMITS)
        assert (found.largest >= right - 1e-12).all()
        assert (found.smallest <= right + 1e-12).all()
        width = float((found.largest - found.smallest).mean())
        assert width >= previous
        previous = width
    assert 0.01 < previous < 0.9


def test_tight_limits_make_values_coarser_too() -> None:
    values = np.random.default_rng(7).gamma(1, 40, 150).round()
    bounds = Bounds(values, values, SumBounds.none(150))
    right = conditional_tails(values.astype(np.int64), ring(150, 3)).upper
    found = extreme_p(bounds, ring(150, 3), level=0.05, limits=Limits(memory=2e4))
    assert (found.largest >= right - 1e-12).all()
    assert (found.smallest <= right + 1e-12).all()
    assert 1e-4 < float((found.largest - found.smallest).mean()) < 0.42
