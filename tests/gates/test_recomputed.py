"""Everything derived in a release is made again from what the release publishes, and is the same to the last bit."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from analysis.confidential.contracts import read_sources
from analysis.confidential.indicators import read_themes
from analysis.confidential.zonings import AtomPlaces, compare_zonings
from analysis.published.above import Above, nearest_above
from analysis.published.deviations import deviation_maps, subjects_of
from analysis.published.on_demand import Surroundings, method_of, recomputed, weights_of
from analysis.published.rates import rate_column
from geo.areas import Layer
from geo.families import family_of, holds_unplaced
from geo.neighbours import h3_rings, queen
from zicht.classes import ClassTable
from zicht.deviations import DeviationTable, Reference, rule_of
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable, Status
from zicht.release import Release, canonical_json, open_release
from zicht.structure import read_structure


@pytest.fixture(scope="module")
def release(demo: Path) -> Release:
    return open_release(demo / "release")


@pytest.fixture(scope="module")
def entries(release: Release):
    return {entry["id"]: entry for entry in release.catalogue["indicators"]}


def beside(column: PublishedColumn, measure: Measure) -> ColumnKey:
    key = column.key
    return ColumnKey(key.indicator, key.period, key.level, key.category, measure)


def test_every_rate_is_made_again_from_published_counts_and_exposures(release, entries, tmp_path):
    again = []
    for column in release.values:
        if column.key.measure != Measure.RATE:
            again.append(column)
            continue
        entry = entries[column.key.indicator]
        again.append(
            rate_column(
                release.values.column(beside(column, Measure.COUNT)),
                release.values.column(beside(column, Measure.EXPOSURE)),
                per=entry["rate"]["per"],
                min_exposure=entry["disclosure"]["min_exposure"] * entry["rate"]["years"].get(column.key.period, 1),
                unit=entry["rate"]["unit"]["en"],
            )
        )
    assert sum(column.key.measure == Measure.RATE for column in again) > 100
    PublishedTable(again).write(tmp_path / "values.parquet")
    assert (tmp_path / "values.parquet").read_bytes() == (release.path / "values.parquet").read_bytes()


def neighbours(release: Release, level: str):
    areas = release.areas[level]
    if level.startswith("h3-"):
        return h3_rings(areas.code)
    frame = gpd.read_parquet(release.path / "areas.parquet").query("level == @level")
    assert frame["code"].tolist() == areas.code.tolist()
    return queen(Layer(level, areas.code, areas.name, areas.parent, areas.kind, frame.geometry.to_numpy()))


def test_the_neighbours_of_a_release_are_those_of_its_shapes(release):
    assert set(release.neighbours) == {column.key.level for column in release.classes}
    for level, found in release.neighbours.items():
        wanted = neighbours(release, level)
        assert np.array_equal(found.indptr, wanted.indptr)
        assert np.array_equal(found.indices, wanted.indices)


def above(levels: list[str], release: Release, level: str, *, unplaced: bool) -> Above | None:
    """Walk up by the parents that the release states, to the nearest coarser level with counts."""
    family = family_of(level, tuple(release.areas))
    fid = np.arange(len(release.areas[level].code))
    for below, coarse in pairwise(family[family.index(level) :: -1]):
        fid = np.searchsorted(release.areas[coarse].code, release.areas[below].parent)[fid]
        if coarse in levels:
            return Above(coarse, fid, complete=not (unplaced and holds_unplaced(coarse, level)))
    return None


def test_what_bounds_sums_is_found_from_the_areas_of_a_release(release, entries):
    for column in release.classes:
        key, entry = column.key, entries[column.key.indicator]
        unplaced = entry["disclosure"].get("unplaced", False)
        wanted = above(entry["levels_by_period"][key.period], release, key.level, unplaced=unplaced)
        counts = ColumnKey(key.indicator, key.period, key.level, key.category, Measure.COUNT)
        found = nearest_above(release.values, counts, release.areas, unplaced=unplaced)
        assert (found is None) == (wanted is None)
        if found is not None:
            assert (found.level, found.complete) == (wanted.level, wanted.complete)
            assert np.array_equal(found.parent_of, wanted.parent_of)


def test_every_class_is_made_again_from_the_files_of_the_release_alone(release, entries, tmp_path):
    """No geometry library, no build: values, neighbours and areas of the release give `classes.parquet`."""
    again = []
    for column in release.classes:
        key, entry = column.key, entries[column.key.indicator]
        level = release.neighbours[key.level]
        again.append(
            recomputed(
                release.values,
                ColumnKey(key.indicator, key.period, key.level, key.category, ""),
                areas=release.areas,
                method=method_of(key.method),
                neighbourhood=weights_of(level, release.areas[key.level], Surroundings.ADJACENT),
                alpha=entry["hotspots"]["alpha"],
                per=entry["rate"]["per"] if entry["rate"] else 1,
                unplaced=entry["disclosure"].get("unplaced", False),
            )
        )
    assert len(again) > 20
    ClassTable(again).write(tmp_path / "classes.parquet")
    assert (tmp_path / "classes.parquet").read_bytes() == (release.path / "classes.parquet").read_bytes()


def test_every_deviation_is_made_again_from_published_values(release, tmp_path):
    subjects = subjects_of(release.catalogue)
    rule = rule_of(release.catalogue["deviations"])
    again = deviation_maps(release.values, release.figures, release.areas, subjects=subjects, rule=rule)
    assert len(again) > 100
    assert {key.reference for key in release.deviations.keys()} == {str(one) for one in Reference}
    DeviationTable(again).write(tmp_path / "deviations.parquet")
    assert (tmp_path / "deviations.parquet").read_bytes() == (release.path / "deviations.parquet").read_bytes()


def test_an_area_without_a_number_is_not_compared(release):
    for column in release.deviations:
        key = column.key
        rate = release.values.column(ColumnKey(key.indicator, key.period, key.level, key.category, Measure.RATE))
        hidden = rate.status == Status.SUPPRESSED
        assert (column.label[hidden] == "suppressed").all()
        assert not np.isin(column.label[rate.status != Status.PUBLISHED], ["higher", "lower", "comparable"]).any()
        assert np.isnan(column.expected_high[hidden]).all()


def test_no_small_count_is_published_and_every_column_is_dense(release, entries):
    for column in release.values:
        assert column.code.tolist() == release.areas[column.key.level].code.tolist()
        rule = entries[column.key.indicator]["disclosure"]
        shown = column.value[column.status == Status.PUBLISHED]
        if column.key.measure == Measure.AMOUNT:
            assert (shown % rule["rounding"] == 0).all()
        if column.key.measure == Measure.COUNT:
            assert ((shown == 0) | (shown >= rule["threshold"])).all()
            assert (shown % rule["rounding"] == 0).all()
            if rule["zeros"] == "suppress":
                nothing_there = publicly_empty(release, column.key.level, rule["capacity"])
                assert nothing_there[column.value == 0].all()


def publicly_empty(release: Release, level: str, capacity: dict[str, object] | None) -> np.ndarray:
    """Tell which areas of a level hold no atom in which anything can be, by climbing from each atom's area to it."""
    atoms = read_structure(release.path / "structure.parquet")
    able = np.full(len(atoms), True) if capacity is None else atoms.capacity[str(capacity["of"])] > 0
    empty = np.full(len(release.areas[level].code), True)
    family = family_of(level, tuple(release.areas))
    places = (atoms.hex_level, atoms.hex_fid) if level.startswith("h3-") else (
        atoms.administrative_level, atoms.administrative_fid
    )  # fmt: skip
    for start in np.unique(places[0]):
        if start not in family or family.index(start) < family.index(level):
            continue
        fid = np.unique(places[1][able & (places[0] == start)])
        for fine, coarse in zip(family[family.index(start) :: -1], family[: family.index(start)][::-1], strict=False):
            if fine == level:
                break
            fid = np.searchsorted(release.areas[coarse].code, release.areas[fine].parent[fid])
        empty[fid] = False
    return empty


