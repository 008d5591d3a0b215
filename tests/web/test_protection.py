"""The page and the data on protection: counted from the release, in both languages, for drafts and for others."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest

from tests.support import tiny_world as world
from tests.support.certified import certificate, doubted
from web.app import create_app
from web.protection import by_subject, rules
from web.site import Site
from web.translations import LANGUAGES
from zicht.certificate import write_certificate
from zicht.explain import STATUS_TEXTS
from zicht.published import Status
from zicht.standing import Doubt

DOUBTS = [None, *Doubt]


def text(body: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_holds_of_this_release(doubt, language, tmp_path):
    client = create_app(doubted(tmp_path / "a", doubt)).test_client()
    body = client.get(f"/protection?taal={language}").text
    texts = LANGUAGES[language]
    for name in Doubt:
        assert (texts[f"protect.draft.{name}"] in html.unescape(body)) == (name is doubt)
        assert (texts[f"banner.draft.{name}"] in html.unescape(body)) == (name is doubt)
    audited = doubt in (None, Doubt.PRIMARY)
    assert (texts["protect.audit.holds"] in body) == audited
    assert (texts["protect.audit.broken"] in body) == (doubt is Doubt.BROKEN)
    assert (texts["protect.audit.none"] in body) == (doubt in (Doubt.UNAUDITED, Doubt.INVALID))
    assert "zicht audit RELEASE" in body
    for name in ("something", "knowledge", "group", "elsewhere", "records", "low"):
        assert texts[f"protect.not.{name}"] in html.unescape(body)
    assert client.get(f"/bescherming?taal={language}").data == body.encode()


@pytest.mark.parametrize("doubt", DOUBTS)
def test_every_page_links_to_it(doubt, tmp_path):
    client = create_app(doubted(tmp_path / "a", doubt)).test_client()
    for path in ("/", "/methode", "/nothing"):
        body = client.get(path).text
        assert ("draft-banner" in body) == (doubt is not None)
        assert ("protected-banner" in body) == (doubt is None)
        banner = re.search(r'<p class="notice[^>]*id="\w+-banner".*?</p>', body)
        assert banner
        assert 'href="/bescherming?taal=nl"' in banner[0]


def test_hidden_cells_are_counted_in_the_release_itself(tmp_path):
    release = doubted(tmp_path / "a", None)
    site = Site(release)
    found = {row["id"]: row for row in by_subject(site)}
    assert set(found) == {world.LABS, world.RESIDENTS, world.FINES}
    for name, row in found.items():
        own = [
            column
            for column in release.values
            if column.key.indicator == name and column.key.measure in ("count", "amount")
        ]
        assert row["cells"] == sum(len(column.status) for column in own) > 0
        assert row["suppressed"] == sum((column.status == "suppressed").sum() for column in own) > 0
    body = text(create_app(release).test_client().get("/bescherming").text)
    row = found[world.LABS]
    share = round(100 * row["suppressed"] / row["cells"])
    assert re.search(rf"{row['cells']}\s+{row['suppressed']} \({share}%\)\s+12\b", body)


def test_the_narrowest_bound_of_a_part_is_that_of_its_whole(tmp_path):
    release = doubted(tmp_path / "a", Doubt.UNAUDITED)
    labs, residents, _ = certificate(release).systems
    systems = (replace(labs, parts=(world.FINES,), narrowest_upper=31), replace(residents, narrowest_upper=None))
    write_certificate(release.path, certificate(release, systems=systems))
    found = {row["id"]: row["narrowest_upper"] for row in by_subject(Site(release))}
    assert found == {world.LABS: 31, world.FINES: 31, world.RESIDENTS: None}


def test_the_rule_is_stated_once_where_it_is_one(tmp_path):
    release = doubted(tmp_path / "a", None)
    assert rules(Site(release)) == [{"threshold": 5, "margin": None, "rounding": 1}]
    release.catalogue["indicators"][0]["disclosure"].update(margin=2, rounding=5)
    several = text(create_app(release).test_client().get("/bescherming").text)
    assert "Drempel" in several
    for entry in release.catalogue["indicators"]:
        entry["disclosure"].update(margin=2, rounding=5)
    one = text(create_app(release).test_client().get("/bescherming").text)
    assert "voor elk onderwerp: drempel 5, marge 2, afgerond op 5." in one
    assert "Drempel" not in one


@pytest.mark.parametrize("doubt", DOUBTS)
def test_the_data_are_the_public_report(doubt, tmp_path):
    release = doubted(tmp_path / "a", doubt)
    client = create_app(release).test_client()
    found = client.get("/api/v1/protection").json
    assert (found["draft"], found["doubt"]) == (doubt is not None, doubt)
    assert found["release"] == release.id
    assert found["kind"] == "disclosure-report"
    assert [entry["id"] for entry in found["indicators"]] == [e["id"] for e in release.catalogue["indicators"]]
    assert (found["audit"] is None) == (doubt in (Doubt.UNAUDITED, Doubt.INVALID))
    if doubt is None:
        assert (found["audit"]["holds"], found["audit"]["narrowest_upper"]) == (True, 12)
    assert "secondary" not in json.dumps(found)
    assert client.get("/api/v1/releases").json["releases"][0]["draft"] == (doubt is not None)


@pytest.mark.parametrize("doubt", DOUBTS)
def test_receipt_and_download_say_the_same(doubt, tmp_path):
    client = create_app(doubted(tmp_path / "a", doubt)).test_client()
    found = client.get(f"/api/v1/explain/{world.LABS}/2024/buurt/{world.SMALL[0]}?taal=en").json
    assert LANGUAGES["en"][f"receipt.check.protection.{doubt or 'joint'}"] in found["checks"]
    assert found["release"]["draft"] == (doubt is not None)
    assert "zicht audit RELEASE" in found["rebuild"]
    download = client.get(f"/download/{world.LABS}/2024/buurt.csv?taal=en").text
    for name in Doubt:
        assert (LANGUAGES["en"][f"banner.draft.{name}"] in download) == (name is doubt)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_command_explain_a_hidden_number_in_the_same_words(language):
    said = LANGUAGES[language]["class.suppressed.explain"]
    assert said.rstrip(".").lower() == STATUS_TEXTS[Status.SUPPRESSED][language]


def test_no_text_tells_why_a_number_is_hidden():
    for texts in LANGUAGES.values():
        for key, said in texts.items():
            assert "secundair" not in said.lower(), key
            assert "secondary" not in said.lower(), key
            if "primary" not in key:
                assert "primair" not in said.lower(), key
                assert "primary" not in said.lower(), key
