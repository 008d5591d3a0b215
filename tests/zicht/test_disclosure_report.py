"""The public disclosure report: counted again by hand, and safe to open."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.support.certified import certificate as certified
from tests.support.tiny import tiny_release
from zicht.certificate import AuditedSystem, Certificate, write_certificate
from zicht.cli import main
from zicht.disclosure_page import disclosure_page
from zicht.disclosure_report import disclosure_report, lead_level, lead_levels
from zicht.errors import ConfigError
from zicht.published import Measure, PublishedTable, Status
from zicht.release import canonical_json, open_release
from zicht.report_page import Section, Share, Table, check_target, page, percentage

LABS = "drug-labs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_release(tmp_path_factory.mktemp("tiny") / "release")


@pytest.fixture(scope="module")
def release(folder):
    return open_release(folder)


def levels(report, indicator, period):
    entry = next(one for one in report["indicators"] if one["id"] == indicator)
    found = next(one for one in entry["periods"] if one["period"] == period)
    return {row["level"]: row for row in found["levels"]}, found["lead"]


def test_every_cell_is_counted_once(release):
    report = disclosure_report(release)
    table = release.values.to_arrow().to_pylist()
    own = [row for row in table if row["measure"] in {Measure.COUNT, Measure.AMOUNT}]
    assert report["totals"]["cells"] == len(own)
    rows = [row for entry in report["indicators"] for one in entry["periods"] for row in one["levels"]]
    for status in Status:
        assert sum(row[status] for row in rows) == sum(row["status"] == status for row in own)
    assert sum(row["cells"] for row in rows) == len(own)
    assert 0 < report["totals"]["suppressed"] < len(own)


def test_shares_of_events_are_those_of_the_published_values(release):
    found, lead = levels(disclosure_report(release), LABS, "2024")
    table = [
        row
        for row in release.values.to_arrow().to_pylist()
        if (row["indicator"], row["period"], row["measure"]) == (LABS, "2024", "count")
    ]
    whole = next(row["value"] for row in table if row["level"] == "country")
    for level, row in found.items():
        shown = sum(one["value"] or 0 for one in table if one["level"] == level)
        assert row["events"] == pytest.approx(min(shown / whole, 1), abs=5e-5)
    assert found["buurt"]["events"] < 1
    assert lead == {"administrative": "buurt", "hex": "h3-8"}


def test_nobody_can_tell_the_share_where_the_country_is_not_shown(tmp_path):
    def hide(table):
        return PublishedTable(
            replace(column, status=np.array(["suppressed"]), value=np.array([np.nan]), high=np.array([np.nan]))
            if column.key.level == "country" and column.key.measure == "count"
            else column
            for column in table
        )

    found, lead = levels(disclosure_report(open_release(tiny_release(tmp_path / "r", values=hide))), LABS, "2024")
    assert {row["events"] for row in found.values()} == {None}
    assert lead == {"administrative": None, "hex": None}


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"a": 1.0, "b": 0.7, "c": 0.69}, "b"),
        ({"a": 1.0, "b": 0.2, "c": 0.8}, "c"),
        ({"a": 0.5}, None),
        ({"a": 1.0, "b": None}, "a"),
        ({}, None),
    ],
)
def test_the_lead_level_is_the_finest_with_enough(shares, expected):
    assert lead_level(shares, ["a", "b", "c"], share=0.7) == expected


def test_each_family_has_its_lead_level_and_the_country_is_in_both():
    names = [("country", "administrative"), ("wijk", "administrative"), ("park", "park"), ("h3-6", "hex")]
    known = [{"id": name, "family": family} for name, family in names]
    shares = {"country": 1.0, "wijk": 0.9, "park": 0.1, "h3-6": 0.2}
    assert lead_levels(shares, known, share=0.7) == {"administrative": "wijk", "hex": "country"}
    assert lead_levels({"country": 1.0}, known, share=0.7) == {"administrative": "country"}


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan")])
def test_a_share_that_is_none_is_refused(release, share):
    with pytest.raises(ConfigError):
        disclosure_report(release, share=share)


def test_what_the_audit_found_is_in_the_report(release):
    system = AuditedSystem(LABS, "2024", (), 30, 4, 20, 24, 0, 12, holds=True)
    report = disclosure_report(release, certificate=Certificate(release.id, (), (system,), holds=True))
    assert report["audit"]["holds"]
    assert (report["audit"]["targets"], report["audit"]["narrowest_upper"]) == (24, 12)
    entry = next(one for one in report["indicators"] if one["id"] == LABS)
    assert [one["audit"] and one["audit"]["atoms"] for one in entry["periods"]] == [20, None, None]
    assert disclosure_report(release)["audit"] is None


@pytest.mark.parametrize(
    ("protection", "violations", "said"),
    [("joint", 0, "the rule holds"), ("joint", 3, "found 3 numbers"), ("primary", 0, "was not audited")],
)
def test_the_page_says_how_it_stands(release, protection, violations, said):
    system = AuditedSystem(LABS, "2024", (), 30, 4, 20, 24, violations, 12, holds=not violations)
    certificate = Certificate(release.id, (), (system,), holds=not violations)
    report = disclosure_report(release, certificate=certificate) | {"protection": protection}
    assert said in disclosure_page(report, language="en")


class Reader(HTMLParser):
    """Collects tags, and fails on anything that would load something."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "form"}
        assert not {name for name, _ in attrs} & {"src", "href", "style", "onload", "onclick", "srcset"}
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_is_whole_and_loads_nothing(release, language):
    text = disclosure_page(disclosure_report(release), language=language)
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.tags.count("table") == sum(
        bool(one["levels"]) for entry in disclosure_report(release)["indicators"] for one in entry["periods"]
    )
    assert "default-src 'none'" in text
    assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert "url(" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_a_release_says_is_escaped(tmp_path):
    bad = '<script>alert("x")</script>&'

    def spoil(catalogue):
        return catalogue | {
            "title": {"nl": bad, "en": bad},
            "indicators": [one | {"name": {"nl": bad, "en": bad}} for one in catalogue["indicators"]],
            "levels": [one | {"name": {"nl": bad, "en": bad}} for one in catalogue["levels"]],
        }

    spoiled = open_release(tiny_release(tmp_path / "r", catalogue=spoil))
    text = disclosure_page(disclosure_report(spoiled), language="nl")
    assert "<script" not in text
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;" in text
    Reader().feed(text)


