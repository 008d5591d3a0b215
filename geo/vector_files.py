"""Read one layer of a vector file, and refuse what a reader would silently lose or change.

GDAL drops features without a word (TopoJSON objects of null type: 665 of 12,237 in one published file) and reads what
is left of a truncated file. So what the file itself declares is counted apart from GDAL, and the two numbers must
agree.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from geo.areas import RD, FloatArray, ObjectArray
from geo.projection import to_rd
from zicht.errors import BoundaryError, CRSMismatchError, SchemaError

T = TypeVar("T")

_BROKEN = (DataSourceError, DataLayerError, sqlite3.DatabaseError, pa.ArrowInvalid, OSError, ValueError, KeyError)
_AGAIN = "The file is incomplete or damaged: fetch it again and compare its size or checksum with the publisher's."


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of one layer as the file holds them.

    Args:
        where: File and layer, for messages.
        fields: Names of all columns of the layer.
        columns: Column -> (n,) values; only the columns asked for.
        geometry: (n,) shapely geometries, None where null.
    """

    where: str
    fields: tuple[str, ...]
    columns: Mapping[str, NDArray[Any]]
    geometry: ObjectArray


def layer_names(path: Path) -> list[str]:
    """Return the names of the layers in a file; a GeoParquet file has one, named after the file.

    Raises:
        BoundaryError: The file does not exist or cannot be read.
    """
    if not path.is_file():
        raise BoundaryError("There is no such file.", where=str(path))
    if path.suffix == ".parquet":
        return [path.stem]
    return _guarded(path, lambda: [str(name) for name in pyogrio.list_layers(path)[:, 0]])


def field_names(path: Path, layer: str) -> tuple[str, ...]:
    """Return the column names of a layer.

    Raises:
        SchemaError: The file has no such layer.
        BoundaryError: The file cannot be read.
    """
    names = layer_names(path)
    if layer not in names:
        raise SchemaError(
            f"There is no layer {layer!r}. Found: {', '.join(names) or 'none'}.",
            where=str(path),
            remedy="Name the file's own layers with `layers`.",
        )
    if path.suffix == ".parquet":
        return tuple(_guarded(path, lambda: pq.read_schema(path).names))
    return tuple(map(str, _guarded(path, lambda: pyogrio.read_info(path, layer=layer)["fields"])))


def read_features(path: Path, layer: str, columns: Sequence[str], *, reproject: bool = False) -> Features:
    """Read a layer whole, in RD.

    Args:
        path: GeoPackage, GeoJSON, TopoJSON, GeoParquet or another format GDAL reads.
        layer: Name of the layer.
        columns: Columns to read, as the file spells them.
        reproject: Transform coordinates that are stated in another reference system, instead of refusing them.

    Returns:
        Every feature that the file declares, in its order.

    Raises:
        SchemaError: The file has no such layer.
        CRSMismatchError: Coordinates are not in EPSG:28992.
        BoundaryError: The file is damaged, or features got lost in reading.
    """
    features, crs = _whole_layer(path, layer, columns)
    return replace(features, geometry=_in_rd(features.geometry, crs, features.where, reproject=reproject))


def read_as_stored(path: Path, layer: str, columns: Sequence[str]) -> tuple[Features, bool]:
    """Read a layer whole, in whatever coordinates the file has.

    Args:
        path: As for `read_features`.
        layer: Name of the layer.
        columns: Columns to read, as the file spells them.

    Returns:
        Every feature that the file declares, in two dimensions, and whether coordinates are stated to be metres.

    Raises:
        SchemaError: The file has no such layer.
        BoundaryError: The file is damaged, or features got lost in reading.
    """
    features, crs = _whole_layer(path, layer, columns)
    stated = None if crs is None else pyproj.CRS.from_user_input(crs)
    metric = stated is not None and stated.is_projected and stated.axis_info[0].unit_name == "metre"
    return replace(features, geometry=np.asarray(shapely.force_2d(features.geometry), dtype=object)), metric


def _whole_layer(path: Path, layer: str, columns: Sequence[str]) -> tuple[Features, Any]:
    fields, where = field_names(path, layer), f"{path}, layer {layer}"
    crs, geometry, values = _guarded(path, lambda: _read(path, layer, columns))
    declared = declared_count(path, layer)
    if declared is not None and declared != len(geometry):
        raise BoundaryError(
            f"The file declares {declared} features, but {len(geometry)} could be read: "
            f"{abs(declared - len(geometry))} would be lost in silence.",
            where=where,
            remedy="Features without a geometry are dropped by the reader. Use the publisher's GeoPackage.",
        )
    return Features(where, fields, values, geometry), crs


def declared_count(path: Path, layer: str) -> int | None:
    """Count the features that a file declares without GDAL; None for formats that are read as a whole or not at all.

    Raises:
        BoundaryError: The file is damaged.
    """
    if path.suffix == ".gpkg":
        return _guarded(path, lambda: _sqlite_count(path, layer))
    if path.suffix in {".json", ".geojson", ".topojson"}:
        return len(_guarded(path, lambda: json_features(path, layer)))
    return None


def json_features(path: Path, layer: str) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file, or the objects of one TopoJSON layer, those without geometry included."""
    document = json.loads(path.read_text(encoding="utf-8"))
    found = document["objects"][layer]["geometries"] if document["type"] == "Topology" else document["features"]
    return list(found)


def _guarded(path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except _BROKEN as error:
        raise BoundaryError("The file cannot be read.", where=str(path), remedy=_AGAIN) from error


def _read(path: Path, layer: str, columns: Sequence[str]) -> tuple[Any, ObjectArray, dict[str, NDArray[Any]]]:
    if path.suffix == ".parquet":
        frame = gpd.read_parquet(path)
        return frame.crs, frame.geometry.to_numpy(), {name: frame[name].to_numpy() for name in columns}
    meta, _, wkb, data = pyogrio.raw.read(path, layer=layer, columns=list(columns))
    values = {str(name): np.asarray(one) for name, one in zip(meta["fields"], data, strict=True)}
    return meta["crs"], np.asarray(shapely.from_wkb(wkb), dtype=object), values


def _sqlite_count(path: Path, layer: str) -> int:
    quoted = layer.replace('"', '""')
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("quick_check")
        return int(database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608


def _in_rd(geometry: ObjectArray, crs: Any, where: str, *, reproject: bool) -> ObjectArray:
    stated = None if crs is None else pyproj.CRS.from_user_input(crs)
    # A GeoPackage without a reference system says "undefined Cartesian", which is an engineering system.
    if stated is None or stated.is_engineering:
        raise CRSMismatchError(
            "No coordinate reference system is stated.",
            where=where,
            remedy="Write the file again with its reference system; Zicht works in EPSG:28992 (RD New).",
        )
    if _is_rd(stated):
        return np.asarray(shapely.force_2d(geometry), dtype=object)
    if not reproject:
        raise CRSMismatchError(
            f"Coordinates are in {stated.name}, not in EPSG:28992 (RD New).",
            where=where,
            remedy="Transform the file, or ask for it openly with `--reproject` (`reproject=True`).",
        )
    return _transformed(np.asarray(shapely.force_2d(geometry), dtype=object), stated)


def _is_rd(crs: pyproj.CRS) -> bool:
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    return horizontal.to_epsg() == RD


def _transformed(geometry: ObjectArray, crs: pyproj.CRS) -> ObjectArray:
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)

    def move(pairs: FloatArray) -> FloatArray:
        return np.column_stack(to_rd(*to_degrees.transform(pairs[:, 0], pairs[:, 1])))

    return np.asarray(shapely.transform(geometry, move), dtype=object)
