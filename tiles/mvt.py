"""Mapbox Vector Tile 2.1: write tiles, and read them strictly.

Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1, sections 4.1 to 4.5. What may not be written
may not be read either: both ways share the checks of `tiles.features`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.features import (
    Feature,
    GeometryType,
    Part,
    Point,
    Single,
    TileLayer,
    Value,
    check_feature,
    check_layers,
)

VERSION = 2
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
LARGEST_STEP = (1 << 31) - 1


def encode_tile(layers: Iterable[TileLayer]) -> bytes:
    """Write a tile; the same layers give the same bytes.

    Raises:
        MalformedTileError: Two layers have one name, or a feature or property cannot be written.
    """
    layers = tuple(layers)
    check_layers(layers)
    return b"".join(pb.tagged(3, _encode_layer(layer)) for layer in layers)


def _encode_layer(layer: TileLayer) -> bytes:
    keys: dict[str, int] = {}
    values: dict[bytes, int] = {}
    features = [_encode_feature(feature, keys, values) for feature in layer.features]
    return b"".join(
        [
            pb.tagged_number(15, VERSION),
            pb.tagged(1, _utf8(layer.name)),
            *(pb.tagged(2, feature) for feature in features),
            *(pb.tagged(3, _utf8(key)) for key in keys),
            *(pb.tagged(4, value) for value in values),
            pb.tagged_number(5, layer.extent),
        ]
    )


def _encode_feature(feature: Feature, keys: dict[str, int], values: dict[bytes, int]) -> bytes:
    check_feature(feature)
    tags: list[int] = []
    for key, value in feature.properties.items():
        # Values are told apart by their bytes: 1, 1.0 and True are equal to Python, and three values to a tile.
        tags += (keys.setdefault(key, len(keys)), values.setdefault(encode_value(value), len(values)))
    number = b"" if feature.id is None else pb.tagged_number(1, feature.id)
    properties = pb.tagged(2, pb.packed(tags)) if tags else b""
    return number + properties + pb.tagged_number(3, feature.type) + pb.tagged(4, pb.packed(_commands(feature)))


def encode_value(value: Value) -> bytes:
    """Return a value as it stands in the dictionary of a layer.

    Raises:
        MalformedTileError: It is a text that UTF-8 cannot write, or a whole number of more than 64 bits.
    """
    if isinstance(value, str):
        return pb.tagged(1, _utf8(value))
    if isinstance(value, bool):
        return pb.tagged_number(7, value)
    if isinstance(value, Single):
        return bytes([2 << 3 | pb.FIXED32]) + struct.pack("<f", value)
    if isinstance(value, float):
        return bytes([3 << 3 | pb.FIXED64]) + struct.pack("<d", value)
    if value < 0:
        return pb.tagged_number(6, pb.zigzag(value))
    return pb.tagged_number(5, value)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise MalformedTileError("A text holds half a surrogate pair.") from None


def _commands(feature: Feature) -> list[int]:
    out: list[int] = []
    at = (0, 0)
    for part in feature.parts:
        if feature.type is GeometryType.POINT:
            at = _extend(out, _MOVE_TO, part, at)
            continue
        at = _extend(out, _MOVE_TO, part[:1], at)
        at = _extend(out, _LINE_TO, part[1:], at)
        if feature.type is GeometryType.POLYGON:
            out.append(1 << 3 | _CLOSE_PATH)
    return out


def _extend(out: list[int], command: int, points: Part, at: Point) -> Point:
    out.append(len(points) << 3 | command)
    before_x, before_y = at
    for x, y in points:
        for step in (x - before_x, y - before_y):
            if not -LARGEST_STEP <= step <= LARGEST_STEP:
                raise MalformedTileError("A step between two points is larger than 2^31 - 1.")
            out.append(step << 1 if step >= 0 else (-step << 1) - 1)
        before_x, before_y = x, y
    return before_x, before_y


def decode_tile(data: bytes) -> tuple[TileLayer, ...]:
    """Read a tile, refusing every byte the specification does not allow.

    Raises:
        MalformedTileError: The bytes are not a valid tile of version 2.
    """
    layers = []
    for number, wire, content in pb.fields(data):
        if number >= 16:
            continue  # a registered extension: the specification lets readers pass it by
        if number != 3 or wire != pb.BYTES or not isinstance(content, bytes):
            raise MalformedTileError(f"A tile has no field {number} of wire type {wire}.")
        layers.append(_decode_layer(content))
    check_layers(layers)
    return tuple(layers)


_LAYER_FIELDS = {15: pb.VARINT, 1: pb.BYTES, 2: pb.BYTES, 3: pb.BYTES, 4: pb.BYTES, 5: pb.VARINT}
_FEATURE_FIELDS = {1: pb.VARINT, 2: pb.BYTES, 3: pb.VARINT, 4: pb.BYTES}
_REPEATED = {"layer": {2, 3, 4}, "feature": set[int](), "value": set[int]()}


def _message(data: bytes, known: Mapping[int, int], *, what: str, extensions: int) -> dict[int, list[pb.Raw]]:
    found: dict[int, list[pb.Raw]] = {}
    for number, wire, content in pb.fields(data):
        if number >= extensions and number not in known:
            continue
        if known.get(number) != wire:
            raise MalformedTileError(f"A {what} has no field {number} of wire type {wire}.")
        found.setdefault(number, []).append(content)
        if len(found[number]) > 1 and number not in _REPEATED[what]:
            raise MalformedTileError(f"A {what} has field {number} more than once.")
    return found


def _number(found: Mapping[int, list[pb.Raw]], number: int, *, what: str) -> int:
    if number not in found or not isinstance(found[number][0], int):
        raise MalformedTileError(f"{what} is absent.")
    return int(found[number][0])


def _bytes(found: Mapping[int, list[pb.Raw]], number: int) -> list[bytes]:
    return [content for content in found.get(number, []) if isinstance(content, bytes)]


def _decode_layer(data: bytes) -> TileLayer:
    found = _message(data, _LAYER_FIELDS, what="layer", extensions=16)
    if _number(found, 15, what="The version of a layer") != VERSION:
        raise MalformedTileError("A layer is not of version 2.")
    if 1 not in found:
        raise MalformedTileError("A layer has no name.")
    extent = _number(found, 5, what="The extent of a layer")
    keys = [_text(key) for key in _bytes(found, 3)]
    values = _bytes(found, 4)
    if len(set(keys)) != len(keys) or len(set(values)) != len(values):
        raise MalformedTileError("A layer holds a key or a value twice.")
    decoded = [_decode_value(value) for value in values]
    features = tuple(_decode_feature(feature, keys, decoded) for feature in _bytes(found, 2))
    return TileLayer(_text(_bytes(found, 1)[0]), features, extent)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise MalformedTileError("A text is not UTF-8.") from None


def _decode_value(data: bytes) -> Value:
    kinds = {1: pb.BYTES, 2: pb.FIXED32, 3: pb.FIXED64, 4: pb.VARINT, 5: pb.VARINT, 6: pb.VARINT, 7: pb.VARINT}
    found = _message(data, kinds, what="value", extensions=8)
    if len(found) != 1:
        raise MalformedTileError(f"A value has {len(found)} contents instead of one.")
    ((number, (content,)),) = found.items()
    if isinstance(content, bytes):
        return _decode_bytes(number, content)
    if number == 4:
        return content - (1 << 64) if content >= 1 << 63 else content
    if number == 6:
        return pb.unzigzag(content)
    if number == 7 and content > 1:
        raise MalformedTileError("A boolean is neither 0 nor 1.")
    return bool(content) if number == 7 else content


def _decode_bytes(number: int, content: bytes) -> Value:
    if number == 1:
        return _text(content)
    (number_read,) = struct.unpack("<f" if number == 2 else "<d", content)
    return Single(number_read) if number == 2 else float(number_read)


def _decode_feature(data: bytes, keys: Sequence[str], values: Sequence[Value]) -> Feature:
    found = _message(data, _FEATURE_FIELDS, what="feature", extensions=1 << 29)
    kind = _number(found, 3, what="The geometry type of a feature")
    if kind not in tuple(GeometryType):
        raise MalformedTileError(f"There is no geometry type {kind}.")
    (geometry,) = _bytes(found, 4) or [b""]
    (tags,) = _bytes(found, 2) or [b""]
    feature = Feature(
        type=GeometryType(kind),
        parts=_decode_parts(pb.unpacked(geometry), GeometryType(kind)),
        id=_number(found, 1, what="The id") if 1 in found else None,
        properties=_decode_tags(pb.unpacked(tags), keys, values),
    )
    check_feature(feature)
    return feature


def _decode_tags(tags: Sequence[int], keys: Sequence[str], values: Sequence[Value]) -> dict[str, Value]:
    if len(tags) % 2:
        raise MalformedTileError("The tags of a feature do not come in pairs.")
    properties: dict[str, Value] = {}
    for key, value in zip(tags[::2], tags[1::2], strict=True):
        if key >= len(keys) or value >= len(values):
            raise MalformedTileError("A tag points beyond the keys or the values of its layer.")
        if keys[key] in properties:
            raise MalformedTileError("A feature has a key twice.")
        properties[keys[key]] = values[value]
    return properties


def _decode_parts(commands: Sequence[int], kind: GeometryType) -> tuple[Part, ...]:
    parts: list[Part] = []
    cursor = _Cursor(commands)
    while not cursor.done:
        start = cursor.points(_MOVE_TO)
        if kind is GeometryType.POINT:
            parts.append(start)
            continue
        if len(start) != 1:
            raise MalformedTileError("A line or ring begins with more than one point.")
        parts.append(start + cursor.points(_LINE_TO))
        if kind is GeometryType.POLYGON:
            cursor.close()
    return tuple(parts)


class _Cursor:
    """Walks through the command integers of one geometry."""

    def __init__(self, commands: Sequence[int]) -> None:
        self._commands = commands
        self._at = 0
        self._point = (0, 0)

    @property
    def done(self) -> bool:
        return self._at == len(self._commands)

    def points(self, command: int) -> Part:
        count = self._count(command)
        steps = self._commands[self._at : self._at + 2 * count]
        if count == 0 or len(steps) < 2 * count:
            raise MalformedTileError("A command has no points, or fewer than it states.")
        self._at += 2 * count
        x, y = self._point
        out = []
        for right, down in zip(steps[::2], steps[1::2], strict=True):
            if max(right, down) > 2 * LARGEST_STEP:
                raise MalformedTileError("A step between two points is larger than 2^31 - 1.")
            x, y = x + pb.unzigzag(right), y + pb.unzigzag(down)
            out.append((x, y))
        self._point = (x, y)
        return tuple(out)

    def close(self) -> None:
        if self._count(_CLOSE_PATH) != 1:
            raise MalformedTileError("A ring is closed more than once.")

    def _count(self, command: int) -> int:
        if self.done:
            raise MalformedTileError("A geometry ends where a command is due.")
        number = self._commands[self._at]
        if number & 7 != command:
            raise MalformedTileError(f"Command {number & 7} stands where {command} is due.")
        self._at += 1
        return number >> 3
