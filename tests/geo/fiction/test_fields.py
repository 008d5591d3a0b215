"""Noise, Hilbert's curve, lots and address density, each against its definition."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.fiction.country import AddressRegister
from geo.fiction.density import mean_density, surrounding_density, urbanity
from geo.fiction.figures import round_to_five
from geo.fiction.hilbert import hilbert_index
from geo.fiction.lots import lots_in_buurt, lots_in_park
from geo.fiction.naming import compass
from geo.fiction.noise import PERIOD, fractal, make_lattice, noise


def test_the_curve_visits_neighbour_after_neighbour() -> None:
    side = 32
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=2).reshape(-1, 2).astype(np.float64)
    index = hilbert_index(grid)
    assert len(set(index.tolist())) == side * side
    step = np.abs(np.diff(grid[np.argsort(index)], axis=0)).sum(axis=1)
    assert (step == 1).all()


def test_noise_is_zero_on_its_lattice_and_repeats() -> None:
    lattice = make_lattice(np.random.default_rng(1))
    knots = np.array([[0.0, 0.0], [300.0, -700.0], [12_300.0, 500.0]])
    assert np.allclose(noise(knots, lattice=lattice, wavelength=100.0), 0.0)
    points = np.random.default_rng(2).uniform(-1e4, 1e4, size=(200, 2))
    shifted = noise(points + PERIOD * 100.0, lattice=lattice, wavelength=100.0)
    assert np.allclose(shifted, noise(points, lattice=lattice, wavelength=100.0))


def test_noise_is_smooth_and_stays_in_its_range() -> None:
    lattice = make_lattice(np.random.default_rng(3))
    points = np.random.default_rng(4).uniform(0, 1e5, size=(20_000, 2))
    values = fractal(points, lattice=lattice, wavelength=1_000.0, octaves=4)
    near = fractal(points + 0.01, lattice=lattice, wavelength=1_000.0, octaves=4)
    assert np.abs(near - values).max() < 0.01
    assert abs(values.mean()) < 0.05
    assert 0.2 < values.std() < 0.6


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1_000), count=st.integers(0, 900), width=st.floats(15.0, 3_000.0))
def test_lots_are_inside_and_as_many_as_asked(seed: int, count: int, width: float) -> None:
    shape = shapely.box(1_000.0, 2_000.0, 1_000.0 + width, 2_000.0 + 0.7 * width)
    for choose in (lots_in_buurt, lots_in_park):
        points = choose(shape, count, np.random.default_rng(seed))
        assert points.shape == (count, 2)
        assert shapely.contains_xy(shape, points[:, 0], points[:, 1]).all()
        assert np.array_equal(points, np.round(points, 1))


def test_a_rural_buurt_with_many_homes_has_a_village() -> None:
    shape = shapely.box(0.0, 0.0, 4_000.0, 4_000.0)
    points = lots_in_buurt(shape, 600, np.random.default_rng(1))
    away = np.hypot(*(points - 2_000.0).T)
    assert np.mean(away < 400) > 0.6
    assert away.max() > 1_500


def test_density_counts_addresses_within_a_kilometre() -> None:
    rng = np.random.default_rng(5)
    x, y = (np.floor(rng.normal(50_000, 900, 800) / 100) * 100 + 50 for _ in range(2))
    text = np.repeat("", 800)
    register = AddressRegister(text, x, y, text, text, text, np.zeros(800, dtype=np.int64))
    reach = np.arange(-10, 11)
    squares = sum(1 for dx in reach for dy in reach if dx * dx + dy * dy <= 100)
    within = [(np.hypot(x - one, y - other) <= 1_000).sum() for one, other in zip(x, y, strict=True)]
    assert surrounding_density(register) == pytest.approx(np.array(within) / (squares * 0.01))


def test_mean_density_is_zero_without_addresses() -> None:
    density = mean_density(np.array([10.0, 21.0, 4.0]), np.array(["a", "a", "c"]), np.array(["a", "b", "c"]))
    assert density.tolist() == [16, 0, 4]


def test_urbanity_has_the_published_bounds() -> None:
    assert urbanity(np.array([0, 499, 500, 999, 1000, 1499, 1500, 2499, 2500])).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1]


def test_rounding_is_to_the_nearest_five() -> None:
    assert round_to_five(np.array([0.0, 2.0, 3.0, 7.0, 8.0, 1004.0])).tolist() == [0, 0, 5, 5, 10, 1005]


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        ((1.0, 0.0), "Oost"),
        ((0.0, -2.0), "Zuid"),
        ((3.0, 3.0), "Noordoost"),
        ((-3.0, 2.0), "Noordwest"),
        ((-3.0, 1.0), "West"),
        ((1.0, -1.0), "Zuidoost"),
    ],
)
def test_the_compass_has_eight_points(offset: tuple[float, float], name: str) -> None:
    assert compass(np.array(offset)) == name
