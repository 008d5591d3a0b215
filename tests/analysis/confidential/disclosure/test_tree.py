"""The tree optimum is safe and as cheap as the cheapest of all patterns, against an attacker that tries every world."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analysis.confidential.disclosure.tree import TreeOptimum, tree_optimum
from zicht.errors import AlignmentError, InfeasibleError


class Zeros(Enum):
    """Every zero is shown; every zero is primary; or zeros are hidden where that helps."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    EITHER = "either"


@dataclass(frozen=True)
class Case:
    """A small hierarchy and its rule: `extra` has a bit for every cell that is primary whatever its value.

    Capacities are of leaves, None for unlimited.
    """

    parent: tuple[int, ...]
    leaves: tuple[int, ...]
    threshold: int
    margin: int
    zeros: Zeros
    extra: int = 0
    cost: tuple[int, ...] | None = None
    capacity: tuple[int | None, ...] | None = None

    @property
    def members(self) -> np.ndarray:
        """(cells, leaves) true where a cell holds a leaf."""
        size = len(self.parent)
        inside = np.zeros((size, size), dtype=bool)
        for cell in range(size):
            above = cell
            while above >= 0:
                inside[above, cell] = True
                above = self.parent[above]
        return inside[:, [cell for cell in range(size) if cell not in self.parent]]

    @property
    def value(self) -> np.ndarray:
        return self.members @ np.array(self.leaves)

    @property
    def primary(self) -> np.ndarray:
        few = (self.value < self.threshold) & ((self.value > 0) | (self.zeros is Zeros.HIDDEN))
        extra = (self.extra >> np.arange(len(self.parent))) % 2 == 1
        return few | (extra & ((self.value > 0) | (not self.zeros_shown)))

    @property
    def zeros_shown(self) -> bool:
        return self.zeros is Zeros.SHOWN

    @property
    def costs(self) -> np.ndarray:
        return np.array(self.cost or [1] * len(self.parent))

    def solve(self) -> TreeOptimum:
        capacity = None
        if self.capacity is not None:
            capacity = np.full(len(self.parent), -9)
            is_leaf = [cell for cell in range(len(self.parent)) if cell not in self.parent]
            capacity[is_leaf] = [1 << 50 if room is None else room for room in self.capacity]
        return tree_optimum(
            np.array(self.parent),
            self.value,
            self.primary,
            threshold=self.threshold,
            margin=self.margin,
            zeros_shown=self.zeros_shown,
            cost=None if self.cost is None else np.array(self.cost),
            capacity=capacity,
        )


class Attacker:
    """Tries every world: every integer on every leaf, up to more than anybody asks about."""

    def __init__(self, case: Case) -> None:
        self.case = case
        most = max(int(case.value.max()), case.threshold + case.margin)
        rooms = case.capacity or [None] * len(case.leaves)
        ranges = [range(1 + (most if room is None else min(room, most))) for room in rooms]
        worlds = np.array(list(product(*ranges)), dtype=np.int16)
        self.cells = worlds @ case.members.T.astype(np.int16)
        self.rooms = case.members @ np.array([10**6 if room is None else room for room in rooms])

    def highest(self, hidden: np.ndarray) -> np.ndarray:
        """Return the largest value of every cell over the worlds that look like the true one."""
        fits = (self.cells[:, ~hidden] == self.case.value[~hidden]).all(axis=1)
        if self.case.zeros_shown:
            fits &= (self.cells[:, hidden] >= 1).all(axis=1)
        return self.cells[fits].max(axis=0)

    def is_safe(self, hidden: np.ndarray) -> bool:
        """Tell whether the rule holds: by its words, cell by cell."""
        highest = self.highest(hidden)
        for cell in np.flatnonzero(hidden):
            above = self.case.parent[cell]
            while above >= 0 and hidden[above]:
                above = self.case.parent[above]
            required = min(self.case.threshold + self.case.margin, self.rooms[cell])
            if above >= 0:
                required = min(required, self.case.value[above])
            if 0 < highest[cell] < required:
                return False
        return True

    def least_cost(self) -> int | None:
        """Return the least cost of all patterns that hide the primary cells and are safe; None if there is none."""
        case = self.case
        may = ~case.primary & True
        never = case.zeros_shown & (case.value == 0)
        free = np.flatnonzero(may & ~never)
        patterns = []
        for choice in product([False, True], repeat=len(free)):
            hidden = case.primary.copy()
            hidden[free] = choice
            patterns.append((int(case.costs[hidden].sum()), hidden))
        for cost, hidden in sorted(patterns, key=lambda pattern: pattern[0]):
            if self.is_safe(hidden):
                return cost
        return None


