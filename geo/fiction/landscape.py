"""The lie of the land: coast, islands, lakes, river, canal and settlements as fields that can be evaluated anywhere.

`height` is positive on land and negative on water, roughly in metres to the waterline; `inland` is positive inside
the country and negative abroad. The waterline and the border are the zero lines of these fields.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geo.areas import FloatArray
from geo.fiction.country import IntArray
from geo.fiction.noise import fractal, make_lattice, noise
from geo.fiction.plan import Plan

#: Persons per square metre of built-up ground.
TOWN_DENSITY = 0.0032

#: Kinds of ground, as returned by `ground_kind`; where waters meet, the first of sea, lake, river and canal counts.
LAND, SEA, LAKE, RIVER, CANAL = 0, 1, 2, 3, 4

#: Centre (shares of the window), long and short half-axis (shares of its width), slope and bend of each island.
_ISLANDS = (
    (0.27, 0.93, 0.14, 0.022, 0.16, -0.9),
    (0.575, 0.97, 0.055, 0.016, 0.08, -0.9),
    (0.085, 0.20, 0.085, 0.045, 0.30, 0.0),
)

#: Centre (shares of the window) and radius (share of its width) of each lake.
_LAKES = ((0.60, 0.575, 0.050), (0.43, 0.19, 0.019), (0.80, 0.735, 0.016), (0.475, 0.215, 0.012))


@dataclass(frozen=True, slots=True, eq=False)
class Waterway:
    """A river or canal.

    Args:
        kind: `RIVER` or `CANAL`.
        line: (m, 2) points of the centre line, evenly spaced, RD metres.
        half_width: (m,) metres.
    """

    kind: int
    line: FloatArray
    half_width: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """Everything that decides where there is land, water and town.

    Args:
        plan: Measures of the country.
        lattices: Noise gradients by purpose.
        waterways: Rivers and canals.
        towns: (t, 2) centres of settlements; the first `plan.gemeenten` are main towns.
        persons: (t,) inhabitants aimed at.
    """

    plan: Plan
    lattices: dict[str, FloatArray]
    waterways: tuple[Waterway, ...]
    towns: FloatArray
    persons: FloatArray

    @property
    def town_radius(self) -> FloatArray:
        """(t,) Radius of each settlement in metres."""
        return np.sqrt(self.persons / (np.pi * TOWN_DENSITY))


def make_landscape(plan: Plan, rng: np.random.Generator) -> Landscape:
    """Draw coast, waters and settlements.

    Args:
        plan: Measures of the country.
        rng: Source of randomness.

    Returns:
        The landscape.
    """
    lattices = {name: make_lattice(rng) for name in ("coast", "border", "town", "river", "lake")}
    river = _draw_river(plan, lattices["river"])
    waterways = (river, _draw_canal(plan, river))
    bare = Landscape(plan, lattices, waterways, np.zeros((0, 2)), np.zeros(0))
    towns, persons = _settle(bare, rng)
    return Landscape(plan, lattices, waterways, towns, persons)


def _draw_river(plan: Plan, lattice: FloatArray) -> Waterway:
    """The river runs from the eastern border to the western sea, meanders and widens to an estuary."""
    along = np.linspace(1.12, -0.08, 400)
    x = plan.west + along * plan.width
    start = np.column_stack([x, np.full(len(x), plan.south)])
    wide = fractal(start, lattice=lattice, wavelength=plan.width * 0.25, octaves=2) * plan.height * 0.10
    loops = fractal(start + 9e5, lattice=lattice, wavelength=plan.width * 0.085, octaves=3) * plan.height * 0.05
    y = plan.south + plan.height * (0.34 + 0.11 * along) + wide + loops * np.clip(along * 4.0, 0.0, 1.0)
    line = _even(np.column_stack([x, y]), 170.0 * plan.scale)
    from_mouth = np.maximum(line[:, 0] - plan.west - 0.10 * plan.width, 0.0) / plan.scale
    half_width = (70.0 + 1_350.0 * np.exp(-from_mouth / 2_800.0)) * plan.scale**0.7
    return Waterway(RIVER, line, half_width)


def _draw_canal(plan: Plan, river: Waterway) -> Waterway:
    """The canal is dug in three straight lengths from the sea in the north past the large lake to the river."""
    low, size = np.array([plan.west, plan.south]), np.array([plan.width, plan.height])
    corners = low + np.array([[0.655, 0.98], [0.635, 0.70], [0.625, 0.575], [0.665, 0.47]]) * size
    end = river.line[cKDTree(river.line).query(corners[-1])[1]]
    line = _even(np.concatenate([corners, end[None]]), 170.0 * plan.scale)
    return Waterway(CANAL, line, np.full(len(line), 42.0 * plan.scale**0.7))


def _even(line: FloatArray, spacing: float) -> FloatArray:
    """Put points at even distances along a line."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.arange(0.0, length[-1], spacing)
    return np.column_stack([np.interp(at, length, line[:, axis]) for axis in (0, 1)])


