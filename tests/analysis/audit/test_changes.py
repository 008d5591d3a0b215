"""What the attacker holds against changes, since a year or an earlier release, and which releases must be read."""

from __future__ import annotations

import pytest

from analysis.audit.report import audit
from tests.analysis.audit.support import Small
from zicht.certificate import certificate_of, write_certificate
from zicht.errors import ReleaseError, UnprotectedError
from zicht.release import open_release
from zicht.standing import Doubt, standing

BUURTEN = {"buurt": [0, 0, 0]}
ATOMS = [("buurt", at, "country", 0) for at in range(3)]
STOCK = {"x": {"nature": "stock", "changes": "protect"}}


def years(*cells, rules=STOCK, **parts):
    shown = {("x", str(2021 + at), "buurt"): one for at, one in enumerate(cells)}
    return Small(BUURTEN, ATOMS, shown, rules=rules, **parts)


def one_year(cells, year="2021", country=None, **parts):
    shown = {("x", year, "buurt"): cells}
    if country is not None:
        shown["x", year, "country"] = [country]
    return Small(BUURTEN, ATOMS, shown, **parts)


def found(report):
    return [(c.name.period, c.name.code, c.since, c.most) for system in report.systems for c in system.changes]


@pytest.mark.parametrize(
    ("now", "holds"),
    [(30, True), (31, False), (29, False), (41, False), (42, True), (18, True), (19, False), (0, True)],
)
def test_a_small_change_from_year_to_year_breaks_the_rule(now, holds, tmp_path):
    report = audit(years([30, 40, 50], [now, 40, 50]).open(tmp_path / "a"))
    assert report.holds is holds
    assert found(report) == ([] if holds else [("2022", "Bt0000", "2021", abs(now - 30))])
    assert [system.found.changes for system in report.systems] == [0, 0 if holds else 1]


def test_rounding_leaves_room_for_no_change_or_for_a_large_one(tmp_path):
    for base, now, holds in ((5, 30, True), (5, 35, False), (5, 40, True), (10, 40, True), (10, 30, True)):
        rules = {"x": {**STOCK["x"], "rounding": base}}
        report = audit(years([30, 40, 50], [now, 40, 50], rules=rules).open(tmp_path / f"{base}-{now}"))
        assert report.holds is holds, (base, now)


def test_a_hidden_year_between_does_not_end_the_comparison(tmp_path):
    report = audit(years([30, 40, 50], [None, None, 50], [31, 40, 50]).open(tmp_path / "a"))
    assert found(report) == [("2023", "Bt0000", "2021", 1)]


def test_a_hidden_number_that_can_be_derived_is_compared_too(tmp_path):
    shown = {("x", year, "buurt"): cells for year, cells in (("2021", [30, 40, 50]), ("2022", [None, 40, 50]))}
    world = Small(BUURTEN, ATOMS, {**shown, ("x", "2022", "country"): [125]}, rules=STOCK)
    assert ("2022", "Bt0000", "2021", 5) in found(audit(world.open(tmp_path / "a")))


@pytest.mark.parametrize(
    "rules", [{"x": {"nature": "stock"}}, {"x": {"nature": "stock", "changes": "show"}}, {"x": {}}]
)
def test_changes_are_let_be_where_the_release_does_not_protect_them(rules, tmp_path):
    assert audit(years([30, 40, 50], [31, 40, 50], rules=rules).open(tmp_path / "a")).holds


def test_a_year_in_an_earlier_release_is_compared_and_what_that_told_itself_is_not(tmp_path):
    old = one_year([30, 40, 50], rules=STOCK).open(tmp_path / "old")
    new = one_year([31, 40, 50], "2022", rules=STOCK).open(tmp_path / "new")
    assert audit(new).holds
    assert found(audit(new, earlier=[old])) == [("2022", "Bt0000", "2021", 1)]
    lax = years([30, 40, 50], [31, 40, 50], rules={"x": {"nature": "stock"}}).open(tmp_path / "lax")
    assert audit(one_year([60, 70, 80], "2023", rules=STOCK).open(tmp_path / "later"), earlier=[lax]).holds


