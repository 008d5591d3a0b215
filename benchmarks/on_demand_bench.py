"""A published map recomputed on demand at national size, with none, half and nearly all of its cells hidden.

14,500 synthetic areas around seeded points (neighbours of a Delaunay triangulation: those that touch), in 3,000 and 400
larger ones. Counts are overdispersed around exposure, with planted clusters; the smallest are hidden, within bounds as
wide as a threshold makes them, beside published parents. *First* is the first time a map is asked for: nothing of it is
kept. *Again* is what a server keeps. No peer computes intervals. The slowest of three runs is given, of the processor's
time in the note, which other work on the machine touches less.
"""

from __future__ import annotations

import time
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from analysis.published.on_demand import METHODS, Surroundings
from analysis.published.rates import rate_column
from geo.weights import both_ways
from web.on_demand import Choice, OnDemand
from web.site import Site
from zicht.areas import AreaList
from zicht.neighbours import Neighbourhood
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable, StrArray
from zicht.release import Release

Row = tuple[str, float, float, str]
IntArray = NDArray[np.int64]

SEED = 20250101
AREAS, WIJKEN, GEMEENTEN = 14_500, 3_000, 400
THRESHOLD, ROUNDING, PER = 10, 5, 10_000
#: By name, the share of cells that are hidden and the mean count.
WORLDS = MappingProxyType({"0%": (0.0, 40.0), "50%": (0.5, 12.0), "90%": (0.9, 3.0)})
RUNS = 3


def run() -> list[Row]:
    """Measure every method at every share of hidden cells."""
    rows: list[Row] = []
    for name, (share, mean) in WORLDS.items():
        site = cast(Site, _site(share, mean))
        _seconds(site, "gi-star-count")
        for method in METHODS:
            first = [_seconds(site, method) for _ in range(RUNS)]
            slowest, processor = max(one[0] for one in first), max(one[1] for one in first)
            hidden = first[0][3]
            note = f"{hidden:.0%} hidden; processor {processor:.3f} s; again {first[0][2] * 1e6:.0f} us"
            rows.append((f"On demand, {method}, {AREAS:,} areas, {name} hidden", slowest, 0.0, note))
    return rows


def _seconds(site: Site, method: str) -> tuple[float, float, float, float]:
    maps = OnDemand(site)
    choice = Choice(method, Surroundings.ADJACENT, 0.05)
    start, processor = time.perf_counter(), time.process_time()
    made = maps.classes("events", "2025", "buurt", "", choice)
    first, processor = time.perf_counter() - start, time.process_time() - processor
    start = time.perf_counter()
    maps.classes("events", "2025", "buurt", "", choice)
    again = time.perf_counter() - start
    column = site.release.values.column(ColumnKey("events", "2025", "buurt", "", Measure.COUNT))
    return first, processor, again, float((column.status == "suppressed").mean() + 0 * len(made.code))


def _site(share: float, mean: float) -> Any:
    rng = np.random.default_rng(SEED)
    points = rng.random((AREAS, 2)) * 200_000
    first, second = _touching(points)
    weights = both_ways(AREAS, first, second)
    wijk = cKDTree(points[:WIJKEN]).query(points)[1].astype(np.int64)
    gemeente = cKDTree(points[:GEMEENTEN]).query(points[:WIJKEN])[1].astype(np.int64)
    homes = np.ceil(rng.gamma(1, 600, AREAS))
    hot = cKDTree(points).query_ball_point(points[rng.integers(0, AREAS, 30)], 4_000)
    risk = rng.gamma(1.5, 1 / 1.5, AREAS) * homes / homes.mean()
    risk[np.unique(np.concatenate(hot).astype(np.int64))] *= 4
    counts = rng.poisson(mean * risk / risk.mean()).astype(np.int64)
    codes = [
        np.array([f"{kind}{i:06d}" for i in range(n)]) for kind, n in (("BU", AREAS), ("WK", WIJKEN), ("GM", GEMEENTEN))
    ]
    of_wijk = np.bincount(wijk, counts, WIJKEN).astype(np.int64)
    of_gemeente = np.bincount(gemeente, of_wijk, GEMEENTEN).astype(np.int64)
    columns = [
        _counts("buurt", codes[0], counts, counts <= np.quantile(counts, share) if share else counts < 0),
        _counts("wijk", codes[1], of_wijk, of_wijk < THRESHOLD),
        _counts("gemeente", codes[2], of_gemeente, of_gemeente < 0),
    ]
    exposure = _column("buurt", codes[0], Measure.EXPOSURE, np.full(AREAS, False), homes, homes, homes)
    rate = rate_column(columns[0], exposure, per=PER, min_exposure=0, unit="per 10 000 homes")
    parents = ([codes[1][wijk], codes[2][gemeente], np.full(GEMEENTEN, "NL")], ("buurt", "wijk", "gemeente"))
    areas = {level: _areas(level, code, parent) for code, parent, level in zip(codes, *parents, strict=True)} | {
        "country": _areas("country", np.array(["NL"]), np.array([""]))
    }
    release = SimpleNamespace(
        values=PublishedTable([*columns, exposure, rate]),
        areas=areas,
        neighbours={"buurt": Neighbourhood("buurt", "queen", weights.indptr, weights.indices)},
    )
    entry = {"rate": {"per": PER}, "disclosure": {}}
    return SimpleNamespace(
        release=cast(Release, release),
        indicator=lambda _: entry,
        column=lambda *_: None,
        areas=areas.__getitem__,
        method=lambda *_: "",
    )


def _touching(points: NDArray[np.float64]) -> tuple[IntArray, IntArray]:
    corners = Delaunay(points).simplices.astype(np.int64)
    return np.concatenate([corners[:, 0], corners[:, 1], corners[:, 2]]), np.concatenate(
        [corners[:, 1], corners[:, 2], corners[:, 0]]
    )


def _areas(level: str, code: StrArray, parent: StrArray) -> AreaList:
    none = np.full((len(code), 4), np.nan)
    return AreaList(level, code, code, parent, np.full(len(code), "area"), none[:, :2], none)


def _counts(level: str, code: StrArray, counts: IntArray, hidden: NDArray[np.bool_]) -> PublishedColumn:
    shown = ROUNDING * np.rint(counts / ROUNDING)
    most = np.maximum(counts[hidden].max(initial=0) + THRESHOLD, THRESHOLD)
    low = np.where(hidden, 0.0, np.maximum(shown - ROUNDING // 2, 0))
    high = np.where(hidden, float(most), shown + ROUNDING // 2)
    return _column(level, code, Measure.COUNT, hidden, shown, low, high)


def _column(
    level: str,
    code: StrArray,
    measure: Measure,
    hidden: NDArray[np.bool_],
    value: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> PublishedColumn:
    status = np.where(hidden, "suppressed", "published")
    key = ColumnKey("events", "2025", level, "", str(measure))
    return PublishedColumn(key, "events", code, status, np.where(hidden, np.nan, value), low, high)
