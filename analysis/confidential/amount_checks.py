"""What an amount may be published beside: its count, other amounts, hotspot windows.

Whatever else would add up with an amount is refused here, so that amounts stay a tree of areas for disjoint records.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from analysis.confidential.definitions import Indicator
from analysis.confidential.periods import levels_of, year_levels
from geo.areas import ADMINISTRATIVE
from zicht.errors import ConfigError

#: Levels that an amount may have: a tree in which every area is the sum of the areas in it, as parks are not.
LEVELS = tuple(level for level in ADMINISTRATIVE if level != "park")


def check_amounts(indicators: Sequence[Indicator], *, where: str) -> None:
    """Refuse amounts that are not safe beside their count, beside each other, or beside hotspot windows.

    Args:
        indicators: Of all themes.
        where: The folder of themes.

    Raises:
        ConfigError: See the messages.
    """
    counts = {one.id: one for one in indicators if one.amount is None}
    amounts = [one for one in indicators if one.amount is not None]
    for one in amounts:
        place = f"{where}, indicator {one.id}"
        _check_alone(one, place)
        _check_count(one, counts.get(one.amount.of if one.amount else ""), place)
        if any(other.spots and other.source == one.source for other in counts.values()):
            raise ConfigError(
                "Its source has hotspot windows, which promise to be all that is told of small areas.",
                where=place,
                remedy="Write release = false, or leave [indicators.spots] out.",
            )
    for one, other in combinations(amounts, 2):
        _check_apart(one, other, where)


def _check_alone(one: Indicator, where: str) -> None:
    wrong = [level for level in (*one.levels, *one.optional_levels) if level not in LEVELS]
    if wrong:
        raise ConfigError(
            f"Amounts are not published at level {wrong[0]!r}.",
            where=where,
            remedy=f"Amounts form one tree of areas: {', '.join(LEVELS)}.",
        )
    if one.years and one.total:
        raise ConfigError(
            "Amounts are of single years or of totals, not both: a total less its years is a year as well.",
            where=where,
            remedy="Write years = false or total = false.",
        )
    extras = {"exposure": one.exposure, "hotspots": one.hotspots, "spots": one.spots, "part_of": one.part_of or None}
    for name, value in extras.items():
        if value is not None:
            raise ConfigError(f"An amount has no {name}.", where=where, remedy=f"Leave {name} out.")


def _check_count(one: Indicator, count: Indicator | None, where: str) -> None:
    if count is None or count.part_of:
        raise ConfigError(
            "amount_of names no count, or one that is a part of another.",
            where=where,
            remedy="Name the indicator that counts the records whose amounts are added up.",
        )
    if (one.source, one.where, one.nature) != (count.source, count.where, count.nature):
        raise ConfigError(
            f"It does not add up the records that {count.id!r} counts.",
            where=where,
            remedy="An amount has the source, the conditions and the nature of its count.",
        )
    if count.disclosure.unplaced:
        raise ConfigError(
            f"{count.id!r} counts records of which only the gemeente is known: amounts need them in their buurt.",
            where=where,
            remedy="Leave `unplaced` out of the count, or write release = false.",
        )
    there = levels_of(count) if one.total or not count.total else year_levels(count)
    absent = [level for level in levels_of(one) if level not in (*there, *count.optional_levels)]
    missing = (one.years and not count.years) or (one.total and not (count.total and one.windows == count.windows))
    if absent or missing:
        raise ConfigError(
            f"It is published for periods, or at levels, at which {count.id!r} is not.",
            where=where,
            remedy=f"Choose among its levels ({', '.join(there)}) and its periods.",
        )


def _check_apart(one: Indicator, other: Indicator, where: str) -> None:
    if one.source != other.source or not (one.amount and other.amount) or one.amount.column != other.amount.column:
        return
    shared = one.where.keys() & other.where.keys()
    if not any(not set(one.where[column]) & set(other.where[column]) for column in shared):
        raise ConfigError(
            f"{one.id!r} and {other.id!r} add up records that both may hold: their difference would be an amount too.",
            where=where,
            remedy="Leave one of them out, or give them conditions that exclude each other.",
        )
