"""The audit of a whole release: what a reader of it, and of earlier ones, can derive; and whether the rule holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from analysis.audit.amounts import AmountReport, amount_reports
from analysis.audit.arcs import Kind
from analysis.audit.categories import CategoryBounds, category_bounds
from analysis.audit.changes import Change, small_changes
from analysis.audit.errors import ContradictionError
from analysis.audit.evidence import Evidence, gather, planned
from analysis.audit.layout import Plan
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.places import Places
from analysis.audit.revisions import Believed, reconciled
from analysis.audit.rule import REPORTED, Checked, Interval, check, least, where
from analysis.audit.spot_report import SpotReport, spot_report
from analysis.audit.sum_report import sum_report, with_sum
from analysis.audit.sums import Sum, sums
from analysis.audit.system import System, system
from zicht.certificate import AuditedSystem, Certificate
from zicht.release import Release


@dataclass(frozen=True, slots=True)
class SystemReport:
    """What was found of one system.

    Args:
        found: The figures.
        violations: Every number that breaks the rule, the narrowest first.
        changes: Cells whose change, since an earlier release or year, is certain and too small to show.
        consistent: Whether one table of counts fits the release and the earlier ones together. Where none does,
            numbers were revised; what is reported then leaves out the earlier figures that contradict the newest.
        intervals: Every number that is not shown, the narrowest first; empty unless asked for.
        spots: What was found of its hotspot windows, None where it has none.
    """

    found: AuditedSystem
    violations: tuple[Interval, ...]
    changes: tuple[Change, ...]
    consistent: bool
    intervals: tuple[Interval, ...]
    spots: SpotReport | None = None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was found of a release."""

    release: str
    earlier: tuple[str, ...]
    systems: tuple[SystemReport, ...]
    amounts: tuple[AmountReport, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the rule holds everywhere."""
        counts = all(system.found.holds and (not system.spots or system.spots.found.holds) for system in self.systems)
        return counts and all(amount.found.holds for amount in self.amounts)

    def certificate(self) -> Certificate:
        """Return what belongs in the certificate."""
        return Certificate(
            self.release,
            self.earlier,
            tuple(system.found for system in self.systems),
            holds=self.holds,
            spots=tuple(system.spots.found for system in self.systems if system.spots),
            amounts=tuple(amount.found for amount in self.amounts),
        )


def audit(
    release: Release,
    *,
    earlier: Sequence[Release] = (),
    full: bool = False,
    intervals: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> AuditReport:
    """Return what a reader can derive from a release, and from earlier ones beside it.

    Args:
        release: The newest release.
        earlier: Releases of the same edition of boundaries that such a reader holds too, oldest first.
        full: Search every bound to its end; else no further than the rule asks, or twice that for intervals.
        intervals: Report everything that is not shown, with lower bounds; else what breaks the rule alone.
        progress: Told of every system that is done.

    Raises:
        ContradictionError: No table of counts fits what the release publishes.
        LayoutError: The published tables form neither a network nor a total and its parts.
        ReleaseError: The release states no rule or has no atoms.
        AlignmentError: The releases are of different editions.
    """
    held = gather(release, earlier)
    amounts = amount_reports(release, earlier, held)

    def one(plan: Plan) -> SystemReport:
        found = _audited(plan, held, times=None if full else REPORTED if intervals else 1, intervals=intervals)
        progress(f"{plan.indicator} {plan.period}: {found.found.targets:,} bounds")
        return found

    found = planned(held)
    totals = {each.total: each for each in sums(found, held.rules)}

    def whole(plan: Plan) -> SystemReport:
        own = one(plan)
        return _with_parts(own, totals[plan], held, intervals=intervals) if plan in totals else own

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        systems = tuple(pool.map(whole, found))
    return AuditReport(release.id, tuple(other.id for other in earlier), systems, amounts)


def _audited(plan: Plan, held: Evidence, *, times: int | None, intervals: bool) -> SystemReport:
    made, checked, believed = _checked(plan, held, times=times)
    low = least(checked) if intervals else None
    changes = small_changes(made, checked, held, believed.counts)
    broken = _intervals(made, held.places, checked, low, checked.violated)
    split = category_bounds(made, checked)
    torn = _torn(made, held.places, split)
    shown = tuple(_small(made, held.places, int(arc)) for arc in checked.small)
    cells = (made.arcs.kind == Kind.CELL) | (made.arcs.kind == Kind.CATEGORY)
    found = AuditedSystem(
        indicator=plan.indicator,
        period=plan.period,
        parts=plan.parts,
        cells=int(cells.sum()),
        suppressed=int(made.arcs.suppressed.sum()),
        atoms=len(made.frame.capacity),
        targets=len(checked.targets) + len(split.atom),
        violations=len(broken) + len(shown) + len(torn) + len(changes),
        narrowest_upper=checked.narrowest,
        holds=checked.holds and not torn and not changes,
        changes=len(changes),
        set_aside=believed.set_aside,
    )
    asked = np.full(len(checked.targets), intervals)
    every = _intervals(made, held.places, checked, low, asked)
    spots = spot_report(made, checked, held, consistent=not believed.set_aside)
    return SystemReport(found, (*shown, *broken, *torn), changes, not believed.set_aside, every, spots)


def _with_parts(own: SystemReport, total: Sum, held: Evidence, *, intervals: bool) -> SystemReport:
    """Return the report of a total with what it and its parts tell together."""
    if own.found.set_aside:
        raise ContradictionError(
            f"Numbers of {total.total.indicator} were revised since an earlier release.",
            where=f"{total.total.indicator}/{total.total.period}",
            remedy="Publish and audit a sum for new periods only: revisions of a total are not audited yet.",
        )
    told = sum_report(total, held, intervals=intervals)
    return replace(
        own,
        found=with_sum(own.found, total, told),
        violations=(*own.violations, *told.violations),
        changes=(*own.changes, *told.changes),
        intervals=(*own.intervals, *told.intervals),
    )


def _checked(plan: Plan, held: Evidence, *, times: int | None) -> tuple[System, Checked, Believed]:
    everything = Believed(dict(held.counts), 0)
    made = system(plan, held.places, everything.counts, held.rules)
    try:
        return made, check(made, held.places, times=times), everything
    except ContradictionError:
        if not held.earlier:
            raise
    made, believed = reconciled(plan, held)
    return made, check(made, held.places, times=times), believed


def _small(made: System, places: Places, arc: int) -> Interval:
    high, low = int(made.arcs.high[arc]), int(made.arcs.low[arc])
    return Interval(where(made, places, arc), low, high, True, int(made.arcs.goal[arc]), False)


def _torn(made: System, places: Places, split: CategoryBounds) -> tuple[Interval, ...]:
    """Return the atoms of a year, or of a part, that break the rule."""
    return tuple(
        Interval(
            name=replace(
                where(made, places, int(split.atom[at])),
                indicator=made.columns[made.arcs.column[split.category[at]]][0],
                period=made.columns[made.arcs.column[split.category[at]]][1],
            ),
            low=None,
            high=int(split.reached[at]),
            exact=True,
            requirement=int(split.requirement[at]),
            holds=False,
        )
        for at in np.flatnonzero(split.violated).tolist()
    )


def _intervals(
    made: System, places: Places, checked: Checked, low: IntArray | None, wanted: BoolArray
) -> tuple[Interval, ...]:
    """Return the intervals of the wanted targets, the narrowest first."""
    chosen = np.flatnonzero(wanted)
    bottom = np.zeros(len(checked.high), dtype=np.int64) if low is None else low
    order = chosen[np.lexsort((chosen, (checked.high - bottom)[chosen], checked.high[chosen]))]
    return tuple(
        Interval(
            name=where(made, places, int(checked.targets[at])),
            low=None if low is None else int(low[at]),
            high=None if checked.high[at] >= UNLIMITED else int(checked.high[at]),
            exact=bool(checked.exact[at]),
            requirement=int(checked.requirement[at]),
            holds=not checked.violated[at],
        )
        for at in order.tolist()
    )
