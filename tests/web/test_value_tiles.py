"""Tiles with figures over HTTP: what they say, how they are kept, and every wrong way to ask."""

from __future__ import annotations

import gzip
from itertools import product
from urllib.parse import urlsplit

import pytest

from tests.support import tiny_world as world
from tests.web import addresses
from tiles.features import GeometryType
from tiles.mvt import decode_tile
from web.app import create_app
from web.ogc_documents import tile_at

LABS = world.LABS
EVER = "public, max-age=31536000, immutable"


def with_figures(release, level="buurt", indicator=LABS, period="2024"):
    """The tile over the first area of a level, with figures."""
    plain = addresses.middle(release, level).removesuffix(".mvt")
    root, z, x, y = plain.rsplit("/", 3)
    return f"{root}/{indicator}/{period}/{z}/{x}/{y}"


def shown(client, path):
    response = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200, path
    (layer,) = decode_tile(gzip.decompress(response.data))
    return layer


def test_a_tile_says_what_the_api_says(client, release):
    for level, measure in product(("buurt", "gemeente"), ("rate", "count")):
        layer = shown(client, f"{with_figures(release, level)}?measure={measure}")
        answer = client.get(f"/api/v1/values/{level}/{LABS}/2024?measure={measure}").json["values"]
        by_code = {row["code"]: row for row in answer}
        assert layer.features
        for feature in layer.features:
            row = by_code[feature.properties["code"]]
            assert feature.properties["status"] == row["status"]
            assert feature.properties["name"] == row["name"]
            published = row["status"] == "published"
            assert feature.properties.get("value") == (row["value"] if published else None)
            assert feature.properties.get("class") == row.get("class")


def test_the_hotspot_class_is_there_where_there_is_a_map(client, release):
    layer = shown(client, with_figures(release, period="2024-2025"))
    assert all("class" in feature.properties for feature in layer.features)


def test_parks_from_afar_are_points_with_the_same_figures(client, release):
    areas = release.areas["park"]
    root = f"/tiles/{release.short_id}/park/{world.RESIDENTS}/2024-2025"
    rows = client.get(f"/api/v1/values/park/{world.RESIDENTS}/2024-2025?measure=count").json["values"]
    said, types = {row["code"]: (row["status"], row["value"]) for row in rows}, {}
    for zoom in (7, 13):
        for lon, lat in areas.point.tolist():
            x, y = tile_at(zoom, lon, lat)
            for feature in shown(client, f"{root}/{zoom}/{x}/{y}?measure=count").features:
                own = feature.properties
                assert (own["status"], own.get("value")) == said[own["code"]]
                types.setdefault(zoom, {})[own["code"]] = feature.type
    everything = set(areas.code.tolist())
    assert types == {
        7: dict.fromkeys(everything, GeometryType.POINT),
        13: dict.fromkeys(everything, GeometryType.POLYGON),
    }


def test_without_a_measure_a_tile_shows_what_the_map_opens_with(client, release):
    path = with_figures(release)
    assert client.get(path).data == client.get(f"{path}?measure=rate").data != client.get(f"{path}?measure=count").data


def test_the_ending_may_be_there_or_not(client, release):
    path = with_figures(release)
    assert client.get(path).data == client.get(f"{path}.mvt").data


