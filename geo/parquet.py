"""Write the places of a release: `areas.parquet`, GeoParquet 1.1 that also serves readers without geometry.

Conventions: rows are ordered by level, then fid; geometry is WKB in EPSG:28992, null for hexes and for areas without a
polygon; lon, lat is a point inside (a cell's centre), west to north the bounds, in WGS 84 degrees rounded to 1e-7 (1
cm), so that the last bit of a projection does not change the bytes. GeoParquet:
https://geoparquet.org/releases/v1.1.0/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from geo.areas import RD, FloatArray, Layer
from geo.grids import centres, from_strings, hex_polygons
from geo.projection import to_lonlat
from zicht.areas import COLUMNS
from zicht.errors import AlignmentError

_DECIMALS = 7
_TYPES = {"fid": pa.int32()} | dict.fromkeys(COLUMNS[6:], pa.float64())


def areas_table(layers: Mapping[str, Layer]) -> pa.Table:
    """Return all areas as one GeoParquet table.

    Args:
        layers: Level -> layer, coarsest first, the families one after the other.

    Returns:
        The columns of `zicht.areas.COLUMNS` and `geometry`, with GeoParquet metadata.

    Raises:
        AlignmentError: There is no layer, or one is filed under another level than its own.
    """
    if not layers:
        raise AlignmentError("A release needs at least one layer of areas.")
    for level, layer in layers.items():
        if level != layer.level:
            raise AlignmentError(f"Layer {layer.level} is filed under level {level}.")
    parts = [_columns(layer) for layer in layers.values()]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in (*COLUMNS, "geometry")}
    arrays = {name: pa.array(joined[name], type=_TYPES.get(name, pa.string())) for name in COLUMNS}
    arrays["geometry"] = pa.array(joined["geometry"], type=pa.binary())
    return pa.table(arrays).replace_schema_metadata({"geo": json.dumps(_geo(layers), sort_keys=True)})


def write_areas(layers: Mapping[str, Layer], path: Path) -> None:
    """Write `areas.parquet`; the same layers give the same bytes.

    Args:
        layers: As for `areas_table`.
        path: The file to write.

    Raises:
        AlignmentError: As `areas_table`.
    """
    pq.write_table(areas_table(layers), path, compression="zstd", row_group_size=1 << 20)


def _columns(layer: Layer) -> dict[str, Any]:
    point, bounds = _hexes(layer) if layer.level.startswith("h3-") else _polygons(layer)
    text = {"code": layer.code, "name": layer.name, "parent": layer.parent, "kind": layer.kind}
    places = np.round(np.column_stack([point, bounds]), _DECIMALS)
    return {
        "level": np.full(len(layer), layer.level),
        "fid": np.arange(len(layer), dtype=np.int32),
        **text,
        **dict(zip(COLUMNS[6:], places.T, strict=True)),
        "geometry": shapely.to_wkb(layer.geometry, byte_order=1, output_dimension=2),
    }


def _hexes(layer: Layer) -> tuple[FloatArray, FloatArray]:
    cell = from_strings(layer.code)
    return centres(cell), np.asarray(shapely.bounds(hex_polygons(cell, crs=4326)))


def _polygons(layer: Layer) -> tuple[FloatArray, FloatArray]:
    inside = shapely.point_on_surface(layer.geometry)
    point = np.column_stack(to_lonlat(shapely.get_x(inside), shapely.get_y(inside)))
    lonlat = shapely.transform(layer.geometry, lambda xy: np.column_stack(to_lonlat(xy[:, 0], xy[:, 1])))
    return point, np.asarray(shapely.bounds(lonlat))


def _geo(layers: Mapping[str, Layer]) -> dict[str, Any]:
    bounds = np.concatenate([np.asarray(shapely.bounds(layer.geometry)).reshape(-1, 4) for layer in layers.values()])
    known = bounds[~np.isnan(bounds[:, 0])]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({one.geom_type for layer in layers.values() for one in layer.geometry if one}),
        "crs": json.loads(pyproj.CRS.from_epsg(RD).to_json()),
    }
    if len(known):
        column["bbox"] = [*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
