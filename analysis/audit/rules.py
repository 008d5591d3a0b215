"""The disclosure rule that a release says each of its indicators follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zicht.errors import ReleaseError
from zicht.published import Measure


@dataclass(frozen=True, slots=True)
class Rule:
    """The public rule of one indicator.

    Args:
        threshold: The smallest count that may be shown, above 0.
        margin: What a bound must leave above the threshold.
        rounding: Published counts are multiples of this; 1 where they are exact.
        zeros_shown: Whether every true zero is shown, so that a hidden cell is not zero.
        capacity_of: The column of capacities that limits an atom, "" where nothing does.
        capacity_each: Counts for one of them; 0 where any number fits as soon as there is one.
        is_event: Whether the counts of years add up to the count of a window of years.
        part_of: The indicator that counts all of which this one counts a part, "" where none.
        sum_of: The indicators that this one is the sum of, () for none.
        compares_years: Whether a small change from one year to the next may not be told; of stocks alone.
        unplaced: Whether records of which only a coarse area is known are counted, in atoms of their own.
    """

    threshold: int
    margin: int
    rounding: int
    zeros_shown: bool
    capacity_of: str
    capacity_each: int
    is_event: bool
    part_of: str
    compares_years: bool = False
    unplaced: bool = False
    sum_of: tuple[str, ...] = ()

    @property
    def goal(self) -> int:
        """The upper bound that no reader may get below."""
        return self.threshold + self.margin


def read_rules(catalogue: Mapping[str, Any]) -> Mapping[str, Rule]:
    """Return the rule of every indicator in a catalogue that counts.

    Raises:
        ReleaseError: The catalogue does not say what the rule of an indicator is.
    """
    return {entry["id"]: _rule(entry) for entry in catalogue["indicators"] if entry.get("measure") != Measure.AMOUNT}


def _rule(entry: Mapping[str, Any]) -> Rule:
    stated = entry["disclosure"]
    try:
        capacity = stated["capacity"] or {"of": "", "each": None}
        rule = Rule(
            threshold=int(stated["threshold"]),
            margin=int(stated["margin"]),
            rounding=int(stated["rounding"]),
            zeros_shown=stated["zeros"] == "publish",
            capacity_of=capacity["of"],
            capacity_each=int(capacity["each"] or 0),
            is_event=entry["nature"] == "event",
            part_of=entry.get("part_of") or "",
            # Releases of before the rule do not state it.
            compares_years=entry["nature"] == "stock" and stated.get("changes", "show") == "protect",
            unplaced=bool(stated.get("unplaced", False)),
            sum_of=tuple(entry.get("sum_of", ())),
        )
    except (KeyError, TypeError):
        raise ReleaseError(
            "The catalogue does not state the whole disclosure rule.",
            where=str(entry["id"]),
            remedy="Build the release again with joint protection: a draft cannot be audited.",
        ) from None
    if rule.threshold < 1 or rule.margin < 0 or rule.rounding < 1 or capacity["each"] == 0 or rule.capacity_each < 0:
        raise ReleaseError("A number of the disclosure rule is out of range.", where=str(entry["id"]))
    return rule
