"""One hotspot map of a published table: the column that is tested, and what its published parents say about it.

Two methods make such maps. *Neighbourhood observed over expected* (`ratios`) leads where there is an exposure to expect
by; *Getis-Ord* (`hotspots`) stands beside it, free of any law, and alone where there is none.

The only inputs are the table, the neighbourhood and which area lies in which, so that anybody who has a release can
make each of its maps again.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from analysis.published.above import Above, sums_above
from analysis.published.hotspots import hotspots
from analysis.published.rates import RATE_RESOLUTION
from analysis.published.ratios import ratio_classes
from analysis.published.sums import rate_sums
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn
from zicht.published import ColumnKey, Measure, PublishedTable
from zicht.structure import COUNTRY


class MapMethod(StrEnum):
    """How a hotspot map is made; the first part of the name of a method."""

    GI_STAR = "gi-star"
    NEIGHBOURHOOD_RATIO = "neighbourhood-ratio"


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
    sums = sums_above(values, counts, above)
    if key.measure != Measure.RATE:
        return hotspots(column, weights, method=method, alpha=alpha, sums=sums)
    if sums is not None:
        exposure = values.column(replace(key, measure=Measure.EXPOSURE))
        sums = rate_sums(sums, counts, exposure, per=per, resolution=RATE_RESOLUTION)
    return hotspots(column, weights, method=method, alpha=alpha, resolution=RATE_RESOLUTION, sums=sums)


def ratio_map(
    values: PublishedTable, key: ColumnKey, *, weights: SpatialWeights, method: str, alpha: float, above: Above | None
) -> ClassColumn:
    """Classify the areas of one published column by what neighbourhoods have over what is expected there.

    Args:
        values: The published table; it has exposures of the column.
        key: Which column, of any measure: counts are compared with exposures.
        weights: Who neighbours whom.
        method: Names statistic, input and neighbourhood.
        alpha: False discovery rate of the map.
        above: The coarser level whose published counts bound sums of suppressed ones; None for none.

    Returns:
        The class of every area.

    Raises:
        AlignmentError: The table has no exposures of it.
    """
    counts, exposure = (values.column(replace(key, measure=part)) for part in (Measure.COUNT, Measure.EXPOSURE))
    whole = [replace(key, measure=part, level=COUNTRY) for part in (Measure.COUNT, Measure.EXPOSURE)]
    country = (values.column(whole[0]), values.column(whole[1])) if all(part in values for part in whole) else None
    sums = sums_above(values, counts, above)
    return ratio_classes(counts, exposure, weights, method=method, alpha=alpha, country=country, sums=sums)


def class_map(
    values: PublishedTable,
    key: ColumnKey,
    *,
    weights: SpatialWeights,
    method: str,
    alpha: float,
    per: int,
    above: Above | None,
) -> ClassColumn:
    """Classify the areas of one published column by the method that its name begins with; see `hotspot_map`."""
    if method.startswith(f"{MapMethod.NEIGHBOURHOOD_RATIO}/"):
        return ratio_map(values, key, weights=weights, method=method, alpha=alpha, above=above)
    return hotspot_map(values, key, weights=weights, method=method, alpha=alpha, per=per, above=above)


def method_names(measure: str, neighbourhood: str) -> tuple[str, ...]:
    """Return the methods that a map of a measure is made by, the leading one first.

    Args:
        measure: "rate", which has an exposure to expect by, or "count".
        neighbourhood: For instance "queen".
    """
    methods = (MapMethod.NEIGHBOURHOOD_RATIO, MapMethod.GI_STAR) if measure == Measure.RATE else (MapMethod.GI_STAR,)
    return tuple(f"{method}/{measure}/{neighbourhood}" for method in methods)
