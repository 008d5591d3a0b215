"""What the rules on concentration share: the totals of cells and their largest holdings, checked.

A contributor is a holding: one owner with ten homes in a cell is one, and so is one owner with homes in several cells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zicht.errors import AlignmentError

FloatArray = NDArray[np.float64]


def checked(value: NDArray[np.number], largest: NDArray[np.number], *, needed: int) -> tuple[FloatArray, FloatArray]:
    """Return totals and largest holdings as numbers that the rules can be applied to.

    Args:
        value: (cells,) total of each cell.
        largest: (cells, k) its largest holdings.
        needed: How many of them a rule looks at.

    Raises:
        AlignmentError: There are fewer of them, or not for every cell; a number is negative or unknown; they are not
            in descending order or add up to more than the cell.
    """
    total, held = np.asarray(value, dtype=np.float64), np.asarray(largest, dtype=np.float64)
    if held.ndim != 2 or held.shape[0] != total.shape[0] or held.shape[1] < needed:
        raise AlignmentError(f"The rule needs the {needed} largest holdings of every cell.")
    # Sums of amounts in another order differ in the last bits.
    slack = 1e-9 * np.abs(total)
    if not (
        np.all(total >= 0)
        and np.all(held >= 0)
        and np.all(held[:, :-1] >= held[:, 1:])
        and np.all(held.sum(axis=1) <= total + slack)
    ):
        raise AlignmentError("Holdings are not descending parts of their cells, or an amount is negative or unknown.")
    return total, held
