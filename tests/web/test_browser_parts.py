"""Parts of the page by themselves, in a browser: the tile decoder, the names on the map, the background."""

from __future__ import annotations

import gzip
import io
import time

import pytest
from PIL import Image

from tests.web.addresses import middle
from tests.web.browser import Screen, running, share
from tiles.mvt import decode_tile
from web.app import create_app
from zicht.config import Background

pytestmark = pytest.mark.browser

DECODE = """async ([module, address]) => {
    const {decodeTile} = await import(module);
    const tile = decodeTile(await (await fetch(address)).arrayBuffer());
    return {
        rings: tile.rings.map(ring => [ring.fid, [...ring.path]]),
        polygons: tile.polygons.map(item => [item.fid, item.polygon.positions.length, [...item.polygon.holeIndices]])
    };
}"""

BROKEN = """async ([module, address]) => {
    const {decodeTile} = await import(module);
    const whole = new Uint8Array(await (await fetch(address)).arrayBuffer());
    const outcomes = new Set();
    for (let size = 0; size < whole.length; size += 1) {
        try { outcomes.add(decodeTile(whole.slice(0, size).buffer).rings.length > 0 ? 'some' : 'none'); }
        catch (error) { outcomes.add(error.message); }
    }
    return [...outcomes];
}"""


def module(app, name: str) -> str:
    return f"{app.static_url_path}/js/{name}.js"


@pytest.mark.parametrize("level", ["gemeente", "buurt", "park", "h3-8"])
def test_the_decoder_reads_what_the_encoder_wrote(screen, app, release, client, level):
    screen.page.goto(f"{screen.address}/methode")
    address = middle(release, level)
    found = screen.page.evaluate(DECODE, [module(app, "mvt"), address])
    (layer,) = decode_tile(gzip.decompress(client.get(address).data))
    wanted = [(feature.id, ring) for feature in layer.features for ring in feature.parts]
    assert len(found["rings"]) == len(wanted) > 0
    for (fid, path), (feature_id, ring) in zip(found["rings"], wanted, strict=True):
        assert fid == feature_id
        points = list(zip(path[::2], path[1::2], strict=True))
        assert points[0] == points[-1], "a ring is closed"
        assert len(points) - 1 == len(ring)
        for seen, true in zip(points, ring, strict=False):
            assert seen == pytest.approx([part / layer.extent for part in true], abs=1e-6)
    holes = sum(len(item[2]) for item in found["polygons"])
    assert len(found["polygons"]) + holes == len(found["rings"])


def test_a_tile_cut_short_is_an_error_and_no_endless_loop(screen, app, release):
    screen.page.goto(f"{screen.address}/methode")
    outcomes = screen.page.evaluate(BROKEN, [module(app, "mvt"), middle(release, "park")])
    assert set(outcomes) <= {"none", "some", "the tile is cut short", "not a vector tile"}
    assert "the tile is cut short" in outcomes


def test_names_stand_on_the_map_and_not_on_each_other(screen):
    screen.open()
    boxes = screen.page.evaluate(
        """() => [...document.querySelectorAll('.label-name')]
            .map(name => [name.textContent, name.getBoundingClientRect().toJSON()])"""
    )
    assert {"Zilverdijk", "Rietmeer"} <= {name for name, _ in boxes}
    for index, (_, one) in enumerate(boxes):
        for _, other in boxes[index + 1 :]:
            apart = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]


MAGENTA = "#ff00ff"


def plain(colour: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(target, "PNG")
    return target.getvalue()


def test_a_background_asks_its_host_for_pictures_and_nobody_else(browser, release):
    with running(create_app(release, background=Background.PDOK)) as address:
        screen = Screen(browser, address)
        headers = {"Access-Control-Allow-Origin": "*"}
        screen.page.route(
            "https://service.pdok.nl/**",
            lambda route: route.fulfill(status=200, content_type="image/png", body=plain(MAGENTA), headers=headers),
        )
        screen.open("/kaart?indicator=park-residents&niveau=park")
        end = time.monotonic() + 30
        while share(screen.picture(), MAGENTA) < 0.3:
            assert time.monotonic() < end, "the background never came"
        outside = screen.outside()
        assert outside
        assert all(
            url.startswith("https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/") for url in outside
        )
        assert not any("@@" in url or "{" in url for url in outside)
        assert "Kadaster" in screen.page.locator("#map-credit").inner_text()
        assert screen.complaints == []
        screen.close()
