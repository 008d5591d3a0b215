"""Sixty indicators of five years each on a national system with hexes 6 to 8, protected in parallel on all cores.

The numbers of events lie between 5,000 and 5,000,000 a year, evenly by magnitude; zeros are hidden in every second
indicator. Each year is a system of its own, as those of a release are.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from analysis.confidential.disclosure.joint import protect
from benchmarks.disclosure_systems import synthetic_country
from benchmarks.protect_bench import EVENTS, Row, national_problem, national_system

INDICATORS, YEARS = 60, 5


def run() -> list[Row]:
    """Measure the wall time of all, and of the slowest single one."""
    country = synthetic_country(finest=8)
    system = national_system(country)
    protect(national_problem(system, country, EVENTS[-1], zeros_shown=True))  # compiles
    totals = np.geomspace(EVENTS[0], EVENTS[-1], INDICATORS).astype(int).tolist()
    jobs = [(total + year, bool(at % 2)) for at, total in enumerate(totals) for year in range(YEARS)]

    def one(job: tuple[int, bool]) -> float:
        started = time.perf_counter()
        protect(national_problem(system, country, job[0], zeros_shown=job[1]))
        return time.perf_counter() - started

    started = time.perf_counter()
    slowest = 0.0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, seconds in enumerate(pool.map(one, jobs), 1):
            slowest = max(slowest, seconds)
            sys.stderr.write(f"\r{done} of {len(jobs)}")
    sys.stderr.write("\n")
    note = f"slowest {slowest:.1f} s, {os.cpu_count()} threads"
    return [(f"protect {INDICATORS} indicators x {YEARS} years, H3 6-8", time.perf_counter() - started, 0.0, note)]
