"""What was hidden and by which rule: counted in the release itself, so that anybody can count it again.

The bounds come from the audit certificate, which anybody can compute again from the release. Nothing here tells which
number was hidden for its own sake and which for that of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from web.site import Site
from zicht.certificate import RULE, Certificate
from zicht.published import Measure, PublishedColumn, Status

#: What was counted or summed; everything else is computed from it.
_COUNTED = (Measure.COUNT, Measure.AMOUNT)


def protection(site: Site) -> dict[str, Any]:
    """Return how the release was protected: the rule, how much is hidden by indicator, and what the audit found."""
    columns: dict[str, list[PublishedColumn]] = {name: [] for name in site.indicators}
    for column in site.release.values:
        if column.key.measure in _COUNTED:
            columns.setdefault(column.key.indicator, []).append(column)
    certificate = site.standing.certificate
    return {
        "release": site.release.id,
        "protection": site.release.manifest["protection"],
        "draft": site.is_draft,
        "doubt": site.doubt or None,
        "rules": _rules(site),
        "totals": _counted(column for found in columns.values() for column in found),
        "indicators": [
            {**_rule(entry), **_counted(columns[name]), **_audited(certificate, name)}
            for name, entry in site.indicators.items()
        ],
        "certificate": None if certificate is None else _certificate(certificate),
    }


def _rules(site: Site) -> list[dict[str, Any]]:
    """Return every combination of threshold, margin and rounding that the release has."""
    names = ("threshold", "margin", "rounding")
    found = {tuple(entry["disclosure"].get(name) for name in names) for entry in site.indicators.values()}
    return [dict(zip(names, values, strict=True)) for values in sorted(found, key=str)]


def _rule(entry: Mapping[str, Any]) -> dict[str, Any]:
    rule = entry["disclosure"]
    names = ("threshold", "margin", "rounding", "zeros", "capacity")
    return {"id": entry["id"], "part_of": entry.get("part_of"), **{name: rule.get(name) for name in names}}


def _counted(columns: Iterable[PublishedColumn]) -> dict[str, Any]:
    """Count cells by status, over every period and level."""
    by_level: dict[str, dict[str, int]] = {}
    for column in columns:
        level = by_level.setdefault(column.key.level, {"cells": 0, **dict.fromkeys(map(str, Status), 0)})
        level["cells"] += len(column.status)
        for status in Status:
            level[str(status)] += int(np.count_nonzero(column.status == status))
    whole = {name: sum(level[name] for level in by_level.values()) for name in ("cells", *map(str, Status))}
    return {**whole, "levels": by_level}


def _audited(certificate: Certificate | None, indicator: str) -> dict[str, Any]:
    systems = [
        system
        for system in (certificate.systems if certificate else ())
        if indicator == system.indicator or indicator in system.parts
    ]
    bounds = [system.narrowest_upper for system in systems if system.narrowest_upper is not None]
    return {
        "audited": bool(systems),
        "holds": all(system.holds for system in systems) if systems else None,
        "narrowest_upper": min(bounds, default=None),
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "release": certificate.release,
        "holds": certificate.holds,
        "rule": RULE,
        "with": list(certificate.earlier),
        "systems": len(certificate.systems),
        "cells": sum(system.cells for system in certificate.systems),
        "suppressed": sum(system.suppressed for system in certificate.systems),
        "targets": sum(system.targets for system in certificate.systems),
        "violations": sum(system.violations for system in certificate.systems),
        "narrowest_upper": certificate.narrowest_upper,
        "software": {"zicht": certificate.version},
    }
