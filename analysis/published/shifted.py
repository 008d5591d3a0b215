"""A grid of one's own from published cells: sums of whole cells, hidden ones as the intervals that they are.

What a map shows depends on where its borders lie (the modifiable areal unit problem). So hotspots are computed again on
a grid that lies elsewhere: every cell of it is a union of published finest hexes, and its count is their sum. Nothing
new is published by it: anybody can add published numbers up.

Openshaw (1984), The Modifiable Areal Unit Problem, CATMOG 38.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geo.weights import SpatialWeights, both_ways
from zicht.published import FloatArray, PublishedColumn, Status

IntArray = NDArray[np.int64]


def merged(column: PublishedColumn, group: IntArray, *, level: str) -> PublishedColumn:
    """Add the cells of a column up by group.

    Args:
        column: (n,) published counts or exposures.
        group: (n,) the group of each cell, 0 to the number of groups; -1 for none.
        level: What the groups are called.

    Returns:
        A group is published if all its cells are; not applicable if one of them has no number; otherwise it is
        suppressed, with the sums of their bounds.
    """
    count = int(group.max(initial=-1)) + 1
    inside = group >= 0
    member = group[inside]

    def sums(part: FloatArray) -> FloatArray:
        return np.bincount(member, weights=part[inside], minlength=count).astype(np.float64)

    published = sums((column.status == Status.PUBLISHED).astype(np.float64))
    hidden = sums((column.status == Status.SUPPRESSED).astype(np.float64))
    size = np.bincount(member, minlength=count)
    status = np.where(published == size, Status.PUBLISHED, Status.SUPPRESSED)
    status = np.where(published + hidden < size, Status.NOT_APPLICABLE, status).astype(np.str_)
    number = status != Status.NOT_APPLICABLE
    low = sums(np.nan_to_num(column.low, nan=0.0))
    high = sums(np.where(np.isnan(column.high), np.inf, column.high))
    return PublishedColumn(
        key=replace(column.key, level=level),
        unit=column.unit,
        code=np.array([f"{level}/{at:07d}" for at in range(count)], dtype=np.str_),
        status=status,
        value=np.where(status == Status.PUBLISHED, sums(np.nan_to_num(column.value)), np.nan),
        low=np.where(number, low, np.nan),
        high=np.where(number & np.isfinite(high), high, np.nan),
    )


def merged_weights(weights: SpatialWeights, group: IntArray) -> SpatialWeights:
    """Return who neighbours whom among groups: those with cells beside each other."""
    first, second = group[weights.rows], group[weights.indices]
    linked = (first >= 0) & (second >= 0) & (first != second)
    return both_ways(int(group.max(initial=-1)) + 1, first[linked], second[linked])
