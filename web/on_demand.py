"""Hotspot maps that readers ask for by other options than those of the release, made while they wait and then kept.

What it may cost is bounded, so that asking is no way to keep the server from its work: options come from short lists,
levels are at most `MOST_AREAS` areas, one map is made at a time, and few may wait for their turn. Whoever comes then is
asked to come back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.published.emerging_map import FEWEST, EmergingColumn, emerging_map
from analysis.published.on_demand import (
    ALPHAS,
    METHODS,
    Surroundings,
    method_of,
    recomputed,
    surroundings_of,
    weights_of,
)
from geo.weights import SpatialWeights
from web.errors import BadQueryError, BusyError, NotHereError
from web.legend import is_year
from web.site import Site
from zicht.classes import ClassColumn, ClassKey
from zicht.published import ColumnKey

#: Levels with more areas are mapped as the release has them.
MOST_AREAS = 100_000

#: Maps that are kept; one of national buurten takes some 2 MB.
KEPT = 48

#: Maps that may be asked for at once; the others are turned away.
WAITING = 4

#: The names of the options in a query, in the language of the API and in that of addresses of pages.
NAMES = (("method", "methode"), ("neighbourhood", "omgeving"), ("alpha", "kans"))


@dataclass(frozen=True, slots=True)
class Choice:
    """How a map is made.

    Args:
        method: Id of a method.
        surroundings: Which areas count as the neighbourhood.
        alpha: False discovery rate.
    """

    method: str
    surroundings: Surroundings
    alpha: float

    def content(self) -> dict[str, Any]:
        """Return the choice as plain values."""
        return {"method": self.method, "neighbourhood": str(self.surroundings), "alpha": self.alpha}


class OnDemand:
    """The maps of one release, those of the release itself and those that are made of it.

    Args:
        site: What is served.
        kept: How many maps that were made are kept.
    """

    def __init__(self, site: Site, *, kept: int = KEPT) -> None:
        self._site, self._most = site, kept
        self._kept: OrderedDict[tuple[object, ...], ClassColumn] = OrderedDict()
        self._weights: dict[tuple[str, Surroundings], tuple[str, SpatialWeights]] = {}
        self._turn, self._queue = threading.Lock(), threading.BoundedSemaphore(WAITING)

    def own(self, indicator: str, level: str) -> Choice | None:
        """Return how the release made the map of an indicator at a level; None where it has none that can be made."""
        found = method_of(self._site.method(indicator, level))
        rule = self._site.indicator(indicator).get("hotspots")
        there = level in self._site.release.neighbours and len(self._site.areas(level).code) <= MOST_AREAS
        if found is None or not rule or not there:
            return None
        return Choice(found.id, Surroundings.ADJACENT, float(rule["alpha"]))

    def offered(self, indicator: str) -> Mapping[str, Mapping[str, Any]]:
        """Return by level what a reader may choose for an indicator, and what the release chose."""
        offered: dict[str, dict[str, Any]] = {}
        for level, measures in self._site.offered.get(indicator, {"measures": {}})["measures"].items():
            own = self.own(indicator, level)
            if own is not None:
                offered[level] = {
                    "methods": [one.id for one in METHODS.values() if one.measure in measures],
                    "neighbourhoods": [str(one) for one in surroundings_of(level)],
                    "alphas": sorted({*ALPHAS, own.alpha}),
                    "own": own.content(),
                }
        return offered

    def choice(self, indicator: str, level: str, query: Mapping[str, str]) -> Choice | None:
        """Read the options of a query.

        Args:
            indicator: Id of the indicator.
            level: Level of the map.
            query: Parameters by name; an option that is absent or empty is as in the release.

        Returns:
            The choice, None where it is that of the release.

        Raises:
            BadQueryError: An option is not one on offer.
            NotHereError: The release has no such indicator or level.
        """
        asked = [next((query[name] for name in names if query.get(name)), "") for names in NAMES]
        self._site.indicator(indicator)
        self._site.areas(level)
        own = self.own(indicator, level)
        if own is None:
            if any(asked):
                raise BadQueryError(
                    "A map of this by options of your own cannot be made.", remedy="Leave the options out."
                )
            return None
        offered = self.offered(indicator)[level]
        listed = (offered["methods"], offered["neighbourhoods"], [f"{alpha:g}" for alpha in offered["alphas"]])
        usual = (own.method, str(own.surroundings), f"{own.alpha:g}")
        method, surroundings, alpha = (
            _one_of(value or default, choices, names[0])
            for value, default, choices, names in zip(asked, usual, listed, NAMES, strict=True)
        )
        chosen = Choice(method, Surroundings(surroundings), float(alpha))
        return None if chosen == own else chosen

    def classes(self, indicator: str, period: str, level: str, category: str, choice: Choice | None) -> ClassColumn:
        """Return a hotspot map: that of the release where nothing was chosen, else one that is made of it.

        Raises:
            NotHereError: The release does not have the figures.
            BusyError: Too many maps are being asked for.
        """
        if choice is None:
            return self._site.classes(indicator, period, level, category)
        released = self._released(indicator, period, level, category, choice)
        if released is not None and released in self._site.release.classes:
            return self._site.release.classes.column(released)
        key = (indicator, period, level, category, choice)
        if key in self._kept:
            return self._remembered(key)
        self._site.column(indicator, period, level, METHODS[choice.method].measure, category)
        if not self._queue.acquire(blocking=False):
            raise BusyError("Too many maps are being made at this moment.", remedy="Try again in a few seconds.")
        try:
            with self._turn:
                return self._remembered(key) if key in self._kept else self._made(key, choice)
        finally:
            self._queue.release()

    def _released(self, indicator: str, period: str, level: str, category: str, choice: Choice) -> ClassKey | None:
        # The map of the release by this choice: one may stand beside that which leads.
        own, method = self.own(indicator, level), METHODS[choice.method]
        if own is None or (own.surroundings, own.alpha) != (choice.surroundings, choice.alpha):
            return None
        name = f"{method.statistic}/{method.measure}/{self._site.release.neighbours[level].name}"
        return ClassKey(indicator, period, level, category, name)

    def emerging(self, indicator: str, level: str, category: str, choice: Choice | None) -> EmergingColumn:
        """Return how areas came to be hot or cold over the single years that have a hotspot map.

        Raises:
            NotHereError: There are fewer than three such years, or maps of this cannot be made.
            BusyError: Too many maps are being asked for.
        """
        options = choice or self.own(indicator, level)
        maps = self._site.hotspot_maps.get(indicator, {}).get(level, ())
        years = [period for period in maps if is_year(period)]
        if options is None or len(years) < FEWEST:
            raise NotHereError(
                f"There are hotspot maps of fewer than {FEWEST} single years of this.",
                remedy="Choose a level for which `maps` in the catalogue lists more years.",
            )
        measure = METHODS[options.method].measure
        return emerging_map(
            [self._site.column(indicator, year, level, measure, category) for year in years],
            [self.classes(indicator, year, level, category, choice) for year in years],
            self._neighbourhood(level, options.surroundings)[1],
            alpha=options.alpha,
        )

    def _neighbourhood(self, level: str, surroundings: Surroundings) -> tuple[str, SpatialWeights]:
        there, release = (level, surroundings), self._site.release
        if there not in self._weights:
            self._weights[there] = weights_of(release.neighbours[level], release.areas[level], surroundings)
        return self._weights[there]

    def _remembered(self, key: tuple[object, ...]) -> ClassColumn:
        try:
            self._kept.move_to_end(key)
            return self._kept[key]
        except KeyError:  # forgotten between two looks
            raise BusyError("Too many maps are being made at this moment.", remedy="Try again.") from None

    def _made(self, key: tuple[object, ...], choice: Choice) -> ClassColumn:
        indicator, period, level, category = (str(part) for part in key[:4])
        release, entry = self._site.release, self._site.indicator(indicator)
        made = recomputed(
            release.values,
            ColumnKey(indicator, period, level, category, ""),
            areas=release.areas,
            method=METHODS[choice.method],
            neighbourhood=self._neighbourhood(level, choice.surroundings),
            alpha=choice.alpha,
            per=(entry.get("rate") or {}).get("per", 1),
            unplaced=bool(entry["disclosure"].get("unplaced", False)),
        )
        self._kept[key] = made
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made


def _one_of(value: str, choices: list[str], name: str) -> str:
    if value not in choices:
        raise BadQueryError(f"{name} is not one that is offered here.", remedy=f"Choose {', '.join(choices)}.")
    return value
