"""Hexagons: H3 cells as places.

Conventions: a cell is a uint64 inside the program and 15 hexadecimal digits as a code. 0 (H3's null) stands for a point
without coordinates. Points are indexed once, at the finest resolution; the coarser cells of a point are the parents of
its cell *by identity* (H3's aperture 7 is not exact geometrically, so a cell may stick out of its parent; counts must
not).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import h3
import h3ronpy
import numpy as np
import pyarrow as pa
import shapely
from h3ronpy import vector
from numpy.typing import NDArray

from geo.areas import BoundarySet, FloatArray, Layer, ObjectArray, StrArray
from geo.projection import to_lonlat, to_rd
from zicht.errors import AlignmentError, BoundaryError

CellArray = NDArray[np.uint64]

_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
#: Value of each hexadecimal digit by its code point, 255 for every other character.
_VALUE = np.full(256, 255, dtype=np.uint8)
_VALUE[_DIGITS] = np.arange(16)
_VALUE.flags.writeable = False
#: A cell counts as overlapping a country when it comes within this many metres: more than the difference between an
#: edge that is straight in RD, in degrees and on the sphere, at the lengths of `_step`.
_MARGIN = 1.0


def cells(x: FloatArray, y: FloatArray, resolution: int) -> CellArray:
    """Index RD points in H3.

    Args:
        x: (n,) RD x in metres; NaN where unknown.
        y: (n,) RD y in metres; NaN where unknown.
        resolution: H3 resolution, 0 to 15.

    Returns:
        (n,) cells, 0 where a coordinate is unknown.
    """
    lon, lat = to_lonlat(x, y)
    known = np.isfinite(lon) & np.isfinite(lat)
    out = np.zeros(lon.shape, dtype=np.uint64)
    out[known] = as_array(vector.coordinates_to_cells(lat[known], lon[known], resolution))
    return out


def parents(cell: CellArray, resolution: int) -> CellArray:
    """Return each cell's ancestor at a coarser (or the same) resolution; 0 stays 0.

    Args:
        cell: (n,) cells, none coarser than `resolution`.
        resolution: H3 resolution, 0 to 15.

    Returns:
        (n,) cells of that resolution.

    Raises:
        AlignmentError: A cell is coarser than the resolution asked for.
    """
    if np.any(resolutions(cell[cell != 0]) < resolution):
        raise AlignmentError(f"A cell is coarser than resolution {resolution}.", where="H3 parents")
    # The format of an index (H3 documentation, "H3Index Representations"): 4 bits of resolution at bit 52, then fifteen
    # digits of 3 bits, all ones where unused.
    unused = np.uint64((1 << (3 * (15 - resolution))) - 1)
    coarser = (cell & ~(np.uint64(15) << np.uint64(52))) | (np.uint64(resolution) << np.uint64(52)) | unused
    return np.asarray(np.where(cell == 0, np.uint64(0), coarser), dtype=np.uint64)


def shifted_groups(cell: CellArray, resolution: int) -> NDArray[np.int64]:
    """Group cells into a grid of a coarser resolution that lies one cell aside from H3's own.

    Every cell is moved one step along the first axis of local coordinates and grouped by the parent it then has, so the
    groups tile the plane as the parents do and share none of their borders.

    Args:
        cell: (n,) cells of one resolution, none of them near one of H3's twelve pentagons.
        resolution: The resolution that the groups are like, coarser than that of the cells.

    Returns:
        (n,) the group of each cell, from 0, in ascending order of the parent moved to.

    Raises:
        BoundaryError: A cell is too far from the others, or a pentagon lies between them.
    """
    codes = to_strings(cell).tolist()
    try:
        middle = codes[len(codes) // 2]
        places = [h3.cell_to_local_ij(middle, code) for code in codes]
        moved = [h3.local_ij_to_cell(middle, i + 1, j) for i, j in places]
    except h3.H3BaseException:
        raise BoundaryError(
            "The hexes lie too far apart to be shifted together.", where="H3", remedy="Take a smaller country."
        ) from None
    return np.unique(parents(from_strings(np.array(moved)), resolution), return_inverse=True)[1].astype(np.int64)


def resolutions(cell: CellArray) -> NDArray[np.int64]:
    """Return the (n,) resolution of each cell."""
    return np.asarray((cell >> np.uint64(52)) & np.uint64(15), dtype=np.int64)


def to_strings(cell: CellArray) -> StrArray:
    """Return cells as (n,) codes of 15 hexadecimal digits."""
    half = np.ascontiguousarray(cell).astype(">u8").view(np.uint8).reshape(-1, 8)
    digits = np.stack([half >> 4, half & 15], axis=-1).reshape(-1, 16)[:, 1:]
    return np.ascontiguousarray(_DIGITS[digits].astype("<u4")).view("<U15").reshape(-1)


def from_strings(code: StrArray) -> CellArray:
    """Return codes of 15 hexadecimal digits as (n,) cells.

    Raises:
        AlignmentError: A code is not an H3 cell.
    """
    text = np.asarray(code, dtype=np.str_)
    if text.size == 0:
        return np.zeros(0, dtype=np.uint64)
    letter = np.ascontiguousarray(text.astype("<U15")).view("<u4").reshape(-1, 15)
    digit = np.zeros((len(text), 16), dtype=np.uint8)
    digit[:, 1:] = _VALUE[np.minimum(letter, 255)]
    good = np.all(digit < 16, axis=1) & (np.strings.str_len(text) == 15)
    cell: CellArray = (digit[:, ::2] << 4 | digit[:, 1::2] & 15).view(">u8").reshape(-1).astype(np.uint64)
    good &= as_array(h3ronpy.cells_valid(cell, booleanarray=True))
    if not good.all():
        raise AlignmentError(f"{str(text[~good][0])!r} is not an H3 cell.", remedy="Codes are 15 hexadecimal digits.")
    return cell


def hex_polygons(cell: CellArray, *, crs: int) -> ObjectArray:
    """Draw cells as polygons.

    Args:
        cell: (n,) valid cells.
        crs: 4326 for longitude and latitude, 28992 for RD.

    Returns:
        (n,) shapely polygons.

    Raises:
        BoundaryError: Another reference system is asked for.
    """
    if crs not in {4326, 28992}:
        raise BoundaryError(f"Hexagons are drawn in EPSG:4326 or EPSG:28992, not EPSG:{crs}.")
    drawn = shapely.from_wkb(as_array(vector.cells_to_wkb_polygons(cell)))
    return drawn if crs == 4326 else np.asarray(shapely.transform(drawn, _rd_pairs))


def centres(cell: CellArray) -> FloatArray:
    """Return the (n, 2) longitude and latitude of each cell's centre."""
    table = pa.record_batch(vector.cells_to_coordinates(cell))
    return np.column_stack([table["lng"].to_numpy(), table["lat"].to_numpy()])


