"""The reader who does not know what was revised, and believes older figures wherever the new release is silent.

Joint protection counts on what is true: an older figure that no longer holds is no constraint. But nobody is told which
those are, and whoever believes all of them computes with numbers that are nearly right. So a system in which something
was revised is protected a second time, for a table that this reader deems true: one that fits the new release, and as
many of the older figures as can be. What this hides is hidden for everybody, and both are asked again until nothing
more is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, eye_array, hstack, vstack

from analysis.confidential.disclosure.change import BoolArray, Reference, asked
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.joint import Problem, Solution, protect
from zicht.errors import InfeasibleError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What earlier releases tell of every arc, whether or not it is still true; the later where they differ.

    Args:
        low: (arcs,) least.
        high: (arcs,) most, `UNLIMITED` where nothing is told.
        shown: (arcs,) whether one of them shows it.
    """

    low: IntArray
    high: IntArray
    shown: BoolArray


def protect_beside(problem: Problem, belief: Belief) -> Solution:
    """Protect a system against who knows what was revised, and against who does not.

    Raises:
        InfeasibleError: No pattern does both.
    """
    while True:
        solution = protect(problem)
        other = _believed(problem, solution, belief)
        if other is None:
            return solution
        more = solution.published & ~other.hidden & ~protect(other).published
        if not more.any():
            return solution
        problem = replace(problem, hidden=problem.hidden | more)


def believes_untruth(problem: Problem, solution: Solution, belief: Belief) -> bool:
    """Tell whether a reader of what a solution shows deems anything possible only because of what was revised."""
    return _believed(problem, solution, belief) is not None


def _believed(problem: Problem, solution: Solution, belief: Belief) -> Problem | None:
    """Return the system as the believing reader sees it, None where nothing that is believed is untrue."""
    shown, room = solution.published, problem.network.capacity
    low = np.where(shown, problem.low, problem.floor)
    high = np.where(shown, np.minimum(problem.high, room), room)
    # A figure that the new release openly contradicts is not believed.
    possible = (belief.low <= high) & (belief.high >= low)
    tight = (
        np.where(possible, np.maximum(low, belief.low), low),
        np.where(possible, np.minimum(high, belief.high), high),
    )
    if np.all((problem.truth >= tight[0]) & (problem.truth <= tight[1])):
        return None
    table = _nearest(problem, (low, high), tight)
    held = possible & (table >= tight[0]) & (table <= tight[1])
    low, high = np.where(held, tight[0], low), np.where(held, tight[1], high)
    known = shown | (belief.shown & held)
    # What is not believed was revised, as this reader sees it: how much must stay open.
    aside = Reference(belief.low, belief.high, belief.shown & ~held & ~known)
    above, below = asked([aside], table, floor=low, limit=high, goal=problem.required)
    return replace(
        problem,
        network=replace(problem.network, capacity=np.where(known, room, high)),
        truth=table,
        hidden=~known,
        low=np.where(known, low, problem.low),
        high=np.where(known, high, problem.high),
        floor=np.where(known, problem.floor, low),
        above=np.maximum(problem.above, above),
        below=np.minimum(problem.below, below),
        price=np.where(known & ~shown, np.inf, problem.price),
    )


def _nearest(problem: Problem, wide: tuple[IntArray, IntArray], tight: tuple[IntArray, IntArray]) -> IntArray:
    """Return a table within the wide bounds that leaves the tight ones as little as can be.

    The constraints are those of a network and of pairs of slacks beside its arcs, so corners are whole (Hoffman and
    Kruskal 1956), and the simplex method ends in one.

    Raises:
        InfeasibleError: The solver found none, although the truth is one.
    """
    net, size = problem.network, len(problem.truth)
    rise, fall = np.flatnonzero(tight[0] > wide[0]), np.flatnonzero(tight[1] < wide[1])
    slacks = len(rise) + len(fall)
    arcs, every = np.arange(size), eye_array(size, format="csr")
    incidence = coo_array(
        (np.repeat([1.0, -1.0], size), (np.concatenate([net.head, net.tail]), np.concatenate([arcs, arcs]))),
        shape=(net.nodes, size),
    )
    least, most = (
        np.concatenate([one, np.full(slacks, end)]) for one, end in zip(map(_open, wide), (0, np.inf), strict=True)
    )
    found = linprog(
        np.concatenate([np.zeros(size), np.ones(slacks)]),
        A_ub=hstack([vstack([-every[rise], every[fall]]), -eye_array(slacks)]).tocsr(),
        b_ub=np.concatenate([-tight[0][rise], tight[1][fall]]).astype(np.float64),
        A_eq=hstack([incidence, coo_array((net.nodes, slacks))]).tocsr(),
        b_eq=np.zeros(net.nodes),
        bounds=np.column_stack([least, most]),
        method="highs-ds",
    )
    if found.status != 0:
        raise InfeasibleError("No table was found that fits the earlier releases as far as can be.")
    table: IntArray = np.round(found.x[:size]).astype(np.int64)
    return table


def _open(bound: IntArray) -> FloatArray:
    opened: FloatArray = np.where(bound < UNLIMITED, bound.astype(np.float64), np.inf)
    return opened
