"""What a search for suppressions works on: what is fixed, what changes, and what the rule asks of an arc.

A *question* has a number: below the number of arcs it asks whether that arc can be as large as the rule requires, from
there to twice that number whether the arc can be as small as asked, and beyond whether a pair of a category and an atom
in it can be large together. A flow that answers it is a *witness*. A witness stays one as long as the cells that it
takes out of their published interval stay hidden; that is what the clean-up lives on.

numba caches a kernel by its own file alone: whoever changes a kernel that another file calls removes the caches
(`make clean`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import IndexArray, IntArray
from analysis.confidential.disclosure.openings import FloatArray

BoolArray = NDArray[np.bool_]


class Terms(NamedTuple):
    """What does not change while a problem is being solved; the fields of `Problem` and its network."""

    truth: IntArray
    hidden: BoolArray
    low: IntArray
    high: IntArray
    floor: IntArray
    required: IntArray
    above: IntArray
    below: IntArray
    price: FloatArray
    order: IndexArray
    capacity: IntArray
    container_start: IndexArray
    container: IndexArray
    dearest: IndexArray
    pair: NDArray[np.int32]


class Pattern(NamedTuple):
    """What changes: the flow, what a reader knows of each arc, and which answers rest on which hidden cells.

    Args:
        flow: (arcs,) the true flow, but while a question is being answered.
        low: (arcs,) what a reader knows each arc to hold at least.
        high: (arcs,) and at most.
        published: (arcs,) whether the arc is shown.
        met: (arcs,) the highest goal that the arc was shown to reach.
        paired: (pairs,) the highest goal that category and atom were shown to reach together.
        holder: (2 * arcs + pairs,) the latest witness for each question: an arc's upper bound, its lower bound, a
            pair's upper bound; -1 for none.
        first: (arcs,) for each hidden cell, the first of the witnesses that rest on it, in linked lists; -1 for none.
        obstacle: (arcs,) the question that last kept each hidden cell from being shown; -1 for none yet.
        walked: Memory for walking up containers: more than one area a level and split.
    """

    flow: IntArray
    low: IntArray
    high: IntArray
    published: BoolArray
    met: IntArray
    paired: IntArray
    holder: IntArray
    first: IntArray
    obstacle: IntArray
    walked: IndexArray


@njit(cache=True, nogil=True)
def requirement(arc: int, terms: Terms, pattern: Pattern) -> int:
    """Return the smallest upper bound that the rule allows an arc."""
    least = min(terms.required[arc], terms.capacity[arc])
    walked = pattern.walked
    walked[0] = arc
    at, size = 0, 1
    while at < size:
        inner = walked[at]
        at += 1
        for k in range(terms.container_start[inner], terms.container_start[inner + 1]):
            outer = terms.container[k]
            if pattern.published[outer]:
                least = min(least, pattern.low[outer])
            # Two cells of the same atoms hold each other, so the walk must not turn round.
            elif outer not in walked[:size]:
                walked[size] = outer
                size += 1
    return int(max(least, terms.above[arc]))


@njit(cache=True, nogil=True)
def hide(cell: int, terms: Terms, pattern: Pattern) -> None:
    """Hide a cell: a reader knows of it what everybody does."""
    pattern.published[cell] = False
    pattern.low[cell] = terms.floor[cell]
    pattern.high[cell] = terms.capacity[cell]
