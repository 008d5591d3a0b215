"""The p% rule: the second largest holding cannot estimate the largest to within p%.

The second largest knows its own part, so it bounds the largest by the total less its own; what is left over for
everybody else is the error of that estimate. Cox, L.H. (1981), Journal of Statistical Planning and Inference 5,
153-164; Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.2; tau-ARGUS manual 4.1, section 2.2.
Conventions: an error of exactly p% is allowed; an empty cell is safe; a cell of one or two holdings is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.rules.holdings import checked


def too_close(value: NDArray[np.number], largest: NDArray[np.number], *, p: float) -> NDArray[np.bool_]:
    """Tell which cells let one holding estimate another too closely.

    Args:
        value: (cells,) total of each cell, at least 0.
        largest: (cells, >= 2) its largest holdings, largest first; 0 where there are fewer.
        p: Percentage of the largest holding, above 0.

    Returns:
        (cells,) true where the cell may not be shown.

    Raises:
        AlignmentError: See `rules.holdings.checked`.
    """
    total, held = checked(value, largest, needed=2)
    rest = total - held[:, 0] - held[:, 1]
    return 100 * rest < p * held[:, 0]
