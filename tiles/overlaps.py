"""The borders of a coverage that have nothing on their other side: what areas on one another are found by.

Build time only: needs shapely.
"""

from __future__ import annotations

import numpy as np
import shapely

from geo.overlaps import PER_METRE, Borders
from tiles.arcs import Arcs, IntArray
from tiles.cut import Areas


def lone_arcs(areas: Areas, arcs: Arcs, x: IntArray, y: IntArray) -> Borders:
    """Return the borders that no other area runs along the other way, as `geo.overlaps.lone_borders` finds them.

    Args:
        areas: The areas.
        arcs: Their borders.
        x: (vertices,) RD coordinates in millimetres.
        y: (vertices,) the same.
    """
    arc = arcs.half >> 1
    lone = np.flatnonzero(surplus_of(arcs)[arc] * _ways(arcs) > 0)
    owner = np.searchsorted(arcs.ring[areas.ring], lone, side="right") - 1
    first, size = arcs.start[arc[lone]], np.diff(arcs.start)[arc[lone]]
    line = np.repeat(np.arange(len(lone)), size)
    at = np.arange(len(line)) + np.repeat(first - np.cumsum(size) + size, size)
    points = np.column_stack([x[arcs.vertex[at]], y[arcs.vertex[at]]]) / PER_METRE
    return Borders(np.asarray(shapely.linestrings(points, indices=line), dtype=object), owner)


def surplus_of(arcs: Arcs) -> IntArray:
    """Return (arcs,) by how many more areas run along each border its own way than the other way."""
    return np.bincount(arcs.half >> 1, weights=_ways(arcs), minlength=len(arcs.start) - 1).astype(np.int64)


def _ways(arcs: Arcs) -> IntArray:
    return 1 - 2 * (arcs.half & 1)
