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

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.table_flow import hidden_by_flow
from analysis.confidential.disclosure.table_program import STILL, Program
from analysis.confidential.disclosure.table_rules import Primary, is_magnitude, primary
from analysis.confidential.disclosure.table_view import ancestors, costs, neighbours, published_view
from zicht.errors import InfeasibleError
from zicht.linear_rules import TableRule
from zicht.linear_tables import UNBOUNDED, BoolArray, IntArray, LinearTable, check_exact

FloatArray = NDArray[np.float64]

#: Unsafe cells times cells up to which the linear program is asked, which takes seconds then. It weighs whole ways at
#: once, where the search takes the cheapest cell of each cut, and so hides up to a third less where few are unsafe.
MOST_BY_PROGRAM = 250_000


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
    found = primary(table, rule)
    progress(f"{int(np.count_nonzero(found.unsafe))} cells are unsafe by themselves")
    hidden = None if more else _by_flow(table, rule, found.unsafe, key)
    if hidden is None:
        work = _Work(table, rule, found, key, more or {})
        work.satisfy()
        progress(f"{int(np.count_nonzero(work.hidden))} cells suppressed; publishing again what is not needed")
        work.clean_up()
        hidden = work.hidden
    return Pattern(table, found.unsafe, hidden, found.level)


def _by_flow(table: LinearTable, rule: TableRule, unsafe: BoolArray, key: bytes) -> BoolArray | None:
    """Return what to hide of a large network of counts, None where this is none or the search finds nothing."""
    if is_magnitude(table) or np.count_nonzero(unsafe) * len(table) <= MOST_BY_PROGRAM:
        return None
    return hidden_by_flow(table, published_view(table, rule), unsafe, costs(table, key), goal=rule.goal)


