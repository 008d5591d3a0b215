from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics._negative_binomial import negative_binomial_limits
from analysis.statistics.deviation import DeviationClass, deviation, deviation_classes, matched_deviation
from analysis.statistics.errors import StatisticError
from analysis.statistics.rate_ratio import rate_ratio
from analysis.statistics.similar_areas import similar_areas
from analysis.statistics.standardised_ratio import sir


def test_the_ratio_that_stata_prints() -> None:
    # Boice & Monson (1977), in Rothman & Greenland (1998) and as `iri 41 15 28010 19017` in Stata's manual.
    found = rate_ratio(np.array([41]), np.array([28010]), np.array([15]), np.array([19017]))
    assert found.ratio[0] == pytest.approx(1.855759, abs=1e-6)
    assert (found.low[0], found.high[0]) == pytest.approx((1.005684, 3.6093), abs=6e-5)


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 50), st.floats(0.1, 50))
@settings(max_examples=80, deadline=None)
def test_limits_of_a_ratio_solve_the_binomial_tails(own: int, other: int, exposure: float, reference: float) -> None:
    found = rate_ratio(np.array([own]), np.array([exposure]), np.array([other]), np.array([reference]))
    low, high = found.low[0], found.high[0]

    def share(ratio: float) -> float:
        return ratio * exposure / (ratio * exposure + reference)

    if own > 0:
        assert stats.binom(own + other, share(low)).sf(own - 1) == pytest.approx(0.025, rel=1e-6)
    else:
        assert low == 0
    if other > 0:
        assert stats.binom(own + other, share(high)).cdf(own) == pytest.approx(0.025, rel=1e-6)
    else:
        assert np.isinf(high)
    back = rate_ratio(np.array([other]), np.array([reference]), np.array([own]), np.array([exposure]))
    with np.errstate(divide="ignore"):
        assert np.array([1 / back.high[0], 1 / back.low[0]]) == pytest.approx([low, high], rel=1e-9)


def test_a_large_reference_is_as_good_as_known() -> None:
    count, exposure = np.array([0, 3, 40]), np.array([10.0, 10.0, 10.0])
    known = sir(count, exposure * 0.5)
    counted = rate_ratio(count, exposure, np.full(3, 5 * 10**8), np.full(3, 1e9))
    assert counted.ratio == pytest.approx(known.ratio)
    assert counted.low == pytest.approx(known.low, rel=1e-3)
    assert counted.high == pytest.approx(known.high, rel=1e-3)


def test_zeros_of_a_ratio() -> None:
    found = rate_ratio(
        np.array([0, 0, 3, 0]), np.array([1.0, 1, 1, 0]), np.array([0, 5, 0, 5]), np.array([1.0, 1, 1, 1])
    )
    assert [found.low[i] for i in (0, 1)] == [0, 0]
    assert np.isinf([found.high[0], found.high[2], found.ratio[2]]).all()
    assert np.isnan([found.ratio[0], found.ratio[3], found.low[3], found.high[3]]).all()
    assert found.ratio[1] == 0


@pytest.mark.parametrize(
    ("low", "high", "label"),
    [
        (1.01, 9.0, DeviationClass.HIGHER),
        (1.0, 9.0, DeviationClass.TOO_UNCERTAIN),  # an interval that ends at 1 holds it
        (1.0, 2.0, DeviationClass.COMPARABLE),
        (0.5, 2.0, DeviationClass.COMPARABLE),
        (0.49, 2.0, DeviationClass.TOO_UNCERTAIN),
        (0.5, 2.01, DeviationClass.TOO_UNCERTAIN),
        (0.0, 0.99, DeviationClass.LOWER),
        (0.4, 1.0, DeviationClass.TOO_UNCERTAIN),
        (0.6, 1.0, DeviationClass.COMPARABLE),
        (0.0, np.inf, DeviationClass.TOO_UNCERTAIN),
        (1.2, np.inf, DeviationClass.HIGHER),
        (np.nan, np.nan, DeviationClass.NOT_APPLICABLE),
    ],
)
def test_classes_at_their_boundaries(low: float, high: float, label: DeviationClass) -> None:
    assert deviation_classes(np.array([low]), np.array([high]), margin=2.0).tolist() == [label]


def test_small_areas_are_uncertain_and_large_ones_are_not() -> None:
    observed, expected = np.array([2, 1000, 1300, 700, 0, 0, 0]), np.array([2.0, 1000, 1000, 1000, 1, 9, 0])
    found = deviation(observed, expected)
    assert found.label.tolist() == [
        "too_uncertain", "comparable", "higher", "lower", "too_uncertain", "lower", "not_applicable",
    ]  # fmt: skip
    assert deviation(observed, expected, margin=1.01).label[1] == "too_uncertain"


