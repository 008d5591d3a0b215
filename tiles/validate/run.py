"""Everything of the validator put together: a file in, a report out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from tiles.errors import TileAddressError
from tiles.scheme import BUFFER, EXTENT, tile_address
from tiles.validate.archive import Entry, ReadArchive, read_archive, unpacked
from tiles.validate.finding import NOWHERE, Check, Finding, Place, Report, first_of_each
from tiles.validate.geometry import Points
from tiles.validate.quick import read_quickly
from tiles.validate.rules import RULES, Weight
from tiles.validate.secrets import Search, Secret
from tiles.validate.sources import Source
from tiles.validate.tile import ReadLayer, read_tile

#: Findings of each rule in a report.
MOST = 20

_GZIP = b"\x1f\x8b"

#: Tiles of a run that are looked at: they are all equal, and a damaged directory may state billions.
_LONGEST_RUN = 256


@dataclass(frozen=True, slots=True)
class Options:
    """What to check.

    Args:
        secrets: Values that must not occur.
        coverage: Whether borders, seams and ids are compared; for areas that cover a surface.
        spec_only: Whether the promises of this project are left out; secrets are always looked for.
        buffer: How far coordinates may lie outside a tile, as a part of the extent.
        most: Findings of each rule to report.
    """

    secrets: Sequence[Secret] = ()
    coverage: bool = True
    spec_only: bool = False
    buffer: float = BUFFER / EXTENT
    most: int = MOST


def validate(source: Source, options: Options = Options()) -> Report:
    """Check a PMTiles archive or a single tile.

    Args:
        source: The bytes.
        options: What to check.

    Raises:
        TileError: The source cannot be read.
    """
    notes = []
    if options.coverage and not options.spec_only and not _has_shapely():
        notes.append("Borders, crossing rings and holes were not checked: shapely is not installed (`zicht[build]`).")
    run = _Run(source, options)
    kept, counts = first_of_each(_wanted(run.findings(), options), most=options.most)
    return Report(source.where, run.tiles, kept, counts, tuple(notes))


def _wanted(findings: Iterator[Finding], options: Options) -> Iterator[Finding]:
    for finding in findings:
        if not options.spec_only or finding.rule == "secret" or RULES[finding.rule].weight is not Weight.OURS:
            yield finding


class _Run:
    """One file on its way through the checks, with what must be remembered of its tiles."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self.tiles = 0
        self._layers: set[str] = set()
        self._ids: dict[str, dict[int, set[int]]] = {}
        self._strips: dict[tuple[int, int, str], Mapping[str, Points]] = {}
        self._contents: dict[bytes, int] = {}
        self._search = Search(options.secrets)

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, in the order of the file."""
        archive = self._source.get(0, 7) == b"PMTiles"
        yield from self._archive() if archive else self._single()
        yield from self._search.in_stored(self._source, archive=archive)

    def _single(self) -> Iterator[Finding]:
        body = self._source.get(0, self._source.size)
        if body[:2] == _GZIP:
            body = (yield from unpacked(body, 2)) or b""
        yield from self._tile(body, NOWHERE)

    def _archive(self) -> Iterator[Finding]:
        archive = yield from read_archive(self._source.get, self._source.size)
        if archive is None:
            return
        yield from self._metadata(archive)
        zoom = -1
        for number, entry in _tiles(archive.entries):
            try:
                address = tile_address(number)
            except TileAddressError:
                yield Finding("archive-zooms", f"There is no tile number {number}.")
                return
            if address[0] != zoom:
                yield from self._zoom_done(zoom)
                zoom = address[0]
            yield from self._stored(archive, entry, Place(address), again=number != entry[0])
        yield from self._zoom_done(zoom)
        yield from self._whole(archive)

    def _metadata(self, archive: ReadArchive) -> Iterator[Finding]:
        if self._options.secrets:
            body = yield from unpacked(self._source.get(*archive.head.spans[1]), archive.head.internal)
            yield from self._search.in_metadata(body or b"", Place(layer="metadata"))

    def _stored(self, archive: ReadArchive, entry: Entry, place: Place, *, again: bool) -> Iterator[Finding]:
        raw = self._source.get(archive.head.spans[3][0] + entry[1], entry[2])
        digest = hashlib.sha256(raw).digest()
        if self._contents.setdefault(digest, entry[1]) != entry[1] and not again:
            yield Finding("content-stored-twice", "The tile is stored a second time.", place)
        body = yield from _placed(unpacked(raw, archive.head.tiles), place)
        if body is not None:
            yield from self._tile(body, place)

    def _tile(self, body: bytes, place: Place) -> Iterator[Finding]:
        layers = read_quickly(body, buffer=self._options.buffer)
        if layers is None:
            layers = yield from read_tile(body, place, buffer=self._options.buffer)
        self.tiles += 1
        yield from self._search.in_tile(body, layers, place)
        self._layers.update(layer.name for layer in layers)
        if not _has_shapely():
            return
        from tiles.validate.coverage import shape_findings

        for finding in shape_findings(layers, place):
            if self._options.coverage or finding.rule not in ("edges-match", "gap-narrow"):
                yield finding
        if self._options.coverage and place.tile is not None:
            self._remember(layers, place.tile)

    def _remember(self, layers: Sequence[ReadLayer], tile: tuple[int, int, int]) -> None:
        from tiles.validate.coverage import strips

        for layer in layers:
            here = self._ids.setdefault(layer.name, {}).setdefault(tile[0], set())
            here.update(number for number in layer.ids if number is not None)
            if layer.extent:
                self._strips[tile[1], tile[2], layer.name] = strips(layer, tile, buffer=self._options.buffer)

    def _zoom_done(self, zoom: int) -> Iterator[Finding]:
        if self._strips:
            from tiles.validate.coverage import seam_findings

            yield from seam_findings(zoom, self._strips)
            self._strips.clear()

    def _whole(self, archive: ReadArchive) -> Iterator[Finding]:
        described = {str(layer["id"]) for layer in archive.metadata.get("vector_layers", [])}
        if archive.metadata and described != self._layers:
            yield Finding("metadata-layers", "vector_layers names other layers than the tiles have.")
        if self._ids:
            from tiles.validate.coverage import id_findings

            ids = {name: {zoom: frozenset(found) for zoom, found in by.items()} for name, by in self._ids.items()}
            yield from id_findings(ids)


def _tiles(entries: Sequence[Entry]) -> Iterator[tuple[int, Entry]]:
    for entry in entries:
        for number in range(entry[0], entry[0] + min(entry[3], _LONGEST_RUN)):
            yield number, entry


def _placed(check: Check[bytes | None], place: Place) -> Check[bytes | None]:
    while True:
        try:
            yield replace(next(check), place=place)
        except StopIteration as done:
            body: bytes | None = done.value
            return body


def _has_shapely() -> bool:
    return find_spec("shapely") is not None
