from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics.errors import StatisticError
from analysis.statistics.multiple_testing import Correction, two_sided_q
from analysis.statistics.neighbourhood_ratio import (
    map_dispersion,
    neighbourhood_ratio,
)
from analysis.statistics.standardisation import crude_expected
from analysis.statistics.standardised_ratio import sir
from analysis.statistics.tails import Tails
from geo.weights import from_pairs, row_standardised
from tests.analysis.statistics.counties import counties, neighbours, sids
from tests.analysis.statistics.oracles import random_weights, ring
from tests.analysis.statistics.planted import FDR, How, honeycomb, measured


def convolved(means: np.ndarray, phi: float, length: int = 2000) -> np.ndarray:
    """The law of a sum of negative binomial counts, one added after another."""
    law = np.array([1.0])
    for mean in means:
        law = np.convolve(law, stats.nbinom(1 / phi, 1 / (1 + phi * mean)).pmf(np.arange(length)))[:length]
    return law


def test_sums_and_law_one_area_at_a_time() -> None:
    rng = np.random.default_rng(1)
    weights = random_weights(rng, 30, 90)
    expected = rng.gamma(1, 3, 30)
    observed = rng.poisson(expected)
    found = neighbourhood_ratio(observed, expected, weights, dispersion=0.4)
    for i in range(30):
        here = [i, *weights.neighbours(i).tolist()]
        total, mean = observed[here].sum(), expected[here].sum()
        law = convolved(expected[here], 0.4)
        assert (found.observed[i], found.expected[i]) == pytest.approx((total, mean))
        assert found.ratio[i] == pytest.approx(total / mean)
        assert found.tails.upper[i] == pytest.approx(law[total:].sum(), rel=1e-9)
        assert found.tails.lower[i] == pytest.approx(law[: total + 1].sum(), rel=1e-9)
        assert found.tails.mid[i] == pytest.approx(law[total + 1 :].sum() + law[total] / 2, rel=1e-9)


def test_equal_expected_counts_have_the_law_of_their_sum() -> None:
    # Five negative binomial counts, added by convolution.
    phi, mean = 0.8, 1.7
    pmf = convolved(np.full(5, mean), phi)
    assert pmf == pytest.approx(stats.nbinom(5 / phi, 1 / (1 + phi * mean)).pmf(np.arange(2000)), abs=1e-15)
    observed = np.array([9, 1, 0, 3, 6, 2, 2])
    found = neighbourhood_ratio(observed, np.full(7, mean), ring(7, 2), dispersion=phi)
    for i in range(7):
        assert found.tails.upper[i] == pytest.approx(pmf[int(found.observed[i]) :].sum(), rel=1e-9)


def test_the_north_east_stands_out_and_anson_is_a_county_on_its_own() -> None:
    # Cressie & Chan (1989): Anson (15 deaths, 1570 births) is an outlier. Kulldorff (1997): Northampton, Bertie,
    # Hertford, Halifax and Warren form a cluster.
    deaths, births, _ = sids()
    codes = counties()
    weights, _ = neighbours("sids2.gal", codes)
    found = neighbourhood_ratio(deaths, crude_expected(deaths, births), weights)
    northampton, bertie, hertford, anson = (codes.index(code) for code in ("37131", "37015", "37091", "37007"))
    assert (deaths[anson], births[anson]) == (15, 1570)
    assert np.argsort(found.tails.upper)[:3].tolist() == [northampton, bertie, hertford]
    assert np.flatnonzero(two_sided_q(found.tails) <= 0.2).tolist() == sorted([northampton, bertie])
    here = [anson, *weights.neighbours(anson).tolist()]
    assert found.ratio[anson] == pytest.approx(deaths[here].sum() / (births[here].sum() * 667 / 329962))
    assert found.tails.upper[anson] > 0.1


def test_dispersion_makes_pearson_equal_its_degrees_of_freedom() -> None:
    deaths, births, _ = sids()
    expected = crude_expected(deaths, births)
    phi = map_dispersion(deaths, expected)
    assert np.sum((deaths - expected) ** 2 / (expected + phi * expected**2)) == pytest.approx(99)
    assert map_dispersion(deaths, expected, estimated=11) > phi
    assert map_dispersion(np.array([3, 3, 3, 3]), np.full(4, 3.0)) == 0


