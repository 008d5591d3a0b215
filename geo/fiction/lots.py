"""Lay out lots along streets inside a polygon."""

from __future__ import annotations

import numpy as np
import shapely

from geo.areas import FloatArray

#: Metres between streets, between lots on a street, and from the middle of the street to a front door.
STREET, LOT, FRONT = 58.0, 7.0, 9.0


def lots_in_buurt(shape: shapely.Geometry, count: int, rng: np.random.Generator) -> FloatArray:
    """Choose lots for the addresses of a buurt.

    Args:
        shape: (Multi)polygon of the buurt, RD metres.
        count: Number of addresses.
        rng: Source of randomness.

    Returns:
        (count, 2) points strictly inside, rounded to decimetres.
    """
    inside = _inner(shape)
    dense = count / (shapely.area(shape) / 1e4) > 3.0
    lots = _streets(inside, rng, spacing=STREET if dense else 420.0, step=LOT if dense else 16.0)
    return _choose(inside, lots, count, rng)


def lots_in_park(shape: shapely.Geometry, count: int, rng: np.random.Generator) -> FloatArray:
    """Choose lots for the objects of a vacation park.

    Args:
        shape: Polygon of the park, RD metres.
        count: Number of objects.
        rng: Source of randomness.

    Returns:
        (count, 2) points strictly inside, rounded to decimetres.
    """
    inside = _inner(shape)
    return _choose(inside, _streets(inside, rng, spacing=36.0, step=14.0), count, rng)


def _inner(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygon without a strip along its border, so that no address stands on a border."""
    for strip in (6.0, 2.0, 0.5):
        inside = shapely.buffer(shape, -strip)
        if not inside.is_empty:
            return inside
    return shape


def _streets(inside: shapely.Geometry, rng: np.random.Generator, *, spacing: float, step: float) -> FloatArray:
    """Lots on both sides of parallel, gently bent streets at a random angle."""
    west, south, east, north = shapely.bounds(inside)
    reach = 0.5 * float(np.hypot(east - west, north - south)) + spacing
    angle, bend = rng.uniform(0.0, np.pi), rng.uniform(-0.12, 0.12) / reach
    across = np.arange(-reach, reach, spacing) + rng.uniform(0.0, spacing)
    along = np.arange(-reach, reach, step)
    u, v = (part.ravel() for part in np.meshgrid(along, np.concatenate([across - FRONT, across + FRONT])))
    u = u + rng.uniform(-0.25, 0.25, len(u)) * step
    v = v + rng.uniform(-2.0, 2.0, len(v)) + bend * u * u
    turned = np.column_stack([u * np.cos(angle) - v * np.sin(angle), u * np.sin(angle) + v * np.cos(angle)])
    lots = np.round(turned + [(west + east) / 2, (south + north) / 2], 1)
    shapely.prepare(inside)
    return np.asarray(lots[shapely.contains_xy(inside, lots[:, 0], lots[:, 1])])


def _choose(inside: shapely.Geometry, lots: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Choose lots, each once while there are enough; then storeys are added on lots already in use."""
    if len(lots) == 0:
        lots = np.round(shapely.get_coordinates(shapely.point_on_surface(inside)), 1)
    if count <= len(lots):
        return np.asarray(lots[np.sort(rng.choice(len(lots), size=count, replace=False))])
    more = rng.choice(len(lots), size=count - len(lots))
    return np.concatenate([lots, lots[more]])
