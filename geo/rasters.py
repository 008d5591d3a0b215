"""Sums of a raster over areas, exactly: each cell counts for the share of it that an area covers.

Conventions: a raster holds amounts per cell (persons), not densities, so that the sums over a partition add up to the
raster. A cell without data counts as nothing. Coverage fractions: exactextract
(https://github.com/isciences/exactextract).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource
from exactextract.writer import Writer
from rasterio.errors import RasterioError
from rasterio.transform import Affine

from geo.areas import RD, FloatArray, ObjectArray
from zicht.errors import AlignmentError, BoundaryError, CRSMismatchError


def zonal_sums(raster: Path, geometries: ObjectArray, *, crs: int = RD) -> dict[str, FloatArray]:
    """Add up a raster over areas.

    Args:
        raster: GeoTIFF of amounts per cell, north up, in the same reference system as the areas.
        geometries: (n,) shapely (multi)polygons, None allowed.
        crs: EPSG code of the geometries.

    Returns:
        Band name (its description, else "band_1", ...) -> (n,) sums; 0 where an area meets no data, NaN where there is
        no polygon.

    Raises:
        CRSMismatchError: The raster is in another reference system, or in none that is stated.
        BoundaryError: The raster cannot be read, or is not north up.
    """
    bands = read_bands(raster, crs=crs)
    drawn = np.flatnonzero(~shapely.is_missing(geometries))
    found = _sums(list(bands.values()), geometries[drawn]) if len(drawn) else np.zeros((len(bands), 0))
    sums = np.full((len(bands), len(geometries)), np.nan)
    sums[:, drawn] = found
    return dict(zip(bands, sums, strict=True))


def write_raster(
    path: Path, bands: Mapping[str, FloatArray], *, west: float, north: float, cell: float, crs: int = RD
) -> None:
    """Write amounts per cell as a GeoTIFF; NaN is written as no data, and the same values give the same bytes.

    Args:
        path: The file to write.
        bands: Name -> (rows, columns) amounts, the first row northernmost; all of one shape.
        west: x of the western edge, metres.
        north: y of the northern edge, metres.
        cell: Width and height of a cell, metres.
        crs: EPSG code.

    Raises:
        AlignmentError: There is no band, or the bands differ in shape.
    """
    shapes = {values.shape for values in bands.values()}
    if len(shapes) != 1:
        raise AlignmentError("A raster needs bands of one shape.", where=str(path))
    height, width = shapes.pop()
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": len(bands),
        "dtype": "float64",
        "crs": f"EPSG:{crs}",
        "transform": Affine(cell, 0.0, west, 0.0, -cell, north),
        "nodata": np.nan,
        "compress": "deflate",
        "predictor": 3,
    }
    with rasterio.open(path, "w", **profile) as target:
        for band, (name, values) in enumerate(bands.items(), start=1):
            target.write(np.asarray(values, dtype=np.float64), band)
            target.set_band_description(band, name)


def read_bands(raster: Path, *, crs: int = RD) -> dict[str, NumPyRasterSource]:
    """Read a raster of amounts, cells without data as 0.

    Args:
        raster: GeoTIFF.
        crs: EPSG code that it must have.

    Returns:
        Band name -> raster source of float64 amounts.

    Raises:
        CRSMismatchError: The raster is in another reference system, or in none that is stated.
        BoundaryError: The raster cannot be read, or is not north up.
    """
    try:
        with rasterio.open(raster) as source:
            stated = source.crs.to_epsg() if source.crs else None
            names = [text or f"band_{band}" for band, text in enumerate(source.descriptions, start=1)]
            amounts = source.read(masked=True).astype(np.float64).filled(np.nan)
            grid = source.transform
    except RasterioError as error:
        raise BoundaryError("The raster cannot be read.", where=str(raster), remedy="Make it again.") from error
    _check_grid(raster, stated, grid, crs)
    rows, columns = amounts.shape[1:]
    bounds = (grid.c, grid.f + rows * grid.e, grid.c + columns * grid.a, grid.f)
    return {
        name: NumPyRasterSource(np.nan_to_num(values, nan=0.0), *bounds)
        for name, values in zip(names, amounts, strict=True)
    }


def _check_grid(raster: Path, stated: int | None, grid: Affine, crs: int) -> None:
    if stated != crs:
        raise CRSMismatchError(
            f"The raster is in {f'EPSG:{stated}' if stated else 'no stated system'}, the areas in EPSG:{crs}.",
            where=str(raster),
            remedy="Warp the raster to the areas' reference system, keeping its total.",
        )
    if grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        raise BoundaryError("The raster is not north up.", where=str(raster), remedy="Warp it to a north-up grid.")


class _Areas(FeatureSource):  # type: ignore[misc]
    """Polygons for exactextract as WKB: its own sources go by way of JSON text, which takes longer than the sums."""

    def __init__(self, geometries: ObjectArray) -> None:
        super().__init__()
        self._wkb = shapely.to_wkb(geometries)

    def count(self) -> int:
        return len(self._wkb)

    def __iter__(self) -> Iterator[_Area]:
        return map(_Area, self._wkb)

    def srs_wkt(self) -> None:
        return None


class _Area(Feature):  # type: ignore[misc]
    def __init__(self, wkb: bytes | None = None) -> None:
        super().__init__()
        self._wkb = wkb
        self.values: dict[str, float] = {}

    def geometry(self) -> bytes | None:
        return self._wkb

    def fields(self) -> list[str]:
        return list(self.values)

    def get(self, name: str) -> float:
        return self.values[name]

    def set(self, name: str, value: float) -> None:
        self.values[name] = value

    def set_geometry(self, wkb: bytes | None) -> None:
        self._wkb = wkb

    def set_geometry_format(self) -> str:
        return "wkb"


class _Sums(Writer):  # type: ignore[misc]
    """Takes the results of exactextract, area by area in the order given."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []

    def write(self, feature: Feature) -> None:
        row = _Area()
        feature.copy_to(row)
        self.rows.append(row.values)

    def features(self) -> list[dict[str, float]]:
        return self.rows


def _sums(bands: list[NumPyRasterSource], geometries: ObjectArray) -> FloatArray:
    writer = _Sums()
    names = [f"band{at}" for at in range(len(bands))]
    for band, name in zip(bands, names, strict=True):
        band.set_name(name)
    exact_extract(bands, _Areas(geometries), ["sum"], output=writer)
    key = [f"{name}_sum" for name in names] if len(names) > 1 else ["sum"]
    return np.nan_to_num(np.array([[row[one] for row in writer.rows] for one in key], dtype=np.float64), nan=0.0)
