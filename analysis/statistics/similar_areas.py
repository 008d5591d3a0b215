"""Similar areas: the k areas whose context is most like that of each, to compare it with its likes.

Distance is Euclidean over indicators that were each centred and divided by their standard deviation, so that none
weighs more for its unit.

Conventions: an area is not its own likeness. Of equally distant areas the first in the order of rows is taken, so that
the same table gives the same matches. An indicator that is the same everywhere says nothing and adds nothing.
Likeness is not mutual: b can be among the k nearest of a without a being among those of b.

Rubin (1973), Biometrics 29, 159-183 (matching); Abadie & Imbens (2006), Econometrica 74, 235-267 (k nearest, with
replacement, each indicator in standard deviations).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.statistics._checks import BoolArray, numbers
from analysis.statistics.errors import StatisticError
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, IntArray

#: Two squared distances closer than this, relative to themselves, are a tie.
TIE = 1e-12


def similar_areas(context: NDArray[Any], *, k: int, candidates: BoolArray | None = None) -> IntArray:
    """Find the k areas most like each area.

    Args:
        context: (n, indicators) finite numbers.
        k: How many, at least 1 and fewer than there are candidates.
        candidates: (n,) which areas may be chosen; all unless given. They set mean and standard deviation too.

    Returns:
        (n, k) positions, the most alike first, of equally alike ones the lower position.

    Raises:
        StatisticError: A value is not finite, the context is no table, or there are too few candidates.
    """
    table = numbers(context, "context indicators")
    if table.ndim != 2 or table.shape[1] == 0:
        raise StatisticError("The context is a table of areas by indicators.")
    able = np.ones(len(table), dtype=bool) if candidates is None else np.asarray(candidates, dtype=bool)
    if able.shape != (len(table),):
        raise StatisticError(f"There are {able.size} candidates marked for {len(table)} areas.")
    pool = np.flatnonzero(able)
    if not 1 <= k < pool.size:
        raise StatisticError(
            f"Of {pool.size} candidates each area can have 1 to {max(pool.size - 1, 0)} likes, not {k}."
        )
    scaled = _standardised(table, able)
    # Itself, the k wanted, and one more: where that one is no farther, a tie runs on beyond and all are looked at.
    ask = min(k + 2, pool.size)
    distance, place = KDTree(scaled[pool]).query(scaled, k=ask)
    chosen = np.empty((len(table), k), dtype=np.int64)
    for i in range(len(table)):
        near, far = pool[place[i]], distance[i] ** 2
        if ask < pool.size and far[-1] - far[k] <= TIE * far[-1]:
            near = pool
            far = np.sum((scaled[pool] - scaled[i]) ** 2, axis=1)
        chosen[i] = _first(near, far, i, k)
    return chosen


def _standardised(table: FloatArray, able: BoolArray) -> FloatArray:
    mean, spread = table[able].mean(axis=0), table[able].std(axis=0)
    same = np.ptp(table[able], axis=0) == 0
    return np.asarray(np.where(same, 0.0, (table - mean) / np.where(same, 1.0, spread)))


def _first(near: IntArray, far: FloatArray, own: int, k: int) -> IntArray:
    other = near != own
    near, far = near[other], far[other]
    order = np.argsort(far, kind="stable")
    # Distances within rounding of each other are made equal before the position decides.
    ranked = far[order]
    step = np.concatenate([[True], np.diff(ranked) > TIE * ranked[1:]])
    group = np.cumsum(step)
    return np.asarray(near[order][np.lexsort((near[order], group))][:k])


STATISTICS = (
    Statistic(
        "similar-areas",
        "Similar areas: k nearest on standardised context",
        "Abadie & Imbens (2006), Econometrica 74, 235-267",
        similar_areas,
        {"similar": "positions of the k areas most alike, the most alike first"},
    ),
)
