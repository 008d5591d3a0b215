"""What a published map is expected to hold: exposures times one rate, as bounds where a figure is not published.

The rate is that of the country: its published count over its published exposure. Where the country's count is hidden,
the rate lies between what the cells of the map are together at least and at most, and the expected counts are intervals
too. Rates are those of the published numbers, as everything on a map is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.published.intervals import BoolArray, Bounds, largest_sums
from zicht.published import FloatArray, PublishedColumn, Status


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Bounds on expected counts.

    Args:
        low: (n,) 0 or more.
        high: (n,) at least `low`, possibly infinite.
    """

    low: FloatArray
    high: FloatArray

    @property
    def middle(self) -> FloatArray:
        """(n,) the middle of the bounds; infinite where there is no upper one."""
        return np.asarray((self.low + self.high) / 2)


def expects(exposure: PublishedColumn) -> BoolArray:
    """Return (n,) whether something can be expected in an area: it has an exposure above 0, published or hidden."""
    published = (exposure.status == Status.PUBLISHED) & (np.nan_to_num(exposure.value) > 0)
    return np.asarray(published | (exposure.status == Status.SUPPRESSED))


def expected_counts(
    bounds: Bounds,
    exposure: PublishedColumn,
    keep: BoolArray,
    *,
    country: tuple[PublishedColumn, PublishedColumn] | None,
) -> Expected:
    """Return what each kept area is expected to count at the rate of the country.

    Args:
        bounds: Of the counts of the kept areas.
        exposure: (n,) exposures of all areas.
        keep: (n,) which of them `bounds` are of; each has an exposure (see `expects`).
        country: The count and the exposure of the country, one area each; None where the release has none.
    """
    published = exposure.status[keep] == Status.PUBLISHED
    low = np.where(published, exposure.value[keep], np.nan_to_num(exposure.low[keep], nan=0.0))
    high = np.where(published, exposure.value[keep], np.nan_to_num(exposure.high[keep], nan=np.inf))
    rate = _rate(country) if country is not None else None
    least, most = rate if rate is not None else _rates(bounds, float(low.sum()), float(high.sum()))
    with np.errstate(invalid="ignore"):  # 0 x inf: a rate of nothing over something unknown
        return Expected(np.nan_to_num(low * least, nan=0.0), np.nan_to_num(high * most, nan=np.inf, posinf=np.inf))


def _rate(country: tuple[PublishedColumn, PublishedColumn]) -> tuple[float, float] | None:
    if any(column.status[0] != Status.PUBLISHED for column in country) or country[1].value[0] <= 0:
        return None
    rate = float(country[0].value[0] / country[1].value[0])
    return rate, rate


def _rates(bounds: Bounds, least: float, most: float) -> tuple[float, float]:
    # Of all cells together: fewest events over most exposure, and the other way round.
    every = np.arange(bounds.low.size)
    one = np.zeros(bounds.low.size, dtype=np.int64)
    high = float(largest_sums(bounds, one, every, 1)[0])
    low = max(-float(largest_sums(bounds.mirrored, one, every, 1)[0]), 0.0)
    return low / most if most > 0 else 0.0, high / least if least > 0 else np.inf
