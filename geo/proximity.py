"""Build `SpatialWeights` from points: nearest neighbours, distance bands, kernels. Needs NumPy and SciPy only.

Coordinates are planar, in any one unit; distances are Euclidean.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from scipy.spatial import cKDTree

from geo.weights import FloatArray, IntArray, SpatialWeights, both_ways, from_pairs
from zicht.errors import AlignmentError

#: Share of a bandwidth within which a point lies at it: distances are computed in more than one way.
AT_REACH = 1e-12


class Kernel(StrEnum):
    """How weight falls with distance d within a bandwidth h, u = d / h. At d = 0 every kernel weighs 1.

    triangular 1 - u; epanechnikov 1 - u^2; bisquare (1 - u^2)^2; gaussian exp(-u^2 / 2), cut off at h.
    """

    TRIANGULAR = "triangular"
    EPANECHNIKOV = "epanechnikov"
    BISQUARE = "bisquare"
    GAUSSIAN = "gaussian"


def k_nearest(points: FloatArray, k: int) -> SpatialWeights:
    """Link each point to its k nearest others; ties go to the lower position.

    Args:
        points: (n, d) coordinates, finite.
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


def kernel(
    points: FloatArray, *, shape: Kernel, bandwidth: float | None = None, k: int | None = None
) -> SpatialWeights:
    """Link points within a bandwidth, with weights that fall with distance.

    Args:
        points: (n, 2) coordinates, finite.
        shape: Which kernel.
        bandwidth: Distance in the unit of the coordinates, above 0; points at or beyond it do not count.
        k: Instead, a bandwidth for each point: the distance of its nearest neighbour but k, so that its k nearest
            count (fewer where distances tie); from 1 to n - 2.

    Returns:
        Weights above 0 and at most 1; symmetric for one bandwidth.

    Raises:
        AlignmentError: Not one of bandwidth and k is given, it is out of range, or k + 1 others are at one point.
    """
    if (bandwidth is None) == (k is None):
        raise AlignmentError("A kernel needs a bandwidth or a number of neighbours.", where="kernel weights")
    reach = np.full(len(points), bandwidth, dtype=np.float64) if k is None else _reach(points, k)
    if not np.all(reach > 0):
        at = np.flatnonzero(~(reach > 0))[:1].tolist()
        raise AlignmentError(f"The bandwidth is not above 0 around point {at}.", where="kernel weights")
    start, end, distance = _within(points, reach)
    share = distance / reach[start]
    weight = _FORM[shape](share)
    near = share < 1 - AT_REACH
    return from_pairs(len(points), start[near], end[near], weight[near])


_FORM = {
    Kernel.TRIANGULAR: lambda u: 1 - u,
    Kernel.EPANECHNIKOV: lambda u: 1 - u**2,
    Kernel.BISQUARE: lambda u: (1 - u**2) ** 2,
    Kernel.GAUSSIAN: lambda u: np.exp(-(u**2) / 2),
}


def _reach(points: FloatArray, k: int) -> FloatArray:
    if not 1 <= k < len(points) - 1:
        raise AlignmentError(
            f"{k} neighbours and one more cannot be found among {len(points)}.", where="kernel weights"
        )
    return np.asarray(cKDTree(points).query(points, k=k + 2)[0][:, -1])


def _within(points: FloatArray, reach: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    found = cKDTree(points).query_ball_point(points, reach)
    sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
    start = np.repeat(np.arange(len(points), dtype=np.int64), sizes)
    end = np.concatenate([np.asarray(one, dtype=np.int64) for one in found])
    other = start != end
    start, end = start[other], end[other]
    return start, end, np.linalg.norm(points[start] - points[end], axis=1)
