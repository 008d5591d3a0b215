"""Build the territory: mesh, division into gemeenten, wijken and buurten, codes, and polygons for land and water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.areas import FloatArray, ObjectArray, StrArray
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.landscape import LAKE, LAND, RIVER, SEA, Landscape, ground_kind, height, inland
from geo.fiction.mesh import Arcs, Mesh, draw_arcs, make_mesh
from geo.fiction.noise import noise
from geo.fiction.outlines import trace
from geo.fiction.partition import Ground, divide, main_areas, share_out
from geo.fiction.sites import buurt_density, scatter_sites, town_level

#: Islets and ponds of fewer mesh cells are left out.
SMALLEST = 7

#: Width of the strip of sea that belongs to gemeenten, metres (in units of `height`).
TERRITORIAL = 1_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """The areas of a fictional country before they have names and figures.

    Args:
        buurt: (b,) codes, ascending.
        buurt_shape: (b,) polygons.
        wijk_shape: (w,) polygons.
        gemeente_shape: (g,) polygons.
        wijk: (w,) codes, ascending.
        gemeente: (g,) codes, ascending.
        wijk_of: (b,) position of each buurt's wijk.
        gemeente_of: (w,) position of each wijk's gemeente.
        built: (b,) built-up share, 0-1.
        shore: (b,) kind of water that the buurt borders on, `LAND` for none.
        water_shape: (k,) polygons of water per gemeente and kind.
        water_kind: (k,) `SEA`, `LAKE` or `RIVER`.
        water_gemeente: (k,) position of the gemeente.
    """

    buurt: StrArray
    wijk: StrArray
    gemeente: StrArray
    wijk_of: IntArray
    gemeente_of: IntArray
    buurt_shape: ObjectArray
    wijk_shape: ObjectArray
    gemeente_shape: ObjectArray
    built: FloatArray
    shore: IntArray
    water_shape: ObjectArray
    water_kind: IntArray
    water_gemeente: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Which area each site of the mesh belongs to, by position in the order of codes; -1 for none."""

    gemeente: IntArray
    wijk_of: IntArray
    gemeente_of: IntArray
    buurt: IntArray


def make_territory(land: Landscape, *, seed: int) -> Territory:
    """Build the territory of a landscape.

    Args:
        land: The landscape.
        seed: Seed of everything random.

    Returns:
        The territory.
    """
    rng = np.random.default_rng([seed, 2])
    mesh = make_mesh(scatter_sites(land, rng))
    kind, mine = _ground(land, mesh)
    built = town_level(land, mesh.sites)[0]
    content = _content(land, mesh, kind, mine)
    division = _divide(land, mesh, content, built, rng)
    wet = (kind != LAND) & (division.gemeente >= 0) & mine
    bodies, body = np.unique(division.gemeente[wet] * 4 + kind[wet], return_inverse=True)
    buurten = len(division.wijk_of)
    labels = np.where(mine & (kind == LAND), division.buurt, -1)
    labels[wet] = buurten + body
    arcs = _arcs(land, mesh, labels, kind, seed)
    return _outline(arcs, division, labels, kind, bodies, mesh, built)


def _ground(land: Landscape, mesh: Mesh) -> tuple[IntArray, BoolArray]:
    """Kind of each site, and whether it belongs to the country."""
    plan = land.plan
    level = height(land, mesh.sites)
    kind = ground_kind(land, mesh.sites)
    frame = 300.0 * plan.scale**0.5
    low = np.array([plan.west, plan.south])
    framed = np.all((mesh.sites > low - frame) & (mesh.sites < low + [plan.width, plan.height] + frame), axis=1)
    mine = framed & (inland(land, mesh.sites) > 0) & (level > -TERRITORIAL * plan.scale**0.5)
    kind = _fill(mesh, kind, kind == LAND, SEA)
    kind = _fill(mesh, kind, kind != LAND, LAND)
    kind = _fill(mesh, kind, kind == LAND, SEA)
    return kind, mine & _large(mesh, mine, 40)


def _large(mesh: Mesh, member: BoolArray, least: int) -> BoolArray:
    """Mark the members that lie in a connected part of at least so many sites."""
    edges = mesh.edges[member[mesh.edges].all(axis=1)]
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(member), len(member)))
    part = connected_components(graph, directed=False)[1]
    return np.asarray(member & (np.bincount(part)[part] >= least))


def _fill(mesh: Mesh, kind: IntArray, member: BoolArray, to: int) -> IntArray:
    """Give small connected parts another kind."""
    return np.where(member & ~_large(mesh, member, SMALLEST), to, kind)


def _content(land: Landscape, mesh: Mesh, kind: IntArray, mine: BoolArray) -> FloatArray:
    """Content to divide: buurten aimed at in the cell; 0 on water, -1 abroad."""
    a, b, c = (mesh.sites[mesh.triangles[:, corner]] for corner in range(3))
    third = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 6.0
    area = np.bincount(mesh.triangles.ravel(), np.repeat(third, 3), len(kind))
    content = buurt_density(land, mesh.sites) * area
    content[kind != LAND] = 0.0
    abroad = inland(land, mesh.sites) < 0
    content[abroad | (~mine & (kind == LAND))] = -1.0
    return np.asarray(content)


