"""SIR, observed over expected, with exact limits: how far the observed count lies from what was expected.

    SIR = O / E,   limits = (mu_low / E, mu_high / E)

with mu the limits of a Poisson mean given O. Exact (Garwood): mu_low solves P(X >= O | mu) = a/2, mu_high solves
P(X <= O | mu) = a/2; both have closed forms in the inverse incomplete gamma function. Mid-p: the same with half the
probability of O itself left out; narrower, and no longer conservative for every mean.

Conventions: at O = 0 the lower limit is 0 and the upper one still has a/2 (not a) beyond it. E is taken as known: an
expected count estimated from the same map is known well only if the area is a small part of it. Where E is 0 and O is 0
there is no ratio (NaN); where E is 0 and O is not, the input is refused. One-sided p-values are exact Poisson tails,
ties counted in both (`tails.Tails`).

Garwood (1936), Biometrika 28, 437-442; Breslow & Day (1987), Statistical Methods in Cancer Research II, 69-72;
Berry & Armitage (1995), The Statistician 44, 417-423 (mid-p).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv, gammaln, xlogy

from analysis.statistics._checks import amounts, at_risk, counts, level
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, Tails, bounded

#: Halvings of an interval of float64 until nothing is left of it.
HALVINGS = 64


class LimitKind(StrEnum):
    """How much of the observed count's own probability belongs to its tail."""

    EXACT = "exact"
    MID_P = "mid-p"


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRatio:
    """Observed over expected, area by area; NaN where nothing is expected and nothing was observed.

    Args:
        ratio: (n,) O / E.
        low: (n,) lower limit.
        high: (n,) upper limit.
        tails: (n,) exact one-sided Poisson p-values.
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    tails: Tails


def poisson_limits(
    observed: NDArray[Any], *, confidence: float = 0.95, kind: LimitKind = LimitKind.EXACT
) -> tuple[FloatArray, FloatArray]:
    """Compute limits for the mean of a Poisson count.

    Args:
        observed: (n,) whole counts, not negative.
        confidence: Of both limits together, between 0 and 1.
        kind: Exact (Garwood) or mid-p.

    Returns:
        (n,) lower and (n,) upper limits of the mean.

    Raises:
        StatisticError: A count is not whole or negative, or the confidence is no probability.
    """
    count, tail = counts(observed), (1 - level(confidence, "confidence")) / 2
    low = np.where(count > 0, gammaincinv(np.maximum(count, 1.0), tail), 0.0)
    high = gammainccinv(count + 1, tail)
    if kind is LimitKind.EXACT:
        return low, high
    # Half a tie less in the tail brings each limit closer, but never past the limit that leaves the whole tie out.
    inner_low, inner_high = (
        gammaincinv(count + 1, tail),
        np.where(count > 0, gammainccinv(np.maximum(count, 1), tail), 0.0),
    )
    lower = _solve(lambda mu: _mid_upper(count, mu) < tail, low, inner_low)
    upper = _solve(lambda mu: 1 - _mid_upper(count, mu) >= tail, inner_high, high)
    return np.where(count > 0, lower, 0.0), upper


def _solve(below: Callable[[FloatArray], NDArray[np.bool_]], low: FloatArray, high: FloatArray) -> FloatArray:
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        still = below(middle)
        low, high = np.where(still, middle, low), np.where(still, high, middle)
    return (low + high) / 2


def _mid_upper(count: FloatArray, mean: FloatArray) -> FloatArray:
    return np.asarray(gammainc(count + 1, mean) + poisson_pmf(count, mean) / 2)


def poisson_pmf(count: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the Poisson probability of each count; mean 0 gives all of it to the count 0."""
    return np.asarray(np.exp(xlogy(count, mean) - mean - gammaln(count + 1)))


def poisson_tails(count: FloatArray, mean: FloatArray) -> Tails:
    """Return exact Poisson tails of counts, each with its own mean."""
    upper = np.where(count > 0, gammainc(np.maximum(count, 1.0), mean), 1.0)
    return Tails(upper=bounded(upper), lower=bounded(gammaincc(count + 1, mean)), mid=bounded(_mid_upper(count, mean)))


def sir(
    observed: NDArray[Any],
    expected: NDArray[Any],
    *,
    confidence: float = 0.95,
    kind: LimitKind = LimitKind.EXACT,
) -> StandardisedRatio:
    """Compare observed with expected counts, area by area, with limits and exact tails.

    Args:
        observed: (n,) whole counts, not negative.
        expected: (n,) expected counts, not negative, taken as known.
        confidence: Of both limits together, between 0 and 1.
        kind: Exact (Garwood) or mid-p limits.

    Returns:
        Ratios, limits and tails; NaN where both counts are 0 for want of exposure.

    Raises:
        StatisticError: A value is not finite, negative or (a count) not whole, lengths differ, or something was
            observed where nothing is expected.
    """
    mean = amounts(expected, "expected counts")
    count = counts(observed, shape=mean.shape)
    at_risk(count, mean, "expected count")
    low, high = poisson_limits(count, confidence=confidence, kind=kind)
    tails = poisson_tails(count, mean)
    known = mean > 0

    def over(part: FloatArray) -> FloatArray:
        return np.asarray(np.divide(part, mean, out=np.full(mean.shape, np.nan), where=known))

    where = (np.where(known, part, np.nan) for part in (tails.upper, tails.lower, tails.mid))
    return StandardisedRatio(over(count), over(low), over(high), Tails(*where))


STATISTICS = (
    Statistic(
        "sir",
        "Standardised ratio (SIR): observed over expected, with exact limits",
        "Garwood (1936), Biometrika 28, 437-442; Breslow & Day (1987), IARC Sci. Publ. 82, 69-72",
        sir,
        {
            "ratio": "observed divided by expected, 0 or more; empty where nothing is expected",
            "low": "lower limit of the ratio at the stated confidence, 0 or more",
            "high": "upper limit of the ratio at the stated confidence, 0 or more",
            "p_upper": "P(count at least as large) under the Poisson distribution, 0 to 1",
            "p_lower": "P(count at most as large) under the Poisson distribution, 0 to 1",
            "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
        },
    ),
)
