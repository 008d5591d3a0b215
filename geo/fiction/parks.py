"""Draw vacation parks: small areas inside one buurt each, mostly in the country and by the water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.areas import ObjectArray, StrArray
from geo.fiction.country import IntArray
from geo.fiction.landscape import LAKE, SEA
from geo.fiction.names import Kind, invent, park_title
from geo.fiction.territory import Territory

#: Which definition of a park a source used: real sources differ in it, so each park states its own.
DEFINITIONS = (
    "recreatieobjecten in de BAG",
    "opgave van de gemeente",
    "opgave van de brancheorganisatie",
)

#: Least radius of the widest circle in a buurt that gets a park, and least distance of a park to its border, metres.
ROOM, MARGIN = 480.0, 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Parks:
    """Vacation parks in ascending order of code.

    Args:
        code: (p,) codes.
        name: (p,) names.
        buurt: (p,) code of the buurt that holds the park.
        addresses: (p,) recreation objects with an address.
        geometry: (p,) polygons, each inside one buurt.
    """

    code: StrArray
    name: StrArray
    buurt: StrArray
    addresses: IntArray
    geometry: ObjectArray


def draw_parks(territory: Territory, *, count: int, seed: int) -> Parks:
    """Draw vacation parks of 4-30 ha in rural buurten, preferably on the shore.

    Args:
        territory: The areas.
        count: Number of parks.
        seed: Seed of places, shapes and names.

    Returns:
        The parks.
    """
    rng = np.random.default_rng([seed, 8])
    rural = np.flatnonzero((territory.built < 0.3) & (shapely.area(territory.buurt_shape) > 1.2e6))
    circle = shapely.maximum_inscribed_circle(_largest_parts(territory.buurt_shape[rural]), tolerance=30.0)
    rural = rural[shapely.length(circle) > ROOM]
    liking = np.where(np.isin(territory.shore[rural], [SEA, LAKE]), 9.0, 1.0)
    chosen = np.sort(rng.choice(rural, size=count, replace=False, p=liking / liking.sum()))
    hectares = np.exp(rng.uniform(np.log(4.5), np.log(29.0), count))
    water = cKDTree(shapely.get_coordinates(territory.water_shape[np.isin(territory.water_kind, [SEA, LAKE])]))
    buurten = _largest_parts(territory.buurt_shape[chosen])
    shapes = np.array([_park_shape(buurt, size, water, rng) for buurt, size in zip(buurten, hectares, strict=True)])
    addresses = np.clip(np.round(shapely.area(shapes) / 1e4 * rng.uniform(10.0, 18.0, count)), 60, 500)
    names = invent(Kind.PARK, rng)
    return Parks(
        code=np.array([f"PK{9001 + at}" for at in range(count)]),
        name=np.array([park_title(next(names), rng) for _ in range(count)]),
        buurt=territory.buurt[chosen],
        addresses=addresses.astype(np.int64),
        geometry=shapes,
    )


def _largest_parts(shapes: ObjectArray) -> ObjectArray:
    return np.array([max(shapely.get_parts(shape), key=lambda part: float(shapely.area(part))) for shape in shapes])


def _park_shape(buurt: shapely.Polygon, hectares: float, water: cKDTree, rng: np.random.Generator) -> shapely.Polygon:
    """A lobed blob of a given area inside a buurt, at whichever of some random places is nearest to sea or lake."""
    turn = np.linspace(0.0, 2.0 * np.pi, 36, endpoint=False)
    phase = rng.uniform(0.0, 2.0 * np.pi, 4)
    lobes = zip((2, 3, 5, 8), phase, strict=True)
    radius = 1.0 + sum(0.17 / lobe**0.5 * np.cos(lobe * turn + angle) for lobe, angle in lobes)
    blob = np.column_stack([np.cos(turn), np.sin(turn)]) * radius[:, None]
    blob *= np.sqrt(hectares * 1e4 / shapely.area(shapely.polygons(blob)))
    reach = float(np.hypot(*blob.T).max()) + MARGIN
    core = shapely.buffer(buurt, -reach, quad_segs=4)
    west, south, east, north = shapely.bounds(core)
    tries = rng.uniform([west, south], [east, north], size=(80, 2))
    tries = tries[shapely.contains_xy(core, tries[:, 0], tries[:, 1])]
    tries = np.concatenate([tries, shapely.get_coordinates(shapely.point_on_surface(core))])
    return shapely.polygons(np.round(tries[np.argmin(water.query(tries)[0])] + blob, 1))


def park_definition(code: str) -> str:
    """Tell which definition put a park on the list."""
    return DEFINITIONS[int(code[2:]) % len(DEFINITIONS)]
