"""Kernel density of points on a raster, with adaptive bandwidths and edge correction.

Every event is spread over the cells whose centre lies within its bandwidth by the quartic kernel (1 - u^2)^2, u the
distance in bandwidths. Edge correction: what would fall outside the study area is laid on the cells inside, by dividing
each event's kernel by the part of it that lies inside (Jones-Diggle). So each event counts for exactly one and the
raster adds up to the number of events. Adaptive bandwidths (Abramson): an event's bandwidth is proportional to the
inverse square root of a first density with one bandwidth for all, scaled so that their geometric mean is the bandwidth
given.

Conventions: values are events per cell, not per unit of area. A kernel that holds no centre of a cell inside falls
wholly on the event's own cell. An adaptive bandwidth is at most `widest` times the one given. The order of the rows
decides nothing, to the bit.

Silverman (1986), Density Estimation, sections 5.3 and 4.2; Abramson (1982), Annals of Statistics 10, 1217-1223; Diggle
(1985), Applied Statistics 34, 138-147; Jones (1993), Statistics and Computing 3, 135-146 (edge correction).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.errors import StatisticError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Bandwidths(StrEnum):
    """Whether every event is spread as widely."""

    FIXED = "fixed"
    ADAPTIVE = "adaptive"


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Which cells of a raster belong to the study area.

    Args:
        west: x of the western edge.
        north: y of the northern edge.
        cell: Width and height of a cell, above 0, in the unit of the coordinates.
        inside: (rows, columns) bool, the first row northernmost; at least one cell.

    Raises:
        StatisticError: No cell lies inside, or a number is not finite.
    """

    west: float
    north: float
    cell: float
    inside: NDArray[np.bool_]

    def __post_init__(self) -> None:
        inside = np.array(self.inside, dtype=np.bool_)
        inside.flags.writeable = False
        object.__setattr__(self, "inside", inside)
        if inside.ndim != 2 or not inside.any():
            raise StatisticError("A study area has at least one cell of a raster.")
        if not np.isfinite([self.west, self.north, self.cell]).all() or self.cell <= 0:
            raise StatisticError("A raster has finite edges and cells wider than 0.")

    def positions(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return (n,) rows and columns as fractions: 0.5 is the middle of the first cell."""
        return (self.north - points[:, 1]) / self.cell, (points[:, 0] - self.west) / self.cell

    def contains(self, points: FloatArray) -> NDArray[np.bool_]:
        """Return (n,) whether points, finite, lie in a cell inside."""
        rows, columns = (np.floor(part).astype(np.int64) for part in self.positions(points))
        height, width = self.inside.shape
        within: NDArray[np.bool_] = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        within[within] = self.inside[rows[within], columns[within]]
        return within


def kernel_density(
    points: FloatArray,
    window: Window,
    *,
    bandwidth: float,
    bandwidths: Bandwidths = Bandwidths.ADAPTIVE,
    widest: float = 5.0,
) -> FloatArray:
    """Spread events over the cells of a study area.

    Args:
        points: (n, 2) x and y of each event, inside the study area.
        window: The study area.
        bandwidth: Distance over which an event is spread, above 0; the geometric mean if adaptive.
        bandwidths: One for all, or smaller where events are dense.
        widest: Largest adaptive bandwidth, in bandwidths, at least 1.

    Returns:
        (rows, columns) events per cell, 0 outside; adds up to n.

    Raises:
        StatisticError: A coordinate is not finite, an event lies outside, or an option is not in its range.
    """
    events = _checked(points, window)
    if not (np.isfinite(bandwidth) and bandwidth > 0 and widest >= 1):
        raise StatisticError("The bandwidth must be above 0, and the widest at least 1.")
    # Floating-point sums depend on their order; sorted, they do not depend on that of the rows.
    events = events[np.lexsort(events.T)]
    even = np.full(len(events), bandwidth)
    if bandwidths is Bandwidths.FIXED or not len(events):
        return _spread(events, even, window)
    return _spread(events, adaptive_bandwidths(events, window, bandwidth=bandwidth, widest=widest), window)


def adaptive_bandwidths(points: FloatArray, window: Window, *, bandwidth: float, widest: float = 5.0) -> FloatArray:
    """Compute the bandwidth of each event by Abramson's rule. See `kernel_density`.

    Returns:
        (n,) bandwidths, at most `widest` times the one given.
    """
    rows, columns = window.positions(points)
    first = _spread(points, np.full(len(points), bandwidth), window)
    density = first[rows.astype(np.int64), columns.astype(np.int64)]
    # Above 0: of all centres that of the event's own cell is nearest to it, so the cell got a part of the event.
    scale = np.exp(np.mean(np.log(density)) / 2) / np.sqrt(density)
    return np.asarray(bandwidth * np.minimum(scale, widest))


def _checked(points: FloatArray, window: Window) -> FloatArray:
    events = np.asarray(points, dtype=np.float64)
    if events.ndim != 2 or events.shape[1] != 2:
        raise StatisticError(f"Points have shape {events.shape}; x and y of each event are needed.")
    wrong = np.flatnonzero(~np.isfinite(events).all(axis=1))
    if wrong.size:
        raise StatisticError("A coordinate is not a finite number.", where=f"event {wrong[0]}")
    within = window.contains(events)
    if not within.all():
        raise StatisticError(
            f"{np.count_nonzero(~within)} events lie outside the study area.",
            where=f"event {np.argmin(within)}",
            remedy="Leave them out, or widen the area: an edge is corrected for events inside.",
        )
    return events


def _spread(points: FloatArray, bandwidths: FloatArray, window: Window) -> FloatArray:
    rows, columns = window.positions(points)
    reach = bandwidths / window.cell
    height, width = window.inside.shape
    top, bottom = _centres(rows, reach, height)
    left, right = _centres(columns, reach, width)
    amount = np.zeros((height, width))
    for at in range(len(points)):
        patch = (slice(top[at], bottom[at]), slice(left[at], right[at]))
        down = (np.arange(top[at], bottom[at]) + 0.5 - rows[at]) / reach[at]
        across = (np.arange(left[at], right[at]) + 0.5 - columns[at]) / reach[at]
        kernel = np.maximum(1 - (down**2)[:, None] - across**2, 0.0) ** 2 * window.inside[patch]
        whole = kernel.sum()
        if whole > 0:
            amount[patch] += kernel / whole
        else:
            amount[int(rows[at]), int(columns[at])] += 1
    return amount


def _centres(position: FloatArray, reach: FloatArray, size: int) -> tuple[IntArray, IntArray]:
    # From which cell, and before which, centres lie within reach.
    start = np.clip(np.ceil(position - reach - 0.5), 0, size).astype(np.int64)
    end = np.clip(np.floor(position + reach - 0.5) + 1, 0, size).astype(np.int64)
    return start, np.maximum(start, end)
