"""Find an area by its code or name, as fast as a person types."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from web.levels import NAMED
from zicht.areas import AreaList

#: A longer question is no name.
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """An area that was found."""

    level: str
    fid: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class _Entry:
    hit: Hit
    name: str
    code: str


def fold(text: str) -> str:
    """Return a text without case, accents and spare spaces, for comparison."""
    # Taken apart before and after: a styled capital has no case until it is, and a folded sign may come apart again.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


class Index:
    """Names and codes of all areas of a release. Immutable."""

    __slots__ = ("_areas", "_entries")

    def __init__(self, areas: Mapping[str, AreaList]) -> None:
        self._areas = areas
        self._entries = tuple(_entries(areas))

    def find(self, question: str, *, limit: int = 5) -> list[Hit]:
        """Return the best hits: exact code, then name or code that begins so, then a word of it, then a part of it.

        Args:
            question: What was typed; hexes are found by their whole code.
            limit: Largest number of hits, at least 1.
        """
        wanted = fold(question[:LONGEST])
        if not wanted:
            return []
        graded: list[list[Hit]] = [[], [], [], []]
        for entry in self._entries:
            grade = _grade(entry, wanted)
            if grade is not None:
                graded[grade].append(entry.hit)
        found = [*self._hexes(wanted), *(hit for hits in graded for hit in hits)]
        return found[:limit]

    def _hexes(self, wanted: str) -> Iterator[Hit]:
        for level, areas in self._areas.items():
            if level not in NAMED:
                fids = (areas.code == wanted).nonzero()[0] if len(wanted) == 15 else ()
                yield from (Hit(level, int(fid), str(areas.code[fid]), str(areas.name[fid])) for fid in fids)


def _entries(areas: Mapping[str, AreaList]) -> Iterator[_Entry]:
    for level in NAMED:
        if level not in areas:
            continue
        part = areas[level]
        for fid, (code, name) in enumerate(zip(part.code.tolist(), part.name.tolist(), strict=True)):
            yield _Entry(Hit(level, fid, code, name), fold(name), fold(code))


def _grade(entry: _Entry, wanted: str) -> int | None:
    if wanted in {entry.code, entry.name}:
        return 0
    if entry.name.startswith(wanted) or entry.code.startswith(wanted):
        return 1
    if f" {wanted}" in entry.name:
        return 2
    return 3 if wanted in entry.name or wanted in entry.code else None
