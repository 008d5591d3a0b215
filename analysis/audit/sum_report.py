"""The report of a total and its parts: the system of the total, with what all of them tell together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.audit.arcs import Kind
from analysis.audit.changes import Change, Other, others
from analysis.audit.errors import LayoutError
from analysis.audit.evidence import Evidence
from analysis.audit.network import UNLIMITED, BoolArray
from analysis.audit.rule import Interval, where
from analysis.audit.sum_check import SumChecked, check_sum
from analysis.audit.sum_search import SumSearch
from analysis.audit.sums import Sum, together
from zicht.certificate import AuditedSystem


@dataclass(frozen=True, slots=True)
class SumReport:
    """What was found of a total and its parts together.

    Args:
        violations: Every number that breaks the rule, the narrowest first.
        changes: Hidden cells whose change, since another year or release, is certain and too small to show.
        intervals: Every number that is not shown, the narrowest first; empty unless asked for.
        figures: The number of their "cells", "suppressed" ones, "atoms" and "targets" (`zicht.certificate`).
        narrowest: The smallest upper bound above 0, threshold and margin where none is below them; None for none.
    """

    violations: tuple[Interval, ...]
    changes: tuple[Change, ...]
    intervals: tuple[Interval, ...]
    figures: Mapping[str, int]
    narrowest: int | None


def sum_report(one: Sum, held: Evidence, *, intervals: bool) -> SumReport:
    """Check a total and its parts together.

    Raises:
        ContradictionError: No table fits what is published of them.
        LayoutError: One of them has hotspot windows.
    """
    _check_spots(one, held)
    known = together(one, held.places, held.counts, held.rules)
    search = SumSearch(one, known)
    checked = check_sum(search)
    changes = tuple(_changes(search, held))
    broken = _listed(checked, held, checked.violated)
    positive = checked.high[known.asked & (checked.high > 0)]
    goal = int(max(made.arcs.goal.max() for made in known.systems))
    cells = [np.isin(made.arcs.column, _published(made.columns, held)) for made in known.systems]
    figures = {
        "cells": sum(int(own.sum()) for own in cells),
        "suppressed": sum(int(made.arcs.suppressed.sum()) for made in known.systems),
        "atoms": known.inside.shape[1],
        "targets": int(known.asked.sum()),
    }
    return SumReport(
        violations=broken,
        changes=changes,
        intervals=_listed(checked, held, known.asked) if intervals else (),
        figures=figures,
        narrowest=min(int(positive.min()), goal) if len(positive) else None,
    )


def with_sum(found: AuditedSystem, one: Sum, report: SumReport) -> AuditedSystem:
    """Return the figures of the total's own system with those of the total and its parts together."""
    more = len(report.violations) + len(report.changes)
    known = [narrow for narrow in (found.narrowest_upper, report.narrowest) if narrow is not None]
    return replace(
        found,
        parts=tuple(plan.indicator for plan in one.parts),
        cells=report.figures["cells"],
        suppressed=report.figures["suppressed"],
        atoms=report.figures["atoms"],
        targets=report.figures["targets"],
        violations=found.violations + more,
        narrowest_upper=min(known, default=None),
        holds=found.holds and not more,
        changes=found.changes + len(report.changes),
    )


def _published(columns: tuple[tuple[str, str, str], ...], held: Evidence) -> list[int]:
    return [at for at, column in enumerate(columns) if column in held.counts]


def _check_spots(one: Sum, held: Evidence) -> None:
    names = {plan.indicator for plan in one.members}
    flagged = sorted(names & {indicator for indicator, _ in held.spots})
    if flagged:
        raise LayoutError(f"{flagged[0]!r} has hotspot windows and belongs to a sum.", where=one.total.indicator)


def _listed(checked: SumChecked, held: Evidence, wanted: BoolArray) -> tuple[Interval, ...]:
    known = checked.together
    chosen = sorted(np.argwhere(wanted).tolist(), key=lambda at: (checked.high[*at], -checked.low[*at], at))
    return tuple(
        Interval(
            name=where(known.systems[member], held.places, arc),
            low=int(checked.low[member, arc]) if checked.exact_low[member, arc] else None,
            high=None if checked.high[member, arc] >= UNLIMITED else int(checked.high[member, arc]),
            exact=bool(checked.exact[member, arc]),
            requirement=int(known.requirement[member, arc]),
            holds=not checked.violated[member, arc],
        )
        for member, arc in chosen
    )


def _changes(search: SumSearch, held: Evidence) -> Iterator[Change]:
    """Yield the changes of hidden cells that are certain and small; those of shown ones are told by one system."""
    for member, made in enumerate(search.together.systems):
        for at, column in enumerate(made.columns):
            if column not in held.counts:
                continue
            arcs = np.flatnonzero((made.arcs.column == at) & (made.arcs.kind == Kind.CELL))
            for other in others(column, held, dict(held.counts)):
                hidden = other.of_hidden & search.together.asked[member, arcs]
                for fid in np.flatnonzero(hidden).tolist():
                    goal = held.rules[column[0]].goal
                    most = _small_change(search, member, int(arcs[fid]), other, fid, goal)
                    if most is not None:
                        yield Change(where(made, held.places, int(arcs[fid])), other.since, most, goal)


def _small_change(search: SumSearch, member: int, arc: int, other: Other, fid: int, goal: int) -> int | None:
    """Return the largest change of a hidden cell that is possible, where it is certain and small; else None."""
    low, high = int(other.low[fid]), int(other.high[fid])
    least, most = search.fallen[member, arc], search.reached[member, arc]
    # What was met may do: the same number, or one far enough away.
    if (least <= high and most >= low) or most >= low + goal or least <= high - goal:
        return None
    most = search.settle(member, arc, min(low + goal, UNLIMITED), sign=1) if most < low + goal else most
    if most >= low + goal or (least <= high and most >= low):
        return None
    least = search.settle(member, arc, max(high - goal, 0), sign=-1)
    if least <= high - goal or (least <= high and most >= low):
        return None
    return int(max(most - low, high - least))