def cover(country: Any, resolution: int) -> CellArray:
    """List the cells that overlap a polygon, those across its border included.

    Args:
        country: A shapely (multi)polygon in RD metres.
        resolution: H3 resolution, 0 to 15.

    Returns:
        Ascending cells: every cell within a metre of the polygon.
    """
    lonlat = shapely.transform(country, _lonlat_pairs)
    inside = as_array(vector.geometry_to_cells(lonlat, resolution, vector.ContainmentMode.ContainsCentroid))
    border = shapely.get_coordinates(shapely.segmentize(shapely.boundary(country), _step(resolution)))
    near = as_array(h3ronpy.grid_disk(np.unique(cells(border[:, 0], border[:, 1], resolution)), 1, flatten=True))
    candidate = np.setdiff1d(near, inside)
    shapely.prepare(country)
    touching = shapely.dwithin(country, hex_polygons(candidate, crs=28992), _MARGIN)
    return np.union1d(inside, candidate[touching])


def hex_layers(wanted: Sequence[int], boundaries: BoundarySet) -> dict[str, Layer]:
    """Cover a country with H3 layers.

    Args:
        wanted: H3 resolutions, in any order.
        boundaries: Its layer "country" says what to cover.

    Returns:
        Level ("h3-6", ...) -> layer, coarse to fine. The finest holds every cell that overlaps the country; the others
        hold the parents of these. Geometry is None: a cell's polygon follows from its code.

    Raises:
        BoundaryError: No resolution is asked for.
    """
    if not wanted:
        raise BoundaryError("Hexagons need at least one resolution.", where="hex_layers")
    country = boundaries.layers["country"]
    ordered = sorted(set(wanted))
    finest = np.unique(np.concatenate([cover(one, ordered[-1]) for one in country.geometry]))
    layers: dict[str, Layer] = {}
    for coarser, resolution in zip([None, *ordered], ordered, strict=False):
        cell = np.unique(parents(finest, resolution))
        parent = np.full(len(cell), country.code[0]) if coarser is None else to_strings(parents(cell, coarser))
        layers[f"h3-{resolution}"] = _layer(resolution, cell, parent)
    return layers


def as_array(column: Any) -> NDArray[Any]:
    """Return an Arrow array from h3ronpy as a NumPy array."""
    return np.asarray(pa.array(column).to_numpy(zero_copy_only=False))


def _layer(resolution: int, cell: CellArray, parent: StrArray) -> Layer:
    code = to_strings(cell)
    return Layer(
        level=f"h3-{resolution}",
        code=code,
        name=code,
        parent=parent,
        kind=np.full(len(cell), "hex"),
        geometry=np.full(len(cell), None, dtype=object),
    )


def _step(resolution: int) -> float:
    # A third of the average edge: below the inradius of the smallest cell, so that a cell which the border crosses
    # between two sampled points is next to the cell of one of them.
    return float(h3.average_hexagon_edge_length(resolution, unit="m")) / 3


def _lonlat_pairs(pairs: FloatArray) -> FloatArray:
    return np.column_stack(to_lonlat(pairs[:, 0], pairs[:, 1]))


def _rd_pairs(pairs: FloatArray) -> FloatArray:
    return np.column_stack(to_rd(pairs[:, 0], pairs[:, 1]))
