"""Commands of a geometry: their grammar, their counts, and the parts they draw (MVT 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.validate.finding import Check, Finding, Place

Numbers = NDArray[np.uint64]
Points = NDArray[np.int64]

POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7
_NAMES = {_MOVE: "MoveTo", _LINE: "LineTo", _CLOSE: "ClosePath"}
_LARGEST = (1 << 31) - 1
_FEW = 50

#: A command and the points it draws; of a ClosePath none.
Step = tuple[int, Points]


def varints(data: bytes) -> Numbers | None:
    """Return the numbers that fill the data, None where the last is not whole or one has more than 64 bits."""
    if len(data) <= _FEW:
        return _few_varints(data)
    octets = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(octets < 0x80)
    if not len(ends) or ends[-1] != len(octets) - 1:
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    length = ends - starts + 1
    if length.max() > 10 or np.any(octets[ends[length == 10]] > 1):
        return None
    shift = (np.arange(len(octets)) - np.repeat(starts, length)).astype(np.uint64) * np.uint64(7)
    parts = (octets & 0x7F).astype(np.uint64) << shift
    return np.asarray(np.add.reduceat(parts, starts), dtype=np.uint64)


def _few_varints(data: bytes) -> Numbers | None:
    try:
        return np.array(pb.unpacked(data), dtype=np.uint64)
    except MalformedTileError:
        return None


def read_parts(kind: int, numbers: Numbers, place: Place) -> Check[tuple[Points, ...]]:
    """Check a geometry and return its parts.

    Args:
        kind: 1 points, 2 lines, 3 polygons.
        numbers: Command and parameter integers.
        place: Of the feature.

    Returns:
        One (n, 2) array a part in tile units, rings not closed; nothing where the commands cannot be followed.
    """
    if numbers.size and int(numbers.max()) >= 1 << 32:
        yield Finding("geometry-integer", "An integer has more than 32 bits.", place)
        return ()
    steps = yield from _steps(numbers, place)
    if steps is None:
        return ()
    if kind == POINT:
        return (yield from _points(steps, place))
    return (yield from _lines(steps, place, ring=kind == POLYGON))


def _steps(numbers: Numbers, place: Place) -> Check[list[Step] | None]:
    steps: list[Step] = []
    at, cursor = 0, np.zeros(2, dtype=np.int64)
    while at < len(numbers):
        command, count = int(numbers[at]) & 7, int(numbers[at]) >> 3
        at += 1
        if command not in _NAMES:
            yield Finding("command-known", f"There is no command {command}.", place)
            return None
        if command == _CLOSE:
            if count != 1:
                yield Finding("close-count", f"A ClosePath has the count {count}.", place)
            steps.append((command, np.empty((0, 2), dtype=np.int64)))
            continue
        raw = numbers[at : at + 2 * count]
        if len(raw) < 2 * count:
            yield Finding("command-parameters", f"{_NAMES[command]} ({count}) has {len(raw)} parameters.", place)
            return None
        at += 2 * count
        moves = _unzigzag(raw).reshape(-1, 2)
        if moves.size and int(np.abs(moves).max()) > _LARGEST:
            yield Finding("parameter-range", "A parameter is beyond 2^31 - 1.", place)
            return None
        if command == _LINE and np.any((moves == 0).all(axis=1)):
            yield Finding("line-still", "A LineTo has dX = dY = 0.", place)
        points = cursor + np.cumsum(moves, axis=0)
        cursor = points[-1] if len(points) else cursor
        steps.append((command, points))
    return steps


def _unzigzag(numbers: Numbers) -> Points:
    half = (numbers >> np.uint64(1)).astype(np.int64)
    return np.where(numbers & np.uint64(1), -half - 1, half)


def _points(steps: Sequence[Step], place: Place) -> Check[tuple[Points, ...]]:
    if len(steps) != 1 or steps[0][0] != _MOVE or not len(steps[0][1]):
        yield Finding("point-commands", f"The commands are {_said(steps)}.", place)
        return ()
    return (steps[0][1],)


def _lines(steps: Sequence[Step], place: Place, *, ring: bool) -> Check[tuple[Points, ...]]:
    pattern = (_MOVE, _LINE, _CLOSE) if ring else (_MOVE, _LINE)
    rule, least = ("polygon-commands", 2) if ring else ("line-commands", 1)
    parts: list[Points] = []
    if not steps:
        yield Finding(rule, "There are no commands.", place)
    for start in range(0, len(steps), len(pattern)):
        group = steps[start : start + len(pattern)]
        fits = tuple(command for command, _ in group) == pattern
        if not fits or len(group[0][1]) != 1 or len(group[1][1]) < least:
            yield Finding(rule, f"The commands are {_said(group)}.", place)
            return tuple(parts)
        parts.append(np.concatenate([group[0][1], group[1][1]]))
    if ring:
        yield from _rings(parts, place)
    return tuple(parts)


def _rings(rings: Sequence[Points], place: Place) -> Check[None]:
    for number, ring in enumerate(rings):
        area = doubled_area(ring)
        if (ring[0] == ring[-1]).all():
            yield Finding("ring-closed", f"Ring {number} returns to its start before ClosePath.", place)
        if area == 0:
            yield Finding("ring-area", f"Ring {number} has no area.", place)
        if number == 0 and area < 0:
            yield Finding("ring-first", "The first ring has a negative area.", place)


def doubled_area(ring: Points) -> int:
    """Return twice the surveyor's area of a ring: positive for an exterior ring."""
    # Few points are faster in Python's own numbers, which also hold what damaged tiles would make overflow 64 bits.
    if len(ring) > _FEW and int(np.abs(ring).max()) < 1 << 29:
        x, y = ring[:, 0], ring[:, 1]
        return int(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]) + x[-1] * y[0] - x[0] * y[-1])
    points = ring.tolist()
    return sum(a * d - c * b for (a, b), (c, d) in zip(points, points[1:] + points[:1], strict=True))


def _said(steps: Sequence[Step]) -> str:
    shown = [_NAMES[command] + ("" if command == _CLOSE else f" ({len(points)})") for command, points in steps[:4]]
    return (", ".join(shown) or "none") + (", ..." if len(steps) > 4 else "")
