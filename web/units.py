"""What a number counts, in the words of the catalogue, and how it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from web.translations import localised
from zicht.published import Measure


def unit_of(entry: Mapping[str, Any], measure: str, language: str, *, otherwise: str = "") -> str:
    """Return the unit of a measure of an indicator in a language.

    Args:
        entry: Catalogue entry of the indicator.
        measure: Member of `Measure`.
        language: "nl" or "en".
        otherwise: What the column itself calls it, for where the catalogue is silent.
    """
    rate = entry.get("rate") or {}
    texts = {Measure.RATE: rate.get("unit"), Measure.EXPOSURE: rate.get("exposure")}
    counted = entry.get("unit") if measure in {Measure.COUNT, Measure.AMOUNT, Measure.EXPECTED} else None
    return localised(texts.get(Measure(measure)) or counted, language) or otherwise


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
