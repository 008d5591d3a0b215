"""Kernel weights; nearest neighbours and distance bands are tested in test_neighbours."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from libpysal.graph import Graph

from geo.proximity import Kernel, kernel
from zicht.errors import AlignmentError

POINTS = np.random.default_rng(1).random((40, 2)) * 100


def dense(w):
    matrix = np.zeros((w.n, w.n))
    matrix[w.rows, w.indices] = w.data
    return matrix


@pytest.mark.parametrize(
    ("shape", "half"), [("triangular", 0.5), ("epanechnikov", 0.75), ("bisquare", 0.5625), ("gaussian", exp(-1 / 8))]
)
def test_weight_is_one_at_no_distance_and_none_at_the_bandwidth(shape, half):
    points = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [3.0, 0.0]])
    row = dense(kernel(points, shape=Kernel(shape), bandwidth=2.0))[0]
    assert row == pytest.approx([0, 1, half, 0, 0])


@pytest.mark.parametrize("shape", ["triangular", "bisquare"])
def test_one_bandwidth_is_that_of_a_peer(shape):
    """libpysal scales the bisquare by 15/16 and the triangular not at all."""
    w = kernel(POINTS, shape=Kernel(shape), bandwidth=30.0)
    other = Graph.build_kernel(POINTS, kernel=shape, bandwidth=30.0).adjacency
    scale = {"triangular": 1.0, "bisquare": 15 / 16}[shape]
    expected = np.zeros((40, 40))
    for (i, j), weight in other.items():
        expected[i, j] = 0 if i == j else weight / scale
    assert dense(w) == pytest.approx(expected)
    assert w.symmetric


def test_a_bandwidth_for_each_point_holds_its_k_nearest():
    w = kernel(POINTS, shape=Kernel.TRIANGULAR, k=5)
    distance = np.hypot(*(POINTS[:, None] - POINTS[None]).transpose(2, 0, 1))
    order = np.argsort(distance, axis=1)
    for i in range(40):
        assert set(w.neighbours(i).tolist()) == set(order[i, 1:6].tolist())
        reach = distance[i, order[i, 6]]
        expected = 1 - distance[i, w.neighbours(i)] / reach
        assert w.data[w.indptr[i] : w.indptr[i + 1]] == pytest.approx(expected)


@pytest.mark.parametrize(
    "how", [{}, {"bandwidth": 1.0, "k": 2}, {"bandwidth": 0.0}, {"bandwidth": float("nan")}, {"k": 0}, {"k": 39}]
)
def test_a_bandwidth_out_of_range_is_refused(how):
    with pytest.raises(AlignmentError):
        kernel(POINTS, shape=Kernel.TRIANGULAR, **how)


def test_more_points_at_one_place_than_neighbours_are_refused():
    points = np.array([[0.0, 0.0]] * 4 + [[1.0, 1.0], [2.0, 0.0]])
    with pytest.raises(AlignmentError, match="not above 0"):
        kernel(points, shape=Kernel.GAUSSIAN, k=2)
    assert kernel(points, shape=Kernel.GAUSSIAN, k=3).neighbours(0).tolist() == [1, 2, 3]
