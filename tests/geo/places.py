"""A tiny country of squares for tests of places, and how to write it as a publisher would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo.areas import Layer, ObjectArray

#: Lower left corner in RD: inland, away from every edge of the system.
WEST, SOUTH = 150_000.0, 450_000.0
SIDE = 1_000.0

Table = dict[str, Any]


def box(column: float, row: float, columns: float = 1.0, rows: float = 1.0) -> shapely.Polygon:
    """A rectangle on the grid of squares of a kilometre."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + columns * SIDE, south + rows * SIDE)


def objects(geometries: Sequence[object]) -> ObjectArray:
    out = np.full(len(geometries), None, dtype=object)
    out[:] = list(geometries)
    return out


def layer(geometries: Sequence[object], *, level: str = "buurt", codes: Sequence[str] | None = None) -> Layer:
    """A layer of polygons with codes in the order given."""
    code = np.array(codes or [f"BU9001{at:04d}" for at in range(len(geometries))], dtype=np.str_)
    return Layer(
        level=level,
        code=code,
        name=np.array([f"naam van {one}" for one in code], dtype=np.str_),
        parent=np.full(len(code), "WK900100"),
        kind=np.full(len(code), "area"),
        geometry=objects(geometries),
    )


def voronoi(points: Sequence[tuple[float, float]], extent: shapely.Polygon) -> list[shapely.Geometry]:
    """A partition of the extent into cells with irregular borders, drawn from the same coordinates on both sides."""
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=extent, ordered=False)
    cut = [cell.intersection(extent) for cell in cells.geoms]
    return [cell for cell in cut if cell.area > 0]


def tables() -> dict[str, Table]:
    """Two gemeenten of two wijken of two buurten each, a row of squares with a lake and abroad, in the current layout.

    Buurt k is the square in column k, its wijk k // 2, its gemeente k // 4.
    """
    gemeenten = {
        "gemeentecode": ["GM9002", "GM9001", "GM9001", "GM0998"],
        "gemeentenaam": ["Twee", "Een", "Een", "Buitenland"],
        "water": ["NEE", "NEE", "JA", "B"],
        "jaar": [2025] * 4,
        "aantal_inwoners": [260, 110, -99999999, 7],
        "geometry": [box(4, 0, 4), box(0, 0, 4), box(0, 1, 8), box(9, 0)],
    }
    wijken = {
        "wijkcode": [f"WK900{1 + at // 2}0{at % 2}" for at in range(4)],
        "wijknaam": [f"Wijk {at}" for at in range(4)],
        "gemeentecode": [f"GM900{1 + at // 2}" for at in range(4)],
        "water": ["NEE"] * 4,
        "aantal_inwoners": [30, 70, 110, 150],
        "geometry": [box(2 * at, 0, 2) for at in range(4)],
    }
    buurten = {
        "buurtcode": [f"BU900{1 + at // 4}0{at // 2 % 2}0{at % 2}" for at in range(8)],
        "buurtnaam": [f"Buurt {at}" for at in range(8)],
        "wijkcode": [f"WK900{1 + at // 4}0{at // 2 % 2}" for at in range(8)],
        "gemeentecode": [f"GM900{1 + at // 4}" for at in range(8)],
        "water": ["NEE"] * 8,
        "aantal_inwoners": [10, 20, 30, 40, 50, 60, -99997, 80],
        "aantal_huishoudens": [5, 10, 15, 20, 25, 30, 35, -99999999],
        "geometry": [box(at, 0) for at in range(8)],
    }
    return {"gemeenten": gemeenten, "wijken": wijken, "buurten": buurten}


def renamed(table: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    return {names.get(column, column): values for column, values in table.items()}


def without(table: Mapping[str, Any], row: int) -> Table:
    return {column: [one for at, one in enumerate(values) if at != row] for column, values in table.items()}


def altered(table: Mapping[str, Any], column: str, row: int, value: object) -> Table:
    changed = list(table[column])
    changed[row] = value
    return {**table, column: changed}


def write(path: Path, layers: Mapping[str, Mapping[str, Any]], *, crs: object = 28992, **options: Any) -> Path:
    """Write layers as a GeoPackage."""
    for name, table in layers.items():
        frame = gpd.GeoDataFrame(
            {column: list(values) for column, values in table.items()}, geometry="geometry", crs=crs
        )
        pyogrio.write_dataframe(
            frame, path, layer=name, driver="GPKG", append=path.exists(), SPATIAL_INDEX="NO", **options
        )
    return path
