"""Funnel limits: how far a rate may lie from the overall one by chance, for every size of area.

    low, high: the quantiles of the count that an area of this exposure would have at the overall rate, per exposure

Counts are whole, so an exact quantile jumps. Spiegelhalter's interpolation takes it back to the probability asked for:
with r the smallest count whose P(X <= r) >= p, the limit is r - (P(X <= r) - p) / P(X = r), never below 0.

Conventions: Poisson for events over an exposure, binomial for a share of a known number. Limits at p and 1 - p with
p = (1 - confidence) / 2. An area without exposure has no limits (NaN). Limits speak of one area at a time: of many
areas some lie outside by chance. The overall rate is taken as known.

Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, appendix A.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaincc, ndtri

from analysis.statistics._checks import amounts, counts, level
from analysis.statistics.errors import StatisticError
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray

Cumulative = Callable[[FloatArray], FloatArray]


def poisson_funnel(exposure: NDArray[Any], *, rate: float, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Compute funnel limits of rates of events.

    Args:
        exposure: (n,) what is exposed, not negative.
        rate: Overall events per unit of exposure, not negative.
        confidence: Of both limits together, between 0 and 1.

    Returns:
        (n,) lower and (n,) upper limits, in events per unit of exposure; NaN where nothing is exposed.

    Raises:
        StatisticError: A value is not finite or negative, or the confidence is no probability.
    """
    exposed = amounts(exposure, "exposures")
    if not 0 <= rate < np.inf:
        raise StatisticError("The overall rate is not finite, or negative.")
    mean = exposed * rate

    def cumulative(count: FloatArray) -> FloatArray:
        return np.where(count < 0, 0.0, gammaincc(np.maximum(count, 0) + 1, mean))

    return _limits(cumulative, exposed, mean, np.sqrt(mean), np.full(mean.shape, np.inf), confidence)


def binomial_funnel(size: NDArray[Any], *, share: float, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Compute funnel limits of shares.

    Args:
        size: (n,) whole numbers that the share is of, not negative.
        share: Overall share, 0 to 1.
        confidence: Of both limits together, between 0 and 1.

    Returns:
        (n,) lower and (n,) upper limits of the share; NaN where the size is 0.

    Raises:
        StatisticError: A size is not whole or negative, the share lies outside 0 to 1, or the confidence is no
            probability.
    """
    of = counts(size, "sizes")
    if not 0 <= share <= 1:
        raise StatisticError("The overall share lies outside 0 to 1.")

    def cumulative(count: FloatArray) -> FloatArray:
        inside = np.clip(count, 0, np.maximum(of - 1, 0))
        below = betainc(np.maximum(of - inside, 1), inside + 1, 1 - share)
        return np.where(count < 0, 0.0, np.where(count >= of, 1.0, below))

    return _limits(cumulative, of, of * share, np.sqrt(of * share * (1 - share)), of, confidence)


def _limits(
    cumulative: Cumulative,
    exposed: FloatArray,
    mean: FloatArray,
    spread: FloatArray,
    most: FloatArray,
    confidence: float,
) -> tuple[FloatArray, FloatArray]:
    tail = (1 - level(confidence, "confidence")) / 2
    low, high = (
        np.divide(
            _quantile(cumulative, p, np.clip(np.rint(mean + ndtri(p) * spread), 0, most), most),
            exposed,
            out=np.full(exposed.shape, np.nan),
            where=exposed > 0,
        )
        for p in (tail, 1 - tail)
    )
    return low, high


def _quantile(cumulative: Cumulative, p: float, start: FloatArray, most: FloatArray) -> FloatArray:
    # From the normal guess, step by step to the smallest count that reaches p; then interpolated.
    count = start
    while (short := (cumulative(count) < p) & (count < most)).any():
        count = count + short
    while (far := (count > 0) & (cumulative(count - 1) >= p)).any():
        count = count - far
    reached = cumulative(count)
    jump = reached - cumulative(count - 1)
    return np.maximum(count - np.divide(reached - p, jump, out=np.zeros(count.shape), where=jump > 0), 0.0)


_COLUMNS = {
    "low": "lower limit of the rate, per unit of exposure; empty where nothing is exposed",
    "high": "upper limit of the rate, likewise",
}
_PAPER = "Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202"

STATISTICS = (
    Statistic("poisson-funnel", "Funnel limits of rates", _PAPER, poisson_funnel, _COLUMNS),
    Statistic("binomial-funnel", "Funnel limits of shares", _PAPER, binomial_funnel, _COLUMNS),
)
