"""Group disclosure: a count so close to the population that all members are known to share the attribute.

"All 40 inhabitants receive a benefit" says it of each of them, however large the count is. It is the mirror image of
the frequency rule: that rule on the population less the count. Hundepool et al. (2012), Statistical Disclosure Control,
Wiley, section 5.2 (attribute and group disclosure). Conventions: nobody outside the count is the clearest case; a
count of 0 discloses no such group (the zero policy is the rule for that); a count above the population, whose figure
may be of another date, is treated as everybody; where the population is not known, nobody can draw the conclusion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def whole_group(count: NDArray[np.int64], population: NDArray[np.float64], *, threshold: int) -> NDArray[np.bool_]:
    """Tell which cells disclose a whole group.

    Args:
        count: (n,) units.
        population: (n,) public number of those who could have been counted; NaN where there is no figure.
        threshold: Smallest number outside the count for which it is shown, at least 1.

    Returns:
        (n,) true where the cell may not be shown.
    """
    return (count > 0) & (population - count < threshold)
