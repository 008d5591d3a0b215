"""A grid of unions: sums by hand, hidden cells as intervals, and neighbours by their cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.published.shifted import merged, merged_weights
from geo.weights import both_ways
from tests.analysis.published.oracles import column
from zicht.published import Status


def test_sums_are_published_where_all_their_cells_are():
    status = np.array(["published", "published", "suppressed", "published", "missing", "published", "published"])
    cells = column([3, 4, 0, 5, 0, 7, 9], [3, 4, 11, 5, 0, 7, 9], status=status)

    found = merged(cells, np.array([0, 0, 1, 1, 2, 2, -1]), level="shifted-h3-7")

    assert found.status.tolist() == ["published", "suppressed", "not_applicable"]
    assert found.value[0] == 7
    assert (found.low[:2].tolist(), found.high[:2].tolist()) == ([7, 5], [7, 16])
    assert np.isnan([found.value[1], found.value[2], found.low[2], found.high[2]]).all()
    assert found.key.level == "shifted-h3-7"
    assert len(set(found.code.tolist())) == 3


def test_a_cell_without_an_upper_bound_leaves_its_group_without_one():
    found = merged(column([3, 0], [3, np.inf]), np.array([0, 0]), level="s")

    assert found.status.tolist() == [Status.SUPPRESSED]
    assert found.low.tolist() == [3]
    assert np.isnan(found.high).all()


@given(seed=st.integers(0, 1_000))
def test_totals_stay(seed):
    rng = np.random.default_rng(seed)
    count, group = rng.integers(0, 50, 40).astype(float), rng.permutation(np.arange(40) % 9)

    assert merged(column(count, count), group, level="s").value.sum() == count.sum()


def test_groups_are_neighbours_where_cells_of_theirs_are():
    ring = both_ways(6, np.arange(6), (np.arange(6) + 1) % 6)

    found = merged_weights(ring, np.array([0, 0, 1, 1, 2, -1]))

    assert [found.neighbours(i).tolist() for i in range(3)] == [[1], [0, 2], [1]]
    with pytest.raises(IndexError):
        found.neighbours(4)
