from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.confidential.points.density import Bandwidths, Window, adaptive_bandwidths, kernel_density
from analysis.confidential.points.raster import WARNING, window_of, write_density
from analysis.statistics.errors import CostError, StatisticError

SQUARE = Window(west=100.0, north=220.0, cell=10.0, inside=np.ones((12, 15), dtype=bool))


def some(seed: int, n: int = 25) -> tuple[np.ndarray, Window]:
    """A study area with a bay and an island, and events inside it."""
    rng = np.random.default_rng(seed)
    inside = np.ones((12, 15), dtype=bool)
    inside[:5, 4:9] = False
    inside[1, 6] = True
    rows, columns = np.nonzero(inside)
    at = rng.integers(0, len(rows), n)
    x = 100 + 10 * (columns[at] + rng.random(n))
    return np.column_stack([x, 220 - 10 * (rows[at] + rng.random(n))]), replace(SQUARE, inside=inside)


def by_definition(points: np.ndarray, bandwidths: np.ndarray, window: Window) -> np.ndarray:
    """Every event and every cell, one by one."""
    amount = np.zeros(window.inside.shape)
    for (x, y), h in zip(points, bandwidths, strict=True):
        kernel = np.zeros(window.inside.shape)
        for row, column in zip(*np.nonzero(window.inside), strict=True):
            centre = (window.west + (column + 0.5) * window.cell, window.north - (row + 0.5) * window.cell)
            u = math.dist(centre, (x, y)) / h
            kernel[row, column] = (1 - u * u) ** 2 if u < 1 else 0
        if kernel.sum() == 0:
            kernel[int((window.north - y) // window.cell), int((x - window.west) // window.cell)] = 1
        amount += kernel / kernel.sum()
    return amount


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), bandwidth=st.sampled_from([1.0, 7.0, 23.0, 60.0, 400.0]))
def test_density_is_that_of_the_definition(seed: int, bandwidth: float) -> None:
    points, window = some(seed)
    fixed = kernel_density(points, window, bandwidth=bandwidth, bandwidths=Bandwidths.FIXED)
    first = by_definition(points, np.full(len(points), bandwidth), window)
    assert fixed == pytest.approx(first, abs=1e-12)
    at = first[((220 - points[:, 1]) // 10).astype(int), ((points[:, 0] - 100) // 10).astype(int)]
    wanted = bandwidth * np.minimum(np.sqrt(np.exp(np.log(at).mean()) / at), 2.0)
    assert adaptive_bandwidths(points, window, bandwidth=bandwidth, widest=2) == pytest.approx(wanted)
    adaptive = kernel_density(points, window, bandwidth=bandwidth, widest=2)
    assert adaptive == pytest.approx(by_definition(points, wanted, window), abs=1e-9)
    for amount in (fixed, adaptive):
        assert amount.sum() == pytest.approx(len(points), rel=1e-12)
        assert not amount[~window.inside].any()
        assert (amount >= 0).all()


def test_far_from_an_edge_it_is_the_quartic_kernel() -> None:
    # At its middle the kernel is 3 / (pi h^2) per unit of area (Silverman 1986, section 4.2).
    window = Window(west=0, north=201, cell=1, inside=np.ones((201, 201), dtype=bool))
    amount = kernel_density(np.array([[100.5, 100.5]]), window, bandwidth=80, bandwidths=Bandwidths.FIXED)
    assert amount[100, 100] == pytest.approx(3 / (math.pi * 80**2), rel=1e-4)
    assert amount[100, 140] == pytest.approx(3 / (math.pi * 80**2) * (1 - 0.25) ** 2, rel=1e-4)
    assert amount[100, 181] == 0


def test_an_edge_loses_no_event_and_gains_none() -> None:
    corner = np.array([[100.5, 219.5]])
    amount = kernel_density(corner, SQUARE, bandwidth=45, bandwidths=Bandwidths.FIXED)
    assert amount.sum() == pytest.approx(1)
    middle = kernel_density(np.array([[175.0, 160]]), SQUARE, bandwidth=45, bandwidths=Bandwidths.FIXED)
    # A quarter of the kernel lies inside: there it weighs about four times as much.
    assert 3 < amount.max() / middle.max() < 5


def test_adaptive_bandwidths_are_smaller_where_events_are_dense() -> None:
    rng = np.random.default_rng(0)
    dense, lone = rng.normal([130, 130], 4, (40, 2)), np.array([[220.0, 200]])
    found = adaptive_bandwidths(np.vstack([dense, lone]), SQUARE, bandwidth=30)
    assert found[:40].max() < 30 < found[40]
    assert found[40] <= 150
    assert np.exp(np.log(adaptive_bandwidths(dense, SQUARE, bandwidth=30, widest=99)).mean()) == pytest.approx(30)


@pytest.mark.parametrize("kind", list(Bandwidths))
def test_the_order_of_rows_decides_nothing_to_the_bit(kind: Bandwidths) -> None:
    points, window = some(4, 60)
    order = np.random.default_rng(1).permutation(60)
    one, two = (
        kernel_density(rows, window, bandwidth=35, bandwidths=kind).tobytes() for rows in (points, points[order])
    )
    assert one == two


def test_no_event_has_no_density() -> None:
    assert not kernel_density(np.zeros((0, 2)), SQUARE, bandwidth=5).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": np.array([[150, 150], [np.inf, 150]])}, "event 1: A coordinate is not a finite"),
        ({"points": np.array([[150.0, 150], [99, 150]])}, "event 1: 1 events lie outside"),
        ({"points": np.array([[250.5, 150.0]])}, "event 0: 1 events lie outside"),
        ({"points": np.array([[150.0, 221]])}, "event 0: 1 events lie outside"),
        ({"points": np.ones((3, 3))}, "Points have shape"),
        ({"bandwidth": 0}, "bandwidth must be above 0"),
        ({"bandwidth": np.nan}, "bandwidth must be above 0"),
        ({"widest": 0.5}, "widest at least 1"),
    ],
)
def test_refuses(change: dict, message: str) -> None:
    with pytest.raises(StatisticError, match=message):
        kernel_density(**({"points": np.array([[150.0, 150]]), "window": SQUARE, "bandwidth": 20} | change))


