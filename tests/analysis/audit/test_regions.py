"""Levels above the gemeente: what a province or a large hex gives away by subtraction is found, in any company."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.audit.evidence import gather, planned
from analysis.audit.report import audit
from tests.analysis.audit.support import Small
from zicht.errors import AlignmentError

GEMEENTEN = [40, 5, 25, 30]
HIDDEN = [40, None, None, 30]


def country(*levels: str, gemeenten=HIDDEN, parents=(0, 0, 1, 1), more=None) -> Small:
    """Four gemeenten, two in each region of every level named."""
    shown = {("x", "2021", "country"): [100], ("x", "2021", "gemeente"): gemeenten}
    regions = {level: [0, 0] if at == 0 else [0, 1] for at, level in enumerate(levels)}
    above = {"gemeente": list(parents) if levels else [0] * 4}
    atoms = [("gemeente", at, "country", 0) for at in range(4)]
    return Small(regions | above, atoms, shown | (more or {}))


def sums():
    return [GEMEENTEN[0] + GEMEENTEN[1], GEMEENTEN[2] + GEMEENTEN[3]]


def broken(report):
    return {(v.name.kind, v.name.level, v.name.code, v.high) for system in report.systems for v in system.violations}


def test_two_hidden_gemeenten_guard_each_other_while_only_the_country_is_shown(tmp_path):
    assert audit(country("province").open(tmp_path / "release")).holds


@pytest.mark.parametrize("level", ["province", "district"])
def test_a_region_less_its_other_gemeenten_reveals_a_hidden_one(level, tmp_path):
    # 45 in the region, 40 in one of its two gemeenten: 5 in the other.
    world = country(level, more={("x", "2021", level): sums()})
    report = audit(world.open(tmp_path / "release"), full=True, intervals=True)
    assert not report.holds
    assert broken(report) == {("cell", "gemeente", "Ge0001", 5), ("atom", "gemeente", "Ge0001", 5)}
    exact = {i.name.code: (i.low, i.high) for i in report.systems[0].intervals if i.name.kind == "cell"}
    assert exact == {"Ge0001": (5, 5), "Ge0002": (25, 25)}


def test_a_district_in_a_province_reveals_what_the_province_alone_does_not(tmp_path):
    atoms, shown = _rest()
    levels = {"province": [0], "district": [0, 0], "gemeente": [0, 0, 1, 1]}
    told = shown | {("x", "2021", "province"): [100]}
    assert audit(Small(levels, atoms, told).open(tmp_path / "one")).holds
    told |= {("x", "2021", "district"): sums()}
    assert not audit(Small(levels, atoms, told).open(tmp_path / "two")).holds


@pytest.mark.parametrize("shown", [("h3-4",), ("h3-5",), ("h3-4", "h3-5")])
def test_a_large_hex_reveals_a_hidden_gemeente(shown, tmp_path):
    # The first hex holds gemeenten 0 and 1, the second 2 and 3, at either size.
    atoms = [("gemeente", at, "h3-5", at // 2) for at in range(4)]
    counts = {("x", "2021", "country"): [100], ("x", "2021", "gemeente"): HIDDEN}
    levels = {"gemeente": [0] * 4, "h3-4": [0, 0], "h3-5": [0, 1]}
    assert audit(Small(levels, atoms, counts).open(tmp_path / "silent")).holds
    counts |= {("x", "2021", level): sums() for level in shown}
    report = audit(Small(levels, atoms, counts).open(tmp_path / "release"), full=True)
    assert ("cell", "gemeente", "Ge0001", 5) in broken(report)


def test_levels_are_taken_from_the_areas_coarsest_first(tmp_path):
    levels = {"province": [0], "district": [0], "gemeente": [0], "h3-4": [0], "h3-5": [0]}
    shown = {("x", "2021", level): [30] for level in ("gemeente", "h3-5", "district", "country", "h3-4", "province")}
    release = Small(levels, [("gemeente", 0, "h3-5", 0)], shown).open(tmp_path / "release")
    (plan,) = planned(gather(release, []))
    assert plan.levels == ("country", "province", "district", "gemeente", "h3-4", "h3-5")


def test_years_beside_a_total_may_be_at_the_coarsest_level_that_there_is(tmp_path):
    years = {("x", year, level): counts for year in ("2021", "2022") for level, counts in
             (("country", [50]), ("province", [22, 28]))}  # fmt: skip
    totals = {("x", "2021-2022", "country"): [100], ("x", "2021-2022", "province"): [44, 56]}
    world = replace(country("province"), shown=years | totals | {("x", "2021-2022", "gemeente"): [20, 24, 26, 30]})
    (found,) = audit(world.open(tmp_path / "release")).systems
    assert found.found.holds


def test_an_earlier_release_without_the_level_is_read_with_it(tmp_path):
    # Each holds alone: the older shows gemeenten, the newer regions that hide the same ones otherwise.
    old = country(gemeenten=HIDDEN).open(tmp_path / "old")
    new = country("district", gemeenten=[None] * 4, more={("x", "2021", "district"): sums()}).open(tmp_path / "new")
    assert audit(old).holds
    assert audit(new).holds
    assert ("cell", "gemeente", "Ge0001", 5) in broken(audit(new, earlier=[old], full=True))


def test_a_gemeente_that_changed_district_makes_releases_unreadable_together(tmp_path):
    old = country("district").open(tmp_path / "old")
    moved = country("district", parents=(0, 1, 1, 1)).open(tmp_path / "new")
    audit(country("district").open(tmp_path / "same"), earlier=[old])
    with pytest.raises(AlignmentError, match="gemeente lies in other areas of level district"):
        audit(moved, earlier=[old])


def test_a_gemeente_that_changed_province_is_seen_past_districts_of_one_release(tmp_path):
    old = country("province").open(tmp_path / "old")
    same = Small({"province": [0, 0], "district": [0, 1, 1], "gemeente": [0, 0, 1, 2]}, *_rest()).open(
        tmp_path / "same"
    )
    other = Small({"province": [0, 0], "district": [0, 0, 1], "gemeente": [0, 0, 1, 2]}, *_rest()).open(tmp_path / "b")
    audit(same, earlier=[old])
    with pytest.raises(AlignmentError, match="gemeente lies in other areas of level province"):
        audit(other, earlier=[old])


def _rest():
    shown = {("x", "2021", "country"): [100], ("x", "2021", "gemeente"): HIDDEN}
    return [("gemeente", at, "country", 0) for at in range(4)], shown


def test_a_level_that_only_an_earlier_release_has_is_refused_with_what_to_do(tmp_path):
    old = country("district", gemeenten=[None] * 4, more={("x", "2021", "district"): sums()}).open(tmp_path / "old")
    with pytest.raises(AlignmentError, match="level 'district', which the newest does not have"):
        audit(country().open(tmp_path / "new"), earlier=[old])
