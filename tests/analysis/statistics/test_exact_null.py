from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.exact_null import conditional_tails, exact_tails, neighbour_sums
from analysis.statistics.limits import Limits
from analysis.statistics.tails import SMALLEST_P
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.oracles import dynamic_tails, enumerated_tails, random_weights, ring


def without(pool: list[int], value: int) -> list[int]:
    rest = list(pool)
    rest.remove(value)
    return rest


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[int], list[int], list[int], list[int]]:
    pool = draw(st.lists(st.integers(-6, 30) | st.integers(0, 2), min_size=2, max_size=9))
    count = draw(st.integers(1, 5))
    left = draw(st.lists(st.sampled_from(pool), min_size=count, max_size=count))
    size = draw(st.lists(st.integers(1, len(pool) - 1), min_size=count, max_size=count))
    observed = draw(st.lists(st.integers(-40, 120), min_size=count, max_size=count))
    return pool, left, size, observed


@given(questions())
@settings(max_examples=300, deadline=None)
def test_tails_equal_full_enumeration(question: tuple[list[int], list[int], list[int], list[int]]) -> None:
    pool, left, size, observed = question
    tails = exact_tails(np.array(pool), left_out=np.array(left), size=np.array(size), observed=np.array(observed))
    for i in range(len(left)):
        upper, lower, mid = enumerated_tails(without(pool, left[i]), size[i], observed[i])
        assert tails.upper[i] == pytest.approx(max(float(upper), SMALLEST_P), rel=0, abs=1e-13)
        assert tails.lower[i] == pytest.approx(max(float(lower), SMALLEST_P), rel=0, abs=1e-13)
        assert tails.mid[i] == pytest.approx(max(float(mid), SMALLEST_P), rel=0, abs=1e-13)


POOLS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "small counts": lambda rng: rng.poisson(1.5, 90),
    "skewed": lambda rng: rng.negative_binomial(0.3, 0.1, 120),
    "one outlier": lambda rng: np.append(rng.poisson(2, 99), 400),
    "base five": lambda rng: 5 * rng.poisson(2, 100),
    "zeros and ones": lambda rng: rng.integers(0, 2, 100),
    "mostly equal": lambda _: np.append(np.full(80, 3), [0, 1, 7]),
}


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("share", [0.03, 0.1, 0.3, 0.48, 0.5, 0.52, 0.8, 0.97])
def test_tails_equal_integer_arithmetic_to_twelve_decimals_and_three_digits(name: str, share: float) -> None:
    rng = np.random.default_rng(7)
    pool = np.asarray(POOLS[name](rng), dtype=np.int64)
    size = max(1, round(share * (pool.size - 1)))
    value = int(rng.choice(pool))
    rest = without(pool.tolist(), value)
    ordered = sorted(rest)
    span = np.linspace(sum(ordered[:size]), sum(ordered[-size:]), 25).astype(np.int64)
    tails = exact_tails(pool, left_out=np.full(25, value), size=np.full(25, size), observed=span)
    truth = np.array([[float(p) for p in dynamic_tails(rest, size, int(s))] for s in span])
    for got, right in ((tails.upper, truth[:, 0]), (tails.lower, truth[:, 1]), (tails.mid, truth[:, 2])):
        assert np.abs(got - np.maximum(right, SMALLEST_P)).max() <= 1e-12
        large = right >= 1e-10
        assert large.any()
        assert np.abs(got[large] / right[large] - 1).max() <= 1e-3


@pytest.mark.parametrize("size", [100, 171, 172, 173, 300, 344])
def test_tails_stay_exact_near_and_beyond_half_of_a_larger_pool(size: int) -> None:
    rng = np.random.default_rng(11)
    pool = np.minimum(rng.negative_binomial(1, 0.5, 346), 3).astype(np.int64)
    rest = without(pool.tolist(), 1)
    middle = round(sum(rest) / len(rest) * size)
    observed = np.array([middle - 60, middle - 20, middle, middle + 20, middle + 60])
    tails = exact_tails(pool, left_out=np.full(5, 1), size=np.full(5, size), observed=observed)
    truth = [dynamic_tails(rest, size, int(s)) for s in observed]
    assert tails.upper == pytest.approx([max(float(t[0]), SMALLEST_P) for t in truth], rel=0, abs=1e-12)
    assert tails.lower == pytest.approx([max(float(t[1]), SMALLEST_P) for t in truth], rel=0, abs=1e-12)


