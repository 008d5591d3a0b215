"""The polygons of a layer, all in one: every ring as a run of points, so that they can be looked at together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Outlines(NamedTuple):
    """Rings of polygons, not closed.

    Args:
        point: (n, 2) in tile units.
        start: (rings + 1,) where each begins.
        feature: (rings,) position of the feature in its layer, ascending.
        outer: (rings,) whether the area is positive: an exterior ring, before its holes.
    """

    point: Points
    start: IntArray
    feature: IntArray
    outer: BoolArray

    def following(self) -> IntArray:
        """Return (n,) the number of the point after each in its ring."""
        after = np.arange(1, len(self.point) + 1)
        after[self.start[1:] - 1] = self.start[:-1]
        return after

    def polygons(self, feature: int) -> list[list[Points]]:
        """Return the polygons of a feature, each an exterior ring and the holes after it."""
        found: list[list[Points]] = []
        for ring in range(*np.searchsorted(self.feature, [feature, feature + 1]).tolist()):
            points = self.point[self.start[ring] : self.start[ring + 1]]
            if self.outer[ring]:
                found.append([points])
            elif found:
                found[-1].append(points)
        return found


def outlines_of(rings: Iterable[tuple[int, Points, bool]]) -> Outlines:
    """Put rings together.

    Args:
        rings: Position of the feature, points, and whether the area is positive; by feature.
    """
    feature, points, outer = list[int](), [np.empty((0, 2), dtype=np.int64)], list[bool]()
    for position, ring, positive in rings:
        feature.append(position)
        points.append(ring)
        outer.append(positive)
    start = np.cumsum([len(ring) for ring in points], dtype=np.int64)
    return Outlines(np.concatenate(points), start, np.array(feature, dtype=np.int64), np.array(outer, dtype=np.bool_))


def doubled_areas(point: Points, start: IntArray, after: IntArray) -> IntArray:
    """Return (rings,) twice the surveyor's area of each ring, for points below 2^24."""
    x, y = point.T
    return np.asarray(np.add.reduceat(x * y[after] - x[after] * y, start[:-1]))
