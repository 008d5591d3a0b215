"""Read tables, pairs and polygons from files, and write results: the only I/O of this package."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from analysis.tables.method import TableOutput
from analysis.tables.prepare import Polygons
from analysis.tables.sheet import Sheet, parse_sheet
from zicht.errors import SchemaError, ZichtError
from zicht.linear_table_files import write_rows

#: Snapping distance in metres; elsewhere this share of the larger side of the map.
SNAP_METRES = 0.1
SNAP_SHARE = 1e-6


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file.

    Raises:
        SchemaError: There is no such file, or it is no CSV in UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SchemaError("There is no such file.", where=str(path), remedy="Check the path.") from None
    except IsADirectoryError:
        raise SchemaError("This is a folder.", where=str(path), remedy="Name a CSV file.") from None
    except UnicodeDecodeError:
        raise SchemaError("The file is not UTF-8 text.", where=path.name, remedy="Save it as CSV in UTF-8.") from None
    return parse_sheet(text, where=path.name)


def read_polygons(path: Path, *, id_field: str, layer: str | None) -> Polygons:
    """Read the areas of a vector file, in the coordinates of the file.

    Args:
        path: GeoPackage, GeoJSON, shapefile, GeoParquet or another format GDAL reads.
        id_field: Its field of ids; whole numbers are read as text without decimals.
        layer: Its layer; None where it has one.

    Raises:
        BoundaryError: The file cannot be read, or features would be lost.
        SchemaError: It has no such layer or field, several layers, or a feature without a polygon.
        ZichtError: The libraries for geometry are not installed.
    """
    # They are needed here alone: tables without polygons do without.
    try:
        from geo.vector_files import field_names, layer_names, read_as_stored
    except ModuleNotFoundError as error:
        raise ZichtError(
            f"Reading polygons needs {error.name}, which is not installed.",
            where=path.name,
            remedy="Install `pip install 'zicht[build]'`, or give neighbours as pairs or points.",
        ) from None

    names = layer_names(path)
    chosen = _layer(path.name, names, layer)
    known = field_names(path, chosen)
    if id_field not in known:
        raise SchemaError(
            f"There is no field {id_field!r}.", where=path.name, remedy=f"Say --geo-id, one of: {', '.join(known)}."
        )
    features, metric = read_as_stored(path, chosen, [id_field])
    ids = [_text(one) for one in features.columns[id_field].tolist()]
    without = [one for one, shape in zip(ids, features.geometry, strict=True) if not _is_polygon(shape)]
    if without:
        raise SchemaError(f"A feature has no polygon, first {without[0]!r}.", where=path.name)
    bounds = np.array([shape.bounds for shape in features.geometry]).reshape(-1, 4)
    side = float((bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)).max()) if len(bounds) else 0.0
    snap = SNAP_METRES if metric else SNAP_SHARE * side
    return Polygons(where=path.name, ids=ids, geometry=features.geometry, snap=snap)


def _layer(where: str, names: Sequence[str], layer: str | None) -> str:
    remedy = f"Say --layer with one of: {', '.join(map(repr, names))}."
    if layer is None and len(names) != 1:
        raise SchemaError(f"The file has {len(names)} layers.", where=where, remedy=remedy)
    if layer is not None and layer not in names:
        raise SchemaError(f"There is no layer {layer!r}.", where=where, remedy=remedy)
    return names[0] if layer is None else layer


def write_output(path: Path, output: TableOutput) -> None:
    """Write columns as CSV, whole or not at all; numbers so that they read back exactly, NaN as an empty field.

    Raises:
        SchemaError: The folder is not there.
    """
    columns = [_texts(column) for column in output.columns.values()]
    write_rows(path, list(output.columns), zip(*columns, strict=True))


def _texts(column: Sequence[Any] | np.typing.NDArray[Any]) -> list[str]:
    values = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return [_written(value) for value in values]


def _written(value: Any) -> str:
    if isinstance(value, float):
        return "" if isnan(value) else repr(value)
    return str(value)


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_polygon(shape: Any) -> bool:
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty
