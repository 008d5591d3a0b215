"""Mann-Kendall where some values are intervals: which directions a significant trend can have, whatever the values are.

For two periods the sign of the change is known where their intervals do not overlap. So S lies between two sums of
signs. p falls when |S| rises and rises with the variance of S, which ties make smaller. Series with |S| = s have at
most T (T - 1) / 2 - s tied pairs: the smallest variance under that many ties bounds p from below, over all s up to the
largest, and the smallest |S| without ties bounds it from above. Adjusted p never fall when any p rises, so adjusting
all the largest and all the smallest bounds every trend. Sound, and sharp where nothing is hidden; where something is,
possible values are not tried one by one.

Conventions: those of `analysis.statistics.mann_kendall` (normal approximation, corrected for continuity).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from analysis.published.intervals import BoolArray, IntArray
from analysis.statistics.mann_kendall import mann_kendall, periods_of
from analysis.statistics.multiple_testing import adjusted
from zicht.published import FloatArray

#: Longest series of which ways to tie are listed; of longer ones an interval leaves every trend possible.
LISTED = 12


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Which directions a trend may have: at least one of three for every area.

    Args:
        rising: (n,) whether it may rise significantly.
        falling: (n,) whether it may fall significantly.
        neither: (n,) whether it may do neither.
    """

    rising: BoolArray
    falling: BoolArray
    neither: BoolArray


def possible_directions(low: FloatArray, high: FloatArray, *, alpha: float) -> Directions:
    """Return which significant trends are possible over all series between two bounds.

    Args:
        low: (n, T) smallest values, finite, T >= 3 periods, the earliest first.
        high: (n, T) largest values, inf where there is none; equal to `low` where the value is known.
        alpha: False discovery rate of the map.

    Raises:
        StatisticError: A smallest value is not finite, or there are fewer than 3 periods.
    """
    least, most = _s_bounds(low, high)
    known = (low == high).all(axis=1)
    plain = mann_kendall(periods_of(low)).p
    smallest, largest = _p_bounds(least, most, low.shape[1])
    smallest, largest = np.where(known, plain, smallest), np.where(known, plain, largest)
    may, must = adjusted(smallest) <= alpha, adjusted(largest) <= alpha
    return Directions(rising=may & (most > 0), falling=may & (least < 0), neither=~must | ((least <= 0) & (most >= 0)))


def _s_bounds(low: FloatArray, high: FloatArray) -> tuple[IntArray, IntArray]:
    least, most = np.zeros(len(low), dtype=np.int64), np.zeros(len(low), dtype=np.int64)
    for later in range(1, low.shape[1]):
        for before in range(later):
            a, b = (low[:, before], high[:, before]), (low[:, later], high[:, later])
            # The smallest sign is that of the lowest later and the highest earlier value.
            least += (b[0] > a[1]).astype(np.int64) - (b[0] < a[1])
            most += (b[1] > a[0]).astype(np.int64) - (b[1] < a[0])
    return least, most


def _p_bounds(least: IntArray, most: IntArray, length: int) -> tuple[FloatArray, FloatArray]:
    farthest = np.maximum(np.abs(least), np.abs(most))
    nearest = np.where((least <= 0) & (most >= 0), 0, np.minimum(np.abs(least), np.abs(most)))
    every = np.arange(length * (length - 1) // 2 + 1)
    smallest = np.minimum.accumulate(_p(every, _smallest_variances(length)))
    return smallest[farthest], _p(nearest, np.full(nearest.shape, _variance((1,) * length)))


def _p(s: IntArray, variance: FloatArray) -> FloatArray:
    z = np.divide(np.maximum(s - 1, 0), np.sqrt(variance), out=np.zeros(s.shape), where=variance > 0)
    # No variance is left where all values are one; a bound that allows both that and a trend is none.
    return np.where((variance <= 0) & (s > 0), 0.0, np.asarray(erfc(z / np.sqrt(2))))


@cache
def _smallest_variances(length: int) -> NDArray[np.float64]:
    pairs = length * (length - 1) // 2
    found = np.zeros(pairs + 1)
    if length > LISTED:
        return found
    found[:] = _variance((1,) * length)
    for tied in _partitions(length, length):
        room = pairs - sum(size * (size - 1) // 2 for size in tied)
        found[: room + 1] = np.minimum(found[: room + 1], _variance(tied))
    return found


def _variance(tied: tuple[int, ...]) -> float:
    def term(t: int) -> int:
        return t * (t - 1) * (2 * t + 5)

    return (term(sum(tied)) - sum(term(size) for size in tied)) / 18


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        for rest in _partitions(total - first, first):
            yield (first, *rest)
