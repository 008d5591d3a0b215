"""The confidential report of what protection costs, against counts by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.losses import KIND, loss_page, loss_report, losses
from analysis.confidential.disclosure_rules import DisclosureRule, ZeroPolicy
from analysis.confidential.indicators import Group
from tests.support.small import indicator, tree
from zicht.errors import AlignmentError, ConfigError
from zicht.report_page import write_report

LEVELS = ("country", "gemeente", "wijk", "buurt", "park", "h3-6")


def table(level, counts, *, name="labs", period="2021", contributors=None):
    count = np.array(counts)
    codes = tree()[level].code
    return CountTable(name, period, level, codes, count, count if contributors is None else np.array(contributors))


def found(counts, hidden, *, rule=None, level="buurt", **more):
    one = table(level, counts, **more)
    return losses(
        {("labs", one.period, level): one},
        {("labs", one.period): {level: np.array(hidden, dtype=bool)}},
        rules={"labs": rule or DisclosureRule()},
        layers=tree(),
    )[0]


def test_each_hidden_cell_has_one_reason():
    loss = found([4, 31, 0, 13, 9, 20], [1, 0, 0, 1, 1, 0])
    assert (loss.cells, loss.primary, loss.secondary) == (6, 2, 1)
    assert (loss.units, loss.units_shown) == (77, 51)


def test_inhabitants_that_nobody_counted_are_left_out():
    # Inhabitants of the buurten: 1000, 500, 0, unknown, 40, 2000.
    loss = found([4, 31, 0, 13, 9, 20], [1, 0, 0, 1, 1, 0])
    assert (loss.inhabitants, loss.inhabitants_shown) == (3540, 2500)
    assert found([5, 60, 0], [1, 0, 0], level="wijk").inhabitants is None


def test_zeros_contributors_and_groups_are_reasons_too():
    counts, hidden = [0, 31, 12, 40, 40, 20], [1, 1, 1, 0, 1, 0]
    assert found(counts, hidden).primary == 0
    assert found(counts, hidden, rule=DisclosureRule(zeros=ZeroPolicy.SUPPRESS)).primary == 1
    assert found(counts, hidden, contributors=[0, 3, 12, 40, 40, 20]).primary == 1
    # All 40 inhabitants of the fifth buurt are counted.
    assert found(counts, hidden, rule=DisclosureRule(group=Group("inhabitants"))).primary == 2


def test_a_cell_that_a_rule_would_hide_and_nobody_hid_is_no_loss():
    # As where by the public register nothing can be: the zero there is no secret.
    loss = found([0, 31, 12, 40, 40, 20], [0] * 6, rule=DisclosureRule(zeros=ZeroPolicy.SUPPRESS))
    assert (loss.primary, loss.secondary) == (0, 0)


def test_a_pattern_of_other_cells_is_refused():
    with pytest.raises(AlignmentError, match="not of the cells"):
        found([4, 31, 0, 13, 9, 20], [1, 0])


@pytest.fixture
def report():
    tables = {
        ("labs", "2021", "country"): table("country", [100]),
        ("labs", "2021", "wijk"): table("wijk", [60, 30, 10]),
        ("labs", "2021", "buurt"): table("buurt", [50, 10, 25, 5, 4, 6]),
    }
    hidden = {"country": [0], "wijk": [0, 0, 0], "buurt": [0, 1, 1, 1, 1, 1]}
    patterns = {("labs", "2021"): {level: np.array(cells, dtype=bool) for level, cells in hidden.items()}}
    lost = losses(tables, patterns, rules={"labs": DisclosureRule()}, layers=tree())
    inside = replace(lost[-1], level="park", cells=2, primary=1, secondary=0, units=9, units_shown=9)
    return loss_report([*lost, inside], [indicator(), indicator(id="other")], levels=LEVELS)


def test_the_report_adds_up_by_level(report):
    assert report["kind"] == KIND
    assert [entry["id"] for entry in report["indicators"]] == ["labs", "other"]
    assert report["indicators"][1]["periods"] == []
    (period,) = report["indicators"][0]["periods"]
    assert [(row["level"], row["published"], row["units"]) for row in period["levels"]] == [
        ("country", 1, 1.0),
        ("wijk", 3, 1.0),
        ("buurt", 1, 0.5),
        # All units in parks are shown; most lie in no park.
        ("park", 1, 0.09),
    ]
    assert period["lead"] == {"administrative": "wijk"}
    assert period["levels"][2]["primary"] == 3


def test_the_lead_level_follows_the_share_asked():
    tables = {("labs", "2021", level): table(level, counts) for level, counts in LEAD.items()}
    patterns = {("labs", "2021"): {level: np.array(counts) < 10 for level, counts in LEAD.items()}}
    lost = losses(tables, patterns, rules={"labs": DisclosureRule()}, layers=tree())

    def lead(share):
        made = loss_report(lost, [indicator()], levels=LEVELS, share=share)
        return made["indicators"][0]["periods"][0]["lead"]["administrative"]

    assert [lead(share) for share in (0.5, 0.75, 0.76, 1)] == ["buurt", "buurt", "wijk", "wijk"]
    for share in (0, 2):
        with pytest.raises(ConfigError):
            lead(share)


LEAD = {"country": [40], "wijk": [20, 10, 10], "buurt": [20, 0, 10, 0, 5, 5]}


def test_windows_come_after_their_years():
    periods = ("2022", "2021-2022", "2021")
    tables = {("labs", period, "wijk"): table("wijk", [20, 10, 10], period=period) for period in periods}
    patterns = {("labs", period): {"wijk": np.zeros(3, dtype=bool)} for period in periods}
    lost = losses(tables, patterns, rules={"labs": DisclosureRule()}, layers=tree())
    made = loss_report(lost, [indicator()], levels=LEVELS)["indicators"][0]["periods"]
    assert [period["period"] for period in made] == ["2021", "2022", "2021-2022"]


def test_the_page_and_the_file_say_that_they_are_confidential(report, tmp_path):
    release = tmp_path / "release"
    release.mkdir()
    for name in ("losses.json", "losses.html"):
        write_report(tmp_path / name, content=report, html=loss_page(report), release=release)
    assert json.loads((tmp_path / "losses.json").read_bytes()) == report
    text = (tmp_path / "losses.html").read_text(encoding="utf-8")
    assert "Confidential" in text
    assert "lead level: wijk" in text
    assert "<td>3</td><td>2</td><td>1</td>" in text
    with pytest.raises(ConfigError):
        write_report(release / "losses.json", content=report, html="", release=release)
    assert list(release.iterdir()) == []
