"""What a map costs: columns beside JSON, and national hexagons from codes to pixels.

The cells are a box of the size of the Netherlands; values and statuses are random. The peer of a column is the same as
compact JSON. The browser rows need Chromium and say how long it takes from an address to a drawn map, from one year to
another, and to a picture, whose pixels are looked at. Without a graphics card drawing is nearly all of it: seconds for
a frame of a national map of resolution 9. A step that takes longer than a minute or two is given up, and says so.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import shapely
from h3ronpy import vector
from PIL import Image
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from benchmarks.beside import best, require
from geo import grids
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from tests.web.browser import CHROMIUM, Screen, chromium, running, share
from tiles.chunks import chunk_list, is_chunked
from tiles.columns import decode_values, encode_values
from tiles.hexes import decode_hexes, encode_hexes, hex_shapes
from web import palette
from web.app import create_app
from zicht.areas import AreaList
from zicht.published import ColumnKey, PublishedColumn, PublishedTable
from zicht.release import Release, open_release

Row = tuple[str, float, float, str]

#: West, south, east, north of 37,500 square kilometres.
BOX = (4.0, 51.4, 6.9, 53.1)
BUURTEN = 14_500
RESOLUTIONS = (8, 9)

#: Milliseconds for a picture: another whole frame, drawn without a graphics card.
_PATIENCE = 120_000


def run() -> list[Row]:
    """Return the rows."""
    rows = [_column("column of 14,500 buurten", "buurt", np.array([f"BU{n:08d}" for n in range(BUURTEN)]))]
    for resolution in RESOLUTIONS:
        areas = national(resolution)
        rows.append(_column(f"column of {len(areas.code):,} hexes", areas.level, areas.code))
        seconds, body = best(partial(_outlines, areas), 1)
        require(decode_hexes(body).code.tolist() == areas.code.tolist(), "hexes")
        rows.append((f"outlines of {len(areas.code):,} hexes", seconds, 0.0, _size(body)))
    if CHROMIUM.is_file():
        for resolution in RESOLUTIONS:
            rows += _browser(national(resolution))
    return rows


def _outlines(areas: AreaList) -> bytes:
    return encode_hexes(hex_shapes(areas))


def national(resolution: int) -> AreaList:
    """Return the hexes of the box as a release holds them."""
    inside = vector.geometry_to_cells(shapely.box(*BOX), resolution, vector.ContainmentMode.ContainsCentroid)
    cell = np.sort(grids.as_array(inside))
    code, none = grids.to_strings(cell), np.full(len(cell), "FL00")
    bounds = np.round(shapely.bounds(grids.hex_polygons(cell, crs=4326)), 7)
    kind = np.full(len(cell), "hex")
    return AreaList(f"h3-{resolution}", code, code, none, kind, np.round(grids.centres(cell), 7), bounds)


def published(level: str, code: np.ndarray, period: str) -> PublishedColumn:
    """Return random rates of which about half are hidden."""
    rng = np.random.default_rng(len(code) + int(period))
    events, homes = rng.negative_binomial(0.6, 0.05, len(code)), rng.integers(150, 4000, len(code))
    status = np.where((events > 0) & (events < 10), "suppressed", "published")
    value = np.where(status == "published", np.round(1e4 * events / homes, 1), np.nan)
    key = ColumnKey(world.LABS, period, level, "", "rate")
    return PublishedColumn(key, "per 10 000", code, status, value, value, value)


def _column(what: str, level: str, code: np.ndarray) -> Row:
    column = published(level, code, "2024")
    ours, body = best(lambda: encode_values(column), 3)
    peer, text = best(lambda: _json(column), 3)
    require(np.array_equal(decode_values(body).value, column.value, equal_nan=True), what)
    return what, ours, peer, f"{_size(body)}; as JSON without bounds {_size(text)}"


def _json(column: PublishedColumn) -> bytes:
    value = [None if np.isnan(one) else one for one in column.value.tolist()]
    return json.dumps({"status": column.status.tolist(), "value": value}, separators=(",", ":")).encode()


def _size(body: bytes) -> str:
    return f"{len(gzip.compress(body, 6, mtime=0)) / 1000:.1f} kB gzip"


def _browser(areas: AreaList) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        release = _release(Path(folder, "tiny"), areas)
        app = create_app(release)
        for address in _outlines(release, areas):  # once an edition, then kept
            app.test_client().get(address)
        with running(app) as address, sync_playwright() as playwright, chromium(playwright) as browser:
            screen = Screen(browser, address)
            rows = list(_looked_at(screen, areas))
            require(screen.complaints == [], str(screen.complaints))
            screen.close()
    return rows


def _looked_at(screen: Screen, areas: AreaList) -> Iterator[Row]:
    """Yield how long each step takes, up to the first that takes longer than anybody waits."""
    steps: dict[str, Callable[[], object]] = {
        "address to a drawn map": lambda: screen.open(
            f"/kaart?indicator={world.LABS}&periode=2024&niveau={areas.level}&laag=waarde"
        ),
        "one year to another": lambda: _another_year(screen),
        "a picture of it": lambda: _picture(screen),
    }
    for what, step in steps.items():
        start, note = time.perf_counter(), f"{len(areas.code):,} hexes, software drawing"
        try:
            step()
        except (AssertionError, PlaywrightTimeout):
            yield what, time.perf_counter() - start, 0.0, f"{note}: given up then, and what follows left out"
            return
        yield what, time.perf_counter() - start, 0.0, note


def _another_year(screen: Screen) -> None:
    screen.page.evaluate("document.querySelector('input[name=periode][value=\"2025\"]').click()")
    screen.settled()


def _picture(screen: Screen) -> None:
    picture = Image.open(io.BytesIO(screen.page.screenshot(timeout=_PATIENCE))).convert("RGB")
    require(share(picture, palette.ZERO.ground) > 0.001, "pixels")


def _outlines(release: Release, areas: AreaList) -> list[str]:
    root = f"/columns/{release.short_id}"
    folders = [f"{root}/chunks/{code}" for code in chunk_list(areas).slices] if is_chunked(areas.code) else [root]
    return [f"{folder}/hexes/{areas.level}.bin" for folder in folders]


def _release(folder: Path, areas: AreaList) -> Release:
    """The tiny release with a level of national hexes beside its own; nothing asks for the tiles of these."""
    small = open_release(tiny_release(folder))
    levels = [entry for entry in small.catalogue["levels"] if entry["id"] != areas.level]
    entry = {
        "id": areas.level,
        "family": "hex",
        "minzoom": 8,
        "maxzoom": 11,
        "name": {"nl": "Zeshoek", "en": "Hexagon"},
    }
    values = [column for column in small.values if column.key.level != areas.level]
    values += [published(areas.level, areas.code, period) for period in ("2024", "2025")]
    if areas.level != "h3-8":
        shutil.copy(folder / "geometry" / "h3-8.pmtiles", folder / "geometry" / f"{areas.level}.pmtiles")
    return replace(
        small,
        areas={**small.areas, areas.level: areas},
        values=PublishedTable(values),
        catalogue={**small.catalogue, "levels": [*levels, entry], "bounds": list(BOX)},
    )
