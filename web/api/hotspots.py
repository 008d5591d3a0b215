"""A whole hotspot map as the API gives it: how it was made, areas per class, and the class of every area."""

from __future__ import annotations

from collections import Counter
from typing import Any

from analysis.published.emerging_map import LABELS, EmergingColumn
from web.on_demand import Choice
from web.units import number
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
        **_options(choice),
        "classes": {str(name): counts[name] for name in HotspotClass},
        "total": len(column.code),
        "values": [_row(column, areas, fid) for fid in range(len(column.code))[rows]],
    }


def emerging_content(column: EmergingColumn, areas: AreaList, choice: Choice | None, *, rows: slice) -> dict[str, Any]:
    """Return how areas came to be hot or cold over periods, as plain values. See `map_content` for the arguments."""
    key, counts = column.key, Counter(column.label.tolist())
    return {
        "indicator": key.indicator,
        "period": key.period,
        "level": key.level,
        "category": key.category,
        "map": key.method,
        **_options(choice),
        "classes": {name: counts[name] for name in LABELS},
        "total": len(column.code),
        "values": [
            {
                "code": str(column.code[fid]),
                "name": str(areas.name[fid]),
                "class": str(column.label[fid]),
                "uncertain_periods": int(column.uncertain[fid]),
            }
            for fid in range(len(column.code))[rows]
        ],
    }


def _options(choice: Choice | None) -> dict[str, Any]:
    return choice.content() if choice else {"method": None, "neighbourhood": None, "alpha": None}


def _row(column: ClassColumn, areas: AreaList, fid: int) -> dict[str, Any]:
    return {
        "code": str(column.code[fid]),
        "name": str(areas.name[fid]),
        "class": str(column.label[fid]),
        "z": number(column.z[fid]),
        "q_low": number(column.q_low[fid]),
        "q_high": number(column.q_high[fid]),
        "ratio_low": number(column.ratio_low[fid]),
        "ratio_high": number(column.ratio_high[fid]),
        "neighbours": int(column.neighbours[fid]),
        "neighbours_suppressed": int(column.neighbours_suppressed[fid]),
    }
