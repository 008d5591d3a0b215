from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.support import tiny_world as world
from web.errors import NotHereError
from web.legend import CLASSES, breaks_of, class_breaks, is_year

NUMBERS = arrays.arrays(np.float64, st.integers(0, 60), elements=st.floats(0, 1e7) | st.just(np.nan))


def test_hundred_numbers_fall_into_five_equal_classes():
    breaks = class_breaks(np.arange(1, 101, dtype=np.float64))
    assert breaks == [20, 40, 60, 80]
    assert np.bincount(np.digitize(np.arange(1, 101), breaks)).tolist() == [19, 20, 20, 20, 21]


def test_zero_is_no_part_of_the_classes():
    without = class_breaks(np.arange(1.0, 51.0))
    assert class_breaks(np.concatenate([np.zeros(200), np.arange(1.0, 51.0)])) == without


def test_breaks_are_rounded_to_two_digits():
    assert class_breaks(np.array([1234.5, 2345.6, 3456.7, 4567.8, 5678.9])) == [2300, 3500, 4600]


@pytest.mark.parametrize("values", [[], [np.nan], [0.0, 0.0], [7.0, 7.0, 7.0]])
def test_equal_or_absent_numbers_need_no_break(values: list[float]):
    assert class_breaks(np.array(values)) == []


@given(NUMBERS)
def test_breaks_ascend_and_leave_no_class_empty_at_the_ends(values: np.ndarray):
    breaks = class_breaks(values)
    assert breaks == sorted(set(breaks))
    assert len(breaks) < CLASSES
    above = values[values > 0]
    if breaks:
        assert (above < breaks[0]).any()
        assert (above >= breaks[-1]).any()


@given(NUMBERS, st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_matter(values: np.ndarray, random):
    shuffled = values.tolist()
    random.shuffle(shuffled)
    assert class_breaks(np.array(shuffled)) == class_breaks(values)


def test_years_share_their_breaks_and_a_total_has_its_own(site):
    entries = breaks_of(site, world.LABS)
    kinds = {entry["kind"] for entry in entries if entry["level"] == "buurt" and entry["measure"] == "count"}
    assert kinds == {"year", "2024-2025"}
    years = np.concatenate([site.column(world.LABS, period, "buurt", "count").value for period in ("2024", "2025")])
    found = next(e for e in entries if (e["level"], e["measure"], e["kind"]) == ("buurt", "count", "year"))
    assert found["breaks"] == class_breaks(years)


def test_an_unknown_indicator_has_no_breaks(site):
    with pytest.raises(NotHereError):
        breaks_of(site, "nothing")


def test_a_year_is_told_from_a_total():
    assert is_year("2024")
    assert not is_year("2024-2025")
