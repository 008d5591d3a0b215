"""The ratio of two rates with exact limits: an area against a reference that was counted too.

    ratio = (O_1 / E_1) / (O_2 / E_2)

Given the total O_1 + O_2, the first count is binomial with a share that only the ratio and the exposures determine; its
exact (Clopper-Pearson) limits give those of the ratio. So the chance in the reference is part of the interval, unlike
in `standardised_ratio`, where what is expected is taken as known.

Conventions: where O_1 = 0 the ratio and its lower limit are 0; where O_2 = 0 the ratio and its upper limit are
infinite; where both are 0 the limits are 0 and infinity and there is no ratio (NaN). Where either exposure is 0 nothing
can be said (NaN). Counts are Poisson: more variance than that makes the interval too narrow.

Clopper & Pearson (1934), Biometrika 26, 404-413; Rothman & Greenland (1998), Modern Epidemiology, 2nd ed., 237-239.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from analysis.statistics._checks import amounts, at_risk, counts, level
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RateRatio:
    """The ratio of two rates.

    Args:
        ratio: (n,) the ratio, 0 to infinity.
        low: (n,) lower limit.
        high: (n,) upper limit.
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray


def rate_ratio(
    count: NDArray[Any],
    exposure: NDArray[Any],
    reference_count: NDArray[Any],
    reference_exposure: NDArray[Any],
    *,
    confidence: float = 0.95,
) -> RateRatio:
    """Compare rates with those of references, both counted.

    Args:
        count: (n,) whole counts, not negative.
        exposure: (n,) exposures, not negative.
        reference_count: (n,) whole counts of each reference.
        reference_exposure: (n,) exposures of each reference.
        confidence: Of both limits together, between 0 and 1.

    Returns:
        Ratios and limits; see the module for zeros.

    Raises:
        StatisticError: A value is not finite, negative or (a count) not whole, lengths differ, or there are events
            where the exposure is 0.
    """
    exposed = amounts(exposure, "exposures")
    other_exposed = amounts(reference_exposure, "reference exposures", shape=exposed.shape)
    own = counts(count, shape=exposed.shape)
    other = counts(reference_count, "reference counts", shape=exposed.shape)
    at_risk(own, exposed)
    at_risk(other, other_exposed, "reference exposure")
    tail = (1 - level(confidence, "confidence")) / 2
    known = (exposed > 0) & (other_exposed > 0)
    unit = np.divide(other_exposed, exposed, out=np.full(exposed.shape, np.nan), where=known)
    low = np.where(own > 0, betaincinv(np.maximum(own, 1.0), other + 1, tail), 0.0)
    high = np.where(other > 0, betaincinv(own + 1, np.maximum(other, 1.0), 1 - tail), 1.0)
    share = np.divide(own, own + other, out=np.full(exposed.shape, np.nan), where=own + other > 0)
    return RateRatio(*(_odds(part) * unit for part in (share, low, high)))


def _odds(share: FloatArray) -> FloatArray:
    return np.divide(share, 1 - share, out=np.where(np.isnan(share), np.nan, np.inf), where=share < 1)


STATISTICS = (
    Statistic(
        "rate-ratio",
        "Ratio of two rates with exact limits",
        "Clopper & Pearson (1934), Biometrika 26, 404-413",
        rate_ratio,
        {
            "ratio": "rate divided by the reference's rate, 0 to infinity; empty where it cannot be said",
            "low": "lower limit of the ratio, 0 to infinity",
            "high": "upper limit of the ratio, 0 to infinity",
        },
    ),
)
