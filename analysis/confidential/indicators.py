"""Themes and indicators: what is counted, at which levels, and under which disclosure rules.

One file `themes/NAME.toml` a theme, so that whoever guards privacy sees every threshold in a diff.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.confidential.amount_checks import check_amounts
from analysis.confidential.amount_rules import Amount, read_amount, read_amount_rule
from analysis.confidential.contracts import LANGUAGES, Source, as_tuple, required, text
from analysis.confidential.definitions import Exposure, HotspotRule, Indicator, Nature, Theme
from analysis.confidential.disclosure_rules import Capacity, Changes, DisclosureRule, Group, ZeroPolicy, read_disclosure
from analysis.confidential.parts import check_parts
from analysis.confidential.periods import check_periods
from analysis.confidential.spot_rules import check_spots, read_spots
from analysis.confidential.sums import check_sums
from zicht.config import read_toml
from zicht.errors import ConfigError

__all__ = [
    "Amount",
    "Capacity",
    "Changes",
    "DisclosureRule",
    "Exposure",
    "Group",
    "HotspotRule",
    "Indicator",
    "Nature",
    "Theme",
    "ZeroPolicy",
    "read_themes",
]


def read_themes(folder: Path, sources: Mapping[str, Source]) -> tuple[Theme, ...]:
    """Read every theme of a folder, in the order they ask for.

    Raises:
        ConfigError: An entry is missing, unknown or contradicts another, or an id occurs twice.
    """
    themes = sorted(
        (_theme(path, sources) for path in folder.glob("*.toml")), key=lambda theme: (theme.order, theme.id)
    )
    ids = [indicator.id for theme in themes for indicator in theme.indicators]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ConfigError(f"Indicator ids occur twice: {', '.join(twice)}.", where=str(folder))
    for theme in themes:
        for indicator in theme.indicators:
            if indicator.exposure and indicator.exposure.indicator and indicator.exposure.indicator not in ids:
                raise ConfigError(f"{indicator.id!r} divides by an unknown indicator.", where=str(folder))
    check_parts([indicator for theme in themes for indicator in theme.indicators], where=str(folder))
    check_sums([indicator for theme in themes for indicator in theme.indicators], where=str(folder))
    check_spots([indicator for theme in themes for indicator in theme.indicators], where=str(folder))
    check_amounts([indicator for theme in themes for indicator in theme.indicators], where=str(folder))
    return tuple(themes)


def _theme(path: Path, sources: Mapping[str, Source]) -> Theme:
    raw = read_toml(path)
    where = str(path)
    if raw.get("id") != path.stem:
        raise ConfigError("A theme is named after its id.", where=where, remedy=f'Write id = "{path.stem}".')
    entries = required(raw, "indicators", where)
    if not isinstance(entries, list):
        raise ConfigError("Indicators are written as [[indicators]].", where=where)
    context = bool(raw.get("context", False))
    indicators = tuple(_indicator(entry, path.stem, sources, where) for entry in entries if entry.get("release", True))
    if context and any(indicator.hotspots for indicator in indicators):
        raise ConfigError("A context theme has no hotspot maps.", where=where)
    return Theme(
        id=path.stem,
        order=int(str(raw.get("order", 99))),
        name=text(raw, "name", where),
        description=text(raw, "description", where),
        context=context,
        indicators=indicators,
    )


def _indicator(raw: Mapping[str, Any], theme: str, sources: Mapping[str, Source], where: str) -> Indicator:
    where = f"{where}, indicator {raw.get('id', '?')}"
    source = sources.get(str(required(raw, "source", where)))
    if source is None:
        raise ConfigError(f"There is no source {raw['source']!r}.", where=where)
    if raw.get("measure", "count") not in {"count", "amount"}:
        raise ConfigError("Counts and amounts can be released.", where=where, remedy="Write release = false.")
    amount = read_amount(raw, source, where) if raw.get("measure") == "amount" else None
    conditions = {name: tuple(values) for name, values in raw.get("where", {}).items()}
    unknown = set(conditions) - set(source.columns)
    if unknown:
        raise ConfigError(f"The source has no column {sorted(unknown)[0]!r}.", where=where)
    nature = Nature(required(raw, "nature", where))
    if nature is Nature.STOCK and raw.get("total", False):
        raise ConfigError("A stock has no total over years.", where=where, remedy="Write total = false.")
    windows = _windows(raw.get("windows", ()), where)
    indicator = Indicator(
        id=str(required(raw, "id", where)),
        theme=theme,
        source=source.id,
        **{name: text(raw, name, where) for name in ("name", "definition", "numerator", "unit", "caveats")},
        where=conditions,
        nature=nature,
        levels=tuple(required(raw, "levels", where)),
        years=bool(raw.get("years", True)),
        total=bool(raw.get("total", nature is Nature.EVENT)),
        part_of=str(raw.get("part_of", "")),
        sum_of=as_tuple(raw.get("sum_of", ())),
        years_at=as_tuple(raw.get("years_at", ())),
        windows=windows,
        optional_levels=as_tuple(raw.get("optional_levels", ())),
        exposure=_exposure(raw["exposure"], where) if "exposure" in raw else None,
        disclosure=_disclosure(raw.get("disclosure", {}), nature, where, amount=amount),
        hotspots=_hotspots(raw["hotspots"], where) if "hotspots" in raw else None,
        spots=read_spots(raw["spots"], where) if "spots" in raw else None,
        amount=amount,
    )
    check_periods(indicator, where)
    return indicator


def _disclosure(raw: Mapping[str, Any], nature: Nature, where: str, *, amount: Amount | None) -> DisclosureRule:
    """Read the rule; small changes are protected in stocks unless their theme file says otherwise."""
    if amount is not None:
        return read_amount_rule(raw, where, stock=nature is Nature.STOCK)
    if nature is Nature.STOCK:
        return read_disclosure({"changes": Changes.PROTECT, **raw}, where)
    if "changes" in raw:
        raise ConfigError("Changes are of stocks; years of events add up.", where=where, remedy="Leave changes out.")
    return read_disclosure(raw, where)


def _windows(raw: Any, where: str) -> tuple[tuple[int, int], ...]:
    try:
        return tuple((int(first), int(last)) for first, last in raw)
    except (TypeError, ValueError):
        raise ConfigError("Windows are written as [[first, last], ...].", where=where) from None


def _exposure(raw: Mapping[str, Any], where: str) -> Exposure:
    if ("attribute" in raw) == ("indicator" in raw):
        raise ConfigError("An exposure is an attribute or an indicator.", where=where)
    name = text(raw, "name", where)
    return Exposure(
        name={language: name[language] for language in LANGUAGES},
        per=int(required(raw, "per", where)),
        attribute=str(raw.get("attribute", "")),
        indicator=str(raw.get("indicator", "")),
    )


def _hotspots(raw: Mapping[str, Any], where: str) -> HotspotRule:
    measure = raw.get("measure", "rate")
    alpha = float(raw.get("alpha", 0.05))
    if measure not in {"rate", "count"} or not 0 < alpha < 1:
        raise ConfigError("Hotspots are of a rate or a count, at an alpha between 0 and 1.", where=where)
    return HotspotRule(measure=measure, alpha=alpha, levels=tuple(required(raw, "levels", where)))
