"""What protection costs: per indicator, period and level, what is hidden and why, and how much is still shown.

Confidential. How many cells are hidden for being small themselves, and how much of the truth is shown, is what a
release keeps silent about: whoever knew it could reason back. The report is for the owner of an indicator, who chooses
levels, periods and thresholds by it, and stays where the records are. `zicht report` makes the public one.

Conventions: a cell is primary where a rule of its indicator hides it by itself, secondary where it is hidden for the
sake of others; a cell where by public knowledge nothing can be is neither. Shares of units are of all units of the
indicator in the period, so that what lies outside every park counts as not shown at park level. Shares of inhabitants
are of those who live in the cells of the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.primary import primary
from analysis.confidential.indicators import DisclosureRule, Indicator
from geo.areas import Layer
from geo.families import HEX
from zicht.config import LEAD_SHARE
from zicht.disclosure_report import ADMINISTRATIVE, check_share, lead_levels
from zicht.disclosure_report import HEX as HEX_FAMILY
from zicht.errors import AlignmentError
from zicht.report_page import Section, Share, Table, page

BoolArray = NDArray[np.bool_]

FORMAT = 1
KIND = "loss-report"
INHABITANTS = "inhabitants"
WARNING = "Confidential: this says how many cells are small. It stays where the records are."


@dataclass(frozen=True, slots=True)
class Loss:
    """What protection costs at one level of one indicator in one period. Confidential.

    Args:
        indicator: Its id.
        period: A year, or "first-last".
        level: The level.
        cells: Number of cells.
        primary: How many are hidden for what they hold themselves.
        secondary: How many are hidden to protect others.
        units: Units counted at the level.
        units_shown: Units in cells that are shown.
        inhabitants: Inhabitants of the cells, None where there is no such figure.
        inhabitants_shown: Inhabitants of cells that are shown, None likewise.
    """

    indicator: str
    period: str
    level: str
    cells: int
    primary: int
    secondary: int
    units: int
    units_shown: int
    inhabitants: int | None
    inhabitants_shown: int | None


def losses(
    tables: Mapping[tuple[str, str, str], CountTable],
    patterns: Mapping[tuple[str, str], Mapping[str, BoolArray]],
    *,
    rules: Mapping[str, DisclosureRule],
    layers: Mapping[str, Layer],
) -> tuple[Loss, ...]:
    """Return what a pattern costs.

    Args:
        tables: Counts by indicator, period and level.
        patterns: By indicator and period, then by level: (n,) true where the cell is hidden.
        rules: The rule of each indicator.
        layers: By level, with inhabitants as a public figure where there is one.

    Raises:
        AlignmentError: A pattern is not of the cells that were counted.
    """
    return tuple(_losses(tables, patterns, rules, layers))


def _losses(
    tables: Mapping[tuple[str, str, str], CountTable],
    patterns: Mapping[tuple[str, str], Mapping[str, BoolArray]],
    rules: Mapping[str, DisclosureRule],
    layers: Mapping[str, Layer],
) -> Iterator[Loss]:
    for (indicator, period), by_level in patterns.items():
        for level, hidden in by_level.items():
            yield _loss(tables[indicator, period, level], hidden, rules[indicator], layers[level])


def _loss(table: CountTable, hidden: BoolArray, rule: DisclosureRule, layer: Layer) -> Loss:
    if len(hidden) != len(table.count):
        where = f"{table.indicator}, {table.period}, {table.level}"
        raise AlignmentError("A pattern is not of the cells that were counted.", where=where)
    own = hidden & primary(table, rule, layer=layer)
    living = np.nan_to_num(layer.attributes[INHABITANTS]) if INHABITANTS in layer.attributes else None
    return Loss(
        indicator=table.indicator,
        period=table.period,
        level=table.level,
        cells=len(hidden),
        primary=int(np.count_nonzero(own)),
        secondary=int(np.count_nonzero(hidden & ~own)),
        units=int(table.count.sum()),
        units_shown=int(table.count[~hidden].sum()),
        inhabitants=None if living is None else round(float(living.sum())),
        inhabitants_shown=None if living is None else round(float(living[~hidden].sum())),
    )


def loss_report(
    found: Iterable[Loss], indicators: Sequence[Indicator], *, levels: Sequence[str], share: float = LEAD_SHARE
) -> dict[str, Any]:
    """Return the confidential report of a release, ready to be written as JSON.

    Args:
        found: What was found of every system.
        indicators: In the order of the report.
        levels: Levels of the release, coarsest first in each family.
        share: Share of units that a lead level publishes at least, above 0 and at most 1.

    Raises:
        ConfigError: The share is out of range.
    """
    check_share(share)
    # Single years first, then windows, as in the catalogue.
    rows = sorted(found, key=lambda loss: ("-" in loss.period, loss.period, levels.index(loss.level)))
    return {
        "format": FORMAT,
        "kind": KIND,
        "warning": WARNING,
        "lead_share": share,
        "indicators": [
            {
                "id": indicator.id,
                "name": dict(indicator.name),
                "periods": list(_periods([row for row in rows if row.indicator == indicator.id], levels, share)),
            }
            for indicator in indicators
        ],
    }


def _periods(rows: Sequence[Loss], levels: Sequence[str], share: float) -> Iterator[dict[str, Any]]:
    families = [{"id": level, "family": HEX_FAMILY if level.startswith(HEX) else ADMINISTRATIVE} for level in levels]
    for period in dict.fromkeys(row.period for row in rows):
        own = [row for row in rows if row.period == period]
        whole = max(row.units for row in own)
        shares = {row.level: _share(row.units_shown, whole) for row in own}
        yield {
            "period": period,
            "units": whole,
            "levels": [_level(row, shares[row.level]) for row in own],
            "lead": lead_levels(shares, families, share=share),
        }


def _level(row: Loss, units: float | None) -> dict[str, Any]:
    known = row.inhabitants is not None and row.inhabitants_shown is not None
    return {
        "level": row.level,
        "cells": row.cells,
        "primary": row.primary,
        "secondary": row.secondary,
        "published": row.cells - row.primary - row.secondary,
        "units": units,
        "inhabitants": _share(row.inhabitants_shown or 0, row.inhabitants or 0) if known else None,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


HEADER = ("level", "cells", "primary", "secondary", "published", "units shown", "inhabitants of shown cells")


def loss_page(report: Mapping[str, Any]) -> str:
    """Return a standalone HTML page of the confidential report.

    Args:
        report: What `loss_report` returned.
    """
    asked = f"{report['lead_share']:.0%}"
    sections = [Section("", (report["warning"], f"Lead level: the finest that shows at least {asked} of the units."))]
    for entry in report["indicators"]:
        tables = tuple(_table(period) for period in entry["periods"])
        sections.append(Section(f"{entry['name']['en']} ({entry['id']})", (), tables))
    return page("What protection costs (confidential)", sections, language="en")


def _table(period: Mapping[str, Any]) -> Table:
    leads = {level for level in period["lead"].values() if level}
    named = ", ".join(sorted(leads)) or "none"
    names = ("cells", "primary", "secondary", "published")
    rows = tuple(
        (row["level"], *(row[name] for name in names), Share(row["units"]), Share(row["inhabitants"]))
        for row in period["levels"]
    )
    strong = frozenset(at for at, row in enumerate(period["levels"]) if row["level"] in leads)
    return Table(f"{period['period']}: {period['units']:,} units; lead level: {named}", HEADER, rows, strong)
