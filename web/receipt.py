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
from web.units import number, unit_of, written
from zicht.classes import ClassColumn
from zicht.published import HotspotClass, Measure, PublishedColumn


def receipt(
    site: Site, *, indicator: str, period: str, level: str, code: str, language: str, category: str = ""
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

    Raises:
        NotHereError: The release lacks the indicator, period, level or area.
    """
    entry = site.indicator(indicator)
    areas = site.areas(level)
    fid = areas.fid(code)
    main = site.column(indicator, period, level, category=category)
    text = translator(language)
    return {
        "statement": text("pattern"),
        "indicator": {"id": indicator, "name": localised(entry["name"], language)},
        "period": period,
        "category": category,
        "area": {"level": level, "code": code, "name": str(areas.name[fid])},
        "main": main.key.measure,
        "values": _values(site, main, fid, language),
        "definition": _definition(entry, period, language),
        "source": _source(entry["source"], language),
        "class": _class(site, main, fid, language),
        "deviations": comparisons(site, indicator, period, level, category, fid),
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
            " ".join(["zicht explain RELEASE", indicator, period, code]),
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


def _values(site: Site, main: PublishedColumn, fid: int, language: str) -> list[dict[str, Any]]:
    key, entry = main.key, site.indicator(main.key.indicator)
    measures = site.offered[key.indicator]["columns"][key.period][key.level]
    ordered = sorted(measures, key=lambda name: (name != key.measure, name))
    cells = []
    for name in ordered:
        try:
            column = site.column(key.indicator, key.period, key.level, name, key.category)
        except NotHereError:
            continue  # a measure that exists for other categories only
        cells.append({**cell(column, fid), "unit": unit_of(entry, name, language, otherwise=column.unit)})
    return cells


def _definition(entry: Mapping[str, Any], period: str, language: str) -> dict[str, Any]:
    rate = entry.get("rate")
    parts = {name: localised(entry.get(name), language) for name in ("definition", "numerator", "caveats", "unit")}
    if not rate:
        return {**parts, "rate": None}
    exposure = localised(rate["exposure"], language)
    years = (rate.get("years") or {}).get(period, 1)
    formula = translator(language)(
        "receipt.formula.rate_years" if years > 1 else "receipt.formula.rate",
        numerator=parts["numerator"],
        exposure=exposure,
        per=written(rate["per"], language),
        years=years,
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


def _class(site: Site, main: PublishedColumn, fid: int, language: str) -> dict[str, Any] | None:
    key = main.key
    try:
        column = site.classes(key.indicator, key.period, key.level, key.category)
    except NotHereError:
        return None
    label = str(column.label[fid])
    alpha = (site.indicator(key.indicator).get("hotspots") or {}).get("alpha")
    return {
        "label": label,
        "name": translator(language)(f"class.{label}"),
        "method": column.key.method,
        "alpha": alpha,
        "z": number(column.z[fid]),
        "q_low": number(column.q_low[fid]),
        "q_high": number(column.q_high[fid]),
        "ratio_low": number(column.ratio_low[fid]),
        "ratio_high": number(column.ratio_high[fid]),
        "neighbours": int(column.neighbours[fid]),
        "neighbours_suppressed": int(column.neighbours_suppressed[fid]),
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
