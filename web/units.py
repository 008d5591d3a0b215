"""What a number counts, in the words of the catalogue, and how it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from web.translations import localised, translator
from zicht.published import Measure


def unit_of(entry: Mapping[str, Any], measure: str, language: str, *, period: str, otherwise: str = "") -> str:
    """Return the unit of a measure of an indicator in a language.

    Args:
        entry: Catalogue entry of the indicator.
        measure: Member of `Measure`.
        language: "nl" or "en".
        period: Period of the column: of several years, an exposure is more than the figure that it is named after.
        otherwise: What the column itself calls it, for where the catalogue is silent.
    """
    rate = entry.get("rate") or {}
    if measure == Measure.EXPOSURE and rate:
        return exposure_of(rate, language, period=period) or otherwise
    counted = entry.get("unit") if measure in {Measure.COUNT, Measure.AMOUNT, Measure.EXPECTED} else None
    return localised(rate.get("unit") if measure == Measure.RATE else counted, language) or otherwise


def exposure_of(rate: Mapping[str, Any], language: str, *, period: str) -> str:
    """Return what a rate is divided by in a period: "inhabitants", or "inhabitants summed over 5 years" (person-years).

    Args:
        rate: How the rate is made, of the catalogue.
        language: "nl" or "en".
        period: A year or "first-last".
    """
    exposure, years = localised(rate["exposure"], language), (rate.get("years") or {}).get(period, 1)
    return translator(language)("unit.over_years", unit=exposure, years=years) if exposure and years > 1 else exposure


def written(value: float | None, spoken: str) -> str:
    """Return a number as it is written in a language, thousands apart; "" for none."""
    if value is None:
        return ""
    shown = f"{value:,.10g}"
    return shown.translate(str.maketrans(",.", ".,")) if spoken == "nl" else shown


def number(value: float) -> float | int | None:
    """Return a finite number, whole where it is whole, else None."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)
