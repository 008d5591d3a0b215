"""The receipt of one number: where it comes from, what was done to it, and how to make it again.

It reads a release only, so it can say no more than the release does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zicht.classes import ClassColumn
from zicht.deviation_texts import DEVIATION_TEXTS, REFERENCE_TEXTS, reason
from zicht.errors import AlignmentError
from zicht.published import Measure, PublishedColumn, Status
from zicht.release import Release
from zicht.standing import Doubt, standing

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt: a label and what it says, in every language."""

    label: Text
    says: Text


STATUS_TEXTS: Mapping[str, Text] = {
    Status.PUBLISHED: {"nl": "getoond", "en": "published"},
    Status.SUPPRESSED: {
        "nl": "verborgen, om dit getal of een naburig getal te beschermen",
        "en": "hidden, to protect this or a neighbouring number",
    },
    Status.MISSING: {"nl": "ontbreekt: niemand heeft dit getal geleverd", "en": "missing: nobody supplied this number"},
    Status.NOT_APPLICABLE: {
        "nl": "niet van toepassing: er is hier te weinig om door te delen",
        "en": "not applicable: there is too little here to divide by",
    },
}
CLASS_TEXTS: Mapping[str, Text] = {
    "hot": {
        "nl": "hotspot: het gebied en zijn buren samen hebben meer dan toeval over de kaart zou geven, wat de "
        "onderdrukte waarden ook zijn; het gebied zelf kan laag zijn",
        "en": "hotspot: the area and its neighbours together have more than chance over the map would give, whatever "
        "the suppressed values are; the area itself may be low",
    },
    "cold": {
        "nl": "coldspot: het gebied en zijn buren samen hebben minder dan toeval over de kaart zou geven; het gebied "
        "zelf kan hoog zijn",
        "en": "cold spot: the area and its neighbours together have less than chance over the map would give; the area "
        "itself may be high",
    },
    "not_significant": {
        "nl": "geen hotspot: het gebied en zijn buren samen passen bij toeval over de kaart",
        "en": "no hotspot: the area and its neighbours together are in keeping with chance over the map",
    },
    "undetermined": {
        "nl": "onbepaald: de onderdrukte waarden in de omgeving kunnen de uitkomst beide kanten op sturen",
        "en": "undetermined: the suppressed values nearby could turn the outcome either way",
    },
    "suppressed": {
        "nl": "verborgen: het eigen getal wordt niet getoond en de uitkomst staat niet vast",
        "en": "hidden: its own number is not shown and the outcome is not certain",
    },
    "probable": {
        "nl": "waarschijnlijk een hotspot: het gebied met zijn buren heeft meer dan verwacht als de onderdrukte "
        "waarden zijn wat ze naar verwachting zijn; zeker is dat niet",
        "en": "probably a hotspot: the area and its neighbours have more than expected if the suppressed values are "
        "what they are expected to be; that is not certain",
    },
    "missing": {"nl": "ontbreekt", "en": "missing"},
    "not_applicable": {"nl": "niet van toepassing", "en": "not applicable"},
}
#: What is known of the protection of a release, by why it is a draft.
KEPT: Mapping[Doubt | None, Text] = {
    None: {
        "nl": "als geheel beschermd en nagerekend (zicht audit)",
        "en": "protected as a whole, and audited (zicht audit)",
    },
    Doubt.PRIMARY: {
        "nl": "concept: getal voor getal verborgen, niet als geheel",
        "en": "draft: hidden number by number, not as a whole",
    },
    Doubt.UNAUDITED: {
        "nl": "concept: als geheel beschermd, nog niet nagerekend",
        "en": "draft: protected as a whole, not audited yet",
    },
    Doubt.INVALID: {
        "nl": "concept: als geheel beschermd; het bewijs van de controle klopt niet",
        "en": "draft: protected as a whole; its audit certificate is not valid",
    },
    Doubt.BROKEN: {
        "nl": "concept: de controle vond getallen die zijn af te leiden",
        "en": "draft: the audit found numbers that can be derived",
    },
}
#: What is shown at all.
COUNTS: Text = {
    "nl": "aantallen vanaf {threshold}, afgerond op {rounding}",
    "en": "counts from {threshold}, rounded to {rounding}",
}
AMOUNTS: Text = {
    "nl": "bedragen van ten minste {threshold} personen of bedrijven waarvan geen het bepaalt, afgerond op {rounding}",
    "en": "amounts of at least {threshold} persons or businesses, none of which determines them, rounded to {rounding}",
}
#: What a rate of several years is divided by: a figure times those years, such as person-years.
OVER_YEARS: Text = {"nl": "{unit} opgeteld over {years} jaar", "en": "{unit} summed over {years} years"}
NOT_PROOF: Text = {"nl": "Een patroon, geen bewijs.", "en": "A pattern, not proof."}


