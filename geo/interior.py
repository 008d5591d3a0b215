"""A raster that knows, for most of its cells, the one area they lie in: the fast half of `geo.assign`.

Every cell that a border touches is marked, with a margin above rounding error. What is left falls into patches that no
border crosses, so that one point of a patch tells the area of all of them. Exact by construction: a cell that might be
touched by a border is never labelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from geo.areas import FloatArray, ObjectArray

FidArray = NDArray[np.int32]

#: Label of a cell that a border may touch, and of a cell outside every area.
BORDER, OUTSIDE = -2, -1

#: Metres added around every border: far above the rounding of coordinates (1e-10), far below a cell.
_MARGIN = 1e-6

#: Points sampled along a border for each cell width. Around each, the cells within half the spacing are marked; more
#: samples cost time, fewer mark cells that no border touches.
_SAMPLES = 3


@dataclass(frozen=True, slots=True, eq=False)
class InteriorRaster:
    """The area of every cell that no border touches.

    Args:
        west: x of the first column's left edge, metres.
        south: y of the first row's lower edge, metres.
        cell: Width and height of a cell, metres.
        label: (rows, columns) fid of the area, `OUTSIDE` or `BORDER`.
    """

    west: float
    south: float
    cell: float
    label: FidArray

    def look_up(self, x: FloatArray, y: FloatArray) -> FidArray:
        """Return the label of the cell of each point; a point off the raster is `OUTSIDE`."""
        rows, columns = self.label.shape
        column, row = np.floor((x - self.west) / self.cell), np.floor((y - self.south) / self.cell)
        on = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        out = np.full(len(x), OUTSIDE, dtype=np.int32)
        out[on] = self.label[row[on].astype(np.int64), column[on].astype(np.int64)]
        return out


def interior_raster(geometry: ObjectArray, cells: int) -> InteriorRaster:
    """Build the raster, borders marked and every patch still `OUTSIDE`; see `patches` and `labelled`.

    Args:
        geometry: (n,) shapely (multi)polygons, None allowed, at least one with extent.
        cells: About how many cells to use.

    Returns:
        The raster.
    """
    west, south, east, north = shapely.total_bounds(geometry)
    cell = float(np.sqrt(max((east - west) * (north - south), 1.0) / cells))
    shape = int((north - south) // cell) + 3, int((east - west) // cell) + 3
    corner = west - cell, south - cell
    label = np.full(shape, OUTSIDE, dtype=np.int32)
    x, y = _samples(geometry, cell / _SAMPLES)
    reach = cell / _SAMPLES / 2 + _MARGIN
    for dx in (-reach, reach):
        column = ((x + dx - corner[0]) / cell).astype(np.int64)
        for dy in (-reach, reach):
            label[((y + dy - corner[1]) / cell).astype(np.int64), column] = BORDER
    return InteriorRaster(corner[0], corner[1], cell, label)


def patches(raster: InteriorRaster) -> tuple[FidArray, FloatArray]:
    """Find the patches of cells that no border touches.

    Args:
        raster: As `interior_raster` builds it.

    Returns:
        (rows, columns) number of each cell's patch, 0 on borders, and (patches, 2) a point in each, from patch 1 on.
    """
    number, count = ndimage.label(raster.label != BORDER)
    first = np.zeros(count + 1, dtype=np.int64)
    first[number.reshape(-1)] = np.arange(number.size)
    row, column = np.divmod(first[1:], number.shape[1])
    middle = np.column_stack([column + 0.5, row + 0.5]) * raster.cell + (raster.west, raster.south)
    return number, middle


def labelled(raster: InteriorRaster, number: FidArray, fid: FidArray) -> InteriorRaster:
    """Return the raster with each patch labelled with the area of its point.

    Args:
        raster: As `interior_raster` builds it.
        number: (rows, columns) patches, as `patches` gives them.
        fid: (patches,) area of each patch's point, -1 outside all.
    """
    names = np.concatenate([[BORDER], fid]).astype(np.int32)
    return InteriorRaster(raster.west, raster.south, raster.cell, names[number])


def _samples(geometry: ObjectArray, spacing: float) -> tuple[FloatArray, FloatArray]:
    """Return points along every border, such that no point of a border is more than half the spacing from one."""
    start, end = _drawn_once(*border_segments(geometry)[:2])
    many = np.maximum(np.ceil(np.hypot(*(end - start).T) / spacing), 1).astype(np.int64)
    seg = np.repeat(np.arange(len(start)), many)
    step = np.arange(len(seg)) - np.repeat(np.cumsum(many) - many, many)
    share = (step + 0.5) / many[seg]
    points = start[seg] + (end[seg] - start[seg]) * share[:, None]
    return points[:, 0], points[:, 1]


def border_segments(geometry: ObjectArray) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Return (m, 2) starts and ends of all pieces of border of some length, and (m,) the area each belongs to."""
    parts, area = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    point, ring = shapely.get_coordinates(rings, return_index=True)
    real = (ring[1:] == ring[:-1]) & np.any(point[1:] != point[:-1], axis=1)
    owner = np.asarray(area[part[ring[:-1][real]]], dtype=np.int64)
    return point[:-1][real], point[1:][real], owner


def _drawn_once(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Leave out repeats: neighbours draw their common border twice, once in each direction."""
    turned = (first[:, 0] > second[:, 0]) | ((first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1]))
    both = np.where(turned[:, None], np.hstack([second, first]), np.hstack([first, second]))
    once = np.unique(np.ascontiguousarray(both).view("V32").reshape(-1)).view(np.float64).reshape(-1, 4)
    return once[:, :2], once[:, 2:]
