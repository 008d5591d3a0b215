"""Columns: the numbers and classes of one map, joined to the areas by position (`fid`), as sent to a browser.

Format 2, byte by byte, is in docs/reference/columns.md. A map is drawn from one small body: the status and the value of
every area (`encode_values`), or its class (`encode_labels`). What only a table or a receipt shows travels apart: bounds
(`encode_bounds`) and the grounds of a class (`encode_evidence`). What is not published is not in any byte.

This module needs only numpy and the standard library beside `zicht`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from tiles.binary import VERSION, Bools, Envelope, Sections, pack_codes, pack_numbers, seal, unseal
from tiles.errors import MalformedColumnError
from zicht.classes import ClassColumn, ClassKey, IntArray
from zicht.errors import ZichtError
from zicht.published import STATUSES, ColumnKey, FloatArray, HotspotClass, PublishedColumn, Status, StrArray

FORMAT = VERSION

#: What a body holds; the sixth byte of each.
VALUES, BOUNDS, LABELS, EVIDENCE = 1, 2, 3, 4

#: Order of the classes in a class column: the position is the code that travels to the browser, in four bits.
CLASSES: tuple[str, ...] = tuple(HotspotClass)

_VALUE_NAMES = ("indicator", "period", "level", "category", "measure")
_CLASS_NAMES = ("indicator", "period", "level", "category", "method")
_GROUNDS = ("z", "q_low", "q_high", "ratio_low", "ratio_high")
_COUNTS = ("neighbours", "neighbours_suppressed")
_STATUS_BITS, _CLASS_BITS = 2, 4

Key = TypeVar("Key", ColumnKey, ClassKey)


@dataclass(frozen=True, slots=True, eq=False)
class ValueColumn:
    """What the map is drawn from: a published column without its bounds.

    Args:
        key: Which map.
        unit: Unit of `value`.
        status: (n,) members of `Status`.
        value: (n,) numbers, NaN unless published.
    """

    key: ColumnKey
    unit: str
    status: StrArray
    value: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LabelColumn:
    """What a hotspot map is drawn from: the classes without their grounds.

    Args:
        key: Which map.
        label: (n,) members of `HotspotClass`.
    """

    key: ClassKey
    label: StrArray


def encode_values(column: PublishedColumn | ValueColumn) -> bytes:
    """Return status and value of every area as they are sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    published = column.status == Status.PUBLISHED
    form, numbers = pack_numbers(column.value[published])
    header = {**_words(column.key, _VALUE_NAMES), "unit": column.unit, "value": form}
    status = pack_codes(_codes(column.status, STATUSES), bits=_STATUS_BITS)
    return seal(VALUES, header, len(column.status), status + numbers)


def decode_values(body: bytes) -> ValueColumn:
    """Read what `encode_values` made.

    Raises:
        MalformedColumnError: The bytes are no value column, or not in its one form.
        UnknownFormatError: They are of another version.
    """
    envelope = _opened(body, VALUES, {*_VALUE_NAMES, "unit", "value"})
    sections = Sections(envelope.body)
    status = _labels(sections.codes(envelope.count, bits=_STATUS_BITS), STATUSES)
    value = _spread(sections, envelope.header["value"], status == Status.PUBLISHED)
    sections.end()
    column = ValueColumn(_key(ColumnKey, envelope, _VALUE_NAMES), _text(envelope, "unit"), status, value)
    _same(body, encode_values(column))
    return column


def encode_bounds(column: PublishedColumn) -> bytes:
    """Return the bounds of every area as they are sent: what a reader can derive of the true number.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    parts = {"low": column.low, "high": column.high}
    return _seal_numbers(BOUNDS, _words(column.key, _VALUE_NAMES), parts, len(column.code))


def decode_column(values: bytes, bounds: bytes, *, code: StrArray) -> PublishedColumn:
    """Read a published column from its two bodies, checking it as strictly as the table it came from.

    Args:
        values: What `encode_values` made.
        bounds: What `encode_bounds` made.
        code: (n,) area codes of the level in the order of their `fid`; a column does not hold them.

    Raises:
        MalformedColumnError: The bytes are no column of these areas, or the two do not belong together.
        UnknownFormatError: They are of another version.
    """
    main = decode_values(values)
    envelope = _opened(bounds, BOUNDS, {*_VALUE_NAMES, "low", "high"})
    low, high = _numbers(envelope, ("low", "high"))
    if _key(ColumnKey, envelope, _VALUE_NAMES) != main.key:
        raise MalformedColumnError("These bounds are of another column.")
    try:
        column = PublishedColumn(
            key=main.key, unit=main.unit, code=code, status=main.status, value=main.value, low=low, high=high
        )
    except ZichtError as error:
        raise MalformedColumnError(f"The column does not fit its areas: {error.problem}", where=error.where) from None
    _same(bounds, encode_bounds(column))
    return column


def encode_labels(column: ClassColumn | LabelColumn) -> bytes:
    """Return the class of every area as it is sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    labels = pack_codes(_codes(column.label, CLASSES), bits=_CLASS_BITS)
    return seal(LABELS, _words(column.key, _CLASS_NAMES), len(column.label), labels)


