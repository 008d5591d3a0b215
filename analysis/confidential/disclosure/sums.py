"""What can be derived in one tree of sums where every area is known to lie between two limits.

Twice over the tree is enough and exact: upwards, an area lies between the sums of the limits of its parts; downwards, a
part lies between what the whole leaves it beside the limits of the other parts. (Sums of intervals in a tree are
attained independently of one another, so no limit that is left can be improved.)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def depths(parent: IntArray) -> tuple[IntArray, ...]:
    """Return the positions of the areas of each depth, the root's first.

    Args:
        parent: (n,) position of each area's parent, before its own; -1 for the root.
    """
    depth = np.zeros(len(parent), dtype=np.int64)
    for at in range(1, len(parent)):
        depth[at] = depth[parent[at]] + 1
    return tuple(np.flatnonzero(depth == one) for one in range(int(depth.max(initial=0)) + 1))


def tightened(parent: IntArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the limits of every area once all sums are read.

    Args:
        parent: (n,) position of each area's parent, before its own; -1 for the root. An area is the sum of its
            children where it has any.
        low: (n,) least value of each area, at least 0.
        high: (n,) largest value, infinite where nothing limits it.

    Returns:
        (n,) least and largest values; a least above a largest where no numbers fit.
    """
    low, high = low.astype(np.float64), high.astype(np.float64)
    levels = depths(parent)
    for below in levels[:0:-1]:
        whole = parent[below]
        held = np.unique(whole)
        low[held] = np.maximum(low[held], np.bincount(whole, low[below], len(parent))[held])
        high[held] = np.minimum(high[held], np.bincount(whole, high[below], len(parent))[held])
    for below in levels[1:]:
        whole = parent[below]
        least = np.bincount(whole, low[below], len(parent))[whole] - low[below]
        most = beside(whole, high[below])
        low[below], high[below] = (
            np.maximum(low[below], low[whole] - most),
            np.minimum(high[below], high[whole] - least),
        )
    return low, high


def beside(whole: IntArray, high: FloatArray) -> FloatArray:
    """Return, for each part, the sum of the largest values of the other parts of its whole."""
    endless = np.isinf(high)
    finite = np.where(endless, 0.0, high)
    others = np.bincount(whole, finite)[whole] - finite
    return np.where(np.bincount(whole, endless)[whole] - endless > 0, np.inf, others)


def children(parent: IntArray) -> Iterator[IntArray]:
    """Yield the positions of the children of each area in turn."""
    order = np.argsort(parent, kind="stable")
    start = np.searchsorted(parent[order], np.arange(len(parent) + 1))
    for at in range(len(parent)):
        yield order[start[at] : start[at + 1]]
