"""Areas that lie on one another: found whatever way they do, named, and cut where asked.

Every border is run along once each way by the areas beside it, so in a coverage the borders cancel but for those with
nothing on their other side: coasts and islands. Only these *lone* borders are looked at, which is what makes it cheap.

Why that is enough. Let w(p) be the number of areas at a place p. Across an edge that one area has to its left and one
to its right w does not change, so w is the winding number of the lone borders alone. Where areas overlap w is 2 or
more; far away it is 0; so the places where it is 2 or more are bounded by lone borders. Let r be one of those. Where
lone borders meet at their ends only, w is the same along all of r, on either side. So wherever one probes r, on that
side lie two areas, of which r bounds one: the probe lies in another area. Conversely, where lone borders meet at their
ends only and no probe of them lies in another area, nothing overlaps. That proof is tried first.

Where it fails (areas overlap, or a border has other vertices on either side), each area with a lone border is
intersected with all that this border touches, and from the overlaps so found one goes on from neighbour to neighbour,
to those that lie wholly within others. No overlap goes unseen but one that is divided among areas which have less than
the tolerance each of it.

Conventions: vertices that round to the same millimetre are one; two areas may have `TOLERANCE` in common, or a strip as
narrow as `NARROW`, which is what rounding makes of a long border. Polygons must be valid (`geo.polygons`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import FloatArray, ObjectArray, StrArray
from geo.polygons import polygonal, ragged_rings
from zicht.errors import InvalidTopologyError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
KeyArray = NDArray[np.uint64]

#: Square metres that two areas may have in common.
TOLERANCE = 1.0

#: Mean width in metres of what two areas may have in common, however long it is.
NARROW = 0.002

#: Vertices that round to the same thousandth of a metre are one.
PER_METRE = 1000

# Twice the distance that rounding may move a vertex, and a little more.
_NEAR = 2.0 / PER_METRE

# Binary logarithm of the size of a table.
_TABLE = 21

# Odd numbers that mix the bits of two vertices.
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


class Borders(NamedTuple):
    """Borders with nothing on their other side.

    Args:
        line: (n,) shapely linestrings, RD metres.
        owner: (n,) the area that each is a border of.
    """

    line: ObjectArray
    owner: IntArray


class Overlaps(NamedTuple):
    """Pairs of areas that lie on one another.

    Args:
        first: (n,) positions of areas.
        second: (n,) positions of areas, each above that in `first`.
        area: (n,) what they have in common, square metres.
    """

    first: IntArray
    second: IntArray
    area: FloatArray


def check_overlaps(geometry: ObjectArray, code: StrArray, *, where: str, borders: Borders | None = None) -> None:
    """Refuse areas that lie on one another.

    Args:
        geometry: (n,) valid shapely polygons or multipolygons, RD metres.
        code: (n,) codes, for the message.
        where: File and layer, for the message.
        borders: The lone borders, where they are known; else they are found.

    Raises:
        InvalidTopologyError: Two areas have more in common than they may.
    """
    found = find_overlaps(geometry, borders)
    if not len(found.first):
        return
    largest = int(np.argmax(found.area))
    one, other = code[found.first[largest]], code[found.second[largest]]
    pairs = len(found.first)
    raise InvalidTopologyError(
        f"{one} and {other} lie on one another, on {found.area[largest]:,.0f} m2"
        f"{f', largest of {pairs} such pairs' if pairs > 1 else ''}.",
        where=where,
        remedy="Correct the file, or cut overlaps openly: `zicht boundaries import --repair`, or `repair = true` under "
        "[boundaries] of a build file, reports each.",
    )


def cut_overlaps(geometry: ObjectArray, code: StrArray, *, where: str) -> tuple[ObjectArray, tuple[str, ...]]:
    """Cut areas so that none lies on another: what several have in common stays with the smallest of them.

    So an area that is drawn over its surroundings gets its hole there, and of a strip along a border it matters little.

    Args:
        geometry: (n,) valid shapely polygons or multipolygons, RD metres; None where an area has none.
        code: (n,) codes, for the report.
        where: File and layer, for the message.

    Returns:
        The geometries, and for each cut a sentence that names both areas.

    Raises:
        InvalidTopologyError: Nothing would be left of an area, because others cover it.
    """
    drawn = np.flatnonzero(~shapely.is_missing(geometry))
    found = find_overlaps(geometry[drawn])
    pairs, out = drawn[np.vstack(found[:2])], geometry.copy()
    larger = (shapely.area(geometry[pairs[0]]) > shapely.area(geometry[pairs[1]])).astype(np.int64)
    kept, cut = np.take_along_axis(pairs, np.vstack([larger, 1 - larger]), axis=0)
    for one in np.unique(cut):
        out[one] = polygonal(shapely.difference(geometry[one], shapely.union_all(geometry[kept[cut == one]])))
        if shapely.area(out[one]) <= TOLERANCE:
            others = ", ".join(code[kept[cut == one]][:5])
            raise InvalidTopologyError(
                f"{code[one]} lies on {others}, and nothing of it would be left.",
                where=where,
                remedy="Leave one of them out of the file.",
            )
    told = zip(code[kept].tolist(), code[cut].tolist(), found.area.tolist(), strict=True)
    return out, tuple(f"{size:,.0f} m2 of {one} cut off {other}" for one, other, size in told)


def find_overlaps(geometry: ObjectArray, borders: Borders | None = None) -> Overlaps:
    """Find all pairs of areas that have more in common than they may.

    Args:
        geometry: (n,) valid shapely polygons or multipolygons, RD metres.
        borders: The lone borders, where they are known; else they are found.
    """
    if len(geometry) < 2:
        return _measured(geometry, np.empty((2, 0), dtype=np.int64))
    borders = lone_borders(geometry) if borders is None else borders
    tree = shapely.STRtree(geometry)
    if is_apart(tree, borders):
        return _measured(geometry, np.empty((2, 0), dtype=np.int64))
    # Asked of a tree of borders: an area is prepared once for all borders that come near it, of which it has many.
    other, run = shapely.STRtree(borders.line).query(geometry, predicate="dwithin", distance=_NEAR)
    return _with_inner(tree, _measured(geometry, np.vstack([borders.owner[run], other])))


def _with_inner(tree: shapely.STRtree, found: Overlaps) -> Overlaps:
    """Add the pairs without a lone border of their own, within others: step by step from those that are known."""
    geometry, pairs = tree.geometries, np.empty((2, 0), dtype=np.int64)
    seen = np.zeros(len(geometry), dtype=bool)
    while True:
        known = np.unique(np.concatenate([found.first, found.second]))
        beside = np.unique(tree.query(geometry[known], predicate="intersects")[1])
        beside = beside[~seen[beside]]
        if not len(beside):
            return found
        seen[beside] = True
        one, other = tree.query(geometry[beside], predicate="intersects")
        pairs = np.hstack([pairs, [beside[one], other]])
        found = _measured(geometry, pairs)


def lone_borders(geometry: ObjectArray) -> Borders:
    """Find the borders that no other area runs along the other way.

    Args:
        geometry: (n,) valid shapely polygons or multipolygons, RD metres or other coordinates below two million.
    """
    xy, start, area, reverse = _rings(geometry)
    place = np.floor(xy * PER_METRE + 0.5).astype(np.int64)
    key = (place[:, 0] << 32) + place[:, 1]
    ring = np.repeat(np.arange(len(start) - 1), np.diff(start))
    edge = np.flatnonzero((ring[1:] == ring[:-1]) & (key[1:] != key[:-1]))
    lone = edge[_unmatched(key[edge], key[edge + 1], reverse[ring[edge]])]
    # A run goes on to the next edge of its ring, but not past a place where more than two lone edges meet.
    ends, count = np.unique(np.concatenate([key[lone], key[lone + 1]]), return_counts=True)
    crossroads = ends[count > 2]
    on = (lone[1:] == lone[:-1] + 1) & (ring[lone[1:]] == ring[lone[:-1]]) & ~np.isin(key[lone[1:]], crossroads)
    run = np.concatenate([[0], np.cumsum(~on)]) if len(lone) else lone
    first = np.flatnonzero(np.diff(run, prepend=-1))
    points = np.insert(lone + 1, first, lone[first])
    line = shapely.linestrings(place[points] / PER_METRE, indices=np.insert(run, first, run[first]))
    return Borders(np.asarray(line, dtype=object), area[ring[lone[first]]])


def _rings(geometry: ObjectArray) -> tuple[FloatArray, IntArray, IntArray, BoolArray]:
    """Return (n, 2) vertices, where each ring begins, its area, and whether it has that area to its right."""
    xy, start, hole, first = ragged_rings(geometry)
    area = np.repeat(np.arange(len(geometry)), np.diff(first))
    away = xy - np.repeat(xy[start[:-1]], np.diff(start), axis=0)
    double = away[:-1, 0] * away[1:, 1] - away[1:, 0] * away[:-1, 1]
    # What lies between two rings belongs to neither.
    double = np.append(double, 0.0)
    double[start[1:] - 1] = 0.0
    return xy, start, area, (np.add.reduceat(double, start[:-1]) < 0) != hole


def _unmatched(one: IntArray, other: IntArray, reverse: BoolArray) -> BoolArray:
    """Return (n,) which edges are left when those that run along one another in opposite directions are taken away."""
    up = (one < other) != reverse
    # 63 bits tell edges apart, and the last one the ways along them: in a country two are taken for one another with a
    # chance of one in ten million.
    edge = _mixed(np.minimum(one, other).view(np.uint64), np.maximum(one, other).view(np.uint64)) << np.uint64(1) | up
    order = np.sort(edge)
    first = np.flatnonzero(np.diff(order >> np.uint64(1), prepend=~order[:1]))
    size = np.diff(first, append=len(order))
    ups = np.add.reduceat((order & np.uint64(1)).astype(np.int64), first)
    odd = 2 * ups != size
    left = order[first[odd]] & ~np.uint64(1) | (2 * ups > size)[odd]
    # Few are left: a table of their first bits tells most of the others from them without a search.
    table = np.zeros(1 << _TABLE, dtype=bool)
    table[left >> np.uint64(64 - _TABLE)] = True
    out = table[edge >> np.uint64(64 - _TABLE)]
    out[out] = np.isin(edge[out], left)
    return np.asarray(out)


def _mixed(low: KeyArray, high: KeyArray) -> KeyArray:
    mixed = low * _MIX[0]
    mixed = ((mixed ^ mixed >> np.uint64(32)) + high) * _MIX[1]
    return mixed ^ mixed >> np.uint64(29)


def is_apart(tree: shapely.STRtree, borders: Borders) -> bool:
    """Return whether it is proved that nothing overlaps, as told at the top of this file.

    Args:
        tree: Of valid polygons, in any planar coordinates.
        borders: Their lone borders.
    """
    if not shapely.is_simple(shapely.multilinestrings(borders.line)):
        return False
    ends = shapely.get_coordinates(borders.line)
    first = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(borders.line))[:-1]]).astype(np.int64)
    probe = shapely.points((ends[first] + ends[first + 1]) / 2)
    run, area = tree.query(probe, predicate="dwithin", distance=_NEAR)
    return bool((area == borders.owner[run]).all())


def _measured(geometry: ObjectArray, pairs: IntArray) -> Overlaps:
    """Return those of some pairs that have more in common than they may, each once."""
    pairs = np.sort(pairs, axis=0)
    first, second = np.unique(pairs[:, pairs[0] != pairs[1]], axis=1)
    common = shapely.intersection(geometry[first], geometry[second])
    area = shapely.area(common)
    over = (area > TOLERANCE) & (2 * area > NARROW * shapely.length(common))
    return Overlaps(first[over], second[over], area[over])