def test_totals_of_every_level_agree_within_rounding(release, entries):
    for indicator, entry in entries.items():
        for period, levels in entry["levels_by_period"].items():
            if "country" not in levels:
                assert entry["part_of"]
                continue
            total = release.values.column(ColumnKey(indicator, period, "country", "", entry["measure"]))
            for level in levels:
                if level == "park":
                    continue
                column = release.values.column(ColumnKey(indicator, period, level, "", entry["measure"]))
                # A total that is hidden may have no upper end that anybody knows.
                assert np.isnan(total.high[0]) or column.low.sum() <= total.high[0]
                if entry["disclosure"].get("unplaced") and holds_unplaced("country", level):
                    continue
                assert np.isnan(column.high).any() or column.high.sum() >= total.low[0]


def layers_of(release: Release) -> dict[str, Layer]:
    frame = gpd.read_parquet(release.path / "areas.parquet")
    found = {}
    for level, areas in release.areas.items():
        geometry = frame.query("level == @level").geometry.to_numpy()
        found[level] = Layer(level, areas.code, areas.name, areas.parent, areas.kind, geometry)
    return found


def test_agreement_between_divisions_is_made_again_from_the_release(release):
    folder = Path(str(files("analysis.confidential")))
    themes = read_themes(folder / "themes", read_sources(folder / "sources"))
    names = {entry["id"] for entry in release.catalogue["indicators"]}
    indicators = [one for theme in themes for one in theme.indicators if one.id in names]
    places = AtomPlaces(layers_of(release), read_structure(release.path / "structure.parquet"))

    again = list(compare_zonings(release.values, release.classes, indicators, places))

    written = [
        {"indicator": one.indicator, "period": one.period, "maps": [pair.content() for pair in one.agreements]}
        for one in again
    ]
    assert canonical_json({"indicators": written}) == (release.path / "agreement.json").read_bytes()
    pairs = [pair for one in again for pair in one.agreements]
    assert any(pair.second.startswith("shifted-") for pair in pairs)
    assert any(pair.kappa is not None and pair.kappa > 0.2 for pair in pairs)
