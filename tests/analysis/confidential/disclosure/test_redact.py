"""What leaves is rounded, bounded and true; what may not leave does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.primary import primary
from analysis.confidential.disclosure.redact import redact, rounded
from analysis.confidential.indicators import DisclosureRule, ZeroPolicy
from geo.families import ancestors
from tests.support.small import tree
from zicht.errors import ConfigError
from zicht.published import Status


def tables(buurten: list[int], contributors: list[int] | None = None):
    layers = tree()
    values = {}
    for level in ("country", "gemeente", "wijk", "buurt"):
        above = ancestors(layers, "buurt", level)
        count = np.bincount(above, weights=buurten, minlength=len(layers[level])).astype(np.int64)
        held = np.bincount(above, weights=contributors or buurten, minlength=len(layers[level])).astype(np.int64)
        values[level] = CountTable("labs", "2021", level, layers[level].code, count, held)
    return layers, values


def published(buurten: list[int], rule: DisclosureRule, contributors: list[int] | None = None):
    layers, counts = tables(buurten, contributors)
    patterns = {level: primary(table, rule) for level, table in counts.items()}
    columns = redact(counts, patterns, layers=layers, rule=rule, unit="labs")
    return counts, {column.key.level: column for column in columns}


def test_small_numbers_are_suppressed_and_zeros_follow_the_policy():
    _, shown = published([9, 10, 0, 1, 12, 13], DisclosureRule())
    expected = ["suppressed", "published", "published", "suppressed", "published", "published"]
    assert shown["buurt"].status.tolist() == expected
    _, shown = published([9, 10, 0, 1, 12, 13], DisclosureRule(zeros=ZeroPolicy.SUPPRESS))
    assert shown["buurt"].status.tolist() == [expected[0], expected[1], "suppressed", *expected[3:]]


def test_one_owner_with_ten_holdings_does_not_pass_as_ten():
    _, shown = published([12, 12, 0, 0, 0, 0], DisclosureRule(), contributors=[12, 9, 0, 0, 0, 0])
    assert shown["buurt"].status[:2].tolist() == ["published", "suppressed"]


def test_counts_are_rounded_to_five_with_the_interval_a_reader_can_derive():
    value, low, high = rounded(np.array([0, 10, 12, 13, 17, 18]), DisclosureRule())
    assert value.tolist() == [0, 10, 10, 15, 15, 20]
    assert low.tolist() == [0, 10, 10, 13, 13, 18]
    assert high.tolist() == [0, 12, 12, 17, 17, 22]


def test_without_rounding_values_are_exact():
    value, low, high = rounded(np.array([0, 10, 11]), DisclosureRule(rounding=1))
    assert value.tolist() == low.tolist() == high.tolist() == [0, 10, 11]


@pytest.mark.parametrize(("threshold", "base"), [(10, 3), (7, 5), (10, 4)])
def test_a_base_that_would_round_below_the_threshold_is_refused(threshold, base):
    with pytest.raises(ConfigError, match="multiple"):
        DisclosureRule(threshold=threshold, rounding=base)


def test_the_upper_bound_follows_from_the_parent_and_its_published_children():
    # wijk WK900101 holds 9 + 20 = 29, shown as 30 (28 to 32); its published buurt holds at least 18.
    _, shown = published([9, 20, 30, 30, 30, 30], DisclosureRule())
    assert shown["buurt"].low[0] == 0
    assert shown["buurt"].high[0] == 32 - 18


def test_a_suppressed_bound_is_never_one_to_nine():
    _, shown = published([9, 40, 3, 3, 30, 30], DisclosureRule())
    hidden = shown["buurt"].status == Status.SUPPRESSED
    assert (shown["buurt"].low[hidden] == 0).all()


def test_without_a_shown_parent_a_bound_passes_down_from_above():
    _, shown = published([3, 3, 20, 20, 20, 20], DisclosureRule())
    # The wijk (6) is suppressed; its gemeente holds 46, shown as 45 (43 to 47), its other wijk at least 38.
    assert shown["wijk"].high[0] == 47 - 38
    assert shown["buurt"].high[:2].tolist() == [9, 9]


def test_nothing_bounds_the_top():
    _, shown = published([1, 0, 0, 0, 0, 0], DisclosureRule())
    assert np.isnan(shown["country"].high[0])


@given(st.lists(st.integers(0, 60), min_size=6, max_size=6), st.sampled_from(list(ZeroPolicy)), st.sampled_from([1, 5]))
def test_bounds_hold_the_truth_and_no_small_number_is_shown(buurten, zeros, base):
    rule = DisclosureRule(zeros=zeros, rounding=base)
    counts, shown = published(buurten, rule)
    for level, column in shown.items():
        truth = counts[level].count
        assert (column.low <= truth).all()
        assert (np.isnan(column.high) | (truth <= column.high)).all()
        small = (truth > 0) & (truth < rule.threshold)
        assert (column.status[small] == Status.SUPPRESSED).all()
        assert np.isnan(column.value[column.status == Status.SUPPRESSED]).all()
        if zeros is ZeroPolicy.PUBLISH:
            assert (column.status[~small] == Status.PUBLISHED).all()


@given(st.lists(st.integers(1, 9), min_size=2, max_size=2))
def test_two_worlds_that_differ_in_hidden_counts_look_the_same(pair):
    # Both worlds hold 10 in the wijk; only how its two buurten share them differs.
    first, second = pair[0], 10 - pair[0]
    one = published([first, second, 30, 30, 30, 30], DisclosureRule())[1]["buurt"]
    other = published([5, 5, 30, 30, 30, 30], DisclosureRule())[1]["buurt"]
    assert one.status.tolist() == other.status.tolist()
    assert np.array_equal(one.high, other.high)
    assert np.array_equal(one.value, other.value, equal_nan=True)
