"""The audit of hotspot windows: does every hidden number still look large once flags and silences are read too?

The counts alone are checked first, by flows. What they leave room above 0 must keep a witness, a table of whole
numbers that fits flags and silences as well, in which it reaches its requirement. So a hotspot window may not even tell
that something is 0; and as fewer inequalities leave more tables, the rule then holds too for a reader who doubts some
of the silences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.audit.errors import ContradictionError
from analysis.audit.evidence import Evidence
from analysis.audit.pieces import Pieces, pieces
from analysis.audit.places import Places
from analysis.audit.rule import Checked, Interval, where
from analysis.audit.spots import Told
from analysis.audit.system import System
from analysis.audit.witness import answer
from zicht.certificate import AuditedSpots
from zicht.spots import SpotStatus


@dataclass(frozen=True, slots=True)
class SpotReport:
    """What was found of the hotspot windows of one system.

    Args:
        found: The figures.
        violations: Every number that no witness makes large enough, the narrowest first.
        programs: Number of linear programs solved.
        integer_programs: Number of integer programs solved.
    """

    found: AuditedSpots
    violations: tuple[Interval, ...]
    programs: int
    integer_programs: int


def spot_report(made: System, checked: Checked, held: Evidence, *, consistent: bool) -> SpotReport | None:
    """Audit the hotspot windows of one system; None where nobody tells of any.

    Args:
        made: The system.
        checked: What its counts alone tell.
        held: What a reader holds.
        consistent: Whether the counts of all releases fit together; else those of the newest are read alone.

    Raises:
        ContradictionError: No table of counts fits flags, silences and counts.
    """
    if not consistent or held.spots == held.newest_spots:
        return _report(made, checked, held, held.newest_spots)
    try:
        return _report(made, checked, held, held.spots)
    except ContradictionError:
        # Numbers were revised: what is reported is of the newest release alone, as for counts.
        return _report(made, checked, held, held.newest_spots)


def _report(made: System, checked: Checked, held: Evidence, told: Told) -> SpotReport | None:
    plan = made.plan
    spots = told.get((plan.indicator, plan.period), ())
    if not spots:
        return None
    asked = pieces(made, checked, held.places, held.rules[plan.indicator], spots)
    answers = answer(asked)
    if not answers.feasible:
        raise ContradictionError(
            "No table of counts fits the hotspot windows beside what is published.",
            where=f"{plan.indicator}/{plan.period}",
        )
    short = np.flatnonzero(answers.reached < asked.requirement)
    order = short[np.lexsort((short, answers.reached[short]))]
    broken = tuple(_interval(made, held.places, asked, int(at), int(answers.reached[at])) for at in order)
    status = np.concatenate([column.status for column in spots])
    found = AuditedSpots(
        indicator=plan.indicator,
        period=plan.period,
        candidates=len(status),
        flagged=int((status == SpotStatus.FLAGGED).sum()),
        silent=int((status == SpotStatus.SILENT).sum()),
        targets=len(asked.requirement),
        violations=len(broken),
        holds=not broken,
    )
    return SpotReport(found, broken, answers.programs, answers.integer_programs)


def _interval(made: System, places: Places, asked: Pieces, at: int, reached: int) -> Interval:
    count = len(asked.capacity)
    if at < count:
        first = len(made.arcs) - len(made.frame.capacity)
        name = where(made, places, first + int(asked.pair[at]))
    else:
        name = asked.names[at - count]
    return Interval(name, None, reached, True, int(asked.requirement[at]), False)
