"""Fetch everything that a server can be asked for: pages, columns, tiles, downloads, API answers, files, errors."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from tiles.archive import Reader
from tiles.chunks import chunk_list, is_chunked
from tiles.scheme import tile_address
from web.translations import LANGUAGES
from zicht.published import ColumnKey
from zicht.release import Release

ERRORS = (
    "/nothing-here",
    "/kaart?indicator=nothing",
    "/kaart?taal=xx&niveau=zzz&zoom=nan",
    "/tiles/{id}/buurt/99/0/0.mvt",
    "/tiles/{id}/buurt/8/999999/0.mvt",
    "/tiles/other/buurt/8/1/1.mvt",
    "/columns/{id}/values/buurt/nothing/2021/count.bin",
    "/columns/{id}/chunks/85196953fffffff/values/h3-10/nothing/2021/count.bin",
    "/columns/{id}/chunks/%00/hexes/h3-10.bin",
    "/api/v1/values/buurt/nothing/2021",
    "/api/v1/areas?q=%00%ff",
    "/api/v1/nothing",
    "/download/nothing/2021/buurt.csv",
    "/download/nothing/2021/buurt/country.csv",
    "/api/v1/deviations/buurt/nothing/2021/country",
    "/static/../../pyproject.toml",
)
#: Receipts are asked for every so many areas: there is one for each area, period and indicator.
STEP = 37


def served(app: Flask, release: Release) -> Iterator[tuple[str, int, bytes]]:
    """Yield (address, HTTP code, body and headers) of everything that can be asked for.

    Raises:
        AssertionError: The application has an address that no crawl knows of.
    """
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        for address in addresses(app, rule, release):
            yield fetch(client, address)
    for pattern in ERRORS:
        yield fetch(client, pattern.format(id=release.short_id))


def fetch(client: object, address: str) -> tuple[str, int, bytes]:
    """Fetch one address and return its body, unpacked, behind its headers."""
    response = client.get(address, headers={"Accept-Encoding": "gzip"})  # type: ignore[attr-defined]
    body = response.get_data()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    # The time of day is no secret, and all that may differ between two answers.
    headers = sorted(item for item in response.headers.items() if item[0] != "Date")
    return address, response.status_code, str(headers).encode() + b"\n" + body


def addresses(app: Flask, rule: Rule, release: Release) -> Iterator[str]:
    """Yield the addresses that belong to one rule of the application."""
    if rule.endpoint == "static":
        root = Path(str(app.static_folder))
        for path in sorted(root.rglob("*")):
            if path.is_file():
                yield f"{app.static_url_path}/{path.relative_to(root).as_posix()}"
        return
    for values in arguments(rule, release):
        yield built(rule, values)
    if not rule.arguments:
        for query in ("?taal=en", "?taal=nl&laag=waarde", "?q=a&taal=en"):
            yield built(rule, {}) + query


def built(rule: Rule, values: dict[str, object]) -> str:
    """Return the path of a rule with its arguments filled in."""
    found = rule.build(values, append_unknown=True)
    assert found is not None, rule.rule
    return found[1]


def arguments(rule: Rule, release: Release) -> Iterator[dict[str, object]]:
    """Yield every set of arguments that a rule can be asked with."""
    names = set(rule.arguments)
    known = {"release", "level", "indicator", "period", "measure", "code", "reference", "z", "x", "y"}
    known |= {"kind", "category", "spoken", "chunk"}
    known |= {"collection", "tms", "matrix", "row", "col"}
    assert names <= known, f"the crawl does not know how to ask for {rule.rule}"
    for choice in choices(names):
        yield from ({**choice, **values} for values in places(names, release))


def choices(names: set[str]) -> list[dict[str, object]]:
    """Return what a rule offers besides what a release holds: kinds of columns, and languages."""
    if "spoken" in names:
        return [{"spoken": spoken} for spoken in LANGUAGES]
    if "kind" in names:
        return [{"kind": kind} for kind in (("values", "bounds") if "measure" in names else ("classes", "evidence"))]
    return [{}]


def places(names: set[str], release: Release) -> Iterator[dict[str, object]]:
    """Yield every set of arguments that a release has for the names of a rule."""
    fixed = {"release": release.short_id} if "release" in names else {}
    if "chunk" in names:
        for asked in places(names - {"chunk"}, release):
            yield from ({**asked, "chunk": chunk} for chunk in chunks_of(release, str(asked["level"])))
    elif {"z", "x", "y", "indicator"} <= names:
        yield from ({**fixed, **tile} for tile in tiles_with_figures(release))
    elif "collection" in names:
        yield from ({k: v for k, v in tile.items() if k in names} for tile in collections(release))
    elif "tms" in names:
        yield {"tms": "WebMercatorQuad"}
    elif {"z", "x", "y"} <= names:
        yield from ({**fixed, **tile} for tile in tiles(release))
    elif "reference" in names:
        for compared in release.deviations.keys():
            yield {**fixed, **{name: getattr(compared, name) for name in names - {"release"}}}
    elif "indicator" in names:
        yield from ({**fixed, **{k: v for k, v in key.items() if k in names}} for key in numbers(release, names))
    elif "code" in names:
        for areas in release.areas.values():
            yield from ({**fixed, "code": str(code)} for code in areas.code[::STEP])
    elif "level" in names:
        yield from ({**fixed, "level": level} for level in release.areas)
    else:
        yield fixed


def chunks_of(release: Release, level: str) -> list[str]:
    """Return the chunks of a level; of a level that has none a text that names no chunk."""
    areas = release.areas[level]
    chunked = level.startswith("h3-") and is_chunked(areas.code)
    return list(chunk_list(areas).slices) if chunked else ["85196953fffffff"]


def numbers(release: Release, names: set[str]) -> Iterator[dict[str, object]]:
    """Yield every indicator, period, level and measure, and some areas of each."""
    seen = set()
    for column in release.values:
        if "category" in names and not column.key.category:
            continue
        codes = column.code[::STEP] if "code" in names else column.code[:1]
        for code in codes:
            key = {
                "indicator": column.key.indicator,
                "period": column.key.period,
                "level": column.key.level,
                "measure": column.key.measure,
                "category": column.key.category,
                "code": str(code),
            }
            asked = tuple(key[name] for name in sorted(names & set(key)))
            if asked not in seen:
                seen.add(asked)
                yield key


def tiles_with_figures(release: Release) -> Iterator[dict[str, object]]:
    """Yield a tile of every column that has tiles: of the first column the first, of the second the second, and on."""
    by_level: dict[str, list[dict[str, object]]] = {}
    for tile in tiles(release):
        by_level.setdefault(str(tile["level"]), []).append(tile)
    for number, key in enumerate(with_tiles(release)):
        tile = by_level[key.level][number % len(by_level[key.level])]
        asked = {"indicator": key.indicator, "period": key.period, "measure": key.measure}
        yield {**tile, **asked, **({"category": key.category} if key.category else {})}


def collections(release: Release) -> Iterator[dict[str, object]]:
    """Yield every collection of the standard interface with the address of one of its tiles."""
    # Their tiles are those of `tiles_with_figures` under another address, so not every one is asked for twice.
    for key, tile in list(zip(with_tiles(release), tiles_with_figures(release), strict=True))[::7]:
        parts = (key.level, key.indicator, key.period, key.measure, key.category)
        address = {"matrix": tile["z"], "row": tile["y"], "col": tile["x"], "tms": "WebMercatorQuad"}
        yield {"collection": ".".join(part for part in parts if part), **address}


def with_tiles(release: Release) -> list[ColumnKey]:
    """Return the columns whose level has tiles."""
    return [key for key in release.values.keys() if release.geometry_path(key.level).is_file()]


def tiles(release: Release) -> Iterator[dict[str, object]]:
    """Yield every tile of every archive; of a run of equal tiles the first."""
    for level in release.areas:
        path = release.geometry_path(level)
        if path.is_file():
            content = path.read_bytes()
            reader = Reader(lambda offset, length, content=content: content[offset : offset + length])
            for entry in reader.entries():
                zoom, x, y = tile_address(entry.number)
                yield {"level": level, "z": zoom, "x": x, "y": y}
