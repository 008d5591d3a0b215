from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.statistics.errors import StatisticError
from analysis.statistics.scan import Rates, ScanOptions, spatial_scan
from analysis.statistics.scan_windows import nearest_windows
from analysis.statistics.space_time_scan import space_time_scan
from tests.analysis.statistics.scan_oracle import best_by_definition, clusters_by_definition


def world(seed: int, n: int, periods: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    exposure = rng.gamma(1, 5, (n, periods))
    exposure[1, 1] = 0
    return rng.poisson(exposure * rng.gamma(2, 0.5, (n, 1))).astype(float), exposure, rng.random((n, 2))


@pytest.mark.parametrize("rates", list(Rates))
@pytest.mark.parametrize(("periods", "longest"), [(2, None), (5, None), (4, 4), (3, 1)])
def test_every_cylinder_one_by_one_gives_the_same_clusters(rates: Rates, periods: int, longest: int | None) -> None:
    cases, exposure, points = world(periods, 14, periods)
    best = best_by_definition(cases, exposure, points, rates=rates, longest=longest or max(1, periods // 2))
    wanted = clusters_by_definition(best)
    options = ScanOptions(rates=rates, replicates=0)
    result = space_time_scan(
        cases, exposure, points, rng=np.random.default_rng(0), max_periods=longest, options=options
    )
    assert wanted
    assert len(result.clusters) == len(wanted)
    for found, (llr, (centre, members, start, end)) in zip(result.clusters, wanted, strict=True):
        assert (found.centre, tuple(sorted(found.members))) == (centre, members)
        assert (found.first, found.last) == (start, end - 1)
        assert found.llr == pytest.approx(llr, abs=1e-9)
        assert found.cases == cases[list(members), start:end].sum()


def test_one_period_is_the_spatial_scan() -> None:
    cases, exposure, points = world(3, 30, 2)
    cases, exposure = cases[:, 0], exposure[:, 0]
    plain = spatial_scan(cases, exposure, points, rng=np.random.default_rng(1))
    cylinders = space_time_scan(cases[:, None], exposure[:, None], points, rng=np.random.default_rng(1))
    assert np.array_equal(plain.maxima, cylinders.maxima)
    assert [c.llr for c in plain.clusters] == [c.llr for c in cylinders.clusters]


def test_p_counts_the_replicates_that_reach_as_high() -> None:
    cases, exposure, points = world(8, 10, 4)
    options = ScanOptions(replicates=19)
    result = space_time_scan(cases, exposure, points, rng=np.random.default_rng(5), options=options)
    visit = nearest_windows(points, exposure.sum(axis=1)).visit
    share = exposure[visit].ravel() / exposure.sum()
    drawn = np.random.default_rng(5).spawn(1)[0].multinomial(int(cases.sum()), share, size=19)
    highest = []
    for one in drawn:
        back = np.empty((10, 4))
        back[visit] = one.reshape(10, 4)
        highest.append(max(value for value, _ in best_by_definition(back, exposure, points, longest=2).values()))
    assert result.maxima == pytest.approx(np.array(highest), abs=1e-9)


def test_an_outbreak_is_found_in_its_place_and_time() -> None:
    rng = np.random.default_rng(6)
    points = np.array([[x, y] for x in range(6) for y in range(6)], dtype=float)
    near = np.linalg.norm(points - [1, 1], axis=1) <= 1
    exposure = np.full((36, 8), 4.0)
    rate = np.ones((36, 8))
    rate[near, 3:6] = 5
    result = space_time_scan(
        rng.poisson(exposure * rate).astype(float), exposure, points, rng=rng, options=ScanOptions(replicates=99)
    )
    first = result.clusters[0]
    assert (set(first.members.tolist()), first.first, first.last) == (set(np.flatnonzero(near).tolist()), 3, 5)
    assert first.p == 0.01
    assert first.p_gumbel < 1e-4
    assert math.isfinite(first.relative_risk)


@pytest.mark.parametrize(
    ("shape", "periods", "message"),
    [
        ((4,), None, "areas by periods"),
        ((4, 0), None, "Every exposure is zero"),
        ((4, 3), 4, "1 to 3"),
        ((4, 3), 0, "1 to 3"),
    ],
)
def test_refuses(shape: tuple[int, ...], periods: int | None, message: str) -> None:
    with pytest.raises(StatisticError, match=message):
        space_time_scan(
            np.ones(shape), np.ones(shape), np.eye(4)[:, :2], rng=np.random.default_rng(0), max_periods=periods
        )


def test_a_wrong_number_is_refused_with_its_area() -> None:
    cases = np.ones((4, 3))
    cases[2, 1] = np.nan
    with pytest.raises(StatisticError, match="area 2: A number of cases is not a finite number"):
        space_time_scan(cases, np.ones((4, 3)), np.eye(4)[:, :2], rng=np.random.default_rng(0))
