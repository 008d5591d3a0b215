"""Neighbourhoods that follow from others, or from points on the globe, without a geometry library.

Distances between points are straight through the earth (the chord between points of the WGS 84 ellipsoid). Over the
tens of kilometres at which neighbours are sought, chord and distance in RD differ by at most some 0.02% (the scale of
RD), so that they order neighbours alike but for near ties; and no projection has to be chosen, or installed.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from geo.proximity import k_nearest
from geo.weights import FloatArray, SpatialWeights, from_pairs

#: WGS 84: half of the longest axis in metres, and the square of the eccentricity.
SEMI_MAJOR, ECCENTRICITY_2 = 6_378_137.0, 0.006_694_379_990_141_316


def second_order(weights: SpatialWeights) -> SpatialWeights:
    """Link areas to their neighbours and to the neighbours of these.

    Args:
        weights: Links among n areas; their weights do not matter.

    Returns:
        Binary weights. An island stays one; a neighbour across an area that is not there is not reached.
    """
    data = np.ones(len(weights.indices), dtype=np.int32)
    one = csr_array((data, weights.indices, weights.indptr), shape=(weights.n, weights.n))
    reached = (one + one @ one).tocoo()
    return from_pairs(weights.n, reached.row, reached.col)


def nearest_on_globe(degrees: FloatArray, k: int) -> SpatialWeights:
    """Link each point to its k nearest others.

    Args:
        degrees: (n, 2) longitude and latitude (WGS 84), NaN where an area has no place: it becomes an island.
        k: Number of neighbours, at least 1; where fewer others have a place, all of those.

    Returns:
        Binary weights, in general not symmetric.
    """
    placed = np.flatnonzero(np.isfinite(degrees).all(axis=1))
    most = min(k, placed.size - 1)
    if most < 1:
        return from_pairs(len(degrees), placed[:0], placed[:0])
    among = k_nearest(earth_centred(degrees[placed]), most)
    return from_pairs(len(degrees), placed[among.rows], placed[among.indices])


def earth_centred(degrees: FloatArray) -> FloatArray:
    """Return (n, 3) metres from the middle of the earth of (n, 2) longitudes and latitudes, at sea level."""
    lon, lat = np.radians(degrees).T
    radius = SEMI_MAJOR / np.sqrt(1 - ECCENTRICITY_2 * np.sin(lat) ** 2)
    across = radius * np.cos(lat)
    return np.column_stack([across * np.cos(lon), across * np.sin(lon), (1 - ECCENTRICITY_2) * radius * np.sin(lat)])
