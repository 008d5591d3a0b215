"""What the map joins to its places in the browser, by feature id: value columns, hotspot columns, areas, breaks.

Every path names the release, so that every body but the catalogue may be kept for ever: another release has another
path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from tiles.columns import encode_bounds, encode_evidence, encode_labels, encode_values
from tiles.deviation_columns import encode_deviations
from tiles.hexes import encode_hexes, hex_shapes
from web.deck import specification
from web.deviations import deviation_column, deviation_maps
from web.errors import NotHereError
from web.legend import breaks_of
from web.on_demand import Choice, OnDemand
from web.once import Once
from web.responses import FOR_EVER, REVALIDATE, answer, canonical, compress
from web.site import Hosting, Site
from web.units import number
from zicht.areas import AreaList
from zicht.classes import ClassColumn

JSON = "application/json"
BINARY = "application/octet-stream"

#: Bodies kept packed; the largest, a column of national hexes, takes under 3 MB.
_KEPT = 256

#: Bodies of maps that readers asked for by options of their own: kept apart, so that they push out no others.
_KEPT_ON_DEMAND = 32


def columns(site: Site, maps: OnDemand) -> Blueprint:
    """Return the views of everything that is joined to tiles."""
    views = Blueprint("columns", __name__)

    def pack(make: Callable[..., bytes], *parts: str) -> tuple[bytes, bytes]:
        body = make(site, *parts)
        return body, compress(body)

    def pack_map(
        kind: str, indicator: str, period: str, level: str, category: str, choice: Choice
    ) -> tuple[bytes, bytes]:
        body = _ENCODED[kind](maps.classes(indicator, period, level, category, choice))
        return body, compress(body)

    packed, packed_map = Once(pack, most=_KEPT), Once(pack_map, most=_KEPT_ON_DEMAND)

    def send(release: str, kind: str, make: Callable[..., bytes], *parts: str, cache: str = FOR_EVER) -> Response:
        if release != site.release.short_id:
            raise NotHereError("This server has another release.", remedy="Reload the page.")
        body, zipped = packed(make, *parts)
        return answer(body, packed=zipped, content_type=kind, cache=cache)

    def numbers(
        release: str, kind: str, level: str, indicator: str, period: str, measure: str, category: str = ""
    ) -> Response:
        _whole(site, level)
        return send(release, BINARY, _NUMBERS[kind], level, indicator, period, measure, category)

    def classes(release: str, kind: str, level: str, indicator: str, period: str, category: str = "") -> Response:
        _whole(site, level)
        choice = maps.choice(indicator, level, request.args) if request.args else None
        if choice is None or release != site.release.short_id:
            return send(release, BINARY, _CLASSES[kind], level, indicator, period, category)
        body, zipped = packed_map(kind, indicator, period, level, category, choice)
        return answer(body, packed=zipped, content_type=BINARY, cache=FOR_EVER)

    def hexes(release: str, level: str) -> Response:
        _whole(site, level)
        return send(release, BINARY, _hexes, level)

    def deviations(
        release: str, level: str, indicator: str, period: str, reference: str, category: str = ""
    ) -> Response:
        _whole(site, level)
        return send(release, BINARY, _deviations, level, indicator, period, reference, category)

    def areas(release: str, level: str) -> Response:
        _whole(site, level)
        return send(release, JSON, _areas, level)

    def breaks(release: str, indicator: str) -> Response:
        return send(release, JSON, _breaks, indicator)

    def catalogue(release: str) -> Response:
        # It tells what this server does with the release too, which a setting or another version changes.
        return send(release, JSON, _catalogue, cache=REVALIDATE)

    def deck() -> Response:
        body, zipped = packed(_deck)
        return answer(body, packed=zipped, content_type=JSON, cache=REVALIDATE)

    root = "/columns/<release>"
    for tail in (".bin", "/<category>.bin"):
        views.add_url_rule(
            f"{root}/<any({', '.join(_NUMBERS)}):kind>/<level>/<indicator>/<period>/<measure>{tail}", view_func=numbers
        )
        views.add_url_rule(
            f"{root}/<any({', '.join(_CLASSES)}):kind>/<level>/<indicator>/<period>{tail}", view_func=classes
        )
        views.add_url_rule(f"{root}/deviations/<level>/<indicator>/<period>/<reference>{tail}", view_func=deviations)
    views.add_url_rule(f"{root}/hexes/<level>.bin", view_func=hexes)
    views.add_url_rule(f"{root}/areas/<level>.json", view_func=areas)
    views.add_url_rule(f"{root}/breaks/<indicator>.json", view_func=breaks)
    views.add_url_rule(f"{root}/catalogue.json", view_func=catalogue)
    views.add_url_rule("/deck.json", view_func=deck)
    return views


def _whole(site: Site, level: str) -> None:
    """Refuse a level that is sent in chunks: a content has one address, and the whole of it is large."""
    if level in site.chunks:
        raise NotHereError(
            "This level is sent in chunks.", remedy=f"See /columns/{site.release.short_id}/chunks/{level}.bin."
        )


def _values(site: Site, level: str, indicator: str, period: str, measure: str, category: str) -> bytes:
    return encode_values(site.column(indicator, period, level, measure, category))


def _bounds(site: Site, level: str, indicator: str, period: str, measure: str, category: str) -> bytes:
    return encode_bounds(site.column(indicator, period, level, measure, category))


def _labels(site: Site, level: str, indicator: str, period: str, category: str) -> bytes:
    return encode_labels(site.classes(indicator, period, level, category))


def _evidence(site: Site, level: str, indicator: str, period: str, category: str) -> bytes:
    return encode_evidence(site.classes(indicator, period, level, category))


#: By the name in the address: what a map is drawn from, and what only a table or a receipt shows.
_NUMBERS: Mapping[str, Callable[..., bytes]] = {"values": _values, "bounds": _bounds}
_CLASSES: Mapping[str, Callable[..., bytes]] = {"classes": _labels, "evidence": _evidence}
_ENCODED: Mapping[str, Callable[[ClassColumn], bytes]] = {"classes": encode_labels, "evidence": encode_evidence}


def _hexes(site: Site, level: str) -> bytes:
    if level not in site.hexes:
        raise NotHereError("There are no hexagons of this level.", remedy="Choose a level that the catalogue lists.")
    return encode_hexes(hex_shapes(site.areas(level)))


def _deviations(site: Site, level: str, indicator: str, period: str, reference: str, category: str) -> bytes:
    return encode_deviations(deviation_column(site, indicator, period, level, reference, category))


def _areas(site: Site, level: str) -> bytes:
    return canonical(area_columns(site.areas(level)))


def _breaks(site: Site, indicator: str) -> bytes:
    return canonical(breaks_of(site, indicator))


def _catalogue(site: Site) -> bytes:
    return canonical(full_catalogue(site))


def _deck(site: Site) -> bytes:
    return specification(site).encode()


def area_columns(areas: AreaList) -> dict[str, Any]:
    """Return the areas of a level as one list a property; the position is the feature id."""
    return {
        "level": areas.level,
        "code": areas.code.tolist(),
        "name": areas.name.tolist(),
        "parent": areas.parent.tolist(),
        "kind": areas.kind.tolist(),
        "point": [_degrees(row) for row in areas.point.tolist()],
        "bounds": [_degrees(row) for row in areas.bounds.tolist()],
    }


def _degrees(row: list[float]) -> list[float | int] | None:
    shown = [number(round(value, 6)) if value == value else None for value in row]  # noqa: PLR0124  (NaN)
    return None if None in shown else shown  # type: ignore[return-value]


def full_catalogue(site: Site) -> dict[str, Any]:
    """Return the catalogue with what the table of values truly offers for each indicator."""
    maps, compared = OnDemand(site), deviation_maps(site)
    entries = [
        {
            **entry,
            "offered": site.offered.get(entry["id"], {"periods": [], "categories": [], "measures": {}, "columns": {}}),
            "shown": site.shown(entry["id"]),
            "lead": site.lead(entry["id"]),
            "maps": site.hotspot_maps.get(entry["id"], {}),
            "agreement": site.agreement(entry["id"]),
            "on_demand": maps.offered(entry["id"]) if site.hosting is Hosting.SERVER else {},
            "deviations": compared.get(entry["id"], {}),
            "methods": {level: site.method(entry["id"], level) for level in site.hotspot_maps.get(entry["id"], {})},
        }
        for entry in site.catalogue["indicators"]
    ]
    manifest = site.release.manifest
    return {
        **site.catalogue,
        "indicators": entries,
        "release": {"id": site.release.id, "edition": manifest["edition"], "protection": manifest["protection"]},
    }
