"""The quality report counts every row, and gives no small count away by subtraction."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.observations import ObservationTable
from analysis.confidential.quality import quality_report
from analysis.confidential.reasons import Reason
from tests.support.small import source


def report(used: int, **left_out: int):
    reasons = {Reason(name): size for name, size in left_out.items()}
    table = ObservationTable(source(), pl.DataFrame({"a": [0] * used}), used + sum(reasons.values()), reasons)
    return quality_report([table], years=range(2021, 2023))["sources"][0]["cells"]


def test_each_reason_has_its_words_and_its_kind():
    cells = report(100, unknown_address=20, outside_period=30)
    assert [cell["what"] for cell in cells] == ["read", "used", "rejected", "unplaced"]
    assert cells[3]["reason"]["nl"] == "adres niet in het adressenregister"
    assert [cell["value"] for cell in cells] == [150, 100, 30, 20]


def test_a_small_reason_hides_itself_and_the_number_read():
    cells = report(100, unknown_address=3, outside_period=30)
    assert [cell["status"] for cell in cells] == ["suppressed", "published", "published", "suppressed"]
    assert cells[0]["value"] is cells[3]["value"] is None


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 40))
def test_published_parts_bound_the_truth_and_no_sum_narrows_a_hidden_part(used, unknown, outside):
    cells = {cell["what"]: cell for cell in report(used, unknown_address=unknown, outside_period=outside)}
    truth = {"read": used + unknown + outside, "used": used, "unplaced": unknown, "rejected": outside}
    for what, cell in cells.items():
        if cell["status"] == "published":
            assert cell["low"] <= truth[what] <= cell["high"]
            assert truth[what] == 0 or truth[what] >= 10
    if any(cell["status"] == "suppressed" for cell in cells.values()):
        assert cells["read"]["status"] == "suppressed"
