"""Adjusted p-values for a whole map: Benjamini-Hochberg, Benjamini-Yekutieli and Bonferroni.

An adjusted p-value (q) is the smallest level at which its test would be rejected, so `q <= alpha` are the discoveries.
Conventions: NaN means not tested; it stays NaN and does not count. Adjusted values never exceed 1, keep the order of
the p-values, and never fall when any p-value rises: a bound on every p gives a bound on every q. Two one-sided tests
share their error: adjust each tail on its own and compare with alpha / 2.

Benjamini & Hochberg (1995), JRSS B 57, 289-300; Benjamini & Yekutieli (2001), Annals of Statistics 29, 1165-1188.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray, Tails


class Correction(StrEnum):
    """How p-values are adjusted for being many."""

    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    BENJAMINI_YEKUTIELI = "benjamini-yekutieli"
    BONFERRONI = "bonferroni"


def adjusted(p: FloatArray, *, correction: Correction = Correction.BENJAMINI_HOCHBERG) -> FloatArray:
    """Adjust p-values for multiple testing.

    Args:
        p: (n,) p-values, 0 to 1, NaN where nothing was tested.
        correction: BH controls the false discovery rate under independence and positive dependence, BY under any
            dependence, Bonferroni the chance of even one false discovery.

    Returns:
        (n,) adjusted p-values, NaN where p is.

    Raises:
        StatisticError: A p-value lies outside 0 to 1.
    """
    values = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(values))
    if np.any((values[tested] < 0) | (values[tested] > 1)):
        raise StatisticError("A p-value lies outside 0 to 1.")
    result = np.full(values.shape, np.nan)
    count = tested.size
    if correction is Correction.BONFERRONI:
        result[tested] = np.minimum(values[tested] * count, 1.0)
        return result
    harmonic = float(np.sum(1 / np.arange(1, count + 1))) if correction is Correction.BENJAMINI_YEKUTIELI else 1.0
    # Equal p-values get equal q-values, in whatever order they come.
    order = tested[np.argsort(values[tested])]
    # From the largest down, so that a q is the smallest threshold among all larger p-values.
    scaled = values[order] * (harmonic * count / np.arange(1, count + 1))
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result


def two_sided_q(tails: Tails, *, correction: Correction = Correction.BENJAMINI_HOCHBERG) -> FloatArray:
    """Adjust both tails over the map and double the smaller.

    Args:
        tails: (n,) one-sided p-values.
        correction: How p-values are adjusted for being many.

    Returns:
        (n,) q-values, at most 1, to be compared with alpha itself; NaN where nothing was tested.
    """
    upper, lower = (adjusted(tail, correction=correction) for tail in (tails.upper, tails.lower))
    return np.asarray(np.minimum(2 * np.fmin(upper, lower), 1.0))
