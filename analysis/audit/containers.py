"""What contains what: the smallest published cell around every cell and atom, and what they can hold at most.

A cell contains another of its own family by its parents, and one of the other family where it holds all of that one's
atoms. The count of a hidden cell is never above that of a published cell around it: nobody can ask it to look larger.
"""

from __future__ import annotations

import numpy as np

from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.places import SINK, SOURCE, Frame, total


def cell_capacities(frame: Frame) -> IntArray:
    """Return (nodes,) what every cell can hold at most; the country's at both its nodes."""
    sums = np.zeros(frame.nodes, dtype=np.int64)
    for chain, leaf in zip(frame.chains, (frame.tail, frame.head), strict=True):
        sums = _plus(sums, total(frame.capacity, leaf, frame.nodes))
        for level in reversed(chain):
            cells = frame.cells(level)
            sums = _plus(sums, total(sums[cells], frame.above[cells], frame.nodes))
    return sums


def _plus(one: IntArray, other: IntArray) -> IntArray:
    return np.where((one == UNLIMITED) | (other == UNLIMITED), UNLIMITED, one + other)


def nearest_published(frame: Frame, low: IntArray, published: BoolArray) -> IntArray:
    """Return (nodes,) the low end of the nearest published cell that is the cell or contains it by its parents.

    Args:
        frame: The cells.
        low: (nodes,) low end of every cell.
        published: (nodes,) whether it is shown; the country's twice.
    """
    near = np.where(published, low, UNLIMITED)
    for level in frame.levels:
        cells = frame.cells(level)
        near[cells] = np.where(published[cells], low[cells], near[frame.above[cells]])
    return near


def holders(frame: Frame) -> IntArray:
    """Return (nodes,) the node of the smallest cell of the other family that holds all atoms of a cell."""
    holder = np.zeros(frame.nodes, dtype=np.int64)
    ways = (ancestors(frame, SOURCE), ancestors(frame, SINK))
    for family in (SOURCE, SINK):
        for level, own in zip(frame.chains[family], ways[family], strict=True):
            cells = frame.cells(level)
            found = np.full(cells.stop - cells.start, 1 - family, dtype=np.int64)
            for other in ways[1 - family]:
                found = _held(own, other, cells, found)
            holder[cells] = found
    return holder


def ancestors(frame: Frame, family: int) -> list[IntArray]:
    """Return by level of a family, coarsest first, (a,) the node of the cell that holds each atom, -1 where none does.

    Args:
        frame: The cells and atoms.
        family: `SOURCE` for the administrative family, `SINK` for the hexes.
    """
    at = (frame.tail, frame.head)[family]
    found = []
    for level in reversed(frame.chains[family]):
        cells = frame.cells(level)
        here = (at >= cells.start) & (at < cells.stop)
        found.append(np.where(here, at, -1))
        at = np.where(here, frame.above[at], at)
    return found[::-1]


def _held(own: IntArray, other: IntArray, cells: slice, found: IntArray) -> IntArray:
    inside = own >= 0
    at, value = own[inside] - cells.start, other[inside]
    least = np.full(len(found), np.iinfo(np.int64).max)
    most = np.full(len(found), -1, dtype=np.int64)
    np.minimum.at(least, at, value)
    np.maximum.at(most, at, value)
    return np.where((least == most) & (most >= 0), most, found)
