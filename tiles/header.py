"""The 127 bytes at the start of a PMTiles version 3 archive (section 3 of the specification)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from tiles.errors import MalformedArchiveError
from tiles.scheme import MAX_ZOOM
from zicht.errors import UnknownFormatError

HEADER_SIZE = 127

_MAGIC = b"PMTiles"
_VERSION = 3
_GZIP = 2
_VECTOR_TILES = 1
_LAYOUT = struct.Struct("<7sB11Q6B4iB2i")


class Span(NamedTuple):
    """Where a part of an archive lies, in bytes from its start."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """The position after the part."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Header:
    """Where the parts of an archive lie, and what it covers.

    Args:
        root: Root directory, compressed.
        metadata: JSON metadata, compressed.
        leaves: All leaf directories, of length 0 where there are none.
        data: All tiles.
        addressed: Number of tile addresses that have a tile.
        entries: Number of directory entries.
        contents: Number of different tiles.
        minzoom: Coarsest zoom.
        maxzoom: Finest zoom.
        bounds: West, south, east, north in 1e-7 degrees.
    """

    root: Span
    metadata: Span
    leaves: Span
    data: Span
    addressed: int
    entries: int
    contents: int
    minzoom: int
    maxzoom: int
    bounds: tuple[int, int, int, int]

    @property
    def spans(self) -> tuple[Span, Span, Span, Span]:
        """The four parts in the order of the header."""
        return self.root, self.metadata, self.leaves, self.data

    @property
    def end(self) -> int:
        """The number of bytes an archive with this header has."""
        return max(span.end for span in self.spans)

    @property
    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = (side / 10_000_000 for side in self.bounds)
        return west, south, east, north

    def to_bytes(self) -> bytes:
        """Return the header as it stands in a file, its centre the middle of the bounds at the coarsest zoom."""
        west, south, east, north = self.bounds
        places = [number for span in self.spans for number in span]
        counts = (self.addressed, self.entries, self.contents)
        kinds = (1, _GZIP, _GZIP, _VECTOR_TILES, self.minzoom, self.maxzoom)
        centre = (self.minzoom, (west + east) // 2, (south + north) // 2)
        return _LAYOUT.pack(_MAGIC, _VERSION, *places, *counts, *kinds, *self.bounds, *centre)


def lay_out(lengths: Sequence[int]) -> list[Span]:
    """Return the spans of parts that follow the header and each other without gaps."""
    ends = list(accumulate(lengths, initial=HEADER_SIZE))
    return [Span(start, length) for start, length in zip(ends, lengths, strict=False)]


def read_header(data: bytes, *, where: str = "") -> Header:
    """Read the first `HEADER_SIZE` bytes of an archive.

    Raises:
        MalformedArchiveError: They are cut off, or contradict themselves.
        UnknownFormatError: The archive is of another version, or its content is no gzipped vector tiles.
    """
    if data[:7] != _MAGIC or len(data) != HEADER_SIZE:
        raise MalformedArchiveError("This is no PMTiles archive, or it is cut off.", where=where)
    _, version, *numbers = _LAYOUT.unpack(data)
    places, counts, kinds, bounds = numbers[:8], numbers[8:11], numbers[11:17], numbers[17:21]
    if version != _VERSION:
        raise UnknownFormatError(f"The archive is of version {version}, not {_VERSION}.", where=where)
    if kinds[1:4] != [_GZIP, _GZIP, _VECTOR_TILES]:
        raise UnknownFormatError("The archive holds something else than gzipped vector tiles.", where=where)
    root, metadata, leaves, data_span = (Span(*pair) for pair in zip(places[::2], places[1::2], strict=True))
    if min(places[::2]) < HEADER_SIZE or not kinds[4] <= kinds[5] <= MAX_ZOOM:
        raise MalformedArchiveError("The header contradicts itself.", where=where)
    west, south, east, north = bounds
    return Header(
        root=root,
        metadata=metadata,
        leaves=leaves,
        data=data_span,
        addressed=counts[0],
        entries=counts[1],
        contents=counts[2],
        minzoom=kinds[4],
        maxzoom=kinds[5],
        bounds=(west, south, east, north),
    )
