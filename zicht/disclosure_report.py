"""The public disclosure report: how much a release shows and hides, computed from the release alone.

Anybody who holds the release can make it again, so it can be published beside it. It knows nothing of why a cell is
hidden. Shares of events are taken from published values, which are rounded, so they are estimates: published cells
added up, over the published value of the country. Where the country is not published nobody can tell, and the share is
None.

The *lead level* of an indicator is the finest level at which at least a stated share of its events is published: the
level to look at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from zicht.certificate import AuditedSystem, Certificate
from zicht.config import LEAD_SHARE
from zicht.errors import ConfigError
from zicht.published import ColumnKey, Measure, PublishedColumn, Status
from zicht.release import Release
from zicht.structure import COUNTRY

FORMAT = 1
KIND = "disclosure-report"

#: What is protected; every other measure is a function of these.
PROTECTED = (Measure.COUNT, Measure.AMOUNT)

ADMINISTRATIVE, HEX = "administrative", "hex"


def disclosure_report(
    release: Release, *, certificate: Certificate | None = None, share: float = LEAD_SHARE
) -> dict[str, Any]:
    """Return how much a release shows, by indicator, period and level.

    Columns of categories other than the whole ("") are left out: they show parts of cells that are counted already.

    Args:
        release: The release.
        certificate: What the audit found of it; None where it was not audited.
        share: Share of events that a lead level publishes at least, above 0 and at most 1.

    Returns:
        The content of the report, ready to be written as JSON.

    Raises:
        ConfigError: The share is out of range.
    """
    check_share(share)
    columns = [
        release.values.column(key) for key in release.values.keys() if key.measure in PROTECTED and not key.category
    ]
    return {
        "format": FORMAT,
        "kind": KIND,
        "release": release.id,
        "title": release.catalogue["title"],
        "edition": release.manifest["edition"],
        "protection": release.manifest["protection"],
        **({"audience": release.manifest["audience"]} if "audience" in release.manifest else {}),
        "lead_share": share,
        "levels": [{name: level[name] for name in ("id", "name", "family")} for level in release.catalogue["levels"]],
        "audit": None if certificate is None else _audit(certificate),
        "totals": _totals(columns),
        "indicators": [
            _indicator(entry, columns, release.catalogue["levels"], certificate, share)
            for entry in release.catalogue["indicators"]
        ],
    }


def check_share(share: float) -> None:
    """Refuse a share that is none.

    Raises:
        ConfigError: It is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ConfigError("The share of a lead level is above 0 and at most 1.", remedy="Write 0.7 for 70%.")


def lead_level(shares: Mapping[str, float | None], order: Sequence[str], *, share: float) -> str | None:
    """Return the finest level that publishes at least a share of all events.

    Args:
        shares: By level, the share that it publishes; None where nobody can tell.
        order: The levels of one family, coarsest first.
        share: What is asked.

    Returns:
        The level, or None where no level publishes so much.
    """
    enough = [level for level in order if (found := shares.get(level)) is not None and found >= share]
    return enough[-1] if enough else None


def lead_levels(
    shares: Mapping[str, float | None], levels: Sequence[Mapping[str, Any]], *, share: float
) -> dict[str, str | None]:
    """Return the lead level of each family; the country belongs to both.

    Args:
        shares: By level, the share of events that it publishes; None where nobody can tell.
        levels: The levels of the catalogue, coarsest first in each family.
        share: What is asked.
    """
    hexes = [level["id"] for level in levels if level["family"] == HEX]
    others = [level["id"] for level in levels if level["family"] != HEX]
    found = {ADMINISTRATIVE: lead_level(shares, others, share=share)}
    if any(level in shares for level in hexes):
        found[HEX] = lead_level(shares, [COUNTRY, *hexes], share=share)
    return found


def _indicator(
    entry: Mapping[str, Any],
    columns: Sequence[PublishedColumn],
    levels: Sequence[Mapping[str, Any]],
    certificate: Certificate | None,
    share: float,
) -> dict[str, Any]:
    own = [column for column in columns if column.key.indicator == entry["id"]]
    periods = list(dict.fromkeys([*entry["periods"], *(column.key.period for column in own)]))
    parts = {"part_of": entry["part_of"]} if entry.get("part_of") else {}
    return {
        **{name: entry[name] for name in ("id", "name", "unit", "disclosure")},
        **parts,
        "periods": [
            _period(entry["id"], period, [column for column in own if column.key.period == period], levels, share)
            | {"audit": _system(certificate, entry["id"], period)}
            for period in periods
        ],
    }


def _period(
    indicator: str,
    period: str,
    columns: Sequence[PublishedColumn],
    levels: Sequence[Mapping[str, Any]],
    share: float,
) -> dict[str, Any]:
    order = [level["id"] for level in levels]
    whole = _whole(indicator, period, columns)
    ordered = sorted(columns, key=lambda column: order.index(column.key.level))
    rows = [_level(column, whole) for column in ordered]
    shares = {row["level"]: row["events"] for row in rows}
    return {"period": period, "levels": rows, "lead": lead_levels(shares, levels, share=share)}


def _whole(indicator: str, period: str, columns: Iterable[PublishedColumn]) -> float | None:
    """Return the published value of the country, None where there is none or where it is 0."""
    for column in columns:
        if column.key == ColumnKey(indicator, period, COUNTRY, "", column.key.measure):
            total = float(np.nansum(column.value))
            return total if total > 0 else None
    return None


def _level(column: PublishedColumn, whole: float | None) -> dict[str, Any]:
    cells = len(column.code)
    count = {status.value: int(np.count_nonzero(column.status == status)) for status in Status}
    shown = float(np.nansum(column.value))
    return {
        "level": column.key.level,
        "measure": column.key.measure,
        "cells": cells,
        **count,
        "share": _share(count[Status.PUBLISHED], cells),
        # Rounded values can add up to a little more than the rounded total.
        "events": None if whole is None else min(1.0, round(shown / whole, 4)),
    }


def _totals(columns: Iterable[PublishedColumn]) -> dict[str, Any]:
    status = np.concatenate([np.empty(0, dtype=np.str_), *(column.status for column in columns)])
    count = {one.value: int(np.count_nonzero(status == one)) for one in Status}
    return {"cells": len(status), **count, "share": _share(count[Status.PUBLISHED], len(status))}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _audit(certificate: Certificate) -> dict[str, Any]:
    narrowest = [one.narrowest_upper for one in certificate.systems if one.narrowest_upper is not None]
    return {
        "holds": certificate.holds,
        "rule": certificate.rule,
        "with": list(certificate.earlier),
        "systems": len(certificate.systems),
        "targets": sum(one.targets for one in certificate.systems),
        "violations": sum(one.violations for one in certificate.systems),
        "narrowest_upper": min(narrowest, default=None),
    }


def _system(certificate: Certificate | None, indicator: str, period: str) -> dict[str, Any] | None:
    """Return what was found of the system that an indicator heads in a period; None for years and parts in one."""
    for found in certificate.systems if certificate else ():
        if (found.indicator, found.period) == (indicator, period):
            return _found(found)
    return None


def _found(found: AuditedSystem) -> dict[str, Any]:
    names = ("parts", "atoms", "targets", "violations", "narrowest_upper", "holds")
    return {name: getattr(found, name) for name in names} | {"parts": list(found.parts)}
