"""The lie of the land: coast, island, lakes, river and settlements as fields that can be evaluated anywhere.

`height` is positive on land and negative on water, roughly in metres to the waterline; `inland` is positive inside the
country and negative abroad. The waterline and the border are the zero lines of these fields.
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

#: Kinds of ground, as returned by `ground_kind`.
LAND, SEA, LAKE, RIVER = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """Everything that decides where there is land, water and town.

    Args:
        plan: Measures of the country.
        lattices: Noise gradients by purpose.
        islands: (k, 5) centre x, y, long and short half-axis, slope of the long axis.
        lakes: (k, 3) centre x, y and radius.
        river: (m, 2) points of the river's centre line from source to mouth.
        river_half_width: (m,) metres.
        towns: (t, 2) centres of settlements; the first `plan.gemeenten` are main towns.
        persons: (t,) inhabitants aimed at.
    """

    plan: Plan
    lattices: dict[str, FloatArray]
    islands: FloatArray
    lakes: FloatArray
    river: FloatArray
    river_half_width: FloatArray
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
    river, half_width = _draw_river(plan, lattices["river"])
    frame = np.array([plan.west, plan.south])
    size = np.array([plan.width, plan.height])
    islands = np.array([[0.30, 0.915, 0.115, 0.030, 0.16], [0.085, 0.20, 0.035, 0.022, 0.5]])
    islands[:, :2] = frame + islands[:, :2] * size
    islands[:, 2:4] *= plan.width
    lakes = np.array([[0.60, 0.565, 0.052], [0.44, 0.20, 0.022]])
    lakes[:, :2] = frame + lakes[:, :2] * size
    lakes[:, 2] *= plan.width
    bare = Landscape(plan, lattices, islands, lakes, river, half_width, np.zeros((0, 2)), np.zeros(0))
    towns, persons = _settle(bare, rng)
    return Landscape(plan, lattices, islands, lakes, river, half_width, towns, persons)


def _draw_river(plan: Plan, lattice: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The river runs from the eastern border to the western sea, meanders and widens to an estuary."""
    steps = int(plan.width * 1.2 / (160.0 * plan.scale))
    along = np.linspace(1.12, -0.08, steps)
    x = plan.west + along * plan.width
    line = np.column_stack([x, np.full(steps, plan.south)])
    wide = fractal(line, lattice=lattice, wavelength=plan.width * 0.22, octaves=2) * plan.height * 0.085
    small = noise(line + 9e5, lattice=lattice, wavelength=plan.width * 0.055) * plan.height * 0.022
    y = plan.south + plan.height * (0.36 + 0.10 * along) + wide + small
    from_mouth = np.maximum(along - 0.10, 0.0) * plan.width / plan.scale
    half_width = (75.0 + 1_500.0 * np.exp(-from_mouth / 2_600.0)) * plan.scale**0.7
    return np.column_stack([x, y]), half_width


def coast_height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field of sea and islands, without inland waters.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) metres, positive on land.
    """
    plan = land.plan
    east = points[:, 0] - plan.west - 0.13 * plan.width
    north = plan.south + 0.83 * plan.height - points[:, 1]
    soft = 0.12 * plan.width
    corner = 0.5 * (east + north - np.sqrt((east - north) ** 2 + soft**2)) + 0.3 * soft
    ragged = fractal(points, lattice=land.lattices["coast"], wavelength=0.30 * plan.width, octaves=7, gain=0.52)
    height = corner + 0.16 * plan.width * ragged
    for x, y, long, short, slope in land.islands:
        dx, dy = points[:, 0] - x, points[:, 1] - y - slope * (points[:, 0] - x)
        oval = (1.0 - np.sqrt((dx / long) ** 2 + (dy / short) ** 2)) * short
        height = np.maximum(height, oval + 0.35 * short * ragged)
    return height


def height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field: positive on land, negative on sea, lakes and river.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) roughly the metres to the nearest waterline.
    """
    return np.minimum(np.minimum(coast_height(land, points), lake_height(land, points)), river_height(land, points))


def lake_height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field of the lakes alone: negative in a lake."""
    result = np.full(len(points), np.inf)
    for x, y, radius in land.lakes:
        shore = fractal(points, lattice=land.lattices["lake"], wavelength=1.4 * radius, octaves=4)
        distance = np.hypot(points[:, 0] - x, (points[:, 1] - y) * 1.35)
        result = np.minimum(result, distance - radius * (1.0 + 0.55 * shore))
    return result


def river_height(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the height field of the river alone: negative in the river."""
    distance, nearest = cKDTree(land.river).query(points)
    return np.asarray(distance - land.river_half_width[nearest])


def ground_kind(land: Landscape, points: FloatArray) -> IntArray:
    """Tell land, sea, lake and river apart.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) `LAND`, `SEA`, `LAKE` or `RIVER`.
    """
    kind = np.full(len(points), LAND, dtype=np.int64)
    kind[river_height(land, points) < 0] = RIVER
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
    ragged = fractal(points, lattice=land.lattices["border"], wavelength=0.22 * plan.width, octaves=3)
    return np.minimum(east, south) + 0.06 * plan.width * ragged


def _settle(land: Landscape, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Place main towns evenly but not regularly, villages between them, and give each a size."""
    plan = land.plan
    mains = _spread(land, plan.gemeenten, rng)
    villages = _spread(land, plan.villages, rng)
    apart = np.sqrt(0.45 * plan.width * plan.height / (np.pi * plan.gemeenten)) * 0.38
    villages = villages[cKDTree(mains).query(villages)[0] > apart]
    rank = rng.permutation(plan.gemeenten) + 1.0
    town_size = rank**-0.62 * rng.uniform(0.85, 1.2, plan.gemeenten)
    village_size = np.exp(rng.normal(0.0, 0.6, len(villages)))
    people = plan.homes * 2.34
    persons = np.concatenate(
        [town_size / town_size.sum() * people * 0.70, village_size / village_size.sum() * people * 0.20]
    )
    return np.concatenate([mains, villages]), persons


def _spread(land: Landscape, count: int, rng: np.random.Generator) -> FloatArray:
    """Draw points on land that keep their distance, by a few rounds of moving each to the middle of its surroundings."""
    plan = land.plan
    draw = rng.uniform(size=(max(60 * count, 20_000), 2)) * [plan.width, plan.height] + [plan.west, plan.south]
    ground = draw[(height(land, draw) > 250.0 * plan.scale**0.5) & (inland(land, draw) > 400.0)]
    points = ground[:count]
    for _ in range(4):
        nearest = cKDTree(points).query(ground)[1]
        share = np.bincount(nearest, minlength=count)
        centre = np.column_stack([np.bincount(nearest, ground[:, axis], count) for axis in (0, 1)]) / share[:, None]
        points = 0.6 * centre + 0.4 * points
    return np.asarray(ground[cKDTree(ground).query(points)[1]])
