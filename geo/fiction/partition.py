"""Divide the mesh into gemeenten, wijken and buurten: connected, of about equal content, each inside its parent.

Every level is a Voronoi diagram on the graph of the mesh with random step costs (multi-source Dijkstra), relaxed by
moving each seed to the middle of its area. Stepping over a town's edge is dear and stepping over water dearer, so
borders follow both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geo.areas import FloatArray
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.hilbert import hilbert_index
from zicht.errors import BoundaryError

#: Land cut off by water with less than this share of all content counts as an island.
ISLAND = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What the division needs to know of the mesh.

    Args:
        sites: (n, 2) RD metres.
        edges: (e, 2) neighbouring sites.
        cost: (e,) cost of a step, above 0.
        content: (n,) content to divide equally; 0 on water, negative abroad (never divided).
    """

    sites: FloatArray
    edges: IntArray
    cost: FloatArray
    content: FloatArray


def share_out(total: int, weights: FloatArray, *, most: IntArray | None = None) -> IntArray:
    """Share out a whole number by largest remainders, at least one each.

    Args:
        total: What to share out, at least the number of weights.
        weights: (n,) weights, not negative, not all 0.
        most: (n,) upper bounds, at least 1 each; what they hold back goes to the others.

    Returns:
        (n,) whole numbers that sum to the total.

    Raises:
        BoundaryError: The upper bounds sum to less than the total.
    """
    bound = np.full(len(weights), total) if most is None else most
    shares = np.ones(len(weights), dtype=np.int64)
    while (left := total - int(shares.sum())) > 0:
        open_ = np.where(shares < bound, weights, 0.0)
        if not open_.any():
            raise BoundaryError("A fictional area has too little land to be divided.", remedy="Choose another seed.")
        exact = left * open_ / open_.sum()
        extra = np.floor(exact).astype(np.int64)
        rest = np.argsort(-(exact - extra), kind="stable")[: left - int(extra.sum())]
        extra[rest] += 1
        shares = np.minimum(shares + extra, bound)
    return shares


def divide(ground: Ground, parent: IntArray, counts: IntArray, *, rounds: int) -> IntArray:
    """Divide every parent area into a given number of areas.

    Args:
        ground: The mesh with costs and contents.
        parent: (n,) parent area of each site, -1 for none.
        counts: (p,) areas wanted in each parent, at least 1.
        rounds: How often seeds move to the middle of their areas.

    Returns:
        (n,) area of each site, numbered parent by parent; -1 where the parent is -1.

    Raises:
        BoundaryError: A parent has fewer sites on land than areas wanted.
    """
    seeds = _first_seeds(ground, parent, counts)
    inside = parent[ground.edges[:, 0]] == parent[ground.edges[:, 1]]
    inside &= parent[ground.edges[:, 0]] >= 0
    edges, cost = ground.edges[inside], ground.cost[inside]
    graph = csr_array((cost, (edges[:, 0], edges[:, 1])), shape=(len(parent), len(parent)))
    area = grow(graph, seeds)
    for _ in range(rounds):
        seeds = _middles(ground, area, seeds)
        area = grow(graph, seeds)
    return absorb(ground, area, parent)


def grow(graph: csr_array, seeds: IntArray) -> IntArray:
    """Give each site the number of the seed that is cheapest to reach; -1 where none can be reached."""
    _, _, source = dijkstra(graph, directed=False, indices=seeds, min_only=True, return_predecessors=True)
    number = np.full(graph.shape[0] + 1, -1, dtype=np.int64)
    number[seeds] = np.arange(len(seeds))
    return np.asarray(number[np.where(source < 0, -1, source)])


