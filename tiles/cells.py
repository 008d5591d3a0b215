"""Cells of H3 as numbers of one resolution: what differs between their codes, and where they are on the grid of a map.

The format of an index is public (H3 documentation, "H3Index Representations"): from the highest bits down the
constant 1 at bit 59, the resolution at bit 52, a base cell of 7 bits, then fifteen digits of 3 bits each, 7 where no
digit is. Base cell and digits of one resolution are a number here. Ascending, it runs through the children of one
parent, digit by digit, before it comes to the next parent: the child order of H3, in which all descendants of a cell
stand together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tiles.errors import MalformedColumnError
from zicht.published import FloatArray, StrArray

#: The grid has 2**GRID steps around the world, in web mercator.
GRID = 26

#: The finest resolution of H3.
FINEST = 15

IntArray = NDArray[np.int64]

_BASE_CELLS = 122
_NO_DIGIT = 7


def compact(code: StrArray) -> tuple[IntArray, int]:
    """Return the part of each code that differs within a resolution, and the resolution.

    Args:
        code: (n,) codes of 15 hexadecimal digits, of one resolution.

    Raises:
        MalformedColumnError: They are not.
    """
    try:
        whole = np.array([int(one, 16) for one in code.tolist()], dtype=np.int64)
    except (ValueError, OverflowError):
        raise MalformedColumnError("A code is no H3 cell.") from None
    resolution = int(whole[0] >> 52 & 15) if len(whole) else 0
    found = (whole & (2**52 - 1)) >> 3 * (FINEST - resolution)
    if not _exist(found, resolution) or not np.array_equal(codes(found, resolution), code):
        raise MalformedColumnError("The codes are no H3 cells of one resolution.")
    return found, resolution


def _exist(cell: IntArray, resolution: int) -> bool:
    digits = cell[:, None] >> 3 * np.arange(resolution) & 7
    return bool((cell >> 3 * resolution < _BASE_CELLS).all() and (digits != _NO_DIGIT).all())


def codes(cell: IntArray, resolution: int) -> StrArray:
    """Return the codes that `compact` took apart."""
    unused = 3 * (FINEST - resolution)
    fixed = (1 << 59) | (resolution << 52) | ((1 << unused) - 1)
    return np.array([f"{fixed | (one << unused):x}" for one in cell.tolist()], dtype=np.str_)


def resolution_of(code: StrArray) -> int:
    """Return the resolution of a list of cells by its first code, -1 where there is none."""
    return int(str(code[0])[1], 16) if len(code) else -1


def mercator(lonlat: FloatArray) -> FloatArray:
    """Return (n, 2) degrees as parts of the world: x to the east, y downward, 0 to 1."""
    latitude = np.radians(lonlat[:, 1])
    return np.column_stack([(lonlat[:, 0] + 180) / 360, 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)])


def ends(bounds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the north-western and the south-eastern ends of (n, 4) bounds in degrees, as parts of the world."""
    return mercator(bounds[:, [0, 3]]), mercator(bounds[:, [2, 1]])
