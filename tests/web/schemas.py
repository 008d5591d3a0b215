"""Shapes of answers, written after OGC 20-057, OGC 17-083r4 and TileJSON 3.0.0, and a small check of them.

A schema is a type, a callable, a list of one schema for every item, or a mapping of names; a name that ends in "?" may
be absent. No schema forbids more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def uri(value: object) -> bool:
    return isinstance(value, str) and bool(urlsplit(value.replace("{", "").replace("}", "")).scheme)


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(number, value))


def box(value: object) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(map(number, value))


def whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


LINK = {"href": uri, "rel": str, "type?": str, "title?": str, "templated?": bool}
LANDING = {"title?": str, "description?": str, "attribution?": str, "links": [LINK]}
CONFORMANCE = {"conformsTo": [uri]}
COLLECTION = {
    "id": str,
    "title?": str,
    "description?": str,
    "links": [LINK],
    "extent?": {"spatial": {"bbox": [box], "crs?": uri}},
    "crs?": [uri],
}
COLLECTIONS = {"links": [LINK], "collections": [COLLECTION]}
TILESET_ITEM = {
    "title?": str,
    "dataType": lambda v: v == "vector",
    "crs": uri,
    "tileMatrixSetURI?": uri,
    "links": [LINK],
}
TILESETS = {"links?": [LINK], "tilesets": [TILESET_ITEM]}
LIMITS = {"tileMatrix": str, "minTileRow": whole, "maxTileRow": whole, "minTileCol": whole, "maxTileCol": whole}
TILESET = {
    **TILESET_ITEM,
    "tileMatrixSetLimits?": [LIMITS],
    "boundingBox?": {"lowerLeft": point, "upperRight": point, "crs?": uri},
    "centerPoint?": {"coordinates": point, "crs?": uri, "tileMatrix?": str},
    "layers?": [
        {
            "id": str,
            "dataType": lambda v: v == "vector",
            "geometryDimension?": lambda v: v in (0, 1, 2, 3),
            "minTileMatrix?": str,
            "maxTileMatrix?": str,
            "propertiesSchema?": {"type": lambda v: v == "object", "properties": dict},
        }
    ],
}
MATRIX = {
    "id": str,
    "scaleDenominator": number,
    "cellSize": number,
    "cornerOfOrigin?": lambda v: v in ("topLeft", "bottomLeft"),
    "pointOfOrigin": point,
    "tileWidth": whole,
    "tileHeight": whole,
    "matrixWidth": whole,
    "matrixHeight": whole,
}
MATRIX_SET = {"id?": str, "title?": str, "uri?": uri, "crs": uri, "orderedAxes?": [str], "tileMatrices": [MATRIX]}
MATRIX_SETS = {"tileMatrixSets": [{"id": str, "title?": str, "uri?": uri, "crs?": uri, "links": [LINK]}]}
API = {"openapi": lambda v: v.startswith("3.0."), "info": {"title": str, "version": str}, "paths": dict}
TILEJSON = {
    "tilejson": lambda v: v == "3.0.0",
    "tiles": [uri],
    "vector_layers": [{"id": str, "fields": dict, "minzoom?": whole, "maxzoom?": whole, "description?": str}],
    "minzoom?": whole,
    "maxzoom?": whole,
    "bounds?": box,
    "center?": list,
    "name?": str,
    "description?": str,
    "attribution?": str,
    "scheme?": lambda v: v in ("xyz", "tms"),
}


def problems(content: Any, schema: Any, where: str = "") -> list[str]:
    """Return what does not fit, each with its place."""
    if isinstance(schema, Mapping):
        if not isinstance(content, dict):
            return [f"{where}: no object"]
        found = []
        for name, part in schema.items():
            key = name.removesuffix("?")
            if key in content:
                found += problems(content[key], part, f"{where}/{key}")
            elif key == name:
                found.append(f"{where}/{key}: absent")
        return found
    if isinstance(schema, list):
        if not isinstance(content, list) or not content:
            return [f"{where}: no list"]
        return [problem for at, item in enumerate(content) for problem in problems(item, schema[0], f"{where}/{at}")]
    fits = isinstance(content, schema) if isinstance(schema, type) else schema(content)
    return [] if fits else [f"{where}: {content!r}"]
