"""Comparisons as they are served: columns, API, receipts and CSV say what the release says, and nothing of old ones."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from tests.support import tiny_world as world
from tests.web.compared import CODES, PERIOD, column, compared_release
from tiles.deviation_columns import decode_deviations
from tiles.errors import MalformedColumnError
from web.app import create_app
from zicht.explain import explain
from zicht.release import Release

LABS = world.LABS


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Release:
    return compared_release(tmp_path_factory.mktemp("compared") / "release")


@pytest.fixture(scope="module")
def reader(compared):
    return create_app(compared).test_client()


def test_a_column_is_the_published_one(reader, compared):
    for item in compared.deviations:
        path = f"/columns/{compared.short_id}/deviations/buurt/{LABS}/{PERIOD}/{item.key.reference}.bin"
        found = decode_deviations(reader.get(path).data)
        assert found.key == item.key
        assert found.label.tolist() == item.label.tolist()
        for name in ("ratio", "low", "high"):
            np.testing.assert_array_equal(getattr(found, name), getattr(item, name))


def test_the_column_of_before_is_gone_and_its_bytes_are_refused(reader, compared):
    """Format 1 was JSON; no reader of now takes it for a column."""
    path = f"/columns/{compared.short_id}/deviations/buurt/{LABS}/{PERIOD}/similar"
    assert reader.get(f"{path}.json").status_code == 404
    with pytest.raises(MalformedColumnError):
        decode_deviations(b'{"format":1,"class":"0123"}')


def test_the_api_gives_the_same_by_code(reader):
    content = reader.get(f"/api/v1/deviations/buurt/{LABS}/{PERIOD}/similar").get_json()
    assert [row["code"] for row in content["deviations"]] == CODES.tolist()
    assert content["deviations"][0]["class"] == "higher"
    assert content["deviations"][0]["ratio"] == 1.8
    assert content["deviations"][7]["high"] is None
    assert content["deviations"][1]["expected_high"] is None
    assert content["rule"]["margin"] == 2.0


def test_the_catalogue_says_what_is_compared_with_what(reader, compared):
    content = reader.get(f"/columns/{compared.short_id}/catalogue.json").get_json()
    entries = {entry["id"]: entry["deviations"] for entry in content["indicators"]}
    assert entries[LABS] == {"buurt": {PERIOD: ["country", "similar"]}}
    assert entries[world.FINES] == {}


def test_a_receipt_has_every_comparison_of_the_area(reader):
    found = reader.get(f"/api/v1/explain/{LABS}/{PERIOD}/buurt/{CODES[0]}").get_json()["deviations"]
    assert [(item["reference"], item["class"]) for item in found] == [("country", "comparable"), ("similar", "higher")]


def test_csv_says_what_it_is_compared_with(reader):
    body = reader.get(f"/download/{LABS}/{PERIOD}/buurt/similar.csv?taal=nl").data.decode("utf-8-sig")
    header = [line for line in body.splitlines() if line.startswith("# ")]
    assert "# Een patroon, geen bewijs." in header
    assert "# vergeleken met: vergelijkbare gebieden (similar)" in header
    assert any("margin=2.0" in line for line in header)
    rows = list(csv.DictReader(io.StringIO("\n".join(body.splitlines()[len(header) :])), delimiter=";"))
    assert [row["klasse"] for row in rows] == column("similar").label.tolist()
    assert (rows[0]["verhouding"], rows[0]["minstens"], rows[0]["hoogstens"]) == ("1,8", "1,2", "2,6")
    assert (rows[7]["verhouding"], rows[7]["hoogstens"], rows[1]["minstens"]) == ("", "", "")


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/deviations/buurt/{LABS}/{PERIOD}/gemeente",
        f"/api/v1/deviations/wijk/{LABS}/{PERIOD}/country",
        f"/api/v1/deviations/buurt/nothing/{PERIOD}/country",
        f"/download/{LABS}/{PERIOD}/buurt/nobody.csv",
    ],
)
def test_what_is_not_compared_is_not_there(reader, path):
    assert reader.get(path).status_code == 404


def test_a_release_of_before_has_no_comparisons_and_is_served_as_ever(client, release):
    assert len(release.deviations) == 0
    assert len(release.figures) == 0
    entries = client.get(f"/columns/{release.short_id}/catalogue.json").get_json()["indicators"]
    assert all(entry["deviations"] == {} for entry in entries)
    assert client.get(f"/api/v1/explain/{LABS}/2024/buurt/{CODES[0]}").get_json()["deviations"] == []
    assert client.get(f"/api/v1/deviations/buurt/{LABS}/2024/country").status_code == 404


def test_explain_gives_the_reason_of_every_class_in_both_languages(compared):
    for fid, code in enumerate(CODES.tolist()):
        lines = explain(compared, indicator=LABS, period=PERIOD, code=code, level="buurt")
        says = [line for line in lines if line.label["en"].startswith("compared with")]
        assert [line.label["nl"] for line in says] == [
            "vergeleken met de rest van het land", "vergeleken met vergelijkbare gebieden"
        ]  # fmt: skip
        reasons = [line.says["en"] for line in lines if "for this area by itself" in line.says["en"]]
        silent = {"suppressed", "missing", "not_applicable"}
        labels = [str(column(name, shift).label[fid]) for name, shift in (("country", 3), ("similar", 0))]
        assert len(reasons) == sum(label not in silent for label in labels)
    assert any("1.8 times as much, between 1.2 and 2.6 (0.95" in line.says["en"] for line in explain(
        compared, indicator=LABS, period=PERIOD, code=str(CODES[0]), level="buurt"
    ))  # fmt: skip
