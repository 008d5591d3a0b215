"""A search for values that must not occur, in every form in which bytes could hold them.

A number is compared with every number that was decoded from a dictionary, and with every feature id, whatever its type;
and its forms of four bytes and more (varint, zigzag varint, float, double) are looked for in all bytes, so that a
field nobody knows hides nothing. Shorter forms occur by chance in any geometry, and are looked for only among what was
decoded. A text is looked for in all bytes where it has three bytes or more, else among the decoded texts. Numbers are
looked for as texts too. What is found is called by its line in the file, never by its value.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.validate.finding import Finding, Place
from tiles.validate.tile import ReadLayer, Scalar
from zicht.errors import ConfigError

_SHORTEST_TEXT = 3
_SHORTEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not occur.

    Args:
        line: Its line in the file, from 1.
        text: As written.
        number: The number it is, or None.
        forms: Bytes to look for anywhere.
    """

    line: int
    text: str
    number: float | int | None
    forms: tuple[bytes, ...]


def read_secrets(path: Path) -> tuple[Secret, ...]:
    """Read a file with one number or text a line; empty lines are passed by.

    Raises:
        ConfigError: The file cannot be read, is not UTF-8 or is empty.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError("The secrets cannot be read as UTF-8 text.", where=str(path)) from None
    found = tuple(secret_of(text.strip(), line=at) for at, text in enumerate(lines, start=1) if text.strip())
    if not found:
        raise ConfigError("There is no secret in the file.", where=str(path), remedy="Write one number or text a line.")
    return found


def secret_of(text: str, *, line: int = 1) -> Secret:
    """Return a secret with the forms in which it could occur."""
    number = _number(text)
    forms = [text.encode()] if len(text.encode()) >= _SHORTEST_TEXT else []
    if number is not None:
        forms += [form for form in _written(number) if len(form) >= _SHORTEST_NUMBER]
    return Secret(line, text, number, tuple(dict.fromkeys(forms)))


def _number(text: str) -> float | int | None:
    try:
        return int(text) if len(text) < 20 else None
    except ValueError:
        pass
    try:
        read = float(text)
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def _written(number: float | int) -> Iterator[bytes]:
    yield struct.pack("<d", number)
    if number and abs(number) < 3e38:
        yield struct.pack("<f", number)
    if isinstance(number, int):
        for value in (number % (1 << 64), pb.zigzag(number)):
            try:
                yield pb.varint(value)
            except MalformedTileError:
                continue


def secret_findings(
    secrets: Sequence[Secret], body: bytes, layers: Iterable[ReadLayer], place: Place
) -> Iterator[Finding]:
    """Yield every secret that occurs in a tile or in other bytes.

    Args:
        secrets: What to look for.
        body: The bytes, not compressed.
        layers: What was decoded of them, nothing where they are no tile.
        place: Of the tile.
    """
    layers = tuple(layers)
    for secret in secrets:
        if any(form in body for form in secret.forms):
            yield Finding("secret", f"The secret of line {secret.line} stands in the bytes.", place)
            continue
        for layer in layers:
            ids = [number for number in layer.ids if number is not None]
            if any(_is(secret, value) for value in (*layer.values, *ids)):
                yield Finding("secret", f"The secret of line {secret.line} is a value.", place.within(layer=layer.name))


def _is(secret: Secret, value: Scalar) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return value == secret.text
    if secret.number is None:
        return False
    return value == secret.number
