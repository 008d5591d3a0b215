"""Denominators are public figures or published counts."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.confidential.exposures import exposure_column, years_in
from analysis.confidential.indicators import Exposure, Nature
from tests.support.small import BOTH, tree
from zicht.published import ColumnKey, PublishedColumn, PublishedTable

NAN = float("nan")


def counted(period: str = "2021-2023", indicator: str = "labs") -> PublishedColumn:
    code = tree()["buurt"].code
    status = np.array(["published"] * 5 + ["suppressed"])
    value = np.array([10.0, 15, 20, 0, 10, NAN])
    low, high = np.where(np.isnan(value), 0.0, value), np.where(np.isnan(value), NAN, value)
    return PublishedColumn(ColumnKey(indicator, period, "buurt", "", "count"), "labs", code, status, value, low, high)


def made(exposure: Exposure, nature: Nature = Nature.EVENT, column: PublishedColumn | None = None):
    column = column or counted()
    table = PublishedTable([column, counted(column.key.period, "sold")])
    return exposure_column(column, exposure, layers=tree(), nature=nature, counts=table)


def test_events_are_divided_by_figure_times_years():
    column = made(Exposure(name=BOTH, per=1000, attribute="inhabitants"))
    assert column.value[:3].tolist() == [3000, 1500, 0]
    assert column.unit == f"{BOTH['en']} summed over 3 years"
    assert column.status.tolist() == ["published"] * 3 + ["missing"] + ["published"] * 2
    assert np.array_equal(column.low, column.value, equal_nan=True)


def test_a_stock_is_divided_by_the_figure():
    column = made(Exposure(name=BOTH, per=1000, attribute="inhabitants"), Nature.STOCK, counted("2023"))
    assert (column.value[0], column.unit) == (1000, BOTH["en"])


def test_a_denominator_that_is_a_count_is_the_published_one_suppression_included():
    column = made(Exposure(name=BOTH, per=1000, indicator="sold"))
    assert column.key == ColumnKey("labs", "2021-2023", "buurt", "", "exposure")
    assert column.status.tolist() == counted().status.tolist()
    assert np.array_equal(column.value, counted().value, equal_nan=True)


def test_where_no_figure_exists_there_is_no_exposure():
    assert made(Exposure(name=BOTH, per=1000, attribute="homes")) is None
    assert made(Exposure(name=BOTH, per=1000, indicator="nothing")) is None


@pytest.mark.parametrize(("period", "years"), [("2021", 1), ("2021-2025", 5), ("2025-2025", 1)])
def test_a_period_has_so_many_years(period, years):
    assert years_in(period) == years
