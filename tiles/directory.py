"""Directories of a PMTiles archive: which tile numbers lie where (section 4 of the specification)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tiles import protobuf as pb
from tiles.errors import MalformedArchiveError, MalformedTileError
from tiles.scheme import MAX_ZOOM, first_number


class Entry(NamedTuple):
    """A run of equal tiles, or where a leaf directory lies.

    Args:
        number: First tile number.
        offset: Bytes from the start of the tiles, or of the leaf directories.
        length: Bytes, at least 1.
        run: How many successive tiles are this one; 0 for a leaf directory.
    """

    number: int
    offset: int
    length: int
    run: int


def encode_directory(entries: Sequence[Entry]) -> bytes:
    """Write a directory, not yet compressed.

    Args:
        entries: In ascending order of tile number.
    """
    steps = [entry.number - before for entry, before in zip(entries, _befores(entries), strict=True)]
    offsets = [
        0 if before is not None and entry.offset == before.offset + before.length else entry.offset + 1
        for before, entry in zip([None, *entries], entries, strict=False)
    ]
    runs = [entry.run for entry in entries]
    lengths = [entry.length for entry in entries]
    return pb.packed([len(entries), *steps, *runs, *lengths, *offsets])


def _befores(entries: Sequence[Entry]) -> list[int]:
    return [0, *(entry.number for entry in entries[:-1])][: len(entries)]


def decode_directory(data: bytes, *, leaves: int, data_length: int, where: str = "") -> tuple[Entry, ...]:
    """Read a directory, not compressed any more.

    Args:
        data: The bytes.
        leaves: Length of all leaf directories together, bytes.
        data_length: Length of all tiles together, bytes.
        where: What to call the archive in an error.

    Raises:
        MalformedArchiveError: Numbers are absent or too many, not ascending, or point beyond the archive.
    """
    try:
        count, *numbers = pb.unpacked(data)
    except (MalformedTileError, ValueError):
        raise MalformedArchiveError("A directory is damaged.", where=where) from None
    if len(numbers) != 4 * count:
        raise MalformedArchiveError("A directory has not as many numbers as it states.", where=where)
    steps, runs, lengths, offsets = (numbers[part * count : (part + 1) * count] for part in range(4))
    entries: list[Entry] = []
    number, end = 0, None
    for step, run, length, offset in zip(steps, runs, lengths, offsets, strict=True):
        number += step
        if offset == 0 and end is None:
            raise MalformedArchiveError("A directory begins without an offset.", where=where)
        start = end if offset == 0 and end is not None else offset - 1
        entries.append(Entry(number, start, length, run))
        end = start + length
        if length == 0 or end > (data_length if run else leaves):
            raise MalformedArchiveError("A directory points beyond the archive, or to nothing.", where=where)
    _check_order(entries, where)
    return tuple(entries)


def _check_order(entries: Sequence[Entry], where: str) -> None:
    if any(entry.number + max(entry.run, 1) > following.number for entry, following in pairwise(entries)):
        raise MalformedArchiveError("The tile numbers of a directory do not ascend.", where=where)
    if entries and entries[-1].number + entries[-1].run > first_number(MAX_ZOOM + 1):
        raise MalformedArchiveError(f"A tile lies beyond zoom {MAX_ZOOM}.", where=where)
