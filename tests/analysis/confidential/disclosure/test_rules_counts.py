"""Rules on counts and denominators, and how primary suppression joins all rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.primary import primary
from analysis.confidential.disclosure.rules.frequency import too_few
from analysis.confidential.disclosure.rules.group import whole_group
from analysis.confidential.disclosure.rules.min_exposure import too_little_exposure
from analysis.confidential.indicators import Capacity, DisclosureRule, Group, ZeroPolicy
from tests.support.small import layer
from zicht.errors import ConfigError, UnprotectedError

NAN = float("nan")


def counted(count: list[int], contributors: list[int] | None = None, largest: list[list[int]] | None = None):
    """Make a table of counts."""
    code = np.array([f"BU{i:08d}" for i in range(len(count))])
    held = None if largest is None else np.array(largest)
    return CountTable("labs", "2021", "buurt", code, np.array(count), np.array(contributors or count), held)


def test_a_group_is_disclosed_where_nearly_everybody_is_counted():
    count = np.array([30, 31, 40, 41, 0, 0, 12, 0])
    population = np.array([40, 40, 40, 40, 40, 5, NAN, 0], dtype=float)
    expected = [False, True, True, True, False, False, False, False]
    assert whole_group(count, population, threshold=10).tolist() == expected


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1), st.integers(1, 20))
def test_group_disclosure_is_the_frequency_rule_on_the_others(pairs, threshold):
    count = np.array([pair[0] for pair in pairs])
    others = np.array([pair[1] for pair in pairs])
    mirrored = too_few(others, others, threshold=threshold)
    assert np.array_equal(whole_group(count, (count + others).astype(float), threshold=threshold), mirrored)


def test_a_rate_over_too_little_is_not_shown():
    exposure = np.array([50, 49.9, 0, NAN, 1e9])
    assert too_little_exposure(exposure, smallest=50).tolist() == [False, True, True, True, False]
    assert too_little_exposure(exposure, smallest=0).tolist() == [False, False, True, True, False]


def test_primary_joins_every_rule_that_the_counts_can_answer():
    table = counted([9, 20, 20, 0, 50], [9, 9, 20, 0, 50], [[1, 1], [12, 1], [1, 1], [0, 0], [45, 1]])
    assert primary(table, DisclosureRule()).tolist() == [True, True, False, False, False]
    dominance = DisclosureRule(dominance=(1, 85.0))
    assert primary(table, dominance).tolist() == [True, True, False, False, True]
    assert primary(table, DisclosureRule(p_percent=10.0)).tolist() == [True, True, False, False, True]
    assert primary(table, DisclosureRule(pq=(5.0, 50.0))).tolist() == [True, True, False, False, True]
    assert primary(table, DisclosureRule(zeros=ZeroPolicy.SUPPRESS)).tolist() == [True, True, False, True, False]


def test_primary_looks_at_the_group_where_its_figure_is_public():
    table = counted([20, 20, 20])
    rule = DisclosureRule(group=Group("inhabitants", 10))
    areas = layer("buurt", table.code.tolist(), ["WK", "WK", "WK"], inhabitants=[29, 30, NAN])
    assert primary(table, rule, layer=areas).tolist() == [True, False, False]
    assert primary(table, DisclosureRule(), layer=areas).tolist() == [False] * 3
    assert primary(table, rule, layer=layer("buurt", table.code.tolist(), ["WK"] * 3)).tolist() == [False] * 3


@pytest.mark.parametrize("rule", [{"dominance": (1, 90.0)}, {"p_percent": 10.0}, {"pq": (10.0, 50.0)}])
def test_a_rule_on_holdings_is_never_skipped(rule):
    with pytest.raises(UnprotectedError, match="labs, 2021, buurt"):
        primary(counted([20]), DisclosureRule(**rule))


def test_rules_know_how_many_holdings_they_look_at():
    assert DisclosureRule().holdings == 0
    assert DisclosureRule(p_percent=10.0).holdings == 2
    assert DisclosureRule(pq=(10.0, 50.0), dominance=(1, 90.0)).holdings == 2
    assert DisclosureRule(dominance=(3, 85.0), p_percent=10.0).holdings == 3


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"margin": -1}, "margin"),
        ({"dominance": (0, 90.0)}, "dominance"),
        ({"dominance": (2, 100.0)}, "dominance"),
        ({"dominance": (2, 0.0)}, "dominance"),
        ({"p_percent": 0.0}, "p%"),
        ({"p_percent": 101.0}, "p%"),
        ({"pq": (50.0, 50.0)}, "pq"),
        ({"pq": (10.0, 101.0)}, "pq"),
        ({"pq": (0.0, 50.0)}, "pq"),
    ],
)
def test_a_rule_out_of_its_range_is_refused(entries, message):
    with pytest.raises(ConfigError, match=message):
        DisclosureRule(**entries)


def test_a_capacity_and_a_group_say_of_what():
    assert Capacity("addresses").each is None
    with pytest.raises(ConfigError, match="capacity"):
        Capacity("addresses", 0)
    with pytest.raises(ConfigError, match="capacity"):
        Capacity("")
    with pytest.raises(ConfigError, match="group"):
        Group("inhabitants", 0)
    with pytest.raises(ConfigError, match="group"):
        Group("")
