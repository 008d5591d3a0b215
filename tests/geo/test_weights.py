"""The type of spatial weights: every invariant is checked, nothing else is assumed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.weights import SpatialWeights, from_pairs, row_standardised, symmetrised
from zicht.errors import AlignmentError

links = st.integers(1, 12).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=60))
)


def weights(n, indptr, indices, data=None):
    return SpatialWeights(n=n, indptr=indptr, indices=indices, data=np.ones(len(indices)) if data is None else data)


@pytest.mark.parametrize(
    ("n", "indptr", "indices", "data", "message"),
    [
        (3, [0, 1, 2], [1, 0], None, "do not describe 3 areas"),
        (2, [0, 1, 2], [1, 0], [1.0], "do not describe"),
        (2, [1, 1, 2], [1, 0], None, "row pointers"),
        (2, [0, 2, 1], [1, 0], None, "row pointers"),
        (2, [0, 1, 3], [1, 0], None, "row pointers"),
        (2, [0, 1, 2], [2, 0], None, "outside"),
        (2, [0, 1, 2], [-1, 0], None, "outside"),
        (2, [0, 1, 2], [1, 0], [1.0, 0.0], "finite and positive"),
        (2, [0, 1, 2], [1, 0], [1.0, -1.0], "finite and positive"),
        (2, [0, 1, 2], [1, 0], [1.0, np.nan], "finite and positive"),
        (2, [0, 1, 2], [1, 0], [np.inf, 1.0], "finite and positive"),
        (2, [0, 1, 2], [0, 0], None, "its own neighbour"),
        (3, [0, 2, 2, 2], [2, 1], None, "ascending and unique"),
        (3, [0, 2, 2, 2], [1, 1], None, "ascending and unique"),
    ],
)
def test_a_broken_invariant_is_refused(n, indptr, indices, data, message):
    with pytest.raises(AlignmentError, match=message):
        weights(n, indptr, indices, data)


def test_types_are_those_of_the_contract_and_nothing_can_be_changed():
    mine = np.array([1, 0], dtype=np.int64)
    w = weights(2, [0, 1, 2], mine)
    assert (w.indptr.dtype, w.indices.dtype, w.data.dtype) == (np.int64, np.int32, np.float64)
    for array in (w.indptr, w.indices, w.data):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    mine[0] = 0
    assert w.indices.tolist() == [1, 0]


def test_a_link_may_end_a_row_lower_than_the_next_begins():
    w = weights(3, [0, 2, 2, 4], [1, 2, 0, 1])
    assert w.neighbours(0).tolist() == [1, 2]
    assert w.islands.tolist() == [1]
    assert w.cardinalities.tolist() == [2, 0, 2]
    assert w.rows.tolist() == [0, 0, 2, 2]
    assert not w.symmetric


@given(links)
def test_pairs_become_their_set_without_selves(case):
    n, pairs = case
    start, end = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    w = from_pairs(n, start, end)
    assert set(zip(w.rows.tolist(), w.indices.tolist(), strict=True)) == {(a, b) for a, b in pairs if a != b}
    assert w.binary
    assert w.islands.tolist() == [at for at in range(n) if all(a != at or b == at for a, b in pairs)]


@given(links)
def test_symmetric_is_told_from_the_set_of_links(case):
    n, pairs = case
    start, end = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    w = from_pairs(n, start, end)
    real = {(a, b) for a, b in pairs if a != b}
    assert w.symmetric == all((b, a) in real for a, b in real)
    both = symmetrised(w)
    assert both.symmetric
    assert set(zip(both.rows.tolist(), both.indices.tolist(), strict=True)) == real | {(b, a) for a, b in real}


def test_weights_that_differ_by_direction_are_not_symmetric():
    assert not from_pairs(2, np.array([0, 1]), np.array([1, 0]), np.array([1.0, 2.0])).symmetric
    assert from_pairs(2, np.array([0, 1]), np.array([1, 0]), np.array([2.0, 2.0])).symmetric


def test_of_repeated_links_the_first_counts():
    w = from_pairs(3, np.array([0, 0, 1]), np.array([2, 2, 0]), np.array([5.0, 7.0, 3.0]))
    assert w.data.tolist() == [5.0, 3.0]
    assert not w.binary


@given(links)
def test_rows_sum_to_one_and_islands_stay_islands(case):
    n, pairs = case
    start, end = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    w = from_pairs(n, start, end, np.arange(1.0, len(pairs) + 1))
    r = row_standardised(w)
    sums = np.bincount(r.rows, weights=r.data, minlength=n)
    np.testing.assert_allclose(sums[r.cardinalities > 0], 1.0, rtol=1e-12)
    assert r.islands.tolist() == w.islands.tolist()
    assert r.indices.tolist() == w.indices.tolist()


def test_nothing_at_all_is_a_valid_map():
    w = from_pairs(0, np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    assert (w.n, len(w.indices), w.islands.tolist(), w.binary, w.symmetric) == (0, 0, [], True, True)


def test_the_type_needs_no_geometry_library():
    code = "import sys, geo.weights; print(sorted({'shapely', 'h3ronpy', 'scipy', 'geopandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
