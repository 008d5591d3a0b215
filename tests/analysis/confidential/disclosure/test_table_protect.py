"""Protection of any table: every pattern is enumerated or attacked again, and rules are worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.confidential.disclosure.table_protect import Pattern, protect_table
from analysis.confidential.disclosure.table_rules import primary
from analysis.confidential.disclosure.table_view import costs
from tests.analysis.audit.tables import by_milp, enumerated, fill, layouts, make_table, two_way
from zicht.errors import ConfigError, DisclosureError, InfeasibleError, SchemaError
from zicht.linear_rules import TableRule, rounded
from zicht.linear_tables import UNBOUNDED, LinearTable

KEY = b"0123456789abcdef0123456789abcdef"


def hidden(pattern: Pattern) -> set[int]:
    return set(np.flatnonzero(pattern.hidden).tolist())


def ancestors(table: LinearTable, cell: int) -> set[int]:
    direct = {int(table.total[r]) for r, p in zip(table.relation, table.part, strict=True) if p == cell}
    return direct.union(*(ancestors(table, total) for total in direct))


def reader(table: LinearTable, pattern: Pattern, rule: TableRule) -> tuple[list[int], list[int]]:
    """Return what a reader knows of each count: written apart from both protector and attacker."""
    low, high = [], []
    for value, hide, upper in zip(table.value.tolist(), pattern.hidden, table.upper.tolist(), strict=True):
        base = rule.base or 1
        shown = (value + base // 2) // base * base
        if hide:
            low.append(0 if rule.hide_zeros else 1)
            high.append(upper)
        elif value == 0:
            low.append(0)
            high.append(0)
        else:
            low.append(max(shown - base // 2, rule.threshold))
            high.append(min(shown + (base - 1) // 2, upper))
    return low, high


def demand(table: LinearTable, pattern: Pattern, rule: TableRule, low: list[int], cell: int) -> int:
    around = [low[total] for total in ancestors(table, cell) if not pattern.hidden[total]]
    return min([rule.threshold + rule.margin, int(table.upper[cell]), *around])


@st.composite
def counts(draw: st.DrawFn, *, largest: int) -> LinearTable:
    relations, n = draw(layouts())
    free = n - len({total for total, _ in relations})
    return make_table(
        relations, fill(relations, n, draw(st.lists(st.integers(0, largest), min_size=free, max_size=free)))
    )


RULES = st.builds(
    TableRule,
    threshold=st.integers(3, 10),
    margin=st.integers(0, 2),
    base=st.sampled_from([None, 2, 3]),
    hide_zeros=st.booleans(),
)


@settings(max_examples=30)
@given(counts(largest=25), RULES, st.binary(min_size=4, max_size=4))
def test_no_hidden_count_is_bound_below_its_demand(table, rule, key):
    pattern = protect_table(table, rule, key)
    assert np.array_equal(pattern.primary, (table.value < rule.threshold) & ((table.value > 0) | rule.hide_zeros))
    assert not np.any(pattern.primary & ~pattern.hidden)
    assert rule.hide_zeros or np.all(table.value[pattern.hidden] > 0)
    low, high = reader(table, pattern, rule)
    for cell in hidden(pattern):
        # The protector sees real tables; the command raises demands where whole ones bind tighter.
        bound = by_milp(table, low, high, cell, 1, integer=False)
        assert bound >= demand(table, pattern, rule, low, cell) - 1e-5


@settings(max_examples=15)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 2))
def test_patterns_of_small_tables_hold_by_enumeration(inner, margin):
    relations, n = two_way(2, 2)
    table = make_table(relations, fill(relations, n, inner))
    rule = TableRule(threshold=3, margin=margin)
    pattern = protect_table(table, rule, KEY)
    low, high = reader(table, pattern, rule)
    every = np.array(enumerated(table, low, high, most=max(12, int(table.value.max()))))
    for cell in hidden(pattern):
        assert every[:, cell].max() >= demand(table, pattern, rule, low, cell)


@settings(max_examples=20)
@given(counts(largest=25), st.binary(min_size=4, max_size=4))
def test_every_secondary_suppression_is_needed(table, key):
    """Publishing any one of them again breaks the rule for a cell that stays hidden."""
    rule = TableRule(threshold=6)
    pattern = protect_table(table, rule, key)
    for cell in np.flatnonzero(pattern.hidden & ~pattern.primary):
        less = replace(pattern, hidden=pattern.hidden & (np.arange(len(table)) != cell))
        low, high = reader(table, less, rule)
        bounds = {other: by_milp(table, low, high, other, 1, integer=False) for other in hidden(less)}
        assert any(bound < demand(table, less, rule, low, other) - 1e-5 for other, bound in bounds.items())


def test_differencing_hides_the_area_whose_difference_is_one():
    """Grid cells 5 + 4 + 4 + 4 = 17, an area inside them 16 (Duke-Williams & Rees 1998): here at threshold 4."""
    table = make_table([(4, [0, 1, 2, 3]), (4, [5, 6])], [5, 4, 4, 4, 17, 16, 1])
    pattern = protect_table(table, TableRule(threshold=4, margin=0), KEY)
    assert pattern.primary.tolist() == [False] * 6 + [True]
    # The sliver shows by subtraction unless the area, or their sum and one of the grid cells, is hidden.
    low, high = reader(table, pattern, TableRule(threshold=4, margin=0))
    assert by_milp(table, low, high, 6, 1, integer=True) >= 4
    assert hidden(pattern) - {6}


def test_a_zero_protects_nobody():
    """The only other part is a published zero, so the total itself must be hidden."""
    pattern = protect_table(make_table([(2, [0, 1])], [7, 0, 7]), TableRule(), KEY)
    assert hidden(pattern) == {0, 2}
    relations, n = two_way(2, 2)
    table = make_table(relations, fill(relations, n, [5, 0, 0, 50]))
    assert not hidden(protect_table(table, TableRule(), KEY)) & {1, 2}


def test_a_lone_small_cell_hides_another_and_two_that_cover_each_other_do_not():
    assert len(hidden(protect_table(make_table([(3, [0, 1, 2])], [4, 40, 50, 94]), TableRule(), KEY))) == 2
    assert hidden(protect_table(make_table([(3, [0, 1, 2])], [8, 9, 50, 67]), TableRule(), KEY)) == {0, 1}


def test_a_sum_of_hidden_cells_may_not_be_small_either():
    """Total 23 = 15 + 5 + 3 at threshold 11: publishing 15 gives 8 (UserSupport #307)."""
    table = make_table([(3, [0, 1, 2])], [15, 5, 3, 23])
    pattern = protect_table(table, TableRule(threshold=11, margin=0), KEY)
    assert hidden(pattern) > {1, 2}


def test_the_margin_asks_for_more():
    """Two fives in a published ten and a four: t + m decides whether the next cell stays."""
    table = make_table([(3, [0, 1, 2])], [6, 5, 40, 51])
    assert hidden(protect_table(table, TableRule(margin=0), KEY)) == {0, 1}
    assert len(hidden(protect_table(table, TableRule(margin=2), KEY))) == 3


def test_public_capacity_lowers_the_demand():
    table = make_table([(3, [0, 1, 2])], [6, 5, 40, 51], upper=[8, 8, UNBOUNDED, UNBOUNDED])
    assert hidden(protect_table(table, TableRule(), KEY)) == {0, 1}


def test_a_cell_hidden_for_another_must_be_safe_itself():
    """A capacity of 5 asks little for the 1; but a 10 hidden beside it could be no more than 10, below 10 + 2."""
    table = make_table([(3, [0, 1, 2])], [1, 10, 11, 22], upper=[5, UNBOUNDED, UNBOUNDED, UNBOUNDED])
    for key in range(4):
        assert len(hidden(protect_table(table, TableRule(), bytes([key]) * 32))) == 3


def test_a_table_that_no_pattern_protects_names_its_cells():
    table = make_table([(2, [0, 1])], [3, 5, 8], lower=[0, 0, 8], upper=[UNBOUNDED, UNBOUNDED, 8])
    with pytest.raises(InfeasibleError, match=r"'c0', 'c1'") as raised:
        protect_table(table, TableRule(), KEY)
    assert not {"3", "5", "8"} & set(str(raised.value).replace("c0", "").replace("c1", ""))


def test_the_key_decides_among_equals_and_repeats_itself():
    relations, n = two_way(4, 4)
    table = make_table(relations, fill(relations, n, [3] + [20] * 15))
    patterns = {key: protect_table(table, TableRule(), bytes([key]) * 32).hidden.tobytes() for key in range(8)}
    assert len(set(patterns.values())) > 1
    assert protect_table(table, TableRule(), bytes([3]) * 32).hidden.tobytes() == patterns[3]


def amounts(value: list[int], n: list[int], max1: list[int], max2: list[int]) -> LinearTable:
    relations = [(len(value) - 1, list(range(len(value) - 1)))]
    columns = {"n": np.array(n), "max1": np.array(max1), "max2": np.array(max2)}
    return make_table(relations, value, contributors=columns)


def test_p_percent_by_hand():
    """Contributions 70, 20 and 5: the rest of 5 is less than 10% of 70, by 2; with a rest of 7 it is not."""
    table = amounts([95, 97, 192], [3, 3, 6], [70, 70, 70], [20, 20, 70])
    found = primary(table, TableRule(threshold=1, p_percent=10))
    assert found.unsafe.tolist() == [True, False, False]
    assert found.level.tolist() == [2, 0, 0]


def test_dominance_by_hand():
    """90 of 96 is more than 90%: 100/90 * 90 - 96 = 4; 90 of 100 is exactly 90% and safe."""
    table = amounts([96, 100, 196], [3, 3, 6], [70, 70, 70], [20, 20, 70])
    found = primary(table, TableRule(threshold=1, dominance=(2, 90)))
    assert (found.unsafe.tolist(), found.level.tolist()) == ([True, False, False], [4, 0, 0])
    found = primary(table, TableRule(threshold=1, dominance=(1, 70)))
    assert (found.unsafe.tolist(), found.level.tolist()) == ([True, False, False], [4, 0, 0])


def test_too_few_contributors_ask_for_the_safety_range():
    table = amounts([96, 100, 196], [2, 3, 5], [70, 70, 70], [26, 20, 70])
    found = primary(table, TableRule(threshold=3, safety_range=25))
    assert found.level.tolist() == [24, 0, 0]


def amount_bounds(table: LinearTable, pattern: Pattern, cell: int, known: dict[int, int]) -> tuple[float, float]:
    low = np.where(pattern.hidden, table.lower, table.value)
    high = np.where(pattern.hidden, table.upper, table.value)
    for other, value in known.items():
        low[other] = high[other] = value
    bounds = [by_milp(table, low.tolist(), high.tolist(), cell, sign, integer=False) for sign in (1, -1)]
    return -bounds[1], bounds[0]


@settings(max_examples=20)
@given(st.data())
def test_unsafe_amounts_keep_their_distance_also_from_a_lone_contributor(data):
    relations, n = two_way(data.draw(st.integers(2, 3)), 3)
    inner = n - len({total for total, _ in relations})
    contributions = [data.draw(st.lists(st.integers(1, 60), min_size=0, max_size=4)) for _ in range(inner)]
    pools = dict(enumerate(contributions))
    while len(pools) < n:
        for total, parts in relations:
            if total not in pools and all(part in pools for part in parts):
                pools[total] = [x for part in parts for x in pools[part]]
    ordered = [[*sorted(pools[at], reverse=True), 0, 0] for at in range(n)]
    table = make_table(
        relations,
        [sum(pools[at]) for at in range(n)],
        contributors={
            "n": np.array([len(pools[at]) for at in range(n)]),
            "max1": np.array([c[0] for c in ordered]),
            "max2": np.array([c[1] for c in ordered]),
        },
    )
    rule = TableRule(threshold=2, p_percent=15, dominance=(2, 85))
    try:
        pattern = protect_table(table, rule, KEY)
    except InfeasibleError:
        assert np.any(primary(table, rule).unsafe)
        return
    lone = [c for c in hidden(pattern) if len(pools[c]) == 1]
    for cell in np.flatnonzero(pattern.primary).tolist():
        near = {c for t, parts in relations if cell in (t, *parts) for c in (t, *parts)} - ancestors(table, cell)
        # Nor is the lone contributor of the cell, by way of one of its parts, an insider.
        near -= {c for c in near if len(pools[cell]) == 1 and cell in ancestors(table, c)}
        for known in ({}, *({c: int(table.value[c])} for c in lone if c in near and c != cell)):
            low, high = amount_bounds(table, pattern, cell, known)
            assert high >= table.value[cell] + pattern.level[cell] - 1e-5
            assert low <= max(0, table.value[cell] - pattern.level[cell]) + 1e-5


def test_a_lone_contributor_beside_an_unsafe_cell_calls_for_a_third():
    """Two hidden cells are enough for outsiders; the only contributor of one would learn the other."""
    table = amounts([100, 200, 300, 600], [1, 1, 9, 11], [100, 200, 90, 200], [0, 0, 80, 100])
    assert len(hidden(protect_table(table, TableRule(threshold=2), KEY))) == 3
    table = amounts([100, 200, 300, 600], [1, 9, 9, 19], [100, 50, 90, 100], [0, 40, 80, 90])
    assert len(hidden(protect_table(table, TableRule(threshold=2), KEY))) == 2


@pytest.mark.parametrize(
    ("columns", "rule", "words"),
    [
        ({}, TableRule(p_percent=10), "max1"),
        ({}, TableRule(integer=False), "contributors"),
        ({"n": [3, 3, 6]}, TableRule(dominance=(2, 90)), "max1, max2"),
        ({"max1": [3, 3, 6]}, TableRule(), "No rule"),
        ({"n": [3, 3, 6]}, TableRule(hide_zeros=True), "counts only"),
    ],
)
def test_a_rule_without_its_columns_is_refused(columns, rule, words):
    table = make_table(
        [(2, [0, 1])], [20, 30, 50], contributors={name: np.array(column) for name, column in columns.items()}
    )
    with pytest.raises(ConfigError, match=words):
        protect_table(table, rule, KEY)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"n": [3, -1, 6]}, "blank.*c1"),
        ({"n": [3, 0, 6]}, "no contributor.*c1"),
        ({"n": [3, 3, 6], "max1": [10, 31, 31], "max2": [1, 1, 1]}, "exceed.*c1"),
        ({"n": [3, 3, 6], "max1": [10, 10, 10], "max2": [1, 11, 1]}, "exceed.*c1"),
    ],
)
def test_contributors_that_contradict_the_value_are_refused(columns, words):
    table = make_table([(2, [0, 1])], [20, 30, 50], contributors={k: np.array(v) for k, v in columns.items()})
    with pytest.raises(SchemaError, match=words):
        protect_table(table, TableRule(p_percent=10 if "max1" in columns else None), KEY)


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"dominance": (3, 90)}, "1 or 2"),
        ({"dominance": (1, 100)}, "between"),
        ({"p_percent": 0}, "above 0"),
        ({"base": 11}, "at most the threshold"),
        ({"threshold": 0}, "at least 1"),
        ({"margin": -1}, "at least 0"),
    ],
)
def test_settings_outside_their_range_are_refused(settings_, words):
    with pytest.raises(ConfigError, match=words):
        TableRule(**settings_)


def test_values_must_add_up_and_be_there():
    with pytest.raises(DisclosureError, match="do not add up"):
        protect_table(make_table([(2, [0, 1])], [20, 30, 51]), TableRule(), KEY)
    with pytest.raises(SchemaError, match=r"blank.*'c1'"):
        protect_table(make_table([(2, [0, 1])], [20, None, 51]), TableRule(), KEY)


def test_rounding_goes_half_up_and_keeps_decimals():
    assert rounded(np.array([0, 2, 3, 12, 13]), 5).tolist() == [0, 0, 5, 10, 15]
    assert rounded(np.array([5, 15]), 10).tolist() == [10, 20]
    assert rounded(np.array([249, 250]), 5, 2).tolist() == [0, 500]


def test_costs_follow_value_name_and_key():
    table = make_table([(2, [0, 1])], [20, 20, 40])
    drawn = costs(table, KEY)
    assert np.all((drawn >= table.value / 2) & (drawn < table.value * 1.5))
    assert len(set(drawn.tolist())) == 3
    assert not np.array_equal(drawn, costs(table, b"x" * 32))
