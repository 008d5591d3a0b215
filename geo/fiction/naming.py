"""Give the areas of a territory their names, as Dutch gemeenten do: by town, quarter, village, polder and compass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.areas import FloatArray, StrArray
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.landscape import CANAL, LAKE, LAND, RIVER, SEA, Landscape
from geo.fiction.names import Kind, invent, invent_river
from geo.fiction.territory import Territory

#: Built-up share from which a buurt counts as part of a settlement.
BUILT = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Names by level, in the order of codes; `water` in the order of the territory's waters.

    Args:
        gemeente: (g,) names, unique.
        wijk: (w,) names, unique within a gemeente.
        buurt: (b,) names, unique within a gemeente.
        water: (k,) names; the same for all parts of one water.
    """

    gemeente: StrArray
    wijk: StrArray
    buurt: StrArray
    water: StrArray


@dataclass(frozen=True, slots=True, eq=False)
class _Settlements:
    """Names and places of settlements; the first `mains` are the main towns of the gemeenten, in the same order."""

    name: Sequence[str]
    centre: FloatArray
    radius: FloatArray
    mains: int


def name_territory(territory: Territory, land: Landscape, *, works: BoolArray, seed: int) -> Names:
    """Name every area.

    Args:
        territory: The areas.
        land: The landscape with its settlements.
        works: (b,) whether a buurt is a business estate.
        seed: Seed of the names.

    Returns:
        The names.
    """
    rng = np.random.default_rng([seed, 4])
    towns = invent(Kind.TOWN, rng)
    gemeente = [next(towns) for _ in territory.gemeente]
    villages = invent(Kind.VILLAGE, rng)
    others = [next(villages) for _ in range(len(land.towns) - len(gemeente))]
    settlements = _Settlements(gemeente + others, land.towns, land.town_radius, len(gemeente))
    middle = shapely.get_coordinates(shapely.centroid(territory.buurt_shape))
    nearest = _own_settlement(territory, land, middle)
    wijk = _name_wijken(territory, settlements, nearest, rng)
    buurt = _name_buurten(territory, settlements, nearest, middle, works, rng)
    return Names(np.array(gemeente), np.array(wijk), np.array(buurt), _name_waters(territory, rng))


def _own_settlement(territory: Territory, land: Landscape, middle: FloatArray) -> IntArray:
    """The nearest settlement of each buurt that lies in the same gemeente."""
    gemeente = territory.gemeente_of[territory.wijk_of]
    home = gemeente[cKDTree(middle).query(land.towns)[1]]
    home[: len(territory.gemeente)] = np.arange(len(territory.gemeente))
    nearest = np.zeros(len(middle), dtype=np.int64)
    for own in range(len(territory.gemeente)):
        towns, inside = np.flatnonzero(home == own), np.flatnonzero(gemeente == own)
        nearest[inside] = towns[cKDTree(land.towns[towns]).query(middle[inside])[1]]
    return nearest


def compass(offset: FloatArray) -> str:
    """Name the direction of an offset (east, north), in eight parts."""
    east, north = float(offset[0]), float(offset[1])
    # The tangent of 22.5 degrees parts a main direction from one in between.
    slope = 0.4142
    if abs(north) <= slope * abs(east):
        return "Oost" if east > 0 else "West"
    if abs(east) <= slope * abs(north):
        return "Noord" if north > 0 else "Zuid"
    return ("Noord" if north > 0 else "Zuid") + ("oost" if east > 0 else "west")


def _name_wijken(
    territory: Territory, settlements: _Settlements, nearest: IntArray, rng: np.random.Generator
) -> list[str]:
    polders = invent(Kind.POLDER, rng)
    middle = shapely.get_coordinates(shapely.centroid(territory.wijk_shape))
    built = territory.built >= BUILT
    used: list[set[str]] = [set() for _ in territory.gemeente]
    names: list[str] = []
    for wijk, gemeente in enumerate(territory.gemeente_of):
        first, last = np.searchsorted(territory.wijk_of, [wijk, wijk + 1])
        near = nearest[first:last][built[first:last]]
        options = _wijk_options(settlements, int(np.bincount(near).argmax()), middle[wijk]) if near.size else []
        names.append(next(name for name in chain(options, polders) if name not in used[gemeente]))
        used[gemeente].add(names[-1])
    return names


def _wijk_options(settlements: _Settlements, town: int, middle: FloatArray) -> list[str]:
    """Names for a wijk of a settlement, best first."""
    offset = middle - settlements.centre[town]
    by_compass = f"{settlements.name[town]}-{compass(offset)}"
    if town >= settlements.mains:
        return [settlements.name[town], by_compass]
    heart = float(np.hypot(*offset)) < 0.45 * float(settlements.radius[town])
    return [f"{settlements.name[town]}-Centrum", by_compass] if heart else [by_compass]


def _name_buurten(
    territory: Territory,
    settlements: _Settlements,
    nearest: IntArray,
    middle: FloatArray,
    works: BoolArray,
    rng: np.random.Generator,
) -> list[str]:
    """Name buurten from the heart of each settlement outwards: what is nearest to it chooses first."""
    quarters, polders = invent(Kind.QUARTER, rng), invent(Kind.POLDER, rng)
    gemeente = territory.gemeente_of[territory.wijk_of]
    used: list[set[str]] = [set() for _ in territory.gemeente]
    names = [""] * len(territory.buurt)
    for at in np.argsort(np.hypot(*(middle - settlements.centre[nearest]).T), kind="stable"):
        town = int(nearest[at])
        if works[at]:
            options = chain(map("Bedrijventerrein {}".format, quarters))
        elif territory.built[at] >= BUILT:
            options = chain(_quarter_options(settlements, town, port=territory.shore[at] != LAND), quarters)
        else:
            options = chain([f"Buitengebied {settlements.name[town]}"], polders)
        names[at] = next(name for name in options if name not in used[gemeente[at]])
        used[gemeente[at]].add(names[at])
    return names


def _quarter_options(settlements: _Settlements, town: int, *, port: bool) -> list[str]:
    """Names for a buurt in a settlement that are better than an invented one."""
    if town >= settlements.mains:
        return [settlements.name[town]]
    return ["Centrum", *(["Havenkwartier"] if port else []), "Stationsbuurt"]


def _name_waters(territory: Territory, rng: np.random.Generator) -> StrArray:
    """Name the sea, the river, the canal and each lake."""
    lakes, villages, river = invent(Kind.LAKE, rng), invent(Kind.VILLAGE, rng), invent_river(rng)
    one = {SEA: f"{river.removesuffix('e')}zee", RIVER: river, CANAL: f"{next(villages)}ervaart"}
    bodies = sorted({int(body) for body in territory.water_body[territory.water_kind == LAKE]})
    lake = {body: next(lakes) for body in bodies}
    kinds, own = territory.water_kind.tolist(), territory.water_body.tolist()
    return np.array([lake[body] if kind == LAKE else one[kind] for kind, body in zip(kinds, own, strict=True)])
