"""The rule of an indicator's hotspot windows, and what it may not publish beside them.

In the code a hotspot window is a spot, since a window is a span of years there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.families import HEX, resolution
from zicht.errors import ConfigError

if TYPE_CHECKING:
    from analysis.confidential.definitions import Indicator

#: Administrative levels at which hexes of some square kilometres can be told apart.
TOO_FINE = ("wijk", "buurt", "park")

#: The exposure that counts hexes themselves: surface, for what does not happen at addresses.
HEXES = "hexes"


@dataclass(frozen=True, slots=True)
class SpotRule:
    """How the candidates of an indicator are drawn and when one is flagged.

    Args:
        level: Level of their hexes, finer than every hex level that the indicator publishes.
        exposure: The public figure that a candidate must hold an amount of, or "hexes".
        amount: How much, at least.
        rings: How many rings of hexes it may have around its middle, at most.
        alpha: Chance of any false flag, if units were spread as the public figure is.

    Raises:
        ConfigError: A number is out of its range, or the level is none of hexes.
    """

    level: str
    exposure: str
    amount: float
    rings: int = 2
    alpha: float = 0.05

    def __post_init__(self) -> None:
        if not self.level.startswith(HEX) or not self.exposure:
            raise ConfigError("Hotspot windows are of hexes (h3-7), with a public figure as exposure.")
        if not (self.amount > 0 and 0 <= self.rings <= 9 and 0 < self.alpha < 1):
            raise ConfigError("Hotspot windows have an amount above 0, at most 9 rings, and an alpha between 0 and 1.")


def read_spots(raw: Mapping[str, Any], where: str) -> SpotRule:
    """Read the table `spots` of an indicator.

    Raises:
        ConfigError: An entry is absent, unknown, of a wrong type or out of its range.
    """
    try:
        return SpotRule(**raw)
    except ConfigError as error:
        raise ConfigError(error.problem, where=where) from None
    except TypeError as error:
        raise ConfigError(f"The rule of hotspot windows is wrong: {error}", where=where) from None


def finer(levels: Sequence[str], spot: str) -> tuple[str, ...]:
    """Return the levels that may not be published beside hotspot windows of hexes of a level."""
    return tuple(
        level
        for level in levels
        if level in TOO_FINE or (level.startswith(HEX) and resolution(level) >= resolution(spot))
    )


def check_spots(indicators: Sequence[Indicator], *, where: str) -> None:
    """Refuse what would tell more of hotspot windows than that they hold at least so many.

    Args:
        indicators: Of all themes.
        where: The folder of themes.

    Raises:
        ConfigError: See the messages.
    """
    for one in (indicator for indicator in indicators if indicator.spots):
        place = f"{where}, indicator {one.id}"
        _check_periods(one, place)
        if one.disclosure.group:
            raise ConfigError("Hotspot windows know no rule on groups.", where=place, remedy="Leave `group` out.")
        for other in indicators:
            if other.source == one.source:
                _check_levels(one, other, place)
                _check_placed(other, place)


def _check_placed(other: Indicator, where: str) -> None:
    if other.disclosure.unplaced:
        raise ConfigError(
            f"{other.id!r} counts records of which only the gemeente is known, which hotspot windows cannot.",
            where=where,
            remedy="Leave `unplaced` out.",
        )


def _check_periods(one: Indicator, where: str) -> None:
    if one.years or not one.total:
        raise ConfigError(
            "Hotspot windows are of totals over years, with no single years beside them.",
            where=where,
            remedy="Write years = false and total = true.",
        )


def _check_levels(one: Indicator, other: Indicator, where: str) -> None:
    if one.part_of or (other.part_of == one.id):
        raise ConfigError("An indicator with hotspot windows has no parts and is none.", where=where)
    level = one.spots.level if one.spots else ""
    wrong = finer(other.levels, level)
    if wrong:
        raise ConfigError(
            f"{other.id!r} publishes level {wrong[0]!r}, from which counts of hotspot windows of {level} would follow.",
            where=where,
            remedy="Publish gemeenten and coarser, and hexes coarser than those of the hotspot windows.",
        )
