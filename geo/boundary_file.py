"""Write an edition as a GeoPackage in the current CBS layout, so that what was checked once is read back the same.

Beside the publisher's columns a layer has `zicht_kind` ("area", "remainder" or "park"); unknown figures are -99999999,
as CBS writes them; water stands in a layer of its own, `wateren`. The time of last change is fixed: the same areas give
the same bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyogrio.errors import DataSourceError, FeatureError, GeometryError

from geo.areas import RD, BoundarySet, Layer, ObjectArray
from geo.cbs_columns import EXTRA, FIGURES, LAYERS, PARK_NOTES, REGIONS, STRUCTURE
from geo.cbs_layers import ParkNote
from geo.packages import append_layer, settle
from zicht.errors import BoundaryError

#: What stands for an unknown figure.
UNKNOWN = -99_999_999
#: Time of last change written into every file.
LAST_CHANGE = "2000-01-01T00:00:00.000Z"

_FAILED = (DataSourceError, FeatureError, GeometryError, OSError, sqlite3.DatabaseError)


def write_boundary_file(
    boundaries: BoundarySet, water: ObjectArray, path: Path, *, notes: Mapping[str, ParkNote] | None = None
) -> None:
    """Write a boundary set, whole or not at all; an existing file is replaced.

    Args:
        boundaries: What `geo.boundaries.read_boundaries` gives; the layer "country" is not written, it follows.
        water: (n,) polygons in RD.
        path: GeoPackage to write; its folder is made.
        notes: Park -> its definition and source.

    Raises:
        BoundaryError: The file cannot be written.
    """
    part = path.with_name(f".{path.stem}.part.gpkg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        names = {**REGIONS, **LAYERS}
        for level, layer in boundaries.layers.items():
            if level in names:
                columns = _table(level, layer) | (_notes(layer, notes) if notes and level == "park" else {})
                _append(part, names[level], columns, layer.geometry)
        _append(part, "wateren", {}, water)
        settle(part, moment=LAST_CHANGE)
        part.replace(path)
    except _FAILED as error:
        raise BoundaryError(
            "The boundaries could not be written.",
            where=str(path),
            remedy="Check that the folder may be written to and that the disk has room.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _table(level: str, layer: Layer) -> dict[str, Any]:
    columns: dict[str, Any] = {STRUCTURE[level]["code"][0]: layer.code, STRUCTURE[level]["name"][0]: layer.name}
    if "parent" in STRUCTURE[level]:
        columns[STRUCTURE[level]["parent"][0]] = layer.parent
    columns[EXTRA["kind"][0]] = layer.kind
    figures = {FIGURES[name][0]: np.where(np.isnan(one), UNKNOWN, one) for name, one in layer.attributes.items()}
    return columns | figures


def _notes(parks: Layer, notes: Mapping[str, ParkNote]) -> dict[str, Any]:
    known = [notes.get(code, ParkNote("", "")) for code in parks.code.tolist()]
    return {
        PARK_NOTES["definition"]: [one.definition for one in known],
        PARK_NOTES["source"]: [one.source for one in known],
    }


def _append(path: Path, layer: str, columns: dict[str, Any], geometry: ObjectArray) -> None:
    append_layer(path, layer, gpd.GeoDataFrame(columns, geometry=_multi(geometry), crs=RD))


def _multi(geometry: ObjectArray) -> ObjectArray:
    """Make every polygon a multipolygon: a layer of a GeoPackage holds one type."""
    out = geometry.copy()
    single = np.flatnonzero(shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON)
    out[single] = shapely.multipolygons(geometry[single], indices=np.arange(len(single)))
    return out
