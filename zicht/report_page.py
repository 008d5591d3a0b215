"""One standalone HTML page with tables: no script, no font, no picture and no address from elsewhere.

Everything that is put into it is escaped, and the page forbids itself to load anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from zicht.errors import ConfigError
from zicht.release import canonical_json

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: right; padding: .2rem .5rem; border-bottom: 1px solid #8884; font-weight: 400; }
thead th { border-bottom: 2px solid #888; vertical-align: bottom; }
th:first-child { text-align: left; }
meter { width: 5rem; }
.strong th, .strong td { font-weight: 600; }
""".strip()

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Share:
    """A share between 0 and 1, shown as a percentage and as a bar; None where nobody can tell."""

    value: float | None


Cell = str | int | Share


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report.

    Args:
        caption: What it shows.
        header: Names of its columns.
        rows: Its rows; the first cell of each is its name.
        strong: Positions of rows that stand out.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with sentences and tables."""

    heading: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...] = ()


def page(title: str, sections: Iterable[Section], *, language: str) -> str:
    """Return a whole HTML page.

    Args:
        title: Its title.
        sections: What it says; the first has no heading of its own but the title.
        language: "nl" or "en".
    """
    body = "".join(_section(section, language) for section in sections)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}</body>\n</html>\n"
    )


def _section(section: Section, language: str) -> str:
    heading = f"<h2>{escape(section.heading)}</h2>\n" if section.heading else ""
    sentences = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in section.sentences)
    return heading + sentences + "".join(_table(table, language) for table in section.tables)


def _table(table: Table, language: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    rows = "".join(_row(row, language, strong=at in table.strong) for at, row in enumerate(table.rows))
    return (
        f"<table>\n<caption>{escape(table.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _row(row: Sequence[Cell], language: str, *, strong: bool) -> str:
    first, *others = (_cell(cell, language) for cell in row)
    mark = ' class="strong"' if strong else ""
    return f'<tr{mark}><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others) + "</tr>\n"


def _cell(cell: Cell, language: str) -> str:
    if isinstance(cell, Share):
        if cell.value is None:
            return "–"
        shown = percentage(cell.value, language)
        return f'<meter min="0" max="1" value="{cell.value:.4f}">{shown}</meter> {shown}'
    return number(cell, language) if isinstance(cell, int) else escape(cell)


def number(value: int, language: str) -> str:
    """Return a whole number with the separator of thousands of a language."""
    return f"{value:,}".replace(",", "." if language == "nl" else ",")


def percentage(share: float, language: str) -> str:
    """Return a share as a percentage with one decimal; what is not all is never shown as 100%."""
    tenths = 1000 if share >= 1 else min(int(share * 1000 + 0.5), 999)
    return f"{tenths // 10}{',' if language == 'nl' else '.'}{tenths % 10}%"


def write_report(path: Path, *, content: Mapping[str, Any], html: str, release: Path) -> None:
    """Write a report beside a release, whole or not at all: JSON or HTML, by the end of its name.

    Args:
        path: The file, ending in .json or .html.
        content: The report as JSON.
        html: The report as a page.
        release: The release folder, which must not hold the report.

    Raises:
        ConfigError: The name ends otherwise, the file would lie in the release, or its folder is absent.
    """
    check_target(path, release=release)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(canonical_json(content) if path.suffix == ".json" else html.encode())
    partial.replace(path)


def check_target(path: Path, *, release: Path) -> None:
    """Refuse a place that a report cannot be written to, before any work is done.

    Raises:
        ConfigError: See `write_report`.
    """
    if path.suffix not in {".json", ".html"}:
        raise ConfigError("A report is .json or .html.", where=str(path), remedy="Give it such a name.")
    if release.resolve() in path.resolve().parents:
        raise ConfigError(
            "A report does not belong in a release, which never changes.",
            where=str(path),
            remedy="Choose a place outside it.",
        )
    if not path.parent.is_dir():
        raise ConfigError("The folder of the report does not exist.", where=str(path), remedy="Make it first.")
