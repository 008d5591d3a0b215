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
from geo.grids import CellArray, from_strings, resolutions
from geo.interior import border_segments
from geo.weights import IndexArray, IntArray, SpatialWeights, both_ways, from_pairs
from zicht.errors import AlignmentError

#: Bits of an H3 index that tell the descendants of one cell four resolutions down apart.
BLOCK_BITS = np.uint64(12)

#: Entries of a table of positions for each cell of a list, at most.
WIDEST = 256


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
    at = _positions(cells, member)
    if sizes.size and np.all(sizes == sizes[0]):
        return _from_table(at.reshape(len(cells), -1))
    # Around a pentagon rings are shorter.
    start = np.repeat(np.arange(len(cells), dtype=np.int64), sizes)
    here = at < len(cells)
    return from_pairs(len(cells), start[here], at[here])


def _positions(cells: CellArray, member: CellArray) -> IndexArray:
    """Return where each member is among ascending cells of one resolution, `len(cells)` where it is not there."""
    n = len(cells)
    if not n:
        return np.zeros(member.size, dtype=np.int32)
    # A cell is looked up in two small tables, by its ancestor four resolutions up and by its digits below that: cells
    # of one region share few ancestors. That is far cheaper than searching.
    shift = np.uint64(3 * (15 - int(resolutions(cells[:1])[0])))
    block = cells >> (shift + BLOCK_BITS)
    first = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]]))
    size, span = 1 << int(BLOCK_BITS), int(block[-1] - block[0]) + 1
    if max(span, len(first) * size) > WIDEST * (n + WIDEST):
        at = np.minimum(np.searchsorted(cells, member), n - 1)
        return np.where(cells[at] == member, at, n).astype(np.int32)
    begin = np.full(span + 1, len(first) * size, dtype=np.int64)
    begin[block[first] - block[0]] = np.arange(len(first)) * size
    table = np.full((len(first) + 1) * size, n, dtype=np.int32)
    table[begin[block - block[0]] + _slots(cells, shift)] = np.arange(n)
    # Unsigned: what lies before the first block wraps around to far beyond the last, where there is nothing.
    there = np.minimum((member >> (shift + BLOCK_BITS)) - block[0], np.uint64(span))
    return np.asarray(table[begin[there] + _slots(member, shift)])


def _slots(cells: CellArray, shift: np.uint64) -> IntArray:
    return ((cells >> shift) & np.uint64((1 << int(BLOCK_BITS)) - 1)).view(np.int64)


def _from_table(at: IndexArray) -> SpatialWeights:
    # A row a cell: the positions of its disk, itself included, and n for what is not in the list.
    n = len(at)
    others = np.where(at == np.arange(n, dtype=np.int32)[:, None], np.int32(n), at)
    others.sort(axis=1)
    linked = others < n
    indptr = np.concatenate([[0], np.cumsum(np.count_nonzero(linked, axis=1))])
    return SpatialWeights(n=n, indptr=indptr, indices=others[linked], data=np.ones(indptr[-1]))


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
