"""Which area a point lies in: exact, and the same on every run.

Conventions: a point on a border belongs to the area of lowest `fid` among those it touches, so every point belongs to
at most one area and totals are conserved. The predicate is GEOS' robust one, evaluated on the polygons themselves; for
many points a raster (`geo.interior`) spares it those that cannot be near a border.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import FloatArray, Layer, ObjectArray
from geo.interior import BORDER, interior_raster, labelled, patches

FidArray = NDArray[np.int32]

#: From this many points on, building a raster first is the faster way.
RASTER_FROM = 500_000
#: Cells of that raster for each point, and at most.
_CELLS_PER_POINT, _MOST_CELLS = 4, 6_000_000
#: Metres within which points count as neighbouring.
_NEARBY = 500.0


def assign(points_x: FloatArray, points_y: FloatArray, layer: Layer) -> FidArray:
    """Find the area of each point.

    Args:
        points_x: (m,) RD x in metres; NaN where unknown.
        points_y: (m,) RD y in metres; NaN where unknown.
        layer: Areas with polygons in RD; areas without one (remainders) receive no point.

    Returns:
        (m,) `fid` of the area, -1 outside all of them and where a coordinate is unknown.
    """
    x, y = np.asarray(points_x, dtype=np.float64), np.asarray(points_y, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    out = np.full(x.shape, -1, dtype=np.int32)
    if shapely.is_missing(layer.geometry).all():
        return out
    find = assign_by_raster if len(known) >= RASTER_FROM else assign_by_tree
    out[known] = find(x[known], y[known], layer.geometry)
    return out


def assign_by_tree(x: FloatArray, y: FloatArray, geometry: ObjectArray) -> FidArray:
    """Assign finite points through a tree of bounding boxes: the reference, and faster for few points."""
    shapely.prepare(geometry)
    # In the order of place, neighbouring points meet the same polygons while these are still in the processor's cache.
    order = np.lexsort((x // _NEARBY, y // _NEARBY))
    point, area = shapely.STRtree(geometry).query(shapely.points(x[order], y[order]))
    point = order[point]
    hit = shapely.intersects_xy(geometry[area], x[point], y[point])
    none = np.iinfo(np.int32).max
    best = np.full(len(x), none, dtype=np.int32)
    np.minimum.at(best, point[hit], area[hit].astype(np.int32))
    return np.where(best == none, np.int32(-1), best)


def assign_by_raster(x: FloatArray, y: FloatArray, geometry: ObjectArray) -> FidArray:
    """Assign finite points, asking the tree only about those in a cell that a border may touch."""
    bare = interior_raster(geometry, int(np.clip(_CELLS_PER_POINT * len(x), 1, _MOST_CELLS)))
    number, middle = patches(bare)
    raster = labelled(bare, number, assign_by_tree(middle[:, 0], middle[:, 1], geometry))
    out = raster.look_up(x, y)
    near = np.flatnonzero(out == BORDER)
    out[near] = assign_by_tree(x[near], y[near], geometry)
    return out
