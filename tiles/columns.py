"""Columns: the numbers and classes of one map, joined to the areas by position (`fid`), as sent to a browser.

Format 2, byte by byte, is in docs/reference/columns.md. A map is drawn from one small body: the status and the value
of every area (`encode_values`), or its class (`encode_labels`). What only a table or a receipt shows travels apart:
bounds (`encode_bounds`) and the grounds of a class (`encode_evidence`). What is not published is not in any byte. A
column of a chunk of hexagons (`tiles.chunks`) is that of a whole level in every way, and names the chunk.

This module needs only numpy and the standard library beside `zicht`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiles.binary import VERSION, Sections, pack_codes, pack_numbers, seal
from tiles.errors import MalformedColumnError
from tiles.parts import (
    chunk_of,
    codes_of,
    key_of,
    labels_of,
    numbers_of,
    opened,
    same,
    seal_numbers,
    spread,
    text_of,
    words,
)
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


@dataclass(frozen=True, slots=True, eq=False)
class ValueColumn:
    """What the map is drawn from: a published column without its bounds.

    Args:
        key: Which map.
        unit: Unit of `value`.
        status: (n,) members of `Status`.
        value: (n,) numbers, NaN unless published.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """

    key: ColumnKey
    unit: str
    status: StrArray
    value: FloatArray
    chunk: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelColumn:
    """What a hotspot map is drawn from: the classes without their grounds.

    Args:
        key: Which map.
        label: (n,) members of `HotspotClass`.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """

    key: ClassKey
    label: StrArray
    chunk: str = ""


def encode_values(column: PublishedColumn | ValueColumn, *, chunk: str = "") -> bytes:
    """Return status and value of every area as they are sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, or of a chunk of it, in the order of its `fid`.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """
    published = column.status == Status.PUBLISHED
    form, numbers = pack_numbers(column.value[published])
    header = {**words(column.key, _VALUE_NAMES, chunk), "unit": column.unit, "value": form}
    status = pack_codes(codes_of(column.status, STATUSES), bits=_STATUS_BITS)
    return seal(VALUES, header, len(column.status), status + numbers)


def decode_values(body: bytes) -> ValueColumn:
    """Read what `encode_values` made.

    Raises:
        MalformedColumnError: The bytes are no value column, or not in its one form.
        UnknownFormatError: They are of another version.
    """
    envelope = opened(body, VALUES, {*_VALUE_NAMES, "unit", "value"})
    sections = Sections(envelope.body)
    status = labels_of(sections.codes(envelope.count, bits=_STATUS_BITS), STATUSES)
    value = spread(sections, envelope.header["value"], status == Status.PUBLISHED)
    sections.end()
    column = ValueColumn(
        key_of(ColumnKey, envelope, _VALUE_NAMES), text_of(envelope, "unit"), status, value, chunk_of(envelope)
    )
    same(body, encode_values(column, chunk=column.chunk))
    return column


def encode_bounds(column: PublishedColumn, *, chunk: str = "") -> bytes:
    """Return the bounds of every area as they are sent: what a reader can derive of the true number.

    Args:
        column: For every area of a level, or of a chunk of it, in the order of its `fid`.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """
    parts = {"low": column.low, "high": column.high}
    return seal_numbers(BOUNDS, words(column.key, _VALUE_NAMES, chunk), parts, len(column.code))


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
    envelope = opened(bounds, BOUNDS, {*_VALUE_NAMES, "low", "high"})
    low, high = numbers_of(envelope, ("low", "high"))
    if (key_of(ColumnKey, envelope, _VALUE_NAMES), chunk_of(envelope)) != (main.key, main.chunk):
        raise MalformedColumnError("These bounds are of another column.")
    try:
        column = PublishedColumn(
            key=main.key, unit=main.unit, code=code, status=main.status, value=main.value, low=low, high=high
        )
    except ZichtError as error:
        raise MalformedColumnError(f"The column does not fit its areas: {error.problem}", where=error.where) from None
    same(bounds, encode_bounds(column, chunk=main.chunk))
    return column


def encode_labels(column: ClassColumn | LabelColumn, *, chunk: str = "") -> bytes:
    """Return the class of every area as it is sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, or of a chunk of it, in the order of its `fid`.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """
    labels = pack_codes(codes_of(column.label, CLASSES), bits=_CLASS_BITS)
    return seal(LABELS, words(column.key, _CLASS_NAMES, chunk), len(column.label), labels)


def decode_labels(body: bytes) -> LabelColumn:
    """Read what `encode_labels` made.

    Raises:
        MalformedColumnError: The bytes are no class column, or not in its one form.
        UnknownFormatError: They are of another version.
    """
    envelope = opened(body, LABELS, set(_CLASS_NAMES))
    sections = Sections(envelope.body)
    label = labels_of(sections.codes(envelope.count, bits=_CLASS_BITS), CLASSES)
    sections.end()
    column = LabelColumn(key_of(ClassKey, envelope, _CLASS_NAMES), label, chunk_of(envelope))
    same(body, encode_labels(column, chunk=column.chunk))
    return column


def encode_evidence(column: ClassColumn, *, chunk: str = "") -> bytes:
    """Return the grounds of every area's class as they are sent: z, bounds of q and of observed over expected, and
    neighbours.

    Args:
        column: For every area of a level, or of a chunk of it, in the order of its `fid`.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """
    grounds = {name: getattr(column, name) for name in _GROUNDS}
    counts = {name: getattr(column, name).astype(np.float64) for name in _COUNTS}
    return seal_numbers(EVIDENCE, words(column.key, _CLASS_NAMES, chunk), grounds | counts, len(column.code))


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
    envelope = opened(evidence, EVIDENCE, {*_CLASS_NAMES, *_GROUNDS, *_COUNTS})
    z, q_low, q_high, ratio_low, ratio_high, neighbours, suppressed = numbers_of(envelope, (*_GROUNDS, *_COUNTS))
    if (key_of(ClassKey, envelope, _CLASS_NAMES), chunk_of(envelope)) != (main.key, main.chunk):
        raise MalformedColumnError("This evidence is of another column.")
    try:
        counts = _whole(neighbours), _whole(suppressed)
        column = ClassColumn(main.key, code, main.label, z, q_low, q_high, *counts, ratio_low, ratio_high)
    except ZichtError as error:
        raise MalformedColumnError(f"The column does not fit its areas: {error.problem}", where=error.where) from None
    same(evidence, encode_evidence(column, chunk=main.chunk))
    return column


def _whole(numbers: FloatArray) -> IntArray:
    if not (np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))).all():
        raise MalformedColumnError("A number of neighbours is no whole number.")
    return numbers.astype(np.int64)
