"""Deviations as the API, the pages and the downloads give them: with what, how much, between which limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.errors import NotHereError
from web.site import Site
from web.units import number
from zicht.deviations import NUMBERS, DeviationColumn, DeviationKey, Reference


def deviation_maps(site: Site) -> Mapping[str, Mapping[str, Mapping[str, list[str]]]]:
    """Return by indicator, level and period the references that it is compared with, in the order of the page."""
    maps: dict[str, dict[str, dict[str, list[str]]]] = {}
    for key in site.release.deviations.keys():
        if not key.category:
            maps.setdefault(key.indicator, {}).setdefault(key.level, {}).setdefault(key.period, []).append(
                key.reference
            )
    order = {str(reference): at for at, reference in enumerate(Reference)}
    for by_level in maps.values():
        for by_period in by_level.values():
            for references in by_period.values():
                references.sort(key=order.__getitem__)
    return maps


def deviation_column(
    site: Site, indicator: str, period: str, level: str, reference: str, category: str = ""
) -> DeviationColumn:
    """Return one map of deviations.

    Raises:
        NotHereError: The release has no such map.
    """
    site.indicator(indicator)
    site.areas(level)
    key = DeviationKey(indicator, period, level, category, reference)
    if key not in site.release.deviations:
        raise NotHereError(
            "There is no such comparison.", remedy="Choose a period, level and reference that the catalogue lists."
        )
    return site.release.deviations.column(key)


def comparison(column: DeviationColumn, fid: int) -> dict[str, Any]:
    """Return how one area compares, null where there is no number; `high` is null too where nothing bounds it."""
    numbers = {name: number(float(getattr(column, name)[fid])) for name in NUMBERS}
    return {"reference": column.key.reference, "class": str(column.label[fid]), **numbers}


def comparisons(site: Site, indicator: str, period: str, level: str, category: str, fid: int) -> list[dict[str, Any]]:
    """Return how one area compares with every reference that there is, in the order of the page.

    A receipt says no more than a page without a server can: what was expected stands in the API's list.
    """
    keys = (DeviationKey(indicator, period, level, category, str(reference)) for reference in Reference)
    table = site.release.deviations
    found = [comparison(table.column(key), fid) for key in keys if key in table]
    return [{name: one[name] for name in ("reference", "class", "ratio", "low", "high")} for one in found]


def comparison_list(site: Site, column: DeviationColumn) -> dict[str, Any]:
    """Return a map of deviations with its areas by code, and the rule that it was made by."""
    key = column.key
    names = site.areas(key.level).name.tolist()
    rows = enumerate(zip(column.code.tolist(), names, strict=True))
    return {
        "indicator": key.indicator,
        "period": key.period,
        "level": key.level,
        "category": key.category,
        "reference": key.reference,
        "rule": site.catalogue.get("deviations"),
        "deviations": [
            {"code": code, "name": name, **{k: v for k, v in comparison(column, fid).items() if k != "reference"}}
            for fid, (code, name) in rows
        ],
    }
