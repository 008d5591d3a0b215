"""Vector tiles: geometry with feature id and code, the same for every indicator and kept for ever.

A tile that exists and holds nothing is 204; a tile outside the zooms of its level or outside the world is 404.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from tiles.errors import TileAddressError
from tiles.scheme import ZoomRange, check_tile
from tiles.tilejson import tilejson
from tiles.tileset import Tile, TileSet
from web.errors import NO_CONTENT, NotHereError
from web.responses import FOR_EVER, REVALIDATE, answer, canonical
from web.site import Site
from web.translations import DEFAULT, localised

MVT = "application/vnd.mapbox-vector-tile"


def vector_tiles(site: Site) -> Blueprint:
    """Return the views of the tiles and their TileJSON."""
    views = Blueprint("vector_tiles", __name__)
    tileset = TileSet(site.release.path / "geometry", site.levels)

    def tile(release: str, level: str, z: int, x: int, y: int) -> Response:
        check_release(site, release)
        first, last = site.zooms(level)
        if not first <= z <= last:
            raise NotHereError(f"This level has tiles at zooms {first} to {last}.")
        try:
            check_tile(z, x, y)
        except TileAddressError as error:
            raise NotHereError(error.problem, remedy=error.remedy) from error
        return _answer(tileset.get(level, z, x, y))

    def describe(release: str, level: str) -> Response:
        check_release(site, release)
        return answer(canonical(_tilejson(site, level)), content_type="application/json", cache=REVALIDATE)

    address = "/tiles/<release>/<level>/<int:z>/<int:x>/<int:y>"
    views.add_url_rule(f"{address}.mvt", view_func=tile)
    views.add_url_rule(address, view_func=tile, endpoint="tile_plain")
    views.add_url_rule("/tiles/<release>/<level>.json", view_func=describe)
    return views


def check_release(site: Site, release: str) -> None:
    """Refuse a path that names another release.

    Raises:
        NotHereError: It does.
    """
    if release != site.release.short_id:
        raise NotHereError("This server has another release.", remedy="Reload the page.")


def _answer(tile: Tile | None) -> Response:
    response = Response(status=NO_CONTENT) if tile is None else Response(tile.body, content_type=MVT)
    response.headers["Cache-Control"] = FOR_EVER
    if tile is not None:
        # Archives hold tiles packed, and every vector tile client takes them so.
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(tile.etag)
        response.make_conditional(request)
    return response


def _tilejson(site: Site, level: str) -> dict[str, object]:
    first, last = site.zooms(level)
    west, south, east, north = site.catalogue["bounds"]
    root = site.base_url or request.url_root.rstrip("/")
    name = next(entry["name"] for entry in site.catalogue["levels"] if entry["id"] == level)
    return tilejson(
        level,
        base=f"{root}/tiles/{site.release.short_id}",
        zooms=ZoomRange(first, last),
        bounds=(west, south, east, north),
        name=localised(name, DEFAULT),
        attribution=str(site.catalogue["publisher"]),
    )
