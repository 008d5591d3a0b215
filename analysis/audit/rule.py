"""The safety rule, checked on one system: no reader may learn that something hidden is small.

Every number that is not shown, whatever it truly is, must look as if it could reach the threshold and a margin, or as
large as the smallest published cell around it, or as much as can be there at all; or it is known to be 0. The cells
that are truly 0 are held to it as well: else whoever knows the rule infers them, and from them more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.audit.arcs import Kind
from analysis.audit.bounds import lower_bounds, upper_bounds
from analysis.audit.errors import ContradictionError
from analysis.audit.flow import circulation
from analysis.audit.network import UNLIMITED, BoolArray, IntArray, Network
from analysis.audit.places import Places
from analysis.audit.system import System

#: How many times threshold and margin the upper bounds of a report are searched, unless all is asked for.
REPORTED = 2


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What a reader can derive of one system.

    Args:
        targets: (k,) arcs that are not shown and not known to be 0 by themselves.
        requirement: (k,) what their upper bounds must reach.
        high: (k,) their upper bounds.
        exact: (k,) whether that is the bound itself, or a value it reaches at least.
        violated: (k,) whether the bound is above 0 and below what is required.
        small: (s,) arcs that are shown below the threshold.
        network: The limits.
        flow: (n,) one table of counts that fits everything published.
        goal: The largest threshold and margin of the system.
    """

    targets: IntArray
    requirement: IntArray
    high: IntArray
    exact: BoolArray
    violated: BoolArray
    small: IntArray
    network: Network
    flow: IntArray
    goal: int

    @property
    def holds(self) -> bool:
        """Whether the rule holds."""
        return not self.violated.any() and len(self.small) == 0

    @property
    def narrowest(self) -> int | None:
        """The smallest upper bound above 0, the goal where none is below it; None where everything is known."""
        positive = self.high[self.high > 0]
        return min(int(positive.min()), self.goal) if len(positive) else None


def check(system: System, places: Places, *, times: int | None = 1) -> Checked:
    """Return the upper bound of everything that is not shown, and where it breaks the rule.

    Args:
        system: What is published, as a network.
        places: For the names of cells in errors.
        times: How many times threshold and margin the bounds are searched; None searches each to its end.

    Raises:
        ContradictionError: No table of counts fits everything that is published.
    """
    network = system.network()
    flow, border = circulation(network)
    if len(border):
        raise contradiction(system, places, border)
    targets = np.flatnonzero(~system.arcs.published & (network.high > 0))
    goal = int(system.arcs.goal.max())
    reach = UNLIMITED if times is None else times * goal
    found = upper_bounds(network, flow, targets, np.full(len(targets), reach, dtype=np.int64))
    requirement = system.requirement()[targets]
    violated = (found.bound > 0) & (found.bound < requirement)
    small = np.flatnonzero(system.arcs.small)
    return Checked(targets, requirement, found.bound, found.exact, violated, small, network, found.flow, goal)


def least(checked: Checked) -> IntArray:
    """Return (k,) the lower bound of every target."""
    return lower_bounds(checked.network, checked.flow, checked.targets).bound


def contradiction(system: System, places: Places, border: IntArray) -> ContradictionError:
    """Return the error that names the cells which contradict each other."""
    stated = border[(system.arcs.low[border] > 0) | (system.arcs.high[border] < UNLIMITED)]
    shown = [label(system, places, int(arc)) for arc in stated[:8]]
    more = f" and {len(stated) - 8} more" if len(stated) > 8 else ""
    return ContradictionError(
        f"No table of counts fits what is published of {', '.join(shown)}{more}.",
        where=f"{system.plan.indicator}/{system.plan.period}",
        remedy="Values that were rounded need their rounding stated in the catalogue; else one of these is wrong.",
    )


def label(system: System, places: Places, arc: int) -> str:
    """Return a short name of what an arc stands for."""
    name = where(system, places, arc)
    return " ".join(part for part in (name.indicator, name.period, name.level, name.code, name.hexagon) if part)


@dataclass(frozen=True, slots=True)
class Name:
    """What an arc stands for, in words: `hexagon` is the hex of an atom, "" for everything else."""

    kind: str
    indicator: str
    period: str
    level: str
    code: str
    hexagon: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """What a reader can derive of one number that is not shown.

    Args:
        name: What it is.
        low: The least it can be, None where that was not asked for.
        high: The most it can be, None where there is no limit.
        exact: Whether `high` is that bound itself; else it can be at least so much.
        requirement: What `high` must reach.
        holds: Whether it does, or is 0.
    """

    name: Name
    low: int | None
    high: int | None
    exact: bool
    requirement: int
    holds: bool


def where(system: System, places: Places, arc: int) -> Name:
    """Return what an arc stands for."""
    kind, fid = Kind(int(system.arcs.kind[arc])), int(system.arcs.fid[arc])
    if kind == Kind.ATOM:
        level, code = _cell(system, places, int(system.frame.tail[fid]))
        _, hexagon = _cell(system, places, int(system.frame.head[fid]))
        return Name("atom", system.plan.indicator, system.plan.period, level, code, hexagon)
    indicator, period, level = system.columns[int(system.arcs.column[arc])]
    code = str(places.code[level][fid]) if fid >= 0 else "elsewhere"
    return Name("cell" if kind != Kind.REST else "rest", indicator, period, level, code)


def _cell(system: System, places: Places, node: int) -> tuple[str, str]:
    for level in system.frame.levels:
        cells = system.frame.cells(level)
        if cells.start <= node < cells.stop:
            return level, str(places.code[level][node - cells.start])
    return "country", str(places.code["country"][0])
