from __future__ import annotations

import numpy as np
import pytest
from esda.smoothing import indirect_age_standardization
from hypothesis import given
from hypothesis import strategies as st

from analysis.statistics.errors import StatisticError
from analysis.statistics.standardisation import crude_expected, expected_counts, reference_rates
from tests.analysis.statistics.counties import sids

# The example in esda's documentation of indirect standardisation: two areas, four age groups.
EVENTS = np.array([[30, 25, 25, 15], [33, 21, 30, 20]])
EXPOSED = np.array([[1000, 1000, 1100, 900], [1000, 900, 1100, 900]])
STANDARD_EVENTS = np.array([[100, 45, 120, 100], [50, 30, 200, 80]])
STANDARD_EXPOSED = np.array([[1000, 900, 1000, 900], [1000, 900, 1000, 900]])


def test_expected_counts_by_hand() -> None:
    rates = reference_rates(STANDARD_EVENTS, STANDARD_EXPOSED)
    assert rates == pytest.approx([150 / 2000, 75 / 1800, 320 / 2000, 180 / 1800])
    assert expected_counts(np.array([[10, 0, 5, 2]]), rates) == pytest.approx([10 * 0.075 + 5 * 0.16 + 2 * 0.1])


def test_ratios_are_those_that_esda_prints() -> None:
    # One standard population, so that esda's two ways of counting it agree.
    own = EVENTS.sum(axis=1)
    expected = expected_counts(EXPOSED, reference_rates(STANDARD_EVENTS[:1], STANDARD_EXPOSED[:1]))
    theirs = indirect_age_standardization(
        EVENTS.ravel(), EXPOSED.ravel(), np.tile(STANDARD_EVENTS[0], 2), np.tile(STANDARD_EXPOSED[0], 2), 2
    )
    overall = STANDARD_EVENTS[0].sum() / STANDARD_EXPOSED[0].sum()
    assert own / expected * overall == pytest.approx([rate for rate, _, _ in theirs])


def test_one_group_is_the_crude_rate_of_north_carolina() -> None:
    deaths, births, _ = sids()
    assert (deaths.sum(), births.sum()) == (667, 329962)  # Cressie & Chan (1989)
    grouped = expected_counts(births[:, None], reference_rates(deaths[:, None], births[:, None]))
    assert crude_expected(deaths, births) == pytest.approx(grouped)
    assert crude_expected(deaths, births) == pytest.approx(births * 667 / 329962)


tables = st.integers(1, 6).flatmap(
    lambda groups: st.lists(
        st.lists(st.tuples(st.integers(0, 9), st.integers(1, 99)), min_size=groups, max_size=groups),
        min_size=1,
        max_size=8,
    )
)


@given(tables)
def test_the_map_as_its_own_reference_expects_what_it_observed(table: list[list[tuple[int, int]]]) -> None:
    events, exposed = np.array(table, dtype=np.float64).transpose(2, 0, 1)
    rates = reference_rates(events, exposed)
    assert expected_counts(exposed, rates).sum() == pytest.approx(events.sum())
    for group in range(exposed.shape[1]):
        part = np.zeros_like(exposed)
        part[:, group] = exposed[:, group]
        assert expected_counts(part, rates).sum() == pytest.approx(events[:, group].sum())


@given(tables)
def test_splitting_an_area_does_not_change_what_it_expects(table: list[list[tuple[int, int]]]) -> None:
    events, exposed = np.array(table, dtype=np.float64).transpose(2, 0, 1)
    rates = reference_rates(events, exposed)
    halves = np.concatenate([exposed / 4, exposed * 3 / 4])
    assert expected_counts(halves, rates).sum() == pytest.approx(expected_counts(exposed, rates).sum())


def test_a_group_without_exposure_has_rate_zero() -> None:
    rates = reference_rates(np.array([[1, 0], [2, 0]]), np.array([[10, 0], [10, 0]]))
    assert rates.tolist() == [0.15, 0.0]


def test_refusals_name_the_place() -> None:
    with pytest.raises(StatisticError, match="area 1, column 0: There are events where the exposure is zero"):
        reference_rates(np.array([[1, 1], [1, 1]]), np.array([[5, 5], [0, 5]]))
    with pytest.raises(StatisticError, match="area 1: There are events where the exposure is zero"):
        crude_expected(np.array([1, 1]), np.array([5, 0]))
    with pytest.raises(StatisticError, match="Nothing is exposed anywhere"):
        crude_expected(np.array([0, 0]), np.array([0, 0]))
    with pytest.raises(StatisticError, match="area 0: The counts hold a negative value"):
        crude_expected(np.array([-1, 1]), np.array([5, 1]))
    with pytest.raises(StatisticError, match="area 1, column 1: The exposures hold a value that is no finite number"):
        expected_counts(np.array([[1, 2], [3, np.nan]]), np.array([1, 1]))
    with pytest.raises(StatisticError, match="areas by groups"):
        expected_counts(np.ones(3), np.ones(3))
    with pytest.raises(StatisticError, match="areas by groups"):
        reference_rates(np.ones(3), np.ones(3))
    with pytest.raises(StatisticError, match="shape"):
        expected_counts(np.ones((2, 3)), np.ones(2))
