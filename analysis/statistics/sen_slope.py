"""Sen's slope: how fast a series rises or falls per period, whatever a few odd periods do.

    slope = median of (x_j - x_i) / (j - i) over all i < j

Conventions: periods are equally spaced and complete, at least three. Of an even number of pairs the slope is the mean
of the middle two. A series in which more than half of all pairs are tied has slope 0 although it may rise or fall:
whether it does is Mann-Kendall's to say.

Sen (1968), JASA 63, 1379-1389.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.mann_kendall import periods_of
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray

#: Slopes held at once, so that a block of areas stays in the processor's cache.
CHUNK = 400_000


def sen_slope(series: NDArray[Any]) -> FloatArray:
    """Compute Sen's slope of every series.

    Args:
        series: (n, T) finite numbers, T >= 3 equally spaced periods, the earliest first.

    Returns:
        (n,) median slopes, in units of the series per period.

    Raises:
        StatisticError: A value is not finite, this is no table of areas by periods, or there are fewer than 3 periods.
    """
    x = periods_of(series)
    n, length = x.shape
    slope = np.empty(n)
    step = max(1, 2 * CHUNK // (length * (length - 1)))
    for start in range(0, n, step):
        slope[start : start + step] = _medians(_pair_slopes(x[start : start + step]))
    return slope


def _pair_slopes(x: FloatArray) -> FloatArray:
    # Periods first, so that each lag is one pass over memory.
    periods, length = np.ascontiguousarray(x.T), x.shape[1]
    slopes = np.empty((length * (length - 1) // 2, len(x)))
    start = 0
    for lag in range(1, length):
        here = slopes[start : start + length - lag]
        np.divide(periods[lag:] - periods[:-lag], lag, out=here)
        start += length - lag
    return np.ascontiguousarray(slopes.T)


def _medians(slopes: FloatArray) -> FloatArray:
    # One partition and a maximum: numpy's median partitions three times over.
    middle = slopes.shape[1] // 2
    slopes = np.partition(slopes, middle, axis=1)
    upper = slopes[:, middle]
    return np.asarray(upper if slopes.shape[1] % 2 else (slopes[:, :middle].max(axis=1) + upper) / 2)


STATISTICS = (
    Statistic(
        "sen-slope",
        "Sen's slope",
        "Sen (1968), JASA 63, 1379-1389",
        sen_slope,
        {"sen_slope": "median slope over all pairs of periods, in units of the series per period"},
    ),
)
