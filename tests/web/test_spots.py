"""Hotspot windows on the page and in the API: where, and at least how many; never a count."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from geo.disks import outline
from tests.support.tiny_world import LABS, RESIDENTS
from tests.web.browser import Screen, require_chromium, running
from web.app import create_app
from web.deck import specification
from web.site import Site
from web.spots import spot_list
from zicht.release import Release
from zicht.spots import SpotColumn, SpotKey, SpotStatus, SpotTable

PERIOD = "2024-2025"
FLAGGED, SILENT, COVERED = (str(status) for status in SpotStatus)


@pytest.fixture(scope="module")
def with_spots(release) -> Release:
    codes = release.areas["h3-7"].code.tolist()
    hexes = ((codes[0], codes[1]), (codes[1],), (codes[3],))
    column = SpotColumn(
        SpotKey(LABS, PERIOD, "h3-7"),
        np.array([one[0] for one in hexes]),
        hexes,
        np.array([100.0, 50.0, 70.0]),
        np.array([0.2, 0.1, 0.14]),
        np.array([17, 13, 13]),
        np.array([FLAGGED, COVERED, SILENT]),
        np.array(["GM9001", "GM9001", "GM9002"]),
        (outline(hexes[0]), (), ()),
    )
    catalogue = copy.deepcopy(dict(release.catalogue))
    for entry in catalogue["indicators"]:
        if entry["id"] == LABS:
            entry["spots"] = {"level": "h3-7", "exposure": "homes", "amount": 50, "rings": 1, "alpha": 0.05}
    return replace(release, spots=SpotTable([column]), catalogue=catalogue)


@pytest.fixture(scope="module")
def app(with_spots):
    return create_app(with_spots)


@pytest.fixture(scope="module")
def address(app) -> Iterator[str]:
    require_chromium()
    with running(app) as served:
        yield served


def test_the_api_says_where_and_at_least_how_many(client):
    answer = client.get(f"/api/v1/spots/{LABS}/{PERIOD}")
    assert answer.status_code == 200
    content = json.loads(answer.get_data())
    assert {name: content[name] for name in ("candidates", "silent", "covered")} == {
        "candidates": 3,
        "silent": 1,
        "covered": 1,
    }
    (spot,) = content["spots"]
    assert (spot["at_least"], spot["gemeente"], spot["name"]) == (17, "GM9001", "Zilverdijk")
    assert len(spot["hexes"]) == 2
    ring = spot["outline"][0]
    assert ring[0] == ring[-1]
    assert all(len(point) == 2 for point in ring)
    assert not {"count", "value", "p"} & set(spot)


def test_an_indicator_without_hotspot_windows_has_an_empty_list(client):
    content = json.loads(client.get(f"/api/v1/spots/{RESIDENTS}/{PERIOD}").get_data())
    assert content["candidates"] == 0
    assert content["spots"] == []
    assert client.get(f"/api/v1/spots/nothing/{PERIOD}").status_code == 404


def test_the_page_on_method_lists_them_in_a_table(client):
    text = client.get("/methode?taal=nl").get_data(as_text=True)
    assert "Hotspotvensters, 2024-2025" in text
    assert '<th scope="row">Zilverdijk</th>' in text
    assert "Hotspot windows, 2024-2025" in client.get("/methode?taal=en").get_data(as_text=True)


def test_the_map_has_their_outlines_only_where_there_are_any(with_spots, site):
    def names(one: Site) -> list[str]:
        return [layer["id"] for layer in json.loads(specification(one))["layers"]]

    assert "spots" in names(Site(with_spots))
    assert "spots" not in names(site)
    assert spot_list(site, LABS, PERIOD)["spots"] == []


@pytest.mark.browser
def test_they_are_drawn_and_listed_beside_the_map(browser, address):
    screen = Screen(browser, address)
    screen.open(f"/kaart?indicator={LABS}&periode={PERIOD}&niveau=gemeente")
    text = screen.page.locator("#spots").inner_text()
    assert text == "Zilverdijk: ten minste 17 in 2 jaar"
    assert screen.page.evaluate("document.documentElement.dataset.ready") is not None
    complaints = screen.complaints
    screen.close()
    assert complaints == []
