"""The scan by its definition: every centre, every radius, every interval, one window at a time, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

Window = tuple[int, tuple[int, ...], int, int]


def circles(points: np.ndarray, exposure: np.ndarray, *, max_share: float, max_areas: int) -> Iterator[Any]:
    """Every (centre, set of areas): the radius runs over all distances; in the order of growing circles."""
    largest = max_share * math.fsum(exposure.tolist())
    for centre in range(len(points)):
        away = [math.dist(points[centre], point) for point in points]
        for radius in sorted(set(away)):
            members = tuple(i for i in range(len(points)) if away[i] <= radius * (1 + 1e-9))
            if len(members) <= max_areas and math.fsum(exposure[list(members)].tolist()) <= largest * (1 + 1e-12):
                yield centre, members


def plain_ratio(c: float, e: float, total: float, population: float, prevalence: float) -> float:
    """Kulldorff's two formulas as printed: logarithms of likelihoods, and their difference."""

    def term(count: float, rate: float) -> float:
        return count * math.log(rate) if count > 0 else 0.0

    if prevalence == 0:
        return term(c, c / e) + term(total - c, (total - c) / (total - e))
    n = e / prevalence
    inside = term(c, c / n) + term(n - c, (n - c) / n)
    rest = population - n
    outside = term(total - c, (total - c) / rest) + term(rest - total + c, (rest - total + c) / rest)
    everywhere = term(total, total / population) + term(population - total, (population - total) / population)
    return inside + outside - everywhere


def best_by_definition(
    cases: np.ndarray,
    exposure: np.ndarray,
    points: np.ndarray,
    *,
    rates: str = "high",
    prevalence: float = 0.0,
    max_share: float = 0.5,
    max_areas: int = 10**9,
    longest: int = 1,
) -> dict[int, tuple[float, Window]]:
    """Each centre's best window; cases and exposure are (n, T)."""
    total, population = float(cases.sum()), float(exposure.sum())
    found: dict[int, tuple[float, Window]] = {}
    for centre, members in circles(points, exposure.sum(axis=1), max_share=max_share, max_areas=max_areas):
        for start in range(cases.shape[1]):
            for end in range(start + 1, min(start + longest, cases.shape[1]) + 1):
                c = float(cases[list(members), start:end].sum())
                e = math.fsum(exposure[list(members), start:end].ravel().tolist()) * total / population
                if not 1e-12 < e / total < 1 - 1e-12:
                    continue
                high = rates in {"high", "both"} and c > e and c >= 2
                low = rates in {"low", "both"} and c < e
                if not high and not low:
                    continue
                value = plain_ratio(c, e, total, population, prevalence)
                if value > found.get(centre, (0.0, None))[0] * (1 + 1e-12):
                    found[centre] = (value, (centre, members, start, end))
    return found


def clusters_by_definition(best: dict[int, tuple[float, Window]]) -> list[tuple[float, Window]]:
    """The windows reported: highest first, none that shares an area with one before."""
    taken: set[int] = set()
    reported = []
    for value, window in sorted(best.values(), key=lambda item: (-round(item[0], 9), item[1][0])):
        if not taken & set(window[1]):
            taken |= set(window[1])
            reported.append((value, window))
    return reported
