"""Periods that some levels lack: the page shows what is there, says what gave way, and asks for nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support import tiny_world as world
from tests.web import uneven
from tests.web.browser import Screen
from tests.web.uneven import TOTAL, YEARS, offered, uneven_release
from web.app import create_app

pytestmark = pytest.mark.browser

LABS, FINES, RESIDENTS = world.LABS, world.FINES, world.RESIDENTS
LEVELS = [level for level in world.LEVELS if level != "country"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    return uneven_release(tmp_path_factory.mktemp("uneven") / "release")


@pytest.fixture(scope="module")
def app(shown):
    return create_app(shown)


def chip(screen: Screen, period: str):
    return screen.page.locator(f'input[name="periode"][value="{period}"]')


def note(screen: Screen) -> str:
    return screen.page.locator("#choice-note").inner_text()


def place(screen: Screen) -> tuple[str, str]:
    state = screen.state()
    return state["periode"], state["niveau"]


def choose(screen: Screen, period: str) -> None:
    chip(screen, period).check(force=True)
    screen.settled()


def choose_level(screen: Screen, level: str) -> None:
    screen.page.locator("#choice-level").select_option(level)
    screen.settled()


def test_a_year_that_buurten_lack_leads_to_gemeenten_and_says_why(screen):
    screen.open("/kaart?niveau=buurt")
    assert place(screen) == (TOTAL, "buurt")
    assert note(screen) == ""
    expect(chip(screen, "2024")).to_have_attribute("aria-description", "Over 2024 zijn er alleen cijfers per gemeente.")
    expect(chip(screen, "2024")).to_be_enabled()
    chip(screen, TOTAL).focus()
    screen.page.keyboard.press("ArrowLeft")
    screen.until(lambda state: state["periode"] == "2025")
    assert place(screen) == ("2025", "gemeente")
    assert note(screen) == (
        "Over 2025 zijn er alleen cijfers per gemeente, omdat kleinere aantallen te veel zouden verraden; "
        "u ziet nu gemeenten in plaats van buurten."
    )
    assert screen.page.evaluate("() => document.activeElement.value") == "2025", "the focus stays"
    assert screen.page.locator("#rows tbody tr[data-code]").count() == 2
    assert chip(screen, TOTAL).get_attribute("aria-description") is None
    choose(screen, "2024")
    assert place(screen) == ("2024", "gemeente")
    assert note(screen) == "", "what was said is of the choice before"


def test_a_level_that_a_year_lacks_leads_to_all_years_and_says_why(screen):
    screen.open("/kaart?niveau=gemeente&periode=2024&taal=en")
    option = screen.page.locator('#choice-level option[value="buurt"]')
    assert option.inner_text() == f"Neighbourhoods ({TOTAL.replace('-', '–')} only)"
    expect(option).to_have_attribute("title", "By neighbourhood there are figures for 2024–2025 together only.")
    choose_level(screen, "buurt")
    assert place(screen) == (TOTAL, "buurt")
    assert note(screen) == (
        "By neighbourhood there are figures for 2024–2025 together only, since smaller numbers would give away too "
        "much; you now see 2024–2025 together."
    )


def test_an_address_that_does_not_exist_is_mended_and_says_why(screen):
    screen.open("/kaart?niveau=h3-8&periode=2024&gebied=BU90010101")
    assert place(screen) == ("2024", "gemeente")
    assert "u ziet nu gemeenten in plaats van zeshoeken" in note(screen)
    screen.page.reload()
    screen.settled()
    assert note(screen) == ""


def test_what_a_subject_never_has_cannot_be_chosen_and_says_why(screen):
    screen.open(f"/kaart?indicator={FINES}")
    assert place(screen) == (TOTAL, "wijk")
    for year in YEARS:
        expect(chip(screen, year)).to_be_disabled()
        expect(chip(screen, year)).to_have_attribute("title", f"Dit onderwerp is er niet over {year}.")
    for level in LEVELS:
        option = screen.page.locator(f'#choice-level option[value="{level}"]')
        assert option.is_disabled() == (level != "wijk")
        assert ("(niet bij dit onderwerp)" in option.inner_text()) == (level != "wijk")
    screen.open(f"/kaart?indicator={RESIDENTS}")
    expect(chip(screen, TOTAL)).to_be_disabled()
    expect(chip(screen, TOTAL)).to_have_attribute(
        "aria-description", "Dit is een stand op één moment: jaren bij elkaar optellen kan niet."
    )


def test_another_subject_keeps_what_it_can_and_tells_what_not(screen):
    screen.open("/kaart?niveau=gemeente&periode=2024")
    screen.page.locator(f'input[name="indicator"][value="{FINES}"]').check(force=True)
    screen.settled()
    assert place(screen) == (TOTAL, "wijk")
    assert note(screen) == "Dit onderwerp is er niet over 2024; u ziet nu 2024–2025 samen."


def test_a_part_has_no_figure_of_the_country_and_no_years(screen):
    before = len(screen.requests)
    screen.open(f"/kaart?indicator={FINES}")
    assert screen.page.locator("#area-absent").inner_text() == (
        "Van dit gebied is er geen cijfer: over 2024–2025 samen is dit onderwerp er alleen per wijk."
    )
    assert screen.page.locator("#chart-note").inner_text() == (
        "Dit onderwerp is er niet per jaar, alleen over 2024–2025 samen."
    )
    assert not [path for path in screen.asked_since(before) if "/explain/" in path or "/series/" in path]
    screen.page.locator("#look-inside").click()
    screen.settled()
    assert place(screen) == (TOTAL, "wijk")
    screen.page.locator('tr[data-code="WK900101"]').click()
    screen.until(lambda state: state.get("gebied") == "WK900101")
    assert screen.page.locator("#area-absent").count() == 0
    assert screen.page.locator("#receipt").count() == 1


def counted(route) -> None:
    found = route.fetch().json()
    for entry in found["indicators"]:
        entry["offered"]["measures"].update(country=["count"], gemeente=["count"])
    route.fulfill(json=found)


def test_a_rate_is_not_held_against_a_count_of_the_country(screen):
    screen.page.route("**/catalogue.json", counted)
    screen.open("/kaart?niveau=buurt&gebied=BU90010101")
    figure = screen.page.locator("#area-figure").inner_text()
    assert "labs per 10.000 woningen per jaar" in figure
    assert "Heel Waterland-Oost" not in figure
    caption = "Ontmantelde drugslabs, gemeente Zilverdijk (ontmantelde labs)"
    assert screen.page.locator("#chart-caption").inner_text() == caption


def test_a_buurt_shows_the_years_of_its_gemeente(screen):
    screen.open("/kaart?niveau=buurt&gebied=BU90010101")
    assert screen.page.locator("#chart-note").inner_text() == (
        "Per buurt zijn er geen losse jaren. Dit zijn de jaren van Zilverdijk."
    )
    assert "Zilverdijk" in (screen.page.locator(".chart").get_attribute("aria-label") or "")
    choose(screen, "2024")
    assert screen.page.locator("#area-name").inner_text() == "Zilverdijk Noord Kern"
    assert "over 2024 is dit onderwerp er alleen per gemeente" in screen.page.locator("#area-absent").inner_text()
    screen.page.locator(".crumb").nth(1).click()
    screen.until(lambda state: state.get("gebied") == "GM9001")
    assert screen.page.locator("#chart-note").count() == 0
    assert screen.page.locator("#area-absent").count() == 0


def test_the_level_that_follows_the_zoom_stays_where_a_year_stays(screen):
    screen.open("/kaart?niveau=automatisch")
    assert note(screen) == ""
    choose(screen, "2024")
    assert place(screen) == ("2024", "automatisch")
    assert note(screen) == (
        "Over 2024 zijn er alleen cijfers per gemeente; verder inzoomen geeft geen kleinere gebieden."
    )
    zoom = float(screen.state()["zoom"])
    for step in (1, 2, 3, 4):
        screen.page.locator("#zoom-in").click()
        screen.until(lambda state, wanted=zoom + step: abs(float(state["zoom"]) - wanted) < 0.02)
    assert screen.page.locator("#rows tbody tr[data-code]").count() == 2
    choose(screen, TOTAL)
    assert note(screen) == ""
    assert screen.page.locator("#rows tbody tr[data-code]").count() == 12


def test_hotspots_of_a_year_without_them_lead_to_where_they_are_and_say_so(screen):
    screen.open("/kaart?niveau=gemeente&periode=2024&laag=waarde")
    screen.page.locator('input[name="laag"][value="hotspot"]').check(force=True)
    screen.settled()
    assert screen.state()["laag"] == "hotspot"
    assert place(screen) == (TOTAL, "wijk")
    assert note(screen) == "Wat u zag heeft geen hotspots; u ziet nu 2024–2025 samen, per wijk."


@pytest.mark.parametrize("area", ["", "BU90010101", "PK9001"])
def test_whatever_is_clicked_is_there(screen, shown, area):
    screen.open(f"/kaart?gebied={area}")
    seen = set()
    for entry in shown.catalogue["indicators"]:
        screen.page.locator("#choice-theme").select_option(entry["theme"])
        screen.page.locator(f'input[name="indicator"][value="{entry["id"]}"]').check(force=True)
        screen.settled()
        for level in LEVELS:
            if screen.page.locator(f'#choice-level option[value="{level}"]').is_disabled():
                assert level not in entry["levels"]
                continue
            for period in world.PERIODS:
                choose_level(screen, level)
                assert screen.state()["niveau"] == level
                if chip(screen, period).is_disabled():
                    assert not any(offered(entry["id"], period, other) for other in LEVELS)
                    continue
                choose(screen, period)
                found = place(screen)
                assert found[0] == period
                assert offered(entry["id"], *found)
                assert (found[1] == level) == offered(entry["id"], period, level)
                assert note(screen) or found[1] == level, "what gives way is told"
                seen.add((entry["id"], *found))
    assert seen == {
        (entry["id"], period, level)
        for entry in shown.catalogue["indicators"]
        for period in world.PERIODS
        for level in entry["levels"]
        if level != "country" and offered(entry["id"], period, level)
    }


FIT = """async ([module, catalogue, wanted, keep]) => {
    const {fitState} = await import(module);
    const {period, level} = fitState(await (await fetch(catalogue)).json(), wanted, keep);
    return [period, level];
}"""


@pytest.mark.parametrize(
    ("wanted", "keep", "fitted"),
    [
        ({}, None, (TOTAL, "buurt")),
        ({"period": "2024"}, None, ("2024", "gemeente")),
        ({"period": "2024", "level": "wijk"}, None, ("2024", "gemeente")),
        ({"period": "2024", "level": "wijk"}, "level", (TOTAL, "wijk")),
        ({"period": "2024", "level": "h3-7"}, None, ("2024", "gemeente")),
        ({"period": "2024", "level": "gemeente"}, "level", ("2024", "gemeente")),
        ({"level": "h3-8"}, None, (TOTAL, "h3-8")),
        ({"period": "1999", "level": "buurt"}, None, (TOTAL, "buurt")),
        ({"period": "2024", "level": "nothing"}, None, ("2024", "gemeente")),
        ({"period": "2024", "level": "park"}, None, ("2024", "gemeente")),
        ({"indicator": FINES, "period": "2024", "level": "gemeente"}, None, (TOTAL, "wijk")),
        ({"indicator": FINES, "level": "automatisch"}, None, (TOTAL, "wijk")),
        ({"indicator": RESIDENTS, "period": TOTAL, "level": "buurt"}, None, ("2025", "buurt")),
        ({"indicator": RESIDENTS, "level": "h3-8"}, "level", ("2025", "park")),
    ],
)
def test_period_and_level_are_fitted_to_each_other(screen, app, shown, wanted, keep, fitted):
    # A page with what modules read as they load.
    screen.page.goto(f"{screen.address}/kaart")
    module, catalogue = f"{app.static_url_path}/js/state.js", f"/columns/{shown.short_id}/catalogue.json"
    arguments = [module, catalogue, wanted] + ([keep] if keep else [])
    assert tuple(screen.page.evaluate(FIT, arguments)) == fitted


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_on_protection_is_quiet_and_fits_a_telephone(browser, address, language):
    screen = Screen(browser, address, width=390, height=844, has_touch=True, is_mobile=True)
    screen.page.goto(f"{address}/kaart?taal={language}")
    screen.settled()
    screen.page.locator("#protected-banner a").click()
    screen.page.wait_for_url("**/bescherming**")
    assert screen.page.locator("html").get_attribute("lang") == language
    assert screen.page.locator("h1").count() == 1
    assert screen.page.locator('nav [aria-current="page"]').inner_text() in ("Bescherming", "Protection")
    assert screen.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert screen.page.locator("table.plain tbody tr").count() == 3
    screen.page.locator("table.plain a").first.click()
    screen.page.wait_for_url("**/methode**")
    assert screen.complaints == []
    assert screen.outside() == []
    screen.close()


def test_the_catalogue_says_what_each_period_has(shown, app):
    found = app.test_client().get("/api/v1/catalogue").json["indicators"]
    for entry in found:
        assert {(period, level) for period, levels in entry["offered"]["columns"].items() for level in levels} == {
            (key.period, key.level) for key in shown.values.keys() if key.indicator == entry["id"]
        }
        assert entry["levels_by_period"] == {
            period: [level for level in entry["levels"] if level in entry["offered"]["columns"][period]]
            for period in entry["periods"]
        }
    assert uneven.YEAR_LEVELS == ("country", "gemeente")