def explain(release: Release, *, indicator: str, period: str, code: str, level: str = "") -> list[Line]:
    """Return the receipt of every number that a release shows for one indicator, period and area.

    Args:
        release: The release.
        indicator: Id of the indicator.
        period: A year or "first-last".
        code: Code of the area.
        level: Its level; found from the code where it is not given.

    Raises:
        AlignmentError: The indicator, the period or the area does not exist, or they do not meet.
    """
    entry = _entry(release, indicator)
    level = level or level_of(release, code)
    fid = release.areas[level].fid(code)
    columns = [
        column
        for column in release.values
        if (column.key.indicator, column.key.period, column.key.level) == (indicator, period, level)
    ]
    if not columns:
        raise AlignmentError(
            f"{indicator!r} has no numbers for period {period!r} at level {level!r}.",
            remedy=_offered(entry),
        )
    classes = [
        item
        for item in release.classes
        if (item.key.indicator, item.key.period, item.key.level) == (indicator, period, level)
    ]
    return [
        *_what(release, entry, level, fid, period),
        *(line for column in columns for line in _number(column, entry, fid)),
        *(line for item in classes for line in _class(item, entry, fid)),
        *_compared(release, indicator, period, level, fid),
        *_how(release, entry),
    ]


def _offered(entry: Mapping[str, Any]) -> str:
    by_period = entry.get("levels_by_period") or dict.fromkeys(entry["periods"], entry["levels"])
    return "It has: " + "; ".join(f"{period} at {', '.join(levels)}" for period, levels in by_period.items()) + "."


def level_of(release: Release, code: str) -> str:
    """Return the level that holds a code.

    Raises:
        AlignmentError: No level does.
    """
    for level, areas in release.areas.items():
        if code in areas.code:
            return level
    raise AlignmentError(f"There is no area {code!r} in this release.", remedy="Look it up with the search box.")


def _entry(release: Release, indicator: str) -> Mapping[str, Any]:
    for entry in release.catalogue["indicators"]:
        if entry["id"] == indicator:
            return dict(entry)
    known = ", ".join(entry["id"] for entry in release.catalogue["indicators"])
    raise AlignmentError(f"There is no indicator {indicator!r}.", remedy=f"Known: {known}.")


def _both(text: str) -> Text:
    return {"nl": text, "en": text}


def _what(release: Release, entry: Mapping[str, Any], level: str, fid: int, period: str) -> Iterator[Line]:
    areas = release.areas[level]
    yield Line({"nl": "gebied", "en": "area"}, _both(f"{areas.name[fid]} ({areas.code[fid]}, {level})"))
    yield Line({"nl": "indicator", "en": "indicator"}, entry["name"])
    yield Line({"nl": "definitie", "en": "definition"}, entry["definition"])
    yield Line({"nl": "periode", "en": "period"}, _both(period))


def _number(column: PublishedColumn, entry: Mapping[str, Any], fid: int) -> Iterator[Line]:
    measure = column.key.measure
    label = {
        "count": {"nl": "aantal", "en": "count"},
        "amount": {"nl": "bedrag", "en": "amount"},
        "rate": {"nl": "verhouding", "en": "rate"},
        "exposure": {"nl": "noemer", "en": "denominator"},
    }.get(measure, _both(measure))
    unit = _unit(measure, entry, column.key.period)
    status = str(column.status[fid])
    yield Line(label, {language: _says(column, fid, status, unit[language], language) for language in ("nl", "en")})


