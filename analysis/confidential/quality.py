"""What a reader may know of the sources: how many rows were read, used and left out, under the same threshold.

Rows read are used and left-out rows together. So where one part is too small to show, the number read is held back
too: without it, no subtraction gives the small part back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.confidential.observations import ObservationTable
from analysis.confidential.reasons import TEXTS, UNPLACED, Reason
from zicht.published import Status

THRESHOLD = 10
BASE = 5


def quality_report(tables: Iterable[ObservationTable], *, years: range) -> dict[str, Any]:
    """Return the content of `quality.json`.

    Args:
        tables: The observations of every source.
        years: Years of the release.
    """
    return {
        "threshold": THRESHOLD,
        "rounding": BASE,
        "sources": [_source(table, years) for table in sorted(tables, key=lambda table: table.source.id)],
    }


def _source(table: ObservationTable, years: range) -> dict[str, Any]:
    parts = [_cell("used", None, len(table.rows))]
    parts += [
        _cell("unplaced" if reason in UNPLACED else "rejected", reason, table.left_out[reason])
        for reason in Reason
        if table.left_out.get(reason, 0)
    ]
    whole = all(part["status"] == Status.PUBLISHED for part in parts)
    read = _cell("read", None, table.read) if whole else _hidden("read", None)
    return {
        "id": table.source.id,
        "name": table.source.name,
        "periods": [str(year) for year in years],
        "cells": [read, *parts],
    }


def _cell(what: str, reason: Reason | None, count: int) -> dict[str, Any]:
    if 0 < count < THRESHOLD:
        return _hidden(what, reason)
    value = BASE * ((count + BASE // 2) // BASE)
    slack = BASE // 2 if count else 0
    low = max(value - slack, THRESHOLD) if count else 0
    return _entry(what, reason, Status.PUBLISHED, value=value, low=low, high=value + slack)


def _hidden(what: str, reason: Reason | None) -> dict[str, Any]:
    return _entry(what, reason, Status.SUPPRESSED, value=None, low=0, high=None)


def _entry(what: str, reason: Reason | None, status: Status, **numbers: int | None) -> dict[str, Any]:
    words: Mapping[str, str] | None = None if reason is None else TEXTS[reason]
    return {"what": what, "reason": words, "status": status.value, **numbers}
