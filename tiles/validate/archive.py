"""A PMTiles archive: header, directories and metadata, read as far as they can be (specification version 3)."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tiles.scheme import MAX_ZOOM, first_number
from tiles.validate.finding import Check, Finding
from tiles.validate.geometry import varints

GetBytes = Callable[[int, int], bytes]

HEADER_SIZE = 127
_LAYOUT = struct.Struct("<7sB11Q6B4iB2i")
_ROOT_LIMIT = 16_384
_PLAIN, _GZIP = 1, 2
_VECTOR = 1
_DEEPEST = 4
_LARGEST = 1 << 28
_NAMES = ("root directory", "metadata", "leaf directories", "tile data")

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
    """

    spans: tuple[tuple[int, int], ...]
    counts: tuple[int, int, int]
    clustered: int
    internal: int
    tiles: int
    zooms: tuple[int, int]


#: Tile number, offset, length, run length.
Entry = tuple[int, int, int, int]


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
    )
    yield from _header(head, numbers[14], numbers[17:])
    if not (yield from _sections(head, size)):
        return ReadArchive(head, (), {})
    entries, pieces = yield from _directories(get, head)
    yield from _order(entries, head)
    yield from _stated(entries, head)
    yield from _unused(head, entries, pieces, size)
    return ReadArchive(head, entries, (yield from _metadata(get, head)))


def _header(head: Head, kind: int, places: Sequence[int]) -> Check[None]:
    if kind != _VECTOR or head.tiles not in (_PLAIN, _GZIP) or head.internal not in (_PLAIN, _GZIP):
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


def unpacked(data: bytes, compression: int) -> Check[bytes | None]:
    """Return the content of compressed data; None where they are damaged.

    Args:
        data: As stored.
        compression: 1 none, 2 gzip.
    """
    if compression != _GZIP:
        return data if compression == _PLAIN else None
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = inflate.decompress(data, _LARGEST)
    except zlib.error:
        yield Finding("compression", "Compressed data are damaged.")
        return None
    if not inflate.eof or inflate.unused_data:
        yield Finding("compression", "Compressed data are cut off, followed by others, or too large.")
    if any(data[3:8]):
        yield Finding("gzip-extra", "Compressed data carry a name, a comment, more fields or a time.")
    return content


def _directories(get: GetBytes, head: Head) -> Check[tuple[tuple[Entry, ...], list[tuple[int, int]]]]:
    found: list[Entry] = []
    pieces: list[tuple[int, int]] = []
    waiting = [(*head.spans[0], 0)]
    while waiting:
        offset, length, depth = waiting.pop()
        pieces.append((offset, offset + length))
        body = yield from unpacked(get(offset, length), head.internal)
        for number, at, size, run in (yield from _entries(b"" if body is None else body)):
            limit = head.spans[3][1] if run else head.spans[2][1]
            if not size or at + size > limit:
                yield Finding("directory-entry", f"The entry of tile number {number} has length 0 or lies beyond.")
            elif run:
                found.append((number, at, size, run))
            elif depth + 1 >= _DEEPEST:
                yield Finding("directory-depth", f"Directories nest deeper than {_DEEPEST}.")
            else:
                waiting.append((head.spans[2][0] + at, size, depth + 1))
    return tuple(sorted(found)), pieces


def _entries(data: bytes) -> Check[list[Entry]]:
    numbers = varints(data)
    if numbers is None or not len(numbers) or not numbers[0] or len(numbers) != 1 + 4 * int(numbers[0]):
        yield Finding("directory", "A directory is empty, or has not as many numbers as it states.")
        return []
    count = int(numbers[0])
    steps, runs, lengths, offsets = (numbers[1 + part * count : 1 + (part + 1) * count].tolist() for part in range(4))
    entries: list[Entry] = []
    number, end = 0, -1
    for position, (step, run, length, offset) in enumerate(zip(steps, runs, lengths, offsets, strict=True)):
        number += step
        if offset == 0 and end < 0:
            yield Finding("directory", "A directory begins without an offset.")
        if position and not step:
            yield Finding("directory-order", f"Tile number {number} stands twice.")
        start = max(end, 0) if offset == 0 else offset - 1
        entries.append((number, start, length, run))
        end = start + length
    return entries


def _order(entries: Sequence[Entry], head: Head) -> Check[None]:
    for before, after in pairwise(entries):
        if before[0] + before[3] > after[0]:
            yield Finding("directory-order", f"The run at tile number {before[0]} runs into {after[0]}.")
    low, high = head.zooms
    if low <= high <= MAX_ZOOM:
        first, last = first_number(low), first_number(high + 1)
        outside = sum(not (first <= entry[0] and entry[0] + entry[3] <= last) for entry in entries)
        if outside:
            yield Finding("archive-zooms", f"{outside} entries lie outside zooms {low} to {high}.")


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
    body = yield from unpacked(get(*head.spans[1]), head.internal)
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
    return content
