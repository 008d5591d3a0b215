"""TileJSON 3.0.0: what a map client needs to know of the tiles of one level, and nothing else.

Specification: https://github.com/mapbox/tilejson-spec/tree/master/3.0.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tiles.scheme import ZoomRange
from zicht.errors import ConfigError

#: Every property a geometry tile has.
FIELDS = {"fid": "Number", "code": "String"}


def vector_layer(level: str, zooms: ZoomRange, *, fields: Mapping[str, str] = FIELDS) -> dict[str, Any]:
    """Return the description of the one layer in the tiles of a level.

    Args:
        level: Name of the level.
        zooms: Zooms that have tiles.
        fields: What each property is, by name.
    """
    return {"id": level, "fields": dict(fields), "minzoom": zooms.minzoom, "maxzoom": zooms.maxzoom}


def tilejson(
    level: str,
    *,
    base: str,
    zooms: ZoomRange,
    bounds: tuple[float, float, float, float],
    name: str = "",
    description: str = "",
    attribution: str = "",
    path: str = "",
    query: str = "",
    fields: Mapping[str, str] = FIELDS,
) -> dict[str, Any]:
    """Describe the tiles of a level.

    Args:
        level: Name of the level.
        base: Absolute address to which the path and `/{z}/{x}/{y}` are added.
        zooms: Zooms that have tiles.
        bounds: West, south, east, north in degrees.
        name: Name as shown; left out where empty.
        description: What a reader should know; left out where empty.
        attribution: Source as shown; left out where empty.
        path: Path of the tiles below the base, in the form of an address; the level where empty.
        query: Query of every tile, in the form of an address.
        fields: What each property is, by name.

    Returns:
        JSON content.

    Raises:
        ConfigError: The base is no absolute http(s) address, or has a query or a fragment.
    """
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError("TileJSON needs an absolute http or https address without a query.", where=base)
    west, south, east, north = bounds
    texts = {"name": name, "description": description, "attribution": attribution}
    return {
        "tilejson": "3.0.0",
        "scheme": "xyz",
        "tiles": [f"{base.rstrip('/')}/{path or level}/{{z}}/{{x}}/{{y}}{'?' * bool(query)}{query}"],
        "minzoom": zooms.minzoom,
        "maxzoom": zooms.maxzoom,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, zooms.minzoom],
        "vector_layers": [vector_layer(level, zooms, fields=fields)],
        **{key: text for key, text in texts.items() if text},
    }
