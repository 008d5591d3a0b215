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
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import (
    Graph,
    IndexArray,
    IntArray,
    Scratch,
    begin,
    graph,
    lower_arc,
    raise_arc,
    scratch,
    undo,
)
from analysis.confidential.disclosure.openings import FloatArray, cheapest_in_cut
from zicht.errors import AlignmentError, InfeasibleError

BoolArray = NDArray[np.bool_]
Notes = tuple[list[np.int64], list[np.int64], list[np.int64], list[np.int64]]


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
    """

    nodes: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    container_start: NDArray[np.int32]
    container: NDArray[np.int32]
    capacity: IntArray

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


class Pattern(NamedTuple):
    """What changes: the flow, what a reader knows of each arc, and which answers rest on which hidden cells.

    Args:
        flow: (arcs,) the true flow, but while a question is being answered.
        low: (arcs,) what a reader knows each arc to hold at least.
        high: (arcs,) and at most.
        published: (arcs,) whether the arc is shown.
        met: (arcs,) the highest goal that the arc was shown to reach.
        holder: (2 * arcs,) the latest witness for each question: an arc's upper bound, then its
            lower bound; -1 for none.
        first: (arcs,) for each hidden cell, the first of the witnesses that rest on it, in linked lists; -1 for none.
        walked: Memory for walking up containers: more than one area a level and split.
    """

    flow: IntArray
    low: IntArray
    high: IntArray
    published: BoolArray
    met: IntArray
    holder: IntArray
    first: IntArray
    walked: IndexArray


def protect(problem: Problem) -> BoolArray:
    """Return which arcs are published: as many as the rule and the search allow.

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
    )
    pattern = Pattern(
        flow=problem.truth.copy(),
        low=np.where(problem.hidden, problem.floor, problem.low),
        high=np.where(problem.hidden, net.capacity, np.minimum(problem.high, net.capacity)),
        published=~problem.hidden,
        met=problem.truth.copy(),
        holder=np.full(2 * size, -1, dtype=np.int64),
        first=np.full(size, -1, dtype=np.int64),
        walked=np.zeros(256, dtype=np.int32),
    )
    fixed = (pattern.low == pattern.high) & (problem.hidden | np.isinf(problem.price))
    arcs = graph(net.tail, net.head, net.nodes, ~fixed)
    if not _solve(arcs, scratch(net.nodes, size), terms, pattern):
        raise InfeasibleError(
            "No suppressions protect these counts: what is shown of them, zeros above all, leaves too little room.",
            remedy='Write zeros = "suppress" in the theme file, drop the finest level, or count more years together.',
        )
    return pattern.published


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
def _solve(g: Graph, s: Scratch, terms: Terms, pattern: Pattern) -> bool:
    # Witness w answers answer[begins[w]:begins[w + 1]]; the witnesses that rest on a cell are a linked list:
    # witness[k] is one, and the next is at following[k].
    # (Each list begins with one entry that nothing points to, which tells the compiler its type.)
    notes = ([np.int64(0)], [np.int64(-1)], [np.int64(-1)], [np.int64(-1)])
    opened = 1
    while opened > 0:
        opened = 0
        for arc in terms.order:
            if pattern.published[arc] or terms.capacity[arc] == 0:
                continue
            more = _settle(g, s, terms, pattern, arc, notes)
            if more < 0:
                return False
            opened += more
    # A cell that is shown again lowers what its own cells and atoms require, so others may follow.
    while _clean_up(g, s, terms, pattern, notes) > 0:
        pass
    return True


@njit(cache=True, nogil=True)
def _settle(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, arc: int, notes: Notes) -> int:
    """Hide cells until the rule holds for one arc; return how many, or -1 where nothing helps."""
    opened = 0
    goal = requirement(arc, terms, pattern)
    if pattern.met[arc] < goal:
        begin(s)
        # An upper bound of 0 is allowed: the arc is publicly empty.
        if not raise_arc(g, s, pattern.flow, pattern.low, pattern.high, arc, goal) and pattern.flow[arc] > 0:
            opened = _hide_until(g, s, terms, pattern, arc, goal, True)
        if opened >= 0 and pattern.flow[arc] > 0:
            _note(s, terms, pattern, arc, notes)
        undo(s, pattern.flow, terms.truth)
    if opened >= 0 and terms.truth[arc] > terms.below[arc]:
        begin(s)
        more = _hide_until(g, s, terms, pattern, arc, terms.below[arc], False)
        if more >= 0:
            _note(s, terms, pattern, arc + len(pattern.flow), notes)
        undo(s, pattern.flow, terms.truth)
        return more if more < 0 else opened + more
    return opened


