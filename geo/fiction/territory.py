"""Build the territory: mesh, division into gemeenten, wijken and buurten, codes, and polygons for land and water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.areas import FloatArray, ObjectArray, StrArray
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.landscape import CANAL, LAKE, LAND, RIVER, SEA, Landscape, ground_kind, height, inland
from geo.fiction.mesh import Arcs, Mesh, draw_arcs, make_mesh
from geo.fiction.noise import noise
from geo.fiction.outlines import trace
from geo.fiction.partition import Ground, divide, main_areas, share_out
from geo.fiction.sites import MARGIN, buurt_density, scatter_sites, town_level

#: Islets and ponds of fewer mesh cells are left out.
SMALLEST = 7

#: A mesh cell on the waterline with a smaller share of neighbours like itself is a thorn.
THORN = 0.35

#: Width of the strip of sea that belongs to gemeenten, metres.
TERRITORIAL = 2_900.0


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
        water_shape: (k,) polygons, one for each water in each gemeente.
        water_kind: (k,) `SEA`, `LAKE`, `RIVER` or `CANAL`.
        water_body: (k,) number that the parts of one water share.
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
    water_body: IntArray
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
    water = _bodies(mesh, kind)
    bodies, body = np.unique(division.gemeente[wet] * len(kind) + water[wet], return_inverse=True)
    buurten = len(division.wijk_of)
    labels = np.where(mine & (kind == LAND), division.buurt, -1)
    labels[wet] = buurten + body
    arcs = _arcs(land, mesh, labels, kind, built, seed)
    return _outline(arcs, division, labels, kind, bodies, mesh, built)


def _bodies(mesh: Mesh, kind: IntArray) -> IntArray:
    """Number the waters: sea, river and canal by kind, each lake by one of its sites."""
    edges = mesh.edges[(kind[mesh.edges] == LAKE).all(axis=1)]
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(kind), len(kind)))
    part = connected_components(graph, directed=False)[1]
    return np.where(kind == LAKE, 8 + part, kind)


def _ground(land: Landscape, mesh: Mesh) -> tuple[IntArray, BoolArray]:
    """Kind of each site, and whether it belongs to the country."""
    plan = land.plan
    kind = _without_thorns(mesh, ground_kind(land, mesh.sites))
    frame = (MARGIN - 800.0) * plan.scale**0.5
    size = np.array([plan.width, plan.height])
    offset = mesh.sites - [plan.west, plan.south]
    framed = np.all((offset > -frame) & (offset < size + frame), axis=1)
    kind = _fill(mesh, kind, kind == LAND, SEA)
    kind = _fill(mesh, kind, kind != LAND, LAND)
    kind = _fill(mesh, kind, kind == LAND, SEA)
    kind = np.where((kind == SEA) & ~_large(mesh, kind == SEA, int(0.3 * (kind == SEA).sum())), LAKE, kind)
    mine = framed & (_belonging(land, mesh, kind) > 0)
    return kind, mine & _large(mesh, mine, 40)


def _without_thorns(mesh: Mesh, kind: IntArray) -> IntArray:
    """Drown land of one mesh cell's width in the sea or a lake, and fill such water: they would show as thorns."""
    ends = np.concatenate([mesh.edges, mesh.edges[:, ::-1]])
    alike = (kind[ends[:, 0]] == LAND) == (kind[ends[:, 1]] == LAND)
    thorn = np.bincount(ends[:, 0], alike, len(kind)) < THORN * np.bincount(ends[:, 0], minlength=len(kind))
    near = np.full(len(kind), LAND, dtype=np.int64)
    for water in (LAKE, SEA):
        near[ends[kind[ends[:, 1]] == water, 0]] = water
    return np.where(thorn & (kind == LAND), near, np.where(thorn & np.isin(kind, [SEA, LAKE]), LAND, kind))


def _belonging(land: Landscape, mesh: Mesh, kind: IntArray) -> FloatArray:
    """A field that is positive in the country and its strip of sea, and 0 on their outer border; metres."""
    border = inland(land, mesh.sites)
    shore = cKDTree(mesh.sites[(border > 0) & (kind == LAND)])
    offshore = TERRITORIAL * land.plan.scale**0.5 - shore.query(mesh.sites)[0]
    return np.where(kind == SEA, np.minimum(border, offshore), border)


def _zero_line(field: FloatArray, edges: IntArray) -> FloatArray:
    """Where a field is 0 along each edge, as share from its first site; NaN where it has one sign."""
    start, end = field[edges[:, 0]], field[edges[:, 1]]
    crosses = np.sign(start) != np.sign(end)
    share = start / np.where(crosses, start - end, 1.0)
    return np.where(crosses, np.clip(share, 0.12, 0.88), np.nan)


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
    plan, ends = land.plan, mesh.edges
    length = np.hypot(*(mesh.sites[ends[:, 0]] - mesh.sites[ends[:, 1]]).T)
    chance = rng.uniform(0.5, 1.6, len(ends))
    wet = (content[ends] == 0).any(axis=1)
    town = built[ends] > 0.4
    leaving, within = town[:, 0] != town[:, 1], town.all(axis=1)
    metres = length * chance * np.where(within, 0.15, 1.0) + 1_800.0 * wet * plan.scale**0.5
    towns = land.towns[: plan.gemeenten]
    gemeente = main_areas(Ground(mesh.sites, ends, metres, content), towns)
    ground = Ground(mesh.sites, ends, chance + 5.0 * leaving + 6.0 * wet, content)
    wijk_of, gemeente_of, buurt = _numbered(plan.wijken, plan.buurten, ground, gemeente, towns)
    return Division(gemeente, wijk_of, gemeente_of, buurt)


