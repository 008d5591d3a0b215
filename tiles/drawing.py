"""A level drawn at one zoom, or in one tile of it: encoded tiles, none of its areas lost.

Build time only: needs shapely and numba.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from geo.areas import StrArray
from tiles.arcs import Arcs, BoolArray, IntArray
from tiles.bodies import Labels, labels_of, tile_bodies
from tiles.coverage import Coverage, places, simplify
from tiles.cut import Areas, Pieces, cut, cut_points
from tiles.mercator import DEPTH
from tiles.scheme import TileScheme, check_tile, tile_number
from tiles.snap import Lines, drawn_vertices, snap
from zicht.errors import InvalidTopologyError

#: Of so many areas a single tile is cut by several threads.
_MANY = 500

_WORKERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A level at one zoom.

    Args:
        tiles: Encoded tiles, not compressed, by tile number.
        minimal: (n,) positions in the layer of the areas too small to draw, shown as one square unit, or of
            a level with points (`TileScheme`) as a point.
    """

    tiles: Mapping[int, bytes]
    minimal: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A level ready for single tiles to be drawn of it.

    Args:
        coverage: The areas.
        labels: Codes of all areas of the level.
        scheme: Tile size and zooms.
        lines: Borders as drawn, by zoom.
        boxes: (4, areas) west, north, east and south of each area, on the plane of `tiles.mercator`.
    """

    coverage: Coverage
    labels: Labels
    scheme: TileScheme
    lines: Mapping[int, Lines]
    boxes: IntArray


def draw(coverage: Coverage, coarsest: IntArray, labels: Labels, zoom: int, scheme: TileScheme) -> Drawing:
    """Draw a level at one zoom.

    Args:
        coverage: The areas.
        coarsest: (positions in arcs,) the coarsest zoom at which each vertex is left out.
        labels: Codes of all areas of the level.
        zoom: The zoom, of those that `coarsest` was worked out for.
        scheme: Tile size.

    Raises:
        InvalidTopologyError: An area lies in no tile of the world.
    """
    last, every = (1 << zoom) - 1, np.arange(len(coverage.areas.fid))
    lines = _lines(coverage, coarsest, zoom, scheme)
    pieces, minimal = _cut(coverage, lines, zoom, scheme, np.array([0, 0, last, last]), every)
    lost = np.setdiff1d(coverage.areas.fid, pieces.fid)
    if lost.size:
        raise InvalidTopologyError(
            f"{lost.size} areas would be lost at zoom {zoom}, first number {lost[0]}.",
            where=coverage.level,
            remedy="Check that the boundaries lie within the world of web mercator.",
        )
    bodies = tile_bodies(pieces, coverage.level, labels, extent=scheme.extent)
    return Drawing({tile_number(zoom, x, y): body for (x, y), body in bodies.items()}, minimal)


def draw_tile(sketch: Sketch, zoom: int, x: int, y: int) -> bytes | None:
    """Draw one tile: the very bytes that `draw` has for it, or None where it or the scheme has none.

    Args:
        sketch: The areas, prepared by `prepare`.
        zoom: The zoom.
        x: Tile column.
        y: Tile row.

    Raises:
        TileAddressError: There is no such tile in the world.
    """
    check_tile(zoom, x, y)
    coverage, scheme = sketch.coverage, sketch.scheme
    if zoom not in sketch.lines:
        return None
    west, north, east, south = sketch.boxes >> DEPTH - zoom
    # Two units more: what lies so close may still bend a border within.
    low, high = -scheme.buffer - 2, scheme.extent + scheme.buffer + 2
    inside = (west <= x * scheme.extent + high) & (east >= x * scheme.extent + low)
    inside &= (north <= y * scheme.extent + high) & (south >= y * scheme.extent + low)
    chosen, window = np.flatnonzero(inside), np.array([x, y, x, y])
    # Areas are cut one by one, so that those of a tile with many may be cut beside one another.
    parts = np.array_split(chosen, _WORKERS if len(chosen) > _MANY else 1)
    cut_some = partial(_cut, coverage, sketch.lines[zoom], zoom, scheme, window)
    with ThreadPoolExecutor(_WORKERS) as workers:
        pieces = reduce(_joined, [found for found, _ in workers.map(cut_some, parts)])
    return tile_bodies(pieces, coverage.level, sketch.labels, extent=scheme.extent).get((x, y))


def prepare(coverage: Coverage, code: StrArray, scheme: TileScheme) -> Sketch:
    """Work out beforehand what drawing single tiles needs.

    Args:
        coverage: The areas.
        code: (n,) codes of all areas of the level.
        scheme: Tile size and zooms of the level.
    """
    zooms = scheme.zooms[coverage.level]
    lines = {zoom: _lines(coverage, coarsest, zoom, scheme) for zoom, coarsest in simplify(coverage, zooms)}
    return Sketch(coverage, labels_of(code), scheme, lines, _boxes(coverage))


def _boxes(coverage: Coverage) -> IntArray:
    """Return (4, areas) west, north, east and south of each area, on the plane."""
    arcs = coverage.arcs
    x, y = coverage.x[arcs.vertex], coverage.y[arcs.vertex]
    corners = [low.reduceat(axis, arcs.start[:-1]) for low, axis in ((np.minimum, x), (np.minimum, y))]
    corners += [high.reduceat(axis, arcs.start[:-1]) for high, axis in ((np.maximum, x), (np.maximum, y))]
    first = arcs.ring[coverage.areas.ring]
    drawn = first[1:] > first[:-1]
    boxes = np.empty((4, len(drawn)), dtype=np.int64)
    for box, end, corner in zip(boxes, (np.minimum, np.minimum, np.maximum, np.maximum), corners, strict=True):
        if drawn.any():
            box[drawn] = end.reduceat(corner[arcs.half >> 1], first[:-1][drawn])
    # An area thinner than a hair has no border left.
    boxes[:, ~drawn] = np.tile(places(coverage, np.flatnonzero(~drawn)), (2, 1))
    return boxes


def _lines(coverage: Coverage, coarsest: IntArray, zoom: int, scheme: TileScheme) -> Lines:
    drawn = drawn_vertices(zoom, coverage.arcs, coarsest)
    return snap(drawn, coverage.x, coverage.y, DEPTH - zoom, scheme.extent, scheme.buffer)


def _cut(
    coverage: Coverage, lines: Lines, zoom: int, scheme: TileScheme, window: IntArray, chosen: IntArray
) -> tuple[Pieces, IntArray]:
    """Return the pieces of areas in a range of tiles, and the numbers of the areas too small to draw."""
    areas, arcs, size = coverage.areas, coverage.arcs, (scheme.extent, scheme.buffer)
    tiny = _tiny(coverage, zoom, scheme, chosen)
    pieces = cut(chosen[~tiny], areas, arcs, lines, window, *size)
    lost = chosen[~tiny][~np.isin(areas.fid[chosen[~tiny]], pieces.fid)]
    everywhere = np.array([0, 0, (1 << zoom) - 1, (1 << zoom) - 1])
    if not np.array_equal(window, everywhere):
        elsewhere = cut(lost, areas, arcs, lines, everywhere, *size)
        lost = lost[~np.isin(areas.fid[lost], elsewhere.fid)]
    small = np.union1d(chosen[tiny], lost)
    if small.size:
        x, y = places(coverage, small) >> DEPTH - zoom
        stand_in = cut_points if coverage.level in scheme.points else _cut_squares
        pieces = _joined(pieces, stand_in(areas.fid[small], x, y, window, *size))
    return pieces, areas.fid[small]


def _tiny(coverage: Coverage, zoom: int, scheme: TileScheme, chosen: IntArray) -> BoolArray:
    """Return which of some areas are drawn as points for their size."""
    most = scheme.points.get(coverage.level, 0)
    if not most:
        return np.zeros(len(chosen), dtype=np.bool_)
    west, north, east, south = _boxes(coverage)[:, chosen]
    return np.asarray(np.maximum(east - west, south - north) < most << DEPTH - zoom)


def _cut_squares(fid: IntArray, x: IntArray, y: IntArray, window: IntArray, extent: int, buffer: int) -> Pieces:
    """Put one square unit into tiles for each area, as `cut_points` does points."""
    count = np.arange(len(fid) + 1)
    arcs = Arcs(count * 4, count[:0], count[:0], count, 2 * count[:-1])
    corners_x, corners_y = x[:, None] + np.array([0, 1, 1, 0]), y[:, None] + np.array([0, 0, 1, 1])
    lines = Lines(count * 4, corners_x.ravel(), corners_y.ravel())
    return cut(count[:-1], Areas(fid, count), arcs, lines, window, extent, buffer)


def _joined(one: Pieces, other: Pieces) -> Pieces:
    x, y, fid, kind = (np.concatenate([one[k], other[k]]) for k in range(4))
    start, end = (np.concatenate([one[k], other[k] + len(one.data)]) for k in (4, 5))
    return Pieces(x, y, fid, kind, start, end, np.concatenate([one.data, other.data]))
