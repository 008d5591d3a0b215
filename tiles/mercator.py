"""RD coordinates on the integer plane of web mercator, fast and the same on every machine.

The plane has `extent * 2^DEPTH` units along the side of the world, so that a world unit of any zoom is a power of two
of them: half a millimetre at extent 4096. PROJ needs more than a microsecond a point. So its result (by the operation
that `geo.projection` states) is interpolated once by Chebyshev polynomials of two variables over the range where RD is
valid, and held against PROJ at other points before it is used. Conventions: y points down; sums run in a fixed order.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.areas import FloatArray
from geo.polygons import RD_BOUNDS
from geo.projection import to_lonlat
from tiles.compiled import kernel
from tiles.scheme import EXTENT, HALF_WORLD
from zicht.errors import BoundaryError

IntArray = NDArray[np.int64]

#: Zoom whose world units the plane is made of.
DEPTH = 24

#: Largest error against PROJ that is accepted, metres.
TOLERANCE = 1e-6

# Terms T_i(u) T_j(v) with i + j up to this degree; the next ones are below a hundred-millionth of a metre.
_DEGREE = 10
_NODES = 16


def plane(lon: FloatArray, lat: FloatArray, *, extent: int = EXTENT) -> FloatArray:
    """Return (2, n) positions on the plane, not rounded, of (n,) longitudes and latitudes in degrees."""
    side = float(extent << DEPTH)
    x = np.radians(lon) / (2 * np.pi) + 0.5
    y = 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)
    return np.vstack([x, y]) * side


def metres(x: float, y: float, *, extent: int = EXTENT) -> tuple[float, float]:
    """Return web mercator metres of a position on the plane."""
    unit = 2 * HALF_WORLD / (extent << DEPTH)
    return x * unit - HALF_WORLD, HALF_WORLD - y * unit


def from_rd(x: FloatArray, y: FloatArray, *, extent: int = EXTENT) -> FloatArray:
    """Project RD to the plane.

    Args:
        x: (n,) RD metres within `RD_BOUNDS`.
        y: (n,) RD metres within `RD_BOUNDS`.
        extent: Units along a tile.

    Returns:
        (2, n) positions on the plane, not rounded, within `TOLERANCE` of PROJ's.
    """
    # Compiled for one way of lying in memory, not for two.
    x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
    return np.asarray(_evaluate(x, y, _coefficients(extent), np.array(RD_BOUNDS), _DEGREE))


@lru_cache(maxsize=4)
def _coefficients(extent: int) -> FloatArray:
    nodes = [math.cos(math.pi * (k + 0.5) / _NODES) for k in range(_NODES)]
    values = _exact(np.array(nodes), extent)
    basis = [[math.cos(math.pi * i * (k + 0.5) / _NODES) for k in range(_NODES)] for i in range(_DEGREE + 1)]
    out = np.zeros((2, _DEGREE + 1, _DEGREE + 1))
    for axis in range(2):
        # math.fsum is exact whatever the processor, a matrix product is not.
        rows = [
            [math.fsum(b * float(v) for b, v in zip(one, values[axis, :, k], strict=True)) for one in basis]
            for k in range(_NODES)
        ]
        for i in range(_DEGREE + 1):
            for j in range(_DEGREE + 1 - i):
                total = math.fsum(basis[j][k] * rows[k][i] for k in range(_NODES))
                out[axis, i, j] = total * (1 if i == 0 else 2) * (1 if j == 0 else 2) / _NODES**2
    _check(out, extent)
    return out


def _exact(unit: FloatArray, extent: int) -> FloatArray:
    """Return (2, n, n) positions by PROJ at a grid of (n,) places from -1 to 1 across the range of RD."""
    west, south, east, north = RD_BOUNDS
    u, v = np.meshgrid(unit, unit, indexing="ij")
    x, y = west + (u + 1) / 2 * (east - west), south + (v + 1) / 2 * (north - south)
    return plane(*to_lonlat(x.ravel(), y.ravel()), extent=extent).reshape(2, len(unit), len(unit))


def _check(coefficients: FloatArray, extent: int) -> None:
    places = np.linspace(-1, 1, 37)
    west, south, east, north = RD_BOUNDS
    u, v = np.meshgrid(places, places, indexing="ij")
    x, y = west + (u.ravel() + 1) / 2 * (east - west), south + (v.ravel() + 1) / 2 * (north - south)
    ours = _evaluate(x, y, coefficients, np.array(RD_BOUNDS), _DEGREE)
    error = np.abs(ours - _exact(places, extent).reshape(2, -1)).max() * 2 * HALF_WORLD / (extent << DEPTH)
    if not error < TOLERANCE:
        raise BoundaryError(
            f"The interpolated projection is {error:.1e} m from PROJ's, more than {TOLERANCE:.0e} m.",
            remedy="Install the version of PROJ (pyproj) that requirements/build.txt names.",
        )


@kernel
def _evaluate(x: FloatArray, y: FloatArray, c: FloatArray, bounds: FloatArray, degree: int) -> FloatArray:
    out = np.empty((2, len(x)))
    t, s = np.empty(degree + 1), np.empty(degree + 1)
    t[0] = s[0] = 1.0
    for k in range(len(x)):
        u = 2 * (x[k] - bounds[0]) / (bounds[2] - bounds[0]) - 1
        v = 2 * (y[k] - bounds[1]) / (bounds[3] - bounds[1]) - 1
        t[1], s[1] = u, v
        for i in range(2, degree + 1):
            t[i] = 2 * u * t[i - 1] - t[i - 2]
            s[i] = 2 * v * s[i - 1] - s[i - 2]
        right, down = 0.0, 0.0
        for i in range(degree + 1):
            a, b = 0.0, 0.0
            for j in range(degree + 1 - i):
                a += c[0, i, j] * s[j]
                b += c[1, i, j] * s[j]
            right += a * t[i]
            down += b * t[i]
        out[0, k], out[1, k] = right, down
    return out