def coast_height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field of sea and islands, without inland waters.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) metres, positive on land.
    """
    plan = land.plan
    share = (points - [plan.west, plan.south]) / plan.width
    tall = plan.height / plan.width
    east, north = share[:, 0] - 0.14, 0.84 * tall - share[:, 1]
    corner = 0.5 * (east + north - np.sqrt((east - north) ** 2 + 0.18**2)) + 0.055
    broad = fractal(points, lattice=land.lattices["coast"], wavelength=0.36 * plan.width, octaves=3, gain=0.45)
    fine = fractal(points + 4e5, lattice=land.lattices["coast"], wavelength=0.05 * plan.width, octaves=3)
    strait = np.clip(
        0.036 + 0.06 * noise(points, lattice=land.lattices["lake"], wavelength=0.16 * plan.width), 0.02, 0.1
    )
    main = corner + 0.10 * broad
    islands = np.full(len(points), -np.inf)
    for x, y, long, short, slope, bend in _ISLANDS:
        dx = (share[:, 0] - x) / long
        dy = (share[:, 1] - y * tall - slope * long * dx - bend * long * long * dx * dx) / short
        oval = (1.0 - np.sqrt(dx * dx + dy * dy)) * short
        main = np.minimum(main, -oval - strait)
        islands = np.maximum(islands, oval + 0.3 * short * broad + 0.007 * fine)
    return np.asarray(np.maximum(main + 0.011 * fine, islands) * plan.width)


def lake_height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field of the lakes alone: negative in a lake."""
    plan = land.plan
    result = np.full(len(points), np.inf)
    for x, y, radius in _LAKES:
        long = radius * plan.width
        shore = fractal(points, lattice=land.lattices["lake"], wavelength=1.5 * long, octaves=3)
        dx, dy = points[:, 0] - plan.west - x * plan.width, points[:, 1] - plan.south - y * plan.height
        result = np.minimum(result, np.hypot(dx + 0.3 * dy, 1.25 * dy) - long * (1.0 + 0.6 * shore))
    return result


def waterway_height(waterway: Waterway, points: FloatArray) -> FloatArray:
    """Evaluate the height field of one river or canal alone: negative in it."""
    distance, nearest = cKDTree(waterway.line).query(points)
    return np.asarray(distance - waterway.half_width[nearest])


def height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field: positive on land, negative on any water.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) roughly the metres to the nearest waterline.
    """
    level = np.minimum(coast_height(land, points), lake_height(land, points))
    for waterway in land.waterways:
        level = np.minimum(level, waterway_height(waterway, points))
    return level


def ground_kind(land: Landscape, points: FloatArray) -> IntArray:
    """Tell land and the kinds of water apart.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) `LAND`, `SEA`, `LAKE`, `RIVER` or `CANAL`.
    """
    kind = np.full(len(points), LAND, dtype=np.int64)
    for waterway in reversed(land.waterways):
        kind[waterway_height(waterway, points) < 0] = waterway.kind
    kind[lake_height(land, points) < 0] = LAKE
    kind[coast_height(land, points) < 0] = SEA
    return kind


def inland(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the border field: positive in the country, negative abroad.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) roughly the metres to the border.
    """
    plan = land.plan
    east = plan.west + 0.93 * plan.width - points[:, 0]
    south = points[:, 1] - plan.south - 0.08 * plan.height
    ragged = fractal(points, lattice=land.lattices["border"], wavelength=0.30 * plan.width, octaves=3)
    return np.minimum(east, south) + 0.08 * plan.width * ragged


def _settle(land: Landscape, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Place main towns evenly but not regularly, some by the water, villages between them; give each a size."""
    plan = land.plan
    ground, level = _draw_ground(land, 60 * plan.villages, rng)
    mains = _spread(ground, plan.gemeenten)
    waterside = ground[level < 700.0 * plan.scale**0.5]
    away, nearest = cKDTree(waterside).query(mains)
    ports = np.argsort(away, kind="stable")[: plan.gemeenten // 3]
    ports = ports[np.sort(np.unique(nearest[ports], return_index=True)[1])]
    mains[ports] = waterside[nearest[ports]]
    villages = _spread(rng.permutation(ground), plan.villages)
    apart = np.sqrt(0.5 * plan.width * plan.height / (np.pi * plan.gemeenten)) * 0.36
    villages = villages[cKDTree(mains).query(villages)[0] > apart]
    villages = np.concatenate([_island_villages(land), villages])
    rank = rng.permutation(plan.gemeenten) + 1.0
    town_size = rank**-0.62 * rng.uniform(0.85, 1.2, plan.gemeenten)
    village_size = np.exp(rng.normal(0.0, 0.5, len(villages)))
    people = plan.homes * 2.34
    persons = [town_size / town_size.sum() * people * 0.68, village_size / village_size.sum() * people * 0.22]
    return np.concatenate([mains, villages]), np.concatenate(persons)


def _island_villages(land: Landscape) -> FloatArray:
    """The middles of the islands, where these are land."""
    plan = land.plan
    middle = np.array([plan.west, plan.south]) + np.array([one[:2] for one in _ISLANDS]) * [plan.width, plan.height]
    return np.asarray(middle[height(land, middle) > 0])


def _draw_ground(land: Landscape, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw points on dry land and their height; fewer than asked, as water and abroad fall away."""
    plan = land.plan
    draw = rng.uniform(size=(max(count, 20_000), 2)) * [plan.width, plan.height]
    draw += np.array([plan.west, plan.south])
    level = height(land, draw)
    dry = (level > 260.0 * plan.scale**0.5) & (inland(land, draw) > 900.0 * plan.scale**0.5)
    return draw[dry], level[dry]


def _spread(ground: FloatArray, count: int) -> FloatArray:
    """Choose points that keep their distance: a few rounds of moving each towards the middle of its surroundings."""
    points = ground[:count]
    for _ in range(4):
        nearest = cKDTree(points).query(ground)[1]
        share = np.bincount(nearest, minlength=count)
        centre = np.column_stack([np.bincount(nearest, ground[:, axis], count) for axis in (0, 1)]) / share[:, None]
        points = 0.6 * centre + 0.4 * points
    return np.asarray(ground[cKDTree(ground).query(points)[1]])
