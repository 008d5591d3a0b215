"""Figures to take away: CSV that says what it is.

Lines that begin with "#" are a header for people: title, what was chosen, source, release, protection, notices, the
meaning of the statuses, and that a pattern is no proof. After them come one line of column names and one line an area.
In Dutch the separator is ";" and the decimal sign ",", in English "," and ".": what spreadsheets there expect. A text
that a spreadsheet would take for a formula is preceded by an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from web.errors import NotHereError
from web.site import Site
from web.translations import localised, translator
from web.units import number, unit_of
from zicht.deviations import NUMBERS, DeviationColumn
from zicht.published import PublishedColumn

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def values_csv(site: Site, column: PublishedColumn, *, language: str) -> bytes:
    """Return a column with its hotspot class as CSV, UTF-8 with a byte order mark (for spreadsheets).

    Args:
        site: What is served.
        column: The figures.
        language: "nl" or "en".
    """
    target = io.StringIO()
    for line in _header(site, column, language):
        target.write(f"# {_one_line(line)}\r\n")
    writer = csv.writer(target, delimiter=_separator(language), lineterminator="\r\n")
    writer.writerow(_columns(language))
    writer.writerows(_rows(site, column, language))
    return target.getvalue().encode("utf-8-sig")


def deviations_csv(site: Site, column: DeviationColumn, *, language: str) -> bytes:
    """Return a map of deviations as CSV, with the same header as its figures and what it was compared with.

    Args:
        site: What is served.
        column: The comparisons.
        language: "nl" or "en".
    """
    key, text, target = column.key, translator(language), io.StringIO()
    figures = site.column(key.indicator, key.period, key.level, "rate", key.category)
    rule = site.catalogue.get("deviations") or {}
    lines = [
        *_header(site, figures, language),
        f"{text('export.reference')}: {text(f'reference.{key.reference}')} ({key.reference})",
        f"{text('export.rule')}: {'; '.join(f'{name}={_one_line(str(rule[name]))}' for name in sorted(rule))}",
        text("export.deviations"),
    ]
    for line in lines:
        target.write(f"# {_one_line(line)}\r\n")
    writer = csv.writer(target, delimiter=_separator(language), lineterminator="\r\n")
    writer.writerow([text(f"export.{name}") for name in ("code", "name", "class", *NUMBERS)])
    names = site.areas(key.level).name
    for fid, code in enumerate(column.code.tolist()):
        numbers = (_written(float(getattr(column, name)[fid]), language) for name in NUMBERS)
        writer.writerow([_safe(code), _safe(str(names[fid])), str(column.label[fid]), *numbers])
    return target.getvalue().encode("utf-8-sig")


def file_name(column: PublishedColumn) -> str:
    """Return a name for the file that tells what is in it."""
    key = column.key
    parts = [key.indicator, key.period, key.level, key.measure, key.category]
    return "-".join(part for part in parts if part) + ".csv"


def _separator(language: str) -> str:
    return ";" if language == "nl" else ","


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _header(site: Site, column: PublishedColumn, language: str) -> Iterator[str]:
    text, key, catalogue = translator(language), column.key, site.catalogue
    entry = site.indicator(key.indicator)
    levels = {str(level["id"]): localised(level["name"], language) for level in catalogue["levels"]}
    unit = unit_of(entry, key.measure, language, period=key.period, otherwise=column.unit)
    yield f"{text('export.title')}: {localised(catalogue['title'], language)}"
    yield text("pattern")
    if catalogue["fictional"]:
        yield f"{text('badge.fictional')}. {text('banner.fictional')}"
    if site.audience:
        yield text("banner.audience", readers=localised(site.audience.name, language))
    if site.is_draft:
        yield text(f"banner.draft.{site.doubt}")
    yield f"{text('export.filter.indicator')}: {localised(entry['name'], language)} ({key.indicator})"
    yield f"{text('export.filter.period')}: {key.period}"
    yield f"{text('export.filter.level')}: {levels.get(key.level, key.level)} ({key.level})"
    yield f"{text('export.filter.measure')}: {text(f'measure.{key.measure}')} ({unit})"
    yield f"{text('export.filter.category')}: {key.category or text('choice.category_all')}"
    yield f"{text('export.source')}: {_source_line(entry['source'], language)}"
    yield f"{text('export.publisher')}: {catalogue['publisher']}"
    yield f"{text('export.release')}: {site.release.id}"
    yield f"{text('export.edition')}: {site.release.manifest['edition']}"
    yield f"{text('export.protection')}: {text('protection.' + site.release.manifest['protection'])}"
    method = site.method(key.indicator, key.level)
    if method:
        yield f"{text('export.method')}: {method}"
    for notice in catalogue["notices"]:
        yield f"{text('export.notice')}: {localised(notice, language)}"
    yield text("export.statuses")


def _source_line(source: dict[str, Any], language: str) -> str:
    return ", ".join(part for part in (localised(source["name"], language), str(source.get("owner", ""))) if part)


def _columns(language: str) -> list[str]:
    text = translator(language)
    return [text(f"export.{name}") for name in ("code", "name", "status", "value", "low", "high", "unit", "class")]


def _rows(site: Site, column: PublishedColumn, language: str) -> Iterator[Sequence[str]]:
    names = site.areas(column.key.level).name
    labels = _labels(site, column)
    key, entry = column.key, site.indicator(column.key.indicator)
    unit = unit_of(entry, key.measure, language, period=key.period, otherwise=column.unit)
    for fid, code in enumerate(column.code.tolist()):
        numbers = (column.value[fid], column.low[fid], column.high[fid])
        shown = (_written(value, language) for value in numbers)
        status = str(column.status[fid])
        yield [_safe(code), _safe(str(names[fid])), status, *shown, _safe(unit), labels[fid]]


def _labels(site: Site, column: PublishedColumn) -> list[str]:
    key = column.key
    try:
        return [str(label) for label in site.classes(key.indicator, key.period, key.level, key.category).label]
    except NotHereError:
        return [""] * len(column.code)


def _written(value: float, language: str) -> str:
    plain = number(value)
    if plain is None:
        return ""
    shown = f"{plain:.12g}" if isinstance(plain, float) else str(plain)
    return shown.replace(".", ",") if language == "nl" else shown


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
