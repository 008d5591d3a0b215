"""The looks of the map: one colour and one pattern for each class and each status.

Every pair of looks that can lie side by side differs by at least 10 in CIE 1976 colour difference, also for readers
with deuteranopia or protanopia (a test computes it after Machado, Oliveira and Fernandes, 2009), and what is not a
number is told by its pattern besides, so that no meaning hangs on colour alone. The sequence for values is the
yellow-green-blue one that colour-blind readers, printers and projectors keep apart; it holds no grey, because grey
means that there is no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zicht.deviations import DeviationLabel
from zicht.published import HotspotClass, Status


class Pattern(StrEnum):
    """What is drawn over the ground colour."""

    PLAIN = "plain"
    DIAGONAL = "diagonal"
    BACKWARD = "backward"
    DOTS = "dots"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Look:
    """How one class or status is painted.

    Args:
        ground: Ground colour as "#rrggbb".
        pattern: What is drawn over it.
        ink: Colour of the pattern as "#rrggbb"; the ground colour where there is none.
    """

    ground: str
    pattern: Pattern = Pattern.PLAIN
    ink: str = ""


#: Where every published value is exactly zero.
ZERO = Look("#fdf8d8")

#: Five classes of published values above zero, lowest first.
SEQUENCE = (Look("#dff0b2"), Look("#9bd6b3"), Look("#4bb0be"), Look("#2a74ae"), Look("#1f3c84"))

SUPPRESSED = Look("#bfbfc7", Pattern.DIAGONAL, "#5f6673")
MISSING = Look("#ffffff", Pattern.DOTS, "#858c97")
NOT_APPLICABLE = Look("#dddddd", Pattern.LINES, "#7b7b7b")

STATUSES = {
    Status.SUPPRESSED: SUPPRESSED,
    Status.MISSING: MISSING,
    Status.NOT_APPLICABLE: NOT_APPLICABLE,
}

CLASSES = {
    HotspotClass.HOT: Look("#b3203a"),
    HotspotClass.PROBABLE: Look("#f2a08a"),
    HotspotClass.NOT_SIGNIFICANT: Look("#f6eed6"),
    HotspotClass.UNDETERMINED: Look("#d6bcee", Pattern.BACKWARD, "#7f55b5"),
    HotspotClass.COLD: Look("#2c6fb3"),
    HotspotClass.SUPPRESSED: SUPPRESSED,
    HotspotClass.MISSING: MISSING,
    HotspotClass.NOT_APPLICABLE: NOT_APPLICABLE,
}

#: Other colours than those of hotspots: an area by itself against a reference is another thing.
DEVIATIONS = {
    DeviationLabel.HIGHER: Look("#c4500a"),
    DeviationLabel.COMPARABLE: Look("#f3ecd2"),
    DeviationLabel.TOO_UNCERTAIN: Look("#d6bcee", Pattern.BACKWARD, "#7f55b5"),
    DeviationLabel.LOWER: Look("#12665e"),
    DeviationLabel.SUPPRESSED: SUPPRESSED,
    DeviationLabel.MISSING: MISSING,
    DeviationLabel.NOT_APPLICABLE: NOT_APPLICABLE,
}


def describe() -> dict[str, object]:
    """Return the looks as the page reads them: colours, patterns and inks by name."""
    return {
        "zero": _plain(ZERO),
        "sequence": [_plain(look) for look in SEQUENCE],
        "statuses": {str(name): _plain(look) for name, look in STATUSES.items()},
        "classes": {str(name): _plain(look) for name, look in CLASSES.items()},
        "deviations": {str(name): _plain(look) for name, look in DEVIATIONS.items()},
    }


def _plain(look: Look) -> dict[str, str]:
    return {"ground": look.ground, "pattern": str(look.pattern), "ink": look.ink or look.ground}
