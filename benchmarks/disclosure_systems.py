"""A country as large as the Netherlands for benchmarks of disclosure control: places nested by id, events clustered.

The country is a square of 190 km. Gemeenten, wijken and buurten are the nearest of nested seeds, which crowd in towns;
hexes are lattices, each seven times finer than the one before and turned by 19.1 degrees, every hex under the nearest
one of the next lattice, so that they nest by id and not quite by shape, as H3's do. An atom is a pair of a buurt and a
finest hex where somebody lives. Nothing here is a real place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

SIDE = 190_000.0
#: Metres between the middles of neighbouring hexes of resolution 9; every coarser step is the root of seven times more.
SPACING_9 = 348.0
TURN = np.arctan(np.sqrt(3) / 5)
ADMINISTRATIVE = {"gemeente": 345, "wijk": 3_400, "buurt": 14_500}
TOWNS = 900
ADDRESSES = 460_000


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticCountry:
    """Places and atoms of a synthetic country.

    Args:
        parent: By level but the country, (n,) position of the parent in the next coarser level of the family
            (gemeente > wijk > buurt; h3-6 > h3-7 > ...); all 0 for the coarsest, which lies in the country.
        buurt: (a,) buurt of every atom.
        hexagon: (a,) finest hex of every atom.
        people: (a,) inhabitants of every atom, at least 1.
        levels: Finest last: the administrative levels, then the hexes.
    """

    parent: Mapping[str, IntArray]
    buurt: IntArray
    hexagon: IntArray
    people: IntArray
    levels: tuple[str, ...]

    @property
    def cells(self) -> int:
        """Number of cells, the country included."""
        return 1 + sum(len(parent) for parent in self.parent.values())

    def members(self, level: str) -> IntArray:
        """Return, for every atom, the area of a level that holds it."""
        family = [name for name in self.levels if name.startswith("h3-") == level.startswith("h3-")]
        at = self.hexagon if level.startswith("h3-") else self.buurt
        for finer in reversed(family[family.index(level) + 1 :]):
            at = self.parent[finer][at]
        return at

    def totals(self, count: IntArray) -> Mapping[str, IntArray]:
        """Return the count of every area of every level, "country" included.

        Args:
            count: (a,) count of every atom.
        """
        sizes = {level: len(self.parent[level]) for level in self.levels}
        sums = {level: np.bincount(self.members(level), count, sizes[level]).astype(np.int64) for level in self.levels}
        return {"country": np.array([count.sum()]), **sums}


def synthetic_country(*, finest: int = 8, coarsest: int = 6, seed: int = 20250101) -> SyntheticCountry:
    """Make a country of 345 gemeenten, 3,400 wijken and 14,500 buurten with hexes of some resolutions.

    Args:
        finest: Resolution of the finest hexes, 8 or 9.
        coarsest: Resolution of the coarsest hexes.
        seed: Where chance starts. Countries of one seed differ in their hexes only.
    """
    rng = np.random.default_rng(seed)
    towns, weights = rng.uniform(0, SIDE, (TOWNS, 2)), rng.pareto(1.3, TOWNS) + 0.3
    parent, seeds = _administrative(rng, towns, weights)
    where = _places(rng, ADDRESSES, towns, weights, spread=0.012, rural=0.32)
    # The nearest buurt: its wijk and gemeente follow by id, as they do in the Netherlands.
    buurt = np.asarray(KDTree(seeds).query(where)[1], dtype=np.int64)
    hexes, hexagon = _hexes(where, coarsest, finest)
    pairs, people = np.unique(buurt * (hexagon.max() + 1) + hexagon, return_counts=True)
    levels = (*ADMINISTRATIVE, *hexes)
    return SyntheticCountry(
        {**parent, **hexes}, pairs // (hexagon.max() + 1), pairs % (hexagon.max() + 1), people.astype(np.int64), levels
    )


def events(country: SyntheticCountry, total: int, *, seed: int = 7) -> IntArray:
    """Draw how many events each atom has: clustered in some wijken, and where people live.

    Args:
        country: The places.
        total: Number of events.
        seed: Where chance starts.

    Returns:
        (a,) counts that add up to `total`.
    """
    rng = np.random.default_rng(seed)
    wijk, buurt = country.members("wijk"), country.buurt
    risk = rng.lognormal(0, 1.0, len(country.parent["wijk"]))[wijk] * rng.lognormal(0, 0.7, buurt.max() + 1)[buurt]
    share = country.people * risk
    return rng.multinomial(total, share / share.sum()).astype(np.int64)


def _places(
    rng: np.random.Generator, count: int, towns: FloatArray, weights: FloatArray, *, spread: float, rural: float
) -> FloatArray:
    town = rng.choice(len(towns), count, p=weights / weights.sum())
    reach = spread * SIDE * np.sqrt(weights[town] / weights.mean()) * rng.gamma(1.5, 0.35, count)
    angle = rng.uniform(0, 2 * np.pi, count)
    near = towns[town] + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    far = rng.uniform(0, SIDE, (count, 2))
    return np.clip(np.where(rng.random(count)[:, None] < rural, far, near), 0, SIDE - 1)


def _administrative(
    rng: np.random.Generator, towns: FloatArray, weights: FloatArray
) -> tuple[dict[str, IntArray], FloatArray]:
    """Return the parents by level, and a point in every buurt."""
    parent: dict[str, IntArray] = {}
    above = np.zeros((1, 2))
    for level, count in ADMINISTRATIVE.items():
        # Every area has a child at least: the first ones are put where their parents are.
        seeds = np.concatenate([above, _places(rng, count - len(above), towns, weights, spread=0.015, rural=0.45)])
        nearest = KDTree(above).query(seeds)[1].astype(np.int64)
        nearest[: len(above)] = np.arange(len(above))
        order = np.argsort(nearest, kind="stable")
        parent[level], above = nearest[order], seeds[order]
    return parent, above


def _hexes(where: FloatArray, coarsest: int, finest: int) -> tuple[dict[str, IntArray], IntArray]:
    trees = {resolution: KDTree(middles(resolution)) for resolution in range(coarsest, finest + 1)}
    parent = {f"h3-{coarsest}": np.zeros(trees[coarsest].n, dtype=np.int64)}
    for resolution in range(coarsest + 1, finest + 1):
        nearest = trees[resolution - 1].query(trees[resolution].data)[1]
        parent[f"h3-{resolution}"] = np.asarray(nearest, dtype=np.int64)
    return parent, np.asarray(trees[finest].query(where)[1], dtype=np.int64)


def middles(resolution: int) -> FloatArray:
    """Return the middles of the hexes of one resolution that lie in the country."""
    step = SPACING_9 * np.sqrt(7.0) ** (9 - resolution)
    reach = int(1.5 * SIDE / step) + 2
    q, r = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    flat = step * np.column_stack([(q + r / 2).ravel(), (r * np.sqrt(3) / 2).ravel()])
    angle = TURN * (9 - resolution)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = flat @ turn.T + SIDE / 2
    inside: NDArray[np.bool_] = ((points >= 0) & (points < SIDE)).all(axis=1)
    return np.asarray(points[inside], dtype=np.float64)
