"""The dashboard in a browser: what is drawn, what is asked of the server, and every way through it."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support import tiny_world as world
from tests.web.browser import Screen, chromium, share
from tests.web.conftest import EVIL, EVIL_CODE, ZERO_CODE
from web import palette
from web.legend import breaks_of

pytestmark = pytest.mark.browser

COUNT_FRAMES = """
let make;
Object.assign(window, {given: 0, drawn: []});
Object.defineProperty(window, 'createDeck', {configurable: true, get: () => make, set: original => (make = (...all) => {
    const deck = original(...all), setProps = deck.setProps.bind(deck), draw = deck._drawLayers.bind(deck);
    deck.setProps = props => { if (props.layers) given += 1; return setProps(props); };
    deck._drawLayers = (reason, ...rest) => {
        drawn.push(deck.props.layers.map(layer => layer.id));
        return draw(reason, ...rest);
    };
    return deck;
})});
"""
LABS = world.LABS
_ANY = re.compile(r"\S")


def legend(screen: Screen) -> dict[str, int]:
    rows = screen.page.locator(".legend-row").all()
    return {str(row.get_attribute("data-class")): int(str(row.get_attribute("data-count"))) for row in rows}


def click_in(screen: Screen, code: str, release) -> None:
    """Click on the map where the middle of an area lies."""
    level = next(level for level, areas in release.areas.items() if code in areas.code)
    point = release.areas[level].point[release.areas[level].fid(code)]
    state = screen.state()
    box = screen.page.locator("#map").bounding_box()
    assert box
    scale = 512 * 2 ** float(state["zoom"])

    def world_of(lon: float, lat: float) -> tuple[float, float]:
        return (lon + 180) / 360, 0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)

    x, y = world_of(*point)
    cx, cy = world_of(float(state["lon"]), float(state["lat"]))
    at = box["x"] + box["width"] / 2 + (x - cx) * scale, box["y"] + box["height"] / 2 + (y - cy) * scale
    screen.page.mouse.move(at[0] - 3, at[1] - 3)
    screen.page.mouse.move(*at)
    screen.page.locator("#tooltip").wait_for(state="visible")
    screen.page.mouse.click(*at)
    screen.until(lambda state: state.get("gebied") == code)


def choose(screen: Screen, name: str, value: str) -> None:
    screen.page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)
    screen.settled()


def test_the_hotspot_map_is_painted_in_its_classes(screen):
    picture = screen.open().picture()
    for name in ("hot", "cold", "not_significant"):
        assert share(picture, palette.CLASSES[name].ground) > 0.01, name  # type: ignore[index]
    for look in (palette.SUPPRESSED, palette.MISSING, palette.NOT_APPLICABLE, palette.CLASSES["undetermined"]):  # type: ignore[index]
        assert share(picture, look.ground) > 0.004, look
        assert share(picture, look.ink, tolerance=24) > 0.001, look


def test_the_map_of_values_is_painted_in_its_classes(screen):
    picture = screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=buurt&laag=waarde").picture()
    seen = [look for look in palette.SEQUENCE if share(picture, look.ground) > 0.01]
    assert len(seen) >= 4
    assert share(picture, palette.ZERO.ground) > 0.01
    assert share(picture, palette.SUPPRESSED.ground) > 0.004


def test_the_legend_counts_what_is_published(screen, release, site):
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=buurt&laag=waarde")
    column = site.column(LABS, "2024", "buurt")
    counted = Counter(column.status.tolist())
    shown = legend(screen)
    for status in ("suppressed", "missing", "not_applicable"):
        assert shown[status] == counted[status]
    entry = next(e for e in breaks_of(site, LABS) if (e["level"], e["measure"], e["kind"]) == ("buurt", "rate", "year"))
    values = column.value[(column.status == "published") & (column.value > 0)]
    classes = np.bincount(np.digitize(values, entry["breaks"]), minlength=len(entry["breaks"]) + 1)
    assert [shown[f"class-{index}"] for index in range(len(classes))] == classes.tolist()
    assert shown["zero"] == 1
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=buurt&laag=hotspot")
    labels = Counter(
        next(c for c in release.classes if c.key.period == "2024" and c.key.level == "buurt").label.tolist()
    )
    assert {name: count for name, count in legend(screen).items() if count} == labels


def test_another_indicator_costs_one_column_and_no_tile(screen):
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=buurt&laag=waarde")
    before = len(screen.requests)
    choose(screen, "periode", "2025")
    asked = screen.asked_since(before)
    assert [path for path in asked if "/values/" in path] == [
        path for path in asked if path.endswith("/values/buurt/drug-labs/2025/rate.bin")
    ]
    assert sum("/values/" in path for path in asked) == 1
    assert not [path for path in asked if path.startswith("/tiles/")]
    choose(screen, "indicator", world.FINES)
    asked = screen.asked_since(before)
    assert not [path for path in asked if path.startswith("/tiles/")]
    assert screen.page.locator("#map-title").inner_text() == "Opgelegde boetes"


def test_hexagons_come_once_and_another_year_of_them_is_one_column(screen):
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=h3-8&laag=waarde")
    assert sum(path.endswith("/hexes/h3-8.bin") for path in screen.asked_since(0)) == 1
    before = len(screen.requests)
    choose(screen, "periode", "2025")
    of_hexes = [path.split("/", 3)[3] for path in screen.asked_since(before) if "h3-8" in path]
    assert [path for path in of_hexes if not path.startswith("classes/")] == [f"values/h3-8/{LABS}/2025/rate.bin"]
    assert not [path for path in screen.asked_since(before) if path.startswith("/tiles/")]
    assert not any("h3-" in path for path in screen.asked_since(0) if path.startswith("/tiles/"))


def from_afar(route):
    spec = route.fetch().json()
    spec["initialViewState"]["minZoom"] = 5
    route.fulfill(json=spec)


def test_hexagons_are_drawn_again_only_for_what_shows(browser, address):
    screen = Screen(browser, address, width=390, height=420)
    screen.context.add_init_script(COUNT_FRAMES)
    screen.page.route("**/deck.json", from_afar)
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=h3-8&laag=waarde&lon=5.38&lat=52.78&zoom=7.5")
    assert screen.page.evaluate("drawn[0]") == [], "the first frame, before the size of the canvas is known"
    screen.page.wait_for_timeout(400)
    before, where = screen.page.evaluate("given"), screen.state()["lon"]
    screen.page.locator("#map").press("ArrowRight")
    screen.until(lambda state: state["lon"] != where)
    screen.page.wait_for_timeout(400)
    assert screen.page.evaluate("given") == before, "no border in sight, here or there"
    for _ in range(3):
        screen.page.locator("#map").press("+")
    screen.until(lambda state: float(state["zoom"]) > 10)
    screen.page.wait_for_timeout(400)
    assert screen.page.evaluate("given") > before, "borders came in sight"
    assert screen.complaints == []
    screen.close()


def test_a_hexagon_is_chosen_outlined_and_told_of(screen, release):
    code = str(release.areas["h3-8"].code[40])
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=h3-8&laag=hotspot&gebied={code}")
    assert share(screen.picture(), "#0c121a", tolerance=12) > 0.0005, "the outline of the chosen one"
    other = str(release.areas["h3-8"].code[50])
    click_in(screen, other, release)
    assert screen.page.locator("#area-name").inner_text() == other
    assert other in screen.page.locator("#tooltip").inner_text()
    assert share(screen.picture(), palette.SUPPRESSED.ground) > 0.004


def test_the_pointer_tells_what_it_is_on(screen, release):
    screen.open()
    click_in(screen, "BU90010101", release)
    text = screen.page.locator("#tooltip").inner_text()
    for part in (
        "Zilverdijk Noord Kern",
        "334",
        "labs per 10.000 woningen per jaar",
        "Hotspot",
        "Bron: Controles",
        "Een patroon, geen bewijs.",
    ):
        assert part in text


def test_a_click_selects_in_table_and_panel(screen, release):
    screen.open()
    click_in(screen, "BU90010101", release)
    assert screen.state()["gebied"] == "BU90010101"
    assert screen.page.locator("#area-name").inner_text() == "Zilverdijk Noord Kern"
    row = screen.page.locator('tr[aria-selected="true"]')
    assert row.get_attribute("data-code") == "BU90010101"
    crumbs = [crumb.inner_text() for crumb in screen.page.locator(".crumb").all()]
    assert crumbs == ["Waterland-Oost", "Zilverdijk", "Zilverdijk Noord"]
    screen.page.locator("#receipt summary").click()
    assert "Ontmantelingen gedeeld door woningen" in screen.page.locator("#receipt").inner_text()
    screen.page.locator(".area-close").click()
    screen.until(lambda state: "gebied" not in state)


def test_a_hidden_area_shows_why_and_no_number(screen):
    screen.open(f"/kaart?gebied={world.SMALL[0]}")
    figure = screen.page.locator("#area-figure").inner_text()
    assert figure.startswith("Verborgen")
    assert "beschermen" in figure


@pytest.mark.parametrize(("period", "words"), [("2024-2025", "woningen opgeteld over 2 jaar"), ("2024", "woningen")])
def test_what_is_divided_by_is_called_the_same_in_panel_and_choice(screen, period, words):
    screen.open(f"/kaart?indicator={LABS}&periode={period}&niveau=buurt&laag=waarde&gebied=BU90010101")
    assert words in screen.page.locator(".facts dt").all_text_contents()
    screen.page.locator("#choice-measure").select_option("exposure")
    screen.until(lambda state: state.get("maat") == "exposure")
    assert screen.page.locator("#measure-note").text_content() == words


def test_a_row_selects_on_the_map(screen):
    screen.open()
    before = screen.picture()
    screen.page.locator(f'tr[data-code="{ZERO_CODE}"]').click()
    screen.until(lambda state: state.get("gebied") == ZERO_CODE)
    screen.page.mouse.move(5, 5)
    changed = np.asarray(before) != np.asarray(screen.picture())
    assert changed.any(axis=2).mean() > 0.002, "an outline appeared"


def test_the_table_is_the_map_in_rows(screen, site):
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=buurt&laag=waarde")
    rows = screen.page.locator("#rows tbody tr[data-code]").all()
    column = site.column(LABS, "2024", "buurt")
    assert {row.get_attribute("data-code") for row in rows} == set(column.code.tolist())
    known = column.value[column.status == "published"]
    order = [row.get_attribute("data-code") for row in rows][: known.size]
    assert [column.value[column.code == code][0] for code in order] == sorted(known, reverse=True)
    screen.page.get_by_role("button", name="Gebied", exact=False).first.click()
    names = [row.inner_text().split("\t")[0] for row in screen.page.locator("#rows tbody tr[data-code]").all()]
    assert len(names) == len(rows)
    assert screen.page.locator("th").first.get_attribute("aria-sort") == "ascending"


def test_search_select_and_drill_by_keyboard_alone(screen):
    screen.open("/kaart?niveau=buurt")
    page = screen.page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.locator("#search-input").focus()
    page.keyboard.type("rietmeer n")
    page.locator(".search-item").first.wait_for()
    assert page.locator("#search-input").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    screen.until(lambda state: (state["niveau"], state.get("gebied")) == ("wijk", "WK900201"))
    page.locator("#look-inside").focus()
    page.keyboard.press("Enter")
    screen.until(lambda state: (state["niveau"], state["gebied"]) == ("buurt", "WK900201"))
    assert page.locator("#rows tbody tr[data-code]").count() == 3, "only what lies in the wijk"
    page.locator('tr[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    wanted = page.evaluate("() => document.activeElement.dataset.code")
    page.keyboard.press("Enter")
    screen.until(lambda state: state["gebied"] == wanted)
    page.locator(".crumb").nth(1).focus()
    page.keyboard.press("Enter")
    screen.until(lambda state: (state["niveau"], state["gebied"]) == ("gemeente", "GM9002"))


def test_enter_goes_to_what_was_typed_and_not_to_what_fewer_letters_found(screen):
    screen.open("/kaart?niveau=buurt")
    page, held = screen.page, []

    def hold(route):
        held.append(route)

    page.route(re.compile(r"/api/v1/areas\?.*q=rietmeer%20n"), hold)
    page.locator("#search-input").focus()
    page.keyboard.type("rietmeer")
    page.locator(".search-item").first.wait_for()
    page.keyboard.type(" n")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert "gebied" not in screen.state(), "nothing was chosen yet"
    assert len(held) == 1
    held[0].continue_()
    screen.until(lambda state: (state["niveau"], state.get("gebied")) == ("wijk", "WK900201"))
    assert page.locator("#search-list").is_hidden()


def test_search_answers_within_a_tenth_of_a_second(screen):
    screen.open()
    screen.page.keyboard.press("Escape")
    spent = screen.page.evaluate(
        """async () => {
            const times = [];
            for (const q of ['riet', 'zilver', 'bu9001', 'kern', 'park']) {
                const start = performance.now();
                const answer = await (await fetch(`/api/v1/areas?limit=5&q=${q}`)).json();
                times.push(performance.now() - start);
                if (!answer.areas.length) throw new Error(q);
            }
            return Math.min(...times);
        }"""
    )
    assert spent < 100


def test_every_choice_stands_in_the_address_and_survives_a_reload(screen):
    screen.open()
    choose(screen, "laag", "waarde")
    choose(screen, "periode", "2025")
    screen.page.locator("#choice-level").select_option("wijk")
    screen.settled()
    screen.page.locator("#choice-measure").select_option("count")
    screen.settled()
    screen.page.locator('tr[data-code="WK900101"]').click()
    screen.until(lambda state: state.get("gebied") == "WK900101")
    screen.settled()
    zoom = float(screen.state()["zoom"])
    screen.page.locator("#zoom-in").click()
    screen.until(lambda state: abs(float(state["zoom"]) - zoom - 1) < 0.02)
    state = screen.state()
    assert {name: state[name] for name in ("thema", "indicator", "periode", "niveau", "laag", "maat", "gebied")} == {
        "thema": "drugs",
        "indicator": LABS,
        "periode": "2025",
        "niveau": "wijk",
        "laag": "waarde",
        "maat": "count",
        "gebied": "WK900101",
    }
    assert len(screen.page.url) < 2000
    texts = [screen.page.locator(f"#{part}").inner_text() for part in ("map-subtitle", "area-name", "legend")]
    screen.page.reload()
    screen.settled()
    assert screen.state() == state
    assert [screen.page.locator(f"#{part}").inner_text() for part in ("map-subtitle", "area-name", "legend")] == texts
    screen.page.go_back()
    screen.until(lambda state: "gebied" not in state)


def test_the_other_language_keeps_the_state(screen):
    screen.open("/kaart?niveau=wijk&laag=waarde&periode=2024&gebied=WK900101")
    before = screen.state()
    screen.page.locator("#language").click()
    screen.page.wait_for_url("**taal=en**")
    screen.settled()
    assert screen.state() == {**before, "taal": "en"}
    assert screen.page.locator("#map-title").inner_text() == "Drug labs dismantled"
    assert "A pattern, not proof." in screen.page.locator(".stage-head").inner_text()
    assert screen.page.locator("html").get_attribute("lang") == "en"


def test_another_theme_brings_its_first_subject(screen):
    screen.open()
    screen.page.locator("#choice-theme").select_option("parks")
    screen.settled()
    state = screen.state()
    assert (state["thema"], state["indicator"], state["laag"]) == ("parks", world.RESIDENTS, "waarde")
    assert screen.page.locator('input[name="laag"][value="hotspot"]').is_disabled()


def test_parks_can_be_seen_from_afar(screen):
    picture = screen.open(f"/kaart?indicator={world.RESIDENTS}&niveau=park&periode=2024").picture()
    assert max(share(picture, look.ground) for look in (palette.ZERO, *palette.SEQUENCE)) > 0.0003


def test_the_level_follows_the_zoom(screen, monkeypatch):
    monkeypatch.setattr("web.deck.READABLE", 260)
    screen.open("/kaart?niveau=automatisch&laag=waarde&lon=5.38&lat=52.784&zoom=10.5")
    assert screen.page.locator("#choice-level").input_value() == "automatisch"
    coarse = screen.page.locator("#rows").inner_text()
    for _ in range(3):
        screen.page.locator("#zoom-in").click()
    screen.until(lambda state: float(state["zoom"]) > 13.4)
    assert "Zilverdijk Noord Kern" in screen.page.locator("#rows").inner_text()
    assert "Zilverdijk Noord Kern" not in coarse


def test_hexagons_are_drawn_and_named_by_their_code(screen):
    picture = screen.open(f"/kaart?indicator={LABS}&niveau=h3-8&laag=hotspot&periode=2024").picture()
    assert share(picture, palette.CLASSES["hot"].ground) > 0.01  # type: ignore[index]
    assert screen.page.locator("#rows").inner_text().count("fffff") > 5


def test_a_name_that_is_a_script_is_text_everywhere(screen, release):
    screen.open(f"/kaart?gebied={EVIL_CODE}")
    click_in(screen, EVIL_CODE, release)
    assert EVIL in screen.page.locator("#tooltip").inner_text()
    assert screen.page.locator("#area-name").inner_text() == EVIL
    screen.page.locator("#search-input").fill("<script")
    screen.page.locator(".search-item").first.wait_for()
    assert EVIL in screen.page.locator("#search-list").inner_text()


def test_nonsense_in_the_address_falls_back_to_the_default(screen):
    screen.open("/kaart?indicator=nothing&niveau=zzz&periode=1066&laag=%3Cb%3E&lon=x&zoom=NaN&maat=nothing")
    assert screen.page.locator("#map-title").inner_text() == "Ontmantelde drugslabs"
    assert screen.page.locator(".legend-row").count() == 8


def test_it_fits_a_telephone(browser, address):
    screen = Screen(browser, address, width=390, height=844, has_touch=True, is_mobile=True)
    screen.open("/kaart?gebied=BU90010101")
    wide = screen.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390
    small = screen.page.evaluate(
        """() => [...document.querySelectorAll('button, a, select, input[type=text], label')]
            .filter(e => e.offsetParent && !e.classList.contains('skip'))
            .map(e => [e.id || e.className || e.textContent, e.getBoundingClientRect()])
            .filter(([, box]) => box.height > 0 && box.height < 18)
            .map(([name, box]) => `${name} ${box.height}`)"""
    )
    assert small == []
    assert screen.complaints == []
    screen.close()


def test_everything_to_act_on_has_a_name(screen):
    screen.open("/kaart?gebied=BU90010101")
    for role in ("button", "combobox", "radio", "link", "checkbox"):
        for element in screen.page.get_by_role(role).all():
            expect(element).to_have_accessible_name(_ANY)
    assert screen.page.locator("h1").count() == 1
    assert screen.page.locator("main").count() == 1


def test_the_choice_is_said_aloud(screen):
    screen.open()
    assert "Ontmantelde drugslabs" in screen.page.locator("#status").inner_text()
    screen.page.locator('tr[data-code="BU90010101"]').click()
    screen.until(lambda state: state.get("gebied") == "BU90010101")
    assert screen.page.locator("#status").inner_text().startswith("Gekozen: Zilverdijk Noord Kern, 334")


def test_without_webgl_the_table_stands(address, playwright):
    with chromium(playwright, "--disable-3d-apis") as plain:
        screen = Screen(plain, address)
        screen.page.goto(f"{address}/kaart")
        screen.settled(drawn=False)
        expect(screen.page.locator("#map-failed")).to_be_visible()
        assert screen.page.locator("#rows tbody tr[data-code]").count() == 12
        screen.page.locator('tr[data-code="BU90010101"]').click()
        screen.until(lambda state: state.get("gebied") == "BU90010101", drawn=False)
        assert screen.page.locator("#area-name").inner_text() == "Zilverdijk Noord Kern"
        assert screen.outside() == []
        screen.close()


def test_the_method_page_is_quiet_too(screen):
    screen.page.goto(f"{screen.address}/methode")
    screen.page.locator("details").first.click()
    assert screen.page.locator("h1").inner_text() == "Methode en bronnen"


def test_the_map_moves_by_keyboard(screen):
    before = screen.open().state()
    lon, zoom = float(before["lon"]), float(before["zoom"])
    screen.page.locator("#map").focus()
    screen.page.keyboard.press("ArrowRight")
    screen.until(lambda state: float(state["lon"]) > lon + 0.01)
    screen.page.keyboard.press("+")
    screen.until(lambda state: abs(float(state["zoom"]) - zoom - 1) < 0.02 and float(state["lon"]) > lon + 0.01)
    screen.page.keyboard.press("Home")
    screen.until(lambda state: abs(float(state["zoom"]) - zoom) < 0.02 and abs(float(state["lon"]) - lon) < 0.001)


def test_hotspots_lead_to_a_level_that_has_them(screen):
    screen.open("/kaart?niveau=gemeente&laag=waarde&periode=2024")
    assert screen.page.locator('input[name="laag"][value="waarde"]').is_checked()
    choose(screen, "laag", "hotspot")
    state = screen.state()
    assert (state["laag"], state["niveau"], state["periode"]) == ("hotspot", "wijk", "2024")
    screen.page.locator("#choice-level").select_option("gemeente")
    screen.settled()
    assert screen.state()["laag"] == "waarde", "and leave with them"


def test_figures_do_not_wait_for_the_map(browser, address):
    screen = Screen(browser, address)
    screen.page.route("**/pydeck/**", lambda route: route.abort())
    screen.page.goto(f"{address}/kaart")
    screen.settled(drawn=False)
    assert screen.page.locator("#rows tbody tr[data-code]").count() == 12
    expect(screen.page.locator("#map-failed")).to_be_visible()
    screen.close()


def test_who_wants_no_motion_gets_none(browser, address):
    screen = Screen(browser, address, reduced_motion="reduce")
    zoom = float(screen.open().state()["zoom"])
    screen.page.locator("#zoom-in").click()
    screen.until(lambda state: abs(float(state["zoom"]) - zoom - 1) < 0.02)
    assert screen.complaints == []
    screen.close()