class _Work:
    """A pattern in the making: what is hidden, and for every demand a table that shows it is met."""

    def __init__(
        self, table: LinearTable, rule: TableRule, unsafe: Primary, key: bytes, more: Mapping[int, int]
    ) -> None:
        self.table, self.rule, self.unsafe = table, rule, unsafe
        self.counts = not is_magnitude(table)
        self.view = published_view(table, rule)
        self.cost = costs(table, key)
        self.hidden = unsafe.unsafe.copy()
        self.program = Program(table, self.view, self.cost, (table.value > 0) | unsafe.unsafe)
        self.program.hide(np.flatnonzero(self.hidden))
        self.above = ancestors(table)
        self.extra = np.zeros(len(table), dtype=np.int64)
        self.extra[list(more)] = list(more.values())
        self.asked = self._asked()
        # The truth is a table that fits, whatever is hidden.
        self.tables: list[FloatArray] = [table.value.astype(np.float64)]
        self.shown_by: dict[_Demand, int] = {}

    def _asked(self) -> dict[int, IntArray]:
        """Return by direction what each cell must reach, given what is published now."""
        table = self.table
        if not self.counts:
            level = self.unsafe.level + self.extra
            return {
                1: np.minimum(table.value + level, table.upper),
                -1: np.maximum(table.value - level, table.lower),
            }
        sizes = [len(above) for above in self.above]
        around = np.concatenate([*self.above, np.empty(0, dtype=np.int64)])
        low = np.where(self.hidden[around], UNBOUNDED, self.view.low[around])
        asked = np.minimum(self.rule.goal, table.upper)
        np.minimum.at(asked, np.repeat(np.arange(len(table)), sizes), low)
        return {1: asked + self.extra}

    def demands(self) -> Iterator[_Demand]:
        """Yield every demand on the pattern as it is."""
        for cell in np.flatnonzero(self.hidden if self.counts else self.unsafe.unsafe).tolist():
            for insider in (None, *self._insiders(cell)):
                yield from (_Demand(cell, sign, insider) for sign in self.asked)

    def _insiders(self, cell: int) -> list[int]:
        """Return the suppressed cells of one contributor that share a relation with a cell of amounts."""
        number = self.table.contributors.get("n")
        if number is None:
            return []
        near = neighbours(self.table, cell)
        near = near[self.hidden[near] & (number[near] == 1)]
        # Who alone makes up a container of the cell, or a part of a cell of one, is the contributor of the cell itself.
        return [
            int(other)
            for other in near
            if other not in self.above[cell] and not (number[cell] == 1 and cell in self.above[other])
        ]

    def _shows(self, value: FloatArray, demand: _Demand) -> bool:
        """Say whether a table shows that a demand is met."""
        insider = demand.insider
        if insider is not None and abs(value[insider] - self.table.value[insider]) > STILL:
            return False
        return bool(demand.sign * (value[demand.cell] - self.asked[demand.sign][demand.cell]) >= -STILL)

    def met(self, demand: _Demand) -> bool:
        """Say whether a table known shows that a demand is met; where the last or the first one does, note it."""
        at = self.shown_by.get(demand)
        if at is not None and self._shows(self.tables[at], demand):
            return True
        for index in (0, len(self.tables) - 1):
            if self._shows(self.tables[index], demand):
                self.shown_by[demand] = index
                return True
        return False

    def satisfy(self) -> None:
        """Suppress until every demand is met.

        Raises:
            InfeasibleError: Some cannot be.
        """
        hopeless: set[int] = set()
        while True:
            waiting = [demand for demand in self.demands() if demand.cell not in hopeless and not self.met(demand)]
            if not waiting:
                break
            while waiting:
                demand = waiting.pop()
                if not self._meet(demand):
                    hopeless.add(demand.cell)
                # One table often shows that several demands are met.
                waiting = [other for other in waiting if not self.met(other)]
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
        if fresh.size:
            self.hidden[fresh] = True
            self.program.hide(fresh)
            self.asked = self._asked()
        self.shown_by[demand] = len(self.tables)
        self.tables.append(value)
        return True

    def _reach(self, demand: _Demand) -> tuple[FloatArray, FloatArray] | None:
        return self.program.reach(demand.cell, int(self.asked[demand.sign][demand.cell]), demand.sign, demand.insider)

    def clean_up(self) -> None:
        """Publish every secondary suppression that is not needed, dearest first."""
        self.program.show(np.flatnonzero(~self.hidden))
        again = True
        while again:
            secondary = np.flatnonzero(self.hidden & ~self.unsafe.unsafe)
            dearest = secondary[np.argsort(-self.cost[secondary], kind="stable")].tolist()
            # Each cell published takes its own demand with it, so that others may not be needed any more.
            published = [cell for cell in dearest if self._try_to_publish(cell)]
            again = bool(published)

    def _try_to_publish(self, cell: int) -> bool:
        at = np.array([cell])
        before = self.asked
        self.hidden[cell] = False
        self.program.show(at)
        self.asked = self._asked()
        renewed = self._shown_without(cell)
        if renewed is None:
            self.hidden[cell] = True
            self.program.hide(at)
            self.asked = before
            return False
        kept = {d: index for d, index in self.shown_by.items() if cell not in (d.cell, d.insider)}
        self.shown_by = kept | renewed
        return True

    def _shown_without(self, cell: int) -> dict[_Demand, int] | None:
        """Return new tables for the demands whose tables move a cell that is now published; None where one has none."""
        low, high = self.view.low[cell] - STILL, self.view.high[cell] + STILL
        moved = [not low <= value[cell] <= high for value in self.tables]
        renewed: dict[_Demand, int] = {}
        first = len(self.tables)
        for demand, index in self.shown_by.items():
            if not moved[index] or cell in (demand.cell, demand.insider):
                continue
            # Publishing lowers demands on counts: the truth may do by now, or a table found for another demand.
            fit = [k for k in (0, *range(first, len(self.tables))) if self._shows(self.tables[k], demand)]
            if not fit:
                answer = self._reach(demand)
                if answer is None:
                    return None
                fit = [len(self.tables)]
                self.tables.append(answer[0])
            renewed[demand] = fit[0]
        return renewed
