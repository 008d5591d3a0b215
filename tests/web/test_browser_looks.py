"""What readers see of the page: texts whole, in their boxes and beside one another, on a desk and on a telephone."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import pytest

from tests.support import tiny_world as world
from tests.web.browser import Screen

pytestmark = pytest.mark.browser

TEXTS = """selector => [...document.querySelectorAll(selector)].flatMap(root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    const range = document.createRange();
    while (walker.nextNode()) {
        range.selectNodeContents(walker.currentNode);
        for (const box of range.getClientRects()) {
            if (box.width > 1) found.push([walker.currentNode.data, box.left, box.top, box.right, box.bottom]);
        }
    }
    return found;
})"""
#: A pixel or so that the edges of letters may share.
SLACK = 1.5


class Text(NamedTuple):
    """A line of text on the screen."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def texts(screen: Screen, selector: str) -> list[Text]:
    return [Text(*found) for found in screen.page.evaluate(TEXTS, selector)]


def collisions(lines: list[Text]) -> list[tuple[str, str]]:
    return [
        (one.text, other.text)
        for one, other in combinations(lines, 2)
        if min(one.right, other.right) - max(one.left, other.left) > SLACK
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 2 * SLACK
    ]


def box_of(screen: Screen, selector: str) -> dict[str, float]:
    box: Any = screen.page.locator(selector).bounding_box()
    return {"left": box["x"], "right": box["x"] + box["width"], "top": box["y"], "bottom": box["y"] + box["height"]}


def outside(screen: Screen, selector: str) -> list[str]:
    """Return the texts that stick out of what holds them, to a side."""
    box = box_of(screen, selector)
    lines = texts(screen, selector)
    assert lines
    return [line.text for line in lines if line.right > box["right"] + SLACK or line.left < box["left"] - SLACK]


def in_millions(route: Any) -> None:
    found = route.fetch().json()
    for entry in found:
        entry["breaks"] = [limit * 1_100_000 for limit in entry["breaks"]]
    route.fulfill(json=found)


@pytest.mark.parametrize(("width", "language"), [(360, "nl"), (390, "en"), (1060, "nl"), (1400, "nl")])
def test_the_legend_keeps_to_its_box_with_long_limits(browser, address, width, language):
    screen = Screen(browser, address, width=width, height=844)
    screen.page.route("**/breaks/**", in_millions)
    for layer in ("waarde", "hotspot"):
        screen.open(f"/kaart?taal={language}&indicator={world.LABS}&periode=2024&niveau=buurt&laag={layer}")
        assert outside(screen, "#legend") == []
        assert collisions(texts(screen, "#legend")) == []
        assert screen.page.evaluate("() => document.documentElement.scrollWidth") <= width
    screen.close()


def test_bars_say_what_they_are_of(screen):
    screen.open(f"/kaart?indicator={world.LABS}&niveau=buurt&periode=2024&gebied=BU90010101")
    page = screen.page
    assert "Heel Waterland-Oost" in page.locator("#area-figure").inner_text()
    caption = "Ontmantelde drugslabs, buurt Zilverdijk Noord Kern (labs per 10.000 woningen per jaar)"
    assert page.locator("#chart-caption").inner_text() == caption
    assert str(page.locator(".chart").get_attribute("aria-label")).startswith(f"Per jaar. {caption}. 2024: ")
    assert page.locator(".chart title").first.text_content().endswith(" labs per 10.000 woningen per jaar")


FILLED = """() => {
    const long = ['Alleenstaande ouders met problematische schulden', '10', '2', '10.000', 'verborgen', '15.285',
        '10.047 (66%)', '12'];
    for (const row of document.querySelectorAll('.table-scroll tbody tr')) {
        [...row.cells].forEach((cell, at) => { (cell.querySelector('a') || cell).textContent = long[at]; });
    }
    const box = document.querySelector('.table-scroll');
    return [box.scrollWidth, box.clientWidth];
}"""