def test_it_is_kept_for_ever_by_its_content(client, release):
    path = with_figures(release)
    for _ in range(3):  # by the application, then from memory
        first = client.get(path)
        assert first.headers["Cache-Control"] == EVER
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert "Content-Type" not in again.headers
        assert "Content-Encoding" not in again.headers
        assert again.headers["Content-Security-Policy"]
        assert again.headers["Access-Control-Allow-Origin"] == "*"
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert client.get(path, headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'}).status_code == 304


def test_from_memory_it_is_answered_as_by_the_application(release):
    client = create_app(release).test_client()
    empty = f"/tiles/{release.short_id}/buurt/{LABS}/2024/12/0/0"
    for path in (with_figures(release), addresses.middle(release, "buurt"), empty):
        for method in ("get", "head", "get", "head"):
            answers = [getattr(client, method)(path) for _ in range(3)]
            assert len({answer.status_code for answer in answers}) == 1
            assert len({answer.data for answer in answers}) == 1
            assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1, path


def test_a_client_that_takes_no_compression_gets_none(client, release):
    for path in (with_figures(release), addresses.middle(release, "buurt")):
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        never = client.get(path, headers={"Accept-Encoding": "gzip;q=0"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(packed.data) == plain.data == never.data
        assert plain.headers["ETag"] != packed.headers["ETag"]
        assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_where_nothing_is_drawn_there_is_no_content(client, release):
    response = client.get(f"/tiles/{release.short_id}/buurt/{LABS}/2024/12/0/0")
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Cache-Control"] == EVER


NUMBERS = ("-1", "+1", "1.0", "1e3", "01", "٣", "²", "", " ", "nan", "9" * 5000, "0x1", "4294967296", "x", "1;2", "%00")


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12] or "empty")
@pytest.mark.parametrize("kind", ["", f"/{LABS}/2024"], ids=["geometry", "figures"])
def test_numbers_that_are_none_are_refused(client, release, kind, number, position):
    numbers = ["12", "2100", "1340"]
    numbers[position] = number
    response = client.get(f"/tiles/{release.short_id}/buurt{kind}/{'/'.join(numbers)}")
    assert response.status_code in (404, 308), response.status_code
    assert b"Traceback" not in response.data


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/{id}/buurt/labs-x/2024/12/0/0",
        "/tiles/{id}/buurt/{labs}/1999/12/0/0",
        "/tiles/{id}/buurt/{labs}/2024/3/0/0",
        "/tiles/{id}/buurt/{labs}/2024/24/0/0",
        "/tiles/{id}/buurt/{labs}/2024/12/4096/0",
        "/tiles/{id}/buurt/{labs}/2024/12/0/4096",
        "/tiles/{id}/buurt/{labs}/2024/12/0/0?measure=nothing",
        "/tiles/{id}/buurt/{labs}/2024/12/0/0?category=nothing",
        "/tiles/{id}/country/{labs}/2024/5/1/1",
        "/tiles/{id}/nothing/{labs}/2024/5/1/1",
        "/tiles/000000000000/buurt/{labs}/2024/12/0/0",
        "/tiles/{id}/..%2f..%2fbuurt/{labs}/2024/12/0/0",
        "/tiles/{id}/buurt/..%2f{labs}/2024/12/0/0",
        "/tiles/{id}/buurt/{labs}/%2e%2e/12/0/0",
        "/tiles/{id}/buurt/{labs}/1999.json",
        "/tiles/{id}/buurt/nothing/2024.json",
        "/tiles/000000000000/buurt/{labs}/2024.json",
        "/tiles/{id}/nothing.pmtiles",
        "/tiles/{id}/country.pmtiles",
        "/tiles/{id}/..%2fgeometry%2fbuurt.pmtiles",
        "/tiles/000000000000/buurt.pmtiles",
    ],
)
def test_what_is_not_there_is_a_problem_document(client, release, path):
    response = client.get(path.format(id=release.short_id, labs=LABS))
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_tilejson_leads_to_the_tiles(client, release):
    for query in ("", "?measure=count", "?measure=rate"):
        root = with_figures(release).rsplit("/", 3)[0]
        content = client.get(f"{root}.json{query}").json
        (pattern,) = content["tiles"]
        assert pattern.startswith("http://localhost/tiles/")
        z, x, y = with_figures(release).rsplit("/", 3)[1:]
        parts = urlsplit(pattern.replace("{z}", z).replace("{x}", x).replace("{y}", y))
        layer = shown(client, f"{parts.path}?{parts.query}")
        (described,) = content["vector_layers"]
        assert content["tilejson"] == "3.0.0"
        assert described["id"] == layer.name == "buurt"
        assert {name for feature in layer.features for name in feature.properties} <= set(described["fields"])
        assert "geen bewijs" in content["description"]
        assert ("measure=count" in pattern) == (query == "?measure=count")


@pytest.mark.parametrize("host", ["a?b", "[::1", "", "a b", "a/b", "a@b", "a:b", "a:123456"])
def test_a_host_that_is_none_gets_no_links(client, release, host):
    for path in (f"/tiles/{release.short_id}/buurt.json", "/ogc", "/ogc/collections"):
        response = client.get(path, headers={"Host": host})
        assert (response.status_code, response.json["detail"]) == (400, "The header Host names no host."), path
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["kaart.example", "KAART.example:8000", "[::1]:8000", "127.0.0.1"])
def test_links_name_the_host_that_was_asked(client, release, host):
    (tiles,) = client.get(f"/tiles/{release.short_id}/buurt.json", headers={"Host": host}).json["tiles"]
    assert tiles.lower().startswith(f"http://{host.lower()}/tiles/")
    (link, *_) = client.get("/ogc/collections", headers={"Host": host}).json["links"]
    assert link["href"].lower() == f"http://{host.lower()}/ogc/collections"


