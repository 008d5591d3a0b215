"""Study areas from polygons, and densities as files: the raster side of `density`.

A density is written as a cloud-optimised GeoTIFF: tiles and overviews in one file, so that QGIS reads only what it
draws. It tells where records lie and belongs where they belong.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine

from analysis.confidential.points.density import FloatArray, Window
from analysis.statistics.errors import CostError, StatisticError
from geo.areas import RD, ObjectArray

#: Most cells of a raster: 800 MB of numbers.
MOST_CELLS = 100_000_000

#: What stands in the file for whoever finds it.
WARNING = "Computed from records. Not for publication."


def window_of(areas: ObjectArray, *, cell: float) -> Window:
    """Return the cells that polygons touch, on a raster whose edges are whole numbers of cells.

    Args:
        areas: (n,) shapely (multi)polygons.
        cell: Width and height of a cell, above 0, in the unit of the coordinates.

    Raises:
        StatisticError: There is no polygon, or the cell is not above 0.
        CostError: The raster would have too many cells.
    """
    drawn = areas[~(shapely.is_missing(areas) | shapely.is_empty(areas))]
    if not len(drawn) or not (np.isfinite(cell) and cell > 0):
        raise StatisticError("A study area needs a polygon, and a raster cells wider than 0.")
    west, south, east, north = shapely.total_bounds(drawn) / cell
    left, top = np.floor(west), np.ceil(north)
    width, height = max(1, int(np.ceil(east) - left)), max(1, int(top - np.floor(south)))
    if width * height > MOST_CELLS:
        raise CostError(f"The raster would have {width * height:,} cells.", remedy="Give a larger cell.")
    grid = Affine(cell, 0.0, left * cell, 0.0, -cell, top * cell)
    inside = rasterize(drawn.tolist(), out_shape=(height, width), transform=grid, all_touched=True, dtype="uint8")
    return Window(west=float(left * cell), north=float(top * cell), cell=float(cell), inside=inside > 0)


def write_density(path: Path, amount: FloatArray, window: Window, *, crs: int = RD) -> None:
    """Write events per cell as a cloud-optimised GeoTIFF; the same values give the same bytes.

    Args:
        path: The file to write or replace; its folder exists.
        amount: (rows, columns) events per cell.
        window: The study area; cells outside are written as no data.
        crs: EPSG code of the coordinates.

    Raises:
        StatisticError: The density is not on the window's raster.
    """
    if amount.shape != window.inside.shape:
        raise StatisticError(f"The density has shape {amount.shape}, the study area {window.inside.shape}.")
    height, width = amount.shape
    with rasterio.open(
        path,
        "w",
        driver="COG",
        height=height,
        width=width,
        count=1,
        dtype="float64",
        crs=f"EPSG:{crs}",
        transform=Affine(window.cell, 0.0, window.west, 0.0, -window.cell, window.north),
        nodata=np.nan,
        compress="deflate",
        predictor="yes",
        overview_resampling="average",
    ) as target:
        target.write(np.where(window.inside, amount, np.nan), 1)
        target.set_band_description(1, "events per cell")
        target.update_tags(warning=WARNING)
