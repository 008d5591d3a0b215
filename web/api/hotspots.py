"""A whole hotspot map as the API gives it: how it was made, areas per class, and the class of every area."""

from __future__ import annotations

from collections import Counter
from typing import Any

from web.on_demand import Choice
from web.receipt import number
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
    key, counts = column.key, Counter(column.label.tolist())
    return {
        "indicator": key.indicator,
        "period": key.period,
        "level": key.level,
        "category": key.category,
        "map": key.method,
        **(choice.content() if choice else {"method": None, "neighbourhood": None, "alpha": None}),
        "classes": {str(name): counts[name] for name in HotspotClass},
        "total": len(column.code),
        "values": [_row(column, areas, fid) for fid in range(len(column.code))[rows]],
    }


def _row(column: ClassColumn, areas: AreaList, fid: int) -> dict[str, Any]:
    return {
        "code": str(column.code[fid]),
        "name": str(areas.name[fid]),
        "class": str(column.label[fid]),
        "z": number(column.z[fid]),
        "q_low": number(column.q_low[fid]),
        "q_high": number(column.q_high[fid]),
        "neighbours": int(column.neighbours[fid]),
        "neighbours_suppressed": int(column.neighbours_suppressed[fid]),
    }
