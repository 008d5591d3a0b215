"""Totals of several indicators: one that is the sum of others, such as all branches together.

The total and its parts are protected together (`disclosure/breakdown.py`), under one rule, so they count the same
source in the same way: all conditions are the same but for one column, in which the total takes the values of all parts
and no value is taken twice. Years and totals over years split a cell as well, and both at once are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.confidential.definitions import Indicator
from zicht.errors import ConfigError


def check_sums(indicators: Sequence[Indicator], *, where: str) -> None:
    """Refuse sums whose parts are not exactly what they count, or that cannot be protected with them.

    Args:
        indicators: Of all themes.
        where: The folder of themes.

    Raises:
        ConfigError: See the messages.
    """
    by_id = {indicator.id: indicator for indicator in indicators}
    members = Counter(name for one in indicators if one.sum_of for name in (one.id, *set(one.sum_of)))
    for total in (indicator for indicator in indicators if indicator.sum_of):
        place = f"{where}, indicator {total.id}"
        unknown = [name for name in total.sum_of if name not in by_id or name == total.id]
        if unknown or len(set(total.sum_of)) != len(total.sum_of) or len(total.sum_of) < 2:
            raise ConfigError(
                f"It is the sum of {unknown[0]!r}, which is no other indicator."
                if unknown
                else "A sum is of two indicators or more, each named once.",
                where=place,
            )
        twice = [name for name in (total.id, *total.sum_of) if members[name] > 1]
        if twice:
            raise ConfigError(
                f"{twice[0]!r} belongs to two sums.",
                where=place,
                remedy="Leave one of the sums out: they would tell of each other.",
            )
        parts = [by_id[name] for name in total.sum_of]
        _check_alone(total, parts, indicators, place)
        for part in parts:
            _check_alike(total, part, place)
        _check_conditions(total, parts, place)


def _check_alone(total: Indicator, parts: Sequence[Indicator], indicators: Sequence[Indicator], where: str) -> None:
    """Refuse members that are linked to others by parts, years or hotspot windows as well."""
    members = {one.id for one in (total, *parts)}
    for one in (total, *parts):
        reasons = {
            "a part of another indicator": bool(one.part_of),
            "an indicator of which another counts a part": any(other.part_of in members for other in indicators),
            "an indicator with hotspot windows": one.spots is not None,
            "a sum of amounts": one.amount is not None,
            "an indicator with both years and a total over years": one.years and one.total,
        }
        for reason, holds in reasons.items():
            if holds:
                raise ConfigError(
                    f"{one.id!r} is {reason}: that and a sum cannot be protected together.",
                    where=where,
                    remedy="Leave one of the two out.",
                )


def _check_alike(total: Indicator, part: Indicator, where: str) -> None:
    same = {
        "source": (total.source, part.source),
        "nature": (total.nature, part.nature),
        "years": (total.years, part.years),
        "total": (total.total, part.total),
        "windows": (total.windows, part.windows),
        "disclosure rule": (
            replace(total.disclosure, min_exposure=0.0),
            replace(part.disclosure, min_exposure=0.0),
        ),
    }
    for name, (one, other) in same.items():
        if one != other:
            raise ConfigError(
                f"It has another {name} than {part.id!r}, of which it is the sum.",
                where=where,
                remedy="A sum and its parts count one source in one way, under one rule.",
            )
    missing = [level for level in total.levels if level not in part.levels]
    if missing:
        raise ConfigError(
            f"{part.id!r} is not published at its level {missing[0]!r}.",
            where=where,
            remedy="Give the sum levels that all its parts have.",
        )


def _check_conditions(total: Indicator, parts: Sequence[Indicator], where: str) -> None:
    members = (total, *parts)
    columns = {column for one in members for column in one.where}
    varied = sorted(column for column in columns if len({_values(one.where, column) for one in members}) > 1)
    column = varied[0] if len(varied) == 1 else ""
    taken = Counter(value for part in parts for value in part.where.get(column, ()))
    if not column or any(count > 1 for count in taken.values()) or set(taken) != set(total.where.get(column, ())):
        raise ConfigError(
            "It does not count exactly what the indicators that it is the sum of count together.",
            where=where,
            remedy="All have the same conditions but for one column, in which the sum takes the values of its parts, "
            "and no value is of two parts.",
        )


def _values(conditions: Mapping[str, tuple[object, ...]], column: str) -> frozenset[object] | None:
    return frozenset(conditions[column]) if column in conditions else None
