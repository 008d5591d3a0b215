"""The minimum frequency rule: a number rests on at least `threshold` units and as many distinct contributors.

CBS microdata output asks 10 units (ACRO has the same default). Counting contributors too keeps one owner with ten
holdings from passing as ten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def too_few(count: NDArray[np.int64], contributors: NDArray[np.int64], *, threshold: int) -> NDArray[np.bool_]:
    """Tell which cells rest on too few units or contributors; a zero rests on none and has a rule of its own.

    Args:
        count: (n,) units.
        contributors: (n,) distinct contributors.
        threshold: Smallest number that is shown, at least 1.

    Returns:
        (n,) true where the cell may not be shown.
    """
    return (count > 0) & ((count < threshold) | (contributors < threshold))
