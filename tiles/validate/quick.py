"""A tile read as one: what breaks no rule is told so at once, and anything else is left to `tiles.validate.tile`.

The careful reader names what is wrong and where, feature by feature, which takes a tenth of a millisecond each. Nearly
all tiles have nothing to name. Here a layer is read with all its features at once, and given up, without a word, at
the first thing that is in doubt. So what is returned has been held to every rule of a tile and its layers, and there
is one place where each rule is told.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tiles.validate.finding import NOWHERE
from tiles.validate.geometry import POLYGON
from tiles.validate.outlines import IntArray, Outlines, Points, doubled_areas
from tiles.validate.tile import MOST_FIELDS, ReadLayer, Scalar, read_value

_MOVE, _CLOSE, _LINE = 1 << 3 | 1, 1 << 3 | 7, 2

#: Tags of fields: the number and the wire type, as they stand in a byte.
_LAYER = 3 << 3 | 2
_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION = 1 << 3 | 2, 2 << 3 | 2, 3 << 3 | 2, 4 << 3 | 2, 5 << 3, 15 << 3
_ID, _TAGS, _TYPE, _GEOMETRY = 1 << 3, 2 << 3 | 2, 3 << 3, 4 << 3 | 2
_TEXT, _NUMBER = 1 << 3 | 2, 5 << 3

#: Bits of the numbers that are read: nine bytes of seven.
_WIDEST_NUMBER = 63

#: Coordinates below this have areas that fit 64 bits.
_WIDEST = 1 << 24

#: Tag and where the content begins and ends; or tag, number and -1.
_Field = tuple[int, int, int]


class _DoubtError(Exception):
    """Something that the careful reader should look at."""


def read_quickly(data: bytes, *, buffer: float) -> tuple[ReadLayer, ...] | None:
    """Return the layers of a tile that breaks no rule of tiles and layers, None of any other.

    Args:
        data: The tile, not compressed.
        buffer: How far coordinates may lie outside, as a part of the extent.
    """
    try:
        spans = _fields(data, 0, len(data))
        _check(bool(spans) and all(tag == _LAYER for tag, _, _ in spans))
        layers = tuple(_layer(data, start, end, buffer) for _, start, end in spans)
        _check(len({layer.name for layer in layers}) == len(layers))
    except (_DoubtError, IndexError, UnicodeDecodeError):
        return None
    return layers


def _check(sure: bool) -> None:
    if not sure:
        raise _DoubtError


def _fields(data: bytes, at: int, end: int) -> list[_Field]:
    found = []
    for _ in range(MOST_FIELDS):
        if at >= end:
            break
        tag, value = data[at], data[at + 1]
        at += 2
        if value > 0x7F:
            value, shift, byte = value & 0x7F, 7, 0x80
            while byte > 0x7F:
                if shift >= _WIDEST_NUMBER:
                    raise _DoubtError
                byte = data[at]
                value |= (byte & 0x7F) << shift
                at, shift = at + 1, shift + 7
        if tag > 0x7F:
            raise _DoubtError
        if tag & 7 == 2:
            found.append((tag, at, at + value))
            at += value
        elif tag & 7 == 0:
            found.append((tag, value, -1))
        else:
            raise _DoubtError
    if at != end:
        raise _DoubtError
    return found


def _layer(data: bytes, start: int, end: int, buffer: float) -> ReadLayer:
    fields = _fields(data, start, end)
    by_tag: dict[int, list[_Field]] = {}
    for field in fields:
        by_tag.setdefault(field[0], []).append(field)
    _check(by_tag.keys() <= {_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION} and fields[0][:2] == (_VERSION, 2))
    _check(all(len(by_tag.get(tag, ())) == 1 for tag in (_NAME, _EXTENT, _VERSION)) and _FEATURE in by_tag)
    extent = by_tag[_EXTENT][0][1]
    keys = [data[a:b].decode() for _, a, b in by_tag.get(_KEY, ())]
    raw = [data[a:b] for _, a, b in by_tag.get(_VALUE, ())]
    _check(0 < extent < 1 << 32 and len(set(keys)) == len(keys) and len(set(raw)) == len(raw))
    ids, tags, shapes = _features(data, by_tag[_FEATURE])
    _check_tags(tags, len(keys), len(raw))
    outlines = _outlines(shapes)
    low, high = int(outlines.point.min()), int(outlines.point.max())
    _check(-buffer * extent <= low and high <= extent * (1 + buffer))
    ((_, a, b),) = by_tag[_NAME]
    values = tuple(_value(value) for value in raw)
    return ReadLayer(data[a:b].decode(), extent, ids, outlines, values, tuple(keys))


def _features(data: bytes, spans: Sequence[_Field]) -> tuple[tuple[int, ...], list[bytes], list[bytes]]:
    """Return the ids, the tags and the geometries of features."""
    ids, tags, shapes = [], [], []
    for _, start, end in spans:
        fields = _fields(data, start, end)
        found = {tag: (a, b) for tag, a, b in fields}
        _check(len(found) == len(fields) and found.keys() <= {_ID, _TAGS, _TYPE, _GEOMETRY})
        _check(_ID in found and found.get(_TYPE) == (POLYGON, -1) and _GEOMETRY in found)
        ids.append(found[_ID][0])
        tags.append(data[slice(*found[_TAGS])] if _TAGS in found else b"")
        shapes.append(data[slice(*found[_GEOMETRY])])
    _check(len(set(ids)) == len(ids))
    return tuple(ids), tags, shapes


def _numbers(parts: Sequence[bytes]) -> tuple[NDArray[np.uint64], IntArray]:
    """Return the numbers of 32 bits that fill some data, and (parts + 1,) where those of each part begin."""
    octets = np.frombuffer(b"".join(parts), dtype=np.uint8)
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    ends = np.flatnonzero(octets < 0x80)
    starts = np.concatenate([[0], ends + 1])[: len(ends)]
    begin = np.searchsorted(starts, first)
    # Where a part ends within a number, no number begins where the next part does.
    _check(bool(np.array_equal(np.append(starts, len(octets))[begin], first)))
    if not len(ends):
        return np.empty(0, dtype=np.uint64), begin
    length = ends - starts + 1
    _check(int(length.max()) <= 9 and int(ends[-1]) == len(octets) - 1)
    shift = (np.arange(len(octets)) - np.repeat(starts, length)).astype(np.uint64) * np.uint64(7)
    values = np.add.reduceat((octets & 0x7F).astype(np.uint64) << shift, starts)
    _check(int(values.max()) < (1 << 32) - 1)
    return values, begin


def _check_tags(parts: Sequence[bytes], keys: int, values: int) -> None:
    tags, begin = _numbers(parts)
    count = np.diff(begin)
    _check(not np.any(count % 2))
    key, value = tags[::2].astype(np.int64), tags[1::2].astype(np.int64)
    feature = np.repeat(np.arange(len(parts)), count // 2)
    _check(not len(key) or (int(key.max()) < keys and int(value.max()) < values))
    _check(bool(np.bincount(key, minlength=keys).all() and np.bincount(value, minlength=values).all()))
    _check(int(count.max()) <= 2 or len(np.unique(feature * keys + key)) == len(key))


def _outlines(parts: Sequence[bytes]) -> Outlines:
    numbers, begin = _numbers(parts)
    _check(bool((np.diff(begin) > 0).all()))
    at, count, feature = _rings(numbers.tolist(), begin.tolist())
    parameter = np.ones(len(numbers), dtype=bool)
    parameter[np.concatenate([at, at + 3, at + 4 + 2 * count])] = False
    raw = numbers[parameter]
    half = (raw >> np.uint64(1)).astype(np.int64)
    moves = np.where(raw & np.uint64(1), -half - 1, half).reshape(-1, 2)
    start = np.concatenate([[0], np.cumsum(count + 1)])
    still = (moves == 0).all(axis=1)
    still[start[:-1]] = False
    total = np.cumsum(moves, axis=0)
    first = np.flatnonzero(np.diff(feature, prepend=-1))
    before = (total - moves)[start[first]]
    point: Points = total - np.repeat(before, np.diff(np.append(start[first], len(moves))), axis=0)
    _check(not still.any() and int(np.abs(point).max()) < _WIDEST)
    _check(not (point[start[:-1]] == point[start[1:] - 1]).all(axis=1).any())
    found = Outlines(point, start, feature, np.empty(0, dtype=np.bool_))
    area = doubled_areas(point, start, found.following())
    _check(bool((area != 0).all() and (area[first] > 0).all()))
    return found._replace(outer=area > 0)


def _rings(numbers: list[int], begin: list[int]) -> tuple[IntArray, IntArray, IntArray]:
    """Return where each ring of polygons begins, how many lines it has, and its feature."""
    starts, counts, features = list[int](), list[int](), list[int]()
    for feature in range(len(begin) - 1):
        at, end = begin[feature], begin[feature + 1]
        while at < end:
            count = numbers[at + 3] >> 3
            close = at + 4 + 2 * count
            fits = numbers[at] == _MOVE and numbers[at + 3] & 7 == _LINE and count >= 2 and close < end
            if not fits or numbers[close] != _CLOSE:
                raise _DoubtError
            starts.append(at)
            counts.append(count)
            features.append(feature)
            at = close + 1
    return np.array(starts), np.array(counts), np.array(features)


def _value(data: bytes) -> Scalar:
    if data[0] == _TEXT and data[1] == len(data) - 2 and data[1] < 0x80:
        return data[2:].decode()
    if data[0] == _NUMBER:
        fields = _fields(data, 0, len(data))
        _check(len(fields) == 1)
        return fields[0][1]
    return _read(data)


def _read(data: bytes) -> Scalar:
    """Return a value as the careful reader reads it, where it finds nothing."""
    reading = read_value(data, NOWHERE)
    try:
        next(reading)
    except StopIteration as done:
        (value,) = done.value
        read: Scalar = value
        return read
    raise _DoubtError
