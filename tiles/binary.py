"""The envelope and the parts of a binary column: a short JSON header, then sections of packed integers.

Conventions: little-endian; the lowest bits of a byte come first; nothing is padded beyond a whole byte, and spare bits
are zero. Numbers are written only for the places that have one, so that what is not published is not in any byte. A
number is a fixed-point integer: (offset + stored) / 10**decimals, which one correctly rounded division of two exact
integers turns into the very double it was made of, in Python and in JavaScript alike. Stored integers are split into
byte planes (all lowest bytes, then all second ones), which deflate takes better than whole words. Numbers that no nine
decimals can say are sent as IEEE doubles, in eight planes.

A column has exactly one form: a reader refuses every other, so that equal contents have equal bytes and equal tags.
The page has the same in `web/static/js/columns.js`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiles.errors import MalformedColumnError
from zicht.errors import UnknownFormatError
from zicht.published import FloatArray

Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

MAGIC = b"ZCOL"
VERSION = 2

#: Most areas of one column; ten times the hexes of a country at resolution 10.
MOST = 50_000_000

#: Digits after the decimal point that a fixed-point number may have.
MOST_DECIMALS = 9

_LIMIT = 2**53
_HEAD = 12
_LONGEST_HEADER = 0xFFFF


@dataclass(frozen=True, slots=True)
class Envelope:
    """A body taken apart.

    Args:
        header: What the column is, in words.
        count: Number of areas, at least 0.
        body: Everything after the header.
    """

    header: Mapping[str, Any]
    count: int
    body: bytes


def seal(kind: int, header: Mapping[str, Any], count: int, sections: bytes) -> bytes:
    """Return a whole body.

    Args:
        kind: What the sections mean, 0 to 255.
        header: JSON object.
        count: Number of areas.
        sections: The packed parts.

    Raises:
        MalformedColumnError: The header or the number of areas is too large for the format.
    """
    text = _text(header)
    if len(text) > _LONGEST_HEADER or count > MOST:
        raise MalformedColumnError("A column is larger than its format allows.")
    head = MAGIC + bytes([VERSION, kind]) + len(text).to_bytes(2, "little") + count.to_bytes(4, "little")
    return head + text + sections


def unseal(body: bytes, *, kind: int) -> Envelope:
    """Take a body apart.

    Raises:
        MalformedColumnError: It is no column of this kind, or is cut short.
        UnknownFormatError: It is of another version.
    """
    if len(body) < _HEAD or body[:4] != MAGIC:
        raise MalformedColumnError("These bytes are no column.")
    if body[4] != VERSION:
        raise UnknownFormatError(f"This version reads columns of format {VERSION}.")
    if body[5] != kind:
        raise MalformedColumnError(f"This is a column of kind {body[5]}, not {kind}.")
    end, count = _HEAD + int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:12], "little")
    header = _header(body[_HEAD:end])
    if header is None or count > MOST:
        raise MalformedColumnError("The header of a column cannot be read.")
    return Envelope(header, count, body[end:])


def _text(header: Mapping[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _header(text: bytes) -> Mapping[str, Any] | None:
    try:
        header = json.loads(text)
        # Written in another way (a name twice, spare space, half a sign) it would be another form of the same.
        return header if isinstance(header, dict) and _text(header) == text else None
    except (ValueError, RecursionError):
        return None


def pack_codes(codes: NDArray[Any], *, bits: int) -> bytes:
    """Return small codes packed, the first in the lowest bits.

    Args:
        codes: (n,) integers from 0 to 2**bits - 1.
        bits: 1, 2 or 4.
    """
    per = 8 // bits
    padded = np.zeros(-(-len(codes) // per) * per, dtype=np.uint8)
    padded[: len(codes)] = codes
    shifted = padded.reshape(-1, per) << (np.arange(per, dtype=np.uint8) * np.uint8(bits))
    return np.bitwise_or.reduce(shifted, axis=1).astype(np.uint8).tobytes() if len(codes) else b""


def pack_numbers(values: FloatArray) -> tuple[dict[str, int | None], bytes]:
    """Return numbers in the smallest form that says them exactly.

    Args:
        values: (m,) finite numbers.

    Returns:
        What a reader must know (decimals, offset, width), and the bytes.
    """
    values = values + 0.0  # there is one zero
    fixed = _fixed(values)
    if fixed is None:
        return {"decimals": None, "offset": 0, "width": 8}, _planes(values.astype("<f8").view(np.uint8), 8)
    decimals, whole = fixed
    offset = int(whole.min()) if whole.size else 0
    stored = whole - offset
    width = (int(stored.max()).bit_length() + 7) // 8 if stored.size else 0
    octets = stored.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width]
    return {"decimals": decimals, "offset": offset, "width": width}, _planes(octets, width)


def _planes(octets: Bytes, width: int) -> bytes:
    return np.ascontiguousarray(octets.reshape(-1, width).T).tobytes() if width else b""


def _fixed(values: FloatArray) -> tuple[int, NDArray[np.int64]] | None:
    for decimals in range(MOST_DECIMALS + 1):
        scale = float(10**decimals)
        scaled = np.rint(values * scale)
        if values.size and np.abs(scaled).max() >= _LIMIT // 2:
            return None
        if np.array_equal(scaled / scale, values):
            return decimals, scaled.astype(np.int64)
    return None


class Sections:
    """Reads the packed parts of a body one after another; each length follows from what was read before."""

    def __init__(self, body: bytes) -> None:
        self._octets = np.frombuffer(body, dtype=np.uint8)
        self._at = 0

    def _take(self, size: int) -> Bytes:
        part = self._octets[self._at : self._at + size]
        if len(part) != size:
            raise MalformedColumnError("A column is cut short.")
        self._at += size
        return part

    def codes(self, count: int, *, bits: int) -> Bytes:
        """Return (count,) codes.

        Raises:
            MalformedColumnError: The body ends before, or a spare bit is set.
        """
        per = 8 // bits
        octets = self._take(-(-count // per))
        shifts = np.arange(per, dtype=np.uint8) * np.uint8(bits)
        codes: Bytes = ((octets[:, None] >> shifts) & np.uint8(2**bits - 1)).reshape(-1)
        if codes[count:].any():
            raise MalformedColumnError("A column has bits beyond its last area.")
        return codes[:count]

    def numbers(self, form: object, count: int) -> FloatArray:
        """Return (count,) numbers of a form that `pack_numbers` gave.

        Raises:
            MalformedColumnError: The form makes no sense, the body ends before, or a number is none.
        """
        decimals, offset, width = _form(form)
        octets = np.zeros((count, 8), dtype=np.uint8)
        octets[:, :width] = self._take(width * count).reshape(width, count).T
        if decimals is None:
            numbers: FloatArray = octets.view("<f8").reshape(-1).astype(np.float64)
            if not np.isfinite(numbers).all():
                raise MalformedColumnError("A number of a column is none.")
            return numbers
        stored = octets.view("<i8").reshape(-1).astype(np.int64)
        return (stored + offset) / float(10**decimals)

    def end(self) -> None:
        """Refuse what is left.

        Raises:
            MalformedColumnError: Something is.
        """
        if self._at != len(self._octets):
            raise MalformedColumnError("A column goes on after its end.")


def _form(form: object) -> tuple[int | None, int, int]:
    if isinstance(form, dict) and set(form) == {"decimals", "offset", "width"}:
        decimals, offset, width = form["decimals"], form["offset"], form["width"]
        if decimals is None and offset == 0 and width == 8:
            return None, 0, 8
        whole = type(decimals) is int and type(offset) is int and type(width) is int
        if whole and 0 <= decimals <= MOST_DECIMALS and abs(offset) < _LIMIT and 0 <= width <= 7:
            return decimals, offset, width
    raise MalformedColumnError("The form of the numbers of a column makes no sense.")
