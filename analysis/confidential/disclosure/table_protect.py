"""Secondary suppression of any table, until no suppressed cell can be derived too closely.

Tables of counts: a reader's upper bound of every suppressed cell, also of one hidden only to protect others, must
reach min(t + m, the low end of the smallest published cell that contains it, what is known beforehand). Where zeros
are published a suppressed cell is at least 1. Tables of amounts: the bounds of every unsafe cell must lie at least its
protection level from its value, to both sides, also for the only contributor of another suppressed cell of the same
relation, who knows that one.

Suppressing more only loosens bounds, so each demand is met once, unless a container of the cell is suppressed later
and the demand grows. Afterwards every secondary suppression is published again that is not needed. Costs are drawn with
a secret key, since a known order would let a reader reason back from what was suppressed (minimality attack).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.table_program import STILL, Program, View
from analysis.confidential.disclosure.table_rules import Primary, is_magnitude, primary
from zicht.errors import InfeasibleError
from zicht.linear_rules import TableRule, rounded
from zicht.linear_tables import BoolArray, IntArray, LinearTable, check_exact, containers

FloatArray = NDArray[np.float64]


class CellStatus(StrEnum):
    """What becomes of a cell. For the analyst's eyes: a reader must not learn which suppressions are primary."""

    PUBLISHED = "published"
    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A pattern of suppressions.

    Args:
        table: The table.
        primary: (n,) unsafe by itself.
        hidden: (n,) suppressed, primary and secondary.
        level: (n,) protection level of unsafe cells of amounts.
    """

    table: LinearTable
    primary: BoolArray
    hidden: BoolArray
    level: IntArray

    def status(self) -> list[CellStatus]:
        """Return what becomes of each cell."""
        return [
            CellStatus.PRIMARY if unsafe else CellStatus.SECONDARY if hidden else CellStatus.PUBLISHED
            for unsafe, hidden in zip(self.primary, self.hidden, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Demand:
    """A suppressed cell that must be able to reach a target, up (+1) or down (-1), whoever knows another cell."""

    cell: int
    sign: int
    insider: int | None = None


def protect_table(
    table: LinearTable,
    rule: TableRule,
    key: bytes,
    *,
    more: Mapping[int, int] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Pattern:
    """Choose which cells to suppress.

    Args:
        table: Every value given, adding up.
        rule: What must be kept.
        key: Secret that costs are drawn with; the same key gives the same pattern.
        more: What the bounds of some cells must exceed their demand by, in units of the table.
        progress: Told before a long step.

    Raises:
        DisclosureError: Values do not add up.
        InfeasibleError: Some cells cannot be protected by any pattern.
    """
    check_exact(table)
    work = _Work(table, rule, primary(table, rule), key, more or {})
    progress(f"{int(np.count_nonzero(work.hidden))} cells are unsafe by themselves")
    work.satisfy()
    progress(f"{int(np.count_nonzero(work.hidden))} cells suppressed; publishing again what is not needed")
    work.clean_up()
    return Pattern(table, work.unsafe.unsafe, work.hidden, work.unsafe.level)


def costs(table: LinearTable, key: bytes) -> FloatArray:
    """Draw the cost of suppressing each cell: its value times a factor from 1/2 to 3/2 drawn from key and name."""
    digests = [hmac.digest(key, b"zicht table cost\0" + name.encode(), hashlib.sha256) for name in table.cells]
    drawn = np.array([int.from_bytes(digest[:6], "big") / 2**48 for digest in digests])
    plain: FloatArray = np.maximum(table.value, 1) / 10**table.decimals * (0.5 + drawn)
    return plain


def published_view(table: LinearTable, rule: TableRule) -> View:
    """Return what a reader knows of each cell, were it published, and were it suppressed."""
    step = 0 if rule.base is None else rule.base * 10**table.decimals
    shown = rounded(table.value, rule.base, table.decimals)
    above = max(0, (step - 1) // 2) if rule.integer else step // 2
    low, high = np.maximum(shown - step // 2, table.lower), np.minimum(shown + above, table.upper)
    hidden_low = table.lower
    if not is_magnitude(table):
        some = table.value > 0
        low = np.where(some, np.maximum(low, min(rule.threshold, 2**52)), 0)
        high = np.where(some, high, 0)
        # An unsafe cell is never published; its view must not cross.
        low = np.minimum(low, high)
        if not rule.hide_zeros:
            hidden_low = np.maximum(hidden_low, 1)
    return View(low=low, high=high, hidden_low=hidden_low, hidden_high=table.upper)


class _Work:
    """A pattern in the making: what is hidden, and for every demand a table that shows it is met."""

    def __init__(
        self, table: LinearTable, rule: TableRule, unsafe: Primary, key: bytes, more: Mapping[int, int]
    ) -> None:
        self.table, self.rule, self.unsafe, self.more = table, rule, unsafe, more
        self.counts = not is_magnitude(table)
        self.view = published_view(table, rule)
        self.cost = costs(table, key)
        self.hidden = unsafe.unsafe.copy()
        self.movable = (table.value > 0) | unsafe.unsafe
        self.program = Program(table, self.view, self.cost, self.movable)
        self.program.hide(np.flatnonzero(self.hidden))
        self.above = _ancestors(table)
        self.witness: dict[_Demand, FloatArray] = {}

    def target(self, demand: _Demand) -> int:
        """Return what a demand asks for, given what is published now."""
        cell, extra = demand.cell, self.more.get(demand.cell, 0)
        value, level = int(self.table.value[cell]), int(self.unsafe.level[cell]) + extra
        if not self.counts:
            if demand.sign > 0:
                return min(value + level, int(self.table.upper[cell]))
            return max(value - level, int(self.table.lower[cell]))
        above = self.above[cell]
        around = self.view.low[above[~self.hidden[above]]]
        most = self.rule.threshold + self.rule.margin
        return int(min(most, int(self.table.upper[cell]), *around.tolist())) + extra

    def demands(self) -> Iterator[_Demand]:
        """Yield every demand on the pattern as it is."""
        for cell in np.flatnonzero(self.hidden if self.counts else self.unsafe.unsafe).tolist():
            for insider in (None, *self._insiders(cell)):
                yield _Demand(cell, 1, insider)
                if not self.counts:
                    yield _Demand(cell, -1, insider)

    def _insiders(self, cell: int) -> list[int]:
        """Return the suppressed cells of one contributor that share a relation with a cell of amounts."""
        number = self.table.contributors.get("n")
        if number is None:
            return []
        near = _neighbours(self.table, cell)
        return [int(other) for other in near[self.hidden[near] & (number[near] == 1)]]

    def met(self, demand: _Demand) -> bool:
        """Say whether the table known to meet a demand still does."""
        known = self.witness.get(demand)
        return known is not None and bool(demand.sign * (known[demand.cell] - self.target(demand)) >= -STILL)

    def satisfy(self) -> None:
        """Suppress until every demand is met.

        Raises:
            InfeasibleError: Some cannot be.
        """
        hopeless: set[int] = set()
        while True:
            open_demands = [d for d in self.demands() if d.cell not in hopeless and not self.met(d)]
            if not open_demands:
                break
            for demand in open_demands:
                if not self.met(demand) and not self._meet(demand):
                    hopeless.add(demand.cell)
        if hopeless:
            raise InfeasibleError(
                f"No pattern protects {self.table.names(sorted(hopeless))}.",
                where="protection",
                remedy="Merge these cells with others, or give them fewer bounds known beforehand.",
            )

    def _meet(self, demand: _Demand) -> bool:
        answer = self._reach(demand)
        if answer is None:
            return False
        value, moved = answer
        fresh = np.flatnonzero((moved > STILL) & ~self.hidden)
        self.hidden[fresh] = True
        self.program.hide(fresh)
        self.witness[demand] = value
        return True

    def _reach(self, demand: _Demand) -> tuple[FloatArray, FloatArray] | None:
        insider = demand.insider
        known = {} if insider is None else {insider: int(self.table.value[insider])}
        return self.program.reach(demand.cell, self.target(demand), demand.sign, known)

    def clean_up(self) -> None:
        """Publish every secondary suppression that is not needed, dearest first."""
        self.program.freeze()
        secondary = np.flatnonzero(self.hidden & ~self.unsafe.unsafe)
        for cell in secondary[np.argsort(-self.cost[secondary], kind="stable")].tolist():
            self._try_to_publish(cell)

    def _try_to_publish(self, cell: int) -> None:
        at = np.array([cell])
        self.hidden[cell] = False
        self.program.show(at)
        low, high = self.view.low[cell] - STILL, self.view.high[cell] + STILL
        renewed: dict[_Demand, FloatArray] = {}
        for demand in self.demands():
            if demand in self.witness and self.met(demand) and low <= self.witness[demand][cell] <= high:
                continue
            answer = self._reach(demand)
            if answer is None:
                self.hidden[cell] = True
                self.program.hide(at)
                return
            renewed[demand] = answer[0]
        self.witness.update(renewed)


def _ancestors(table: LinearTable) -> list[IntArray]:
    """Return for each cell all cells that contain it, through any relations."""
    direct = containers(table, np.arange(len(table)))
    found: dict[int, set[int]] = {}

    def collect(cell: int) -> set[int]:
        if cell not in found:
            found[cell] = set()
            for total in direct[cell].tolist():
                found[cell] |= {total} | collect(total)
        return found[cell]

    return [np.array(sorted(collect(cell)), dtype=np.int64) for cell in range(len(table))]


def _neighbours(table: LinearTable, cell: int) -> IntArray:
    """Return the other cells of all relations that a cell is in."""
    inside = np.zeros(len(table.total), dtype=np.bool_)
    inside[table.relation[table.part == cell]] = True
    inside |= table.total == cell
    cells = np.concatenate([table.total[inside], table.part[inside[table.relation]]])
    return np.setdiff1d(cells, [cell])
