"""Join pieces of border into polygons: one (multi)polygon for each label, neighbours sharing every vertex."""

from __future__ import annotations

import numpy as np
import shapely

from geo.areas import FloatArray, ObjectArray
from geo.fiction.country import IntArray
from geo.fiction.mesh import INNER, Arcs


def trace(arcs: Arcs, parent: IntArray, *, count: int) -> ObjectArray:
    """Trace the outline of each area.

    Args:
        arcs: Pieces of border between the finest labels.
        parent: (labels + 1,) area of each fine label; the last entry is for label -1. -1 means no area.
        count: Number of areas.

    Returns:
        (count,) polygons or multipolygons, shells counter-clockwise; empty where an area has no border.
    """
    left, right = parent[arcs.left], parent[arcs.right]
    forward = np.flatnonzero((left != right) & (left >= 0))
    backward = np.flatnonzero((left != right) & (right >= 0))
    area = np.concatenate([left[forward], right[backward]])
    start = np.concatenate([arcs.start[forward], arcs.end[backward]])
    end = np.concatenate([arcs.end[forward], arcs.start[backward]])
    inner = np.concatenate([arcs.inner[forward], arcs.inner[backward][:, ::-1]])
    order, ring = _walk(area, start, end, len(arcs.points))
    points = np.concatenate([arcs.points[start[order]][:, None], inner[order]], axis=1).reshape(-1, 2)
    rings = shapely.linearrings(points, indices=np.repeat(ring, 1 + INNER))
    ring_area = area[order[np.flatnonzero(np.diff(ring, prepend=-1))]]
    return _assemble(rings, ring_area, count)


def _walk(area: IntArray, start: IntArray, end: IntArray, nodes: int) -> tuple[IntArray, IntArray]:
    """Order directed pieces into rings: each ends where exactly one other piece of the same area starts."""
    key = area * nodes + start
    by_key = np.argsort(key, kind="stable")
    following = by_key[np.searchsorted(key[by_key], area * nodes + end)].tolist()
    order, ring = [], []
    done = bytearray(len(area))
    number = -1
    for first in by_key.tolist():
        if done[first]:
            continue
        number += 1
        at = first
        while not done[at]:
            done[at] = 1
            order.append(at)
            ring.append(number)
            at = following[at]
    return np.array(order, dtype=np.int64), np.array(ring, dtype=np.int64)


def _assemble(rings: ObjectArray, area: IntArray, count: int) -> ObjectArray:
    """Pair holes with the shells that hold them, then join the polygons of each area."""
    shell = shapely.is_ccw(rings)
    shells, holes = np.flatnonzero(shell), np.flatnonzero(~shell)
    owner = _owners(rings, area, shells, holes)
    members = np.concatenate([shells, holes])
    polygon = np.concatenate([np.arange(len(shells)), owner])
    order = np.lexsort([np.arange(len(members)), polygon])
    polygons = shapely.polygons(rings[members[order]], indices=polygon[order])
    by_area = np.lexsort([-shapely.area(polygons), area[shells]])
    result = np.full(count, shapely.Polygon(), dtype=object)
    shapely.multipolygons(polygons[by_area], indices=area[shells][by_area], out=result)
    single = shapely.get_num_geometries(result) == 1
    result[single] = shapely.get_geometry(result[single], 0)
    return result


def _owners(rings: ObjectArray, area: IntArray, shells: IntArray, holes: IntArray) -> IntArray:
    """Find for each hole the smallest shell of the same area that holds it."""
    solid = shapely.polygons(rings[shells])
    size: FloatArray = shapely.area(solid)
    owner = np.zeros(len(holes), dtype=np.int64)
    for at, hole in enumerate(holes):
        same = np.flatnonzero(area[shells] == area[hole])
        holding = same[shapely.covers(solid[same], rings[hole])] if len(same) > 1 else same
        owner[at] = holding[np.argmin(size[holding])]
    return owner
