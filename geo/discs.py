"""Discs around points, for areas of which only the place is known: parks that a register gives as points.

A disc is no border that anybody drew. So it is made only where it is asked for, with a radius that is said, and what is
made is reported. No disc reaches nearer to another area than half way, so that none lies on another one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import FloatArray, Layer, ObjectArray, StrArray
from geo.polygons import polygonal
from zicht.errors import ConfigError, InvalidTopologyError

#: Largest radius in metres: beyond it a disc says nothing about a park.
LARGEST = 2_000.0

# Stretches along a quarter of a circle; the corners lie on the circle, so a disc is never wider than its radius.
_STRETCHES = 8


def around_points(
    geometry: ObjectArray, code: StrArray, *, radius: float | None, where: str
) -> tuple[ObjectArray, NDArray[np.bool_]]:
    """Put a disc in place of every point.

    Args:
        geometry: (n,) shapely geometries in RD metres, None allowed.
        code: (n,) codes, for the message.
        radius: Largest radius in metres, above 0 and at most `LARGEST`; None where points are to be refused.
        where: File and layer, for the message.

    Returns:
        The geometries, and which of them are discs.

    Raises:
        ConfigError: The radius is out of range.
        InvalidTopologyError: There are points and no radius is given, or two areas lie where one of the points is.
    """
    if radius is not None and not 0 < radius <= LARGEST:
        raise ConfigError(f"A radius of {radius:g} m is not above 0 and at most {LARGEST:,.0f} m.", where=where)
    point = np.asarray(shapely.get_type_id(geometry) == shapely.GeometryType.POINT) & ~shapely.is_empty(geometry)
    if not point.any():
        return geometry, point
    if radius is None:
        raise InvalidTopologyError(
            f"{code[point][0]}{f' and {point.sum() - 1} more' if point.sum() > 1 else ''}: a point, not a polygon.",
            where=where,
            remedy="Give its borders, or draw discs openly: `--park-radius 150`, or `park_radius = 150` under "
            "[boundaries] of a build file.",
        )
    room = _room(geometry, point)
    if (room == 0).any():
        raise InvalidTopologyError(
            f"{code[point][room == 0][0]} is a point where another area is too.",
            where=where,
            remedy="Give each its own place, or leave one of them out of the file.",
        )
    out = geometry.copy()
    out[point] = shapely.buffer(geometry[point], np.minimum(radius, room / 2), quad_segs=_STRETCHES)
    return out, point


def within_parents(parks: Layer, discs: Collection[str], buurten: Layer, *, where: str) -> Layer:
    """Cut discs to the buurt that their park is said to lie in: what lies near it in another one is not counted there.

    Args:
        parks: The level with the discs.
        discs: Codes of the areas that are discs.
        buurten: The level above.
        where: File and layer, for the message.

    Raises:
        InvalidTopologyError: A disc lies wholly outside its buurt.
    """
    above = dict(zip(buurten.code.tolist(), buurten.geometry, strict=True))
    geometry = parks.geometry.copy()
    for at in np.flatnonzero(np.isin(parks.code, list(discs))):
        buurt = above.get(str(parks.parent[at]))
        if buurt is None:
            continue
        geometry[at] = polygonal(shapely.intersection(geometry[at], buurt))
        if geometry[at].is_empty:
            raise InvalidTopologyError(
                f"{parks.code[at]} is a point that does not lie in {parks.parent[at]}, the buurt it is said to lie in.",
                where=where,
                remedy="Correct the point or the code of the buurt.",
            )
    return replace(parks, geometry=geometry)


def _room(geometry: ObjectArray, point: NDArray[np.bool_]) -> FloatArray:
    """Return for each point how far it is to the nearest other geometry, metres."""
    tree, room = shapely.STRtree(geometry), np.full(int(point.sum()), np.inf)
    # What is farther away than two discs reach does not matter.
    own, other = tree.query(geometry[point], predicate="dwithin", distance=2 * LARGEST)
    apart = np.flatnonzero(point)[own] != other
    np.minimum.at(room, own[apart], shapely.distance(geometry[point][own[apart]], geometry[other[apart]]))
    return room
