from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes, Spatial_Empirical_Bayes, assuncao_rate
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statistics.empirical_bayes import assuncao_reis, empirical_bayes, local_empirical_bayes
from analysis.statistics.errors import StatisticError
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.counties import counties, homicides, neighbours, sids
from tests.analysis.statistics.oracles import random_weights, ring


def by_definition(events: np.ndarray, exposed: np.ndarray, members: list[int], i: int) -> float:
    """Marshall's formulas for one area and the set it is drawn towards, as printed."""
    set_events, set_exposed = sum(events[j] for j in members), sum(exposed[j] for j in members)
    mean = set_events / set_exposed
    spread = sum(exposed[j] * (events[j] / exposed[j] - mean) ** 2 for j in members) / set_exposed
    between = max(spread - mean / (set_exposed / len(members)), 0.0)
    if between == 0:
        return float(mean)
    trust = between / (between + mean / exposed[i])
    return float(mean + trust * (events[i] / exposed[i] - mean))


def test_global_by_hand() -> None:
    # 10 of 100, 0 of 100, 5 of 200: m = 15/400 = .0375. s2 = (100 .0625^2 + 100 .0375^2 + 200 .0125^2)/400 = .00140625;
    # A = .00140625 - .0375/(400/3) = .001125. C of the first = .001125/(.001125 + .000375) = .75.
    found = empirical_bayes(np.array([10, 0, 5]), np.array([100, 100, 200]))
    assert found.prior[0] == pytest.approx(0.0375)
    assert found.variance[0] == pytest.approx(0.001125)
    assert found.estimate[:2] == pytest.approx([0.0375 + 0.75 * 0.0625, 0.0375 - 0.75 * 0.0375])
    assert found.rate.tolist() == [0.1, 0.0, 0.025]


def test_homicides_around_st_louis_as_esda_prints_them() -> None:
    events, exposed = homicides()
    weights, _ = neighbours("stl.gal", [str(i + 1) for i in range(len(events))])
    printed = [2.36718950e-05, 4.54539167e-05, 4.78114019e-05, 2.76907146e-05, 6.58989323e-05]
    assert empirical_bayes(events, exposed).estimate[:5] == pytest.approx(printed, rel=1e-8)
    printed = [4.01485749e-05, 3.62437513e-05, 4.93034844e-05, 5.09387329e-05, 3.72735210e-05]
    assert local_empirical_bayes(events, exposed, weights).estimate[:5] == pytest.approx(printed, rel=1e-8)


def test_north_carolina_as_the_peer_has_it() -> None:
    deaths, births, _ = sids()
    weights, theirs = neighbours("sids2.gal", counties())
    assert empirical_bayes(deaths, births).variance[0] > 0  # the peer is right only then
    assert empirical_bayes(deaths, births).estimate == pytest.approx(Empirical_Bayes(deaths, births).r[:, 0])
    local = local_empirical_bayes(deaths, births, weights).estimate
    assert local == pytest.approx(Spatial_Empirical_Bayes(deaths, births, theirs).r[:, 0])
    assert assuncao_reis(deaths, births) == pytest.approx(assuncao_rate(deaths, births))


@pytest.mark.parametrize("seed", range(6))
def test_both_are_the_printed_formulas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = random_weights(rng, 15, 40)
    exposed = rng.integers(1, 500, 15).astype(np.float64)
    events = rng.negative_binomial(1, 0.1, 15).astype(np.float64)
    everywhere = [by_definition(events, exposed, list(range(15)), i) for i in range(15)]
    assert empirical_bayes(events, exposed).estimate == pytest.approx(everywhere)
    around = [by_definition(events, exposed, [i, *weights.neighbours(i).tolist()], i) for i in range(15)]
    assert local_empirical_bayes(events, exposed, weights).estimate == pytest.approx(around)


@pytest.mark.parametrize("seed", range(3))
def test_standardised_rates_by_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    exposed, events = rng.integers(1, 500, 20), rng.negative_binomial(1, 0.1, 20)
    mean = events.sum() / exposed.sum()
    spread = sum(x * (o / x - mean) ** 2 for o, x in zip(events, exposed, strict=True)) / exposed.sum()
    between = spread - mean / exposed.mean()
    assert between > 0
    expected = [(o / x - mean) / sqrt(between + mean / x) for o, x in zip(events, exposed, strict=True)]
    assert assuncao_reis(events, exposed) == pytest.approx(expected)


def test_rates_more_alike_than_chance_are_all_drawn_to_the_mean() -> None:
    events, exposed = np.array([5, 5, 10]), np.array([100, 100, 200])  # equal rates: A = 0 - m/mean E < 0
    found = empirical_bayes(events, exposed)
    assert found.variance.tolist() == [0, 0, 0]
    assert found.estimate == pytest.approx([0.05] * 3)
    close = np.array([5, 6, 10])
    assert empirical_bayes(close, exposed).estimate == pytest.approx([21 / 400] * 3)
    # The peer keeps the negative variance and pushes the highest rate below the mean.
    assert Empirical_Bayes(close, exposed).r[1, 0] < 21 / 400
    mean = 21 / 400
    spread = [(o / x - mean) / sqrt(mean / x) for o, x in zip(close, exposed, strict=True)]
    assert assuncao_reis(close, exposed) == pytest.approx(spread)


