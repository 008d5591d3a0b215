"""Which systems of a release form a total and its parts, and what a reader knows of all of them together.

At every cell and atom the total is the sum of its parts. Each is a network by itself; together they are none, so they
are checked by tables of whole numbers (`sum_check`). Layouts in which more than that links them are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array

from analysis.audit.arcs import Kind
from analysis.audit.containers import ancestors
from analysis.audit.errors import LayoutError
from analysis.audit.knowledge import Column, Known
from analysis.audit.layout import Plan
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.places import SINK, SOURCE, Frame, Places
from analysis.audit.rules import Rule
from analysis.audit.system import System, system


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and its parts in one period."""

    total: Plan
    parts: tuple[Plan, ...]

    @property
    def members(self) -> tuple[Plan, ...]:
        """The total, and its parts."""
        return (self.total, *self.parts)


def sums(plans: Sequence[Plan], rules: Mapping[str, Rule]) -> tuple[Sum, ...]:
    """Return the totals of a release with their parts, for every period of which all are published.

    Raises:
        LayoutError: A total or a part is linked to something else as well, or only some parts are published.
    """
    by_key = {(plan.indicator, plan.period): plan for plan in plans}
    found = []
    for plan in plans:
        names = rules[plan.indicator].sum_of
        there = [by_key[name, plan.period] for name in names if (name, plan.period) in by_key]
        if not there:
            continue
        if len(there) < len(names):
            raise _refused(plan, "some of its parts are not published for the same period", "Publish all, or none.")
        found.append(Sum(plan, tuple(there)))
    _check(found, plans, rules)
    return tuple(found)


def _check(found: Sequence[Sum], plans: Sequence[Plan], rules: Mapping[str, Rule]) -> None:
    seen: set[tuple[str, str]] = set()
    for one in found:
        for plan in one.members:
            own, other = rules[plan.indicator], rules[one.total.indicator]
            reasons = {
                "belongs to two sums": (plan.indicator, plan.period) in seen,
                "is split by years or parts as well": bool(plan.splits or own.part_of),
                "has another capacity": (own.capacity_of, own.capacity_each, own.unplaced)
                != (other.capacity_of, other.capacity_each, other.unplaced),
                "is published for periods that overlap": own.is_event and _overlaps(plan, plans),
            }
            for reason, holds in reasons.items():
                if holds:
                    raise _refused(one.total, f"{plan.indicator} {reason}", "Leave one of the links out.")
            seen.add((plan.indicator, plan.period))


def _overlaps(plan: Plan, plans: Sequence[Plan]) -> bool:
    years = [_years(other) for other in plans if other.indicator == plan.indicator and other.period != plan.period]
    first, last = _years(plan)
    return any(start <= last and first <= stop for start, stop in years)


def _years(plan: Plan) -> tuple[str, str]:
    first, _, last = plan.period.partition("-")
    return first, last or first


def _refused(plan: Plan, problem: str, remedy: str) -> LayoutError:
    return LayoutError(f"A total cannot be audited: {problem}.", where=f"{plan.indicator}/{plan.period}", remedy=remedy)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """What a reader knows of a total and its parts, by (members, arcs); the total is the first.

    Args:
        systems: The members as networks on the same cells and atoms.
        low: Least count.
        high: Largest count, 0 where it is known to be 0.
        published: Whether it is shown.
        asked: Whether it is asked after: all that is not shown, of the levels that the member publishes, and atoms.
        requirement: What its upper bound must reach.
        inside: (cells, atoms) which atoms each cell holds.
        atoms: Position of the first atom among the arcs.
    """

    systems: tuple[System, ...]
    low: IntArray
    high: IntArray
    published: BoolArray
    asked: BoolArray
    requirement: IntArray
    inside: csr_array
    atoms: int


def together(one: Sum, places: Places, counts: Mapping[Column, Known], rules: Mapping[str, Rule]) -> Together:
    """Return what a reader knows of a total and its parts."""
    levels = tuple(dict.fromkeys(level for plan in one.members for level in plan.levels))
    made = tuple(system(replace(plan, levels=levels), places, counts, rules) for plan in one.members)
    networks = [each.network() for each in made]
    low, high = np.array([each.low for each in networks]), np.array([each.high for each in networks])
    high[1:] = np.where(high[0] == 0, low[1:], high[1:])
    high[0] = np.where((high[1:] == 0).all(axis=0), low[0], high[0])
    published = np.array([each.arcs.published for each in made])
    requirement = np.array([each.requirement() for each in made])
    # The same cell of the total holds a part; where it is hidden, whatever holds that.
    first = made[0].arcs
    around = np.where(first.published, first.low, first.container)
    requirement[1:] = np.minimum(requirement[1:], around)
    asked = np.array([_own(each, plan) for each, plan in zip(made, one.members, strict=True)])
    frame = made[0].frame
    atoms = len(first) - len(frame.capacity)
    return Together(
        made, low, high, published, asked & ~published & (high > 0), requirement, _inside(frame, atoms), atoms
    )


def _own(made: System, plan: Plan) -> BoolArray:
    """Return which arcs are atoms, or of a level that the indicator publishes."""
    levels = np.array([level in plan.levels for _, _, level in made.columns])
    found: BoolArray = (made.arcs.kind == Kind.ATOM) | levels[made.arcs.column]
    return found


def _inside(frame: Frame, cells: int) -> csr_array:
    atoms = np.arange(len(frame.tail))
    # Arcs of cells follow their nodes: the country has two nodes and one arc.
    pairs = [(np.zeros(len(atoms), dtype=np.int64), atoms)]
    for family in (SOURCE, SINK):
        for nodes in ancestors(frame, family):
            held = nodes >= 0
            pairs.append((nodes[held] - 1, atoms[held]))
    row, column = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return csr_array(coo_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=(cells, len(atoms))))


__all__ = ["UNLIMITED", "Sum", "Together", "sums", "together"]
