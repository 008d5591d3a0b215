"""Outlines of hexagons from their centres and bounds, so that a server needs no H3.

In H3's own plane the cells of one resolution are a regular lattice, in which every corner is the mean of the three
centres around it (I. Brodsky, "H3: Uber's Hexagonal Hierarchical Spatial Index", 2018; H3 documentation, "Grid").
That tells which corner ends which cell, and the bounds then say where it is. Each corner is one number for its three
cells. A cell that an edge of H3's icosahedron crosses may have a seventh corner, which is left out; such an edge runs
through the Netherlands. Places are parts of the world in web mercator (`tiles.cells.mercator`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tiles.cells import IntArray
from zicht.published import FloatArray

CORNERS = 6

#: A neighbour is as far as the lattice says, within this part; the next ring begins at 1.73.
_NEAR = 1.4


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """What is usual for the cells of a level, where their neighbours do not say it.

    Args:
        spacing: About how far centres lie apart, as a part of the world.
        turn: Angle of the first direction, radians.
        way: (6, 2) way to the neighbour in each direction, as parts of the world.
    """

    spacing: float
    turn: float
    way: FloatArray


def _spacing(low: FloatArray, high: FloatArray) -> float:
    """Return about how far centres lie apart: a hexagon of circumradius R is between 1.73 R and 2 R wide and high."""
    return float(np.median((high - low).mean(axis=1))) * 1.73 / 1.87 if len(low) else 1.0


def learnt(centre: FloatArray, low: FloatArray, high: FloatArray) -> tuple[NDArray[np.intp], Lattice]:
    """Return the neighbours of cells and what is usual for them.

    Args:
        centre: (n, 2) places.
        low: (n, 2) north-western ends of the bounds.
        high: (n, 2) south-eastern ends.

    Returns:
        (n, 6) neighbours by direction, -1 where there is none, and the lattice.
    """
    spacing = _spacing(low, high)
    row, other, angle = _pairs(centre, spacing)
    turn = float(np.angle(np.exp(1j * CORNERS * angle).mean())) / CORNERS if len(angle) else 0.0
    neighbour = _by_direction(len(centre), row, other, angle - turn)
    return neighbour, Lattice(spacing, turn, _usual(centre, neighbour, spacing, turn))


def corners(centre: FloatArray, low: FloatArray, high: FloatArray, lattice: Lattice | None) -> FloatArray:
    """Return the corners of cells, in turn.

    Args:
        centre: (n, 2) places.
        low: (n, 2) north-western ends of the bounds.
        high: (n, 2) south-eastern ends.
        lattice: What is usual for them; None to learn it from them.

    Returns:
        (n, 6, 2) places.
    """
    if lattice is None:
        neighbour, lattice = learnt(centre, low, high)
    else:
        row, other, angle = _pairs(centre, lattice.spacing)
        neighbour = _by_direction(len(centre), row, other, angle - lattice.turn)
    spacing, towards = lattice.spacing, _towards(centre, neighbour, lattice.way)
    mean = centre[:, None, :] + (towards + np.roll(towards, -1, axis=1)) / 3
    # Corner k lies between neighbours k and k + 1; for the one it is corner k + 2, for the other corner k + 4.
    corner = np.broadcast_to(np.arange(CORNERS), neighbour.shape)
    itself = np.broadcast_to(np.arange(len(centre))[:, None], neighbour.shape)
    cells = np.stack([itself, neighbour, np.roll(neighbour, -1, axis=1)], axis=-1)
    places = np.stack([corner, (corner + 2) % CORNERS, (corner + 4) % CORNERS], axis=-1)
    there = (cells >= 0) & (np.abs(mean[cells, places] - mean[:, :, None, :]).max(axis=-1) < spacing / 5)
    parts = [
        _shared(mean[:, :, axis], low[:, axis], high[:, axis], cells, places, there) for axis in range(centre.shape[1])
    ]
    return np.stack(parts, axis=-1)


def _shared(
    mean: FloatArray, low: FloatArray, high: FloatArray, cells: IntArray, places: IntArray, there: NDArray[np.bool_]
) -> FloatArray:
    """Return one coordinate of every corner: that of the bounds where it ends a cell, else the mean; one for all cells.

    A corner is the first end of one of its three cells, or the last end of one of them, so that the bounds of the cells
    say nearly every corner exactly, also where H3's plane has a fold.
    """
    row = np.arange(len(mean))
    own, exact = mean.copy(), np.zeros(mean.shape, dtype=np.bool_)
    for end, place in ((low, mean.argmin(axis=1)), (high, mean.argmax(axis=1))):
        own[row, place], exact[row, place] = end, True
    later = len(mean) * np.where(exact[cells, places], 1, 2)
    chosen = np.where(there, cells + later, 4 * len(mean)).argmin(axis=-1)[..., None]
    cell, place = (np.take_along_axis(part, chosen, axis=-1)[..., 0] for part in (cells, places))
    return own[cell, place]


def _pairs(centre: FloatArray, spacing: float) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Return cells, a neighbour of each, and the angle of the way there."""
    count = len(centre)
    if count < 2:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
    size = min(count, CORNERS + 1)
    away, index = cKDTree(centre).query(centre, k=size, distance_upper_bound=_NEAR * spacing)
    row, column = np.nonzero(np.isfinite(away[:, 1:]))
    other = index[row, column + 1]
    vector = centre[other] - centre[row]
    return row, other, np.arctan2(vector[:, 1], vector[:, 0])


def _by_direction(count: int, row: NDArray[np.intp], other: NDArray[np.intp], angle: FloatArray) -> NDArray[np.intp]:
    """Return the (count, 6) neighbours by direction, -1 where there is none."""
    found = np.full((count, CORNERS), -1, dtype=np.intp)
    found[row, np.rint(angle / (np.pi / 3)).astype(np.int64) % CORNERS] = other
    return found


def _usual(centre: FloatArray, neighbour: NDArray[np.intp], spacing: float, turn: float) -> FloatArray:
    """Return the (6, 2) usual way to the neighbour in each direction."""
    angle = turn + np.arange(CORNERS) * np.pi / 3
    regular = spacing * np.column_stack([np.cos(angle), np.sin(angle)])
    there = neighbour >= 0
    ways = [centre[neighbour[there[:, k], k]] - centre[there[:, k]] for k in range(CORNERS)]
    return np.array([np.median(way, axis=0) if len(way) else regular[k] for k, way in enumerate(ways)])


def _towards(centre: FloatArray, neighbour: NDArray[np.intp], usual: FloatArray) -> FloatArray:
    """Return the (n, 6, 2) ways to the neighbours; where one is missing, the opposite of the opposite one."""
    there = neighbour >= 0
    way = np.where(there[:, :, None], centre[neighbour] - centre[:, None, :], np.nan)
    way = np.where(np.isnan(way), -np.roll(way, CORNERS // 2, axis=1), way)
    # In a lattice each way is the sum of those beside it, and the difference of those on one side.
    for _ in range(2):
        before, after = np.roll(way, 1, axis=1), np.roll(way, -1, axis=1)
        way = np.where(np.isnan(way), before + after, way)
        way = np.where(np.isnan(way), before - np.roll(way, 2, axis=1), way)
        way = np.where(np.isnan(way), -np.roll(way, CORNERS // 2, axis=1), way)
    # A cell that has too few: the way that is usual there.
    return np.where(np.isnan(way), usual[None], way)
