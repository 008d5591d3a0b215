"""The audit of whole releases: years and parts together, earlier releases beside, and what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.report import audit
from tests.analysis.audit.support import Small
from zicht.errors import AlignmentError, ReleaseError
from zicht.published import ColumnKey, PublishedColumn

BUURTEN = {"buurt": [0, 0, 0]}
ATOMS = [("buurt", i, "country", 0) for i in range(3)]


def small(shown, levels=BUURTEN, atoms=ATOMS, **parts):
    return Small(levels, atoms, shown, **parts)


def yearly(first, second, both):
    shown = {("x", "2021-2022", "country"): [sum(both)], ("x", "2021-2022", "buurt"): both}
    for year, cells in (("2021", first), ("2022", second)):
        shown["x", year, "buurt"] = cells
    return shown


def test_a_year_hidden_beside_its_window_and_the_other_year_is_found(tmp_path):
    report = audit(small(yearly([20, 30, 40], [None, 30, 40], [25, 60, 80])).open(tmp_path / "release"))
    (system,) = report.systems
    assert [(v.name.kind, v.name.period, v.name.code, v.high) for v in system.violations] == [
        ("cell", "2022", "Bt0000", 5),
        ("atom", "2022", "Bt0000", 5),
    ]
    assert not report.holds


def test_years_that_hide_each_other_hold(tmp_path):
    assert audit(small(yearly([None, 30, 40], [None, 30, 40], [25, 60, 80])).open(tmp_path / "release")).holds


def test_what_is_left_of_a_whole_beside_its_part_is_held_to_the_rule(tmp_path):
    # Registered 15, of whom 13 own a home elsewhere: two do not.
    shown = {("x", "2021", "country"): [75], ("x", "2021", "buurt"): [15, 30, 30], ("y", "2021", "buurt"): [13, 12, 0]}
    report = audit(small(shown, rules={"y": {"part_of": "x"}}).open(tmp_path / "release"))
    (system,) = report.systems
    assert system.found.parts == ("y",)
    assert [(v.name.kind, v.name.period, v.name.code, v.high) for v in system.violations] == [
        ("rest", "2021 without y", "Bt0000", 2),
        ("atom", "2021 without y", "Bt0000", 2),
    ]


def test_what_is_left_follows_the_stricter_rule(tmp_path):
    shown = {("x", "2021", "buurt"): [30, 30, 30], ("y", "2021", "buurt"): [17, 18, 0]}
    for strict, lenient in (("x", "y"), ("y", "x")):
        rules = {strict: {"threshold": 11}, lenient: {"threshold": 5, "margin": 0}}
        rules["y"]["part_of"] = "x"
        report = audit(small(shown, rules=rules).open(tmp_path / strict))
        broken = {(v.name.kind, v.name.code, v.requirement) for v in report.systems[0].violations}
        assert broken == {("rest", "Bt0001", 13), ("atom", "Bt0001", 13)}


def test_places_in_none_of_the_areas_are_counted_in_the_years_of_the_country(tmp_path):
    # Of 2021 the country shows 30 and its only gemeente 25: five are elsewhere.
    shown = {("x", "2021-2022", level): [count] for level, count in (("country", 60), ("gemeente", 50))}
    shown |= {("x", "2021", "country"): [30], ("x", "2021", "gemeente"): [25]}
    atoms = [("gemeente", 0, "country", 0), ("country", 0, "country", 0)]
    report = audit(small(shown, {"gemeente": [0]}, atoms).open(tmp_path / "release"), intervals=True, full=True)
    elsewhere = {i.name.period: (i.low, i.high) for i in report.systems[0].intervals if i.name.code == "elsewhere"}
    assert elsewhere == {"2021-2022": (10, 10), "2021": (5, 5), "2021-2022 without 2021": (5, 5)}
    assert not report.holds


def test_two_patterns_of_one_table_tell_together_what_each_hides(tmp_path):
    shown = {("x", "2021", "country"): [47]}
    old = small({**shown, ("x", "2021", "buurt"): [None, None, 20]}).open(tmp_path / "old")
    new = small({**shown, ("x", "2021", "buurt"): [None, 22, None]}).open(tmp_path / "new")
    assert audit(old).holds
    assert audit(new).holds
    report = audit(new, earlier=[old])
    assert not report.holds
    assert report.earlier == (old.id,)
    assert {(v.name.kind, v.name.code, v.high) for v in report.systems[0].violations} == {
        ("cell", "Bt0000", 5),
        ("atom", "Bt0000", 5),
    }


@pytest.mark.parametrize(("now", "holds"), [(30, True), (31, False), (41, False), (42, True)])
def test_a_small_revision_shows(now, holds, tmp_path):
    shown = {("x", "2021", "country"): [None]}
    old = small({**shown, ("x", "2021", "buurt"): [30, 40, None]}).open(tmp_path / "old")
    new = small({**shown, ("x", "2021", "buurt"): [now, 40, None]}).open(tmp_path / "new")
    report = audit(new, earlier=[old])
    assert report.holds is holds
    assert [change.name.code for change in report.systems[0].changes] == ([] if holds else ["Bt0000"])


@pytest.mark.parametrize(("country", "consistent"), [(130, True), (131, False)])
def test_where_no_table_fits_both_the_newest_is_audited_alone(country, consistent, tmp_path):
    # The earlier release shows 30 and 40 of what is hidden now: 60 + 30 + 40 make 130, and no table makes 131.
    key = ("x", "2021", "buurt")
    old = small({("x", "2021", "country"): [100], key: [30, 30, 40]}).open(tmp_path / "old")
    new = small({("x", "2021", "country"): [country], key: [60, None, None]}).open(tmp_path / "new")
    (found,) = audit(new, earlier=[old], intervals=True, full=True).systems
    assert found.consistent is consistent
    hidden = {(i.name.code, i.low, i.high) for i in found.intervals if i.name.kind == "cell"}
    assert hidden == (set() if consistent else {("Bt0001", 1, 70), ("Bt0002", 1, 70)})
    assert found.found.holds


def test_a_year_that_only_an_earlier_release_shows_counts(tmp_path):
    shown = yearly([20, 30, 40], [None, 30, 40], [25, 60, 80])
    second = {key: cells for key, cells in shown.items() if key[1] != "2021"}
    first = {key: cells for key, cells in shown.items() if key[1] == "2021"}
    new, old = small(second).open(tmp_path / "new"), small(first).open(tmp_path / "old")
    assert audit(new).holds
    assert [v.high for v in audit(new, earlier=[old]).systems[0].violations] == [5, 5]


def test_releases_of_two_editions_are_not_read_together(tmp_path):
    shown = {("x", "2021", "country"): [60]}
    one = small(shown).open(tmp_path / "one")
    other = small(shown, edition="2024").open(tmp_path / "other")
    with pytest.raises(AlignmentError, match="edition"):
        audit(one, earlier=[other])


def test_releases_of_different_areas_are_not_read_together(tmp_path):
    shown = {("x", "2021", "country"): [60]}
    one = small(shown).open(tmp_path / "one")
    other = small(shown, levels={"buurt": [0, 0]}, atoms=ATOMS[:2]).open(tmp_path / "other")
    with pytest.raises(AlignmentError, match="same areas"):
        audit(one, earlier=[other])


def test_a_draft_that_states_no_margin_cannot_be_audited(tmp_path):
    world = small({("x", "2021", "country"): [60]}, rules={"x": {"margin": None}})
    with pytest.raises(ReleaseError, match="rule"):
        audit(world.open(tmp_path / "release"))


def test_an_atom_in_an_area_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(AlignmentError, match="does not exist"):
        audit(small({("x", "2021", "country"): [60]}, atoms=[("buurt", 9, "country", 0)]).open(tmp_path / "release"))


def test_a_capacity_that_is_not_there_is_refused(tmp_path):
    rules = {"x": {"capacity": {"of": "homes", "each": 1}}}
    with pytest.raises(AlignmentError, match="homes"):
        audit(small({("x", "2021", "country"): [60]}, rules=rules).open(tmp_path / "release"))


def test_counts_by_category_are_refused(tmp_path):
    nan = np.array([np.nan])
    column = PublishedColumn(
        ColumnKey("x", "2021", "country", "branch", "count"),
        "",
        np.array(["NL00"]),
        np.array(["suppressed"]),
        nan,
        nan,
        nan,
    )
    with pytest.raises(LayoutError, match="categor"):
        audit(small({("x", "2021", "country"): [60]}, more=(column,)).open(tmp_path / "release"))


def test_a_shown_count_where_nothing_can_be_contradicts_its_capacity(tmp_path):
    rules = {"x": {"capacity": {"of": "homes", "each": 1}}}
    shown = {("x", "2021", "buurt"): [12, None, 0]}
    with pytest.raises(ContradictionError, match="Bt0000"):
        audit(small(shown, rules=rules, capacity={"homes": [0, 5, 5]}).open(tmp_path / "release"))
