"""The areas of 2015 as the example uses them: what the publisher lost is named, nothing is an orphan, every row has its
place or a reason why not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from analysis.confidential.contracts import read_sources
from analysis.confidential.observations import Places, observe
from analysis.confidential.quality import quality_report
from analysis.confidential.reasons import Reason
from analysis.confidential.records import read_records
from geo.boundaries import read_boundaries, read_codes
from tests.examples.nl_2015 import LOST_BUURTEN, LOST_WIJKEN, rows_in
from zicht.recipe import read_recipe

KEY = "a key of the tests, of thirty-two characters or more"


@pytest.fixture(scope="module")
def recipe(whole):
    return read_recipe(whole)


@pytest.fixture(scope="module")
def layers(recipe):
    return read_boundaries(
        recipe.boundaries,
        edition=recipe.edition,
        source=recipe.boundary_source,
        country=recipe.country,
        repair=recipe.repair,
        remainders=recipe.remainders,
        expected={level: read_codes(path, layer) for level, (path, layer) in recipe.names.items()},
        regions=recipe.regions,
    ).layers


@pytest.fixture(scope="module")
def observed(recipe, layers):
    places = Places(layers["buurt"], None, max(recipe.hexes))
    sources = read_sources(recipe.sources)
    return {
        name: observe(read_records(recipe.records, source, key=KEY), places=places, register=None, years=recipe.years)
        for name, source in sources.items()
    }


def test_every_area_has_a_parent_and_every_parent_an_area(layers):
    assert {level: len(layer) for level, layer in layers.items()} == {
        "country": 1,
        "province": 12,
        "gemeente": 393,
        "wijk": 2_796 + LOST_WIJKEN,
        "buurt": 12_229 + len(LOST_BUURTEN),
    }
    for coarse, fine in pairwise(layers.values()):
        assert set(fine.parent) == set(coarse.code)


def test_what_the_publisher_lost_is_named(layers):
    wijk, buurt = layers["wijk"], layers["buurt"]
    assert (wijk.kind == "remainder").sum() == LOST_WIJKEN
    assert tuple(buurt.code[buurt.kind == "remainder"]) == LOST_BUURTEN
    names = dict(zip(buurt.code, buurt.name, strict=True)) | dict(zip(wijk.code, wijk.name, strict=True))
    assert names["BU01750101"] == "Buurtschap Ommeres"
    assert names["BU16690604"] == "Vlodrop Station"
    assert names["WK098326"] == "Wijk 26 Hout-Blerick"
    assert not any("Ontbrekend" in name or "Rest van" in name for name in names.values())


def test_lost_wijken_are_whole_and_lost_buurten_are_where_a_gap_is(layers):
    wijk, buurt = layers["wijk"], layers["buurt"]
    assert all(geometry is not None for geometry in wijk.geometry)
    drawn = [code for code, geometry in zip(buurt.code, buurt.geometry, strict=True) if geometry is not None]
    assert set(LOST_BUURTEN) - set(drawn) == set(LOST_BUURTEN) - {"BU01750101", "BU16690409"}
    gap = buurt.geometry[np.searchsorted(buurt.code, "BU16690409")]
    assert gap.area == pytest.approx(10.26e6, rel=0.01)
    # Unknown is not zero.
    assert np.isnan(buurt.attributes["inhabitants"][buurt.kind == "remainder"]).all()


# What is left uncovered are slivers: each level was simplified by itself by the publisher. Nothing is covered twice, so
# nothing makes up for it.
@pytest.mark.parametrize(("level", "worst", "left"), [("wijk", 0.99, 10.5e6), ("buurt", 0.98, 16e6)])
def test_the_area_of_every_gemeente_is_covered(layers, level, worst, left):
    gemeente = layers["gemeente"]
    parts = layers[level].geometry[~shapely.is_missing(layers[level].geometry)]
    part, whole = shapely.STRtree(gemeente.geometry).query(parts, predicate="intersects")
    shared = shapely.area(shapely.intersection(gemeente.geometry[whole], parts[part]))
    size = shapely.area(gemeente.geometry)
    open_ground = size - np.bincount(whole, weights=shared, minlength=len(gemeente))
    assert (open_ground / size).max() < 1 - worst
    assert open_ground.sum() < left
    assert shapely.area(parts).sum() - shapely.union_all(parts).area < 10.0


def test_every_row_read_is_used_or_left_out_for_a_reason(example, shared_data, observed):
    files = {example_name.replace("_", "-"): file for example_name, (file, *_) in example.SOURCES.items()}
    assert set(observed) == set(files)
    for name, table in observed.items():
        assert table.read == rows_in(shared_data / files[name])
        assert table.read == len(table.rows) + sum(table.left_out.values())


def test_what_is_left_out_is_what_the_files_are_known_for(observed):
    left_out = {name: dict(table.left_out) for name, table in observed.items()}
    assert left_out["vacation-parks"] == {Reason.NO_COORDINATES: 41}
    # Five camp sites lie in Aruba and Curaçao; the others in water, abroad, or in a sliver between two borders.
    assert left_out["camp-sites"] == {Reason.OUTSIDE_RD: 5, Reason.OUTSIDE_AREAS: 12}
    assert left_out["antennas"] == {Reason.OUTSIDE_AREAS: 23}
    assert left_out["dwellings"] == {Reason.OUTSIDE_AREAS: 3}


def test_the_quality_report_counts_parks_at_a_town_centre_as_unplaced(observed):
    report = quality_report(observed.values(), years=range(2015, 2016))
    (parks,) = (source for source in report["sources"] if source["id"] == "vacation-parks")
    cells = {cell["what"]: cell for cell in parks["cells"]}
    assert (cells["read"]["value"], cells["used"]["value"], cells["unplaced"]["value"]) == (235, 195, 40)
    assert cells["unplaced"]["low"] <= 41 <= cells["unplaced"]["high"]