@st.composite
def cases(draw, *, capacities: bool):
    size = draw(st.integers(1, 8))
    parent = (-1, *(draw(st.integers(max(0, cell - 4), cell - 1)) for cell in range(1, size)))
    leaves = sum(cell not in parent for cell in range(size))
    small = st.integers(0, 5 if leaves < 4 else 3)
    values = tuple(draw(st.lists(small, min_size=leaves, max_size=leaves)))
    rooms = None
    if capacities:
        extra = st.one_of(st.integers(0, 4), st.none())
        rooms = tuple(
            None if more is None else value + more
            for value, more in zip(values, draw(st.lists(extra, min_size=leaves, max_size=leaves)), strict=True)
        )
    return Case(
        parent,
        values,
        threshold=draw(st.integers(1, 4)),
        margin=draw(st.integers(0, 2)),
        zeros=draw(st.sampled_from(Zeros)),
        extra=draw(st.just(0) | st.integers(0, 2**size - 1)),
        cost=draw(st.none() | st.lists(st.integers(0, 5), min_size=size, max_size=size).map(tuple)),
        capacity=rooms,
    )


def compare(case: Case) -> None:
    """Hold the optimum against every pattern, and its pattern against every world."""
    attacker = Attacker(case)
    least = attacker.least_cost()
    if least is None:
        with pytest.raises(InfeasibleError):
            case.solve()
        return
    found = case.solve()
    assert found.cost == least
    assert found.cost == case.costs[found.hidden].sum()
    assert not (case.primary & ~found.hidden).any()
    assert not (case.zeros_shown and (found.hidden & (case.value == 0)).any())
    assert attacker.is_safe(found.hidden)


@given(cases(capacities=False))
@settings(max_examples=300)
def test_the_optimum_is_that_of_all_patterns(case):
    compare(case)


@given(cases(capacities=True))
@settings(max_examples=300)
def test_the_optimum_is_that_of_all_patterns_with_public_capacities(case):
    compare(case)


def test_a_single_small_cell_takes_the_cheapest_companion_with_it():
    # Three children of a published 40; 3 alone would be derivable, and 3 + 17 leaves it at most 20.
    case = Case((-1, 0, 0, 0), (3, 20, 17), threshold=10, margin=2, zeros=Zeros.SHOWN)
    assert case.solve().cost == 2
    dear = Case((-1, 0, 0, 0), (3, 20, 17), threshold=10, margin=2, zeros=Zeros.SHOWN, cost=(9, 1, 1, 3))
    assert dear.solve().hidden.tolist() == [False, True, True, False]


def test_a_zero_protects_nothing():
    # The zero and the 9 add up to 9: the zero may be hidden, but the 9 needs another companion.
    case = Case((-1, 0, 0, 0), (9, 0, 30), threshold=10, margin=2, zeros=Zeros.HIDDEN)
    assert case.solve().hidden.tolist() == [False, True, True, True]


def test_the_sum_of_hidden_cells_is_no_small_number():
    # tau-ARGUS UserSupport 307: of 23 = 15 + 5 + 3, threshold 11, publishing 15 gives that the others are 8 together.
    case = Case((-1, 0, 0, 0), (15, 5, 3), threshold=11, margin=0, zeros=Zeros.HIDDEN)
    assert case.solve().hidden.tolist() == [False, True, True, True]


def test_members_that_are_at_least_one_take_from_each_other():
    # 6 + 6 with both hidden and neither zero: each is at most 11, one less than is asked.
    known = Case((-1, 0, 0, 0), (6, 6, 40), threshold=10, margin=2, zeros=Zeros.SHOWN)
    assert known.solve().cost == 3
    unknown = Case((-1, 0, 0, 0), (6, 6, 40), threshold=10, margin=2, zeros=Zeros.HIDDEN)
    assert unknown.solve().cost == 2


