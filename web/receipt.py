"""The receipt of a number: definition, sources, status, the reasons for its class, the checks it passed, and how to
make it again. A pure function of the release, so that page, API and command line say the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from web.deviations import comparisons
from web.errors import NotHereError
from web.site import Site
from web.translations import localised, translator
from web.units import exposure_of, number, unit_of, written
from zicht.classes import ClassColumn
from zicht.published import HotspotClass, Measure, PublishedColumn


def receipt(
    site: Site,
    *,
    indicator: str,
    period: str,
    level: str,
    code: str,
    language: str,
    category: str = "",
    made: tuple[ClassColumn, float] | None = None,
) -> dict[str, Any]:
    """Return how one number came about.

    Args:
        site: What is served.
        indicator: Id of the indicator.
        period: Period.
        level: Level of the area.
        code: Code of the area.
        language: "nl" or "en".
        category: "" where not broken down.
        made: A hotspot map by options of the reader and its false discovery rate; None for that of the release.

    Raises:
        NotHereError: The release lacks the indicator, period, level or area.
    """
    areas = site.areas(level)
    fid = areas.fid(code)
    main = site.column(indicator, period, level, category=category)
    common = frame(site, indicator=indicator, period=period, level=level, language=language, category=category)
    measures = common.pop("measures")
    return {
        **common,
        "area": {"level": level, "code": code, "name": str(areas.name[fid])},
        "values": [
            {**cell(site.column(indicator, period, level, found["measure"], category), fid), **found}
            for found in measures
        ],
        "class": _class(made or _released(site, main), fid, language),
        "deviations": comparisons(site, indicator, period, level, category, fid),
        "rebuild": [*common["rebuild"][:-1], f"{common['rebuild'][-1]} {code}"],
    }


def frame(site: Site, *, indicator: str, period: str, level: str, language: str, category: str = "") -> dict[str, Any]:
    """Return what the receipts of all areas of a map have in common: `receipt` without what is of one area.

    The last command of `rebuild` lacks the code of the area; `measures` are those of `values`, with their units.

    Raises:
        NotHereError: The release lacks the indicator, period or level.
    """
    entry = site.indicator(indicator)
    main = site.column(indicator, period, level, category=category)
    text = translator(language)
    return {
        "statement": text("pattern"),
        "indicator": {"id": indicator, "name": localised(entry["name"], language)},
        "period": period,
        "category": category,
        "main": main.key.measure,
        "measures": _measures(site, main, language),
        "definition": _definition(entry, period, language),
        "source": _source(entry["source"], language),
        "class": _method(site, main),
        "checks": _checks(site, entry, main, language),
        "release": {
            "id": site.release.id,
            "edition": site.release.manifest["edition"],
            "protection": site.release.manifest["protection"],
            "draft": site.is_draft,
            **({"audience": localised(site.audience.name, language)} if site.audience else {}),
        },
        "rebuild": [
            "zicht verify RELEASE",
            "zicht audit RELEASE",
            " ".join(["zicht explain RELEASE", indicator, period]),
        ],
    }


def cell(column: PublishedColumn, fid: int) -> dict[str, Any]:
    """Return one cell of a column as plain values, null where there is no number."""
    return {
        "measure": column.key.measure,
        "unit": column.unit,
        "status": str(column.status[fid]),
        "value": number(column.value[fid]),
        "low": number(column.low[fid]),
        "high": number(column.high[fid]),
    }


def evidence(column: ClassColumn, fid: int) -> dict[str, float | int | None]:
    """Return the numbers that a class follows from as plain values, null where there is none."""
    return {
        "z": number(column.z[fid]),
        "q_low": number(column.q_low[fid]),
        "q_high": number(column.q_high[fid]),
        "ratio_low": number(column.ratio_low[fid]),
        "ratio_high": number(column.ratio_high[fid]),
        "neighbours": int(column.neighbours[fid]),
        "neighbours_suppressed": int(column.neighbours_suppressed[fid]),
    }


def _measures(site: Site, main: PublishedColumn, language: str) -> list[dict[str, str]]:
    """Return the measures of a map and their units, its own first; some exist for other categories only."""
    key, entry = main.key, site.indicator(main.key.indicator)
    found = []
    for name in site.offered[key.indicator]["columns"][key.period][key.level]:
        try:
            column = site.column(key.indicator, key.period, key.level, name, key.category)
        except NotHereError:
            continue
        found.append(
            {"measure": name, "unit": unit_of(entry, name, language, period=key.period, otherwise=column.unit)}
        )
    return sorted(found, key=lambda one: (one["measure"] != key.measure, one["measure"]))


def _definition(entry: Mapping[str, Any], period: str, language: str) -> dict[str, Any]:
    rate = entry.get("rate")
    parts = {name: localised(entry.get(name), language) for name in ("definition", "numerator", "caveats", "unit")}
    if not rate:
        return {**parts, "rate": None}
    exposure = exposure_of(rate, language, period=period)
    formula = translator(language)(
        "receipt.formula.rate",
        numerator=parts["numerator"],
        exposure=exposure,
        per=written(rate["per"], language),
    )
    return {
        **parts,
        "rate": {
            "unit": localised(rate["unit"], language),
            "exposure": exposure,
            "exposure_source": localised(rate.get("exposure_source"), language),
            "per": rate["per"],
            "formula": formula,
        },
    }


def _source(source: Mapping[str, Any], language: str) -> dict[str, str]:
    plain = {"id": str(source["id"]), "owner": str(source.get("owner", ""))}
    return plain | {name: localised(source.get(name), language) for name in ("name", "legal_basis", "purpose")}


def _released(site: Site, main: PublishedColumn) -> tuple[ClassColumn, float | None] | None:
    key = main.key
    try:
        column = site.classes(key.indicator, key.period, key.level, key.category)
    except NotHereError:
        return None
    return column, (site.indicator(key.indicator).get("hotspots") or {}).get("alpha")


def _method(site: Site, main: PublishedColumn) -> dict[str, Any] | None:
    found = _released(site, main)
    return None if found is None else {"method": found[0].key.method, "alpha": found[1]}


def _class(found: tuple[ClassColumn, float | None] | None, fid: int, language: str) -> dict[str, Any] | None:
    if found is None:
        return None
    column, alpha = found
    label = str(column.label[fid])
    return {
        "method": column.key.method,
        "alpha": alpha,
        "label": label,
        "name": translator(language)(f"class.{label}"),
        **evidence(column, fid),
        "reasons": _reasons(column, fid, alpha, language),
    }


def _reasons(column: ClassColumn, fid: int, alpha: object, language: str) -> list[str]:
    text = translator(language)
    label = HotspotClass(str(column.label[fid]))
    reasons = [text(f"class.{label}.explain")]
    if label in (HotspotClass.SUPPRESSED, HotspotClass.MISSING, HotspotClass.NOT_APPLICABLE):
        return reasons
    reasons.append(
        text(
            "receipt.class.neighbours",
            count=int(column.neighbours[fid]),
            suppressed=int(column.neighbours_suppressed[fid]),
        )
    )
    least, most = float(column.ratio_low[fid]), float(column.ratio_high[fid])
    if math.isfinite(least) and math.isfinite(most):
        shown = {"low": _decimal(least, language), "high": _decimal(most, language)}
        reasons.append(text("receipt.class.ratio_one" if least == most else "receipt.class.ratio", **shown))
    low, high = float(column.q_low[fid]), float(column.q_high[fid])
    if math.isfinite(low) and math.isfinite(high):
        key = "receipt.class.q_one" if _decimal(low, language) == _decimal(high, language) else "receipt.class.q"
        shown = {"low": _decimal(low, language), "high": _decimal(high, language)}
        reasons.append(text(key, **shown, alpha=_decimal(float(str(alpha or "nan")), language)))
    return reasons


def _decimal(value: float, language: str) -> str:
    shown = f"{value:.3g}"
    return shown.replace(".", ",") if language == "nl" else shown


def _checks(site: Site, entry: Mapping[str, Any], main: PublishedColumn, language: str) -> list[str]:
    text = translator(language)
    rules = entry["disclosure"]
    rounding = rules.get("rounding")
    key = "receipt.check.threshold" if rounding and rounding > 1 else "receipt.check.threshold_exact"
    if main.key.measure == Measure.AMOUNT:
        key = "receipt.check.amount"
    checks = [
        text("receipt.check.files"),
        text(key, threshold=rules["threshold"], rounding=written(rounding, language)),
        text(f"receipt.check.zeros.{rules['zeros']}"),
        text(f"receipt.check.protection.{site.standing.doubt or 'joint'}"),
    ]
    if site.method(main.key.indicator, main.key.level):
        checks.append(text("receipt.check.alone"))
    return checks
