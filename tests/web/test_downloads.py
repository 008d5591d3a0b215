from __future__ import annotations

import csv
import io

import pytest

from tests.support import tiny_world as world
from tests.web.conftest import FORMULA_CODE, ZERO_CODE
from zicht.published import ColumnKey

LABS = world.LABS


def fetch(client, path: str) -> tuple[list[str], list[dict[str, str]]]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.data.startswith(b"\xef\xbb\xbf")
    lines = response.data.decode("utf-8-sig").splitlines()
    header = [line[2:] for line in lines if line.startswith("# ")]
    body = "\n".join(line for line in lines if not line.startswith("# "))
    return header, list(csv.DictReader(io.StringIO(body), delimiter=";" if "taal=en" not in path else ","))


def test_the_header_says_what_it_is(client, release):
    header, _ = fetch(client, f"/download/{LABS}/2024/buurt.csv")
    assert "Een patroon, geen bewijs." in header
    assert "onderwerp: Ontmantelde drugslabs (drug-labs)" in header
    assert "periode: 2024" in header
    assert "gebieden: Buurten (buurt)" in header
    assert "maat: Naar verhouding (labs per 10.000 woningen per jaar)" in header
    assert "bron: Controles Waterland-Oost, Proefbureau Waterland-Oost" in header
    assert f"uitgave: {release.id}" in header
    assert any(line.startswith("Fictieve gegevens") for line in header)
    assert any(line.startswith("Concept") for line in header)
    assert any(line.startswith("status: published") for line in header)


@pytest.mark.parametrize(("language", "comma"), [("nl", ","), ("en", ".")])
def test_the_rows_are_the_published_column(client, release, language, comma):
    names = {"nl": ("code", "status", "waarde", "klasse"), "en": ("code", "status", "value", "class")}[language]
    for level in world.LABS_LEVELS:
        column = release.values.column(ColumnKey(LABS, "2024", level, "", "rate"))
        _, rows = fetch(client, f"/download/{LABS}/2024/{level}.csv?taal={language}")
        assert [row[names[0]] for row in rows] == column.code.tolist()
        assert [row[names[1]] for row in rows] == column.status.tolist()
        for fid, row in enumerate(rows):
            shown = row[names[2]]
            if column.status[fid] == "published":
                assert float(shown.replace(comma, ".")) == column.value[fid]
            else:
                assert shown == ""


def test_zero_is_written_and_hidden_is_not(client):
    _, rows = fetch(client, f"/download/{LABS}/2024/buurt.csv?maat=count")
    by_code = {row["code"]: row for row in rows}
    assert by_code[ZERO_CODE]["waarde"] == "0"
    hidden = by_code[world.SMALL[0]]
    assert (hidden["status"], hidden["waarde"], hidden["minstens"], hidden["hoogstens"]) == ("suppressed", "", "1", "4")
    assert by_code[world.SMALL[0]]["klasse"] == "suppressed"


def test_a_name_is_no_formula(client):
    _, rows = fetch(client, f"/download/{LABS}/2024/buurt.csv")
    assert next(row for row in rows if row["code"] == FORMULA_CODE)["naam"] == "'=HYPERLINK(1)"


def test_the_name_of_the_file_tells_what_is_in_it(client):
    response = client.get(f"/download/{LABS}/2024-2025/wijk.csv?maat=count")
    assert response.headers["Content-Disposition"] == 'attachment; filename="drug-labs-2024-2025-wijk-count.csv"'
    assert response.content_type.startswith("text/csv; charset=utf-8")


def test_a_level_without_hotspots_has_an_empty_class(client):
    _, rows = fetch(client, f"/download/{LABS}/2024/gemeente.csv")
    assert {row["klasse"] for row in rows} == {""}


def test_the_same_question_gives_the_same_bytes(client):
    path = f"/download/{LABS}/2024/buurt.csv"
    assert client.get(path).data == client.get(path).data
