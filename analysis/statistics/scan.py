"""Kulldorff's spatial scan: which circle of areas holds more (or fewer) cases than chance would gather anywhere?

Every circle around every area is compared with the rest of the map by its log-likelihood ratio. The highest ratio is
tested against the highest of maps on which the same cases are dealt out by chance, so the p-value holds for the search
over all circles. Poisson model: c of C cases in a window that expects E,

    c log(c / E) + (C - c) log((C - c) / (C - E))

Bernoulli model: cases among a population of which each member is a case or is not; the same, plus the same for those
who are not. The Poisson model is the limit of the Bernoulli model for rare cases.

Conventions: the expected number is the share of the exposure times all cases, so only proportions of an exposure
matter. Circles: see `scan_windows`. Clusters, ties and p-values: see `scan_clusters`. A cluster of a high rate holds at
least 2 cases, in replicates as well. A map without cases has no cluster. Replicates are drawn given the number of
cases: multinomial (Poisson) or hypergeometric (Bernoulli). The same state of `rng` gives the same result whatever the
number of threads.

Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from types import MappingProxyType, ModuleType

import numpy as np

from analysis.statistics.errors import StatisticError
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.registry import Statistic
from analysis.statistics.scan_clusters import ScanResult, report
from analysis.statistics.scan_windows import Windows, nearest_windows
from analysis.statistics.tails import FloatArray, IntArray

#: Replicates that are counted side by side.
BLOCK = 128

#: Fewest cases in a cluster of a high rate, as in SaTScan.
LEAST_CASES = 2

#: NumPy draws without replacement from populations below this size.
MOST_DRAWN_FROM = 1_000_000_000

#: float32 holds every whole number up to here.
EXACT_IN_SINGLE = 2**24


class ScanModel(StrEnum):
    """What the cases are drawn from."""

    POISSON = "poisson"
    BERNOULLI = "bernoulli"


class Rates(StrEnum):
    """Which clusters are sought."""

    HIGH = "high"
    LOW = "low"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What is sought, and among which circles.

    Args:
        rates: Clusters of high rates, of low rates, or both.
        max_share: Largest share of the exposure in a circle, above 0, at most 1.
        max_areas: Most areas in a circle; none for no limit.
        replicates: Maps that are dealt out by chance, at least 0.
        most: Most clusters to report; none for all that do not overlap.
        threads: Threads to use.
        limits: Memory that the list of circles may take.
    """

    rates: Rates = Rates.HIGH
    max_share: float = 0.5
    max_areas: int | None = None
    replicates: int = 999
    most: int | None = None
    threads: int = 2
    limits: Limits = DEFAULT_LIMITS


DEFAULT_OPTIONS = ScanOptions()


def spatial_scan(
    cases: FloatArray,
    exposure: FloatArray,
    coordinates: FloatArray,
    *,
    rng: np.random.Generator,
    model: ScanModel = ScanModel.POISSON,
    options: ScanOptions = DEFAULT_OPTIONS,
) -> ScanResult:
    """Find the circles of areas that hold more cases than chance would gather anywhere on the map.

    Args:
        cases: (n,) counts, at least 0.
        exposure: (n,) population or expected cases, at least 0; for the Bernoulli model whole numbers, at least the
            cases.
        coordinates: (n, d) the point of each area.
        rng: Source of randomness of the replicates.
        model: Poisson or Bernoulli.
        options: What is sought, and among which circles.

    Returns:
        Clusters, most likely first, and the replicates' highest ratios.

    Raises:
        StatisticError: numba is not installed; or fewer than three areas, lengths that differ, a count that is
            negative, no number or not whole, an exposure that is negative or no number, cases without exposure, or more
            cases than population in the Bernoulli model.
        CostError: The circles would take too much memory.
    """
    counts, exposed = checked(cases, exposure)
    if counts.ndim != 1:
        raise StatisticError("Cases of a spatial scan are one number an area.")
    prevalence = _prevalence(counts, exposed) if model is ScanModel.BERNOULLI else 0.0
    windows = nearest_windows(
        coordinates, exposed, max_share=options.max_share, max_areas=options.max_areas, limits=options.limits
    )
    return scan(counts[:, None], exposed[:, None], windows, longest=1, prevalence=prevalence, rng=rng, options=options)


