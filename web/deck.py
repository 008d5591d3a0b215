"""The map as pydeck writes it: every layer, its source of tiles, and where it begins to look.

The specification holds no name and no value: names would pass through deck.gl's JSON converter, which evaluates text
that begins with "@@=". The page gives names and numbers to the layers itself, joined by feature id. Functions are named
here and passed to `createDeck` through its configuration (`static/js/layers.js`).
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pydeck
from pydeck.types import Function, String

from web.levels import BY_ZOOM, GROUND, OUTLINED
from web.security import BACKGROUND_HOSTS
from web.site import Site
from zicht.areas import AreaList
from zicht.config import Background

#: Median width on screen, in pixels, at which a level takes over from a coarser one.
READABLE = 34

#: The same from which hexagons are drawn of which a level has more than a browser draws at ease; farther out more of
#: them would be in sight, each too small to be seen.
_SEEN = 4

#: Hexagons that a browser draws at ease.
_DRAWN = 500_000

#: Pixels of a screen the first view is fitted to; the page fits it again to the real one.
_SCREEN = (620, 560)

_MAX_VIEW_ZOOM = 17

#: The background map of PDOK, which says who made it.
_PDOK = "/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/{z}/{x}/{y}.png"


@cache
def bundle_path() -> Path:
    """Return the file of pydeck's JavaScript in the installed wheel."""
    return Path(str(pydeck.__file__)).parent / "nbextension" / "static" / "index.js"


def specification(site: Site) -> str:
    """Return the JSON of the map, made by pydeck."""
    layers = [
        *_background(site),
        *(_land(site, level) for level in site.levels if level == GROUND),
        *(_values(site, level) for level in site.levels),
        *(_tiles(site, f"outline-{level}", level, "renderOutline") for level in site.levels if level in OUTLINED),
        *(
            _tiles(site, f"selection-{level}", level, "renderSelection")
            for level in site.levels
            if level not in site.hexes
        ),
        *(_hex_lines() if site.hexes else ()),
        *(_spots() if len(site.release.spots) else ()),
        _markers(),
    ]
    deck = pydeck.Deck(
        layers=layers,
        views=[pydeck.View(type="MapView", controller=_CONTROLLER)],
        initial_view_state=_view_state(site),
        map_provider=None,
        map_style=None,
        tooltip=False,
    )
    deck.event_recognizer_options = _CLICK
    return str(deck.to_json())


#: Seen straight from above and with north up: a tilted or turned map cannot be compared with another. The page
#: handles keys itself, since deck.gl's own would tilt and turn.
_CONTROLLER = {"dragRotate": False, "touchRotate": False, "keyboard": False}

#: Milliseconds a press may take and still be a click. By default a quarter of a second, within which a slow computer
#: has not yet looked up what lies under the pointer: its clicks would get lost.
_CLICK = {"click": {"time": 5000}}

#: deck.gl classes that the functions of the page build from; they travel as empty instances.
_FILL = {"@@type": "SolidPolygonLayer", "id": "fill", "data": []}
_STROKE = {"@@type": "PathLayer", "id": "stroke", "data": []}
_IMAGE = {"@@type": "BitmapLayer", "id": "image"}
_HATCH = Function("hatch", base={"@@type": "LayerExtension"}).serialize()


def _land(site: Site, level: str) -> pydeck.Layer:
    return _tiles(site, f"land-{level}", level, "renderLand", fill=_FILL)


def _values(site: Site, level: str) -> pydeck.Layer:
    if level in site.hexes:
        # The page hands over places and colours as typed arrays; polygons come with their triangles.
        return pydeck.Layer(
            "SolidPolygonLayer", [], id=f"values-{level}", _normalize=False, extensions=[_HATCH], pickable=True
        )
    return _tiles(site, f"values-{level}", level, "renderValues", fill=_FILL, extensions=[_HATCH], pickable=True)


def _tiles(
    site: Site,
    name: str,
    level: str,
    render: str,
    *,
    fill: dict[str, Any] | None = None,
    extensions: list[Any] | None = None,
    pickable: bool = False,
) -> pydeck.Layer:
    first, last = site.zooms(level)
    parts = {"stroke": _STROKE} | ({"fill": fill} if fill else {})
    return pydeck.Layer(
        "MVTLayer",
        f"/tiles/{site.release.short_id}/{level}/{{z}}/{{x}}/{{y}}.mvt",
        id=name,
        binary=False,
        loaders=[Function("tileLoader").serialize()],
        min_zoom=first,
        max_zoom=last,
        extent=[float(side) for side in site.catalogue["bounds"]],
        pickable=pickable,
        max_requests=8,
        extensions=extensions or [],
        render_sub_layers=Function(render, level=level, **parts).serialize(),
    )


