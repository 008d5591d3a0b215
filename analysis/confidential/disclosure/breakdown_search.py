"""The search for what a total and its parts give away together, and for the cells to hide instead.

Every network by itself is protected before. What is still open is asked of moves first (`breakdown_moves`), then of
integer programs in windows round the number asked after, the small before the large and at last the whole; the cells
that the cheapest table of the larger window moves are hidden. Whatever was met stays met, since hiding only loosens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from analysis.confidential.disclosure.breakdown import BoolArray, Breakdown, goals, inside, possible
from analysis.confidential.disclosure.breakdown_moves import move_all
from analysis.confidential.disclosure.breakdown_program import Found, Rows, cheapest, spread
from analysis.confidential.disclosure.breakdown_windows import rows_of
from analysis.confidential.disclosure.flow import IntArray, graph, scratch
from zicht.errors import InfeasibleError

#: Atoms of a window: the first must show that nothing need be hidden, the second says what to hide.
SMALL, LARGE = 24, 120
#: Rounds of moves in a row that answer few, one in so many or less, before programs are asked.
IDLE, MOST = 3, 50
#: Atoms of a region in which many numbers are asked at once; and how many answers make another round worth while.
BLOCK, FEW = 300, 4
HALF = 0.5


class Search:
    """A pattern in the making, and what was met of every number: the largest and the smallest value.

    Args:
        breakdown: The members, each protected by itself.
        order: (arcs,) secret order in which arcs are asked.
        name: Names a number, given the member and the arc, for an error.
    """

    def __init__(self, breakdown: Breakdown, order: IntArray, name: Callable[[int, int], str]) -> None:
        self.breakdown, self.order, self.name = breakdown, order, name
        self.reached, self.fallen = breakdown.truth.copy(), breakdown.truth.copy()
        self.settled = np.zeros(breakdown.truth.shape, dtype=np.bool_)
        self.programs = self.turns = 0
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
        self._spread()
        while self._hide_round():
            self._move()
        return before & ~self.breakdown.published

    def _hide_round(self) -> bool:
        """Settle what is open, but for what lies near something that was just hidden; say whether anything was open.

        What one cell opens often answers its neighbours as well, so they wait for the next round.
        """
        published, near = self.breakdown.published.copy(), np.zeros(self.inside.shape[1], dtype=np.bool_)
        found = False
        for sign in (1, -1):
            member, at = np.nonzero(self._open(sign)[:, self.order])
            for one, arc in zip(member.tolist(), self.order[at].tolist(), strict=True):
                found = True
                if self._is_open(one, arc, sign) and not near[self._atoms(arc)].any():
                    members, cells, window = self._settle(one, arc, sign)
                    published[members, cells] = False
                    near[window[: len(window) * bool(len(cells))]] = True
        if found:
            self._show(published)
        return found

    def update(self, published: BoolArray) -> None:
        """Take over a pattern that shows less."""
        self._show(published & self.breakdown.published)

    def _show(self, published: BoolArray) -> None:
        self.breakdown = replace(self.breakdown, published=published)
        self.possible = possible(self.breakdown)
        self.goals = {1: goals(self.breakdown, self.possible), -1: self.breakdown.below}

    def _open(self, sign: int) -> BoolArray:
        """Return (members, arcs) what is asked after and not met."""
        met, goal = (self.reached, self.fallen)[sign < 0], self.goals[sign]
        open_: BoolArray = (met - goal) * sign < 0
        return open_ & self.breakdown.asked & ~self.breakdown.published & ~self.settled

    def _is_open(self, member: int, arc: int, sign: int) -> bool:
        met = (self.reached, self.fallen)[sign < 0]
        return bool((met[member, arc] - self.goals[sign][member, arc]) * sign < 0)

    def _move(self) -> None:
        """Answer what moves can answer: from the truth, and then from one table after another that they lead to."""
        for sign in (1, -1):
            if not self._open(sign).any():
                continue
            self._moved(self.breakdown.truth.copy(), sign, wander=False)
            table, idle = self.breakdown.truth.copy(), 0
            while idle < IDLE and (before := np.count_nonzero(self._open(sign))):
                self._moved(table, sign, wander=True)
                few = before - np.count_nonzero(self._open(sign)) <= before // MOST
                idle = idle + 1 if few else 0

    def _moved(self, table: IntArray, sign: int, *, wander: bool, near: IntArray | None = None) -> None:
        """Ask moves from a table for everything open, or for some arcs; a table that wanders changes on the way."""
        low, high = self.breakdown.known()
        open_, goal, met = self._open(sign), self.goals[sign], (self.reached, self.fallen)[sign < 0]
        self.turns += 1
        for member in np.flatnonzero(open_.any(axis=1)).tolist():
            targets = np.flatnonzero(open_[member]) if near is None else near[open_[member, near]]
            # Another order every time, so that what wanders does not go round in circles.
            targets = np.random.default_rng(self.turns).permutation(targets)
            if not len(targets):
                continue
            up, down = high - table, table - low
            # The total moves along with a part; another part moves against it.
            others = [one for one in range(1, len(table)) if one != member]
            falls = np.vstack([down[:1], up[others]]) if member else down[others]
            rises = np.vstack([up[:1], down[others]]) if member else up[others]
            limits = (low[member], high[member], falls, rises)
            kept = move_all(
                self.graph,
                self.scratch,
                table[member],
                *limits,
                targets,
                goal[member, targets],
                met[member],
                sign=sign,
                wander=wander,
            )
            table[others] += -kept[1:] if member else kept
            if member:
                table[0] += kept[0]

    def _spread(self) -> None:
        """Make many open atoms large at once, region by region, as long as that answers something."""
        first, idle = self.breakdown.system.atoms.start, 0
        while idle < IDLE:
            goal = self.goals[1][1:, first:]
            open_ = (self.reached[1:, first:] < goal) & ~self.settled[1:, first:]
            before = int(open_.sum())
            if before < FEW:
                return
            self.turns += 1
            for block in self._blocks():
                if open_[:, block].any():
                    self._spread_in(block, open_[:, block])
            after = np.count_nonzero(self.reached[1:, first:] < goal)
            idle = 0 if before - after >= FEW else idle + 1

    def _blocks(self) -> list[IntArray]:
        """Cut the atoms, which stand in the order of their areas, into regions; elsewhere every time."""
        size = self.inside.shape[1]
        count = -(-size // BLOCK)
        if count == 1:
            return [np.arange(size)]
        return [np.sort(one) for one in np.array_split(np.roll(np.arange(size), self.turns * BLOCK // 3), count)]

    def _spread_in(self, block: IntArray, open_: BoolArray) -> None:
        first = self.breakdown.system.atoms.start
        rows, sums = rows_of(self.breakdown, self.columns, block)
        draw = np.random.default_rng(self.turns).random(open_.shape)
        weight = np.where(open_ & (draw < (1.0, HALF)[self.turns % 2]), 0.2 + draw, 0.0)
        limit = self.breakdown.limit[1:, first + block]
        limit = np.where(weight > 0, np.minimum(limit, self.goals[1][1:, first + block]), limit)
        # The truth must stay possible.
        limit = np.maximum(limit, self.breakdown.truth[1:, first + block])
        table = spread(rows, sums, limit, weight)
        self.programs += 1
        self._take(block, table)

    def _settle(self, member: int, arc: int, sign: int) -> tuple[IntArray, IntArray, IntArray]:
        """Meet one number by programs, and return the members and cells to hide for it, and the window of them."""
        goal = int(self.goals[sign][member, arc])
        nothing = np.empty(0, dtype=np.int64)
        for size, window in enumerate(self._windows(arc)):
            whole = len(window) == self.inside.shape[1]
            for integer in (False, True):
                answer = self._table(window, member, arc, goal, sign, integer=integer)
                if answer is None:
                    break
                rows, found = answer
                if found.moved.any():
                    # A small window may see no way where there is one.
                    if size > 0 or whole:
                        self._take(window, found.table, valid=False)
                        return rows.part[found.moved] + 1, rows.cell[found.moved], window
                    break
                if found.table is not None:
                    self._take(window, found.table)
                    return nothing, nothing, window
        self._hopeless(member, arc, sign)
        return nothing, nothing, nothing

    def _take(self, window: IntArray, table: IntArray | None, *, valid: bool = True) -> None:
        """Remember a table, and look round it where it fits all that is published now."""
        if table is None:
            return
        whole, first = self._meet(window, table), self.breakdown.system.atoms.start
        cells = np.flatnonzero(np.diff(self.columns[:, window].tocsr().indptr))
        if valid:
            for wander in (False, True):
                self._moved(whole.copy(), 1, wander=wander, near=np.concatenate([cells, first + window]))

    def _hopeless(self, member: int, arc: int, sign: int) -> None:
        """Accept a number that no table can make anything but 0, whatever is hidden; refuse any other.

        Raises:
            InfeasibleError: Always, but for those.
        """
        every = np.arange(self.inside.shape[1])
        if sign > 0 and self._table(every, member, arc, 1, sign, integer=True) is None:
            self.settled[member, arc] = True
            return
        raise InfeasibleError(
            f"No suppressions protect a total and its parts together: {self.name(member, arc)} stays too close.",
            remedy='Write zeros = "suppress" in the theme file, drop the finest level of the total, or leave it out.',
        )

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

    def _table(
        self, window: IntArray, member: int, arc: int, goal: int, sign: int, *, integer: bool
    ) -> tuple[Rows, Found] | None:
        self.programs += 1
        first = self.breakdown.system.atoms.start
        rows, sums = rows_of(self.breakdown, self.columns, window)
        limit = self.breakdown.limit[1:, first + window]
        # A window holds every atom of the number asked after.
        position = np.flatnonzero(np.isin(window, self._atoms(arc)))
        found = cheapest(rows, sums, limit, asked=(member - 1, position), goal=goal, sign=sign, integer=integer)
        return None if found is None else (rows, found)

    def _meet(self, window: IntArray, table: IntArray) -> IntArray:
        """Remember what a table of a window tells of every number, and return it as one of the whole."""
        first = self.breakdown.system.atoms.start
        found = self.breakdown.truth.copy()
        whole = np.vstack([table.sum(axis=0), table])
        moved = whole - found[:, first + window]
        found[:, first + window] = whole
        found[:, :first] += (self.columns[:, window] @ moved.T).T
        np.maximum(self.reached, found, out=self.reached)
        np.minimum(self.fallen, found, out=self.fallen)
        return found


def _among(leaf: IntArray, atoms: IntArray) -> BoolArray:
    """Return which atoms lie in the same area as some of the given ones; the country is none."""
    found: BoolArray = np.isin(leaf, leaf[atoms]) & (leaf > 1)
    return found
