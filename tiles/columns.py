"""Value columns: the numbers of one map, joined to the areas by position (`fid`), as sent to a browser.

Format 1 is JSON without spare space, keys in a fixed order: what the column is, one digit of status (or of class) for
every area, and arrays of numbers that are null wherever nothing is published. Callers use only the four functions
below, so that a smaller format can take its place.

This module needs only numpy and the standard library beside `zicht`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiles.errors import MalformedColumnError
from zicht.classes import ClassColumn, ClassKey, IntArray
from zicht.errors import UnknownFormatError, ZichtError
from zicht.published import STATUSES, ColumnKey, FloatArray, HotspotClass, PublishedColumn, StrArray

FORMAT = 1

#: Order of the classes in a class column: the position is the digit that travels to the browser.
CLASSES: tuple[str, ...] = tuple(HotspotClass)

_VALUE_NAMES = ("indicator", "period", "level", "category", "measure")
_CLASS_NAMES = ("indicator", "period", "level", "category", "method")


def encode_column(column: PublishedColumn) -> bytes:
    """Return a value column as it is sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    return _compact(
        {
            "format": FORMAT,
            **{name: getattr(column.key, name) for name in _VALUE_NAMES},
            "unit": column.unit,
            "status": _digits(column.status, STATUSES),
            "value": _numbers(column.value),
            "low": _numbers(column.low),
            "high": _numbers(column.high),
        }
    )


def decode_column(body: bytes, *, code: StrArray) -> PublishedColumn:
    """Read a value column, checking it as strictly as the table it came from.

    Args:
        body: What `encode_column` made.
        code: (n,) area codes of the level in the order of their `fid`; a column does not hold them.

    Raises:
        MalformedColumnError: The bytes are no value column of these areas.
        UnknownFormatError: They are of another format.
    """
    content = _parsed(body, {*_VALUE_NAMES, "unit", "status", "value", "low", "high"})
    try:
        return PublishedColumn(
            key=ColumnKey(*(_text(content, name) for name in _VALUE_NAMES)),
            unit=_text(content, "unit"),
            code=code,
            status=_labels(_text(content, "status"), STATUSES),
            value=_floats(content["value"]),
            low=_floats(content["low"]),
            high=_floats(content["high"]),
        )
    except ZichtError as error:
        raise MalformedColumnError(f"The column does not fit its areas: {error.problem}", where=error.where) from None


def encode_classes(column: ClassColumn) -> bytes:
    """Return a class column as it is sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    return _compact(
        {
            "format": FORMAT,
            **{name: getattr(column.key, name) for name in _CLASS_NAMES},
            "class": _digits(column.label, CLASSES),
            "z": _numbers(column.z),
            "q_low": _numbers(column.q_low),
            "q_high": _numbers(column.q_high),
            "neighbours": column.neighbours.tolist(),
            "neighbours_suppressed": column.neighbours_suppressed.tolist(),
        }
    )


def decode_classes(body: bytes, *, code: StrArray) -> ClassColumn:
    """Read a class column.

    Args:
        body: What `encode_classes` made.
        code: (n,) area codes of the level in the order of their `fid`.

    Raises:
        MalformedColumnError: The bytes are no class column of these areas.
        UnknownFormatError: They are of another format.
    """
    counts = ("neighbours", "neighbours_suppressed")
    content = _parsed(body, {*_CLASS_NAMES, "class", "z", "q_low", "q_high", *counts})
    try:
        neighbours, suppressed = (_whole(content[name]) for name in counts)
        return ClassColumn(
            key=ClassKey(*(_text(content, name) for name in _CLASS_NAMES)),
            code=code,
            label=_labels(_text(content, "class"), CLASSES),
            z=_floats(content["z"]),
            q_low=_floats(content["q_low"]),
            q_high=_floats(content["q_high"]),
            neighbours=neighbours,
            neighbours_suppressed=suppressed,
            # The map colours classes; the ratio behind them is asked for one area at a time.
            ratio_low=np.full(len(code), np.nan),
            ratio_high=np.full(len(code), np.nan),
        )
    except ZichtError as error:
        raise MalformedColumnError(f"The column does not fit its areas: {error.problem}", where=error.where) from None


def _compact(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _digits(labels: StrArray, order: Sequence[str]) -> str:
    position = {label: str(index) for index, label in enumerate(order)}
    return "".join([position[label] for label in labels.tolist()])


def _labels(digits: str, order: Sequence[str]) -> StrArray:
    known = {str(index): label for index, label in enumerate(order)}
    if not set(digits) <= set(known):
        raise MalformedColumnError(f"A status or class is not one of 0 to {len(order) - 1}.")
    return np.array([known[digit] for digit in digits], dtype=np.str_)


def _numbers(values: FloatArray) -> list[float | None]:
    # Whole numbers are written without ".0": a count is a count, and the column is a fifth smaller.
    return [
        None if not np.isfinite(value) else int(value) if value.is_integer() and abs(value) < 2**53 else value
        for value in values.tolist()
    ]


def _floats(content: object) -> FloatArray:
    if not isinstance(content, list) or not all(item is None or type(item) in (int, float) for item in content):
        raise MalformedColumnError("The numbers of a column are no list of numbers and nulls.")
    try:
        numbers = np.array([np.nan if item is None else item for item in content], dtype=np.float64)
    except OverflowError:
        raise MalformedColumnError("A number of a column is too large.") from None
    if np.isinf(numbers).any():
        raise MalformedColumnError("A number of a column is too large.")
    return numbers


def _whole(content: object) -> IntArray:
    if not isinstance(content, list) or not all(type(item) is int and 0 <= item < 2**53 for item in content):
        raise MalformedColumnError("The counts of a column are no list of whole numbers.")
    return np.array(content, dtype=np.int64)


def _refused(constant: str) -> None:
    raise ValueError(constant)


def _parsed(body: bytes, names: set[str]) -> Mapping[str, Any]:
    try:
        content = json.loads(body, parse_constant=_refused)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise MalformedColumnError("A column is no JSON object.")
    if content.get("format") != FORMAT:
        raise UnknownFormatError(f"This version reads columns of format {FORMAT}.")
    if set(content) != {*names, "format"}:
        raise MalformedColumnError("A column has other entries than it should.")
    return content


def _text(content: Mapping[str, Any], name: str) -> str:
    text = content[name]
    if not isinstance(text, str):
        raise MalformedColumnError(f"The entry {name} is no text.")
    return text
