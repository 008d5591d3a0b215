"""Columns of chunks of a fine level of hexagons: the same bodies as of a whole level, of the cells in one ancestor.

A chunk is asked for by the code of its ancestor, as the list of chunks of the level gives it. Any other text, be it
another cell, another resolution or no cell, names no chunk and is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from tiles.chunks import encode_chunks, part_of
from tiles.columns import encode_bounds, encode_evidence, encode_labels, encode_values
from tiles.deviation_columns import encode_deviations
from tiles.hexes import chunk_shapes, encode_hexes
from web.deviations import deviation_column
from web.errors import NotHereError
from web.on_demand import Choice, OnDemand
from web.once import Once
from web.public.columns import BINARY
from web.responses import FOR_EVER, answer, compress
from web.site import Site

#: Bodies of numbers kept packed, each some 50 kB: those of some screens.
_KEPT = 384

#: Bodies of outlines kept packed, each under half a megabyte: they serve every map of an edition, and take longest.
_KEPT_OUTLINES = 224

_NUMBERS: Mapping[str, Callable[..., bytes]] = {"values": encode_values, "bounds": encode_bounds}
_CLASSES: Mapping[str, Callable[..., bytes]] = {"classes": encode_labels, "evidence": encode_evidence}


def chunks(site: Site, maps: OnDemand) -> Blueprint:
    """Return the views of chunks of hexagons."""
    views = Blueprint("chunks", __name__)

    def pack(make: Callable[..., bytes], *parts: object) -> tuple[bytes, bytes]:
        body = make(site, maps, *parts)
        return body, compress(body)

    packed, outlines = Once(pack, most=_KEPT), Once(pack, most=_KEPT_OUTLINES)

    def send(release: str, make: Callable[..., bytes], *parts: object) -> Response:
        if release != site.release.short_id:
            raise NotHereError("This server has another release.", remedy="Reload the page.")
        body, zipped = (outlines if make is _hexes else packed)(make, *parts)
        return answer(body, packed=zipped, content_type=BINARY, cache=FOR_EVER)

    def chunk_list(release: str, level: str) -> Response:
        return send(release, _list, level)

    def hexes(release: str, chunk: str, level: str) -> Response:
        return send(release, _hexes, level, chunk)

    def numbers(
        release: str, chunk: str, kind: str, level: str, indicator: str, period: str, measure: str, category: str = ""
    ) -> Response:
        return send(release, _numbers, chunk, kind, level, indicator, period, measure, category)

    def classes(
        release: str, chunk: str, kind: str, level: str, indicator: str, period: str, category: str = ""
    ) -> Response:
        choice = maps.choice(indicator, level, request.args) if request.args else None
        return send(release, _classes, chunk, kind, level, indicator, period, category, choice)

    def deviations(
        release: str, chunk: str, level: str, indicator: str, period: str, reference: str, category: str = ""
    ) -> Response:
        return send(release, _deviations, chunk, level, indicator, period, reference, category)

    root = "/columns/<release>/chunks"
    views.add_url_rule(f"{root}/<level>.bin", view_func=chunk_list)
    views.add_url_rule(f"{root}/<chunk>/hexes/<level>.bin", view_func=hexes)
    for tail in (".bin", "/<category>.bin"):
        of_map = "<level>/<indicator>/<period>"
        views.add_url_rule(
            f"{root}/<chunk>/<any({', '.join(_NUMBERS)}):kind>/{of_map}/<measure>{tail}", view_func=numbers
        )
        views.add_url_rule(f"{root}/<chunk>/<any({', '.join(_CLASSES)}):kind>/{of_map}{tail}", view_func=classes)
        views.add_url_rule(f"{root}/<chunk>/deviations/{of_map}/<reference>{tail}", view_func=deviations)
    return views


def cells_of(site: Site, level: str, chunk: str) -> slice:
    """Return which positions of a level are the cells of a chunk.

    Raises:
        NotHereError: The level is not sent in chunks, or has no such chunk.
    """
    there = site.chunks.get(level)
    if there is None or chunk not in there.slices:
        raise NotHereError("There is no such chunk of hexagons.", remedy="Choose one that the list of chunks holds.")
    return there.slices[chunk]


def _list(site: Site, _maps: OnDemand, level: str) -> bytes:
    if level not in site.chunks:
        raise NotHereError("This level is not sent in chunks.", remedy="Ask for the whole of it.")
    return encode_chunks(site.chunks[level])


def _hexes(site: Site, _maps: OnDemand, level: str, chunk: str) -> bytes:
    cells_of(site, level, chunk)
    return encode_hexes(chunk_shapes(site.areas(level), site.chunks[level], chunk, site.lattices[level]))


def _numbers(site: Site, _maps: OnDemand, chunk: str, kind: str, level: str, *key: str) -> bytes:
    cells = cells_of(site, level, chunk)
    indicator, period, measure, category = key
    column = part_of(site.column(indicator, period, level, measure, category), cells)
    return _NUMBERS[kind](column, chunk=chunk)


def _classes(
    site: Site, maps: OnDemand, chunk: str, kind: str, level: str, indicator: str, period: str, category: str,
    choice: Choice | None,
) -> bytes:  # fmt: skip
    cells = cells_of(site, level, chunk)
    return _CLASSES[kind](part_of(maps.classes(indicator, period, level, category, choice), cells), chunk=chunk)


def _deviations(site: Site, _maps: OnDemand, chunk: str, level: str, *key: str) -> bytes:
    cells = cells_of(site, level, chunk)
    indicator, period, reference, category = key
    column = part_of(deviation_column(site, indicator, period, level, reference, category), cells)
    return encode_deviations(column, chunk=chunk)
