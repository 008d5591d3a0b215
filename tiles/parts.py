"""What columns have in common: the words of a header, codes of labels, and numbers that may be absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from tiles.binary import Bools, Envelope, Sections, pack_codes, pack_numbers, seal, unseal
from tiles.cells import IntArray
from tiles.errors import MalformedColumnError
from zicht.classes import ClassKey
from zicht.deviations import DeviationKey
from zicht.published import ColumnKey, FloatArray, StrArray

#: The entry of a header that names the chunk a column is of; a column of a whole level has none.
CHUNK = "chunk"

Key = TypeVar("Key", ColumnKey, ClassKey, DeviationKey)


def words(key: ColumnKey | ClassKey | DeviationKey, names: Sequence[str], chunk: str) -> dict[str, Any]:
    """Return the entries of a header that name a map, and the chunk that it is of."""
    return {name: getattr(key, name) for name in names} | ({CHUNK: chunk} if chunk else {})


def codes_of(labels: StrArray, order: Sequence[str]) -> IntArray:
    """Return the (n,) position of each label in an order.

    Raises:
        MalformedColumnError: A label is not in it.
    """
    codes = np.full(len(labels), -1, dtype=np.int64)
    for code, label in enumerate(order):
        codes[labels == label] = code
    if (codes < 0).any():
        raise MalformedColumnError("A status or class is not one of those that a column can say.")
    return codes


def labels_of(codes: Any, order: Sequence[str]) -> StrArray:
    """Return the (n,) labels that `codes_of` turned into codes.

    Raises:
        MalformedColumnError: A code has no label.
    """
    if codes.size and int(codes.max()) >= len(order):
        raise MalformedColumnError(f"A status or class is not one of 0 to {len(order) - 1}.")
    labels: StrArray = np.array(order, dtype=np.str_)[codes]
    return labels


def spread(sections: Sections, form: object, there: Bools) -> FloatArray:
    """Read the numbers of the areas that have one; the others are NaN.

    Raises:
        MalformedColumnError: They cannot be read.
    """
    numbers = np.full(len(there), np.nan)
    numbers[there] = sections.numbers(form, int(there.sum()))
    return numbers


def pack_sparse(parts: Mapping[str, FloatArray]) -> tuple[dict[str, Any], bytes]:
    """Return forms and sections of numbers that may be absent: one bit an area, then the numbers."""
    forms: dict[str, Any] = {}
    sections = b""
    for name, values in parts.items():
        there = np.isfinite(values)
        forms[name], numbers = pack_numbers(values[there])
        sections += pack_codes(there, bits=1) + numbers
    return forms, sections


def seal_numbers(kind: int, header: Mapping[str, Any], parts: Mapping[str, FloatArray], count: int) -> bytes:
    """Return a whole body of nothing but numbers that may be absent."""
    forms, sections = pack_sparse(parts)
    return seal(kind, {**header, **forms}, count, sections)


def sparse(sections: Sections, envelope: Envelope, names: Sequence[str]) -> list[FloatArray]:
    """Read what `pack_sparse` made, one array a name.

    Raises:
        MalformedColumnError: It cannot be read.
    """
    found = []
    for name in names:
        there = sections.codes(envelope.count, bits=1).astype(np.bool_)
        found.append(spread(sections, envelope.header[name], there))
    return found


def numbers_of(envelope: Envelope, names: Sequence[str]) -> list[FloatArray]:
    """Read a body of nothing but numbers that may be absent.

    Raises:
        MalformedColumnError: It cannot be read, or goes on.
    """
    sections = Sections(envelope.body)
    found = sparse(sections, envelope, names)
    sections.end()
    return found


def opened(body: bytes, kind: int, names: set[str]) -> Envelope:
    """Take a body apart whose header has these entries, and perhaps a chunk.

    Raises:
        MalformedColumnError: It is no column of this kind, or its header has others.
        UnknownFormatError: It is of another version.
    """
    envelope = unseal(body, kind=kind)
    if set(envelope.header) - {CHUNK} != names:
        raise MalformedColumnError("A column has other entries than it should.")
    return envelope


def key_of(kind: type[Key], envelope: Envelope, names: Sequence[str]) -> Key:
    """Return the name of a map from a header.

    Raises:
        MalformedColumnError: An entry is no text.
    """
    return kind(*(text_of(envelope, name) for name in names))


def chunk_of(envelope: Envelope) -> str:
    """Return the chunk that a body is of, "" for a whole level.

    Raises:
        MalformedColumnError: The entry is no text.
    """
    return text_of(envelope, CHUNK) if CHUNK in envelope.header else ""


def text_of(envelope: Envelope, name: str) -> str:
    """Return an entry of a header.

    Raises:
        MalformedColumnError: It is no text.
    """
    text = envelope.header[name]
    if not isinstance(text, str):
        raise MalformedColumnError(f"The entry {name} is no text.")
    return text


def same(body: bytes, form: bytes) -> None:
    """Refuse a body that is written in another way than its content is.

    Raises:
        MalformedColumnError: It is.
    """
    if body != form:
        raise MalformedColumnError("A column is not in the one form of its content.")
