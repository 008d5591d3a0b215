from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.derived import earth_centred, nearest_on_globe, second_order
from geo.projection import to_lonlat
from geo.proximity import k_nearest
from geo.weights import SpatialWeights
from tests.analysis.statistics.oracles import random_weights


@given(st.integers(0, 10**6))
def test_the_second_order_is_neighbours_and_their_neighbours(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 25))
    weights = random_weights(rng, n, int(rng.integers(0, 3 * n)))
    found = second_order(weights)
    assert found.binary
    for i in range(n):
        around = set(weights.neighbours(i).tolist())
        wanted = around | {k for j in around for k in weights.neighbours(j).tolist()}
        assert set(found.neighbours(i).tolist()) == wanted - {i}


def test_an_island_stays_an_island() -> None:
    none = SpatialWeights(3, np.zeros(4, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0))
    assert second_order(none).islands.tolist() == [0, 1, 2]


def test_distances_through_the_earth_are_those_in_rd_but_for_its_scale() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.uniform(20_000, 270_000, 500), rng.uniform(310_000, 610_000, 500)
    near = np.column_stack([x, y]) + rng.normal(0, 8_000, (500, 2))
    a, b = (earth_centred(np.column_stack(to_lonlat(*points.T))) for points in (np.column_stack([x, y]), near))
    chord, plane = np.linalg.norm(a - b, axis=1), np.hypot(near[:, 0] - x, near[:, 1] - y)
    assert np.max(np.abs(chord / plane - 1)) < 2.5e-4


def test_the_nearest_are_those_of_the_plane() -> None:
    rng = np.random.default_rng(5)
    points = np.column_stack([rng.uniform(100_000, 200_000, 400), rng.uniform(400_000, 500_000, 400)])
    found = nearest_on_globe(np.column_stack(to_lonlat(*points.T)), 8)
    wanted = k_nearest(points, 8)
    assert (found.cardinalities == 8).all()
    same = np.array([len(set(found.neighbours(i)) & set(wanted.neighbours(i))) for i in range(400)])
    assert (same >= 7).all()
    assert (same == 8).mean() > 0.97


def test_a_place_without_a_point_is_an_island_and_nobody_s_neighbour() -> None:
    degrees = np.array([[5.0, 52.0], [np.nan, np.nan], [5.1, 52.0], [5.0, 52.1]])
    found = nearest_on_globe(degrees, 8)
    assert found.islands.tolist() == [1]
    assert found.neighbours(0).tolist() == [2, 3]
    assert nearest_on_globe(degrees[:2], 8).islands.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("place", "metres"), [((0.0, 0.0), (6_378_137.0, 0, 0)), ((0.0, 90.0), (0, 0, 6_356_752.3142))]
)
def test_the_ellipsoid_is_that_of_wgs84(place, metres) -> None:
    assert np.allclose(earth_centred(np.array([place])), [metres], atol=1e-3)
