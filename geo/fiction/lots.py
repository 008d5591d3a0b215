"""Lay out lots inside a polygon: on streets in towns, on roads from a hamlet in the country, on lanes in parks."""

from __future__ import annotations

import numpy as np
import shapely

from geo.areas import FloatArray

#: Metres between streets, and from the middle of a street to the front doors on either side.
STREET, FRONT = 58.0, 9.0

#: Least metres between lots on a street; where that is too few, homes are stacked in storeys.
LOT = 7.0

#: Addresses per hectare from which a buurt is laid out as a town.
DENSE = 2.5

#: Addresses from which a rural buurt has a village, and the share of its addresses that stand there.
VILLAGE, VILLAGE_SHARE = 130, 0.65

#: Addresses per hectare in such a village.
VILLAGE_DENSITY = 20.0


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
    area = float(shapely.area(inside))
    if count / (area / 1e4) < DENSE:
        return _country_lots(inside, count, rng)
    step = max(LOT, area / (1.5 * count) / (STREET / 2.0))
    return _choose(inside, _inside(inside, _streets(inside, rng, spacing=STREET, step=step)), count, rng)


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
    return _choose(inside, _inside(inside, _streets(inside, rng, spacing=36.0, step=13.0)), count, rng)


def _inner(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygon without a strip along its border, so that no address stands on a border."""
    for strip in (6.0, 2.0, 0.5):
        inside = shapely.buffer(shape, -strip, quad_segs=1)
        if not inside.is_empty:
            return inside
    return shape


def _inside(inside: shapely.Geometry, lots: FloatArray) -> FloatArray:
    """Round lots to decimetres and keep those inside."""
    rounded = np.round(lots, 1)
    shapely.prepare(inside)
    return np.asarray(rounded[shapely.contains_xy(inside, rounded[:, 0], rounded[:, 1])])


def _streets(inside: shapely.Geometry, rng: np.random.Generator, *, spacing: float, step: float) -> FloatArray:
    """Lots on both sides of parallel, gently bent streets at a random angle."""
    west, south, east, north = shapely.bounds(inside)
    reach = 0.5 * float(np.hypot(east - west, north - south)) + spacing
    angle, bend = rng.uniform(0.0, np.pi), rng.uniform(-0.15, 0.15) / reach
    across = np.arange(-reach, reach, spacing) + rng.uniform(0.0, spacing)
    along = np.arange(-reach, reach, step)
    u, v = (part.ravel() for part in np.meshgrid(along, np.concatenate([across - FRONT, across + FRONT])))
    u = u + rng.uniform(-0.3, 0.3, len(u)) * step
    v = v + rng.uniform(-2.0, 2.0, len(v)) + bend * u * u
    turned = [u * np.cos(angle) - v * np.sin(angle), u * np.sin(angle) + v * np.cos(angle)]
    middle = np.array([(west + east) / 2, (south + north) / 2])
    return np.asarray(np.column_stack(turned) + middle)


def _country_lots(inside: shapely.Geometry, count: int, rng: np.random.Generator) -> FloatArray:
    """Lots of a rural buurt: a village where there are homes enough for one, the rest on the roads to it."""
    largest = max(shapely.get_parts(inside), key=shapely.area)
    hamlet = shapely.get_coordinates(shapely.point_on_surface(largest))[0]
    in_village = round(VILLAGE_SHARE * count) if count > VILLAGE else 0
    roads = _roads(shapely.get_coordinates(shapely.get_exterior_ring(largest)), hamlet, count, rng)
    spread = _choose(inside, _inside(inside, roads), count - in_village, rng)
    if in_village == 0:
        return spread
    radius = np.sqrt(in_village * 1e4 / np.pi / VILLAGE_DENSITY)
    green = shapely.intersection(inside, shapely.buffer(shapely.points(hamlet), radius + STREET, quad_segs=4))
    streets = _inside(green, _streets(green, rng, spacing=STREET, step=12.0))
    return np.concatenate([_choose(green, streets, in_village, rng), spread])


def _roads(rim: FloatArray, hamlet: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Lots on roads from the hamlet to the rim of the buurt, closer together near the hamlet."""
    roads = int(np.clip(count // 25, 4, 9))
    ends = rim[(np.arange(roads) * len(rim) // roads + rng.integers(len(rim))) % len(rim)]
    number = 4 * count + 40
    road = rng.integers(roads, size=number)
    share = rng.uniform(size=number) ** 1.6
    way = ends[road] - hamlet
    length = np.maximum(np.hypot(*way.T), 1.0)
    aside = np.column_stack([-way[:, 1], way[:, 0]]) / length[:, None]
    bend = rng.uniform(-0.18, 0.18, roads)[road] * length * share * (1.0 - share)
    side = rng.choice([-1.0, 1.0], size=number) * (FRONT + rng.exponential(12.0, number))
    return np.asarray(hamlet + share[:, None] * way + (bend + side)[:, None] * aside)


def _choose(inside: shapely.Geometry, lots: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Choose lots, each once while there are enough; then storeys are added on lots already in use."""
    if len(lots) == 0:
        lots = np.round(shapely.get_coordinates(shapely.point_on_surface(inside)), 1)
    if count <= len(lots):
        return np.asarray(lots[np.sort(rng.choice(len(lots), size=count, replace=False))])
    return np.concatenate([lots, lots[rng.choice(len(lots), size=count - len(lots))]])
