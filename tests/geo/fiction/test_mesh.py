"""Borders drawn through a mesh tile the plane whatever the labels and the waves are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import FloatArray, ObjectArray
from geo.fiction.country import IntArray
from geo.fiction.mesh import Mesh, draw_arcs, make_mesh
from geo.fiction.outlines import trace


def _random_mesh(seed: int, count: int) -> Mesh:
    return make_mesh(np.random.default_rng(seed).uniform(0.0, 10_000.0, size=(count, 2)))


def _shapes(mesh: Mesh, labels: IntArray, *, seed: int, rough: float, areas: IntArray) -> ObjectArray:
    """Outlines of areas, each a union of labels; the rim of the mesh belongs to nothing."""
    rng = np.random.default_rng(seed)
    arcs = draw_arcs(
        mesh,
        labels,
        group=(labels < 0).astype(np.int64),
        crossing=rng.uniform(0.12, 0.88, len(mesh.edges)),
        rough=np.full(len(mesh.triangles), rough),
        rng=rng,
    )
    return trace(arcs, areas, count=int(areas.max()) + 1)


def _labels(mesh: Mesh, seed: int, number: int) -> IntArray:
    rim = np.any((mesh.sites < 1_500) | (mesh.sites > 8_500), axis=1)
    return np.where(rim, -1, np.random.default_rng(seed).integers(0, number, len(rim)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), number=st.integers(1, 6), rough=st.sampled_from([0.0, 0.5, 1.0]))
def test_areas_tile_the_plane_and_hold_their_own_sites(seed: int, number: int, rough: float) -> None:
    mesh = _random_mesh(seed, 220)
    labels = _labels(mesh, seed + 1, number)
    shapes = _shapes(mesh, labels, seed=seed, rough=rough, areas=np.append(np.arange(number), -1))
    used = np.unique(labels[labels >= 0])
    assert shapely.is_valid(shapes[used]).all()
    assert shapely.coverage_is_valid(shapes[used])
    for at, shape in enumerate(shapes):
        inside = shapely.contains_xy(shape, mesh.sites[:, 0], mesh.sites[:, 1])
        assert np.array_equal(inside, labels == at)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_coarse_areas_are_exactly_unions_of_fine_ones(seed: int) -> None:
    mesh = _random_mesh(seed, 220)
    labels = _labels(mesh, seed + 1, 6)
    coarse_of = np.array([0, 0, 1, 1, 1, 2])
    fine = _shapes(mesh, labels, seed=seed, rough=1.0, areas=np.append(np.arange(6), -1))
    coarse = _shapes(mesh, labels, seed=seed, rough=1.0, areas=np.append(coarse_of, -1))
    for at, shape in enumerate(coarse):
        union = shapely.union_all(fine[coarse_of == at])
        assert shapely.area(shapely.symmetric_difference(union, shape)) < 1e-6


def test_a_lake_is_a_hole_and_an_islet_in_it_a_part() -> None:
    mesh = _random_mesh(5, 4_000)
    away = np.hypot(*(mesh.sites - 5_000).T)
    labels = np.select([away < 800, away < 1_800, away < 3_500], [0, -1, 0], -1)
    shape = _shapes(mesh, labels, seed=5, rough=0.5, areas=np.array([0, -1]))[0]
    assert shapely.get_num_geometries(shape) == 2
    assert shapely.get_num_interior_rings(shapely.get_geometry(shape, 0)) == 1
    assert shapely.area(shape) == pytest.approx(np.pi * (3_500**2 - 1_800**2 + 800**2), rel=0.05)


def test_a_label_without_sites_has_an_empty_outline() -> None:
    mesh = _random_mesh(6, 200)
    shapes = _shapes(mesh, _labels(mesh, 6, 2), seed=6, rough=0.5, areas=np.array([0, 2, -1]))
    assert shapely.is_empty(shapes[1])
    assert not shapely.is_empty(shapes[0])


def test_borders_are_not_straight() -> None:
    mesh = _random_mesh(7, 300)
    shape = _shapes(mesh, _labels(mesh, 7, 1), seed=7, rough=1.0, areas=np.array([0, -1]))[0]
    points: FloatArray = shapely.get_coordinates(shape)
    step = np.diff(points, axis=0)
    turn = step[:-1, 0] * step[1:, 1] - step[:-1, 1] * step[1:, 0]
    assert np.mean(np.abs(turn) > 1.0) > 0.9


def test_triangles_turn_left_and_share_their_sides() -> None:
    mesh = _random_mesh(8, 100)
    a, b, c = (mesh.sites[mesh.triangles[:, corner]] for corner in range(3))
    assert ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0).all()
    assert set(np.bincount(mesh.sides.ravel()).tolist()) <= {1, 2}
    assert len(mesh.sites) - len(mesh.edges) + len(mesh.triangles) == 1
