from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.errors import StatisticError
from analysis.statistics.multiple_testing import Correction, adjusted

# Benjamini & Hochberg (1995), section 3.1: 15 endpoints of a study of myocardial infarction.
PUBLISHED = np.array(
    [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1.0]
)  # fmt: skip

ps = st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=30).map(np.array)


def test_published_example_rejects_four_by_bh_and_three_by_bonferroni() -> None:
    assert np.flatnonzero(adjusted(PUBLISHED) <= 0.05).tolist() == [0, 1, 2, 3]
    assert np.flatnonzero(adjusted(PUBLISHED, correction=Correction.BONFERRONI) <= 0.05).tolist() == [0, 1, 2]


def test_published_example_adjusted_by_hand() -> None:
    # The sixth, .0278 * 15/6 = .0695, comes after nothing smaller than the seventh, .0298 * 15/7 = .063857.
    assert adjusted(PUBLISHED)[:9] == pytest.approx(
        [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0298 * 15 / 7, 0.0298 * 15 / 7, 0.0645, 0.0765]
    )
    assert adjusted(PUBLISHED)[-1] == 1.0


def test_by_multiplies_by_the_harmonic_number() -> None:
    harmonic = sum(1 / i for i in range(1, 16))
    expected = np.minimum(adjusted(PUBLISHED) * harmonic, 1)
    assert adjusted(PUBLISHED, correction=Correction.BENJAMINI_YEKUTIELI)[:9] == pytest.approx(expected[:9])


def test_order_of_input_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(15)
    for correction in Correction:
        assert adjusted(PUBLISHED[order], correction=correction) == pytest.approx(
            adjusted(PUBLISHED, correction=correction)[order]
        )


def step_up(p: np.ndarray, level: float) -> set[int]:
    """The procedure as printed: the largest i with p(i) <= i/m level, and all before it."""
    order = np.argsort(p, kind="stable")
    passed = [i for i in range(len(p)) if p[order[i]] <= (i + 1) / len(p) * level]
    return set(order[: passed[-1] + 1].tolist()) if passed else set()


@given(st.lists(st.integers(0, 200), min_size=1, max_size=25), st.sampled_from([0.013, 0.0501, 0.1003, 0.2507]))
def test_thresholding_q_is_the_printed_step_up_procedure(numerators: list[int], level: float) -> None:
    p = np.array(numerators) / 200
    assert set(np.flatnonzero(adjusted(p) <= level).tolist()) == step_up(p, level)


@given(ps)
def test_adjusting_keeps_order_bounds_and_untested(p: np.ndarray) -> None:
    for correction in Correction:
        q = adjusted(p, correction=correction)
        assert (np.isnan(q) == np.isnan(p)).all()
        here = ~np.isnan(p)
        assert (q[here] >= p[here] * (1 - 1e-12)).all()
        assert (q[here] <= 1).all()
        ordered = q[here][np.argsort(p[here])]
        assert (np.diff(ordered) >= 0).all()


@given(ps)
def test_untested_do_not_count(p: np.ndarray) -> None:
    here = ~np.isnan(p)
    for correction in Correction:
        assert np.array_equal(adjusted(p, correction=correction)[here], adjusted(p[here], correction=correction))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.integers(0, 19), st.floats(0, 1))
def test_no_q_falls_when_a_p_rises(values: list[float], at: int, rise: float) -> None:
    p = np.array(values)
    higher = p.copy()
    higher[at % p.size] = max(higher[at % p.size], rise)
    for correction in Correction:
        assert (adjusted(higher, correction=correction) >= adjusted(p, correction=correction) * (1 - 1e-12)).all()


def test_nothing_tested_gives_nothing() -> None:
    assert adjusted(np.array([])).size == 0
    assert np.isnan(adjusted(np.array([np.nan, np.nan]))).all()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.inf])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(StatisticError, match="outside 0 to 1"):
        adjusted(np.array([0.5, wrong]))
