"""Write and read the population raster of a fictional country: persons and homes per square of 100 m."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import geometry_mask

from geo.areas import RD
from geo.fiction.country import FictionalCountry

#: Side of a square, metres; squares lie on whole multiples of it in RD.
SQUARE = 100

#: Value of squares outside the land.
NODATA = -1.0

#: Bands in order, with the name each carries in the file.
BANDS = ("inhabitants", "homes")


@dataclass(frozen=True, slots=True, eq=False)
class PopulationRaster:
    """Persons and homes per square.

    Args:
        west: Western edge, RD metres.
        north: Northern edge, RD metres.
        values: (2, rows, columns) in the order of `BANDS`; `NODATA` outside the land.
    """

    west: float
    north: float
    values: NDArray[np.float32]


def rasterise_population(country: FictionalCountry) -> PopulationRaster:
    """Count residents and homes in squares of 100 m.

    Args:
        country: The fictional country.

    Returns:
        The raster; its totals equal those of the register.
    """
    land = country.boundaries.layers["country"].geometry[0]
    west, south, east, north = shapely.bounds(land)
    left, top = np.floor(west / SQUARE) * SQUARE, np.ceil(north / SQUARE) * SQUARE
    rows, columns = int(np.ceil((top - south) / SQUARE)), int(np.ceil((east - left) / SQUARE))
    register = country.addresses
    square = np.floor((top - register.y) / SQUARE).astype(np.int64) * columns
    square += np.floor((register.x - left) / SQUARE).astype(np.int64)
    outside = geometry_mask([land], (rows, columns), Affine(SQUARE, 0.0, left, 0.0, -SQUARE, top), all_touched=False)
    counted = [
        np.bincount(square, weights, rows * columns).reshape(rows, columns)
        for weights in (register.residents, register.use == "home")
    ]
    empty = outside & (np.bincount(square, minlength=rows * columns).reshape(rows, columns) == 0)
    values = np.where(empty, NODATA, np.stack(counted)).astype(np.float32)
    return PopulationRaster(float(left), float(top), values)


def write_population_raster(country: FictionalCountry, path: Path) -> None:
    """Write the population raster as a GeoTIFF of two float32 bands, EPSG:28992.

    Args:
        country: The fictional country.
        path: GeoTIFF to write; an existing file is replaced.
    """
    raster = rasterise_population(country)
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": len(BANDS),
        "height": raster.values.shape[1],
        "width": raster.values.shape[2],
        "crs": f"EPSG:{RD}",
        "transform": Affine(SQUARE, 0.0, raster.west, 0.0, -SQUARE, raster.north),
        "nodata": NODATA,
        "compress": "deflate",
        "predictor": 3,
        "zlevel": 9,
        "interleave": "band",
    }
    with rasterio.open(path, "w", **profile) as file:
        file.write(raster.values)
        file.descriptions = BANDS


def read_population_raster(path: Path) -> PopulationRaster:
    """Read a raster that `write_population_raster` wrote."""
    with rasterio.open(path) as file:
        return PopulationRaster(file.transform.c, file.transform.f, file.read())
