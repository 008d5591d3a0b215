"""Build `SpatialWeights` from points: nearest neighbours and distance bands. Needs NumPy and SciPy only.

Coordinates are planar, in any one unit; distances are Euclidean.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from geo.weights import FloatArray, IntArray, SpatialWeights, both_ways, from_pairs
from zicht.errors import AlignmentError


def k_nearest(points: FloatArray, k: int) -> SpatialWeights:
    """Link each point to its k nearest others; ties go to the lower position.

    Args:
        points: (n, 2) coordinates, finite.
        k: Number of neighbours, from 1 to n - 1.

    Returns:
        Binary weights, in general not symmetric.

    Raises:
        AlignmentError: k is out of range.
    """
    n = len(points)
    if not 1 <= k < n:
        raise AlignmentError(f"{k} nearest neighbours cannot be found among {n} points.", where="nearest neighbours")
    reach = cKDTree(points).query(points, k=k + 1)[0][:, -1]
    start, end, distance = _within(points, np.nextafter(reach * (1 + 1e-12), np.inf))
    order = np.lexsort((end, distance, start))
    start, end = start[order], end[order]
    first = np.searchsorted(start, np.arange(n))
    nearest = np.arange(len(start)) - first[start] < k
    return from_pairs(n, start[nearest], end[nearest])


def distance_band(points: FloatArray, radius: float) -> SpatialWeights:
    """Link points at most `radius` apart.

    Args:
        points: (n, 2) coordinates, finite.
        radius: Distance in the unit of the coordinates, above 0; a distance equal to it counts.

    Returns:
        Symmetric binary weights.

    Raises:
        AlignmentError: The radius is not above 0.
    """
    if not radius > 0:
        raise AlignmentError("A distance band needs a radius above 0.", where="distance band")
    pairs = cKDTree(points).query_pairs(radius, output_type="ndarray")
    return both_ways(len(points), pairs[:, 0], pairs[:, 1])


def _within(points: FloatArray, reach: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    found = cKDTree(points).query_ball_point(points, reach)
    sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
    start = np.repeat(np.arange(len(points), dtype=np.int64), sizes)
    end = np.concatenate([np.asarray(one, dtype=np.int64) for one in found])
    other = start != end
    start, end = start[other], end[other]
    return start, end, np.hypot(*(points[start] - points[end]).T)