def test_cells_headings_and_captions_are_escaped():
    text = page(
        "<t>", [Section("<h>", ("<s>",), (Table("<c>", ("<a>",), (("<n>", 1234, Share(None)),)),))], language="nl"
    )
    assert not re.search(r"<[thscan]>", text)
    assert "1.234" in text
    assert "<td>–</td>" in text


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "100.0%"), (0.9999, "99.9%"), (0.7, "70.0%"), (0.0004, "0.0%"), (0.0, "0.0%")]
)
def test_what_is_not_all_is_not_shown_as_all(share, shown):
    assert percentage(share, "en") == shown
    assert percentage(share, "nl") == shown.replace(".", ",")


def keys(content):
    """Yield every key that stands anywhere in a report, but those of texts, families and the disclosure rule."""
    for key, value in content.items() if isinstance(content, dict) else ():
        if key not in {"nl", "en", "administrative", "hex"}:
            yield key
        if key != "disclosure":
            yield from keys(value)
    for item in content if isinstance(content, list) else ():
        yield from keys(item)


def test_every_entry_is_described(release):
    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "disclosure-report.md").read_text("utf-8")
    system = AuditedSystem(LABS, "2024", (), 30, 4, 20, 24, 0, 12, holds=True)
    report = disclosure_report(release, certificate=Certificate(release.id, (), (system,), holds=True))
    for key in set(keys(report)):
        assert re.search(rf"`(periods\[\]\.|levels\[\]\.)?{key}`", text), key


def run(capsys, *arguments):
    code = 0
    try:
        main(["report", *map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    return code or 0, capsys.readouterr().err


def test_the_command_writes_what_the_function_returns(folder, release, tmp_path, capsys):
    for name in ("a.json", "b.json", "a.html"):
        assert run(capsys, folder, "--out", tmp_path / name)[0] == 0
    stated = disclosure_report(release)
    assert (tmp_path / "a.json").read_bytes() == canonical_json(stated) == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == disclosure_page(stated, language="nl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.json", "b.json"]


def test_the_command_reads_the_certificate(tmp_path, capsys):
    folder = tiny_release(tmp_path / "release")
    opened = open_release(folder)
    names = {key.indicator for key in opened.values.keys() if key.measure == Measure.COUNT}
    systems = tuple(AuditedSystem(name, "2024", (), 1, 0, 1, 1, 0, 12, holds=True) for name in sorted(names))
    amounts = certified(opened).amounts
    write_certificate(folder, Certificate(opened.id, (), systems, holds=True, amounts=amounts))
    assert run(capsys, folder, "--out", tmp_path / "r.json")[0] == 0
    assert json.loads((tmp_path / "r.json").read_bytes())["audit"]["systems"] == len(systems)


def test_a_certificate_of_another_release_is_refused(tmp_path, capsys):
    folder = tiny_release(tmp_path / "release")
    write_certificate(folder, Certificate("0" * 64, (), (), holds=True))
    code, shown = run(capsys, folder, "--out", tmp_path / "r.html")
    assert (code, "of another release" in shown) == (1, True)
    assert not (tmp_path / "r.html").exists()


def test_the_page_states_the_rule_and_the_whole_of_a_part(release):
    report = disclosure_report(release)
    first, second = report["indicators"][:2]
    changed = first | {"part_of": second["id"], "disclosure": first["disclosure"] | {"zeros": "suppress"}}
    text = disclosure_page(report | {"indicators": [changed, second]}, language="en")
    assert "Shown from 5, rounded to 1; zeros are not shown." in text
    assert "Shown from 5, rounded to 1; zeros are shown." in text
    assert f"Counts a part of {second['name']['en']}." in text


@pytest.mark.parametrize(
    "place", ["report.txt", "release/report.html", "release/attestations/report.json", "no/r.html"]
)
def test_a_wrong_place_is_refused_and_nothing_is_written(folder, capsys, place):
    out = folder.parent / place
    before = sorted(folder.parent.rglob("*"))
    code, shown = run(capsys, folder, "--out", out)
    assert (code, "ConfigError" in shown) == (1, True)
    assert sorted(folder.parent.rglob("*")) == before
    with pytest.raises(ConfigError):
        check_target(out, release=folder)
