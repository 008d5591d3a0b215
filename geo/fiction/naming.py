"""Give the areas of a territory their names, as Dutch gemeenten do: by town, quarter, village, polder and compass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.areas import FloatArray, StrArray
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.landscape import LAKE, SEA, Landscape
from geo.fiction.names import invent
from geo.fiction.territory import Territory

#: Built-up share from which a buurt counts as part of a settlement.
BUILT = 0.45

_COMPASS = ("Oost", "Noordoost", "Noord", "Noordwest", "West", "Zuidwest", "Zuid", "Zuidoost")


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Names by level, in the order of codes; `water` in the order of the territory's waters."""

    gemeente: StrArray
    wijk: StrArray
    buurt: StrArray
    water: StrArray


def name_territory(territory: Territory, land: Landscape, *, works: BoolArray, seed: int) -> Names:
    """Name every area.

    Args:
        territory: The areas.
        land: The landscape with its settlements.
        works: (b,) whether a buurt is a business estate.
        seed: Seed of the names.

    Returns:
        The names; unique within a gemeente at each level.
    """
    rng = np.random.default_rng([seed, 4])
    towns = invent("town", rng)
    gemeente = [next(towns) for _ in territory.gemeente]
    villages = invent("village", rng, taken=frozenset(gemeente))
    settlement = gemeente + [next(villages) for _ in range(len(land.towns) - len(gemeente))]
    middle = shapely.get_coordinates(shapely.point_on_surface(territory.buurt_shape))
    nearest = cKDTree(land.towns).query(middle)[1]
    of_wijk = _settlement_of_wijk(territory, nearest)
    wijk = _name_wijken(territory, land, settlement, of_wijk, invent("polder", rng))
    buurt = _name_buurten(territory, land, settlement, nearest, middle, works, rng)
    return Names(np.array(gemeente), np.array(wijk), np.array(buurt), _name_waters(territory, rng))


def _settlement_of_wijk(territory: Territory, nearest: IntArray) -> IntArray:
    """The settlement that most built-up buurten of a wijk belong to; -1 for a rural wijk."""
    result = np.full(len(territory.wijk), -1, dtype=np.int64)
    for wijk in range(len(result)):
        inside = (territory.wijk_of == wijk) & (territory.built >= BUILT)
        if inside.any():
            result[wijk] = np.bincount(nearest[inside]).argmax()
    return result


def compass(offset: FloatArray) -> str:
    """Name the direction of an offset (east, north)."""
    slope = 0.4142
    east, north = float(offset[0]), float(offset[1])
    if abs(north) <= slope * abs(east):
        return "Oost" if east > 0 else "West"
    if abs(east) <= slope * abs(north):
        return "Noord" if north > 0 else "Zuid"
    return ("Noord" if north > 0 else "Zuid") + ("oost" if east > 0 else "west")


def _name_wijken(
    territory: Territory, land: Landscape, settlement: list[str], of_wijk: IntArray, polders: Iterator[str]
) -> list[str]:
    middle = shapely.get_coordinates(shapely.centroid(territory.wijk_shape))
    names: list[str] = []
    for wijk, town in enumerate(of_wijk):
        used = {
            name for name, of in zip(names, territory.gemeente_of, strict=False) if of == territory.gemeente_of[wijk]
        }
        options = chain(_wijk_options(land, settlement, int(town), middle[wijk]), polders)
        names.append(next(name for name in options if name not in used))
    return names


def _wijk_options(land: Landscape, settlement: list[str], town: int, middle: FloatArray) -> list[str]:
    """Names for a wijk of a settlement, best first."""
    if town < 0:
        return []
    offset = middle - land.towns[town]
    by_compass = f"{settlement[town]}-{compass(offset)}"
    if town >= land.plan.gemeenten:
        return [settlement[town], by_compass]
    heart = float(np.hypot(*offset)) < 0.45 * float(land.town_radius[town])
    return [f"{settlement[town]}-Centrum", by_compass] if heart else [by_compass]


def _name_buurten(
    territory: Territory,
    land: Landscape,
    settlement: list[str],
    nearest: IntArray,
    middle: FloatArray,
    works: BoolArray,
    rng: np.random.Generator,
) -> list[str]:
    quarters, polders = invent("quarter", rng), invent("polder", np.random.default_rng(rng.integers(2**32)))
    gemeente = territory.gemeente_of[territory.wijk_of]
    away = np.hypot(*(middle - land.towns[nearest]).T)
    names = [""] * len(territory.buurt)
    used: set[tuple[int, str]] = set()
    for at in np.lexsort([np.arange(len(away)), away]):
        town = int(nearest[at])
        built = territory.built[at] >= BUILT
        if works[at]:
            options = chain([f"Bedrijventerrein {next(quarters)}"], quarters)
        elif built:
            options = chain(
                ("Centrum", "Stationsbuurt") if town < land.plan.gemeenten else (settlement[town],), quarters
            )
        else:
            options = chain([f"Buitengebied {settlement[town]}"], polders)
        name = next(option for option in options if (int(gemeente[at]), option) not in used)
        used.add((int(gemeente[at]), name))
        names[at] = name
    return names


def _name_waters(territory: Territory, rng: np.random.Generator) -> StrArray:
    """One name for the sea, one for the river, one for each lake."""
    first = [next(invent("quarter", rng)).split("er")[0] for _ in range(3)]
    kinds = territory.water_kind
    return np.array(
        [
            f"{first[0]}erzee" if kind == SEA else f"{first[1]}ermeer" if kind == LAKE else f"{first[2]}e"
            for kind in kinds
        ]
    )
