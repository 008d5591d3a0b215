"""Published values put into geometry tiles without reading a coordinate: standard Mapbox Vector Tiles 2.1.

A geometry tile is taken apart once (`Frame`): the id and the encoded geometry of every feature, and the texts that are
the same for every indicator. A published column is prepared once for all tiles (`Figures`). Splicing copies the bytes
of the geometry and writes new tags and a new dictionary, which holds the values of the features of that tile alone.

Only what is published can come in: of a cell with any other status nothing but the status is written, so that neither
its number nor its bounds stand in the tags or in the dictionary. Specification:
https://github.com/mapbox/vector-tile-spec/tree/master/2.1, sections 4.1 and 4.4. Needs numpy and the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.features import Value
from tiles.mvt import encode_value
from zicht.areas import AreaList
from zicht.classes import ClassColumn
from zicht.errors import AlignmentError
from zicht.published import FloatArray, PublishedColumn, Status, StrArray

#: Properties of a feature, in this order; what an area or a column does not have is left out. Low and high are the
#: least and greatest true value that a published, rounded value stands for.
CODE, NAME, STATUS, VALUE, LOW, HIGH, CLASS = "code", "name", "status", "value", "low", "high", "class"

#: Their types, in the words that clients look for; which a column has depends on it. Meanings are in the documentation.
FIELDS: Mapping[str, str] = {
    name: "Number" if name in (VALUE, LOW, HIGH) else "String" for name in (CODE, NAME, STATUS, VALUE, LOW, HIGH, CLASS)
}

_LAYER = 3
_FEATURE, _KEY, _VALUE = 2, 3, 4
_ID, _TAGS = 1, 2

#: A property of a cell: number of its key, and its value as it stands in the dictionary.
Tag = tuple[int, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """What tiles say of the areas of a level besides figures, encoded once.

    Args:
        level: Name of the level.
        code: (n,) codes as dictionary values.
        name: (n,) names likewise.
    """

    level: str
    code: Sequence[bytes]
    name: Sequence[bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """A published column as tiles take it.

    Args:
        level: Level of the areas.
        fields: Names of the properties that features have, in the order of their keys.
        cell: (n,) by area: which of `tags` is its own.
        tags: What there is to say of a cell, each different cell once.
    """

    level: str
    fields: tuple[str, ...]
    cell: Sequence[int]
    tags: Sequence[tuple[Tag, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A geometry tile taken apart.

    Args:
        head: Version, name and extent of its layer.
        features: Of each: area, encoded id, tags of code and name, encoded geometry.
        texts: Dictionary of codes and names, by number.
        size: Bytes it takes, about.
    """

    head: bytes
    features: tuple[tuple[int, bytes, bytes, bytes], ...]
    texts: Mapping[bytes, int]
    size: int


def texts_of(areas: AreaList) -> Texts:
    """Return the texts of the areas of a level."""
    return Texts(areas.level, _encoded(areas.code.tolist()), _encoded(areas.name.tolist()))


def _encoded(texts: Sequence[str]) -> list[bytes]:
    return [_dictionary_value(text) for text in texts]


def _dictionary_value(value: Value) -> bytes:
    return pb.tagged(_VALUE, encode_value(value))


def figures_of(column: PublishedColumn, classes: ClassColumn | None = None) -> Figures:
    """Prepare a column for all tiles of its level.

    Args:
        column: For every area of a level, in the order of its `fid`.
        classes: The hotspot map of the same figures, where there is one.

    Raises:
        AlignmentError: The map is of other areas.
    """
    if classes is not None and not np.array_equal(classes.code, column.code):
        raise AlignmentError("The hotspot map is of other areas than the figures.", where=column.key.level)
    published = column.status == Status.PUBLISHED
    parts: dict[str, list[bytes | None]] = {
        STATUS: _repeated(column.status),
        VALUE: _numbers(column.value, published),
    }
    if np.any(published & ((column.low != column.value) | (column.high != column.value))):
        parts |= {LOW: _numbers(column.low, published), HIGH: _numbers(column.high, published)}
    if classes is not None:
        parts[CLASS] = _repeated(classes.label)
    fields = (CODE, NAME, *parts)
    cells: dict[tuple[Tag, ...], int] = {}
    cell = [cells.setdefault(_tags(row, first=2), len(cells)) for row in zip(*parts.values(), strict=True)]
    return Figures(column.key.level, fields, cell, tuple(cells))


def _tags(row: Sequence[bytes | None], *, first: int) -> tuple[Tag, ...]:
    return tuple((key, value) for key, value in enumerate(row, start=first) if value is not None)


