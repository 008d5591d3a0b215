"""Tiles of one layer from pieces already encoded: the bytes that `tiles.mvt.encode_tile` would write, only faster.

Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1, section 4. A feature has the id `fid` and the
properties `fid` and `code`, and nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.areas import StrArray
from tiles import protobuf as pb
from tiles.arcs import IntArray
from tiles.compiled import helper, kernel
from tiles.cut import ByteArray, Pieces, write_varint
from tiles.mvt import VERSION

#: The properties of a feature, in the order of its tags.
KEYS = ("fid", "code")


class Labels(NamedTuple):
    """Codes of areas.

    Args:
        start: (areas + 1,) where each begins in `text`.
        text: All codes, UTF-8.
    """

    start: IntArray
    text: ByteArray


def labels_of(code: StrArray) -> Labels:
    """Encode the (n,) codes of a level."""
    texts = [text.encode() for text in code.tolist()]
    start = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return Labels(start, np.frombuffer(b"".join(texts), dtype=np.uint8))


def tile_bodies(pieces: Pieces, level: str, labels: Labels, *, extent: int) -> dict[tuple[int, int], bytes]:
    """Return the encoded tiles of a level, not compressed, by column and row.

    Args:
        pieces: Parts of areas, of each tile in ascending order of `fid`.
        level: Name of the layer.
        labels: Codes of all areas of the level.
        extent: Units along a tile.
    """
    order = np.lexsort((pieces.fid, pieces.x, pieces.y))
    x, y = pieces.x[order], pieces.y[order]
    first = np.flatnonzero(np.r_[True, (x[1:] != x[:-1]) | (y[1:] != y[:-1])]) if len(order) else order
    data, end = _features(pieces, order, np.append(first, len(order)), labels)
    head = pb.tagged_number(15, VERSION) + pb.tagged(1, level.encode())
    keys, tail = b"".join(pb.tagged(3, key.encode()) for key in KEYS), pb.tagged_number(5, extent)
    whole, tiles = memoryview(data.tobytes()), {}
    begin = 0
    for k, at in enumerate(first.tolist()):
        features, values = end[k].tolist()
        body = b"".join([head, whole[begin:features], keys, whole[features:values], tail])
        tiles[int(x[at]), int(y[at])] = pb.tagged(3, body)
        begin = values
    return tiles


@helper
def _size(value: int) -> int:
    """Return the bytes of a number in base 128."""
    size = 1
    while value > 0x7F:
        value >>= 7
        size += 1
    return size


@kernel
def _features(pieces: Pieces, order: IntArray, first: IntArray, labels: Labels) -> tuple[ByteArray, IntArray]:
    """Write the features and the values of every tile.

    Args:
        pieces: Parts of areas.
        order: (pieces,) their order by tile and area.
        first: (tiles + 1,) where each tile begins in `order`.
        labels: Codes of all areas of the level.

    Returns:
        The bytes, and (tiles, 2) where the features and the values of each tile end.
    """
    start, code = labels.start, labels.text
    size = 0
    for k in order:
        size += pieces.end[k] - pieces.start[k] + start[pieces.fid[k] + 1] - start[pieces.fid[k]] + 80
    data, at = np.empty(size, dtype=np.uint8), 0
    end = np.empty((len(first) - 1, 2), dtype=np.int64)
    # Keys and types of fields between the numbers that change: id, tags, type and geometry; then two values.
    row = np.array([18, 0, 8, 0, 18, 0, 0, 0, 1, 0, 24, 0, 34, 0])
    pair = np.array([34, 0, 40, 0, 34, 0, 10, 0])
    for tile in range(len(first) - 1):
        for j in range(first[tile], first[tile + 1]):
            k, number = order[j], 2 * (j - first[tile])
            length, tags = pieces.end[k] - pieces.start[k], 2 + _size(number) + _size(number + 1)
            content = 1 + _size(pieces.fid[k]) + 2 + tags + 2 + 1 + _size(length) + length
            row[1], row[3], row[5], row[7], row[9] = content, pieces.fid[k], tags, number, number + 1
            row[11], row[13] = pieces.kind[k], length
            for one in row:
                at = write_varint(data, at, one)
            for byte in range(pieces.start[k], pieces.end[k]):
                data[at] = pieces.data[byte]
                at += 1
        end[tile, 0] = at
        for j in range(first[tile], first[tile + 1]):
            fid = pieces.fid[order[j]]
            length = start[fid + 1] - start[fid]
            pair[1], pair[3], pair[5], pair[7] = 1 + _size(fid), fid, 1 + _size(length) + length, length
            for one in pair:
                at = write_varint(data, at, one)
            for byte in range(start[fid], start[fid + 1]):
                data[at] = code[byte]
                at += 1
        end[tile, 1] = at
    return data[:at], end
