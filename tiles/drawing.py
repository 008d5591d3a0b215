"""A level drawn at one zoom, or in one tile of it: encoded tiles, none of its areas lost.

Build time only: needs shapely and numba.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geo.areas import StrArray
from tiles.arcs import Arcs, IntArray
from tiles.bodies import tile_bodies
from tiles.coverage import Coverage, places
from tiles.cut import Areas, Pieces, cut
from tiles.mercator import DEPTH
from tiles.scheme import TileScheme, tile_number
from tiles.snap import Lines, snap
from zicht.errors import InvalidTopologyError


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A level at one zoom.

    Args:
        tiles: Encoded tiles, not compressed, by tile number.
        minimal: (n,) positions in the layer of the areas too small to draw, shown as one square unit.
    """

    tiles: Mapping[int, bytes]
    minimal: IntArray


def draw(coverage: Coverage, coarsest: IntArray, code: StrArray, zoom: int, scheme: TileScheme) -> Drawing:
    """Draw a level at one zoom.

    Args:
        coverage: The areas.
        coarsest: (positions in arcs,) the coarsest zoom at which each vertex is left out.
        code: (n,) codes of all areas of the level.
        zoom: The zoom, of those that `coarsest` was worked out for.
        scheme: Tile size.

    Raises:
        InvalidTopologyError: An area lies in no tile of the world.
    """
    last = (1 << zoom) - 1
    pieces, minimal = cut_zoom(coverage, coarsest, zoom, scheme, np.array([0, 0, last, last]))
    lost = np.setdiff1d(coverage.areas.fid, pieces.fid)
    if lost.size:
        raise InvalidTopologyError(
            f"{lost.size} areas would be lost at zoom {zoom}, first number {lost[0]}.",
            where=coverage.level,
            remedy="Check that the boundaries lie within the world of web mercator.",
        )
    bodies = tile_bodies(pieces, coverage.level, code, extent=scheme.extent)
    return Drawing({tile_number(zoom, x, y): body for (x, y), body in bodies.items()}, minimal)


def cut_zoom(
    coverage: Coverage, coarsest: IntArray, zoom: int, scheme: TileScheme, window: IntArray
) -> tuple[Pieces, IntArray]:
    """Return the pieces of a level in a range of tiles, and the numbers of the areas too small to draw."""
    arcs, areas, shift = coverage.arcs, coverage.areas, DEPTH - zoom
    lines = snap(
        np.arange(len(arcs.start) - 1),
        zoom=zoom,
        shift=shift,
        extent=scheme.extent,
        buffer=scheme.buffer,
        arcs=arcs,
        level=coarsest,
        x=coverage.x,
        y=coverage.y,
    )
    pieces = cut(np.arange(len(areas.fid)), areas, arcs, lines, window, scheme.extent, scheme.buffer)
    small = np.flatnonzero(~np.isin(areas.fid, pieces.fid))
    if small.size == 0:
        return pieces, areas.fid[small]
    x, y = places(coverage, small) >> shift
    squares = _squares(areas.fid[small], x, y, window, scheme)
    return _joined(pieces, squares), areas.fid[small]


def _squares(fid: IntArray, x: IntArray, y: IntArray, window: IntArray, scheme: TileScheme) -> Pieces:
    count = np.arange(len(fid) + 1)
    arcs = Arcs(count * 4, count[:0], count[:0], count, 2 * count[:-1])
    corners_x, corners_y = x[:, None] + np.array([0, 1, 1, 0]), y[:, None] + np.array([0, 0, 1, 1])
    lines = Lines(count * 4, corners_x.ravel(), corners_y.ravel())
    return cut(count[:-1], Areas(fid, count), arcs, lines, window, scheme.extent, scheme.buffer)


def _joined(one: Pieces, other: Pieces) -> Pieces:
    x, y, fid = (np.concatenate([one[k], other[k]]) for k in range(3))
    start, end = (np.concatenate([one[k], other[k] + len(one.data)]) for k in (3, 4))
    return Pieces(x, y, fid, start, end, np.concatenate([one.data, other.data]))
