"""What was hidden and by which rule: the public disclosure report, and the same by subject for a page.

Everything is counted in the release itself, so that anybody can count it again. The bounds come from the audit
certificate, which anybody can compute again too. Nothing here tells which number was hidden for its own sake and which
for that of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.site import Site
from zicht.certificate import Certificate

_RULE = ("threshold", "margin", "rounding")
_COUNTED = ("cells", "published", "suppressed")


def protection(site: Site) -> dict[str, Any]:
    """Return the public disclosure report, and whether the release is a draft and why."""
    return {**site.report, "draft": site.is_draft, "doubt": site.doubt or None}


def rules(site: Site) -> list[dict[str, Any]]:
    """Return every combination of threshold, margin and rounding that the release has; None where one is not stated."""
    found = {tuple(entry["disclosure"].get(name) for name in _RULE) for entry in site.indicators.values()}
    return [dict(zip(_RULE, values, strict=True)) for values in sorted(found, key=str)]


def by_subject(site: Site) -> list[dict[str, Any]]:
    """Return one row an indicator: its rule, its cells over all periods and levels, and its narrowest bound."""
    return [
        {
            "id": entry["id"],
            "zeros": entry["disclosure"]["zeros"],
            **{name: entry["disclosure"].get(name) for name in _RULE},
            **_counted(entry),
            "narrowest_upper": _narrowest(site.standing.certificate, entry["id"]),
        }
        for entry in site.report["indicators"]
    ]


def _counted(entry: Mapping[str, Any]) -> dict[str, int]:
    rows = [row for period in entry["periods"] for row in period["levels"]]
    return {name: sum(row[name] for row in rows) for name in _COUNTED}


def _narrowest(certificate: Certificate | None, indicator: str) -> int | None:
    """Return the smallest bound of the systems an indicator is audited in; a part is audited with its whole."""
    bounds = (
        system.narrowest_upper
        for system in (certificate.systems if certificate else ())
        if indicator in (system.indicator, *system.parts)
    )
    return min((bound for bound in bounds if bound is not None), default=None)