def test_the_margin_of_an_insider_counts():
    few = Case((-1, 0, 0, 0), (5, 5, 40), threshold=10, margin=0, zeros=Zeros.HIDDEN)
    assert few.solve().cost == 2
    more = Case((-1, 0, 0, 0), (5, 5, 40), threshold=10, margin=2, zeros=Zeros.HIDDEN)
    assert more.solve().cost == 3


def test_a_hidden_cell_needs_more_than_children_that_are_shown():
    # The inner cell of 11 is hidden on request; its children 0 and 11, shown, would give it away.
    case = Case((-1, 0, 0, 1, 1), (40, 0, 11), threshold=1, margin=12, zeros=Zeros.HIDDEN, extra=0b100)
    assert case.primary.tolist()[2]
    compare(case)


def test_a_hidden_parent_lets_cousins_protect_each_other():
    # 3 + 4 is derivable below the root unless the other parent is hidden too; its 4 then joins them, its 30 is shown.
    case = Case((-1, 0, 0, 1, 1, 2, 2), (3, 4, 4, 30), threshold=8, margin=0, zeros=Zeros.HIDDEN)
    assert case.solve().hidden.tolist() == [False, True, True, True, True, True, False]


def test_a_hidden_cell_is_known_exactly_when_only_zeros_are_hidden_in_it():
    # The inner cell of 1 holds a shown 1 and a hidden 0. Something else must be hidden with it.
    case = Case((-1, 0, 0, 1, 1), (5, 1, 0), threshold=1, margin=2, zeros=Zeros.HIDDEN, extra=0b10)
    assert case.solve().hidden.tolist() == [False, True, True, False, True]
    compare(case)


def test_no_slack_at_all_can_be_better_than_some():
    # Hiding the 7 costs 1 and leaves its 1 open, which then asks for more; showing it closes its part at once.
    shape = {"threshold": 2, "margin": 2, "zeros": Zeros.HIDDEN}
    case = Case((-1, 0, 0, 0, 2, 2), (0, 40, 1, 6), **shape, cost=(9, 1, 1, 9, 1, 5))
    found = case.solve()
    assert found.hidden.tolist() == [False, True, False, False, True, True]
    assert found.cost == 7


def test_a_leaf_that_can_hold_little_needs_no_more_than_that():
    # Everybody knows that the first child holds 4 at most; 4 of slack is then enough.
    shape = {"threshold": 10, "margin": 2, "zeros": Zeros.HIDDEN}
    limited = Case((-1, 0, 0, 0), (3, 1, 40), **shape, capacity=(4, 4, None))
    assert limited.solve().cost == 2
    unlimited = Case((-1, 0, 0, 0), (3, 1, 40), **shape)
    assert unlimited.solve().cost == 3


def test_an_inner_cell_asks_more_than_its_leaves_that_can_hold_little():
    # The two leaves of the 2 can hold 2 each, it can hold 4; the 1 beside it adds too little to 2 to allow that.
    case = Case((-1, 0, 0, 0, 1, 1), (1, 40, 1, 1), 3, 2, Zeros.HIDDEN, capacity=(1, None, 2, 2))
    assert case.solve().hidden.tolist() == [False, True, True, True, True, True]


def test_a_hidden_zero_above_a_shown_one_is_bounded_even_below_a_hidden_root():
    # The inner zero can hold 2 in its hidden leaf; that the other leaf, which could hold 10, is 0 would be shown.
    case = Case((-1, 0, 0, 1, 1), (1, 0, 0), 3, 1, Zeros.EITHER, extra=0b1111, capacity=(9, 2, 10))
    assert case.solve().hidden.tolist() == [True] * 5
    closed = Case((-1, 0, 0, 0, 1, 1), (1, 49, 0, 0), 3, 1, Zeros.EITHER, extra=0b10010, capacity=(9, None, 2, 10))
    assert closed.solve().hidden.tolist()[5]
    compare(closed)


def test_a_table_that_no_pattern_protects_is_named():
    # The inner cell must be hidden, and everybody sees that its two leaves can hold 5 with a shown zero beside them.
    case = Case((-1, 0, 0, 2, 2), (50, 4, 0), threshold=10, margin=2, zeros=Zeros.SHOWN, capacity=(None, 5, 20))
    with pytest.raises(InfeasibleError, match="cell 2 and the cells below it"):
        case.solve()


