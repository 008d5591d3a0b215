"""One system of a release as a network: its cells, its splits by years and parts, and its atoms.

Everything flows from the country's first node through the administrative areas to the atoms, and on through the hexes
to its second node, from where one arc, the country's own number, leads back. So the number of every cell is the flow
through its arc, and all that a reader knows are limits of arcs. A split stands in series with the arc of the cell it
splits: one arc beside another for each of its categories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.audit.arcs import Arcs, Kind, arcs, stack
from analysis.audit.containers import cell_capacities, holders, nearest_published
from analysis.audit.knowledge import Column, Known
from analysis.audit.layout import Category, Plan, Split
from analysis.audit.network import UNLIMITED, BoolArray, IntArray, Network
from analysis.audit.places import SINK, SOURCE, Frame, Places, frame
from analysis.audit.rules import Rule
from zicht.structure import COUNTRY


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One system of a release.

    Args:
        plan: What it consists of.
        frame: Its cells and atoms.
        columns: What its arcs stand for, by `Arcs.column`.
        arcs: Its arcs: the country, the cells, the splits, the atoms.
        nodes: Number of its nodes.
        leaves: The level of every split, and the arcs of its categories at that level.
    """

    plan: Plan
    frame: Frame
    columns: tuple[Column, ...]
    arcs: Arcs
    nodes: int
    leaves: tuple[tuple[str, IntArray], ...]

    def network(self) -> Network:
        """Return the limits alone, with everything inside a cell that is known to be 0 fixed at 0."""
        found = self.arcs
        zero = _inside_zeros(self)
        high = np.where(zero & (found.low == 0), 0, found.high)
        return Network(self.nodes, found.tail, found.head, found.low, np.maximum(high, found.low))

    def requirement(self) -> IntArray:
        """Return (n,) what the upper bound of every arc must reach."""
        return np.minimum(np.minimum(self.arcs.goal, self.arcs.capacity), self.arcs.container)


def system(plan: Plan, places: Places, counts: Mapping[Column, Known], rules: Mapping[str, Rule]) -> System:
    """Return the network of one plan.

    Raises:
        AlignmentError: A level or a capacity is not in the release.
    """
    rule = rules[plan.indicator]
    levels = tuple(dict.fromkeys((*plan.levels, *(split.level for split in plan.splits))))
    return _Builder(plan, frame(places, levels, rule), counts, rules).build()


