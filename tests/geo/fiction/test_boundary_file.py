"""The GeoPackage: the generator's content in the publisher's layout, with bytes that no clock changes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from geo.fiction import SEED, FictionalCountry, read_boundaries, write_boundaries
from geo.fiction.__main__ import main
from geo.fiction.boundary_file import LAST_CHANGE, UNKNOWN
from zicht.errors import BoundaryError

#: Greatest difference between the committed file and a country made on another machine, metres.
TOLERANCE = 0.11


@pytest.mark.parametrize("level", ["country", "district", "gemeente", "wijk", "buurt", "park"])
def test_the_committed_file_is_what_the_generator_makes(
    province: FictionalCountry, committed: Path, level: str
) -> None:
    made, stored = province.boundaries.layers[level], read_boundaries(committed).layers[level]
    for column in ("code", "name", "parent", "kind"):
        assert getattr(stored, column).tolist() == getattr(made, column).tolist()
    pairs = zip(shapely.normalize(stored.geometry), shapely.normalize(made.geometry), strict=True)
    assert all(shapely.equals_exact(one, other, tolerance=TOLERANCE) for one, other in pairs)
    assert stored.attributes.keys() == made.attributes.keys()
    for name, values in made.attributes.items():
        assert np.array_equal(stored.attributes[name], values), name


def test_the_committed_files_are_small(committed: Path) -> None:
    assert committed.stat().st_size < 3_000_000
    assert committed.with_name("fictional_2025_population_100m.tif").stat().st_size < 300_000


def test_writing_twice_gives_the_same_bytes(province: FictionalCountry, tmp_path: Path) -> None:
    one, two = tmp_path / "one.gpkg", tmp_path / "two.gpkg"
    write_boundaries(province, one)
    write_boundaries(province, two)
    write_boundaries(province, two)
    assert one.read_bytes() == two.read_bytes()


def test_no_clock_is_in_the_file(committed: Path) -> None:
    connection = sqlite3.connect(committed)
    try:
        changed = [row[0] for row in connection.execute("SELECT last_change FROM gpkg_contents")]
    finally:
        connection.close()
    assert changed == [LAST_CHANGE] * 6


def test_layers_and_reference_system_are_the_publishers(committed: Path) -> None:
    layers = ["politiedistricten", "gemeenten", "wijken", "buurten", "parken", "wateren"]
    assert pyogrio.list_layers(committed)[:, 0].tolist() == layers
    for layer in layers:
        info = pyogrio.read_info(committed, layer=layer)
        assert info["crs"] == "EPSG:28992"
        assert info["geometry_type"] == "MultiPolygon"


def test_code_and_water_are_unique_together_and_code_alone_is_not(committed: Path) -> None:
    gemeenten = geopandas.read_file(committed, layer="gemeenten", ignore_geometry=True)
    assert gemeenten["gemeentecode"].duplicated().any()
    for layer, column in (("gemeenten", "gemeentecode"), ("wijken", "wijkcode"), ("buurten", "buurtcode")):
        table = geopandas.read_file(committed, layer=layer, ignore_geometry=True)
        assert not table.duplicated([column, "water"]).any()
        assert set(table["water"]) == {"JA", "NEE"}
        assert (table["jaar"] == 2025).all()


def test_rows_of_water_have_parents_and_no_figures(committed: Path) -> None:
    tables = {
        layer: geopandas.read_file(committed, layer=layer, ignore_geometry=True) for layer in ("wijken", "buurten")
    }
    wet = tables["buurten"][tables["buurten"]["water"] == "JA"]
    assert set(wet["wijkcode"]) <= set(tables["wijken"]["wijkcode"])
    for column in ("aantal_inwoners", "aantal_woningen", "omgevingsadressendichtheid"):
        assert (wet[column] == UNKNOWN).all()


def test_rows_of_water_are_the_named_waters(committed: Path) -> None:
    buurten = geopandas.read_file(committed, layer="buurten")
    named = geopandas.read_file(committed, layer="wateren")
    wet = shapely.union_all(buurten.geometry[buurten["water"] == "JA"].to_numpy())
    assert shapely.area(shapely.symmetric_difference(wet, shapely.union_all(named.geometry.to_numpy()))) < 1.0
    assert shapely.coverage_is_valid(buurten.geometry.to_numpy())


def test_urbanity_falls_with_density(committed: Path) -> None:
    table = geopandas.read_file(committed, layer="buurten", ignore_geometry=True)
    dry = table[table["water"] == "NEE"]
    assert set(dry["stedelijkheid_adressen_per_km2"]) >= {3, 4, 5}
    ordered = dry.sort_values("omgevingsadressendichtheid")["stedelijkheid_adressen_per_km2"].to_numpy()
    assert (np.diff(ordered) <= 0).all()


def test_each_park_states_its_definition_and_that_it_is_fictional(committed: Path) -> None:
    parks = geopandas.read_file(committed, layer="parken", ignore_geometry=True)
    assert (parks["bron"] == "fictief").all()
    assert parks["definitie"].nunique() == 3


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\x00 and then nothing")
    for path in (tmp_path / "nowhere.gpkg", broken):
        with pytest.raises(BoundaryError, match=path.name):
            read_boundaries(path)


def test_the_command_makes_both_files(tmp_path: Path, province: FictionalCountry) -> None:
    result = CliRunner().invoke(main, ["--out", str(tmp_path / "new"), "--seed", str(SEED)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "fictional_2025_population_100m.tif").is_file()
    again = read_boundaries(tmp_path / "new" / "fictional_2025.gpkg")
    assert again.layers["buurt"].name.tolist() == province.boundaries.layers["buurt"].name.tolist()
