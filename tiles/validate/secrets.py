"""A search for values that must not occur, in every form in which bytes could hold them.

A number is compared with every number and every text that was decoded, whatever its type and however it is written. Its
forms of four bytes and more (varint, zigzag varint, float, double, a float made a double, and its spellings) are looked
for in all bytes, so that a field nobody knows hides nothing. Shorter forms occur by chance in any geometry, and are
looked for only among what was decoded. A text is looked for in all bytes where it has three bytes or more, else among
the decoded texts. Zero is looked for only among what was decoded: its forms are empty bytes.

After the tiles and the metadata, the file itself is gone through as it is stored (`tiles.validate.stored`). There, in
what is compressed, forms of six bytes and more are looked for, since shorter ones occur by chance. What is found is
called by its line in the file of secrets, never by its value.
"""

from __future__ import annotations

import json
import math
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.validate.finding import Finding, Place
from tiles.validate.forms import Forms
from tiles.validate.sources import Source
from tiles.validate.spellings import numbers_of, spellings_of
from tiles.validate.stored import chunks, pieces
from tiles.validate.tile import ReadLayer, Scalar
from zicht.errors import ConfigError

_SHORTEST_TEXT = 3
_SHORTEST_NUMBER = 4
_SHORTEST_STORED = 6

#: Bytes of a header of PMTiles: numbers in binary, of which some look like a float.
_HEADER = 127

