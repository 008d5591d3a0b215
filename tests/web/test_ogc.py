"""OGC API - Tiles: every answer has the shape of the standard, and links lead from the landing page to a tile."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest

from tests.support import tiny_world as world
from tests.web import addresses, schemas
from tests.web.test_value_tiles import with_figures
from tiles.mvt import decode_tile
from web.app import create_app
from web.ogc_documents import CONFORMANCE, tile_at

NAME = f"buurt.{world.LABS}.2024.count"
SHAPES = {
    "": schemas.LANDING,
    "/": schemas.LANDING,
    "/api": schemas.API,
    "/conformance": schemas.CONFORMANCE,
    "/collections": schemas.COLLECTIONS,
    f"/collections/{NAME}": schemas.COLLECTION,
    f"/collections/{NAME}/tiles": schemas.TILESETS,
    f"/collections/{NAME}/tiles/WebMercatorQuad": schemas.TILESET,
    "/tileMatrixSets": schemas.MATRIX_SETS,
    "/tileMatrixSets/WebMercatorQuad": schemas.MATRIX_SET,
}


@pytest.mark.parametrize(("path", "schema"), SHAPES.items())
def test_every_answer_has_the_shape_of_the_standard(client, path, schema):
    response = client.get(f"/ogc{path}")
    assert response.status_code == 200
    assert "json" in response.content_type
    assert "no-cache" in response.headers["Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert schemas.problems(response.json, schema) == []


def test_the_check_of_shapes_finds_what_is_wrong():
    tile_set = {"dataType": "vector", "crs": "http://x/y", "links": [{"href": "nowhere", "rel": "self"}]}
    assert schemas.problems(tile_set, schemas.TILESET_ITEM) == ["/links/0/href: 'nowhere'"]
    assert schemas.problems({"links": []}, schemas.LANDING) == ["/links: no list"]
    assert schemas.problems({}, schemas.CONFORMANCE) == ["/conformsTo: absent"]


def test_tilejson_has_the_shape_of_its_specification(client, release):
    for path in (f"/tiles/{release.short_id}/buurt.json", with_figures(release).rsplit("/", 3)[0] + ".json"):
        assert schemas.problems(client.get(path).json, schemas.TILEJSON) == []


def follow(client, content, rel):
    (href,) = [link["href"] for link in content["links"] if link["rel"] == rel]
    assert href.startswith("http://localhost/ogc")
    return client.get(urlsplit(href).path).json


def test_links_lead_from_the_landing_page_to_a_tile(client, release):
    landing = client.get("/ogc").json
    assert follow(client, landing, "conformance")["conformsTo"] == list(CONFORMANCE)
    listed = follow(client, landing, "data")["collections"]
    (chosen,) = [one for one in listed if one["id"] == NAME]
    sets = follow(client, chosen, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")
    (one,) = sets["tilesets"]
    whole = follow(client, one, "self")
    matrix_set = follow(client, whole, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")
    assert matrix_set["uri"] == whole["tileMatrixSetURI"]
    (item,) = [link for link in whole["links"] if link["rel"] == "item"]
    assert (item["templated"], item["type"]) == (True, "application/vnd.mapbox-vector-tile")

    z, x, y = with_figures(release).rsplit("/", 3)[1:]
    path = urlsplit(item["href"]).path.format(tileMatrix=z, tileRow=y, tileCol=x)
    tile = client.get(path, headers={"Accept-Encoding": "gzip"})
    same = client.get(f"{with_figures(release)}?measure=count", headers={"Accept-Encoding": "gzip"})
    assert tile.data == same.data
    (layer,) = decode_tile(gzip.decompress(tile.data))
    (described,) = whole["layers"]
    assert layer.name == described["id"]
    properties = {name for feature in layer.features for name in feature.properties}
    assert properties <= set(described["propertiesSchema"]["properties"])


def test_a_level_that_has_points_as_well_as_polygons_states_no_dimension(client):
    for name, dimension in ((NAME, 2), (f"park.{world.RESIDENTS}.2024-2025.count", None)):
        (layer,) = client.get(f"/ogc/collections/{name}/tiles/WebMercatorQuad").json["layers"]
        assert layer.get("geometryDimension") == dimension


def test_the_row_stands_before_the_column(client, release):
    z, x, y = with_figures(release).rsplit("/", 3)[1:]
    assert x != y
    root = f"/ogc/collections/{NAME}/tiles/WebMercatorQuad/{z}"
    assert client.get(f"{root}/{y}/{x}").status_code == 200
    assert client.get(f"{root}/{x}/{y}").status_code == 204


def test_a_tile_whose_address_names_no_release_is_asked_for_again(client, release):
    z, x, y = with_figures(release).rsplit("/", 3)[1:]
    path = f"/ogc/collections/{NAME}/tiles/WebMercatorQuad/{z}/{y}/{x}"
    for _ in range(2):
        first = client.get(path)
        assert "immutable" not in first.headers["Cache-Control"]
        assert "no-cache" in first.headers["Cache-Control"]
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_every_column_with_tiles_is_a_collection(client, release):
    listed = client.get("/ogc/collections").json["collections"]
    keys = [key for key in release.values.keys() if key.level != "country"]
    assert len(listed) == len(keys) == len({one["id"] for one in listed})


def test_limits_hold_every_tile(client, release):
    limits = client.get(f"/ogc/collections/{NAME}/tiles/WebMercatorQuad").json["tileMatrixSetLimits"]
    z, x, y = addresses.middle(release, "buurt").removesuffix(".mvt").rsplit("/", 3)[1:]
    (own,) = [entry for entry in limits if entry["tileMatrix"] == z]
    assert own["minTileCol"] <= int(x) <= own["maxTileCol"]
    assert own["minTileRow"] <= int(y) <= own["maxTileRow"]


def test_webmercatorquad_is_the_registered_one(client):
    matrices = client.get("/ogc/tileMatrixSets/WebMercatorQuad").json["tileMatrices"]
    # OGC 17-083r4, annex D.1.
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-9)
    assert matrices[0]["cellSize"] == pytest.approx(156543.033928041, rel=1e-12)
    assert matrices[0]["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert matrices[10]["matrixWidth"] == matrices[10]["matrixHeight"] == 1024


def test_places_at_the_edge_of_the_world():
    assert tile_at(0, 5, 52) == (0, 0)
    assert tile_at(3, -180, 85.06) == (0, 0)
    assert tile_at(3, 180, -85.06) == (7, 7)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/collections/nothing",
        "/collections/nothing/tiles",
        f"/collections/country.{world.LABS}.2024.count",
        f"/collections/{NAME}/tiles/WorldCRS84Quad",
        f"/collections/{NAME}/tiles/WebMercatorQuad/99/0/0",
        f"/collections/{NAME}/tiles/WebMercatorQuad/12/0/4096",
        f"/collections/{NAME}/tiles/WebMercatorQuad/12/-1/0",
        f"/collections/{NAME}/tiles/WebMercatorQuad/a/0/0",
        f"/collections/{NAME}/tiles/WebMercatorQuad/12/{'9' * 5000}/0",
        f"/collections/..%2f{NAME}/tiles",
        "/tileMatrixSets/nothing",
    ],
    ids=lambda path: path[:40],
)
def test_what_is_not_there_is_a_problem_document(client, path):
    response = client.get(f"/ogc{path}")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_behind_another_address_links_name_it(release):
    client = create_app(release, base_url="https://kaart.example/zicht/").test_client()
    assert all(link["href"].startswith("https://kaart.example/zicht/ogc") for link in client.get("/ogc").json["links"])