def test_a_server_that_was_told_its_address_needs_no_host(release):
    client = create_app(release, base_url="https://kaart.example").test_client()
    assert client.get("/ogc", headers={"Host": "a?b"}).json["links"][0]["href"] == "https://kaart.example/ogc"


def test_tilejson_of_a_draft_says_so(release):
    root = with_figures(release).rsplit("/", 3)[0]
    content = create_app(release, draft=True).test_client().get(f"{root}.json").json
    assert "Concept" in content["description"]


class TestArchives:
    def test_a_whole_archive(self, client, release):
        path = f"/tiles/{release.short_id}/buurt.pmtiles"
        body = release.geometry_path("buurt").read_bytes()
        whole = client.get(path)
        assert (whole.status_code, whole.data) == (200, body)
        assert whole.content_type == "application/vnd.pmtiles"
        assert whole.headers["Accept-Ranges"] == "bytes"
        assert whole.headers["Cache-Control"] == EVER
        head = client.head(path)
        assert (head.data, head.headers["Content-Length"]) == (b"", str(len(body)))
        assert client.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-126", 0, 127),
            ("bytes=100-", 100, None),
            ("bytes=-5", -5, None),
            ("bytes=7-7", 7, 8),
            ("bytes=0-99999999", 0, None),
            ("bytes=-99999999", 0, None),
        ],
    )
    def test_a_range(self, client, release, asked, start, end):
        body = release.geometry_path("buurt").read_bytes()
        response = client.get(f"/tiles/{release.short_id}/buurt.pmtiles", headers={"Range": asked})
        expected = body[start:end]
        begin = start % len(body)
        assert (response.status_code, response.data) == (206, expected)
        assert response.headers["Content-Range"] == f"bytes {begin}-{begin + len(expected) - 1}/{len(body)}"
        assert response.headers["Content-Length"] == str(len(expected))

    @pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=99999999-999999999"])
    def test_a_range_beyond_the_end(self, client, release, asked):
        response = client.get(f"/tiles/{release.short_id}/buurt.pmtiles", headers={"Range": asked})
        size = release.geometry_path("buurt").stat().st_size
        assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{size}")

    @pytest.mark.parametrize(
        "asked",
        [
            "bytes=0-1,5-6",
            "bytes=a-",
            "items=0-5",
            "bytes=5-2",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=--5",
            f"bytes={'9' * 5000}-",
        ],
    )
    def test_a_range_that_is_none(self, client, release, asked):
        response = client.get(f"/tiles/{release.short_id}/buurt.pmtiles", headers={"Range": asked})
        assert response.status_code in (200, 416)
        assert b"Traceback" not in response.data

    def test_a_range_of_another_edition_is_the_whole(self, client, release):
        path = f"/tiles/{release.short_id}/buurt.pmtiles"
        tag = client.head(path).headers["ETag"]
        same = client.get(path, headers={"Range": "bytes=0-9", "If-Range": tag})
        assert same.status_code == 206
        for other in ('"other"', f"W/{tag}", tag.strip('"'), "Sun, 22 Nov 2026 00:00:00 GMT"):
            assert client.get(path, headers={"Range": "bytes=0-9", "If-Range": other}).status_code == 200, other

    def test_a_range_is_of_a_body_alone(self, client, release):
        path = f"/tiles/{release.short_id}/buurt.pmtiles"
        head = client.head(path, headers={"Range": "bytes=0-9"})
        assert (head.status_code, head.headers["Content-Length"]) == (200, client.head(path).headers["Content-Length"])


def test_a_page_elsewhere_may_ask_for_a_range(client, release):
    response = client.options(f"/tiles/{release.short_id}/buurt.pmtiles")
    assert response.status_code == 200
    assert "Range" in response.headers["Access-Control-Allow-Headers"]
    assert "Content-Range" in response.headers["Access-Control-Expose-Headers"]
