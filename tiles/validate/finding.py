"""What a validator found, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tiles.validate.rules import RULES, Weight

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands.

    Args:
        tile: Zoom, column and row; None outside any tile.
        layer: Name of a layer, "" outside any.
        feature: Position of a feature in its layer, from 0; None outside any.
    """

    tile: tuple[int, int, int] | None = None
    layer: str = ""
    feature: int | None = None

    def within(self, *, layer: str | None = None, feature: int | None = None) -> Place:
        """Return the place of a layer or feature within this one."""
        return replace(self, layer=self.layer if layer is None else layer, feature=feature)

    def __str__(self) -> str:
        tile = "tile " + "/".join(map(str, self.tile)) if self.tile else ""
        layer = f"layer {self.layer!r}" if self.layer else ""
        feature = "" if self.feature is None else f"feature {self.feature}"
        return ", ".join(part for part in (tile, layer, feature) if part)


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken.

    Args:
        rule: Key of `RULES`.
        problem: What is wrong; never a value that may be secret.
        place: Where.
    """

    rule: str
    problem: str
    place: Place = NOWHERE

    @property
    def fails(self) -> bool:
        """Whether a file with this finding is not valid; else it is a warning."""
        return RULES[self.rule].weight is not Weight.SHOULD

    def content(self) -> dict[str, Any]:
        """Return the finding as JSON content."""
        rule = RULES[self.rule]
        place = {"tile": list(self.place.tile) if self.place.tile else None, "layer": self.place.layer or None}
        return {
            "rule": self.rule,
            "section": rule.section,
            "weight": str(rule.weight),
            "problem": self.problem,
            **place,
            "feature": self.place.feature,
        }


#: A check: yields what it finds, and returns what it read.
Check = Generator[Finding, None, T]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found in one file.

    Args:
        where: The file or address.
        tiles: Number of tiles, those that repeat another among them.
        findings: The first of each rule.
        counts: How often each rule is broken.
        notes: What was not checked, and why.
    """

    where: str
    tiles: int
    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether no binding rule is broken."""
        return all(RULES[rule].weight is Weight.SHOULD for rule in self.counts)

    def content(self) -> dict[str, Any]:
        """Return the report as JSON content."""
        return {
            "file": self.where,
            "valid": self.valid,
            "tiles": self.tiles,
            "counts": dict(sorted(self.counts.items())),
            "findings": [finding.content() for finding in self.findings],
            "notes": list(self.notes),
        }


def first_of_each(findings: Iterable[Finding], *, most: int) -> tuple[tuple[Finding, ...], Mapping[str, int]]:
    """Return the first findings of each rule, and how many there are of each.

    Args:
        findings: In the order in which they were found.
        most: Findings of a rule to return.
    """
    counts: Counter[str] = Counter()
    kept = []
    for finding in findings:
        counts[finding.rule] += 1
        if counts[finding.rule] <= most:
            kept.append(finding)
    return tuple(kept), dict(counts)
