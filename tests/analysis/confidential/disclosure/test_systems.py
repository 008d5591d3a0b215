from __future__ import annotations

import numpy as np
import pytest

from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.systems import TOTAL, Family, Split, build_system
from geo.hierarchy import Hierarchy
from tests.analysis.confidential.disclosure.small_systems import random_small
from zicht.errors import AlignmentError, ConfigError
from zicht.structure import Structure

ONE = np.zeros(1, dtype=np.int32)


def families() -> tuple[Family, Family]:
    """One gemeente of two buurten; one hex of two."""
    two = np.zeros(2, dtype=np.int32)
    chains = (("country", "gemeente", "buurt"), ("country", "h3-7", "h3-8"))
    first, second = (Family(Hierarchy(chain, (ONE, two), (1, 1, 2)), chain) for chain in chains)
    return first, second


def atoms(level: str = "buurt", fids: tuple[int, ...] = (0, 0, 1), hexes: tuple[int, ...] = (0, 1, 1)) -> Structure:
    return Structure(np.full(len(fids), level), np.array(fids), np.full(len(fids), "h3-8"), np.array(hexes))


def test_every_node_takes_in_what_it_gives_out():
    for seed in range(50):
        for splits in ("", "local", "hex", "wide", "both"):
            small = random_small(np.random.default_rng(seed), splits=splits)
            net, truth = small.system.network, small.truth()
            into = np.bincount(net.head, weights=truth, minlength=net.nodes)
            assert np.array_equal(into, np.bincount(net.tail, weights=truth, minlength=net.nodes))


def test_a_cell_is_held_by_its_parent_and_by_the_smallest_cell_across_that_holds_its_atoms():
    system = build_system(atoms(), families())
    net = system.network
    buurt, hexes = system.cells[TOTAL, "buurt"].start, system.cells[TOTAL, "h3-8"].start
    gemeente, coarse = system.cells[TOTAL, "gemeente"].start, system.cells[TOTAL, "h3-7"].start

    def holders(arc: int) -> set[int]:
        return set(net.container[net.container_start[arc] : net.container_start[arc + 1]].tolist())

    assert holders(buurt) == {gemeente, coarse}  # atoms in both hexes
    assert holders(buurt + 1) == {gemeente, hexes + 1}
    assert holders(hexes) == {coarse, buurt}
    assert holders(hexes + 1) == {coarse, gemeente}
    assert holders(system.atoms.start) == {buurt, hexes}


def test_the_capacity_of_a_cell_is_that_of_its_atoms():
    system = build_system(atoms(), families(), capacity=np.array([3, 4, 5]))
    capacity = system.network.capacity
    assert capacity[system.cells[TOTAL, "buurt"]].tolist() == [7, 5]
    assert capacity[system.cells[TOTAL, "h3-8"]].tolist() == [3, 9]
    assert capacity[system.cells[TOTAL, "country"]].tolist() == [12]
    assert build_system(atoms(), families()).network.capacity.max() == UNLIMITED


def test_atoms_where_nothing_can_stand_are_left_out():
    system = build_system(atoms(), families(), capacity=np.array([3, 0, 5]))
    assert system.network.capacity[system.atoms].tolist() == [3, 5]


def test_units_are_counted_in_their_atoms():
    system = build_system(atoms(), families())
    fids = {"gemeente": np.zeros(4, int), "buurt": np.array([0, 0, 1, 0]), "h3-7": np.zeros(4, int)}
    assert system.count({**fids, "h3-8": np.array([0, 1, 1, 0])}).tolist() == [2, 1, 1]


def test_a_unit_where_nothing_can_be_is_refused_without_its_place():
    system = build_system(atoms(), families())
    fids = {"gemeente": np.zeros(1, int), "buurt": np.array([1]), "h3-7": np.zeros(1, int), "h3-8": np.array([0])}
    with pytest.raises(AlignmentError, match="1 records lie where"):
        system.count(fids)


@pytest.mark.parametrize(
    "splits",
    [
        [Split("buurt", ("a", "b"), totals=True)],
        [Split("gemeente", ("a", "b"), totals=True), Split("gemeente", ("c", "d"), totals=True)],
        [Split("wijk", ("a", "b"))],
    ],
)
def test_breakdowns_that_are_no_network_are_refused(splits):
    with pytest.raises(ConfigError):
        build_system(atoms(), families(), splits=splits)


def test_years_with_totals_need_to_know_the_gemeente_of_everything():
    with pytest.raises(ConfigError, match="only the country"):
        build_system(atoms("country", (0, 0, 0)), families(), splits=[Split("gemeente", ("a", "b"), totals=True)])
