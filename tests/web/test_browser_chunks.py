"""Chunks of fine hexagons in a browser: what is fetched is in sight, and what is shown is what was published."""

from __future__ import annotations

import functools
import http.server
import re
import threading

import h3
import numpy as np
import pytest

from tests.support import tiny_world as world
from tests.web.browser import Screen, share
from tests.web.fine import LEVEL, RESOLUTION, fine_release, value_column
from tests.web.test_browser import choose, click_in, legend
from tests.web.test_browser_columns import plain
from tests.web.test_browser_snapshot import RECEIPTS, _Quiet
from tiles.cells import GRID
from tiles.chunks import SPAN, chunk_list, encode_chunks, part_of
from tiles.deviation_columns import encode_deviations
from web import deck, palette
from web.app import create_app
from web.site import Hosting, Site
from web.snapshot.write import write_snapshot

pytestmark = pytest.mark.browser

LABS = world.LABS
CLOSE = f"/kaart?indicator={LABS}&periode=2024&niveau={LEVEL}&laag=waarde&zoom=14&lon=5.36&lat=52.785"
CHUNK = re.compile(r"/columns/\w+/chunks/([0-9a-f]{15})/(\w+)/")

LIST = """async ([module, body]) => (await import(module)).decodeChunks(Uint8Array.from(body).buffer)"""
WRONG = """async ([module, chunk, said, length]) => {
    const {joinColumns} = await import(module);
    const part = {header: {chunk: said}, status: new Uint8Array(length), value: new Float64Array(length)};
    try { joinColumns([chunk], [part]); return 'taken'; }
    catch (error) { return error.message; }
}"""
SIGHT = """async ([module, body, views]) => {
    const {decodeChunks, inSight} = await import(module);
    const {chunks} = decodeChunks(Uint8Array.from(body).buffer);
    return views.map(([lon, lat, zoom, size]) => inSight(chunks, {lon, lat, zoom}, size).map(chunk => chunk.code));
}"""
COMPARED = """async ([module, body]) => {
    const {label, ratio, low, high, reference} = (await import(module)).decodeDeviations(Uint8Array.from(body).buffer);
    const plain = numbers => Array.from(numbers, value => Number.isNaN(value) ? null : value);
    return {label, ratio: plain(ratio), low: plain(low), high: plain(high), reference};
}"""


@pytest.fixture(scope="module")
def fine(tmp_path_factory):
    return fine_release(tmp_path_factory.mktemp("fine") / "release")


@pytest.fixture(scope="module")
def app(fine):
    """As if its cells were more than a browser draws at ease."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deck, "_DRAWN", 1000)
        yield create_app(fine)


@pytest.fixture(scope="module")
def chunks(fine):
    return chunk_list(fine.areas[LEVEL])


@pytest.fixture(scope="module")
def host(fine, tmp_path_factory):
    """The same on Python's own file server."""
    folder = tmp_path_factory.mktemp("host")
    write_snapshot(Site(fine, hosting=Hosting.FILES), folder / "map")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/map"
    server.shutdown()
    server.server_close()
    thread.join(10)


def in_sight(screen: Screen, chunks) -> set[str]:
    """The chunks whose box the map shows, worked out from the address."""
    state = screen.state()
    lon, lat, zoom = (float(state[name]) for name in ("lon", "lat", "zoom"))
    size = screen.page.evaluate("() => { const map = document.getElementById('map'); "
                                "return [map.clientWidth, map.clientHeight]; }")  # fmt: skip
    return touched(chunks, lon, lat, zoom, size)


