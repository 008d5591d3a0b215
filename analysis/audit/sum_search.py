"""The search for tables of a total and its parts in which some number is large, or small.

One table of the whole is found first. Others near it come from moves (`sum_moves`), from linear programs that make many
atoms of a region large at once, and from integer programs in windows of areas round a number, everything outside as it
is in that table. What none of them answers is decided on the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import eye_array, vstack

from analysis.audit.bounds import lower_bounds, upper_bounds
from analysis.audit.errors import ContradictionError
from analysis.audit.network import UNLIMITED, BoolArray, IntArray, Network, halves
from analysis.audit.sum_moves import exchange
from analysis.audit.sum_program import NEARLY, Window, largest, solve, stacked
from analysis.audit.sums import Sum, Together

#: Atoms of a window, the smallest first.
WINDOWS = (24, 160)
#: Atoms of a region in which many numbers are asked at once.
REGION = 300
#: Rounds that answer nothing, or fewer than this, before numbers are asked one by one.
IDLE, FEW = 3, 4
#: Rounds of moves that answer no more than one in so many count as such.
MOST = 50
HALF = 0.5


class SumSearch:
    """One table of a total and its parts, and the largest and smallest value of each number in any table met.

    Args:
        name: For errors.
        together: What a reader knows.

    Raises:
        ContradictionError: No table of whole numbers fits.
    """

    def __init__(self, name: Sum, together: Together) -> None:
        self.together, self.programs, self.turns = together, 0, 0
        #: What else a table found may answer: which numbers, their goals, the direction.
        self.open: tuple[BoolArray, IntArray, int] | None = None
        self.columns = together.inside.tocsc()
        first = together.systems[0]
        arcs, size = first.arcs, len(first.arcs)
        open_ = Network(
            first.nodes, arcs.tail, arcs.head, np.zeros(size, dtype=np.int64), np.full(size, UNLIMITED, dtype=np.int64)
        )
        self.links, self.tail, self.head = halves(open_), arcs.tail, arcs.head
        self.value = np.zeros_like(together.low)
        self.reached, self.fallen = self.value, self.value
        table = self._any_table(name)
        atoms = np.arange(table.shape[1])
        self.value = self._sums(atoms, table)
        self.reached, self.fallen = self.value.copy(), self.value.copy()
        self.upper, self.lower = self._outer()

    def _any_table(self, name: Sum) -> IntArray:
        every = np.arange(self.together.inside.shape[1])
        self.programs += 1
        found = solve(self._window(every), every[:0], sign=1, goal=None, integer=True)
        if found is None or found.table is None:
            raise ContradictionError(
                f"No table of counts fits what is published of {name.total.indicator} and of the indicators that it "
                "is the sum of.",
                where=f"{name.total.indicator}/{name.total.period}",
                remedy="Where an earlier release was revised since, publish and audit the sum for new periods only.",
            )
        return found.table

    def _outer(self) -> tuple[IntArray, IntArray]:
        """Return the bounds that each member's own network has: none of the whole is wider."""
        known = self.together
        upper, lower = known.high.copy(), known.low.copy()
        for at, made in enumerate(known.systems):
            network = replace(made.network(), low=known.low[at], high=known.high[at])
            targets = np.flatnonzero(known.asked[at])
            goal = known.requirement[at, targets]
            upper[at, targets] = upper_bounds(network, self.value[at], targets, goal).bound
            lower[at, targets] = lower_bounds(network, self.value[at], targets).bound
        exact = upper < known.requirement
        upper[1:] = np.where(exact[0], np.minimum(upper[1:], upper[0]), upper[1:])
        return upper, lower

    def seek(self, wanted: BoolArray, goal: IntArray, *, sign: int) -> None:
        """Look for tables in which many numbers reach their goals, cheaply; some may stay open that could.

        Args:
            wanted: (members, arcs) which.
            goal: (members, arcs) what they must reach.
            sign: 1 for at least that, -1 for at most.
        """
        asked = (wanted, goal, sign)
        self._move(self.value.copy(), *asked, drift=False)
        table, idle = self.value.copy(), 0
        while idle < IDLE and (before := self._left(*asked)):
            self._move(table, *asked, drift=True)
            idle = 0 if before - self._left(*asked) > before // MOST else idle + 1
        idle = 0
        while sign > 0 and idle < IDLE and (before := self._left(*asked)) >= FEW:
            for region in self._regions():
                self._spread(region, wanted, goal)
            idle = 0 if before - self._left(*asked) >= FEW else idle + 1

    def _left(self, wanted: BoolArray, goal: IntArray, sign: int) -> int:
        met = self.reached if sign > 0 else self.fallen
        return int(np.count_nonzero(wanted & (sign * (met - goal) < 0)))

    def _move(self, table: IntArray, wanted: BoolArray, goal: IntArray, sign: int, *, drift: bool) -> None:
        """Ask moves from a table; one that drifts is changed into another."""
        known, met = self.together, self.reached if sign > 0 else self.fallen
        self.turns += 1
        for member in range(len(table)):
            targets = np.flatnonzero(wanted[member] & (sign * (met[member] - goal[member]) < 0))
            if not len(targets):
                continue
            # Another order every time, so that what drifts does not go round in circles.
            targets = np.random.default_rng(self.turns).permutation(targets)
            room = np.empty((len(table), 2 * table.shape[1]), dtype=np.int64)
            room[:, 0::2], room[:, 1::2] = known.high - table, table - known.low
            others = [at for at in range(1, len(room)) if at != member]
            # The total moves along with a part; another part moves against it.
            against = room[others].reshape(len(others), -1, 2)[:, :, ::-1].reshape(len(others), -1)
            partners = np.vstack([room[:1], against]) if member else room[others]
            kept = exchange(
                *(self.links.start, self.links.half, self.links.far, self.tail, self.head),
                *(table[member], room[member], partners, targets, goal[member, targets], met[member]),
                down=int(sign < 0),
                drift=drift,
            )
            table[others] += -kept[1:] if member else kept
            if member:
                table[0] += kept[0]

    def _touching(self, window: IntArray) -> BoolArray:
        """Return (arcs,) which cells and atoms have something in a window."""
        found = np.zeros(self.value.shape[1], dtype=np.bool_)
        found[: self.together.atoms] = np.diff(self.columns[:, window].tocsr().indptr) > 0
        found[self.together.atoms + window] = True
        return found

    def _regions(self) -> list[IntArray]:
        """Cut the atoms, which stand in the order of their areas, into regions; elsewhere every time."""
        size = self.together.inside.shape[1]
        atoms = np.roll(np.arange(size), self.turns * REGION // 3 if size > REGION else 0)
        return [np.sort(region) for region in np.array_split(atoms, -(-size // REGION))]

    def _spread(self, region: IntArray, wanted: BoolArray, goal: IntArray) -> None:
        """Make many open atoms of a region large at once, and look round the table that does."""
        at = self.together.atoms + region
        open_ = (wanted & (self.reached < goal))[1:, at]
        if not open_.any():
            return
        self.programs += 1
        draw = np.random.default_rng(self.turns + self.programs).random(open_.shape)
        weight = np.where(open_ & (draw < (1.0, HALF)[self.programs % 2]), 0.2 + draw, 0.0)
        window = self._window(region)
        # A table known must stay possible.
        limit = np.maximum(np.minimum(window.limit, goal[1:, at]), self.value[1:, at])
        table = largest(replace(window, limit=np.where(weight > 0, limit, window.limit)), weight)
        if table is not None:
            near, here = self._meet(region, table), wanted & self._touching(region)
            for drift in (False, True):
                self._move(near.copy(), here, goal, 1, drift=drift)

    def settle(self, member: int, arc: int, goal: int, *, sign: int) -> int:
        """Return how far a number goes, no further than its goal: exact, over whole numbers."""
        for window in self._windows(arc):
            if self._met(member, arc, goal, sign=sign):
                return goal
            if len(window) < self.together.inside.shape[1]:
                self._solve(window, member, arc, goal, sign=sign, integer=True)
        every = np.arange(self.together.inside.shape[1])
        bound = self._solve(every, member, arc, goal, sign=sign, integer=False)
        if not self._met(member, arc, bound, sign=sign):
            bound = self._solve(every, member, arc, goal, sign=sign, integer=True)
        return bound

    def _met(self, member: int, arc: int, goal: int, *, sign: int) -> bool:
        met = self.reached if sign > 0 else self.fallen
        return bool(sign * (met[member, arc] - goal) >= 0)

    def _solve(self, window: IntArray, member: int, arc: int, goal: int, *, sign: int, integer: bool) -> int:
        """Solve one program, remember its table, and return its bound in whole numbers."""
        self.programs += 1
        # A window holds every atom of the number asked after.
        own = np.flatnonzero(np.isin(window, self._atoms(arc)))
        parts = range(len(self.value) - 1) if member == 0 else [member - 1]
        columns = np.concatenate([own + part * len(window) for part in parts])
        found = solve(self._window(window), columns, sign=sign, goal=goal, integer=integer)
        if found is None:
            # A program has to fit the table known, unless it is asked to stop where that has gone already.
            raise ContradictionError("The solver finds no table where there is one.", where="HiGHS")
        if found.table is not None:
            near = self._meet(window, found.table)
            if self.open is not None:
                self._move(near, self.open[0] & self._touching(window), *self.open[1:], drift=False)
        return sign * int(np.floor(sign * found.bound + NEARLY))

    def _outside(self, window: IntArray, arcs: IntArray, lines: IntArray, member: int) -> IntArray:
        """Return how much of some sums lies outside a window."""
        held: IntArray = self.value[member, arcs] - lines @ self.value[member, self.together.atoms + window]
        return held

    def _window(self, window: IntArray) -> Window:
        known, first = self.together, self.together.atoms
        part = self.columns[:, window].tocsr()
        touched = np.flatnonzero(np.diff(part.indptr))
        part = part[touched]
        # An atom of the total has a limit of its own; those of the parts are limits of columns.
        bound = np.flatnonzero(known.high[0, first + window] < UNLIMITED)
        total = vstack([part, eye_array(len(window), dtype=np.int64, format="csr")[bound]]).tocsr()
        cells = np.concatenate([touched, first + window[bound]])
        members = range(len(known.low))
        arcs = [cells if member == 0 else touched for member in members]
        rest = [self._outside(window, arcs[at], part if at else total, at) for at in members]
        low = np.concatenate([known.low[at, arcs[at]] - rest[at] for at in members])
        high = np.concatenate([known.high[at, arcs[at]] for at in members])
        high = np.where(high < UNLIMITED, high - np.concatenate(rest), UNLIMITED)
        kept = (low > 0) | (high < UNLIMITED)
        rows = stacked(total, part, len(known.low) - 1)[kept]
        return Window(known.high[1:, first + window], rows, low[kept], high[kept])

    def _atoms(self, arc: int) -> IntArray:
        first, inside = self.together.atoms, self.together.inside
        if arc >= first:
            return np.array([arc - first])
        return np.asarray(inside.indices[inside.indptr[arc] : inside.indptr[arc + 1]], dtype=np.int64)

    def _windows(self, arc: int) -> Iterator[IntArray]:
        """Yield ever larger sets of atoms round an arc, and at last all of them."""
        frame = self.together.systems[0].frame
        found = np.sort(self._atoms(arc))
        for size in WINDOWS:
            while len(found) < size:
                near = np.flatnonzero(_near(frame.tail, found) | _near(frame.head, found))
                if len(near) == len(found):
                    break
                found = near
            if len(found) < len(frame.tail):
                yield found
        yield np.arange(len(frame.tail))

    def _meet(self, window: IntArray, table: IntArray) -> IntArray:
        values = self._sums(window, table)
        self.reached, self.fallen = np.maximum(self.reached, values), np.minimum(self.fallen, values)
        return values

    def _sums(self, window: IntArray, table: IntArray) -> IntArray:
        """Return (members, arcs) the table that a table of a window makes of the one known."""
        first = self.together.atoms
        values = self.value.copy()
        whole = np.vstack([table.sum(axis=0), table])
        moved = whole - values[:, first + window]
        values[:, first + window] = whole
        values[:, :first] += (self.columns[:, window] @ moved.T).T
        return values


def _near(area: IntArray, atoms: IntArray) -> BoolArray:
    """Return which atoms lie in the same area as some of the given ones; the country is none."""
    found: BoolArray = np.isin(area, area[atoms]) & (area > 1)
    return found