def checked(cases: FloatArray, exposure: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return cases and exposure as float64.

    Args:
        cases: (n,) or (n, T) counts.
        exposure: The same shape.

    Raises:
        StatisticError: See `spatial_scan`.
    """
    counts, exposed = np.asarray(cases, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if counts.shape != exposed.shape:
        raise StatisticError(f"Cases have shape {counts.shape}, exposures {exposed.shape}.")
    if len(counts) < 3:
        raise StatisticError("A scan needs at least three areas.")
    for wrong, problem in (
        (~np.isfinite(counts), "A number of cases is not a finite number."),
        (counts < 0, "A number of cases is negative."),
        (counts != np.floor(counts), "A number of cases is not whole."),
        (~np.isfinite(exposed), "An exposure is not a finite number."),
        (exposed < 0, "An exposure is negative."),
        ((exposed == 0) & (counts > 0), "There are cases without exposure."),
    ):
        if wrong.any():
            raise StatisticError(problem, where=f"area {np.argwhere(wrong)[0][0]}")
    if not exposed.any():
        raise StatisticError("Every exposure is zero.")
    return counts, exposed


def _prevalence(counts: FloatArray, exposed: FloatArray) -> float:
    wrong = (exposed != np.floor(exposed)) | (counts > exposed)
    if wrong.any():
        raise StatisticError(
            "The Bernoulli model needs a whole population, at least the cases.", where=f"area {np.argmax(wrong)}"
        )
    if exposed.sum() >= MOST_DRAWN_FROM:
        raise StatisticError(
            f"The Bernoulli model draws from a population of fewer than {MOST_DRAWN_FROM:,}.",
            remedy="Use the Poisson model, which is the same for rare cases.",
        )
    return float(counts.sum() / exposed.sum())


def scan(
    cases: FloatArray,
    exposure: FloatArray,
    windows: Windows,
    *,
    longest: int,
    prevalence: float,
    rng: np.random.Generator,
    options: ScanOptions,
) -> ScanResult:
    """Scan circles, or cylinders of circles and intervals of periods.

    Args:
        cases: (n, T) checked counts.
        exposure: (n, T) checked exposure.
        windows: Circles among the n areas.
        longest: Most periods in an interval.
        prevalence: Cases per head for the Bernoulli model, 0 for the Poisson model.
        rng: Source of randomness of the replicates.
        options: What is sought.

    Returns:
        Clusters and the replicates' highest ratios.
    """
    if options.replicates < 0 or options.threads < 1:
        raise StatisticError("Replicates must be at least 0 and threads at least 1.")
    total = float(cases.sum())
    if total == 0 or prevalence == 1:
        return ScanResult(clusters=(), maxima=np.zeros(options.replicates))
    expected = exposure * (total / exposure.sum())
    odds = (1 - prevalence) / prevalence if prevalence else 0.0
    sought = (options.rates is not Rates.LOW, options.rates is not Rates.HIGH, float(LEAST_CASES))
    circles = (windows.indptr, windows.members, windows.closes)
    sums = (np.cumsum(expected, axis=1), np.cumsum(cases, axis=1))
    best, where = _kernel().best_windows(*circles, *sums, total, longest, odds, *sought)
    maxima = _replicate_maxima(
        windows, exposure, expected, total, longest=longest, odds=odds, sought=sought, rng=rng, options=options
    )
    clusters = report(windows, best, where, cases=cases, expected=expected, maxima=maxima, most=options.most)
    return ScanResult(clusters=clusters, maxima=maxima)


def _replicate_maxima(
    windows: Windows,
    exposure: FloatArray,
    expected: FloatArray,
    total: float,
    *,
    longest: int,
    odds: float,
    sought: tuple[bool, bool, float],
    rng: np.random.Generator,
    options: ScanOptions,
) -> FloatArray:
    maxima, visit = _kernel().maxima, windows.visit
    rank = np.empty(len(visit), dtype=np.int32)
    rank[visit] = np.arange(len(visit), dtype=np.int32)
    circles = (visit, windows.indptr, rank[windows.members], windows.closes)
    sums = np.cumsum(expected[visit], axis=1)
    single = np.float32 if total < EXACT_IN_SINGLE else np.float64

    def block(source: np.random.Generator, size: int) -> FloatArray:
        drawn = _deal(exposure[visit], int(total), size, hypergeometric=odds > 0, rng=source)
        held = np.ascontiguousarray(np.moveaxis(np.cumsum(drawn, axis=2, out=drawn), 0, 2), dtype=single)
        return np.asarray(maxima(*circles, sums, held, total, longest, odds, *sought))

    sizes = [min(BLOCK, options.replicates - start) for start in range(0, options.replicates, BLOCK)]
    with ThreadPoolExecutor(options.threads) as pool:
        found = list(pool.map(block, rng.spawn(len(sizes)), sizes))
    return np.concatenate([np.zeros(0), *found])


def _kernel() -> ModuleType:
    # Compiled code is imported where it runs: a public server reads this module and has no numba.
    try:
        return import_module("analysis.statistics._scan_kernel")
    except ModuleNotFoundError as error:
        raise StatisticError(
            f"A scan needs {error.name}, which is not installed.",
            remedy="Install Zicht with `pip install 'zicht[audit]'` or `'zicht[build]'`.",
        ) from None


def _deal(exposure: FloatArray, total: int, size: int, *, hypergeometric: bool, rng: np.random.Generator) -> IntArray:
    # (size, n, T) maps with the same number of cases, dealt out by chance.
    flat = exposure.ravel()
    if hypergeometric:
        drawn = rng.multivariate_hypergeometric(flat.astype(np.int64), total, size=size, method="marginals")
    else:
        drawn = rng.multinomial(total, flat / flat.sum(), size=size)
    return drawn.reshape(size, *exposure.shape)


_COLUMNS = MappingProxyType(
    {
        "rank": "1 for the most likely cluster, then in descending order of llr",
        "centre": "area around which the circle is drawn",
        "members": "areas in the circle, nearest first",
        "cases": "cases in the cluster",
        "expected": "cases expected in it if the rate were the same everywhere",
        "relative_risk": "rate inside over rate outside",
        "llr": "log-likelihood ratio, at least 0",
        "p": "Monte Carlo p-value of the highest ratio anywhere on the map, 0 to 1",
    }
)
_PAPER = "Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496"

STATISTICS = (Statistic("scan", "Spatial scan statistic (circles)", _PAPER, spatial_scan, _COLUMNS),)
