"""What a theme file defines: themes, indicators, their denominators and their hotspot maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from analysis.confidential.amount_rules import Amount
from analysis.confidential.contracts import Text
from analysis.confidential.disclosure_rules import DisclosureRule
from analysis.confidential.spot_rules import SpotRule


class Nature(StrEnum):
    """Events add up over years; a stock is what there is on one day of each year."""

    EVENT = "event"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Exposure:
    """The denominator of a rate: a public figure of the area, or the published count of another indicator."""

    name: Text
    per: int
    attribute: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class HotspotRule:
    """Which map is tested, and how strictly.

    Args:
        measure: "rate" or "count".
        alpha: False discovery rate of the whole map, both tails together.
        levels: Levels that get a hotspot map.
    """

    measure: str
    alpha: float
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is counted; see the fields in `themes/*.toml`.

    Args:
        id: Unique among all themes.
        theme: Id of its theme.
        source: Id of the source that is counted.
        name: What it is called.
        definition: What is counted, as one sentence.
        numerator: The units that are counted.
        unit: Their name.
        caveats: What the figure does not say.
        where: By column of the source, the values that are counted.
        nature: Whether years add up.
        levels: Levels that it is published at; the country comes with them, but for a part.
        years: Whether single years are published.
        total: Whether a total over years is published.
        exposure: The denominator of its rate, or None.
        disclosure: What a cell must meet to be shown.
        hotspots: Which map is tested, or None.
        part_of: Id of the indicator that it counts a part of, or "".
        sum_of: Ids of the indicators that it is the sum of; () for none.
        years_at: Levels of the single years beside a total; () for the default of `periods.year_levels`.
        windows: First and last year of each total, where these are not all years of the release.
        optional_levels: Levels that it is published at as well where the release has them (`optional_levels`).
        spots: How its hotspot windows are drawn, or None.
        amount: What it adds up, or None where it counts.
    """

    id: str
    theme: str
    source: str
    name: Text
    definition: Text
    numerator: Text
    unit: Text
    caveats: Text
    where: Mapping[str, tuple[Any, ...]]
    nature: Nature
    levels: tuple[str, ...]
    years: bool
    total: bool
    exposure: Exposure | None
    disclosure: DisclosureRule
    hotspots: HotspotRule | None
    part_of: str = ""
    years_at: tuple[str, ...] = ()
    windows: tuple[tuple[int, int], ...] = ()
    optional_levels: tuple[str, ...] = ()
    spots: SpotRule | None = None
    amount: Amount | None = None
    sum_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of indicators that are read together."""

    id: str
    order: int
    name: Text
    description: Text
    context: bool
    indicators: tuple[Indicator, ...]
