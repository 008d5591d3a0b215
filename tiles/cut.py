"""A drawing cut into tiles: the pieces of every area in every tile it touches, already written as a tile wants them.

A piece is what lies in its tile and the buffer around it. The drawing has a vertex wherever it crosses a line along
which tiles are cut, so cutting only chooses among vertices, and whatever two neighbours share is cut alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tiles.arcs import Arcs, IntArray
from tiles.compiled import helper, kernel
from tiles.features import GeometryType
from tiles.rings import untangle
from tiles.snap import Lines
from tiles.walks import Walks, is_simple

ByteArray = NDArray[np.uint8]

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7

#: Types of geometry (specification, section 4.3.4).
POINT, POLYGON = int(GeometryType.POINT), int(GeometryType.POLYGON)


class Areas(NamedTuple):
    """The rings of areas.

    Args:
        fid: (areas,) positions in the layer, ascending.
        ring: (areas + 1,) where the rings of each area begin.
    """

    fid: IntArray
    ring: IntArray


class Pieces(NamedTuple):
    """Parts of areas by tile.

    Args:
        x: (pieces,) tile columns.
        y: (pieces,) tile rows.
        fid: (pieces,) areas, ascending within a tile.
        kind: (pieces,) `POINT` or `POLYGON`.
        start: (pieces,) where the geometry of each begins in `data`.
        end: (pieces,) where it ends.
        data: Geometries, as packed command integers.
    """

    x: IntArray
    y: IntArray
    fid: IntArray
    kind: IntArray
    start: IntArray
    end: IntArray
    data: ByteArray


@helper
def _with_room(area: int, areas: Areas, arcs: Arcs, lines: Lines, room: Walks) -> Walks:
    """Return memory in which the boundary of an area has room: the same, or more."""
    first, last = areas.ring[area], areas.ring[area + 1]
    size = 0
    for k in range(arcs.ring[first], arcs.ring[last]):
        size += lines.start[(arcs.half[k] >> 1) + 1] - lines.start[arcs.half[k] >> 1]
    if size <= len(room.x) and last - first < len(room.start):
        return room
    rings, size = max(len(room.start), 2 * (last - first + 1)), max(len(room.x), 2 * size)
    return Walks(np.empty(rings, dtype=np.int64), np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64))


@helper
def _walked(area: int, areas: Areas, arcs: Arcs, lines: Lines, room: Walks) -> Walks:
    """Return `boundary`, in memory that has room for it."""
    first, last, x, y = areas.ring[area], areas.ring[area + 1], room.x, room.y
    start = room.start[: last - first + 1]
    start[0] = end = 0
    for ring in range(first, last):
        begin = end
        for k in range(arcs.ring[ring], arcs.ring[ring + 1]):
            arc, against = arcs.half[k] >> 1, arcs.half[k] & 1
            low, high = lines.start[arc], lines.start[arc + 1]
            for j in range(high - low):
                at = high - 1 - j if against else low + j
                if end == begin or x[end - 1] != lines.x[at] or y[end - 1] != lines.y[at]:
                    x[end], y[end] = lines.x[at], lines.y[at]
                    end += 1
        while end > begin + 1 and x[end - 1] == x[begin] and y[end - 1] == y[begin]:
            end -= 1
        start[ring - first + 1] = end
    return Walks(start, x, y)


@kernel
def boundary(area: int, areas: Areas, arcs: Arcs, lines: Lines) -> Walks:
    """Return the drawn boundary of an area as closed walks, no point following itself."""
    none = np.empty(0, dtype=np.int64)
    return _walked(area, areas, arcs, lines, _with_room(area, areas, arcs, lines, Walks(none, none, none)))


@helper
def _clipped(w: Walks, low: int, high: int, axis: int) -> Walks:
    """Return the parts of walks between two lines, closed along the lines; only what runs along a line crosses one."""
    a, b = (w.y, w.x) if axis else (w.x, w.y)
    n = w.start[-1]
    start = np.zeros(len(w.start), dtype=np.int64)
    out_a, out_b, end = np.empty(3 * n, dtype=np.int64), np.empty(3 * n, dtype=np.int64), 0
    for ring in range(len(w.start) - 1):
        begin, last = end, w.start[ring + 1] - 1
        for k in range(w.start[ring], w.start[ring + 1]):
            near, far = (low, high) if a[last] < a[k] else (high, low)
            for line in (near, far, a[k]):
                if not low <= line <= high or (line != a[k] and not min(a[last], a[k]) < line < max(a[last], a[k])):
                    continue
                if end == begin or out_a[end - 1] != line or out_b[end - 1] != b[k]:
                    out_a[end], out_b[end] = line, b[k]
                    end += 1
            last = k
        while end > begin + 1 and out_a[end - 1] == out_a[begin] and out_b[end - 1] == out_b[begin]:
            end -= 1
        start[ring + 1] = end
    return Walks(start, out_b, out_a) if axis else Walks(start, out_a, out_b)


@helper
def write_varint(data: ByteArray, at: int, value: int) -> int:
    """Write an unsigned number in base 128 and return the place after it."""
    while value > 0x7F:
        data[at] = value & 0x7F | 0x80
        value >>= 7
        at += 1
    data[at] = value
    return at + 1


@helper
def _encode(w: Walks, left: int, top: int, data: ByteArray, at: int) -> int:
    """Write rings as packed command integers, from the corner of a tile, and return the place after them."""
    number = np.empty(4, dtype=np.int64)
    for ring in range(len(w.start) - 1):
        begin, end = w.start[ring], w.start[ring + 1]
        for k in range(begin, end):
            right, down, count = w.x[k] - left, w.y[k] - top, 0
            if k <= begin + 1:
                number[0], count = 1 << 3 | _MOVE_TO if k == begin else (end - begin - 1) << 3 | _LINE_TO, 1
            number[count], number[count + 1] = right << 1 ^ right >> 63, down << 1 ^ down >> 63
            count += 2
            if k == end - 1:
                number[count] = 1 << 3 | _CLOSE_PATH
                count += 1
            for j in range(count):
                at = write_varint(data, at, number[j])
            left, top = w.x[k], w.y[k]
    return at


@kernel
def cut(chosen: IntArray, areas: Areas, arcs: Arcs, lines: Lines, window: IntArray, extent: int, buffer: int) -> Pieces:
    """Cut areas into tiles, area by area.

    Args:
        chosen: Areas to cut, ascending.
        areas: All areas.
        arcs: Their borders.
        lines: The borders as drawn.
        window: First column, first row, last column and last row of the tiles to make.
        extent: Units along a tile.
        buffer: Units around it that are drawn too.
    """
    found, count = np.empty((5, len(chosen) + 64), dtype=np.int64), 0
    data, at = np.empty(4 * len(lines.x) + 1024, dtype=np.uint8), 0
    frame, axis = np.empty(4, dtype=np.int64), np.arange(2)
    # Memory for one area after the other: to make new for each takes as long as to walk around it.
    room = Walks(np.empty(64, dtype=np.int64), np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64))
    for area in chosen:
        room = _with_room(area, areas, arcs, lines, room)
        whole = _walked(area, areas, arcs, lines, room)
        if whole.start[-1] == 0:
            continue
        west, east, north, south = whole.x[0], whole.x[0], whole.y[0], whole.y[0]
        for k in range(whole.start[-1]):
            west, east = min(west, whole.x[k]), max(east, whole.x[k])
            north, south = min(north, whole.y[k]), max(south, whole.y[k])
        for row in range(max(window[1], (north - buffer) // extent), min(window[3], (south + buffer) // extent) + 1):
            frame[1], frame[3] = row * extent - buffer, (row + 1) * extent + buffer
            inside = frame[1] <= north and south <= frame[3]
            strip = whole if inside else _clipped(whole, frame[1], frame[3], axis[1])
            for column in range(
                max(window[0], (west - buffer) // extent), min(window[2], (east + buffer) // extent) + 1
            ):
                frame[0], frame[2] = column * extent - buffer, (column + 1) * extent + buffer
                inside = frame[0] <= west and east <= frame[2]
                rings = strip if inside else _clipped(strip, frame[0], frame[2], axis[0])
                if not is_simple(rings, frame):
                    rings = untangle(rings, frame)
                if rings.start[-1] == 0:
                    continue
                if count == found.shape[1]:
                    found = np.concatenate((found, np.empty_like(found)), axis=1)
                if at + 20 * rings.start[-1] + 8 > len(data):
                    data = np.concatenate((data, np.empty(len(data) + 20 * rings.start[-1], dtype=np.uint8)))
                found[0, count], found[1, count], found[2, count] = column, row, areas.fid[area]
                found[3, count] = at
                at = _encode(rings, column * extent, row * extent, data, at)
                found[4, count] = at
                count += 1
    found, kind = found[:, :count].copy(), np.full(count, POLYGON)
    return Pieces(found[0], found[1], found[2], kind, found[3], found[4], data[:at].copy())


@kernel
def cut_points(fid: IntArray, x: IntArray, y: IntArray, window: IntArray, extent: int, buffer: int) -> Pieces:
    """Put points into every tile that shows them: the one they lie in, and those whose buffer they lie in.

    Args:
        fid: (n,) areas that they stand for, ascending.
        x: (n,) world units.
        y: (n,) world units.
        window: As for `cut`.
        extent: As for `cut`.
        buffer: As for `cut`.
    """
    found, count = np.empty((5, 4 * len(fid)), dtype=np.int64), 0
    data, at = np.empty(24 * 4 * len(fid), dtype=np.uint8), 0
    for k in range(len(fid)):
        for row in range(max(window[1], (y[k] - buffer) // extent), min(window[3], (y[k] + buffer) // extent) + 1):
            for column in range(
                max(window[0], (x[k] - buffer) // extent), min(window[2], (x[k] + buffer) // extent) + 1
            ):
                right, down = x[k] - column * extent, y[k] - row * extent
                found[0, count], found[1, count], found[2, count], found[3, count] = column, row, fid[k], at
                for number in (1 << 3 | _MOVE_TO, right << 1 ^ right >> 63, down << 1 ^ down >> 63):
                    at = write_varint(data, at, number)
                found[4, count] = at
                count += 1
    found, kind = found[:, :count].copy(), np.full(count, POINT)
    return Pieces(found[0], found[1], found[2], kind, found[3], found[4], data[:at].copy())