def _repeated(texts: StrArray) -> list[bytes | None]:
    distinct, which = np.unique(texts, return_inverse=True)
    encoded = _encoded(distinct.tolist())
    return [encoded[index] for index in which.tolist()]


def _numbers(values: FloatArray, published: NDArray[np.bool_]) -> list[bytes | None]:
    known = np.flatnonzero(published & np.isfinite(values))
    distinct, which = np.unique(values[known], return_inverse=True)
    # One kind of number a column, so that a client that looks at the first feature is right about all others.
    whole = bool(np.all((distinct == np.round(distinct)) & (np.abs(distinct) < 2**53)))
    encoded = [_dictionary_value(int(value) if whole else value) for value in distinct.tolist()]
    numbers: list[bytes | None] = [None] * len(values)
    for at, index in zip(known.tolist(), which.tolist(), strict=True):
        numbers[at] = encoded[index]
    return numbers


def take_apart(tile: bytes, texts: Texts) -> Frame:
    """Take a geometry tile apart; its own tags and dictionary are left behind.

    Args:
        tile: Vector tile with one layer, not compressed.
        texts: Of its level.

    Raises:
        MalformedTileError: It has another number of layers, or a feature without an id that the level knows.
    """
    layers = [content for number, _, content in pb.fields(tile) if number == _LAYER]
    if len(layers) != 1 or not isinstance(layers[0], bytes):
        raise MalformedTileError(f"A geometry tile has {len(layers)} layers instead of one.", where=texts.level)
    head, features = [], []
    for number, wire, content in pb.fields(layers[0]):
        if number == _FEATURE and isinstance(content, bytes):
            features.append(_feature(content, texts))
        elif number not in (_KEY, _VALUE):
            head.append(_field(number, wire, content))
    dictionary: dict[bytes, int] = {}
    done = []
    for fid, number_field, geometry in features:
        code, name = (dictionary.setdefault(own[fid], len(dictionary)) for own in (texts.code, texts.name))
        done.append((fid, number_field, pb.packed([0, code, 1, name]), geometry))
    size = len(tile) + sum(map(len, dictionary)) + 400 * len(done)
    return Frame(b"".join(head), tuple(done), dictionary, size)


def _feature(data: bytes, texts: Texts) -> tuple[int, bytes, bytes]:
    fid, kept = -1, []
    for number, wire, content in pb.fields(data):
        if number == _ID and isinstance(content, int):
            fid = content
        elif number != _TAGS:
            kept.append(_field(number, wire, content))
    if not 0 <= fid < len(texts.code):
        raise MalformedTileError("A feature has no id, or one that its level does not know.", where=texts.level)
    return fid, pb.tagged_number(_ID, fid), b"".join(kept)


def _field(number: int, wire: int, content: pb.Raw) -> bytes:
    if isinstance(content, int):
        return pb.tagged_number(number, content)
    return pb.tagged(number, content) if wire == pb.BYTES else pb.varint(number << 3 | wire) + content


def splice(frame: Frame, figures: Figures) -> bytes:
    """Return a vector tile with the geometry of a frame and the figures of a column; the same of both, the same bytes.

    Args:
        frame: A geometry tile of a level.
        figures: A column of that level.
    """
    dictionary = _Dictionary(frame.texts)
    tags_by_cell: dict[int, bytes] = {}
    out = [frame.head]
    for fid, number, texts, geometry in frame.features:
        cell = figures.cell[fid]
        tags = tags_by_cell.get(cell)
        if tags is None:
            tags = tags_by_cell[cell] = dictionary.tags(figures.tags[cell])
        out.append(pb.tagged(_FEATURE, number + pb.tagged(_TAGS, texts + tags) + geometry))
    out += [pb.tagged(_KEY, figures.fields[key].encode()) for key in dictionary.keys]
    return pb.tagged(_LAYER, b"".join([*out, *frame.texts, *dictionary.values]))


class _Dictionary:
    """The keys and values of one tile, numbered as they are first used: what no feature of it has is not in it."""

    def __init__(self, texts: Mapping[bytes, int]) -> None:
        self._texts = texts
        self.keys: dict[int, int] = {0: 0, 1: 1}
        self.values: dict[bytes, int] = {}

    def tags(self, tags: tuple[Tag, ...]) -> bytes:
        numbers: list[int] = []
        for key, value in tags:
            # An area may be called what a status is called; the dictionary holds every value once.
            known = self._texts.get(value)
            if known is None:
                known = len(self._texts) + self.values.setdefault(value, len(self.values))
            numbers += (self.keys.setdefault(key, len(self.keys)), known)
        return pb.packed(numbers)
