"""A release whose single years are there for gemeenten alone, with a part at one level, as joint protection asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support import tiny_world as world
from tests.support.certified import certify
from tests.support.tiny import tiny_release
from zicht.classes import ClassTable
from zicht.published import PublishedTable
from zicht.release import Release

TOTAL = "2024-2025"
YEARS = ("2024", "2025")
YEAR_LEVELS = ("country", "gemeente")
PART_LEVEL = "wijk"


def offered(indicator: str, period: str, level: str) -> bool:
    """Return whether the release has figures."""
    if indicator == world.LABS:
        return period == TOTAL or level in YEAR_LEVELS
    if indicator == world.FINES:
        return (period, level) == (TOTAL, PART_LEVEL)
    return period != TOTAL  # a stock: years do not add up


def uneven_release(folder: Path) -> Release:
    """Build it, with a certificate."""
    tiny_release(
        folder,
        manifest=lambda old: {**old, "protection": "joint"},
        values=lambda old: PublishedTable(column for column in old if _keeps(column.key)),
        classes=lambda old: ClassTable(column for column in old if _keeps(column.key)),
        catalogue=_catalogue,
    )
    return certify(folder)


def _keeps(key: Any) -> bool:
    return offered(key.indicator, key.period, key.level)


def _catalogue(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "indicators": [_entry(entry) for entry in old["indicators"]]}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    by_period = {
        period: [level for level in entry["levels"] if offered(entry["id"], period, level)] for period in world.PERIODS
    }
    by_period = {period: levels for period, levels in by_period.items() if levels}
    levels = [level for level in entry["levels"] if any(level in found for found in by_period.values())]
    part = {"part_of": world.LABS} if entry["id"] == world.FINES else {}
    return {**entry, **part, "periods": list(by_period), "levels": levels, "levels_by_period": by_period}
