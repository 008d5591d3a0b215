"""Positions up a family, and totals on the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.hierarchy import Hierarchy, hierarchy
from tests.support.small import layer, tree
from zicht.errors import AlignmentError

FAMILY = hierarchy(tree())


def test_positions_lead_to_the_parents():
    assert FAMILY.up("buurt", "wijk").tolist() == [0, 0, 1, 1, 2, 2]
    assert FAMILY.up("buurt", "gemeente").tolist() == [0, 0, 0, 0, 1, 1]
    assert FAMILY.up("buurt", "country").tolist() == [0] * 6
    assert FAMILY.up("wijk", "wijk").tolist() == [0, 1, 2]
    assert FAMILY.up("wijk", "country").dtype == np.int32


@given(st.lists(st.integers(0, 10**9), min_size=6, max_size=6))
def test_totals_are_conserved_on_the_way_up(counts):
    values = np.array(counts, dtype=np.float64)
    wijk = FAMILY.total(values, "buurt", "wijk")
    assert wijk.sum() == values.sum()
    np.testing.assert_array_equal(FAMILY.total(wijk, "wijk", "gemeente"), FAMILY.total(values, "buurt", "gemeente"))
    assert FAMILY.total(values, "buurt", "country").tolist() == [float(sum(counts))]


def test_an_area_with_nothing_below_has_nothing():
    family = hierarchy({"gemeente": layer("gemeente", ["A", "B"], ["", ""]), "wijk": layer("wijk", ["x"], ["B"])})
    assert family.total(np.array([3.0]), "wijk", "gemeente").tolist() == [0.0, 3.0]


def test_an_unknown_value_makes_an_unknown_total():
    values = np.array([1.0, np.nan, 1.0, 1.0, 1.0, 1.0])
    np.testing.assert_array_equal(FAMILY.total(values, "buurt", "wijk"), [np.nan, 2.0, 2.0])


def test_down_is_not_up_and_families_do_not_mix():
    with pytest.raises(AlignmentError, match="not above"):
        FAMILY.up("wijk", "buurt")
    with pytest.raises(AlignmentError, match="h3-8 is not one of country, gemeente, wijk, buurt"):
        FAMILY.up("h3-8", "country")
    with pytest.raises(AlignmentError, match="5 values do not belong to the 6 areas"):
        FAMILY.total(np.zeros(5), "buurt", "wijk")


def test_an_orphan_is_named():
    with pytest.raises(AlignmentError, match="Area y has no parent at level gemeente"):
        hierarchy({"gemeente": layer("gemeente", ["A"], [""]), "wijk": layer("wijk", ["x", "y"], ["A", "Z"])})


@pytest.mark.parametrize(
    ("parents", "sizes"), [(([0, 2],), (2, 2)), (([0, -1],), (2, 2)), (([0],), (2, 2)), ((), (2, 2)), (([0, 1],), (2,))]
)
def test_positions_outside_the_level_are_refused(parents, sizes):
    arrays = tuple(np.array(one, dtype=np.int32) for one in parents)
    with pytest.raises(AlignmentError):
        Hierarchy(("a", "b"), arrays, sizes)
