"""From counts to a pattern for one system of a release: what it may show, beside what was shown before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.believing import protect_beside
from analysis.confidential.disclosure.draft import Draft
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.joint import Problem, Solution
from analysis.confidential.disclosure.ledger import Before
from analysis.confidential.disclosure.plans import Geography, Plan, plans
from analysis.confidential.disclosure.systems import System, build_system
from zicht.errors import InfeasibleError

__all__ = [
    "Geography",
    "Held",
    "Intervals",
    "Patterns",
    "Plan",
    "Tables",
    "plans",
    "protect_plan",
    "protected",
    "results",
]

BoolArray = NDArray[np.bool_]
Tables = Mapping[tuple[str, str, str], CountTable]
Held = Mapping[tuple[str, str, str], Before]
Patterns = dict[tuple[str, str], dict[str, BoolArray]]
Intervals = dict[tuple[str, str], dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]]


def protect_plan(
    plan: Plan, tables: Tables, geography: Geography, *, fids: Mapping[str, IntArray], held: Held | None = None
) -> tuple[Patterns, Intervals]:
    """Decide what one system shows.

    Args:
        plan: The system.
        tables: Counts by indicator, period and level.
        geography: The places.
        fids: By level of the whole, (units,) the fid of each counted unit's area, -1 where it lies in none.
        held: By indicator, period and level, what readers hold already; None where nothing was published before.

    Returns:
        By indicator and period, then by level: (n,) true where the cell is hidden; and likewise (n,) what it
        must be at least and can be at most for a reader, 0 and infinite where nothing close is known.

    Raises:
        InfeasibleError: No suppressions protect the system.
    """
    draft, _, solution = protected(plan, tables, geography, fids=fids, held=held)
    return results(draft, solution)


def protected(
    plan: Plan, tables: Tables, geography: Geography, *, fids: Mapping[str, IntArray], held: Held | None = None
) -> tuple[Draft, Problem, Solution]:
    """Protect one system, and return how it was stated as well; see `protect_plan`.

    Raises:
        InfeasibleError: No suppressions protect the system.
    """
    system = build_system(
        geography.structure,
        geography.families(plan.period.levels),
        capacity=geography.capacity(plan.whole.disclosure, where=plan.whole.id),
        splits=plan.splits,
    )
    count = system.count(fids)
    before = any(one.shown.any() for one in (held or {}).values())
    # Showing a known number again may tell it more closely, by another rounding. Where that is too much, it is left
    # at what readers know.
    for again in (True, False) if before else (True,):
        draft = _filled(plan, tables, geography, system, count, held or {}, again=again)
        try:
            problem = draft.problem()
            return draft, problem, protect_beside(problem, draft.belief)
        except InfeasibleError as error:
            failed = error
    raise InfeasibleError(
        "No suppressions protect these counts beside what earlier releases show." if before else failed.problem,
        where=f"{plan.whole.id}, {plan.period.name}",
        remedy=_BESIDE_EARLIER if before else failed.remedy,
    )


_BESIDE_EARLIER = (
    "What was published cannot be hidden again. Publish this indicator for new periods only, at the levels it had; or "
    "leave it out; or withdraw the earlier release and start again under another id."
)


def _filled(
    plan: Plan, tables: Tables, geography: Geography, system: System, count: IntArray, held: Held, *, again: bool
) -> Draft:
    draft = Draft(system, plan, geography, again=again)
    draft.atoms(count)
    for category, level in system.cells:
        name, period = plan.column(category)
        if category.startswith("rest of "):
            part = category.removeprefix("rest of ")
            whole = tables[plan.whole.id, plan.period.name, level].count
            draft.rest(category, level, whole - tables[part, plan.period.name, level].count)
        else:
            draft.cells(category, level, tables[name, period, level], held.get((name, period, level)))
    return draft


def results(draft: Draft, solution: Solution) -> tuple[Patterns, Intervals]:
    """Return the pattern of a solution and what it leaves of its hidden cells; see `protect_plan`."""
    patterns: Patterns = {}
    known: Intervals = {}
    for (category, level), arcs in draft.system.cells.items():
        if not category.startswith("rest of "):
            key, ceiling = draft.plan.column(category), solution.ceiling[arcs]
            patterns.setdefault(key, {})[level] = ~solution.published[arcs] | draft.withheld[arcs]
            least = solution.least[arcs].astype(np.float64)
            known.setdefault(key, {})[level] = (least, np.where(ceiling < UNLIMITED, ceiling, np.inf))
    return patterns, known
