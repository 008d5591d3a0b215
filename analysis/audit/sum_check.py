"""The safety rule, checked on a total and its parts together: for every number a table of whole numbers that proves it.

A number is large enough where some table of whole numbers that fits everything known makes it so: a *witness*
(`sum_search`). A number without any is refuted, by the bound of one network, of a linear program or of an integer one.
So the rule is never said to hold without a witness, or a bound of 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.audit.network import BoolArray, IntArray
from analysis.audit.sum_search import SumSearch
from analysis.audit.sums import Together


@dataclass(frozen=True, slots=True, eq=False)
class SumChecked:
    """What a reader can derive of a total and its parts, by (members, arcs).

    Args:
        together: What the reader knows.
        high: The upper bound of all that is asked; where it is not exact, a value that some table reaches.
        low: The lower bound, likewise.
        exact: Whether `high` is the bound itself.
        exact_low: Whether `low` is.
        violated: Whether the bound is above 0 and below what is required.
        programs: Number of programs solved.
    """

    together: Together
    high: IntArray
    low: IntArray
    exact: BoolArray
    exact_low: BoolArray
    violated: BoolArray
    programs: int


def check_sum(search: SumSearch) -> SumChecked:
    """Return the upper bound of everything a total and its parts do not show, and where it breaks the rule."""
    known = search.together
    # Where one network tells too much already, all that is left to ask is whether the number is known to be 0.
    goal = np.where(search.upper < known.requirement, np.minimum(search.upper, 1), known.requirement)
    search.seek(known.asked, goal, sign=1)
    search.open = (known.asked, goal, 1)
    for member, arc in np.argwhere(known.asked & (search.reached < goal)).tolist():
        if search.reached[member, arc] < goal[member, arc]:
            bound = search.settle(member, arc, int(goal[member, arc]), sign=1)
            if bound < goal[member, arc]:
                search.upper[member, arc] = bound
    refuted = known.asked & (search.upper < known.requirement)
    return SumChecked(
        together=known,
        high=np.where(refuted, search.upper, search.reached),
        low=search.fallen,
        exact=search.reached >= np.where(refuted, search.upper, known.high),
        exact_low=search.fallen <= search.lower,
        violated=refuted & (search.upper > 0),
        programs=search.programs,
    )
