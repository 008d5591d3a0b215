"""What the example says: neutral words, open caveats, the default thresholds, and no promise it cannot keep."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from analysis.confidential.contracts import read_sources
from analysis.confidential.indicators import Changes, DisclosureRule, Nature, read_themes
from tests.examples.nl_2015 import CRIME, FOLDER

FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in {".toml", ".md"})


@pytest.fixture(scope="module")
def sources():
    return read_sources(FOLDER / "sources")


@pytest.fixture(scope="module")
def theme(sources):
    (only,) = read_themes(FOLDER / "themes", sources)
    return only


@pytest.fixture(scope="module")
def recipe(example):
    return tomllib.loads(example.build_file(Path("/some where/else")))


def test_the_list_of_words_finds_them():
    assert CRIME.search("Drugsproblematiek")
    assert CRIME.search("offences by place")
    assert not CRIME.search("Antennes op gebieden van 2015")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_word_of_crime(path):
    found = CRIME.search(path.read_text(encoding="utf-8"))
    assert found is None, found.group()


def test_there_is_one_theme_and_it_is_called_test_data(theme):
    assert theme.id == "testgegevens"
    assert theme.name == {"nl": "Testgegevens", "en": "Test data"}
    assert not theme.context


def test_every_source_is_used(theme, sources):
    assert {indicator.source for indicator in theme.indicators} == set(sources)


def test_thresholds_are_the_default(theme):
    # All of them are stocks, whose changes from year to year are protected by default.
    for indicator in theme.indicators:
        assert indicator.disclosure == DisclosureRule(changes=Changes.PROTECT), indicator.id


def test_nothing_is_added_up_over_years_that_do_not_exist(theme):
    assert {indicator.nature for indicator in theme.indicators} == {Nature.STOCK}
    assert not any(indicator.total for indicator in theme.indicators)


def test_caveats_say_which_year_points_and_areas_are_of(theme):
    years = {"antennas": "2016", "camp-sites": "2026", "vacation-parks": "2026"}
    for indicator in theme.indicators:
        if indicator.source in years:
            for text in indicator.caveats.values():
                assert years[indicator.source] in text
                assert "2015" in text


def test_the_attribute_is_called_simulated_in_every_text(theme):
    (indicator,) = (item for item in theme.indicators if item.where.get("simulated"))
    for name in ("name", "definition", "caveats"):
        assert "gesimuleerd" in getattr(indicator, name)["nl"]
        assert "simulated" in getattr(indicator, name)["en"]


def test_the_notices_say_test_data_years_simulated_and_remainders(recipe):
    notices = recipe["notices"]
    text = " ".join(notice["nl"] for notice in notices)
    for word in ("testgegevens", "2026", "2016", "2015", "gesimuleerd", "restgebied", "OpenStreetMap", "CC BY"):
        assert word in text, word
    assert all(notice["en"].strip() for notice in notices)


def test_the_first_view_exists(theme, recipe):
    default = recipe["default"]
    indicator = next(item for item in theme.indicators if item.id == default["indicator"])
    assert default["level"] in indicator.levels
    assert default["period"] == "2015"
