"""Provinces and districts: from a table or a layer, unions of whole gemeenten, and one inside the other or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.areas import ADMINISTRATIVE, Layer
from geo.boundaries import import_boundaries, read_boundaries
from geo.cbs_columns import CODE, REGIONS
from geo.families import ancestors, families
from geo.regions import located_members, read_members, with_regions
from tests.geo.places import box, objects, tables, write
from zicht.errors import BoundaryError, SchemaError

HEADER = "gemeentecode,code,name\n"
TWO = HEADER + "GM9001,PV20,Noordland\nGM9002,PV21,Zuidland\n"


def gemeenten(count: int = 4, **figures: list[float]) -> Layer:
    """Gemeenten in a row, each a square of a kilometre."""
    code = np.array([f"GM900{at + 1}" for at in range(count)])
    return Layer(
        level="gemeente",
        code=code,
        name=code,
        parent=np.full(count, "FL00"),
        kind=np.full(count, "area"),
        geometry=objects([box(at, 0) for at in range(count)]),
        attributes={name: np.array(values) for name, values in figures.items()},
    )


def members(*regions: str) -> dict[str, tuple[str, str]]:
    return {f"GM900{at + 1}": (code, f"Streek {code}") for at, code in enumerate(regions)}


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tabel.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, **options):
    return read_boundaries(path, edition="2025", source="verzonnen", country=("FL00", "Ergens"), **options)


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("province", TWO),
        ("district", TWO),
        ("province", "\ufeff" + TWO.replace(",", ";")),
        # As CBS publishes it: the first column is a number, and there are others.
        (
            "province",
            "Gemeentecode;GemeentecodeGM;Gemeentenaam;Provinciecode;ProvinciecodePV;Provincienaam\n"
            "9001;GM9001;Een;20;PV20;Noordland\n9002;GM9002;Twee;21;PV21;Zuidland\n\n",
        ),
    ],
)
def test_a_table_says_what_lies_in_what(tmp_path, level, text):
    expected = {"GM9001": ("PV20", "Noordland"), "GM9002": ("PV21", "Zuidland")}
    if "Provinciecode;" in text:
        text = text.replace("Provinciecode;", "Nummer;")
    assert read_members(table(tmp_path, text), level) == expected


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", SchemaError, "Missing columns: gemeentecodegm or gemeentecode or gm_code; .* Found: none"),
        ("gemeentecode,code\nGM9001,PV20\n", SchemaError, "Missing columns: provincienaam or name"),
        (TWO + "GM9001,PV21,Zuidland\n", BoundaryError, "GM9001 stands in rows 2 and 4"),
        (TWO + "GM9001,PV20,Noordland\n", BoundaryError, "GM9001 stands in rows 2 and 4"),
        (HEADER + "GM901,PV20,Noordland\n", SchemaError, r"'GM901' in row 2"),
        (TWO + "GM9003,GM20,Noordland\n", SchemaError, r"'GM20' in row 4"),
        (TWO + "GM9003,PV20,Anders\n", BoundaryError, "PV20 is called 'Noordland' in row 2 and 'Anders' in row 4"),
        (TWO + "GM9003,PV22\n", BoundaryError, "PV22 has no name in row 4"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(tmp_path, text, error, message):
    with pytest.raises(error, match=message) as caught:
        read_members(table(tmp_path, text), "province")
    assert "tabel.csv" in str(caught.value)


def test_a_table_that_is_not_there_or_no_text_is_named(tmp_path):
    (tmp_path / "tabel.csv").write_bytes(b"\xff\xfe\xfa")
    for name in ("tabel.csv", "weg.csv"):
        with pytest.raises(BoundaryError, match=name):
            read_members(tmp_path / name, "district")


def test_a_region_is_the_union_of_its_gemeenten_and_the_sum_of_their_figures():
    own = gemeenten(inhabitants=[1, 2, 4, np.nan], homes=[1, 1, 1, 1])
    found = with_regions(own, {"province": members("PV2", "PV1", "PV2", "PV3")}, sources={"province": "t"})
    assert list(found) == ["province", "gemeente"]
    province = found["province"]
    assert province.code.tolist() == ["PV1", "PV2", "PV3"]
    assert province.name.tolist() == ["Streek PV1", "Streek PV2", "Streek PV3"]
    assert province.parent.tolist() == ["FL00"] * 3
    assert found["gemeente"].parent.tolist() == ["PV2", "PV1", "PV2", "PV3"]
    assert province.geometry[1].equals(shapely.union_all([box(0, 0), box(2, 0)]))
    np.testing.assert_array_equal(province.attributes["inhabitants"], [2, 5, np.nan])
    assert province.attributes["homes"].tolist() == [1, 2, 1]


def test_districts_may_lie_in_provinces():
    inside = {"district": members("PD1", "PD1", "PD2", "PD3"), "province": members("PV1", "PV1", "PV1", "PV2")}
    found = with_regions(gemeenten(), inside, sources={"province": "p", "district": "d"})
    assert list(found) == ["province", "district", "gemeente"]
    assert found["district"].parent.tolist() == ["PV1", "PV1", "PV2"]
    assert found["gemeente"].parent.tolist() == ["PD1", "PD1", "PD2", "PD3"]
    layers = {"country": None, **found}
    assert ancestors(layers | {"country": _country()}, "gemeente", "province").tolist() == [0, 0, 0, 1]


def _country() -> Layer:
    text = [np.array([one]) for one in ("FL00", "Ergens", "", "area")]
    return Layer("country", *text, objects([box(0, 0, 4)]))


def test_a_district_astride_two_provinces_is_named():
    across = {"district": members("PD1", "PD1", "PD2", "PD2"), "province": members("PV1", "PV2", "PV2", "PV2")}
    with pytest.raises(BoundaryError, match="PD1 lies in PV1 and PV2") as caught:
        with_regions(gemeenten(), across, sources={"province": "p.csv", "district": "d.csv"})
    assert "d.csv and p.csv" in str(caught.value)
    assert "PD2" not in str(caught.value)


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        (("PV1", "PV1", "PV1"), "Gemeenten GM9004 have no province"),
        (("PV1",) * 5, "Gemeenten GM9005 are no gemeenten of this edition"),
        (("PV1", "PV1", "PV1", "FL00"), "FL00 stands for more than one area"),
    ],
)
def test_a_table_of_other_gemeenten_is_refused(regions, message):
    with pytest.raises(BoundaryError, match=message) as caught:
        with_regions(gemeenten(), {"province": members(*regions)}, sources={"province": "tabel.csv"})
    assert "tabel.csv" in str(caught.value)


def test_many_missing_gemeenten_are_counted_and_some_named():
    many = gemeenten(9)
    with pytest.raises(BoundaryError, match=r"8 gemeenten|GM9009"):
        with_regions(many, {"province": members("PV1")}, sources={"province": "t"})


def drawn(*shapes: shapely.Polygon) -> Layer:
    code = np.array([f"PV{at + 1}" for at in range(len(shapes))])
    none = np.full(len(shapes), "")
    return Layer("province", code, code, none, np.full(len(shapes), "area"), objects(shapes))


def test_a_generalised_border_is_near_enough():
    found = located_members(drawn(box(0, 0, 1.95), box(1.95, 0, 2.05)), gemeenten(), where="w")
    assert [found[code][0] for code in sorted(found)] == ["PV1", "PV1", "PV2", "PV2"]


@pytest.mark.parametrize("border", [1.5, 1.85])
def test_a_gemeente_that_two_regions_share_is_named(border):
    with pytest.raises(BoundaryError, match="Gemeenten GM9002 do not lie in one area of level province for 90%"):
        located_members(drawn(box(0, 0, border), box(border, 0, 4 - border)), gemeenten(), where="w")


def test_a_gemeente_without_a_polygon_needs_a_table():
    own = gemeenten()
    own.geometry[2] = None
    with pytest.raises(BoundaryError, match="GM9003 have no polygon") as caught:
        located_members(drawn(box(0, 0, 4)), own, where="w")
    assert "boundaries.province" in str(caught.value)


def layer_of(level: str) -> dict[str, dict[str, object]]:
    name = {"province": "provincie", "district": "district"}[level]
    columns = {f"{name}code": ["PV21", "PV20"], f"{name}naam": ["Zuidland", "Noordland"]}
    return {REGIONS[level]: {**columns, "geometry": [box(4, 0, 4), box(0, 0, 4)]}}


@pytest.mark.parametrize("level", REGIONS)
def test_an_edition_reads_its_regions_from_a_layer_or_a_table(tmp_path, level):
    from_layer = read(write(tmp_path / "laag.gpkg", {**tables(), **layer_of(level)})).layers
    from_table = read(write(tmp_path / "zonder.gpkg", tables()), regions={level: table(tmp_path, TWO)}).layers
    assert list(from_layer) == ["country", level, "gemeente", "wijk", "buurt"] == list(from_table)
    for one in (from_layer, from_table):
        assert one[level].code.tolist() == ["PV20", "PV21"]
        assert one["gemeente"].parent.tolist() == ["PV20", "PV21"]
        assert one[level].attributes["inhabitants"].tolist() == [110, 260]
        assert one["country"].geometry[0].equals(shapely.union_all(one[level].geometry))


def test_a_table_goes_before_a_layer(tmp_path):
    path = write(tmp_path / "laag.gpkg", {**tables(), **layer_of("province")})
    one = HEADER + "GM9001,PV30,Alles\nGM9002,PV30,Alles\n"
    assert read(path, regions={"province": table(tmp_path, one)}).layers["province"].code.tolist() == ["PV30"]


def test_an_imported_edition_keeps_its_regions(tmp_path):
    path = write(tmp_path / "laag.gpkg", {**tables(), **layer_of("district")})
    import_boundaries(path, edition="2025", out=tmp_path / "editie.gpkg")
    before, after = read(path).layers, read(tmp_path / "editie.gpkg").layers
    assert list(after) == list(before)
    assert after["gemeente"].parent.tolist() == before["gemeente"].parent.tolist()
    assert after["district"].name.tolist() == before["district"].name.tolist()


def test_levels_are_known_in_order_everywhere():
    chain = ("country", "province", "district", "gemeente", "wijk", "buurt", "park")
    assert chain == ADMINISTRATIVE
    assert families(("h3-5", *reversed(chain), "h3-4")) == (chain, ("country", "h3-4", "h3-5"))
    assert list(REGIONS) == ["province", "district"]
    assert set(CODE) == set(chain) - {"country"}