@pytest.mark.parametrize(("width", "fits"), [(1400, True), (700, False), (390, False)])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_table_of_protection_has_room_or_says_that_there_is_more(browser, address, width, fits, language):
    screen = Screen(browser, address, width=width, height=844)
    screen.page.goto(f"{address}/bescherming?taal={language}")
    within, room = screen.page.evaluate(FILLED)
    assert (within <= room) == fits
    lines = texts(screen, ".table-scroll")
    assert collisions(lines) == []
    head = sorted(texts(screen, ".table-scroll thead"), key=lambda text: text.left)
    assert min(other.left - one.right for one, other in pairwise(head)) > 5, "headers run together"
    assert screen.page.locator(".table-hint").is_visible() != fits
    if not fits:
        screen.page.evaluate("() => { document.querySelector('.table-scroll').scrollLeft = 9999; }")
        box = box_of(screen, ".table-scroll")
        last = texts(screen, ".table-scroll th:last-child")[0]
        first = texts(screen, ".table-scroll tbody th")[0]
        assert last.right <= box["right"] + SLACK
        assert abs(first.left - box["left"]) < 2, "what the figures are of stays in sight"
    assert screen.page.evaluate("() => document.documentElement.scrollWidth") <= width
    screen.close()


NAMESAKES = {
    "BU90010101": "Stationsbuurt",
    "BU90020201": "Stationsbuurt",
    "BU90010201": "Sint Jansteen aan de Vaart",
}

CUT = """() => [...document.querySelectorAll('.cell-name, .cell-place, .cell-class span, .sort')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)
    .map(e => e.textContent)"""

NO_ROOM = """() => {
    const pen = document.createElement('canvas').getContext('2d'), found = [];
    for (const box of document.querySelectorAll('.choices select, #search-input')) {
        if (!box.offsetParent || box.closest('.more')) continue;
        const style = getComputedStyle(box), sides = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
        const text = box.placeholder || box.selectedOptions[0].text;
        pen.font = style.font;
        const wide = pen.measureText(text).width + (box.options ? 18 : 0);
        if (wide > box.clientWidth - sides) found.push(text);
    }
    return found;
}"""


def renamed(route: Any) -> None:
    found = route.fetch().json()
    found["name"] = [NAMESAKES.get(code, name) for code, name in zip(found["code"], found["name"], strict=True)]
    route.fulfill(json=found)


@pytest.mark.parametrize(("width", "language"), [(1400, "nl"), (1400, "en"), (390, "nl")])
def test_nothing_in_the_table_is_cut_and_namesakes_have_their_gemeente(browser, address, width, language):
    screen = Screen(browser, address, width=width, height=900)
    screen.page.route("**/areas/buurt.json", renamed)
    screen.page.route("**/breaks/**", in_millions)
    page = screen.page
    for layer in ("hotspot", "waarde"):
        screen.open(f"/kaart?taal={language}&indicator={world.LABS}&periode=2024&niveau=buurt&laag={layer}")
        page.locator(".cell-place").nth(1).wait_for()
        assert page.evaluate(CUT) == []
        for code, gemeente in (("BU90010101", "Zilverdijk"), ("BU90020201", "Rietmeer")):
            cell = page.locator(f'tr[data-code="{code}"] td').first
            assert cell.inner_text().split("\n") == ["Stationsbuurt", gemeente]
            assert cell.get_attribute("title") == f"Stationsbuurt, {gemeente} ({code})"
        assert page.locator(".cell-place").count() == 2, "a name that is unique stands by itself"
        heights = page.evaluate("() => [...document.querySelectorAll('tr[data-code]')].map(row => row.offsetHeight)")
        assert len(set(heights)) == 1, "rows that are not there are counted as high as those that are"
    screen.close()


@pytest.mark.parametrize("width", [1400, 1060])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_choices_show_what_is_chosen_whole(browser, address, width, language):
    screen = Screen(browser, address, width=width, height=900)
    for level in ("buurt", "automatisch"):
        screen.open(f"/kaart?taal={language}&niveau={level}")
        assert screen.page.evaluate(NO_ROOM) == []
    note = screen.page.locator("#measure-note")
    assert "10" in note.inner_text(), "per how many homes"
    assert screen.page.locator("#choice-measure").get_attribute("aria-describedby") == "measure-note"
    screen.close()