def test_map_equals_enumeration_area_by_area() -> None:
    rng = np.random.default_rng(3)
    weights = random_weights(rng, 12, 40)
    values = rng.poisson(2, 12)
    tails = conditional_tails(values, weights)
    assert weights.islands.size == 0 or np.isnan(tails.upper[weights.islands]).all()
    for i in range(12):
        around = weights.neighbours(i)
        if around.size:
            others = np.delete(values, i).tolist()
            upper, lower, mid = enumerated_tails(others, around.size, int(values[around].sum()))
            assert (tails.upper[i], tails.lower[i], tails.mid[i]) == pytest.approx((upper, lower, mid), abs=1e-14)


def test_observed_arrangement_counts_in_both_tails() -> None:
    # Of 1, 2, 3 one is drawn and 3 was seen: P(>=) = 1/3 and P(<=) = 1. A strict tail would give 0.
    tails = exact_tails(np.array([9, 1, 2, 3]), left_out=np.array([9]), size=np.array([1]), observed=np.array([3]))
    assert tails.upper == pytest.approx([1 / 3], abs=1e-15)
    assert tails.lower == pytest.approx([1.0], abs=1e-15)
    assert tails.mid == pytest.approx([1 / 6], abs=1e-15)


def test_the_far_tail_of_zeros_and_ones_keeps_its_digits() -> None:
    pool = np.repeat([1, 0], [30, 970])
    tails = exact_tails(pool, left_out=np.array([0]), size=np.array([8]), observed=np.array([8]))
    assert tails.upper[0] == pytest.approx(comb(30, 8) / comb(999, 8), rel=1e-9)


def test_what_cannot_happen_has_the_smallest_p_and_not_zero() -> None:
    for pool in (np.arange(9), np.repeat([0, 1], 5)):
        tails = exact_tails(pool, left_out=pool[[0, 0]], size=np.array([2, 2]), observed=np.array([99, -99]))
        assert tails.upper.tolist() == [SMALLEST_P, 1.0]
        assert tails.lower.tolist() == [1.0, SMALLEST_P]


def test_an_area_is_not_in_its_own_pool() -> None:
    # With itself (100) in the pool, P(>= 5) would be 2/4.
    tails = exact_tails(np.array([100, 5, 1, 1]), left_out=np.array([100]), size=np.array([1]), observed=np.array([5]))
    assert tails.upper == pytest.approx([1 / 3], abs=1e-15)


def test_all_zero_and_all_equal_maps_have_no_tail() -> None:
    for value in (0, 7):
        tails = conditional_tails(np.full(40, value), ring(40, 2))
        assert (tails.upper == 1).all()
        assert (tails.lower == 1).all()
        assert tails.mid == pytest.approx(np.full(40, 0.5))


def test_a_lone_extreme_area_is_not_itself_extreme() -> None:
    values = np.zeros(60, dtype=np.int64)
    values[30] = 500
    tails = conditional_tails(values, ring(60))
    assert tails.upper[30] == 1.0
    assert tails.upper[29] == tails.upper[31] == pytest.approx(2 / 59)


def test_islands_have_no_p_value() -> None:
    weights = from_pairs(5, np.array([0, 1, 2]), np.array([1, 0, 3]))
    tails = conditional_tails(np.arange(5), weights)
    assert np.flatnonzero(np.isnan(tails.upper)).tolist() == [3, 4]
    assert np.flatnonzero(np.isnan(tails.mid)).tolist() == [3, 4]


def test_an_area_next_to_everybody_has_p_one() -> None:
    everybody = from_pairs(6, np.repeat(np.arange(6), 6), np.tile(np.arange(6), 6))
    tails = conditional_tails(np.array([1, 5, 2, 9, 9, 30]), everybody)
    assert tails.upper == pytest.approx(np.ones(6))
    assert tails.lower == pytest.approx(np.ones(6))


