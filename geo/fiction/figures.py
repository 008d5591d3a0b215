"""Give buurten homes, draw vacation parks, and turn a register of addresses into the public figures of every level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.areas import FloatArray, ObjectArray, StrArray
from geo.fiction.country import AddressRegister, IntArray
from geo.fiction.landscape import LAKE, SEA
from geo.fiction.names import invent, park_title
from geo.fiction.partition import share_out
from geo.fiction.territory import Territory

#: Homes per km2: in the country, and in a town.
RURAL_HOMES, TOWN_HOMES = 7.0, 1_650.0


@dataclass(frozen=True, slots=True, eq=False)
class Parks:
    """Vacation parks in ascending order of code.

    Args:
        code: (p,) codes.
        name: (p,) names.
        buurt: (p,) code of the buurt that holds the park.
        addresses: (p,) recreation objects with an address.
        definition: (p,) which definition of a park was used, as real sources differ in it.
        geometry: (p,) polygons, each inside one buurt.
    """

    code: StrArray
    name: StrArray
    buurt: StrArray
    addresses: IntArray
    definition: StrArray
    geometry: ObjectArray


def choose_works(territory: Territory, *, seed: int) -> np.ndarray:  # type: ignore[type-arg]
    """Choose the buurten that are business estates: 6% of the built-up ones, at the edges of towns.

    Args:
        territory: The areas.
        seed: Seed of the choice.

    Returns:
        (b,) whether a buurt is a business estate.
    """
    rng = np.random.default_rng([seed, 5])
    chance = np.where((territory.built > 0.4) & (territory.built < 0.97), 0.22, 0.02)
    return np.asarray((territory.built > 0.4) & (rng.uniform(size=len(chance)) < chance))


def share_homes(territory: Territory, works: np.ndarray, *, homes: int, seed: int) -> IntArray:  # type: ignore[type-arg]
    """Share out the homes over buurten by area and by how built-up they are.

    Args:
        territory: The areas.
        works: (b,) whether a buurt is a business estate.
        homes: Homes to share out.
        seed: Seed of the differences between buurten.

    Returns:
        (b,) homes.
    """
    rng = np.random.default_rng([seed, 6])
    area = shapely.area(territory.buurt_shape) / 1e6
    density = RURAL_HOMES + territory.built**2 * TOWN_HOMES
    weight = area * density * np.exp(rng.normal(0.0, 0.3, len(area))) * np.where(works, 0.03, 1.0)
    return share_out(homes, weight)


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
    definitions = np.array(
        ["recreatieobjecten in de BAG", "opgave van de gemeente", "lidmaatschap van een brancheorganisatie"]
    )
    order = np.argsort(territory.buurt[chosen], kind="stable")
    return Parks(
        code=np.array([f"PK{9001 + at}" for at in range(count)]),
        name=np.array([park_title(next(names), rng) for _ in range(count)]),
        buurt=territory.buurt[chosen][order],
        addresses=addresses[order],
        definition=definitions[rng.integers(0, 3, count)],
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


def count_by(codes: StrArray, of: StrArray, weights: FloatArray) -> FloatArray:
    """Add up weights by code.

    Args:
        codes: (n,) ascending codes to report on.
        of: (m,) code of each record, all of them in `codes`.
        weights: (m,) what to add up.

    Returns:
        (n,) totals.
    """
    return np.bincount(np.searchsorted(codes, of), weights, len(codes))


def register_figures(register: AddressRegister, buurt: StrArray) -> dict[str, FloatArray]:
    """Count persons, households and homes in each buurt, exactly.

    Args:
        register: The addresses.
        buurt: (n,) ascending codes of all buurten.

    Returns:
        "inhabitants", "households" and "homes", each (n,).
    """
    return {
        "inhabitants": count_by(buurt, register.buurt, register.residents.astype(np.float64)),
        "households": count_by(buurt, register.buurt, (register.residents > 0).astype(np.float64)),
        "homes": count_by(buurt, register.buurt, (register.use == "home").astype(np.float64)),
    }


def round_to_five(values: FloatArray) -> FloatArray:
    """Round to the nearest multiple of five, as Statistics Netherlands does for buurten and wijken."""
    return np.asarray(5.0 * np.floor(values / 5.0 + 0.5))
