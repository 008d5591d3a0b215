"""The compiled half of joint protection: questions about arcs, the flows that answer them, and what these rest on.

A question asks whether an arc can be as large as the rule requires, whether it can be as small as asked, or whether an
atom can hold enough of a category of its cell. A flow that answers it is a witness. A witness stays one as long as the
cells that it takes out of their published interval stay hidden; that is what the clean-up lives on.

numba caches these kernels by this file alone: whoever changes `flow` or `openings` removes the caches (`make clean`).
"""

from __future__ import annotations

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
    lower_arc,
    raise_arc,
    undo,
)
from analysis.confidential.disclosure.openings import FloatArray, cheapest_in_cut

BoolArray = NDArray[np.bool_]
Notes = tuple[list[np.int64], list[np.int64], list[np.int64], list[np.int64]]


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
        obstacle: (arcs,) the question that kept each hidden cell from being shown; -1 for none yet.
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
def solve(g: Graph, s: Scratch, terms: Terms, pattern: Pattern) -> bool:
    """Hide cells until the rule holds everywhere, then show again what was hidden in vain.

    Returns:
        Whether that was possible.
    """
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
        for pair in range(len(terms.pair)):
            more = _settle_pair(g, s, terms, pattern, pair, notes)
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
def _together(g: Graph, s: Scratch, pattern: Pattern, category: int, atom: int, goal: int) -> bool:
    """Ask whether a category of a cell and an atom in it can both reach a goal: then the atom's share of it can."""
    if not raise_arc(g, s, pattern.flow, pattern.low, pattern.high, category, goal):
        return False
    floor = pattern.low[category]
    pattern.low[category] = goal
    reached = raise_arc(g, s, pattern.flow, pattern.low, pattern.high, atom, goal)
    pattern.low[category] = floor
    return bool(reached)


@njit(cache=True, nogil=True)
def _pair_holds(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, pair: int) -> bool:
    """Tell whether an atom's share of a category is unknown enough, or publicly nothing; the witness stays in place."""
    category, atom = terms.pair[pair, 0], terms.pair[pair, 1]
    # A category that is shown is at least as large as the rule asks, so then the atom alone decides.
    if pattern.published[category] or terms.capacity[category] == 0:
        return True
    goal = min(requirement(category, terms, pattern), requirement(atom, terms, pattern))
    if pattern.paired[pair] >= goal or _together(g, s, pattern, category, atom, goal):
        pattern.paired[pair] = max(pattern.paired[pair], goal)
        return True
    undo(s, pattern.flow, terms.truth)
    begin(s)
    if goal > 1 and _together(g, s, pattern, category, atom, 1):
        undo(s, pattern.flow, terms.truth)
        begin(s)
        return bool(_together(g, s, pattern, category, atom, goal))
    return True


@njit(cache=True, nogil=True)
def _settle_pair(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, pair: int, notes: Notes) -> int:
    opened = 0
    begin(s)
    while not _pair_holds(g, s, terms, pattern, pair):
        # The search that failed last was for the atom: hiding a category never helps another of the same cell.
        cell = cheapest_in_cut(
            g, s, pattern.flow, pattern.low, pattern.high, pattern.published, terms.floor, terms.price, -1
        )
        undo(s, pattern.flow, terms.truth)
        begin(s)
        if cell < 0:
            return -1
        _hide(cell, terms, pattern)
        opened += 1
    if s.touched[0] > 0:
        _note(s, terms, pattern, 2 * len(pattern.flow) + pair, notes)
    undo(s, pattern.flow, terms.truth)
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
        before = len(notes[0])
        # What stood in the way last time mostly still does.
        obstacle = pattern.obstacle[cell]
        if obstacle >= 0 and not _still_holds(g, s, terms, pattern, obstacle, notes):
            _hide(cell, terms, pattern)
        elif _others_hold(g, s, terms, pattern, int(cell), notes):
            shown += 1
        else:
            _hide(cell, terms, pattern)
            _restore(g, s, terms, pattern, before, notes)
    return shown


@njit(cache=True, nogil=True)
def _restore(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, before: int, notes: Notes) -> None:
    """Ask again what was answered while a cell was shown on trial: hidden, it asks more of what lies in it."""
    begins, answer, _, _ = notes
    for own in range(before, len(begins)):
        stop = begins[own + 1] if own + 1 < len(begins) else len(answer)
        for j in range(begins[own], stop):
            if pattern.holder[answer[j]] == own:
                _still_holds(g, s, terms, pattern, int(answer[j]), notes)


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
            # An answer that has a later witness no longer rests on this one.
            if pattern.holder[question] == own and not _still_holds(g, s, terms, pattern, int(question), notes):
                return False
    return True


@njit(cache=True, nogil=True)
def _still_holds(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> bool:
    flow, low, high = pattern.flow, pattern.low, pattern.high
    size = len(flow)
    arc = question % size
    if question < 2 * size and pattern.published[arc]:
        return True
    begin(s)
    if question >= 2 * size:
        pattern.paired[question - 2 * size] = -1
        good = _pair_holds(g, s, terms, pattern, question - 2 * size)
    elif question < size:
        good = raise_arc(g, s, flow, low, high, arc, requirement(arc, terms, pattern)) or flow[arc] == 0
    else:
        good = lower_arc(g, s, flow, low, high, arc, terms.below[arc])
    if good:
        _note(s, terms, pattern, question, notes)
    undo(s, flow, terms.truth)
    return good


@njit(cache=True, nogil=True)
def intervals(
    g: Graph, s: Scratch, terms: Terms, pattern: Pattern, cells: IntArray, limit: IntArray
) -> tuple[IntArray, IntArray]:
    """Return how small and how large each hidden cell can be for a reader; its limit where it reaches that."""
    least, most = terms.floor[cells], limit.copy()
    for k in range(len(cells)):
        begin(s)
        if not raise_arc(g, s, pattern.flow, pattern.low, pattern.high, cells[k], limit[k]):
            most[k] = pattern.flow[cells[k]]
        undo(s, pattern.flow, terms.truth)
        begin(s)
        if not lower_arc(g, s, pattern.flow, pattern.low, pattern.high, cells[k], least[k]):
            least[k] = pattern.flow[cells[k]]
        undo(s, pattern.flow, terms.truth)
    return least, most
