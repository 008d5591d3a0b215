from __future__ import annotations

import gzip
import math
from dataclasses import replace

import numpy as np

from tests.gates.crawl import served
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from tests.web.addresses import middle
from tiles.columns import decode_classes, decode_column, decode_values
from tiles.mvt import decode_tile
from web.app import create_app
from web.public.columns import area_columns
from zicht.areas import AreaList
from zicht.published import PublishedTable
from zicht.release import open_release

LABS = world.LABS


def with_parts(table: PublishedTable) -> PublishedTable:
    """Every count once more, for a part called "haven"."""
    counts = [column for column in table if column.key.measure == "count"]
    return PublishedTable([*table, *(replace(one, key=replace(one.key, category="haven")) for one in counts)])


def values_path(release, key, kind="values"):
    tail = f"/{key.category}" if key.category else ""
    return f"/columns/{release.short_id}/{kind}/{key.level}/{key.indicator}/{key.period}/{key.measure}{tail}.bin"


def test_a_column_is_the_published_one(client, release):
    for column in release.values:
        key = column.key
        bodies = (client.get(values_path(release, key, kind)).data for kind in ("values", "bounds"))
        found = decode_column(*bodies, code=column.code)
        assert (found.key, found.unit) == (key, column.unit)
        for part in ("status", "value", "low", "high"):
            np.testing.assert_array_equal(getattr(found, part), getattr(column, part))


def test_a_hotspot_column_is_the_published_one(client, release):
    for column in release.classes:
        key = column.key
        path = f"/columns/{release.short_id}/{{}}/{key.level}/{key.indicator}/{key.period}.bin"
        found = decode_classes(*(client.get(path.format(k)).data for k in ("classes", "evidence")), code=column.code)
        assert found.key == key
        for part in ("label", "z", "q_low", "q_high", "neighbours", "neighbours_suppressed", "ratio_low", "ratio_high"):
            np.testing.assert_array_equal(getattr(found, part), getattr(column, part))


def test_a_column_names_its_bytes_in_its_tag(client, release):
    key = next(iter(release.values.keys()))
    first = client.get(values_path(release, key))
    assert first.content_type == "application/octet-stream"
    assert "immutable" in first.headers["Cache-Control"]
    again = client.get(values_path(release, key), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_column_of_a_part_is_that_of_the_part(tmp_path):
    """The part of a total has an address of its own: a file host does not look at questions."""
    parts = open_release(tiny_release(tmp_path / "tiny", values=with_parts))
    client = create_app(parts).test_client()
    keys = [key for key in parts.values.keys() if key.category == "haven"]
    assert keys
    for key in keys[:8]:
        column = parts.values.column(key)
        bodies = (client.get(values_path(parts, key, kind)).data for kind in ("values", "bounds"))
        found = decode_column(*bodies, code=column.code)
        assert found.key == key
        np.testing.assert_array_equal(found.value, column.value)
    assert (
        client.get(values_path(parts, keys[0]).replace(f"/{keys[0].category}.bin", "/nothing.bin")).status_code == 404
    )


def test_the_gates_ask_for_every_kind_of_column(tmp_path):
    parts = open_release(tiny_release(tmp_path / "tiny", values=with_parts))
    asked = {address: code for address, code, _ in served(create_app(parts), parts) if "/api/v1/" not in address}
    assert set(asked.values()) <= {200, 204, 400, 404, 308}
    for kind in ("values", "bounds", "classes", "evidence", "hexes"):
        assert any(code == 200 for address, code in asked.items() if f"/{kind}/" in address), kind
    assert any("/haven.bin" in address for address, code in asked.items() if code == 200)
    assert {"en", "nl"} == {address.split("/")[3] for address in asked if address.startswith("/receipts/")}


def test_a_hidden_cell_has_no_number_in_any_column(client, release):
    for column in release.values:
        found = decode_values(client.get(values_path(release, column.key)).data)
        np.testing.assert_array_equal(np.isfinite(found.value), column.status == "published")


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