@given(st.integers(0, 500))
@settings(max_examples=30, deadline=None)
def test_only_links_count_and_an_island_is_its_own_sir(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = random_weights(rng, 12, 20)
    expected = rng.gamma(1, 3, 12) + 0.01
    observed = rng.poisson(expected)
    found = neighbourhood_ratio(observed, expected, weights, dispersion=0.0)
    again = neighbourhood_ratio(observed, expected, row_standardised(weights), dispersion=0.0)
    assert np.array_equal(found.tails.mid, again.tails.mid)
    alone = sir(observed, expected)
    for i in weights.islands.tolist():
        assert found.ratio[i] == alone.ratio[i]
        assert found.tails.upper[i] == pytest.approx(alone.tails.upper[i])


@given(st.integers(0, 500), st.floats(0, 3))
@settings(max_examples=30, deadline=None)
def test_more_dispersion_never_makes_a_high_count_more_surprising(seed: int, phi: float) -> None:
    rng = np.random.default_rng(seed)
    expected = rng.gamma(1, 3, 12) + 0.01
    observed = np.ceil(expected * 3)
    tight = neighbourhood_ratio(observed, expected, ring(12), dispersion=phi).tails.upper
    wide = neighbourhood_ratio(observed, expected, ring(12), dispersion=phi + 0.5).tails.upper
    assert (wide >= tight * (1 - 1e-9)).all()


def test_areas_without_exposure_add_nothing() -> None:
    observed, expected = np.array([3, 0, 1, 0]), np.array([2.0, 0.0, 1.5, 0.0])
    links = from_pairs(4, np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]))
    found = neighbourhood_ratio(observed, expected, links)
    assert found.ratio[:3] == pytest.approx([1.5, 4 / 3.5, 1 / 1.5])
    assert np.isnan(found.ratio[3])
    assert np.isnan([found.tails.upper[3], found.tails.lower[3], found.tails.mid[3]]).all()
    assert found.dispersion == map_dispersion(observed[[0, 2]], expected[[0, 2]])
    assert np.isnan(two_sided_q(found.tails)).tolist() == [False, False, False, True]


def test_an_all_zero_map_has_neither_hot_nor_cold_spots_for_want_of_events() -> None:
    found = neighbourhood_ratio(np.zeros(6), np.zeros(6), ring(6), dispersion=0.0)
    assert np.isnan(found.ratio).all()


def test_q_doubles_the_smaller_tail() -> None:
    tails = Tails(np.array([0.001, 0.9, np.nan]), np.array([0.9995, 0.2, np.nan]), np.array([0.001, 0.85, np.nan]))
    assert two_sided_q(tails)[:2] == pytest.approx([0.004, 0.8])
    assert two_sided_q(tails, correction=Correction.BONFERRONI)[1] == pytest.approx(0.8)


def test_refusals() -> None:
    with pytest.raises(StatisticError, match="area 1: There are events where the expected count is zero"):
        neighbourhood_ratio(np.array([1, 1, 1]), np.array([1.0, 0.0, 1.0]), ring(3))
    with pytest.raises(StatisticError, match="3 values for 4 areas"):
        neighbourhood_ratio(np.array([1, 1, 1]), np.ones(3), ring(4))
    with pytest.raises(StatisticError, match="area 0: The counts hold a value that is no whole number"):
        neighbourhood_ratio(np.array([0.5, 1, 1]), np.ones(3), ring(3))
    for phi in (-0.1, np.nan, np.inf):
        with pytest.raises(StatisticError, match="dispersion is 0 or more"):
            neighbourhood_ratio(np.array([1, 1, 1]), np.ones(3), ring(3), dispersion=phi)
    with pytest.raises(StatisticError, match="3 areas with an expected count for 3 parameters"):
        map_dispersion(np.array([1, 1, 1]), np.ones(3), estimated=3)


def allowed(replicates: int) -> float:
    return float(FDR + 2.6 * np.sqrt(FDR * (1 - FDR) / replicates))


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_null_maps_keep_the_false_discovery_rate(phi: float) -> None:
    assert measured(How.LEAD, honeycomb(30), phi=phi, clusters=0, replicates=60).fdr <= allowed(60)


def test_planted_clusters_are_found_and_poisson_and_normal_z_find_too_much() -> None:
    weights = honeycomb(60)
    lead = measured(How.LEAD, weights, phi=0.5, clusters=8, replicates=8)
    assert lead.fdr <= FDR + 2.6 * max(lead.error, 0.02)
    assert lead.power > 0.1
    assert measured(How.POISSON, weights, phi=0.5, clusters=8, replicates=4).fdr > 0.3
    assert measured(How.NORMAL_Z, weights, phi=0.5, clusters=8, replicates=4).fdr > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5, 1.0])
def test_null_maps_keep_the_false_discovery_rate_over_many_replicates(phi: float) -> None:
    assert measured(How.LEAD, honeycomb(50), phi=phi, clusters=0, replicates=400).fdr <= allowed(400)


@pytest.mark.slow
def test_the_table_of_leading_statistics() -> None:
    weights = honeycomb(100)
    plain = measured(How.LEAD, weights, phi=0.0, clusters=10, replicates=30)
    wide = measured(How.LEAD, weights, phi=1.0, clusters=10, replicates=30)
    assert plain.fdr <= FDR + 2.6 * plain.error
    assert wide.fdr <= FDR + 2.6 * wide.error
    assert plain.power > 0.4
    assert wide.power > 0.05
    assert measured(How.POISSON, weights, phi=0.0, clusters=10, replicates=10).power >= plain.power
    assert measured(How.POISSON, weights, phi=1.0, clusters=10, replicates=10).fdr > 0.5
    for phi in (0.0, 1.0):
        assert measured(How.NORMAL_Z, weights, phi=phi, clusters=10, replicates=5).fdr > 0.5
