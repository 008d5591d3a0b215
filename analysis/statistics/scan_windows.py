"""The circles of a scan: every circle around an area that holds no more than a stated share of the exposure.

A circle grows around the point of an area over the nearest other points. Circles are kept as the order in which the
areas enter, with a mark where a circle may end.

Conventions: a circle holds all points at one distance or none of them, so areas whose distances are equal to within one
part in 1e9 (a lattice, several areas at one point) enter together and the order of the rows of a table decides nothing.
SaTScan lets such areas enter one by one. A circle ends before the areas that would bring it over the share or over the
number of areas allowed; it grows past areas without exposure, which count as areas. Distances are Euclidean in as many
dimensions as there are coordinates: points on a globe are given as three coordinates on a sphere, whose chords are in
the order of great circles.

Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.tails import FloatArray, IntArray

#: Distances closer than this share of the longer one are equal.
TIE = 1e-9

#: Centres times nearest points asked for at once.
CHUNK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Circles around n areas.

    Args:
        indptr: (n + 1,) where the areas of each centre begin.
        members: (m,) int32, areas in the order in which they enter the circle, the centre's own point first.
        closes: (m,) bool, whether a circle may end with this area.
        distance: (m,) distance of the area from the centre, in float32.
        visit: (n,) the centres from neighbour to neighbour, for a loop that keeps what it reads near.
    """

    indptr: IntArray
    members: NDArray[np.int32]
    closes: NDArray[np.bool_]
    distance: NDArray[np.float32]
    visit: IntArray

    def circle(self, centre: int, size: int) -> IntArray:
        """Return the first `size` areas that enter the circle around a centre."""
        start = int(self.indptr[centre])
        return self.members[start : start + size].astype(np.int64)

    def radius(self, centre: int, size: int) -> float:
        """Return the distance at which the last of `size` areas enters."""
        return float(self.distance[int(self.indptr[centre]) + size - 1])


def nearest_windows(
    coordinates: FloatArray,
    exposure: FloatArray,
    *,
    max_share: float = 0.5,
    max_areas: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Windows:
    """List the circles around every area.

    Args:
        coordinates: (n, d) a point for every area, finite.
        exposure: (n,) population or expected cases, at least 0, not all 0.
        max_share: Largest share of the exposure in a circle, above 0, at most 1.
        max_areas: Most areas in a circle, at least 1; none for no limit.
        limits: Memory that the list may take.

    Returns:
        The circles; a centre whose own point holds more than the share has none.

    Raises:
        StatisticError: Coordinates are not finite, or a limit is not in its range.
        CostError: The list would take more memory than `limits` allow.
    """
    points = np.asarray(coordinates, dtype=np.float64)
    count = len(points)
    if points.ndim != 2 or exposure.shape != (count,):
        raise StatisticError(f"There are {exposure.size} exposures for coordinates of shape {points.shape}.")
    _check(points, max_share, max_areas)
    most = min(count, max_areas or count)
    # Nine bytes an area in a circle, twice while the parts are joined.
    room = int(limits.memory // 18)
    parts, held = [], 0
    tree = cKDTree(points)
    for part in _chunks(tree, exposure, most, max_share * float(exposure.sum()) * (1 + 1e-12)):
        held += part[1].size
        if held > room:
            raise CostError(
                f"The circles would take more than {limits.memory:.0f} bytes.",
                remedy="State a smaller number of areas or a smaller share.",
            )
        parts.append(part)
    length, members, closes, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    indptr = np.concatenate(([0], np.cumsum(length)))
    return Windows(indptr, members, closes, distance, np.asarray(tree.indices, dtype=np.int64))


def _check(points: FloatArray, max_share: float, max_areas: int | None) -> None:
    wrong = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if wrong.size:
        raise StatisticError("A coordinate is not a finite number.", where=f"area {wrong[0]}")
    if not 0 < max_share <= 1:
        raise StatisticError("The largest share of a circle must be above 0 and at most 1.")
    if max_areas is not None and max_areas < 1:
        raise StatisticError("A circle holds at least one area.")


def _chunks(
    tree: Any, exposure: FloatArray, most: int, largest: float
) -> Iterator[tuple[IntArray, NDArray[np.int32], NDArray[np.bool_], NDArray[np.float32]]]:
    count = tree.n
    # One more than a circle may hold tells whether a circle of that many is whole.
    asked = min(count, most + 1)
    step = max(1, CHUNK // asked)
    for start in range(0, count, step):
        distance, order = tree.query(tree.data[start : start + step], k=np.arange(1, asked + 1), workers=2)
        members, closes = _in_order(distance, order, last=asked == count)
        members, closes, distance = members[:, :most], closes[:, :most], distance[:, :most]
        held = np.cumsum(exposure[members], axis=1)
        closes &= held <= largest
        # Nothing is kept beyond the last place where a circle may end.
        length = np.where(closes.any(axis=1), most - np.argmax(closes[:, ::-1], axis=1), 0)
        kept = np.arange(most) < length[:, None]
        yield length, members[kept].astype(np.int32), closes[kept], distance[kept].astype(np.float32)


def _in_order(distance: FloatArray, order: IntArray, *, last: bool) -> tuple[IntArray, NDArray[np.bool_]]:
    # Points at one distance in ascending order of position, so that nothing depends on the tree.
    closes = np.empty(distance.shape, dtype=np.bool_)
    closes[:, :-1] = distance[:, 1:] - distance[:, :-1] > TIE * distance[:, 1:]
    closes[:, -1] = last
    if closes[:, :-1].all():
        return order, closes
    group = np.zeros(distance.shape, dtype=np.int64)
    np.cumsum(closes[:, :-1], axis=1, out=group[:, 1:])
    sorting = np.argsort(group * (order.max() + 1) + order, axis=1)
    return np.take_along_axis(order, sorting, axis=1), closes
