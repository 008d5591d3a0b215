"""Columns of deviations: classes and limits travel, what was expected and what is not published does not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiles.binary import seal
from tiles.columns import decode_labels
from tiles.deviation_columns import COMPARISONS, DEVIATIONS, decode_deviations, encode_deviations
from tiles.errors import MalformedColumnError
from zicht.deviations import DeviationColumn, DeviationKey, DeviationLabel, Reference
from zicht.errors import UnknownFormatError

NAN = np.nan
SILENT = ("suppressed", "missing", "not_applicable")
KEY = DeviationKey("labs", "2024-2025", "buurt", "", "similar")

ratios = st.integers(0, 10**7).map(lambda whole: whole / 10**4)


@st.composite
def compared(draw: st.DrawFn) -> DeviationColumn:
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        label = draw(st.sampled_from(DEVIATIONS))
        low, ratio, high = sorted(draw(st.tuples(ratios, ratios, ratios)))
        whole = (ratio, low, high, low * 777, high * 777)
        rows.append(
            (label, *([NAN] * 5 if label in SILENT else draw(st.sampled_from([whole, (NAN, low, NAN, 1, NAN)]))))
        )
    label, *numbers = zip(*rows, strict=True) if rows else ((),) * 6
    key = DeviationKey("labs", "2025", "buurt", draw(st.text("ab")), draw(st.sampled_from(tuple(Reference))))
    code = np.array([f"BU{n:08d}" for n in range(len(rows))], dtype=np.str_)
    return DeviationColumn(key, code, np.array(label, dtype=np.str_), *(np.array(n, dtype=np.float64) for n in numbers))


@given(compared(), st.sampled_from(["", "85196953fffffff"]))
def test_a_column_is_read_as_it_was_written(column, chunk):
    body = encode_deviations(column, chunk=chunk)
    read = decode_deviations(body)
    assert (read.key, read.chunk, read.label.tolist()) == (column.key, chunk, column.label.tolist())
    for name in ("ratio", "low", "high"):
        np.testing.assert_array_equal(getattr(read, name), getattr(column, name))
    assert encode_deviations(read, chunk=chunk) == body


@given(compared())
def test_an_area_that_is_not_compared_has_no_number_in_any_byte(column):
    body = encode_deviations(column)
    size = int.from_bytes(body[6:8], "little")
    header = json.loads(body[12 : 12 + size])
    told = {name: int(np.isfinite(getattr(column, name)).sum()) for name in ("ratio", "low", "high")}
    count = len(column.code)
    room = -(-count // 2) + sum(-(-count // 8) + told[name] * header[name]["width"] for name in told)
    assert len(body) == 12 + size + room
    assert b"expected" not in body


def row(label="higher", ratio=1.8):
    numbers = [np.array([number]) for number in (ratio, 1.2, 2.6, 10.0, 11.0)]
    return DeviationColumn(KEY, np.array(["BU1"]), np.array([label]), *numbers)


def test_the_documented_bytes():
    body = encode_deviations(row())
    assert body[:6] == b"ZCOL\x02\x07"
    form = '{"decimals":1,"offset":%d,"width":0}'
    header = (
        f'{{"category":"","high":{form % 26},"indicator":"labs","level":"buurt","low":{form % 12},'
        f'"period":"2024-2025","ratio":{form % 18},"reference":"similar"}}'
    )
    assert body[12:].decode("latin-1") == header + "\x00\x01\x01\x01"
    assert tuple(DeviationLabel) == DEVIATIONS


def test_more_decimals_than_can_be_used_are_not_sent():
    assert decode_deviations(encode_deviations(row(ratio=1.812345678))).ratio.tolist() == [1.8123]


@given(st.data())
def test_damaged_bytes_are_refused_or_read_as_what_they_say(data):
    body = encode_deviations(row())
    at, byte = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 255))
    damaged = data.draw(st.sampled_from([body[:at] + bytes([byte]) + body[at + 1 :], body[:at], body + bytes([byte])]))
    try:
        column = decode_deviations(damaged)
    except (MalformedColumnError, UnknownFormatError):
        return
    assert encode_deviations(column, chunk=column.chunk) == damaged


def test_another_kind_an_unknown_class_and_the_format_of_before_are_refused():
    body = encode_deviations(row())
    with pytest.raises(MalformedColumnError):
        decode_labels(body)
    with pytest.raises(MalformedColumnError, match="one of 0 to 6"):
        decode_deviations(body[:-4] + b"\x07" + body[-3:])
    with pytest.raises(MalformedColumnError):
        decode_deviations(b'{"format":1,"indicator":"labs","class":"0"}')
    with pytest.raises(MalformedColumnError):
        decode_deviations(seal(COMPARISONS, {}, 0, b""))
