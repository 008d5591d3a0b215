"""A release with police districts, in which a rare subject is hidden everywhere below them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.areas import Layer
from geo.regions import with_regions
from tests.support import tiny_world as world
from tests.support.certified import certify
from tests.support.tiny import tiny_release
from tiles.scheme import ZOOMS
from zicht.published import PublishedColumn, PublishedTable, Status
from zicht.release import Release

DISTRICTS = {"GM9001": ("PD9001", "Oeverstreek"), "GM9002": ("PD9002", "Rietkust")}


def regional_release(folder: Path) -> Release:
    """Build it, with a certificate."""
    tiny_release(
        folder,
        manifest=lambda old: {**old, "protection": "joint"},
        layers=_layers,
        values=lambda old: PublishedTable(_columns(old)),
        catalogue=_catalogue,
    )
    return certify(folder)


def _layers(old: tuple[Layer, ...]) -> tuple[Layer, ...]:
    country, gemeente, *others = old
    regions = with_regions(gemeente, {"district": DISTRICTS}, sources={"district": "test"})
    return (country, *regions.values(), *others)


def _columns(old: PublishedTable) -> Iterator[PublishedColumn]:
    for column in old:
        key = column.key
        if key.indicator != world.LABS or key.level == "country":
            yield column
            continue
        if key.level == "gemeente":
            code = np.array([DISTRICTS[one][0] for one in column.code.tolist()])
            yield replace(column, key=replace(key, level="district"), code=code)
        unknown = np.full(len(column.code), np.nan)
        hidden = np.where(column.status == Status.PUBLISHED, Status.SUPPRESSED, column.status)
        yield replace(column, status=hidden, value=unknown, low=unknown, high=unknown)


def _catalogue(old: dict[str, Any]) -> dict[str, Any]:
    zooms = ZOOMS["district"]
    district = {
        "id": "district",
        "name": {"nl": "Politiedistrict", "en": "Police district"},
        "family": "administrative",
        "minzoom": zooms.minzoom,
        "maxzoom": zooms.maxzoom,
    }
    country, *levels = old["levels"]
    indicators = [
        {**entry, "levels": ["district", *entry["levels"]]} if entry["id"] == world.LABS else entry
        for entry in old["indicators"]
    ]
    default = {"indicator": world.RESIDENTS, "period": "2025", "level": "park", "layer": "value"}
    return {**old, "levels": [country, district, *levels], "indicators": indicators, "default": default}
