"""Tables that are networks: recognised, protected by the search, and held against program and enumeration."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.confidential.disclosure import table_protect
from analysis.confidential.disclosure.table_flow import hidden_by_flow, orientation
from analysis.confidential.disclosure.table_protect import protect_table
from analysis.confidential.disclosure.table_rules import primary
from analysis.confidential.disclosure.table_view import costs, published_view
from tests.analysis.audit.tables import by_milp, fill, layouts, make_table, three_way, two_way
from tests.analysis.confidential.disclosure.test_table_protect import KEY, RULES, demand, hidden, reader
from zicht.linear_rules import TableRule
from zicht.linear_tables import UNBOUNDED, LinearTable


def by_flow(table: LinearTable, rule: TableRule) -> np.ndarray | None:
    unsafe = primary(table, rule).unsafe
    return hidden_by_flow(table, published_view(table, rule), unsafe, costs(table, KEY), goal=rule.goal)


def is_network(relations: list[tuple[int, list[int]]], cells: int) -> bool:
    """Try every way to turn the relations: each cell may enter one at most and leave one at most."""
    matrix = np.zeros((len(relations), cells))
    for row, (total, parts) in enumerate(relations):
        matrix[row, total] = 1
        matrix[row, parts] = -1
    for turns in range(2 ** len(relations)):
        signs = np.array([1 - 2 * (turns >> row & 1) for row in range(len(relations))])
        turned = matrix * signs[:, None]
        if (np.sum(turned > 0, axis=0) <= 1).all() and (np.sum(turned < 0, axis=0) <= 1).all():
            return True
    return False


@settings(max_examples=60)
@given(layouts())
def test_a_table_is_a_network_where_some_way_to_turn_its_relations_makes_it_one(layout):
    relations, cells = layout
    if len(relations) > 10:
        return
    table = make_table(relations, [0] * cells)
    ends = orientation(table)
    assert (ends is not None) == is_network(relations, cells)
    if ends is None:
        return
    # Whatever adds up is a circulation.
    free = cells - len({total for total, _ in relations})
    value = np.array(fill(relations, cells, np.random.default_rng(cells).integers(0, 50, free).tolist()))
    sums = np.zeros(len(relations) + 1, dtype=np.int64)
    np.add.at(sums, ends[1], value)
    np.subtract.at(sums, ends[0], value)
    assert not sums.any()


def test_two_ways_are_a_network_and_three_are_none():
    assert orientation(make_table(two_way(3, 4)[0], [0] * two_way(3, 4)[1])) is not None
    assert orientation(make_table(three_way(2, 2, 2)[0], [0] * three_way(2, 2, 2)[1])) is None


def test_relations_that_cannot_be_turned_are_no_network():
    # Each two of three relations share a part, and an odd circle cannot be turned by turns.
    relations = [(3, [0, 1]), (4, [1, 2]), (5, [0, 2])]
    assert orientation(make_table(relations, [1, 2, 3, 3, 5, 4])) is None


@settings(max_examples=40)
@given(st.data(), RULES)
def test_the_search_keeps_the_rule(data, rule):
    relations, cells = data.draw(layouts())
    free = cells - len({total for total, _ in relations})
    numbers = st.one_of(st.integers(0, 25), st.integers(8, 60))
    table = make_table(relations, fill(relations, cells, data.draw(st.lists(numbers, min_size=free, max_size=free))))
    found = by_flow(table, rule)
    if found is None:
        return
    assert not np.any(primary(table, rule).unsafe & ~found)
    assert rule.hide_zeros or not np.any(found & (table.value == 0))
    with mock.patch.object(table_protect, "MOST_BY_PROGRAM", -1):
        pattern = protect_table(table, rule, KEY)
    assert np.array_equal(pattern.hidden, found)
    low, high = reader(table, pattern, rule)
    for cell in hidden(pattern):
        bound = by_milp(table, low, high, cell, 1, integer=True)
        # Where zeros are hidden as well, one that is known to be zero is no secret.
        assert bound == 0 or bound >= demand(table, pattern, rule, low, cell)


@pytest.mark.parametrize("hide_zeros", [False, True])
def test_the_search_hides_about_as_little_as_the_program(hide_zeros):
    # Of one small table it may hide half as much again; of many together, no more than a third as much again.
    rule, rng, fast, slow = TableRule(threshold=4, hide_zeros=hide_zeros), np.random.default_rng(5), 0, 0
    for _ in range(40):
        (relations, cells), free = two_way(3, 4), 12
        table = make_table(relations, fill(relations, cells, rng.integers(0, 30, free).tolist()))
        found = by_flow(table, rule)
        fast += int(found.sum()) if found is not None else 0
        slow += int(protect_table(table, rule, KEY).hidden.sum()) if found is not None else 0
    assert slow > 100
    assert fast <= slow * 4 / 3


def test_a_zero_protects_nobody():
    # A five can be more where two others are less and the zero is more: but everybody sees that the zero is one.
    relations, cells = two_way(2, 2)
    table = make_table(relations, fill(relations, cells, [5, 20, 20, 0]))
    found = by_flow(table, TableRule())
    assert found[0]
    assert not found[3]


def test_a_small_total_that_is_shown_asks_for_no_more_than_itself():
    table = make_table([(2, [0, 1])], [5, 6, 11])
    assert np.flatnonzero(by_flow(table, TableRule(hide_zeros=True))).tolist() == [0, 1]
    # With zeros shown neither is more than ten, which is less than the eleven that everybody sees.
    assert by_flow(table, TableRule()).all()


@pytest.mark.parametrize("largest", [2**39, 2**50])
def test_numbers_too_large_for_the_search_go_to_the_program(largest):
    table = make_table([(2, [0, 1])], [4, largest, largest + 4])
    assert by_flow(table, TableRule()) is None
    assert hidden(protect_table(table, TableRule(), KEY)) == {0, 1}


def test_what_the_search_cannot_protect_goes_to_the_program():
    table = make_table([(2, [0, 1])], [3, 5, 8], lower=[0, 0, 8], upper=[UNBOUNDED, UNBOUNDED, 8])
    assert by_flow(table, TableRule()) is None


def test_a_table_of_thousands_of_cells_needs_no_program():
    rows, columns = 60, 50
    relations, cells = two_way(rows, columns)
    inner = np.random.default_rng(5).negative_binomial(0.7, 0.7 / 20.7, rows * columns).tolist()
    table = make_table(relations, fill(relations, cells, inner))
    with mock.patch.object(table_protect.Program, "reach", side_effect=AssertionError):
        pattern = protect_table(table, TableRule(base=5), KEY)
    assert 900 < np.count_nonzero(pattern.primary) <= np.count_nonzero(pattern.hidden)