_LARGEST_SINGLE = 3e38


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not occur.

    Args:
        line: Its line in the file, from 1.
        text: As written.
        numbers: Those that it may stand for.
        spellings: Ways to write it, the text first.
        forms: Bytes to look for anywhere.
    """

    line: int
    text: str
    numbers: tuple[Decimal, ...]
    spellings: tuple[str, ...]
    forms: tuple[bytes, ...]


def read_secrets(path: Path) -> tuple[Secret, ...]:
    """Read a file with one number or text a line; empty lines are passed by.

    Raises:
        ConfigError: The file cannot be read, is not UTF-8 or is empty.
    """
    try:
        # Spreadsheets and editors of Windows write a mark at the start, which is no part of the first line.
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError("The secrets cannot be read as UTF-8 text.", where=str(path)) from None
    found = tuple(secret_of(text.strip(), line=at) for at, text in enumerate(lines, start=1) if text.strip())
    if not found:
        raise ConfigError("There is no secret in the file.", where=str(path), remedy="Write one number or text a line.")
    return found


def secret_of(text: str, *, line: int = 1) -> Secret:
    """Return a secret with the forms in which it could occur."""
    numbers = numbers_of(text)
    composed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    spellings = tuple(dict.fromkeys([text, *composed, *(each for one in numbers for each in spellings_of(one))]))
    forms = [text.encode()] if len(text.encode()) >= _SHORTEST_TEXT else []
    others = [*(each.encode() for each in spellings), *(each for one in numbers for each in _binary(one))]
    forms += [form for form in others if len(form) >= _SHORTEST_NUMBER]
    return Secret(line, text, numbers, spellings, tuple(dict.fromkeys(forms)))


def _binary(number: Decimal) -> Iterator[bytes]:
    double = float(number)
    if not double:
        return
    yield struct.pack("<d", double)
    if abs(double) < _LARGEST_SINGLE:
        yield struct.pack("<f", double)
        yield struct.pack("<d", _single(double))
    if number == number.to_integral_value() and abs(number) < 1 << 64:
        for value in (int(number) % (1 << 64), pb.zigzag(int(number))):
            try:
                yield pb.varint(value)
            except MalformedTileError:
                continue


def _single(number: float) -> float:
    """Return a number as a float of four bytes holds it."""
    (held,) = struct.unpack("<f", struct.pack("<f", number))
    return float(held)


class Search:
    """A search through one file, with what it has told already.

    Args:
        secrets: What to look for; where there is none, nothing is done.
    """

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets
        self._told: set[int] = set()
        forms = [(form, at) for at, secret in enumerate(secrets) for form in secret.forms]
        texts = [(text.encode(), at) for at, secret in enumerate(secrets) for text in secret.spellings]
        self._bytes = Forms(forms)
        self._long = Forms(one for one in forms if len(one[0]) >= _SHORTEST_STORED)
        self._texts = Forms(one for one in texts if len(one[0]) >= _SHORTEST_TEXT)
        self._values = _Values(secrets)

    def in_tile(self, body: bytes, layers: Iterable[ReadLayer], place: Place) -> Iterator[Finding]:
        """Yield every secret that occurs in a tile.

        Args:
            body: The tile, not compressed.
            layers: What was decoded of it.
            place: Of the tile.
        """
        if not self._secrets:
            return
        inside = self._bytes.within(body)
        yield from self._tell(inside, "stands in the bytes", place)
        for layer in layers:
            texts = [layer.name, *layer.keys, *(value for value in layer.values if isinstance(value, str))]
            numbers = [value for value in (*layer.values, *layer.ids) if isinstance(value, int | float)]
            found = self._in_texts(texts) | self._values.of_numbers(numbers)
            yield from self._tell(found - inside, "is a value, an id or a name", place.within(layer=layer.name))

    def in_metadata(self, body: bytes, place: Place) -> Iterator[Finding]:
        """Yield every secret that occurs in JSON metadata, written as they are or escaped.

        Args:
            body: The metadata, not compressed.
            place: What to call them.
        """
        if self._secrets:
            found = self._bytes.within(body) | self._in_texts(_json_texts(body))
            yield from self._tell(found, "stands in the metadata", place)

    def in_stored(self, source: Source, *, archive: bool) -> Iterator[Finding]:
        """Yield every secret that has not been told yet and occurs in a file as it is stored, or unfolded.

        So it is found in what no directory lists, and in the names and comments of compressed data.

        Args:
            source: The file.
            archive: Whether it begins with a header of PMTiles.
        """
        if not self._secrets:
            return
        start = _HEADER if archive else 0
        found = self._texts.within(source.get(0, start)) | self._long.along(chunks(source, start))
        for piece in pieces(source, start):
            found |= self._bytes.along(piece)
        yield from self._tell(found - self._told, "stands in the file, outside of what it lists", Place())

    def _in_texts(self, texts: Sequence[str]) -> set[int]:
        together = "\0".join(texts).encode(errors="surrogatepass")
        return self._texts.within(together) | self._values.of_texts(texts)

    def _tell(self, found: set[int], how: str, place: Place) -> Iterator[Finding]:
        self._told |= found
        for at in sorted(found):
            yield Finding("secret", f"The secret of line {self._secrets[at].line} {how}.", place)


class _Values:
    """Secrets by what they are equal to."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._texts: dict[str, set[int]] = {}
        self._exact: dict[Decimal | int, set[int]] = {}
        self._near: dict[float, set[int]] = {}
        for at, secret in enumerate(secrets):
            for text in secret.spellings:
                self._texts.setdefault(text, set()).add(at)
            for number in secret.numbers:
                self._exact.setdefault(number, set()).add(at)
                double = float(number)
                single = _single(double) if abs(double) < _LARGEST_SINGLE else double
                for near in (double, _rounded(double), single, _rounded(single)):
                    self._near.setdefault(near, set()).add(at)

    def of_texts(self, texts: Iterable[str]) -> set[int]:
        found = set[int]()
        for text in texts:
            found |= self._texts.get(text, _NONE)
            for number in numbers_of(text):
                found |= self._exact.get(number, _NONE) | self._of_double(float(number))
        return found

    def of_numbers(self, numbers: Iterable[Scalar]) -> set[int]:
        found = set[int]()
        for number in numbers:
            if isinstance(number, float):
                found |= self._of_double(number)
            elif isinstance(number, int) and not isinstance(number, bool):
                found |= self._exact.get(number, _NONE)
        return found

    def _of_double(self, number: float) -> set[int]:
        if not math.isfinite(number):
            return set()
        return self._near.get(number, _NONE) | self._near.get(_rounded(number), _NONE)


_NONE: set[int] = set()


def _rounded(number: float) -> float:
    """Return a number without the last digits, which arithmetic changes."""
    return float(f"{number:.12g}")


def _json_texts(body: bytes) -> list[str]:
    """Return all keys, texts and numbers of JSON content, each as a text; none of other bytes."""
    try:
        waiting: list[Any] = [json.loads(body, object_pairs_hook=tuple, parse_float=str, parse_int=str)]
    except (ValueError, RecursionError):
        return []
    found = []
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return found