@njit(cache=True, nogil=True)
def _hide(cell: int, terms: Terms, pattern: Pattern) -> None:
    pattern.published[cell] = False
    pattern.low[cell] = terms.floor[cell]
    pattern.high[cell] = terms.capacity[cell]


@njit(cache=True, nogil=True)
def _hide_until(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, arc: int, goal: int, up: bool) -> int:
    flow, low, high = pattern.flow, pattern.low, pattern.high
    opened = 0
    while True:
        reached = raise_arc(g, s, flow, low, high, arc, goal) if up else lower_arc(g, s, flow, low, high, arc, goal)
        if reached:
            return opened
        cell = cheapest_in_cut(g, s, flow, low, high, pattern.published, terms.floor, terms.price, arc)
        if cell < 0:
            return -1
        _hide(cell, terms, pattern)
        opened += 1


@njit(cache=True, nogil=True)
def _note(s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> None:
    """Remember what the present flow answers, and which hidden cells it takes out of their published interval.

    A question below the number of arcs asks whether that arc reaches its requirement, one above whether it can be as
    low as asked. A flow that lifts one arc lifts others on its way, and answers for them too.
    """
    begins, answer, witness, following = notes
    own = len(begins)
    begins.append(np.int64(len(answer)))
    for k in range(1, s.touched[0] + 1):
        arc = s.touched[k]
        if pattern.published[arc]:
            continue
        more = pattern.flow[arc] > pattern.met[arc] and pattern.flow[arc] >= requirement(arc, terms, pattern)
        if arc == question or more:
            pattern.met[arc] = pattern.flow[arc]
            pattern.holder[arc] = own
            answer.append(np.int64(arc))
        if not terms.hidden[arc] and (pattern.flow[arc] < terms.low[arc] or pattern.flow[arc] > terms.high[arc]):
            following.append(pattern.first[arc])
            witness.append(np.int64(own))
            pattern.first[arc] = len(witness) - 1
    if question >= len(pattern.flow):
        pattern.holder[question] = own
        answer.append(np.int64(question))


@njit(cache=True, nogil=True)
def _clean_up(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, notes: Notes) -> int:
    """Show hidden cells again, dearest first, as long as every answer that rests on them has another witness.

    Returns how many were shown.

    Showing a cell only tightens bounds: an arc that is publicly empty stays so, and an arc whose witness keeps the cell
    within its published interval keeps that witness. So only the answers noted for the cell are asked again.
    """
    shown = 0
    for cell in terms.dearest:
        if pattern.published[cell] or terms.hidden[cell]:
            continue
        pattern.published[cell] = True
        pattern.low[cell], pattern.high[cell] = terms.low[cell], min(terms.high[cell], terms.capacity[cell])
        if _others_hold(g, s, terms, pattern, int(cell), notes):
            shown += 1
        else:
            _hide(cell, terms, pattern)
    return shown


@njit(cache=True, nogil=True)
def _others_hold(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, cell: int, notes: Notes) -> bool:
    begins, answer, witness, following = notes
    k = pattern.first[cell]
    while k >= 0:
        own = witness[k]
        k = following[k]
        stop = begins[own + 1] if own + 1 < len(begins) else len(answer)
        for j in range(begins[own], stop):
            question = answer[j]
            arc = question % len(pattern.flow)
            # An answer that has a later witness no longer rests on this one.
            if (
                pattern.holder[question] == own
                and not pattern.published[arc]
                and not _still_holds(g, s, terms, pattern, int(question), notes)
            ):
                return False
    return True


@njit(cache=True, nogil=True)
def _still_holds(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> bool:
    flow, low, high = pattern.flow, pattern.low, pattern.high
    size = len(flow)
    arc = question % size
    begin(s)
    if question < size:
        good = raise_arc(g, s, flow, low, high, arc, requirement(arc, terms, pattern)) or flow[arc] == 0
    else:
        good = lower_arc(g, s, flow, low, high, arc, terms.below[arc])
    if good:
        _note(s, terms, pattern, question, notes)
    undo(s, flow, terms.truth)
    return good
