"""Vector tiles: geometry with feature id and code, the same for every indicator and kept for ever; also as a file."""

from __future__ import annotations

from flask import Blueprint, Response

from tiles.scheme import ZoomRange
from tiles.tilejson import tilejson
from web.public.tile_answers import answer_tile, check_release, root_url, tile_address
from web.ranges import answer_file
from web.responses import FOR_EVER, REVALIDATE, answer, canonical
from web.site import Site
from web.tilestore import TileStore
from web.translations import DEFAULT, localised

PMTILES = "application/vnd.pmtiles"


def vector_tiles(store: TileStore) -> Blueprint:
    """Return the views of the geometry tiles, their TileJSON and their archives."""
    views = Blueprint("vector_tiles", __name__)
    site = store.site

    def tile(release: str, level: str, z: str, x: str, y: str) -> Response:
        check_release(site, release)
        return answer_tile(store.tileset.get(level, *tile_address(site, level, z, x, y)))

    def describe(release: str, level: str) -> Response:
        check_release(site, release)
        return answer(canonical(_tilejson(site, level)), content_type="application/json", cache=REVALIDATE)

    def archive(release: str, level: str) -> Response:
        check_release(site, release)
        site.zooms(level)
        return _archive(store, level)

    views.add_url_rule("/tiles/<release>/<level>/<z>/<x>/<y>", view_func=tile)
    views.add_url_rule("/tiles/<release>/<level>.json", view_func=describe)
    views.add_url_rule("/tiles/<release>/<level>.pmtiles", view_func=archive)
    return views


def _archive(store: TileStore, level: str) -> Response:
    path = store.site.release.geometry_path(level)
    digest = store.site.release.manifest["files"][path.relative_to(store.site.release.path).as_posix()]
    return answer_file(store.tileset.file(level), etag=digest[:32], content_type=PMTILES, cache=FOR_EVER)


def _tilejson(site: Site, level: str) -> dict[str, object]:
    first, last = site.zooms(level)
    west, south, east, north = site.catalogue["bounds"]
    name = next(entry["name"] for entry in site.catalogue["levels"] if entry["id"] == level)
    return tilejson(
        level,
        base=f"{root_url(site)}/tiles/{site.release.short_id}",
        zooms=ZoomRange(first, last),
        bounds=(west, south, east, north),
        name=localised(name, DEFAULT),
        attribution=str(site.catalogue["publisher"]),
    )
