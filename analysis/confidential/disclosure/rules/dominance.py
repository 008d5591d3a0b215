"""The (n, k) dominance rule: the n largest holdings do not make up more than k% of a cell.

Cox, L.H. (1981), "Linear sensitivity measures in statistical disclosure control", Journal of Statistical Planning and
Inference 5, 153-164; Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.2; tau-ARGUS manual 4.1,
section 2.2. Conventions: exactly k% is allowed; an empty cell is not dominated; a cell of n holdings or fewer is.
A holding is one contributor, however many units it has in the cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.rules.holdings import checked


def dominated(value: NDArray[np.number], largest: NDArray[np.number], *, n: int, k: float) -> NDArray[np.bool_]:
    """Tell which cells are dominated by few holdings.

    Args:
        value: (cells,) total of each cell, at least 0.
        largest: (cells, >= n) its largest holdings, largest first; 0 where there are fewer.
        n: How many holdings, at least 1.
        k: Percentage of the cell, between 0 and 100.

    Returns:
        (cells,) true where the cell may not be shown.

    Raises:
        AlignmentError: See `rules.holdings.checked`.
    """
    total, held = checked(value, largest, needed=n)
    top = np.sum(held[:, :n], axis=1)
    return np.asarray((total > 0) & (100 * top > k * total), dtype=np.bool_)
