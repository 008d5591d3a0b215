"""Levels above the gemeente in the dashboard: in every list, on the map, found by name, opened where they say most."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import web
from geo.areas import ADMINISTRATIVE
from tests.support import tiny_world as world
from tests.web.regional import DISTRICTS, regional_release
from tiles.scheme import ZOOMS
from web.app import create_app
from web.deck import specification, takeover_zooms
from web.levels import BY_ZOOM, GROUND, NAMED, OUTLINED
from web.public.columns import full_catalogue
from web.search import Index
from web.site import Site
from web.translations import LANGUAGES
from zicht.build import LEVEL_NAMES

STATE = Path(web.__file__).parent / "static" / "js" / "state.js"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    return regional_release(tmp_path_factory.mktemp("regional") / "release")


@pytest.fixture(scope="module")
def app(shown):
    return create_app(shown)


@pytest.fixture(scope="module")
def regional(shown):
    return Site(shown)


def test_every_room_has_the_same_levels_in_the_same_order():
    assert ("country", *BY_ZOOM, "park") == ADMINISTRATIVE
    assert ADMINISTRATIVE[1:] == NAMED
    script = STATE.read_text(encoding="utf-8")
    (followed,) = re.findall(r"const FOLLOWED = \[(.*)\];", script)
    assert re.findall(r"'(\w+)'", followed) == list(BY_ZOOM)
    assert re.findall(r"const COARSE = FOLLOWED.slice\(0, FOLLOWED.indexOf\('(\w+)'\)\)", script) == [GROUND]
    assert set(ADMINISTRATIVE) - {"country"} <= set(ZOOMS)
    assert set(LEVEL_NAMES) == set(ADMINISTRATIVE)
    for texts in LANGUAGES.values():
        assert {f"{form}.{level}" for form in ("level", "levels") for level in ADMINISTRATIVE} <= set(texts)


def test_the_map_has_districts_with_borders_of_their_own(regional):
    ids = {layer["id"] for layer in json.loads(specification(regional))["layers"]}
    assert {"values-district", "outline-district", "selection-district", "outline-gemeente", "land-gemeente"} <= ids
    assert "land-district" not in ids
    assert "buurt" not in OUTLINED


def test_a_district_comes_before_a_gemeente_as_one_zooms_in(regional):
    zooms = takeover_zooms(regional)
    assert list(zooms) == ["district", "gemeente", "wijk", "buurt"]
    assert list(zooms.values()) == sorted(zooms.values())
    assert zooms["district"] == 0.0


def test_a_release_without_districts_reads_as_before(site):
    zooms = takeover_zooms(site)
    assert list(zooms) == ["gemeente", "wijk", "buurt"]
    assert zooms["gemeente"] == 0.0
    assert Index(site.release.areas).find("Oeverstreek") == []


def test_a_district_is_found_and_listed_before_what_lies_in_it(regional):
    (hit,) = Index(regional.release.areas).find("oeverstr")
    assert (hit.level, hit.code) == ("district", "PD9001")


def test_the_lead_level_follows_from_the_release_alone(regional, shown):
    entries = {entry["id"]: entry for entry in full_catalogue(regional)["indicators"]}
    assert entries[world.LABS]["lead"] == ["district"]
    assert entries[world.LABS]["shown"]["gemeente"] == 0.0
    # What most events are shown at depends on how much is most.
    strict = {entry["id"]: entry["lead"] for entry in full_catalogue(Site(shown, lead_share=1.0))["indicators"]}
    assert set(strict[world.RESIDENTS]) <= set(entries[world.RESIDENTS]["lead"]) | {"gemeente", "wijk"}
    assert "country" not in {level for entry in entries.values() for level in entry["lead"]}


@pytest.mark.browser
def test_a_rare_subject_opens_at_the_level_that_shows_it(screen):
    screen.open(f"/kaart?indicator={world.LABS}&laag=waarde")
    assert screen.state()["niveau"] == "district"
    assert screen.page.locator("#rows tbody tr[data-code]").count() == 2
    names = screen.page.locator("#choice-level option").all_inner_texts()
    assert any(name.startswith("Politiedistrict") for name in names)
    screen.page.locator('tr[data-code="PD9001"]').click()
    screen.until(lambda state: state.get("gebied") == "PD9001")
    assert screen.page.locator("#area-name").inner_text() == DISTRICTS["GM9001"][1]


@pytest.mark.browser
def test_a_buurt_says_in_which_district_it_lies(screen):
    screen.open(f"/kaart?indicator={world.LABS}&niveau=buurt&gebied=BU90010101")
    crumbs = [crumb.inner_text() for crumb in screen.page.locator(".crumb").all()]
    assert crumbs == ["Waterland-Oost", "Oeverstreek", "Zilverdijk", "Zilverdijk Noord"]
