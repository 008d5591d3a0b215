from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.published.intervals import (
    Bounds,
    SumBounds,
    dominating_pool,
    largest_neighbour_sums,
    largest_sums,
    majorising_pool,
    slack,
)
from tests.analysis.published.oracles import every_map, random_bounds
from tests.analysis.statistics.oracles import random_weights, ring
from zicht.errors import AlignmentError

seeds = st.integers(0, 10**6)


def random_case(seed: int) -> Bounds:
    rng = np.random.default_rng(seed)
    return random_bounds(
        rng, int(rng.integers(4, 9)), int(rng.integers(1, 5)), grouped=seed % 4 > 0, weighted=seed % 4 > 1
    )


def group_of(*cells: tuple[float, float], low: float, high: float) -> Bounds:
    lows, highs = (np.array(side, dtype=np.float64) for side in zip(*cells, strict=True))
    count = len(cells)
    return Bounds(
        lows, highs, SumBounds(np.zeros(count, dtype=np.int64), np.ones(count), np.array([low]), np.array([high]))
    )


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_neighbour_sums_bound_every_map(seed: int) -> None:
    bounds = random_case(seed)
    weights = random_weights(np.random.default_rng(seed), bounds.low.size, 3 * bounds.low.size)
    maps = every_map(bounds)
    sums = np.array([maps[weights.neighbours(i)].sum(axis=0) for i in range(weights.n)])
    assert (largest_neighbour_sums(bounds, weights) >= sums.max(axis=1)).all()
    assert (-largest_neighbour_sums(bounds.mirrored, weights) <= sums.min(axis=1)).all()


def test_neighbour_sums_use_what_a_group_has_left() -> None:
    # A circle of four; 0's neighbours are 1 and 3, which with 2 share at most 10.
    bounds = Bounds(
        np.array([5.0, 1, 0, 2]),
        np.array([5.0, 9, 9, 9]),
        SumBounds(np.array([-1, 0, 0, 0]), np.ones(4), np.array([0.0]), np.array([10.0])),
    )
    assert largest_neighbour_sums(bounds, ring(4)).tolist() == [10, 12, 10, 12]
    alone = Bounds(bounds.low, bounds.high, SumBounds.none(4))
    assert largest_neighbour_sums(alone, ring(4)).tolist() == [18, 14, 18, 14]


def test_unbounded_cells_stay_unbounded_where_no_sum_holds_them() -> None:
    bounds = Bounds(np.zeros(5), np.array([np.inf, 2, 2, 2, 2]), SumBounds.none(5))
    assert largest_neighbour_sums(bounds, ring(5)).tolist() == [4, np.inf, 4, 4, np.inf]
    assert (-largest_neighbour_sums(bounds.mirrored, ring(5))).tolist() == [0, 0, 0, 0, 0]


def within_group(bounds: Bounds, values: np.ndarray, group: int) -> np.ndarray:
    return -np.sort(-values[bounds.sums.group == group], axis=0)


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_pools_dominate_and_majorise_every_map_also_without_one_cell(seed: int) -> None:
    bounds = random_case(seed)
    maps, cap = every_map(bounds), np.inf
    dominating, majorising = dominating_pool(bounds, cap=cap), majorising_pool(bounds, cap=cap)
    for leave in [None, *range(bounds.low.size)]:
        stays = np.arange(bounds.low.size) != (-1 if leave is None else leave)
        # Within a group any member may stand for the one left out; outside groups it is the cell itself.
        for pool, compare in ((dominating, "rank"), (majorising, "top")):
            for g in [-1, *range(bounds.sums.high.size)]:
                inside = bounds.sums.group == g
                ours = pool.value[inside].tolist()
                if leave is not None and inside[leave]:
                    ours.remove(pool.left_out[leave])
                theirs = -np.sort(-maps[inside & stays], axis=0)
                if g == -1 or compare == "rank":
                    assert (np.sort(ours)[::-1][:, None] >= theirs).all()
                else:
                    assert (np.cumsum(np.sort(ours)[::-1])[:, None] >= np.cumsum(theirs, axis=0)).all()