@given(st.integers(0, 200), st.floats(0.5, 200), st.floats(0.5, 0.99))
@settings(max_examples=60, deadline=None)
def test_more_confidence_never_turns_higher_into_lower(observed: int, expected: float, confidence: float) -> None:
    count, mean = np.array([observed]), np.array([expected])
    first = deviation(count, mean, confidence=confidence).label[0]
    second = deviation(count, mean, confidence=confidence + 0.009).label[0]
    allowed = {"higher": {"higher", "comparable", "too_uncertain"}, "lower": {"lower", "comparable", "too_uncertain"},
               "comparable": {"comparable", "too_uncertain"}, "too_uncertain": {"too_uncertain"}}  # fmt: skip
    assert second in allowed[first]


@pytest.mark.parametrize("phi", [1e-4, 0.3, 4.0])
def test_limits_with_dispersion_solve_their_tails(phi: float) -> None:
    count = np.array([0.0, 1, 4, 30])
    low, high = negative_binomial_limits(count, phi, 0.025)
    assert low[0] == 0
    upper = stats.nbinom(1 / phi, 1 / (1 + phi * low[1:])).sf(count[1:] - 1)
    assert upper == pytest.approx([0.025] * 3)
    assert stats.nbinom(1 / phi, 1 / (1 + phi * high)).cdf(count) == pytest.approx([0.025] * 4)


def test_dispersion_makes_higher_harder_and_tends_to_poisson() -> None:
    observed, expected = np.array([20, 20, 3]), np.array([10.0, 19.0, 0.0 + 3])
    plain, wide, thin = (deviation(observed, expected, dispersion=phi) for phi in (0.0, 1.0, 1e-7))
    assert plain.label[0] == "higher"
    assert wide.label[0] == "too_uncertain"
    assert (wide.low <= plain.low).all()
    assert (wide.high >= plain.high).all()
    assert thin.low == pytest.approx(plain.low, rel=1e-5)
    assert thin.high == pytest.approx(plain.high, rel=1e-5)
    assert deviation(np.array([0]), np.array([0.0]), dispersion=1.0).label[0] == "not_applicable"


def test_matched_areas_are_added_up() -> None:
    rng = np.random.default_rng(4)
    context, exposure = rng.normal(size=(30, 2)), rng.gamma(3, 50, 30)
    exposure[7] = 0
    count = rng.poisson(exposure * 0.2)
    count[3] = int(exposure[3] * 2) + 5
    found = matched_deviation(count, exposure, context, k=6)
    likes = similar_areas(context, k=6, candidates=exposure > 0)
    for i in range(30):
        alone = rate_ratio(
            count[i : i + 1],
            exposure[i : i + 1],
            np.array([count[likes[i]].sum()]),
            np.array([exposure[likes[i]].sum()]),
        )
        assert found.ratio[i] == pytest.approx(alone.ratio[0], nan_ok=True)
        assert 7 not in likes[i]
    assert found.label[3] == "higher"
    assert found.label[7] == "not_applicable"


def test_a_like_without_events_is_uncertain_not_infinite_news() -> None:
    found = matched_deviation(np.array([1, 0, 0]), np.ones(3), np.arange(3.0)[:, None], k=1)
    assert found.label.tolist() == ["too_uncertain"] * 3


def test_refusals() -> None:
    one = np.ones(2)
    with pytest.raises(StatisticError, match="margin is a ratio above 1"):
        deviation(one, one, margin=1.0)
    with pytest.raises(StatisticError, match="margin is a ratio above 1"):
        deviation(one, one, margin=np.inf)
    with pytest.raises(StatisticError, match="dispersion is 0 or more"):
        deviation(one, one, dispersion=-0.1)
    with pytest.raises(StatisticError, match="area 1: There are events where the expected count is zero"):
        deviation(one, np.array([1.0, 0.0]), dispersion=0.5)
    with pytest.raises(StatisticError, match="area 0: There are events where the reference exposure is zero"):
        rate_ratio(one, one, one, np.array([0.0, 1.0]))
    with pytest.raises(StatisticError, match="area 1: There are events where the exposure is zero"):
        rate_ratio(one, np.array([1.0, 0.0]), one, one)
    with pytest.raises(StatisticError, match="candidates"):
        matched_deviation(np.ones(3), np.ones(3), np.ones((4, 1)), k=1)
