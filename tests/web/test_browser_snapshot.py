"""A dashboard on a host of files: everything on it works, and no request fails or goes elsewhere."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import pytest

from tests.support import tiny_world as world
from tests.web.browser import Screen, share
from tests.web.test_browser import choose, click_in, legend
from web import palette
from web.site import Hosting, Site
from web.snapshot.write import write_snapshot

pytestmark = pytest.mark.browser

LABS = world.LABS

RECEIPTS = """async ([module, indicator, periods, level, code, measure]) => {
    const {fetchArea, fetchReceipt, fetchSeries} = await import(module);
    const {fetchCatalogue} = await import(module.replace('model.js', 'fetch.js'));
    const entry = (await fetchCatalogue()).indicators.find(item => item.id === indicator);
    const view = period => ({entry, measure, state: {period, category: ''}});
    return {
        area: await fetchArea(code),
        series: await fetchSeries(view(periods[0]), level, code),
        receipts: await Promise.all(periods.map(period => fetchReceipt(view(period), level, code)))
    };
}"""

SEARCH = """async ([module, questions]) => {
    const {findAreas} = await import(module);
    return Promise.all(questions.map(question => findAreas(question, 5)));
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(release, tmp_path_factory) -> Path:
    root: Path = tmp_path_factory.mktemp("host")
    write_snapshot(Site(release, hosting=Hosting.FILES), root / "sub" / "map")
    return root


@pytest.fixture(scope="module")
def host(folder):
    """Python's own file server, with the dashboard two folders deep."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/sub/map"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def files(browser, host):
    made = Screen(browser, host)
    yield made
    complaints, outside = made.complaints, made.outside()
    made.close()
    assert complaints == []
    assert outside == []


def model(folder) -> str:
    (path,) = (folder / "sub" / "map" / "static").rglob("model.js")
    return "/" + path.relative_to(folder).as_posix()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("", "Gi*, naar verhouding; omgeving: aangrenzende gebieden. Gemiddeld is hoogstens 1 op 20"),
        ("en/", "Gi*, in proportion; neighbourhood: adjacent areas. On average at most 1 in 20"),
    ],
)
def test_the_method_of_a_map_is_told_in_words(files, language, words):
    page = files.open(f"/{language}?niveau=buurt&laag=hotspot&gebied=BU90010101").page
    assert words in page.locator(".legend-note").inner_text()
    page.locator("#receipt summary").click()
    shown = page.locator("body").inner_text()
    for id_ in ("neighbourhood-ratio", "gi-star", "queen", "ring-1"):
        assert id_ not in shown, id_


def test_the_whole_journey_without_a_server(files, release):
    page = files.open("/").page
    assert share(files.picture(), palette.CLASSES["hot"].ground) > 0.01
    click_in(files, "BU90010101", release)
    assert page.locator("#area-name").inner_text() == "Zilverdijk Noord Kern"
    page.locator("#receipt summary").click()
    assert "zicht explain RELEASE drug-labs 2024-2025 BU90010101" in page.locator("#receipt").inner_text()
    choose(files, "periode", "2025")
    choose(files, "laag", "waarde")
    assert legend(files)["suppressed"] > 0
    assert page.locator("#rows tr[data-fid]").count() == 12

    page.locator("#search-input").fill("rietm")
    page.locator(".search-item").first.wait_for()
    page.keyboard.press("Enter")
    files.until(lambda state: state.get("gebied") == "GM9002")
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename == "drug-labs-2025-gemeente-rate.csv"
    assert "drug-labs" in Path(download.value.path()).read_text(encoding="utf-8-sig")

    page.locator("#language").click()
    files.settled()
    assert page.locator("html").get_attribute("lang") == "en"
    assert files.state()["gebied"] == "GM9002"
    assert page.url.startswith(f"{files.address}/en/?")
    page.go_back()
    files.settled()
    assert page.locator("html").get_attribute("lang") == "nl"
    page.go_forward()
    page.locator(".top-nav a").nth(1).click()
    page.locator("h1").wait_for()
    assert page.url == f"{files.address}/en/methode/"


def test_receipts_years_and_areas_are_those_of_the_api(files, folder, client, release, site):
    files.open("/kaart/")
    for level in ("buurt", "h3-8", "country"):
        measure = site.main_measure(LABS, level)
        codes = release.areas[level].code.tolist()
        for code in codes if len(codes) < 20 else codes[::8]:
            found = files.page.evaluate(RECEIPTS, [model(folder), LABS, list(world.PERIODS), level, code, measure])
            area = client.get(f"/api/v1/areas/{code}").json
            if level == "h3-8":  # drawn on a grid of a third of a metre
                area["bounds"] = pytest.approx(area["bounds"], abs=2e-5)
            assert found["area"] == area
            wanted = [client.get(f"/api/v1/explain/{LABS}/{period}/{level}/{code}").json for period in world.PERIODS]
            assert found["receipts"] == wanted
            series = client.get(f"/api/v1/series/{LABS}/{level}/{code}").json
            bounds = {"low", "high"}
            points = [{k: v for k, v in point.items() if k not in bounds} for point in series["points"]]
            assert found["series"]["points"] == points


def test_a_search_finds_what_the_api_finds(files, folder, client, release):
    files.open("/kaart/")
    questions = ["riet", "ZILVER", "haven", "bu9001", "BU90020203", "1 2", "é", "park de", "<script", "kern", "zz", " ",
                 "ﬀ", "NOORD  kern", str(release.areas["h3-8"].code[3]), "'t lange"]  # fmt: skip
    found = files.page.evaluate(SEARCH, [model(folder), questions])
    for question, hits in zip(questions, found, strict=True):
        wanted = client.get("/api/v1/areas", query_string={"q": question}).json["areas"]
        for hit in wanted:
            hit["bounds"] = pytest.approx(hit["bounds"], abs=2e-5)
        assert hits == wanted, question
