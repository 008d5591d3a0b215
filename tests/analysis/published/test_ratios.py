"""Neighbourhood observed over expected on published maps: never surer than what every possible map says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.published import ratios
from analysis.published.cells import stored_q
from analysis.published.maps import class_map, method_names, ratio_map
from analysis.published.rates import rate_column
from analysis.published.ratios import ratio_classes
from analysis.statistics.errors import StatisticError
from analysis.statistics.multiple_testing import adjusted
from analysis.statistics.negative_binomial_sums import upper_tails
from analysis.statistics.neighbourhood_ratio import neighbourhood_ratio
from geo.weights import both_ways, from_pairs
from tests.analysis.published.oracles import column, every_map, random_bounds
from tests.analysis.statistics.planted import honeycomb
from zicht.errors import AlignmentError
from zicht.published import HotspotClass, Measure, PublishedColumn, PublishedTable, Status
from zicht.structure import COUNTRY

METHOD = "neighbourhood-ratio/rate/queen"


def ring(n: int):
    return both_ways(n, np.arange(n), (np.arange(n) + 1) % n)


def exposed(values, *, level: str = "buurt", status: np.ndarray | None = None) -> PublishedColumn:
    found = column(values, values, level=level, status=status)
    return replace(found, key=replace(found.key, measure=Measure.EXPOSURE))


def country(count: float, exposure: float) -> tuple[PublishedColumn, PublishedColumn]:
    return column([count], [count], level=COUNTRY), exposed([exposure], level=COUNTRY)


def classified(low, high, exposure, *, weights=None, alpha=0.05, sums=None, total=None, status=None):
    counts = column(low, high, status=status)
    weights = ring(len(counts.code)) if weights is None else weights
    return ratio_classes(counts, exposed(exposure), weights, method=METHOD, alpha=alpha, country=total, sums=sums)


def plain(count, expected, weights, phi):
    found = neighbourhood_ratio(count, expected, weights, dispersion=phi)
    tails = [np.round(np.minimum(2 * adjusted(tail), 1), 8) for tail in (found.tails.upper, found.tails.lower)]
    return found, *tails


@settings(max_examples=60)
@given(seed=st.integers(0, 100_000), hidden=st.integers(0, 4), grouped=st.booleans(), phi=st.sampled_from([0.0, 0.4]))
def test_it_is_never_surer_than_every_possible_map(seed, hidden, grouped, phi):
    rng = np.random.default_rng(seed)
    bounds = random_bounds(rng, 7, hidden, grouped=grouped and hidden > 0)
    exposure, alpha = rng.integers(1, 9, 7).astype(np.float64), 0.3
    maps, weights = every_map(bounds), ring(7)
    status = np.where((bounds.sums.group >= 0) | (bounds.low < bounds.high), "suppressed", "published")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ratios, "_dispersion", lambda *_: phi)
        options = {"alpha": alpha, "sums": bounds.sums, "total": country(9.0, 35.0), "status": status}
        found = classified(bounds.low, bounds.high, exposure, **options)

    expected = exposure * 9 / 35
    for count in maps.T:
        truth, hot, cold = plain(count.astype(np.float64), expected, weights, phi)
        smaller = np.minimum(hot, cold)
        assert (found.q_low <= smaller + 1e-8).all()
        assert (smaller <= found.q_high + 1e-8).all()
        assert (hot[found.label == HotspotClass.HOT] <= alpha).all()
        assert (cold[found.label == HotspotClass.COLD] <= alpha).all()
        assert (smaller[found.label == HotspotClass.NOT_SIGNIFICANT] > alpha).all()
        assert (found.ratio_low <= truth.ratio + 1e-4).all()
        assert (truth.ratio <= found.ratio_high + 1e-4).all()


def planted(rng: np.random.Generator, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    exposure = rng.integers(200, 2_000, n).astype(np.float64)
    risk = np.ones(n)
    risk[40:44] = 5
    return rng.poisson(exposure * 0.02 * risk).astype(np.float64), exposure


def test_where_nothing_is_hidden_it_is_the_plain_statistic_with_the_dispersion_of_what_is_not_hot():
    count, exposure = planted(np.random.default_rng(1))
    total = country(count.sum(), exposure.sum())

    found = classified(count, count, exposure, total=total)

    expected = exposure * count.sum() / exposure.sum()
    hot = found.label == HotspotClass.HOT
    assert hot[40:44].all()
    near = np.flatnonzero(hot)
    rest = np.setdiff1d(np.arange(400), np.concatenate([near - 1, near, near + 1]) % 400)
    phi = ratios.shown_dispersion(count[rest], expected[rest], cap=ratios.CAP)
    truth, upper, lower = plain(count, expected, ring(400), phi)
    assert found.q_high == pytest.approx(np.minimum(upper, lower), abs=1e-8)
    assert np.array_equal(found.q_low, found.q_high)
    assert found.ratio_low == pytest.approx(truth.ratio, abs=1e-4)
    assert HotspotClass.PROBABLE not in found.label


def test_hidden_values_never_make_an_area_hot_or_cold_that_it_is_not():
    count, exposure = planted(np.random.default_rng(2))
    total = country(count.sum(), exposure.sum())
    hidden = count < 15
    low, high = np.where(hidden, 0, count), np.where(hidden, 16, count)

    whole, part = classified(count, count, exposure, total=total), classified(low, high, exposure, total=total)

    assert part.label[41] == HotspotClass.HOT
    sure = np.isin(part.label, (HotspotClass.HOT, HotspotClass.COLD))
    assert (whole.label[sure] == part.label[sure]).all()
    assert np.isin(part.label, (HotspotClass.UNDETERMINED, HotspotClass.SUPPRESSED)).sum() > 50


def test_what_is_probably_hot_is_between_hot_and_not_known():
    exposure = np.full(60, 100.0)
    count = np.full(60, 10.0)
    # Many around area 30, and beside them one that may hold anything up to 60.
    count[29:32] = [60, 20, 60]
    low, high = count.copy(), count.copy()
    low[30], high[30] = 0, 400

    found = classified(low, high, exposure, total=country(660.0, 6_000.0))
    alone = np.full(60, 10.0)
    upto = alone.copy()
    alone[30], upto[30] = 0, 400
    doubtful = classified(alone, upto, exposure, total=country(600.0, 6_000.0))

    assert found.label[30] == HotspotClass.HOT
    assert doubtful.label[30] == HotspotClass.SUPPRESSED
    assert doubtful.label[29] == HotspotClass.UNDETERMINED


def test_probable_lies_between_the_bounds():
    exposure = np.full(60, 100.0)
    low = np.full(60, 10.0)
    low[29], low[31] = 22, 22
    high = low.copy()
    low[30], high[30] = 0, 15

    found = classified(low, high, exposure, total=country(600.0, 6_000.0))

    assert found.label[30] == HotspotClass.PROBABLE
    assert found.q_low[30] <= 0.05 < found.q_high[30]


def crowded(seed: int, phi: float):
    """Counts on a torus of hexes of very unequal exposures, some with ten times as many events."""
    rng, weights = np.random.default_rng(seed), honeycomb(14)
    exposure = np.ceil(rng.lognormal(4, rng.uniform(0.2, 2), weights.n))
    risk = rng.gamma(1 / phi, phi, weights.n) * np.where(rng.random(weights.n) < 0.04, 10, 1)
    count = rng.poisson(rng.choice([0.4, 4.0, 30.0]) * exposure / exposure.mean() * risk).astype(np.float64)
    return rng, weights, exposure, count


def every_area(test, phi, alpha):
    return stored_q(test.tails(phi).upper) <= alpha


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    phi=st.sampled_from([1e-9, 0.02, 0.5, 4.0, 60.0]),
    alpha=st.sampled_from([0.01, 0.05, 0.3, 0.9]),
)
@example(seed=465, phi=60.0, alpha=0.01)  # the tails of large sums of this dispersion may be anything
@example(seed=17, phi=4.0, alpha=0.9)
def test_a_round_finds_exactly_what_testing_every_area_finds(seed, phi, alpha):
    _, weights, exposure, count = crowded(seed, max(phi, 0.01))
    around, mean = ratios._Around.of(weights), exposure * count.sum() / exposure.sum()
    test = ratios._Test.of(around.sums(count), mean, around, unknown=(1.0, 0.0))
    assert np.array_equal(test.hot(phi, alpha), every_area(test, phi, alpha))
    upper = test.upper(phi)
    assert np.array_equal(upper, test.tails(phi).upper)
    assert (upper[test.tested][~test.can_reach(phi, alpha)] > alpha / 2).all()


@pytest.mark.parametrize("seed", range(12))
def test_a_map_is_exactly_that_of_rounds_that_test_every_area(seed, monkeypatch):
    rng, weights, exposure, count = crowded(seed, 0.3)
    hidden = (count > 0) & (count < rng.choice([0, 5, 15]))
    low, high = np.where(hidden, 0.0, count), np.where(hidden, count + rng.integers(0, 9, count.size), count)
    options = {"weights": weights, "alpha": 0.2, "status": np.where(hidden, "suppressed", "published")}
    found = classified(low, high, exposure, **options)
    monkeypatch.setattr(ratios._Test, "hot", every_area)
    plainly = classified(low, high, exposure, **options)
    assert (found.label == plainly.label).all()
    for name in ("q_low", "q_high", "ratio_low", "ratio_high"):
        assert np.array_equal(getattr(found, name), getattr(plainly, name), equal_nan=True), name


def test_a_round_tests_few_areas_that_cannot_be_hot(monkeypatch):
    _, weights, exposure, count = crowded(3, 0.3)
    around, mean = ratios._Around.of(weights), exposure * count.sum() / exposure.sum()
    asked = []
    monkeypatch.setattr(
        ratios, "upper_tails", lambda total, *rest: asked.append(total.size) or upper_tails(total, *rest)
    )
    ratios._Test.of(around.sums(count), mean, around, unknown=(1.0, 0.0)).hot(0.3, 0.05)
    assert 0 < asked[0] < 0.7 * weights.n


def test_a_map_of_nothing_has_no_cold_spot():
    found = classified(np.zeros(12), np.zeros(12), np.full(12, 50.0), total=country(0.0, 600.0))

    assert set(found.label.tolist()) == {"not_significant"}


def test_an_island_is_its_own_neighbourhood_and_a_lone_extreme_can_be_hot():
    count = np.tile([3.0, 5, 7], 100)
    count[7] = 40
    none = from_pairs(300, np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    found = classified(count, count, np.full(300, 50.0), weights=none, total=country(1_500.0, 15_000.0))

    assert np.flatnonzero(found.label == HotspotClass.HOT).tolist() == [7]
    assert (found.neighbours == 0).all()


def test_an_area_without_exposure_or_number_leaves_the_map():
    count = np.array([5.0, 5, 5, 5, 5, 5])
    status = np.array(["published", "missing", "published", "published", "not_applicable", "published"])
    exposure = np.array([10.0, 10, 0, 10, 10, 10])

    found = classified(count, count, exposure, status=status, total=country(20.0, 40.0))

    assert found.label.tolist()[1:3] == ["missing", "not_applicable"]
    assert found.label[4] == "not_applicable"
    assert found.neighbours.tolist() == [1, 0, 0, 0, 0, 1]
    assert np.isnan(found.ratio_low[[1, 2, 4]]).all()


def test_an_area_without_a_class_says_why_as_its_rate_does():
    kinds = ["published", "suppressed", "missing", "not_applicable"]
    of_count, of_exposure = np.array([(one, other) for one in kinds for other in kinds]).T
    five, ten = np.full(16, 5.0), np.full(16, 10.0)
    counts, exposure = column(five, five, status=of_count), exposed(ten, status=of_exposure)

    found = ratio_classes(counts, exposure, ring(16), method=METHOD, alpha=0.05, country=country(80.0, 160.0))

    rate = rate_column(counts, exposure, per=1, min_exposure=0, unit="per 1")
    silent = np.isin(rate.status, ["missing", "not_applicable"])
    assert silent.sum() == 12
    assert found.label[silent].tolist() == rate.status[silent].tolist()
    assert not np.isin(found.label[~silent], ["missing", "not_applicable"]).any()


def test_a_hidden_exposure_makes_its_neighbourhoods_uncertain_and_no_others():
    exposure = exposed(np.full(20, 50.0))
    status = exposure.status.astype("<U12").copy()
    status[5] = Status.SUPPRESSED
    nan = np.where(status == Status.PUBLISHED, 50.0, np.nan)
    exposure = PublishedColumn(exposure.key, exposure.unit, exposure.code, status, nan, nan, nan)
    count = np.full(20, 5.0)
    count[5] = 80

    found = ratio_classes(
        column(count, count), exposure, ring(20), method=METHOD, alpha=0.05, country=country(100.0, 1_000.0)
    )

    assert np.isin(found.label[4:7], (HotspotClass.UNDETERMINED, HotspotClass.SUPPRESSED)).all()
    assert (np.delete(found.label, [4, 5, 6]) == HotspotClass.NOT_SIGNIFICANT).all()
    assert found.ratio_low[5] == 0


def test_where_the_country_is_hidden_its_rate_is_an_interval():
    low = np.tile([3.0, 5, 5, 7], 100)
    low[10:13] = 25
    high = low.copy()
    low[300], high[300] = 0, 10
    least, most = low.sum(), high.sum()

    known = classified(low, high, np.full(400, 50.0), total=country(2_065.0, 20_000.0))
    unknown = classified(low, high, np.full(400, 50.0))

    assert known.label[11] == unknown.label[11] == HotspotClass.HOT
    assert unknown.ratio_low[11] == pytest.approx(75 / (150 * most / 20_000), abs=1e-4)
    assert unknown.ratio_high[11] == pytest.approx(75 / (150 * least / 20_000), abs=1e-4)
    assert known.ratio_low[11] == known.ratio_high[11]


def test_the_dispersion_is_not_taken_from_clusters_alone():
    """Where little but clusters is published, they must not be called ordinary spread."""
    rng = np.random.default_rng(5)
    exposure = np.full(2_000, 400.0)
    risk = np.ones(2_000)
    centres = np.arange(50, 2_000, 100)
    risk[(centres[:, None] + np.arange(-2, 3)).ravel()] = 5
    count = rng.poisson(exposure * 0.02 * risk).astype(np.float64)
    shown = count >= 10
    low, high = np.where(shown, count, 0), np.where(shown, count, 11)

    found = classified(low, high, exposure, total=country(count.sum(), exposure.sum()))

    hot = found.label == HotspotClass.HOT
    assert hot[centres].mean() > 0.8
    assert not hot[risk == 1].any() or hot[risk == 1].mean() < 0.01


def test_on_a_small_map_with_an_area_of_a_kind_of_its_own_nothing_is_called():
    """No spread explains ten events where a hundredth of one is expected: its exposure is of something else."""
    exposure = np.array([1.0, *np.full(29, 1_000.0)])
    low = np.array([10.0, *np.tile([10.0, 15, 20, 25], 8)[:29]])
    high = low.copy()
    low[20:], high[20:] = 0, 30

    found = classified(low, high, exposure, total=country(495.0, 29_001.0))

    assert HotspotClass.HOT not in found.label
    assert found.label[0] in (HotspotClass.UNDETERMINED, HotspotClass.NOT_SIGNIFICANT)


@pytest.mark.parametrize("maps", [40, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_on_maps_without_clusters_no_more_is_found_than_the_rate_of_false_discoveries_allows(phi, maps):
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(maps):
        exposure = rng.lognormal(6, 0.8, 500)
        mean = exposure * 0.01
        count = (rng.poisson(mean) if phi == 0 else rng.negative_binomial(1 / phi, 1 / (1 + phi * mean))).astype(float)
        shown = count >= 10
        low, high = np.where(shown, count, 0), np.where(shown, count, 11)
        result = classified(low, high, exposure, total=country(count.sum(), exposure.sum()))
        found += bool(np.isin(result.label, (HotspotClass.HOT, HotspotClass.COLD)).any())
    # On a map of nothing every discovery is false.
    assert found / maps <= 0.05 + 2.6 * (0.05 * 0.95 / maps) ** 0.5


def test_what_does_not_fit_is_refused():
    counts, exposure = column(np.ones(4), np.ones(4)), exposed(np.ones(4))
    with pytest.raises(AlignmentError, match="same areas"):
        ratio_classes(counts, exposure, ring(5), method=METHOD, alpha=0.05)
    with pytest.raises(AlignmentError, match="same areas"):
        ratio_classes(counts, exposed(np.ones(4), level="wijk"), ring(4), method=METHOD, alpha=0.05)
    with pytest.raises(StatisticError, match="between 0 and 1"):
        ratio_classes(counts, exposure, ring(4), method=METHOD, alpha=1.0)


def test_a_map_of_a_table_takes_the_country_and_the_method_by_name():
    count, exposure = planted(np.random.default_rng(3), 60)
    counts = column(count, count)
    table = PublishedTable([counts, exposed(exposure), *country(count.sum(), exposure.sum())])
    options = {"weights": ring(60), "method": METHOD, "alpha": 0.05, "above": None}

    found = class_map(table, counts.key, per=1_000, **options)

    assert found.key.method == METHOD
    assert np.array_equal(found.q_high, ratio_map(table, counts.key, **options).q_high)
    assert np.isfinite(found.ratio_low).all()
    beside = class_map(table, counts.key, per=1_000, **{**options, "method": "gi-star/count/queen"})
    assert np.isnan(beside.ratio_low).all()


def test_the_leading_method_comes_first_and_needs_an_exposure():
    assert method_names("rate", "queen") == (METHOD, "gi-star/rate/queen")
    assert method_names("count", "h3-ring-1") == ("gi-star/count/h3-ring-1",)
