"""The disclosure rule of an indicator: every threshold that its cells must meet, as its theme file states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from zicht.errors import ConfigError


class ZeroPolicy(StrEnum):
    """Whether "none here" may be said."""

    PUBLISH = "publish"
    SUPPRESS = "suppress"


class Changes(StrEnum):
    """Whether a small change from one published year of a stock to the next is protected."""

    PROTECT = "protect"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Capacity:
    """What everybody knows about how much an atom can hold.

    Args:
        of: Column of `structure.parquet`: "addresses" or "homes".
        each: How many units one of them can hold; None when any number, so that only an atom without any is empty.
    """

    of: str
    each: int | None = None

    def __post_init__(self) -> None:
        if not self.of or (self.each is not None and self.each < 1):
            raise ConfigError("A capacity is of something, and each holds at least 1.")


@dataclass(frozen=True, slots=True)
class Group:
    """When a count is so close to the population that the whole group is disclosed.

    Args:
        of: Public figure of the area that the count is a part of ("inhabitants").
        threshold: Smallest number of them outside the count for which a count is shown.
    """

    of: str
    threshold: int = 10

    def __post_init__(self) -> None:
        if not self.of or self.threshold < 1:
            raise ConfigError("A group is a part of a public figure, with a threshold of at least 1.")


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """What a cell must meet to be shown.

    Args:
        threshold: Smallest number of units, and of contributors, that is shown.
        rounding: Base that counts are rounded to; 1 for none.
        zeros: Whether a zero is shown.
        min_exposure: Smallest exposure for which a rate is shown, in the unit of the figure (homes, not home-years).
        margin: How many units an insider may know without learning a hidden number below the threshold.
        capacity: What is publicly known of how much an atom can hold; None for nothing.
        dominance: (n, k): the n largest holdings may not exceed k% of a cell; None for no such rule.
        p_percent: No holding may be estimated to within p% by another; None for no such rule.
        pq: (p, q): the same, by another who knows every holding to within q% beforehand; None for no such rule.
        group: When a count discloses a whole group; None for no such rule.
        changes: Whether a small change of a stock from year to year is protected; events do not ask.
        unplaced: Whether records of which only the gemeente is known are counted there, and at coarser levels.
    """

    threshold: int = 10
    rounding: int = 5
    zeros: ZeroPolicy = ZeroPolicy.PUBLISH
    min_exposure: float = 50.0
    margin: int = 2
    capacity: Capacity | None = None
    dominance: tuple[int, float] | None = None
    p_percent: float | None = None
    pq: tuple[float, float] | None = None
    group: Group | None = None
    changes: Changes = Changes.SHOW
    unplaced: bool = False

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.rounding < 1 or self.min_exposure < 0:
            raise ConfigError("A threshold and a rounding base are at least 1, an exposure at least 0.")
        if self.threshold % self.rounding:
            # Otherwise the smallest counts shown would round below the threshold. Halves are rounded up.
            raise ConfigError("The threshold is a multiple of the rounding base.")
        if self.unplaced and self.capacity and self.capacity.each is not None:
            raise ConfigError("Nobody knows how many fit where no address is known: leave `each` or `unplaced` out.")
        if self.margin < 0:
            raise ConfigError("A margin is at least 0.")
        if self.dominance and not (self.dominance[0] >= 1 and 0 < self.dominance[1] < 100):
            raise ConfigError("A dominance rule is of at least 1 holding, at more than 0% and less than 100%.")
        if self.p_percent is not None and not 0 < self.p_percent <= 100:
            raise ConfigError("A p% rule is of more than 0% and at most 100%.")
        if self.pq and not 0 < self.pq[0] < self.pq[1] <= 100:
            raise ConfigError("A pq rule has 0 < p < q <= 100.")

    @property
    def goal(self) -> int:
        """What a hidden number must look as if it could reach: threshold and margin."""
        return self.threshold + self.margin

    @property
    def holdings(self) -> int:
        """How many of the largest holdings of a cell the rules look at."""
        two = 2 if self.p_percent is not None or self.pq else 0
        return max(two, self.dominance[0] if self.dominance else 0)


def read_disclosure(raw: Mapping[str, Any], where: str) -> DisclosureRule:
    """Read the table `disclosure` of an indicator.

    Raises:
        ConfigError: An entry is unknown, of a wrong type or out of its range.
    """
    return changed_rule(DisclosureRule(), raw, where)


def changed_rule(rule: DisclosureRule, raw: Mapping[str, Any], where: str) -> DisclosureRule:
    """Return a rule with the entries of a table `disclosure` in the place of its own.

    Raises:
        ConfigError: An entry is unknown, of a wrong type or out of its range.
    """
    entries = dict(raw)
    try:
        for name, kind in (("zeros", ZeroPolicy), ("changes", Changes)):
            if name in raw:
                entries[name] = kind(raw[name])
        for name, group in (("capacity", Capacity), ("group", Group)):
            if name in raw:
                entries[name] = group(**raw[name])
        for name in ("dominance", "pq"):
            if name in raw:
                first, second = raw[name]
                entries[name] = (first, second)
        return replace(rule, **entries)
    except ConfigError as error:
        raise ConfigError(error.problem, where=where) from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"The disclosure rule is wrong: {error}", where=where) from None
