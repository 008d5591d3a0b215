"""Order points along Hilbert's curve, so that neighbours in the order are neighbours in the plane (Hilbert 1891)."""

from __future__ import annotations

import numpy as np

from geo.areas import FloatArray
from geo.fiction.country import IntArray

#: Bits per axis.
ORDER = 14


def hilbert_index(points: FloatArray) -> IntArray:
    """Compute each point's position along the Hilbert curve over the points' bounding square.

    Args:
        points: (n, 2) coordinates, n at least 1.

    Returns:
        (n,) positions in [0, 4**ORDER).
    """
    low = points.min(axis=0)
    side = max(float((points.max(axis=0) - low).max()), 1e-9)
    grid = np.minimum((points - low) / side * 2**ORDER, 2**ORDER - 1).astype(np.int64)
    x, y = grid[:, 0].copy(), grid[:, 1].copy()
    index = np.zeros(len(points), dtype=np.int64)
    for bit in range(ORDER - 1, -1, -1):
        step = 1 << bit
        right, up = (x & step) > 0, (y & step) > 0
        index += step * step * ((3 * right) ^ up)
        flip = ~up & right
        x, y = np.where(flip, step - 1 - (x & (step - 1)), x), np.where(flip, step - 1 - (y & (step - 1)), y)
        x, y = np.where(up, x, y), np.where(up, y, x)
    return index
