from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.statistics.errors import StatisticError
from analysis.statistics.funnel import binomial_funnel, poisson_funnel


def printed(law: stats.rv_discrete, p: float) -> float:
    """Spiegelhalter's appendix A.1, one count at a time."""
    r = 0
    while law.cdf(r) < p:
        r += 1
    alpha = (law.cdf(r) - p) / (law.cdf(r) - (law.cdf(r - 1) if r else 0.0))
    return max(r - alpha, 0.0)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.998])
def test_poisson_limits_are_the_printed_interpolation(confidence: float) -> None:
    exposure = np.array([0.5, 10, 99, 1234, 40000])
    low, high = poisson_funnel(exposure, rate=0.013, confidence=confidence)
    tail = (1 - confidence) / 2
    for x, below, above in zip(exposure, low, high, strict=True):
        law = stats.poisson(0.013 * x)
        assert below * x == pytest.approx(printed(law, tail), abs=1e-7)
        assert above * x == pytest.approx(printed(law, 1 - tail), rel=1e-7)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_binomial_limits_are_the_printed_interpolation(share: float) -> None:
    size = np.array([1, 7, 50, 1000])
    low, high = binomial_funnel(size, share=share, confidence=0.95)
    for n, below, above in zip(size, low, high, strict=True):
        law = stats.binom(n, share)
        assert below * n == pytest.approx(printed(law, 0.025), abs=1e-7)
        assert above * n == pytest.approx(printed(law, 0.975), rel=1e-7)


def test_a_small_binomial_by_hand() -> None:
    # n = 2, share 1/2: P(0) = 1/4. The 5% point lies in the jump at 0, the 95% point in the jump at 2 from 3/4 to 1.
    low, high = binomial_funnel(np.array([2]), share=0.5, confidence=0.9)
    assert low[0] == 0
    assert high[0] == pytest.approx((2 - 0.05 / 0.25) / 2)


@given(st.floats(1, 1e6), st.floats(1.01, 100), st.floats(1e-4, 0.5))
@settings(max_examples=60, deadline=None)
def test_limits_hold_the_rate_and_narrow_with_size(exposure: float, factor: float, rate: float) -> None:
    low, high = poisson_funnel(np.array([exposure, exposure * factor]), rate=rate)
    assert (low <= rate).all()
    if exposure * rate > 5:
        assert (high >= rate).all()
        assert high[1] - low[1] <= high[0] - low[0] + 1e-12
    wide = poisson_funnel(np.array([exposure]), rate=rate, confidence=0.99)
    assert wide[0][0] <= low[0]
    assert wide[1][0] >= high[0]


def test_limits_tend_to_the_normal_ones() -> None:
    low, high = poisson_funnel(np.array([1e8]), rate=0.01)
    assert (high[0] - 0.01, 0.01 - low[0]) == pytest.approx([1.959964e-5] * 2, rel=2e-3)


def test_edges() -> None:
    low, high = poisson_funnel(np.array([0.0, 5.0]), rate=0.0)
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[1]) == (0, 0)
    low, high = binomial_funnel(np.array([0, 3]), share=1.0)
    assert np.isnan([low[0], high[0]]).all()
    assert 2 / 3 < low[1] <= high[1] <= 1


def test_refusals() -> None:
    with pytest.raises(StatisticError, match="rate is not finite, or negative"):
        poisson_funnel(np.ones(2), rate=-0.1)
    with pytest.raises(StatisticError, match="share lies outside 0 to 1"):
        binomial_funnel(np.ones(2), share=1.1)
    with pytest.raises(StatisticError, match="area 1: The sizes hold a value that is no whole number"):
        binomial_funnel(np.array([1, 1.5]), share=0.1)
    with pytest.raises(StatisticError, match="area 0: The exposures hold a negative value"):
        poisson_funnel(np.array([-1, 1]), rate=0.1)
    with pytest.raises(StatisticError, match="confidence"):
        poisson_funnel(np.ones(2), rate=0.1, confidence=1.0)
