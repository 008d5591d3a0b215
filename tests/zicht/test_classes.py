"""Hotspot classes on disk: read as they were written, and files from before a column was added."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from zicht.classes import ClassColumn, ClassKey, ClassTable
from zicht.errors import AlignmentError


def column(**changes) -> ClassColumn:
    parts = {
        "key": ClassKey("labs", "2025", "buurt", "", "neighbourhood-ratio/rate/queen"),
        "code": np.array(["BU1", "BU2", "BU3"]),
        "label": np.array(["hot", "probable", "suppressed"]),
        "z": np.full(3, np.nan),
        "q_low": np.array([0.01, 0.02, 0.5]),
        "q_high": np.array([0.01, 0.2, 1.0]),
        "neighbours": np.array([4, 5, 0]),
        "neighbours_suppressed": np.array([0, 1, 0]),
        "ratio_low": np.array([3.5, 1.5, np.nan]),
        "ratio_high": np.array([3.5, 2.5, np.nan]),
    }
    return ClassColumn(**{**parts, **changes})


def test_a_table_is_read_as_it_was_written(tmp_path):
    ClassTable([column()]).write(tmp_path / "classes.parquet")

    (found,) = ClassTable.read(tmp_path / "classes.parquet")

    assert found.key == column().key
    for name in ("label", "q_low", "q_high", "neighbours", "neighbours_suppressed", "ratio_low", "ratio_high"):
        np.testing.assert_array_equal(getattr(found, name), getattr(column(), name))


def test_a_file_from_before_ratios_is_read_without_them(tmp_path):
    table = ClassTable([column()]).to_arrow().drop_columns(["ratio_low", "ratio_high"])
    pq.write_table(table, tmp_path / "classes.parquet")

    (found,) = ClassTable.read(tmp_path / "classes.parquet")

    assert found.label.tolist() == ["hot", "probable", "suppressed"]
    assert np.isnan(found.ratio_low).all()
    assert np.isnan(found.ratio_high).all()


@pytest.mark.parametrize("gone", [["ratio_low"], ["q_low"], ["ratio_high", "z"]])
def test_a_file_that_lacks_anything_else_is_refused(gone):
    with pytest.raises(AlignmentError, match="columns"):
        ClassTable.from_arrow(ClassTable([column()]).to_arrow().drop_columns(gone))


@pytest.mark.parametrize("changes", [{"ratio_low": np.ones(2)}, {"label": np.array(["hot", "warm", "cold"])}])
def test_parts_that_do_not_fit_are_refused(changes):
    with pytest.raises(AlignmentError):
        column(**changes)
