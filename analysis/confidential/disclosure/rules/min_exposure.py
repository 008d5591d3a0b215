"""The minimum exposure rule: a rate over a handful of homes says nothing of an area, and much of those homes.

A public denominator turns a published rate back into its count, so the rule is one of meaning first and of
disclosure second: the count itself must meet the other rules. Hundepool et al. (2012), Statistical Disclosure Control,
Wiley, chapter 5. Conventions: exactly the smallest exposure is enough, but 0 never
is; an unknown exposure is none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def too_little_exposure(exposure: NDArray[np.float64], *, smallest: float) -> NDArray[np.bool_]:
    """Tell over which denominators no rate is shown.

    Args:
        exposure: (n,) denominators; NaN where there is no figure.
        smallest: Smallest one that is enough, at least 0.

    Returns:
        (n,) true where the rate may not be shown.
    """
    return ~((exposure >= smallest) & (exposure > 0))
