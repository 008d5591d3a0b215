"""Worked facts of disclosure by differencing, and every clause of the safety rule at its boundary."""

from __future__ import annotations

import pytest

from analysis.audit.errors import ContradictionError
from analysis.audit.report import audit
from tests.analysis.audit.support import Small

ATOM = "atom"


def seen(small, tmp_path, **options):
    report = audit(small.open(tmp_path / "release"), full=True, intervals=True, **options)
    found = {}
    for system in report.systems:
        for interval in system.intervals:
            name = interval.name
            found[name.kind, name.level, name.code, name.hexagon] = interval
    return report, found


def between(found, kind, level, fid, hex_fid=None):
    code = f"{level[:1].upper()}{level[-1:]}{fid:04d}"
    interval = found[kind, level, code, "" if hex_fid is None else f"H7{hex_fid:04d}"]
    return interval.low, interval.high


def crossed(rows, columns, **rules):
    """A table of buurten by hexes, with an atom in every crossing, of which the margins are shown."""
    atoms = [("buurt", i, "h3-7", j) for i in range(len(rows)) for j in range(len(columns))]
    shown = {
        ("x", "2021", "country"): [sum(rows)],
        ("x", "2021", "buurt"): rows,
        ("x", "2021", "h3-7"): columns,
    }
    return Small({"buurt": [0] * len(rows), "h3-7": [0] * len(columns)}, atoms, shown, {"x": rules})


def flat(country, cells, **rules):
    """A country of buurten without hexes, each one atom."""
    shown = {("x", "2021", "country"): [country], ("x", "2021", "buurt"): cells}
    atoms = [("buurt", i, "country", 0) for i in range(len(cells))]
    return Small({"buurt": [0] * len(cells)}, atoms, shown, {"x": rules})


def test_the_two_by_two_table_of_the_tau_argus_manual(tmp_path):
    # Section 2.15: rows of 7 and 3, columns of 6 and 4 leave the first cell between 3 and 6.
    _, found = seen(crossed([7, 3], [6, 4], threshold=1, margin=0), tmp_path)
    assert between(found, ATOM, "buurt", 0, 0) == (3, 6)
    assert between(found, ATOM, "buurt", 0, 1) == (1, 4)
    assert between(found, ATOM, "buurt", 1, 0) == (0, 3)
    assert between(found, ATOM, "buurt", 1, 1) == (0, 3)


def test_grid_squares_less_a_neighbourhood_inside_them_disclose_one_person(tmp_path):
    # Duke-Williams and Rees 1998: squares of 5, 4, 4 and 4 hold a neighbourhood of 16, and one person beside it.
    atoms = [*(("buurt", 0, "h3-7", i) for i in range(4)), ("buurt", 1, "h3-7", 3)]
    shown = {
        ("x", "2021", "country"): [17],
        ("x", "2021", "buurt"): [16, None],
        ("x", "2021", "h3-7"): [5, 4, 4, 4],
    }
    rules = {"x": {"threshold": 4, "margin": 0}}
    report, found = seen(Small({"buurt": [0, 0], "h3-7": [0] * 4}, atoms, shown, rules), tmp_path)
    assert between(found, "cell", "buurt", 1) == (1, 1)
    assert not report.holds


def test_two_hidden_cells_whose_sum_is_small_are_found(tmp_path):
    # 23 = 15 + 5 + 3 with threshold 11: publishing 15 tells that the other two are 8 together.
    report, found = seen(flat(23, [15, None, None], threshold=11, margin=0), tmp_path)
    assert between(found, "cell", "buurt", 1) == (1, 7)
    assert report.systems[0].found.violations == 4  # two cells, and the one atom of each
    report, _ = seen(flat(23, [None, None, None], threshold=11, margin=0), tmp_path / "safe")
    assert report.holds


def test_rounding_is_an_interval_from_the_threshold_up(tmp_path):
    # A country of 30 to base 5 is 28 to 32; a buurt of 10 is 10 to 12, not 8 to 12, for no smaller one is shown.
    _, found = seen(flat(30, [10, None], rounding=5), tmp_path)
    assert between(found, "cell", "buurt", 1) == (16, 22)


