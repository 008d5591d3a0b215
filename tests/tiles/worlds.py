"""Random coverages, and measures of what became of them in tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from hypothesis import assume
from hypothesis import strategies as st

from geo.areas import FloatArray, Layer, ObjectArray
from tiles.archive import Reader
from tiles.arcs import IntArray
from tiles.coverage import Coverage, simplify
from tiles.cut import boundary
from tiles.features import Feature, Part, TileLayer, ring_area
from tiles.mercator import DEPTH
from tiles.mvt import decode_tile
from tiles.rings import untangle
from tiles.scheme import ZoomRange, tile_address
from tiles.snap import Lines, drawn_vertices, snap
from tiles.walks import Walks

Edge = tuple[float, ...]


def layer_of(geometry: ObjectArray, level: str = "buurt") -> Layer:
    """Return a layer with these polygons and made-up codes."""
    count = len(geometry)
    code = np.array([f"BU{index:08d}" for index in range(count)])
    return Layer(level, code, code, np.full(count, ""), np.full(count, "area"), geometry)


@st.composite
def coverages(draw: st.DrawFn, *, smallest: float = 50.0, largest: float = 60_000.0) -> Layer:
    """Draw a coverage in RD: cells of points, some merged into multiparts and rings, some left out as water.

    Points lie at random, or on a grid, where four areas meet at a corner and borders run on in line, or half of them in
    a spot a thousandth as wide, so that tiny areas lie between large ones. An area may be all around another, or around
    water. `tests.tiles.test_worlds` tells what occurs.

    Args:
        draw: Given by hypothesis.
        smallest: Least width of the whole, metres.
        largest: Greatest width of the whole, metres.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(8, 60))
    width = draw(st.floats(smallest, largest))
    corner = draw(st.sampled_from([(0.0, 300_000.0), (120_000.0, 480_000.0), (300_000.0 - width, 625_000.0 - width)]))
    xy = np.array(corner) + width * _points(draw(st.sampled_from(["random", "grid", "spot"])), count, rng)
    window = shapely.box(*corner, corner[0] + width, corner[1] + width)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy)))
    cells = cells[shapely.within(cells, window)]
    cells = shapely.transform(cells, lambda pair: np.round(pair, 3))
    assume(len(cells) >= 3 and shapely.is_valid(cells).all())
    group = rng.integers(0, max(2, len(cells) * 2 // 3), len(cells))
    within = draw(st.sampled_from(["by chance", "an area", "water"]))
    if within != "by chance":
        middle = rng.integers(len(cells))
        group[shapely.intersects(cells, cells[middle])] = len(cells)
        group[middle] = len(cells) + 1 if within == "an area" else 0
    merged = [shapely.coverage_union_all(cells[group == label]) for label in np.unique(group[group > 0])]
    assume(merged)
    geometry = np.array(merged, dtype=object)
    assume(shapely.is_valid(geometry).all() and shapely.coverage_is_valid(geometry))
    return layer_of(geometry)


def _points(kind: str, count: int, rng: np.random.Generator) -> FloatArray:
    """Return (n, 2) different points between 0 and 1."""
    xy = rng.random((count, 2))
    if kind == "grid":
        return np.unique(np.floor(xy * 8) / 8 + 1 / 16, axis=0)
    if kind == "spot":
        xy[count // 2 :] = rng.uniform(0.1, 0.9, 2) + (xy[count // 2 :] - 0.5) / 1000
    return xy


def edges(geometry: ObjectArray) -> tuple[set[Edge], set[Edge]]:
    """Return the edges that occur once and those that occur twice or more, direction left out."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    start, end = points[:-1][ring[1:] == ring[:-1]], points[1:][ring[1:] == ring[:-1]]
    moving = (start != end).any(axis=1)
    start, end = start[moving], end[moving]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    both = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    unique, count = np.unique(both, axis=0, return_counts=True)
    return as_set(unique[count == 1]), as_set(unique[count > 1])


def as_set(rows: FloatArray) -> set[Edge]:
    """Return rows as a set of tuples."""
    return set(map(tuple, rows.tolist()))


def lying_on_one_another(geometry: ObjectArray) -> list[tuple[int, int]]:
    """Return the pairs of areas whose interiors meet."""
    one, other = shapely.STRtree(geometry).query(geometry)
    one, other = one[one < other], other[one < other]
    meet = shapely.relate_pattern(geometry[one], geometry[other], "2********")
    return list(zip(one[meet].tolist(), other[meet].tolist(), strict=True))


def unmatched(geometry: ObjectArray) -> set[Edge]:
    """Return the edges, on whole units, that run along another edge for some length and are not that edge.

    `shapely.coverage_is_valid` tells of these and of areas on one another too, but GEOS (3.14) names right edges where
    two rings of an area touch in a point; whole numbers leave no doubt.
    """
    rows = np.array(sorted(set.union(*edges(geometry))), dtype=np.int64).reshape(-1, 4)
    start, end = rows[:, :2], rows[:, 2:]
    lines = shapely.linestrings(rows.reshape(-1, 2, 2))
    one, other = shapely.STRtree(lines).query(lines)
    one, other = one[one != other], other[one != other]
    along = end[one] - start[one]
    in_line = [cross(along, place[other] - start[one]) == 0 for place in (start, end)]
    # How far the ends of the other lie along the one, as products with its length.
    near, far = np.sort([(along * (place[other] - start[one])).sum(1) for place in (start, end)], axis=0)
    run = np.minimum(far, (along**2).sum(1)) - np.maximum(near, 0)
    return as_set(rows[one[in_line[0] & in_line[1] & (run > 0)]])


def cut_open(geometry: ObjectArray) -> set[Edge]:
    """Return the edges, on whole units, that a vertex lies on without being an end."""
    rows = np.array(sorted(set.union(*edges(geometry))), dtype=np.int64).reshape(-1, 4)
    place = np.unique(shapely.get_coordinates(geometry).astype(np.int64), axis=0)
    lines = shapely.linestrings(rows.reshape(-1, 2, 2))
    point, edge = shapely.STRtree(lines).query(shapely.points(place))
    from_start, from_end = place[point] - rows[edge, :2], place[point] - rows[edge, 2:]
    within = (cross(from_start, from_end) == 0) & from_start.any(axis=1) & from_end.any(axis=1)
    return as_set(rows[edge[within & ((from_start * from_end).sum(1) < 0)]])


def cross(one: IntArray, other: IntArray) -> IntArray:
    """Return the cross products of (n, 2) vectors."""
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def levels(coverage: Coverage, zooms: ZoomRange) -> IntArray:
    """Return the coarsest zoom at which each vertex is left out."""
    return [coarsest for _, coarsest in simplify(coverage, zooms)][-1]


def lines_at(coverage: Coverage, zoom: int, coarsest: IntArray, buffer: int = 80) -> Lines:
    """Return the borders of a coverage as drawn at a zoom."""
    drawn = drawn_vertices(zoom, coverage.arcs, coarsest)
    return snap(drawn, coverage.x, coverage.y, DEPTH - zoom, coverage.extent, buffer)


def moved(coverage: Coverage, zoom: int) -> FloatArray:
    """Return how far each vertex lies from its own border as drawn, in world units."""
    lines = lines_at(coverage, zoom, levels(coverage, ZoomRange(zoom, zoom)))
    arcs, distance = coverage.arcs, []
    for arc in range(len(arcs.start) - 1):
        run, own = slice(*lines.start[arc : arc + 2]), arcs.vertex[slice(*arcs.start[arc : arc + 2])]
        border = shapely.linestrings(np.column_stack([lines.x[run], lines.y[run]])[[0, *range(run.stop - run.start)]])
        places = np.column_stack([coverage.x[own], coverage.y[own]]) / (1 << DEPTH - zoom)
        distance.append(shapely.distance(shapely.points(places), border))
    return np.concatenate(distance)


def drawn(coverage: Coverage, zoom: int, coarsest: IntArray | None = None, buffer: int = 80) -> ObjectArray:
    """Return the areas of a coverage as drawn at a zoom, in world units; empty polygons where nothing is left."""
    coarsest = levels(coverage, ZoomRange(zoom, zoom)) if coarsest is None else coarsest
    arcs, lines = coverage.arcs, lines_at(coverage, zoom, coarsest, buffer)
    nowhere = np.full(4, np.iinfo(np.int64).min)
    walks = (boundary(area, coverage.areas, arcs, lines) for area in range(len(coverage.areas.fid)))
    return np.array([as_polygons(untangle(walk, nowhere)) for walk in walks], dtype=object)


def far_from_outline(coverage: Coverage, shapes: ObjectArray, zoom: int, reach: float) -> int:
    """Return how many drawn edges have one side only, and lie farther from every border that had one than a reach."""
    arcs = coverage.arcs
    sides = np.bincount(arcs.half >> 1, minlength=len(arcs.start) - 1)
    places = np.column_stack([coverage.x, coverage.y])[arcs.vertex] / (1 << DEPTH - zoom)
    runs = [places[arcs.start[arc] : arcs.start[arc + 1]] for arc in np.flatnonzero(sides == 1)]
    tree = shapely.STRtree([shapely.linestrings(run) for run in runs])
    middle = shapely.points([((a + c) / 2, (b + d) / 2) for a, b, c, d in edges(shapes)[0]])
    near = tree.query(middle, predicate="dwithin", distance=reach)[0]
    return len(middle) - len(np.unique(near))


def as_polygons(rings: Walks) -> shapely.MultiPolygon:
    """Return rings as polygons: each outer ring with the holes after it."""
    points = [
        tuple(zip(rings.x[begin:end].tolist(), rings.y[begin:end].tolist(), strict=True))
        for begin, end in zip(rings.start[:-1], rings.start[1:], strict=True)
    ]
    return in_parts([ring for ring in points if ring])


def in_world_units(coverage: Coverage, zoom: int) -> ObjectArray:
    """Return the areas as they are, vertices on the plane, in world units of a zoom."""
    shapes = []
    for area in range(len(coverage.areas.fid)):
        every = Lines(coverage.arcs.start, coverage.x[coverage.arcs.vertex], coverage.y[coverage.arcs.vertex])
        walk = boundary(area, coverage.areas, coverage.arcs, every)
        shapes.append(shapely.transform(as_polygons(walk), lambda xy: xy / (1 << DEPTH - zoom)))
    return np.array(shapes, dtype=object)


def polygons(feature: Feature) -> shapely.MultiPolygon:
    """Return the polygons of a decoded feature: each outer ring with the holes after it."""
    return in_parts(feature.parts)


def in_parts(rings: Sequence[Part]) -> shapely.MultiPolygon:
    """Return polygons of rings in the order of a tile."""
    shapes: list[tuple[tuple, list]] = []
    for ring in rings:
        if ring_area(ring) > 0:
            shapes.append((ring, []))
        else:
            shapes[-1][1].append(ring)
    return shapely.MultiPolygon(shapes)


def decoded(archive: bytes) -> Iterator[tuple[tuple[int, int, int], TileLayer]]:
    """Yield (address, its one layer) for every tile of an archive."""
    reader = Reader(lambda offset, length: archive[offset : offset + length])
    for number, body in reader.tiles():
        (layer,) = decode_tile(body)
        yield tile_address(number), layer