def _hex_lines() -> tuple[pydeck.Layer, ...]:
    """Borders of hexagons; the page gives them their places."""
    return (
        pydeck.Layer(
            "PathLayer",
            [],
            id="hex-lines",
            width_units=String("pixels"),
            joint_rounded=True,
            cap_rounded=True,
            pickable=False,
        ),
    )


def _spots() -> tuple[pydeck.Layer, ...]:
    """Outlines of hotspot windows on a white casing, legible on any colour; the page gives them their places."""
    return tuple(
        pydeck.Layer(
            "PathLayer",
            [],
            id=name,
            get_path="path",
            get_color=colour,
            get_width=width,
            width_units=String("pixels"),
            joint_rounded=True,
            pickable=False,
        )
        for name, colour, width in (("spots-casing", [255, 255, 255, 255], 7), ("spots", [122, 20, 70, 255], 3))
    )


def _markers() -> pydeck.Layer:
    """Circles for areas too small to see from afar, such as parks; the page gives them their places and colours."""
    return pydeck.Layer(
        "ScatterplotLayer",
        [],
        id="markers",
        get_position="point",
        radius_units=String("pixels"),
        get_radius=7,
        stroked=True,
        line_width_units=String("pixels"),
        get_line_width=1.4,
        get_line_color=[38, 46, 58, 255],
        extensions=[_HATCH],
        pickable=True,
    )


def _background(site: Site) -> list[pydeck.Layer]:
    if site.background is Background.NONE:
        return []
    return [
        pydeck.Layer(
            "TileLayer",
            BACKGROUND_HOSTS[site.background] + _PDOK,
            id="background",
            min_zoom=6,
            max_zoom=19,
            tile_size=256,
            extent=[float(side) for side in site.catalogue["bounds"]],
            render_sub_layers=Function("renderBackground", image=_IMAGE).serialize(),
        ),
    ]


def _view_state(site: Site) -> pydeck.ViewState:
    west, south, east, north = (float(side) for side in site.catalogue["bounds"])
    zoom = fit(west, south, east, north, width=_SCREEN[0], height=_SCREEN[1])
    return pydeck.ViewState(
        longitude=round((west + east) / 2, 6),
        latitude=round((south + north) / 2, 6),
        zoom=round(zoom, 3),
        min_zoom=max(0, math.floor(zoom) - 1),
        max_zoom=_MAX_VIEW_ZOOM,
        pitch=0,
        bearing=0,
    )


def fit(west: float, south: float, east: float, north: float, *, width: int, height: int) -> float:
    """Return the zoom at which a box of degrees fills a screen of so many pixels (the world at zoom 0 is 512)."""
    across = max(east - west, 1e-6) / 360
    up = max(_mercator(north) - _mercator(south), 1e-9)
    return min(math.log2(width / (512 * across)), math.log2(height / (512 * up)))


def _mercator(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(latitude))) / (2 * math.pi)


def takeover_zooms(site: Site) -> dict[str, float]:
    """Return, for each level that follows the zoom, the zoom from which its areas can be read."""
    zooms = {level: _zoom_of(site.areas(level), READABLE) for level in BY_ZOOM if level in site.levels}
    return {level: (0.0 if index == 0 else zoom) for index, (level, zoom) in enumerate(zooms.items())}


def _drawn_from(areas: AreaList) -> float:
    return _zoom_of(areas, _SEEN) if len(areas.code) > _DRAWN else 0.0


def _zoom_of(areas: AreaList, pixels: float) -> float:
    """Return the zoom at which areas are so many pixels wide, 0 where they have no width."""
    widths = areas.bounds[:, 2] - areas.bounds[:, 0]
    widths = widths[np.isfinite(widths) & (widths > 0)]
    return round(math.log2(pixels * 360 / (512 * float(np.median(widths)))), 2) if widths.size else 0.0


def summary(site: Site) -> dict[str, Any]:
    """Return what the page needs to know of the map besides its specification."""
    return {
        "takeover": takeover_zooms(site),
        "bounds": list(site.catalogue["bounds"]),
        "maxZoom": _MAX_VIEW_ZOOM,
        "hexes": dict(site.hexes),
        "chunked": {level: _drawn_from(site.areas(level)) for level in site.chunks},
    }
