"""What a reader can derive of a year, or of a part, inside the cell whose total it splits.

Of an atom `a` in a cell `c`, the count of a year `k` is at most the atom's own count x(a) and the cell's count of that
year z(c,k); and any pair of those that fits everything published can be had, since a table of whole numbers with given
margins always exists. So its upper bound is the largest min(x(a), z(c,k)) that fits. Where z(c,k) is shown it cannot
move, and the bounds of atoms tell all. Where it is not, both must be able to be large at once: z(c,k) is held at what
is required, and the atoms of the cell are searched again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.audit.arcs import Kind
from analysis.audit.bounds import grow, workspace
from analysis.audit.containers import ancestors
from analysis.audit.network import IntArray, halves, residual
from analysis.audit.places import SINK, SOURCE, Frame, is_hex
from analysis.audit.rule import Checked
from analysis.audit.system import System
from zicht.structure import COUNTRY


@dataclass(frozen=True, slots=True, eq=False)
class CategoryBounds:
    """What is known of the atoms of every category that can be above 0.

    Args:
        category: (p,) arc of the category.
        atom: (p,) arc of the atom.
        requirement: (p,) what the upper bound must reach.
        reached: (p,) the upper bound, no further than what is required.
    """

    category: IntArray
    atom: IntArray
    requirement: IntArray
    reached: IntArray

    @property
    def violated(self) -> NDArray[np.bool_]:
        """Whether each bound is above 0 and below what is required."""
        return (self.reached > 0) & (self.reached < self.requirement)


def category_bounds(system: System, checked: Checked) -> CategoryBounds:
    """Return the upper bounds of the atoms of every category, no further than the rule asks.

    Args:
        system: What is published, as a network.
        checked: What was found of its arcs.
    """
    category, atom = _pairs(system)
    most = checked.network.high.copy()
    most[checked.targets] = checked.high
    possible = (most[category] > 0) & (most[atom] > 0)
    category, atom = category[possible], atom[possible]
    parts = system.arcs
    shown = np.where(parts.published, parts.low, np.iinfo(np.int64).max)
    need = np.minimum(np.minimum(parts.goal[category], parts.capacity[atom]), shown[category])
    need = np.minimum(np.minimum(need, parts.container[atom]), parts.container[category])
    reached = np.minimum(np.minimum(most[atom], most[category]), need)
    open_ = np.flatnonzero(~parts.published[category] & (reached > 0))
    order = open_[np.argsort(category[open_], kind="stable")]
    reached[order] = _together(checked, category[order], atom[order], reached[order])
    return CategoryBounds(category, atom, need, reached)


def _pairs(system: System) -> tuple[IntArray, IntArray]:
    """Return every category at the level its split is made at, with every atom of its cell."""
    atoms = np.flatnonzero(system.arcs.kind == Kind.ATOM)
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for level, arcs in system.leaves:
        inside = _areas(system.frame, level)
        order = np.argsort(inside, kind="stable")
        first, last = (np.searchsorted(inside[order], system.arcs.fid[arcs], side) for side in ("left", "right"))
        count = last - first
        skipped = np.concatenate([[0], np.cumsum(count)])
        at = np.arange(skipped[-1]) + np.repeat(first - skipped[:-1], count)
        pairs.append(np.stack([np.repeat(arcs, count), atoms[order[at]]]))
    category, atom = np.concatenate(pairs, axis=1)
    return category, atom


def _areas(frame: Frame, level: str) -> IntArray:
    """Return (a,) the position of the area of a level that holds each atom, -1 where none does."""
    if level == COUNTRY:
        return np.zeros(len(frame.tail), dtype=np.int64)
    family = SINK if is_hex(level) else SOURCE
    at = ancestors(frame, family)[frame.chains[family].index(level)]
    return np.where(at >= 0, at - frame.first[level], -1)


def _together(checked: Checked, category: IntArray, atom: IntArray, wanted: IntArray) -> IntArray:
    """Return how far an atom and a category can be large at once, no further than wanted.

    The pairs of one category stand together.
    """
    network = checked.network
    links, rest = halves(network), residual(network, checked.flow)
    reached = wanted.copy()
    _climb(links.start, links.half, links.far, rest, network.tail, network.head, network.low, category, atom, reached)
    return reached


@njit(cache=True, nogil=True)
def _climb(
    start: IntArray,
    half: NDArray[np.int32],
    far: NDArray[np.int32],
    rest: IntArray,
    tail: IntArray,
    head: IntArray,
    low: IntArray,
    category: IntArray,
    atom: IntArray,
    reached: IntArray,
) -> None:
    """Lower `reached` of every pair until both can reach it at once; works in `rest` and `reached`."""
    work = workspace(len(start) - 1)
    seen = np.zeros(len(tail), dtype=np.int64)
    for k in range(len(category)):
        # Usually the flow of the pair before does, or one or two paths more.
        while reached[k] > 0:
            held, grown = 2 * category[k], 2 * atom[k]
            least = max(reached[k] - low[category[k]], 0)
            if grow(start, half, far, rest, tail, head, held, least, seen, work):
                rest[held ^ 1] -= least
                both = grow(start, half, far, rest, tail, head, grown, reached[k] - low[atom[k]], seen, work)
                rest[held ^ 1] += least
                if both:
                    break
            reached[k] -= 1
