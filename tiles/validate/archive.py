"""A PMTiles archive: header, directories and metadata, read as far as they can be (specification version 3)."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tiles import limits
from tiles.scheme import EXTENT, MAX_ZOOM, first_number, tile_address
from tiles.validate.contents import GZIP, PLAIN, GetBytes, fetched
from tiles.validate.directories import Entry, read_directories
from tiles.validate.finding import Check, Finding, Place

HEADER_SIZE = 127
_LAYOUT = struct.Struct("<7sB11Q6B4iB2i")
_ROOT_LIMIT = 16_384
_VECTOR = 1
_NAMES = ("root directory", "metadata", "leaf directories", "tile data")

#: Degrees; a pole itself is endlessly far down.
_POLAR = 89.9

#: What TileJSON needs of an archive, and what a reader shows: everything else may say what nobody meant to tell.
_METADATA = frozenset({"vector_layers", "name", "description", "attribution", "type", "version"})
_LAYER = frozenset({"id", "fields", "minzoom", "maxzoom", "description"})


@dataclass(frozen=True, slots=True)
class Head:
    """The header as far as reading goes on.

    Args:
        spans: Offset and length of root directory, metadata, leaf directories and tile data.
        counts: Addressed tiles, entries and contents as stated.
        clustered: Whether tiles are said to stand in order.
        internal: Compression of directories and metadata.
        tiles: Compression of tiles.
        zooms: Least and greatest zoom.
        bounds: West, south, east, north in 1e-7 degrees.
    """

    spans: tuple[tuple[int, int], ...]
    counts: tuple[int, int, int]
    clustered: int
    internal: int
    tiles: int
    zooms: tuple[int, int]
    bounds: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ReadArchive:
    """An archive as far as it could be read.

    Args:
        head: The header.
        entries: Of tiles, in the order of the directories.
        metadata: JSON content; empty where there is none.
    """

    head: Head
    entries: tuple[Entry, ...]
    metadata: Mapping[str, Any]


def read_archive(get: GetBytes, size: int) -> Check[ReadArchive | None]:
    """Check everything of an archive but the content of its tiles.

    Args:
        get: Gives bytes at an offset.
        size: Bytes of the file.

    Returns:
        What could be read; None where there is no header.
    """
    raw = get(0, HEADER_SIZE)
    if len(raw) < HEADER_SIZE or raw[:7] != b"PMTiles" or raw[7] != 3:
        yield Finding("archive-header", "The file does not begin as an archive of version 3.")
        return None
    _, _, *numbers = _LAYOUT.unpack(raw)
    head = Head(
        spans=tuple(zip(numbers[:8:2], numbers[1:8:2], strict=True)),
        counts=(numbers[8], numbers[9], numbers[10]),
        clustered=numbers[11],
        internal=numbers[12],
        tiles=numbers[13],
        zooms=(numbers[15], numbers[16]),
        bounds=(numbers[17], numbers[18], numbers[19], numbers[20]),
    )
    yield from _header(head, numbers[14], numbers[17:])
    if not (yield from _sections(head, size)):
        return ReadArchive(head, (), {})
    directories = yield from read_directories(get, head.spans, head.internal)
    if directories is None or not (yield from _apart(directories.entries, head)):
        return ReadArchive(head, (), {})
    entries = directories.entries
    yield from _order(entries, head)
    yield from _stated(entries, head)
    yield from _unused(head, entries, directories.pieces, size)
    return ReadArchive(head, entries, (yield from _metadata(get, head)))


def _header(head: Head, kind: int, places: Sequence[int]) -> Check[None]:
    if kind != _VECTOR or head.tiles not in (PLAIN, GZIP) or head.internal not in (PLAIN, GZIP):
        yield Finding(
            "archive-kind", f"Tile type {kind}, compression {head.internal} of directories and {head.tiles} of tiles."
        )
    low, high = head.zooms
    if not low <= high <= MAX_ZOOM:
        yield Finding("archive-zooms", f"Zooms run from {low} to {high}.")
    if head.clustered not in (0, 1):
        yield Finding("archive-clustered", f"The flag is {head.clustered}.")
    west, south, east, north, zoom, longitude, latitude = (float(number) for number in places)
    world = max(abs(west), abs(east), abs(longitude)) <= 180e7 and max(abs(south), abs(north), abs(latitude)) <= 90e7
    ordered = west <= longitude <= east and south <= latitude <= north
    if not world or not ordered:
        yield Finding("archive-bounds", "Bounds or centre lie outside the world, or are in the wrong order.")
    if not low <= zoom <= high:
        yield Finding("archive-zooms", f"The zoom of the centre is {zoom:.0f}.")


def _sections(head: Head, size: int) -> Check[bool]:
    sound = True
    used = sorted((offset, offset + length, name) for (offset, length), name in zip(head.spans, _NAMES, strict=True))
    used = [(start, end, name) for start, end, name in used if end > start]
    for start, end, name in used:
        if start < HEADER_SIZE or end > size:
            sound = False
            yield Finding("archive-sections", f"The {name} lies at {start} to {end} of {size} bytes.")
    for (_, end, first), (start, _, second) in pairwise(used):
        if start < end:
            yield Finding("archive-sections", f"The {first} and the {second} overlap.")
    offset, length = head.spans[0]
    if offset + length > _ROOT_LIMIT:
        yield Finding("archive-root", f"The root directory ends at byte {offset + length}.")
    return sound


def _apart(entries: Sequence[Entry], head: Head) -> Check[bool]:
    stored = sum(length for _, length in {(offset, length) for _, offset, length, _ in entries})
    if stored > head.spans[3][1]:
        # Else a small file has any number of tiles, each as large as the file.
        yield Finding("directory-entry", f"Tiles of {stored} bytes lie upon one another in {head.spans[3][1]}.")
    return stored <= head.spans[3][1]


def _order(entries: Sequence[Entry], head: Head) -> Check[None]:
    for before, after in pairwise(entries):
        if before[0] + before[3] > after[0]:
            yield Finding("directory-order", f"The run at tile number {before[0]} runs into {after[0]}.")
    low, high = head.zooms
    if entries and low <= high <= MAX_ZOOM:
        first, last = first_number(low), first_number(high + 1)
        outside = sum(not (first <= entry[0] and entry[0] + entry[3] <= last) for entry in entries)
        if outside:
            yield Finding("archive-zooms", f"{outside} entries lie outside zooms {low} to {high}.")
            return
        least, greatest = tile_address(entries[0][0])[0], tile_address(entries[-1][0] + entries[-1][3] - 1)[0]
        if (least, greatest) != head.zooms:
            yield Finding("zooms-stated", f"Tiles have zooms {least} to {greatest}, and {low} to {high} are stated.")


def bounds_findings(tile: tuple[int, int, int], head: Head, *, buffer: float) -> Iterator[Finding]:
    """Yield whether a tile of the coarsest zoom lies apart from the bounds.

    Args:
        tile: Zoom, column and row.
        head: The header.
        buffer: How far content may lie outside the tile, as a part of its side; one unit is allowed besides.
    """
    if tile[0] == head.zooms[0] and not meets_bounds(tile, head, reach=buffer + 1 / EXTENT):
        yield Finding("bounds-stated", "The tile lies outside the bounds of the header.", Place(tile))


def meets_bounds(tile: tuple[int, int, int], head: Head, *, reach: float = 0.0) -> bool:
    """Return whether a tile of the world, and so much around it as a part of its side, meets the bounds."""
    zoom, x, y = tile
    side = 1 << zoom
    west, south, east, north = (each / 10_000_000 for each in head.bounds)
    left, right = (side * (longitude / 360 + 0.5) for longitude in (west, east))
    top, bottom = (side * _down(latitude) for latitude in (north, south))
    across = left <= x + 1 + reach and right >= x - reach and 0 <= x < side
    return across and top <= y + 1 + reach and bottom >= y - reach and 0 <= y < side


def _down(latitude: float) -> float:
    """Return how far down the world a latitude lies, 0 to 1; a pole lies beyond either end."""
    angle = math.radians(min(max(latitude, -_POLAR), _POLAR))
    return 0.5 - math.asinh(math.tan(angle)) / (2 * math.pi)


def _stated(entries: Sequence[Entry], head: Head) -> Check[None]:
    true = (sum(entry[3] for entry in entries), len(entries), len({entry[1] for entry in entries}))
    for name, stated, counted in zip(("tiles", "entries", "contents"), head.counts, true, strict=True):
        if stated not in (0, counted):
            yield Finding("archive-counts", f"The header states {stated} {name}, and there are {counted}.")
    if head.clustered == 1:
        end = 0
        for _, offset, length, _ in entries:
            if offset > end:
                yield Finding("archive-clustered", "Tiles do not stand in the order of their numbers, and are said to.")
                return
            end = max(end, offset + length)


def _unused(head: Head, entries: Sequence[Entry], directories: Sequence[tuple[int, int]], size: int) -> Check[None]:
    data = head.spans[3][0]
    used = {(0, HEADER_SIZE), *directories, (head.spans[1][0], sum(head.spans[1]))}
    used |= {(data + offset, data + offset + length) for _, offset, length, _ in entries}
    end, spare = 0, 0
    for start, stop in sorted(used):
        spare += max(0, start - end)
        end = max(end, stop)
    spare += max(0, size - end)
    if spare:
        yield Finding("bytes-unused", f"{spare} bytes belong to nothing that is listed.")


def _metadata(get: GetBytes, head: Head) -> Check[Mapping[str, Any]]:
    body = yield from fetched(get, head.spans[1], head.internal, limit=limits.METADATA)
    try:
        content = json.loads(body or b"")
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        yield Finding("metadata", "The metadata are no JSON object.")
        return {}
    extra = sorted(set(content) - _METADATA)
    layers = content.get("vector_layers")
    layers = layers if isinstance(layers, list) else []
    extra += sorted({name for layer in layers if isinstance(layer, dict) for name in set(layer) - _LAYER})
    if extra:
        yield Finding("metadata-extra", f"The metadata have {', '.join(map(repr, extra[:8]))}.")
    if not layers or not all(isinstance(layer, dict) and isinstance(layer.get("id"), str) for layer in layers):
        yield Finding("metadata-layers", "There is no vector_layers, or a layer in it without an id.")
        return {}
    if not all(isinstance(layer.get("fields"), dict) for layer in layers):
        yield Finding("metadata-layers", "A layer in vector_layers has no fields.")
    return content
