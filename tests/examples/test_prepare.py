"""From public files to records: every row becomes one, and what the files lack is refused with a remedy."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyogrio
import pytest

from analysis.confidential.records import PSEUDONYM
from tests.examples.nl_2015 import FOLDER, rows_in
from zicht.errors import ConfigError, SchemaError, SourceError

PARKS = pl.DataFrame(
    {
        "park": ["A", "A", "B"],
        "latitude": [52.27256, 52.27256, 52.0],
        "longitude": [4.7927149, 4.7927149, 5.0],
        "geocode_status": ["Gevonden", "Gevonden via OSM-bulkmatch", "Plaatscentrum - parkadres niet gevonden"],
    }
)
#: Rows of each source, as the README of the data says.
ROWS = {"antennas": 38_735, "camp_sites": 3_645, "vacation_parks": 236, "dwellings": 90_603}


@pytest.fixture(scope="module")
def records(whole):
    return {name: pl.read_parquet(whole.parent / "records" / f"{name}.parquet") for name in ROWS}


def test_a_park_at_the_centre_of_its_town_has_no_coordinates(example):
    made = example.vacation_parks(PARKS)
    assert made["position"].to_list() == ["geocoded", "matched", "town-centre"]
    assert made["x"].is_null().to_list() == [False, False, True]
    # The same antenna in the register: RD and degrees of one point, both by its owner.
    assert np.allclose(made["x"][:2], 114424, atol=0.02)
    assert np.allclose(made["y"][:2], 476227, atol=0.02)


def test_an_unknown_status_is_refused_by_name(example):
    with pytest.raises(SchemaError, match="'Ergens'") as caught:
        example.vacation_parks(PARKS.with_columns(geocode_status=pl.lit("Ergens")))
    assert "Plaatscentrum" in caught.value.remedy


def test_the_first_antenna_at_each_point_is_marked(example):
    raw = pl.DataFrame({"X": [1, 1, 2, 1], "Y": [5, 5, 5, 6], "TOEPASSING": ["LTE", "UMTS", "LTE", "LTE"]})
    assert example.antennas(raw)["first_at_point"].to_list() == [True, False, True, True]


def test_pseudonyms_tell_equal_rows_apart_and_are_the_same_again(example):
    raw = pl.DataFrame({"x": [1, 1, 2], "y": [1, 1, 2]})
    first = example.pseudonyms(raw, "one")
    assert first.n_unique() == 3
    assert first.str.contains(PSEUDONYM).all()
    assert first.equals(example.pseudonyms(raw, "one"))
    assert not set(first) & set(example.pseudonyms(raw, "other"))
    assert first[2] == example.pseudonyms(raw.with_columns(x=pl.Series([9, 1, 2])), "one")[2]


def test_every_gemeente_lies_in_the_province_that_it_lay_in(whole):
    rows = pl.read_csv(whole.parent / "provinces.csv")
    assert rows.columns == ["gemeentecode", "provinciecode", "provincienaam"]
    # Numbers of gemeenten on 1 January 2015 (CBS).
    assert dict(rows["provincienaam"].value_counts().iter_rows()) == {
        "Groningen": 23,
        "Fryslân": 24,
        "Drenthe": 12,
        "Overijssel": 25,
        "Flevoland": 6,
        "Gelderland": 54,
        "Utrecht": 26,
        "Noord-Holland": 51,
        "Zuid-Holland": 60,
        "Zeeland": 13,
        "Noord-Brabant": 66,
        "Limburg": 33,
    }
    places = dict(rows.select("gemeentecode", "provinciecode").iter_rows())
    known = {"GM0307": "PV26", "GM0363": "PV27", "GM0935": "PV31", "GM0153": "PV23", "GM0060": "PV21", "GM1904": "PV26"}
    assert {code: places[code] for code in known} == known


def test_boundaries_that_name_no_known_region_are_refused(example, tmp_path):
    def written(name, column, value):
        frame = pd.DataFrame({"GM_CODE": ["GM0001"], column: [value]})
        pyogrio.write_dataframe(frame, tmp_path / name, layer="gemeenten", driver="GPKG")
        return tmp_path / name

    with pytest.raises(SchemaError, match="'atlantis' of GM0001"):
        example.provinces(written("other.gpkg", "VR", "atlantis"))
    with pytest.raises(SourceError, match="VR"):
        example.provinces(written("without.gpkg", "other", "x"))
    with pytest.raises(SourceError, match="nowhere"):
        example.provinces(tmp_path / "nowhere.gpkg")


def test_no_folder_of_data_is_a_clear_error(example, tmp_path):
    with pytest.raises(ConfigError, match="no folder of public data") as caught:
        example.prepare(None, tmp_path)
    assert "ZICHT_DATA_ROOT" in str(caught.value)
    assert "--data" in caught.value.remedy


def test_an_incomplete_folder_names_what_is_missing_and_nothing_is_written(example, tmp_path):
    data = tmp_path / "data"
    for name in example.FILES[:-2]:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
    with pytest.raises(ConfigError, match=f"2 of {len(example.FILES)} files are missing") as caught:
        example.prepare(data, tmp_path / "out")
    assert all(name in str(caught.value) for name in example.FILES[-2:])
    assert not (tmp_path / "out").exists()


def test_a_damaged_file_is_named_and_nothing_is_written(example, tmp_path):
    data = tmp_path / "data"
    for name in example.FILES:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(b"PAR1 and no more")
    with pytest.raises(SourceError, match="damaged") as caught:
        example.prepare(data, tmp_path / "out")
    assert example.ANTENNAS in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_the_command_ends_with_the_error_and_no_traceback(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "ZICHT_DATA_ROOT"}
    done = subprocess.run(
        [sys.executable, FOLDER / "prepare.py", "--out", "out"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("ConfigError: ZICHT_DATA_ROOT")
    assert "Traceback" not in done.stderr


def test_every_row_becomes_a_record(example, shared_data, records):
    for name, (file, _, _, _) in example.SOURCES.items():
        assert len(records[name]) == rows_in(shared_data / file) == ROWS[name]


def test_every_record_carries_the_year_of_the_areas_and_a_key_of_its_own(example, records):
    for table in records.values():
        assert set(table["year"]) == {example.NOMINAL_YEAR}
        assert table[table.columns[0]].n_unique() == len(table)


def test_the_quirks_of_the_files_are_still_there(records):
    antennas, parks, dwellings = records["antennas"], records["vacation_parks"], records["dwellings"]
    assert (~antennas["first_at_point"]).sum() == 23_259
    assert len(antennas) - antennas.select("x", "y").n_unique() == 23_259
    assert (parks["position"] == "town-centre").sum() == parks["x"].null_count() == 41
    assert len(dwellings) - dwellings.select("x", "y").n_unique() == 3_790
    assert dwellings["simulated"].sum() == 7_365
    assert records["camp_sites"]["kind"].value_counts(sort=True).rows() == [("camp", 3_153), ("caravan", 492)]


def test_sixteen_parks_repeat_coordinates_ten_of_them_at_the_centre_of_a_town(shared_data, records, example):
    raw = pl.read_json(shared_data / example.VACATION_PARKS, infer_schema_length=None)
    assert len(raw) - raw.select("latitude", "longitude").n_unique() == 16
    placed = records["vacation_parks"].drop_nulls(["x", "y"])
    assert len(placed) == 195
    assert len(placed) - placed.select("x", "y").n_unique() == 7


def test_the_same_files_give_the_same_bytes(example, shared_data, whole, tmp_path):
    example.prepare(shared_data, tmp_path)
    for path in sorted((whole.parent / "records").iterdir()):
        assert (tmp_path / "records" / path.name).read_bytes() == path.read_bytes()


def test_nothing_of_the_data_is_in_the_project_or_named_by_a_path(whole):
    suffixes = {path.suffix for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert suffixes <= {".py", ".toml", ".md"}
    assert {path.suffix for path in whole.parent.rglob("*") if path.is_file()} == {".csv", ".parquet", ".toml"}
