"""Hotspot windows as the API and the pages give them: where, and at least how many. Never a count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from web.site import Site
from zicht.spots import SpotColumn, SpotStatus


def spot_list(site: Site, indicator: str, period: str) -> dict[str, Any]:
    """Return the hotspot windows of an indicator in a period; none where the release has none.

    Raises:
        NotHereError: The release has no such indicator.
    """
    site.indicator(indicator)
    columns = [one for one in site.release.spots if (one.key.indicator, one.key.period) == (indicator, period)]
    status = np.concatenate([one.status for one in columns]) if columns else np.empty(0, dtype=np.str_)
    return {
        "indicator": indicator,
        "period": period,
        "candidates": len(status),
        "silent": int((status == SpotStatus.SILENT).sum()),
        "covered": int((status == SpotStatus.COVERED).sum()),
        "spots": [spot for column in columns for spot in _flagged(site, column)],
    }


def all_spots(site: Site) -> Mapping[str, list[dict[str, Any]]]:
    """Return by indicator the lists of all its periods that have hotspot windows."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key in site.release.spots.keys():
        found.setdefault(key.indicator, []).append(spot_list(site, key.indicator, key.period))
    return found


def _flagged(site: Site, column: SpotColumn) -> Iterator[dict[str, Any]]:
    names = {}
    if "gemeente" in site.release.areas:
        areas = site.areas("gemeente")
        names = dict(zip(areas.code.tolist(), areas.name.tolist(), strict=True))
    for at in np.flatnonzero(column.status == SpotStatus.FLAGGED).tolist():
        gemeente = str(column.gemeente[at])
        yield {
            "spot": str(column.spot[at]),
            "level": column.key.level,
            "hexes": list(column.hexes[at]),
            "at_least": int(column.critical[at]),
            "gemeente": gemeente,
            "name": names.get(gemeente, ""),
            "outline": [
                [list(pair) for pair in zip(ring[::2], ring[1::2], strict=True)] for ring in column.outline[at]
            ],
        }
