"""What of the server goes into a snapshot, and which file each address becomes.

A file host looks at no question (`?taal=en`), so what a question says stands in the path: other languages than Dutch in
a folder of their own, and the measure of a download in its name. The page composes the same paths
(`static/js/address.js`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

from web.exports import file_name
from web.public.files import static_files
from web.site import Site
from web.translations import DEFAULT, LANGUAGES, language

PAGES = ("/", "/kaart", "/methode", "/bescherming")

#: What the feet of the pages link to.
_LINKED = ("/api/v1/releases", "/api/v1/protection")


def addresses(site: Site, *, assets: str, bundle: str, deck: str) -> Iterator[str]:
    """Yield every address of the server that a snapshot holds, each once.

    Args:
        site: What is served.
        assets: Path under which scripts and styles are served.
        bundle: Path of pydeck's script.
        deck: The specification of the map: it says which tiles the page may ask for.
    """
    yield from (f"{page}?taal={spoken}" for spoken in LANGUAGES for page in PAGES)
    yield from (f"{assets}/{name}" for name in static_files())
    yield from (bundle, "/deck.json", *_LINKED)
    yield from _columns(site)
    yield from _facts(site)
    yield from _downloads(site)
    yield from _tiles(site, deck)


def file_of(site: Site, address: str) -> str:
    """Return the file an address becomes, relative to the folder of the snapshot.

    Args:
        site: What is served.
        address: Path of the server with its question, for instance "/kaart?taal=en".
    """
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    spoken = language(asked.get("taal"))
    if parts.path in PAGES:
        return "/".join(part for part in ("" if spoken == DEFAULT else spoken, parts.path[1:], "index.html") if part)
    if parts.path.startswith("/download/"):
        indicator, period, level = parts.path.removesuffix(".csv").split("/")[2:]
        column = site.column(indicator, period, level, asked.get("maat", ""), asked.get("categorie", ""))
        return f"download/{spoken}/{file_name(column)}"
    return f"{parts.path[1:]}.json" if parts.path.startswith("/api/") else parts.path[1:]


def _columns(site: Site) -> Iterator[str]:
    root = f"/columns/{site.release.short_id}"
    yield f"{root}/catalogue.json"
    yield from (f"{root}/areas/{level}.json" for level in site.release.areas if level not in site.hexes)
    yield from (f"{root}/chunks/{level}.bin" for level in site.chunks)
    yield from (f"{folder}/hexes/{level}.bin" for level in site.hexes for folder in _folders(site, level))
    yield from (f"{root}/breaks/{indicator}.json" for indicator in site.indicators)
    for key in sorted(site.release.values.keys()):
        path = f"{key.level}/{key.indicator}/{key.period}/{key.measure}{_tail(key.category)}"
        yield from (f"{folder}/{kind}/{path}" for kind in ("values", "bounds") for folder in _folders(site, key.level))
    for found in sorted(site.release.classes.keys()):
        if found.method == site.method(found.indicator, found.level):
            path = f"{found.level}/{found.indicator}/{found.period}{_tail(found.category)}"
            folders = _folders(site, found.level)
            yield from (f"{folder}/{kind}/{path}" for kind in ("classes", "evidence") for folder in folders)
    for compared in sorted(site.release.deviations.keys()):
        path = f"{compared.level}/{compared.indicator}/{compared.period}/{compared.reference}{_tail(compared.category)}"
        yield from (f"{folder}/deviations/{path}" for folder in _folders(site, compared.level))


def _folders(site: Site, level: str) -> list[str]:
    """Return under which paths the columns of a level are: one for the whole of it, or one a chunk."""
    root = f"/columns/{site.release.short_id}"
    return [f"{root}/chunks/{code}" for code in site.chunks[level].slices] if level in site.chunks else [root]


def _tail(category: str) -> str:
    return f"/{quote(category, safe='')}.bin" if category else ".bin"


def _facts(site: Site) -> Iterator[str]:
    root = f"/receipts/{site.release.short_id}"
    for indicator, entry in site.indicators.items():
        yield from (f"{root}/{spoken}/{indicator}.json" for spoken in LANGUAGES)
        if entry.get("spots"):
            periods = site.offered.get(indicator, {}).get("periods", ())
            yield from (f"/api/v1/spots/{indicator}/{period}" for period in periods)


def _downloads(site: Site) -> Iterator[str]:
    for key in sorted(site.release.values.keys()):
        query = f"maat={key.measure}" + (f"&categorie={quote(key.category, safe='')}" if key.category else "")
        path = f"/download/{key.indicator}/{key.period}/{key.level}.csv"
        yield from (f"{path}?taal={spoken}&{query}" for spoken in LANGUAGES)


def _tiles(site: Site, deck: str) -> Iterator[str]:
    """Yield the tiles over the bounds of the map: those and no others are asked for, also where nothing is drawn."""
    west, south, east, north = site.catalogue["bounds"]
    seen = set()
    for layer in json.loads(deck)["layers"]:
        if layer["@@type"] == "MVTLayer" and layer["data"] not in seen:
            seen.add(layer["data"])
            for zoom in range(layer["minZoom"], layer["maxZoom"] + 1):
                places = _within(west, south, east, north, zoom)
                yield from (layer["data"].format(z=zoom, x=x, y=y) for x, y in places)


def _within(west: float, south: float, east: float, north: float, zoom: int) -> Iterator[tuple[int, int]]:
    left, top = _tile(west, north, zoom)
    right, bottom = _tile(east, south, zoom)
    yield from ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    across = (lon + 180) / 360
    down = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    last = 2**zoom - 1
    return min(max(int(across * 2**zoom), 0), last), min(max(int(down * 2**zoom), 0), last)
