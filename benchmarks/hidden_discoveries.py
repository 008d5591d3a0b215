"""Print what of the hot spots of a whole map a published one still finds, and how many of its own are false.

`python -m benchmarks.hidden_discoveries [EVENTS ...]`: synthetic national maps of hexes of resolution 8 with planted
clusters (a hex where people live and its neighbours, risk four times as high), protected jointly with gemeenten,
wijken, buurten and coarser hexes (t = 10, m = 2, counts rounded to 5). The bounds of hidden cells are those of the
release. What the whole map finds is the truth for *found*; a hot spot is *false* where neither the hex nor a neighbour
is raised.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.joint import Solution, protect
from analysis.confidential.disclosure.systems import TOTAL, System
from analysis.published.ratios import ratio_classes
from analysis.published.sums import sums_within_parents
from benchmarks.disclosure_systems import SyntheticCountry, middles, synthetic_country
from benchmarks.protect_bench import BASE, THRESHOLD, national_system, problem_of
from geo.weights import SpatialWeights, both_ways
from zicht.published import ColumnKey, HotspotClass, Measure, PublishedColumn, Status
from zicht.structure import COUNTRY

EVENTS = (45_000, 450_000)
CLUSTERS = 60
RISK = 4.0
ALPHA = 0.05
LEVEL, ABOVE = "h3-8", "h3-7"

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """A map before anything is hidden.

    Args:
        count: (atoms,) events.
        touched: (n,) hexes that are raised or beside one that is.
    """

    count: IntArray
    touched: BoolArray


def planted(country: SyntheticCountry, weights: SpatialWeights, *, events: int, phi: float, seed: int) -> Map:
    """Draw events by population, more where clusters are planted, bunched by hex if `phi` is above 0."""
    rng = np.random.default_rng(seed)
    people = country.totals(country.people)[LEVEL].astype(np.float64)
    around = people + _sums(weights, people)
    centres = rng.choice(np.flatnonzero(around > np.quantile(around[around > 0], 0.5)), CLUSTERS, replace=False)
    raised = np.isin(np.arange(weights.n), centres)
    raised |= _sums(weights, raised) > 0
    share = country.people * np.where(raised, RISK, 1.0)[country.hexagon]
    if phi > 0:
        share = share * rng.gamma(1 / phi, phi, weights.n)[country.hexagon]
    return Map(rng.multinomial(events, share / share.sum()).astype(np.int64), raised | (_sums(weights, raised) > 0))


def _sums(weights: SpatialWeights, values: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.bincount(weights.rows, values[weights.indices], minlength=weights.n).astype(np.float64)


def honeycomb(resolution: int) -> SpatialWeights:
    """Return who neighbours whom among the hexes of the synthetic country."""
    tree = KDTree(middles(resolution))
    step = float(tree.query(tree.data[:1], k=2)[0][0, 1])
    return both_ways(tree.n, *tree.query_pairs(1.2 * step, output_type="ndarray").T)


def columns(
    country: SyntheticCountry, system: System, truth: IntArray, solution: Solution
) -> Mapping[str, PublishedColumn]:
    """Return the published counts of every level of hexes, with what bounds the hidden ones."""
    found: dict[str, PublishedColumn] = {}
    above = None
    for level in (COUNTRY, "h3-6", "h3-7", "h3-8"):
        cells = system.cells[TOTAL, level]
        counts, shown = truth[cells], solution.published[cells]
        value = (BASE * ((counts + BASE // 2) // BASE)).astype(np.float64)
        low = np.where(counts > 0, np.maximum(value - BASE // 2, THRESHOLD), 0.0)
        high = np.where(counts > 0, value + BASE // 2, 0.0)
        ceiling = np.where(solution.ceiling[cells] < UNLIMITED, solution.ceiling[cells], np.inf)
        if above is not None:
            parent = country.parent[level] if above.key.level != COUNTRY else np.zeros(len(counts), dtype=np.int64)
            room = np.nan_to_num(above.high, nan=np.inf) - np.bincount(parent, low * shown, len(above.code))
            ceiling = np.minimum(ceiling, np.maximum(room[parent], 0.0))
        above = _column(
            level, shown, value, np.where(shown, low, solution.least[cells]), np.where(shown, high, ceiling)
        )
        found[level] = above
    return found


def _column(
    level: str, shown: BoolArray, value: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> PublishedColumn:
    return PublishedColumn(
        key=ColumnKey("events", "2025", level, "", Measure.COUNT),
        unit="events",
        code=np.array([f"{level}/{fid:06d}" for fid in range(len(value))]),
        status=np.where(shown, Status.PUBLISHED.value, Status.SUPPRESSED.value),
        value=np.where(shown, value, np.nan),
        low=low,
        high=np.where(np.isfinite(high), high, np.nan),
    )


def _whole(level: str, values: NDArray[np.float64], measure: Measure = Measure.COUNT) -> PublishedColumn:
    column = _column(level, np.ones(len(values), dtype=np.bool_), values, values, values)
    return replace(column, key=replace(column.key, measure=measure))


def lines(country: SyntheticCountry, events: int) -> Iterator[str]:
    """Measure maps of so many events, each protected with zeros shown and hidden."""
    weights, system, people = honeycomb(8), national_system(country), country.totals(country.people)
    exposure = _whole(LEVEL, people[LEVEL].astype(np.float64), Measure.EXPOSURE)
    everybody = _whole(COUNTRY, people[COUNTRY].astype(np.float64), Measure.EXPOSURE)
    for phi in (0.0, 0.5):
        made = planted(country, weights, events=events, phi=phi, seed=1)
        totals = {level: sums.astype(np.float64) for level, sums in country.totals(made.count).items()}
        classes = partial(ratio_classes, method="neighbourhood-ratio/rate/h3-ring-1", alpha=ALPHA)
        all_of_it = (_whole(COUNTRY, totals[COUNTRY]), everybody)
        full = classes(_whole(LEVEL, totals[LEVEL]), exposure, weights, country=all_of_it)
        hot = full.label == HotspotClass.HOT
        for zeros in (True, False):
            problem = problem_of(system, country, made.count, zeros_shown=zeros)
            shown = columns(country, system, problem.truth, protect(problem))
            sums = sums_within_parents(shown[LEVEL], shown[ABOVE], country.parent[LEVEL])
            total = (shown[COUNTRY], everybody)
            part = classes(shown[LEVEL], exposure, weights, country=total, sums=sums)
            yield _line(events, phi, zeros, totals[LEVEL], shown[LEVEL], hot, part.label, made.touched)


def _line(
    events: int,
    phi: float,
    zeros: bool,
    truth: NDArray[np.float64],
    column: PublishedColumn,
    hot: BoolArray,
    label: NDArray[np.str_],
    touched: BoolArray,
) -> str:
    published = truth[column.status == Status.PUBLISHED].sum() / truth.sum()
    parts = [f"{events:>9,} events, phi {phi:g}, zeros {'shown ' if zeros else 'hidden'}  published {published:.2f}"]
    parts.append(f"whole map {np.count_nonzero(hot):>4} hot, false {1 - touched[hot].mean():.3f}")
    for name, kinds in (("certain", ("hot",)), ("with probable", ("hot", "probable"))):
        found = np.isin(label, kinds)
        false = 1 - touched[found].mean() if found.any() else 0.0
        parts.append(f"{name} finds {found[hot].mean():.2f}, false {false:.3f}")
    return "; ".join(parts)


def main() -> None:
    """Print a line for every map."""
    country = synthetic_country(finest=8)
    for events in [int(text) for text in sys.argv[1:]] or EVENTS:
        for line in lines(country, events):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
