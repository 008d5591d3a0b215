"""A published column cannot hold what must not be shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zicht.errors import AlignmentError, UnprotectedError
from zicht.published import ColumnKey, PublishedColumn, PublishedTable

NAN = float("nan")


def column(status=("published", "suppressed"), value=(10.0, NAN), low=(10.0, 0.0), high=(12.0, 40.0), **key):
    names = {"indicator": "labs", "period": "2024", "level": "buurt", "category": "", "measure": "count"} | key
    return PublishedColumn(
        key=ColumnKey(**names),
        unit="labs",
        code=np.array([f"BU{i:08d}" for i in range(len(status))]),
        status=np.array(status),
        value=np.array(value, dtype=float),
        low=np.array(low, dtype=float),
        high=np.array(high, dtype=float),
    )


def test_a_suppressed_cell_with_a_value_is_refused():
    with pytest.raises(UnprotectedError, match="not published carries a value"):
        column(value=(10.0, 3.0))


def test_a_missing_cell_with_bounds_is_refused():
    with pytest.raises(UnprotectedError, match="carries bounds"):
        column(status=("published", "missing"))


def test_no_error_ever_holds_the_value():
    with pytest.raises(UnprotectedError) as caught:
        column(value=(10.0, 7.0), low=(10.0, 7.0), high=(12.0, 7.0))
    assert "7" not in str(caught.value)


def test_a_published_cell_outside_its_bounds_is_refused():
    with pytest.raises(AlignmentError, match="outside its own bounds"):
        column(value=(13.0, NAN))


def test_a_published_cell_without_a_value_is_refused():
    with pytest.raises(AlignmentError, match="outside its own bounds"):
        column(value=(NAN, NAN))


def test_crossed_bounds_are_refused():
    with pytest.raises(AlignmentError, match="exceeds"):
        column(low=(10.0, 41.0))


def test_an_unknown_status_is_refused():
    with pytest.raises(AlignmentError, match="status"):
        column(status=("published", "secret"))


def test_codes_must_ascend():
    good = column()
    with pytest.raises(AlignmentError, match="ascending"):
        PublishedColumn(good.key, good.unit, good.code[::-1], good.status, good.value, good.low, good.high)


def test_the_same_column_twice_is_refused():
    with pytest.raises(AlignmentError, match="twice"):
        PublishedTable([column(), column()])


def test_an_absent_column_says_where_to_look():
    with pytest.raises(AlignmentError, match="zicht info"):
        PublishedTable([column()]).column(ColumnKey("labs", "2023", "buurt", "", "count"))


@given(
    st.lists(
        st.tuples(st.sampled_from(["published", "suppressed", "missing", "not_applicable"]), st.integers(0, 500)),
        min_size=1,
        max_size=30,
    ),
    st.lists(st.sampled_from(["2021", "2022", "2021-2025"]), unique=True, min_size=1),
)
def test_a_table_survives_its_file(tmp_path_factory, cells, periods):
    status = [name for name, _ in cells]
    value = [float(n) if name == "published" else NAN for name, n in cells]
    low = [v if s == "published" else 0.0 if s == "suppressed" else NAN for s, v in zip(status, value, strict=True)]
    table = PublishedTable([column(status, value, low, value, period=period) for period in periods])
    path: Path = tmp_path_factory.mktemp("table") / "values.parquet"
    table.write(path)
    first = path.read_bytes()
    again = PublishedTable.read(path)
    assert again.keys() == table.keys()
    assert again.to_arrow().equals(table.to_arrow())
    again.write(path)
    assert path.read_bytes() == first
