"""Mann-Kendall: does a series rise or fall? With ties, and for all areas at once.

    S = sum over i < j of sign(x_j - x_i)
    var(S) = (T (T - 1)(2 T + 5) - sum over ties t (t - 1)(2 t + 5)) / 18
    z = (S - sign(S)) / sqrt(var(S)),   p = 2 P(Z >= |z|),   tau = S / (T (T - 1) / 2)

Conventions: z is corrected for continuity and 0 where S is 0; p is two-sided under the normal approximation, good from
about ten periods on, also with ties. `Significance.EXACT` gives, for a series of at most `EXACT_LONGEST` periods
without ties, the exact two-sided p of S among all orders, and the normal one elsewhere. tau is Kendall's tau-a: ties
bring it closer to 0 and do not enter its denominator. A series that never changes has S = var = z = tau = 0 and p = 1.
Periods are complete and at least three: a missing value is refused. Only their order counts. Serial correlation makes p
too small; it is not corrected for. How fast a series changes is `sen_slope`'s to say.

Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods, 4th ed., ch. 4-5 (ties, exact S).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from analysis.statistics._checks import numbers
from analysis.statistics.errors import StatisticError
from analysis.statistics.multiple_testing import Correction, adjusted
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, IntArray

#: Fewest periods a trend can be asked of.
FEWEST = 3

#: Longest series whose p is exact when asked for; tables of S end here as well.
EXACT_LONGEST = 10

#: Numbers handled at once, so that a block of areas stays in the processor's cache.
CHUNK = 300_000

#: Most signs that are summed in one byte.
BYTE_SUM = 127


class Significance(StrEnum):
    """How p is computed."""

    NORMAL = "normal"
    EXACT = "exact"


class Trend(StrEnum):
    """What can be said of a series."""

    INCREASING = "increasing"
    DECREASING = "decreasing"
    NO_TREND = "no_trend"


@dataclass(frozen=True, slots=True, eq=False)
class MannKendall:
    """The Mann-Kendall test of many series.

    Args:
        s: (n,) Kendall's S.
        var_s: (n,) its variance without trend, ties accounted for.
        z: (n,) standard score, corrected for continuity.
        p: (n,) two-sided p-value.
        tau: (n,) Kendall's tau-a, -1 to 1.
    """

    s: IntArray
    var_s: FloatArray
    z: FloatArray
    p: FloatArray
    tau: FloatArray


def mann_kendall(series: NDArray[Any], *, significance: Significance = Significance.NORMAL) -> MannKendall:
    """Test every series for a rise or a fall.

    Args:
        series: (n, T) finite numbers, T >= 3 periods, the earliest first.
        significance: Whether short series without ties get their exact p.

    Returns:
        The test of each series.

    Raises:
        StatisticError: A value is not finite, this is no table of areas by periods, or there are fewer than 3 periods.
    """
    x = periods_of(series)
    n, length = x.shape
    s, ties = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    step = max(1, CHUNK // length)
    for start in range(0, n, step):
        part = slice(start, start + step)
        s[part], ties[part] = _s(x[part]), _ties(x[part])
    every = length * (length - 1) * (2 * length + 5)
    var_s = (every - ties) / 18
    z = np.divide(s - np.sign(s), np.sqrt(var_s), out=np.zeros(n), where=var_s > 0)
    p = np.asarray(erfc(np.abs(z) / np.sqrt(2)))
    if significance is Significance.EXACT and length <= EXACT_LONGEST:
        p = np.where(ties == 0, _exact_p(length)[np.abs(s)], p)
    return MannKendall(s=s, var_s=var_s, z=z, p=p, tau=s / (length * (length - 1) / 2))


def periods_of(series: NDArray[Any]) -> FloatArray:
    """Return series as float64, once they are a whole table of areas by at least three periods.

    Raises:
        StatisticError: They are not.
    """
    x = numbers(series, "series")
    if x.ndim != 2:
        raise StatisticError("Series are a table of areas by periods.")
    if x.shape[1] < FEWEST:
        raise StatisticError(f"A trend needs at least {FEWEST} periods; there are {x.shape[1]}.")
    return x


def _s(x: FloatArray) -> IntArray:
    # Periods first, and sums of signs in bytes: a comparison of two periods of many areas is one pass over memory.
    periods = np.ascontiguousarray(x.T)
    total = np.zeros(len(x), dtype=np.int64)
    for later in range(1, len(periods)):
        for start in range(0, later, BYTE_SUM):
            earlier = periods[start : min(start + BYTE_SUM, later)]
            for sign, apart in ((1, periods[later] > earlier), (-1, periods[later] < earlier)):
                total += sign * np.add.reduce(apart.view(np.int8), axis=0, dtype=np.int8)
    return total


def _ties(x: FloatArray) -> IntArray:
    # Sums t (t - 1)(2 t + 5) over ties: in a sorted series a tie of t grows by one wherever two values in a row agree.
    ordered = np.sort(x, axis=1).T
    run, total = np.ones(len(x), dtype=np.int64), np.zeros(len(x), dtype=np.int64)
    for before, after in pairwise(ordered):
        same = before == after
        total += np.where(same, _tie_term(run + 1) - _tie_term(run), 0)
        run = np.where(same, run + 1, 1)
    return total


def _tie_term(t: IntArray) -> IntArray:
    return np.asarray(t * (t - 1) * (2 * t + 5))


def _exact_p(length: int) -> FloatArray:
    # Orders of 1..T by their number of inversions; S = T (T - 1)/2 - 2 inversions.
    orders = np.ones(1)
    for size in range(2, length + 1):
        orders = np.convolve(orders, np.ones(size))
    pairs = length * (length - 1) // 2
    s = np.abs(pairs - 2 * np.arange(pairs + 1))
    share = orders / orders.sum()
    return np.array([min(float(share[s >= value].sum()), 1.0) for value in range(pairs + 1)])


def trends(
    test: MannKendall, *, alpha: float = 0.05, correction: Correction = Correction.BENJAMINI_HOCHBERG
) -> NDArray[np.str_]:
    """Classify every series as increasing, decreasing or without a trend, over the whole map at once.

    Args:
        test: The Mann-Kendall test of the map.
        alpha: False discovery rate of the map.
        correction: How p-values are adjusted for being many.

    Returns:
        (n,) values of `Trend`.
    """
    found = adjusted(test.p, correction=correction) <= alpha
    direction = np.where(test.s > 0, Trend.INCREASING.value, Trend.DECREASING.value)
    return np.where(found & (test.s != 0), direction, Trend.NO_TREND.value).astype(np.str_)


STATISTICS = (
    Statistic(
        "mann-kendall",
        "Mann-Kendall trend",
        "Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods, ch. 4-5",
        mann_kendall,
        {
            "s": "Kendall's S: rising pairs minus falling pairs, a whole number",
            "var_s": "variance of S without a trend, ties accounted for, 0 or more",
            "z": "standard score of S, corrected for continuity; 0 where S is 0",
            "p": "two-sided p-value under the normal approximation, 0 to 1",
            "tau": "Kendall's tau-a: S divided by the number of pairs, -1 to 1",
            "class": "increasing, decreasing or no_trend, by the false discovery rate over all series",
        },
    ),
)
