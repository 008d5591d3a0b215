"""Deviation columns: how every area of one map compares with its reference, by position (`fid`), as sent to a browser.

Format 1 is JSON without spare space: what the column is, one digit of class for every area, and arrays of numbers that
are null where there is none. This module needs only numpy and the standard library beside `zicht`.
"""

from __future__ import annotations

import json

import numpy as np

from zicht.deviations import NUMBERS, DeviationColumn, DeviationLabel, DeviationTable
from zicht.published import FloatArray

FORMAT = 1

#: Order of the classes in a column: the position is the digit that travels to the browser.
DEVIATIONS: tuple[str, ...] = tuple(DeviationLabel)

#: Decimals that a reader can use; the file keeps more.
DIGITS = 4


def encode_deviations(column: DeviationColumn) -> bytes:
    """Return a column of deviations as it is sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    digit = {label: str(position) for position, label in enumerate(DEVIATIONS)}
    content = {
        "format": FORMAT,
        **{name: getattr(column.key, name) for name in DeviationTable.names},
        "class": "".join(digit[label] for label in column.label.tolist()),
        **{name: _numbers(getattr(column, name)) for name in NUMBERS},
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _numbers(values: FloatArray) -> list[float | None]:
    return [round(value, DIGITS) if np.isfinite(value) else None for value in values.tolist()]
