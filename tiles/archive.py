"""PMTiles version 3: many tiles in one file, written so that the same tiles give the same bytes.

Specification: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md. Tiles stand in the order of the Hilbert
curve ("clustered"); equal tiles are stored once, told apart by SHA-256; successive equal tiles are one entry with a run
length. Everything is gzip with an empty header, so that neither a clock nor a machine is in the bytes.

`Reader` takes a function that gives bytes, so a file, memory and HTTP ranges are read alike. This module needs only the
standard library.
"""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any

from tiles import directory as dr
from tiles import limits
from tiles.compress import QUICK, gunzip, gzip_bytes
from tiles.errors import MalformedArchiveError
from tiles.header import HEADER_SIZE, Header, lay_out, read_header
from tiles.scheme import ZoomRange, first_number, tile_number

#: Reads `length` bytes at `offset`; fewer only where the data end.
GetBytes = Callable[[int, int], bytes]

#: The specification wants header and root directory within the first 16 kiB, so that one request gets both.
ROOT_LIMIT = 16384 - HEADER_SIZE

_WORKERS = min(4, os.cpu_count() or 1)


def write_archive(
    tiles: Mapping[int, bytes],
    *,
    zooms: ZoomRange,
    bounds: tuple[float, float, float, float],
    metadata: Mapping[str, Any],
) -> bytes:
    """Return the bytes of an archive.

    Args:
        tiles: Vector tiles, not compressed, by tile number.
        zooms: Zooms at which there are tiles.
        bounds: West, south, east, north of the content, degrees.
        metadata: JSON content; of vector tiles it must hold `vector_layers`.

    Returns:
        The whole archive.

    Raises:
        MalformedArchiveError: A tile lies outside the zooms, or the metadata lack `vector_layers`.
    """
    _check_content(tiles, zooms, metadata)
    data, entries = _pack(tiles)
    root, leaves = _directories(entries)
    text = gzip_bytes(json.dumps(metadata, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
    spans = lay_out([len(root), len(text), len(leaves), len(data)])
    header = Header(
        root=spans[0],
        metadata=spans[1],
        leaves=spans[2],
        data=spans[3],
        addressed=len(tiles),
        entries=len(entries),
        contents=len({entry.offset for entry in entries}),
        minzoom=zooms.minzoom,
        maxzoom=zooms.maxzoom,
        bounds=_e7(bounds),
    )
    return header.to_bytes() + root + text + leaves + data


def _check_content(tiles: Mapping[int, bytes], zooms: ZoomRange, metadata: Mapping[str, Any]) -> None:
    first, last = first_number(zooms.minzoom), first_number(zooms.maxzoom + 1)
    if any(not first <= number < last for number in tiles):
        raise MalformedArchiveError(f"A tile lies outside zooms {zooms.minzoom} to {zooms.maxzoom}.")
    if "vector_layers" not in metadata:
        raise MalformedArchiveError("The metadata lack vector_layers.")


def _e7(bounds: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    west, south, east, north = (round(side * 10_000_000) for side in bounds)
    return west, south, east, north


def _pack(tiles: Mapping[int, bytes]) -> tuple[bytes, list[dr.Entry]]:
    numbers = sorted(tiles)
    digests = [hashlib.sha256(tiles[number]).digest() for number in numbers]
    different = dict(zip(reversed(digests), reversed(numbers), strict=True))
    order = sorted(different.values())
    with ThreadPoolExecutor(max_workers=_WORKERS) as workers:
        parts = list(workers.map(lambda number: gzip_bytes(tiles[number], level=QUICK), order))
    offsets = accumulate(map(len, parts), initial=0)
    spans = {number: (offset, len(part)) for number, offset, part in zip(order, offsets, parts, strict=False)}
    entries: list[dr.Entry] = []
    for number, digest in zip(numbers, digests, strict=True):
        entry = dr.Entry(number, *spans[different[digest]], run=1)
        previous = entries[-1] if entries else None
        if previous and previous.offset == entry.offset and previous.number + previous.run == number:
            entries[-1] = previous._replace(run=previous.run + 1)
        else:
            entries.append(entry)
    return b"".join(parts), entries


def _directories(entries: list[dr.Entry]) -> tuple[bytes, bytes]:
    root = gzip_bytes(dr.encode_directory(entries))
    if len(root) <= ROOT_LIMIT:
        return root, b""
    size = 4096
    while True:
        pointers, parts, end = [], [], 0
        for start in range(0, len(entries), size):
            part = gzip_bytes(dr.encode_directory(entries[start : start + size]))
            pointers.append(dr.Entry(entries[start].number, end, len(part), run=0))
            parts.append(part)
            end += len(part)
        root = gzip_bytes(dr.encode_directory(pointers))
        if len(root) <= ROOT_LIMIT:
            return root, b"".join(parts)
        size *= 2


class Reader:
    """Reads one archive through a function that gives bytes. Safe to share between threads if that function is.

    Args:
        get_bytes: Gives the bytes of the archive from an offset, of a length.
        where: What to call the archive in an error.

    Raises:
        MalformedArchiveError: The header, the root directory or the metadata are not those of an archive.
    """

    def __init__(self, get_bytes: GetBytes, *, where: str = "") -> None:
        self._get_bytes = get_bytes
        self._where = where
        self.header = read_header(get_bytes(0, HEADER_SIZE), where=where)
        self._root = self._directory(*self.header.root, limit=limits.ROOT_DIRECTORY)
        self._leaf = lru_cache(maxsize=64)(partial(self._directory, limit=limits.LEAF_DIRECTORY))

    def metadata(self) -> dict[str, Any]:
        """Return the JSON metadata.

        Raises:
            MalformedArchiveError: They are no JSON object.
        """
        data = self._decompressed(*self.header.metadata, limit=limits.METADATA)
        try:
            content = json.loads(data)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise MalformedArchiveError("The metadata are no JSON object.", where=self._where)
        return content

    def get(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile as it is stored (gzip), or None where the archive has none.

        Raises:
            TileAddressError: There is no such tile in the world.
            MalformedArchiveError: The archive is damaged where the tile should be.
        """
        number = tile_number(zoom, x, y)
        if not self.header.minzoom <= zoom <= self.header.maxzoom:
            return None
        entry = _find(self._root, number)
        for _ in range(3):
            if entry is None or entry.run:
                break
            entry = _find(self._leaf(self.header.leaves.offset + entry.offset, entry.length), number)
        if entry is None:
            return None
        if not entry.run:
            raise MalformedArchiveError("Directories point to directories without end.", where=self._where)
        return self._read(self.header.data.offset + entry.offset, entry.length)

    def entries(self) -> Iterator[dr.Entry]:
        """Yield every entry that holds tiles, in ascending order of tile number."""
        yield from self._walk(self._root, depth=0)

    def tiles(self) -> Iterator[tuple[int, bytes]]:
        """Yield (tile number, tile without compression) for every tile, in ascending order.

        Raises:
            MalformedArchiveError: The archive is damaged.
        """
        for entry in self.entries():
            body = self._decompressed(self.header.data.offset + entry.offset, entry.length, limit=limits.TILE)
            for number in range(entry.number, entry.number + entry.run):
                yield number, body

    def _walk(self, entries: tuple[dr.Entry, ...], *, depth: int) -> Iterator[dr.Entry]:
        for entry in entries:
            if entry.run:
                yield entry
                continue
            if depth == 3:
                raise MalformedArchiveError("Directories point to directories without end.", where=self._where)
            leaf = self._leaf(self.header.leaves.offset + entry.offset, entry.length)
            yield from self._walk(leaf, depth=depth + 1)

    def _directory(self, offset: int, length: int, *, limit: int) -> tuple[dr.Entry, ...]:
        return dr.decode_directory(
            self._decompressed(offset, length, limit=limit),
            leaves=self.header.leaves.length,
            data_length=self.header.data.length,
            where=self._where,
        )

    def _decompressed(self, offset: int, length: int, *, limit: int) -> bytes:
        return gunzip(self._read(offset, length), limit=limit, where=self._where)

    def _read(self, offset: int, length: int) -> bytes:
        data = self._get_bytes(offset, length)
        if len(data) != length:
            raise MalformedArchiveError("The archive ends too early.", where=self._where)
        return data


def _find(entries: tuple[dr.Entry, ...], number: int) -> dr.Entry | None:
    at = bisect_right(entries, number, key=lambda entry: entry.number) - 1
    if at < 0:
        return None
    entry = entries[at]
    return entry if entry.run == 0 or number < entry.number + entry.run else None
