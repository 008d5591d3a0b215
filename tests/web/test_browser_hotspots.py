"""A hotspot map by options of the reader: chosen, shown, in the address, and undone."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from tests.web.browser import Screen
from web.app import create_app
from web.on_demand import OnDemand
from web.site import Site
from zicht.release import open_release

pytestmark = pytest.mark.browser

START = "/kaart?niveau=buurt&periode=2025&laag=hotspot"
OPTIONS = ("methode", "omgeving", "kans")


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return open_release(tiny_release(tmp_path_factory.mktemp("hotspots") / "release"))


@pytest.fixture(scope="module")
def app(release):
    return create_app(release)


def legend(screen: Screen) -> dict[str, int]:
    rows = screen.page.locator(".legend-row").all()
    found = {str(row.get_attribute("data-class")): int(str(row.get_attribute("data-count"))) for row in rows}
    return {name: count for name, count in found.items() if count}


def wanted(release, **query: str) -> dict[str, int]:
    maps = OnDemand(Site(release))
    choice = maps.choice(world.LABS, "buurt", query)
    return Counter(maps.classes(world.LABS, "2025", "buurt", "", choice).label.tolist())


def chosen(screen: Screen) -> dict[str, str]:
    return {name: value for name, value in screen.state().items() if name in OPTIONS}


def of_maps(screen: Screen, start: int = 0) -> list[str]:
    return [address.split("/classes/")[1] for address in screen.requests[start:] if "/classes/" in address]


def test_a_map_of_ones_own_by_keyboard_in_the_address_and_undone(screen, release):
    screen.open(START + "&gebied=BU90010101")
    page = screen.page
    assert chosen(screen) == {}
    assert legend(screen) == wanted(release)
    assert of_maps(screen) == [f"buurt/{world.LABS}/2025.bin"], "nothing is computed unless somebody asks"
    note = page.locator(".legend-note")
    expect(note).to_contain_text("hoogstens 1 op 20")
    expect(note).not_to_contain_text("Naar uw keuze")
    page.locator("#field-hotspots summary").focus()
    page.keyboard.press("Enter")
    page.locator("#choice-method").focus()
    page.keyboard.press("ArrowDown")
    screen.until(lambda state: state.get("methode") == "gi-star-count")
    assert page.evaluate("() => document.activeElement.id") == "choice-method", "the focus stays"
    page.locator("#choice-neighbourhood").select_option("second-order")
    page.locator("#choice-alpha").select_option("0.2")
    screen.until(lambda state: state.get("kans") == "0.2")
    query = {"methode": "gi-star-count", "omgeving": "second-order", "kans": "0.2"}
    assert chosen(screen) == query
    assert legend(screen) == wanted(release, **query)
    assert legend(screen) != wanted(release)
    expect(note).to_contain_text("Gi*, aantallen (volume); omgeving: twee ringen van gebieden")
    expect(note).to_contain_text("hoogstens 1 op 5 ")
    expect(note).to_contain_text("Naar uw keuze gemaakt")
    screen.page.reload()
    screen.settled()
    assert chosen(screen) == query
    assert legend(screen) == wanted(release, **query)
    assert page.locator("#field-hotspots").get_attribute("open") is not None
    receipts = [address for address in screen.requests if "/explain/" in address]
    assert all(f"{name}={value}" in receipts[-1] for name, value in query.items())
    page.go_back()
    screen.until(lambda state: "kans" not in state)
    assert chosen(screen) == {"methode": "gi-star-count", "omgeving": "second-order"}
    page.go_back()
    page.go_back()
    screen.until(lambda state: "methode" not in state)
    assert legend(screen) == wanted(release)
    page.go_forward()
    screen.until(lambda state: state.get("methode") == "gi-star-count")
    assert legend(screen) == wanted(release, methode="gi-star-count")


def test_what_the_release_chose_leaves_the_address(screen, release):
    screen.open(f"{START}&kans=0.2")
    assert chosen(screen) == {"kans": "0.2"}
    own = screen.page.locator('#choice-alpha option[value="0.05"]')
    expect(own).to_have_text("hoogstens 1 op 20 (zoals gepubliceerd)")
    screen.page.locator("#choice-alpha").select_option("0.05")
    screen.until(lambda state: "kans" not in state)
    assert legend(screen) == wanted(release)


def test_options_that_make_no_sense_are_left_out_and_values_have_none(screen, release):
    screen.open(f"{START}&methode=kriging&omgeving=nearest-8&kans=0.33")
    assert chosen(screen) == {"omgeving": "nearest-8"}
    assert legend(screen) == wanted(release, omgeving="nearest-8")
    screen.page.locator('input[name="laag"][value="waarde"]').check(force=True)
    screen.settled()
    expect(screen.page.locator("#field-hotspots")).to_be_hidden()
    start = len(screen.requests)
    screen.page.locator("#choice-level").select_option("wijk")
    screen.settled()
    assert of_maps(screen, start) == [f"wijk/{world.LABS}/2025.bin"], "values need no map of one's own"


def test_where_it_cannot_be_made_now_the_map_of_the_release_is_shown_and_that_is_said(screen, release):
    screen.page.route("**/classes/**kans**", lambda route: route.fulfill(status=503, body="{}"))
    screen.open(f"{START}&kans=0.2")
    expect(screen.page.locator(".legend-note")).to_contain_text("kon nu niet worden gemaakt")
    assert legend(screen) == wanted(release)
    assert all("503" in complaint for complaint in screen.complaints)
    screen.complaints.clear()


def test_in_english(screen):
    screen.open(START + "&taal=en&omgeving=second-order")
    expect(screen.page.locator(".legend-note")).to_contain_text("neighbourhood: two rings of areas")
    expect(screen.page.locator("#field-hotspots summary")).to_have_text("How hotspots are decided")
