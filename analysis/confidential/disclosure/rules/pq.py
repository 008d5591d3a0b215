"""The (p, q) prior-posterior rule: nobody who knew every holding to within q% can now tell one to within p%.

Before publication the second largest could estimate what the others hold to within q% of it; after it, the largest to
within that error. Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.2; Cox, L.H. (1981),
Journal of Statistical Planning and Inference 5, 153-164. Conventions as those of the p% rule, to which it is equal
when q is 100: only the ratio of p and q matters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.rules.holdings import checked


def posterior_too_close(
    value: NDArray[np.number], largest: NDArray[np.number], *, p: float, q: float
) -> NDArray[np.bool_]:
    """Tell which cells let somebody with prior knowledge estimate a holding too closely.

    Args:
        value: (cells,) total of each cell, at least 0.
        largest: (cells, >= 2) its largest holdings, largest first; 0 where there are fewer.
        p: Percentage that may not be reached, above 0.
        q: Percentage to within which all holdings are known beforehand, above p.

    Returns:
        (cells,) true where the cell may not be shown.

    Raises:
        AlignmentError: See `rules.holdings.checked`.
    """
    total, held = checked(value, largest, needed=2)
    rest = total - held[:, 0] - held[:, 1]
    return q * rest < p * held[:, 0]
