"""Questions about arcs, and the flows that answer them: can it be as large, as small, as the rule requires?

Most questions need units from all over the country, and what was gathered for one is a step away from the next. So a
flow is let wander: it stays where it is between questions, and starts from the truth again once it has gone far, since
an answer that rests on many hidden cells has to be asked again for each of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from analysis.confidential.disclosure.flow import (
    DRY,
    REACH,
    UNLIMITED,
    Graph,
    Scratch,
    begin,
    lower_arc,
    raise_arc,
    undo,
)
from analysis.confidential.disclosure.terms import Pattern, Terms, requirement

Notes = tuple[list[np.int64], list[np.int64], list[np.int64], list[np.int64]]

#: A wandering flow that has changed more arcs than this starts from the truth again.
WANDERED = 256
#: Nodes that a search may reach when only what is near is asked for.
NEAR = 256


@njit(cache=True, nogil=True)
def unmet(arc: int, terms: Terms, pattern: Pattern) -> int:
    """Return what an arc must still be shown to reach; 0 where it needs nothing more."""
    if pattern.published[arc] or terms.capacity[arc] == 0:
        return 0
    goal = requirement(arc, terms, pattern)
    return goal if pattern.met[arc] < goal else 0


@njit(cache=True, nogil=True)
def wander(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, notes: Notes) -> None:
    """Find out which arcs meet the rule as things are.

    One flow wanders over the country: what was gathered for one atom is mostly a step away from the next, where each
    question by itself would gather it anew. Atoms go first, since what lifts an atom lifts the cells that hold it.
    """
    begin(s)
    for arc in range(len(pattern.flow) - 1, -1, -1):
        goal = unmet(arc, terms, pattern)
        if goal == 0:
            continue
        rest(s, terms, pattern)
        if raise_arc(g, s, pattern.flow, pattern.low, pattern.high, arc, goal):
            note(s, terms, pattern, arc, notes)
    undo(s, pattern.flow, terms.truth)


@njit(cache=True, nogil=True)
def rest(s: Scratch, terms: Terms, pattern: Pattern) -> None:
    """Start from the true flow again once a wandering one has gone far from it."""
    if s.touched[0] > WANDERED:
        undo(s, pattern.flow, terms.truth)
        begin(s)


@njit(cache=True, nogil=True)
def raise_near(g: Graph, s: Scratch, pattern: Pattern, arc: int, goal: int) -> bool:
    """Raise an arc as `raise_arc` does, but give up (`s.state[DRY]` is 0 then) where paths lead far."""
    s.state[REACH] = NEAR
    reached = raise_arc(g, s, pattern.flow, pattern.low, pattern.high, arc, goal)
    s.state[REACH] = UNLIMITED
    return bool(reached)


@njit(cache=True, nogil=True)
def note(s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> None:
    """Remember what the present flow answers, and which hidden cells it takes out of their published interval.

    Witness `w` answers `answer[begins[w]:begins[w + 1]]`; the witnesses that rest on a cell are a linked list:
    `witness[k]` is one, and the next is at `following[k]`. A flow that lifts one arc lifts others on its way, and
    answers for them too.
    """
    begins, answer, witness, following = notes
    own = len(begins)
    begins.append(np.int64(len(answer)))
    for k in range(1, s.touched[0] + 1):
        arc = s.touched[k]
        if pattern.published[arc]:
            continue
        # Few arcs have grown, and what an arc requires takes a walk.
        grown = pattern.met[arc] < pattern.flow[arc]
        if arc == question or (grown and pattern.met[arc] < requirement(arc, terms, pattern) <= pattern.flow[arc]):
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
def pair_holds(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, pair: int) -> bool:
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
def holds(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> bool:
    """Ask a question from the flow as it is; a flow that answers stays, and is noted."""
    flow, low, high = pattern.flow, pattern.low, pattern.high
    size = len(flow)
    arc = question % size
    if question < 2 * size and pattern.published[arc]:
        return True
    if question >= 2 * size:
        pattern.paired[question - 2 * size] = -1
        good = pair_holds(g, s, terms, pattern, question - 2 * size)
    elif question < size:
        good = raise_arc(g, s, flow, low, high, arc, requirement(arc, terms, pattern)) or flow[arc] == 0
    else:
        good = lower_arc(g, s, flow, low, high, arc, terms.below[arc])
    if good:
        note(s, terms, pattern, question, notes)
    return good


@njit(cache=True, nogil=True)
def not_refuted(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> bool:
    """Tell false where an arc cannot meet the rule and a search finds out nearby."""
    if question >= len(pattern.flow) or pattern.published[question]:
        return True
    reached = raise_near(g, s, pattern, question, requirement(question, terms, pattern))
    if reached:
        note(s, terms, pattern, question, notes)
    return bool(reached or s.state[DRY] == 0 or pattern.flow[question] == 0)
