"""Which published columns belong to one system: an indicator over a window, its years, and what counts a part of it.

Years and parts only split the totals of one level into categories that add up to them. Whatever the totals of a cell's
atoms and the split of the cell's total are, a table of whole numbers with both margins exists (the transportation
problem), so a split tells nothing of what lies inside the cell but through the cell's total. That keeps the system a
network. Layouts for which it does not hold are refused, never approximated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.audit.errors import LayoutError
from analysis.audit.places import is_hex
from analysis.audit.rules import Rule
from zicht.structure import COUNTRY

_PERIOD = re.compile(r"(\d{4})(?:-(\d{4}))?")

#: Indicator and period of a category; None for what is left beside the published ones.
Category = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Split:
    """The totals of one level, each the sum of some categories.

    Args:
        level: The level whose totals are split.
        categories: What they are split into.
        with_totals: Whether the country is split as well, and the categories add up to its categories.
    """

    level: str
    categories: tuple[Category, ...]
    with_totals: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One system: an indicator in a period, the levels it is published at, and how its totals are split."""

    indicator: str
    period: str
    levels: tuple[str, ...]
    splits: tuple[Split, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The indicators of which a part of this one is counted."""
        found = (category[0] for split in self.splits for category in split.categories if category)
        return tuple(dict.fromkeys(name for name in found if name != self.indicator))


Levels = Mapping[tuple[str, str], Sequence[str]]


def plans(levels: Levels, rules: Mapping[str, Rule]) -> tuple[Plan, ...]:
    """Return the systems of a release, in the order of their indicators and periods.

    Args:
        levels: By indicator and period, the levels at which counts are published, coarsest first in each family.
        rules: The rule of every indicator.

    Raises:
        LayoutError: Some columns are linked in a way that is not a network.
    """
    inside = _windows(levels, rules)
    roots = [key for key in levels if key not in inside]
    parts = {key: whole for key in roots if (whole := (rules[key[0]].part_of, key[1])) in levels}
    for key, whole in parts.items():
        _check_part(key, whole, inside, parts, rules)
    _check_strays([key for key in levels if key not in parts], levels, rules)
    return tuple(_plan(key, levels, inside, parts) for key in roots if key not in parts)


def _windows(levels: Levels, rules: Mapping[str, Rule]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return the window of each period of events that lies in one."""
    inside: dict[tuple[str, str], tuple[str, str]] = {}
    for indicator in dict.fromkeys(name for name, _ in levels):
        if not rules[indicator].is_event:
            continue
        spans = {period: _span(indicator, period) for name, period in levels if name == indicator}
        for wide, outer in spans.items():
            for fine, inner in spans.items():
                if wide == fine or outer[0] > inner[1] or inner[0] > outer[1]:
                    continue
                if inner[0] != inner[1] and outer[0] != outer[1]:
                    raise LayoutError(
                        f"The periods {wide} and {fine} overlap.",
                        where=indicator,
                        remedy="Publish totals over disjoint windows of years only.",
                    )
                if inner[0] == inner[1]:
                    inside[indicator, fine] = (indicator, wide)
    return inside


def _span(indicator: str, period: str) -> tuple[int, int]:
    match = _PERIOD.fullmatch(period)
    if match is None or (match[2] is not None and match[2] <= match[1]):
        raise LayoutError(f"The period {period!r} is neither a year nor a window of years.", where=indicator)
    return int(match[1]), int(match[2] or match[1])


def _check_part(
    key: tuple[str, str],
    whole: tuple[str, str],
    inside: Mapping[tuple[str, str], tuple[str, str]],
    parts: Mapping[tuple[str, str], tuple[str, str]],
    rules: Mapping[str, Rule],
) -> None:
    own, other = rules[key[0]], rules[whole[0]]
    reasons = {
        "that is itself split by years": key in inside.values(),
        "whose whole is a year of a window": whole in inside,
        "of a part": whole in parts,
        "with a capacity of its own": bool(own.capacity_of)
        and (own.capacity_of, own.capacity_each) != (other.capacity_of, other.capacity_each),
        "that counts other unplaced records": own.unplaced != other.unplaced,
    }
    for reason, holds in reasons.items():
        if holds:
            raise LayoutError(
                f"A part of {whole[0]} {reason} is not a network.",
                where="/".join(key),
                remedy="Publish the part for the periods of the whole, at one level, with the same capacity.",
            )


def _check_strays(keys: Sequence[tuple[str, str]], levels: Levels, rules: Mapping[str, Rule]) -> None:
    """Refuse a part of something that is published for other, overlapping periods only, or of a window split by it."""
    for indicator, period in keys:
        start, end = _span(indicator, period) if rules[indicator].part_of else (0, -1)
        for whole, wide in levels:
            if whole != rules[indicator].part_of:
                continue
            first, last = _span(whole, wide)
            if first <= end and start <= last:
                raise LayoutError(
                    f"It counts a part of {whole}, which is published for {wide}.",
                    where=f"{indicator}/{period}",
                    remedy="Publish the part for the periods of the whole, each a year or a window, not both.",
                )


def _plan(
    key: tuple[str, str],
    levels: Levels,
    inside: Mapping[tuple[str, str], tuple[str, str]],
    parts: Mapping[tuple[str, str], tuple[str, str]],
) -> Plan:
    own = tuple(levels[key])
    years = [year for year, window in inside.items() if window == key]
    splits = [_years(key, own, sorted(years), levels)] if years else []
    for part in sorted(part for part, whole in parts.items() if whole == key):
        at = tuple(levels[part])
        if len(at) != 1 or at[0] not in own:
            raise _refused(part, at, f"one level, at which {key[0]} is published too")
        splits.append(Split(at[0], (part, None)))
    return Plan(key[0], key[1], own, tuple(splits))


def _years(key: tuple[str, str], own: Sequence[str], years: list[tuple[str, str]], levels: Levels) -> Split:
    start, end = _span(*key)
    categories: tuple[Category, ...] = (*years, *((None,) if len(years) < end - start + 1 else ()))
    at = tuple(dict.fromkeys(level for year in years for level in levels[year]))
    finer = [level for level in at if level != COUNTRY]
    coarsest = next((level for level in own if level != COUNTRY and not is_hex(level)), None)
    if len(at) == 1 and (at[0] in own or at[0] == COUNTRY):
        return Split(at[0], categories)
    if COUNTRY in at and finer == [coarsest]:
        return Split(finer[0], categories, with_totals=True)
    raise _refused(years[0], at, f"the country and the coarsest level, or one level of {key[1]}")


def _refused(key: tuple[str, str], at: Iterable[str], instead: str) -> LayoutError:
    return LayoutError(
        f"Published at {', '.join(at)}, it does not form a network with what it adds up to.",
        where="/".join(key),
        remedy=f"Publish it at {instead}.",
    )