def test_pools_by_hand() -> None:
    # Four cells within 0..11 with sum at most 16: ranks 11, 8, 5, 4; all of it concentrated: 11, 5, 0, 0.
    bounds = group_of((0, 11), (0, 11), (0, 11), (0, 11), low=0, high=16)
    assert sorted(dominating_pool(bounds, cap=np.inf).value.tolist()) == [4, 5, 8, 11]
    assert sorted(majorising_pool(bounds, cap=np.inf).value.tolist()) == [0, 0, 5, 11]
    assert dominating_pool(bounds, cap=np.inf).left_out.tolist() == [4, 4, 4, 4]
    assert sorted(dominating_pool(bounds, cap=6).value.tolist()) == [4, 5, 6, 6]
    assert majorising_pool(bounds, cap=6).value.sum() == 16


def test_weights_of_a_sum_are_spent_where_they_are_cheapest() -> None:
    # Excess 6 in weighted units: the cell of weight 1 takes 4, then 2 buys one step of weight 2.
    sums = SumBounds(np.zeros(3, dtype=np.int64), np.array([2.0, 1.0, 3.0]), np.array([0.0]), np.array([6.0]))
    bounds = Bounds(np.zeros(3), np.full(3, 4.0), sums)
    assert majorising_pool(bounds, cap=np.inf).value.sum() == 5


@given(seeds, st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_majorising_pool_has_the_largest_expected_excess(seed: int, size: int) -> None:
    bounds = random_case(seed)
    pool, maps = majorising_pool(bounds, cap=np.inf).value, every_map(bounds)
    subsets = [list(s) for s in combinations(range(pool.size), size)]
    for above in range(0, 30, 3):
        ours = np.mean([max(pool[s].sum() - above, 0) for s in subsets])
        theirs = np.mean([np.maximum(maps[s].sum(axis=0) - above, 0) for s in subsets], axis=0)
        assert ours >= theirs.max() - 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Bounds(np.array([3.0]), np.array([2.0]), SumBounds.none(1)),
        lambda: group_of((3, 5), (3, 5), low=0, high=5),
        lambda: group_of((3, 5), (3, 5), low=11, high=20),
    ],
)
def test_contradictions_are_refused(wrong: object) -> None:
    with pytest.raises(AlignmentError):
        wrong()  # type: ignore[operator]


def test_leaving_cells_take_their_part_of_the_sum_along() -> None:
    bounds = group_of((1, 4), (0, 6), (2, 3), low=7, high=9)
    rest = bounds.sums.restricted(np.array([True, False, True]), low=bounds.low, high=bounds.high)
    assert (rest.low.tolist(), rest.high.tolist(), rest.group.tolist()) == ([1.0], [9.0], [0, 0])


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_largest_sums_are_those_of_each_sum_and_group_by_itself(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group, weight = rng.integers(-1, 3, 12), rng.choice([0.5, 1.0, 2.0], 12)
    low = rng.integers(0, 4, 12).astype(np.float64)
    known = np.array([(weight * low)[group == one].sum() for one in range(3)]) + rng.integers(0, 6, 3)
    bounds = Bounds(low, low + rng.integers(0, 6, 12), SumBounds(group, weight, np.full(3, -np.inf), known))
    pairs = rng.permutation([(row, cell) for row in range(5) for cell in range(12) if rng.random() < 0.5])
    rows, cells = pairs.T if len(pairs) else (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    room = np.maximum(slack(bounds), 0.0)
    expected = np.zeros(5)
    for row in range(5):
        members = cells[rows == row]
        expected[row] += bounds.high[members[group[members] < 0]].sum()
        for one in range(3):
            if (some := members[group[members] == one]).size:
                most = low[some].sum() + np.floor(room[one] / weight[some].min() + 1e-6)
                expected[row] += min(bounds.high[some].sum(), most)
    assert largest_sums(bounds, rows, cells, 5) == pytest.approx(expected)
