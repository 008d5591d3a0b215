"""The directories of an archive: each is read once, and how many entries they have is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tiles import limits
from tiles.validate.contents import GetBytes, fetched
from tiles.validate.finding import Check, Finding
from tiles.validate.geometry import varints

#: Entries of an archive, those of leaf directories among them. A country has some thousand.
MOST_ENTRIES = 1 << 20

_DEEPEST = 4

#: Tile number, offset, length, run length.
Entry = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ReadDirectories:
    """All directories of an archive as far as they could be read.

    Args:
        entries: Of tiles, in the order of their numbers.
        pieces: Where each directory begins and ends in the file.
    """

    entries: tuple[Entry, ...]
    pieces: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A directory that is to be read.

    Args:
        span: Offset and length in the file.
        depth: 0 of the root.
        first: Tile number with which it must begin; None of the root.
        below: Tile number before which it must end; None where nothing follows.
    """

    span: tuple[int, int]
    depth: int = 0
    first: int | None = None
    below: int | None = None


def read_directories(
    get: GetBytes, spans: Sequence[tuple[int, int]], compression: int
) -> Check[ReadDirectories | None]:
    """Check all directories.

    Args:
        get: Gives bytes at an offset.
        spans: Offset and length of root directory, metadata, leaf directories and tile data.
        compression: 1 none, 2 gzip.

    Returns:
        What could be read; None where it is too much to be read at all.
    """
    found: list[Entry] = []
    pieces: list[tuple[int, int]] = []
    waiting, leaves, room = [_Waiting(spans[0])], spans[2][1], MOST_ENTRIES
    while waiting:
        one = waiting.pop()
        leaves -= one.span[1] if one.depth else 0
        if leaves < 0:
            # Else a few directories that point to one another are read a thousand times.
            yield Finding("directory-depth", "Leaf directories lie upon one another.")
            return None
        pieces.append((one.span[0], sum(one.span)))
        limit = limits.LEAF_DIRECTORY if one.depth else limits.ROOT_DIRECTORY
        body = yield from fetched(get, one.span, compression, limit=limit)
        entries = yield from _entries(b"" if body is None else body)
        room -= len(entries)
        if room < 0:
            yield Finding("limits", f"There are more than {MOST_ENTRIES:,} directory entries, and no tile was read.")
            return None
        yield from _where_stated(entries, one)
        tiles, below = yield from _sorted_out(entries, one, spans)
        found += tiles
        waiting += below
    return ReadDirectories(tuple(sorted(found)), tuple(pieces))


def _sorted_out(
    entries: Sequence[Entry], directory: _Waiting, spans: Sequence[tuple[int, int]]
) -> Check[tuple[list[Entry], list[_Waiting]]]:
    """Return the entries of tiles, and the directories that the others point to."""
    tiles: list[Entry] = []
    leaves: list[_Waiting] = []
    ends = [*(entry[0] for entry in entries[1:]), directory.below]
    for (number, at, size, run), end in zip(entries, ends, strict=False):
        limit = spans[3][1] if run else spans[2][1]
        if not size or at + size > limit:
            yield Finding("directory-entry", f"The entry of tile number {number} has length 0 or lies beyond.")
        elif run:
            tiles.append((number, at, size, run))
        elif directory.depth + 1 >= _DEEPEST:
            yield Finding("directory-depth", f"Directories nest deeper than {_DEEPEST}.")
        else:
            leaves.append(_Waiting((spans[2][0] + at, size), directory.depth + 1, number, end))
    return tiles, leaves


def _where_stated(entries: Sequence[Entry], directory: _Waiting) -> Check[None]:
    """Check that a leaf has the tiles for which a reader looks there."""
    if not entries:
        return
    if directory.first not in (None, entries[0][0]):
        yield Finding(
            "directory-order", f"A leaf directory begins at tile number {entries[0][0]}, not {directory.first}."
        )
    last = entries[-1][0] + max(entries[-1][3], 1) - 1
    if directory.below is not None and last >= directory.below:
        yield Finding(
            "directory-order", f"A leaf directory runs to tile number {last}, where {directory.below} begins the next."
        )


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
