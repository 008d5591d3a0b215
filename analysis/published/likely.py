"""What hidden values are expected to be: the mean of their law within what is published of them.

Each is a negative binomial count of its expected value and the dispersion of the map, given its own bounds. Where a sum
of hidden values is known within bounds (what a published parent leaves), the values of that group are moved in one
proportion of their room, towards their lower or their upper bounds, until the sum is possible.
"""

from __future__ import annotations

import numpy as np

from analysis.published.intervals import Bounds, closest_high
from analysis.statistics.censored_counts import conditional_moments
from zicht.published import FloatArray


def likely_values(bounds: Bounds, mean: FloatArray, dispersion: float) -> FloatArray:
    """Return what each cell of a map is expected to be.

    Args:
        bounds: What each of n cells can be, 0 or more.
        mean: (n,) what it was expected to be without them; infinite where nobody knows.
        dispersion: phi of the map.

    Returns:
        (n,) the value of a known cell; of a hidden one a number within its bounds, infinite where nothing is known.
    """
    low, high = bounds.low, closest_high(bounds)
    value = low.copy()
    some = (low < high) & np.isfinite(mean) & (mean > 0)
    value[some] = conditional_moments(low[some], high[some], mean[some], dispersion)[0]
    value = np.where(np.isinf(mean) & (low < high), high, value)
    sums = bounds.sums
    if sums.high.size == 0:
        return value
    inside = np.flatnonzero(sums.group >= 0)
    group, weight = sums.group[inside], sums.weight[inside]
    total, least, most = (
        np.bincount(group, weight * part[inside], minlength=sums.high.size) for part in (value, low, high)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.where(total > sums.high, (sums.high - least) / (total - least), 1.0)[group]
        up = np.where(total < sums.low, (most - sums.low) / (most - total), 1.0)[group]
        moved = np.where(
            down < 1, low[inside] + (value - low)[inside] * down, high[inside] - (high - value)[inside] * up
        )
    value[inside] = np.where((down < 1) | (up < 1), np.where(np.isnan(moved), value[inside], moved), value[inside])
    return value