class _Builder:
    """Holds what grows while the arcs of one system are laid."""

    def __init__(self, plan: Plan, cells: Frame, counts: Mapping[Column, Known], rules: Mapping[str, Rule]) -> None:
        self.plan, self.frame, self.counts, self.rules = plan, cells, counts, rules
        self.nodes = cells.nodes
        self.columns: list[Column] = []
        self.splits: list[Arcs] = []
        self.leaves: list[tuple[int, str]] = []
        self.capacity = cell_capacities(cells)
        node = np.arange(cells.nodes)
        below_sink = np.isin(node, [SINK])
        for level in cells.chains[SINK]:
            below_sink[cells.cells(level)] = True
        # The arc of the country's own number belongs to its first node and leads from the second back to it.
        self.tail = np.where(below_sink, node, cells.above)
        self.head = np.where(below_sink, cells.above, node)
        self.tail[SOURCE], self.head[SOURCE] = SINK, SOURCE
        self.atom_tail = cells.tail
        self.near = self._near()
        around = np.minimum(self.near[cells.above], self.near[holders(cells)])
        around[SOURCE] = UNLIMITED
        self.around = around

    def build(self) -> System:
        for split in self.plan.splits:
            if split.with_totals:
                self._split_with_totals(split)
            else:
                self._split(split)
        cells = self._cells()
        ends = np.cumsum([sum(len(block) for block in cells), *(len(block) for block in self.splits)])
        leaves = tuple((level, np.arange(ends[at], ends[at + 1])) for at, level in self.leaves)
        found = stack([*cells, *self.splits, self._atoms()])
        return System(self.plan, self.frame, tuple(self.columns), found, self.nodes, leaves)

    def _known(self, level: str) -> Known | None:
        return self.counts.get((self.plan.indicator, self.plan.period, level))

    def _where(self, level: str) -> slice:
        return slice(SOURCE, SOURCE + 1) if level == COUNTRY else self.frame.cells(level)

    def _near(self) -> IntArray:
        low, published = np.zeros(self.nodes, dtype=np.int64), np.zeros(self.nodes, dtype=np.bool_)
        for level in (COUNTRY, *self.frame.levels):
            known, cells = self._known(level), self._where(level)
            if known is not None:
                low[cells], published[cells] = known.low, known.published
        low[SINK], published[SINK] = low[SOURCE], published[SOURCE]
        return nearest_published(self.frame, low, published)

    def _inside(self, cells: slice) -> IntArray:
        """Return the low end of the smallest published cell around a category: its own cell, or one around that."""
        return np.minimum(self.near[cells], self.around[cells])

    def _column(self, indicator: str, period: str, level: str) -> int:
        self.columns.append((indicator, period, level))
        return len(self.columns) - 1

    def _cells(self) -> list[Arcs]:
        blocks = []
        for level in (COUNTRY, *self.frame.levels):
            cells = self._where(level)
            blocks.append(
                arcs(
                    tail=self.tail[cells],
                    head=self.head[cells],
                    kind=Kind.CELL,
                    capacity=self.capacity[cells],
                    goal=self.rules[self.plan.indicator].goal,
                    column=self._column(self.plan.indicator, self.plan.period, level),
                    known=self._known(level),
                    container=self.around[cells],
                )
            )
        return blocks

    def _atoms(self) -> Arcs:
        around = np.minimum(self.near[self.frame.tail], self.near[self.frame.head])
        return arcs(
            tail=self.atom_tail,
            head=self.frame.head,
            kind=Kind.ATOM,
            capacity=self.frame.capacity,
            goal=self.rules[self.plan.indicator].goal,
            container=around,
        )

    def _goal(self, split: Split, category: Category) -> int:
        if category:
            return self.rules[category[0]].goal
        # What is left gives away what is not: it follows the strictest rule of the two.
        names = {self.plan.indicator, *(other[0] for other in split.categories if other)}
        return max(self.rules[name].goal for name in names)

    def _category(
        self,
        split: Split,
        category: Category,
        level: str,
        *,
        tail: IntArray,
        head: IntArray,
        around: IntArray,
    ) -> Arcs:
        cells = self._where(level)
        indicator, period = category or (self.plan.indicator, _rest(self.plan, split))
        return arcs(
            tail=tail,
            head=head,
            kind=Kind.CATEGORY if category else Kind.REST,
            capacity=self.capacity[cells],
            goal=self._goal(split, category),
            column=self._column(indicator, period, level),
            known=self.counts.get((indicator, period, level)),
            container=around,
        )

    def _split(self, split: Split) -> None:
        cells = self._where(split.level)
        between = self._new(cells.stop - cells.start)
        after = self.head[cells].copy()
        self.head[cells] = between
        for category in split.categories:
            block = self._category(split, category, split.level, tail=between, head=after, around=self._inside(cells))
            self._leaf(split, block)

    def _split_with_totals(self, split: Split) -> None:
        cells = self._where(split.level)
        before = self._new(cells.stop - cells.start)
        self.tail[cells] = before
        loose = self.atom_tail == SOURCE
        elsewhere = self._elsewhere(loose) if loose.any() else None
        for category in split.categories:
            one, country = self._new(1), self.near[SOURCE : SOURCE + 1]
            source = np.zeros(1, dtype=np.int64)
            top = self._category(split, category, COUNTRY, tail=source, head=one, around=country)
            around = np.minimum(self._inside(cells), np.where(top.published, top.low, country)[0])
            tail = np.full(len(before), one[0])
            below = self._category(split, category, split.level, tail=tail, head=before, around=around)
            self.splits.append(top)
            self._leaf(split, below)
            if elsewhere is not None:
                self._leaf(split, self._loose(elsewhere, split, category, one, top))

    def _leaf(self, split: Split, block: Arcs) -> None:
        self.leaves.append((len(self.splits), split.level))
        self.splits.append(block)

    def _elsewhere(self, loose: BoolArray) -> tuple[IntArray, IntArray]:
        """Lay what lies in none of the country's areas under an area of its own; return its node and capacity."""
        before, node = self._new(1), self._new(1)
        self.atom_tail = np.where(loose, node[0], self.atom_tail)
        room = self.frame.capacity[loose]
        capacity = np.array([UNLIMITED if (room == UNLIMITED).any() else room.sum()])
        self.splits.append(
            arcs(
                tail=before,
                head=node,
                kind=Kind.REST,
                capacity=capacity,
                goal=self.rules[self.plan.indicator].goal,
                column=self._column(self.plan.indicator, self.plan.period, COUNTRY),
                fid=np.array([-1]),
                container=self.near[SOURCE : SOURCE + 1],
            )
        )
        return before, capacity

    def _loose(
        self,
        elsewhere: tuple[IntArray, IntArray],
        split: Split,
        category: Category,
        one: IntArray,
        top: Arcs,
    ) -> Arcs:
        return arcs(
            tail=one,
            head=elsewhere[0],
            kind=Kind.REST,
            capacity=elsewhere[1],
            goal=self._goal(split, category),
            column=int(top.column[0]),
            fid=np.array([-1]),
            container=np.where(top.published, top.low, self.near[SOURCE]),
        )

    def _new(self, count: int) -> IntArray:
        self.nodes += count
        return np.arange(self.nodes - count, self.nodes, dtype=np.int64)


def _rest(plan: Plan, split: Split) -> str:
    """Return the "period" of what is left beside the published categories of a split."""
    names = (name if name != plan.indicator else year for name, year in filter(None, split.categories))
    return f"{plan.period} without {', '.join(names)}"


def _inside_zeros(found: System) -> BoolArray:
    """Return (n,) whether an arc lies inside a cell or atom that is known to be 0."""
    cells, parts = found.frame, found.arcs
    zero = np.zeros(cells.nodes, dtype=np.bool_)
    own = parts.high[parts.kind == Kind.CELL] == 0
    zero[SOURCE], zero[SINK], zero[2:] = own[0], own[0], own[1:]
    for level in cells.levels:
        here = cells.cells(level)
        zero[here] |= zero[cells.above[here]]
    inside = np.zeros(len(parts), dtype=np.bool_)
    inside[parts.kind == Kind.CELL] = np.concatenate([zero[:1], zero[2:]])
    inside[parts.kind == Kind.ATOM] = zero[cells.tail] | zero[cells.head]
    return inside
