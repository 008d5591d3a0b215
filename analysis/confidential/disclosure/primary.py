"""Primary suppression: each cell by itself. It does not protect against subtraction; joint protection does.

A release that rests on this module alone is a draft.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.rules.frequency import too_few
from analysis.confidential.disclosure.rules.zeros import hidden_zeros
from analysis.confidential.indicators import DisclosureRule


def primary(counts: CountTable, rule: DisclosureRule) -> NDArray[np.bool_]:
    """Tell which cells may not be shown.

    Args:
        counts: Counts of one indicator, period and level.
        rule: The rule of the indicator.

    Returns:
        (n,) true where the cell is suppressed.
    """
    few = too_few(counts.count, counts.contributors, threshold=rule.threshold)
    return few | hidden_zeros(counts.count, policy=rule.zeros)
