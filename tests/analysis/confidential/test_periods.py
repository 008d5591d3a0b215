"""Each period is published at the levels that joint protection can treat, or the theme is refused."""

from __future__ import annotations

import pytest

from analysis.confidential.indicators import Nature
from analysis.confidential.periods import Period, check_periods, levels_of, periods_of, year_levels
from tests.support.small import indicator
from zicht.errors import ConfigError

YEARS = range(2021, 2024)
ALL = ("country", "gemeente", "wijk", "buurt")


def names(periods: tuple[Period, ...]) -> list[str]:
    return [period.name for period in periods]


def test_a_stock_has_years_at_every_level_and_no_total():
    periods = periods_of(indicator(nature=Nature.STOCK, total=False), YEARS)
    assert names(periods) == ["2021", "2022", "2023"]
    assert {period.levels for period in periods} == {ALL}


def test_a_total_alone_is_at_every_level():
    (period,) = periods_of(indicator(years=False), YEARS)
    assert period == Period("2021-2023", YEARS, ALL)


def test_years_beside_a_total_are_at_the_country_and_the_coarsest_level():
    *years, total = periods_of(indicator(), YEARS)
    assert {period.levels for period in years} == {("country", "gemeente")}
    assert total.levels == ALL
    assert year_levels(indicator(levels=("h3-6", "buurt", "wijk"))) == ("country", "wijk")
    assert year_levels(indicator(levels=("h3-6",))) == ("country",)


def test_years_may_be_at_one_level():
    *years, total = periods_of(indicator(years_at=("wijk",)), YEARS)
    assert {period.levels for period in years} == {("wijk",)}
    assert total.levels == ALL


def test_a_release_of_one_year_shows_it_at_every_level():
    assert periods_of(indicator(), range(2021, 2022)) == (Period("2021", range(2021, 2022), ALL),)


def test_windows_take_the_place_of_the_total():
    periods = periods_of(indicator(windows=((2016, 2020), (2021, 2025)), years=False), range(2016, 2026))
    assert [(period.name, period.years) for period in periods] == [
        ("2016-2020", range(2016, 2021)),
        ("2021-2025", range(2021, 2026)),
    ]
    single = periods_of(indicator(windows=((2016, 2020),)), range(2016, 2022))
    assert single[5].name == "2021"
    assert single[5].levels == ("country", "gemeente")


@pytest.mark.parametrize("years", [range(2017, 2026), range(2016, 2020)])
def test_a_window_outside_the_release_is_refused(years):
    with pytest.raises(ConfigError, match="'labs' has a window with years"):
        periods_of(indicator(windows=((2016, 2020),)), years)


def test_a_part_has_no_country_total():
    part = indicator(part_of="all-labs", levels=("wijk",), years=False)
    assert levels_of(part) == ("wijk",)
    assert [period.levels for period in periods_of(part, YEARS)] == [("wijk",)]


@pytest.mark.parametrize("years_at", [("country",), ("country", "gemeente"), ("gemeente",), ("wijk",), ("buurt",), ()])
def test_good_levels_of_years_are_accepted(years_at):
    check_periods(indicator(years_at=years_at), "x.toml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"years_at": ("country", "wijk")}, "country and the level below it"),
        ({"years_at": ("gemeente", "wijk")}, "country and the level below it"),
        ({"years_at": ("gemeente", "country")}, "country and the level below it"),
        ({"years_at": ("country", "gemeente", "wijk")}, "country and the level below it"),
        ({"years_at": ("h3-6",)}, "country and the level below it"),
        ({"years_at": ("gemeente",), "years": False}, "years and a total"),
        ({"years_at": ("gemeente",), "total": False}, "years and a total"),
        ({"windows": ((2021, 2023), (2023, 2025))}, "overlap"),
        ({"windows": ((2023, 2025), (2020, 2023))}, "overlap"),
        ({"windows": ((2021, 2021),)}, "first before last"),
        ({"windows": ((2025, 2021),)}, "first before last"),
        ({"windows": ((2021, 2023),), "total": False}, "totals over years"),
        ({"windows": ((2021, 2023),), "nature": Nature.STOCK}, "totals over years"),
    ],
)
def test_a_layout_that_is_no_network_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message) as caught:
        check_periods(indicator(**changes), "x.toml")
    assert "x.toml" in str(caught.value)