def _divide(land: Landscape, mesh: Mesh, content: FloatArray, built: FloatArray, rng: np.random.Generator) -> Division:
    """Divide into gemeenten, wijken and buurten, and number them in the order of their codes."""
    plan = land.plan
    ends = mesh.edges
    length = np.hypot(*(mesh.sites[ends[:, 0]] - mesh.sites[ends[:, 1]]).T)
    chance = rng.uniform(0.5, 1.6, len(ends))
    wet = (content[ends] == 0).any(axis=1)
    town = built[ends] > 0.4
    leaving, within = town[:, 0] != town[:, 1], town.all(axis=1)
    metres = length * chance * np.where(within, 0.15, 1.0) + 1_800.0 * wet * plan.scale**0.5
    gemeente = main_areas(Ground(mesh.sites, ends, metres, content), land.towns[: plan.gemeenten])
    steps = chance + 5.0 * leaving + 6.0 * wet
    ground = Ground(mesh.sites, ends, steps, content)
    wijk_of, gemeente_of, buurt = _numbered(plan.wijken, plan.buurten, ground, gemeente, plan.gemeenten)
    return Division(gemeente, wijk_of, gemeente_of, buurt)


def _numbered(
    wijken: int, buurten: int, ground: Ground, gemeente: IntArray, gemeenten: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Divide gemeenten into wijken and these into buurten; return the parents and each site's buurt."""
    dry = (ground.content > 0) & (gemeente >= 0)
    weight = np.bincount(gemeente[dry], ground.content[dry], gemeenten)
    wijk_counts = share_out(wijken, weight)
    wijk = divide(ground, gemeente, wijk_counts, rounds=3)
    gemeente_of = np.repeat(np.arange(gemeenten), wijk_counts)
    dry &= wijk >= 0
    buurt_counts = share_out(buurten, np.bincount(wijk[dry], ground.content[dry], wijken))
    buurt = divide(ground, wijk, buurt_counts, rounds=3)
    return np.repeat(np.arange(wijken), buurt_counts), gemeente_of, buurt


def _arcs(land: Landscape, mesh: Mesh, labels: IntArray, kind: IntArray, seed: int) -> Arcs:
    """Draw borders: at the waterline where land meets water, elsewhere somewhere between the sites."""
    rng = np.random.default_rng([seed, 3])
    crossing = rng.uniform(0.36, 0.64, len(mesh.edges))
    level = height(land, mesh.sites)[mesh.edges]
    shore = (kind[mesh.edges] == LAND).sum(axis=1) == 1
    shore &= np.sign(level[:, 0]) != np.sign(level[:, 1])
    fall = level[:, 0] - level[:, 1]
    line = np.clip(level[:, 0] / np.where(fall == 0, 1.0, fall), 0.15, 0.85)
    crossing = np.where(shore, line, crossing)
    middle = mesh.sites[mesh.triangles].mean(axis=1)
    lattice = land.lattices["border"]
    rough = np.clip(0.5 + 0.9 * noise(middle, lattice=lattice, wavelength=2_100.0), 0.05, 1.0)
    return draw_arcs(mesh, labels, crossing=crossing, rough=rough, seed=seed)


def _outline(
    arcs: Arcs, division: Division, labels: IntArray, kind: IntArray, bodies: IntArray, mesh: Mesh, built: FloatArray
) -> Territory:
    """Trace every level from the same arcs."""
    buurten, wijken, gemeenten = len(division.wijk_of), len(division.gemeente_of), int(division.gemeente_of.max()) + 1
    none = np.full(len(bodies) + 1, -1)
    as_buurt = np.concatenate([np.arange(buurten), none])
    as_wijk = np.concatenate([division.wijk_of, none])
    as_gemeente = np.concatenate([division.gemeente_of[division.wijk_of], none])
    as_water = np.concatenate([np.full(buurten, -1), np.arange(len(bodies)), [-1]])
    dry = (labels >= 0) & (labels < buurten)
    share = np.bincount(labels[dry], built[dry], buurten) / np.bincount(labels[dry], minlength=buurten)
    gemeente, wijk, buurt = _codes(division.wijk_of, division.gemeente_of)
    return Territory(
        buurt=buurt,
        wijk=wijk,
        gemeente=gemeente,
        wijk_of=division.wijk_of,
        gemeente_of=division.gemeente_of,
        buurt_shape=trace(arcs, as_buurt, count=buurten),
        wijk_shape=trace(arcs, as_wijk, count=wijken),
        gemeente_shape=trace(arcs, as_gemeente, count=gemeenten),
        built=share,
        shore=_shore(mesh, labels, kind, buurten),
        water_shape=trace(arcs, as_water, count=len(bodies)),
        water_kind=bodies % 4,
        water_gemeente=bodies // 4,
    )


def _shore(mesh: Mesh, labels: IntArray, kind: IntArray, buurten: int) -> IntArray:
    """Kind of water each buurt borders on: sea before lake before river."""
    ends = np.concatenate([mesh.edges, mesh.edges[:, ::-1]])
    ends = ends[(labels[ends[:, 0]] >= 0) & (labels[ends[:, 0]] < buurten)]
    shore = np.full(buurten, LAND, dtype=np.int64)
    for water in (RIVER, LAKE, SEA):
        shore[labels[ends[kind[ends[:, 1]] == water, 0]]] = water
    return shore


def _codes(wijk_of: IntArray, gemeente_of: IntArray) -> tuple[StrArray, StrArray, StrArray]:
    """Number gemeenten from GM9001, wijken and buurten within their parent from 00."""
    gemeente = np.array([f"GM{9001 + at}" for at in range(int(gemeente_of.max()) + 1)])
    wijk_number = np.arange(len(gemeente_of)) - np.searchsorted(gemeente_of, gemeente_of)
    buurt_number = np.arange(len(wijk_of)) - np.searchsorted(wijk_of, wijk_of)
    wijk = np.array([f"WK{gemeente[g][2:]}{n:02d}" for g, n in zip(gemeente_of, wijk_number, strict=True)])
    buurt = np.array([f"BU{wijk[w][2:]}{n:02d}" for w, n in zip(wijk_of, buurt_number, strict=True)])
    return gemeente, wijk, buurt