def decode_labels(body: bytes) -> LabelColumn:
    """Read what `encode_labels` made.

    Raises:
        MalformedColumnError: The bytes are no class column, or not in its one form.
        UnknownFormatError: They are of another version.
    """
    envelope = _opened(body, LABELS, set(_CLASS_NAMES))
    sections = Sections(envelope.body)
    label = _labels(sections.codes(envelope.count, bits=_CLASS_BITS), CLASSES)
    sections.end()
    column = LabelColumn(_key(ClassKey, envelope, _CLASS_NAMES), label)
    _same(body, encode_labels(column))
    return column


def encode_evidence(column: ClassColumn) -> bytes:
    """Return the grounds of every area's class as they are sent: z, bounds of q and of observed over expected, and
    neighbours.

    Args:
        column: For every area of a level, in the order of its `fid`.
    """
    grounds = {name: getattr(column, name) for name in _GROUNDS}
    counts = {name: getattr(column, name).astype(np.float64) for name in _COUNTS}
    return _seal_numbers(EVIDENCE, _words(column.key, _CLASS_NAMES), grounds | counts, len(column.code))


def decode_classes(labels: bytes, evidence: bytes, *, code: StrArray) -> ClassColumn:
    """Read a class column from its two bodies.

    Args:
        labels: What `encode_labels` made.
        evidence: What `encode_evidence` made.
        code: (n,) area codes of the level in the order of their `fid`.

    Raises:
        MalformedColumnError: The bytes are no class column of these areas, or the two do not belong together.
        UnknownFormatError: They are of another version.
    """
    main = decode_labels(labels)
    envelope = _opened(evidence, EVIDENCE, {*_CLASS_NAMES, *_GROUNDS, *_COUNTS})
    z, q_low, q_high, ratio_low, ratio_high, neighbours, suppressed = _numbers(envelope, (*_GROUNDS, *_COUNTS))
    if _key(ClassKey, envelope, _CLASS_NAMES) != main.key:
        raise MalformedColumnError("This evidence is of another column.")
    try:
        counts = _whole(neighbours), _whole(suppressed)
        column = ClassColumn(main.key, code, main.label, z, q_low, q_high, *counts, ratio_low, ratio_high)
    except ZichtError as error:
        raise MalformedColumnError(f"The column does not fit its areas: {error.problem}", where=error.where) from None
    _same(evidence, encode_evidence(column))
    return column


def _words(key: ColumnKey | ClassKey, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(key, name) for name in names}


def _codes(labels: StrArray, order: Sequence[str]) -> IntArray:
    codes = np.full(len(labels), -1, dtype=np.int64)
    for code, label in enumerate(order):
        codes[labels == label] = code
    if (codes < 0).any():
        raise MalformedColumnError("A status or class is not one of those that a column can say.")
    return codes


def _labels(codes: Any, order: Sequence[str]) -> StrArray:
    if codes.size and int(codes.max()) >= len(order):
        raise MalformedColumnError(f"A status or class is not one of 0 to {len(order) - 1}.")
    labels: StrArray = np.array(order, dtype=np.str_)[codes]
    return labels


def _spread(sections: Sections, form: object, there: Bools) -> FloatArray:
    numbers = np.full(len(there), np.nan)
    numbers[there] = sections.numbers(form, int(there.sum()))
    return numbers


def _seal_numbers(kind: int, header: Mapping[str, Any], parts: Mapping[str, FloatArray], count: int) -> bytes:
    """Seal columns of numbers that may be absent: for each one bit an area, then the numbers that are there."""
    forms, sections = {}, b""
    for name, values in parts.items():
        there = np.isfinite(values)
        forms[name], numbers = pack_numbers(values[there])
        sections += pack_codes(there, bits=1) + numbers
    return seal(kind, {**header, **forms}, count, sections)


def _numbers(envelope: Envelope, names: Sequence[str]) -> list[FloatArray]:
    sections = Sections(envelope.body)
    found = []
    for name in names:
        there = sections.codes(envelope.count, bits=1).astype(np.bool_)
        found.append(_spread(sections, envelope.header[name], there))
    sections.end()
    return found


def _whole(numbers: FloatArray) -> IntArray:
    if not (np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))).all():
        raise MalformedColumnError("A number of neighbours is no whole number.")
    return numbers.astype(np.int64)


def _opened(body: bytes, kind: int, names: set[str]) -> Envelope:
    envelope = unseal(body, kind=kind)
    if set(envelope.header) != names:
        raise MalformedColumnError("A column has other entries than it should.")
    return envelope


def _key(kind: type[Key], envelope: Envelope, names: Sequence[str]) -> Key:
    return kind(*(_text(envelope, name) for name in names))


def _text(envelope: Envelope, name: str) -> str:
    text = envelope.header[name]
    if not isinstance(text, str):
        raise MalformedColumnError(f"The entry {name} is no text.")
    return text


def _same(body: bytes, form: bytes) -> None:
    if body != form:
        raise MalformedColumnError("A column is not in the one form of its content.")
