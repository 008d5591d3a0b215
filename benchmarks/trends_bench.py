"""Trends, neighbourhood ratios and regressions of a national map.

Series and counts are synthetic and seeded. The peer of Mann-Kendall is the printed formulas on one series at a time,
that of Sen's slope is `scipy.stats.theilslopes`; both are run on a part of the map, their answers are compared with
ours, and their time is scaled by the number of series. Each of our times is the best of a few runs in this process.
"""

from __future__ import annotations

import importlib.util

import numpy as np
from scipy import stats

from analysis.statistics.count_regression import Dispersion, count_regression
from analysis.statistics.mann_kendall import mann_kendall
from analysis.statistics.multiple_testing import two_sided_q
from analysis.statistics.neighbourhood_ratio import neighbourhood_ratio
from analysis.statistics.sen_slope import sen_slope
from analysis.statistics.standardisation import crude_expected
from analysis.statistics.tails import FloatArray
from benchmarks.beside import best, require
from tests.analysis.statistics.planted import honeycomb

Row = tuple[str, float, float, str]

SEED = 20250101
AREAS, PERIODS, PART = 62_000, 36, 500
SIDE = 249
DISTRICTS, COVARIATES = 14_500, 10


def run() -> list[Row]:
    """Measure, and refuse to report a time for an answer that differs from the peer's."""
    return [*_trends(), _ratio(), *_regressions()]


def _trends() -> list[Row]:
    series = np.random.default_rng(SEED).poisson(2, (AREAS, PERIODS)).astype(np.float64)
    seconds, test = best(lambda: mann_kendall(series), 5)
    plain, theirs = best(lambda: [_one_at_a_time(row) for row in series[:PART]], 1)
    ours = list(zip(test.s[:PART].tolist(), test.z[:PART].tolist(), strict=True))
    require(np.allclose(theirs, ours), "Mann-Kendall")
    slopes, slope = best(lambda: sen_slope(series), 3)
    scipys, their = best(lambda: [float(stats.theilslopes(row).slope) for row in series[:PART]], 1)
    require(np.allclose(their, slope[:PART]), "Sen's slope")
    scale = AREAS / PART
    size = f"{AREAS:,} series of {PERIODS} periods"
    return [
        (f"Mann-Kendall, {size}", seconds, plain * scale, f"plain loop on {PART} series, scaled; S and z equal"),
        (f"Mann-Kendall, {size}", seconds, _pymannkendall(series) * scale, f"pymannkendall on {PART} series, scaled"),
        (f"Sen's slope, {size}", slopes, scipys * scale, f"scipy.stats.theilslopes on {PART} series, scaled; equal"),
    ]


def _pymannkendall(series: FloatArray) -> float:
    """Return the seconds of pymannkendall on a part; 0 where it is not installed."""
    if importlib.util.find_spec("pymannkendall") is None:
        return 0.0
    import pymannkendall

    seconds, theirs = best(lambda: [pymannkendall.original_test(row) for row in series[:PART]], 1)
    ours = mann_kendall(series[:PART])
    require(np.allclose([one.s for one in theirs], ours.s), "pymannkendall's S")
    require(np.allclose([one.z for one in theirs], ours.z), "pymannkendall's z")
    return seconds


def _one_at_a_time(x: FloatArray) -> tuple[int, float]:
    n = len(x)
    s = sum(int(np.sign(x[later] - x[earlier])) for earlier in range(n - 1) for later in range(earlier + 1, n))
    ties = np.unique(x, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - int(np.sum(ties * (ties - 1) * (2 * ties + 5)))) / 18
    return s, 0.0 if s == 0 else (s - np.sign(s)) / variance**0.5


def _ratio() -> Row:
    weights = honeycomb(SIDE)
    rng = np.random.default_rng(SEED)
    exposure = rng.lognormal(0, 1.2, weights.n)
    mean = 0.7 * exposure / exposure.mean()
    counts = rng.negative_binomial(2, 2 / (2 + mean)).astype(np.float64)

    def work() -> FloatArray:
        return two_sided_q(neighbourhood_ratio(counts, crude_expected(counts, exposure), weights).tails)

    seconds, _ = best(work, 5)
    return f"Neighbourhood O/E with dispersion, {weights.n:,} cells", seconds, 0.0, "classes included; no peer"


def _regressions() -> list[Row]:
    rng = np.random.default_rng(SEED)
    covariates = rng.normal(size=(DISTRICTS, COVARIATES))
    exposure = rng.gamma(2, 500, DISTRICTS)
    mean = exposure * np.exp(-6 + covariates @ np.full(COVARIATES, 0.1))
    counts = rng.negative_binomial(2, 2 / (2 + mean))
    names = [f"x{at}" for at in range(COVARIATES)]
    rows: list[Row] = []
    for dispersion in Dispersion:

        def work(dispersion: Dispersion = dispersion) -> float:
            return count_regression(counts, covariates, exposure, names=names, dispersion=dispersion).dispersion

        seconds, phi = best(work, 3)
        what = f"Regression ({dispersion}), {DISTRICTS:,} areas x {COVARIATES}"
        rows.append((what, seconds, 0.0, f"dispersion {phi:.3f}, 0.5 planted; no peer installed"))
    return rows
