from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.errors import StatisticError
from analysis.statistics.similar_areas import similar_areas


def slowly(context: np.ndarray, k: int, candidates: np.ndarray) -> list[list[int]]:
    pool = context[candidates]
    spread = np.where(np.ptp(pool, axis=0) == 0, np.inf, pool.std(axis=0))
    scaled = (context - pool.mean(axis=0)) / spread
    return [
        sorted(
            (j for j in np.flatnonzero(candidates).tolist() if j != i),
            key=lambda j: (round(float(np.sum((scaled[i] - scaled[j]) ** 2)), 9), j),
        )[:k]
        for i in range(len(context))
    ]


def test_by_hand() -> None:
    # The second indicator is a hundred times the first in unit: without standardising it would decide alone.
    context = np.array([[0, 0], [1, 0], [0, 100], [5, 500]])
    assert similar_areas(context, k=2).tolist() == [[1, 2], [0, 2], [0, 1], [1, 2]]


@given(st.integers(0, 10_000), st.integers(2, 25), st.integers(1, 3), st.booleans())
@settings(max_examples=80, deadline=None)
def test_matches_are_those_of_a_full_search_ties_included(seed: int, n: int, width: int, coarse: bool) -> None:
    rng = np.random.default_rng(seed)
    context = rng.integers(0, 3, (n, width)).astype(float) if coarse else rng.normal(size=(n, width))
    candidates = rng.random(n) < 0.8
    if candidates.sum() < 2:
        candidates[:2] = True
    k = int(rng.integers(1, candidates.sum()))
    assert similar_areas(context, k=k, candidates=candidates).tolist() == slowly(context, k, candidates)


@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-100, 100))
@settings(max_examples=30, deadline=None)
def test_units_do_not_matter(seed: int, factor: float, shift: float) -> None:
    context = np.random.default_rng(seed).normal(size=(12, 2))
    assert np.array_equal(similar_areas(context, k=3), similar_areas(context * [factor, 1] + [0, shift], k=3))


def test_an_indicator_that_never_varies_adds_nothing() -> None:
    context = np.random.default_rng(0).normal(size=(9, 2))
    flat = np.column_stack([context, np.full(9, 0.1)])
    assert np.array_equal(similar_areas(context, k=4), similar_areas(flat, k=4))
    assert similar_areas(np.full((4, 1), 0.3), k=2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]


def test_only_candidates_are_chosen_and_nobody_is_its_own_like() -> None:
    found = similar_areas(np.arange(6.0)[:, None], k=2, candidates=np.array([1, 0, 1, 1, 0, 1], dtype=bool))
    assert found.tolist() == [[2, 3], [0, 2], [3, 0], [2, 5], [3, 5], [3, 2]]


@pytest.mark.parametrize(
    ("context", "k", "candidates", "problem"),
    [
        (np.array([[1.0], [np.nan]]), 1, None, "area 1, column 0"),
        (np.ones(4), 1, None, "areas by indicators"),
        (np.ones((4, 0)), 1, None, "areas by indicators"),
        (np.ones((4, 1)), 4, None, "Of 4 candidates each area can have 1 to 3 likes, not 4"),
        (np.ones((4, 1)), 0, None, "not 0"),
        (np.ones((4, 1)), 1, np.array([True]), "1 candidates marked for 4"),
        (np.ones((4, 1)), 1, np.array([True, False, False, False]), "Of 1 candidates each area can have 1 to 0"),
    ],
)
def test_refusals(context: np.ndarray, k: int, candidates: np.ndarray | None, problem: str) -> None:
    with pytest.raises(StatisticError, match=problem):
        similar_areas(context, k=k, candidates=candidates)
