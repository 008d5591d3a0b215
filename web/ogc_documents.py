"""What OGC API - Tiles answers besides tiles, as JSON content (OGC 20-057, with OGC 17-083r4 for tile sets).

A collection is one published column: level, indicator, period, measure and, where broken down, category, with a full
stop between them. Tiles are those of WebMercatorQuad; the standard puts the row before the column.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tiles.scheme import HALF_WORLD, MAX_ZOOM, POINTS
from web.public.value_tiles import description_of, title_of
from web.tilestore import TileStore
from web.translations import DEFAULT, localised, translator
from zicht.published import ColumnKey

TMS = "WebMercatorQuad"
TMS_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
MVT = "application/vnd.mapbox-vector-tile"
JSON = "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
)

#: Metres of a pixel of 0.28 mm at scale 1 (OGC 17-083r4, section 6.1).
_PIXEL = 0.00028
_TILE = 256

Content = dict[str, Any]


def collection_id(key: ColumnKey) -> str:
    """Return the id of the collection of a column."""
    parts = (key.level, key.indicator, key.period, key.measure, key.category)
    return ".".join(part for part in parts if part)


def link(href: str, rel: str, kind: str = JSON, *, title: str = "", templated: bool = False) -> Content:
    """Return a link as every document has it."""
    more: Content = {"title": title} if title else {}
    return {"href": href, "rel": rel, "type": kind, **more, **({"templated": True} if templated else {})}


def landing(store: TileStore, root: str) -> Content:
    """Return the landing page.

    Args:
        store: The tiles.
        root: Absolute address of the landing page.
    """
    return {
        "title": localised(store.site.catalogue["title"], DEFAULT),
        "description": translator(DEFAULT)("pattern"),
        "attribution": str(store.site.catalogue["publisher"]),
        "links": [
            link(root, "self"),
            link(f"{root}/api", "service-desc", OPENAPI),
            link(f"{root}/conformance", "conformance"),
            link(f"{root}/conformance", f"{REL}conformance"),
            link(f"{root}/collections", "data"),
            link(f"{root}/collections", f"{REL}data"),
            link(f"{root}/tileMatrixSets", f"{REL}tiling-schemes"),
        ],
    }


def collections(store: TileStore, keys: Sequence[ColumnKey], root: str) -> Content:
    """Return all collections."""
    listed = [collection(store, key, root) for key in keys]
    return {"links": [link(f"{root}/collections", "self")], "collections": listed}


def collection(store: TileStore, key: ColumnKey, root: str) -> Content:
    """Return one collection."""
    name, bounds = collection_id(key), [float(side) for side in store.site.catalogue["bounds"]]
    here = f"{root}/collections/{quote(name)}"
    return {
        "id": name,
        "title": title_of(store.site, key),
        "description": description_of(store.site, key),
        "attribution": str(store.site.catalogue["publisher"]),
        "extent": {"spatial": {"bbox": [bounds], "crs": CRS84}},
        "crs": [CRS],
        "links": [link(here, "self"), link(f"{here}/tiles", f"{REL}tilesets-vector")],
    }


def tilesets(store: TileStore, key: ColumnKey, root: str) -> Content:
    """Return the list of tile sets of a collection: the one there is."""
    here = f"{root}/collections/{quote(collection_id(key))}/tiles"
    item = {
        "title": title_of(store.site, key),
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetURI": TMS_URI,
        "links": [
            link(f"{here}/{TMS}", "self"),
            link(f"{root}/tileMatrixSets/{TMS}", f"{REL}tiling-scheme"),
            _item(here),
        ],
    }
    return {"links": [link(here, "self")], "tilesets": [item]}


def _item(here: str) -> Content:
    return link(f"{here}/{TMS}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", MVT, templated=True)


def tileset(store: TileStore, key: ColumnKey, root: str) -> Content:
    """Return the metadata of the tile set of a collection."""
    site = store.site
    here = f"{root}/collections/{quote(collection_id(key))}/tiles"
    west, south, east, north = (float(side) for side in site.catalogue["bounds"])
    first, last = site.zooms(key.level)
    fields = store.selection(key).figures.fields
    return {
        "title": title_of(site, key),
        "description": description_of(site, key),
        "attribution": str(site.catalogue["publisher"]),
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetURI": TMS_URI,
        "tileMatrixSetLimits": [_limits(zoom, (west, south, east, north)) for zoom in range(first, last + 1)],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "centerPoint": {
            "coordinates": [(west + east) / 2, (south + north) / 2],
            "crs": CRS84,
            "tileMatrix": str(first),
        },
        "layers": [
            {
                "id": key.level,
                "dataType": "vector",
                # Left out where there are points as well as polygons.
                **({} if key.level in POINTS else {"geometryDimension": 2}),
                "minTileMatrix": str(first),
                "maxTileMatrix": str(last),
                "propertiesSchema": {"type": "object", "properties": {name: _schema(name) for name in fields}},
            }
        ],
        "links": [
            link(f"{here}/{TMS}", "self"),
            link(f"{root}/tileMatrixSets/{TMS}", f"{REL}tiling-scheme"),
            _item(here),
        ],
    }


def _schema(name: str) -> Content:
    return {"type": "number" if name in ("value", "low", "high") else "string"}


def _limits(zoom: int, bounds: tuple[float, float, float, float]) -> Content:
    west, south, east, north = bounds
    left, top = tile_at(zoom, west, north)
    right, bottom = tile_at(zoom, east, south)
    return {
        "tileMatrix": str(zoom),
        "minTileRow": top,
        "maxTileRow": bottom,
        "minTileCol": left,
        "maxTileCol": right,
    }


def tile_at(zoom: int, longitude: float, latitude: float) -> tuple[int, int]:
    """Return column and row of the tile that holds a place."""
    side = 1 << zoom
    x = (longitude + 180) / 360 * side
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * side
    return min(max(int(x), 0), side - 1), min(max(int(y), 0), side - 1)


def tile_matrix_sets(root: str) -> Content:
    """Return the list of tile matrix sets: the one there is."""
    here = f"{root}/tileMatrixSets"
    item = {"id": TMS, "title": "Google Maps Compatible for the World", "uri": TMS_URI, "crs": CRS}
    return {
        "links": [link(here, "self")],
        "tileMatrixSets": [{**item, "links": [link(f"{here}/{TMS}", "self")]}],
    }


def tile_matrix_set() -> Content:
    """Return WebMercatorQuad as the standard defines it, as deep as there are tiles."""
    return {
        "id": TMS,
        "title": "Google Maps Compatible for the World",
        "uri": TMS_URI,
        "crs": CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(MAX_ZOOM + 1)],
    }


def _matrix(zoom: int) -> Content:
    size = 2 * HALF_WORLD / (_TILE << zoom)
    return {
        "id": str(zoom),
        "scaleDenominator": size / _PIXEL,
        "cellSize": size,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD, HALF_WORLD],
        "tileWidth": _TILE,
        "tileHeight": _TILE,
        "matrixWidth": 1 << zoom,
        "matrixHeight": 1 << zoom,
    }


def api(root: str, paths: Mapping[str, str]) -> Content:
    """Return the description of the interface (OpenAPI 3.0).

    Args:
        root: Absolute address of the landing page.
        paths: Media type by path.
    """
    return {
        "openapi": "3.0.3",
        "info": {"title": "OGC API - Tiles", "version": "1.0.0"},
        "servers": [{"url": root}],
        "paths": {path: {"get": _operation(path, kind)} for path, kind in paths.items()},
    }


def _operation(path: str, kind: str) -> Content:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    answers: Content = {"200": {"description": "OK", "content": {kind: {}}}}
    answers |= {"404": {"description": "There is no such resource"}} if names else {}
    answers |= {"204": {"description": "The tile is empty"}} if kind == MVT else {}
    return {
        "operationId": "get" + "".join(part[:1].upper() + part[1:] for part in _words(path)) or "get",
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names],
        "responses": answers,
    }


def _words(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part] or ["landing"]
