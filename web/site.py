"""What every view reads: one opened release, what it offers, and how the server is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from tiles.chunks import ChunkList, chunk_list, is_chunked
from tiles.hexes import lattice_of
from tiles.outlines import Lattice
from web.errors import NotHereError
from zicht.areas import AreaList
from zicht.audience import Audience, audience_of
from zicht.classes import ClassColumn, ClassKey
from zicht.config import LEAD_SHARE, Background
from zicht.disclosure_report import disclosure_report
from zicht.published import ColumnKey, Measure, PublishedColumn, Status
from zicht.release import Release
from zicht.standing import Standing, standing
from zicht.structure import COUNTRY


class Hosting(StrEnum):
    """Who answers the page: this server, or a plain host that has nothing but files."""

    SERVER = "server"
    FILES = "files"


@dataclass(frozen=True)
class Site:
    """A release as it is served.

    Args:
        release: The release.
        background: What lies under the map.
        base_url: Address of the server as its readers know it, without a trailing slash; "" to take it from requests.
        as_draft: Whether to call it a draft even where it is none.
        lead_share: Share of its events that the lead level of an indicator publishes at least.
        hosting: Who answers the page.
    """

    release: Release
    background: Background = Background.NONE
    base_url: str = ""
    as_draft: bool = False
    lead_share: float = LEAD_SHARE
    hosting: Hosting = Hosting.SERVER

    @cached_property
    def standing(self) -> Standing:
        """Whether the release may be published."""
        return standing(self.release)

    @cached_property
    def report(self) -> Mapping[str, Any]:
        """The public disclosure report."""
        return disclosure_report(self.release, certificate=self.standing.certificate, share=self.lead_share)

    def settle(self) -> None:
        """Find out whether it is a draft before there are processes, which would each look when first asked."""
        _ = self.standing

    @property
    def is_draft(self) -> bool:
        """Whether every page says that it is a draft."""
        return self.as_draft or self.standing.is_draft

    @property
    def doubt(self) -> str:
        """Why it is a draft: a `Doubt`, "asked" where somebody asked for it, "" where it is none."""
        return str(self.standing.doubt or ("asked" if self.as_draft else ""))

    @cached_property
    def audience(self) -> Audience | None:
        """For whom the release is, None where it is public."""
        return audience_of(self.release)

    @property
    def catalogue(self) -> Mapping[str, Any]:
        """The catalogue of the release."""
        return self.release.catalogue

    @cached_property
    def indicators(self) -> Mapping[str, Mapping[str, Any]]:
        """Catalogue entries by indicator id."""
        return {str(entry["id"]): entry for entry in self.catalogue["indicators"]}

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Levels that have vector tiles, coarsest first within their family."""
        return tuple(str(level["id"]) for level in self.catalogue["levels"] if _zooms(level) is not None)

    @cached_property
    def hexes(self) -> Mapping[str, str]:
        """Levels of H3 cells that the map draws without tiles: for each the level of its parents, or their one code."""
        families = {str(level["id"]): level["family"] for level in self.catalogue["levels"]}
        found: dict[str, str] = {}
        for level in self.levels:
            areas = self.release.areas[level]
            if families[level] == "hex" and len(areas.code) and np.array_equal(areas.name, areas.code):
                parent = str(areas.parent[0])
                found[level] = f"h3-{int(parent[1], 16)}" if len(parent) == len(areas.code[0]) else parent
        return found

    @cached_property
    def chunks(self) -> Mapping[str, ChunkList]:
        """Levels of H3 cells so fine that they are sent in chunks, and their chunks."""
        return {level: chunk_list(self.areas(level)) for level in self.hexes if is_chunked(self.areas(level).code)}

    @cached_property
    def lattices(self) -> Mapping[str, Lattice]:
        """What the outlines of those levels are worked out with."""
        return {level: lattice_of(self.areas(level), chunks) for level, chunks in self.chunks.items()}

    @cached_property
    def offered(self) -> Mapping[str, Mapping[str, Any]]:
        """By indicator: its periods and categories, and its measures by period and level, as they are in the table.

        Not every level has every period: a single year may be shown for gemeenten alone.
        """
        offered: dict[str, dict[str, Any]] = {}
        for key in self.release.values.keys():
            entry = offered.setdefault(key.indicator, {"periods": {}, "categories": set(), "measures": {}})
            entry["periods"].setdefault(key.period, {}).setdefault(key.level, set()).add(key.measure)
            entry["categories"].add(key.category)
            entry["measures"].setdefault(key.level, set()).add(key.measure)
        return {name: _sorted(entry) for name, entry in sorted(offered.items())}

    @cached_property
    def _methods(self) -> Mapping[tuple[str, str], str]:
        methods: dict[tuple[str, str], str] = {}
        for key in self.release.classes.keys():
            methods.setdefault((key.indicator, key.level), key.method)
            if key.method == self._default_method(key.indicator, key.level):
                methods[key.indicator, key.level] = key.method
        return methods

    def _default_method(self, indicator: str, level: str) -> str:
        method = (self.indicators.get(indicator, {}).get("hotspots") or {}).get("method") or ""
        return str(method.get(level, "") if isinstance(method, Mapping) else method)

    def indicator(self, name: str) -> Mapping[str, Any]:
        """Return the catalogue entry of an indicator.

        Raises:
            NotHereError: The release has none of that name.
        """
        if name not in self.indicators:
            raise NotHereError("There is no such indicator.", remedy="Choose one that the catalogue lists.")
        return self.indicators[name]

    def areas(self, level: str) -> AreaList:
        """Return the areas of a level.

        Raises:
            NotHereError: The release has no such level.
        """
        if level not in self.release.areas:
            raise NotHereError("There is no such level.", remedy="Choose one that the catalogue lists.")
        return self.release.areas[level]

    def main_measure(self, indicator: str, level: str) -> str:
        """Return the measure a map shows unless asked otherwise: the rate where there is one."""
        offered = self.offered.get(indicator, {}).get("measures", {}).get(level, ())
        wanted = (Measure.RATE, str(self.indicator(indicator).get("measure", "")), Measure.COUNT, Measure.AMOUNT)
        return next((str(name) for name in wanted if name in offered), "")

    def column(self, indicator: str, period: str, level: str, measure: str = "", category: str = "") -> PublishedColumn:
        """Return one published column.

        Args:
            indicator: Id of the indicator.
            period: For instance "2021" or "2021-2025".
            level: For instance "wijk".
            measure: Member of `Measure`; "" for the main one.
            category: "" where not broken down.

        Raises:
            NotHereError: The release has no such column.
        """
        self.indicator(indicator)
        self.areas(level)
        name = measure or self.main_measure(indicator, level)
        key = ColumnKey(indicator=indicator, period=period, level=level, category=category, measure=name)
        if key not in self.release.values:
            raise NotHereError(
                "These figures are not in this release.", remedy="Choose a period, level and measure it lists."
            )
        return self.release.values.column(key)

    def method(self, indicator: str, level: str) -> str:
        """Return the hotspot method shown for an indicator at a level, "" where there is none."""
        return self._methods.get((indicator, level), "")

    def classes(self, indicator: str, period: str, level: str, category: str = "") -> ClassColumn:
        """Return one hotspot map.

        Raises:
            NotHereError: The release has no such map.
        """
        self.indicator(indicator)
        self.areas(level)
        key = ClassKey(indicator, period, level, category, self.method(indicator, level))
        if key not in self._class_keys:
            raise NotHereError("There is no hotspot map of this.", remedy="Choose the layer of values.")
        return self.release.classes.column(key)

    @cached_property
    def _class_keys(self) -> frozenset[ClassKey]:
        return frozenset(self.release.classes.keys())

    @cached_property
    def hotspot_maps(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """By indicator and level: the periods that have a hotspot map."""
        maps: dict[str, dict[str, set[str]]] = {}
        for key in self.release.classes.keys():
            maps.setdefault(key.indicator, {}).setdefault(key.level, set()).add(key.period)
        return {name: {level: tuple(sorted(p)) for level, p in by.items()} for name, by in maps.items()}

    def agreement(self, indicator: str) -> Mapping[str, list[Mapping[str, Any]]]:
        """Return, by period, how far the hotspot maps of an indicator agree on different divisions of the country."""
        entries = self.release.agreement.get("indicators", ())
        return {str(one["period"]): list(one["maps"]) for one in entries if one["indicator"] == indicator}

    def shown(self, indicator: str) -> Mapping[str, float]:
        """Return, by level, the share of areas (0 to 1) with a published value in the last period offered."""
        entry = self.offered.get(indicator, {"periods": [], "measures": {}})
        shares = {}
        for level in entry["measures"]:
            columns = (self._column_or_none(indicator, period, level) for period in reversed(entry["periods"]))
            column = next((found for found in columns if found is not None), None)
            if column is not None and len(column.status):
                shares[level] = round(float((column.status == Status.PUBLISHED).mean()), 3)
        return shares

    def lead(self, indicator: str) -> list[str]:
        """Return the lead levels in the last period offered: the finest at which most events are published."""
        periods = self.offered.get(indicator, {"periods": []})["periods"]
        found = {
            str(level)
            for entry in self.report["indicators"]
            for period in entry["periods"]
            if entry["id"] == indicator and periods and period["period"] == periods[-1]
            for level in period["lead"].values()
            if level and level != COUNTRY
        }
        return sorted(found)

    def _column_or_none(self, indicator: str, period: str, level: str) -> PublishedColumn | None:
        categories = self.offered[indicator]["categories"]
        try:
            return self.column(indicator, period, level, category=categories[0])
        except NotHereError:
            return None

    def zooms(self, level: str) -> tuple[int, int]:
        """Return the first and last zoom of the tiles of a level.

        Raises:
            NotHereError: The level has no tiles.
        """
        for entry in self.catalogue["levels"]:
            zooms = _zooms(entry)
            if entry["id"] == level and zooms is not None:
                return zooms
        raise NotHereError("There are no tiles of this level.", remedy="Choose a level that the catalogue lists.")


def _zooms(level: Mapping[str, Any]) -> tuple[int, int] | None:
    first, last = level.get("minzoom"), level.get("maxzoom")
    return None if first is None or last is None else (int(first), int(last))


def _sorted(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "periods": sorted(entry["periods"], key=lambda period: ("-" in period, period)),
        "columns": {
            period: {level: sorted(names) for level, names in sorted(levels.items())}
            for period, levels in sorted(entry["periods"].items())
        },
        "categories": sorted(entry["categories"]),
        "measures": {level: sorted(names) for level, names in sorted(entry["measures"].items())},
    }
