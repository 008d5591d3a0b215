"""The tiny release with comparisons: one area of every class, and one without an upper limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from zicht.deviations import DeviationColumn, DeviationKey, DeviationRule, DeviationTable
from zicht.release import Release, open_release

NAN = float("nan")
PERIOD = "2024-2025"
CODES = np.array(next(layer.code for layer in world.layers() if layer.level == "buurt"))

#: Class, ratio, limits, and what is expected, of the buurten in turn.
ROWS: tuple[tuple[Any, ...], ...] = (
    ("higher", 1.8, 1.2, 2.6, 10.0, 11.5),
    ("suppressed", NAN, NAN, NAN, NAN, NAN),
    ("suppressed", NAN, NAN, NAN, NAN, NAN),
    ("comparable", 1.0, 0.7, 1.4, 20.0, 20.0),
    ("missing", NAN, NAN, NAN, NAN, NAN),
    ("lower", 0.3, 0.1, 0.6, 30.0, 31.0),
    ("too_uncertain", 1.4, 0.6, 3.1, 5.0, 9.0),
    ("too_uncertain", NAN, 0.6, NAN, 5.0, NAN),
    ("too_uncertain", NAN, 0.4, 3.1, 0.0, 9.0),
    ("higher", 4.0, 2.5, 6.0, 10.0, 10.0),
    ("comparable", 1.1, 0.8, 1.5, 20.0, 20.0),
    ("not_applicable", NAN, NAN, NAN, NAN, NAN),
)


def column(reference: str, shift: int = 0) -> DeviationColumn:
    """Return the classes, those of other references moved along."""
    labels, *numbers = zip(*(ROWS[shift:] + ROWS[:shift]), strict=True)
    key = DeviationKey(world.LABS, PERIOD, "buurt", "", reference)
    return DeviationColumn(key, CODES, np.array(labels), *(np.array(part) for part in numbers))


def compared_release(folder: Path) -> Release:
    """Build the tiny release with two comparisons."""
    table = DeviationTable([column("country", 3), column("similar")])
    rule = DeviationRule().content()
    return open_release(
        tiny_release(
            folder,
            deviations=lambda _: table,
            catalogue=lambda content: {**content, "deviations": rule},
        )
    )
