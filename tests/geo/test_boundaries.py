"""Reading an edition: what is right comes through, what is wrong is named."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.boundaries import LayerSource, load, read_boundaries, read_codes, read_water
from tests.geo.places import altered, box, renamed, tables, without, write
from zicht.errors import BoundaryError, CRSMismatchError, InvalidTopologyError, SchemaError

OLDER = {
    "gemeentecode": "GM_CODE",
    "gemeentenaam": "GM_NAAM",
    "wijkcode": "WK_CODE",
    "wijknaam": "WK_NAAM",
    "buurtcode": "BU_CODE",
    "buurtnaam": "BU_NAAM",
    "water": "WATER",
    "aantal_inwoners": "AANT_INW",
    "aantal_huishoudens": "AANTAL_HH",
}
BOWTIE = shapely.Polygon([(150_000, 450_000), (151_000, 451_000), (151_000, 450_000), (150_000, 451_000)])


def read(path, **options):
    return read_boundaries(path, **{"edition": "2025", "source": "verzonnen", "country": ("FL00", "Ergens")} | options)


@pytest.fixture
def package(tmp_path):
    return write(tmp_path / "kaart.gpkg", tables())


def broken(tmp_path, layer, column, row, value):
    """Write the tiny country with one cell changed."""
    changed = tables()
    changed[layer] = altered(changed[layer], column, row, value)
    return write(tmp_path / "fout.gpkg", changed)


def test_an_edition_has_a_country_and_sorted_layers(package):
    found = read(package)
    assert {level: len(layer) for level, layer in found.layers.items()} == {
        "country": 1,
        "gemeente": 2,
        "wijk": 4,
        "buurt": 8,
    }
    assert (found.edition, found.source) == ("2025", "verzonnen")
    gemeente = found.layers["gemeente"]
    assert gemeente.code.tolist() == ["GM9001", "GM9002"]
    assert gemeente.name.tolist() == ["Een", "Twee"]
    assert gemeente.parent.tolist() == ["FL00", "FL00"]
    assert found.layers["buurt"].parent.tolist() == [f"WK900{1 + at // 4}0{at // 2 % 2}" for at in range(8)]
    assert set(found.layers["buurt"].kind.tolist()) == {"area"}


def test_the_country_is_the_land_of_all_gemeenten(package):
    country = read(package).layers["country"]
    assert (country.code[0], country.name[0], country.parent[0]) == ("FL00", "Ergens", "")
    assert country.geometry[0].equals(box(0, 0, 8))
    assert country.attributes["inhabitants"].tolist() == [370.0]


def test_figures_have_our_names_and_missing_is_nan(package):
    buurt = read(package).layers["buurt"]
    np.testing.assert_array_equal(buurt.attributes["inhabitants"], [10, 20, 30, 40, 50, 60, np.nan, 80])
    np.testing.assert_array_equal(buurt.attributes["households"], [5, 10, 15, 20, 25, 30, 35, np.nan])
    assert set(buurt.attributes) == {"inhabitants", "households"}


def test_the_older_column_names_give_the_same(package, tmp_path):
    older = write(tmp_path / "oud.gpkg", {name: renamed(table, OLDER) for name, table in tables().items()})
    new, old = read(package), read(older)
    for level in new.layers:
        assert new.layers[level].code.tolist() == old.layers[level].code.tolist()
        assert new.layers[level].name.tolist() == old.layers[level].name.tolist()
        for name, values in new.layers[level].attributes.items():
            np.testing.assert_array_equal(values, old.layers[level].attributes[name])


def test_sentinels_as_text_are_missing(tmp_path):
    changed = tables()
    changed["buurten"]["aantal_inwoners"] = ["10", "-99999999", "-99997", "40", "50", "60", "70", "80"]
    found = read(write(tmp_path / "tekst.gpkg", changed)).layers["buurt"].attributes["inhabitants"]
    np.testing.assert_array_equal(found, [10, np.nan, np.nan, 40, 50, 60, 70, 80])


def test_water_and_abroad_are_no_areas_but_are_counted(package):
    _, report = load(package, edition="2025", source="")
    gemeente = report.layers[0]
    assert (gemeente.level, gemeente.read, gemeente.kept) == ("gemeente", 4, 2)
    assert gemeente.dropped == {"water": 1, "abroad": 1}
    assert all(one.read == one.kept + sum(one.dropped.values()) for one in report.layers)
    assert "gemeente: 4 rows read, 2 areas, 1 water left out, 1 abroad left out" in str(report)


@pytest.mark.parametrize(("column", "value"), [("gemeentecode", "GM9003"), ("water", "NEE")])
def test_abroad_is_told_by_its_code_or_by_its_water(tmp_path, column, value):
    boundaries, report = load(broken(tmp_path, "gemeenten", column, 3, value), edition="2025", source="")
    assert report.layers[0].dropped == {"water": 1, "abroad": 1}
    assert boundaries.layers["gemeente"].code.tolist() == ["GM9001", "GM9002"]


def test_water_stays_available(package, tmp_path):
    (lake,) = read_water(package)
    assert lake.equals(box(0, 1, 8))
    dry = {name: {key: value for key, value in table.items() if key != "water"} for name, table in tables().items()}
    dry["gemeenten"] = without(without(dry["gemeenten"], 3), 2)
    assert len(read_water(write(tmp_path / "droog.gpkg", dry))) == 0
    own_layer = write(
        tmp_path / "water.gpkg", {**tables(), "wateren": {"waternaam": ["Plas"], "geometry": [box(3, 3)]}}
    )
    (pond,) = read_water(own_layer)
    assert pond.equals(box(3, 3))


def test_a_code_may_occur_once_on_land_and_once_on_water(tmp_path):
    path = broken(tmp_path, "gemeenten", "water", 2, "NEE")
    with pytest.raises(BoundaryError) as caught:
        read(path)
    assert "GM9001 (water NEE) in rows 2 and 3" in str(caught.value)
    assert "fout.gpkg, layer gemeenten" in str(caught.value)


@pytest.mark.parametrize(
    ("layer", "column", "value", "message"),
    [
        ("buurten", "buurtcode", "BU9001000", "form"),
        ("buurten", "buurtcode", None, "form"),
        ("buurten", "wijkcode", "", r"parents: 1 codes of level wijk"),
        ("wijken", "gemeentecode", "GM1", "parents"),
        ("gemeenten", "gemeentecode", "gm9002", "form"),
    ],
)
def test_malformed_codes_are_named(tmp_path, layer, column, value, message):
    with pytest.raises(SchemaError, match=message) as caught:
        read(broken(tmp_path, layer, column, 0, value))
    assert "row 1" in str(caught.value)


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (None, "no or an empty geometry"),
        (shapely.MultiPolygon(), "no or an empty geometry"),
        (BOWTIE, "invalid geometry"),
        (shapely.MultiPolygon([box(2, 0), box(2.5, 0)]), "invalid geometry"),
    ],
)
def test_absent_empty_and_invalid_polygons_are_named(tmp_path, geometry, message):
    with pytest.raises(InvalidTopologyError, match=message) as caught:
        read(broken(tmp_path, "buurten", "geometry", 2, geometry))
    assert "BU90010100" in str(caught.value)
    assert "BU90010000" not in str(caught.value)


def test_a_line_is_no_area(tmp_path):
    changed = tables()
    changed["buurten"] = altered(
        changed["buurten"], "geometry", 5, shapely.LineString([(150_000, 450_000), (151_000, 450_000)])
    )
    path = write(tmp_path / "lijn.gpkg", changed)
    with pytest.raises(InvalidTopologyError, match="BU90020001: a geometry that is not a polygon"):
        read(path)


@pytest.mark.parametrize("move", [(-200_000, 0), (200_000, 0), (0, -200_000), (0, 200_000)])
def test_coordinates_outside_rd_are_named(tmp_path, move):
    away = shapely.affinity.translate(box(7, 0), *move)
    with pytest.raises(BoundaryError, match="BU90020101: coordinates outside the range where RD is valid"):
        read(broken(tmp_path, "buurten", "geometry", 7, away))


def test_repair_is_asked_for_and_reported(tmp_path):
    path = broken(tmp_path, "buurten", "geometry", 2, BOWTIE)
    boundaries, report = load(path, edition="2025", source="", repair=True)
    assert [one.repaired for one in report.layers] == [(), (), ("BU90010100",)]
    mended = boundaries.layers["buurt"].geometry[2]
    assert mended.is_valid
    assert mended.area == pytest.approx(500_000)
    assert "1 repaired: BU90010100" in str(report)


@pytest.mark.parametrize(
    "geometry", [None, shapely.Polygon([(150_000, 450_000), (151_000, 450_000), (150_500, 450_000)])]
)
def test_repair_does_not_invent_an_area(tmp_path, geometry):
    with pytest.raises(InvalidTopologyError, match="BU90010100: no or an empty geometry"):
        read(broken(tmp_path, "buurten", "geometry", 2, geometry), repair=True)


def test_the_year_in_the_file_must_be_that_of_the_edition(package):
    with pytest.raises(BoundaryError, match="of 2025, and it was to be read as edition 2024") as caught:
        read(package, edition="2024")
    assert "reused" in caught.value.remedy
    assert read(package, edition="2025-v3").edition == "2025-v3"
    assert read(package, edition="demo").edition == "demo"


def test_missing_layers_and_columns_are_named(tmp_path):
    partial = {name: table for name, table in tables().items() if name != "wijken"}
    with pytest.raises(SchemaError, match="no layer 'wijken'"):
        read(write(tmp_path / "a.gpkg", partial))
    lacking = tables()
    del lacking["buurten"]["buurtnaam"]
    with pytest.raises(
        SchemaError, match=r"b\.gpkg, layer buurten: Missing columns for level buurt: buurtnaam or bu_naam"
    ):
        read(write(tmp_path / "b.gpkg", lacking))


def test_degrees_are_refused_and_moved_when_asked(package, tmp_path):
    moved = {
        name: dict(gpd.GeoDataFrame(table, geometry="geometry", crs=28992).to_crs(4326))
        for name, table in tables().items()
    }
    path = write(tmp_path / "graden.gpkg", moved, crs=4326)
    with pytest.raises(CRSMismatchError, match="layer gemeenten"):
        read(path)
    here, there = read(package).layers["buurt"], read(path, reproject=True).layers["buurt"]
    assert max(shapely.hausdorff_distance(here.geometry, there.geometry)) < 0.01
    assert read_water(path, reproject=True)[0].area == pytest.approx(8e6, rel=1e-4)


def test_an_orphan_is_refused_with_a_remedy(tmp_path):
    changed = tables()
    changed["wijken"] = without(changed["wijken"], 1)
    path = write(tmp_path / "wees.gpkg", changed)
    with pytest.raises(BoundaryError, match="2 areas of level buurt have no parent at level wijk, first BU90010100"):
        read(path)
    assert read(path, remainders=True).layers["wijk"].kind.tolist() == ["area", "remainder", "area", "area"]


def test_parks_are_read_when_they_are_there(tmp_path):
    parks = {
        "parkcode": ["PK9002", "PK9001"],
        "parknaam": ["De Plas", "Het Bos"],
        "buurtcode": ["BU90020100", "BU90010000"],
        "adressen": [120, -99999999],
        "definitie": ["x", "y"],
        "bron": ["fictief", "fictief"],
        "geometry": [box(6.2, 0.2, 0.3, 0.3), box(0.1, 0.1, 0.2, 0.2)],
    }
    park = read(write(tmp_path / "parken.gpkg", {**tables(), "parken": parks})).layers["park"]
    assert park.code.tolist() == ["PK9001", "PK9002"]
    assert park.parent.tolist() == ["BU90010000", "BU90020100"]
    assert set(park.kind.tolist()) == {"park"}
    np.testing.assert_array_equal(park.attributes["addresses"], [np.nan, 120])


def test_levels_may_come_from_layers_and_files_of_other_names(package, tmp_path):
    table = renamed(tables()["gemeenten"], {"gemeentecode": "statcode", "gemeentenaam": "statnaam"})
    other = write(tmp_path / "gebieden.gpkg", {"gebied": table})
    gemeente = LayerSource("gebied", path=other, columns={"code": "statcode", "name": "statnaam"})
    wijk = LayerSource("wijken", columns={"code": "wijkcode", "name": "wijknaam", "parent": "wijkcode"})
    found = read(package, layers={"wijk": wijk, "gemeente": gemeente})
    assert list(found.layers) == ["country", "gemeente", "wijk"]
    assert found.layers["wijk"].parent.tolist() == ["GM9001", "GM9001", "GM9002", "GM9002"]


@pytest.mark.parametrize("layers", [{"wijk": "wijken"}, {"gemeente": "gemeenten", "straat": "straten"}, {}])
def test_a_choice_of_levels_needs_gemeenten_and_known_levels(package, layers):
    with pytest.raises(SchemaError, match="Levels"):
        read(package, layers=layers)


def test_codes_are_read_without_geometry(tmp_path):
    path = tmp_path / "wijken.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "geometry": null, "properties": {"statcode": "WK900100", "statnaam": "Centrum"}},'
        '{"type": "Feature", "geometry": null, "properties": {"statcode": "WK900101", "statnaam": "Zuid"}}]}',
        encoding="utf-8",
    )
    assert read_codes(path, "") == {"WK900100": "Centrum", "WK900101": "Zuid"}
