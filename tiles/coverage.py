"""Areas as polygons in web mercator, simplified for one zoom so that neighbours keep the very same border.

Simplification is Visvalingam-Whyatt on the whole coverage at once (GEOS `CoverageSimplifier`; Visvalingam & Whyatt
1993, Cartographic Journal 30(1), 46-51): a border is simplified once and used by both sides. Vertices are then rounded
to world units of the zoom, which maps equal points to equal points. A polygon that rounding makes invalid is mended
alone; an area that nothing is left of is drawn as one square unit, so that no area is ever lost.

Build time only: needs shapely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import FloatArray, Layer, ObjectArray
from geo.grids import from_strings, hex_polygons
from geo.polygons import check_polygons
from geo.projection import to_lonlat
from tiles.scheme import EXTENT, HALF_WORLD, unit_length
from zicht.errors import BoundaryError

IntArray = NDArray[np.int64]

#: Tolerance of simplification in world units: the root of the area of the smallest triangle that is kept. A unit is an
#: eighth of a screen pixel at the zoom itself.
TOLERANCE = 2.0

# Projected coordinates are kept to a tenth of a millimetre, far below a world unit and far above the noise of
# vectorised arithmetic, so that a vertex has the same coordinates in every polygon it belongs to.
_DECIMALS = 4

# Where a border crosses a tile edge half way between two units, noise in the last bits must not decide the side.
_TIE = 0.5 + 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The areas of one level that have a polygon, ready to be drawn at any zoom.

    Args:
        level: Name of the level.
        fid: (n,) positions of the areas in their layer, ascending.
        geometry: (n,) valid polygons or multipolygons, web mercator metres.
        simplified: Whether borders may be simplified; cells of a grid are drawn exactly.
    """

    level: str
    fid: IntArray
    geometry: ObjectArray
    simplified: bool

    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north in web mercator metres."""
        west, south, east, north = shapely.total_bounds(self.geometry)
        return float(west), float(south), float(east), float(north)


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A coverage at one zoom.

    Args:
        zoom: The zoom.
        fid: (n,) as in the coverage: no area is lost.
        geometry: (n,) valid polygons in whole world units, y pointing down.
        minimal: (n,) whether the area was too small to draw and is shown as one square unit.
    """

    zoom: int
    fid: IntArray
    geometry: ObjectArray
    minimal: NDArray[np.bool_]


def project(layer: Layer) -> Coverage:
    """Project the polygons of a layer to web mercator; cells of the H3 grid are made from their codes.

    Args:
        layer: Geometry in RD metres. Areas without a polygon are left out.

    Returns:
        The coverage.

    Raises:
        InvalidTopologyError: A geometry is empty, invalid or no polygon.
        BoundaryError: No area of the layer has a polygon, or one lies outside RD.
        AlignmentError: A code is no H3 cell.
    """
    if layer.level.startswith("h3-"):
        lonlat, fid = hex_polygons(from_strings(layer.code), crs=4326), np.arange(len(layer))
        return Coverage(layer.level, fid, _transformed(lonlat, lambda xy: mercator(*xy.T)), simplified=False)
    fid = np.flatnonzero(~shapely.is_missing(layer.geometry))
    geometry = layer.geometry[fid]
    if fid.size == 0:
        raise BoundaryError("No area has a polygon to draw.", where=layer.level, remedy="Leave this level out.")
    check_polygons(geometry, layer.code[fid], where=layer.level)
    return Coverage(layer.level, fid, _transformed(geometry, lambda xy: mercator(*to_lonlat(*xy.T))), simplified=True)


def mercator(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return (n, 2) web mercator metres, to a tenth of a millimetre, of (n,) longitudes and latitudes in degrees."""
    radius = HALF_WORLD / np.pi
    y = np.arctanh(np.sin(np.radians(lat)))
    return np.round(radius * np.column_stack([np.radians(lon), y]), _DECIMALS)


def _transformed(geometry: ObjectArray, change: Callable[[FloatArray], FloatArray]) -> ObjectArray:
    return np.asarray(shapely.transform(geometry, change), dtype=object)


def draw(coverage: Coverage, zoom: int, *, extent: int = EXTENT) -> Drawing:
    """Simplify a coverage for a zoom and round it to world units.

    Args:
        coverage: The areas.
        zoom: The zoom.
        extent: Units along a tile.
    """
    unit = unit_length(zoom, extent=extent)
    shapes = coverage.geometry
    if coverage.simplified:
        shapes = shapely.coverage_simplify(shapes, tolerance=TOLERANCE * unit)
    scaled = _transformed(shapes, lambda xy: np.column_stack([HALF_WORLD + xy[:, 0], HALF_WORLD - xy[:, 1]]) / unit)
    geometry = on_grid(scaled)
    minimal = shapely.is_empty(geometry)
    geometry[minimal] = _squares(coverage.geometry[minimal], unit)
    return Drawing(zoom, coverage.fid, geometry, minimal)


def _squares(geometry: ObjectArray, unit: float) -> ObjectArray:
    xy = shapely.get_coordinates(shapely.point_on_surface(geometry))
    x, y = np.floor((HALF_WORLD + xy[:, 0]) / unit), np.floor((HALF_WORLD - xy[:, 1]) / unit)
    return np.asarray(shapely.box(x, y, x + 1, y + 1), dtype=object)


def on_grid(geometry: ObjectArray) -> ObjectArray:
    """Round polygons to whole units and keep them valid.

    Args:
        geometry: (n,) polygonal geometries; other parts are dropped.

    Returns:
        (n,) valid polygons, multipolygons, or empty polygons where nothing is left.
    """
    rounded = _transformed(geometry, lambda xy: np.floor(xy + _TIE))
    polygonal = np.isin(shapely.get_type_id(rounded), (3, 6))
    for index in np.flatnonzero(~(polygonal & shapely.is_valid(rounded))):
        rounded[index] = _mended(rounded[index], geometry[index])
    return np.asarray(shapely.remove_repeated_points(rounded), dtype=object)


def _mended(rounded: shapely.Geometry, exact: shapely.Geometry) -> shapely.Geometry:
    # Mostly an island or a hole collapsed: without it the rest keeps the borders it shares with its neighbours.
    kept = shapely.MultiPolygon([part for part in map(_without_collapsed, _polygons(rounded)) if part is not None])
    if shapely.is_valid(kept):
        return kept
    snapped = shapely.set_precision(shapely.MultiPolygon(_polygons(exact)), 1.0)
    return shapely.MultiPolygon(_polygons(snapped))


def _polygons(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    parts = shapely.get_parts(geometry)
    flat = [inner for part in parts for inner in (_polygons(part) if shapely.get_type_id(part) == 7 else [part])]
    return [part for part in flat if shapely.get_type_id(part) == 3 and not part.is_empty]


def _without_collapsed(polygon: shapely.Polygon) -> shapely.Polygon | None:
    if shapely.area(shapely.polygons(polygon.exterior)) == 0:
        return None
    holes = [hole for hole in polygon.interiors if shapely.area(shapely.polygons(hole)) > 0]
    return shapely.polygons(polygon.exterior, holes or None)