@pytest.mark.parametrize(("a", "most_of_a", "most_of_b"), [(None, 11, 14), (0, None, 11)])
def test_an_inferred_zero_lets_another_bound_fall(a, most_of_a, most_of_b, tmp_path):
    # Truth A, B, a, b = 22, 22, 0, 8 and H = A + B + a, P = A + b, to base 5. Whoever leaves a alone because it is
    # truly 0 lets b fall to 11 for a reader who knows that they do: so a is held to the rule itself.
    levels = {"gemeente": [0, 0], "buurt": [0, 0, 0, 1], "h3-7": [0, 0]}
    atoms = [("buurt", 0, "h3-7", 0), ("buurt", 1, "h3-7", 1), ("buurt", 2, "h3-7", 1), ("buurt", 3, "h3-7", 0)]
    shown = {("x", "2021", "gemeente"): [45, None], ("x", "2021", "buurt"): [20, 20, a, None]}
    shown["x", "2021", "h3-7"] = [30, None]
    report, found = seen(Small(levels, atoms, shown, {"x": {"rounding": 5, "zeros": "suppress"}}), tmp_path)
    assert between(found, "cell", "buurt", 3) == (6, most_of_b)
    if most_of_a is not None:
        assert between(found, "cell", "buurt", 2) == (0, most_of_a)
        assert not found["cell", "buurt", "Bt0002", ""].holds
    assert found["cell", "buurt", "Bt0003", ""].holds is (most_of_b >= 12)
    assert not report.holds


def test_a_hidden_cell_bounded_by_the_threshold_gives_itself_away(tmp_path):
    report, found = seen(flat(100, [(1, 9), None, None]), tmp_path)
    assert between(found, "cell", "buurt", 0) == (1, 9)
    assert not report.holds
    report, _ = seen(flat(100, [(0, 12), None, None]), tmp_path / "wider")
    assert report.holds


@pytest.mark.parametrize(("rest", "holds"), [(11, False), (12, True)])
def test_a_bound_must_reach_threshold_and_margin(rest, holds, tmp_path):
    report, _ = seen(flat(30 + rest, [30, None], zeros="suppress"), tmp_path)
    assert report.holds is holds


@pytest.mark.parametrize(("margin", "holds"), [(0, True), (1, True), (2, False)])
def test_the_margin_counts(margin, holds, tmp_path):
    report, _ = seen(flat(30 + 11, [30, None], margin=margin), tmp_path)
    assert report.holds is holds


def test_what_is_known_to_be_zero_needs_no_room(tmp_path):
    report, found = seen(flat(30, [30, None], zeros="suppress"), tmp_path)
    assert between(found, "cell", "buurt", 1) == (0, 0)
    assert report.holds


def test_a_true_zero_that_looks_small_breaks_the_rule(tmp_path):
    # 30 to base 5 is 28 to 32, and the country 28 to 32 as well: what is left is at most 4, whatever it is.
    report, found = seen(flat(30, [30, None], rounding=5, zeros="suppress"), tmp_path)
    assert between(found, "cell", "buurt", 1) == (0, 4)
    assert not report.holds


def test_what_a_small_published_cell_holds_may_look_as_small_as_it(tmp_path):
    shown = {("x", "2021", "country"): [60], ("x", "2021", "gemeente"): [10, 50]}
    shown["x", "2021", "buurt"] = [None, None, 50]
    levels = {"gemeente": [0, 0], "buurt": [0, 0, 1]}
    atoms = [("buurt", i, "country", 0) for i in range(3)]
    report, found = seen(Small(levels, atoms, shown, {"x": {"zeros": "suppress"}}), tmp_path)
    assert between(found, "cell", "buurt", 0) == (0, 10)
    assert found["cell", "buurt", "Bt0000", ""].requirement == 10
    assert report.holds


def test_a_cell_of_the_other_family_contains_what_lies_wholly_in_it(tmp_path):
    # Hex 0 shows 10 and holds all of buurt 0, which is hidden: it may look like 10, though its gemeente is larger.
    levels = {"buurt": [0, 0], "h3-7": [0, 0]}
    atoms = [("buurt", 0, "h3-7", 0), ("buurt", 1, "h3-7", 0), ("buurt", 1, "h3-7", 1)]
    shown = {("x", "2021", "country"): [60], ("x", "2021", "buurt"): [None, None], ("x", "2021", "h3-7"): [10, 50]}
    report, found = seen(Small(levels, atoms, shown, {"x": {"zeros": "suppress"}}), tmp_path)
    assert found["cell", "buurt", "Bt0000", ""].requirement == 10
    assert found["cell", "buurt", "Bt0001", ""].requirement == 12
    assert report.holds


