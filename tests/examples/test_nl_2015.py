"""The example built: a few gemeenten everywhere, the whole country where there is time.

The whole country, by the two commands of its README, took 80 seconds of processor time and 0.9 GB: more
than half of it draws tiles.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pytest

from analysis.audit.report import audit
from tests.examples.nl_2015 import CRIME, FEW, FOLDER, LOST_BUURTEN, LOST_WIJKEN
from zicht.build import build
from zicht.config import Settings
from zicht.published import ColumnKey, FloatArray, PublishedColumn, Status
from zicht.recipe import read_recipe
from zicht.release import Release, open_release
from zicht.standing import standing

KEY = "a key of the tests, of thirty-two characters or more"


@pytest.fixture(scope="module")
def few(small):
    """The release of a few gemeenten."""
    out = small.parent / "release"
    build(read_recipe(small), settings=Settings(key=KEY), out=out, progress=lambda _: None)
    return open_release(out)


@pytest.fixture(scope="module")
def country(shared_data, tmp_path_factory):
    """The release of the whole country, made by the commands that the README gives."""
    work = tmp_path_factory.mktemp("country")
    prepare = [sys.executable, FOLDER / "prepare.py", "--data", shared_data, "--out", work]
    zicht = [sys.executable, "-m", "zicht", "build", work / "nl-2015.toml", "--out", work / "release"]
    for command in (prepare, zicht):
        subprocess.run(command, check=True, cwd=work, env={**os.environ, "ZICHT_KEY": KEY}, capture_output=True)
    return open_release(work / "release")


def column(release: Release, indicator: str, level: str, measure: str = "count") -> PublishedColumn:
    return release.values.column(ColumnKey(indicator, "2015", level, "", measure))


def counted(example, data: Path, indicator: str) -> pd.Series:
    """Count the points of an indicator per gemeente by a spatial join of the files themselves."""
    register = indicator.startswith("antenna")
    raw = pl.read_parquet(data / example.ANTENNAS) if register else pl.read_parquet(data / example.DWELLINGS)
    if indicator == "antenna-sites":
        raw = raw.unique(subset=["X", "Y"])
    if indicator == "simulated-attribute":
        raw = raw.filter("unemployed")
    x, y = ("X", "Y") if register else ("x", "y")
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(raw[x], raw[y]), crs=28992)
    areas = gpd.read_file(data / example.BOUNDARIES, layer="buurten", columns=["BU_CODE", "GM_CODE"])
    joined = gpd.sjoin(points, areas, predicate="intersects").sort_values("BU_CODE")
    once = joined[~joined.index.duplicated()]
    return once.groupby("GM_CODE").size()


def assert_agrees_with_a_spatial_join(example, data: Path, release: Release, indicator: str) -> None:
    shown = column(release, indicator, "gemeente")
    true = counted(example, data, indicator).reindex(shown.code, fill_value=0).to_numpy()
    # In these two lies a buurt that the file lacks, whose points the join does not find.
    sure = ~np.isin(shown.code, ("GM0175", "GM1669"))
    assert sure.sum() == len(sure) - 2
    small, hidden = (true > 0) & (true < 10), shown.status == Status.SUPPRESSED
    assert hidden[sure & small].all()
    # Some are hidden beside them, so that nobody finds these by subtraction.
    assert (hidden & ~small)[sure].mean() < 0.1
    assert (shown.value == 5 * np.round(true / 5))[sure & ~hidden].all()


@pytest.mark.parametrize("indicator", ["antennas", "dwellings"])
def test_counts_of_gemeenten_are_those_of_a_spatial_join(example, small, few, indicator):
    assert_agrees_with_a_spatial_join(example, small.parent / "data", few, indicator)


def unbounded(high: FloatArray) -> FloatArray:
    return np.where(np.isnan(high), np.inf, high)


def assert_totals_agree(release: Release) -> None:
    for key in release.values.keys():
        # Parts of another indicator have one level and no total over the country.
        part = ColumnKey(key.indicator, key.period, "country", "", "count") not in release.values
        if key.measure != "count" or key.level == "country" or part:
            continue
        total = column(release, key.indicator, "country")
        parts = release.values.column(key)
        assert parts.low.sum() <= unbounded(total.high)[0], key
        assert unbounded(parts.high).sum() >= total.low[0], key


def assert_says_what_it_is(release: Release) -> None:
    text = "".join((release.path / name).read_text() for name in ("catalogue.json", "manifest.json", "quality.json"))
    assert CRIME.search(text) is None
    assert [theme["id"] for theme in release.catalogue["themes"]] == ["testgegevens"]
    assert not release.catalogue["fictional"]
    assert len(release.catalogue["notices"]) == 5
    assert standing(release).is_draft


def test_the_country_is_the_sum_of_its_parts_within_rounding(few):
    assert_totals_agree(few)


def test_it_says_what_it_is(few, small, shared_data):
    assert_says_what_it_is(few)
    for path in few.path.rglob("*.json"):
        assert str(shared_data) not in path.read_text()
        assert str(small.parent) not in path.read_text()


def test_lost_areas_are_in_the_release_under_their_own_names(few):
    assert tuple(few.areas["gemeente"].code) == FEW
    buurt, wijk = few.areas["buurt"], few.areas["wijk"]
    here = tuple(code for code in LOST_BUURTEN if f"GM{code[2:6]}" in FEW)
    assert tuple(buurt.code[buurt.kind == "remainder"]) == here
    assert buurt.name[buurt.fid("BU02430204")] == "De Knar"
    assert tuple(wijk.code[wijk.kind == "remainder"]) == ("WK005000", "WK017505", "WK030720")
    assert set(wijk.parent) == set(FEW)
    assert set(buurt.parent) == set(wijk.code)


def test_a_rate_is_unknown_where_the_population_is(few):
    rate = column(few, "antennas", "wijk", "rate")
    assert rate.status[rate.code == "WK005000"] in (Status.MISSING, Status.SUPPRESSED)
    exposure = column(few, "antennas", "wijk", "exposure")
    assert exposure.status[exposure.code == "WK005000"] == Status.MISSING


def test_the_attribute_has_a_rate_only_where_there_are_dwellings(few):
    rate = column(few, "simulated-attribute", "buurt", "rate")
    count, dwellings = column(few, "simulated-attribute", "buurt"), column(few, "dwellings", "buurt")
    none = dwellings.value == 0
    assert none.sum() >= 4
    assert set(rate.status[none]) == {Status.NOT_APPLICABLE}
    shown = rate.status == Status.PUBLISHED
    assert shown.sum() >= 20
    assert rate.value[shown] == pytest.approx(100 * count.value[shown] / dwellings.value[shown], abs=0.051)


def test_a_part_is_shown_at_one_level_only(few):
    levels = {key.level for key in few.values.keys() if key.indicator == "antenna-sites"}
    assert levels == {"h3-7"}


def test_real_data_are_protected_and_the_attacker_agrees(few):
    report = audit(few)
    assert report.holds
    assert sum(system.found.suppressed for system in report.systems) > 100


def test_every_level_has_tiles_and_every_area_a_number(few):
    regions = ["country", "province", "gemeente", "wijk", "buurt", "h3-4", "h3-5", "h3-6", "h3-7", "h3-8"]
    assert list(few.areas) == regions
    for level in list(few.areas)[1:]:
        assert few.geometry_path(level).stat().st_size > 0
    for level in ("gemeente", "wijk", "buurt", "h3-6", "h3-7", "h3-8"):
        assert column(few, "antennas", level).code.tolist() == few.areas[level].code.tolist()


@pytest.mark.slow
def test_the_whole_country(example, shared_data, country):
    assert {level: len(areas.code) for level, areas in country.areas.items()} == {
        "country": 1,
        "province": 12,
        "gemeente": 393,
        "wijk": 2_796 + LOST_WIJKEN,
        "buurt": 12_229 + len(LOST_BUURTEN),
        "h3-4": 44,
        "h3-5": 238,
        "h3-6": 1_402,
        "h3-7": 8_824,
        "h3-8": 58_471,
    }
    assert_totals_agree(country)
    assert_says_what_it_is(country)
    assert audit(country).holds
    for indicator in ("antennas", "dwellings"):
        assert_agrees_with_a_spatial_join(example, shared_data, country, indicator)


@pytest.mark.slow
def test_the_first_view_of_the_whole_country_is_mostly_published(country):
    default = country.catalogue["default"]
    shown = column(country, default["indicator"], default["level"], "rate")
    assert (shown.status == Status.PUBLISHED).mean() > 0.6


@pytest.mark.slow
def test_hotspot_maps_of_the_whole_country_are_complete(country):
    maps = {(item.key.indicator, item.key.level): item for item in country.classes}
    assert set(maps) == {
        ("antennas", "gemeente"),
        ("antennas", "wijk"),
        ("antenna-sites", "h3-7"),
        ("simulated-attribute", "buurt"),
    }
    for (_, level), item in maps.items():
        assert item.code.tolist() == country.areas[level].code.tolist()
    # Lost wijken have no figure of inhabitants, so no rate and no class; elsewhere the attribute has no denominator.
    lost = country.areas["wijk"].kind == "remainder"
    assert set(maps["antennas", "wijk"].label[lost]) <= {"missing", "suppressed"}
    outside = column(country, "dwellings", "buurt").value == 0
    assert set(maps["simulated-attribute", "buurt"].label[outside]) == {"not_applicable"}
