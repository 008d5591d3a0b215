from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.tables.sheet import lines_of, numbers, parse_sheet
from zicht.errors import SchemaError

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


def sheet(text: str):
    return parse_sheet(text, where="t.csv")


@pytest.mark.parametrize(
    "text",
    [
        'id,c\n"01",4\n',
        '"id","c"\n"01","4"\n',
        '"id";"c"\r\n"01";"4"\r\n',
        "\n\nid , c\n01,4\n\n",
        'id,"c"\n01,4',
    ],
)
def test_quotes_separators_and_line_ends(text):
    found = sheet(text)
    assert found.columns == {"id": ("01",), "c": ("4",)}


def test_a_semicolon_in_a_quoted_heading_separates_nothing():
    assert list(sheet('"a;b",c\n1,2\n').columns) == ["a;b", "c"]
    assert list(sheet('"a,b";c\n1;2\n').columns) == ["a,b", "c"]


def test_a_row_is_named_by_the_line_it_ends_on():
    found = sheet('id,c\n"a\nb",1\n\nc,2\n')
    assert found.lines == (3, 5)
    assert found.columns["id"] == ("a\nb", "c")


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6), st.sampled_from(",;"))
def test_text_is_kept_byte_for_byte(rows, separator):
    """Whatever Python's csv writes is read back; lines that look empty are the exception."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([("id", "c"), *rows])
    kept = [row for row in rows if any(field.strip() for field in row)]
    if kept:
        found = sheet(text.getvalue())
        assert list(zip(found.columns["id"], found.columns["c"], strict=True)) == kept


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_every_finite_number_reads_back(values):
    found = numbers(sheet("c\n" + "".join(f"{value!r}\n" for value in values)), "c")
    assert np.array_equal(found, np.array(values))


@pytest.mark.parametrize(
    "text", ["1_000", "1.000,5", "1 000", "0x10", "١٢", "--1", "1e", ".", "True", "Infinity", "nan"]
)
def test_what_python_or_a_person_may_call_a_number_is_refused(text):
    with pytest.raises(SchemaError, match=r"t\.csv, line 2: Column 'c' is not a finite number in 1 row"):
        numbers(sheet(f'c\n"{text}"\n'), "c")


@pytest.mark.parametrize(("text", "value"), [("+1", 1.0), (" 2.50 ", 2.5), (".5", 0.5), ("5.", 5.0), ("1E-3", 0.001)])
def test_ordinary_spellings_are_read(text, value):
    assert numbers(sheet(f"id,c\na,{text}\n"), "c").tolist() == [value]


def test_many_lines_are_named_and_counted():
    found = sheet("id,c\n" + "a,\n" * 9)
    assert lines_of(found, range(9)) == "lines 2, 3, 4, 5, 6 and 4 more"
    assert lines_of(found, [4]) == "line 6"
    with pytest.raises(SchemaError, match="is blank in 9 rows"):
        numbers(found, "c")


def test_no_value_is_in_a_message():
    with pytest.raises(SchemaError) as refused:
        numbers(sheet("id,c\na,12345x\n"), "c")
    assert "12345" not in str(refused.value)


def test_an_unknown_column_is_named_with_those_there_are():
    with pytest.raises(SchemaError, match=r"no column 'd'.*\n.*--column needs one of: 'id', 'c'"):
        numbers(sheet("id,c\na,1\n"), "d", option="--column")
