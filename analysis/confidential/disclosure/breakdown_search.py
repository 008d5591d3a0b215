"""The search for what a total and its parts give away together, and for the cells to hide instead.

Every network by itself is protected before. What is still open is asked of moves first (`breakdown_moves`), then of
integer programs in windows round the number asked after, the small before the large and at last the whole; the cells
that the cheapest table of the larger window moves are hidden. Whatever was met stays met, since hiding only loosens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, eye_array, vstack

from analysis.confidential.disclosure.breakdown import BoolArray, Breakdown, goals, inside, possible
from analysis.confidential.disclosure.breakdown_moves import move_all
from analysis.confidential.disclosure.breakdown_program import Found, Rows, cheapest
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray, graph, scratch
from zicht.errors import InfeasibleError

#: Atoms of a window: the first must show that nothing need be hidden, the second says what to hide.
SMALL, LARGE = 24, 120
#: The most cells that an error names.
NAMED = 8


class Search:
    """A pattern in the making, and what was met of every number: the largest and the smallest value.

    Args:
        breakdown: The members, each protected by itself.
        order: (arcs,) secret order in which arcs are asked.
    """

    def __init__(self, breakdown: Breakdown, order: IntArray) -> None:
        self.breakdown, self.order = breakdown, order
        self.reached, self.fallen = breakdown.truth.copy(), breakdown.truth.copy()
        self.settled = np.zeros(breakdown.truth.shape, dtype=np.bool_)
        self.programs = 0
        self._show(breakdown.published)
        net = breakdown.system.network
        self.inside = inside(breakdown.system)
        self.columns = self.inside.tocsc()
        self.graph = graph(net.tail, net.head, net.nodes, np.ones(len(net), dtype=np.bool_))
        self.scratch = scratch(net.nodes, len(net))

    def hide(self) -> BoolArray:
        """Hide cells until nothing is open, and return which.

        Raises:
            InfeasibleError: Nothing that may be hidden protects some number.
        """
        before = self.breakdown.published
        self._move()
        while True:
            waiting = [(member, arc, sign) for sign in (1, -1) for member, arc in self._open(sign)]
            if not waiting:
                break
            for member, arc, sign in waiting:
                if self._is_open(member, arc, sign):
                    self._settle(member, arc, sign)
            self._move()
        return before & ~self.breakdown.published

    def update(self, published: BoolArray) -> None:
        """Take over a pattern that shows less."""
        self._show(published & self.breakdown.published)

    def _show(self, published: BoolArray) -> None:
        self.breakdown = replace(self.breakdown, published=published)
        self.possible = possible(self.breakdown)
        self.goals = {1: goals(self.breakdown, self.possible), -1: self.breakdown.below}

    def _open(self, sign: int) -> list[tuple[int, int]]:
        """Return the members and arcs that are not met, in the secret order; remember what is asked of them."""
        met, goal = (self.reached, self.fallen)[sign < 0], self.goals[sign]
        open_ = ((met - goal) * sign < 0) & self.breakdown.asked & ~self.breakdown.published & ~self.settled
        member, at = np.nonzero(open_[:, self.order])
        return list(zip(member.tolist(), self.order[at].tolist(), strict=True))

    def _is_open(self, member: int, arc: int, sign: int) -> bool:
        met = (self.reached, self.fallen)[sign < 0]
        return bool((met[member, arc] - self.goals[sign][member, arc]) * sign < 0)

    def _move(self) -> None:
        for sign, met in ((1, self.reached), (-1, self.fallen)):
            found, goal = self._open(sign), self.goals[sign]
            for member in sorted({member for member, _ in found}):
                targets = np.array([arc for own, arc in found if own == member], dtype=np.int64)
                self._moved(member, targets, goal[member, targets], met[member], sign)

    def _moved(self, member: int, targets: IntArray, goal: IntArray, met: IntArray, sign: int) -> None:
        low, high = self.breakdown.known()
        truth = self.breakdown.truth
        up, down = np.minimum(high, UNLIMITED) - truth, truth - low
        others = [one for one in range(1, len(truth)) if one != member]
        # The total moves along with a part; another part moves against it.
        falls = np.vstack([down[:1], up[others]]) if member else down[others]
        rises = np.vstack([up[:1], down[others]]) if member else up[others]
        s = self.scratch
        move_all(
            self.graph, s, truth[member], low[member], high[member], falls, rises, targets, goal, met, sign=sign
        )

    def _settle(self, member: int, arc: int, sign: int) -> None:
        """Meet one number by integer programs, hiding what that takes."""
        goal, last = int(self.goals[sign][member, arc]), None
        for size, window in enumerate(self._windows(arc)):
            whole = len(window) == self.inside.shape[1]
            found = self._table(window, member, arc, goal, sign)
            if found is None:
                continue
            last = (window, found)
            if not found[1].moved.any() or size > 0 or whole:
                break
        if last is None:
            self._hopeless(member, arc, goal, sign)
            return
        window, (rows, found) = last
        part, cell = rows.part[found.moved], rows.cell[found.moved]
        if len(cell):
            published = self.breakdown.published.copy()
            published[part + 1, cell] = False
            self._show(published)
        self._meet(window, found.table)

    def _hopeless(self, member: int, arc: int, goal: int, sign: int) -> None:
        """Accept a number that no table can make anything but 0, whatever is hidden; refuse any other.

        Raises:
            InfeasibleError: Always, but for those.
        """
        every = np.arange(self.inside.shape[1])
        if sign > 0 and self._table(every, member, arc, 1, sign) is None:
            self.settled[member, arc] = True
            return
        raise InfeasibleError(
            f"No suppressions protect a total and its parts together: {self._name(member, arc)} stays too close.",
            remedy='Write zeros = "suppress" in the theme file, drop the finest level of the total, or leave it out.',
        )

    def _name(self, member: int, arc: int) -> str:
        what = "the total" if member == 0 else f"part {member}"
        for (_, level), arcs in self.breakdown.system.cells.items():
            if arcs.start <= arc < arcs.stop:
                return f"{what} in {level} {arc - arcs.start}"
        return f"{what} in atom {arc - self.breakdown.system.atoms.start}"

    def _atoms(self, arc: int) -> IntArray:
        first = self.breakdown.system.atoms.start
        if arc >= first:
            return np.array([arc - first])
        return np.sort(self.inside.indices[self.inside.indptr[arc] : self.inside.indptr[arc + 1]]).astype(np.int64)

    def _windows(self, arc: int) -> Iterator[IntArray]:
        """Yield ever larger sets of atoms round an arc, at last all."""
        leaf, found = self.breakdown.system.leaf, self._atoms(arc)
        done = 0
        for size in (SMALL, LARGE):
            while len(found) < size:
                near = np.flatnonzero(_among(leaf[:, 0], found) | _among(leaf[:, 1], found))
                if len(near) == len(found):
                    break
                found = near
            if done < len(found) < len(leaf):
                yield found
                done = len(found)
        yield np.arange(len(leaf))

    def _table(self, window: IntArray, member: int, arc: int, goal: int, sign: int) -> tuple[Rows, Found] | None:
        self.programs += 1
        first, truth = self.breakdown.system.atoms.start, self.breakdown.truth
        rows, sums = self._rows(window)
        limit = self.breakdown.limit[1:, first + window]
        own = self._atoms(arc)
        position = np.flatnonzero(np.isin(window, own))
        # What lies outside the window stays as it is.
        rest = int(truth[member, arc] - truth[member, first + window[position]].sum())
        found = cheapest(rows, sums, limit, asked=(member - 1, position), goal=goal - rest, sign=sign)
        return None if found is None else (rows, found)

    def _rows(self, window: IntArray) -> tuple[Rows, csr_array]:
        b, first = self.breakdown, self.breakdown.system.atoms.start
        within = self.columns[:, window].tocsr()
        touched = np.flatnonzero(np.diff(within.indptr))
        single = np.flatnonzero(b.limit[0, first + window] < UNLIMITED)
        cells = np.concatenate([touched, first + window[single]])
        lines = vstack([within[touched], eye_array(len(window), dtype=np.int64, format="csr")[single]]).tocsr()
        low, high = b.known()
        hideable = b.published & np.isfinite(b.price)
        blocks = []
        for member in range(len(b.truth)):
            at = cells if member == 0 else touched
            outside = b.truth[member, at] - (lines[: len(at)] @ b.truth[member, first + window])
            room = np.where(high[member, at] < UNLIMITED, high[member, at] - outside, UNLIMITED)
            free = hideable[member, at]
            blocks.append(
                (
                    at,
                    np.full(len(at), member - 1),
                    low[member, at] - outside,
                    room,
                    np.where(free, np.maximum(low[member, at] - b.floor[member, at], 0), 0),
                    np.where(free, np.maximum(b.limit[member, at] - high[member, at], 0), 0),
                    np.where(free, b.price[member, at], 0.0),
                    np.arange(len(at)),
                )
            )
        cell, part, least, most, fall, rise, price, line = (np.concatenate(one) for one in zip(*blocks, strict=True))
        kept = (least > 0) | (most < UNLIMITED)
        rows = Rows(cell[kept], part[kept], least[kept], most[kept], fall[kept], rise[kept], price[kept])
        return rows, lines[line[kept]]

    def _meet(self, window: IntArray, table: IntArray) -> None:
        """Remember what a table of a window tells of every number."""
        first = self.breakdown.system.atoms.start
        whole = np.vstack([table.sum(axis=0), table])
        atoms, cells = first + window, np.arange(first)
        moved = whole - self.breakdown.truth[:, atoms]
        for member in range(len(whole)):
            value = self.breakdown.truth[member, cells] + self.columns[:, window] @ moved[member]
            for met, choose in ((self.reached, np.maximum), (self.fallen, np.minimum)):
                met[member, cells] = choose(met[member, cells], value)
                met[member, atoms] = choose(met[member, atoms], whole[member])


def _among(leaf: IntArray, atoms: IntArray) -> BoolArray:
    """Return which atoms lie in the same area as some of the given ones; the country is none."""
    found: BoolArray = np.isin(leaf, leaf[atoms]) & (leaf > 1)
    return found
