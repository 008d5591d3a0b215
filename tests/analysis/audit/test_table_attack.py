"""The attack on any table against enumeration, scipy's MILP and published answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.audit.table_attack import attack, known_intervals
from tests.analysis.audit.tables import by_milp, enumerated, fill, make_table, tables, three_way, two_way
from zicht.errors import DisclosureError, SchemaError
from zicht.linear_tables import UNBOUNDED, LinearTable


def intervals(table: LinearTable, *, base: int | None = None, integer: bool = True) -> dict[int, tuple[float, float]]:
    low, high = known_intervals(table, base=base, integer=integer)
    found = attack(table, low, high, integer=integer)
    top = np.where(found.high >= UNBOUNDED, np.inf, found.high)
    return {int(cell): (float(a), float(b)) for cell, a, b in zip(found.cells, found.low, top, strict=True)}


def test_the_two_by_two_audit_of_the_tau_argus_manual():
    """Manual 4.1, section 2.15: row totals 7 and 3, column totals 6 and 4 put X11 in [3, 6]."""
    relations, _ = two_way(2, 2)
    assert intervals(make_table(relations, [None] * 4 + [7, 3, 6, 4, 10]))[0] == (3, 6)


def test_the_investment_table_of_fischetti_and_salazar():
    """Management Science 47 (2001), figure 1: four suppressed cells leave II-C between 5 and 30."""
    relations, n = two_way(3, 3)
    truth = fill(relations, n, [20, 50, 10, 8, 19, 22, 17, 32, 12])
    value = [None if at in (3, 5, 6, 8) else v for at, v in enumerate(truth)]
    assert intervals(make_table(relations, value)) == {3: (0, 25), 5: (5, 30), 6: (0, 25), 8: (4, 29)}


@pytest.mark.parametrize(
    ("base", "integer", "value", "expected"),
    [
        (5, True, 0, (0, 2)),
        (5, True, 15, (13, 17)),
        (10, True, 10, (5, 14)),
        (1, True, 7, (7, 7)),
        (5, False, 0, (0, 2)),
    ],
)
def test_what_a_rounded_value_stands_for(base, integer, value, expected):
    low, high = known_intervals(make_table([(1, [0])], [value, None]), base=base, integer=integer)
    assert (low[0], high[0]) == expected
    assert (low[1], high[1]) == (0, UNBOUNDED)


def test_a_rounded_amount_lies_half_a_base_to_either_side():
    table = make_table([(1, [0])], [1000, None], decimals=2)
    low, high = known_intervals(table, base=5, integer=False)
    assert (low[0], high[0]) == (750, 1250)


def test_a_sum_of_rounded_cells():
    table = make_table([(2, [0, 1])], [15, None, 40])
    assert intervals(table, base=5) == {1: (38 - 17, 42 - 13)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.booleans())
def test_bounds_equal_those_of_mixed_integer_programs(drawn, integer):
    table, truth = drawn
    low, high = known_intervals(table, base=None, integer=integer)
    for cell, (least, most) in intervals(table, integer=integer).items():
        assert least <= truth[cell] <= most
        assert most == pytest.approx(by_milp(table, low, high, cell, 1, integer=integer), abs=1e-6)
        assert least == pytest.approx(-by_milp(table, low, high, cell, -1, integer=integer), abs=1e-6)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(tables(largest=30), st.sampled_from([2, 3, 5, 10]))
def test_bounds_of_rounded_tables_equal_those_of_mixed_integer_programs(drawn, base):
    table, truth = drawn
    rounded = np.array([(v + base // 2) // base * base for v in truth])
    shown = make_table(
        [(int(t), table.part[table.relation == at].tolist()) for at, t in enumerate(table.total)],
        [int(v) if known else None for v, known in zip(rounded, table.known, strict=True)],
    )
    low, high = known_intervals(shown, base=base, integer=True)
    assert np.all((low <= truth) & (truth <= high))
    for cell, (least, most) in intervals(shown, base=base).items():
        assert most == pytest.approx(by_milp(shown, low, high, cell, 1, integer=True), abs=1e-6)
        assert least == pytest.approx(-by_milp(shown, low, high, cell, -1, integer=True), abs=1e-6)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=8, max_size=8), st.sets(st.integers(0, 19), min_size=3))
def test_bounds_of_small_three_way_tables_equal_enumeration(inner, hidden):
    relations, n = three_way(2, 2, 2)
    truth = fill(relations, n, inner)
    table = make_table(relations, [None if at in hidden else v for at, v in enumerate(truth)], upper=[4] * 8 + [8] * 12)
    low, high = known_intervals(table, base=None, integer=True)
    every = np.array(enumerated(table, low, high, most=8))
    for cell, (least, most) in intervals(table).items():
        assert (least, most) == (every[:, cell].min(), every[:, cell].max())


def half_integral() -> LinearTable:
    """Return three sums of two, each odd: with x, y, z at most 1, real tables are halves and none is whole."""
    relations = [(3, [0, 1]), (4, [1, 2]), (5, [0, 2])]
    return make_table(relations, [None, None, None, 1, 1, 1])


def test_whole_numbers_can_say_more_than_real_ones():
    assert intervals(half_integral(), integer=False) == {0: (0.5, 0.5), 1: (0.5, 0.5), 2: (0.5, 0.5)}
    with pytest.raises(DisclosureError, match="contradict"):
        intervals(half_integral())


def test_rounding_a_linear_bound_is_not_enough():
    """Of three cells, any two at most 1: the sum is at most 3/2, whole at most 1; two such triples reach 3 and 2."""
    triangles = [(6 + at, pair) for at, pair in enumerate([[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5]])]
    table = make_table([*triangles, (12, list(range(6)))], [None] * 13, upper=[9] * 6 + [1] * 6 + [9])
    low, high = known_intervals(table, base=None, integer=True)
    whole = attack(table, low, high, integer=True)
    assert whole.integer_programs > 0
    assert (whole.low[12], whole.high[12]) == (0, 2)
    assert attack(table, low, high, integer=False).high[12] == pytest.approx(3)


def test_a_three_way_table_is_no_network_and_a_two_way_one_is():
    relations, n = three_way(2, 2, 3)
    truth = fill(relations, n, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    table = make_table(relations, [None if at < 12 else v for at, v in enumerate(truth)])
    found = attack(table, *known_intervals(table, base=None, integer=True), integer=True)
    assert (found.by_flow, found.by_programs) == (0, 12)
    relations, n = two_way(3, 4)
    truth = fill(relations, n, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    table = make_table(relations, [None if at < 15 else v for at, v in enumerate(truth)])
    found = attack(table, *known_intervals(table, base=None, integer=True), integer=True)
    assert (found.by_flow, found.by_programs, found.programs) == (15, 0, 0)


def test_a_hidden_grand_total_of_a_two_way_table_is_still_a_network():
    relations, n = two_way(3, 3)
    truth = fill(relations, n, [3, 1, 4, 1, 5, 9, 2, 6, 5])
    table = make_table(relations, [None if at not in (0, 4) else v for at, v in enumerate(truth)], upper=[20] * n)
    found = attack(table, *known_intervals(table, base=None, integer=True), integer=True)
    assert found.by_flow == len(found.cells) == n - 2


def test_nothing_bounds_a_cell_whose_total_is_hidden_as_well():
    assert intervals(make_table([(2, [0, 1])], [3, None, None])) == {1: (0, np.inf), 2: (3, np.inf)}


def test_negative_bounds_given_beforehand_are_kept():
    table = make_table([(2, [0, 1])], [None, None, 5], lower=[-3, 0, 0])
    assert intervals(table) == {0: (-3, 5), 1: (0, 8)}


def test_values_that_do_not_add_up_are_named_without_their_values():
    with pytest.raises(DisclosureError, match=r"r0.*do not add up") as raised:
        intervals(make_table([(2, [0, 1])], [417, 417, 835]))
    assert "--round" in str(raised.value)
    assert "417" not in str(raised.value)


def test_an_exact_value_outside_its_bounds_is_refused():
    with pytest.raises(SchemaError, match=r"outside its bounds.*c0"):
        intervals(make_table([(2, [0, 1])], [4, 4, 8], upper=[3, 9, 9]))


def test_a_contradiction_within_one_relation_names_it():
    with pytest.raises(DisclosureError, match="'r0'"):
        intervals(make_table([(2, [0, 1])], [None, 9, 8]))


def test_a_contradiction_between_relations_of_a_network_names_relations():
    relations, _ = two_way(2, 2)
    # Each relation by itself can hold; the row totals add up to 10, the column totals to 11.
    table = make_table([*relations[:4]], [None] * 4 + [7, 3, 6, 5], lower=[0] * 8)
    with pytest.raises(DisclosureError, match=r"relation 'r\d'.*contradict"):
        intervals(table)


def test_a_contradiction_that_no_network_shows_names_relations():
    relations, n = three_way(2, 2, 2)
    truth = fill(relations, n, [1, 2, 3, 4, 5, 6, 7, 8])
    value = [None if at < 8 else v for at, v in enumerate(truth)]
    value[8] = value[8] + 1 if value[8] is not None else None
    with pytest.raises(DisclosureError, match=r"relation 'r\d.*contradict"):
        intervals(make_table(relations, value))


def test_rounded_values_that_cannot_lie_within_bounds_are_named():
    with pytest.raises(DisclosureError, match="'c0'"):
        intervals(make_table([(2, [0, 1])], [20, 5, None], upper=[10, 9, 99]), base=5)
