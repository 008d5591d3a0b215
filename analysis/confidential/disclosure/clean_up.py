"""The last step of a search: show again what was hidden in vain, dearest first.

The greedy search hides the cheapest cell of a cut, which may turn out not to help, or not to be needed once others are
hidden as well. What is left after the clean-up is minimal: no single cell of it could be shown.
"""

from __future__ import annotations

from numba import njit

from analysis.confidential.disclosure.flow import Graph, Scratch, begin, undo
from analysis.confidential.disclosure.questions import Notes, holds, not_refuted, rest
from analysis.confidential.disclosure.terms import Pattern, Terms, hide


@njit(cache=True, nogil=True)
def clean_up(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, notes: Notes) -> int:
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
            hide(cell, terms, pattern)
        elif _others_hold(g, s, terms, pattern, int(cell), notes):
            shown += 1
        else:
            hide(cell, terms, pattern)
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
    # What fails mostly fails near: that is looked for first, before anything is gathered from afar.
    for near in (True, False):
        begin(s)
        k = pattern.first[cell]
        while k >= 0:
            own = witness[k]
            k = following[k]
            stop = begins[own + 1] if own + 1 < len(begins) else len(answer)
            for j in range(begins[own], stop):
                question = int(answer[j])
                # An answer that has a later witness no longer rests on this one.
                if pattern.holder[question] != own:
                    continue
                rest(s, terms, pattern)
                if near:
                    good = not_refuted(g, s, terms, pattern, question, notes)
                else:
                    good = holds(g, s, terms, pattern, question, notes)
                if not good:
                    undo(s, pattern.flow, terms.truth)
                    pattern.obstacle[cell] = question
                    return False
        undo(s, pattern.flow, terms.truth)
    return True


@njit(cache=True, nogil=True)
def _still_holds(g: Graph, s: Scratch, terms: Terms, pattern: Pattern, question: int, notes: Notes) -> bool:
    begin(s)
    good = holds(g, s, terms, pattern, question, notes)
    undo(s, pattern.flow, terms.truth)
    return good
