"""Which indicators and periods form one system, and the places that a system lies in.

An indicator in a window of years, its single years, and the indicators that count a part of it add up, so they are one
system and are protected together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.systems import Family, Split
from analysis.confidential.indicators import DisclosureRule, Indicator
from analysis.confidential.periods import Period, periods_of
from geo.areas import Layer
from geo.families import families
from geo.hierarchy import Hierarchy, hierarchy
from zicht.errors import ConfigError
from zicht.structure import COUNTRY, Structure

Periods = Callable[[Indicator, range], tuple[Period, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Geography:
    """The places of a release as disclosure control sees them.

    Args:
        layers: By level.
        structure: The atoms.
        key: Secret that prices and orders are drawn with.
    """

    layers: Mapping[str, Layer]
    structure: Structure
    key: str

    def families(self, levels: Sequence[str]) -> tuple[Family, Family]:
        """Return both families with the given levels published."""
        chains = families(tuple(self.layers))
        found = [
            Family(
                hierarchy({level: self.layers[level] for level in chain}),
                tuple(level for level in chain if level in levels or level == COUNTRY),
            )
            for chain in chains
        ]
        alone = Family(Hierarchy((COUNTRY,), (), (1,)), (COUNTRY,))
        return found[0], (found[1] if len(found) > 1 else alone)

    def capacity(self, rule: DisclosureRule, *, where: str) -> IntArray | None:
        """Return what each atom can hold under a rule, or None where nothing limits it.

        Raises:
            ConfigError: The structure does not count what the rule names.
        """
        coarse = self.structure.unplaced
        beyond = UNLIMITED if rule.unplaced else 0
        if rule.capacity is None:
            return np.where(coarse, beyond, UNLIMITED) if coarse.any() else None
        standing = self.structure.capacity.get(rule.capacity.of)
        if standing is None:
            raise ConfigError(
                f"The capacity is of {rule.capacity.of!r}, which no register of this release counts.",
                where=where,
                remedy="Leave the capacity out of the theme file, or add the register to the sources.",
            )
        each = UNLIMITED if rule.capacity.each is None else rule.capacity.each
        limit: IntArray = np.minimum(np.minimum(standing, UNLIMITED // each) * each, UNLIMITED)
        return np.where(coarse, beyond, limit)


@dataclass(frozen=True, slots=True)
class Plan:
    """One system: a whole, the single years in its window, and the parts of it.

    Args:
        whole: The indicator whose counts are the totals.
        period: The year or window that the system is about.
        years: Its single years that are published beside it.
        parts: Indicators that count a part of the whole.
    """

    whole: Indicator
    period: Period
    years: tuple[Period, ...]
    parts: tuple[Indicator, ...]

    @property
    def splits(self) -> tuple[Split, ...]:
        """The breakdowns of the totals, each category named after its indicator or year."""
        found = [Split(part.levels[0], (part.id, rest_of(part))) for part in self.parts]
        if self.years:
            levels = self.years[0].levels
            finest = levels[-1]
            found.insert(0, Split(finest, tuple(year.name for year in self.years), totals=len(levels) > 1))
        return tuple(found)

    @property
    def keys(self) -> set[tuple[str, str]]:
        """Indicator and period of every column of the system."""
        years = {(self.whole.id, year.name) for year in self.years}
        return {(one.id, self.period.name) for one in (self.whole, *self.parts)} | years

    def column(self, category: str) -> tuple[str, str]:
        """Return the indicator and the period that a category stands for."""
        if category in {year.name for year in self.years}:
            return self.whole.id, category
        return category or self.whole.id, self.period.name


def rest_of(part: Indicator) -> str:
    """Return the name of what is left of a whole beside one part."""
    return f"rest of {part.id}"


def plans(indicators: Sequence[Indicator], years: range, *, periods_at: Periods = periods_of) -> Iterator[Plan]:
    """Yield the systems of a release; every published column lies in exactly one.

    Args:
        indicators: Of all themes.
        years: Years of the release.
        periods_at: The periods of an indicator, with those of earlier releases where there are any.
    """
    for whole in (indicator for indicator in indicators if not indicator.part_of):
        periods = periods_at(whole, years)
        windows = [period for period in periods if len(period.years) > 1]
        held = {year for window in windows for year in window.years}
        for period in periods:
            if len(period.years) == 1 and period.years[0] in held:
                continue
            inside = tuple(
                one for one in periods if len(one.years) == 1 and period in windows and one.years[0] in period.years
            )
            parts = tuple(
                part
                for part in indicators
                if part.part_of == whole.id and period.name in {own.name for own in periods_at(part, years)}
            )
            yield Plan(whole, period, inside, parts)
