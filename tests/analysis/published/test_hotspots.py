from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.published.hotspots import hotspots
from analysis.published.intervals import SumBounds
from analysis.statistics.errors import StatisticError
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.getis_ord import z_scores
from analysis.statistics.limits import Limits
from analysis.statistics.multiple_testing import adjusted
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.published.oracles import column, every_map, plain_classes, random_bounds
from tests.analysis.statistics.oracles import random_weights, ring
from zicht.classes import ClassColumn, ClassTable
from zicht.errors import AlignmentError
from zicht.published import Measure, PublishedColumn

CERTAIN = ("hot", "cold", "not_significant", "not_applicable")


def classify(some: PublishedColumn, weights: SpatialWeights, alpha: float = 0.1, **options: object) -> ClassColumn:
    return hotspots(some, weights, method="gi-star/count/ring", alpha=alpha, **options)  # type: ignore[arg-type]


def planted(n: int = 200, *, seed: int = 3, hot: slice = slice(40, 52), mean: float = 20.0) -> np.ndarray:
    values = np.random.default_rng(seed).poisson(mean, n).astype(np.float64)
    values[hot] += 3 * mean
    return values


@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.5, 0.8, 0.97]))
@settings(max_examples=200, deadline=None)
def test_a_certain_class_is_the_class_of_every_possible_map(seed: int, alpha: float) -> None:
    """The heart: whatever the suppressed cells hold, the plain test says what the interval class says."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 10))
    bounds = random_bounds(rng, n, int(rng.integers(1, 5)), grouped=seed % 3 > 0, weighted=seed % 3 > 1)
    group = np.where(bounds.certain, -1, bounds.sums.group)
    bounds = replace(bounds, sums=replace(bounds.sums, group=group)) if seed % 3 == 0 else bounds
    if np.any(bounds.certain & (bounds.sums.group >= 0)):
        return
    weights = random_weights(rng, n, int(rng.integers(n, 4 * n)))
    result = classify(column(bounds.low, bounds.high), weights, alpha, sums=bounds.sums)
    truth = plain_classes(every_map(bounds), weights, alpha)
    for i, label in enumerate(result.label):
        if label in CERTAIN:
            assert set(truth[i]) == {label}


def test_the_heart_is_not_vacuous() -> None:
    seen: Counter[str] = Counter()
    for seed in range(120):
        rng = np.random.default_rng(seed)
        bounds = random_bounds(rng, 9, int(rng.integers(1, 4)), grouped=False)
        weights = random_weights(rng, 9, int(rng.integers(18, 36)))
        seen.update(classify(column(bounds.low, bounds.high), weights, 0.97).label.tolist())
    assert min(seen[name] for name in ("hot", "cold", "not_significant", "undetermined", "suppressed")) >= 5


@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.5, 0.9]))
@settings(max_examples=60, deadline=None)
def test_without_suppression_it_is_the_plain_test(seed: int, alpha: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.negative_binomial(0.5, 0.1, 40).astype(np.int64)
    weights = random_weights(rng, 40, 120)
    result = classify(column(values, values), weights, alpha)
    tails = conditional_tails(values, weights)
    hot, cold = (np.round(np.minimum(2 * adjusted(p), 1), 8) for p in (tails.upper, tails.lower))
    expected = np.where(hot <= alpha, "hot", np.where(cold <= alpha, "cold", "not_significant"))
    expected = np.where(weights.cardinalities == 0, "not_applicable", expected)
    assert result.label.tolist() == expected.tolist()
    assert np.array_equal(result.q_low, result.q_high, equal_nan=True)
    assert np.array_equal(result.q_high, np.fmin(hot, cold), equal_nan=True)
    assert np.array_equal(result.neighbours, weights.cardinalities)
    assert (result.neighbours_suppressed == 0).all()


def test_without_suppression_the_enumerated_truth_is_reproduced() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        values = rng.integers(0, 9, 9)
        weights = random_weights(rng, 9, 24)
        truth = plain_classes(values[:, None], weights, 0.6)[:, 0]
        assert classify(column(values, values), weights, 0.6).label.tolist() == truth.tolist()


def test_a_planted_hotspot_is_found_and_its_surroundings_are_not() -> None:
    result = classify(column(planted(), planted()), ring(200, 3))
    assert (result.label[43:49] == "hot").all()
    assert (result.label[70:190] != "hot").all()


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_map_without_differences_has_no_spot_of_either_kind(value: float) -> None:
    result = classify(column(np.full(60, value), np.full(60, value)), ring(60, 3), 0.99)
    assert (result.label == "not_significant").all()
    assert np.isnan(result.z).all()


def test_on_maps_without_structure_discoveries_stay_at_the_nominal_rate() -> None:
    # Skewed counts in random order: any discovery is false, so the FDR is the share of maps with one.
    rng, alpha, maps = np.random.default_rng(11), 0.2, 200
    values, weights = rng.negative_binomial(0.4, 0.05, 300), ring(300, 3)
    shuffled = (rng.permutation(values) for _ in range(maps))
    found = [bool((classify(column(v, v), weights, alpha).q_high <= alpha).any()) for v in shuffled]
    assert 0.02 < np.mean(found) <= alpha + 2.6 * np.sqrt(alpha * (1 - alpha) / maps)


def test_an_empty_neighbourhood_on_a_sparse_map_is_not_cold() -> None:
    values = np.zeros(300)
    values[::10] = 3
    assert not (classify(column(values, values), ring(300, 2), 0.2).label == "cold").any()


def test_a_lone_extreme_area_is_not_hot_but_its_z_is_high() -> None:
    values = np.random.default_rng(0).poisson(3, 100).astype(np.float64)
    values[50] = 400
    result = classify(column(values, values), ring(100, 2))
    assert result.label[50] == "not_significant"
    assert result.z[50] > 3


def test_suppressed_is_neither_zero_nor_left_out() -> None:
    values = planted()
    low, high = values.copy(), values.copy()
    low[45], high[45] = 0, 300
    near = classify(column(low, high), ring(200, 3), 0.01)
    as_zero = classify(column(low, low), ring(200, 3), 0.01)
    left_out = classify(column(values, values), ring(200, 3), 0.01, exclude=np.arange(200) == 45)
    around = [42, 43, 44, 46, 47, 48]
    assert (near.q_high[around] > left_out.q_high[around]).any()
    assert (near.q_low[around] < as_zero.q_low[around]).any()
    assert near.neighbours[44] == 6
    assert near.neighbours_suppressed[around].tolist() == [1] * 6
    assert left_out.neighbours[44] == 5


def test_own_value_hidden_is_certain_by_the_neighbours_or_suppressed() -> None:
    low, high = planted(), planted()
    low[[45, 120]], high[[45, 120]] = 0, 90
    result = classify(column(low, high), ring(200, 3))
    assert result.label[45] == "hot"
    assert result.label[120] == "not_significant"
    open_high = high.copy()
    open_high[[119, 120, 121]] = np.inf
    wide = classify(column(np.where(np.isinf(open_high), 0, low), open_high), ring(200, 3))
    assert wide.label[120] == "suppressed"
    assert wide.label[118] == "undetermined"


def test_statuses_pass_through_and_leave_the_map() -> None:
    values = planted()
    status = np.full(200, "published", dtype="<U14")
    status[10], status[11], status[12] = "missing", "not_applicable", "suppressed"
    exclude = np.zeros(200, dtype=bool)
    exclude[[10, 13]] = True
    result = classify(column(values, values, status=status), ring(200, 2), exclude=exclude)
    assert result.label[[10, 11, 13]].tolist() == ["missing", "not_applicable", "not_applicable"]
    assert np.isnan(result.q_high[[10, 11, 13]]).all()
    assert result.neighbours[[9, 10, 12, 14]].tolist() == [2, 0, 1, 3]
    assert result.neighbours_suppressed[14] == 1
    keep = ~np.isin(np.arange(200), [10, 11, 13])
    position = np.cumsum(keep) - 1
    links = ring(200, 2)
    both = keep[links.rows] & keep[links.indices]
    smaller = from_pairs(int(keep.sum()), position[links.rows[both]], position[links.indices[both]])
    alone = classify(column(values[keep], values[keep], status=status[keep]), smaller)
    assert result.label[keep].tolist() == alone.label.tolist()
    assert np.array_equal(result.q_high[keep], alone.q_high, equal_nan=True)


def test_islands_are_not_applicable_and_do_not_count_as_tests() -> None:
    values = planted()
    more = np.concatenate([values, [500.0, 0.0]])
    links = ring(200, 3)
    result = classify(column(more, more), from_pairs(202, links.rows, links.indices))
    assert result.label[-2:].tolist() == ["not_applicable"] * 2
    assert np.isnan(result.q_high[-2:]).all()
    hidden = classify(column([0.0, 1, 2], [4.0, 1, 2]), from_pairs(3, np.array([1, 2]), np.array([2, 1])))
    assert hidden.label[0] == "not_applicable"


def test_z_is_that_of_the_published_part_and_missing_beside_the_unknown() -> None:
    low, high = planted(), planted()
    low[100] = 0
    result = classify(column(low, high), ring(200, 3))
    assert np.flatnonzero(np.isnan(result.z)).tolist() == [97, 98, 99, 100, 101, 102, 103]
    plain = classify(column(high, high), ring(200, 3))
    assert plain.z == pytest.approx(z_scores(high, ring(200, 3)), abs=1e-8)


def test_classes_follow_from_the_stored_q() -> None:
    low, high = planted(mean=12.0), planted(mean=12.0)
    hidden = np.flatnonzero(low < 10)
    low[hidden], high[hidden] = 1, 12
    for alpha in (0.01, 0.1, 0.5):
        result = classify(column(low, high), ring(200, 2), alpha)
        assert (result.q_low <= result.q_high).all()
        certain = np.isin(result.label, ("hot", "cold"))
        assert np.array_equal(certain, result.q_high <= alpha)
        assert np.array_equal(result.label == "not_significant", result.q_low > alpha)


def test_the_two_tails_share_alpha() -> None:
    # One area in 21 is hot by p = 1/190 (both neighbours the two largest of the 20 others): BH over 21 tests.
    values = np.ones(21)
    values[[4, 6]] = [9, 9]
    result = classify(column(values, values), ring(21), 0.5)
    q = round(2 * 21 / 190, 8)
    assert result.q_high[5] == q
    assert classify(column(values, values), ring(21), q).label[5] == "hot"
    assert classify(column(values, values), ring(21), q - 1e-8).label[5] == "not_significant"


def test_rates_are_whole_multiples_of_their_resolution() -> None:
    values = planted() * 7
    counts = classify(column(values, values), ring(200, 3))
    rates = classify(column(values, values, measure=Measure.RATE, scale=0.01), ring(200, 3), resolution=0.01)
    assert rates.label.tolist() == counts.label.tolist()
    assert np.array_equal(rates.q_high, counts.q_high)
    with pytest.raises(AlignmentError, match=r"buurt/buurt00000: A value is no multiple of 1"):
        classify(column(values + 0.5, values + 0.5), ring(200, 3))


def test_suppressed_bounds_between_multiples_are_rounded_outward() -> None:
    values = planted()
    low, high = values.copy(), values.copy()
    low[45], high[45] = 10.4, 30.4
    inner = classify(column(low, high), ring(200, 3))
    low[45], high[45] = 10, 31
    outer = classify(column(low, high), ring(200, 3))
    assert np.array_equal(inner.q_high, outer.q_high)
    assert np.array_equal(inner.q_low, outer.q_low)


def test_values_too_wide_for_the_exact_null_give_brackets_around_it() -> None:
    values = np.round(planted() * 1000 + np.random.default_rng(1).uniform(0, 999, 200))
    plain = classify(column(values, values), ring(200, 3))
    rough = classify(column(values, values), ring(200, 3), limits=Limits(work=1e9, memory=2e5))
    assert (rough.q_low <= plain.q_low + 1e-8).all()
    assert (rough.q_high >= plain.q_high - 1e-8).all()
    assert (rough.q_high > plain.q_high + 1e-6).any()
    certain = np.isin(rough.label, CERTAIN)
    assert (rough.label[certain] == plain.label[certain]).all()
    assert (rough.label == "hot").sum() >= 4


def test_knowing_the_sums_of_parents_makes_more_certain() -> None:
    values = planted(600, mean=14.0, hot=slice(90, 105))
    hidden = values < 10
    group = np.where(hidden, np.arange(600) // 15, -1)
    total = np.bincount(group[hidden], values[hidden], minlength=40).astype(np.float64)
    some = column(np.where(hidden, 0, values), np.where(hidden, 40, values))
    sums = SumBounds(group, np.ones(600), total - 2, total + 2)
    without, with_sums = (classify(some, ring(600, 3), sums=s) for s in (None, sums))
    certain = [np.isin(r.label, CERTAIN).sum() for r in (without, with_sums)]
    assert certain[1] > 1.2 * certain[0]
    assert (with_sums.q_high <= without.q_high).all()
    truth = classify(column(values, values), ring(600, 3))
    both = np.isin(with_sums.label, CERTAIN)
    assert (with_sums.label[both] == truth.label[both]).all()


def test_same_column_gives_the_same_bytes_and_is_left_alone() -> None:
    low, high = planted(), planted()
    low[30:60] = 0
    some, weights = column(low, high), ring(200, 3)
    before = some.low.tobytes()
    first, second = (ClassTable([classify(some, weights)]).to_arrow() for _ in range(2))
    assert first.equals(second)
    assert some.low.tobytes() == before


def test_maps_of_nobody_and_of_one() -> None:
    for n in (0, 1, 2):
        links = from_pairs(n, np.arange(n), np.arange(n)[::-1])
        result = classify(column(np.arange(n), np.arange(n)), links)
        assert result.label.tolist() == [[], ["not_applicable"], ["not_significant"] * 2][n]


def test_refusals_are_named() -> None:
    some = column(planted(), planted())
    with pytest.raises(AlignmentError, match="weights for 100 areas and values for 200"):
        classify(some, ring(100))
    with pytest.raises(StatisticError, match="binary"):
        classify(some, row_standardised(ring(200)))
    for alpha in (0.0, 1.0, float("nan")):
        with pytest.raises(StatisticError, match="between 0 and 1"):
            classify(some, ring(200), alpha)
    grouped = SumBounds(np.zeros(200, dtype=np.int64), np.ones(200), np.array([0.0]), np.array([1e9]))
    with pytest.raises(AlignmentError, match="published cell is in a group"):
        classify(some, ring(200), sums=grouped)
