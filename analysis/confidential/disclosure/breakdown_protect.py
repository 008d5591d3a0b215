"""From counts to patterns for a total and its parts: each protected by itself, and then all of them together.

Where the search hides a cell, the network of that member is protected again, since its other numbers are now asked for
more; and so in turn until neither hides anything. Numbers that were revised since an earlier release are refused: what
a reader who still believes the old ones concludes from a total and its parts is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.confidential.disclosure.believing import believes_untruth
from analysis.confidential.disclosure.breakdown import BoolArray, Breakdown, inside
from analysis.confidential.disclosure.breakdown_search import Search
from analysis.confidential.disclosure.draft import Draft, generator
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.joint import Problem, Solution, protect
from analysis.confidential.disclosure.plans import Geography, Plan
from analysis.confidential.disclosure.protection import (
    Held,
    Intervals,
    Patterns,
    Tables,
    protected,
    results,
)
from analysis.confidential.disclosure.systems import TOTAL, System, build_system
from zicht.errors import AlignmentError, ConfigError, InfeasibleError


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A total or one of its parts.

    Args:
        plan: What it publishes in one period.
        tables: Counts by indicator, period and level.
        fids: By level of any member, (units,) the fid of each counted unit's area, -1 where it lies in none.
        held: By indicator, period and level, what readers hold already.
    """

    plan: Plan
    tables: Tables
    fids: Mapping[str, IntArray]
    held: Held


@dataclass(slots=True, eq=False)
class _Own:
    """A member in its own network; its solution changes as more is hidden."""

    draft: Draft
    problem: Problem
    solution: Solution


def protect_members(members: Sequence[Member], geography: Geography) -> list[tuple[Patterns, Intervals]]:
    """Decide what a total and its parts show in one period.

    Args:
        members: The total, and its parts.
        geography: The places.

    Returns:
        What `protect_plan` returns, of each.

    Raises:
        InfeasibleError: No suppressions protect them together.
        ConfigError: Earlier releases split one of them, or show numbers that were revised since.
    """
    total = members[0].plan
    _refuse_splits(members)
    owns = [_Own(*protected(one.plan, one.tables, geography, fids=one.fids, held=one.held)) for one in members]
    _refuse_revised(owns)
    system = _shared(members, geography)
    breakdown = _together(owns, system, [system.count(one.fids) for one in members])
    order = generator(geography.key, total.whole.id, "breakdown", "").permutation(breakdown.truth.shape[1])

    def name(member: int, arc: int) -> str:
        return f"{members[member].plan.whole.id} in {_place(system, geography, arc)}"

    try:
        _settle(owns, Search(breakdown, order.astype(np.int64), name))
    except InfeasibleError as error:
        raise InfeasibleError(
            error.problem, where=f"{total.whole.id}, {total.period.name}", remedy=error.remedy
        ) from None
    _refuse_revised(owns)
    return [results(own.draft, own.solution) for own in owns]


def _place(system: System, geography: Geography, arc: int) -> str:
    for (_, level), arcs in system.cells.items():
        if arcs.start <= arc < arcs.stop:
            return str(geography.layers[level].code[arc - arcs.start])
    return "a piece of a finest area"


def _settle(owns: Sequence[_Own], search: Search) -> None:
    """Hide in the owns what the search asks, and the other way round, until neither asks for anything."""
    while True:
        more = search.hide()
        if not more.any():
            return
        for at, own in enumerate(owns):
            hidden = ~own.solution.published
            for mine, shared in _levels(own, search.breakdown.system):
                hidden[mine] |= more[at, shared]
            if np.any(hidden & own.solution.published):
                own.solution = protect(replace(own.problem, hidden=hidden))
        search.update(_published(owns, search.breakdown.system))


def _levels(own: _Own, system: System) -> list[tuple[slice, slice]]:
    """Return where the cells of each level stand in the member's own system, and in the shared one."""
    return [(arcs, system.cells[TOTAL, level]) for (_, level), arcs in own.draft.system.cells.items()]


def _published(owns: Sequence[_Own], system: System) -> BoolArray:
    found = np.zeros((len(owns), len(system.network)), dtype=np.bool_)
    for at, own in enumerate(owns):
        for mine, shared in _levels(own, system):
            found[at, shared] = own.solution.published[mine]
    return found


def _shared(members: Sequence[Member], geography: Geography) -> System:
    wanted = {level for one in members for level in one.plan.period.levels}
    levels = [level for level in geography.layers if level in wanted]
    rule = members[0].plan.whole.disclosure
    capacity = geography.capacity(rule, where=members[0].plan.whole.id)
    return build_system(geography.structure, geography.families(levels), capacity=capacity)


def _together(owns: Sequence[_Own], system: System, counts: Sequence[IntArray]) -> Breakdown:
    """Return all members in the network that they share."""
    size = len(system.network)
    shape = (len(owns), size)
    limit = np.broadcast_to(system.network.capacity, shape).copy()
    low, floor, above = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    high, below = (np.full(shape, UNLIMITED) for _ in range(2))
    required = np.zeros(shape, dtype=np.int64)
    price, asked = np.full(shape, np.inf), np.zeros(shape, dtype=np.bool_)
    asked[:, system.atoms] = True
    for at, own in enumerate(owns):
        rule = own.draft.plan.whole.disclosure
        required[at] = rule.goal
        problem = own.problem
        for mine, shared in _levels(own, system):
            asked[at, shared] = True
            limit[at, shared] = problem.network.capacity[mine]
            low[at, shared], high[at, shared] = problem.low[mine], problem.high[mine]
            floor[at, shared], price[at, shared] = problem.floor[mine], problem.price[mine]
            above[at, shared], below[at, shared] = problem.above[mine], problem.below[mine]
    return Breakdown(
        system=system,
        truth=_truth(owns, system, counts),
        published=_published(owns, system),
        low=low,
        high=high,
        floor=floor,
        limit=limit,
        required=required,
        above=above,
        below=below,
        price=price,
        asked=asked,
    )


def _truth(owns: Sequence[_Own], system: System, counts: Sequence[IntArray]) -> IntArray:
    atoms = np.array(counts, dtype=np.int64)
    if np.any(atoms[0] != atoms[1:].sum(axis=0)):
        raise AlignmentError("A total is not the sum of its parts.", where=owns[0].draft.plan.whole.id)
    found = np.zeros((len(owns), len(system.network)), dtype=np.int64)
    sums = inside(system)
    for at, count in enumerate(atoms):
        found[at, : system.atoms.start] = sums @ count
        found[at, system.atoms] = count
    return found


def _refuse_splits(members: Sequence[Member]) -> None:
    split = [one.plan.whole.id for one in members if one.plan.splits]
    if split:
        raise ConfigError(
            f"{split[0]!r} belongs to a sum, and earlier releases show single years of its totals, or parts of it.",
            where=members[0].plan.whole.id,
            remedy="Leave the sum out.",
        )


def _refuse_revised(owns: Sequence[_Own]) -> None:
    revised = [own.draft.plan.whole.id for own in owns if believes_untruth(own.problem, own.solution, own.draft.belief)]
    if revised:
        raise ConfigError(
            f"Numbers of {revised[0]!r} were revised since an earlier release. A sum and its parts cannot be protected "
            "yet against a reader who believes the older ones.",
            where=f"{owns[0].draft.plan.whole.id}, {owns[0].draft.plan.period.name}",
            remedy="Publish the sum for new periods only, or leave it out.",
        )
