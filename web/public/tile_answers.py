"""What every view of tiles shares: how an address is read, and how a tile is answered.

A tile that exists and holds nothing is 204; one outside the zooms of its level or outside the world is 404. Numbers are
read as they are written by clients: plain digits without sign or leading zero, so that a tile has one address.
"""

from __future__ import annotations

import re

from flask import Response, request

from tiles.compress import gunzip
from tiles.errors import TileAddressError
from tiles.scheme import check_tile
from tiles.tileset import Tile
from web.errors import NO_CONTENT, BadQueryError, NotHereError
from web.responses import FOR_EVER, takes_gzip
from web.site import Site

MVT = "application/vnd.mapbox-vector-tile"

_LARGEST = 1 << 26

#: A name or an address, and a port (RFC 9110, section 7.2).
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

#: More digits than the number of tiles along a side at the deepest zoom.
_DIGITS = 9


def check_release(site: Site, release: str) -> None:
    """Refuse a path that names another release.

    Raises:
        NotHereError: It does.
    """
    if release != site.release.short_id:
        raise NotHereError("This server has another release.", remedy="Reload the page.")


def tile_address(site: Site, level: str, z: str, x: str, y: str) -> tuple[int, int, int]:
    """Return zoom, column and row as numbers.

    Args:
        site: What is served.
        level: Level of the tiles.
        z: Zoom as written.
        x: Column as written.
        y: Row as written, with or without `.mvt`.

    Raises:
        NotHereError: The level has no tiles, not at this zoom, or there is no such tile in the world.
    """
    first, last = site.zooms(level)
    zoom, column, row = (_number(text) for text in (z, x, y.removesuffix(".mvt")))
    if not first <= zoom <= last:
        raise NotHereError(f"This level has tiles at zooms {first} to {last}.")
    try:
        check_tile(zoom, column, row)
    except TileAddressError as error:
        raise NotHereError(error.problem, remedy=error.remedy) from error
    return zoom, column, row


def _number(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not plain or (text[0] == "0" and text != "0"):
        raise NotHereError("There is no such tile.", remedy="Zoom, column and row are whole numbers from 0.")
    return int(text)


def answer_tile(tile: Tile | None, *, cache: str = FOR_EVER) -> Response:
    """Answer a tile, 304 where the client has it, 204 where nothing is drawn.

    Archives hold tiles compressed, and every client of vector tiles takes them so; one that says that it does not is
    given the tile as it is.

    Args:
        tile: The tile.
        cache: Cache-Control; for ever only where the address names the release.
    """
    response = Response(status=NO_CONTENT) if tile is None else _body(tile)
    response.headers["Cache-Control"] = cache
    if tile is not None:
        response.make_conditional(request)
    return response


def _body(tile: Tile) -> Response:
    if takes_gzip(request.headers.get("Accept-Encoding")):
        response = Response(tile.body, content_type=MVT, headers={"Content-Encoding": "gzip"})
        response.set_etag(tile.etag)
    else:
        response = Response(gunzip(tile.body, limit=_LARGEST), content_type=MVT)
        response.set_etag(f"{tile.etag}-plain")
    response.headers["Vary"] = "Accept-Encoding"
    return response


def root_url(site: Site) -> str:
    """Return the address of the server as its readers know it, without a trailing slash.

    Raises:
        BadQueryError: The server was not told its address, and the request names no host that could be one.
    """
    if site.base_url:
        return site.base_url
    if not _HOST.fullmatch(request.headers.get("Host", "")):
        raise BadQueryError("The header Host names no host.", remedy="Send the host that you ask.")
    return request.url_root.rstrip("/")