def _unit(measure: str, entry: Mapping[str, Any], period: str) -> Text:
    rate = entry["rate"]
    if measure == "count" or rate is None:
        return dict(entry["unit"])
    if measure == "rate":
        return dict(rate["unit"])
    years = rate.get("years", {}).get(period, 1)
    if years == 1:
        return dict(rate["exposure"])
    return {name: text.format(unit=rate["exposure"][name], years=years) for name, text in OVER_YEARS.items()}


def _says(column: PublishedColumn, fid: int, status: str, unit: str, language: str) -> str:
    if status == Status.PUBLISHED:
        low, high = column.low[fid], column.high[fid]
        bounds = "" if low == high else f" [{low:.12g} - {high:.12g}]"
        return f"{column.value[fid]:.12g} {unit}{bounds}"
    return STATUS_TEXTS[status][language]


def _class(item: ClassColumn, entry: Mapping[str, Any], fid: int) -> Iterator[Line]:
    label = str(item.label[fid])
    alpha = entry["hotspots"]["alpha"]
    yield Line({"nl": "hotspotklasse", "en": "hotspot class"}, CLASS_TEXTS[label])
    q_low, q_high = item.q_low[fid], item.q_high[fid]
    if not math.isnan(q_low):
        neighbours, hidden = item.neighbours[fid], item.neighbours_suppressed[fid]
        yield Line(
            {"nl": "reden van de klasse", "en": "reason for the class"},
            {
                "nl": f"{item.key.method}; q tussen {q_low:.3g} en {q_high:.3g} bij alfa {alpha:g} over de hele kaart; "
                f"{neighbours} buren, waarvan {hidden} onderdrukt",
                "en": f"{item.key.method}; q between {q_low:.3g} and {q_high:.3g} at alpha {alpha:g} over the whole "
                f"map; {neighbours} neighbours, of which {hidden} suppressed",
            },
        )

    if not math.isnan(item.ratio_low[fid]):
        low, high = item.ratio_low[fid], item.ratio_high[fid]
        yield Line(
            {"nl": "waargenomen gedeeld door verwacht", "en": "observed over expected"},
            {
                "nl": f"{_span(low, high, 'tot')}, met de buren samen",
                "en": f"{_span(low, high, 'to')}, together with its neighbours",
            },
        )


def _span(low: float, high: float, to: str) -> str:
    return f"{low:.3g}" if low == high else f"{low:.3g} {to} {high:.3g}" if math.isfinite(high) else f">= {low:.3g}"


def _compared(release: Release, indicator: str, period: str, level: str, fid: int) -> Iterator[Line]:
    for item in release.deviations:
        if (item.key.indicator, item.key.period, item.key.level) != (indicator, period, level):
            continue
        of = REFERENCE_TEXTS[item.key.reference]
        label = {"nl": f"vergeleken met {of['nl']}", "en": f"compared with {of['en']}"}
        yield Line(label, DEVIATION_TEXTS[str(item.label[fid])])
        why = reason(item, release.catalogue["deviations"], fid)
        if why is not None:
            yield Line({"nl": "reden van de klasse", "en": "reason for the class"}, why)


def _how(release: Release, entry: Mapping[str, Any]) -> Iterator[Line]:
    source, rule = entry["source"], entry["disclosure"]
    yield Line(
        {"nl": "bron", "en": "source"},
        {language: f"{source['name'][language]} ({source['owner']})" for language in ("nl", "en")},
    )
    yield Line({"nl": "grondslag", "en": "legal basis"}, source["legal_basis"])
    kept = KEPT[standing(release).doubt]
    shown = AMOUNTS if entry.get("measure") == Measure.AMOUNT else COUNTS
    yield Line(
        {"nl": "bescherming", "en": "protection"},
        {name: f"{shown[name].format(**rule)}; {kept[name]}" for name in ("nl", "en")},
    )
    yield Line({"nl": "let op", "en": "note"}, entry["caveats"])
    yield Line({"nl": "wat het zegt", "en": "what it says"}, NOT_PROOF)
    yield Line({"nl": "uitgave", "en": "release"}, _both(f"{release.id} (edition {release.manifest['edition']})"))
    yield Line({"nl": "controleren", "en": "check"}, _both("zicht verify RELEASE; zicht audit RELEASE"))
    yield Line({"nl": "opnieuw maken", "en": "make again"}, _both("zicht build CONFIG.toml --out DIR"))