def _numbered(
    wijken: int, buurten: int, ground: Ground, gemeente: IntArray, towns: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Divide gemeenten into wijken and these into buurten; return the parents and each site's buurt."""
    gemeenten = len(towns)
    wijk_counts = _counts(wijken, ground, gemeente, gemeenten, least=6 * SMALLEST)
    wijk = _centre_first(ground, divide(ground, gemeente, wijk_counts, rounds=3), gemeente, towns)
    gemeente_of = np.repeat(np.arange(gemeenten), wijk_counts)
    buurt_counts = _counts(buurten, ground, wijk, wijken, least=SMALLEST)
    buurt = _centre_first(ground, divide(ground, wijk, buurt_counts, rounds=3), wijk, towns[gemeente_of])
    return np.repeat(np.arange(wijken), buurt_counts), gemeente_of, buurt


def _centre_first(ground: Ground, area: IntArray, parent: IntArray, towns: FloatArray) -> IntArray:
    """Number the areas of each parent anew, from the main town outwards."""
    member = np.flatnonzero((ground.content > 0) & (area >= 0))
    count = np.bincount(area[member])
    middle = [np.bincount(area[member], ground.sites[member, axis]) / count for axis in (0, 1)]
    above = np.zeros(len(count), dtype=np.int64)
    above[area[member]] = parent[member]
    away = np.hypot(*(np.column_stack(middle) - towns[above]).T)
    number = np.empty(len(count) + 1, dtype=np.int64)
    number[np.lexsort([away, above])] = np.arange(len(count))
    number[-1] = -1
    return np.asarray(number[area])


def _counts(total: int, ground: Ground, parent: IntArray, parents: int, *, least: int) -> IntArray:
    """Share out areas over their parents by content, but leave each area at least so many sites on land."""
    dry = (ground.content > 0) & (parent >= 0)
    content = np.bincount(parent[dry], ground.content[dry], parents).astype(np.float64)
    return share_out(total, content, most=np.maximum(np.bincount(parent[dry], minlength=parents) // least, 1))


def _arcs(land: Landscape, mesh: Mesh, labels: IntArray, kind: IntArray, built: FloatArray, seed: int) -> Arcs:
    """Draw borders: at the waterline where land meets water, elsewhere about halfway between the sites."""
    rng = np.random.default_rng([seed, 3])
    ends = mesh.edges
    crossing = rng.uniform(0.42, 0.58, len(ends))
    # Where small parts changed kind the field has the wrong sign: then the waterline passes close by the site.
    close = 25.0 * land.plan.scale**0.5
    level = height(land, mesh.sites)
    level = np.where(kind == LAND, np.maximum(level, close), np.minimum(level, -close))
    shore = _zero_line(level, ends)
    crossing = np.where((kind[ends] == LAND).sum(axis=1) == 1, shore, crossing)
    outer = _zero_line(_belonging(land, mesh, kind), ends)
    crossing = np.where((labels[ends] < 0).sum(axis=1) == 1, outer, crossing)
    crossing = np.where(np.isnan(crossing), 0.5, crossing)
    middle = mesh.sites[mesh.triangles].mean(axis=1)
    wild = np.clip(0.35 + 1.1 * noise(middle, lattice=land.lattices["border"], wavelength=3_100.0), 0.05, 0.9)
    town = built[mesh.triangles].mean(axis=1) > 0.4
    wet = (kind[mesh.triangles] != LAND).any(axis=1)
    rough = np.where(town, 0.2, np.where(wet, 0.3, wild))
    group = np.where(labels < 0, 2, (kind != LAND).astype(np.int64))
    return draw_arcs(mesh, labels, group=group, crossing=crossing, rough=rough, rng=rng)


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
        water_kind=np.where(bodies % len(kind) < 8, bodies % len(kind), LAKE),
        water_body=bodies % len(kind),
        water_gemeente=bodies // len(kind),
    )


def _shore(mesh: Mesh, labels: IntArray, kind: IntArray, buurten: int) -> IntArray:
    """Kind of water each buurt borders on: sea before lake before river."""
    ends = np.concatenate([mesh.edges, mesh.edges[:, ::-1]])
    ends = ends[(labels[ends[:, 0]] >= 0) & (labels[ends[:, 0]] < buurten)]
    shore = np.full(buurten, LAND, dtype=np.int64)
    for water in (CANAL, RIVER, LAKE, SEA):
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
