"""A whole hotspot map as the API gives it: how it was made, areas per class, and the class of every area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analysis.published.emerging_map import LABELS, EmergingColumn
from web.on_demand import Choice
from web.receipt import evidence
from zicht.areas import AreaList
from zicht.classes import ClassColumn
from zicht.published import HotspotClass


def map_content(column: ClassColumn, areas: AreaList, choice: Choice | None, *, rows: slice) -> dict[str, Any]:
    """Return a hotspot map as plain values.

    Args:
        column: The map.
        areas: The areas of its level.
        choice: How it was made; None where the release does not say so in these terms.
        rows: Which areas are listed.
    """
    content = _head(column, choice, [str(name) for name in HotspotClass])
    return content | {
        "values": [{**_area(column, areas, fid), **evidence(column, fid)} for fid in _listed(column, rows)]
    }


def emerging_content(column: EmergingColumn, areas: AreaList, choice: Choice | None, *, rows: slice) -> dict[str, Any]:
    """Return how areas came to be hot or cold over periods, as plain values. See `map_content` for the arguments."""
    return _head(column, choice, LABELS) | {
        "values": [
            {**_area(column, areas, fid), "uncertain_periods": int(column.uncertain[fid])}
            for fid in _listed(column, rows)
        ],
    }


def _head(column: ClassColumn | EmergingColumn, choice: Choice | None, classes: Sequence[str]) -> dict[str, Any]:
    key, counts = column.key, Counter(column.label.tolist())
    return {
        "indicator": key.indicator,
        "period": key.period,
        "level": key.level,
        "category": key.category,
        "map": key.method,
        **(choice.content() if choice else {"method": None, "neighbourhood": None, "alpha": None}),
        "classes": {name: counts[name] for name in classes},
        "total": len(column.code),
    }


def _listed(column: ClassColumn | EmergingColumn, rows: slice) -> range:
    return range(len(column.code))[rows]


def _area(column: ClassColumn | EmergingColumn, areas: AreaList, fid: int) -> dict[str, str]:
    return {"code": str(column.code[fid]), "name": str(areas.name[fid]), "class": str(column.label[fid])}
