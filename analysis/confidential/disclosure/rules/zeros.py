"""The zero policy: "none here" can itself be sensitive, so each indicator says whether it may be said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure_rules import ZeroPolicy


def hidden_zeros(count: NDArray[np.int64], *, policy: ZeroPolicy) -> NDArray[np.bool_]:
    """Tell which cells are zeros that may not be shown.

    Args:
        count: (n,) units.
        policy: Whether zeros are shown.

    Returns:
        (n,) true where the cell may not be shown.
    """
    return np.asarray((count == 0) & (policy is ZeroPolicy.SUPPRESS), dtype=np.bool_)