def test_one_rule_for_a_negative_variance_keeps_scores_bounded() -> None:
    # Where A + m/E is barely positive the per-area rule divides by almost nothing: larger areas differ by less.
    exposed = np.array([500.0, 500.0, 1000.0])
    events = np.array([50.0, 49.0, 101.0])
    ours, theirs = assuncao_reis(events, exposed), assuncao_rate(events, exposed)
    assert np.abs(ours).max() < 0.2
    assert np.abs(theirs[:2]).max() > np.abs(ours[:2]).max()


def test_an_area_without_exposure_takes_the_prior_and_no_part() -> None:
    events, exposed = np.array([10, 0, 5, 0]), np.array([100, 100, 200, 0])
    without = empirical_bayes(events[:3], exposed[:3])
    found = empirical_bayes(events, exposed)
    assert found.estimate[:3] == pytest.approx(without.estimate)
    assert found.estimate[3] == found.prior[3] == pytest.approx(0.0375)
    assert np.isnan(found.rate[3])
    assert np.isnan(assuncao_reis(events, exposed)[3])
    assert assuncao_reis(events, exposed)[:3] == pytest.approx(assuncao_reis(events[:3], exposed[:3]))
    local = local_empirical_bayes(events, exposed, ring(4))
    three = local_empirical_bayes(events[:3], exposed[:3], ring(3))
    assert local.estimate[1] == pytest.approx(three.estimate[1])  # 0, 1, 2: the same neighbourhood
    pair = local_empirical_bayes(events[:2], exposed[:2], ring(2))
    assert local.estimate[0] == pytest.approx(pair.estimate[0])  # 0, 1 and the one without exposure, which adds nothing
    lonely = local_empirical_bayes(events, exposed, from_pairs(4, np.array([0, 1]), np.array([1, 0])))
    assert np.isnan(lonely.estimate[3])
    assert lonely.estimate[2] == pytest.approx(0.025)  # an island keeps its own rate


def test_a_map_without_events() -> None:
    events, exposed = np.zeros(4), np.array([1.0, 2.0, 3.0, 4.0])
    assert empirical_bayes(events, exposed).estimate.tolist() == [0, 0, 0, 0]
    assert local_empirical_bayes(events, exposed, ring(4)).estimate.tolist() == [0, 0, 0, 0]
    assert np.isnan(assuncao_reis(events, exposed)).all()


maps = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5000)), min_size=1, max_size=12)


@given(maps, st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_estimates_lie_between_rate_and_prior_and_scale_with_exposure(
    cells: list[tuple[int, int]], factor: float
) -> None:
    events, exposed = np.array(cells, dtype=np.float64).T
    for found, again in (
        (empirical_bayes(events, exposed), empirical_bayes(events, exposed * factor)),
        (
            local_empirical_bayes(events, exposed, ring(len(cells))),
            local_empirical_bayes(events, exposed * factor, ring(len(cells))),
        ),
    ):
        low, high = np.minimum(found.rate, found.prior), np.maximum(found.rate, found.prior)
        assert (found.estimate >= low * (1 - 1e-12)).all()
        assert (found.estimate <= high * (1 + 1e-12)).all()
        assert again.prior * factor == pytest.approx(found.prior)
        if (found.variance > 1e-9 * found.prior**2).all():
            assert again.estimate * factor == pytest.approx(found.estimate, rel=1e-6)


def test_weights_count_as_links_only() -> None:
    deaths, births, _ = sids()
    weights, _ = neighbours("sids2.gal", counties())
    first = local_empirical_bayes(deaths, births, weights).estimate
    assert local_empirical_bayes(deaths, births, row_standardised(weights)).estimate == pytest.approx(first, rel=1e-14)


def test_refusals() -> None:
    with pytest.raises(StatisticError, match="area 1: There are events where the exposure is zero"):
        empirical_bayes(np.array([1, 2]), np.array([1, 0]))
    with pytest.raises(StatisticError, match="area 0: The counts hold a negative value"):
        assuncao_reis(np.array([-1, 2]), np.array([1, 2]))
    with pytest.raises(StatisticError, match="area 1: The exposures hold a value that is no finite number"):
        local_empirical_bayes(np.array([1, 2]), np.array([1, np.inf]), ring(2))
    with pytest.raises(StatisticError, match="2 values for 5 areas"):
        local_empirical_bayes(np.array([1, 2]), np.array([1, 2]), ring(5))
    with pytest.raises(StatisticError, match="Nothing is exposed"):
        empirical_bayes(np.zeros(2), np.zeros(2))
    with pytest.raises(StatisticError, match="one number an area"):
        empirical_bayes(np.zeros((2, 2)), np.ones((2, 2)))


def test_nothing_is_changed() -> None:
    events, exposed = np.array([1.0, 2.0, 0.0]), np.array([4.0, 5.0, 0.0])
    weights: SpatialWeights = ring(3)
    before = events.copy(), exposed.copy()
    empirical_bayes(events, exposed)
    local_empirical_bayes(events, exposed, weights)
    assuncao_reis(events, exposed)
    assert np.array_equal(events, before[0])
    assert np.array_equal(exposed, before[1])
