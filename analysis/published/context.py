"""What areas are alike in: public figures and published context indicators, and how urban an area is.

Urbanity is that of Statistics Netherlands: the address density of the surroundings, in addresses per km2, at 2,500,
1,500, 1,000 and 500 (1: very strongly urban ... 5: not urban). Where the boundaries carry no such figure, the addresses
of the area itself over its surface stand in for it, or else its homes, or else its households: a busy street in a large
empty area then looks rural.

Den Dulk, van de Stadt & Vliegen (1992), Maandstatistiek van de Bevolking 40(7), 14-27 (the measure and its classes).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zicht.deviations import FIGURES
from zicht.figures import FigureKey, FigureTable
from zicht.published import ColumnKey, FloatArray, Measure, PublishedColumn, PublishedTable, Status

#: Addresses per km2 from which an area is of class 1, 2, 3 and 4.
URBANITY = (2500.0, 1500.0, 1000.0, 500.0)

#: The figures that a context is made of, as the boundaries name them, and the surface in km2.
NEEDED = ("address_density", "addresses", "homes", "households", "inhabitants", "inhabitants_15_64", "area")


def address_density(figures: FigureTable, level: str, count: int) -> FloatArray:
    """Return the addresses per km2 of every area of a level, NaN where nobody knows."""
    found = _figure(figures, "address_density", level, count)
    surface = _figure(figures, "area", level, count)
    for name in ("addresses", "homes", "households"):
        own = _over(_figure(figures, name, level, count), surface)
        found = np.where(np.isnan(found), own, found)
    return found


def urbanity(density: FloatArray) -> NDArray[np.int64]:
    """Return the class of urbanity of every area, 1 (most urban) to 5, -1 where the density is not known."""
    found = 1 + np.sum([density < limit for limit in URBANITY], axis=0)
    return np.where(np.isnan(density), -1, found).astype(np.int64)


def context_of(
    key: ColumnKey, names: Sequence[str], *, figures: FigureTable, values: PublishedTable, count: int
) -> tuple[tuple[str, ...], FloatArray]:
    """Return what the areas of a map are alike in.

    Args:
        key: The map.
        names: Names of figures, and ids of context indicators.
        figures: Public figures of the release.
        values: Published values of the release.
        count: Number of areas of the level.

    Returns:
        The names that the release knows at this level, and (count, names) numbers, NaN where an area has none.
    """
    columns = {name: _column(name, key, figures=figures, values=values, count=count) for name in names}
    known = {name: column for name, column in columns.items() if np.isfinite(column).any()}
    return tuple(known), np.column_stack([np.empty((count, 0)), *known.values()])


#: Figures that are one number over another.
_SHARES = {"household_size": ("inhabitants", "households"), "working_age": ("inhabitants_15_64", "inhabitants")}


def _column(name: str, key: ColumnKey, *, figures: FigureTable, values: PublishedTable, count: int) -> FloatArray:
    if name not in FIGURES:
        return _indicator(name, key, values, count)
    if name == "density":
        # Half as dense again is as much of a difference in a village as in a city.
        return np.asarray(np.log1p(address_density(figures, key.level, count)))
    above, below = _SHARES[name]
    return _over(_figure(figures, above, key.level, count), _figure(figures, below, key.level, count))


def _indicator(name: str, key: ColumnKey, values: PublishedTable, count: int) -> FloatArray:
    # The rate of the same period, or else of the last year in it.
    last = key.period.split("-")[-1]
    for period in (key.period, last):
        other = ColumnKey(name, period, key.level, "", Measure.RATE)
        if other in values:
            return published(values.column(other))
    return np.full(count, np.nan)


def published(column: PublishedColumn) -> FloatArray:
    """Return the published values of a column, NaN elsewhere."""
    return np.where(column.status == Status.PUBLISHED, column.value, np.nan)


def _figure(figures: FigureTable, name: str, level: str, count: int) -> FloatArray:
    key = FigureKey(name, level)
    return figures.column(key).value if key in figures else np.full(count, np.nan)


def _over(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))
