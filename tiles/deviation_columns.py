"""Deviation columns: how every area of one map compares with its reference, by position (`fid`), as sent to a browser.

Kind 7 of format 2 (docs/reference/columns.md): the class of every area, and the ratio with its limits of those that
have one. What was expected is not drawn; who wants it asks the API, which has every number unrounded. Where there is
no number, because nothing is published or nothing bounds it, none is in any byte.

This module needs only numpy and the standard library beside `zicht`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiles.binary import Sections, pack_codes, seal
from tiles.parts import chunk_of, codes_of, key_of, labels_of, opened, pack_sparse, same, sparse, words
from zicht.deviations import DeviationColumn, DeviationKey, DeviationLabel, DeviationTable
from zicht.published import FloatArray, StrArray

COMPARISONS = 7

#: Order of the classes in a column: the position is the code that travels to the browser, in four bits.
DEVIATIONS: tuple[str, ...] = tuple(DeviationLabel)

#: Decimals that a reader can use; the file keeps more.
DIGITS = 4

_NUMBERS = ("ratio", "low", "high")
_CLASS_BITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonColumn:
    """What a map of deviations is drawn from.

    Args:
        key: Which map.
        label: (n,) members of `DeviationLabel`.
        ratio: (n,) the rate over that of the reference, to `DIGITS` decimals; NaN where there is none.
        low: (n,) lower limit likewise.
        high: (n,) upper limit likewise.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """

    key: DeviationKey
    label: StrArray
    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    chunk: str = ""


def encode_deviations(column: DeviationColumn | ComparisonColumn, *, chunk: str = "") -> bytes:
    """Return a column of deviations as it is sent; the same column gives the same bytes.

    Args:
        column: For every area of a level, or of a chunk of it, in the order of its `fid`.
        chunk: Ancestor of its hexagons, "" for a whole level.
    """
    labels = pack_codes(codes_of(column.label, DEVIATIONS), bits=_CLASS_BITS)
    forms, numbers = pack_sparse({name: _rounded(getattr(column, name)) for name in _NUMBERS})
    header = words(column.key, DeviationTable.names, chunk) | forms
    return seal(COMPARISONS, header, len(column.label), labels + numbers)


def decode_deviations(body: bytes) -> ComparisonColumn:
    """Read what `encode_deviations` made.

    Raises:
        MalformedColumnError: The bytes are no column of deviations, or not in its one form.
        UnknownFormatError: They are of another version.
    """
    envelope = opened(body, COMPARISONS, {*DeviationTable.names, *_NUMBERS})
    sections = Sections(envelope.body)
    label = labels_of(sections.codes(envelope.count, bits=_CLASS_BITS), DEVIATIONS)
    ratio, low, high = sparse(sections, envelope, _NUMBERS)
    sections.end()
    key = key_of(DeviationKey, envelope, DeviationTable.names)
    column = ComparisonColumn(key, label, ratio, low, high, chunk_of(envelope))
    same(body, encode_deviations(column, chunk=column.chunk))
    return column


def _rounded(values: FloatArray) -> FloatArray:
    return np.array([round(value, DIGITS) for value in values.tolist()], dtype=np.float64)
