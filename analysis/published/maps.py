"""One hotspot map of a published table: the column that is tested, and what its published parents say about it.

The only inputs are the table, the neighbourhood and which area lies in which, so that anybody who has a release can
make each of its maps again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from analysis.published.hotspots import hotspots
from analysis.published.intervals import IntArray
from analysis.published.rates import RATE_RESOLUTION
from analysis.published.sums import rate_sums, sums_within_parents
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn
from zicht.published import ColumnKey, Measure, PublishedTable


@dataclass(frozen=True, slots=True, eq=False)
class Above:
    """The nearest coarser level of the same family.

    Args:
        level: Its name.
        parent_of: (n,) position of each area's parent there.
        complete: Whether it counts nothing but what the areas count; not where it holds records without a buurt.
    """

    level: str
    parent_of: IntArray
    complete: bool = True


def hotspot_map(
    values: PublishedTable,
    key: ColumnKey,
    *,
    weights: SpatialWeights,
    method: str,
    alpha: float,
    per: int,
    above: Above | None,
) -> ClassColumn:
    """Classify the areas of one published column of counts or rates.

    Args:
        values: The published table.
        key: Which column; its measure is "count" or "rate".
        weights: Binary weights among its areas.
        method: Names statistic, input and neighbourhood.
        alpha: False discovery rate of the map.
        per: What the rate is per; of no use for a count.
        above: The coarser level whose published counts bound sums of suppressed ones; None for none.

    Returns:
        The class of every area.
    """
    column = values.column(key)
    counts = values.column(replace(key, measure=Measure.COUNT))
    sums = None
    if above is not None:
        parents = values.column(replace(key, measure=Measure.COUNT, level=above.level))
        sums = sums_within_parents(counts, parents, above.parent_of, complete=above.complete)
    if key.measure != Measure.RATE:
        return hotspots(column, weights, method=method, alpha=alpha, sums=sums)
    if sums is not None:
        exposure = values.column(replace(key, measure=Measure.EXPOSURE))
        sums = rate_sums(sums, counts, exposure, per=per, resolution=RATE_RESOLUTION)
    return hotspots(column, weights, method=method, alpha=alpha, resolution=RATE_RESOLUTION, sums=sums)
