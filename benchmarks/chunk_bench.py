"""What chunks of fine hexagons cost and spare: bytes by how coarse the ancestor is, and time to write, read and draw.

The cells are a box of the size of the Netherlands at resolution 10; values and statuses are random. The peer of a
chunk is the column of the whole level, which was the only form before. A view is a screen of 1,400 by 900 pixels, at
200 places; its bytes are the mean of what it fetches. The browser rows need Chromium (software drawing).
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.beside import best, require
from benchmarks.map_bench import _release, national, published
from tests.support import tiny_world as world
from tests.web.browser import CHROMIUM, Screen, chromium, running
from tiles.cells import GRID
from tiles.chunks import SPAN, ChunkList, chunk_list, encode_chunks, part_of
from tiles.columns import decode_values, encode_values
from tiles.deviation_columns import decode_deviations, encode_deviations
from tiles.hexes import chunk_shapes, decode_hexes, encode_hexes, lattice_of
from web.app import create_app
from zicht.areas import AreaList
from zicht.deviations import DeviationColumn, DeviationKey
from zicht.published import PublishedColumn

Row = tuple[str, float, float, str]

RESOLUTION = 10
SPANS = (4, 5, 6)
ZOOMS = (11, 13)
SCREEN = (1400, 900)
PLACE = "lon=5.12&lat=52.09"

#: Outlines are worked out for so many chunks; their bytes a cell are much the same everywhere.
_SOME = 8

DECODE = """async ([values, hexes, bodies]) => {
    const [{decodeValues}, {decodeHexes}] = [await import(values), await import(hexes)];
    const time = (read, body) => {
        const took = [];
        for (let turn = 0; turn < 9; turn += 1) {
            const start = performance.now();
            read(body);
            took.push(performance.now() - start);
        }
        return Math.min(...took);
    };
    const fetched = await Promise.all(bodies.map(async path => (await fetch(path)).arrayBuffer()));
    return [time(decodeValues, fetched[0]), time(decodeHexes, fetched[1])];
}"""


def run() -> list[Row]:
    """Return the rows."""
    areas = national(RESOLUTION)
    column = published(areas.level, areas.code, "2024")
    rows = [row for span in SPANS for row in _span(areas, column, span)]
    rows += _chunk(areas, column)
    rows.append(_deviations())
    if CHROMIUM.is_file():
        rows += _browser(areas)
    return rows


def _zipped(body: bytes) -> int:
    return len(gzip.compress(body, 6, mtime=0))


def _span(areas: AreaList, column: PublishedColumn, span: int) -> list[Row]:
    seconds, chunks = best(lambda: chunk_list(areas, span=span), 1)
    values = np.array([_zipped(encode_values(part_of(column, part), chunk=k)) for k, part in chunks.slices.items()])
    whole = _zipped(encode_values(column))
    lattice, some = lattice_of(areas, chunks), list(chunks.slices)[:: max(1, len(chunks.code) // _SOME)]
    shapes = [chunk_shapes(areas, chunks, code, lattice) for code in some]
    outline = sum(_zipped(encode_hexes(one)) for one in shapes) / sum(len(one.code) for one in shapes)
    listed = f"list {_zipped(encode_chunks(chunks)) / 1e3:.1f} kB, largest of {chunks.count.max():,} cells"
    total = f"values {values.sum() / 1e6:.2f} MB in all, {whole / 1e6:.2f} MB whole"
    what = f"h3-{RESOLUTION} by h3-{RESOLUTION - span}"
    rows: list[Row] = [(f"{what}: {len(chunks.code):,} chunks", seconds, 0.0, f"{listed}; {total}")]
    for zoom in ZOOMS:
        seen = _views(chunks, zoom)
        kilobytes = float(np.mean([values[one].sum() for one in seen])) / 1e3
        outlines = float(np.mean([chunks.count[one].sum() for one in seen])) * outline / 1e3
        fetched = float(np.mean([one.sum() for one in seen]))
        note = f"{fetched:.1f} chunks, values {kilobytes:.0f} kB, outlines {outlines:.0f} kB"
        rows.append((f"{what}: a view at zoom {zoom}", 0.0, 0.0, note))
    return rows


def _views(chunks: ChunkList, zoom: int) -> list[np.ndarray]:
    """Return which chunks each of some screens shows."""
    rng, (west, north, east, south) = np.random.default_rng(0), chunks.box.T
    half = np.array(SCREEN) / 2 * 2**GRID / (512 * 2**zoom)
    middle = np.column_stack([rng.uniform(*np.quantile(side, (0.2, 0.8)), 200) for side in (west, north)])
    return [
        (west <= x + half[0]) & (east >= x - half[0]) & (north <= y + half[1]) & (south >= y - half[1])
        for x, y in middle
    ]


def _chunk(areas: AreaList, column: PublishedColumn) -> list[Row]:
    chunks = chunk_list(areas)
    code, part = chunks.largest, chunks.slices[chunks.largest]
    size = f"{part.stop - part.start:,} cells"
    write, body = best(lambda: encode_values(part_of(column, part), chunk=code), 5)
    all_write, whole = best(lambda: encode_values(column), 1)
    read, found = best(lambda: decode_values(body), 5)
    all_read, _ = best(lambda: decode_values(whole), 1)
    require(np.array_equal(found.value, column.value[part], equal_nan=True), "values of a chunk")
    lattice = lattice_of(areas, chunks)
    work, shapes = best(lambda: encode_hexes(chunk_shapes(areas, chunks, code, lattice)), 3)
    again, _ = best(lambda: decode_hexes(shapes), 3)
    return [
        (
            f"values of a chunk written ({size})",
            write,
            all_write,
            f"{_zipped(body) / 1e3:.1f} kB gzip; peer: the level",
        ),
        ("values of a chunk read", read, all_read, "peer: the level"),
        ("outlines of a chunk worked out and written", work, 0.0, f"{_zipped(shapes) / 1e3:.1f} kB gzip"),
        ("outlines of a chunk read", again, 0.0, ""),
    ]


def _deviations() -> Row:
    """Comparisons of 14,500 buurten beside the JSON that was sent before."""
    rng, count = np.random.default_rng(5), 14_500
    label = rng.choice(
        ["higher", "comparable", "too_uncertain", "lower", "suppressed"], count, p=[0.1, 0.3, 0.2, 0.1, 0.3]
    )
    ratio = np.where(label == "suppressed", np.nan, np.round(rng.lognormal(0, 0.4, count), 6))
    key = DeviationKey(world.LABS, "2024", "buurt", "", "similar")
    code = np.array([f"BU{n:08d}" for n in range(count)])
    column = DeviationColumn(key, code, label, ratio, ratio * 0.7, ratio * 1.5, ratio * 9, ratio * 11)
    seconds, body = best(lambda: encode_deviations(column), 3)
    peer, text = best(lambda: _json(column), 3)
    require(decode_deviations(body).label.tolist() == label.tolist(), "deviations")
    return (
        "comparisons of 14,500 buurten",
        seconds,
        peer,
        f"{_zipped(body) / 1e3:.1f} kB gzip; as JSON {_zipped(text) / 1e3:.1f} kB",
    )


def _json(column: DeviationColumn) -> bytes:
    names = ("ratio", "low", "high", "expected_low", "expected_high")
    parts = {
        name: [None if np.isnan(one) else round(one, 4) for one in getattr(column, name).tolist()] for name in names
    }
    return json.dumps(
        {"class": "".join(one[0] for one in column.label.tolist()), **parts}, separators=(",", ":")
    ).encode()


def _browser(areas: AreaList) -> list[Row]:
    folder = Path(tempfile.mkdtemp())
    try:
        release = _release(folder / "tiny", areas)
        app = create_app(release)
        chunks = chunk_list(areas, span=SPAN)
        root = f"/columns/{release.short_id}/chunks"
        for code in chunks.slices:  # once an edition, then kept: what a reader waits for is the rest
            app.test_client().get(f"{root}/{code}/hexes/{areas.level}.bin")
        with running(app) as address, sync_playwright() as playwright, chromium(playwright) as browser:
            screen = Screen(browser, address)
            path = f"/kaart?indicator={world.LABS}&periode=2024&niveau={areas.level}&laag=waarde&zoom=11&{PLACE}"
            first = best(lambda: screen.open(path), 1)[0]
            asked = [one for one in screen.asked_since(0) if "/chunks/" in one and "/hexes/" in one]
            held = sum(int(chunks.count[list(chunks.slices).index(one.split("/chunks/")[1][:15])]) for one in asked)
            modules = f"{app.static_url_path}/js"
            bodies = [f"{root}/{chunks.largest}/{tail}" for tail in (
                f"values/{areas.level}/{world.LABS}/2024/rate.bin", f"hexes/{areas.level}.bin")]  # fmt: skip
            values, hexes = screen.page.evaluate(DECODE, [f"{modules}/columns.js", f"{modules}/hexes.js", bodies])
            year = "document.querySelector('input[name=periode][value=\"2025\"]').click()"
            other = best(lambda: (screen.page.evaluate(year), screen.settled()), 1)[0]
            require(screen.complaints == [], str(screen.complaints))
            screen.close()
    finally:
        shutil.rmtree(folder)
    note = f"{len(asked)} chunks, {held:,} of {len(areas.code):,} hexes, software drawing"
    return [
        ("address to a drawn map at zoom 11", first, 0.0, note),
        ("one year to another", other, 0.0, note),
        ("values of a chunk read in the browser", values / 1e3, 0.0, f"{values:.1f} ms"),
        ("outlines of a chunk read in the browser", hexes / 1e3, 0.0, f"{hexes:.1f} ms"),
    ]
