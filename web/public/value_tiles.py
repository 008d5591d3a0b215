"""Vector tiles with the published figures of one column: for QGIS, MapLibre and whoever reads standard tiles.

Every path names the release, so that a tile may be kept for ever. Measure and category stand in the query where they
are not the ones that a map opens with.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from tiles.scheme import ZoomRange
from tiles.splice import FIELDS
from tiles.tilejson import tilejson
from web.public.tile_answers import answer_tile, check_release, root_url, tile_address
from web.responses import REVALIDATE, answer, canonical
from web.site import Site
from web.tilestore import TileStore
from web.translations import DEFAULT, localised, translator
from web.units import unit_of
from zicht.published import ColumnKey


def value_tiles(store: TileStore) -> Blueprint:
    """Return the views of the tiles with figures and their TileJSON."""
    views = Blueprint("value_tiles", __name__)
    site = store.site

    def key_of(release: str, level: str, indicator: str, period: str) -> ColumnKey:
        check_release(site, release)
        query = request.args
        return store.key(level, indicator, period, query.get("measure", ""), query.get("category", ""))

    def tile(release: str, level: str, indicator: str, period: str, z: str, x: str, y: str) -> Response:
        key = key_of(release, level, indicator, period)
        address = tile_address(site, level, z, x, y)
        return answer_tile(store.spliced.get(store.selection(key), *address))

    def describe(release: str, level: str, indicator: str, period: str) -> Response:
        content = value_tilejson(store, key_of(release, level, indicator, period), root=root_url(site))
        return answer(canonical(content), content_type="application/json", cache=REVALIDATE)

    root = "/tiles/<release>/<level>/<indicator>/<period>"
    views.add_url_rule(f"{root}/<z>/<x>/<y>", view_func=tile)
    views.add_url_rule(f"{root}.json", view_func=describe)
    return views


def value_tilejson(store: TileStore, key: ColumnKey, *, root: str) -> dict[str, object]:
    """Describe the tiles of one column.

    Args:
        store: The tiles.
        key: The column.
        root: Address of the server without a trailing slash.

    Raises:
        NotHereError: The release has no such column.
    """
    site = store.site
    west, south, east, north = site.catalogue["bounds"]
    parts = {"measure": key.measure, "category": key.category}
    if key.measure == site.main_measure(key.indicator, key.level):
        del parts["measure"]
    return tilejson(
        key.level,
        base=f"{root}/tiles/{site.release.short_id}",
        path="/".join(quote(part, safe="") for part in (key.level, key.indicator, key.period)),
        query=urlencode({name: part for name, part in parts.items() if part}),
        zooms=ZoomRange(*site.zooms(key.level)),
        bounds=(west, south, east, north),
        name=title_of(site, key),
        description=description_of(site, key),
        attribution=str(site.catalogue["publisher"]),
        fields={name: FIELDS[name] for name in store.selection(key).figures.fields},
    )


def title_of(site: Site, key: ColumnKey, language: str = DEFAULT, *, levels: Sequence[str] = ()) -> str:
    """Return indicator, period and level of a column in a language.

    Args:
        site: What is served.
        key: The column.
        language: "nl" or "en".
        levels: All levels, where there are columns of several.
    """
    names = {entry["id"]: localised(entry["name"], language) for entry in site.catalogue["levels"]}
    shown = ", ".join(names[level] for level in levels or (key.level,))
    name = localised(site.indicator(key.indicator)["name"], language)
    parts = (name, key.period, shown, translator(language)(f"measure.{key.measure}"), key.category)
    return ", ".join(part for part in parts if part)


def description_of(site: Site, key: ColumnKey, language: str = DEFAULT) -> str:
    """Return what a reader of a column must know: its unit, that a pattern is no proof, and whether it is a draft."""
    text = translator(language)
    unit = unit_of(site.indicator(key.indicator), key.measure, language, period=key.period)
    parts = [f"{unit[:1].upper()}{unit[1:]}." if unit else "", text("pattern")]
    parts += [text("banner.fictional")] if site.catalogue["fictional"] else []
    parts += [text(f"banner.draft.{site.doubt}")] if site.is_draft else []
    return " ".join(part for part in parts if part)
