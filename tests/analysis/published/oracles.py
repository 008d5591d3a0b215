"""The truth about small maps with unknown cells: try every value that every cell can have."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from numpy.typing import ArrayLike

from analysis.published.intervals import Bounds, SumBounds
from analysis.statistics.multiple_testing import adjusted
from geo.weights import SpatialWeights
from zicht.published import ColumnKey, HotspotClass, Measure, PublishedColumn


def every_map(bounds: Bounds) -> np.ndarray:
    """(n, maps) every map of whole numbers within the bounds of cells and sums."""
    ranges = [range(int(a), int(b) + 1) for a, b in zip(bounds.low, bounds.high, strict=True)]
    maps = np.array(list(product(*ranges)), dtype=np.int64).T
    fits = np.ones(maps.shape[1], dtype=bool)
    for g, (low, high) in enumerate(zip(bounds.sums.low, bounds.sums.high, strict=True)):
        inside = bounds.sums.group == g
        total = bounds.sums.weight[inside] @ maps[inside]
        fits &= (total >= low - 1e-9) & (total <= high + 1e-9)
    return maps[:, fits]


def enumerated_p(maps: np.ndarray, weights: SpatialWeights) -> tuple[np.ndarray, np.ndarray]:
    """P(>=) and P(<=) of every area in every map, over every subset of the other areas; NaN for islands."""
    upper, lower = (np.full(maps.shape, np.nan) for _ in range(2))
    for i in range(weights.n):
        around = weights.neighbours(i)
        if around.size == 0:
            continue
        others = [j for j in range(weights.n) if j != i]
        draws = np.array([maps[list(subset)].sum(axis=0) for subset in combinations(others, around.size)])
        observed = maps[around].sum(axis=0)
        upper[i], lower[i] = (draws >= observed).mean(axis=0), (draws <= observed).mean(axis=0)
    return upper, lower


def plain_classes(maps: np.ndarray, weights: SpatialWeights, alpha: float) -> np.ndarray:
    """The class of every area in every map by the definition of the plain test."""
    upper, lower = enumerated_p(maps, weights)
    label = np.full(maps.shape, HotspotClass.NOT_SIGNIFICANT, dtype="<U20")
    for m in range(maps.shape[1]):
        hot, cold = (np.round(2 * adjusted(tail[:, m]), 8) <= alpha for tail in (upper, lower))
        label[hot, m], label[cold, m] = HotspotClass.HOT, HotspotClass.COLD
    label[np.isnan(upper)] = HotspotClass.NOT_APPLICABLE
    return label


def column(
    low: ArrayLike,
    high: ArrayLike,
    *,
    status: np.ndarray | None = None,
    level: str = "buurt",
    measure: Measure = Measure.COUNT,
    scale: float = 1.0,
) -> PublishedColumn:
    """A column in which cells with equal bounds are published and the others suppressed, unless `status` says so."""
    lowest, highest = np.asarray(low, dtype=np.float64) * scale, np.asarray(high, dtype=np.float64) * scale
    if status is None:
        status = np.where(lowest == highest, "published", "suppressed")
    number = np.isin(status, ("published", "suppressed"))
    return PublishedColumn(
        key=ColumnKey("labs", "2021", level, "", measure),
        unit="labs",
        code=np.array([f"{level}{i:05d}" for i in range(len(lowest))]),
        status=status,
        value=np.where(status == "published", lowest, np.nan),
        low=np.where(number, lowest, np.nan),
        high=np.where(number & np.isfinite(highest), highest, np.nan),
    )


def random_bounds(rng: np.random.Generator, n: int, unknown: int, *, grouped: bool, weighted: bool = False) -> Bounds:
    """Random bounds with a few unknown cells and, if asked, bounds on the sums of groups of them, all consistent."""
    truth = rng.integers(0, 7, n) * (rng.random(n) < 0.7) * rng.choice([1, 1, 5])
    low, high = truth.astype(np.float64), truth.astype(np.float64)
    hidden = rng.choice(n, unknown, replace=False)
    low[hidden] = np.maximum(low[hidden] - rng.integers(0, 3, unknown), 0)
    high[hidden] += rng.integers(0, 4, unknown)
    if not grouped:
        return Bounds(low, high, SumBounds.none(n))
    group = np.full(n, -1)
    group[hidden] = rng.integers(rng.integers(-1, 2), 2, unknown)
    weight = rng.choice([0.5, 1.0, 1.7], n) if weighted else np.ones(n)
    total = np.bincount(group[group >= 0], (weight * truth)[group >= 0], minlength=2).astype(np.float64)
    return Bounds(low, high, SumBounds(group, weight, total - rng.integers(0, 3, 2), total + rng.integers(0, 3, 2)))
