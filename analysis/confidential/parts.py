"""Linked indicators: one that counts a part of what another counts.

Registered 15, of whom owning elsewhere 13, reveals 2 (Hundepool et al. 2012, section 5.2, on linked tables). A part is
therefore declared (`part_of`) and protected together with its whole and with the difference. In the network of sums a
part is a split of the cells of one level, so it has exactly one level, which its whole publishes too, and no total
over the country. Several parts of one whole may overlap; they may not exclude each other, for their sum would then be
a part as well, which nobody declared.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.confidential.definitions import Indicator
from analysis.confidential.periods import levels_of, year_levels
from zicht.errors import ConfigError


def is_narrower(part: Indicator, whole: Indicator) -> bool:
    """Tell whether every unit that one indicator counts is counted by another: same source, same or more conditions."""
    return (
        part.source == whole.source
        and part.nature is whole.nature
        and all(
            column in part.where and set(part.where[column]) <= set(values) for column, values in whole.where.items()
        )
    )


def undeclared_parts(indicators: Sequence[Indicator]) -> tuple[tuple[str, str], ...]:
    """Return the pairs (part, whole) that follow from the conditions, declared neither as `part_of` nor in `sum_of`."""
    counts = [indicator for indicator in indicators if indicator.amount is None]
    return tuple(
        (part.id, whole.id)
        for part in counts
        for whole in counts
        if part is not whole and is_narrower(part, whole) and part.part_of != whole.id and part.id not in whole.sum_of
    )


def check_parts(indicators: Sequence[Indicator], *, where: str) -> None:
    """Refuse parts that are not declared, or that joint protection cannot treat as a split of their whole.

    Args:
        indicators: Of all themes.
        where: The folder of themes.

    Raises:
        ConfigError: See the messages.
    """
    indicators = [indicator for indicator in indicators if indicator.amount is None]
    by_id = {indicator.id: indicator for indicator in indicators}
    parts = [indicator for indicator in indicators if indicator.part_of]
    for part in parts:
        place = f"{where}, indicator {part.id}"
        whole = by_id.get(part.part_of)
        if whole is None:
            raise ConfigError(f"It is part of an unknown indicator {part.part_of!r}.", where=place)
        if whole.part_of:
            raise ConfigError(
                f"It is part of {whole.id!r}, which is a part itself.",
                where=place,
                remedy=f"Make it a part of {whole.part_of!r}, or leave one of them out.",
            )
        _check_content(part, whole, place)
        _check_levels(part, whole, place)
        _check_periods(part, whole, place)
    _check_overlap(parts, where)
    _check_unplaced(indicators, where)
    for narrow, wide in undeclared_parts(indicators):
        raise ConfigError(
            f"It counts a part of {wide!r}, or the same, and does not say so: both together would tell the difference.",
            where=f"{where}, indicator {narrow}",
            remedy=f'Write part_of = "{wide}" and one level, name it in `sum_of` of {wide!r} where that is the sum of '
            "several, or leave one of them out.",
        )


def _check_unplaced(indicators: Sequence[Indicator], where: str) -> None:
    counted: dict[str, bool] = {}
    for indicator in indicators:
        if counted.setdefault(indicator.source, indicator.disclosure.unplaced) != indicator.disclosure.unplaced:
            raise ConfigError(
                "Not all indicators of its source count the records of which only the gemeente is known.",
                where=f"{where}, indicator {indicator.id}",
                remedy="Write `unplaced` in the disclosure rule of each of them, or of none.",
            )


def _check_content(part: Indicator, whole: Indicator, where: str) -> None:
    if part.where == whole.where or not is_narrower(part, whole):
        raise ConfigError(
            f"It does not count a part of {whole.id!r}.",
            where=where,
            remedy="A part has the source and nature of its whole, all its conditions, and more.",
        )


def _check_levels(part: Indicator, whole: Indicator, where: str) -> None:
    if len(part.levels) != 1:
        raise ConfigError("A part of another indicator has exactly one level.", where=where)
    if part.levels[0] not in levels_of(whole):
        raise ConfigError(
            f"Its level {part.levels[0]!r} is not a level of {whole.id!r}.",
            where=where,
            remedy=f"Choose one of: {', '.join(levels_of(whole))}.",
        )
    if part.hotspots and part.hotspots.levels != part.levels:
        raise ConfigError("The hotspot map of a part is of its one level.", where=where)


def _check_periods(part: Indicator, whole: Indicator, where: str) -> None:
    if part.years and part.total:
        raise ConfigError(
            "A part has single years or a total, not both.", where=where, remedy="Write years = false or total = false."
        )
    if part.total and not (whole.total and part.windows == whole.windows):
        raise ConfigError(f"Its totals are not those of {whole.id!r}.", where=where)
    shown = year_levels(whole) if whole.total else levels_of(whole)
    if part.years and not (whole.years and part.levels[0] in shown):
        raise ConfigError(f"{whole.id!r} has no single years at level {part.levels[0]!r}.", where=where)


def _check_overlap(parts: Sequence[Indicator], where: str) -> None:
    for position, one in enumerate(parts):
        for other in parts[position + 1 :]:
            if one.part_of != other.part_of:
                continue
            shared = one.where.keys() & other.where.keys()
            apart = any(not set(one.where[column]) & set(other.where[column]) for column in shared)
            if apart or is_narrower(one, other) or is_narrower(other, one):
                raise ConfigError(
                    f"{one.id!r} and {other.id!r} exclude each other or hold each other, and are parts of one whole.",
                    where=where,
                    remedy="Leave one of them out.",
                )
