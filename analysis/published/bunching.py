"""How far events come in bunches: the spread of an area's years around what area and year together would give.

    psi = (sum (o_it - e_it)^2 / e_it - what rounding adds) / ((areas - 1) (years - 1)),     e_it = o_i. o_.t / o_..

Independent events have psi 1; events in bunches of b have b. It says how far chance alone moves the count of one area.
How far areas differ from each other is another thing: that is what is asked. So the limits of an area use psi, not the
spread between areas, which a few very high areas alone can make so wide that nothing ever deviates.

Conventions: the level with the most areas whose every year is published, at least `LEAST`, in at least two years; only
areas with a count, so that no year is expected to be 0. Where there is none (a single year, a window alone) psi is 1
and nobody knows of bunches. A trend of its own in some area adds to psi. psi is at least 1: a stock that hardly moves
is not less than chance. Rounding to a base adds the variance of a number spread evenly over its interval.

McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., 124-128, 200 (quasi-likelihood); Wedderburn (1974),
Biometrika 61, 439-447.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geo.families import HEX
from zicht.published import FloatArray, Measure, PublishedColumn, PublishedTable, Status

#: Fewest areas whose years are compared.
LEAST = 10


def bunching(values: PublishedTable, indicator: str, *, category: str = "") -> float:
    """Estimate psi of an indicator from its published years.

    Args:
        values: Everything that the release publishes.
        indicator: Its id.
        category: Its category, "" where it is not broken down.

    Returns:
        psi, at least 1.
    """
    found, most = 1.0, LEAST - 1
    for years in _levels(values, indicator, category):
        shown = np.all([column.status == Status.PUBLISHED for column in years], axis=0)
        count = np.array([np.where(shown, column.value, 0.0) for column in years])
        use = shown & (count.sum(axis=0) > 0)
        if use.sum() > most and (count[:, use].sum(axis=1) > 0).all():
            width = np.array([(column.high - column.low)[use] for column in years])
            found, most = _psi(count[:, use], width), int(use.sum())
    return found


def _levels(values: PublishedTable, indicator: str, category: str) -> Iterator[list[PublishedColumn]]:
    keys = [
        key
        for key in values.keys()
        if (key.indicator, key.category, key.measure) == (indicator, category, Measure.COUNT)
        and "-" not in key.period
        and not key.level.startswith(HEX)
    ]
    for level in dict.fromkeys(key.level for key in keys):
        years = [values.column(key) for key in keys if key.level == level]
        if len(years) > 1:
            yield years


def _psi(count: FloatArray, width: FloatArray) -> float:
    expected = np.outer(count.sum(axis=1), count.sum(axis=0)) / count.sum()
    rounding = ((width + 1) ** 2 - 1) / 12
    excess = float(np.sum(((count - expected) ** 2 - rounding) / expected))
    years, areas = count.shape
    return float(max(1.0, excess / ((years - 1) * (areas - 1))))
