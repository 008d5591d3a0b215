"""Deviations: is an area higher, comparable or lower than a reference? Functions of what a release publishes alone.

References, each a rate that an area is compared with:

- *country*: the rest of the country, from its published total; the other areas of the level where there is none;
- *gemeente*: the rest of the gemeente that the area lies in;
- *urbanity*: the other areas of the same class of urbanity;
- *similar*: the areas whose context is most like its own, standardised, k nearest;
- *unexplained*: what a regression on the context expects; what is left is not explained by it.

An area's own number is never part of its reference. A suppressed area is `suppressed`: it gets no number here. In the
reference of another it counts as what is published of it, its bounds, narrowed by what its parents publish. Where these
leave the reference wide the interval is wide, and the area too uncertain. In the regression it counts by the likelihood
of being hidden (`statistics.interval_regression`). Areas with an exposure that is missing or 0 are in no reference.

Chance is that of the area's own events, and of those of its reference, in bunches as large as its years show
(`bunching`). That areas of like circumstances differ anyway is no chance: it is what is asked, and the regression
(negative binomial) lets each area weigh by it. A map needs `LEAST` areas with a number; a regression ten for each of
its columns; similar areas three times as many candidates as are asked for. Otherwise there is no such map. Hexes have
none: their borders are nobody's, and their neighbourhoods are what hotspots are of.

The ratio is that of the published rate to the middle of what the reference can be, for reading; no class depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.published.bunching import bunching
from analysis.published.context import context_of
from analysis.published.intervals import BoolArray, IntArray
from analysis.published.pools import Cells
from analysis.published.ratio_limits import Counted, Expectation, discoveries, ratio_limits
from analysis.published.references import (
    Subject,
    country_reference,
    gemeente_reference,
    map_cells,
    similar_reference,
    subjects_of,
    unexplained_reference,
    urbanity_reference,
)
from analysis.statistics.deviation import deviation_classes
from geo.families import HEX
from geo.hierarchy import Areas
from zicht.deviations import DeviationColumn, DeviationKey, DeviationLabel, DeviationRule, Reference
from zicht.figures import FigureTable
from zicht.published import ColumnKey, FloatArray, Measure, PublishedTable, Status, StrArray
from zicht.structure import COUNTRY

__all__ = ["Areas", "Subject", "deviation_maps", "subjects_of"]

#: Fewest areas with a number of which there is a map.
LEAST = 10

#: Decimals of stored numbers below 10, limits rounded outward; comparable is decided on the stored limits.
DECIMALS = 4


def deviation_maps(
    values: PublishedTable,
    figures: FigureTable,
    areas: Mapping[str, Areas],
    *,
    subjects: Sequence[Subject],
    rule: DeviationRule,
) -> list[DeviationColumn]:
    """Compare every area of every published rate with every reference that there is.

    Args:
        values: Everything that the release publishes.
        figures: The public figures in it.
        areas: Areas by level, all levels of the release.
        subjects: The indicators to compare.
        rule: How.

    Returns:
        The maps, in no particular order.
    """
    by_id = {subject.indicator: subject for subject in subjects}
    tasks = [key for key in values.keys() if key.indicator in by_id and _is_compared(key)]

    def made(key: ColumnKey) -> list[DeviationColumn]:
        return list(_maps(key, values, figures, areas, by_id[key.indicator], rule))

    with ThreadPoolExecutor() as pool:
        return [column for columns in pool.map(made, tasks) for column in columns]


def _is_compared(key: ColumnKey) -> bool:
    return key.measure == Measure.RATE and key.level != COUNTRY and not key.level.startswith(HEX)


def _maps(
    key: ColumnKey,
    values: PublishedTable,
    figures: FigureTable,
    areas: Mapping[str, Areas],
    subject: Subject,
    rule: DeviationRule,
) -> Iterator[DeviationColumn]:
    cells = map_cells(key, values, areas, subject)
    status = values.column(key).status
    compared = (status == Status.PUBLISHED) & cells.shown & (cells.exposure_low > 0)
    if compared.sum() < LEAST or not cells.high[compared].any():
        return
    able = compared | ((status == Status.SUPPRESSED) & cells.exposed)
    names, context = context_of(key, rule.context, figures=figures, values=values, count=status.size)
    alike = able & np.isfinite(context).all(axis=1) & bool(names)
    psi = bunching(values, key.indicator, category=key.category)
    made: dict[Reference, Expectation | None] = {
        Reference.COUNTRY: country_reference(key, values, cells, subject, psi),
        Reference.GEMEENTE: gemeente_reference(key, values, areas, cells, subject, psi),
        Reference.URBANITY: urbanity_reference(figures, key.level, cells, psi),
        Reference.SIMILAR: similar_reference(cells, alike, context, rule.similar, psi),
        Reference.UNEXPLAINED: unexplained_reference(cells, alike, context, subject.threshold),
    }
    for reference, expected in made.items():
        if expected is not None:
            name = DeviationKey(key.indicator, key.period, key.level, key.category, reference)
            yield _column(name, areas[key.level].code, status, cells, compared, expected, psi, rule)


def _column(
    key: DeviationKey,
    code: StrArray,
    status: StrArray,
    cells: Cells,
    compared: BoolArray,
    expected: Expectation,
    psi: float,
    rule: DeviationRule,
) -> DeviationColumn:
    least, most = expected.bounds(np.arange(code.size), 0.5)
    # Nothing expected and nothing bounded: there is no such reference for this area.
    rows = np.flatnonzero(compared & ~np.isnan(least) & ~np.isnan(most))
    counted = Counted(
        value=cells.value[rows],
        low=cells.low[rows],
        high=cells.high[rows],
        exposure_low=cells.exposure_low[rows],
        exposure_high=cells.exposure_high[rows],
        bunches=psi,
    )
    label, low, high = _classes(counted, _Shifted(expected, rows), rule)
    exposure = (cells.exposure_low + cells.exposure_high)[rows] / 2
    events_low, events_high = least[rows] * exposure, most[rows] * exposure
    middle = (events_low + events_high) / 2
    ratio = np.divide(counted.value, middle, out=np.full(rows.size, np.nan), where=np.isfinite(middle) & (middle > 0))
    stored = (_near(np.clip(ratio, low, high)), low, high, _down(events_low), _up(events_high))
    parts = [np.full(code.size, np.nan) for _ in stored]
    for part, numbers in zip(parts, stored, strict=True):
        part[rows] = np.where(np.isfinite(numbers), numbers, np.nan)
    return DeviationColumn(key, code, _labels(status, rows, label), *parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Shifted:
    # A reference of all areas, asked by positions among those that are compared.
    expected: Expectation
    rows: IntArray

    def bounds(self, rows: IntArray, tail: float) -> tuple[FloatArray, FloatArray]:
        return self.expected.bounds(self.rows[rows], tail)


def _classes(counted: Counted, expected: Expectation, rule: DeviationRule) -> tuple[StrArray, FloatArray, FloatArray]:
    every = np.arange(counted.value.size)
    low, high = ratio_limits(counted, expected, every, 1 - rule.confidence)
    least, most = ratio_limits(counted, expected, every, rule.alpha)
    found = partial(discoveries, counted, expected, alpha=rule.alpha)
    higher, lower = found(above=True, candidates=every[least > 1]), found(above=False, candidates=every[most < 1])
    low, high = _down(low), _up(high)
    own = deviation_classes(np.minimum(low, 1.0), np.maximum(high, 1.0), margin=rule.margin)
    label = np.where(higher, DeviationLabel.HIGHER, np.where(lower, DeviationLabel.LOWER, own))
    return label.astype(np.str_), low, high


def _labels(status: StrArray, rows: IntArray, label: StrArray) -> StrArray:
    every = np.full(status.size, DeviationLabel.NOT_APPLICABLE, dtype=f"<U{max(map(len, DeviationLabel))}")
    every[status == Status.SUPPRESSED] = DeviationLabel.SUPPRESSED
    every[status == Status.MISSING] = DeviationLabel.MISSING
    every[rows] = label
    return every


def _down(values: FloatArray) -> FloatArray:
    return _rounded(values, np.floor)


def _up(values: FloatArray) -> FloatArray:
    return _rounded(values, np.ceil)


def _near(values: FloatArray) -> FloatArray:
    return _rounded(values, np.rint)


def _rounded(values: FloatArray, way: Callable[[FloatArray], FloatArray]) -> FloatArray:
    # Four decimals below 10, and five digits above: more would tell of the machine, not of the area.
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.where(np.isfinite(values) & (values >= 1), values, 1.0)))
        fine, coarse = 10.0 ** np.maximum(DECIMALS - size, 0), 10.0 ** np.maximum(size - DECIMALS, 0)
        return np.asarray(way(values * fine / coarse) * coarse / fine)
