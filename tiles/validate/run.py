"""Everything of the validator put together: a file in, a report out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

import numpy as np

from tiles import limits
from tiles.errors import TileAddressError
from tiles.scheme import BUFFER, EXTENT, tile_address
from tiles.validate.archive import Head, ReadArchive, bounds_findings, read_archive
from tiles.validate.contents import GZIP, PLAIN, fetched, stored, unpacked
from tiles.validate.directories import Entry
from tiles.validate.finding import NOWHERE, Check, Finding, Place, Report, first_of_each
from tiles.validate.geometry import Points
from tiles.validate.quick import read_quickly
from tiles.validate.rules import ALWAYS, RULES, Weight
from tiles.validate.secrets import Search, Secret
from tiles.validate.sources import Source
from tiles.validate.tile import ReadLayer, read_tile

#: Findings of each rule in a report.
MOST = 20

#: Findings after which a file is read no further.
MOST_FINDINGS = 1 << 20

_GZIP = b"\x1f\x8b"

#: Tiles of a run that are looked at: they are all equal, and a damaged directory may state billions.
_LONGEST_RUN = 256

#: How much of tiles that stand at many places is held against others again (`_Shown.size`).
_MOST_AGAIN = 1 << 16


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
    run = _Run(source, options)
    kept, counts = first_of_each(_wanted(run.findings(), options), most=options.most)
    return Report(source.where, run.tiles, kept, counts, tuple(_notes(options, run.passed)))


def _notes(options: Options, passed: int) -> Iterator[str]:
    if not options.coverage or options.spec_only:
        return
    if not _has_shapely():
        yield "Borders, crossing rings and holes were not checked: shapely is not installed (`zicht[build]`)."
    elif passed:
        yield f"{passed:,} tiles that repeat another were not held against their neighbours."


def _wanted(findings: Iterator[Finding], options: Options) -> Iterator[Finding]:
    count = 0
    for finding in findings:
        if not options.spec_only or finding.rule in ALWAYS or RULES[finding.rule].weight is not Weight.OURS:
            yield finding
            count += 1
        if count == MOST_FINDINGS:
            yield Finding("limits", f"There are more than {MOST_FINDINGS:,} findings, and the rest was not read.")
            return


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What a tile shows that others are held against.

    Args:
        tile: Where it was read.
        ids: By layer.
        extents: By layer.
        strips: By layer, its edges near each side.
        reached: By layer, the sides beyond which an area goes on.
        size: How much it is to hold them against others: one, and one for each layer, id and edge.
    """

    tile: tuple[int, int, int]
    ids: Mapping[str, frozenset[int]] = field(default_factory=dict)
    extents: Mapping[str, int] = field(default_factory=dict)
    strips: Mapping[str, Mapping[str, Points]] = field(default_factory=dict)
    reached: Mapping[str, frozenset[str]] = field(default_factory=dict)
    size: int = 1

    def at(self, tile: tuple[int, int, int]) -> _Shown:
        """Return what it shows where it stands again."""
        right, down = tile[1] - self.tile[1], tile[2] - self.tile[2]
        step = np.array([0, right, down, right, down], dtype=np.int64)
        moved = {
            name: {side: rows + step * self.extents[name] for side, rows in sides.items()}
            for name, sides in self.strips.items()
        }
        return replace(self, tile=tile, strips=moved)


