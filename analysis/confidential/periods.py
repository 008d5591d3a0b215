"""The periods of an indicator, and the levels at which each is published.

Joint protection treats a release as a network of sums. A window of years is one system of cells; its single years are
a split of it, and the whole stays a network when they are published at the country and the coarsest administrative
level, or at one level alone. What does not fit is refused in the theme file, not when a release is half built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analysis.confidential.definitions import Indicator, Nature
from geo.areas import ADMINISTRATIVE
from zicht.errors import ConfigError
from zicht.structure import COUNTRY


@dataclass(frozen=True, slots=True)
class Period:
    """One period of an indicator.

    Args:
        name: "2021", or "2021-2025" for a window.
        years: Its years.
        levels: Levels at which it is published, with the country first where the country is.
    """

    name: str
    years: range
    levels: tuple[str, ...]


def span(period: str) -> range:
    """Return the years of a period, by its name."""
    first, _, last = period.partition("-")
    return range(int(first), int(last or first) + 1)


def overlap(one: range, other: range) -> bool:
    """Return whether two spans of years share one."""
    return one.start < other.stop and other.start < one.stop


def levels_of(indicator: Indicator) -> tuple[str, ...]:
    """Return every level of an indicator; the country is one of them, but for a part of another indicator."""
    return indicator.levels if indicator.part_of else tuple(dict.fromkeys((COUNTRY, *indicator.levels)))


def year_levels(indicator: Indicator) -> tuple[str, ...]:
    """Return the levels of the single years of an indicator that has windows as well."""
    return indicator.years_at or _country_and_coarsest(indicator)


def _country_and_coarsest(indicator: Indicator) -> tuple[str, ...]:
    if indicator.part_of:
        return indicator.levels
    return _coarsest_two(indicator.levels)


def _coarsest_two(levels: Sequence[str]) -> tuple[str, ...]:
    return (COUNTRY, *(level for level in ADMINISTRATIVE if level != COUNTRY and level in levels))[:2]


def periods_of(indicator: Indicator, years: range) -> tuple[Period, ...]:
    """Return the periods of an indicator: its single years, then its windows.

    A release of one year has no total beside it, and so shows the year at every level.

    Args:
        indicator: The indicator.
        years: Years of the release.

    Raises:
        ConfigError: A window holds a year that the release does not have.
    """
    windows = _windows(indicator, years)
    everywhere = levels_of(indicator)
    at = year_levels(indicator) if windows else everywhere
    single = tuple(Period(str(year), range(year, year + 1), at) for year in years) if indicator.years else ()
    return single + tuple(Period(f"{window.start}-{window.stop - 1}", window, everywhere) for window in windows)


def _windows(indicator: Indicator, years: range) -> tuple[range, ...]:
    if indicator.windows:
        spans = tuple(range(first, last + 1) for first, last in indicator.windows)
        outside = [span for span in spans if span.start < years.start or span.stop > years.stop]
        if outside:
            raise ConfigError(
                f"{indicator.id!r} has a window with years that the release does not have.",
                remedy="Change `windows` in its theme file, or the years of the build file.",
            )
        return spans
    return (years,) if indicator.total and len(years) > 1 else ()


def widened(
    indicator: Indicator, years: range, published: Mapping[str, Iterable[str]], *, levels: Sequence[str]
) -> tuple[Period, ...]:
    """Return the periods of an indicator with the periods, and the levels, at which it was published before.

    Args:
        indicator: The indicator.
        years: Years of the release.
        published: By period, the levels at which earlier releases publish it.
        levels: Every level of the release, coarsest first in each family.

    Raises:
        ConfigError: Earlier and new columns do not form one network of sums.
    """
    found = {period.name: period for period in periods_of(indicator, years)}
    for name, more in sorted(published.items()):
        years_told = span(name)
        if years_told.start < years.start or years_told.stop > years.stop:
            if any(overlap(years_told, period.years) for period in found.values()):
                raise _earlier(indicator, f"{name} was published before, and the release does not have all its years.")
            continue
        absent = sorted(set(more) - set(levels))
        if absent:
            raise _earlier(indicator, f"{name} was published at level {absent[0]!r}, which the release does not have.")
        own = found.get(name, Period(name, years_told, ()))
        held = {*own.levels, *more}
        found[name] = replace(own, levels=tuple(level for level in levels if level in held))
    windows = sorted((period for period in found.values() if len(period.years) > 1), key=lambda one: one.years.start)
    for one, other in pairwise(windows):
        if overlap(one.years, other.years):
            raise _earlier(indicator, f"Its totals over {one.name} and {other.name} overlap.")
    for window in windows:
        found |= _inside(indicator, window, found)
    if indicator.part_of and any(len(period.levels) > 1 for period in found.values()):
        raise _earlier(indicator, "It counts a part of another indicator, and was published at another level.")
    return tuple(sorted(found.values(), key=lambda period: (len(period.years), period.years.start)))


def _inside(indicator: Indicator, window: Period, found: Mapping[str, Period]) -> dict[str, Period]:
    """Return all single years of a window at the levels where any is published, or none where none is."""
    names = [str(year) for year in window.years]
    held = {level for name in names if name in found for level in found[name].levels}
    at = tuple(level for level in dict.fromkeys((COUNTRY, *window.levels)) if level in held)
    if held - set(at) or (len(at) > 1 and at != _coarsest_two(window.levels)):
        raise _earlier(indicator, f"Single years in {window.name} were published at other levels than they are to be.")
    return {name: Period(name, range(int(name), int(name) + 1), at) for name in names} if at else {}


def _earlier(indicator: Indicator, problem: str) -> ConfigError:
    return ConfigError(
        problem,
        where=f"indicator {indicator.id}, beside earlier releases",
        remedy="What was published cannot be taken back: keep its years in the build file and its levels in the theme "
        "file, publish totals over disjoint windows only, or give the indicator another id and definition.",
    )


def check_periods(indicator: Indicator, where: str) -> None:
    """Refuse years and windows that joint protection cannot treat as a network.

    Raises:
        ConfigError: See the messages.
    """
    windows = sorted(indicator.windows)
    if any(first >= last for first, last in windows):
        raise ConfigError("A window is [first, last], with first before last.", where=where)
    if any(later[0] <= earlier[1] for earlier, later in pairwise(windows)):
        raise ConfigError(
            "Windows overlap.", where=where, remedy="Publish disjoint windows, such as 2016-2020, 2021-2025."
        )
    if windows and (indicator.nature is Nature.STOCK or not indicator.total):
        raise ConfigError("Windows are totals over years of events.", where=where, remedy="Leave windows out.")
    if not indicator.years_at:
        return
    if not (indicator.years and indicator.total):
        raise ConfigError("years_at is for an indicator with years and a total.", where=where, remedy="Leave it out.")
    pair = _country_and_coarsest(indicator)
    one = len(indicator.years_at) == 1 and indicator.years_at[0] in levels_of(indicator)
    if not one and indicator.years_at != pair:
        raise ConfigError(
            "Single years beside a total are published at one level, or at the country and the level below it.",
            where=where,
            remedy=f"Write years_at = {list(pair)}, or one of {list(levels_of(indicator))}.",
        )
