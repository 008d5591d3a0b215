"""Discs of hexes around hexes, as large as it takes to hold a stated amount of a public figure."""

from __future__ import annotations

from collections.abc import Sequence

import h3
import numpy as np
from numpy.typing import NDArray

from geo.areas import FloatArray, StrArray
from zicht.errors import AlignmentError

#: Decimals of degrees in an outline: about a tenth of a metre.
DECIMALS = 6


def discs(code: StrArray, exposure: FloatArray, *, amount: float, rings: int) -> dict[int, NDArray[np.int64]]:
    """Return the smallest disc around each hex that holds an amount of a public figure.

    Args:
        code: (n,) codes of all hexes of one level, ascending.
        exposure: (n,) the public figure of each, at least 0.
        amount: How much of it a disc must hold, above 0.
        rings: How many rings around its middle a disc may have at most; 0 for the hex alone.

    Returns:
        By position of the middle, in ascending order, (m,) ascending positions of the hexes of its disc. Hexes that
        the level does not have are left out of a disc; a hex whose largest disc holds too little has none; of equal
        discs the one with the first middle is kept.

    Raises:
        AlignmentError: The codes are not ascending or the figure is not theirs.
    """
    if len(code) != len(exposure) or np.any(code[1:] <= code[:-1]):
        raise AlignmentError("Exposure is needed of hexes in ascending order of their codes.")
    position = {one: at for at, one in enumerate(code.tolist())}
    found: dict[int, NDArray[np.int64]] = {}
    known: set[bytes] = set()
    for middle, one in enumerate(code.tolist()):
        held: list[int] = []
        for ring in range(rings + 1):
            held += [position[near] for near in h3.grid_ring(one, ring) if near in position]
            if exposure[held].sum() >= amount:
                disc = np.array(sorted(held), dtype=np.int64)
                if disc.tobytes() not in known:
                    known.add(disc.tobytes())
                    found[middle] = disc
                break
    return found


def outline(code: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """Return the rings around a union of hexes, each x0, y0, x1, y1, ... in degrees, closed."""
    shape = h3.cells_to_geo(list(code))
    polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return tuple(
        tuple(round(float(side), DECIMALS) for point in ring for side in point) for rings in polygons for ring in rings
    )