def test_the_same_table_gives_the_same_pattern():
    case = Case((-1, 0, 0, 0, 0), (5, 5, 20, 20), threshold=10, margin=2, zeros=Zeros.HIDDEN)
    assert case.solve().hidden.tolist() == case.solve().hidden.tolist()


TREE = {"parent": [-1, 0, 0], "value": [5, 2, 3], "primary": [False, True, True]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": [5, 2, 4]}, "not the sum of its children.*"),
        ({"value": [1, 2, -1]}, "negative"),
        ({"cost": [1, -1, 1]}, "negative"),
        ({"parent": [-1, -1, 0]}, "one root"),
        ({"parent": [1, 2, 0]}, "one root"),
        ({"parent": [-1, 2, 1]}, "cycle"),
        ({"parent": [-1, 0, 7]}, "one root"),
        ({"primary": [False, True]}, "different lengths"),
        ({"capacity": [9, 1, 9]}, "more than its capacity"),
        ({"capacity": [9, 9, -1]}, "negative"),
        ({"parent": [-1, 0, 0], "value": [2, 2, 0]}, "zero is primary"),
    ],
)
def test_what_is_no_hierarchy_of_counts_is_refused(changes, message):
    table = {name: np.array(entry) for name, entry in (TREE | changes).items()}
    with pytest.raises(AlignmentError, match=message):
        tree_optimum(**table, threshold=2, margin=0, zeros_shown=True)


def national(events: int, zeros_shown: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the parents, counts and primary cells of a country of 345 gemeenten, 3,400 wijken and 14,500 buurten."""
    rng = np.random.default_rng(events)
    gemeente = np.sort(np.r_[np.arange(345), rng.integers(0, 345, 3400 - 345)])
    wijk = np.sort(np.r_[np.arange(3400), rng.integers(0, 3400, 14500 - 3400)])
    buurten = rng.multinomial(events, rng.dirichlet(np.full(14500, 0.5)))
    wijken = np.bincount(wijk, buurten, 3400).astype(np.int64)
    value = np.r_[events, np.bincount(gemeente, wijken, 345).astype(np.int64), wijken, buurten]
    parent = np.r_[-1, np.zeros(345, dtype=np.int64), 1 + gemeente, 346 + wijk]
    return parent, value, (value < 10) & ((value > 0) | (not zeros_shown))


@pytest.mark.parametrize("zeros_shown", [True, False])
def test_a_country_is_safe_by_linear_programming(zeros_shown):
    parent, value, primary = national(50_000, zeros_shown)
    found = tree_optimum(parent, value, primary, threshold=10, margin=2, zeros_shown=zeros_shown)
    assert not (primary & ~found.hidden).any()
    leaves = np.setdiff1d(np.arange(len(parent)), parent)
    inside = members(parent, leaves)
    shown = ~found.hidden
    hidden = np.flatnonzero(found.hidden)
    least = {"A_ub": -inside[hidden], "b_ub": -np.ones(len(hidden))} if zeros_shown else {}
    for cell in np.random.default_rng(1).choice(hidden, 12, replace=False):
        above = parent[cell]
        while above >= 0 and found.hidden[above]:
            above = parent[above]
        answer = linprog(-inside[[cell]].toarray()[0], A_eq=inside[shown], b_eq=value[shown], **least)
        highest = 10**9 if answer.status == 3 else -answer.fun
        assert highest < 1e-6 or highest >= min(12, value[above] if above >= 0 else 12) - 1e-6


def members(parent: np.ndarray, leaves: np.ndarray) -> csr_array:
    """Return (cells, leaves) 1 where a cell holds a leaf."""
    rows, columns, at = [], [], leaves.copy()
    while (at >= 0).any():
        rows.append(at[at >= 0])
        columns.append(np.flatnonzero(at >= 0))
        at = np.where(at >= 0, parent[at], -1)
    where = (np.concatenate(rows), np.concatenate(columns))
    return csr_array((np.ones(len(where[0])), where), shape=(len(parent), len(leaves)))
