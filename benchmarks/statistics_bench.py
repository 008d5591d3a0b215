"""Local G and local Moran beside esda: exact nulls of a national map, shared draws, classes with suppressed areas.

Counts are synthetic and seeded: most hexes empty, a few crowded. esda is run on a part of the map, its answers are
compared with ours, and its time is scaled by the number of areas: its cost per area does not depend on the map's size.
Its loops are compiled first (most of this benchmark's own time). Each of our times is the best of a few runs in this
process.
"""

from __future__ import annotations

from typing import Any

import h3
import numpy as np
from esda.getisord import G_Local
from esda.moran import Moran_Local
from libpysal.weights import W

from analysis.published.hotspots import hotspots
from analysis.published.sums import sums_within_parents
from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.getis_ord import LocalG, z_scores
from analysis.statistics.local_moran import local_moran
from analysis.statistics.permutation import permuted_tails
from analysis.statistics.tails import IntArray
from benchmarks.beside import best, require
from geo.neighbours import h3_rings
from geo.weights import SpatialWeights
from zicht.published import ColumnKey, FloatArray, Measure, PublishedColumn, StrArray

Row = tuple[str, float, float, str]

SEED = 20250101
DRAWS = 999

#: Rings of hexes of resolution 8 around a cell in the middle of the Netherlands: 61,777 cells, and the part for esda.
CENTRE = "88196901e7fffff"
RINGS, PART_RINGS = 143, 22


def run() -> list[Row]:
    """Measure, and refuse to report a time for an answer that differs from the peer's."""
    code, part_code = disk(CENTRE, RINGS), disk(CENTRE, PART_RINGS)
    weights, part = h3_rings(code), h3_rings(part_code)
    counts, part_counts = synthetic_counts(len(code)), synthetic_counts(len(part_code))
    scale = len(code) / len(part_code)
    note = f"esda.G_Local R={DRAWS} on {len(part_code):,} cells, scaled; z equal, p within 5 standard errors"
    peer = esda_seconds(part_counts, part) * scale
    exact, _ = best(lambda: conditional_tails(counts, weights), 5)
    drawn, _ = best(
        lambda: permuted_tails(counts.astype(np.float64), weights, rng=np.random.default_rng(SEED), draws=DRAWS), 3
    )
    values = counts.astype(np.float64)
    alike, _ = best(lambda: local_moran(values, weights, rng=np.random.default_rng(SEED)), 3)
    alike_peer = _esda_moran(part_counts, part) * scale
    some, above, parent_of = _published(code, counts)
    sums = sums_within_parents(some, above, parent_of)
    plain, _ = best(lambda: hotspots(some, weights, method="gi-star", alpha=0.1), 2)
    bounded, _ = best(lambda: hotspots(some, weights, method="gi-star", alpha=0.1, sums=sums), 2)
    return [
        (f"Gi* exact null, {len(code):,} H3 cells", exact, peer, note),
        (f"Gi* shared draws R={DRAWS}, {len(code):,} H3 cells", drawn, peer, "same peer run"),
        (
            f"Local Moran, exact null, {len(code):,} H3 cells",
            alike,
            alike_peer,
            f"esda.Moran_Local R={DRAWS} on {len(part_code):,} cells, scaled; I equal",
        ),
        (f"Gi* classes with suppressed cells, {len(code):,} H3 cells", plain, 0.0, "intervals; no peer knows them"),
        ("the same with sums of parents of resolution 7", bounded, 0.0, "intervals; no peer knows them"),
    ]


def disk(centre: str, rings: int) -> StrArray:
    """Return the codes of all cells within so many rings, ascending."""
    return np.array(sorted(h3.grid_disk(centre, rings)), dtype=np.str_)


def synthetic_counts(count: int) -> IntArray:
    """Return counts of which most are 0 and a few large."""
    return np.asarray(np.random.default_rng(SEED).negative_binomial(0.15, 0.05, count), dtype=np.int64)


def esda_seconds(counts: IntArray, weights: SpatialWeights) -> float:
    """Return the seconds of esda's local G, once its answer was compared with ours."""
    neighbours = W({i: weights.neighbours(i).tolist() for i in range(weights.n)}, silence_warnings=True)
    options = {"transform": "B", "permutations": DRAWS, "star": False, "n_jobs": 1, "seed": SEED}
    values = counts.astype(np.float64)

    def peer() -> Any:
        return G_Local(values, neighbours, keep_simulations=True, **options)

    peer()
    seconds, theirs = best(peer, 1)
    require(np.allclose(theirs.Zs, z_scores(values, weights, statistic=LocalG.GI)), "z-scores")
    ours = conditional_tails(counts, weights).upper
    reached = (theirs.rGs >= theirs.Gs[:, None] - 1e-12).mean(axis=1)
    error = np.sqrt(ours * (1 - ours) / DRAWS) + 1 / DRAWS
    require(bool(np.all(np.abs(reached - ours) < 5 * error)), "p-values")
    return seconds


def _esda_moran(counts: IntArray, weights: SpatialWeights) -> float:
    neighbours = W({i: weights.neighbours(i).tolist() for i in range(weights.n)}, silence_warnings=True)
    values = counts.astype(np.float64)

    def peer() -> Any:
        options = {"transformation": "B", "permutations": DRAWS, "n_jobs": 1, "seed": SEED}
        return Moran_Local(values, neighbours, **options)

    peer()
    seconds, theirs = best(peer, 1)
    ours = local_moran(values, weights, rng=np.random.default_rng(SEED)).i
    require(np.allclose(theirs.Is * weights.n / (weights.n - 1), ours), "local Moran's I")
    return seconds


def _published(code: StrArray, counts: IntArray) -> tuple[PublishedColumn, PublishedColumn, IntArray]:
    parent, parent_of = np.unique([h3.cell_to_parent(c, 7) for c in code], return_inverse=True)
    totals = np.bincount(parent_of, counts)
    return _column(code, counts, "h3-8"), _column(parent, totals, "h3-7"), parent_of.astype(np.int64)


def _column(code: StrArray, counts: IntArray, level: str) -> PublishedColumn:
    hidden = (counts > 0) & (counts < 10)
    value: FloatArray = np.where(hidden, np.nan, counts)
    return PublishedColumn(
        key=ColumnKey("synthetic", "2025", level, "", Measure.COUNT),
        unit="events",
        code=code,
        status=np.where(hidden, "suppressed", "published"),
        value=value,
        low=np.where(hidden, 1.0, value),
        high=np.where(hidden, 12.0, value),
    )
