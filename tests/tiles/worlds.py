"""Random coverages, and measures of what became of them in tiles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from hypothesis import assume
from hypothesis import strategies as st

from geo.areas import FloatArray, Layer, ObjectArray
from tiles.archive import Reader
from tiles.coverage import TOLERANCE, Coverage
from tiles.features import Feature, TileLayer, ring_area
from tiles.mvt import decode_tile
from tiles.scheme import HALF_WORLD, tile_address, unit_length

Edge = tuple[float, ...]


def layer_of(geometry: ObjectArray, level: str = "buurt") -> Layer:
    """Return a layer with these polygons and made-up codes."""
    count = len(geometry)
    code = np.array([f"BU{index:08d}" for index in range(count)])
    return Layer(level, code, code, np.full(count, ""), np.full(count, "area"), geometry)


@st.composite
def coverages(draw: st.DrawFn, *, smallest: float = 50.0, largest: float = 60_000.0) -> Layer:
    """Draw a coverage in RD: cells of random points, some merged into multiparts and rings, some left out as water.

    Args:
        draw: Given by hypothesis.
        smallest: Least width of the whole, metres.
        largest: Greatest width of the whole, metres.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(8, 60))
    width = draw(st.floats(smallest, largest))
    corner = draw(st.sampled_from([(0.0, 300_000.0), (120_000.0, 480_000.0), (300_000.0 - width, 625_000.0 - width)]))
    xy = np.array(corner) + width * rng.random((count, 2))
    window = shapely.box(*corner, corner[0] + width, corner[1] + width)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy)))
    cells = cells[shapely.within(cells, window)]
    cells = shapely.transform(cells, lambda pair: np.round(pair, 3))
    assume(len(cells) >= 3 and shapely.is_valid(cells).all())
    group = rng.integers(0, max(2, len(cells) * 2 // 3), len(cells))
    merged = [shapely.coverage_union_all(cells[group == label]) for label in np.unique(group[group > 0])]
    assume(merged)
    geometry = np.array(merged, dtype=object)
    assume(shapely.is_valid(geometry).all() and shapely.coverage_is_valid(geometry))
    return layer_of(geometry)


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


def rounded_alone(coverage: Coverage, zoom: int) -> ObjectArray:
    """Return the simplified coverage in world units, rounded and not mended: what borders should be."""
    unit = unit_length(zoom)
    shapes = shapely.coverage_simplify(coverage.geometry, tolerance=TOLERANCE * unit)
    return shapely.transform(
        shapes,
        lambda xy: np.floor(np.column_stack([HALF_WORLD + xy[:, 0], HALF_WORLD - xy[:, 1]]) / unit + 0.5 + 1e-6),
    )


def polygons(feature: Feature) -> shapely.MultiPolygon:
    """Return the polygons of a decoded feature: each outer ring with the holes after it."""
    shapes: list[tuple[tuple, list]] = []
    for ring in feature.parts:
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
