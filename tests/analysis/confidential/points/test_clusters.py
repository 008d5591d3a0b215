from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from analysis.confidential.points.clusters import NOISE, dbscan, hdbscan
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.limits import Limits


def points_of(seed: int, *, lattice: bool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if lattice:
        return rng.integers(0, 12, (60, 2)).astype(float)
    centres = rng.random((4, 2)) * 10
    return np.vstack([centres[rng.integers(0, 4, 50)] + rng.normal(0, 0.4, (50, 2)), rng.random((15, 2)) * 10])


def by_definition(points: np.ndarray, distance: float, least: int) -> tuple[list[bool], list[int]]:
    """Core points by counting, clusters by walking from core point to core point."""
    n = len(points)
    near = [[j for j in range(n) if math.dist(points[i], points[j]) <= distance] for i in range(n)]
    core = [len(some) >= least for some in near]
    label = [NOISE] * n
    for start in range(n):
        if core[start] and label[start] == NOISE:
            walk = [start]
            while walk:
                here = walk.pop()
                label[here] = start
                walk += [j for j in near[here] if core[j] and label[j] == NOISE]
    for i in range(n):
        cores = [j for j in near[i] if core[j]]
        if not core[i] and cores:
            label[i] = label[min(cores, key=lambda j: math.dist(points[i], points[j]))]
    return core, label


def partition(label: np.ndarray, keep: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero((label == one) & keep).tolist()) for one in set(label[keep].tolist()) - {NOISE}}


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), lattice=st.booleans(), least=st.integers(1, 8))
def test_dbscan_is_that_of_the_definition_and_of_scikit_learn(seed: int, lattice: bool, least: int) -> None:
    points = points_of(seed, lattice=lattice)
    distance = 1.0 if lattice else 0.5
    found = dbscan(points, distance=distance, least=least)
    core, label = by_definition(points, distance, least)
    assert (found.strength == 1).tolist() == core
    assert np.array_equal(found.label == NOISE, np.array(label) == NOISE)
    everywhere = np.ones(len(points), dtype=bool)
    wanted = everywhere if not lattice else np.array(core)  # On a lattice a point can be as near to two clusters.
    assert partition(found.label, wanted) == partition(np.array(label), wanted)
    peer = DBSCAN(eps=distance, min_samples=least).fit(points)
    assert set(peer.core_sample_indices_.tolist()) == set(np.flatnonzero(core).tolist())
    assert partition(found.label, np.array(core)) == partition(peer.labels_, np.array(core))
    assert np.array_equal(found.label == NOISE, peer.labels_ == NOISE)


@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_the_origin_decide_nothing(method: str, seed: int) -> None:
    points = points_of(seed, lattice=False)
    order = np.random.default_rng(seed).permutation(len(points))

    def run(some: np.ndarray, scale: float):
        return dbscan(some, distance=0.5 * scale, least=4) if method == "dbscan" else hdbscan(some, least=6)

    plain, shuffled, moved = run(points, 1), run(points[order], 1), run(points * 4 + 64, 4)
    assert np.array_equal(shuffled.label, plain.label[order])
    assert np.array_equal(shuffled.strength, plain.strength[order])
    assert np.array_equal(moved.label, plain.label)
    assert plain.count >= 2
    sizes = np.bincount(plain.label[plain.label >= 0])
    assert (np.diff(sizes) <= 0).all()


def test_equally_large_clusters_are_numbered_from_west_to_east() -> None:
    points = np.array([[9.0, 0], [0, 5], [9, 1], [0, 4], [4, 4], [4.5, 4], [4, 4.5]])
    assert dbscan(points, distance=1, least=2).label.tolist() == [2, 1, 2, 1, 0, 0, 0]


def test_records_at_one_address_count_each() -> None:
    points = np.array([[1.0, 1]] * 5 + [[1, 2], [7, 7]])
    found = dbscan(points, distance=1, least=6)
    assert found.label.tolist() == [0, 0, 0, 0, 0, 0, -1]
    assert found.strength.tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert dbscan(points, distance=1, least=7).count == 0


@pytest.mark.parametrize(("x", "side"), [(1.2, 0), (1.8, 7)])
def test_a_point_between_belongs_to_the_cluster_of_the_nearest_core_point(x: float, side: int) -> None:
    west = np.array([[0.0, 0], [-1, 0], [-1, 0.1], [-1, -0.1], [-1.1, 0]])
    points = np.vstack([west, [[x, 0]], [3, 0] - west])
    for order in (np.arange(11), np.arange(11)[::-1]):
        found = dbscan(points[order], distance=2, least=5)
        label, strength = np.empty(11, dtype=int), np.empty(11)
        label[order], strength[order] = found.label, found.strength
        assert found.count == 2
        assert strength[5] == 0.5
        assert label[5] == label[side]
        assert np.bincount(label).tolist() == [6, 5]


def test_hdbscan_finds_clusters_of_unequal_density() -> None:
    rng = np.random.default_rng(5)
    tight, loose = rng.normal(0, 0.1, (60, 2)), rng.normal(30, 3, (50, 2))
    far = np.array([[100.0, 0], [0, 100]])
    found = hdbscan(np.vstack([tight, loose, far]), least=15)
    assert found.count == 2
    assert (found.label[:60] == 0).mean() > 0.9
    assert (found.label[60:110] == 1).mean() > 0.9
    assert found.label[110:].tolist() == [NOISE, NOISE]
    assert ((found.strength >= 0) & (found.strength <= 1)).all()
    assert (found.strength[found.label == NOISE] == 0).all()


def test_few_points_or_one_place_are_no_cluster_of_hdbscan() -> None:
    assert hdbscan(np.zeros((50, 2)), least=5).count == 0
    assert hdbscan(np.zeros((3, 2)), least=5).label.tolist() == [NOISE] * 3
    assert dbscan(np.zeros((0, 2)), distance=1, least=1).count == 0
    crowded = np.vstack([np.zeros((30, 2)), np.ones((20, 2)) * 9])
    assert np.bincount(hdbscan(crowded, least=5).label).tolist() == [30, 20]


@pytest.mark.parametrize("method", [lambda p: dbscan(p, distance=1, least=2), lambda p: hdbscan(p, least=2)])
def test_refuses_what_is_no_point(method) -> None:
    with pytest.raises(StatisticError, match="point 1: A coordinate is not a finite number"):
        method(np.array([[0, 1], [np.nan, 2]]))
    with pytest.raises(StatisticError, match="Points have shape"):
        method(np.ones(4))


@pytest.mark.parametrize(
    "call",
    [
        lambda p: dbscan(p, distance=0, least=2),
        lambda p: dbscan(p, distance=np.nan, least=2),
        lambda p: dbscan(p, distance=1, least=0),
        lambda p: hdbscan(p, least=1),
        lambda p: hdbscan(p, least=3, neighbours=9),
        lambda p: hdbscan(p, least=3, neighbours=0),
    ],
)
def test_refuses_options_out_of_range(call) -> None:
    with pytest.raises(StatisticError, match="at least"):
        call(np.arange(10.0).reshape(5, 2))


def test_refuses_more_pairs_than_memory_holds() -> None:
    with pytest.raises(CostError, match="smaller distance"):
        dbscan(np.random.default_rng(0).random((100, 2)), distance=5, least=2, limits=Limits(memory=1e5))
