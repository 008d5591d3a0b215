"""The demo's first screen shows what Zicht is about, and what was planted is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from analysis.confidential.fiction.plan import planted
from geo.areas import Layer
from geo.boundaries import read_boundaries
from geo.fiction import COUNTRY, SEED, make_addresses
from geo.neighbours import queen
from zicht.classes import ClassKey
from zicht.published import ColumnKey, HotspotClass, Measure, Status
from zicht.release import Release, open_release


@pytest.fixture(scope="module")
def release(demo: Path) -> Release:
    return open_release(demo / "release")


@pytest.fixture(scope="module")
def plan(demo: Path):
    areas = read_boundaries(demo / "boundaries.gpkg", edition="2025", source="", country=COUNTRY)
    return planted(areas, make_addresses(areas, seed=SEED), seed=SEED)


def first_view(release: Release):
    default = release.catalogue["default"]
    entry = next(entry for entry in release.catalogue["indicators"] if entry["id"] == default["indicator"])
    method = entry["hotspots"]["method"][default["level"]]
    assert method.startswith("neighbourhood-ratio/")
    key = ClassKey(default["indicator"], default["period"], default["level"], "", method)
    return default, release.classes.column(key)


def test_the_first_view_is_hotspots_per_buurt_over_all_years(release):
    default, _ = first_view(release)
    assert default["layer"] == "hotspot"
    assert default["level"] == "buurt"
    assert default["period"] == "2021-2025"


def test_at_least_sixty_percent_of_the_first_view_is_published(release):
    default, _ = first_view(release)
    column = release.values.column(
        ColumnKey(default["indicator"], default["period"], default["level"], "", Measure.COUNT)
    )
    assert np.mean(column.status == Status.PUBLISHED) >= 0.60


def test_the_first_view_shows_hot_not_hot_undetermined_and_suppressed_side_by_side(release):
    _, classes = first_view(release)
    labels, counts = np.unique(classes.label, return_counts=True)
    shown = dict(zip(labels.tolist(), counts.tolist(), strict=True))
    for label in (
        HotspotClass.HOT,
        HotspotClass.NOT_SIGNIFICANT,
        HotspotClass.UNDETERMINED,
        HotspotClass.SUPPRESSED,
    ):
        assert shown.get(label, 0) >= 5, shown


def test_what_was_planted_is_hot_far_more_often_than_what_was_not(release, plan, demo):
    default, classes = first_view(release)
    table = {"cannabis-sites-cleared": "cannabis_sites", "suspicious-transactions": "suspicious_transactions"}
    codes = {code for spot in plan.hotspots[table[default["indicator"]]] for code in spot.buurten}
    inside = np.isin(classes.code, sorted(codes))
    hot = classes.label == HotspotClass.HOT
    assert hot[inside].mean() >= 0.8
    # What is hot is an area with its neighbours: those beside a planted group hold some of it, and are no false alarm.
    weights = queen(released_layer(demo, "buurt"))
    beside = np.bincount(weights.rows, inside[weights.indices], minlength=weights.n) > 0
    assert hot[~inside & ~beside].mean() <= 0.02
    # The companion asks more of a hotspot: that its neighbours are high among all others, without any law of counts.
    beside_it = release.classes.column(replace(classes.key, method="gi-star/rate/queen")).label == HotspotClass.HOT
    assert beside_it[inside].mean() >= 0.25
    assert beside_it[~inside].mean() <= 0.02


def released_layer(demo: Path, level: str) -> Layer:
    frame = gpd.read_parquet(demo / "release" / "areas.parquet").query("level == @level")
    columns = (frame[name].to_numpy(dtype=np.str_) for name in ("code", "name", "parent", "kind"))
    return Layer(level, *columns, frame.geometry.to_numpy())


def test_the_planted_park_stands_out(release, plan):
    key = ColumnKey("park-natural-persons", "2025", "park", "", Measure.RATE)
    column = release.values.column(key)
    rates = np.where(np.isfinite(column.value), column.value, -1.0)
    assert column.code[int(np.argmax(rates))] == plan.park
    assert rates.max() >= 1.5 * np.sort(rates)[-2]


def test_every_theme_has_two_indicators_and_every_indicator_a_column(release):
    entries = release.catalogue["indicators"]
    for theme in release.catalogue["themes"]:
        assert sum(entry["theme"] == theme["id"] for entry in entries) >= 2
    for entry in entries:
        shown = {(key.period, key.level) for key in release.values.keys() if key.indicator == entry["id"]}
        assert shown == {(period, level) for period, levels in entry["levels_by_period"].items() for level in levels}
        assert set(entry["levels_by_period"]) == set(entry["periods"])
