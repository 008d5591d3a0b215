"""Build `SpatialWeights` from polygons and hexes: contiguity and H3 rings. From points: `geo.proximity`.

Contiguity compares borders within `snap` metres, because coordinates of the same border differ by noise between areas
and because one area's vertex may lie on the middle of its neighbour's edge (a T-junction): rounding vertices finds
neither. Areas are *queen* neighbours when their borders come within `snap` of each other at some point, *rook*
neighbours when they run within `snap` of each other over more than 4 x `snap` of length. Areas without a polygon are
islands.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely
from h3ronpy import grid_disk

from geo.areas import FloatArray, Layer, ObjectArray, StrArray
from geo.grids import from_strings
from geo.interior import border_segments
from geo.weights import IntArray, SpatialWeights, both_ways, from_pairs
from zicht.errors import AlignmentError


def queen(layer: Layer, *, snap: float = 0.1) -> SpatialWeights:
    """Link areas whose borders come within `snap` of each other.

    Args:
        layer: Areas with polygons in RD.
        snap: Largest distance in metres at which two borders count as the same, at least 0.

    Returns:
        Symmetric binary weights over the layer's areas.

    Raises:
        AlignmentError: `snap` is negative.
    """
    return queen_polygons(layer.geometry, snap=snap)


def queen_polygons(geometry: ObjectArray, *, snap: float) -> SpatialWeights:
    """Link polygons whose borders come within `snap` of each other, in any planar coordinates. See `queen`."""
    first, second = _near(geometry, snap)
    return both_ways(len(geometry), first, second)


def rook(layer: Layer, *, snap: float = 0.1, minimum: float = 1.0) -> SpatialWeights:
    """Link areas whose borders run within `snap` of each other over more than a corner.

    Args:
        layer: Areas with polygons in RD.
        snap: Largest distance in metres at which two borders count as the same, above 0.
        minimum: Length in metres that they must share, above 0. Around a corner two borders stay within `snap` of each
            other for a few times `snap`: choose more than that.

    Returns:
        Symmetric binary weights over the layer's areas.

    Raises:
        AlignmentError: `snap` or `minimum` is not above 0.
    """
    return rook_polygons(layer.geometry, snap=snap, minimum=minimum)


def rook_polygons(geometry: ObjectArray, *, snap: float, minimum: float) -> SpatialWeights:
    """Link polygons whose borders run together, in any planar coordinates. See `rook`."""
    if not (snap > 0 and minimum > 0):
        raise AlignmentError("Rook contiguity needs a snapping distance and a length above 0.", where="contiguity")
    first, second = _near(geometry, snap)
    shared = _shared_lengths(geometry, snap)
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    long = np.array([shared.get(pair, 0.0) > minimum for pair in pairs], dtype=bool)
    return both_ways(len(geometry), first[long], second[long])


def h3_rings(codes: StrArray, k: int = 1) -> SpatialWeights:
    """Link each H3 cell to the cells of the list that are at most k steps away.

    Args:
        codes: (n,) H3 indexes as text, ascending and unique, of one resolution (as `Layer.code` of a hex layer).
        k: Number of rings, at least 1.

    Returns:
        Symmetric binary weights; a cell outside the list is left out, never taken as empty.

    Raises:
        AlignmentError: The codes are not ascending and unique, or k is below 1.
    """
    if k < 1:
        raise AlignmentError("A neighbourhood of cells needs at least one ring.", where="H3 weights")
    cells = from_strings(codes)
    if np.any(cells[1:] <= cells[:-1]):
        raise AlignmentError("Cells are not ascending and unique.", where="H3 weights")
    disks = pa.array(grid_disk(cells, k))
    member, sizes = disks.flatten().to_numpy(), disks.value_lengths().to_numpy()
    start = np.repeat(np.arange(len(cells), dtype=np.int64), sizes)
    at = np.minimum(np.searchsorted(cells, member), max(len(cells) - 1, 0))
    here = cells[at] == member
    return from_pairs(len(cells), start[here], at[here])


def _near(geometry: ObjectArray, snap: float) -> tuple[IntArray, IntArray]:
    if not snap >= 0:
        raise AlignmentError("The snapping distance cannot be negative.", where="contiguity")
    first, second = shapely.STRtree(geometry).query(geometry, predicate="dwithin", distance=snap)
    once = first < second
    return first[once], second[once]


def _shared_lengths(geometry: ObjectArray, snap: float) -> dict[tuple[int, int], float]:
    """Return for pairs of areas, lower position first, the length of the first's border that follows the second's."""
    start, end, owner = border_segments(geometry)
    lines = shapely.linestrings(np.stack([start, end], axis=1))
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=snap)
    between = owner[one] < owner[other]
    one, other = one[between], other[between]
    length = _length_along(start[one], end[one], start[other], end[other], snap)
    pair, at = np.unique(owner[one] * len(geometry) + owner[other], return_inverse=True)
    totals = np.bincount(at, weights=length, minlength=len(pair))
    return {divmod(int(key), len(geometry)): float(total) for key, total in zip(pair, totals, strict=True)}


def _length_along(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray, snap: float) -> FloatArray:
    """Return the length of segment ab that lies beside segment cd, at most `snap` from it: in a box around cd."""
    base = np.hypot(*(d - c).T)
    along = (d - c) / base[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    low, high = np.zeros(len(a)), np.ones(len(a))
    for axis, least, most in ((along, np.zeros(len(a)), base), (across, np.full(len(a), -snap), np.full(len(a), snap))):
        at, step = np.sum((a - c) * axis, axis=1), np.sum((b - a) * axis, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            enter, leave = np.sort(np.stack([(least - at) / step, (most - at) / step]), axis=0)
        flat, inside = step == 0, (at >= least) & (at <= most)
        low = np.maximum(low, np.where(flat, np.where(inside, 0.0, 1.0), enter))
        high = np.minimum(high, np.where(flat, np.where(inside, 1.0, 0.0), leave))
    return np.asarray(np.maximum(high - low, 0.0) * np.hypot(*(b - a).T))
