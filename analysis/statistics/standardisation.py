"""Indirect standardisation: how many events an area would have if every group in it had the reference's rate.

    expected_i = sum over groups g of exposure_ig * rate_g,   rate_g = reference events_g / reference exposure_g

Conventions: groups are whatever splits the exposure (kind of building, size of business, age). The reference is the
whole map unless rates are given; with the map itself as reference the expected counts add up to the observed ones
(internal standardisation), group by group. A group that nobody is exposed to anywhere has rate 0. With one group this
is the crude expected count: exposure times the overall rate.

Breslow & Day (1987), Statistical Methods in Cancer Research II, IARC, 65-72 (the standardised ratio).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._checks import amounts, at_risk, refuse
from analysis.statistics.errors import StatisticError
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray


def reference_rates(counts: NDArray[Any], exposure: NDArray[Any]) -> FloatArray:
    """Compute the rate of every group over the whole map.

    Args:
        counts: (n, groups) events, not negative.
        exposure: (n, groups) what is exposed, not negative.

    Returns:
        (groups,) events per unit of exposure; 0 for a group without exposure.

    Raises:
        StatisticError: A value is not finite or negative, shapes differ, or there are events where the exposure is 0.
    """
    exposed = amounts(exposure, "exposures")
    if exposed.ndim != 2:
        raise StatisticError("Exposures are a table of areas by groups.")
    events = amounts(counts, "counts", shape=exposed.shape)
    at_risk(events, exposed)
    total = exposed.sum(axis=0)
    return np.asarray(np.divide(events.sum(axis=0), total, out=np.zeros(total.size), where=total > 0))


def expected_counts(exposure: NDArray[Any], rates: NDArray[Any]) -> FloatArray:
    """Compute the events every area would have at the reference's rates.

    Args:
        exposure: (n, groups) what is exposed, not negative.
        rates: (groups,) reference events per unit of exposure, not negative; see `reference_rates`.

    Returns:
        (n,) expected events.

    Raises:
        StatisticError: A value is not finite or negative, or shapes differ.
    """
    exposed = amounts(exposure, "exposures")
    if exposed.ndim != 2:
        raise StatisticError("Exposures are a table of areas by groups.")
    return np.asarray(exposed @ amounts(rates, "rates", shape=(exposed.shape[1],)))


def crude_expected(counts: NDArray[Any], exposure: NDArray[Any]) -> FloatArray:
    """Compute the events every area would have at the overall rate of the map.

    Args:
        counts: (n,) events, not negative.
        exposure: (n,) what is exposed, not negative.

    Returns:
        (n,) expected events, adding up to the observed ones.

    Raises:
        StatisticError: A value is not finite or negative, lengths differ, there are events where the exposure is 0, or
            nothing is exposed at all.
    """
    exposed = amounts(exposure, "exposures")
    events = amounts(counts, "counts", shape=(exposed.size,))
    at_risk(events, exposed)
    refuse(np.atleast_1d(exposed.sum() <= 0), "Nothing is exposed anywhere.")
    return exposed * (float(events.sum()) / float(exposed.sum()))


STATISTICS = (
    Statistic(
        "expected-counts",
        "Expected counts by indirect standardisation",
        "Breslow & Day (1987), Statistical Methods in Cancer Research II, 65-72",
        expected_counts,
        {"expected": "events at the reference's rates, in events"},
    ),
)
