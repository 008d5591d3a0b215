"""Chunks: a fine level of hexagons cut by an H3 ancestor, so that a map fetches only what it looks at.

Cells stand in child order (`tiles.cells`), so that a chunk is a slice: the cells of a level that lie in one ancestor,
`SPAN` resolutions coarser, at most 7**5 = 16,807 of them. Position 0 of a column of a chunk is its first cell; no cell
id is sent with numbers. Which chunks there are, how many cells each holds and where it lies is known beforehand, from
one short body (`encode_chunks`). Format 2, byte by byte, is in docs/reference/columns.md.

These numbers were chosen by measurement (docs/adr, "Chunks of hexagons"; `python -m benchmarks chunk_bench`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from tiles.binary import Sections, pack_numbers, seal, unseal
from tiles.cells import FINEST, GRID, IntArray, codes, compact, ends, resolution_of
from tiles.errors import MalformedColumnError
from zicht.areas import AreaList
from zicht.classes import ClassColumn
from zicht.deviations import DeviationColumn
from zicht.published import PublishedColumn, StrArray

CHUNKS = 6

#: Resolutions between a cell and the ancestor that names its chunk.
SPAN = 5

#: The finest resolution that may be sent whole.
WHOLE = 9

#: Most cells that are sent whole: a country has some 60,000 of resolution 8, and 420,000 of resolution 9.
MANY = 100_000

_NAMES = ("cell", "count", "west", "north", "east", "south")

Column = TypeVar("Column", PublishedColumn, ClassColumn, DeviationColumn, AreaList)


@dataclass(frozen=True, eq=False)
class ChunkList:
    """The chunks of a level, in the order of its cells.

    Args:
        level: "h3-10".
        resolution: That of the cells.
        code: (k,) codes of the ancestors, ascending.
        count: (k,) cells in each, at least 1.
        box: (k, 4) west, north, east and south of its cells, whole steps of the grid of `tiles.cells`.
    """

    level: str
    resolution: int
    code: StrArray
    count: IntArray
    box: IntArray

    @cached_property
    def slices(self) -> dict[str, slice]:
        """By code of the ancestor: which positions of the level are its cells."""
        last = np.cumsum(self.count)
        first = (last - self.count).tolist()
        return {str(code): slice(*part) for code, *part in zip(self.code, first, last.tolist(), strict=True)}

    @property
    def largest(self) -> str:
        """The first chunk that has most cells."""
        return str(self.code[int(self.count.argmax())])


def is_chunked(code: StrArray) -> bool:
    """Return whether a level of hexagons is sent in chunks.

    Args:
        code: (n,) codes of its cells.
    """
    return resolution_of(code) > WHOLE or len(code) > MANY


def chunk_list(areas: AreaList, *, span: int = SPAN) -> ChunkList:
    """Return the chunks of a level.

    Args:
        areas: A level of H3 cells, ascending.
        span: Resolutions between a cell and its ancestor.

    Raises:
        MalformedColumnError: A code is no cell of one resolution, the cells are not in child order or too coarse, or
            one has no place.
    """
    cell, resolution = compact(areas.code)
    if not len(cell) or resolution < span or (np.diff(cell) <= 0).any() or not np.isfinite(areas.bounds).all():
        raise MalformedColumnError("These hexagons cannot be cut in chunks.", where=areas.level)
    ancestor, first = np.unique(cell >> 3 * span, return_index=True)
    low, high = (np.clip(part * 2**GRID, 0, 2**GRID) for part in ends(areas.bounds))
    box = np.column_stack([
        np.minimum.reduceat(np.floor(low), first), np.maximum.reduceat(np.ceil(high), first)
    ]).astype(np.int64)  # fmt: skip
    count = np.diff(first, append=len(cell))
    return ChunkList(areas.level, resolution, codes(ancestor, resolution - span), count, box)


def part_of(column: Column, cells: slice) -> Column:
    """Return a column, or a list of areas, of some of its cells alone.

    Args:
        column: For every area of a level.
        cells: Which of them.
    """
    arrays: dict[str, Any] = {
        field.name: getattr(column, field.name)[cells]
        for field in fields(column)
        if isinstance(getattr(column, field.name), np.ndarray)
    }
    return replace(column, **arrays)


def encode_chunks(chunks: ChunkList) -> bytes:
    """Return the chunks of a level as they are sent; the same chunks give the same bytes."""
    cell, ancestor = compact(chunks.code)
    header: dict[str, Any] = {
        "level": chunks.level, "resolution": chunks.resolution, "ancestor": ancestor, "grid": GRID
    }  # fmt: skip
    sections = b""
    for name, values in zip(_NAMES, (cell, chunks.count, *chunks.box.T), strict=True):
        header[name], packed = pack_numbers(values.astype(np.float64))
        sections += packed
    return seal(CHUNKS, header, len(cell), sections)


def decode_chunks(body: bytes) -> ChunkList:
    """Read what `encode_chunks` made.

    Raises:
        MalformedColumnError: The bytes are no list of chunks, or not in its one form.
        UnknownFormatError: They are of another version.
    """
    envelope = unseal(body, kind=CHUNKS)
    header, sections = envelope.header, Sections(envelope.body)
    if set(header) != {"level", "resolution", "ancestor", "grid", *_NAMES}:
        raise MalformedColumnError("A list of chunks has other entries than it should.")
    resolution, ancestor = header["resolution"], header["ancestor"]
    whole = type(resolution) is int and type(ancestor) is int and isinstance(header["level"], str)
    if not whole or not 0 <= ancestor <= resolution <= FINEST or header["grid"] != GRID:
        raise MalformedColumnError("The lattice of chunks makes no sense.")
    numbers = np.array([sections.numbers(header[name], envelope.count) for name in _NAMES])
    sections.end()
    if (np.abs(numbers) >= 2**52).any() or not np.array_equal(numbers, np.floor(numbers)):
        raise MalformedColumnError("A number of a list of chunks is no whole number.")
    cell, count, *box = numbers.astype(np.int64)
    chunks = ChunkList(header["level"], resolution, codes(cell, ancestor), count, np.column_stack(box))
    _check(chunks, cell, ancestor)
    if encode_chunks(chunks) != body:
        raise MalformedColumnError("A list of chunks is not in the one form of its content.")
    return chunks


def _check(chunks: ChunkList, cell: IntArray, ancestor: int) -> None:
    west, north, east, south = chunks.box.T
    fits = (chunks.count >= 1) & (chunks.count <= 7 ** (chunks.resolution - ancestor))
    placed = (west >= 0) & (north >= 0) & (west <= east) & (north <= south) & (east <= 2**GRID) & (south <= 2**GRID)
    if not len(cell) or (cell < 0).any() or (np.diff(cell) <= 0).any() or not (fits & placed).all():
        raise MalformedColumnError("A list of chunks contradicts itself.")
