"""Draw vacation parks: small areas inside one buurt each, mostly in the country and by the water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.areas import ObjectArray, StrArray
from geo.fiction.country import IntArray
from geo.fiction.landscape import LAKE, SEA
from geo.fiction.names import invent, park_title
from geo.fiction.territory import Territory

#: Which definition of a park a source used: real sources differ in it, so each park states its own.
DEFINITIONS = (
    "recreatieobjecten in de BAG",
    "opgave van de gemeente",
    "opgave van de brancheorganisatie",
)


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
    area = shapely.area(territory.buurt_shape)
    liking = np.where(np.isin(territory.shore, [SEA, LAKE]), 8.0, 1.0) * np.sqrt(area)
    liking[(territory.built > 0.3) | (area < 1.2e6)] = 0.0
    chosen = rng.choice(len(area), size=count, replace=False, p=liking / liking.sum())
    hectares = np.exp(rng.uniform(np.log(4.5), np.log(29.0), count))
    shapes = np.array(
        [_park_shape(territory.buurt_shape[at], ha, rng) for at, ha in zip(chosen, hectares, strict=True)]
    )
    addresses = np.clip(np.round(shapely.area(shapes) / 1e4 * rng.uniform(11.0, 19.0, count)), 60, 500).astype(np.int64)
    names = invent("park", rng)
    order = np.argsort(territory.buurt[chosen], kind="stable")
    return Parks(
        code=np.array([f"PK{9001 + at}" for at in range(count)]),
        name=np.array([park_title(next(names), rng) for _ in range(count)]),
        buurt=territory.buurt[chosen][order],
        addresses=addresses[order],
        geometry=shapes[order],
    )


def _park_shape(buurt: shapely.Polygon, hectares: float, rng: np.random.Generator) -> shapely.Polygon:
    """A lobed blob of a given area in the widest part of a buurt, pushed towards one side."""
    largest = max(shapely.get_parts(buurt), key=lambda part: float(part.area))
    circle = shapely.maximum_inscribed_circle(largest, tolerance=20.0)
    centre = np.array(shapely.get_coordinates(circle)[0])
    room = 0.9 * float(shapely.length(circle))
    turn = np.linspace(0.0, 2.0 * np.pi, 36, endpoint=False)
    phase = rng.uniform(0.0, 2.0 * np.pi, 3)
    radius = 1.0 + sum(
        0.16 / lobe**0.5 * np.cos(lobe * turn + angle) for lobe, angle in zip((2, 3, 5), phase, strict=True)
    )
    blob = np.column_stack([np.cos(turn), np.sin(turn)]) * radius[:, None]
    unit = shapely.area(shapely.polygons(blob))
    size = min(np.sqrt(hectares * 1e4 / unit), 0.95 * room / radius.max())
    drift = rng.uniform(-1.0, 1.0, 2) * max(room - size * radius.max(), 0.0) / np.sqrt(2.0)
    return shapely.polygons(np.round(centre + drift + blob * size, 1))


def park_definition(code: str) -> str:
    """Tell which definition put a park on the list."""
    return DEFINITIONS[int(code[2:]) % len(DEFINITIONS)]
