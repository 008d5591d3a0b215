"""Which indicators are compared, and in what areas may be alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from analysis.confidential.comparing import compare, figures_of
from analysis.confidential.contracts import read_sources
from analysis.confidential.indicators import read_themes
from geo.areas import Layer
from tests.analysis.published import deviation_world as world
from zicht.build import PACKAGE
from zicht.deviations import DeviationRule
from zicht.errors import ConfigError
from zicht.figures import FigureKey, FigureTable
from zicht.published import PublishedTable


@pytest.fixture(scope="module")
def themes():
    return read_themes(PACKAGE / "themes", read_sources(PACKAGE / "sources"))


def named(values: PublishedTable, indicator: str) -> PublishedTable:
    return PublishedTable(replace(column, key=replace(column.key, indicator=indicator)) for column in values)


def test_context_is_compared_with_nothing(themes):
    true, exposure, density, size = world.some(1, mean=40)
    figures, context = world.figures(density, size), next(theme for theme in themes if theme.context)
    for indicator, number in (("cannabis-sites-cleared", 5), (context.indicators[0].id, 0)):
        values = named(world.table(true, exposure), indicator)
        rule = DeviationRule(similar=5)
        assert len(compare(values, figures, themes=themes, layers=world.AREAS, rule=rule)) == number


def test_areas_are_alike_in_figures_or_in_context_indicators_only(themes):
    nothing = PublishedTable(())
    for name in ("cannabis-sites-cleared", "income"):
        with pytest.raises(ConfigError, match="neither a public figure nor an indicator of a context theme"):
            compare(nothing, FigureTable(()), themes=themes, layers={}, rule=DeviationRule(context=(name,)))
    rule = DeviationRule(context=("density", "youth-care"))
    assert len(compare(nothing, FigureTable(()), themes=themes, layers={}, rule=rule)) == 0


def test_figures_are_those_of_areas_that_have_them():
    square = shapely.box(0, 0, 2000, 1500)
    attributes = {"homes": np.array([5.0, np.nan]), "garages": np.array([1.0, 1.0]), "addresses": np.full(2, np.nan)}
    text = np.array(["a", "b"])
    layer = Layer("buurt", text, text, text, text, np.array([square, None], dtype=object), attributes)
    found = figures_of({"buurt": layer, "h3-8": replace(layer, level="h3-8")})
    assert found.keys() == (FigureKey("area", "buurt"), FigureKey("homes", "buurt"))
    assert found.column(FigureKey("area", "buurt")).value.tolist() == [3.0, pytest.approx(np.nan, nan_ok=True)]
