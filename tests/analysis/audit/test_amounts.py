"""The attack on amounts, on a country of two gemeenten with wijken: what it derives, and everything that it refuses."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audit.amount_tables import Limits, Table, narrowed
from analysis.audit.amounts import Problem
from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.report import audit
from tests.analysis.audit.support import Small
from zicht.certificate import certificate_of, write_certificate
from zicht.cli import main
from zicht.errors import AlignmentError, ReleaseError
from zicht.published import ColumnKey, Measure, PublishedColumn, Status

LEVELS = {"gemeente": [0, 0], "wijk": [0, 0, 0, 1, 1]}
ATOMS = [("wijk", at, "country", 0) for at in range(5)]
COUNTS = {
    ("n", "2021", "country"): [200],
    ("n", "2021", "gemeente"): [130, 70],
    ("n", "2021", "wijk"): [50, 50, 30, 70, 0],
}
#: Amounts by level, None where one is hidden.
FEW = [("gemeente", "Ge0000", Problem.FEW)]
SHOWN = {"country": [1000], "gemeente": [600, 400], "wijk": [300, 200, None, 400, 0]}
RULE = {"threshold": 10, "rounding": 10}


def amounts(shown: dict[str, list[Any]], small: Small, *, name="euro", period="2021", base=10, **bounds) -> list:
    """Return columns of amounts, bounded by their rounding, or as `bounds` has it by level and position."""
    found = []
    for level, cells in shown.items():
        value = np.array([np.nan if cell is None else float(cell) for cell in cells])
        low = np.where(value > 0, np.maximum(value - base // 2, 0), np.where(np.isnan(value), 0, value))
        high = np.where(value > 0, value + (base - 1) // 2, value)
        for at, (least, most) in bounds.get(level, {}).items():
            low[at], high[at] = least, most
        status = np.where(np.isnan(value), Status.SUPPRESSED.value, Status.PUBLISHED.value)
        key = ColumnKey(name, period, level, "", Measure.AMOUNT.value)
        found.append(PublishedColumn(key, "euros", np.array(small.codes(level)), status, value, low, high))
    return found


def release(folder, shown=SHOWN, *, counts=COUNTS, rule=RULE, atoms=ATOMS, more=(), manifest=None, **bounds):
    """Return an opened release with counts `n` and amounts `euro`."""
    small = Small(LEVELS, atoms, counts, {"euro": {"amount_of": "n", **rule}}, manifest=manifest or {})
    return replace(small, more=[*amounts(shown, small, **bounds), *more]).open(folder)


def problems(opened, **options) -> list[tuple[str, str, Problem]]:
    (report,) = audit(opened, **options).amounts
    assert report.found.violations == len(report.problems)
    assert report.found.holds == (not report.problems)
    return [(one.level, one.code, one.problem) for one in report.problems]


def test_amounts_that_tell_nothing_more_pass_with_the_bounds_that_follow(tmp_path):
    opened = release(tmp_path / "r")
    report = audit(opened)
    assert report.holds
    (found,) = report.amounts
    assert (found.found.cells, found.found.suppressed, found.found.remainders) == (8, 1, 4)
    (hidden,) = found.intervals
    # 595 to 604, less 295 to 304 and less 195 to 204.
    assert (hidden.level, hidden.code, hidden.low, hidden.high) == ("wijk", "Wk0002", 87, 114)
    write_certificate(opened.path, report.certificate())
    assert certificate_of(opened) == report.certificate()
    stated = json.loads((opened.path / "attestations" / "audit.json").read_bytes())
    assert stated["amounts"]["rule"] == "counted-remainders-v1"
    assert stated["format"] == 2


@pytest.mark.parametrize(
    ("shown", "counts", "found"),
    [
        ({"gemeente": [None, 400]}, {}, [("wijk", "Wk0000", Problem.ORPHAN), ("wijk", "Wk0001", Problem.ORPHAN)]),
        ({}, {"gemeente": [None, 70]}, [("gemeente", "Ge0000", Problem.UNCOUNTED)]),
        ({"wijk": [300, 200, None, 400, 20]}, {}, [("wijk", "Wk0004", Problem.EMPTY)]),
        ({"wijk": [300, 200, None, 400, None]}, {}, []),
        ({}, {"country": [179], "gemeente": [109, 70], "wijk": [50, 50, None, 70, 0]}, FEW),
        ({"wijk": [None, None, None, None, 0]}, {}, []),
    ],
)  # fmt: skip
def test_what_would_tell_more_is_found(tmp_path, shown, counts, found):
    changed = {**COUNTS, **{("n", "2021", level): cells for level, cells in counts.items()}}
    opened = release(tmp_path / "r", {**SHOWN, **shown}, counts=changed)
    report = audit(opened)
    assert [(one.level, one.code, one.problem) for one in report.amounts[0].problems] == found
    assert report.amounts[0].found.holds == (not found)


def test_bounds_may_be_wider_than_what_follows_and_no_closer(tmp_path):
    assert problems(release(tmp_path / "a", wijk={2: (87, 114)})) == []
    assert problems(release(tmp_path / "b", wijk={2: (0, 500)})) == []
    assert problems(release(tmp_path / "c", wijk={2: (88, 114)})) == [("wijk", "Wk0002", Problem.BOUNDS)]
    assert problems(release(tmp_path / "d", wijk={2: (87, 113)})) == [("wijk", "Wk0002", Problem.BOUNDS)]
    assert problems(release(tmp_path / "e", wijk={0: (298, 304)})) == [("wijk", "Wk0000", Problem.BOUNDS)]
    exact = {**SHOWN, "wijk": [303, 200, None, 400, 0]}
    assert problems(release(tmp_path / "f", exact)) == [("wijk", "Wk0000", Problem.BOUNDS)]


def test_an_amount_of_before_may_not_change(tmp_path):
    first = release(tmp_path / "first")
    same = release(tmp_path / "same", manifest={"ledger": [first.id]})
    assert problems(same, earlier=[first]) == []
    other = {**SHOWN, "wijk": [310, 200, None, 400, 0]}
    changed = release(tmp_path / "changed", other, manifest={"ledger": [first.id]})
    assert problems(changed, earlier=[first]) == [("wijk", "Wk0000", Problem.CHANGED)]
    hidden = release(tmp_path / "hidden", {**SHOWN, "wijk": [None, 200, None, 400, 0]}, manifest={"ledger": [first.id]})
    assert problems(hidden, earlier=[first]) == [("wijk", "Wk0000", Problem.CHANGED)]
    fewer = release(tmp_path / "fewer", {level: SHOWN[level] for level in ("country", "gemeente")})
    with pytest.raises(LayoutError, match="others than before"):
        audit(fewer, earlier=[first])


def test_periods_that_share_years_are_refused(tmp_path):
    window = {(name, "2021-2022", level): cells for (name, _, level), cells in COUNTS.items()}
    both = amounts(SHOWN, Small(LEVELS, ATOMS, COUNTS), period="2021-2022")
    with pytest.raises(LayoutError, match="share years"):
        audit(
            release(
                tmp_path / "both", counts=COUNTS | {**window, ("n", "2021", "wijk"): [50, 50, 30, 70, 0]}, more=both
            )
        )


def test_amounts_of_other_records_of_the_same_source_are_refused(tmp_path):
    first = release(tmp_path / "one", rule={**RULE, "source": "deals"})
    for source, refused in (("deals", True), ("gifts", False)):
        small = Small(LEVELS, ATOMS, COUNTS, {"other": {"amount_of": "n", **RULE, "source": source}})
        second = replace(small, more=amounts(SHOWN, small, name="other")).open(tmp_path / source)
        if refused:
            with pytest.raises(LayoutError, match="share years"):
                audit(second, earlier=[first])
        else:
            assert audit(second, earlier=[first]).holds


def test_amounts_that_are_no_tree_or_state_no_rule_are_refused(tmp_path):
    with pytest.raises(LayoutError, match="not one tree"):
        audit(release(tmp_path / "a", {level: SHOWN[level] for level in ("gemeente", "wijk")}))
    with pytest.raises(ReleaseError, match="does not state the rule"):
        audit(release(tmp_path / "b", rule={"threshold": 10}))
    with pytest.raises(ReleaseError, match="names no count"):
        audit(release(tmp_path / "c", rule={**RULE, "amount_of": "gossip"}))
    with pytest.raises(LayoutError, match="not published at level 'wijk'"):
        audit(release(tmp_path / "d", counts={key: COUNTS[key] for key in list(COUNTS)[:2]}))
    with pytest.raises(LayoutError, match="in no area of level 'wijk'"):
        audit(release(tmp_path / "e", atoms=[*ATOMS, ("gemeente", 0, "country", 0)]))
    small = Small(LEVELS, ATOMS, COUNTS)
    rate = replace(amounts(SHOWN, small)[0], key=ColumnKey("euro", "2021", "country", "", Measure.RATE.value))
    with pytest.raises(LayoutError, match="rates of amounts"):
        audit(release(tmp_path / "f", more=[rate]))
    with pytest.raises(ContradictionError, match="No amounts fit"):
        audit(release(tmp_path / "g", {**SHOWN, "wijk": [300, 400, None, 400, 0]}))


def test_a_certificate_must_speak_of_amounts_and_one_without_them_still_reads(tmp_path):
    opened = release(tmp_path / "r")
    found = audit(opened).certificate()
    write_certificate(opened.path, replace(found, amounts=()))
    with pytest.raises(ReleaseError, match="does not speak of the amounts of 'euro'"):
        certificate_of(opened)
    write_certificate(opened.path, replace(found, amounts=(replace(found.amounts[0], violations=1),)))
    with pytest.raises(ReleaseError, match="contradicts itself"):
        certificate_of(opened)
    plain = Small(LEVELS, ATOMS, COUNTS).open(tmp_path / "plain")
    path = write_certificate(plain.path, audit(plain).certificate())
    assert "amounts" not in json.loads(path.read_bytes())
    assert certificate_of(plain) is not None


def test_the_command_names_what_is_wrong_and_writes_every_interval(tmp_path, capsys):
    good, out = release(tmp_path / "good"), tmp_path / "out.csv"
    main(["audit", str(good.path), "--out", str(out)])
    shown = capsys.readouterr().out
    assert "euro 2021, amounts: 8 cells, 1 hidden, 4 remainders: holds" in shown
    assert "was tested by its maker" in shown
    with out.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "amount"]
    assert [(row["code"], row["low"], row["high"]) for row in rows] == [("Wk0002", "87", "114")]
    bad = release(tmp_path / "bad", {**SHOWN, "wijk": [300, 200, None, 400, 20]})
    with pytest.raises(SystemExit) as caught:
        main(["audit", str(bad.path)])
    assert caught.value.code == 1
    told = capsys.readouterr()
    assert "euro 2021, amounts: 8 cells, 1 hidden, 4 remainders: broken by 1" in told.out
    assert "wijk Wk0004 is not 0, and its count is" in told.err


@settings(max_examples=60)
@given(st.data())
def test_derived_limits_are_those_of_a_linear_program(data):
    """Compare with HiGHS on a tree of three levels with some limits unknown."""
    from scipy.optimize import linprog

    parts = [data.draw(st.integers(0, 9)) for _ in range(5)]
    truth = {"country": [sum(parts)], "gemeente": [sum(parts[:3]), sum(parts[3:])], "wijk": parts}
    low, high = {}, {}
    for level, cells in truth.items():
        known = [data.draw(st.booleans()) for _ in cells]
        slack = [data.draw(st.integers(0, 3)) for _ in cells]
        low[level] = np.array([max(c - s, 0) if k else 0 for c, k, s in zip(cells, known, slack, strict=True)], float)
        high[level] = np.array([c + s if k else np.inf for c, k, s in zip(cells, known, slack, strict=True)], float)
    nothing = {level: np.zeros(len(cells), dtype=bool) for level, cells in truth.items()}
    parent = {"gemeente": np.array([0, 0]), "wijk": np.array([0, 0, 0, 1, 1])}
    table = Table("a", "2021", "n", 1, 1, tuple(truth), {}, parent, nothing, {}, Limits(low, high), nothing)
    found = narrowed(table, Limits(low, high))
    rows = np.array([[1, -1, -1, 0, 0, 0, 0, 0], [0, 1, 0, -1, -1, -1, 0, 0], [0, 0, 1, 0, 0, 0, -1, -1]])
    bounds = [pair for level in truth for pair in zip(low[level], high[level], strict=True)]
    flat = {
        name: np.concatenate([one[level] for level in truth])
        for name, one in (("low", found.low), ("high", found.high))
    }
    for at in range(8):
        for sign, name in ((1, "low"), (-1, "high")):
            solved = linprog(sign * np.eye(8)[at], A_eq=rows, b_eq=np.zeros(3), bounds=bounds)
            assert (sign * solved.fun if solved.status == 0 else np.inf) == pytest.approx(flat[name][at])


def test_a_column_must_have_a_row_for_every_area(tmp_path):
    larger = Small({**LEVELS, "gemeente": [0, 0, 0]}, ATOMS, {})
    more = amounts({"country": [1000], "gemeente": [600, 400, 0]}, larger)
    small = Small(LEVELS, ATOMS, COUNTS, {"euro": {"amount_of": "n", **RULE}}, more=more)
    with pytest.raises(AlignmentError, match="one row for every area"):
        audit(small.open(tmp_path / "r"))
