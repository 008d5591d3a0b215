from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis.published.mixture as mixture
from analysis.published.mixture import mixture_upper
from analysis.statistics.errors import CostError
from analysis.statistics.exact_null import exact_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from tests.analysis.statistics.oracles import enumerated_tails


def bound(published: list[int], suppressed: list[int], size: int, at: list[int]) -> np.ndarray:
    return mixture_upper(
        np.array(published, dtype=np.int64),
        np.array(suppressed),
        size=np.full(len(at), size),
        at=np.array(at),
        limits=DEFAULT_LIMITS,
    )


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[int], int, int, int]:
    step = draw(st.sampled_from([1, 5]))
    published = [step * v - 3 for v in draw(st.lists(st.integers(0, 9), max_size=6))]
    cells = draw(st.integers(1, 3))
    low = draw(st.integers(-4, 2))
    total = draw(st.integers(0, 9))
    return published, cells, low, total


@given(pools(), st.sampled_from([2**13, 20, 6]), st.data())
@settings(max_examples=250, deadline=None)
def test_no_way_to_share_a_known_sum_exceeds_the_bound(
    pool: tuple[list[int], int, int, int], longest: int, data: st.DataObject
) -> None:
    published, cells, low, total = pool
    majorising = [low + total] + [low] * (cells - 1)
    size = data.draw(st.integers(1, len(published) + cells))
    at = list(range(-40, 80, 3))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mixture, "LONGEST", longest)
        ours = bound(published, majorising, size, at)
    for shares in product(range(total + 1), repeat=cells):
        if sum(shares) <= total:
            sums = [sum(s) for s in combinations(published + [low + share for share in shares], size)]
            truth = np.mean(np.array(sums)[:, None] >= np.array(at), axis=0)
            assert (ours >= truth - 1e-12).all()


@pytest.mark.parametrize(("step", "excess"), [(1, 0.005), (5, 0.07)])
def test_never_less_than_the_majorising_map_itself_and_close_to_it(step: int, excess: float) -> None:
    rng = np.random.default_rng(3)
    published = step * np.round(rng.negative_binomial(2, 0.1, 300) / step).astype(np.int64)
    suppressed = np.concatenate([np.full(60, 12), np.zeros(140, dtype=np.int64)])
    at = np.arange(120, 280, 10)
    size, nothing = np.full(at.size, 6), np.zeros(at.size, dtype=np.int64)
    pool = np.concatenate([published, suppressed, [0]])
    right = exact_tails(pool, left_out=nothing, size=size, observed=at).upper
    ours = mixture_upper(published, suppressed, size=size, at=at, limits=DEFAULT_LIMITS)
    assert (ours >= right - 1e-12).all()
    assert (ours <= (1 + excess) * right).all()


@st.composite
def bumpy(draw: st.DrawFn) -> np.ndarray:
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=2, max_size=12))) + np.eye(1, 12)[0, :1]
    return np.asarray(weights / weights.sum())


@given(bumpy(), st.integers(0, 30))
@settings(max_examples=300, deadline=None)
def test_what_stands_for_a_tail_is_convex_and_above_it_up_to_the_last_sum_asked(pmf: np.ndarray, last: int) -> None:
    length = 64
    majorants = mixture._shown(pmf, pmf, length, last)
    reached = np.arange(-8, last + 1)
    tail = np.array([pmf[max(t, 0) :].sum() for t in reached])
    assert mixture._look_up(majorants.exact, reached) == pytest.approx(tail)
    starts = np.pad(majorants.kept, ((0, 0), (0, length)))
    for turn, level, slope, start in zip(majorants.turn, majorants.level, majorants.slope, starts, strict=True):
        f = np.where(reached >= turn, start[np.maximum(reached, 0)], level + slope * (turn - reached))
        assert (f >= tail - 1e-12).all()
        assert (np.diff(f, 2) >= -1e-12).all()
        assert (np.diff(f) <= 1e-12).all()


