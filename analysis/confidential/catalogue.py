"""`catalogue.json`: what each indicator means, where it comes from and what it does not say. Texts only, no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.confidential.amount_rules import Amount
from analysis.confidential.contracts import Source, Text
from analysis.confidential.exposures import exposure_years
from analysis.confidential.indicators import DisclosureRule, Indicator, Nature, Theme
from analysis.confidential.periods import periods_of
from analysis.confidential.pipeline import rate_unit
from analysis.confidential.spot_rules import SpotRule

FORMAT = 1


def catalogue(
    themes: Sequence[Theme],
    sources: Mapping[str, Source],
    *,
    years: range,
    methods: Mapping[str, Mapping[str, str]],
    exposure_source: Text,
) -> dict[str, Any]:
    """Return the themes and indicators of `catalogue.json`.

    Args:
        themes: In the order shown.
        sources: Contracts by id.
        years: Years of the release.
        methods: By indicator and level, the method of its hotspot map.
        exposure_source: Where the public figures come from.
    """
    rules = {indicator.id: indicator.disclosure for theme in themes for indicator in theme.indicators}
    return {
        "format": FORMAT,
        "themes": [
            {"id": theme.id, "name": theme.name, "description": theme.description, "context": theme.context}
            for theme in themes
        ],
        "indicators": [
            _indicator(indicator, sources[indicator.source], years, methods.get(indicator.id, {}), exposure_source)
            | ({} if indicator.amount is None else _amounts(indicator.disclosure, indicator.amount, rules))
            for theme in themes
            for indicator in theme.indicators
        ],
    }


def _indicator(
    indicator: Indicator, source: Source, years: range, methods: Mapping[str, str], exposure_source: Text
) -> dict[str, Any]:
    texts = {name: getattr(indicator, name) for name in ("name", "definition", "numerator", "unit", "caveats")}
    periods = periods_of(indicator, years)
    return {
        "id": indicator.id,
        "theme": indicator.theme,
        **({"part_of": indicator.part_of} if indicator.part_of else {}),
        **({"sum_of": list(indicator.sum_of)} if indicator.sum_of else {}),
        **texts,
        "nature": indicator.nature.value,
        "measure": "count",
        "levels": list(indicator.levels),
        "periods": [period.name for period in periods],
        "levels_by_period": {period.name: list(period.levels) for period in periods},
        "rate": _rate(indicator, years, exposure_source),
        "source": {
            "id": source.id,
            "name": source.name,
            "owner": source.owner,
            "legal_basis": source.legal_basis,
            "purpose": source.purpose,
        },
        "disclosure": _disclosure(indicator.disclosure) | _changes(indicator),
        "hotspots": _hotspots(indicator, methods),
        **({"spots": _spots(indicator.spots)} if indicator.spots else {}),
    }


def _disclosure(rule: DisclosureRule) -> dict[str, Any]:
    """Return what the public knows of a rule: all that an outside auditor needs."""
    return {
        "threshold": rule.threshold,
        "margin": rule.margin,
        "rounding": rule.rounding,
        "zeros": rule.zeros.value,
        "min_exposure": rule.min_exposure,
        "capacity": None if rule.capacity is None else {"of": rule.capacity.of, "each": rule.capacity.each},
        **({"unplaced": True} if rule.unplaced else {}),
    }


def _amounts(rule: DisclosureRule, amount: Amount, rules: Mapping[str, DisclosureRule]) -> dict[str, Any]:
    """Return what is otherwise of an amount: all that the public knows of its rule, and whose count it is."""
    stated = {"threshold": rule.threshold, "rounding": amount.rounding, "zeros": rules[amount.of].zeros.value}
    return {"measure": "amount", "amount_of": amount.of, "disclosure": stated}


def _changes(indicator: Indicator) -> dict[str, str]:
    """Return whether small changes are protected, which only stocks ask."""
    return {"changes": indicator.disclosure.changes.value} if indicator.nature is Nature.STOCK else {}


def _spots(rule: SpotRule) -> dict[str, Any]:
    names = ("level", "exposure", "amount", "rings", "alpha")
    return {name: getattr(rule, name) for name in names}


def _rate(indicator: Indicator, years: range, exposure_source: Text) -> dict[str, Any] | None:
    if indicator.exposure is None:
        return None
    periods = [period.name for period in periods_of(indicator, years)]
    return {
        "unit": rate_unit(indicator),
        "exposure": indicator.exposure.name,
        "per": indicator.exposure.per,
        "years": {period: exposure_years(indicator.exposure, indicator.nature, period) for period in periods},
        "exposure_source": exposure_source,
    }


def _hotspots(indicator: Indicator, methods: Mapping[str, str]) -> dict[str, Any] | None:
    if indicator.hotspots is None:
        return None
    return {"measure": indicator.hotspots.measure, "alpha": indicator.hotspots.alpha, "method": dict(methods)}
