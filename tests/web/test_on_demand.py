from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from analysis.published.emerging_map import emerging_map
from analysis.published.on_demand import ALPHAS, METHODS, Surroundings
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from tiles.columns import decode_classes
from web import on_demand
from web.app import create_app
from web.errors import BusyError
from web.on_demand import Choice, OnDemand
from web.site import Site
from zicht.classes import ClassTable
from zicht.published import ColumnKey, PublishedTable
from zicht.release import open_release

LABS = world.LABS
MAP = f"/api/v1/hotspots/buurt/{LABS}/2025"
OWN = Choice("gi-star-rate", Surroundings.ADJACENT, 0.05)
OTHER = Choice("gi-star-count", Surroundings.SECOND_ORDER, 0.2)
QUERY = {"method": "gi-star-count", "neighbourhood": "second-order", "alpha": "0.2"}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The tiny release as it is: a zero put in for other tests would contradict the sums of its parents."""
    return open_release(tiny_release(tmp_path_factory.mktemp("maps") / "release"))


@pytest.fixture(scope="module")
def app(release):
    return create_app(release)


def column(client, release, **query: str):
    root = f"/columns/{release.short_id}"
    bodies = [
        client.get(f"{root}/{kind}/buurt/{LABS}/2025.bin", query_string=query) for kind in ("classes", "evidence")
    ]
    assert [body.status_code for body in bodies] == [200, 200]
    return decode_classes(*(body.data for body in bodies), code=release.areas["buurt"].code), bodies[0]


def test_the_defaults_are_the_map_of_the_release_and_compute_nothing(client, release, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr(on_demand, "recomputed", refuse)
    wanted = release.classes.column(next(k for k in release.classes.keys() if (k.level, k.period) == ("buurt", "2025")))
    for query in ({}, {"methode": "gi-star-rate"}, {"methode": "gi-star-rate", "omgeving": "adjacent", "kans": "0.05"}):
        assert column(client, release, **query)[0].label.tolist() == wanted.label.tolist()
        found = client.get(MAP, query_string=query).json
        assert [row["class"] for row in found["values"]] == wanted.label.tolist()
        assert (found["method"], found["neighbourhood"], found["alpha"]) == ("gi-star-rate", "adjacent", 0.05)
        assert found["map"] == "gi-star/rate/queen"


def test_a_map_by_other_options_is_the_same_in_the_api_and_on_the_map(client, release):
    found = client.get(MAP, query_string=QUERY).json
    assert {name: found[name] for name in QUERY} == {
        "method": QUERY["method"],
        "neighbourhood": "second-order",
        "alpha": 0.2,
    }
    assert found["map"] == "gi-star/count/queen-second-order"
    assert found["total"] == len(found["values"]) == len(release.areas["buurt"].code)
    made, response = column(client, release, methode="gi-star-count", omgeving="second-order", kans="0.2")
    assert made.key.method == found["map"]
    assert made.label.tolist() == [row["class"] for row in found["values"]]
    assert made.neighbours.tolist() == [row["neighbours"] for row in found["values"]]
    assert {name: n for name, n in found["classes"].items() if n} == Counter(made.label.tolist())
    assert "immutable" in response.headers["Cache-Control"]
    wanted = OnDemand(Site(release)).classes(LABS, "2025", "buurt", "", OTHER)
    assert made.label.tolist() == wanted.label.tolist()


def test_the_receipt_of_an_area_speaks_of_the_map_that_is_shown(client):
    path = f"/api/v1/explain/{LABS}/2025/buurt/BU90010101"
    usual = client.get(path).json["class"]
    assert (usual["method"], usual["alpha"]) == ("gi-star/rate/queen", 0.05)
    found = client.get(path, query_string=QUERY).json["class"]
    assert (found["method"], found["alpha"]) == ("gi-star/count/queen-second-order", 0.2)
    row = client.get(MAP, query_string=QUERY).json["values"][0]
    assert {name: row[name] for name in ("q_low", "q_high", "neighbours")} == {
        name: found[name] for name in ("q_low", "q_high", "neighbours")
    }
    assert found["label"] == row["class"]


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("method", "kriging", "gi-star-rate"),
        ("neighbourhood", "everybody", "second-order"),
        ("alpha", "0.051", "0.05"),
        ("alpha", "5e-2", "0.05"),
        ("alpha", "nan", "0.05"),
        ("methode", "../..", "gi-star-count"),
    ],
)
def test_an_option_that_is_not_on_offer_is_refused_with_what_is(client, release, name, value, remedy):
    for path in (
        MAP,
        f"/columns/{release.short_id}/classes/buurt/{LABS}/2025.bin",
        f"/api/v1/explain/{LABS}/2025/buurt/BU90010101",
    ):
        response = client.get(path, query_string={name: value})
        assert response.status_code == 400
        assert response.content_type == "application/problem+json"
        assert remedy in response.json["remedy"]
        assert value not in response.text


def test_what_a_level_or_a_subject_lacks_is_refused(client):
    hexes = f"/api/v1/hotspots/h3-8/{LABS}/2025"
    assert client.get(hexes, query_string={"neighbourhood": "nearest-8"}).status_code == 400
    assert client.get(f"/api/v1/hotspots/gemeente/{LABS}/2025", query_string=QUERY).status_code == 400
    assert client.get(f"/api/v1/hotspots/gemeente/{LABS}/2025").status_code == 404
    assert client.get(f"/api/v1/hotspots/buurt/{world.RESIDENTS}/2025", query_string=QUERY).status_code == 400
    assert client.get("/api/v1/hotspots/buurt/nothing/2025", query_string=QUERY).status_code == 404
    assert client.get(f"/api/v1/hotspots/street/{LABS}/2025", query_string=QUERY).status_code == 404
    assert client.get(f"/api/v1/hotspots/buurt/{LABS}/1999", query_string=QUERY).status_code == 404


def test_the_catalogue_says_what_may_be_chosen(client):
    entries = {entry["id"]: entry for entry in client.get("/api/v1/catalogue").json["indicators"]}
    offered = entries[LABS]["on_demand"]
    assert sorted(offered) == ["buurt", "h3-8", "wijk"]
    assert offered["buurt"] == {
        "methods": [one.id for one in METHODS.values() if one.measure in ("rate", "count")],
        "neighbourhoods": ["adjacent", "second-order", "nearest-8"],
        "alphas": list(ALPHAS),
        "own": OWN.content(),
    }
    assert entries[world.RESIDENTS]["on_demand"] == {}


def test_an_older_release_offers_nothing_and_serves_its_own_maps(tmp_path):
    old = open_release(tiny_release(tmp_path / "old", neighbours=lambda _: []))
    client = create_app(old).test_client()
    assert all(entry["on_demand"] == {} for entry in client.get("/api/v1/catalogue").json["indicators"])
    assert client.get(MAP).json["map"] == "gi-star/rate/queen"
    assert client.get(MAP).json["method"] is None
    refused = client.get(MAP, query_string=QUERY)
    assert refused.status_code == 400
    assert "Leave the options out" in refused.json["remedy"]


def test_a_map_is_made_once_and_the_oldest_are_forgotten(release, monkeypatch):
    made: list[float] = []
    real = on_demand.recomputed

    def counted(*arguments: object, **options: object) -> object:
        made.append(float(options["alpha"]))  # type: ignore[arg-type]
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(on_demand, "recomputed", counted)
    maps = OnDemand(Site(release), kept=2)

    def ask(alpha: float) -> None:
        maps.classes(LABS, "2025", "buurt", "", Choice("gi-star-count", Surroundings.ADJACENT, alpha))

    for alpha in (0.01, 0.05, 0.01, 0.1, 0.01, 0.05):
        ask(alpha)
    assert made == [0.01, 0.05, 0.1, 0.05]


def test_a_map_that_stands_in_the_release_beside_the_leading_one_is_not_made_again(tmp_path, monkeypatch):
    def beside(table):
        leads = [one for one in table if one.key.level == "buurt"]
        other = [replace(one, key=replace(one.key, method="gi-star/count/queen"), z=one.z + 1) for one in leads]
        return ClassTable([*table, *other])

    maps = OnDemand(Site(open_release(tiny_release(tmp_path / "two", classes=beside))))
    monkeypatch.setattr(on_demand, "recomputed", lambda *_, **__: None)
    found = maps.classes(LABS, "2025", "buurt", "", Choice("gi-star-count", Surroundings.ADJACENT, 0.05))
    assert found.key.method == "gi-star/count/queen"
    for other in (
        Choice("gi-star-count", Surroundings.ADJACENT, 0.1),
        Choice("gi-star-count", Surroundings.NEAREST, 0.05),
    ):
        assert maps.classes(LABS, "2025", "buurt", "", other) is None


def test_a_level_of_very_many_areas_is_shown_as_released(release, monkeypatch):
    monkeypatch.setattr(on_demand, "MOST_AREAS", 11)
    maps = OnDemand(Site(release))
    assert maps.own(LABS, "wijk") is not None
    assert maps.own(LABS, "buurt") is None


def test_one_map_at_a_time_is_made_and_a_crowd_is_sent_away(release, monkeypatch):
    gate, running, most = threading.Event(), [0], [0]
    real = on_demand.recomputed

    def slow(*arguments: object, **options: object) -> object:
        running[0] += 1
        most[0] = max(most[0], running[0])
        assert gate.wait(20)
        running[0] -= 1
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(on_demand, "recomputed", slow)
    maps, answers = OnDemand(Site(release)), []

    def ask(alpha: float) -> None:
        answers.append(maps.classes(LABS, "2025", "buurt", "", Choice("gi-star-count", Surroundings.ADJACENT, alpha)))

    crowd = [threading.Thread(target=ask, args=(alpha,)) for alpha in (*ALPHAS, 0.05)[: on_demand.WAITING]]
    for one in crowd:
        one.start()
    end = time.monotonic() + 20
    while maps._queue._value and time.monotonic() < end:  # type: ignore[attr-defined]
        time.sleep(0.01)
    with pytest.raises(BusyError):
        maps.classes(LABS, "2024", "buurt", "", OTHER)
    gate.set()
    for one in crowd:
        one.join(20)
    assert len(answers) == on_demand.WAITING
    assert most == [1]
    assert np.isin(maps.classes(LABS, "2024", "buurt", "", OTHER).label, ["missing", "suppressed"]).any()


def test_a_busy_server_says_come_back(release, monkeypatch):
    def busy(*_: object) -> None:
        raise BusyError("Too many maps are being made at this moment.", remedy="Try again in a few seconds.")

    monkeypatch.setattr(OnDemand, "_made", busy)
    response = create_app(release).test_client().get(MAP, query_string=QUERY)
    assert (response.status_code, response.json["remedy"]) == (503, "Try again in a few seconds.")


@pytest.fixture(scope="module")
def of_years(tmp_path_factory):
    """The tiny release with the same map in three years: in the last, one area more is hidden."""

    def values(table):
        labs = [one for one in table if (one.key.indicator, one.key.period) == (LABS, "2025")]
        third = [replace(one, key=replace(one.key, period="2026")) for one in labs]
        return PublishedTable([*table, *third])

    def classes(table):
        third = [one for one in table if one.key.period == "2025"]
        return ClassTable([*table, *(replace(one, key=replace(one.key, period="2026")) for one in third)])

    path = tiny_release(tmp_path_factory.mktemp("years") / "release", values=values, classes=classes)
    return open_release(path)


def test_emerging_hot_spots_are_those_of_the_maps_of_single_years(of_years):
    client = create_app(of_years).test_client()
    found = client.get(f"/api/v1/emerging/buurt/{LABS}").json
    assert (found["period"], found["map"], found["alpha"]) == ("2024-2026", "emerging-gi-star/rate/queen", 0.05)
    key = next(k for k in of_years.classes.keys() if k.level == "buurt")
    maps = [of_years.classes.column(replace(key, period=year)) for year in ("2024", "2025", "2026")]
    columns = [of_years.values.column(ColumnKey(LABS, one.key.period, "buurt", "", "rate")) for one in maps]
    weights = OnDemand(Site(of_years))._neighbourhood("buurt", Surroundings.ADJACENT)[1]
    wanted = emerging_map(columns, maps, weights, alpha=0.05)
    assert [row["class"] for row in found["values"]] == wanted.label.tolist()
    assert {name: n for name, n in found["classes"].items() if n} == Counter(wanted.label.tolist())
    assert len(found["classes"]) == 20
    # The invented maps are the same every year: what is hot stays so.
    assert found["classes"]["persistent_hot_spot"] > 0
    assert found["classes"]["undetermined"] > 0
    assert max(row["uncertain_periods"] for row in found["values"]) == 3


def test_emerging_hot_spots_by_other_options_and_where_there_are_none(of_years, client):
    made = create_app(of_years).test_client().get(f"/api/v1/emerging/buurt/{LABS}", query_string=QUERY)
    assert made.status_code == 200
    assert made.json["map"] == "emerging-gi-star/count/queen-second-order"
    for path in (f"/api/v1/emerging/buurt/{LABS}", f"/api/v1/emerging/gemeente/{LABS}"):
        refused = client.get(path)
        assert refused.status_code == 404
        assert "maps" in refused.json["remedy"]
    assert client.get(f"/api/v1/emerging/buurt/{LABS}?alpha=7").status_code == 400
