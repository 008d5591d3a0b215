"""Areas are as many as asked, inside their parents, connected, and of about equal content."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.fiction.country import IntArray
from geo.fiction.mesh import make_mesh
from geo.fiction.partition import Ground, absorb, divide, main_areas, share_out
from zicht.errors import BoundaryError


def _ground(seed: int, count: int = 1_500) -> Ground:
    rng = np.random.default_rng(seed)
    mesh = make_mesh(rng.uniform(0.0, 1_000.0, size=(count, 2)))
    return Ground(mesh.sites, mesh.edges, rng.uniform(0.5, 1.6, len(mesh.edges)), np.ones(count))


def _pieces(ground: Ground, member: np.ndarray) -> int:  # type: ignore[type-arg]
    """Connected pieces, counted with another algorithm's view: only member sites are nodes."""
    number = np.cumsum(member) - 1
    edges = number[ground.edges[member[ground.edges].all(axis=1)]]
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(int(member.sum()), int(member.sum())))
    return int(connected_components(graph, directed=False)[0])


@given(
    weights=st.lists(st.floats(0.0, 100.0), min_size=1, max_size=20).filter(lambda values: sum(values) > 0.01),
    extra=st.integers(0, 200),
)
def test_shares_sum_to_the_total_and_follow_the_weights(weights: list[float], extra: int) -> None:
    total = len(weights) + extra
    shares = share_out(total, np.array(weights))
    assert shares.sum() == total
    assert shares.min() >= 1
    exact = 1 + extra * np.array(weights) / sum(weights)
    assert np.abs(shares - exact).max() < 1 + 1e-6


def test_upper_bounds_hold_and_the_rest_goes_elsewhere() -> None:
    shares = share_out(20, np.array([100.0, 1.0, 1.0]), most=np.array([4, 50, 50]))
    assert shares.tolist() == [4, 8, 8]


def test_too_tight_upper_bounds_are_refused() -> None:
    with pytest.raises(BoundaryError, match="too little land"):
        share_out(9, np.array([1.0, 1.0]), most=np.array([4, 4]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_areas_are_connected_and_inside_their_parent(seed: int) -> None:
    ground = _ground(seed)
    parent: IntArray = (ground.sites[:, 0] > 500).astype(np.int64)
    area = divide(ground, parent, np.array([5, 8]), rounds=2)
    assert sorted(set(area.tolist())) == list(range(13))
    for number in range(13):
        member = area == number
        assert set(parent[member].tolist()) == {0 if number < 5 else 1}
        assert _pieces(ground, member) == 1


def test_areas_have_about_equal_content() -> None:
    ground = _ground(4)
    area = divide(ground, np.zeros(1_500, dtype=np.int64), np.array([15]), rounds=3)
    content = np.bincount(area)
    assert content.min() > 0.4 * content.mean()
    assert content.max() < 2.0 * content.mean()


def test_sites_outside_every_parent_stay_outside() -> None:
    ground = _ground(5)
    parent = np.where(ground.sites[:, 1] > 700, -1, 0)
    area = divide(ground, parent, np.array([4]), rounds=1)
    assert np.array_equal(area < 0, parent < 0)


def test_more_areas_than_sites_are_refused() -> None:
    ground = _ground(6, count=20)
    with pytest.raises(BoundaryError, match="too little land"):
        divide(ground, np.zeros(20, dtype=np.int64), np.array([21]), rounds=1)


def test_a_detached_piece_goes_to_the_neighbour_it_borders_on_most() -> None:
    ground = _ground(7)
    x, y = ground.sites.T
    area = np.where(x < 500, 0, 1)
    enclave = (np.abs(x - 800) < 80) & (np.abs(y - 500) < 80)
    mended = absorb(ground, np.where(enclave, 0, area), np.zeros(len(x), dtype=np.int64))
    assert np.array_equal(mended, area)


def test_a_detached_piece_never_leaves_its_parent() -> None:
    ground = _ground(8)
    x, y = ground.sites.T
    enclave = (np.abs(x - 800) < 80) & (np.abs(y - 500) < 80)
    area = np.where((x < 500) | enclave, 0, 1)
    assert np.array_equal(absorb(ground, area, area), area)


def test_an_island_belongs_to_one_main_area() -> None:
    ground = _ground(9, count=4_000)
    y = ground.sites[:, 1]
    content = np.where((y > 820) & (y < 900), 0.0, 1.0)
    cost = ground.cost + 6.0 * (content[ground.edges] == 0).any(axis=1)
    towns = np.array([[200.0, 400.0], [800.0, 400.0]])
    area = main_areas(Ground(ground.sites, ground.edges, cost, np.where(y > 820, content * 0.2, content)), towns)
    assert len(set(area[y >= 900].tolist())) == 1
    assert len(set(area[y < 800].tolist())) == 2
