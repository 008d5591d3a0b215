"""Everything of the validator put together: a file in, a report out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tiles.errors import TileAddressError
from tiles.scheme import BUFFER, EXTENT, tile_address
from tiles.validate.archive import Entry, ReadArchive, read_archive, unpacked
from tiles.validate.finding import NOWHERE, Check, Finding, Place, Report, first_of_each
from tiles.validate.geometry import Points
from tiles.validate.rules import RULES, Weight
from tiles.validate.secrets import Secret, secret_findings
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


@dataclass
class _Seen:
    """What is needed of tiles after they were read, in one run."""

    tiles: int = 0
    layers: set[str] = field(default_factory=set)
    ids: dict[str, dict[int, set[int]]] = field(default_factory=dict)
    strips: dict[tuple[int, int, str], Mapping[str, Points]] = field(default_factory=dict)


def validate(source: Source, options: Options = Options()) -> Report:
    """Check a PMTiles archive or a single tile.

    Args:
        source: The bytes.
        options: What to check.

    Raises:
        TileError: The source cannot be read.
    """
    seen, notes = _Seen(), []
    if options.coverage and not options.spec_only and not _has_shapely():
        notes.append("Borders, crossing rings and holes were not checked: shapely is not installed (`zicht[build]`).")
    findings = _wanted(_all(source, options, seen), options)
    kept, counts = first_of_each(findings, most=options.most)
    return Report(source.where, seen.tiles, kept, counts, tuple(notes))


def _wanted(findings: Iterator[Finding], options: Options) -> Iterator[Finding]:
    for finding in findings:
        if not options.spec_only or finding.rule == "secret" or RULES[finding.rule].weight is not Weight.OURS:
            yield finding


def _all(source: Source, options: Options, seen: _Seen) -> Iterator[Finding]:
    start = source.get(0, 7)
    if start == b"PMTiles":
        yield from _archive(source, options, seen)
        return
    body = source.get(0, source.size)
    if body[:2] == _GZIP:
        body = (yield from unpacked(body, 2)) or b""
    yield from _tile(body, NOWHERE, options, seen)


def _archive(source: Source, options: Options, seen: _Seen) -> Iterator[Finding]:
    archive = yield from read_archive(source.get, source.size)
    if archive is None:
        return
    yield from _plain_parts(source, archive, options.secrets)
    zoom = -1
    stored: dict[bytes, int] = {}
    for number, entry in _tiles(archive.entries):
        try:
            address = tile_address(number)
        except TileAddressError:
            yield Finding("archive-zooms", f"There is no tile number {number}.")
            return
        if address[0] != zoom:
            yield from _zoom_done(zoom, seen)
            zoom = address[0]
        raw = source.get(archive.head.spans[3][0] + entry[1], entry[2])
        if stored.setdefault(raw, entry[1]) != entry[1] and number == entry[0]:
            yield Finding("content-stored-twice", "The tile is stored a second time.", Place(address))
        body = yield from _placed(unpacked(raw, archive.head.tiles), Place(address))
        if body is not None:
            yield from _tile(body, Place(address), options, seen)
    yield from _zoom_done(zoom, seen)
    yield from _whole(archive, options, seen)


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


def _plain_parts(source: Source, archive: ReadArchive, secrets: Sequence[Secret]) -> Iterator[Finding]:
    if secrets:
        body = yield from unpacked(source.get(*archive.head.spans[1]), archive.head.internal)
        yield from secret_findings(secrets, body or b"", (), Place(layer="metadata"))


def _tile(body: bytes, place: Place, options: Options, seen: _Seen) -> Iterator[Finding]:
    layers = yield from read_tile(body, place, buffer=options.buffer)
    seen.tiles += 1
    yield from secret_findings(options.secrets, body, layers, place)
    if not _has_shapely():
        return
    from tiles.validate.coverage import shape_findings, strips

    for finding in shape_findings(layers, place):
        if options.coverage or finding.rule != "edges-match":
            yield finding
    for layer in layers:
        seen.layers.add(layer.name)
        if place.tile is not None and options.coverage and layer.extent:
            _note_ids(layer, place.tile[0], seen)
            seen.strips[place.tile[1], place.tile[2], layer.name] = strips(layer, place.tile, buffer=options.buffer)


def _note_ids(layer: ReadLayer, zoom: int, seen: _Seen) -> None:
    here = seen.ids.setdefault(layer.name, {}).setdefault(zoom, set())
    here.update(feature.id for feature in layer.features if feature.id is not None)


def _zoom_done(zoom: int, seen: _Seen) -> Iterator[Finding]:
    if seen.strips:
        from tiles.validate.coverage import seam_findings

        yield from seam_findings(zoom, seen.strips)
        seen.strips.clear()


def _whole(archive: ReadArchive, options: Options, seen: _Seen) -> Iterator[Finding]:
    described = {str(layer["id"]) for layer in archive.metadata.get("vector_layers", [])}
    if archive.metadata and described != seen.layers and _has_shapely():
        yield Finding("metadata-layers", "vector_layers names other layers than the tiles have.")
    if options.coverage and seen.ids:
        from tiles.validate.coverage import id_findings

        ids = {name: {zoom: frozenset(found) for zoom, found in by.items()} for name, by in seen.ids.items()}
        yield from id_findings(ids)


def _has_shapely() -> bool:
    try:
        import shapely  # noqa: F401
    except ImportError:
        return False
    return True
