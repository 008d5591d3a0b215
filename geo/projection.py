"""Between RD New (EPSG:28992, metres) and WGS 84 longitude and latitude (degrees), by one stated operation.

PROJ chooses among operations by what happens to be installed: with the national grid shift present, the same
coordinates come out centimetres elsewhere and the same inputs no longer give the same bytes. So the operation is
written out here: "Amersfoort to WGS 84 (4)" (EPSG:15934, a similarity transformation, Kadaster; stated accuracy 1 m),
as PROJ itself chooses where no grids are installed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyproj

from geo.areas import FloatArray

_RD_TO_LONLAT = (
    "+proj=pipeline +step +inv +proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 "
    "+x_0=155000 +y_0=463000 +ellps=bessel +step +proj=push +v_3 +step +proj=cart +ellps=bessel "
    "+step +proj=helmert +x=565.4171 +y=50.3319 +z=465.5524 +rx=0.398957388243134 +ry=-0.343987817378283 "
    "+rz=1.87740163998045 +s=4.0725 +convention=coordinate_frame +step +inv +proj=cart +ellps=WGS84 "
    "+step +proj=pop +v_3 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


@lru_cache(maxsize=1)
def _transformer() -> pyproj.Transformer:
    return pyproj.Transformer.from_pipeline(_RD_TO_LONLAT)


def to_lonlat(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Project RD coordinates to longitude and latitude.

    Args:
        x: (n,) RD x in metres; NaN allowed.
        y: (n,) RD y in metres; NaN allowed.

    Returns:
        Two (n,) arrays of WGS 84 degrees, NaN where a coordinate was NaN.
    """
    return _apply(x, y, pyproj.enums.TransformDirection.FORWARD)


def to_rd(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Project longitude and latitude to RD coordinates.

    Args:
        lon: (n,) WGS 84 longitude in degrees; NaN allowed.
        lat: (n,) WGS 84 latitude in degrees; NaN allowed.

    Returns:
        Two (n,) arrays of RD metres, NaN where a coordinate was NaN.
    """
    return _apply(lon, lat, pyproj.enums.TransformDirection.INVERSE)


def _apply(a: FloatArray, b: FloatArray, direction: pyproj.enums.TransformDirection) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    known = np.isfinite(first) & np.isfinite(second)
    out = np.full((2, *first.shape), np.nan)
    out[:, known] = _transformer().transform(first[known], second[known], direction=direction)
    return out[0], out[1]
