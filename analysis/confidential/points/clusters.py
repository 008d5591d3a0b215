"""Clusters of points: DBSCAN, at one density, and HDBSCAN, at whatever density each cluster has.

Conventions: a point is *core* if at least `least` points, itself included, lie within the distance, the distance
itself included (one part in 1e9 more is still equal). Core points within the distance of each other are of one cluster;
another point within the distance of a core point belongs to the cluster of its nearest core point, so that, unlike in
other software, the order of the rows decides nothing. What remains is noise, -1. Clusters are numbered from 0 by the
number of their points, the largest first; equally large ones from west to east. A cluster need not be round, and a
chain of addresses along a street is one cluster: it says that points lie close, not that there are more than the number
of addresses would give. For that, see `analysis.statistics.scan`.

Ester, Kriegel, Sander & Xu (1996), KDD-96, 226-231; Campello, Moulavi & Sander (2013), PAKDD, LNAI 7819, 160-172;
McInnes, Healy & Astels (2017), Journal of Open Source Software 2 (11), 205.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.limits import DEFAULT_LIMITS, Limits

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: The label of a point in no cluster.
NOISE = -1

#: Share by which the distance may be exceeded and still be equal.
TIE = 1e-9

#: Bytes that a pair of places takes.
PAIR_BYTES = 48


@dataclass(frozen=True, slots=True, eq=False)
class PointClusters:
    """To which cluster each point belongs.

    Args:
        label: (n,) number of the cluster, from 0; `NOISE` for none.
        strength: (n,) how firmly it belongs, 0 to 1: DBSCAN 1 for core points, 0.5 for others in a cluster; HDBSCAN
            the share of the cluster's density range that the point survives; 0 for noise.
    """

    label: IntArray
    strength: FloatArray

    @property
    def count(self) -> int:
        """Number of clusters."""
        return int(self.label.max(initial=NOISE)) + 1


def dbscan(points: FloatArray, *, distance: float, least: int, limits: Limits = DEFAULT_LIMITS) -> PointClusters:
    """Gather points that lie as densely as stated.

    Args:
        points: (n, d) finite coordinates.
        distance: Largest distance between neighbours, above 0, in the unit of the coordinates.
        least: Fewest points within the distance of a core point, itself included; at least 1.
        limits: Memory that pairs of places may take.

    Returns:
        The cluster of each point.

    Raises:
        StatisticError: A coordinate is not finite, or an option is not in its range.
        CostError: Too many places lie within the distance of each other.
    """
    places, place_of, number = _places(points)
    if not (np.isfinite(distance) and distance > 0) or least < 1:
        raise StatisticError("The distance must be above 0, and the fewest points at least 1.")
    reach = distance * (1 + TIE)
    first, second = _pairs(places, reach, limits)
    near = number + np.bincount(first, number[second], len(places)) + np.bincount(second, number[first], len(places))
    core = near >= least
    label = np.full(len(places), NOISE, dtype=np.int64)
    if core.any():
        label[core] = _connected(core, first, second)
        others = np.flatnonzero(~core)
        away, nearest = cKDTree(places[core]).query(places[others])
        joins = away <= reach
        label[others[joins]] = label[core][nearest[joins]]
    strength = np.where(core, 1.0, np.where(label == NOISE, 0.0, 0.5))
    return PointClusters(_by_size(label, number)[place_of], strength[place_of])


def hdbscan(points: FloatArray, *, least: int, neighbours: int | None = None) -> PointClusters:
    """Gather points into the clusters that persist over the widest range of densities.

    Args:
        points: (n, d) finite coordinates.
        least: Fewest points of a cluster, at least 2.
        neighbours: Points in whose distance density is measured, 1 to n; `least` unless given. More gives smoother
            clusters and more noise.

    Returns:
        The cluster of each point. All points in one cluster is never the answer.

    Raises:
        StatisticError: A coordinate is not finite, or an option is not in its range.
    """
    # Imported where it runs: it takes a second, which nothing else of this zone should wait for.
    from sklearn.cluster import HDBSCAN

    places, place_of, number = _places(points)
    if least < 2 or (neighbours is not None and not 1 <= neighbours <= len(points)):
        raise StatisticError("A cluster has at least 2 points, and neighbours are 1 to all points.")
    if len(points) < max(least, neighbours or 1):
        return PointClusters(np.full(len(points), NOISE, dtype=np.int64), np.zeros(len(points)))
    # In the order of places, so that the order of the rows decides nothing.
    order = np.argsort(place_of, kind="stable")
    model = HDBSCAN(min_cluster_size=least, min_samples=neighbours, copy=True)
    found: Any = model.fit(np.repeat(places, number, axis=0))
    label, strength = np.empty(len(order), dtype=np.int64), np.empty(len(order))
    label[order] = _by_size(np.asarray(found.labels_, dtype=np.int64), np.ones(len(order), dtype=np.int64))
    strength[order] = found.probabilities_
    return PointClusters(label, np.where(label == NOISE, 0.0, strength))


def _places(points: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
    # Distinct places from west to east, the place of each point, and the number of points there.
    coordinates = np.asarray(points, dtype=np.float64)
    if coordinates.ndim != 2:
        raise StatisticError(f"Points have shape {coordinates.shape}; a row of coordinates a point is needed.")
    wrong = np.flatnonzero(~np.isfinite(coordinates).all(axis=1))
    if wrong.size:
        raise StatisticError("A coordinate is not a finite number.", where=f"point {wrong[0]}")
    places, place_of, number = np.unique(coordinates, axis=0, return_inverse=True, return_counts=True)
    return places, place_of.reshape(-1), number


def _pairs(places: FloatArray, reach: float, limits: Limits) -> tuple[IntArray, IntArray]:
    tree: Any = cKDTree(places)
    count = (int(tree.count_neighbors(tree, reach)) - len(places)) // 2
    if count * PAIR_BYTES > limits.memory:
        raise CostError("Too many places lie within the distance of each other.", remedy="Give a smaller distance.")
    pairs = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    return pairs[:, 0], pairs[:, 1]


def _connected(core: NDArray[np.bool_], first: IntArray, second: IntArray) -> IntArray:
    rank = np.cumsum(core) - 1
    linked = core[first] & core[second]
    ends = (rank[first[linked]], rank[second[linked]])
    size = int(core.sum())
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _by_size(label: IntArray, number: IntArray) -> IntArray:
    # Labels in the order of places; the first place of a cluster breaks ties.
    known = label != NOISE
    if not known.any():
        return label
    names, first, which = np.unique(label[known], return_index=True, return_inverse=True)
    size = np.bincount(which, number[known])
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(names))
    renamed = label.copy()
    renamed[known] = rank[which]
    return renamed
