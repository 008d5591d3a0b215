from __future__ import annotations

import json

import numpy as np
import pytest

from tests.support import tiny_world as world
from tests.web.conftest import EVIL, EVIL_CODE, ZERO_CODE
from web.units import number
from zicht.published import ColumnKey

LABS = world.LABS


def keys(release, indicator=LABS):
    return [key for key in release.values.keys() if key.indicator == indicator]


def test_every_published_value_is_given_and_nothing_else(client, release):
    for key in release.values.keys():
        column = release.values.column(key)
        path = f"/api/v1/values/{key.level}/{key.indicator}/{key.period}?measure={key.measure}"
        answer = client.get(path).json
        assert answer["total"] == len(column.code) == len(answer["values"])
        for fid, row in enumerate(answer["values"]):
            assert row["code"] == column.code[fid]
            assert row["status"] == column.status[fid]
            assert (row["value"] is None) == (column.status[fid] != "published")
            if row["value"] is not None:
                assert row["value"] == column.value[fid]


def test_the_main_measure_is_the_rate_where_there_is_one(client):
    assert client.get(f"/api/v1/values/buurt/{LABS}/2024").json["measure"] == "rate"
    assert client.get(f"/api/v1/values/buurt/{world.FINES}/2024").json["measure"] == "amount"
    assert client.get(f"/api/v1/values/park/{world.RESIDENTS}/2024").json["measure"] == "count"


def test_the_receipt_of_an_amount_speaks_of_who_makes_it_up(client):
    code = client.get(f"/api/v1/values/buurt/{world.FINES}/2024").json["values"][0]["code"]
    checks = client.get(f"/api/v1/explain/{world.FINES}/2024/buurt/{code}", query_string={"taal": "en"}).json["checks"]
    assert any("none of them determines it" in check for check in checks)
    assert not any(check.startswith("Counts below") for check in checks)


def test_zero_is_a_number_and_hidden_is_none(client):
    rows = {row["code"]: row for row in client.get(f"/api/v1/values/buurt/{LABS}/2024?measure=count").json["values"]}
    assert rows[ZERO_CODE]["status"] == "published"
    assert rows[ZERO_CODE]["value"] == 0
    hidden = rows[world.SMALL[0]]
    assert (hidden["status"], hidden["value"]) == ("suppressed", None)
    assert (rows[world.UNKNOWN]["status"], rows[world.UNKNOWN]["low"]) == ("missing", None)
    assert rows[world.UNINHABITED]["status"] == "not_applicable"


def test_classes_stand_beside_the_values(client, release):
    rows = client.get(f"/api/v1/values/buurt/{LABS}/2024").json["values"]
    column = next(c for c in release.classes if (c.key.level, c.key.period) == ("buurt", "2024"))
    assert [row["class"] for row in rows] == column.label.tolist()
    assert "class" not in client.get(f"/api/v1/values/gemeente/{LABS}/2024").json["values"][0]


def test_the_release_says_what_it_is(client, release):
    found = client.get("/api/v1/releases").json["releases"]
    assert [entry["id"] for entry in found] == [release.id]
    assert (found[0]["draft"], found[0]["fictional"]) == (True, True)
    assert found[0]["files"] == release.manifest["files"]


def test_every_answer_names_the_version_of_the_api(client):
    assert client.get("/api/v1/releases").headers["API-Version"] == "1.0.0"


def test_the_catalogue_says_what_is_offered(client, release):
    catalogue = client.get("/api/v1/catalogue").json
    entry = next(item for item in catalogue["indicators"] if item["id"] == LABS)
    assert entry["offered"]["periods"] == ["2024", "2025", "2024-2025"]
    assert set(entry["offered"]["measures"]) == {key.level for key in keys(release)}
    assert entry["maps"]["buurt"] == ["2024", "2024-2025", "2025"]
    assert entry["methods"]["h3-8"] == world.METHODS["h3-8"]


def test_search_gives_places_in_their_place(client):
    found = client.get("/api/v1/areas?q=rietmeer").json["areas"]
    assert [hit["level"] for hit in found] == ["gemeente", "wijk", "wijk", "buurt", "buurt"]
    assert found[0]["code"] == "GM9002"
    assert found[1]["within"] == ["Rietmeer"]
    assert len(found[0]["bounds"]) == 4


def test_search_gives_a_script_as_text(client):
    response = client.get("/api/v1/areas?q=%3Cscript")
    assert response.content_type == "application/json"
    assert response.json["areas"][0]["name"] == EVIL


def test_search_without_a_question_finds_nothing(client):
    assert client.get("/api/v1/areas").json == {"areas": []}


def test_an_area_names_all_it_lies_in(client):
    found = client.get(f"/api/v1/areas/{EVIL_CODE}").json
    assert [parent["code"] for parent in found["parents"]] == ["FL00", "GM9002", "WK900201"]
    park = client.get("/api/v1/areas/PK9001").json
    assert [parent["level"] for parent in park["parents"]] == ["country", "gemeente", "wijk", "buurt"]
    assert client.get("/api/v1/areas/FL00").json["parents"] == []


