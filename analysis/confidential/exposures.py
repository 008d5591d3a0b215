"""Denominators of rates: public figures of the areas, or published counts of another indicator. Never a record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.indicators import Exposure, Nature
from analysis.confidential.periods import span
from geo.areas import Layer
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable, Status


def exposure_column(
    column: PublishedColumn, exposure: Exposure, *, layers: Mapping[str, Layer], nature: Nature, counts: PublishedTable
) -> PublishedColumn | None:
    """Return the exposure that belongs to a published count, or None where no figure exists for its level.

    Args:
        column: The published count.
        exposure: The denominator asked for.
        layers: Layers with their public figures.
        nature: Events are divided by figure x years, a stock by the figure.
        counts: All published counts, for denominators that are counts themselves.
    """
    key = ColumnKey(column.key.indicator, column.key.period, column.key.level, "", Measure.EXPOSURE)
    if exposure.indicator:
        other = ColumnKey(exposure.indicator, key.period, key.level, "", Measure.COUNT)
        return _renamed(counts.column(other), key) if other in counts else None
    figure = layers[key.level].attributes.get(exposure.attribute)
    if figure is None:
        return None
    times = exposure_years(exposure, nature, key.period)
    unit = f"{exposure.name['en']} summed over {times} years" if times > 1 else exposure.name["en"]
    return _public(key, column.code, np.asarray(figure, dtype=np.float64) * times, unit=unit)


def exposure_years(exposure: Exposure, nature: Nature, period: str) -> int:
    """Return by how many years a public figure is multiplied: events of five years have five years of exposure."""
    return years_in(period) if exposure.attribute and nature is Nature.EVENT else 1


def years_in(period: str) -> int:
    """Return how many years a period holds."""
    return len(span(period))


def _public(key: ColumnKey, code: NDArray[np.str_], value: NDArray[np.float64], *, unit: str) -> PublishedColumn:
    known = np.isfinite(value)
    return PublishedColumn(
        key=key,
        unit=unit,
        code=code,
        status=np.where(known, Status.PUBLISHED.value, Status.MISSING.value),
        value=np.where(known, value, np.nan),
        low=np.where(known, value, np.nan),
        high=np.where(known, value, np.nan),
    )


def _renamed(column: PublishedColumn, key: ColumnKey) -> PublishedColumn:
    return PublishedColumn(key, column.unit, column.code, column.status, column.value, column.low, column.high)
