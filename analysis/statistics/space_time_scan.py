"""Kulldorff's space-time scan: in which circle and which interval of periods are there more cases than expected?

A window is a cylinder: a circle of areas through consecutive periods. Cylinders are compared and tested as circles are
(see `scan`), with an expected number for every area and period. The Poisson model needs no permutation of cases over
time: what is expected already says how many cases each period and each area should have.

Conventions: retrospective, so an interval begins and ends anywhere. It holds at most half of the periods unless another
number is given (SaTScan's default; rounded down, at least one). A trend or a season that the exposure does not know
shows as a cluster of many areas: give expected cases per period if that is not what is sought. A circle's share of the
exposure is counted over all periods. Reported clusters share no area, in whatever periods.

Kulldorff, Athas, Feuer, Miller & Key (1998), American Journal of Public Health 88, 1377-1380; Kulldorff (2001), Journal
of the Royal Statistical Society A 164, 61-72.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from analysis.statistics.errors import StatisticError
from analysis.statistics.registry import Statistic
from analysis.statistics.scan import DEFAULT_OPTIONS, ScanOptions, checked, scan
from analysis.statistics.scan import STATISTICS as SCAN
from analysis.statistics.scan_clusters import ScanResult
from analysis.statistics.scan_windows import nearest_windows
from analysis.statistics.tails import FloatArray


def space_time_scan(
    cases: FloatArray,
    exposure: FloatArray,
    coordinates: FloatArray,
    *,
    rng: np.random.Generator,
    max_periods: int | None = None,
    options: ScanOptions = DEFAULT_OPTIONS,
) -> ScanResult:
    """Find the circles and intervals that hold more cases than chance would gather anywhere, at any time.

    Args:
        cases: (n, T) counts per area and period, at least 0.
        exposure: (n, T) population or expected cases, at least 0; only proportions matter.
        coordinates: (n, d) the point of each area.
        rng: Source of randomness of the replicates.
        max_periods: Most periods in an interval, 1 to T; none for half of T.
        options: What is sought, and among which circles.

    Returns:
        Clusters, most likely first, each with its first and last period, and the replicates' highest ratios.

    Raises:
        StatisticError: See `analysis.statistics.scan.spatial_scan`; or the number of periods is not in its range.
        CostError: The circles would take too much memory.
    """
    counts, exposed = checked(cases, exposure)
    if counts.ndim != 2:
        raise StatisticError("Cases of a space-time scan are a table of areas by periods.")
    longest = max(1, counts.shape[1] // 2) if max_periods is None else max_periods
    if not 1 <= longest <= counts.shape[1]:
        raise StatisticError(f"An interval holds 1 to {counts.shape[1]} periods.")
    share, most = options.max_share, options.max_areas
    windows = nearest_windows(coordinates, exposed.sum(axis=1), max_share=share, max_areas=most, limits=options.limits)
    return scan(counts, exposed, windows, longest=longest, prevalence=0.0, rng=rng, options=options)


_PAPER = "Kulldorff, Athas, Feuer, Miller & Key (1998), American Journal of Public Health 88, 1377-1380"
_COLUMNS = MappingProxyType(
    {**SCAN[0].columns, "first": "first period of the cluster", "last": "last period of the cluster"}
)

STATISTICS = (Statistic("space-time-scan", "Space-time scan statistic (cylinders)", _PAPER, space_time_scan, _COLUMNS),)