def test_an_event_in_a_bay_is_outside() -> None:
    _, window = some(0)
    with pytest.raises(StatisticError, match="1 events lie outside the study area"):
        kernel_density(np.array([[155.0, 205]]), window, bandwidth=20)


@pytest.mark.parametrize(
    "change", [{"cell": 0}, {"west": np.nan}, {"inside": np.zeros((2, 2))}, {"inside": np.ones(3)}]
)
def test_a_window_is_checked(change: dict) -> None:
    with pytest.raises(StatisticError):
        replace(SQUARE, **change)


def test_the_window_of_polygons_holds_every_point_of_them() -> None:
    areas = np.array([shapely.Point(1000, 2000).buffer(333), shapely.box(1500, 2105, 1501, 2190), None], dtype=object)
    window = window_of(areas, cell=50)
    assert (window.west, window.north, window.cell) == (650, 2350, 50)
    assert window.inside.shape == (14, 18)
    rng = np.random.default_rng(0)
    points = rng.uniform([650, 1650], [1550, 2350], (4000, 2))
    points = points[shapely.contains_xy(shapely.union_all(areas[:2]), points)]
    assert len(points) > 1000
    kernel_density(points, window, bandwidth=10)
    assert not window.inside[0, 0]
    assert window.inside[:, 17].sum() == 2


def test_windows_that_cannot_be_are_refused() -> None:
    with pytest.raises(StatisticError, match="needs a polygon"):
        window_of(np.array([None, shapely.Polygon()], dtype=object), cell=1)
    with pytest.raises(StatisticError, match="wider than 0"):
        window_of(np.array([shapely.box(0, 0, 1, 1)]), cell=0)
    with pytest.raises(CostError, match="larger cell"):
        window_of(np.array([shapely.box(0, 0, 1e6, 1e6)]), cell=1)


def test_the_file_is_a_cloud_optimised_geotiff_and_its_bytes_are_its_values(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    inside = np.ones((700, 600), dtype=bool)
    inside[:50] = False
    window = Window(west=1000, north=90_000, cell=100, inside=inside)
    events = rng.uniform([1000, 20_000], [61_000, 85_000], (300, 2))
    amount = kernel_density(events, window, bandwidth=2000)
    for name in ("a.tif", "b.tif"):
        write_density(tmp_path / name, amount, window)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.overviews(1) == [2]
        assert source.crs.to_epsg() == 28992
        assert (source.transform.c, source.transform.f, source.res) == (1000, 90_000, (100, 100))
        assert source.tags()["warning"] == WARNING
        assert source.descriptions == ("events per cell",)
        read = source.read(1)
        assert np.array_equal(np.isnan(read), ~inside)
        assert np.array_equal(read[inside], amount[inside])
    with pytest.raises(StatisticError, match="The density has shape"):
        write_density(tmp_path / "c.tif", amount[1:], window)
