"""The public disclosure report as a page that an owner of an indicator can read, in Dutch or English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zicht.report_page import Cell, Section, Share, Table, number, page, percentage

Texts = Mapping[str, str]

RULE = ("threshold", "rounding")

TEXTS: Mapping[str, Texts] = {
    "nl": {
        "title": "Wat deze uitgave toont en verbergt",
        "made": "Gemaakt uit de uitgave zelf: wie de uitgave heeft, kan dit overzicht opnieuw maken.",
        "release": "Uitgave {release}, gebiedsindeling {edition}.",
        "totals": "Van {cells} cellen zijn er {published} getoond ({share}) en {suppressed} onderdrukt.",
        "holds": "De controle vond dat de regel geldt voor {targets} getallen die niet getoond worden: geen lezer "
        "kan een bovengrens boven 0 afleiden die lager is dan {narrowest}.",
        "broken": "De controle vond {violations} getallen die te dicht af te leiden zijn. Publiceer deze uitgave niet.",
        "audience": "Niet openbaar: alleen voor {readers}. Niet verspreiden.",
        "unaudited": "Deze uitgave is niet gecontroleerd. Publiceer haar niet.",
        "rounded": "Aandelen van de gebeurtenissen zijn geschat uit afgeronde cijfers. Een streepje: niet te zeggen, "
        "omdat het totaal niet getoond is.",
        "lead": "Kijk eerst naar: {levels}. Daar is minstens {share} van de gebeurtenissen getoond.",
        "none": "Op geen niveau is zeker minstens {share} van de gebeurtenissen getoond.",
        "part": "Telt een deel van {whole}.",
        "rule": "Getoond vanaf {threshold}, afgerond op {rounding}; {zeros}.",
        "publish": "nullen worden getoond",
        "suppress": "nullen worden niet getoond",
        "and": " en ",
        "header": "niveau|cellen|getoond|onderdrukt|anders|cellen getoond|gebeurtenissen getoond",
    },
    "en": {
        "title": "What this release shows and hides",
        "made": "Made from the release itself: whoever has the release can make this report again.",
        "release": "Release {release}, boundaries of {edition}.",
        "totals": "Of {cells} cells {published} are shown ({share}) and {suppressed} are suppressed.",
        "holds": "The audit found that the rule holds for {targets} numbers that are not shown: no reader can derive "
        "an upper bound above 0 that is lower than {narrowest}.",
        "broken": "The audit found {violations} numbers that can be derived too closely. Do not publish this release.",
        "audience": "Not public: only for {readers}. Do not pass on.",
        "unaudited": "This release was not audited. Do not publish it.",
        "rounded": "Shares of events are estimated from rounded figures. A dash: nobody can tell, since the total is "
        "not shown.",
        "lead": "Look first at: {levels}. At least {share} of the events is shown there.",
        "none": "At no level is at least {share} of the events known to be shown.",
        "part": "Counts a part of {whole}.",
        "rule": "Shown from {threshold}, rounded to {rounding}; {zeros}.",
        "publish": "zeros are shown",
        "suppress": "zeros are not shown",
        "and": " and ",
        "header": "level|cells|shown|suppressed|other|cells shown|events shown",
    },
}


def disclosure_page(report: Mapping[str, Any], *, language: str) -> str:
    """Return a standalone HTML page of a disclosure report.

    Args:
        report: What `disclosure_report` returned.
        language: "nl" or "en".
    """
    texts = TEXTS[language]
    names = {level["id"]: level["name"][language] for level in report["levels"]}
    indicators = {entry["id"]: entry["name"][language] for entry in report["indicators"]}
    sections = [
        Section("", tuple(_opening(report, language))),
        *(_indicator(entry, names, indicators, report["lead_share"], language) for entry in report["indicators"]),
    ]
    return page(f"{texts['title']}: {report['title'][language]}", sections, language=language)


def _opening(report: Mapping[str, Any], language: str) -> Iterator[str]:
    texts, totals = TEXTS[language], report["totals"]
    yield texts["release"].format(release=report["release"][:12], edition=report["edition"])
    if "audience" in report:
        yield texts["audience"].format(readers=report["audience"]["name"][language])
    yield texts["made"]
    yield texts["totals"].format(
        **{name: number(totals[name], language) for name in ("cells", "published", "suppressed")},
        share=percentage(totals["share"] or 0.0, language),
    )
    audit = report["audit"]
    if audit is None or report["protection"] != "joint":
        yield texts["unaudited"]
    elif audit["holds"]:
        narrowest = audit["narrowest_upper"]
        shown = "–" if narrowest is None else number(narrowest, language)
        yield texts["holds"].format(targets=number(audit["targets"], language), narrowest=shown)
    else:
        yield texts["broken"].format(violations=number(audit["violations"], language))
    yield texts["rounded"]


def _indicator(
    entry: Mapping[str, Any], names: Mapping[str, str], indicators: Mapping[str, str], share: float, language: str
) -> Section:
    texts = TEXTS[language]
    rule = entry["disclosure"]
    sentences = [texts["rule"].format(**{name: rule[name] for name in RULE}, zeros=texts[rule["zeros"]])]
    if "part_of" in entry:
        sentences.append(texts["part"].format(whole=indicators.get(entry["part_of"], entry["part_of"])))
    last = next((period for period in reversed(entry["periods"]) if period["levels"]), None)
    if last is not None:
        leads = list(dict.fromkeys(names[level] for level in last["lead"].values() if level))
        text = texts["lead"] if leads else texts["none"]
        shown = text.format(levels=texts["and"].join(leads), share=percentage(share, language))
        sentences.append(f"{last['period']}: {shown}")
    tables = tuple(_table(period, names, language) for period in entry["periods"] if period["levels"])
    return Section(entry["name"][language], tuple(sentences), tables)


def _table(period: Mapping[str, Any], names: Mapping[str, str], language: str) -> Table:
    rows = tuple(_row(row, names) for row in period["levels"])
    leads = {level for level in period["lead"].values() if level}
    strong = frozenset(at for at, row in enumerate(period["levels"]) if row["level"] in leads)
    return Table(period["period"], tuple(TEXTS[language]["header"].split("|")), rows, strong)


def _row(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Cell, ...]:
    other = row["missing"] + row["not_applicable"]
    return (
        names[row["level"]],
        *(row["cells"], row["published"], row["suppressed"], other),
        *(Share(row["share"]), Share(row["events"])),
    )
