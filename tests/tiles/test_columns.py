"""Value and class columns: what is published travels, what is not has no number in any byte."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiles.columns import CLASSES, decode_classes, decode_column, encode_classes, encode_column
from tiles.errors import MalformedColumnError
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import UnknownFormatError
from zicht.published import STATUSES, ColumnKey, PublishedColumn, Status

KEY = ColumnKey("drug-labs", "2024-2025", "buurt", "", "rate")
numbers = st.floats(-1e12, 1e12, allow_subnormal=False)


def codes(count):
    return np.array([f"BU{index:08d}" for index in range(count)], dtype=np.str_)


@st.composite
def columns(draw: st.DrawFn) -> PublishedColumn:
    count = draw(st.integers(0, 12))
    rows = []
    for _ in range(count):
        status = draw(st.sampled_from(STATUSES))
        low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
        bounded = status == Status.SUPPRESSED and draw(st.booleans())
        rows.append(
            (
                status,
                value if status == Status.PUBLISHED else np.nan,
                low if status == Status.PUBLISHED or bounded else np.nan,
                high if status == Status.PUBLISHED or bounded else np.nan,
            )
        )
    status, *parts = zip(*rows, strict=True) if rows else ((), (), (), ())
    key = ColumnKey(draw(st.text("abcé-", min_size=1)), "2025", "buurt", draw(st.text("ab")), "rate")
    value, low, high = (np.array(part, dtype=np.float64) for part in parts)
    return PublishedColumn(key, "per 10 000", codes(count), np.array(status, dtype=np.str_), value, low, high)


def same(one, other):
    names = [name for name in one.__slots__ if name not in {"key", "unit"}]
    return one.key == other.key and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=getattr(one, name).dtype.kind == "f")
        for name in names
    )


@given(columns())
def test_a_column_is_read_as_it_was_written(column):
    body = encode_column(column)
    read = decode_column(body, code=column.code)

    assert same(read, column)
    assert read.unit == column.unit
    assert encode_column(read) == body


def small():
    status = np.array(["published", "suppressed", "missing", "not_applicable", "published"])
    nan = np.nan
    value, low, high = np.array([[12.0, nan, nan, nan, 0.125], [11, 1, nan, nan, 0.1], [13, 4, nan, nan, 0.15]])
    return PublishedColumn(KEY, "per 10 000 homes", codes(5), status, value, low, high)


def test_the_bytes_are_those_of_the_documented_format():
    assert encode_column(small()) == (
        b'{"format":1,"indicator":"drug-labs","period":"2024-2025","level":"buurt","category":"","measure":"rate",'
        b'"unit":"per 10 000 homes","status":"01230","value":[12,null,null,null,0.125],'
        b'"low":[11,1,null,null,0.1],"high":[13,4,null,null,0.15]}'
    )


def test_no_byte_holds_a_number_where_nothing_is_published():
    content = json.loads(encode_column(small()))

    assert [content["value"][place] for place in (1, 2, 3)] == [None, None, None]
    assert [content["low"][place] for place in (2, 3)] == [None, None]
    assert sorted(content) == sorted(
        ["format", "indicator", "period", "level", "category", "measure", "unit", "status", "value", "low", "high"]
    )


def classes():
    label = np.array(CLASSES)
    nan = np.nan
    numbers = np.array([[3.5, -2.25, 0.5, nan, nan, nan, nan, nan], [0.01, 0.02, 0.5, 0.01, nan, nan, nan, 0.03]])
    counts = np.array([6, 6, 5, 4, 3, 0, 0, 5]), np.array([0, 0, 0, 2, 1, 0, 0, 1])
    key = ClassKey("drug-labs", "2025", "buurt", "", "gi-star/rate/queen")
    return ClassColumn(key, codes(8), label, numbers[0], numbers[1], numbers[1], *counts, *np.full((2, 8), nan))


def test_classes_are_read_as_they_were_written_and_have_the_documented_bytes():
    body = encode_classes(classes())

    assert same(decode_classes(body, code=codes(8)), classes())
    assert body == (
        b'{"format":1,"indicator":"drug-labs","period":"2025","level":"buurt","category":"",'
        b'"method":"gi-star/rate/queen","class":"01234567","z":[3.5,-2.25,0.5,null,null,null,null,null],'
        b'"q_low":[0.01,0.02,0.5,0.01,null,null,null,0.03],"q_high":[0.01,0.02,0.5,0.01,null,null,null,0.03],'
        b'"neighbours":[6,6,5,4,3,0,0,5],"neighbours_suppressed":[0,0,0,2,1,0,0,1]}'
    )


def test_the_digits_are_part_of_the_format():
    assert STATUSES == ("published", "suppressed", "missing", "not_applicable")
    seven = ("hot", "cold", "not_significant", "undetermined", "suppressed", "missing", "not_applicable")
    assert (*seven, "probable") == CLASSES


def changed(body, **entries):
    return json.dumps({**json.loads(body), **entries}).encode()


@pytest.mark.parametrize(
    "entries",
    [
        {"status": "01234"},
        {"status": "0123"},
        {"status": 1230},
        {"status": "11230"},
        {"value": [12, 3, None, None, 0.125]},
        {"value": [12, None, None, None, True]},
        {"value": [12, None, None, None, "1"]},
        {"value": [12, None, None, None]},
        {"value": None},
        {"low": [11, 5, None, None, 0.1]},
        {"low": [11, 1, 0, None, 0.1]},
        {"high": [10, 4, None, None, 0.15]},
        {"indicator": 1},
        {"unit": None},
        {"name": "Zilverdijk"},
    ],
)
def test_a_column_that_contradicts_itself_is_refused(entries):
    with pytest.raises(MalformedColumnError):
        decode_column(changed(encode_column(small()), **entries), code=codes(5))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        encode_column(small())[:-1],
        encode_column(small()).replace(b"12,", b"NaN,"),
    ]
    + [encode_column(small()).replace(b"[12,", number) for number in (b"[1e999,", b"[1" + b"0" * 400 + b",")],
)
def test_bytes_that_are_no_column_are_refused(body):
    with pytest.raises((MalformedColumnError, UnknownFormatError)):
        decode_column(body, code=codes(5))


@pytest.mark.parametrize(
    ("part", "number"),
    [(b"[12,null", b"[12,NaN"), (b"[13,4", b"[13,1e999"), (b"[13,4", b"[13,Infinity"), (b"[11,1", b"[11,-1e999")],
)
def test_a_number_that_is_none_is_refused_where_nothing_is_published_too(part, number):
    body = encode_column(small())
    assert part in body
    with pytest.raises(MalformedColumnError):
        decode_column(body.replace(part, number), code=codes(5))


def test_a_column_of_other_areas_is_refused():
    with pytest.raises(MalformedColumnError, match="fit"):
        decode_column(encode_column(small()), code=codes(4))


@pytest.mark.parametrize(
    "entries", [{"class": "01234568"}, {"neighbours": [6.5] * 8}, {"neighbours": [-1] * 8}, {"z": [1]}]
)
def test_classes_that_contradict_themselves_are_refused(entries):
    with pytest.raises(MalformedColumnError):
        decode_classes(changed(encode_classes(classes()), **entries), code=codes(8))


@pytest.mark.parametrize("number", [0, 2, None, "1"])
def test_another_format_is_refused(number):
    with pytest.raises(UnknownFormatError):
        decode_column(changed(encode_column(small()), format=number), code=codes(5))
    with pytest.raises(UnknownFormatError):
        decode_classes(changed(encode_classes(classes()), format=number), code=codes(8))
