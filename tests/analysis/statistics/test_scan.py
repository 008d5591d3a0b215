from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics._scan_kernel import best_windows, maxima
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.limits import Limits
from analysis.statistics.scan import Rates, ScanModel, ScanOptions, spatial_scan
from analysis.statistics.scan_clusters import gumbel_p, log_likelihood_ratio, monte_carlo_p
from analysis.statistics.scan_windows import nearest_windows
from tests.analysis.statistics.scan_oracle import best_by_definition, circles, clusters_by_definition
from tests.test_packaging import run_blocked

#: What SaTScan 9.6 prints of 552 cases of leukaemia in upstate New York, 1978-82 (Turnbull et al. 1990): cases,
#: expected, relative risk, log-likelihood ratio.
SATSCAN = (
    (100, 58.28, 1.87, 14.083511),
    (85, 49.71, 1.84, 11.577255),
    (38, 17.79, 2.22, 9.019716),
    (64, 40.85, 1.64, 6.114140),
    (25, 12.82, 1.99, 4.651839),
    (28, 15.54, 1.84, 4.169203),
    (12, 5.14, 2.37, 3.363518),
    (11, 4.61, 2.41, 3.209485),
)


def world(seed: int, n: int, *, lattice: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 4, (n, 2)).astype(float) if lattice else rng.random((n, 2))
    exposure = rng.integers(0, 60, n).astype(float)
    exposure[0] += 20
    return rng.binomial(exposure.astype(int), rng.beta(1, 6, n)).astype(float), exposure, points


@pytest.mark.parametrize(("cases", "expected", "risk", "llr"), SATSCAN)
def test_satscan_prints_the_same_ratios(cases: int, expected: float, risk: float, llr: float) -> None:
    # What is expected is printed with two decimals, so the ratio lies between those of both ends.
    ends = np.array([expected + 0.005, expected - 0.005])
    low, high = log_likelihood_ratio(np.full(2, float(cases)), ends, total=552.0)
    assert low <= llr <= high
    assert high - low < 0.02
    # A map of the cluster, and all else in two areas of one rate.
    half = (552 - cases) // 2
    rest = np.array([half, 552 - cases - half])
    exposure = np.append(expected, (552 - expected) * rest / rest.sum()) * 1000
    options = ScanOptions(replicates=0, most=1)
    (found,) = spatial_scan(
        np.append(float(cases), rest), exposure, np.eye(3), rng=np.random.default_rng(0), options=options
    ).clusters
    assert found.cases == cases
    assert found.relative_risk == pytest.approx(risk, abs=0.0085)
    assert low <= found.llr <= high


