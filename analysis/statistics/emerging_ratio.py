"""Emerging hot spots of counts over exposures: neighbourhood observed over expected, period by period.

The reference is fixed: the rate of the whole cube, all areas and all periods together. A rise of the whole map then
makes areas hotter; with a reference per period it would vanish. The dispersion, too, is one number for the cube. States
are called at a false discovery rate over all areas and periods together, trends of the ratio at one over all areas.

Conventions: those of `neighbourhood_ratio` and `emerging`. Neighbours are those of the same period. Where nothing is
expected in a neighbourhood in some period it is neither hot nor cold then, and its ratio counts as 0 in the trend.

See `neighbourhood_ratio` and `emerging` for papers; the fixed reference is the "entire cube" of Esri's global window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._checks import amounts, at_risk, counts, level, refuse
from analysis.statistics.emerging import emerging_hot_spots
from analysis.statistics.errors import StatisticError
from analysis.statistics.multiple_testing import Correction, two_sided_q
from analysis.statistics.neighbourhood_ratio import map_dispersion, neighbourhood_ratio
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, IntArray, Tails
from geo.weights import SpatialWeights


@dataclass(frozen=True, slots=True, eq=False)
class EmergingRatio:
    """How neighbourhoods came to be hot or cold.

    Args:
        label: (n,) values of `emerging.EmergingClass`.
        states: (n, T) 1 hot, -1 cold, 0 neither.
        ratio: (n, T) observed over expected of each neighbourhood, NaN where nothing is expected.
        dispersion: phi of a single count.
    """

    label: NDArray[np.str_]
    states: IntArray
    ratio: FloatArray
    dispersion: float


def emerging_ratio(
    observed: NDArray[Any],
    exposure: NDArray[Any],
    weights: SpatialWeights,
    *,
    alpha: float = 0.05,
    correction: Correction = Correction.BENJAMINI_HOCHBERG,
) -> EmergingRatio:
    """Find hot and cold neighbourhoods in every period and classify how areas came to be so.

    Args:
        observed: (n, T) whole counts, not negative; T >= 3 periods, the earliest first.
        exposure: (n, T) what is exposed, not negative.
        weights: Who neighbours whom among the n areas.
        alpha: False discovery rate of states over the cube and of trends over the map.
        correction: How p-values are adjusted for being many.

    Returns:
        Classes, states and ratios.

    Raises:
        StatisticError: A value is not finite, negative or (a count) not whole, shapes differ, there are events where
            the exposure is 0, nothing was counted at all, or there are fewer than 3 periods.
    """
    exposed = amounts(exposure, "exposures")
    count = counts(observed, shape=exposed.shape)
    if exposed.ndim != 2 or len(exposed) != weights.n:
        raise StatisticError(f"Counts are a table of {weights.n} areas by periods.")
    at_risk(count, exposed)
    refuse(np.atleast_1d(not count.any()), "Nothing was counted anywhere, so there is nothing to compare.")
    expected = exposed * (float(count.sum()) / float(exposed.sum()))
    phi = map_dispersion(count.ravel(), expected.ravel())
    slices = [neighbourhood_ratio(o, e, weights, dispersion=phi) for o, e in zip(count.T, expected.T, strict=True)]
    upper, lower, mid = (
        np.stack([getattr(part.tails, name) for part in slices], axis=1) for name in ("upper", "lower", "mid")
    )
    q = two_sided_q(Tails(upper.ravel(), lower.ravel(), mid.ravel()), correction=correction).reshape(upper.shape)
    states = np.where(q <= level(alpha, "false discovery rate"), np.where(upper < lower, 1, -1), 0)
    ratio = np.stack([part.ratio for part in slices], axis=1)
    label = emerging_hot_spots(np.nan_to_num(ratio), states, alpha=alpha, correction=correction)
    return EmergingRatio(label, states, ratio, phi)


STATISTICS = (
    Statistic(
        "emerging-ratio",
        "Emerging hot spots of neighbourhood observed over expected",
        "Esri, How Emerging Hot Spot Analysis works, ArcGIS Pro; Mann (1945), Econometrica 13, 245-259",
        emerging_ratio,
        {
            "class": "one of sixteen patterns of hot and cold spots over periods, or no_pattern",
            "states": "per period: 1 hot, -1 cold, 0 neither",
            "ratio": "per period: observed over expected of the neighbourhood, 0 or more; empty without exposure",
        },
    ),
)
