"""Check that a layer's geometries are polygons that can be trusted; repair only where asked, and say so."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import FloatArray, ObjectArray, StrArray
from zicht.errors import BoundaryError, InvalidTopologyError

IntArray = NDArray[np.int64]

#: Where RD coordinates are valid: x from 0 to 300,000 and y from 300,000 to 625,000 metres.
RD_BOUNDS = (0.0, 300_000.0, 300_000.0, 625_000.0)

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def check_polygons(geometry: ObjectArray, code: StrArray, *, where: str) -> None:
    """Refuse geometries that are absent, empty, no polygon, invalid or outside RD.

    Args:
        geometry: (n,) shapely geometries in RD.
        code: (n,) codes, for the message.
        where: File and layer, for the message.

    Raises:
        InvalidTopologyError: A geometry is absent, empty, no polygon, or invalid.
        BoundaryError: A coordinate lies where RD is not valid.
    """
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    _refuse(absent, code, "no or an empty geometry", where)
    kind = np.asarray(shapely.get_type_id(geometry))
    _refuse(~np.isin(kind, _POLYGONAL), code, "a geometry that is not a polygon", where)
    outside = outside_rd(np.asarray(shapely.bounds(geometry)))
    if outside.any():
        raise BoundaryError(
            f"{_listed(code[outside])}: coordinates outside the range where RD is valid "
            "(x 0 to 300,000, y 300,000 to 625,000 metres).",
            where=where,
            remedy="Check the reference system of the file: it says EPSG:28992.",
        )
    valid = np.asarray(shapely.is_valid(geometry))
    if not valid.all():
        reason = str(shapely.is_valid_reason(geometry[np.flatnonzero(~valid)[0]]))
        _refuse(~valid, code, f"an invalid geometry ({reason})", where)


def outside_rd(bounds: FloatArray) -> NDArray[np.bool_]:
    """Return for (n, 4) bounds which reach outside the range where RD is valid."""
    west, south, east, north = RD_BOUNDS
    inside = (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)
    return np.asarray(~inside)


def repair_polygons(geometry: ObjectArray) -> tuple[ObjectArray, NDArray[np.bool_]]:
    """Make invalid polygons valid, keeping polygonal parts only.

    Args:
        geometry: (n,) shapely geometries, None allowed.

    Returns:
        The geometries, and which of them were changed.
    """
    broken = ~np.asarray(shapely.is_valid(geometry)) & ~np.asarray(shapely.is_missing(geometry))
    out = geometry.copy()
    for at in np.flatnonzero(broken):
        out[at] = polygonal(shapely.make_valid(geometry[at]))
    return out, broken


def polygonal(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygonal part of a geometry: a polygon, a multipolygon, or an empty polygon."""
    parts = _flat(geometry)
    if len(parts) == 1:
        return parts[0]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _flat(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    if geometry.geom_type == "Polygon":
        return [] if geometry.is_empty else [geometry]
    if hasattr(geometry, "geoms"):
        return [part for one in geometry.geoms for part in _flat(one)]
    return []


def ragged_rings(geometry: ObjectArray) -> tuple[FloatArray, IntArray, NDArray[np.bool_], IntArray]:
    """Take polygons apart into rings, one after another.

    Args:
        geometry: (n,) shapely polygons and multipolygons.

    Returns:
        (vertices, 2) vertices of closed rings, (rings + 1,) where each ring begins, (rings,) whether it is a hole, and
        (n + 1,) where the rings of each geometry begin.
    """
    _, xy, (start, part, *area) = shapely.to_ragged_array(geometry, include_z=False)
    hole = np.ones(len(start) - 1, dtype=bool)
    hole[part[:-1]] = False
    return xy, start.astype(np.int64), hole, (part[area[0]] if area else part).astype(np.int64)


def _refuse(wrong: NDArray[np.bool_], code: StrArray, what: str, where: str) -> None:
    if wrong.any():
        raise InvalidTopologyError(
            f"{_listed(code[wrong])}: {what}.",
            where=where,
            remedy="Correct the file, or repair openly with `--repair` (`repair=True`), which is reported.",
        )


def _listed(code: StrArray) -> str:
    shown = ", ".join(map(str, code[:5]))
    return f"{shown} and {len(code) - 5} more" if len(code) > 5 else shown
