from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.joint import REACH, Problem, protect
from analysis.confidential.disclosure.systems import TOTAL, Family, build_system
from geo.hierarchy import Hierarchy
from tests.analysis.confidential.disclosure.small_systems import Oracle, Small, random_small
from zicht.errors import AlignmentError, InfeasibleError
from zicht.structure import Structure

T, M = 10, 2


def problem_of(small: Small, *, base: int, zeros_shown: bool, seed: int = 0, t: int = T, m: int = M) -> Problem:
    """The problem of a small system: frequency rule, rounding, keyed prices."""
    truth, net, system = small.truth(), small.system.network, small.system
    rng = np.random.default_rng(seed)
    never = np.zeros(len(net), dtype=np.bool_)
    never[system.atoms] = True
    for category, level in system.cells:
        if category.startswith("rest"):
            never[system.cells[category, level]] = True
    few = (truth > 0) & (truth < t) if zeros_shown else truth < t
    hidden = never | (few & (net.capacity > 0))
    value = base * ((truth + base // 2) // base)
    return Problem(
        network=net,
        truth=truth,
        hidden=hidden,
        low=np.where(truth > 0, np.maximum(value - base // 2, np.minimum(t, truth)), 0),
        high=np.where(truth > 0, value + (base - 1) // 2, 0),
        floor=np.where(never | (truth == 0) | (not zeros_shown), 0, 1),
        required=np.full(len(net), t + m),
        above=np.zeros(len(net), dtype=np.int64),
        below=np.full(len(net), UNLIMITED),
        price=np.where(truth > 0, np.sqrt(truth) * (0.5 + rng.random(len(net))), np.inf),
        order=rng.permutation(len(net)).astype(np.int32),
        atom=np.arange(len(net)) >= system.atoms.start,
    )


def solved(small: Small, **options) -> tuple[Problem, np.ndarray] | None:
    problem = problem_of(small, **options)
    try:
        return problem, protect(problem).published
    except InfeasibleError:
        return None


@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 5]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "local", "hex", "wide", "both"]),
)
@settings(max_examples=60, deadline=None)
def test_every_free_arc_is_unknown_enough_by_integer_programming(
    seed: int, base: int, zeros_shown: bool, capacities: bool, splits: str
) -> None:
    small = random_small(np.random.default_rng(seed), splits=splits, capacities=capacities)
    found = solved(small, base=base, zeros_shown=zeros_shown)
    if found is None:
        assert zeros_shown  # with hidden zeros, hiding everything always protects
        return
    problem, published = found
    oracle = Oracle(small, problem, published)
    for arc in np.flatnonzero(~published & (problem.network.capacity > 0)):
        most = oracle.largest(int(arc))
        assert most == 0 or most >= oracle.requirement(int(arc)), int(arc)


@given(st.integers(0, 10**6), st.sampled_from([1, 5]), st.booleans(), st.sampled_from(["local", "hex", "wide", "both"]))
@settings(max_examples=40, deadline=None)
def test_an_atom_in_a_year_or_a_part_is_unknown_enough_too(
    seed: int, base: int, zeros_shown: bool, splits: str
) -> None:
    small = random_small(np.random.default_rng(seed), splits=splits)
    found = solved(small, base=base, zeros_shown=zeros_shown)
    if found is None:
        return
    problem, published = found
    oracle = Oracle(small, problem, published)
    for category, atom in problem.network.pair.tolist():
        most = oracle.together(category, atom)
        # A category that is shown holds the atom's share of it, as any published cell holds what is in it.
        own = int(problem.low[category]) if published[category] else oracle.requirement(category)
        assert most == 0 or most >= min(own, oracle.requirement(atom)), (category, atom)


@given(st.integers(0, 10**6), st.sampled_from([1, 5]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_no_hidden_cell_could_be_shown_by_itself(seed: int, base: int, zeros_shown: bool) -> None:
    small = random_small(np.random.default_rng(seed))
    found = solved(small, base=base, zeros_shown=zeros_shown)
    if found is None:
        return
    problem, published = found
    for cell in np.flatnonzero(~published & ~problem.hidden):
        tried = published.copy()
        tried[cell] = True
        oracle = Oracle(small, problem, tried)
        free = np.flatnonzero(~tried & (problem.network.capacity > 0))
        bounds = [(oracle.largest(int(arc)), oracle.requirement(int(arc))) for arc in free]
        assert any(0 < most < least for most, least in bounds), f"cell {cell} is hidden in vain"


@pytest.mark.parametrize(("seed", "base", "zeros_shown"), [(50, 1, True), (138, 5, False), (138, 5, True)])
def test_a_cell_hidden_for_one_arc_makes_others_be_asked_again(seed: int, base: int, zeros_shown: bool) -> None:
    # One pass is not enough here: what is hidden last raises what was asked first.
    found = solved(random_small(np.random.default_rng(seed)), base=base, zeros_shown=zeros_shown)
    assert found is not None
    problem, published = found
    oracle = Oracle(random_small(np.random.default_rng(seed)), problem, published)
    for arc in np.flatnonzero(~published & (problem.network.capacity > 0)):
        most = oracle.largest(int(arc))
        assert most == 0 or most >= oracle.requirement(int(arc)), int(arc)


@given(st.integers(0, 10**6), st.sampled_from([1, 5]), st.booleans(), st.sampled_from(["", "local", "wide"]))
@settings(max_examples=25, deadline=None)
def test_the_interval_of_a_hidden_cell_is_what_a_reader_can_derive(
    seed: int, base: int, zeros_shown: bool, splits: str
) -> None:
    small = random_small(np.random.default_rng(seed), splits=splits)
    problem = problem_of(small, base=base, zeros_shown=zeros_shown)
    try:
        found = protect(problem)
    except InfeasibleError:
        return
    oracle = Oracle(small, problem, found.published)
    for arc in np.flatnonzero(~found.published & ~problem.atom & (problem.network.capacity > 0)):
        most = oracle.largest(int(arc))
        assert found.ceiling[arc] == (most if most < REACH else UNLIMITED)
        assert found.least[arc] == oracle.largest(int(arc), lowest=True)


def test_primary_cells_and_atoms_are_never_published():
    for seed in range(40):
        small = random_small(np.random.default_rng(seed))
        found = solved(small, base=5, zeros_shown=True)
        if found:
            assert not (found[1] & found[0].hidden).any()


def test_the_same_key_gives_the_same_pattern_and_another_key_another():
    differs = 0
    for seed in range(60):
        small = random_small(np.random.default_rng(seed))
        options = {"base": 5, "zeros_shown": False}
        one, again, other = (solved(small, **options, seed=key) for key in (1, 1, 2))
        assert one is not None
        assert again is not None
        assert other is not None
        assert np.array_equal(one[1], again[1])
        differs += not np.array_equal(one[1], other[1])
    assert differs > 0


def test_zeros_that_are_shown_stay_shown():
    for seed in range(60):
        found = solved(random_small(np.random.default_rng(seed)), base=1, zeros_shown=True)
        if found:
            problem, published = found
            assert published[(problem.truth == 0) & ~problem.hidden].all()


def test_what_lies_in_a_small_published_cell_need_not_look_larger_than_that_cell():
    # One gemeente of 10 in buurten and hexes of 4 and 6: a reader can only think that all ten lie in one of them.
    chains = (("country", "gemeente", "buurt"), ("country", "h3-7", "h3-8"))
    parents = (np.zeros(1, dtype=np.int32), np.zeros(2, dtype=np.int32))
    one, other = (Family(Hierarchy(chain, parents, (1, 1, 2)), chain) for chain in chains)
    at = np.array([0, 1])
    system = build_system(Structure(np.full(2, "buurt"), at, np.full(2, "h3-8"), at), (one, other))
    counts = np.array([4, 6])
    members = {(TOTAL, level): [[0, 1]] for level in ("country", "gemeente", "h3-7")}
    members |= {(TOTAL, level): [[0], [1]] for level in ("buurt", "h3-8")}
    small = Small(system, counts, np.full(2, UNLIMITED), members, (), {})
    problem = problem_of(small, base=1, zeros_shown=False)
    published = protect(problem).published
    assert published[system.cells[TOTAL, "gemeente"]].all()
    assert published[system.cells[TOTAL, "country"]].all()


def test_counts_that_do_not_add_up_are_refused():
    small = random_small(np.random.default_rng(3))
    problem = problem_of(small, base=1, zeros_shown=True)
    wrong = problem.truth.copy()
    wrong[small.system.cells[TOTAL, "gemeente"].start] += 1
    with pytest.raises(AlignmentError, match="add up"):
        replace(problem, truth=wrong, low=wrong, high=wrong)


def test_a_count_above_its_public_capacity_is_refused():
    small = random_small(np.random.default_rng(5), capacities=True)
    problem = problem_of(small, base=1, zeros_shown=False)
    most = problem.network.capacity.copy()
    arc = int(np.argmax(problem.truth))
    most[arc] = problem.truth[arc] - 1
    with pytest.raises(AlignmentError, match="publicly possible"):
        replace(problem, network=replace(problem.network, capacity=most))


def test_a_cell_with_few_holders_is_neither_bounded_closely_from_above_nor_from_below():
    checked = 0
    for seed in range(80):
        small = random_small(np.random.default_rng(seed))
        plain = problem_of(small, base=1, zeros_shown=False)
        cells = np.arange(small.system.atoms.start)
        large = cells[(plain.truth[cells] >= T) & (cells > 0)]
        if not len(large):
            continue
        cell = int(large[0])
        hidden, above, below = plain.hidden.copy(), plain.above.copy(), plain.below.copy()
        hidden[cell] = True
        above[cell], below[cell] = plain.truth[cell] + 3, plain.truth[cell] - 3
        problem = replace(plain, hidden=hidden, above=above, below=below)
        try:
            published = protect(problem).published
        except InfeasibleError:
            continue
        oracle = Oracle(small, problem, published)
        assert oracle.largest(cell) >= above[cell]
        assert oracle.largest(cell, lowest=True) <= below[cell]
        checked += 1
    assert checked > 20
