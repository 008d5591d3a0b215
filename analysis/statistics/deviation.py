"""Deviation: is an area higher, comparable or lower than a reference, or is too little known to say?

    higher         the whole interval of the ratio lies above 1
    lower          the whole interval lies below 1
    comparable     the interval holds 1 and stays within 1/margin and margin: a difference that matters is ruled out
    too uncertain  the interval holds 1 and reaches beyond: neither a difference nor its absence is shown
    not applicable there is no interval: nothing is exposed

"No difference found" and "no difference" are two things: the first is what every small area shows.

References: an expected count taken as known (a national or municipal rate, a class of areas, or a regression: what is
left then is what the covariates do not explain), or the k most similar areas, counted too. With a dispersion phi the
limits ask whether an area differs more than areas of one expected count do anyway (negative binomial).

Conventions: limits are exact and conservative, two-sided, one area at a time: at 95% about one in twenty areas that do
not differ is called higher or lower. An interval that ends at 1 holds it.

Garwood (1936), Biometrika 28, 437-442; Clopper & Pearson (1934), Biometrika 26, 404-413; Altman & Bland (1995), BMJ
311, 485 (absence of evidence); Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics 15, 657-680 (margins).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._checks import amounts, at_risk, counts, level
from analysis.statistics._negative_binomial import negative_binomial_limits
from analysis.statistics.errors import StatisticError
from analysis.statistics.rate_ratio import rate_ratio
from analysis.statistics.registry import Statistic
from analysis.statistics.similar_areas import similar_areas
from analysis.statistics.standardised_ratio import sir
from analysis.statistics.tails import FloatArray


class DeviationClass(StrEnum):
    """What an interval of a ratio says."""

    HIGHER = "higher"
    COMPARABLE = "comparable"
    LOWER = "lower"
    TOO_UNCERTAIN = "too_uncertain"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, eq=False)
class Deviation:
    """How areas deviate from their references.

    Args:
        ratio: (n,) the rate divided by that of the reference; NaN where it cannot be said.
        low: (n,) lower limit of the ratio.
        high: (n,) upper limit of the ratio.
        label: (n,) values of `DeviationClass`.
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    label: NDArray[np.str_]


def deviation(
    observed: NDArray[Any],
    expected: NDArray[Any],
    *,
    margin: float = 2.0,
    confidence: float = 0.95,
    dispersion: float = 0.0,
) -> Deviation:
    """Classify areas against expected counts that are taken as known.

    Args:
        observed: (n,) whole counts, not negative.
        expected: (n,) counts at the reference's rate, not negative.
        margin: Smallest ratio that would matter, above 1.
        confidence: Of both limits together, between 0 and 1.
        dispersion: phi of counts around what is expected, 0 for Poisson.

    Returns:
        Ratios, limits and classes.

    Raises:
        StatisticError: A value is not finite, negative or (a count) not whole, lengths differ, something was observed
            where nothing is expected, or an option is out of range.
    """
    if dispersion == 0:
        found = sir(observed, expected, confidence=confidence)
        return Deviation(found.ratio, found.low, found.high, deviation_classes(found.low, found.high, margin=margin))
    if not 0 < dispersion < np.inf:
        raise StatisticError("A dispersion is 0 or more.")
    mean = amounts(expected, "expected counts")
    count = counts(observed, shape=mean.shape)
    at_risk(count, mean, "expected count")
    limits = negative_binomial_limits(count, dispersion, (1 - level(confidence, "confidence")) / 2)
    ratio, low, high = (
        np.divide(part, mean, out=np.full(mean.shape, np.nan), where=mean > 0) for part in (count, *limits)
    )
    return Deviation(ratio, low, high, deviation_classes(low, high, margin=margin))


def matched_deviation(
    observed: NDArray[Any],
    exposure: NDArray[Any],
    context: NDArray[Any],
    *,
    k: int,
    margin: float = 2.0,
    confidence: float = 0.95,
) -> Deviation:
    """Classify every area against the k areas most like it, taken together.

    Args:
        observed: (n,) whole counts, not negative.
        exposure: (n,) what is exposed, not negative; an area without exposure is nobody's likeness.
        context: (n, indicators) what areas are alike in; see `similar_areas`.
        k: How many similar areas.
        margin: Smallest ratio that would matter, above 1.
        confidence: Of both limits together, between 0 and 1.

    Returns:
        Ratios, limits and classes.

    Raises:
        StatisticError: See `rate_ratio` and `similar_areas`.
    """
    exposed = amounts(exposure, "exposures")
    count = counts(observed, shape=exposed.shape)
    likes = similar_areas(context, k=k, candidates=exposed > 0)
    found = rate_ratio(count, exposed, count[likes].sum(axis=1), exposed[likes].sum(axis=1), confidence=confidence)
    return Deviation(found.ratio, found.low, found.high, deviation_classes(found.low, found.high, margin=margin))


def deviation_classes(low: FloatArray, high: FloatArray, *, margin: float) -> NDArray[np.str_]:
    """Classify intervals of a ratio.

    Args:
        low: (n,) lower limits, 0 or more, NaN where there is none.
        high: (n,) upper limits, possibly infinite.
        margin: Smallest ratio that would matter, above 1.

    Returns:
        (n,) values of `DeviationClass`.

    Raises:
        StatisticError: The margin is not above 1.
    """
    if not 1 < margin < np.inf:
        raise StatisticError(f"The margin is a ratio above 1, not {margin}.")
    label = np.where((low >= 1 / margin) & (high <= margin), DeviationClass.COMPARABLE, DeviationClass.TOO_UNCERTAIN)
    label = np.where(low > 1, DeviationClass.HIGHER, np.where(high < 1, DeviationClass.LOWER, label))
    return np.where(np.isnan(low) | np.isnan(high), DeviationClass.NOT_APPLICABLE, label).astype(np.str_)


_COLUMNS = {
    "ratio": "rate divided by that of the reference, 0 to infinity; empty where it cannot be said",
    "low": "lower limit of the ratio at the stated confidence",
    "high": "upper limit of the ratio at the stated confidence",
    "class": "higher, comparable, lower, too_uncertain or not_applicable",
}

STATISTICS = (
    Statistic(
        "deviation",
        "Deviation from a reference rate",
        "Garwood (1936), Biometrika 28, 437-442; Altman & Bland (1995), BMJ 311, 485",
        deviation,
        _COLUMNS,
    ),
    Statistic(
        "matched-deviation",
        "Deviation from similar areas",
        "Clopper & Pearson (1934), Biometrika 26, 404-413; Abadie & Imbens (2006), Econometrica 74, 235-267",
        matched_deviation,
        _COLUMNS,
    ),
)