@given(st.lists(st.integers(0, 9), min_size=8, max_size=30), st.integers(-50, 50), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_shifting_and_scaling_the_map_change_nothing(values: list[int], shift: int, factor: int) -> None:
    weights = ring(len(values), 2)
    first = conditional_tails(np.array(values), weights)
    second = conditional_tails(np.array(values) * factor + shift, weights)
    mirrored = conditional_tails(-np.array(values), weights)
    assert second.upper == pytest.approx(first.upper, abs=1e-13)
    assert mirrored.lower == pytest.approx(first.upper, abs=1e-13)
    assert mirrored.mid == pytest.approx(1 - first.mid, abs=1e-13)


def test_one_outlier_costs_nothing_where_it_is_not_seen() -> None:
    pool = np.append(np.ones(50, dtype=np.int64), [0, 3, 10**9])
    left_out, size, observed = np.array([1]), np.array([3]), np.array([5])
    cheap = Limits(work=1e5, memory=1e5)
    tails = exact_tails(pool, left_out=left_out, size=size, observed=observed, limits=cheap)
    lower = np.append(pool[:-1], 7)
    assert tails.upper == exact_tails(lower, left_out=left_out, size=size, observed=observed).upper


def test_an_answer_depends_on_no_other_question() -> None:
    rng = np.random.default_rng(5)
    pool = rng.negative_binomial(0.5, 0.05, 300).astype(np.int64)
    left, size, observed = rng.choice(pool, 80), rng.integers(1, 290, 80), rng.integers(0, 3000, 80)
    together = exact_tails(pool, left_out=left, size=size, observed=observed)
    for i in range(0, 80, 7):
        alone = exact_tails(pool, left_out=left[i : i + 1], size=size[i : i + 1], observed=observed[i : i + 1])
        assert alone.upper[0] == pytest.approx(together.upper[i], rel=0, abs=1e-12)


def test_inputs_are_left_alone() -> None:
    pool, left = np.array([3, 5, 9, 900]), np.array([900])
    exact_tails(pool, left_out=left, size=np.array([2]), observed=np.array([8]))
    assert pool.tolist() == [3, 5, 9, 900]
    assert left.tolist() == [900]


def test_refusals_are_named() -> None:
    four, one = np.arange(4), np.array([1])
    with pytest.raises(CostError, match="steps"):
        exact_tails(four * 1000 + (four == 2), left_out=np.array([0]), size=one * 2, observed=one * 2999,
                    limits=Limits(work=1e3))  # fmt: skip
    with pytest.raises(CostError, match="bytes"):
        exact_tails(four * 1000 + (four == 2), left_out=np.array([0]), size=one * 2, observed=one * 2999,
                    limits=Limits(memory=1e3))  # fmt: skip
    with pytest.raises(CostError, match="too wide"):
        exact_tails(four * 10**12, left_out=np.array([0]), size=one, observed=one)
    with pytest.raises(StatisticError, match="integers"):
        exact_tails(np.array([0.5, 1.5]), left_out=np.array([0.5]), size=one, observed=one)
    with pytest.raises(StatisticError, match="at most 3"):
        exact_tails(four, left_out=one, size=np.array([4]), observed=one)
    with pytest.raises(StatisticError, match="different lengths"):
        exact_tails(four, left_out=one, size=np.array([1, 2]), observed=one)
    with pytest.raises(StatisticError, match="binary"):
        conditional_tails(four, row_standardised(ring(4)))
    with pytest.raises(StatisticError, match="5 values for 4"):
        conditional_tails(np.arange(5), ring(4))


def test_neighbour_sums_are_exact_and_zero_for_islands() -> None:
    weights = SpatialWeights(n=3, indptr=np.array([0, 2, 2, 3]), indices=np.array([1, 2, 0]), data=np.ones(3))
    assert neighbour_sums(np.array([2**40, 5, 7]), weights).tolist() == [12, 0, 2**40]
