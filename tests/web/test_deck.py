from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from tests.web.conftest import EVIL
from web.deck import fit, specification, takeover_zooms
from web.site import Site
from zicht.config import Background


@pytest.fixture(scope="module")
def spec(site):
    return json.loads(specification(site))


def layers(spec, prefix):
    return [layer for layer in spec["layers"] if layer["id"].startswith(prefix)]


def test_every_level_with_tiles_has_a_layer_of_values(spec, site):
    assert {layer["id"] for layer in layers(spec, "values-")} == {f"values-{level}" for level in site.levels}
    assert "country" not in site.levels


def test_tiles_come_from_this_server_and_this_release(spec, site):
    for layer in spec["layers"]:
        if layer["@@type"] == "MVTLayer":
            assert layer["data"].startswith(f"/tiles/{site.release.short_id}/")
            assert layer["loaders"] == [{"@@function": "tileLoader"}]
            level = layer["data"].split("/")[3]
            assert (layer["minZoom"], layer["maxZoom"]) == site.zooms(level)
            assert layer["extent"] == site.catalogue["bounds"]


def test_hexagons_are_drawn_without_tiles(spec, site):
    """Their places and colours come as bytes; what is asked for tiles is the administrative areas and the parks."""
    assert site.hexes == {"h3-7": "FL00", "h3-8": "h3-7"}
    tiled = {layer["data"].split("/")[3] for layer in spec["layers"] if layer["@@type"] == "MVTLayer"}
    assert tiled == {"gemeente", "wijk", "buurt", "park"}
    (hexes,) = layers(spec, "values-h3-8")
    assert (hexes["@@type"], hexes["data"]) == ("SolidPolygonLayer", [])


def test_hexagons_with_names_of_their_own_keep_their_tiles(site):
    areas = site.release.areas
    named = replace(areas["h3-8"], name=np.array([f"hex {code}" for code in areas["h3-8"].code]))
    other = Site(replace(site.release, areas={**areas, "h3-8": named}))
    assert set(other.hexes) == {"h3-7"}
    assert any(layer["id"] == "selection-h3-8" for layer in json.loads(specification(other))["layers"])


def test_only_values_can_be_picked(spec):
    picked = {layer["id"].split("-")[0] for layer in spec["layers"] if layer.get("pickable")}
    assert picked == {"values", "markers"}


def test_the_specification_holds_no_text_that_would_be_evaluated(site):
    text = specification(site)
    assert EVIL not in text
    assert "mapbox" not in text.lower()
    assert "http" not in text
    expressions = {value for value in strings(json.loads(text)) if value.startswith("@@=")}
    assert expressions == {"@@=point"}


def strings(content):
    if isinstance(content, str):
        yield content
    for part in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from strings(part)


def test_a_background_is_asked_of_its_own_host_alone(site):
    spec = json.loads(specification(Site(site.release, background=Background.PDOK)))
    outside = [value for value in strings(spec) if "://" in value]
    assert len(outside) == 1
    assert outside[0].startswith("https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/")


def test_the_first_view_shows_the_whole_country(spec, site):
    view = spec["initialViewState"]
    west, south, east, north = site.catalogue["bounds"]
    assert west < view["longitude"] < east
    assert south < view["latitude"] < north
    assert view["minZoom"] < view["zoom"] < view["maxZoom"]
    assert (view["pitch"], view["bearing"]) == (0, 0)
    assert 300 < (east - west) / 360 * 512 * 2 ** view["zoom"] <= 621, "pixels across"


@pytest.mark.parametrize("box", [(4.0, 52.0, 5.0, 52.1), (4.0, 51.0, 4.1, 53.0)])
def test_a_fitted_box_just_fills_the_screen(box):
    west, south, east, north = box
    zoom = fit(*box, width=600, height=500)
    scale = 512 * 2**zoom

    def up(latitude: float) -> float:
        return math.asinh(math.tan(math.radians(latitude))) / (2 * math.pi)

    wide, high = (east - west) / 360 * scale, (up(north) - up(south)) * scale
    assert max(wide / 600, high / 500) == pytest.approx(1)
    assert wide <= 600.001
    assert high <= 500.001


def test_finer_levels_take_over_later(site):
    zooms = takeover_zooms(site)
    assert list(zooms) == ["gemeente", "wijk", "buurt"]
    assert zooms["gemeente"] == 0 < zooms["wijk"] < zooms["buurt"]


def test_at_its_zoom_an_area_can_be_read(site):
    width = np.median(site.areas("buurt").bounds[:, 2] - site.areas("buurt").bounds[:, 0])
    assert width / 360 * 512 * 2 ** takeover_zooms(site)["buurt"] == pytest.approx(34, rel=0.01)


def test_the_specification_is_the_same_every_time(site):
    assert specification(site) == specification(site)
