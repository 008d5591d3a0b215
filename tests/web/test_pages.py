from __future__ import annotations

import html
import json
import re

import pytest

from tests.support.certified import certify
from tests.support.tiny import tiny_release
from tests.web.conftest import EVIL
from web.app import create_app
from web.deck import bundle_path
from web.units import written
from zicht.config import Background

PAGES = ["/", "/kaart", "/methode", "/bescherming", "/protection", "/nothing", "/download/nothing/2021/buurt.csv"]


def config(body: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', body, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("language", "badge", "draft"),
    [("nl", "Fictieve gegevens", "Concept: alleen primaire"), ("en", "Fictional data", "Draft: primary suppression")],
)
def test_every_page_says_that_it_is_fictional_and_a_draft(client, path, language, badge, draft):
    body = client.get(f"{path}?taal={language}").text
    assert f'<html lang="{language}">' in body
    assert badge in body
    assert draft in body


def test_a_real_release_that_is_certified_has_no_such_banner(tmp_path):
    folder = tiny_release(
        tmp_path / "real",
        manifest=lambda manifest: {**manifest, "protection": "joint"},
        catalogue=lambda content: {**content, "fictional": False, "notices": [{"nl": "Let <op>", "en": "Mind"}]},
    )
    client = create_app(certify(folder)).test_client()
    for path in PAGES:
        body = client.get(path).text
        assert "fictional-badge" not in body
        assert "draft-banner" not in body
        assert 'href="/bescherming?taal=nl"' in body
        assert "Let &lt;op&gt;" in body


def test_the_page_starts_from_what_it_needs(client, release):
    content = config(client.get("/kaart?taal=en").text)
    assert content["lang"] == "en"
    assert content["release"] == release.short_id
    assert content["statuses"] == ["published", "suppressed", "missing", "not_applicable"]
    assert set(content["map"]["takeover"]) == {"gemeente", "wijk", "buurt"}
    assert content["background"] == "none"


def test_the_address_of_the_map_is_one_page_whatever_its_state(client):
    plain = client.get("/kaart").data
    assert client.get("/kaart?gebied=BU90010101&zoom=nan&niveau=%00").data == plain == client.get("/").data


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_inline_script_or_style(client, path):
    body = client.get(path).text
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", body, re.DOTALL):
        assert 'type="application/json"' in attributes or not content.strip()
    assert "<style" not in body
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", body)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_names_another_host(client, path):
    body = client.get(path).text
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", body)


def test_every_file_a_page_names_is_there(client):
    body = client.get("/kaart").text
    files = re.findall(r'(?:src|href)="(/[^"]+)"', body)
    assert len(files) > 8
    for path in files:
        response = client.get(html.unescape(path))
        assert response.status_code == 200, path


def test_a_name_that_is_a_script_stays_text(client, release):
    assert EVIL in client.get(f"/columns/{release.short_id}/areas/buurt.json").json["name"]
    for path in PAGES:
        assert EVIL not in client.get(path).text


def test_the_method_page_tells_everything_of_every_indicator(client, release):
    body = html.unescape(client.get("/methode").text)
    for entry in release.catalogue["indicators"]:
        for name in ("name", "definition", "numerator", "caveats"):
            assert entry[name]["nl"] in body
        assert entry["source"]["owner"] in body
        assert entry["source"]["legal_basis"]["nl"] in body
    assert "Een patroon, geen bewijs." in body


def test_the_method_page_hides_small_counts_of_its_quality_table(client, release):
    body = client.get("/methode").text
    assert "812" in body
    assert "minder dan 5" in body
    cells = [cell for source in release.quality["sources"] for cell in source["cells"]]
    assert len(re.findall(r"<td>(?:Gelezen|Gebruikt|Zonder plaats|Afgekeurd)</td>", body)) == len(cells)


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (1234567, "nl", "1.234.567"),
        (1234567, "en", "1,234,567"),
        (0.5, "nl", "0,5"),
        (0.5, "en", "0.5"),
        (None, "nl", ""),
    ],
)
def test_numbers_are_written_in_the_language(value, language, shown):
    assert written(value, language) == shown


def test_the_bundle_comes_from_the_installed_wheel(client):
    address = re.search(r'src="(/pydeck/[^"]+)"', client.get("/kaart").text)[1]
    response = client.get(address)
    assert response.data == bundle_path().read_bytes()
    assert "immutable" in response.headers["Cache-Control"]
    assert response.content_type.startswith("text/javascript")
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 1_300_000
    assert client.get(f"{address}.map").status_code == 404


def test_the_name_of_the_release_is_at_hand(client, release):
    assert release.short_id in client.get("/methode").text


def test_a_background_must_be_asked_for(release):
    page = create_app(release, background=Background.PDOK).test_client().get("/kaart").text
    assert config(page)["background"] == "pdok"
