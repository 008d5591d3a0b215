"""Empirical Bayes rates: small areas drawn towards the rest of the map by as much as they are uncertain.

Marshall's moments, global:

    m = sum O / sum E          s2 = sum E (r - m)^2 / sum E          A = s2 - m / (mean E)
    eb_i = m + C_i (r_i - m)   C_i = A / (A + m / E_i)               r_i = O_i / E_i

Local: the same with m, s2 and mean E over an area and its neighbours, each counted once whatever its weight.
Assuncao & Reis standardise instead of shrinking: z_i = (r_i - m) / sqrt(A + m / E_i), with one variance per area, so
that spatial statistics of rates do not see unequal exposures.

Conventions: a negative between-area variance A becomes 0. The rates then differ no more than chance would make them:
every eb equals m, and z_i = (r_i - m) / sqrt(m / E_i). (Assuncao & Reis replace only the areas whose A + m / E_i is
negative; an area just above zero then gets a boundless z. Where A is not negative both rules agree.) An area with
exposure 0 and no events has no rate (NaN), takes the prior m as its eb, has no z, and takes part in nothing. Where m is
0 every eb is 0; a map without any event has no z. The prior is estimated from the same data and its uncertainty is
ignored, as the method does.

Marshall (1991), Applied Statistics 40, 283-294; Assuncao & Reis (1999), Statistics in Medicine 18, 2147-2162.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._checks import amounts, at_risk, refuse
from analysis.statistics.errors import StatisticError
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray
from geo.weights import SpatialWeights


@dataclass(frozen=True, slots=True, eq=False)
class EmpiricalBayes:
    """Rates drawn towards a prior.

    Args:
        rate: (n,) O / E, NaN where the exposure is 0.
        estimate: (n,) empirical Bayes rate.
        prior: (n,) m, the mean each rate is drawn to: one value for the map, or each neighbourhood's own.
        variance: (n,) A, the between-area variance of rates, 0 where its estimate is negative.
    """

    rate: FloatArray
    estimate: FloatArray
    prior: FloatArray
    variance: FloatArray


def empirical_bayes(counts: NDArray[Any], exposure: NDArray[Any]) -> EmpiricalBayes:
    """Draw every rate towards the rate of the whole map by Marshall's global estimator.

    Args:
        counts: (n,) events, not negative.
        exposure: (n,) what is exposed, not negative.

    Returns:
        Rates and estimates; see the module for areas without exposure.

    Raises:
        StatisticError: A value is not finite or negative, lengths differ, there are events where the exposure is 0, or
            nothing is exposed at all.
    """
    events, exposed, rate = _rates(counts, exposure)
    mean, between = _moments(events, exposed, rate)
    prior, variance = np.full(rate.size, mean), np.full(rate.size, between)
    return EmpiricalBayes(rate, _shrunk(rate, exposed, prior, variance), prior, variance)


def local_empirical_bayes(counts: NDArray[Any], exposure: NDArray[Any], weights: SpatialWeights) -> EmpiricalBayes:
    """Draw every rate towards the rate of its own neighbourhood, itself included, by Marshall's local estimator.

    Args:
        counts: (n,) events, not negative.
        exposure: (n,) what is exposed, not negative.
        weights: Who neighbours whom; only links count, not their weights. An island is its own neighbourhood: its eb is
            its rate.

    Returns:
        Rates and estimates; an area in a neighbourhood without any exposure has none (NaN).

    Raises:
        StatisticError: See `empirical_bayes`.
    """
    events, exposed, rate = _rates(counts, exposure)
    if weights.n != rate.size:
        raise StatisticError(f"There are {rate.size} values for {weights.n} areas.")
    size = _around((exposed > 0).astype(np.float64), weights)
    total = _around(exposed, weights)
    there = total > 0
    mean = np.divide(_around(events, weights), total, out=np.full(rate.size, np.nan), where=there)
    squares = _squares(rate, exposed, mean, weights)
    chance = np.divide(mean * size, total, out=np.full(rate.size, np.nan), where=there)
    variance = np.maximum(np.divide(squares, total, out=np.full(rate.size, np.nan), where=there) - chance, 0.0)
    return EmpiricalBayes(rate, _shrunk(rate, exposed, mean, variance), mean, variance)


def assuncao_reis(counts: NDArray[Any], exposure: NDArray[Any]) -> FloatArray:
    """Standardise every rate by its own variance, so that unequal exposures do not make a pattern.

    Args:
        counts: (n,) events, not negative.
        exposure: (n,) what is exposed, not negative.

    Returns:
        (n,) standardised rates; NaN where the exposure is 0, and everywhere on a map without an event.

    Raises:
        StatisticError: See `empirical_bayes`.
    """
    events, exposed, rate = _rates(counts, exposure)
    mean, between = _moments(events, exposed, rate)
    has = exposed > 0
    spread = between + np.divide(mean, exposed, out=np.zeros(rate.size), where=has)
    return np.asarray(np.divide(rate - mean, np.sqrt(spread), out=np.full(rate.size, np.nan), where=has & (spread > 0)))


def _rates(counts: NDArray[Any], exposure: NDArray[Any]) -> tuple[FloatArray, FloatArray, FloatArray]:
    exposed = amounts(exposure, "exposures")
    if exposed.ndim != 1:
        raise StatisticError("Exposures are one number an area.")
    events = amounts(counts, "counts", shape=exposed.shape)
    at_risk(events, exposed)
    refuse(np.atleast_1d(not exposed.any()), "Nothing is exposed anywhere.")
    rate = np.divide(events, exposed, out=np.full(exposed.size, np.nan), where=exposed > 0)
    return events, exposed, rate


def _moments(events: FloatArray, exposed: FloatArray, rate: FloatArray) -> tuple[float, float]:
    has = exposed > 0
    total = float(exposed.sum())
    mean = float(events.sum()) / total
    spread = float(np.sum(exposed[has] * (rate[has] - mean) ** 2)) / total
    return mean, max(spread - mean * int(has.sum()) / total, 0.0)


def _around(x: FloatArray, weights: SpatialWeights) -> FloatArray:
    # An area and its neighbours, summed.
    return np.asarray(x + np.bincount(weights.rows, weights=x[weights.indices], minlength=weights.n))


def _squares(rate: FloatArray, exposed: FloatArray, mean: FloatArray, weights: SpatialWeights) -> FloatArray:
    # Deviations are taken from each neighbourhood's own mean before squaring: expanding the square loses its digits.
    known = np.nan_to_num(rate)
    links = exposed[weights.indices] * (known[weights.indices] - mean[weights.rows]) ** 2
    return np.asarray(exposed * (known - mean) ** 2 + np.bincount(weights.rows, weights=links, minlength=weights.n))


def _shrunk(rate: FloatArray, exposed: FloatArray, prior: FloatArray, variance: FloatArray) -> FloatArray:
    noise = np.divide(prior, exposed, out=np.zeros(rate.size), where=exposed > 0)
    trust = np.divide(variance, variance + noise, out=np.zeros(rate.size), where=(exposed > 0) & (variance > 0))
    return np.asarray(prior + trust * (np.where(exposed > 0, rate, prior) - prior))


_RATE = "events per unit of exposure, 0 or more; empty where the exposure is 0"
_MARSHALL = "Marshall (1991), Applied Statistics 40, 283-294"

STATISTICS = (
    Statistic(
        "empirical-bayes",
        "Empirical Bayes rates, drawn towards the whole map",
        _MARSHALL,
        empirical_bayes,
        {"rate": _RATE, "eb": "rate drawn towards the rate of the whole map, events per unit of exposure, 0 or more"},
    ),
    Statistic(
        "local-empirical-bayes",
        "Empirical Bayes rates, drawn towards the neighbourhood",
        _MARSHALL,
        local_empirical_bayes,
        {"rate": _RATE, "eb": "rate drawn towards the rate of the area and its neighbours, 0 or more"},
    ),
    Statistic(
        "assuncao-reis",
        "Rates standardised for unequal exposure (Assuncao-Reis)",
        "Assuncao & Reis (1999), Statistics in Medicine 18, 2147-2162",
        assuncao_reis,
        {"z": "standardised rate, in standard deviations; empty where the exposure is 0"},
    ),
)
