"""The spatial scan of a national map beside a plain form of the same loops, compiled by the same compiler.

The plain form goes window by window for one replicate at a time and takes two logarithms wherever the rate is high. It
is run on a few replicates, its answers are compared with ours, and its time is scaled. Points and populations are
synthetic and seeded. Times are wall-clock time on two threads; the note gives the time of the processor, which other
work on the machine does not touch.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from numba import njit

from analysis.statistics.scan import ScanOptions, spatial_scan
from analysis.statistics.scan_windows import nearest_windows

Row = tuple[str, float, float, str]

SEED = 20250101
AREAS, NEAREST, REPLICATES, CASES = 14_500, 500, 999, 45_000
PLAIN_REPLICATES = 10


@njit(nogil=True)
def _plain(indptr: Any, members: Any, expected: Any, counts: Any, total: float) -> float:  # pragma: no cover
    best = 0.0
    for centre in range(len(indptr) - 1):
        c, e = 0.0, 0.0
        for at in range(indptr[centre], indptr[centre + 1]):
            c += counts[members[at]]
            e += expected[members[at]]
            if c > e and c >= 2:
                ratio = c * math.log(c / e)
                if c < total:
                    ratio += (total - c) * math.log((total - c) / (total - e))
                best = max(best, ratio)
    return best


def run() -> list[Row]:
    """Measure, and refuse to report a time for an answer that differs from the plain form's."""
    rng = np.random.default_rng(SEED)
    points, population = rng.random((AREAS, 2)) * 200_000, np.ceil(rng.gamma(1, 1200, AREAS))
    cases = rng.multinomial(CASES, population / population.sum()).astype(np.float64)
    options = ScanOptions(max_areas=NEAREST, replicates=REPLICATES)
    spatial_scan(cases[:100], population[:100], points[:100], rng=rng, options=options)
    start, processor = time.perf_counter(), time.process_time()
    found = spatial_scan(cases, population, points, rng=np.random.default_rng(SEED), options=options)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    plain = _plain_seconds(points, population, found.maxima) * REPLICATES / PLAIN_REPLICATES
    note = f"plain loops on {PLAIN_REPLICATES} replicates, scaled; processor {processor:.1f} s"
    return [(f"Scan, {AREAS:,} areas x {NEAREST} nearest x {REPLICATES}", seconds, plain, note)]


def _plain_seconds(points: Any, population: Any, maxima: Any) -> float:
    windows = nearest_windows(points, population, max_areas=NEAREST)
    expected = population * (CASES / population.sum())
    source = np.random.default_rng(SEED).spawn(1)[0]
    chance = population[windows.visit] / population.sum()
    drawn = np.empty((PLAIN_REPLICATES, AREAS))
    drawn[:, windows.visit] = source.multinomial(CASES, chance, size=PLAIN_REPLICATES)
    _plain(windows.indptr[:3], windows.members, expected, drawn[0], float(CASES))
    start = time.perf_counter()
    theirs = [_plain(windows.indptr, windows.members, expected, one, float(CASES)) for one in drawn]
    seconds = time.perf_counter() - start
    if not np.allclose(theirs, maxima[:PLAIN_REPLICATES], rtol=1e-9):
        raise SystemExit("scan: the plain form's answer differs")
    return seconds
