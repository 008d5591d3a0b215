"""A drawing cut into tiles: the pieces of every area in every tile it touches, as rings of tile units.

A piece is clipped to its tile and the buffer around it. Vertices that are not on the clip edge stay where the drawing
has them, so borders meet across tiles. Build time only: needs shapely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.areas import FloatArray, ObjectArray
from tiles.coverage import Drawing, IntArray, on_grid
from tiles.features import Part


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Parts of areas by tile.

    Args:
        x: (n,) tile columns.
        y: (n,) tile rows.
        fid: (n,) areas, ascending within a tile.
        geometry: (n,) valid polygons in tile units.
    """

    x: IntArray
    y: IntArray
    fid: IntArray
    geometry: ObjectArray


def cut(drawing: Drawing, *, extent: int, buffer: int) -> Pieces:
    """Cut a drawing into tiles, ordered by tile row, column and area.

    Args:
        drawing: Polygons in world units.
        extent: Units along a tile.
        buffer: Units around it that are drawn too.
    """
    bounds = shapely.bounds(drawing.geometry)
    row, x, y = _touched(bounds, last=(1 << drawing.zoom) - 1, extent=extent, buffer=buffer)
    windows = np.column_stack([x, y, x + 1, y + 1]) * extent + np.array([-1, -1, 1, 1]) * buffer
    inside = (bounds[row, :2] >= windows[:, :2]).all(axis=1) & (bounds[row, 2:] <= windows[:, 2:]).all(axis=1)
    geometry = drawing.geometry[row]
    crossing = ~inside
    geometry[crossing] = on_grid(shapely.intersection(geometry[crossing], shapely.box(*windows[crossing].T)))
    order = np.lexsort((row, x, y))
    order = order[~shapely.is_empty(geometry[order])]
    x, y, row = x[order], y[order], row[order]
    return Pieces(x, y, drawing.fid[row], _moved(geometry[order], np.column_stack([x, y]) * extent))


def _touched(bounds: FloatArray, *, last: int, extent: int, buffer: int) -> tuple[IntArray, IntArray, IntArray]:
    first = np.clip(np.floor((bounds[:, :2] - buffer) / extent), 0, last).astype(np.int64)
    final = np.clip(np.ceil((bounds[:, 2:] + buffer) / extent) - 1, 0, last).astype(np.int64)
    wide, high = (final - first + 1).T
    count = wide * high
    row = np.repeat(np.arange(len(bounds)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, first[row, 0] + within % wide[row], first[row, 1] + within // wide[row]


def _moved(geometry: ObjectArray, origin: IntArray) -> ObjectArray:
    coordinates, index = shapely.get_coordinates(geometry, return_index=True)
    return np.asarray(shapely.set_coordinates(geometry.copy(), coordinates - origin[index]), dtype=object)


def ring_parts(geometry: ObjectArray) -> list[tuple[Part, ...]]:
    """Return the rings of polygons as a tile has them: not closed, outer rings with positive area, then their holes.

    Args:
        geometry: (n,) valid polygons or multipolygons in tile units.
    """
    oriented = shapely.orient_polygons(geometry, exterior_cw=False)
    polygons, owner = shapely.get_parts(oriented, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    points = list(map(tuple, coordinates.astype(np.int64).tolist()))
    ends = np.searchsorted(ring, np.arange(len(rings)), side="right").tolist()
    parts: list[list[Part]] = [[] for _ in range(len(geometry))]
    start = 0
    for end, feature in zip(ends, owner[polygon].tolist(), strict=True):
        parts[feature].append(tuple(points[start : end - 1]))
        start = end
    return [tuple(part) for part in parts]