class _Run:
    """One file on its way through the checks, with what must be remembered of its tiles."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self._compares = options.coverage and _has_shapely()
        self.tiles = 0
        self.passed = 0
        self._room = _MOST_AGAIN if self._compares else 0
        self._layers: set[str] = set()
        self._ids: dict[str, dict[int, set[int]]] = {}
        self._strips: dict[tuple[int, int, str], Mapping[str, Points]] = {}
        self._reached: dict[tuple[int, int, str], frozenset[str]] = {}
        self._contents: dict[bytes, int] = {}
        self._again: dict[tuple[int, int], _Shown] = {}
        self._search = Search(options.secrets)

    def findings(self) -> Iterator[Finding]:
        """Yield all findings, in the order of the file."""
        archive = self._source.get(0, 7) == b"PMTiles"
        yield from self._archive() if archive else self._single()
        yield from self._search.in_stored(self._source, archive=archive)

    def _single(self) -> Iterator[Finding]:
        kind = GZIP if self._source.get(0, 2) == _GZIP else PLAIN
        body = yield from fetched(self._source.get, (0, self._source.size), kind, limit=limits.TILE)
        self.tiles = 1
        yield from self._tile(body or b"", NOWHERE)

    def _archive(self) -> Iterator[Finding]:
        archive = yield from read_archive(self._source.get, self._source.size)
        if archive is None:
            return
        yield from self._metadata(archive)
        self.tiles = sum(entry[3] for entry in archive.entries)
        repeated = _repeated(archive.entries)
        zoom = -1
        for number, entry in self._looked_at(archive.entries):
            try:
                address = tile_address(number)
            except TileAddressError:
                yield Finding("archive-zooms", f"There is no tile number {number}.")
                return
            if address[0] != zoom:
                yield from self._zoom_done(zoom, archive.head)
                zoom = address[0]
            yield from bounds_findings(address, archive.head, buffer=self._options.buffer)
            span = entry[1:3]
            if span in self._again:
                self._room -= self._again[span].size
                self._remember(self._again[span].at(address))
                continue
            layers = yield from self._stored(archive, span, Place(address))
            shown = self._shown(layers, address)
            self._remember(shown)
            if span in repeated:
                self._again[span] = shown
        yield from self._zoom_done(zoom, archive.head)
        yield from self._whole(archive)

    def _looked_at(self, entries: Sequence[Entry]) -> Iterator[tuple[int, Entry]]:
        """Yield the tiles that differ, and of those that repeat them as many as are held against their neighbours."""
        for entry in entries:
            for step in range(entry[3]):
                known = self._again.get(entry[1:3])
                if step == _LONGEST_RUN or (known and known.size > self._room):
                    self.passed += entry[3] - step
                    break
                yield entry[0] + step, entry

    def _metadata(self, archive: ReadArchive) -> Iterator[Finding]:
        if self._options.secrets:
            span, kind = archive.head.spans[1], archive.head.internal
            body = yield from fetched(self._source.get, span, kind, limit=limits.METADATA)
            yield from self._search.in_metadata(body or b"", Place(layer="metadata"))

    def _stored(self, archive: ReadArchive, span: tuple[int, int], place: Place) -> Check[tuple[ReadLayer, ...]]:
        where = archive.head.spans[3][0] + span[0], span[1]
        raw = yield from _placed(stored(self._source.get, where, limit=limits.TILE), place)
        if raw is None:
            return ()
        digest = hashlib.sha256(raw).digest()
        if self._contents.setdefault(digest, span[0]) != span[0]:
            yield Finding("content-stored-twice", "The tile is stored a second time.", place)
        body = yield from _placed(unpacked(raw, archive.head.tiles), place)
        return () if body is None else (yield from self._tile(body, place))

    def _tile(self, body: bytes, place: Place) -> Check[tuple[ReadLayer, ...]]:
        layers = read_quickly(body, buffer=self._options.buffer)
        if layers is None:
            layers = yield from read_tile(body, place, buffer=self._options.buffer)
        yield from self._search.in_tile(body, layers, place)
        self._layers.update(layer.name for layer in layers)
        if _has_shapely():
            from tiles.validate.coverage import shape_findings

            for finding in shape_findings(layers, place):
                if self._options.coverage or finding.rule not in ("edges-match", "gap-narrow"):
                    yield finding
        return layers

    def _shown(self, layers: Sequence[ReadLayer], tile: tuple[int, int, int]) -> _Shown:
        if not self._compares:
            return _Shown(tile)
        from tiles.validate.coverage import reached, strips

        ids: dict[str, frozenset[int]] = {}
        for layer in layers:
            here = frozenset(number for number in layer.ids if number is not None)
            ids[layer.name] = ids.get(layer.name, frozenset()) | here
        drawn = [layer for layer in layers if layer.extent]
        edges = {layer.name: strips(layer, tile, buffer=self._options.buffer) for layer in drawn}
        size = (
            1
            + len(ids)
            + sum(map(len, ids.values()))
            + sum(len(rows) for each in edges.values() for rows in each.values())
        )
        sides = {layer.name: reached(layer) for layer in drawn}
        return _Shown(tile, ids, {layer.name: layer.extent for layer in drawn}, edges, sides, size)

    def _remember(self, shown: _Shown) -> None:
        zoom, x, y = shown.tile
        for name, ids in shown.ids.items():
            self._ids.setdefault(name, {}).setdefault(zoom, set()).update(ids)
        for name, sides in shown.strips.items():
            self._strips[x, y, name] = sides
            self._reached[x, y, name] = shown.reached[name]

    def _zoom_done(self, zoom: int, head: Head) -> Iterator[Finding]:
        if self._strips:
            from tiles.validate.coverage import absent_findings, seam_findings

            yield from seam_findings(zoom, self._strips)
            if not self.passed:  # what was passed by is not known to be absent
                yield from absent_findings(zoom, self._reached, head)
            self._strips.clear()
            self._reached.clear()

    def _whole(self, archive: ReadArchive) -> Iterator[Finding]:
        described = {str(layer["id"]) for layer in archive.metadata.get("vector_layers", [])}
        if archive.metadata and described != self._layers:
            yield Finding("metadata-layers", "vector_layers names other layers than the tiles have.")
        if self._ids:
            from tiles.validate.coverage import id_findings

            ids = {name: {zoom: frozenset(found) for zoom, found in by.items()} for name, by in self._ids.items()}
            yield from id_findings(ids)


def _repeated(entries: Sequence[Entry]) -> frozenset[tuple[int, int]]:
    """Return offset and length of what stands at more than one place."""
    count: Counter[tuple[int, int]] = Counter()
    for _, offset, length, run in entries:
        count[offset, length] += run
    return frozenset(span for span, places in count.items() if places > 1)


def _placed(check: Check[bytes | None], place: Place) -> Check[bytes | None]:
    while True:
        try:
            yield replace(next(check), place=place)
        except StopIteration as done:
            body: bytes | None = done.value
            return body


def _has_shapely() -> bool:
    return find_spec("shapely") is not None
