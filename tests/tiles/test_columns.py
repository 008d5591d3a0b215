"""Columns: what is published travels, what is not has no number in any byte, and every content has one form."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiles.binary import MAGIC, MOST, VERSION, seal
from tiles.columns import (
    BOUNDS,
    CLASSES,
    LABELS,
    VALUES,
    LabelColumn,
    decode_classes,
    decode_column,
    decode_labels,
    decode_values,
    encode_bounds,
    encode_evidence,
    encode_labels,
    encode_values,
)
from tiles.errors import MalformedColumnError
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import UnknownFormatError
from zicht.published import STATUSES, ColumnKey, PublishedColumn, Status

KEY = ColumnKey("drug-labs", "2024-2025", "buurt", "", "rate")
NAN = np.nan

#: Rates of so many decimals, and any double at all.
numbers = st.one_of(
    *(st.integers(-(10**9), 10**9).map(lambda whole, scale=10**d: whole / scale) for d in (0, 1, 4)),
    st.floats(-1e300, 1e300),
)


def codes(count):
    return np.array([f"BU{index:08d}" for index in range(count)], dtype=np.str_)


@st.composite
def columns(draw: st.DrawFn) -> PublishedColumn:
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        status = draw(st.sampled_from(STATUSES))
        low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
        bounded = status == Status.SUPPRESSED and draw(st.booleans())
        known = status == Status.PUBLISHED
        rows.append((status, value if known else NAN, *((low, high) if known or bounded else (NAN, NAN))))
    status, *parts = zip(*rows, strict=True) if rows else ((), (), (), ())
    key = ColumnKey(draw(st.text("abcé-", min_size=1)), "2025", "buurt", draw(st.text("ab")), "rate")
    value, low, high = (np.array(part, dtype=np.float64) for part in parts)
    return PublishedColumn(key, "per 10 000", codes(len(rows)), np.array(status, dtype=np.str_), value, low, high)


def same(one, other):
    names = [name for name in one.__slots__ if name not in {"key", "unit", "chunk"}]
    return one.key == other.key and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=getattr(one, name).dtype.kind == "f")
        for name in names
    )


@given(columns())
def test_a_column_is_read_as_it_was_written(column):
    values, bounds = encode_values(column), encode_bounds(column)
    read = decode_column(values, bounds, code=column.code)

    assert same(read, column)
    assert read.unit == column.unit == decode_values(values).unit
    assert (encode_values(read), encode_bounds(read)) == (values, bounds)
    assert encode_values(decode_values(values)) == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_every_double_survives(values):
    value = np.array(values)
    status = np.full(len(values), "published")
    column = PublishedColumn(KEY, "", codes(len(values)), status, value, value, value)
    np.testing.assert_array_equal(decode_values(encode_values(column)).value, value)


def small():
    status = np.array(["published", "suppressed", "missing", "not_applicable", "published"])
    value, low, high = np.array([[12.0, NAN, NAN, NAN, 0.125], [11, 1, NAN, NAN, 0.1], [13, 4, NAN, NAN, 0.15]])
    return PublishedColumn(KEY, "per 10 000 homes", codes(5), status, value, low, high)


HEADER = (
    b'{"category":"","indicator":"drug-labs","level":"buurt","measure":"rate","period":"2024-2025",'
    b'"unit":"per 10 000 homes","value":{"decimals":3,"offset":125,"width":2}}'
)


def test_the_bytes_are_those_of_the_documented_format():
    body = encode_values(small())
    assert body == (
        b"ZCOL\x02\x01" + len(HEADER).to_bytes(2, "little") + b"\x05\x00\x00\x00" + HEADER
        + bytes([0b11_10_01_00, 0b00])  # statuses, four a byte, lowest bits first
        + bytes([11875 & 255, 0, 11875 >> 8, 0])  # 12.000 and 0.125 over an offset of 0.125, low bytes first
    )  # fmt: skip
    bounds = encode_bounds(small())
    assert bounds.endswith(
        bytes([0b10011]) + bytes([109, 9, 0]) + bytes([0b10011]) + bytes([1285 & 255, 385 & 255, 0, 5, 1, 0])
    )
    assert b'"low":{"decimals":1,"offset":1,"width":1}' in bounds
    assert b'"high":{"decimals":2,"offset":15,"width":2}' in bounds


def test_no_byte_holds_a_number_where_nothing_is_published():
    """The whole body follows from the statuses and the published numbers alone: only as many are in it as there are."""
    body = encode_values(small())
    assert len(body) == 12 + len(HEADER) + 2 + 2 * 2
    hidden = small()
    status = np.array(["suppressed"] * 5)
    none = np.full(5, NAN)
    all_hidden = encode_values(PublishedColumn(KEY, hidden.unit, hidden.code, status, none, none, none))
    assert all_hidden.endswith(b'"value":{"decimals":0,"offset":0,"width":0}}' + bytes([0b01010101, 0b01]))


def grounds():
    z, q = np.array([[3.5, -2.25, 0.5, *[NAN] * 5], [0.01, 0.02, 0.5, 0.01, NAN, NAN, NAN, 0.03]])
    least, most = np.array([[2.25, 0.5, 1.0, 0.5, NAN, NAN, NAN, 1.5], [2.25, 0.5, 1.0, 3.0, NAN, NAN, NAN, 2.5]])
    counts = np.array([6, 6, 5, 4, 3, 0, 0, 5]), np.array([0, 0, 0, 2, 1, 0, 0, 1])
    key = ClassKey("drug-labs", "2025", "buurt", "", "neighbourhood-ratio/queen")
    return ClassColumn(key, codes(8), np.array(list(CLASSES)), z, q, q, *counts, least, most)


def test_classes_are_read_as_they_were_written_and_have_the_documented_bytes():
    labels, evidence = encode_labels(grounds()), encode_evidence(grounds())

    assert same(decode_classes(labels, evidence, code=codes(8)), grounds())
    assert same(decode_labels(labels), decode_labels(encode_labels(decode_labels(labels))))
    assert labels.endswith(b'"period":"2025"}' + bytes([0x10, 0x32, 0x54, 0x76]))


def test_the_codes_are_part_of_the_format():
    assert STATUSES == ("published", "suppressed", "missing", "not_applicable")
    classes = ("hot", "cold", "not_significant", "undetermined", "suppressed", "missing", "not_applicable")
    assert (*classes, "probable") == CLASSES
    assert len(CLASSES) <= 16


def remade(body, *, kind=None, count=None, header=None, tail=None, version=VERSION):
    """A body with something changed, otherwise well-formed."""
    size = int.from_bytes(body[6:8], "little")
    text = json.dumps(json.loads(body[12 : 12 + size]) | (header or {}), sort_keys=True, separators=(",", ":")).encode()
    head = MAGIC + bytes([version, body[5] if kind is None else kind]) + len(text).to_bytes(2, "little")
    amount = body[8:12] if count is None else count.to_bytes(4, "little")
    return head + amount + text + (body[12 + size :] if tail is None else tail)


FORM = {"decimals": 3, "offset": 125, "width": 2}
TAIL = bytes([0b11_10_01_00, 0b00, 99, 0, 46, 0])


def test_a_remade_body_is_the_same():
    assert remade(encode_values(small())) == encode_values(small())


@pytest.mark.parametrize(
    "change",
    [
        {"tail": TAIL[:-1]},
        {"tail": TAIL + b"\0"},
        {"tail": bytes([TAIL[0], 0b100]) + TAIL[2:]},  # a status beyond the last area
        {"tail": bytes([0b11_10_00_00]) + TAIL[1:]},  # a published area without a number
        {"tail": bytes([0b11_10_01_01]) + TAIL[1:]},  # a number without a published area
        {"tail": TAIL[:2] + bytes([100, 1, 46, 0])},  # nothing at the offset: another form
        {"count": 4},
        {"count": 6},
        {"count": MOST + 1},
        {"kind": BOUNDS},
        {"kind": 0},
        {"header": {"value": {**FORM, "decimals": 10}}},
        {"header": {"value": {**FORM, "decimals": -1}}},
        {"header": {"value": {**FORM, "decimals": True}}},
        {"header": {"value": {**FORM, "decimals": None}}},
        {"header": {"value": {**FORM, "width": 1}}},
        {"header": {"value": {**FORM, "width": 8}}},
        {"header": {"value": {**FORM, "width": 2.0}}},
        {"header": {"value": {**FORM, "offset": 2**53}}},
        {"header": {"value": {**FORM, "offset": "125"}}},
        {"header": {"value": {**FORM, "more": 1}}},
        {"header": {"value": None}},
        {"header": {"indicator": 1}},
        {"header": {"unit": None}},
        {"header": {"name": "Zilverdijk"}},
    ],
)
def test_a_column_that_contradicts_itself_is_refused(change):
    with pytest.raises(MalformedColumnError):
        decode_values(remade(encode_values(small()), **change))


def wider(body):
    tail = TAIL[:2] + bytes([99, 0, 46, 0, 0, 0])
    return remade(body, header={"value": {**FORM, "width": 3}}, tail=tail)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda _: b"",
        lambda _: b"ZCOL",
        lambda body: b"zcol" + body[4:],
        lambda body: body[:40],
        lambda body: body.replace(b'{"cat', b'{ "ca'),
        lambda body: body.replace(b'"unit":"per 10 000 homes"', b'"unit":NaN               '),
        lambda body: body.replace(b"drug-labs", b"\\ud800abc"),
        lambda body: body.replace(b"drug-labs", b"\xffrug-labs"),
        lambda _: seal(VALUES, {"unit": ""}, 0, b""),
        lambda body: body[:6] + b"\xff\xff" + body[8:],
        wider,
    ],
)
def test_bytes_that_are_no_column_are_refused(spoilt):
    body = encode_values(small())
    assert spoilt(body) != body
    with pytest.raises(MalformedColumnError):
        decode_values(spoilt(body))


def test_numbers_that_are_none_are_refused():
    column = small()
    values = np.where(np.isfinite(column.value), [0.1 + 0.2, 0, 0, 0, 1 / 3], NAN)
    body = encode_values(PublishedColumn(KEY, "", column.code, column.status, values, values, values))
    assert b'"decimals":null' in body
    for exponent in (b"\x7f\xf0", b"\x7f\xf8"):
        spoilt = bytearray(body)
        spoilt[-1], spoilt[-3] = exponent[0], exponent[1]  # the top planes of the last number
        with pytest.raises(MalformedColumnError, match="none"):
            decode_values(bytes(spoilt))


def test_parts_of_different_columns_are_not_put_together():
    column = small()
    values, bounds = encode_values(column), encode_bounds(column)
    with pytest.raises(MalformedColumnError, match="other column"):
        decode_column(values, remade(bounds, header={"period": "2025"}), code=codes(5))
    with pytest.raises(MalformedColumnError, match="fit"):
        decode_column(values, bounds, code=codes(4))
    swapped = PublishedColumn(KEY, column.unit, *(part[::-1] for part in (codes(5)[::-1], column.status)),
                              *(part[::-1] for part in (column.value, column.low, column.high)))  # fmt: skip
    with pytest.raises(MalformedColumnError, match="fit"):
        decode_column(values, encode_bounds(swapped), code=codes(5))
    with pytest.raises(MalformedColumnError, match="other column"):
        decode_classes(
            encode_labels(grounds()), remade(encode_evidence(grounds()), header={"period": "2024"}), code=codes(8)
        )
    with pytest.raises(MalformedColumnError, match="fit"):
        decode_classes(encode_labels(grounds()), encode_evidence(grounds()), code=codes(6))


def test_a_class_that_does_not_exist_is_refused():
    labels = encode_labels(grounds())
    with pytest.raises(MalformedColumnError, match="0 to"):
        decode_labels(labels[:-1] + bytes([0x0F]))
    odd = encode_labels(LabelColumn(grounds().key, np.array(["hot"] * 7)))
    with pytest.raises(MalformedColumnError, match="beyond"):
        decode_labels(odd[:-1] + bytes([0x10]))


@pytest.mark.parametrize("wrong", [np.array([6.5] * 8), np.array([-1] * 8), np.array([NAN] * 8)])
def test_neighbours_that_cannot_be_counted_are_refused(wrong):
    column = grounds()
    bad = replace(column, neighbours=wrong)
    with pytest.raises(MalformedColumnError, match="whole"):
        decode_classes(encode_labels(column), encode_evidence(bad), code=codes(8))


@pytest.mark.parametrize("version", [0, 1, 3, 255])
def test_another_format_is_refused(version):
    with pytest.raises(UnknownFormatError):
        decode_values(remade(encode_values(small()), version=version))
    with pytest.raises(UnknownFormatError):
        decode_labels(remade(encode_labels(grounds()), version=version))


def test_the_earlier_format_is_refused_as_such():
    with pytest.raises(MalformedColumnError, match="no column"):
        decode_values(b'{"format":1,"indicator":"drug-labs","status":"0","value":[12]}')


def test_what_cannot_be_said_is_not_written():
    with pytest.raises(MalformedColumnError, match="larger"):
        seal(LABELS, {"unit": "x" * 70_000}, 0, b"")
    with pytest.raises(MalformedColumnError, match="larger"):
        seal(LABELS, {}, MOST + 1, b"")


@settings(max_examples=300)
@given(st.data())
def test_damaged_bytes_are_refused_or_read_as_what_they_say(data):
    """One byte changed, cut off or put in: a typed error, or a column whose one form is just these bytes."""
    whole, read, form = data.draw(
        st.sampled_from(
            [
                (encode_values(small()), decode_values, encode_values),
                (encode_labels(grounds()), decode_labels, encode_labels),
                (
                    encode_bounds(small()),
                    lambda body: decode_column(encode_values(small()), body, code=codes(5)),
                    encode_bounds,
                ),
                (
                    encode_evidence(grounds()),
                    lambda body: decode_classes(encode_labels(grounds()), body, code=codes(8)),
                    encode_evidence,
                ),
            ]
        )
    )
    at, byte = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))
    damaged = data.draw(
        st.sampled_from(
            [whole[:at] + bytes([byte]) + whole[at + 1 :], whole[:at], whole[:at] + bytes([byte]) + whole[at:]]
        )
    )
    try:
        column = read(damaged)
    except (MalformedColumnError, UnknownFormatError):
        return
    assert form(column) == damaged


def test_a_national_column_takes_some_eighteen_kilobytes():
    """14,500 buurten, about half of them published, rates of two decimals: the figure of the design."""
    rng = np.random.default_rng(1)
    count = 14_500
    events, homes = rng.negative_binomial(0.6, 0.05, count), rng.integers(150, 4000, count)
    status = np.where((events > 0) & (events < 10), "suppressed", "published")
    value = np.where(status == "published", np.round(1e4 * events / homes, 2), NAN)
    column = PublishedColumn(KEY, "per 10 000 homes", codes(count), status, value, value, value)
    assert len(gzip.compress(encode_values(column), 6, mtime=0)) < 18_200
