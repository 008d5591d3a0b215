"""What an area is compared with, of published values alone; `analysis.published.deviations` says which references.

Each is an `Expectation`: how much is expected of an area at the rate of its reference, as little and as much as what is
published of that reference allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.published.above import nearest_above, sums_above
from analysis.published.context import address_density, urbanity
from analysis.published.intervals import BoolArray, IntArray, SumBounds
from analysis.published.pools import Cells, Pool, Total, cells_of, pooled, rest_of
from analysis.published.ratio_limits import FittedExpectation, PoolExpectation
from analysis.statistics.errors import StatisticError
from analysis.statistics.interval_regression import IntervalRegression, interval_regression
from analysis.statistics.similar_areas import similar_areas
from geo.families import ancestors, family_of, holds_unplaced
from geo.hierarchy import Areas
from zicht.figures import FigureTable
from zicht.published import ColumnKey, FloatArray, Measure, PublishedTable
from zicht.structure import COUNTRY

#: Fewest areas for each column of a regression, the constant included.
PER_COLUMN = 10

#: Widest interval that a regression counts; a wider one says too little.
WIDEST = 400

GEMEENTE = "gemeente"


@dataclass(frozen=True, slots=True)
class Subject:
    """An indicator that is compared.

    Args:
        indicator: Its id.
        threshold: The smallest count that is shown.
        unplaced: Whether records of which only the gemeente is known count there.
    """

    indicator: str
    threshold: int
    unplaced: bool = False


def subjects_of(catalogue: Mapping[str, Any]) -> list[Subject]:
    """Return the indicators that a release compares, from its catalogue: counts that are not context."""
    context = {theme["id"] for theme in catalogue["themes"] if theme.get("context")}
    return [
        Subject(entry["id"], int(entry["disclosure"]["threshold"]), bool(entry["disclosure"].get("unplaced", False)))
        for entry in catalogue["indicators"]
        if entry["measure"] == "count" and entry["theme"] not in context
    ]


def map_cells(key: ColumnKey, values: PublishedTable, areas: Mapping[str, Areas], subject: Subject) -> Cells:
    """Return the cells of a map, suppressed ones narrowed by the nearest coarser level that publishes counts."""
    count = values.column(replace(key, measure=Measure.COUNT))
    exposure = values.column(replace(key, measure=Measure.EXPOSURE, category=""))
    sums = sums_above(values, count, nearest_above(values, key, areas, unplaced=subject.unplaced))
    return cells_of(count, exposure, SumBounds.none(len(count.code)) if sums is None else sums)


def unexplained_reference(
    cells: Cells, alike: BoolArray, context: FloatArray, threshold: int
) -> FittedExpectation | None:
    """Return what a regression on the context expects, None where it has no answer."""
    rows = np.flatnonzero(alike & (cells.high - cells.low <= WIDEST))
    if rows.size < PER_COLUMN * (context.shape[1] + 1):
        return None
    middle = ((cells.exposure_low + cells.exposure_high) / 2)[rows]
    low, high, hidden = cells.low[rows], cells.high[rows], cells.hidden[rows]
    try:
        fit = interval_regression(low, high, context[rows], middle, hidden=hidden, threshold=threshold)
    except StatisticError:
        # Context that is the same everywhere, or too few events for it: there is no such map, and the release goes on.
        return None
    return _expectation(cells, rows, fit)


def _expectation(cells: Cells, rows: IntArray, fit: IntervalRegression) -> FittedExpectation:
    rate, error = np.full(cells.low.size, np.nan), np.full(cells.low.size, np.nan)
    rate[rows] = fit.expected / ((cells.exposure_low + cells.exposure_high)[rows] / 2)
    error[rows] = fit.standard_error
    return FittedExpectation(rate, error)


def country_reference(
    key: ColumnKey, values: PublishedTable, cells: Cells, subject: Subject, psi: float
) -> PoolExpectation:
    """Return the rest of the country, or of the level where the country has no number."""
    member = np.zeros(cells.low.size, dtype=np.int64)
    total = _total(replace(key, level=COUNTRY), values, key.level, subject)
    return PoolExpectation(rest_of(cells, member, 1, total), psi)


def gemeente_reference(
    key: ColumnKey,
    values: PublishedTable,
    areas: Mapping[str, Areas],
    cells: Cells,
    subject: Subject,
    psi: float,
) -> PoolExpectation | None:
    """Return the rest of the gemeente that each area lies in, None where the level is no finer."""
    family = family_of(key.level, tuple(areas))
    if GEMEENTE not in family or family.index(key.level) <= family.index(GEMEENTE):
        return None
    member = ancestors(areas, key.level, GEMEENTE).astype(np.int64)
    total = _total(replace(key, level=GEMEENTE), values, key.level, subject)
    return PoolExpectation(rest_of(cells, member, len(areas[GEMEENTE].code), total), psi)


def _total(key: ColumnKey, values: PublishedTable, level: str, subject: Subject) -> Total | None:
    count = replace(key, measure=Measure.COUNT)
    # A gemeente also counts what is outside its parks.
    if count not in values or level == "park":
        return None
    column = values.column(count)
    low, high = np.nan_to_num(column.low, nan=0.0), np.nan_to_num(column.high, nan=np.inf)
    return Total(low, high, complete=not (subject.unplaced and holds_unplaced(key.level, level)))


def urbanity_reference(figures: FigureTable, level: str, cells: Cells, psi: float) -> PoolExpectation | None:
    """Return the other areas of the same class of urbanity, None where no density is known."""
    member = urbanity(address_density(figures, level, cells.low.size))
    if not (member >= 0).any():
        return None
    return PoolExpectation(rest_of(cells, member, int(member.max()) + 1), psi)


def similar_reference(
    cells: Cells, alike: BoolArray, context: FloatArray, likes: int, psi: float
) -> PoolExpectation | None:
    """Return the areas most alike, None where too few have a context."""
    rows = np.flatnonzero(alike)
    if rows.size < 3 * likes:
        return None
    # Positions among the areas that have a context, then among all.
    found = rows[similar_areas(context[rows], k=likes)]
    pool = pooled(cells, np.repeat(np.arange(rows.size), likes), found.ravel(), rows.size)
    return PoolExpectation(_spread(pool, rows, cells.low.size), psi)


def _spread(pool: Pool, rows: IntArray, count: int) -> Pool:
    def every(part: FloatArray) -> FloatArray:
        whole = np.zeros(count)
        whole[rows] = part
        return whole

    names = ("low", "high", "exposure_low", "exposure_high")
    return Pool(*(every(getattr(pool, name)) for name in names))
