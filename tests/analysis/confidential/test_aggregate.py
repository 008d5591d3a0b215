"""Totals are conserved from rows to every level, period by period."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.aggregate import AreaIndex, CountTable, count
from analysis.confidential.indicators import DisclosureRule
from analysis.confidential.observations import ObservationTable
from tests.support.small import indicator, source, tree
from zicht.errors import AlignmentError

YEARS = range(2021, 2024)

ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(list(YEARS)), st.integers(0, 3), st.sampled_from(["lab", "store"])),
    max_size=60,
)


def observed(rows: list[tuple[int, int, int, str]]) -> ObservationTable:
    frame = pl.DataFrame(
        {
            "buurt": pl.Series([row[0] for row in rows], dtype=pl.Int32),
            "park": pl.Series([-1] * len(rows), dtype=pl.Int32),
            "known_gemeente": pl.Series([-1] * len(rows), dtype=pl.Int64),
            "year": pl.Series([row[1] for row in rows], dtype=pl.Int32),
            "owner_id": pl.Series([f"{row[2]:032x}" for row in rows], dtype=pl.String),
            "kind": pl.Series([row[3] for row in rows], dtype=pl.String),
        }
    )
    return ObservationTable(source(), frame, len(rows), {})


@given(ROWS)
def test_every_level_and_the_total_hold_every_row_once(rows):
    tables = count(observed(rows), indicator(), index=AreaIndex(tree()), years=YEARS)
    for table in tables:
        first, _, last = table.period.partition("-")
        expected = sum(int(first) <= row[1] <= int(last or first) for row in rows)
        assert table.count.sum() == expected


@given(ROWS, st.lists(st.integers(0, 1), max_size=6))
def test_a_row_of_which_only_the_gemeente_is_known_counts_there_and_above(rows, gemeenten):
    table = observed(rows)
    nowhere = observed([(-1, 2021, 0, "lab")] * len(gemeenten)).rows.with_columns(
        known_gemeente=pl.Series(gemeenten, dtype=pl.Int64)
    )
    both = ObservationTable(table.source, pl.concat([table.rows, nowhere]), len(rows) + len(gemeenten), {})
    counting = indicator(disclosure=DisclosureRule(unplaced=True))
    index = AreaIndex(tree())
    placed = {(one.period, one.level): one.count for one in count(table, counting, index=index, years=YEARS)}
    for one in count(both, counting, index=index, years=YEARS):
        more = np.zeros_like(one.count)
        if "2021" in one.period:
            at = {"country": [0] * len(gemeenten), "gemeente": gemeenten}.get(one.level, [])
            more = np.bincount(np.array(at, dtype=int), minlength=len(one.count))
        assert one.count.tolist() == (placed[one.period, one.level] + more).tolist()
    for one in count(both, indicator(), index=index, years=YEARS):
        assert one.count.tolist() == placed[one.period, one.level].tolist()


@given(ROWS)
def test_counts_and_contributors_are_those_of_a_count_by_hand(rows):
    labs = indicator(where={"kind": ("lab",)})
    tables = count(observed(rows), labs, index=AreaIndex(tree()), years=YEARS)
    for table in (table for table in tables if table.level == "gemeente"):
        first, _, last = table.period.partition("-")
        for fid, buurten in enumerate(({0, 1, 2, 3}, {4, 5})):
            mine = [r for r in rows if r[0] in buurten and int(first) <= r[1] <= int(last or first) and r[3] == "lab"]
            assert table.count[fid] == len(mine)
            assert table.contributors[fid] == len({row[2] for row in mine})
            assert table.largest is None


@given(ROWS, st.integers(1, 5))
def test_the_largest_holdings_are_those_of_a_count_by_hand(rows, k):
    labs = indicator(disclosure=DisclosureRule(dominance=(k, 90.0)))
    for table in count(observed(rows), labs, index=AreaIndex(tree()), years=YEARS):
        if table.level != "gemeente":
            continue
        first, _, last = table.period.partition("-")
        for fid, buurten in enumerate(({0, 1, 2, 3}, {4, 5})):
            mine = Counter(r[2] for r in rows if r[0] in buurten and int(first) <= r[1] <= int(last or first))
            sizes = [size for _, size in mine.most_common(k)]
            assert table.largest[fid].tolist() == sizes + [0] * (k - len(sizes))


def test_single_years_are_counted_at_their_levels_only():
    both = count(observed([(0, 2021, 1, "lab")]), indicator(), index=AreaIndex(tree()), years=YEARS)
    levels = {}
    for table in both:
        levels.setdefault(table.period, []).append(table.level)
    years = ["country", "gemeente"]
    total = ["country", "gemeente", "wijk", "buurt"]
    assert levels == {"2021": years, "2022": years, "2023": years, "2021-2023": total}


@given(ROWS, st.randoms())
def test_the_order_of_records_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    index = AreaIndex(tree())
    one = count(observed(rows), indicator(), index=index, years=YEARS)
    other = count(observed(shuffled), indicator(), index=index, years=YEARS)
    for left, right in zip(one, other, strict=True):
        assert np.array_equal(left.count, right.count)
        assert np.array_equal(left.contributors, right.contributors)


def test_lost_rows_are_a_programming_error():
    with pytest.raises(AssertionError, match="lost"):
        ObservationTable(source(), pl.DataFrame({"buurt": [1]}), 2, {})


def test_more_contributors_than_units_are_refused():
    with pytest.raises(AlignmentError):
        CountTable("labs", "2021", "buurt", np.array(["a"]), np.array([1]), np.array([2]))
