"""Class breaks of a map of values: rounded quantiles, shared by all years so that years can be compared by eye.

Zero is a class of its own: none is another thing than few. The values above it are put in five classes of about equal
size (quantiles, Cynthia Brewer and Pickle, 2002: readers compare rates best in quantile maps). The breaks are rounded
to two significant digits, since a legend is read, not computed with. A class holds its lower break and not its upper
one. Breaks are functions of published values alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from web.site import Site
from zicht.published import FloatArray, PublishedColumn

#: Number of classes above zero.
CLASSES = 5


def class_breaks(values: FloatArray, classes: int = CLASSES) -> list[float]:
    """Return the breaks between classes, ascending.

    Args:
        values: (n,) published values, any unit; those that are not above zero or not finite are left out.
        classes: Number of classes aimed at, at least 2.

    Returns:
        At most classes - 1 breaks, each with two significant digits; fewer where values are few or equal.
    """
    above = values[np.isfinite(values) & (values > 0)]
    if above.size == 0:
        return []
    inner = np.quantile(above, np.arange(1, classes) / classes, method="inverted_cdf")
    breaks = sorted({_two_digits(float(value)) for value in inner})
    return [value for value in breaks if above.min() < value <= above.max()]


def _two_digits(value: float) -> float:
    return float(f"{value:.1e}")


def is_year(period: str) -> bool:
    """Return whether a period is a single year."""
    return "-" not in period


def breaks_of(site: Site, indicator: str) -> list[dict[str, Any]]:
    """Return the breaks of every map of an indicator, one entry a level, measure, category and kind of period."""
    groups: dict[tuple[str, str, str, str], list[PublishedColumn]] = {}
    for column in _columns(site, indicator):
        key = column.key
        kind = "year" if is_year(key.period) else key.period
        groups.setdefault((key.level, key.measure, key.category, kind), []).append(column)
    return [
        {
            "level": level,
            "measure": measure,
            "category": category,
            "kind": kind,
            "breaks": class_breaks(np.concatenate([column.value for column in columns])),
        }
        for (level, measure, category, kind), columns in sorted(groups.items())
    ]


def _columns(site: Site, indicator: str) -> Iterable[PublishedColumn]:
    site.indicator(indicator)
    table = site.release.values
    return (table.column(key) for key in table.keys() if key.indicator == indicator)
