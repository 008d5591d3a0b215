"""From the windows of a scan to the clusters it reports, by SaTScan's rules.

Conventions: each centre enters with its best window only. The highest ratio is the most likely cluster; of the others
those are reported, in descending order of ratio, that share no area with a cluster reported before (in space-time also
if they lie in other periods). Ratios equal to 9 decimals are equal: then the centre that comes first in the table. p is
the rank of a cluster's ratio among the highest of every replicate, (1 + replicates at least as high) / (1 +
replicates), for secondary clusters as well, which is conservative. The Gumbel p is the tail of a Gumbel distribution
fitted to the replicates by moments; it goes below 1 / (1 + replicates) and is an approximation. Where the rate is high
in one place it is low in the rest: a cluster of low rates can be the shadow of a high one, and the reverse.

Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496; SaTScan User Guide, "Secondary
clusters"; Abrams, Kulldorff & Kleinman (2010), International Journal of Health Geographics 9, 61 (the Gumbel p).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from analysis.statistics.errors import StatisticError
from analysis.statistics.scan_windows import Windows
from analysis.statistics.tails import FloatArray, IntArray

#: Ratios are compared to this many decimals.
DECIMALS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """One cluster of a scan.

    Args:
        centre: Position of the area in whose point the circle is centred.
        members: Positions of its areas, in the order of their distance from the centre.
        radius: Distance of the furthest of them from the centre, in the unit of the coordinates.
        first: Position of its first period; 0 without time.
        last: Position of its last period; 0 without time.
        cases: Cases in it.
        expected: Cases expected in it if the rate were the same everywhere.
        relative_risk: Rate inside over rate outside; infinite if there is no case outside.
        llr: Log-likelihood ratio.
        p: Monte Carlo p-value, 1 / (1 + replicates) to 1; NaN without replicates.
        p_gumbel: p-value of the fitted Gumbel distribution; NaN without replicates or without variance among them.
    """

    centre: int
    members: IntArray
    radius: float
    first: int
    last: int
    cases: int
    expected: float
    relative_risk: float
    llr: float
    p: float
    p_gumbel: float


@dataclass(frozen=True, slots=True, eq=False)
class ScanResult:
    """The clusters of a map and the replicates they were tested against.

    Args:
        clusters: Most likely first; none if no window has a rate that differs.
        maxima: (replicates,) highest log-likelihood ratio of each replicate.
    """

    clusters: tuple[Cluster, ...]
    maxima: FloatArray


def log_likelihood_ratio(
    cases: FloatArray, expected: FloatArray, *, total: float, prevalence: float = 0.0
) -> FloatArray:
    """Compute the log-likelihood ratio of windows, whether their rate is high or low.

    Args:
        cases: (...,) cases in a window, 0 to `total`.
        expected: (...,) cases expected in it, above 0 and below `total`.
        total: All cases.
        prevalence: Cases per head for the Bernoulli model, below 1; 0 for the Poisson model.

    Returns:
        (...,) ratios, at least 0 up to rounding.
    """
    c, e = np.asarray(cases, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    ratio = xlogy(c, c / e) + xlogy(total - c, (total - c) / (total - e))
    if prevalence > 0:
        odds = (1 - prevalence) / prevalence
        inside, outside = e * odds, (total - e) * odds
        ratio += xlogy(inside + e - c, (inside + e - c) / inside)
        ratio += xlogy(outside + c - e, (outside + c - e) / outside)
    return np.asarray(ratio)


def monte_carlo_p(llr: float, maxima: FloatArray) -> float:
    """Return the share of replicates, the observed one counted, whose highest ratio is at least as high."""
    if maxima.size == 0:
        return float("nan")
    return float(1 + np.count_nonzero(np.round(maxima, DECIMALS) >= np.round(llr, DECIMALS))) / (1 + maxima.size)


def gumbel_p(llr: float, maxima: FloatArray) -> float:
    """Return the upper tail of the Gumbel distribution that has the mean and variance of the replicates."""
    spread = float(np.std(maxima, ddof=1)) if maxima.size > 1 else 0.0
    if spread == 0:
        return float("nan")
    scale = spread * np.sqrt(6) / np.pi
    location = float(np.mean(maxima)) - np.euler_gamma * scale
    return float(-np.expm1(-np.exp(-(llr - location) / scale)))


def report(
    windows: Windows,
    best: FloatArray,
    where: IntArray,
    *,
    cases: FloatArray,
    expected: FloatArray,
    maxima: FloatArray,
    most: int | None = None,
) -> tuple[Cluster, ...]:
    """Choose the clusters to report.

    Args:
        windows: The circles.
        best: (n,) ratio of each centre's best window, 0 if it has none.
        where: (n, 3) its number of areas, first period, and the period after its last.
        cases: (n, T) cases.
        expected: (n, T) expected cases.
        maxima: (replicates,) highest ratio of each replicate.
        most: Most clusters to report; none for all.

    Returns:
        Clusters, most likely first.
    """
    if most is not None and most < 1:
        raise StatisticError("At least one cluster is reported.")
    found: list[Cluster] = []
    for centre, members in _apart(windows, best, where):
        if most is not None and len(found) == most:
            break
        size, start, end = where[centre].tolist()
        count = float(cases[members, start:end].sum())
        chance = float(expected[members, start:end].sum())
        rest, chance_of_rest = float(cases.sum()) - count, float(expected.sum()) - chance
        llr = float(best[centre])
        found.append(
            Cluster(
                centre=centre,
                members=members,
                radius=windows.radius(centre, size),
                first=start,
                last=end - 1,
                cases=round(count),
                expected=chance,
                relative_risk=(count / chance) / (rest / chance_of_rest) if rest > 0 else float("inf"),
                llr=llr,
                p=monte_carlo_p(llr, maxima),
                p_gumbel=gumbel_p(llr, maxima),
            )
        )
    return tuple(found)


def _apart(windows: Windows, best: FloatArray, where: IntArray) -> Iterator[tuple[int, IntArray]]:
    taken = np.zeros(len(best), dtype=np.bool_)
    for centre in np.argsort(-np.round(best, DECIMALS), kind="stable").tolist():
        if best[centre] <= 0:
            return
        members = windows.circle(centre, int(where[centre, 0]))
        if not taken[members].any():
            taken[members] = True
            yield centre, members
