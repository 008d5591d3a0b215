"""Importing an edition: written whole, read back the same, the same bytes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.boundaries import ParkNote, import_boundaries, load, read_boundaries, read_park_notes, read_water
from tests.geo.places import tables, without, write
from zicht.errors import BoundaryError


@pytest.fixture
def source(tmp_path):
    parks = {"parkcode": ["PK9001"], "parknaam": ["Het Bos"], "buurtcode": ["BU90010000"], "adressen": [-1]}
    parks |= {"definitie": ["Recreatiebestemming"], "bron": ["Gemeente Een"]}
    layers = {**tables(), "parken": {**parks, "geometry": [tables()["buurten"]["geometry"][0].buffer(-300)]}}
    layers["buurten"] = without(layers["buurten"], 2)
    layers["wijken"] = without(layers["wijken"], 3)
    return write(tmp_path / "bron.gpkg", layers)


def test_an_imported_edition_reads_back_as_the_same_areas(source, tmp_path):
    out = tmp_path / "new" / "cbs_2025.gpkg"
    report = import_boundaries(source, edition="2025", out=out, remainders=True)
    assert [one.code for one in report.remainders] == ["WK900201", "BU900101REST"]
    want, _ = load(source, edition="2025", source="s", remainders=True)
    got = read_boundaries(out, edition="2025", source="s")
    assert list(want.layers) == list(got.layers)
    for level, layer in want.layers.items():
        for part in ("code", "name", "parent", "kind"):
            assert getattr(layer, part).tolist() == getattr(got.layers[level], part).tolist()
        assert shapely.equals(layer.geometry, got.layers[level].geometry).all()
        assert set(layer.attributes) == set(got.layers[level].attributes)
        for name, values in layer.attributes.items():
            np.testing.assert_array_equal(values, got.layers[level].attributes[name])
    assert shapely.equals(read_water(source), read_water(out)).all()


def test_what_a_park_is_and_who_says_so_survives(source, tmp_path):
    import_boundaries(source, edition="2025", out=tmp_path / "uit.gpkg", remainders=True)
    expected = {"PK9001": ParkNote("Recreatiebestemming", "Gemeente Een")}
    assert read_park_notes(source) == read_park_notes(tmp_path / "uit.gpkg") == expected


def test_parks_without_a_definition_say_so(tmp_path):
    bare = {"parkcode": ["PK9001"], "parknaam": ["Het Bos"], "buurtcode": ["BU90010000"]}
    path = write(tmp_path / "kaal.gpkg", {"parken": {**bare, "geometry": tables()["buurten"]["geometry"][:1]}})
    assert read_park_notes(path) == {"PK9001": ParkNote("", "")}
    assert read_park_notes(write(tmp_path / "geen.gpkg", tables())) == {}


def test_a_remainder_without_a_polygon_survives(source, tmp_path):
    expected = {"buurt": {"BU90010000": "Buurt 0", "BU90010199": "Weggevallen", "BU90010198": "Ook weg"}}
    out = tmp_path / "uit.gpkg"
    import_boundaries(source, edition="2025", out=out, remainders=True, expected=expected)
    buurt = read_boundaries(out, edition="2025", source="s").layers["buurt"]
    at = buurt.code.tolist().index("BU90010199")
    assert (buurt.kind[at], buurt.name[at], buurt.geometry[at]) == ("remainder", "Weggevallen", None)


def test_the_same_areas_give_the_same_bytes(source, tmp_path):
    written = []
    for name in "abcde":
        import_boundaries(source, edition="2025", out=tmp_path / f"{name}.gpkg", remainders=True)
        written.append((tmp_path / f"{name}.gpkg").read_bytes())
    assert set(written) == {written[0]}


def test_a_failed_import_leaves_what_was_there(source, tmp_path, monkeypatch):
    out = tmp_path / "out" / "cbs_2025.gpkg"
    out.parent.mkdir()
    out.write_bytes(b"the edition before")

    def full(path, **_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("geo.boundary_file.settle", full)
    with pytest.raises(BoundaryError, match="could not be written") as caught:
        import_boundaries(source, edition="2025", out=out, remainders=True)
    assert "disk" in caught.value.remedy
    assert out.read_bytes() == b"the edition before"
    assert [one.name for one in out.parent.iterdir()] == ["cbs_2025.gpkg"]


def test_a_refused_file_writes_nothing(source, tmp_path):
    out = tmp_path / "uit.gpkg"
    with pytest.raises(BoundaryError):
        import_boundaries(source, edition="2025", out=out)
    assert not out.exists()
