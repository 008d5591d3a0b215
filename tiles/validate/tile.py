"""One tile: its messages, layers, dictionaries and features, read as far as they can be (MVT 4.1, 4.2 and 4.4)."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.validate.finding import Check, Finding, Place
from tiles.validate.geometry import POLYGON, Points, doubled_area, read_parts, varints
from tiles.validate.outlines import Outlines, outlines_of

Scalar = str | int | float | bool
Fields = list[tuple[int, int, pb.Raw]]

#: Fields of a message that are read: layers of a tile, or features, keys and values of a layer.
MOST_FIELDS = 1 << 20

#: Field numbers and wire types of each message; and from where on a field is an extension.
_LAYER = {15: pb.VARINT, 1: pb.BYTES, 2: pb.BYTES, 3: pb.BYTES, 4: pb.BYTES, 5: pb.VARINT}
_FEATURE = {1: pb.VARINT, 2: pb.BYTES, 3: pb.VARINT, 4: pb.BYTES}
_VALUE = {1: pb.BYTES, 2: pb.FIXED32, 3: pb.FIXED64, 4: pb.VARINT, 5: pb.VARINT, 6: pb.VARINT, 7: pb.VARINT}
_EXTENSION = {"tile": 16, "layer": 16, "value": 8, "feature": 1 << 30}
_REPEATED = {"layer": {2, 3, 4}}
_VERSION = 2
_BOOLEAN = 7
_KINDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class ReadFeature:
    """A feature as far as it could be read."""

    id: int | None
    kind: int
    parts: tuple[Points, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReadLayer:
    """A layer as far as it could be read.

    Args:
        name: As stated.
        extent: As stated; 0 where there is none that may be.
        ids: Of its features.
        outlines: Of its polygons.
        values: Of its dictionary.
        keys: Of its dictionary.
    """

    name: str
    extent: int
    ids: tuple[int | None, ...]
    outlines: Outlines
    values: tuple[Scalar, ...]
    keys: tuple[str, ...]


def read_tile(data: bytes, place: Place, *, buffer: float) -> Check[tuple[ReadLayer, ...]]:
    """Check a tile and return what could be read of it.

    Args:
        data: The tile, not compressed.
        place: Of the tile.
        buffer: How far coordinates may lie outside, as a part of the extent.
    """
    layers = []
    for number, wire, content in (yield from _fields(data, place)):
        if number == 3 and wire == pb.BYTES and isinstance(content, bytes):
            layers.append((yield from _layer(content, place, buffer)))
        else:
            yield _odd("tile", number, wire, place)
    if not layers:
        yield Finding("tile-layers", "The tile has no layer.", place)
    names = Counter(layer.name for layer in layers)
    for name in sorted(name for name, count in names.items() if count > 1):
        yield Finding("layer-name-unique", "Two layers have this name.", place.within(layer=name))
    return tuple(layers)


def _fields(data: bytes, place: Place) -> Check[Fields]:
    found: Fields = []
    try:
        for each in pb.fields(data):
            if len(found) == MOST_FIELDS:
                yield Finding("limits", f"A message has more than {MOST_FIELDS:,} fields.", place)
                break
            found.append(each)
    except MalformedTileError as error:
        yield Finding("wire", error.problem, place)
    return found


def _odd(what: str, number: int, wire: int, place: Place) -> Finding:
    if number >= _EXTENSION[what]:
        return Finding("extension", f"A {what} has field {number}.", place)
    return Finding("field", f"A {what} has no field {number} of wire type {wire}.", place)


def _message(data: bytes, known: Mapping[int, int], what: str, place: Place) -> Check[dict[int, list[pb.Raw]]]:
    found: dict[int, list[pb.Raw]] = {}
    for number, wire, content in (yield from _fields(data, place)):
        if known.get(number) != wire:
            yield _odd(what, number, wire, place)
            continue
        found.setdefault(number, []).append(content)
    for number in sorted(set(found) - _REPEATED.get(what, set())):
        if len(found[number]) > 1:
            yield Finding("field-repeated", f"A {what} has field {number} {len(found[number])} times.", place)
    return found


def _text(data: pb.Raw, place: Place) -> Check[str]:
    try:
        return bytes(data).decode() if isinstance(data, bytes) else ""
    except UnicodeDecodeError:
        yield Finding("text", "A text is not UTF-8.", place)
        return bytes(data).decode(errors="replace") if isinstance(data, bytes) else ""


def _layer(data: bytes, place: Place, buffer: float) -> Check[ReadLayer]:
    found = yield from _message(data, _LAYER, "layer", place)
    name = (yield from _text(found[1][0], place)) if 1 in found else ""
    place = place.within(layer=name)
    yield from _stated(data, found, place)
    extent = found.get(5, [0])[0]
    extent = extent if isinstance(extent, int) and extent < 1 << 32 else 0
    keys = []
    for key in found.get(3, []):
        keys.append((yield from _text(key, place)))
    raw = [bytes(value) for value in found.get(4, []) if isinstance(value, bytes)]
    values: list[Scalar] = []
    for value in raw:
        values += yield from read_value(value, place)
    features, used = [], (set[int](), set[int]())
    for position, body in enumerate(each for each in found.get(2, []) if isinstance(each, bytes)):
        feature, tags = yield from _feature(body, place.within(feature=position))
        yield from _tags(tags, len(keys), len(raw), place.within(feature=position))
        yield from _inside(feature, extent, buffer, place.within(feature=position))
        features.append(feature)
        used[0].update(tags[::2])
        used[1].update(tags[1::2])
    yield from _dictionaries(keys, raw, used, place)
    yield from _ids(features, place)
    rings = (
        (position, ring, doubled_area(ring) > 0)
        for position, feature in enumerate(features)
        if feature.kind == POLYGON
        for ring in feature.parts
    )
    return ReadLayer(name, extent, tuple(one.id for one in features), outlines_of(rings), tuple(values), tuple(keys))


def _stated(data: bytes, found: Mapping[int, list[pb.Raw]], place: Place) -> Check[None]:
    if 1 not in found:
        yield Finding("layer-name", "The layer has no name.", place)
    version = found.get(15, [None])[0]
    if version != _VERSION:
        yield Finding("layer-version", f"The version is {version!r}." if version else "There is no version.", place)
    elif data[:1] != bytes([15 << 3]):
        yield Finding("layer-version-first", "The version is not the first field.", place)
    if found.get(5, [0])[0] not in range(1, 1 << 32):
        yield Finding("layer-extent", "The layer has no extent, or one of zero or of more than 32 bits.", place)
    if 2 not in found:
        yield Finding("layer-features", "The layer has no feature.", place)


def read_value(data: bytes, place: Place) -> Check[list[Scalar]]:
    """Check a value of a dictionary and return its contents."""
    found = yield from _message(data, _VALUE, "value", place)
    if sum(map(len, found.values())) != 1:
        yield Finding("value-one", f"A value has {sum(map(len, found.values()))} contents.", place)
    contents: list[Scalar] = []
    for number, raws in found.items():
        for raw in raws:
            if isinstance(raw, bytes) and number == 1:
                contents.append((yield from _text(raw, place)))
            else:
                if number == _BOOLEAN and raw not in (0, 1):
                    yield Finding("field", "A boolean is neither 0 nor 1.", place)
                contents.append(_number(number, raw))
    return contents


def _number(number: int, raw: pb.Raw) -> Scalar:
    if isinstance(raw, bytes):
        (read,) = struct.unpack("<f" if number == 2 else "<d", raw)
        return float(read)
    if number == 4 and raw >= 1 << 63:
        return raw - (1 << 64)
    if number == _BOOLEAN:
        # What is no boolean may be a number that somebody hid in one.
        return bool(raw) if raw < 2 else raw
    return pb.unzigzag(raw) if number == 6 else raw


def _feature(data: bytes, place: Place) -> Check[tuple[ReadFeature, list[int]]]:
    found = yield from _message(data, _FEATURE, "feature", place)
    tags = varints(_bytes(found, 2))
    if tags is None:
        yield Finding("wire", "The tags end within a number.", place)
    number = found[1][0] if 1 in found else None
    if number is None:
        yield Finding("feature-id", "The feature has no id.", place)
    kind = int(found[3][0]) if 3 in found and isinstance(found[3][0], int) else 0
    if 3 not in found:
        yield Finding("feature-type", "The feature has no type.", place)
    elif kind == 0:
        yield Finding("type-unknown", "The type is unknown.", place)
    elif kind > _KINDS:
        yield Finding("type-known", f"There is no type {kind}.", place)
    parts = yield from _geometry(found, kind, place)
    listed = [] if tags is None else [int(tag) for tag in tags]
    return ReadFeature(number if isinstance(number, int) else None, kind, parts), listed


def _bytes(found: Mapping[int, list[pb.Raw]], number: int) -> bytes:
    content = found.get(number, [b""])[0]
    return content if isinstance(content, bytes) else b""


def _geometry(found: Mapping[int, list[pb.Raw]], kind: int, place: Place) -> Check[tuple[Points, ...]]:
    if not _bytes(found, 4):
        yield Finding("feature-geometry", "The feature has no geometry.", place)
        return ()
    numbers = varints(_bytes(found, 4))
    if numbers is None:
        yield Finding("wire", "The geometry ends within a number.", place)
        return ()
    if not 1 <= kind <= _KINDS:
        return ()
    return (yield from read_parts(kind, numbers, place))


def _inside(feature: ReadFeature, extent: int, buffer: float, place: Place) -> Check[None]:
    if feature.parts and extent:
        points = np.concatenate(feature.parts)
        low, high = int(points.min()), int(points.max())
        if low < -buffer * extent or high > extent * (1 + buffer):
            yield Finding("within-buffer", f"Coordinates reach from {low} to {high}.", place)


def _tags(tags: Sequence[int], keys: int, values: int, place: Place) -> Check[None]:
    if len(tags) % 2:
        yield Finding("tags-pairs", f"There are {len(tags)} tags.", place)
    if any(key >= keys for key in tags[::2]) or any(value >= values for value in tags[1::2]):
        yield Finding("tags-range", f"A tag points beyond {keys} keys or {values} values.", place)
    if len(set(tags[::2])) != len(tags[::2]):
        yield Finding("tags-key-unique", "A key stands twice.", place)


def _dictionaries(
    keys: Sequence[str], values: Sequence[bytes], used: tuple[set[int], set[int]], place: Place
) -> Check[None]:
    for name, entries, seen in (("key", keys, used[0]), ("value", values, used[1])):
        if len(set(entries)) != len(entries):
            yield Finding(f"{name}-unique", f"{len(entries) - len(set(entries))} of the {name}s are repeated.", place)
        spare = set(range(len(entries))) - seen
        if spare:
            yield Finding(f"{name}-used", f"{len(spare)} {name}s belong to no feature.", place)


def _ids(features: Sequence[ReadFeature], place: Place) -> Check[None]:
    ids = [feature.id for feature in features if feature.id is not None]
    if len(set(ids)) != len(ids):
        yield Finding("id-unique", f"{len(ids) - len(set(ids))} ids are repeated.", place)