def test_earlier_figures_that_cannot_be_true_are_set_aside_and_the_rest_is_not(tmp_path):
    # 30 + 40 + 50 was 120; now the country is 127 and the first buurt 30, so one of the other two was revised.
    old = one_year([30, 40, 50], country=120).open(tmp_path / "old")
    new = one_year([None, None, None], country=140).open(tmp_path / "new")
    (system,) = audit(new, earlier=[old], intervals=True, full=True).systems
    assert not system.consistent
    assert system.found.set_aside == 3
    assert system.found.holds
    gemeenten = {"gemeente": [0, 0], "buurt": [0, 0, 1, 1]}
    atoms = [("buurt", at, "country", 0) for at in range(4)]
    shown = {("x", "2021", "gemeente"): [60, 60], ("x", "2021", "buurt"): [30, 30, None, None]}
    now = {("x", "2021", "gemeente"): [80, 60], ("x", "2021", "buurt"): [None, None, 25, None]}
    one, two = (Small(gemeenten, atoms, cells).open(tmp_path / f"{at}") for at, cells in enumerate((shown, now)))
    (system,) = audit(two, earlier=[one], intervals=True, full=True).systems
    assert system.found.set_aside == 2
    highs = {i.name.code: i.high for i in system.intervals if i.name.kind == "cell"}
    assert highs == {"Bt0000": 79, "Bt0001": 79, "Bt0003": 35, "NL00": 140}


def test_a_figure_that_was_set_aside_is_compared_with_what_can_be_derived(tmp_path):
    old = one_year([30, 40, 50]).open(tmp_path / "old")
    new = one_year([None, 40, 50], country=125).open(tmp_path / "new")
    assert found(audit(new, earlier=[old])) == [("2021", "Bt0000", "an earlier release", 5)]


def test_a_release_is_not_audited_without_those_its_manifest_names(tmp_path):
    old = one_year([30, 40, 50]).open(tmp_path / "old")
    new = one_year([30, 40, 50], manifest={"ledger": [old.id]}).open(tmp_path / "new")
    with pytest.raises(ReleaseError, match=old.short_id):
        audit(new)
    assert audit(new, earlier=[old]).holds
    newest = one_year([30, 40, 50], manifest={"ledger": [new.id]}).open(tmp_path / "newest")
    with pytest.raises(ReleaseError, match=old.short_id):
        audit(newest, earlier=[new])


def test_a_certificate_that_did_not_read_them_is_not_valid(tmp_path):
    old = one_year([30, 40, 50]).open(tmp_path / "old")
    new = one_year([30, 40, 50], manifest={"ledger": [old.id]}).open(tmp_path / "new")
    report = audit(new, earlier=[old])
    write_certificate(new.path, report.certificate())
    assert standing(open_release(new.path)).doubt is None
    write_certificate(new.path, type(report)(report.release, (), report.systems).certificate())
    held = standing(new)
    assert held.doubt is Doubt.INVALID
    assert old.short_id in held.problem


def test_what_others_hold_is_not_read_beside_a_public_release(tmp_path):
    readers = {"audience": {"id": "riec", "name": {"nl": "het RIEC", "en": "the RIEC"}}}
    public = one_year([30, 40, 50]).open(tmp_path / "public")
    restricted = one_year([30, 40, 50], manifest=readers).open(tmp_path / "restricted")
    assert audit(restricted, earlier=[public]).holds
    with pytest.raises(UnprotectedError, match="riec"):
        audit(public, earlier=[restricted])


def test_a_certificate_of_before_still_reads_and_does_not_speak_of_changes(tmp_path):
    world = one_year([30, 40, 50]).open(tmp_path / "plain")
    report = audit(world).certificate()
    old = type(report)(report.release, report.earlier, report.systems, holds=True, format=1)
    text = write_certificate(world.path, old).read_text(encoding="utf-8")
    assert "set_aside" not in text
    assert '"upper-bound-v1"' in text
    assert certificate_of(world) == old
    stock = years([30, 40, 50]).open(tmp_path / "stock")
    write_certificate(stock.path, type(report)(stock.id, (), audit(stock).certificate().systems, holds=True, format=1))
    with pytest.raises(ReleaseError, match="changes from year to year"):
        certificate_of(stock)
