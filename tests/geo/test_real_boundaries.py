"""Published boundary files with their real quirks."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.boundaries import LayerSource, ReadOptions, load, read_codes, read_level
from geo.neighbours import queen
from zicht.errors import BoundaryError, CRSMismatchError, InvalidTopologyError, SchemaError

CBS_2015 = "cbs_wijkenbuurten_2015_rd.gpkg"
LOST_BUURTEN = {
    "BU01750101",
    "BU02430204",
    "BU09860202",
    "BU09860203",
    "BU16690409",
    "BU16690604",
    "BU17110101",
    "BU19040216",
}


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "boundaries"


@pytest.fixture(scope="module")
def edition_2015(folder):
    expected = {
        "buurt": read_codes(folder / "cbs_buurt_2015_rd.topojson", "buurt_2015"),
        "wijk": read_codes(folder / "cbs_wijk_2015_rd.geojson", ""),
    }
    return load(folder / CBS_2015, edition="2015", source="CBS", remainders=True, repair=True, expected=expected)


def test_the_2015_edition_is_complete_with_its_remainders(edition_2015):
    boundaries, report = edition_2015
    assert [(one.level, one.read, one.kept) for one in report.layers] == [
        ("gemeente", 393, 393),
        ("wijk", 2796, 2796),
        ("buurt", 12229, 12229),
    ]
    assert {level: len(layer) for level, layer in boundaries.layers.items()} == {
        "country": 1,
        "gemeente": 393,
        "wijk": 2816,
        "buurt": 12237,
    }
    made = {level: {one.code for one in report.remainders if one.level == level} for level in ("wijk", "buurt")}
    assert made["buurt"] == LOST_BUURTEN
    assert len(made["wijk"]) == 20
    for level, codes in made.items():
        layer = boundaries.layers[level]
        assert set(layer.code[layer.kind == "remainder"].tolist()) == codes


def test_the_remainders_of_2015_have_the_publishers_names(edition_2015):
    names = {one.code: one.name for one in edition_2015[1].remainders}
    assert names["BU16690409"] == "Buitengebied Posterholt"
    assert names["WK190002"] == "Wijk 02 Nijefurd"


def test_two_lost_buurten_of_2015_can_be_seen_and_six_cannot(edition_2015):
    area = {one.code: one.area for one in edition_2015[1].remainders if one.level == "buurt"}
    assert {code for code, size in area.items() if size} == {"BU01750101", "BU16690409"}
    assert area["BU16690409"] == pytest.approx(10.26e6, rel=0.01)
    assert area["BU01750101"] == pytest.approx(0.837e6, rel=0.01)


def test_remainders_of_2015_lie_in_their_parents(edition_2015):
    layers = edition_2015[0].layers
    for fine, coarse in (("buurt", "wijk"), ("wijk", "gemeente")):
        made = (layers[fine].kind == "remainder") & ~shapely.is_missing(layers[fine].geometry)
        above = layers[coarse].geometry[np.searchsorted(layers[coarse].code, layers[fine].parent[made])]
        here = layers[fine].geometry[made]
        share = shapely.area(shapely.intersection(here, above)) / shapely.area(here)
        assert share.min() > 0.97


def test_unknown_figures_of_2015_are_not_numbers(edition_2015):
    gemeente, buurt = (edition_2015[0].layers[level] for level in ("gemeente", "buurt"))
    assert gemeente.attributes["inhabitants"].sum() == 16_900_726
    assert np.isnan(buurt.attributes["inhabitants"]).sum() == 8
    assert np.nanmin(buurt.attributes["households"]) >= 0
    share = np.nansum(buurt.attributes["inhabitants_15_64"]) / np.nansum(buurt.attributes["inhabitants"])
    assert share == pytest.approx(0.655, abs=0.01)


def test_without_remainders_the_orphans_of_2015_are_refused(folder):
    with pytest.raises(BoundaryError, match="100 areas of level buurt have no parent at level wijk"):
        load(folder / CBS_2015, edition="2015", source="CBS", repair=True)


def test_gemeenten_of_2015_lie_on_one_another_and_are_refused(folder):
    with pytest.raises(
        InvalidTopologyError, match="GM0109 and GM0160 lie on one another, on 615 m2, largest of 4 such pairs"
    ):
        load(folder / CBS_2015, edition="2015", source="CBS")


def test_what_is_cut_of_the_areas_of_2015_is_named(edition_2015):
    boundaries, report = edition_2015
    assert report.cuts["gemeente"] == (
        "165 m2 of GM0048 cut off GM1681",
        "615 m2 of GM0109 cut off GM0160",
        "300 m2 of GM0118 cut off GM0160",
        "5 m2 of GM0479 cut off GM0363",
    )
    assert report.cuts["buurt"] == ("3 m2 of BU03750901 cut off BU04797110",)
    gemeenten = boundaries.layers["gemeente"].geometry
    assert shapely.area(gemeenten).sum() == pytest.approx(shapely.area(shapely.union_all(gemeenten)), abs=10)


def test_buurten_of_2015_have_the_neighbours_one_expects(edition_2015):
    buurt = edition_2015[0].layers["buurt"]
    w = queen(buurt)
    assert w.symmetric
    # Six lost buurten have no polygon, four real ones are surrounded by water.
    assert len(w.islands) == 10
    assert 5 < w.cardinalities.mean() < 6


@pytest.mark.parametrize(
    ("file", "layer", "declared", "read"),
    [
        ("cbs_buurt_2015_rd.topojson", "buurt_2015", 12_237, 11_572),
        ("cbs_buurt_2016_rd.topojson", "buurt_2016", 12_920, 12_248),
    ],
)
def test_features_dropped_from_topojson_are_noticed(folder, file, layer, declared, read):
    columns = {"code": "statcode", "name": "statnaam", "parent": "statcode"}
    with pytest.raises(BoundaryError, match=f"declares {declared} features, but {read} could be read"):
        read_level(folder / file, "buurt", LayerSource(layer, columns=columns), ReadOptions())


def test_null_geometries_of_geojson_are_named(folder):
    columns = {"code": "statcode", "name": "statnaam", "parent": "statcode"}
    source = LayerSource("cbs_wijk_2015_rd", columns=columns)
    with pytest.raises(InvalidTopologyError, match=r"WK.* and 56 more: no or an empty geometry"):
        read_level(folder / "cbs_wijk_2015_rd.geojson", "wijk", source, ReadOptions())


def test_rotterdam_has_no_codes(folder):
    with pytest.raises(SchemaError) as caught:
        read_level(folder / "rotterdam_wijken_2012_wgs84.geojson", "wijk", "rotterdam_wijken_2012_wgs84", ReadOptions())
    message = str(caught.value)
    assert "wijkcode or wk_code" in message
    assert "Found: name, cartodb_id, created_at, updated_at." in message


def test_amsterdam_is_in_crs84_and_has_letters_in_its_codes(folder):
    path = folder / "amsterdam_buurten_2022_wgs84.geojson"
    columns = {"code": "cbsCode", "name": "naam", "parent": "cbsCode"}
    source = LayerSource("amsterdam_buurten_2022_wgs84", columns=columns)
    with pytest.raises(CRSMismatchError, match="CRS84"):
        read_level(path, "buurt", source, ReadOptions())
    layer, report = read_level(path, "buurt", source, ReadOptions(reproject=True))
    assert (report.read, report.kept, len(layer)) == (518, 518, 518)
    assert layer.code[0] == "BU0363AA01"
    assert layer.parent[0] == "WK0363AA"
    # Amsterdam with Weesp, merged on 24 March 2022, is about 244 square kilometres of land and water.
    assert shapely.area(layer.geometry).sum() == pytest.approx(244e6, rel=0.01)


def test_superseded_rows_of_2016_are_duplicates_with_their_rows(folder):
    with pytest.raises(BoundaryError) as caught:
        read_level(
            folder / "cbs_buurt_2016_fullres_wof_rd.parquet", "buurt", "cbs_buurt_2016_fullres_wof_rd", ReadOptions()
        )
    assert "rows repeat the code and water of another" in str(caught.value)
    assert "in rows" in str(caught.value)


def test_gemeenten_of_other_years_read_cleanly(folder):
    columns = {"code": "statcode", "name": "statnaam"}
    for year, number in (("2017", 388), ("2019", 355)):
        source = LayerSource(f"cbs_gemeente_{year}_rd", columns=columns)
        layer, _ = read_level(folder / f"cbs_gemeente_{year}_rd.geojson", "gemeente", source, ReadOptions(edition=year))
        assert len(layer) == number
