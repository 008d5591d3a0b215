"""Coarse levels that a theme asks for where a release has them: added in order, and checked as if written out."""

from __future__ import annotations

import pytest

from analysis.confidential.definitions import Theme
from analysis.confidential.indicators import Nature
from analysis.confidential.optional_levels import with_optional_levels
from analysis.confidential.periods import periods_of
from tests.support.small import BOTH, indicator
from zicht.errors import ConfigError

OPTIONAL = ("province", "district", "h3-4", "h3-5")
RELEASE = ("country", "district", "gemeente", "wijk", "buurt", "park", "h3-5", "h3-6", "h3-7")


def resolved(*indicators, levels=RELEASE):
    (theme,) = with_optional_levels([Theme("t", 1, BOTH, BOTH, False, tuple(indicators))], levels)
    return theme.indicators


def test_what_the_release_has_is_added_coarsest_first():
    (found,) = resolved(indicator(levels=("gemeente", "buurt", "h3-6"), optional_levels=OPTIONAL, years=False))
    assert found.levels == ("district", "gemeente", "buurt", "h3-5", "h3-6")
    assert found.optional_levels == ()
    (period,) = periods_of(found, range(2021, 2026))
    assert period.levels == ("country", *found.levels)


def test_what_the_release_lacks_is_not_asked_for():
    plain = ("country", "gemeente", "wijk", "buurt", "h3-6")
    (found,) = resolved(indicator(levels=("gemeente", "h3-6"), optional_levels=OPTIONAL), levels=plain)
    assert found.levels == ("gemeente", "h3-6")
    assert found.optional_levels == ()


def test_a_level_asked_for_outright_stays_though_the_release_lacks_it():
    # The pipeline names it: what is not optional is never dropped in silence.
    (found,) = resolved(indicator(levels=("province", "gemeente"), optional_levels=("district",), years=False))
    assert found.levels == ("district", "gemeente", "province")


def test_years_beside_a_total_move_to_the_coarsest_level_or_the_theme_is_refused():
    (found,) = resolved(indicator(levels=("gemeente", "buurt"), optional_levels=OPTIONAL))
    *years, total = periods_of(found, range(2021, 2023))
    assert {period.levels for period in years} == {("country", "district")}
    assert total.levels == ("country", "district", "gemeente", "buurt", "h3-5")
    stated = indicator(levels=("gemeente", "buurt"), optional_levels=OPTIONAL, years_at=("country", "gemeente"))
    with pytest.raises(ConfigError, match="optional_levels of labs"):
        resolved(stated)


def test_a_part_keeps_its_one_level():
    whole = indicator(id="whole", years=False)
    part = indicator(
        id="part", part_of="whole", levels=("buurt",), years=False, where={"kind": ("lab",)}, optional_levels=OPTIONAL
    )
    with pytest.raises(ConfigError, match="exactly one level"):
        resolved(whole, part)


def test_a_stock_has_its_years_at_every_level():
    stock = indicator(levels=("gemeente",), optional_levels=OPTIONAL, nature=Nature.STOCK, total=False)
    (found,) = resolved(stock)
    assert {period.levels for period in periods_of(found, range(2021, 2023))} == {
        ("country", "district", "gemeente", "h3-5")
    }
