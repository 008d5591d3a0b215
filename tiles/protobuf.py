"""The protocol buffer wire format, as far as vector tiles use it: varints, zigzag numbers and tagged fields.

Reading is strict: an unfinished or overlong number, a length beyond the end or a wire type that does not belong to the
format is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tiles.errors import MalformedTileError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_FIXED = {FIXED64: 8, FIXED32: 4}
_LIMIT = 1 << 64

# Nearly every number in a tile is small: all of one or two bytes, made beforehand.
_SMALL = [bytes([n]) if n < 128 else bytes([n & 0x7F | 0x80, n >> 7]) for n in range(1 << 14)]

Raw = int | bytes


def varint(value: int) -> bytes:
    """Return an unsigned number of at most 64 bits in base 128, least significant digits first."""
    if 0 <= value < len(_SMALL):
        return _SMALL[value]
    if not 0 <= value < _LIMIT:
        raise MalformedTileError(f"{value} is no unsigned number of 64 bits.")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def packed(values: Iterable[int]) -> bytes:
    """Return unsigned numbers one after the other."""
    return b"".join([varint(value) for value in values])


def zigzag(value: int) -> int:
    """Return a signed number as an unsigned one, small for small magnitudes."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    """Return the signed number that `zigzag` hid."""
    return value >> 1 ^ -(value & 1)


def tagged(number: int, content: bytes) -> bytes:
    """Return a length-delimited field."""
    return varint(number << 3 | BYTES) + varint(len(content)) + content


def tagged_number(number: int, value: int) -> bytes:
    """Return a varint field."""
    return varint(number << 3 | VARINT) + varint(value)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a position, and the position after it.

    Raises:
        MalformedTileError: The data end within the number, or it has more than 64 bits.
    """
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise MalformedTileError("The data end within a number.")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= _LIMIT:
                break
            return value, at
    raise MalformedTileError("A number has more than 64 bits.")


def unpacked(data: bytes) -> list[int]:
    """Return the unsigned numbers that fill the data exactly."""
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def fields(data: bytes) -> Iterator[tuple[int, int, Raw]]:
    """Yield (field number, wire type, content) for each field of a message.

    Raises:
        MalformedTileError: The bytes are not a protocol buffer message.
    """
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire = key >> 3, key & 7
        if not 0 < number < 1 << 29:
            raise MalformedTileError(f"{number} is no field number.")
        if wire == VARINT:
            value, at = read_varint(data, at)
            yield number, wire, value
            continue
        if wire == BYTES:
            length, at = read_varint(data, at)
        elif wire in _FIXED:
            length = _FIXED[wire]
        else:
            raise MalformedTileError(f"Field {number} has wire type {wire}, which vector tiles do not use.")
        if at + length > len(data):
            raise MalformedTileError(f"Field {number} runs beyond the end of the data.")
        yield number, wire, data[at : at + length]
        at += length
