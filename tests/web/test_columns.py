from __future__ import annotations

import gzip
import json
import math

import numpy as np

from tests.support import tiny_world as world
from tests.web.addresses import middle
from tiles.columns import decode_classes, decode_column
from tiles.mvt import decode_tile
from web.app import create_app
from web.public.columns import area_columns
from zicht.areas import AreaList

LABS = world.LABS


def test_a_column_is_the_published_one(client, release):
    for column in release.values:
        key = column.key
        path = f"/columns/{release.short_id}/values/{key.level}/{key.indicator}/{key.period}/{key.measure}"
        found = decode_column(client.get(path).data, code=column.code)
        assert found.key == key
        np.testing.assert_array_equal(found.value, column.value)
        np.testing.assert_array_equal(found.status, column.status)


def test_a_hotspot_column_is_the_published_one(client, release):
    for column in release.classes:
        key = column.key
        path = f"/columns/{release.short_id}/classes/{key.level}/{key.indicator}/{key.period}"
        found = decode_classes(client.get(path).data, code=column.code)
        assert found.key == key
        np.testing.assert_array_equal(found.label, column.label)


def test_a_hidden_cell_has_no_number_in_any_column(client, release):
    for column in release.values:
        key = column.key
        body = json.loads(
            client.get(
                f"/columns/{release.short_id}/values/{key.level}/{key.indicator}/{key.period}/{key.measure}"
            ).data
        )
        for status, value in zip(column.status, body["value"], strict=True):
            assert (value is None) == (status != "published")


def test_the_areas_are_in_the_order_of_their_ids(client, release):
    for level, areas in release.areas.items():
        found = client.get(f"/columns/{release.short_id}/areas/{level}.json").json
        assert found["code"] == areas.code.tolist()
        assert found["name"] == areas.name.tolist()
        assert found["parent"] == areas.parent.tolist()
        for point, box in zip(found["point"], found["bounds"], strict=True):
            if point is not None:
                assert box[0] <= point[0] <= box[2]
                assert box[1] <= point[1] <= box[3]


def test_an_area_without_a_polygon_has_no_place():
    hidden = np.array([[math.nan, math.nan]])
    areas = AreaList(
        "buurt", np.array(["BU1"]), np.array(["Rest"]), np.array([""]), np.array(["remainder"]), hidden,
        np.full((1, 4), math.nan),
    )  # fmt: skip
    found = area_columns(areas)
    assert (found["point"], found["bounds"]) == ([None], [None])


def test_a_tile_is_that_of_the_archive(client, release):
    path = middle(release, "buurt")
    response = client.get(path)
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.content_type == "application/vnd.mapbox-vector-tile"
    assert client.get(path.removesuffix(".mvt")).data == response.data
    assert decode_tile(gzip.decompress(response.data))


def test_a_tile_where_nothing_is_drawn_is_empty(client, release):
    response = client.get(f"/tiles/{release.short_id}/buurt/12/0/0.mvt")
    assert (response.status_code, response.data) == (204, b"")
    assert "immutable" in response.headers["Cache-Control"]


def test_the_description_of_tiles_is_absolute_and_true(client, release):
    for entry in release.catalogue["levels"]:
        if entry["minzoom"] is None:
            continue
        found = client.get(f"/tiles/{release.short_id}/{entry['id']}.json", base_url="https://kaart.example").json
        assert found["tilejson"] == "3.0.0"
        assert (found["minzoom"], found["maxzoom"]) == (entry["minzoom"], entry["maxzoom"])
        assert found["bounds"] == release.catalogue["bounds"]
        assert found["vector_layers"][0]["id"] == entry["id"]
        address = found["tiles"][0]
        assert address.startswith(f"https://kaart.example/tiles/{release.short_id}/{entry['id']}/")
        zoom, x, y = middle(release, entry["id"]).removesuffix(".mvt").split("/")[-3:]
        assert client.get(address.format(z=zoom, x=x, y=y)).status_code == 200


def test_the_address_of_the_server_can_be_set(release):
    client = create_app(release, base_url="https://zicht.example/").test_client()
    found = client.get(f"/tiles/{release.short_id}/buurt.json").json
    assert found["tiles"][0].startswith("https://zicht.example/tiles/")
