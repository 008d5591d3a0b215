"""The audit of a total and its parts finds what no single network tells, and says "holds" only with proof."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audit import sum_search
from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.evidence import gather, planned
from analysis.audit.report import AuditReport, audit
from analysis.audit.sum_check import check_sum
from analysis.audit.sum_program import Best, solve
from analysis.audit.sum_search import SumSearch
from analysis.audit.sums import sums, together
from analysis.confidential.disclosure.ledger import read_ledger
from tests.analysis.audit.support import Small
from tests.support.breakdown import TOTAL, YEARS, Oracle, World, world
from tests.support.publishing import as_release, publish
from zicht.certificate import certificate_of, write_certificate
from zicht.errors import ConfigError, ReleaseError

LEVELS = {"gemeente": [0, 0], "wijk": [0, 0, 1, 1]}
ATOMS = [("wijk", at, "country", 0) for at in range(4)]
RULE = {"threshold": 3, "margin": 1, "zeros": "suppress", "nature": "stock"}


def small(shown, rules=None) -> Small:
    """A total of a and b, with what each shows by level."""
    names = ("a", "b", TOTAL)
    stated = {name: RULE | (rules or {}).get(name, {}) for name in names}
    stated[TOTAL] = {"sum_of": ["a", "b"], **stated[TOTAL]}
    columns = {(name, "2021", level): cells for (name, level), cells in shown.items()}
    return Small(LEVELS, ATOMS, columns, stated)


#: Wijken of a are safe by themselves, and so are those of b and of the total.
LINKED = {
    ("a", "gemeente"): [11, 60],
    ("a", "wijk"): [None, None, 30, 30],
    ("b", "gemeente"): [15, 60],
    ("b", "wijk"): [8, 7, 30, 30],
    (TOTAL, "gemeente"): [26, 120],
    (TOTAL, "wijk"): [10, 16, 60, 60],
}


def audited(one: Small, folder: Path, **options) -> AuditReport:
    return audit(one.open(folder), **options)


def test_a_total_less_its_other_parts_gives_a_part_away(tmp_path):
    report = audited(small(LINKED), tmp_path / "one")
    assert not report.holds
    (total,) = [system for system in report.systems if system.found.indicator == TOTAL]
    found = {(one.name.indicator, one.name.level, one.name.code): one for one in total.violations}
    assert found["a", "wijk", "Wk0000"].high == 2
    assert total.found.parts == ("a", "b")
    assert all(system.found.holds for system in report.systems if system is not total)


def test_the_same_columns_without_a_total_hold(tmp_path):
    alone = {key: cells for key, cells in LINKED.items() if key[0] != TOTAL}
    one = Small(LEVELS, ATOMS, {(n, "2021", lev): c for (n, lev), c in alone.items()}, {"a": RULE, "b": RULE})
    assert audited(one, tmp_path / "one").holds


def test_a_second_hidden_part_makes_room(tmp_path):
    shown = LINKED | {("b", "wijk"): [None, None, 30, 30]}
    assert audited(small(shown), tmp_path / "one").holds


def test_the_total_itself_is_asked_after(tmp_path):
    # 1 and 1 at most: the hidden total of the first wijk is 2 at most.
    shown = LINKED | {(TOTAL, "wijk"): [None, None, 60, 60], ("a", "wijk"): [(0, 1), None, 30, 30]}
    shown |= {("b", "wijk"): [(0, 1), None, 30, 30]}
    report = audited(small(shown), tmp_path / "one")
    (total,) = [system for system in report.systems if system.found.indicator == TOTAL]
    assert any(one.name.indicator == TOTAL and one.name.kind == "cell" and one.high == 2 for one in total.violations)


def test_margin_and_threshold_count(tmp_path):
    # The first wijk of a is 3 exactly: enough for a margin of 0, too little for 1, and for a threshold of 4.
    shown = LINKED | {("b", "wijk"): [7, 8, 30, 30]}
    assert not audited(small(shown), tmp_path / "one").holds
    loose = {name: {"margin": 0} for name in ("a", "b", TOTAL)}
    assert audited(small(shown, loose), tmp_path / "two").holds
    strict = {name: {"margin": 0, "threshold": 4} for name in ("a", "b", TOTAL)}
    assert not audited(small(shown, strict), tmp_path / "three").holds


def test_the_same_cell_of_the_total_holds_a_part(tmp_path):
    # 3 is all there is in the first wijk: nobody can ask a part to look larger.
    shown = {
        ("a", "gemeente"): [None, 60],
        ("a", "wijk"): [None, None, 30, 30],
        ("b", "gemeente"): [None, 60],
        ("b", "wijk"): [None, None, 30, 30],
        (TOTAL, "gemeente"): [19, 120],
        (TOTAL, "wijk"): [3, 16, 60, 60],
    }
    assert audited(small(shown), tmp_path / "one").holds


def test_a_part_that_is_known_to_be_nothing_is_let_be(tmp_path):
    shown = LINKED | {("a", "wijk"): [None, None, 30, 30], ("a", "gemeente"): [None, 60]}
    shown |= {("b", "wijk"): [10, 16, 30, 30], ("b", "gemeente"): [26, 60]}
    assert audited(small(shown), tmp_path / "one").holds


def test_intervals_are_the_narrowest_first_and_true(tmp_path):
    shown = LINKED | {("b", "wijk"): [None, None, 30, 30]}
    report = audited(small(shown), tmp_path / "one", intervals=True)
    (total,) = [system for system in report.systems if system.found.indicator == TOTAL]
    cells = [one for one in total.intervals if one.name.kind == "cell" and one.name.level == "wijk"]
    assert [one.high for one in cells] == sorted(one.high for one in cells)
    for one in cells:
        assert one.high >= one.requirement
        assert one.low in (None, 0)


@given(seed=st.integers(0, 10**6), careless=st.booleans())
@settings(max_examples=8, deadline=None)
def test_the_verdict_is_that_of_the_oracle(seed, careless, tmp_path_factory):
    own = world(np.random.default_rng(seed), atoms=6)
    single = [replace(one, sum_of=()) for one in own.indicators] if careless else own.indicators
    columns = publish(own.land, own.truth, single, YEARS)
    release = as_release(own.land, columns, own.indicators, tmp_path_factory.mktemp("r") / "one")
    report = audit(release)
    broken = Oracle(own, columns).broken()
    assert report.holds == (not broken)
    stated = {_key(own, one) for system in report.systems for one in system.violations if one.name.kind == "cell"}
    assert stated == {name for name in broken if name[1] != "atom"}


def _key(own: World, interval) -> tuple[str, str, int]:
    name = interval.name
    code = own.land.small.codes(name.level).index(name.code)
    return name.indicator, name.level, code


@given(seed=st.integers(0, 10**6))
@settings(max_examples=4, deadline=None)
def test_small_windows_and_no_moves_give_the_same_bounds(seed, tmp_path_factory):
    own = world(np.random.default_rng(seed), parts=2, atoms=6)
    single = [replace(one, sum_of=()) for one in own.indicators]
    columns = publish(own.land, own.truth, single, YEARS)
    held = gather(as_release(own.land, columns, own.indicators, tmp_path_factory.mktemp("r") / "one"), ())
    (one,) = sums(planned(held), held.rules)
    known = together(one, held.places, held.counts, held.rules)
    usual = check_sum(SumSearch(one, known))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sum_search, "WINDOWS", (1, 2))
        patch.setattr(SumSearch, "seek", lambda *_, **__: None)
        slow = check_sum(SumSearch(one, known))
    assert np.array_equal(usual.violated, slow.violated)


@pytest.mark.parametrize("seed", range(3))
def test_a_linear_bound_that_no_whole_table_reaches_is_not_believed(seed, tmp_path, monkeypatch):
    own = world(np.random.default_rng(seed), parts=2, atoms=6)
    single = [replace(one, sum_of=()) for one in own.indicators]
    columns = publish(own.land, own.truth, single, YEARS)
    held = gather(as_release(own.land, columns, own.indicators, tmp_path / "one"), ())
    (one,) = sums(planned(held), held.rules)
    known = together(one, held.places, held.counts, held.rules)
    usual = check_sum(SumSearch(one, known))

    def loose(window, columns, *, sign, goal, integer):
        found = solve(window, columns, sign=sign, goal=goal, integer=integer)
        return found if integer else Best(float(goal), None)

    monkeypatch.setattr(SumSearch, "seek", lambda *_, **__: None)
    monkeypatch.setattr(sum_search, "solve", loose)
    assert usual.violated.any()
    assert np.array_equal(check_sum(SumSearch(one, known)).violated, usual.violated)


def test_what_contradicts_itself_is_refused(tmp_path):
    shown = LINKED | {("a", "wijk"): [3, 8, 30, 30]}
    with pytest.raises(ContradictionError, match="is the sum of"):
        audited(small(shown), tmp_path / "one")


def test_a_total_of_which_some_parts_are_missing_is_refused(tmp_path):
    shown = {key: cells for key, cells in LINKED.items() if key[0] != "b"}
    with pytest.raises(LayoutError, match="some of its parts"):
        audited(small(shown), tmp_path / "one")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"a": {"capacity": {"of": "homes", "each": 1}}}, "another capacity"),
        ({"b": {"part_of": "a"}}, "network|split by years or parts"),
    ],
)
def test_other_links_are_refused(rules, message, tmp_path):
    one = replace(small(LINKED, rules), capacity={"homes": [50] * 4})
    with pytest.raises(LayoutError, match=message):
        audited(one, tmp_path / "one")


def test_a_certificate_that_looked_at_each_alone_is_refused(tmp_path):
    shown = LINKED | {("b", "wijk"): [None, None, 30, 30]}
    release = small(shown).open(tmp_path / "one")
    certificate = audit(release).certificate()
    write_certificate(release.path, certificate)
    assert certificate_of(release) == certificate
    alone = replace(certificate, systems=tuple(replace(system, parts=()) for system in certificate.systems))
    write_certificate(release.path, alone)
    with pytest.raises(ReleaseError, match="together with what it is the sum of"):
        certificate_of(release)


def test_a_small_change_of_a_part_that_only_the_sum_tells_is_found(tmp_path):
    """In 2021 all is shown; in 2022 a hides its wijken, and total less b tells that the first went from 20 to 21."""
    rules = {name: RULE | {"changes": "protect"} for name in ("a", "b", TOTAL)}
    rules[TOTAL] = rules[TOTAL] | {"sum_of": ["a", "b"]}
    shown = {
        ("a", "2021", "wijk"): [20, 30, 30, 30],
        ("b", "2021", "wijk"): [40, 40, 40, 40],
        (TOTAL, "2021", "wijk"): [60, 70, 70, 70],
        ("a", "2022", "wijk"): [None, None, 30, 30],
        ("b", "2022", "wijk"): [40, 40, 40, 40],
        (TOTAL, "2022", "wijk"): [None, None, 70, 70],
        ("a", "2022", "gemeente"): [50, 60],
    }
    safe = audit(Small(LEVELS, ATOMS, shown, rules).open(tmp_path / "safe"))
    assert not any(system.changes for system in safe.systems)
    told = {**shown, (TOTAL, "2022", "wijk"): [61, 69, 70, 70]}
    report = audit(Small(LEVELS, ATOMS, told, rules).open(tmp_path / "told"))
    changes = [one for system in report.systems for one in system.changes]
    assert any(one.name.indicator == "a" and one.most == 1 and one.since == "2021" for one in changes)


def two_years(seed: int) -> tuple[World, dict]:
    """A world whose counts change a little in the second year."""
    rng = np.random.default_rng(seed)
    own = world(rng, parts=2, atoms=6)
    later = {}
    for name in own.parts:
        before = np.array(own.truth[name, 2021])
        later[name, 2022] = np.maximum(before + rng.integers(-1, 2, len(before)), 0).tolist()
    later[TOTAL, 2022] = np.sum([later[name, 2022] for name in own.parts], axis=0).tolist()
    return own, {**own.truth, **later}


@pytest.mark.parametrize("seed", range(4))
def test_two_years_of_a_sum_hold_together(seed, tmp_path):
    own, truth = two_years(seed)
    columns = publish(own.land, truth, own.indicators, range(2021, 2023))
    report = audit(as_release(own.land, columns, own.indicators, tmp_path / "one"))
    assert report.holds


def test_a_second_release_holds_beside_the_first_and_a_revision_is_refused(tmp_path):
    own, truth = two_years(1)
    first = as_release(own.land, publish(own.land, truth, own.indicators, YEARS), own.indicators, tmp_path / "one")
    ledger = read_ledger([first])
    assert ledger.sum_of == {TOTAL: tuple(own.parts)}
    more = publish(own.land, truth, own.indicators, range(2021, 2023), ledger)
    second = as_release(own.land, more, own.indicators, tmp_path / "two")
    assert audit(second, earlier=[first]).holds
    part, *_ = own.parts
    revised = {**truth, (part, 2021): [count + 40 for count in truth[part, 2021]]}
    revised[TOTAL, 2021] = np.sum([revised[name, 2021] for name in own.parts], axis=0).tolist()
    with pytest.raises(ConfigError, match="revised since an earlier release"):
        publish(own.land, revised, own.indicators, YEARS, ledger)


def test_a_sum_of_earlier_releases_cannot_be_forgotten(tmp_path):
    own = world(np.random.default_rng(1), parts=2, atoms=6)
    first = as_release(own.land, publish(own.land, own.truth, own.indicators, YEARS), own.indicators, tmp_path / "one")
    ledger = read_ledger([first])
    ledger.check(own.indicators, YEARS)
    with pytest.raises(ConfigError, match="and no theme file does"):
        ledger.check(own.indicators[:-1], YEARS)
