"""A total and its parts over all areas: what a reader knows of both together, and what the safety rule asks of it.

At every cell the total is the sum of its parts, so a table of areas, hexes and parts is no network any more: a bound by
linear programming may be larger than any table of whole numbers reaches. The rule is that of `joint`: every number
that is not shown can be 0 only, or can reach the least of t + m, what can be there, and the low end of the smallest
published cell that holds it. The same cell of the total holds a part.

Conventions: arrays are (members, arcs); member 0 is the total. All members share one network, of all levels that any of
them publishes; a cell of a level that a member does not publish is never shown, and not asked after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.systems import System

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Breakdown:
    """What must be protected together. Confidential.

    Args:
        system: The network that all members share.
        truth: True values, the first row the sum of the others.
        published: Whether each is shown.
        low: Low end of what a reader knows of it once it is shown.
        high: High end.
        floor: What a reader knows it to be at least when it is hidden.
        limit: And at most; `UNLIMITED` where nothing is known.
        required: t + m.
        above: Smallest upper bound asked beyond the rule, 0 for none.
        below: Largest lower bound asked beyond the rule, `UNLIMITED` for none.
        price: Price of hiding it, infinite where it may not be hidden.
        asked: Whether it is asked after: the atoms, and the cells of the levels that the member publishes.
    """

    system: System
    truth: IntArray
    published: BoolArray
    low: IntArray
    high: IntArray
    floor: IntArray
    limit: IntArray
    required: IntArray
    above: IntArray
    below: IntArray
    price: FloatArray
    asked: BoolArray

    def known(self) -> tuple[IntArray, IntArray]:
        """Return what a reader knows of each number by itself: at least, and at most."""
        low = np.where(self.published, self.low, self.floor)
        return low, np.where(self.published, np.minimum(self.high, self.limit), self.limit)


def inside(system: System) -> csr_array:
    """Return (cells, atoms) which atoms each cell holds."""
    cells, atoms = system.atoms.start, system.atoms.stop - system.atoms.start
    inner, outer = _held(system)
    size = len(system.network)
    step = csr_array((np.ones(len(inner), dtype=np.int64), (inner, outer)), shape=(size, size))
    found = step
    while True:
        more = found + found @ step
        more.data[:] = 1
        if more.nnz == found.nnz:
            break
        found = more
    return csr_array(found[cells : cells + atoms, :cells].T)


def possible(breakdown: Breakdown) -> IntArray:
    """Return what each number is at most: no more than what holds it, and the total no more than its parts together."""
    _, high = breakdown.known()
    inner, outer = _held(breakdown.system)
    high = high.copy()
    for _ in range(2):
        for own in high:
            _falls(own, inner, outer)
        high[1:] = np.minimum(high[1:], high[0])
        together = np.where((high[1:] >= UNLIMITED).any(axis=0), UNLIMITED, high[1:].sum(axis=0))
        high[0] = np.minimum(high[0], together)
    return high


def goals(breakdown: Breakdown, high: IntArray) -> IntArray:
    """Return what the upper bound of each number must reach, 0 for what is known to be 0.

    Args:
        breakdown: The members.
        high: From `possible`.
    """
    near = _nearest(breakdown)
    around = np.where(breakdown.published[0], breakdown.low[0], near[0])
    near[1:] = np.minimum(near[1:], around)
    least = np.minimum(np.minimum(breakdown.required, breakdown.limit), near)
    found: IntArray = np.where(high > 0, np.maximum(least, breakdown.above), 0)
    return found


def _nearest(breakdown: Breakdown) -> IntArray:
    """Return the low end of the smallest published cell of the same member that holds each cell or atom."""
    inner, outer = _held(breakdown.system)
    found = np.full(breakdown.truth.shape, UNLIMITED)
    for near, low, published in zip(found, breakdown.low, breakdown.published, strict=True):
        while True:
            before = near.copy()
            np.minimum.at(near, inner, np.where(published, low, before)[outer])
            if np.array_equal(near, before):
                break
    return found


def _falls(high: IntArray, inner: IntArray, outer: IntArray) -> None:
    """Lower what lies inside to what holds it; works in `high`."""
    while True:
        before = high.copy()
        np.minimum.at(high, inner, high[outer])
        if np.array_equal(high, before):
            return


def _held(system: System) -> tuple[IntArray, IntArray]:
    """Return the pairs (inner, outer) of arcs of which the one is directly held by the other."""
    start = system.network.container_start
    inner = np.repeat(np.arange(len(system.network)), np.diff(start))
    return inner, system.network.container.astype(np.int64)
