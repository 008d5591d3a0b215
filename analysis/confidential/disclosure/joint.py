"""Joint protection: hide as few cells as it takes that no free arc of a system can be bounded too tightly.

The rule (`docs/explanation/protection.md` has the proof): every free arc, whatever its true value, has an attacker
upper bound of 0, or at least its requirement: the least of t + m, its public capacity, and the low end of the smallest
published cell that holds it. Hiding a cell only loosens bounds, but it raises requirements and turns known zeros into
unknown ones, so passes are repeated until one hides nothing. A clean-up then shows again what no answer rests on.

Conventions: the true values are a flow on the network. Ties and orders come from `price` and `order`, both drawn with a
secret key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray, graph, scratch
from analysis.confidential.disclosure.openings import FloatArray
from analysis.confidential.disclosure.search import intervals, solve
from analysis.confidential.disclosure.terms import BoolArray, Pattern, Terms
from zicht.errors import AlignmentError, InfeasibleError


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The arcs of one system: cells first, then atoms.

    Args:
        nodes: Number of nodes.
        tail: (arcs,) node that each arc leaves.
        head: (arcs,) node that it enters.
        container_start: (arcs + 1,) where each arc's containers begin in `container`.
        container: Arcs of the smallest cells that hold the arc's cell or atom.
        capacity: (arcs,) what the arc can hold at most by public knowledge; `UNLIMITED` where nothing is known.
        pair: (pairs, 2) a category of a cell, and an atom in that cell: the atom's share of the category is free too.
    """

    nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    container_start: NDArray[np.int32]
    container: NDArray[np.int32]
    capacity: IntArray
    pair: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.tail)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What must be protected. Confidential.

    Args:
        network: The system.
        truth: (arcs,) true values, a circulation.
        hidden: (arcs,) true where an arc is never published: primary suppressions, atoms, and unpublished rests.
        low: (arcs,) low end of what a reader knows of the arc once it is published.
        high: (arcs,) high end.
        floor: (arcs,) what a reader knows an arc to hold at least when it is hidden.
        required: (arcs,) t + m of the arc's indicator.
        above: (arcs,) smallest upper bound asked beyond the rule (holdings), 0 for none.
        below: (arcs,) largest lower bound asked beyond the rule, `UNLIMITED` for none.
        price: (arcs,) price of hiding a cell, infinite where it may not be hidden.
        order: (arcs,) order in which arcs are asked.
        atom: (arcs,) true for atoms.

    Raises:
        AlignmentError: A true value lies outside what a reader would know, or the values are no circulation.
    """

    network: Network
    truth: IntArray
    hidden: BoolArray
    low: IntArray
    high: IntArray
    floor: IntArray
    required: IntArray
    above: IntArray
    below: IntArray
    price: FloatArray
    order: NDArray[np.int32]
    atom: BoolArray

    def __post_init__(self) -> None:
        net = self.network
        balance = np.bincount(net.head, weights=self.truth, minlength=net.nodes) - np.bincount(
            net.tail, weights=self.truth, minlength=net.nodes
        )
        if np.any(balance != 0):
            raise AlignmentError("Counts do not add up to the counts of the areas that hold them.")
        least = np.where(self.hidden, self.floor, self.low)
        most = np.where(self.hidden, net.capacity, np.minimum(self.high, net.capacity))
        if np.any(self.truth < least) or np.any(self.truth > most):
            raise AlignmentError(
                "A count lies outside what is publicly possible.", remedy="Check the capacity that the theme declares."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What is shown, and what a reader can derive of the rest.

    Args:
        published: (arcs,) true where the arc is shown.
        ceiling: (arcs,) what a hidden cell can be at most for a reader; `UNLIMITED` where that is `REACH` or more or
            was not searched, and for atoms. It follows from what is published alone, whatever the truth.
        least: (arcs,) what a hidden cell must be at least, likewise; 0 where that was not searched, and for atoms.
    """

    published: BoolArray
    ceiling: IntArray
    least: IntArray


#: Upper bounds are searched as far as this: beyond it they say no more than the sums of published cells do.
REACH = 240
#: In a system with more hidden cells than this the search would take longer than the protection itself, so it is left
#: out, and the sums of published cells have to do.
MOST_SEARCHED = 4_000


def protect(problem: Problem) -> Solution:
    """Show as many arcs as the rule and the search allow.

    Raises:
        InfeasibleError: No pattern satisfies the rule.
    """
    net = problem.network
    size = len(net)
    terms = Terms(
        **{name: getattr(problem, name) for name in Terms._fields[:10]},
        capacity=net.capacity,
        container_start=net.container_start,
        container=net.container,
        dearest=np.argsort(-problem.price, kind="stable").astype(np.int32),
        pair=net.pair,
    )
    pattern = Pattern(
        flow=problem.truth.copy(),
        low=np.where(problem.hidden, problem.floor, problem.low),
        high=np.where(problem.hidden, net.capacity, np.minimum(problem.high, net.capacity)),
        published=~problem.hidden,
        met=problem.truth.copy(),
        paired=np.full(len(net.pair), -1, dtype=np.int64),
        holder=np.full(2 * size + len(net.pair), -1, dtype=np.int64),
        first=np.full(size, -1, dtype=np.int64),
        obstacle=np.full(size, -1, dtype=np.int64),
        walked=np.zeros(256, dtype=np.int32),
    )
    fixed = (pattern.low == pattern.high) & (problem.hidden | np.isinf(problem.price))
    arcs = graph(net.tail, net.head, net.nodes, ~fixed)
    memory = scratch(net.nodes, size)
    if not solve(arcs, memory, terms, pattern):
        raise InfeasibleError(
            "No suppressions protect these counts: what is shown of them, zeros above all, leaves too little room.",
            remedy='Write zeros = "suppress" in the theme file, drop the finest level, or count more years together.',
        )
    ceiling, least = np.full(size, UNLIMITED), np.zeros(size, dtype=np.int64)
    cells = np.flatnonzero(~pattern.published & ~problem.atom & (net.capacity > 0))
    if len(cells) <= MOST_SEARCHED:
        limit = np.minimum(net.capacity[cells], REACH)
        low, high = intervals(arcs, memory, terms, pattern, cells, limit)
        least[cells] = low
        ceiling[cells] = np.where(high < limit, high, np.where(net.capacity[cells] < REACH, limit, UNLIMITED))
    return Solution(pattern.published, ceiling, least)
