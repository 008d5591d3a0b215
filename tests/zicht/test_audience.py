"""A release for some readers says so everywhere, is served to nobody else, and is built beside the public one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from analysis.audit.report import audit
from analysis.confidential.audiences import for_audience
from analysis.confidential.contracts import read_sources
from analysis.confidential.disclosure.ledger import read_ledger
from analysis.confidential.disclosure_rules import DisclosureRule
from analysis.confidential.indicators import read_themes
from tests.support.certified import certify
from tests.support.publishing import Land, as_release, publish
from tests.support.small import indicator
from tests.support.tiny import tiny_release
from web.app import create_app
from zicht.audience import Audience, audience_of, check_earlier, ledger_of, missing_from
from zicht.build import PACKAGE
from zicht.cli import main
from zicht.demo import RECIPE
from zicht.errors import ConfigError, ReleaseError, UnprotectedError
from zicht.recipe import read_recipe
from zicht.release import open_release

READERS = {"id": "riec", "name": {"nl": "het RIEC", "en": "the RIEC"}}
AUDIENCE = """
[audience]
id = "riec"
name = { nl = "het RIEC", en = "the RIEC" }
disclosure = { threshold = 5, rounding = 5 }
indicators.drug-labs-dismantled = { threshold = 10 }

[ledger]
releases = ["../public"]
"""


def restricted(folder: Path):
    return tiny_release(folder, manifest=lambda old: {**old, "protection": "joint", "audience": READERS})


def test_a_public_release_of_before_names_no_audience_and_no_ledger(tmp_path):
    release = open_release(tiny_release(tmp_path / "a"))
    assert audience_of(release) is None
    assert ledger_of(release) == ()


def test_a_build_file_names_an_audience_and_earlier_releases(tmp_path):
    path = tmp_path / "build.toml"
    path.write_text(RECIPE + AUDIENCE, encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.audience == Audience("riec", {"nl": "het RIEC", "en": "the RIEC"})
    assert recipe.ledger == (tmp_path / "../public",)
    assert recipe.rules[""] == {"threshold": 5, "rounding": 5}
    themes = read_themes(PACKAGE / "themes", read_sources(PACKAGE / "sources"))
    rules = {i.id: i.disclosure for theme in for_audience(themes, recipe.rules, where="x") for i in theme.indicators}
    assert rules["drug-labs-dismantled"].threshold == 10
    assert {rule.threshold for name, rule in rules.items() if name != "drug-labs-dismantled"} == {5}
    assert {rule.margin for rule in rules.values()} == {2}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "riec"', 'id = "RIEC 1"', "lower-case"),
        ("disclosure = {", "rules = {", "no entry 'rules'"),
        ('nl = "het RIEC", ', "", "needs nl and en"),
        ("releases =", "release =", "no entry 'release'"),
    ],
)
def test_a_wrong_audience_is_refused(tmp_path, old, new, message):
    path = tmp_path / "build.toml"
    path.write_text(RECIPE + AUDIENCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_recipe(path)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"none": {}}, "no indicator 'none'"),
        ({"": {"threshold": 7, "rounding": 5}}, "multiple"),
        ({"": {"a": 1}}, "'a'"),
        ({"": {"unplaced": True}}, "other records than the public"),
        ({"drug-offences": {"unplaced": False}}, "other records than the public"),
    ],
)
def test_wrong_rules_of_an_audience_are_refused(rules, message):
    themes = read_themes(PACKAGE / "themes", read_sources(PACKAGE / "sources"))
    with pytest.raises(ConfigError, match=message):
        for_audience(themes, rules, where="x")


def run(capsys, *arguments):
    code = 0
    try:
        main([*map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr()


@pytest.mark.parametrize(
    ("asked", "served"), [((), False), (("--audience", "om"), False), (("--audience", "riec"), True)]
)
def test_it_is_served_to_its_own_readers_alone(asked, served, tmp_path, capsys, monkeypatch):
    started = []
    monkeypatch.setattr("zicht.commands.serve.serve_app", lambda *_, **__: started.append(1))
    folder = certify(restricted(tmp_path / "a")).path
    code, shown = run(capsys, "serve", folder, *asked)
    assert (code in (0, None)) == served == bool(started)
    assert served or "not public" in shown.err
    # A draft is refused to others as well.
    assert run(capsys, "serve", folder, "--draft")[0] == 1


def test_a_public_release_is_not_served_as_if_it_were_not(tmp_path, capsys):
    folder = tiny_release(tmp_path / "a")
    code, shown = run(capsys, "serve", folder, "--draft", "--audience", "riec")
    assert code == 1
    assert "public" in shown.err


def test_every_page_download_and_answer_says_for_whom_it_is(tmp_path, capsys):
    folder = restricted(tmp_path / "a")
    assert "NOT PUBLIC: only for het RIEC (riec)" in run(capsys, "info", folder)[1].out
    client = create_app(open_release(folder)).test_client()
    for path in ("/kaart", "/methode", "/bescherming"):
        assert "Niet openbaar: alleen voor het RIEC." in client.get(path).text
        assert "Not public: only for the RIEC." in client.get(f"{path}?taal=en").text
    text = client.get("/download/drug-labs/2024-2025/buurt.csv").get_data(as_text=True)
    comments = [row[0] for row in csv.reader(io.StringIO(text)) if row and row[0].startswith("#")]
    assert any("Niet openbaar" in line for line in comments)
    assert client.get("/api/v1/releases").json["releases"][0]["audience"] == READERS
    public = create_app(open_release(tiny_release(tmp_path / "b"))).test_client()
    assert "audience-banner" not in public.get("/kaart").text
    assert public.get("/api/v1/releases").json["releases"][0]["audience"] is None


def test_who_may_be_read_beside_whom(tmp_path):
    own, public = open_release(restricted(tmp_path / "a")), open_release(tiny_release(tmp_path / "b"))
    check_earlier(audience_of(own), [public, own], where="here")
    check_earlier(None, [public], where="here")
    for readers in (None, Audience("om", {"nl": "OM", "en": "OM"})):
        with pytest.raises(UnprotectedError, match="riec"):
            check_earlier(readers, [public, own], where="here")
    assert missing_from(["ab"], [public]) == ("ab",)
    assert missing_from([public.id], [public]) == ()
    with pytest.raises(ReleaseError, match="lower-case"):
        Audience("", {})


def test_whoever_sees_both_is_protected_if_the_public_one_is_in_the_ledger(tmp_path):
    def counted(threshold):
        return indicator(
            id="x", levels=("buurt",), total=False, disclosure=DisclosureRule(threshold=threshold, rounding=1)
        )

    land = Land({"buurt": [0] * 5}, [("buurt", at, "country", 0) for at in range(5)])
    truth, year, broken = {("x", 2021): [6, 3, 14, 20, 21]}, range(2021, 2022), 0
    for number in range(6):
        secret = Land(land.levels, land.atoms, key=f"{number:032d}")
        public = as_release(land, publish(land, truth, [counted(10)], year), [counted(10)], tmp_path / f"{number}p")
        for beside in (True, False):
            columns = publish(secret, truth, [counted(5)], year, read_ledger([public]) if beside else None)
            folder = tmp_path / f"{number}{beside}"
            own = as_release(land, columns, [counted(5)], folder, audience=READERS)
            holds = audit(own, earlier=[public]).holds
            assert holds or not beside
            broken += not holds
    assert broken > 0
