"""`Tails`: the probabilities of a one-sided test in both directions, ties counted.

Conventions: P(>=) and P(<=) both hold the observed value, so they sum to 1 + P(=); mid-p is P(>) + P(=)/2. The tail is
never inferred from the data: an all-zero map has P(>=) = P(<=) = 1 everywhere, so nothing is hot and nothing is cold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Smallest probability that is told apart from zero: Fourier inversion in float64 knows nothing below it.
SMALLEST_P = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """Probabilities of a draw at least, at most, and beyond what was observed; NaN where nothing was tested.

    Args:
        upper: (n,) P(draw >= observed), `SMALLEST_P` to 1.
        lower: (n,) P(draw <= observed), likewise.
        mid: (n,) P(draw > observed) + P(draw = observed) / 2, likewise; the mid-p of the lower tail is 1 - mid.
    """

    upper: FloatArray
    lower: FloatArray
    mid: FloatArray


def bounded(probability: FloatArray) -> FloatArray:
    """Return probabilities within [`SMALLEST_P`, 1], NaN kept."""
    return np.clip(probability, SMALLEST_P, 1.0)
