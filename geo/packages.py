"""Write GeoPackages that no clock changes: the same layers, written in the same order, give the same bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio


def append_layer(path: Path, layer: str, frame: gpd.GeoDataFrame) -> None:
    """Add a layer of multipolygons, without a spatial index, to a GeoPackage; a file that is not there is made.

    Args:
        path: GeoPackage.
        layer: Name of the new layer.
        frame: Its rows; every geometry is a multipolygon or None.

    Raises:
        pyogrio.errors.DataSourceError: The file cannot be written; so do its other errors, and OSError.
    """
    pyogrio.write_dataframe(
        frame,
        path,
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        geometry_type="MultiPolygon",
        layer_options={"SPATIAL_INDEX": "NO", "GEOMETRY_NAME": "geom"},
    )


def settle(path: Path, *, moment: str) -> None:
    """Write a GeoPackage anew without what depends on the clock: the time of last change, and the count of changes.

    GDAL stamps the time, and SQLite counts each change, now one more and now one less as milliseconds fall; only a
    copy (`VACUUM INTO`, not `VACUUM`) counts from the start.

    Args:
        path: GeoPackage to replace.
        moment: What to write as the time of last change, ISO 8601 in UTC.

    Raises:
        sqlite3.DatabaseError: The file cannot be read or written.
        OSError: It cannot be replaced.
    """
    packed = path.with_name(f".{path.name}.packed")
    packed.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
            database.commit()
            database.execute("VACUUM INTO ?", (str(packed),))
        packed.replace(path)
    finally:
        packed.unlink(missing_ok=True)
