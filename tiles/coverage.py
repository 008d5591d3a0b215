"""The areas of a level as shared borders in web mercator: topology once, for every zoom.

Vertices a hair apart are one (`tiles.seams`), and each border is found once (`tiles.arcs`). For every vertex the
coarsest zoom at which it is left out is worked out beforehand (`tiles.simplify`), so that a zoom is a mask. Both sides
of a border are the same numbers throughout.

Build time only: needs shapely and numba.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from geo.areas import Layer, ObjectArray, StrArray
from geo.grids import from_strings, hex_polygons
from geo.overlaps import PER_METRE, check_overlaps
from geo.polygons import check_polygons, ragged_rings
from tiles.arcs import NOISE, Arcs, BoolArray, IntArray, cut_arcs, find_anchors, find_nodes, make_rings, weld
from tiles.cut import Areas
from tiles.mercator import DEPTH, from_rd, metres, plane
from tiles.overlaps import lone_arcs
from tiles.scheme import EXTENT, ZoomRange
from tiles.seams import LONGEST, find_corners, join_near, put_corners, straight
from tiles.simplify import ALWAYS, leave_out, make_grid, whole_borders
from zicht.errors import BoundaryError

#: Largest distance in world units between a vertex left out and the border drawn in its stead. A unit is an eighth of a
#: screen pixel at the zoom itself. Rounding to units comes on top.
TOLERANCE = 2.0

# Differences of places on the plane must stay below this, or products of two of them do not fit 64 bits.
_WIDEST = 1 << 31


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The areas of one level that have a polygon, and their borders, each once.

    Args:
        level: Name of the level.
        extent: Units along a tile.
        areas: The areas and their rings.
        arcs: Their borders.
        x: (vertices,) places on the plane of `tiles.mercator`.
        y: (vertices,) the same.
        geometry: (areas,) valid polygons or multipolygons, RD metres; of the H3 grid, longitudes and latitudes.
        simplified: Whether borders may be simplified; cells of a grid are drawn exactly.
    """

    level: str
    extent: int
    areas: Areas
    arcs: Arcs
    x: IntArray
    y: IntArray
    geometry: ObjectArray
    simplified: bool

    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north in web mercator metres."""
        west, north = metres(float(self.x.min()), float(self.y.min()), extent=self.extent)
        east, south = metres(float(self.x.max()), float(self.y.max()), extent=self.extent)
        return west, south, east, north


def project(layer: Layer, *, extent: int = EXTENT) -> Coverage:
    """Project the polygons of a layer to web mercator and find their borders.

    Args:
        layer: Geometry in RD metres; cells of the H3 grid are made from their codes. Areas without a polygon are left
            out.
        extent: Units along a tile.

    Returns:
        The coverage.

    Raises:
        InvalidTopologyError: A geometry is empty, invalid or no polygon, or two areas lie on one another.
        BoundaryError: No area of the layer has a polygon, or one lies outside RD.
        AlignmentError: A code is no H3 cell.
    """
    with ThreadPoolExecutor(max_workers=1) as worker:
        coverage, apart = start_projecting(layer, worker, extent=extent)
        apart.result()
    return coverage


def start_projecting(layer: Layer, workers: Executor, *, extent: int = EXTENT) -> tuple[Coverage, Future[None]]:
    """Project as `project` does, but leave open whether areas lie on one another while one may go on.

    Args:
        layer: As for `project`.
        workers: Where that is found out.
        extent: Units along a tile.

    Returns:
        The coverage, and a promise: its result is an `InvalidTopologyError` where two areas lie on one another.

    Raises:
        ZichtError: As for `project`.
    """
    if layer.level.startswith("h3-"):
        hexes = hex_polygons(from_strings(layer.code), crs=4326)
        return _of_hexes(layer.level, hexes, extent), workers.submit(lambda: None)
    fid = np.flatnonzero(~shapely.is_missing(layer.geometry))
    geometry, code = layer.geometry[fid], layer.code[fid]
    if fid.size == 0:
        raise BoundaryError("No area has a polygon to draw.", where=layer.level, remedy="Leave this level out.")
    checked = workers.submit(check_polygons, geometry, code, where=layer.level)
    try:
        coverage, exact = _of_areas(layer.level, fid, geometry, extent)
    finally:
        # What is wrong with the polygons is said before anything that follows from it.
        checked.result()
    return coverage, workers.submit(_check_apart, layer.level, geometry, code, exact)


def _check_apart(level: str, geometry: ObjectArray, code: StrArray, exact: _Topology) -> None:
    check_overlaps(geometry, code, where=level, borders=lone_arcs(*exact))


class _Topology(NamedTuple):
    """The borders of areas whose vertices are all where the file has them.

    Args:
        areas: The areas and their rings.
        arcs: Their borders.
        x: (vertices,) RD millimetres.
        y: (vertices,) the same.
    """

    areas: Areas
    arcs: Arcs
    x: IntArray
    y: IntArray


def _of_areas(level: str, fid: IntArray, geometry: ObjectArray, extent: int) -> tuple[Coverage, _Topology]:
    """Return areas in RD as a coverage, and their borders as the file has them."""
    xy, start, hole, ring = ragged_rings(geometry)
    xy, start = straight(xy, start, LONGEST)
    as_read, *grid = weld(np.multiply(xy.T, PER_METRE, order="C"), 0.0)
    number, place = join_near(as_read, np.vstack(grid))
    x, y = np.floor(from_rd(*place / PER_METRE, extent=extent) + 0.5).astype(np.int64)
    _check_width(level, x, y)
    areas, arcs = Areas(fid, ring), _arcs(number, start, hole, x, y)
    exact = _Topology(areas, arcs if number is as_read else _arcs(as_read, start, hole, *grid), *grid)
    corners = find_corners(arcs, place)
    if len(corners.edge):
        number, start = put_corners(number, start, corners)
        arcs = _arcs(number, start, hole, x, y)
    return Coverage(level, extent, areas, arcs, x, y, geometry, simplified=True), exact


def _of_hexes(level: str, geometry: ObjectArray, extent: int) -> Coverage:
    """Return cells, longitudes and latitudes, as a coverage."""
    xy, start, hole, ring = ragged_rings(geometry)
    number, x, y = weld(np.ascontiguousarray(plane(*xy.T, extent=extent)), NOISE)
    _check_width(level, x, y)
    areas = Areas(np.arange(len(geometry)), ring)
    return Coverage(level, extent, areas, _arcs(number, start, hole, x, y), x, y, geometry, simplified=False)


def _check_width(level: str, x: IntArray, y: IntArray) -> None:
    if max(np.ptp(x), np.ptp(y)) >= _WIDEST:
        raise BoundaryError("The areas lie too far apart to be drawn in whole units.", where=level)


def _arcs(number: IntArray, start: IntArray, hole: BoolArray, x: IntArray, y: IntArray) -> Arcs:
    rings = make_rings(number, start, hole, x, y)
    return cut_arcs(rings, find_nodes(rings, len(x)))


def places(coverage: Coverage, area: IntArray) -> IntArray:
    """Return (2, n) places within areas, on the plane of `tiles.mercator`."""
    xy = shapely.get_coordinates(shapely.point_on_surface(coverage.geometry[area]))
    to_plane = from_rd if coverage.simplified else plane
    return np.floor(to_plane(*xy.T, extent=coverage.extent)).astype(np.int64)


def simplify(coverage: Coverage, zooms: ZoomRange) -> Iterator[tuple[int, IntArray]]:
    """Work out which vertices are drawn at each zoom.

    Args:
        coverage: The areas.
        zooms: The zooms.

    Yields:
        The zoom, finest first, and (positions in arcs,) the coarsest zoom so far at which each vertex is left out,
        `ALWAYS` where it never is. It is the same array every time; what is drawn at a zoom once yielded never changes.
    """
    arcs, x, y = coverage.arcs, coverage.x, coverage.y
    if not coverage.simplified:
        whole = np.full(len(arcs.vertex), ALWAYS, dtype=np.int64)
        yield from ((zoom, whole) for zoom in reversed(zooms.zooms()))
        return
    kept, most = find_anchors(arcs, x, y, _twins(arcs)), TOLERANCE * (1 << DEPTH - zooms.minzoom)
    left = whole_borders(arcs, x, y, kept, most)
    for zoom in reversed(zooms.zooms()):
        grid = make_grid(x, y, np.flatnonzero(~left.gone))
        leave_out(zoom, TOLERANCE * (1 << DEPTH - zoom), most, arcs, x, y, kept, grid, left)
        yield zoom, left.level


def _twins(arcs: Arcs) -> BoolArray:
    """Return (arcs,) which arcs have the same two ends as another one."""
    one, other = arcs.vertex[arcs.start[:-1]], arcs.vertex[arcs.start[1:] - 1]
    key = np.minimum(one, other) << 32 | np.maximum(one, other)
    _, index, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(count[index] > 1)
