"""A total and its parts are protected together: no reader of all of them learns that something hidden is small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from analysis.confidential.disclosure import breakdown_search
from analysis.confidential.disclosure.breakdown_program import Rows, cheapest, spread
from analysis.confidential.indicators import DisclosureRule, ZeroPolicy
from tests.support.breakdown import TOTAL, YEAR, YEARS, Oracle, World, every_table, members, world
from tests.support.publishing import Land, publish
from zicht.errors import AlignmentError, InfeasibleError
from zicht.published import Status

RULE = DisclosureRule(threshold=3, rounding=1, margin=1, zeros=ZeroPolicy.SUPPRESS)


def protected(own: World):
    return publish(own.land, own.truth, own.indicators, YEARS)


def two_branches(counts_a, counts_b, *, rule: DisclosureRule = RULE) -> World:
    """Two gemeenten of two wijken, one atom each."""
    land = Land({"gemeente": [0, 0], "wijk": [0, 0, 1, 1]}, [("wijk", at, "country", 0) for at in range(4)])
    truth = {("a", YEAR): counts_a, ("b", YEAR): counts_b, (TOTAL, YEAR): list(np.add(counts_a, counts_b))}
    levels = ("gemeente", "wijk")
    return World(land, truth, members(["a", "b"], rule, levels=levels, total=levels))


def hidden(columns, indicator: str, level: str) -> list[bool]:
    (column,) = (one for one in columns if one.key.indicator == indicator and one.key.level == level)
    return [status == Status.SUPPRESSED for status in column.status]


def test_a_total_that_would_tell_its_smallest_part_is_hidden():
    # a hides 2 and 9, b shows 8 and 7: with 10 and 16 in the total, both of a would be known.
    own = two_branches([2, 9, 30, 30], [8, 7, 30, 30])
    columns = protected(own)
    assert hidden(columns, "a", "wijk")[0]
    assert hidden(columns, TOTAL, "wijk")[0] or hidden(columns, "b", "wijk")[0]
    assert not Oracle(own, columns).broken()


def test_the_total_is_asked_after_as_well():
    # a shows its zero, so the total of the first wijk is what b has there: 4 at most, of the 4 or 5 in its gemeente.
    # That is enough for b, whose gemeente is known to be 4 at least, and too little for the total, which must reach 5.
    rule = DisclosureRule(threshold=4, rounding=4, margin=1, zeros=ZeroPolicy.PUBLISH)
    own = two_branches([0, 8, 30, 30], [1, 3, 30, 30], rule=rule)
    columns = protected(own)
    assert hidden(columns, TOTAL, "wijk")[0]
    assert not Oracle(own, columns).broken()


def test_without_the_link_the_same_counts_give_the_part_away():
    own = two_branches([2, 9, 30, 30], [8, 7, 30, 30])
    alone = [
        column
        for one in own.indicators
        for column in publish(own.land, own.truth, [one if not one.sum_of else _alone(one)], YEARS)
    ]
    assert ("a", "wijk", 0) in Oracle(own, alone).broken()


def _alone(one):
    return replace(one, sum_of=())


@given(seed=st.integers(0, 10**6))
@settings(max_examples=6, deadline=None)
def test_no_reader_of_random_worlds_breaks_the_rule(seed):
    own = world(np.random.default_rng(seed))
    assert not Oracle(own, protected(own)).broken()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=4, deadline=None)
def test_windows_that_hold_a_single_atom_first_are_as_safe(seed):
    own = world(np.random.default_rng(seed), parts=2, atoms=6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(breakdown_search, "SMALL", 1)
        patch.setattr(breakdown_search, "LARGE", 3)
        patch.setattr(breakdown_search, "BLOCK", 3)
        assert not Oracle(own, protected(own)).broken()


@pytest.mark.parametrize("seed", range(6))
def test_the_oracle_agrees_with_all_tables_there_are(seed):
    rng = np.random.default_rng(seed)
    land = Land({"gemeente": [0, 0]}, [("gemeente", 0, "country", 0), ("gemeente", 1, "country", 0)])
    counts = rng.integers(0, 4, (2, 2))
    truth = {("a", YEAR): counts[0].tolist(), ("b", YEAR): counts[1].tolist(), (TOTAL, YEAR): counts.sum(axis=0)}
    rule = DisclosureRule(threshold=2, rounding=1, margin=0, zeros=ZeroPolicy.SUPPRESS)
    own = World(land, truth, members(["a", "b"], rule, levels=("gemeente",), total=("gemeente",)))
    oracle = Oracle(own, protected(own))
    tables = np.array(list(every_table(oracle, 9)))
    for name, inside in oracle.targets():
        bound = oracle.extreme(inside)
        assert tables[:, inside].sum(axis=1).max() == min(bound, 9 * len(inside)) or bound > 9
        most = tables[:, inside].sum(axis=1).max()
        assert most == 0 or most >= min(oracle.requirement(name, inside), 9)


def test_the_same_key_gives_the_same_pattern_and_another_key_another_one():
    own = world(np.random.default_rng(5), parts=4, atoms=9)
    shown = [[column.status.tolist() for column in protected(own)] for _ in range(2)]
    assert shown[0] == shown[1]
    patterns = {
        str([column.status.tolist() for column in publish(land, own.truth, own.indicators, YEARS)])
        for land in (
            Land(own.land.levels, own.land.atoms, key=f"another key of thirty-two letters {at}") for at in range(5)
        )
    }
    assert len(patterns) > 1


def test_a_total_that_is_not_the_sum_of_its_parts_is_refused():
    own = two_branches([2, 9, 30, 30], [8, 7, 30, 30])
    wrong = World(own.land, {**own.truth, (TOTAL, YEAR): [10, 16, 60, 61]}, own.indicators)
    with pytest.raises(AlignmentError, match="not the sum of its parts"):
        protected(wrong)


def test_where_nothing_can_be_hidden_the_error_names_the_cell(monkeypatch):
    # Programs that find no table, but for the one that asks whether the number can be above 0 at all.
    def table(*asked, **_):
        return True if asked[4] == 1 else None

    monkeypatch.setattr(breakdown_search.Search, "_table", table)
    own = two_branches([2, 9, 30, 30], [8, 7, 30, 30])
    with pytest.raises(
        InfeasibleError, match=r": a in (Wk\d{4}|Ge\d{4}|a piece of a finest area) stays too close"
    ) as caught:
        protected(own)
    assert TOTAL in str(caught.value)


def one_row(low: int, high: int, *, fall: int = 0, rise: int = 0) -> Rows:
    whole = [np.array([value]) for value in (0, -1, low, high, fall, rise)]
    return Rows(*whole, np.array([1.0]))


def test_a_program_moves_a_published_sum_only_where_it_must():
    inside, limit = csr_array(np.ones((1, 2), dtype=np.int64)), np.full((2, 2), 50)
    part = (0, np.array([0]))
    stays = cheapest(one_row(10, 12, fall=10, rise=30), inside, limit, asked=part, goal=12, sign=1)
    assert stays is not None
    assert not stays.moved.any()
    assert stays.table[0, 0] >= 12
    moves = cheapest(one_row(10, 12, fall=10, rise=30), inside, limit, asked=part, goal=13, sign=1)
    assert moves.moved.all()
    assert cheapest(one_row(10, 12), inside, limit, asked=part, goal=13, sign=1) is None
    least = cheapest(one_row(10, 12, fall=10), inside, limit, asked=(-1, np.array([0, 1])), goal=9, sign=-1)
    assert least.moved.all()


def test_many_atoms_are_made_large_at_once():
    inside = csr_array(np.ones((1, 3), dtype=np.int64))
    table = spread(one_row(8, 8), inside, np.full((1, 3), 4), np.array([[1.0, 2.0, 3.0]]))
    assert table.tolist() == [[0, 4, 4]]


def molendam() -> World:
    """The gemeente of docs/explanation/sums.md."""
    land = Land({"gemeente": [0], "wijk": [0, 0]}, [("wijk", 0, "country", 0), ("wijk", 1, "country", 0)])
    counts = {"hairdressers": [4, 31], "cafes": [26, 19], TOTAL: [30, 50]}
    rule = DisclosureRule(threshold=10, rounding=1, zeros=ZeroPolicy.SUPPRESS)
    levels = ("gemeente", "wijk")
    found = members(["hairdressers", "cafes"], rule, levels=levels, total=levels)
    return World(land, {(name, YEAR): count for name, count in counts.items()}, found)


def test_the_worked_example_of_the_docs():
    own = molendam()
    alone = [column for one in own.indicators for column in publish(own.land, own.truth, [_alone(one)], YEARS)]
    patterns = {(c.key.indicator, c.key.level): hidden([c], c.key.indicator, c.key.level) for c in alone}
    assert patterns["hairdressers", "wijk"] == [True, True]
    assert sum(map(sum, patterns.values())) == 2
    reader = Oracle(own, alone)
    (noord,) = [inside for name, inside in reader.targets() if name == ("hairdressers", "wijk", 0)]
    assert reader.extreme(noord) == reader.extreme(noord, sign=-1) == 4

    columns = protected(own)
    more = [hidden(columns, name, "wijk") for name in ("cafes", TOTAL)]
    assert [True, True] in more
    reader = Oracle(own, columns)
    assert not reader.broken()
    assert (reader.extreme(noord, sign=-1), reader.extreme(noord)) == (0, 35)