def test_by_hand() -> None:
    # One of {0, 4}: the sum 4 is reached by the 4 alone. Suppressed cells may hold 4 and 0, or 2 and 2, or less.
    assert bound([], [4, 0], 1, [4])[0] == pytest.approx(0.5)
    assert bound([], [4, 0], 1, [1])[0] == 1.0
    # With 10 published as well: 10 is reached by it alone, of three.
    assert float(Fraction(1, 3)) <= bound([10], [4, 0], 1, [10])[0] < 0.7


def test_sums_below_every_draw_are_certain_and_far_above_impossible() -> None:
    ours = bound([1, 2, 3], [5, 0], 2, [-100, 1, 1000])
    assert ours[:2].tolist() == [1.0, 1.0]
    assert ours[2] < 0.01


def test_coarser_values_stay_above_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    published, suppressed = rng.integers(0, 400, 8).tolist(), [300, 120, 0, 0]
    at = list(range(0, 1600, 50))
    fine = bound(published, suppressed, 4, at)
    monkeypatch.setattr(mixture, "LONGEST", 60)
    coarse = bound(published, suppressed, 4, at)
    truth = np.array([float(enumerated_tails(published + suppressed, 4, s)[0]) for s in at])
    assert (coarse >= truth - 1e-12).all()
    assert (coarse > fine + 1e-6).any()


def test_coarser_values_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    published, suppressed = np.random.default_rng(0).integers(0, 4000, 200), np.repeat([300, 0], [30, 50])
    at = np.arange(4000, 12000, 500)
    size = np.full(at.size, 6)
    fine = mixture_upper(published, suppressed, size=size, at=at, limits=DEFAULT_LIMITS)
    monkeypatch.setattr(mixture, "LONGEST", 300)
    coarse = mixture_upper(published, suppressed, size=size, at=at, limits=DEFAULT_LIMITS)
    assert 1.01 < np.mean(coarse / fine) < 1.04


def test_an_outlier_does_not_make_the_others_coarse() -> None:
    published = np.append(np.random.default_rng(1).poisson(9, 200), 10**7)
    suppressed, at, size = np.array([12] * 20 + [0] * 40), np.array([70, 10**7]), np.array([4, 4])
    both = mixture_upper(published, suppressed, size=size, at=at, limits=DEFAULT_LIMITS)
    lower = np.minimum(published, 200)
    alone = mixture_upper(lower, suppressed, size=size[:1], at=at[:1], limits=DEFAULT_LIMITS)
    assert both[0] == pytest.approx(alone[0], rel=1e-9)
    assert 4 / 261 <= both[1] < 0.1


def test_what_costs_too_much_is_refused() -> None:
    with pytest.raises(CostError):
        mixture_upper(np.arange(50), np.arange(50), size=np.array([9]), at=np.array([300]), limits=Limits(work=10.0))


def test_sums_asked_one_by_one_are_answered_as_by_a_transform(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(11)
    published, suppressed = rng.negative_binomial(0.5, 0.05, 120), np.sort(rng.integers(0, 30, 60))[::-1].copy()
    size, at = np.repeat([2, 5, 9], 40), np.tile(np.arange(10, 210, 5), 3)
    options = {"size": size, "at": at, "limits": DEFAULT_LIMITS}
    monkeypatch.setattr(mixture, "FEW", 10**6)
    single = mixture_upper(published, suppressed, **options)
    monkeypatch.setattr(mixture, "FEW", 0)
    together = mixture_upper(published, suppressed, **options)
    # A transform is made for the turning points that are the best somewhere: it may miss one, never do better.
    assert (single <= together + 1e-12).all()
    assert np.isclose(single, together, rtol=1e-9).mean() > 0.9
    assert (np.diff(single.reshape(3, -1), axis=1) <= 1e-12).all()
    assert single.min() < 0.01
