"""Agreement of two maps: kappa by a printed example, and by hand where answers are missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.published.agreement import Zoning, agreement, all_agreements
from zicht.errors import AlignmentError


def maps(first, second, area=None):
    one, other = np.array(first), np.array(second)
    atoms = np.arange(len(one)) if area is None else area
    return Zoning("buurt", one, atoms), Zoning("h3-7", other, np.arange(len(other)))


def test_kappa_of_a_table_that_is_easily_checked():
    """Of 100: both hot 20, the first alone 5, the second alone 10, neither 65; by chance .25 x .3 + .75 x .7."""
    first = ["hot"] * 25 + ["not_significant"] * 75
    second = ["hot"] * 20 + ["cold"] * 5 + ["probable"] * 10 + ["not_significant"] * 65

    found = agreement(*maps(first, second), np.ones(100))

    assert (found.compared, found.hot_first, found.hot_second, found.hot_both) == (1, 0.25, 0.3, 0.2)
    assert found.kappa == pytest.approx((0.85 - 0.6) / 0.4)


def test_what_either_map_does_not_know_is_not_compared():
    first = ["hot", "hot", "not_significant", "undetermined", "suppressed", "not_significant"]
    second = ["hot", "missing", "not_significant", "hot", "hot", "not_applicable"]

    found = agreement(*maps(first, second), np.array([10, 20, 30, 5, 15, 20]))

    assert found.compared == 0.4
    assert (found.hot_first, found.hot_second, found.hot_both) == (0.25, 0.25, 0.25)
    assert found.kappa == 1


def test_atoms_count_for_who_lives_there_and_some_lie_nowhere():
    first = Zoning("buurt", np.array(["hot", "not_significant"]), np.array([0, 0, 1, -1]))
    second = Zoning("h3-7", np.array(["not_significant", "hot"]), np.array([0, 1, 0, 1]))

    found = agreement(first, second, np.array([100, 300, 600, 0]))

    assert (found.hot_first, found.hot_second, found.hot_both, found.compared) == (0.4, 0.3, 0.3, 1)


def test_there_is_no_kappa_where_neither_map_has_two_answers():
    assert agreement(*maps(["cold"] * 3, ["not_significant"] * 3), np.ones(3)).kappa is None
    assert agreement(*maps(["undetermined"] * 3, ["hot"] * 3), np.ones(3)).kappa is None
    assert agreement(*maps(["hot"], ["hot"]), np.zeros(1)).compared == 0


@given(seed=st.integers(0, 10_000))
def test_it_does_not_matter_which_is_first_and_a_map_agrees_with_itself(seed):
    rng = np.random.default_rng(seed)
    labels = [rng.choice(["hot", "not_significant", "undetermined"], 30) for _ in range(2)]
    weight = rng.integers(0, 9, 30)

    one, other = maps(*labels)

    forward, back = agreement(one, other, weight), agreement(other, one, weight)
    assert forward.hot_both == back.hot_both
    assert forward.kappa == pytest.approx(back.kappa, abs=2e-4)
    itself = agreement(one, one, weight).kappa
    assert itself is None or itself == pytest.approx(1)


def test_every_pair_is_compared_once_and_maps_of_other_atoms_are_refused():
    one, other = maps(["hot", "cold"], ["hot", "cold"])
    third = Zoning("shifted-h3-7", one.label, one.area)

    found = all_agreements([one, other, third], np.ones(2))

    assert [(a.first, a.second) for a in found] == [
        ("buurt", "h3-7"),
        ("buurt", "shifted-h3-7"),
        ("h3-7", "shifted-h3-7"),
    ]
    with pytest.raises(AlignmentError, match="same atoms"):
        agreement(one, Zoning("h3-7", one.label, np.zeros(3, dtype=int)), np.ones(2))
