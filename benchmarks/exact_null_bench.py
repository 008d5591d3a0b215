"""The exact null of Gi* on maps of all hexes of the Netherlands: resolution 9, and as many cells as resolution 10 has.

Counts are synthetic and seeded. The peers run on a part of the map, esda one at a time and pygeoda with its look-up
table on both cores, and are scaled by the number of areas, since their cost per area does not depend on the map's size.
Their p-values are compared with ours. A peer that is not installed has no time: `pip install -e .[bench]`.
"""

from __future__ import annotations

import importlib.util
import resource

import geopandas as gpd
import numpy as np

from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.tails import IntArray
from benchmarks.beside import best, require
from benchmarks.statistics_bench import DRAWS, disk, esda_seconds, synthetic_counts
from geo.grids import from_strings, hex_polygons
from geo.neighbours import h3_rings
from tests.analysis.statistics.planted import honeycomb

Row = tuple[str, float, float, str]

#: Rings around a cell of resolution 9 in the middle of the country: 434,341 cells.
CENTRE, RINGS, PART_RINGS = "89196901e63ffff", 380, 22
#: Side of a torus of hexes with as many cells as the Netherlands has of resolution 10.
SIDE = 1_674


def run() -> list[Row]:
    """Measure, and refuse to report a time for an answer that differs from the peer's."""
    code, part_code = disk(CENTRE, RINGS), disk(CENTRE, PART_RINGS)
    built, weights = best(lambda: h3_rings(code), 1)
    counts, part_counts = synthetic_counts(len(code)), synthetic_counts(len(part_code))
    exact, _ = best(lambda: conditional_tails(counts, weights), 5)
    scale = len(code) / len(part_code)
    esda = esda_seconds(part_counts, h3_rings(part_code)) * scale
    pygeoda = _pygeoda(part_code, part_counts) * scale
    size = f"{len(code):,} H3 cells"
    rows = [
        (f"Rings of {size}", built, 0.0, "neighbours from codes"),
        (f"Gi* exact null, {size}", exact, esda, f"esda.G_Local R={DRAWS} on {len(part_code):,} cells, scaled"),
        (f"Gi* exact null, {size}", exact, pygeoda, f"pygeoda.local_g R={DRAWS}, look-up, 2 threads, part, scaled"),
    ]
    return [*rows, _finer()]


def _finer() -> Row:
    weights = honeycomb(SIDE)
    counts = synthetic_counts(weights.n)
    seconds, _ = best(lambda: conditional_tails(counts, weights), 3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"Gi* exact null, {weights.n:,} cells", seconds, 0.0, f"as many as resolution 10; peak so far {peak:.0f} MB"


def _pygeoda(code: np.ndarray, counts: IntArray) -> float:
    """Return the seconds of pygeoda; 0 where it is not installed."""
    if importlib.util.find_spec("pygeoda") is None:
        return 0.0
    import pygeoda

    shapes = gpd.GeoDataFrame({"y": counts}, geometry=hex_polygons(from_strings(code), crs=28992), crs=28992)
    weights = pygeoda.queen_weights(pygeoda.open(shapes), precision_threshold=0.5)
    values = counts.astype(np.float64).tolist()
    seconds, found = best(
        lambda: pygeoda.local_g(weights, values, permutations=DRAWS, cpu_threads=2, permutation_method="lookup"), 1
    )
    ours = conditional_tails(counts, h3_rings(code))
    with_ties, without = np.minimum(ours.upper, ours.lower), np.minimum(1 - ours.upper, 1 - ours.lower)
    theirs = np.array(found.lisa_pvalues())
    # It takes the smaller tail of a sample and leaves ties out on one side: so between our tails, but for chance.
    error = 5 * np.sqrt(0.25 / DRAWS)
    inside = (theirs >= np.minimum(with_ties, without) - error) & (theirs <= with_ties + error)
    require(float(inside.mean()) > 0.99, "pygeoda's p-values")
    return seconds