def _first_seeds(ground: Ground, parent: IntArray, counts: IntArray) -> IntArray:
    """Cut each parent's land into equal lengths of Hilbert's curve; the middle of each length is a seed."""
    land = np.flatnonzero((ground.content > 0) & (parent >= 0))
    order = land[np.lexsort([hilbert_index(ground.sites[land]), parent[land]])]
    size = np.bincount(parent[land], minlength=len(counts))
    if np.any(size < counts):
        raise BoundaryError("A fictional area has too little land to be divided.", remedy="Choose another seed.")
    first = np.cumsum(size) - size
    of = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(order[first[of] + ((2 * nth + 1) * size[of]) // (2 * counts[of])])


def _middles(ground: Ground, area: IntArray, seeds: IntArray) -> IntArray:
    """Move each seed to the site on its land nearest to the middle of that land."""
    land = np.flatnonzero((ground.content > 0) & (area >= 0))
    weight = np.bincount(area[land], ground.content[land], len(seeds))
    middle = np.column_stack(
        [np.bincount(area[land], ground.content[land] * ground.sites[land, axis], len(seeds)) for axis in (0, 1)]
    )
    away = np.hypot(*(ground.sites[land] - (middle / weight[:, None])[area[land]]).T)
    order = np.lexsort([away, area[land]])
    nearest = order[np.flatnonzero(np.diff(area[land][order], prepend=-1))]
    moved = seeds.copy()
    moved[area[land][nearest]] = land[nearest]
    return moved


def main_areas(ground: Ground, towns: FloatArray) -> IntArray:
    """Divide the mesh among main towns.

    Args:
        ground: The mesh with costs and contents.
        towns: (m, 2) centres of main towns.

    Returns:
        (n,) number of the town that is cheapest to reach; -1 abroad.
    """
    usable = ground.content[ground.edges].min(axis=1) >= 0
    edges, cost = ground.edges[usable], ground.cost[usable]
    count = len(ground.sites)
    land = np.flatnonzero(ground.content > 0)
    seeds = land[cKDTree(ground.sites[land]).query(towns)[1]]
    area = grow(csr_array((cost, (edges[:, 0], edges[:, 1])), shape=(count, count)), seeds)
    return absorb(ground, _unite_islands(ground, area, seeds), np.where(ground.content >= 0, 0, -1))


def _pieces(ground: Ground, member: BoolArray) -> IntArray:
    """Number the connected pieces that the chosen edges make of the sites."""
    edges, count = ground.edges[member], len(ground.sites)
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _unite_islands(ground: Ground, area: IntArray, seeds: IntArray) -> IntArray:
    """Give each island without a main town of its own wholly to the area that has most of it."""
    dry = (ground.content > 0) & (area >= 0)
    piece = _pieces(ground, dry[ground.edges[:, 0]] & dry[ground.edges[:, 1]])
    content = np.bincount(piece[dry], ground.content[dry], int(piece.max()) + 1)
    island = content < ISLAND * content.sum()
    island[piece[seeds]] = False
    small = dry & island[piece]
    pairs, of = np.unique(np.column_stack([piece[small], area[small]]), axis=0, return_inverse=True)
    order = np.argsort(np.bincount(of, ground.content[small], len(pairs)), kind="stable")
    owner = np.full(int(piece.max()) + 1, -1, dtype=np.int64)
    owner[pairs[order, 0]] = pairs[order, 1]
    return np.where(small, owner[piece], area)


def absorb(ground: Ground, area: IntArray, parent: IntArray) -> IntArray:
    """Give every detached piece of land to the area it borders on most; pieces that stand in water stay.

    Args:
        ground: The mesh with costs and contents.
        area: (n,) area of each site.
        parent: (n,) parent area of each site: a piece never leaves its parent.

    Returns:
        (n,) areas, each in one piece but for land across water.
    """
    dry = (ground.content > 0) & (area >= 0)
    both = dry[ground.edges[:, 0]] & dry[ground.edges[:, 1]]
    same = area[ground.edges[:, 0]] == area[ground.edges[:, 1]]
    piece = _pieces(ground, both & same)
    size = np.bincount(piece)
    largest = np.zeros(int(area.max()) + 1, dtype=np.int64)
    np.maximum.at(largest, area[dry], size[piece[dry]])
    loose = dry & (size[piece] < largest[area])
    across = ground.edges[both & ~same & (parent[ground.edges[:, 0]] == parent[ground.edges[:, 1]])]
    across = np.concatenate([across, across[:, ::-1]])
    across = across[loose[across[:, 0]] & ~loose[across[:, 1]]]
    pairs, often = np.unique(np.column_stack([piece[across[:, 0]], area[across[:, 1]]]), axis=0, return_counts=True)
    order = np.lexsort([pairs[:, 1], often])
    taker = np.full(len(size), -1, dtype=np.int64)
    taker[pairs[order, 0]] = pairs[order, 1]
    return np.where(loose & (taker[piece] >= 0), taker[piece], area)
