from __future__ import annotations

import logging

import pytest

from tests.support import tiny_world as world
from web.app import create_app
from web.errors import BadQueryError, NotHereError, ServerError, code_of
from zicht.errors import AlignmentError, ReleaseError

LABS = world.LABS
MISSING = [
    "/api/v1/nothing",
    "/api/v1/areas/NOWHERE",
    f"/api/v1/values/nothing/{LABS}/2024",
    "/api/v1/values/buurt/nothing/2024",
    f"/api/v1/values/buurt/{LABS}/1999",
    f"/api/v1/values/buurt/{LABS}/2024?measure=nothing",
    f"/api/v1/values/buurt/{LABS}/2024?category=nothing",
    f"/api/v1/values/park/{LABS}/2024",
    f"/api/v1/series/{LABS}/buurt/NOWHERE",
    f"/api/v1/explain/{LABS}/2024/buurt/NOWHERE",
    f"/api/v1/explain/{LABS}/1999/buurt/BU90010101",
    "/columns/{id}/values/buurt/nothing/2024/count.bin",
    "/columns/{id}/classes/gemeente/drug-labs/2024.bin",
    "/columns/{id}/areas/nothing.json",
    "/columns/{id}/breaks/nothing.json",
    "/columns/000000000000/catalogue.json",
    "/tiles/{id}/nothing/5/1/1.mvt",
    "/tiles/{id}/country/5/1/1.mvt",
    "/tiles/{id}/buurt/3/0/0.mvt",
    "/tiles/{id}/buurt/99/0/0.mvt",
    "/tiles/{id}/buurt/12/4096/0.mvt",
    "/tiles/{id}/buurt/12/-1/0.mvt",
    "/tiles/{id}/buurt/12/a/0.mvt",
    "/tiles/{id}/nothing.json",
    "/tiles/000000000000/buurt/12/0/0.mvt",
]
WRONG = [
    "/api/v1/areas?q=a&limit=0",
    "/api/v1/areas?q=a&limit=51",
    "/api/v1/areas?q=a&limit=0001999999",
    f"/api/v1/areas?q=a&limit=0001{'9' * 5000}",
    "/api/v1/areas?q=a&limit=²",
    "/api/v1/areas?limit=x",
]
TRAVERSAL = [
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/tiles/{id}/../../manifest/5/1/1.mvt",
    "/tiles/{id}/..%2fmanifest/7/1/1.mvt",
    "/columns/{id}/areas/..%2f..%2fareas.json",
    "/columns/{id}/areas/%2e%2e.json",
    "/download/..%2f..%2fetc/2024/buurt.csv",
    "/pydeck/../index.js",
]


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_a_problem_document(client, release, path):
    response = client.get(path.format(id=release.short_id))
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.json["status"] == 404
    assert response.json["title"]


@pytest.mark.parametrize("path", WRONG)
def test_a_question_without_an_answer_is_a_problem_document(client, path):
    response = client.get(path)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert "limit" in response.json["detail"]


@pytest.mark.parametrize("path", TRAVERSAL)
def test_no_path_leads_out_of_the_release(client, release, path):
    response = client.get(path.format(id=release.short_id))
    assert response.status_code == 404
    assert b"import" not in response.data
    assert b"sha" not in response.data.lower() or b"<html" in response.data


@pytest.mark.parametrize("path", ["/nothing", "/kaart/", "/methode/iets", "/download/x/y/z.csv"])
def test_a_person_gets_a_page(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.content_type == "text/html; charset=utf-8"
    assert 'href="/kaart?taal=nl"' in response.text


def test_what_was_asked_is_not_said_back(client):
    for path in ("/<script>alert(1)</script>", "/api/v1/areas/<script>", "/kaart?taal=<script>"):
        assert b"<script>a" not in client.get(path).data
        assert b"alert(1)" not in client.get(path).data


@pytest.mark.parametrize("path", ["/kaart", "/api/v1/releases"])
def test_writing_is_not_allowed(client, path):
    response = client.post(path)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


class BrokenError(Exception):
    pass


@pytest.mark.parametrize("path", ["/api/v1/broken", "/broken"])
@pytest.mark.parametrize("error", [BrokenError("secret 4711"), ReleaseError("secret 4711", where="/secret/place")])
def test_a_fault_of_the_server_tells_nothing(release, path, error, caplog):
    app = create_app(release)

    def broken() -> None:
        raise error

    app.add_url_rule(path, view_func=broken)
    with caplog.at_level(logging.ERROR, "zicht.web"):
        response = app.test_client().get(path)
    assert response.status_code == 500
    for secret in ("4711", "secret", "Traceback", "broken()", ".py"):
        assert secret not in response.text
    assert caplog.records, "but the log has it"


def test_codes_by_kind():
    assert code_of(NotHereError("x")) == code_of(AlignmentError("x")) == 404
    assert code_of(BadQueryError("x")) == 400
    assert code_of(ServerError("x")) == 500


def test_codes_are_named_in_one_module_alone():
    import re

    from web.public.files import STATIC

    for path in STATIC.parent.rglob("*.py"):
        if path.name != "errors.py":
            assert not re.search(r"\b(?:status|code|abort)\s*[=(]\s*[2345]\d\d\b", path.read_text()), path