def touched(chunks, lon: float, lat: float, zoom: float, size: tuple[int, int]) -> set[str]:
    """The chunks whose box meets a screen of so many pixels: one by one, in whole steps of the grid."""
    steps = 2**GRID / (512 * 2**zoom)
    x, y = (lon + 180) / 360 * 2**GRID, (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**GRID
    right, down = size[0] / 2 * steps, size[1] / 2 * steps
    west, north, east, south = chunks.box.T
    seen = (west <= x + right) & (east >= x - right) & (north <= y + down) & (south >= y - down)
    return set(chunks.code[seen].tolist())


def fetched(screen: Screen, since: int, kind: str) -> list[str]:
    found = [CHUNK.match(path) for path in screen.asked_since(since)]
    return [one[1] for one in found if one and one[2] == kind]


def test_what_is_fetched_is_in_sight(screen, fine, chunks):
    screen.open(CLOSE)
    first = in_sight(screen, chunks)
    assert 0 < len(first) < len(chunks.code)
    for kind in ("hexes", "values", "classes"):
        assert sorted(fetched(screen, 0, kind)) == sorted(first), kind
    assert fetched(screen, 0, "bounds") == fetched(screen, 0, "evidence") == []
    picture = screen.picture()
    assert share(picture, palette.SUPPRESSED.ground) > 0.02
    assert sum(share(picture, look.ground) > 0.01 for look in palette.SEQUENCE) >= 3
    shows_what_is_published(screen, fine, chunks, "2024")

    before = len(screen.requests)
    choose(screen, "periode", "2025")
    assert sorted(fetched(screen, before, "values")) == sorted(first), "another year is the numbers in sight"
    assert fetched(screen, before, "hexes") == []
    shows_what_is_published(screen, fine, chunks, "2025")

    before = len(screen.requests)
    screen.page.locator("#map").focus()
    for _ in range(40):
        screen.page.keyboard.press("ArrowLeft")
        screen.page.wait_for_timeout(170)
        if in_sight(screen, chunks) - first:
            break
    screen.until(lambda _: legend(screen) and total(screen) == held(chunks, in_sight(screen, chunks)))
    came = in_sight(screen, chunks) - first
    assert came
    for kind in ("hexes", "values", "classes"):
        assert sorted(fetched(screen, before, kind)) == sorted(came), "a pan fetches what comes into sight"
    shows_what_is_published(screen, fine, chunks, "2025")

    before = len(screen.requests)
    choose(screen, "periode", "2024")
    assert sorted(fetched(screen, before, "values")) == sorted(came & in_sight(screen, chunks)), "what was seen is kept"
    assert not any("/tiles/" in path and "h3-" in path for path in screen.asked_since(0))


def total(screen: Screen) -> int:
    return sum(legend(screen).values())


def held(chunks, codes) -> int:
    return sum(part.stop - part.start for code, part in chunks.slices.items() if code in codes)


def shows_what_is_published(screen: Screen, fine, chunks, period: str) -> None:
    """Hold the rows of the table and the numbers of the legend beside the column of the whole level."""
    column = value_column(fine.areas[LEVEL].code, period, "rate")
    parts = [chunks.slices[code] for code in sorted(in_sight(screen, chunks))]
    status, value = (np.concatenate([each[part] for part in parts]) for each in (column.status, column.value))
    counted = legend(screen)
    for name in ("suppressed", "missing", "not_applicable"):
        assert counted[name] == (status == name).sum()
    assert "in en om het beeld" in screen.page.locator(".table-count").inner_text()
    known = dict(zip(column.code.tolist(), column.value.tolist(), strict=True))
    highest = np.sort(value[np.isfinite(value)])[::-1]
    rows = [str(row.get_attribute("data-code")) for row in screen.page.locator("#rows tr[data-code]").all()[:8]]
    assert [known[code] for code in rows] == highest[: len(rows)].tolist()


def test_a_whole_level_of_chunks_is_drawn_where_a_browser_can(screen, fine, chunks, monkeypatch):
    """The last chunk comes into sight with the country, and a table of all cells is there."""
    monkeypatch.setattr(deck, "_DRAWN", len(fine.areas[LEVEL].code))
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau={LEVEL}&laag=waarde")
    assert total(screen) == len(fine.areas[LEVEL].code)
    assert sorted(fetched(screen, 0, "values")) == sorted(chunks.slices)
    assert not any("/hexes/h3-8" in path for path in screen.asked_since(0)), "nothing else is shown first"


def test_from_afar_coarser_hexagons_are_shown_and_the_page_says_why(screen):
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau={LEVEL}&laag=waarde")
    asked = screen.asked_since(0)
    assert not any("/chunks/" in path for path in asked)
    assert any("/hexes/h3-8.bin" in path for path in asked)
    assert screen.state()["niveau"] == LEVEL
    assert screen.page.locator("#choice-note").inner_text() == (
        "Deze zeshoeken zijn te klein om vanaf hier te zien; u ziet nu grotere zeshoeken. Zoom verder in."
    )
    for _ in range(3):
        screen.page.locator("#zoom-in").click()
        screen.page.wait_for_timeout(400)
    screen.page.wait_for_timeout(600)
    screen.settled()
    assert any("/chunks/" in path for path in screen.asked_since(len(asked)))
    assert screen.page.locator("#choice-note").inner_text() == ""


def test_a_hexagon_of_a_chunk_is_chosen_outlined_and_told_of(screen, fine):
    away = np.abs(fine.areas[LEVEL].point - (5.358, 52.786)).sum(axis=1)
    code = str(fine.areas[LEVEL].code[away.argmin()])
    screen.open(CLOSE)
    click_in(screen, code, fine)
    assert screen.page.locator("#area-name").inner_text() == code
    assert screen.page.locator(f'#rows tr[data-code="{code}"]').get_attribute("aria-selected") == "true"
    assert share(screen.picture(), "#0c121a") > 0.0002, "the dark line around it"
    screen.page.locator("#receipt summary").click()
    assert f"{LABS} 2024 {code}" in screen.page.locator("#receipt").inner_text()


def test_the_page_reads_the_very_chunks_and_comparisons(screen, app, fine, chunks):
    screen.open()
    modules = f"{app.static_url_path}/js"
    found = screen.page.evaluate(LIST, [f"{modules}/chunks.js", list(encode_chunks(chunks))])
    assert (found["resolution"], found["ancestor"]) == (RESOLUTION, RESOLUTION - SPAN)
    for one, (code, part), box in zip(found["chunks"], chunks.slices.items(), chunks.box, strict=True):
        assert (one["code"], one["first"], one["count"]) == (code, part.start, part.stop - part.start)
        assert [side * 2**GRID for side in one["box"]] == box.tolist()
        assert h3.cell_to_parent(str(fine.areas[LEVEL].code[part.start]), RESOLUTION - SPAN) == code
    rng, (west, south, east, north) = np.random.default_rng(4), fine.catalogue["bounds"]
    views = [
        (rng.uniform(west, east), rng.uniform(south, north), rng.uniform(12, 16), (int(rng.integers(200, 900)), 300))
        for _ in range(150)
    ]
    sights = screen.page.evaluate(SIGHT, [f"{modules}/chunks.js", list(encode_chunks(chunks)), views])
    assert [set(sight) for sight in sights] == [touched(chunks, *view) for view in views]
    assert len({len(sight) for sight in sights}) > 2
    column = part_of(next(iter(fine.deviations)), slice(200))
    seen = screen.page.evaluate(COMPARED, [f"{modules}/columns.js", list(encode_deviations(column))])
    assert (seen["label"], seen["reference"]) == (column.label.tolist(), "country")
    for name in ("ratio", "low", "high"):
        assert seen[name] == plain(np.round(getattr(column, name), 4)), name

    module, chunk = f"{modules}/chunks.js", {"code": "861968b4fffffff", "first": 0, "count": 3}
    for said, length in (("861968b6fffffff", 3), ("861968b4fffffff", 2), (None, 3)):
        assert "not the one" in screen.page.evaluate(WRONG, [module, chunk, said, length])
    assert screen.page.evaluate(WRONG, [module, chunk, chunk["code"], 3]) == "taken"


def test_on_a_host_of_files_the_same_chunks_are_fetched_and_receipts_are_those_of_the_api(
    browser, host, fine, chunks, app
):
    folder, address = host
    (module,) = (folder / "map" / "static").rglob("model.js")
    screen = Screen(browser, address)
    screen.open(CLOSE.replace("/kaart?", "/kaart/?"))
    assert {
        one.split("/chunks/")[1][:15] for one in screen.asked_since(0) if "/hexes/" in one and "/chunks/" in one
    } == (in_sight(screen, chunks))
    client = app.test_client()
    codes = fine.areas[LEVEL].code
    for code in (str(codes[0]), str(codes[17_000]), str(codes[-1])):
        path = "/" + module.relative_to(folder).as_posix()
        found = screen.page.evaluate(RECEIPTS, [path, LABS, ["2024", "2025"], LEVEL, code, "rate"])
        area = client.get(f"/api/v1/areas/{code}").json
        area["bounds"] = pytest.approx(area["bounds"], abs=2e-5)
        assert found["area"] == area
        for period, receipt in zip(("2024", "2025"), found["receipts"], strict=True):
            assert receipt == client.get(f"/api/v1/explain/{LABS}/{period}/{LEVEL}/{code}").json
        series = client.get(f"/api/v1/series/{LABS}/{LEVEL}/{code}").json["points"]
        assert [point["value"] for point in found["series"]["points"]] == [point["value"] for point in series]
    assert screen.complaints == screen.outside() == []
    screen.close()