@pytest.mark.parametrize("lattice", [False, True])
@pytest.mark.parametrize("rates", list(Rates))
@pytest.mark.parametrize("model", list(ScanModel))
@pytest.mark.parametrize("seed", range(3))
def test_every_window_one_by_one_gives_the_same_clusters(
    lattice: bool, rates: Rates, model: ScanModel, seed: int
) -> None:
    cases, exposure, points = world(seed, 24, lattice=lattice)
    prevalence = cases.sum() / exposure.sum() if model is ScanModel.BERNOULLI else 0.0
    best = best_by_definition(
        cases[:, None], exposure[:, None], points, rates=rates, prevalence=prevalence, max_share=0.4, max_areas=9
    )
    options = ScanOptions(rates=rates, max_share=0.4, max_areas=9, replicates=0)
    result = spatial_scan(cases, exposure, points, rng=np.random.default_rng(0), model=model, options=options)
    wanted = clusters_by_definition(best)
    assert len(wanted) > 1
    assert len(result.clusters) == len(wanted)
    for found, (llr, (centre, members, _, _)) in zip(result.clusters, wanted, strict=True):
        assert (found.centre, tuple(sorted(found.members))) == (centre, members)
        assert found.llr == pytest.approx(llr, abs=1e-9)
        assert found.cases == cases[list(members)].sum()
        assert found.radius == pytest.approx(
            np.linalg.norm(points[list(members)] - points[centre], axis=1).max(), rel=1e-6
        )
        assert math.isnan(found.p)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    periods=st.integers(1, 4),
    longest=st.integers(1, 4),
    rates=st.sampled_from(list(Rates)),
    model=st.sampled_from(list(ScanModel)),
    precision=st.sampled_from([np.float32, np.float64]),
)
def test_no_replicate_misses_its_highest_window(
    seed: int, periods: int, longest: int, rates: Rates, model: ScanModel, precision: type
) -> None:
    # The bound that saves logarithms must never hide a window: every replicate is scanned again, all windows of it.
    rng = np.random.default_rng(seed)
    n, size = 30, 9
    exposure = rng.negative_binomial(0.5, 0.02, (n, periods)).astype(float)
    exposure[0] += 9
    total = int(rng.integers(1, exposure.sum()))
    flat = exposure.ravel()
    if model is ScanModel.BERNOULLI:
        drawn = rng.multivariate_hypergeometric(flat.astype(np.int64), total, size=size)
        odds = exposure.sum() / total - 1
    else:
        drawn, odds = rng.multinomial(total, flat / flat.sum(), size=size), 0.0
    held = np.cumsum(drawn.reshape(size, n, periods), axis=2)
    sums = np.cumsum(exposure, axis=1) * total / exposure.sum()
    points = rng.integers(0, 6, (n, 2)) if seed % 2 else rng.random((n, 2))
    windows = nearest_windows(points, exposure.sum(axis=1), max_share=0.6)
    circle = (windows.indptr, windows.members, windows.closes)
    rest = (float(total), longest, odds, rates is not Rates.LOW, rates is not Rates.HIGH, 2.0)
    found = maxima(windows.visit, *circle, sums, np.moveaxis(held, 0, 2).astype(precision).copy(), *rest)
    wanted = [best_windows(*circle, sums, one.astype(float), *rest)[0].max() for one in held]
    assert found == pytest.approx(np.array(wanted), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("model", list(ScanModel))
def test_p_counts_the_replicates_that_reach_as_high(model: ScanModel) -> None:
    cases, exposure, points = world(8, 15)
    cases[3] += 4
    exposure[3] += 8
    result = spatial_scan(
        cases, exposure, points, rng=np.random.default_rng(5), model=model, options=ScanOptions(replicates=39)
    )
    # The same draws, each scanned by definition.
    total, prevalence = int(cases.sum()), cases.sum() / exposure.sum() if model is ScanModel.BERNOULLI else 0.0
    visit = nearest_windows(points, exposure).visit
    source = np.random.default_rng(5).spawn(1)[0]
    if model is ScanModel.BERNOULLI:
        drawn = source.multivariate_hypergeometric(exposure[visit].astype(np.int64), total, size=39)
    else:
        drawn = source.multinomial(total, exposure[visit] / exposure.sum(), size=39)
    highest = []
    for one in drawn:
        back = np.empty(15)
        back[visit] = one
        found = best_by_definition(back[:, None], exposure[:, None], points, prevalence=prevalence)
        highest.append(max((value for value, _ in found.values()), default=0.0))
    assert result.maxima == pytest.approx(np.array(highest), abs=1e-9)
    for cluster in result.clusters:
        assert cluster.p == (1 + sum(value >= cluster.llr - 1e-9 for value in highest)) / 40


@pytest.mark.parametrize("seed", range(4))
def test_circles_are_those_of_the_definition(seed: int) -> None:
    _, exposure, points = world(seed, 20, lattice=True)
    windows = nearest_windows(points, exposure, max_share=0.45, max_areas=8)
    ours = set()
    for centre in range(20):
        start, end = windows.indptr[centre : centre + 2]
        entered = windows.circle(centre, int(end - start))
        away = np.round(np.linalg.norm(points[entered] - points[centre], axis=1), 9)
        assert np.array_equal(np.lexsort((entered, away)), np.arange(end - start))
        for at in np.flatnonzero(windows.closes[start:end]):
            ours.add((centre, tuple(sorted(windows.circle(centre, int(at) + 1).tolist()))))
    assert ours == set(circles(points, exposure, max_share=0.45, max_areas=8))
    assert np.array_equal(np.sort(windows.visit), np.arange(20))


def test_areas_at_one_point_enter_together() -> None:
    points = np.array([[0.0, 0], [0, 0], [5, 0], [9, 0], [9, 0], [9, 0]])
    cases = np.array([4.0, 5, 0, 0, 1, 0])
    result = spatial_scan(cases, np.full(6, 10.0), points, rng=np.random.default_rng(0))
    assert sorted(result.clusters[0].members) == [0, 1]
    assert result.clusters[0].cases == 9


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_units_and_the_order_of_rows_decide_nothing(seed: int) -> None:
    cases, exposure, points = world(seed, 20, lattice=seed % 2 == 0)
    options = ScanOptions(replicates=0, rates=Rates.BOTH)
    plain = spatial_scan(cases, exposure, points, rng=np.random.default_rng(0), options=options).clusters
    turned = np.column_stack([-points[:, 1], points[:, 0]]) * 8 + 1024
    order = np.random.default_rng(seed).permutation(20)
    for other in (
        spatial_scan(cases, exposure * 4, turned, rng=np.random.default_rng(0), options=options).clusters,
        spatial_scan(
            cases[order], exposure[order], points[order], rng=np.random.default_rng(0), options=options
        ).clusters,
    ):
        # Which of several equally likely clusters is reported may depend on the order; their ratio may not.
        assert other[:1] == () or other[0].llr == pytest.approx(plain[0].llr, abs=1e-9)
        assert len(other) > 0 or not plain
    members = [set(one.members.tolist()) for one in plain]
    assert sum(map(len, members)) == len(set().union(*members)) if members else True
    assert [one.llr for one in plain] == sorted((one.llr for one in plain), reverse=True)


def test_threads_and_blocks_decide_nothing() -> None:
    one, two = (
        spatial_scan(*world(8, 200), rng=np.random.default_rng(3), options=ScanOptions(replicates=150, threads=threads))
        for threads in (1, 2)
    )
    assert np.array_equal(one.maxima, two.maxima)
    assert one.maxima.shape == (150,)
    # Two blocks of the same draws would leave 128.
    assert len(np.unique(one.maxima)) > 140


def test_the_p_value_is_uniform_on_maps_of_chance() -> None:
    rng = np.random.default_rng(12)
    points, exposure = rng.random((40, 2)), rng.gamma(2, 100, 40)
    options = ScanOptions(replicates=19, most=1)
    p = []
    for _ in range(400):
        drawn = rng.multinomial(120, exposure / exposure.sum()).astype(float)
        p.append(spatial_scan(drawn, exposure, points, rng=rng, options=options).clusters[0].p)
    for level in (0.05, 0.2, 0.5):
        assert np.mean(np.array(p) <= level + 1e-9) == pytest.approx(
            level, abs=4 * math.sqrt(level * (1 - level) / 400)
        )


def test_a_planted_cluster_is_found_and_a_low_one_only_when_asked() -> None:
    rng = np.random.default_rng(2)
    points = np.array([[x, y] for x in range(8) for y in range(8)], dtype=float)
    near = np.linalg.norm(points - [2, 2], axis=1) <= 1.5
    exposure = np.full(64, 200.0)
    cases = rng.poisson(np.where(near, 2, 10)).astype(float)
    high = spatial_scan(cases, exposure, points, rng=rng, options=ScanOptions(replicates=99, most=1))
    low = spatial_scan(cases, exposure, points, rng=rng, options=ScanOptions(rates=Rates.LOW, replicates=99, most=1))
    assert not near[high.clusters[0].members].any()
    assert set(low.clusters[0].members.tolist()) == set(np.flatnonzero(near).tolist())
    assert low.clusters[0].p == 0.01
    assert low.clusters[0].relative_risk < 0.4


def test_a_single_case_is_no_cluster_and_no_case_none() -> None:
    points = np.array([[0.0, 0], [1, 0], [2, 1]])
    for cases in ([0, 0, 0], [0, 1, 0]):
        result = spatial_scan(np.array(cases, float), np.full(3, 9.0), points, rng=np.random.default_rng(0))
        assert result.clusters == ()
        assert not result.maxima.any()
    everybody = spatial_scan(
        np.full(3, 9.0), np.full(3, 9.0), points, rng=np.random.default_rng(0), model=ScanModel.BERNOULLI
    )
    assert everybody.clusters == ()


def test_all_cases_in_one_area_have_an_infinite_relative_risk() -> None:
    points = np.array([[0.0, 0], [1, 0], [2, 1], [4, 4]])
    result = spatial_scan(np.array([0.0, 7, 0, 0]), np.full(4, 9.0), points, rng=np.random.default_rng(0))
    assert result.clusters[0].relative_risk == math.inf
    assert result.clusters[0].llr == pytest.approx(7 * math.log(4))


def test_ratios_p_values_and_gumbel_by_hand() -> None:
    assert log_likelihood_ratio(np.array(106.0), np.array(62.13), total=552) == pytest.approx(
        106 * math.log(106 / 62.13) + 446 * math.log(446 / 489.87)
    )
    assert monte_carlo_p(2.0, np.array([1.0, 2.0, 3.0])) == 0.75
    assert math.isnan(monte_carlo_p(2.0, np.zeros(0)))
    sample = -np.log(-np.log(np.random.default_rng(0).random(200_000))) * 1.5 + 7
    assert gumbel_p(12.0, sample) == pytest.approx(-math.expm1(-math.exp(-(12 - 7) / 1.5)), rel=0.03)
    assert math.isnan(gumbel_p(1.0, np.ones(5)))


POINTS = np.array([[0.0, 0], [1, 0], [2, 1], [5, 5]])
FOUR, TEN = np.array([1.0, 2, 0, 1]), np.full(4, 10.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cases": np.array([1, np.nan, 0, 0])}, "area 1: A number of cases is not a finite number"),
        ({"cases": np.array([1, np.inf, 0, 0])}, "area 1: A number of cases is not a finite"),
        ({"cases": np.array([1.0, 0, -1, 0])}, "area 2: A number of cases is negative"),
        ({"cases": np.array([1.0, 0, 0, 0.5])}, "area 3: A number of cases is not whole"),
        ({"exposure": np.array([1.0, -1, 1, 1])}, "area 1: An exposure is negative"),
        ({"exposure": np.array([1.0, 1, 1, np.nan])}, "area 3: An exposure is not a finite"),
        ({"exposure": np.array([1.0, 0, 1, 1])}, "area 1: There are cases without exposure"),
        ({"cases": np.zeros(4), "exposure": np.zeros(4)}, "Every exposure is zero"),
        ({"exposure": np.ones(3)}, "Cases have shape"),
        ({"cases": np.ones(2), "exposure": np.ones(2)}, "at least three areas"),
        ({"cases": np.ones((4, 2)), "exposure": np.ones((4, 2))}, "one number an area"),
        ({"coordinates": np.ones(4)}, "coordinates of shape"),
        ({"coordinates": POINTS[:3]}, "coordinates of shape"),
        ({"coordinates": np.where(POINTS == 5, np.nan, POINTS)}, "area 3: A coordinate is not a finite"),
        ({"exposure": np.full(4, 1.0), "model": ScanModel.BERNOULLI}, "area 1: The Bernoulli model needs a whole"),
        ({"exposure": np.full(4, 9.5), "model": ScanModel.BERNOULLI}, "area 0: The Bernoulli model needs a whole"),
        ({"exposure": np.full(4, 1e9), "model": ScanModel.BERNOULLI}, "fewer than 1,000,000,000"),
        ({"options": ScanOptions(max_share=0)}, "largest share"),
        ({"options": ScanOptions(max_share=1.5)}, "largest share"),
        ({"options": ScanOptions(max_areas=0)}, "at least one area"),
        ({"options": ScanOptions(replicates=-1)}, "Replicates must be"),
        ({"options": ScanOptions(threads=0)}, "threads at least 1"),
        ({"options": ScanOptions(most=0)}, "At least one cluster"),
    ],
)
def test_refuses(change: dict, message: str) -> None:
    given_ = {"cases": FOUR, "exposure": TEN, "coordinates": POINTS, "rng": np.random.default_rng(0)} | change
    with pytest.raises(StatisticError, match=message):
        spatial_scan(**given_)


def test_without_numba_a_scan_says_what_to_install() -> None:
    said = run_blocked(
        "import numpy as np\nfrom analysis.statistics.scan import spatial_scan\n"
        "spatial_scan(np.ones(3), np.ones(3), np.eye(3), rng=np.random.default_rng(0))"
    ).stderr
    assert "A scan needs numba, which is not installed" in said
    assert "zicht[audit]" in said


def test_circles_that_take_too_much_memory_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(CostError, match="smaller number of areas"):
        nearest_windows(rng.random((100, 2)), np.ones(100), limits=replace(Limits(), memory=18_000))
