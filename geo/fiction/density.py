"""Address density (addresses per km2 within a kilometre) and the five classes of urbanity made from it.

The measure and its bounds are those of den Dulk, van de Stadt and Vliegen (1992), used by CBS ever since.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import oaconvolve

from geo.areas import FloatArray, StrArray
from geo.fiction.country import AddressRegister, IntArray
from geo.fiction.figures import count_by

#: Side of the squares that addresses are counted in, and the radius of the surroundings, metres.
SQUARE, RADIUS = 100.0, 1_000.0

#: Lower bounds of urbanity classes 1 (very urban) to 4; below the last is 5 (rural).
URBANITY = (2500.0, 1500.0, 1000.0, 500.0)


def surrounding_density(register: AddressRegister) -> FloatArray:
    """Count addresses per km2 within a kilometre of each address, by squares of 100 m.

    Args:
        register: The addresses.

    Returns:
        (n,) addresses per km2.
    """
    column = np.floor(register.x / SQUARE).astype(np.int64)
    row = np.floor(register.y / SQUARE).astype(np.int64)
    column -= column.min()
    row -= row.min()
    counts = np.zeros((int(row.max()) + 1, int(column.max()) + 1))
    np.add.at(counts, (row, column), 1.0)
    reach = np.arange(-RADIUS, RADIUS + SQUARE, SQUARE)
    disc = (np.hypot(*np.meshgrid(reach, reach)) <= RADIUS).astype(np.float64)
    near = oaconvolve(counts, disc, mode="same") / (disc.sum() * SQUARE**2 / 1e6)
    return np.asarray(np.maximum(near[row, column], 0.0))


def mean_density(density: FloatArray, of: StrArray, codes: StrArray) -> IntArray:
    """Average the surrounding density over the addresses of each area.

    Args:
        density: (n,) addresses per km2 around each address.
        of: (n,) area of each address.
        codes: (m,) ascending codes of all areas.

    Returns:
        (m,) addresses per km2, whole numbers; 0 where an area has no address.
    """
    number = count_by(codes, of, np.ones(len(of)))
    return np.round(count_by(codes, of, density) / np.maximum(number, 1.0)).astype(np.int64)


def urbanity(density: IntArray) -> IntArray:
    """Classify areas from 1 (very urban) to 5 (rural) by their address density."""
    return np.asarray(5 - np.sum(density[:, None] >= np.array(URBANITY), axis=1), dtype=np.int64)