def test_a_series_is_the_column_of_each_period(client, release):
    answer = client.get(f"/api/v1/series/{LABS}/buurt/BU90010101?measure=count").json
    assert [point["period"] for point in answer["points"]] == ["2024", "2025", "2024-2025"]
    for point in answer["points"]:
        column = release.values.column(ColumnKey(LABS, point["period"], "buurt", "", "count"))
        assert point["value"] == column.value[0]
    assert answer["unit"] == "ontmantelde labs"
    assert client.get(f"/api/v1/series/{LABS}/buurt/BU90010101?measure=count&taal=en").json["unit"] == (
        "dismantled laboratories"
    )


def receipt(client, code, level="buurt", **query):
    return client.get(f"/api/v1/explain/{LABS}/2024-2025/{level}/{code}", query_string=query).json


def test_a_receipt_tells_where_a_number_comes_from(client, release):
    found = receipt(client, "BU90010101")
    assert found["statement"] == "Een patroon, geen bewijs."
    assert [cell["measure"] for cell in found["values"]] == ["rate", "count", "exposure"]
    assert (
        found["definition"]["rate"]["formula"]
        == "Ontmantelingen gedeeld door woningen opgeteld over 2 jaar, keer 10.000"
    )
    assert found["source"]["legal_basis"] == "Proefwet, artikel 1"
    assert found["class"]["label"] == "hot"
    assert any("0,004" in reason and "0,05" in reason for reason in found["class"]["reasons"])
    assert found["release"] == {"id": release.id, "edition": "fictional-2025", "protection": "primary", "draft": True}
    assert found["rebuild"][-1] == "zicht explain RELEASE drug-labs 2024-2025 BU90010101"


def test_the_parts_of_a_receipt_make_its_rate(client):
    found = receipt(client, "BU90010101")
    rate, count, exposure = (cell["value"] for cell in found["values"])
    assert rate == pytest.approx(10_000 * count / exposure, abs=0.05)


def explained(client, period, language):
    return client.get(f"/api/v1/explain/{LABS}/{period}/buurt/BU90010101?taal={language}").json


@pytest.mark.parametrize(
    ("period", "dutch", "english"),
    [("2024-2025", "woningen opgeteld over 2 jaar", "homes summed over 2 years"), ("2025", "woningen", "homes")],
)
def test_what_a_rate_of_several_years_is_divided_by_is_called_figure_times_years(client, period, dutch, english):
    for language, words, divided in (("nl", dutch, "gedeeld door"), ("en", english, "divided by")):
        found = explained(client, period, language)
        rate = found["definition"]["rate"]
        assert rate["exposure"] == found["values"][-1]["unit"] == words
        assert f"{divided} {words}, " in rate["formula"]
    listed = client.get(f"/api/v1/values/buurt/{LABS}/{period}?measure=exposure").json
    assert listed["unit"] == english
    file = client.get(f"/download/{LABS}/{period}/buurt.csv?maat=exposure").text
    assert f"# maat: Noemer ({dutch})\r\n" in file


def test_a_series_of_exposures_says_at_each_period_what_it_counts(client):
    answer = client.get(f"/api/v1/series/{LABS}/buurt/BU90010101?measure=exposure").json
    assert "unit" not in answer
    assert [point["unit"] for point in answer["points"]] == ["homes", "homes", "homes summed over 2 years"]


def test_a_receipt_of_a_hidden_number_says_why_and_not_what(client):
    found = receipt(client, world.SMALL[0])
    main = found["values"][0]
    assert (main["status"], main["value"]) == ("suppressed", None)
    assert any("Aantallen onder 5 zijn verborgen" in check for check in found["checks"])
    assert found["class"]["reasons"] == ["Verborgen, om dit getal of een naburig getal te beschermen."]


def test_an_undetermined_class_shows_both_ends(client, release):
    column = next(c for c in release.classes if (c.key.level, c.key.period) == ("buurt", "2024-2025"))
    code = str(column.code[column.label == "undetermined"][0])
    reasons = receipt(client, code)["class"]["reasons"]
    assert any("0,03 tot 0,4" in reason for reason in reasons)
    assert any("waarvan 1 verborgen" in reason for reason in reasons)


def test_a_receipt_speaks_english(client):
    found = receipt(client, "BU90010101", taal="en")
    assert found["statement"] == "A pattern, not proof."
    assert found["definition"]["definition"] == "Number of laboratories dismantled."


def test_a_level_without_hotspots_has_no_class(client):
    assert receipt(client, "GM9001", level="gemeente")["class"] is None


@pytest.mark.parametrize(
    ("value", "shown"), [(3.0, "3"), (0.0, "0"), (2.5, "2.5"), (float("nan"), "null"), (float("inf"), "null")]
)
def test_numbers_in_json(value, shown):
    assert json.dumps(number(value)) == shown


def test_no_number_is_written_that_json_does_not_know(client):
    for path in (f"/api/v1/values/buurt/{LABS}/2024", f"/api/v1/explain/{LABS}/2024/buurt/{world.UNKNOWN}"):
        json.loads(client.get(path).data, parse_constant=pytest.fail)


def test_a_large_level_comes_in_pages(client, monkeypatch):
    monkeypatch.setattr("web.api.v1.PAGE", 5)
    first = client.get(f"/api/v1/values/buurt/{LABS}/2024").json
    rest = client.get(f"/api/v1/values/buurt/{LABS}/2024?start=5").json
    assert first["total"] == 12
    assert np.unique([row["code"] for row in [*first["values"], *rest["values"]]]).size == 10
    assert client.get(f"/api/v1/values/buurt/{LABS}/2024?start=-1").status_code == 400
