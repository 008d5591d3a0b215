"""Make the address register of a fictional country from its boundaries alone.

Homes stand along streets in built-up buurten and along roads in the country. The register depends on the boundaries
(polygons, homes per buurt, addresses per park) and the seed, so it never has to be stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.areas import BoundarySet, FloatArray, Layer, StrArray
from geo.fiction.country import AddressRegister, IntArray
from geo.fiction.lots import lots_in_buurt, lots_in_park

#: Chance of a home with 0 (vacant), 1, 2 ... 6 persons, in the country and in the heart of a town.
COUNTRY_HOMES = np.array([0.030, 0.235, 0.345, 0.145, 0.170, 0.057, 0.018])
TOWN_HOMES = np.array([0.035, 0.375, 0.305, 0.120, 0.120, 0.035, 0.010])

#: Homes per hectare at which a buurt counts as the heart of a town.
HEART = 40.0

#: In so many of the largest parks this share of the objects stands on one main address.
STACKED_PARKS, STACKED_SHARE = 2, 0.8


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Addresses of one buurt and one use."""

    points: FloatArray
    buurt: str
    use: str
    park: str
    residents: IntArray


def make_addresses(boundaries: BoundarySet, *, seed: int) -> AddressRegister:
    """Make the address register.

    Args:
        boundaries: Layer "buurt" with attribute "homes"; if there are parks, layer "park" with attribute "addresses".
        seed: Seed of everything random.

    Returns:
        The register, ordered by buurt code, homes before businesses before recreation.
    """
    rng = np.random.default_rng([seed, 11])
    # Readers differ in where a ring starts and which way it turns; the register must not.
    layers = {
        level: replace(layer, geometry=shapely.normalize(layer.geometry))
        for level, layer in boundaries.layers.items()
        if level in ("buurt", "park")
    }
    buurten, parks = layers["buurt"], layers.get("park")
    batches: list[_Batch] = []
    for at in range(len(buurten)):
        own = np.flatnonzero(parks.parent == buurten.code[at]) if parks is not None else np.zeros(0, dtype=np.int64)
        batches += _buurt_batches(buurten, at, parks, own, rng)
        batches += [_park_batch(parks, int(park), rng) for park in own] if parks is not None else []
    return _join(batches, rng)


def business_count(homes: float, hectares: float, rng: np.random.Generator) -> int:
    """Draw the number of business addresses of a buurt: more on estates with few homes, and where homes are dense."""
    dense = homes / hectares
    expected = 0.075 * homes + (1.1 * hectares if dense < 2.0 and hectares < 80.0 else 0.0)
    return int(rng.poisson(expected))


def draw_households(homes: int, hectares: float, rng: np.random.Generator) -> IntArray:
    """Draw the persons in each home of a buurt: small households where homes are dense, larger ones in the country.

    Args:
        homes: Number of homes.
        hectares: Area of the buurt.
        rng: Source of randomness.

    Returns:
        (homes,) persons; 0 for a vacant home.
    """
    town = min(homes / hectares / HEART, 1.0)
    chance = (1.0 - town) * COUNTRY_HOMES + town * TOWN_HOMES
    bounds = np.cumsum(chance)[:-1]
    return np.searchsorted(bounds, rng.uniform(size=homes), side="right").astype(np.int64)


def _buurt_batches(
    buurten: Layer, at: int, parks: Layer | None, own: IntArray, rng: np.random.Generator
) -> list[_Batch]:
    shape, code = buurten.geometry[at], str(buurten.code[at])
    homes, hectares = int(buurten.attributes["homes"][at]), float(shapely.area(shape)) / 1e4
    firms = business_count(float(homes), hectares, rng)
    if parks is not None and own.size:
        shape = shapely.difference(shape, shapely.union_all(parks.geometry[own]))
    points = lots_in_buurt(shape, homes + firms, rng)
    mixed = rng.permutation(len(points))
    residents = draw_households(homes, hectares, rng)
    return [
        _Batch(points[mixed[:homes]], code, "home", "", residents),
        _Batch(points[mixed[homes:]], code, "business", "", np.zeros(firms, dtype=np.int64)),
    ]


def _park_batch(parks: Layer, at: int, rng: np.random.Generator) -> _Batch:
    """Recreation objects; some people are registered there. In the largest parks objects share one main address."""
    count = int(parks.attributes["addresses"][at])
    points = lots_in_park(parks.geometry[at], count, rng)
    largest = np.argsort(-parks.attributes["addresses"], kind="stable")[:STACKED_PARKS]
    if at in largest:
        stacked = np.arange(count) < STACKED_SHARE * count
        points = np.where(stacked[:, None], points[0], points)
    lived_in = rng.uniform(size=count) < rng.uniform(0.03, 0.16)
    residents = np.where(lived_in, rng.choice([1, 2, 3, 4], size=count, p=[0.52, 0.30, 0.11, 0.07]), 0)
    return _Batch(points, str(parks.parent[at]), "recreation", str(parks.code[at]), residents)


def _join(batches: list[_Batch], rng: np.random.Generator) -> AddressRegister:
    size = [len(batch.points) for batch in batches]
    points = np.concatenate([batch.points for batch in batches])

    def spread(values: list[str]) -> StrArray:
        return np.repeat(np.array(values), size)

    return AddressRegister(
        address_id=pseudonyms(len(points), rng),
        x=points[:, 0].copy(),
        y=points[:, 1].copy(),
        buurt=spread([batch.buurt for batch in batches]),
        use=spread([batch.use for batch in batches]),
        park=spread([batch.park for batch in batches]),
        residents=np.concatenate([batch.residents for batch in batches]).astype(np.int64),
    )


def pseudonyms(count: int, rng: np.random.Generator) -> StrArray:
    """Draw pseudonyms of 32 hexadecimal digits.

    Args:
        count: Number of pseudonyms.
        rng: Source of randomness.

    Returns:
        (count,) pseudonyms.
    """
    digits = rng.bytes(16 * count).hex().encode("ascii")
    return np.frombuffer(digits, dtype="S32").astype("U32")
