"""Named cells for what a publisher lost, and none for slivers."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from geo.boundaries import import_boundaries, load
from geo.remainders import MINIMUM_AREA, MINIMUM_RADIUS, is_lost_area, rest_code
from tests.geo.places import altered, box, tables, without, write
from zicht.errors import BoundaryError


def completed(tmp_path, layers, **options):
    path = tmp_path / "kaart.gpkg"
    path.unlink(missing_ok=True)
    write(path, layers)
    return load(path, edition="2025", source="", remainders=True, **options)


def test_a_complete_edition_gets_no_remainder(tmp_path):
    boundaries, report = completed(tmp_path, tables())
    assert report.remainders == ()
    assert all(set(layer.kind.tolist()) == {"area"} for layer in boundaries.layers.values())


def test_a_missing_wijk_is_the_union_of_its_buurten(tmp_path):
    layers = tables()
    layers["wijken"] = without(layers["wijken"], 1)
    boundaries, report = completed(tmp_path, layers)
    wijk = boundaries.layers["wijk"]
    assert wijk.code.tolist() == ["WK900100", "WK900101", "WK900200", "WK900201"]
    assert wijk.kind.tolist() == ["area", "remainder", "area", "area"]
    assert wijk.name[1] == "Ontbrekende wijk WK900101"
    assert wijk.parent[1] == "GM9001"
    assert wijk.geometry[1].equals(box(2, 0, 2))
    assert np.isnan(wijk.attributes["inhabitants"][1])
    assert [(one.level, one.code, one.area) for one in report.remainders] == [("wijk", "WK900101", 2e6)]


def test_a_missing_wijk_has_its_own_name_when_that_is_known(tmp_path):
    layers = tables()
    layers["wijken"] = without(layers["wijken"], 1)
    boundaries, _ = completed(tmp_path, layers, expected={"wijk": {"WK900101": "Zuid"}})
    assert boundaries.layers["wijk"].name[1] == "Zuid"


def test_a_missing_buurt_becomes_the_rest_of_its_wijk(tmp_path):
    layers = tables()
    layers["buurten"] = without(layers["buurten"], 5)
    boundaries, report = completed(tmp_path, layers)
    buurt = boundaries.layers["buurt"]
    at = buurt.code.tolist().index("BU900200REST")
    assert (buurt.kind[at], buurt.parent[at], buurt.name[at]) == ("remainder", "WK900200", "Rest van wijk Wijk 2")
    assert buurt.geometry[at].equals(box(5, 0))
    assert np.isnan(buurt.attributes["households"][at])
    assert len(report.remainders) == 1


def test_an_expected_buurt_keeps_its_code_and_takes_what_is_open(tmp_path):
    layers = tables()
    layers["buurten"] = without(layers["buurten"], 5)
    names = dict(zip(tables()["buurten"]["buurtcode"], tables()["buurten"]["buurtnaam"], strict=True))
    boundaries, _ = completed(tmp_path, layers, expected={"buurt": names})
    buurt = boundaries.layers["buurt"]
    assert buurt.code.tolist() == sorted(names)
    assert (buurt.name[5], buurt.kind[5]) == ("Buurt 5", "remainder")
    assert buurt.geometry[5].equals(box(5, 0))


def test_two_expected_buurten_of_one_wijk_do_not_share_a_polygon(tmp_path):
    layers = tables()
    layers["buurten"] = without(without(layers["buurten"], 5), 4)
    expected = {"buurt": {"BU90020000": "Vier", "BU90020001": "Vijf"}}
    buurt = completed(tmp_path, layers, expected=expected)[0].layers["buurt"]
    drawn = dict(zip(buurt.code.tolist(), buurt.geometry, strict=True))
    assert drawn["BU90020000"] is None
    assert drawn["BU90020001"] is None
    assert drawn["BU900200REST"].equals(box(4, 0, 2))


def test_a_wijk_without_any_buurt_gets_one(tmp_path):
    layers = tables()
    layers["buurten"] = without(without(layers["buurten"], 7), 6)
    small = shapely.box(*box(6, 0).bounds[:2], box(6, 0).bounds[0] + 100, box(6, 0).bounds[1] + 100)
    for wijk in (box(6, 0, 2), small):
        layers["wijken"] = altered(layers["wijken"], "geometry", 3, wijk)
        folder = tmp_path / str(wijk.area)
        folder.mkdir()
        buurt = completed(folder, layers)[0].layers["buurt"]
        drawn = dict(zip(buurt.code.tolist(), buurt.geometry, strict=True))
        assert drawn["BU900201REST"].equals(wijk)


def test_a_gemeente_without_any_wijk_gets_a_wijk_and_a_buurt(tmp_path):
    layers = tables()
    layers["wijken"] = without(without(layers["wijken"], 3), 2)
    layers["buurten"] = {name: values[:4] for name, values in layers["buurten"].items()}
    boundaries, _ = completed(tmp_path, layers)
    assert boundaries.layers["wijk"].code.tolist() == ["WK900100", "WK900101", "WK9002REST"]
    assert boundaries.layers["buurt"].code[-1] == "BU9002RESTREST"
    assert boundaries.layers["buurt"].parent[-1] == "WK9002REST"
    assert boundaries.layers["buurt"].geometry[-1].equals(box(4, 0, 4))


def test_a_missing_gemeente_is_made_from_its_wijken(tmp_path):
    layers = tables()
    layers["gemeenten"] = without(layers["gemeenten"], 0)
    boundaries, _ = completed(tmp_path, layers)
    gemeente = boundaries.layers["gemeente"]
    assert (gemeente.code[1], gemeente.kind[1], gemeente.parent[1]) == ("GM9002", "remainder", "NL00")
    assert gemeente.geometry[1].equals(box(4, 0, 4))
    assert boundaries.layers["country"].geometry[0].equals(box(0, 0, 8))


def test_slivers_of_simplification_are_not_places(tmp_path):
    layers = tables()
    # Every border of a buurt off by up to 60 m from that of its wijk, as when levels are simplified one by one.
    layers["buurten"]["geometry"] = [
        shapely.box(one.bounds[0] + 30, one.bounds[1] + 60, one.bounds[2] - 30, one.bounds[3] - 60)
        for one in layers["buurten"]["geometry"]
    ]
    assert completed(tmp_path, layers)[1].remainders == ()


def imported(tmp_path, layers, **options):
    path, out = tmp_path / "kaart.gpkg", tmp_path / "cbs_2025.gpkg"
    path.unlink(missing_ok=True)
    write(path, layers)
    return import_boundaries(path, edition="2025", out=out, **options), out


def test_a_missing_buurt_is_refused_by_name_and_made_when_asked(tmp_path):
    layers = tables()
    layers["buurten"] = without(layers["buurten"], 5)
    with pytest.raises(BoundaryError, match=r"No area of level buurt covers 1,000,000 m2 of WK900200") as refused:
        imported(tmp_path, layers)
    remedy = f"`zicht boundaries import {tmp_path / 'kaart.gpkg'} --edition 2025 --remainders`"
    assert remedy in refused.value.remedy
    assert not (tmp_path / "cbs_2025.gpkg").exists()
    report, out = imported(tmp_path, layers, remainders=True)
    assert [one.code for one in report.remainders] == ["BU900200REST"]
    assert "BU900200REST" in load(out, edition="2025", source="")[0].layers["buurt"].code.tolist()


def test_a_wijk_without_any_buurt_is_refused(tmp_path):
    layers = tables()
    layers["buurten"] = without(without(layers["buurten"], 7), 6)
    with pytest.raises(BoundaryError, match=r"No area of level buurt covers 2,000,000 m2 of WK900201"):
        imported(tmp_path, layers)


def test_a_buurt_of_a_town_is_no_sliver_where_levels_share_their_borders(tmp_path):
    layers = tables()
    west, south, east, north = box(5, 0).bounds
    layers["buurten"] = altered(layers["buurten"], "geometry", 5, shapely.box(west + 60, south, east, north))
    with pytest.raises(BoundaryError, match=r"60,000 m2 of WK900200"):
        imported(tmp_path, layers)
    boundaries = completed(tmp_path, layers)[0]
    at = boundaries.layers["buurt"].code.tolist().index("BU900200REST")
    assert boundaries.layers["buurt"].geometry[at].area == pytest.approx(60_000)
    layers["buurten"] = altered(layers["buurten"], "geometry", 5, shapely.box(west + 15, south, east, north))
    report, _ = imported(tmp_path, layers)
    assert "buurt: not covered, in slivers between levels: 15,000 m2 of WK900200" in str(report)


def test_slivers_of_simplification_are_reported_and_not_refused(tmp_path):
    layers = tables()
    layers["buurten"]["geometry"] = [
        shapely.box(one.bounds[0] + 30, one.bounds[1] + 60, one.bounds[2] - 30, one.bounds[3] - 60)
        for one in layers["buurten"]["geometry"]
    ]
    report, _ = imported(tmp_path, layers)
    assert len(report.gaps["buurt"]) == 4


def test_a_missing_wijk_is_refused_with_the_command_that_makes_it(tmp_path):
    layers = tables()
    layers["wijken"] = without(layers["wijken"], 1)
    with pytest.raises(BoundaryError, match="no parent at level wijk") as refused:
        imported(tmp_path, layers)
    assert f"{tmp_path / 'kaart.gpkg'} --edition 2025 --remainders" in refused.value.remedy


def test_an_area_is_lost_when_it_is_large_and_wide():
    side = np.sqrt(MINIMUM_AREA)
    west, south = 150_000, 450_000
    assert is_lost_area(shapely.box(west, south, west + side + 1, south + side))
    assert not is_lost_area(shapely.box(west, south, west + side - 1, south + side - 1))
    width = 2 * MINIMUM_RADIUS
    assert is_lost_area(shapely.box(west, south, west + width + 2, south + 10 * width))
    assert not is_lost_area(shapely.box(west, south, west + width - 2, south + 10 * width))
    assert not is_lost_area(shapely.LineString([(west, south), (west + 1e6, south)]))


def test_a_buurt_across_the_border_of_its_wijk_covers_there_too(tmp_path):
    layers = tables()
    # Buurt 1 is drawn over wijk 1 as well, and buurt 2 begins later: nothing is uncovered.
    layers["buurten"] = altered(layers["buurten"], "geometry", 1, box(1, 0, 1.6))
    layers["buurten"] = altered(layers["buurten"], "geometry", 2, box(2.6, 0, 0.4))
    assert completed(tmp_path, layers)[1].remainders == ()


@pytest.mark.parametrize(
    ("level", "parent", "code"),
    [
        ("wijk", "GM0363", "WK0363REST"),
        ("buurt", "WK0363AA", "BU0363AAREST"),
        ("buurt", "WK0363REST", "BU0363RESTREST"),
    ],
)
def test_codes_of_remainders_keep_the_prefix_and_sort_last(level, parent, code):
    assert rest_code(level, parent) == code
    assert rest_code(level, parent) > rest_code(level, parent)[:-4] + "99"


def test_a_buurt_that_names_an_unknown_gemeente_is_still_an_orphan(tmp_path):
    layers = tables()
    layers["wijken"] = altered(layers["wijken"], "gemeentecode", 0, "GM9077")
    layers["gemeenten"] = altered(layers["gemeenten"], "geometry", 1, box(2, 0, 2))
    boundaries, report = completed(tmp_path, layers)
    assert [one.code for one in report.remainders][:1] == ["GM9077"]
    assert boundaries.layers["gemeente"].geometry[-1].equals(box(0, 0, 2))
    away = tables()
    away["buurten"] = altered(away["buurten"], "geometry", 0, translate(box(0, 0), 0, -5000))
    with pytest.raises(BoundaryError, match="no parent"):
        load(write(tmp_path / "x.gpkg", {**away, "wijken": without(away["wijken"], 0)}), edition="2025", source="")
