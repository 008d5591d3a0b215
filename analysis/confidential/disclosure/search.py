"""The compiled half of joint protection: hide cells until the rule holds everywhere, then show what was hidden in vain.

Secret prices and a secret order choose what is hidden. First what fails near is mended, round by round, with a
wandering flow in between that answers whatever has become possible; what is left is asked one by one.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from analysis.confidential.disclosure.clean_up import clean_up
from analysis.confidential.disclosure.flow import DRY, Graph, IntArray, Scratch, begin, lower_arc, raise_arc, undo
from analysis.confidential.disclosure.openings import cheapest_in_cut
from analysis.confidential.disclosure.questions import Notes, note, pair_holds, raise_near, unmet, wander
from analysis.confidential.disclosure.terms import Pattern, Terms, hide

#: Rounds that hide fewer cells than this cost more than asking one by one.
FEW = 32


@njit(cache=True, nogil=True)
def solve(g: Graph, s: Scratch, terms: Terms, pattern: Pattern) -> bool:
    """Hide cells until the rule holds everywhere, then show again what was hidden in vain.

    Returns:
        Whether that was possible.
    """
    # (Each list begins with one entry that nothing points to, which tells the compiler its type.)
    notes = ([np.int64(0)], [np.int64(-1)], [np.int64(-1)], [np.int64(-1)])
    wander(g, s, terms, pattern, notes)
    while _hide_near(g, s, terms, pattern, notes) > FEW:
        wander(g, s, terms, pattern, notes)
    opened = 1
    while opened > 0:
        opened = _hide_all(g, s, terms, pattern, notes)
    if opened < 0:
        return False
    # A cell that is shown again lowers what its own cells and atoms require, so others may follow.
    while clean_up(g, s, terms, pattern, notes) > 0:
        pass
    return True


@njit(cache=True, nogil=True)
def _hide_near(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, notes: Notes) -> int:
    """Hide a cell for each arc that cannot meet the rule and whose cut is near; return how many."""
    opened = 0
    for arc in terms.order:
        goal = unmet(arc, terms, pattern)
        if goal == 0:
            continue
        begin(s)
        if raise_near(g, s, pattern, arc, goal):
            note(s, terms, pattern, arc, notes)
        elif pattern.flow[arc] > 0 and s.state[DRY] != 0:
            opened += _open_cut(g, s, terms, pattern, arc, arc)
        undo(s, pattern.flow, terms.truth)
    return opened


@njit(cache=True, nogil=True)
def _hide_all(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, notes: Notes) -> int:
    """Ask every question once, and hide what it takes; return how many cells, or -1 where nothing helps."""
    opened = 0
    for arc in terms.order:
        if pattern.published[arc] or terms.capacity[arc] == 0:
            continue
        more = _settle(g, s, terms, pattern, arc, notes)
        if more < 0:
            return -1
        opened += more
    for pair in range(len(terms.pair)):
        more = _settle_pair(g, s, terms, pattern, pair, notes)
        if more < 0:
            return -1
        opened += more
    return opened


@njit(cache=True, nogil=True)
def _settle(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, arc: int, notes: Notes) -> int:
    """Hide cells until the rule holds for one arc; return how many, or -1 where nothing helps."""
    opened = 0
    goal = unmet(arc, terms, pattern)
    if goal > 0:
        begin(s)
        # An upper bound of 0 is allowed: the arc is publicly empty.
        if not raise_arc(g, s, pattern.flow, pattern.low, pattern.high, arc, goal) and pattern.flow[arc] > 0:
            opened = _hide_until(g, s, terms, pattern, arc, goal, True)
        if opened >= 0 and pattern.flow[arc] > 0:
            note(s, terms, pattern, arc, notes)
        undo(s, pattern.flow, terms.truth)
    if opened >= 0 and terms.truth[arc] > terms.below[arc]:
        begin(s)
        more = _hide_until(g, s, terms, pattern, arc, terms.below[arc], False)
        if more >= 0:
            note(s, terms, pattern, arc + len(pattern.flow), notes)
        undo(s, pattern.flow, terms.truth)
        return more if more < 0 else opened + more
    return opened


@njit(cache=True, nogil=True)
def _settle_pair(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, pair: int, notes: Notes) -> int:
    opened = 0
    begin(s)
    while not pair_holds(g, s, terms, pattern, pair):
        # The search that failed last was for the atom: hiding a category never helps another of the same cell.
        found = _open_cut(g, s, terms, pattern, -1, 2 * len(pattern.flow) + pair)
        undo(s, pattern.flow, terms.truth)
        begin(s)
        if not found:
            return -1
        opened += 1
    if s.touched[0] > 0:
        note(s, terms, pattern, 2 * len(pattern.flow) + pair, notes)
    undo(s, pattern.flow, terms.truth)
    return opened


@njit(cache=True, nogil=True)
def _hide_until(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, arc: int, goal: int, up: bool) -> int:
    flow, low, high = pattern.flow, pattern.low, pattern.high
    opened = 0
    while True:
        reached = raise_arc(g, s, flow, low, high, arc, goal) if up else lower_arc(g, s, flow, low, high, arc, goal)
        if reached:
            return opened
        if not _open_cut(g, s, terms, pattern, arc, arc if up else arc + len(flow)):
            return -1
        opened += 1


@njit(cache=True, nogil=True)
def _open_cut(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, skip: int, question: int) -> bool:
    """Hide the cheapest cell in the cut that the last search found; tell whether there is one."""
    cell = cheapest_in_cut(
        g, s, pattern.flow, pattern.low, pattern.high, pattern.published, terms.floor, terms.price, skip
    )
    if cell < 0:
        return False
    hide(cell, terms, pattern)
    pattern.obstacle[cell] = question
    return True


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
