"""Which area a point lies in: exact, and the same on every run.

Conventions: a point on a border belongs to the area of lowest `fid` among those it touches, so every point belongs to
at most one area and totals are conserved. The predicate is GEOS' robust one, evaluated on the polygons themselves; the
raster below only spares it the points that cannot be near a border.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import FloatArray, Layer, ObjectArray

FidArray = NDArray[np.int32]


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
    out[known] = _exact(x[known], y[known], layer.geometry)
    return out


def _exact(x: FloatArray, y: FloatArray, geometry: ObjectArray) -> NDArray[Any]:
    shapely.prepare(geometry)
    point, area = shapely.STRtree(geometry).query(shapely.points(x, y))
    hit = shapely.intersects_xy(geometry[area], x[point], y[point])
    best = np.full(len(x), len(geometry), dtype=np.int32)
    np.minimum.at(best, point[hit], area[hit].astype(np.int32))
    return np.where(best == len(geometry), -1, best)