@pytest.mark.parametrize(
    ("capacity", "holds"),
    [(None, True), ({"of": "homes", "each": 1}, True), ({"of": "homes", "each": None}, False)],
)
def test_capacity_limits_both_what_can_be_and_what_must_look_possible(capacity, holds, tmp_path):
    # Hidden: two buurten in a gemeente of 40. One has 3 homes: with one event a home it can be at most 3, and that is
    # public. The other must be at least 37 then. Without homes at all nothing is there, and the other is exactly 40.
    shown = {("x", "2021", "country"): [40], ("x", "2021", "buurt"): [None, None]}
    atoms = [("buurt", 0, "country", 0), ("buurt", 1, "country", 0)]
    homes = [0, 90] if capacity and capacity["each"] is None else [3, 90]
    rules = {"x": {"capacity": capacity, "zeros": "suppress"}}
    small = Small({"buurt": [0, 0]}, atoms, shown, rules, {"homes": homes})
    report, found = seen(small, tmp_path)
    limits = {None: (0, 40), 1: (37, 40)}
    if holds:
        assert between(found, "cell", "buurt", 1) == limits[capacity and capacity["each"]]
        assert between(found, "cell", "buurt", 0)[1] == (40 if capacity is None else 3)
    else:
        assert ("cell", "buurt", "Bt0000", "") not in found
        assert between(found, "cell", "buurt", 1) == (40, 40)
    assert report.holds


def test_a_bound_that_only_capacity_makes_small_is_found(tmp_path):
    # 50 in two hexes of 20 and 30; with one event a home, of which buurt 0 has 9 in hex 0, its other part is 21 at
    # least; and what unlimited atoms would leave open, 20 homes of buurt 1 in hex 0 close: 11 at least are there.
    levels = {"buurt": [0, 0], "h3-7": [0, 0]}
    atoms = [("buurt", i, "h3-7", j) for i in range(2) for j in range(2)]
    shown = {("x", "2021", "country"): [50], ("x", "2021", "buurt"): [30, 20], ("x", "2021", "h3-7"): [20, 30]}
    homes = {"homes": [18, 100, 100, 3]}
    for each, holds in ((None, True), (1, False)):
        rules = {"x": {"capacity": {"of": "homes", "each": each}, "zeros": "suppress"}}
        report, found = seen(Small(levels, atoms, shown, rules, homes), tmp_path / str(each))
        assert report.holds is True or not holds
        if each == 1:
            assert between(found, ATOM, "buurt", 0, 0) == (0, 3)
            assert not report.holds


def test_atoms_are_held_to_the_rule_though_every_cell_is_shown(tmp_path):
    # All margins are large, and yet 3 of them must be where buurt 0 and hex 1 meet.
    levels = {"buurt": [0, 0], "h3-7": [0, 0]}
    atoms = [("buurt", 0, "h3-7", 0), ("buurt", 0, "h3-7", 1), ("buurt", 1, "h3-7", 1)]
    shown = {("x", "2021", "country"): [63], ("x", "2021", "buurt"): [23, 40], ("x", "2021", "h3-7"): [20, 43]}
    report, found = seen(Small(levels, atoms, shown), tmp_path)
    assert between(found, ATOM, "buurt", 0, 1) == (3, 3)
    assert report.systems[0].found.violations == 1
    assert not report.holds


def test_a_count_below_the_threshold_is_a_violation_wherever_it_is_shown(tmp_path):
    report, _ = seen(flat(60, [9, 51]), tmp_path)
    shown = report.systems[0].violations
    assert [(v.name.code, v.high, v.requirement) for v in shown][:1] == [("Bt0000", 9, 12)]
    assert not report.holds
    assert seen(flat(61, [10, 51]), tmp_path / "ten")[0].holds


def test_cells_that_contradict_each_other_are_named(tmp_path):
    with pytest.raises(ContradictionError, match=r"Bt0000.*Bt0001") as error:
        seen(flat(60, [30, 40]), tmp_path)
    assert "NL00" in str(error.value)
    with pytest.raises(ContradictionError, match="Bt0001"):
        seen(flat(60, [60, None]), tmp_path / "shown zeros")


def test_a_hidden_cell_is_not_zero_where_zeros_are_shown(tmp_path):
    for zeros, least in (("publish", 1), ("suppress", 0)):
        _, found = seen(flat(60, [None, None], zeros=zeros), tmp_path / zeros)
        assert between(found, "cell", "buurt", 0) == (least, 60 - least)


def test_missing_cells_are_unknown(tmp_path):
    _, found = seen(flat(60, ["-", None]), tmp_path)
    assert between(found, "cell", "buurt", 0) == (0, 59)


def test_the_narrowest_comes_first_and_the_default_stops_at_twice_the_goal(tmp_path):
    release = crossed([30, 40, 50], [60, 60]).open(tmp_path / "release")
    report = audit(release, intervals=True)
    highs = [interval.high for interval in report.systems[0].intervals]
    assert highs == sorted(highs)
    assert all(interval.exact or interval.high >= 24 for interval in report.systems[0].intervals)
    assert audit(release).systems[0].found.narrowest_upper == 12
    assert report.certificate() == audit(release).certificate()
    full = audit(release, intervals=True, full=True)
    assert full.certificate() == report.certificate()
    assert [i.high for i in full.systems[0].intervals] == [30, 30, 40, 40, 50, 50]