def on_screen(screen: Screen, release: Any, code: str) -> dict[str, float]:
    """Return where the box of an area lies in the window."""
    areas = next(areas for areas in release.areas.values() if code in areas.code)
    west, south, east, north = areas.bounds[areas.fid(code)]
    state, frame = screen.state(), box_of(screen, "#map")
    scale = 512 * 2 ** float(state["zoom"])

    def pixel(lon: float, lat: float) -> tuple[float, float]:
        x, y = ((at + 180) / 360 for at in (lon, float(state["lon"])))
        down = [0.5 - math.asinh(math.tan(math.radians(at))) / (2 * math.pi) for at in (lat, float(state["lat"]))]
        middle = (frame["left"] + frame["right"]) / 2, (frame["top"] + frame["bottom"]) / 2
        return middle[0] + (x - y) * scale, middle[1] + (down[0] - down[1]) * scale

    (left, top), (right, bottom) = pixel(west, north), pixel(east, south)
    return {"left": left, "right": right, "top": top, "bottom": bottom}


def hidden_part(box: dict[str, float], names: list[Text]) -> float:
    """Return the part of a box that the name hides that hides most of it."""
    size = (box["right"] - box["left"]) * (box["bottom"] - box["top"])
    across = [min(box["right"], name.right) - max(box["left"], name.left) for name in names]
    down = [min(box["bottom"], name.bottom) - max(box["top"], name.top) for name in names]
    return max((max(a, 0) * max(b, 0) / size for a, b in zip(across, down, strict=True)), default=0)


@pytest.mark.parametrize(("width", "code"), [(1400, "BU90010101"), (390, "BU90010101"), (1400, "PK9001")])
def test_an_area_in_the_address_comes_into_view(browser, address, release, width, code):
    screen = Screen(browser, address, width=width, height=844)
    whole = float(screen.open("/kaart").state()["zoom"])
    screen.open(f"/kaart?indicator={world.RESIDENTS}&gebied={code}")
    assert float(screen.state()["zoom"]) > whole + 0.5
    frame, box = box_of(screen, "#map"), on_screen(screen, release, code)
    assert frame["left"] < box["left"] < box["right"] < frame["right"]
    assert frame["top"] < box["top"] < box["bottom"] < frame["bottom"]
    assert max(box["right"] - box["left"], box["bottom"] - box["top"]) > 30, "large enough to be seen"
    screen.open(f"/kaart?gebied={code}&lon=5.38&lat=52.784&zoom=10.2")
    assert screen.state()["zoom"] == "10.2", "the address itself gave a view"
    screen.close()


@pytest.mark.parametrize("code", ["BU90010101", "BU90010102", "BU90010202", "GM9001"])
@pytest.mark.parametrize("zoom", ["9.3", "10.2", "11.5"])
def test_no_name_covers_the_chosen_area(screen, release, code, zoom):
    screen.open(f"/kaart?niveau=buurt&gebied={code}&lon=5.38&lat=52.784&zoom={zoom}")
    screen.page.locator(".label-name").first.wait_for()
    names = texts(screen, ".labels")
    assert hidden_part(on_screen(screen, release, code), names) < 0.08
    assert collisions(names) == []


def test_the_name_of_the_chosen_area_goes_before_others(screen):
    screen.open("/kaart?niveau=buurt&gebied=BU90010102&lon=5.38&lat=52.784&zoom=11.5")
    screen.page.locator(".label-buurt").first.wait_for()
    assert "Zilverdijk Noord Veen" in {name.text for name in texts(screen, ".labels")}


def test_no_name_covers_the_mark_of_a_park(screen, release):
    screen.page.route("**/areas/gemeente.json", over_parks(release))
    screen.open(f"/kaart?indicator={world.RESIDENTS}&niveau=park&periode=2024")
    names = texts(screen, ".labels")
    assert {"Zilverdijk", "Rietmeer"} <= {name.text for name in names}
    for code in ("PK9001", "PK9002"):
        box = on_screen(screen, release, code)
        x, y = (box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2
        assert hidden_part({"left": x - 7, "right": x + 7, "top": y - 7, "bottom": y + 7}, names) == 0


def over_parks(release: Any) -> Any:
    """Answer with gemeenten whose names would stand on parks."""
    points = [[float(part) for part in point] for point in release.areas["park"].point]

    def moved(route: Any) -> None:
        found = route.fetch().json()
        found["point"] = points
        route.fulfill(json=found)

    return moved
