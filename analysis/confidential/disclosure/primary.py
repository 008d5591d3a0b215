"""Primary suppression: each cell by itself. It does not protect against subtraction; joint protection does.

A release that rests on this module alone is a draft.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.rules.dominance import dominated
from analysis.confidential.disclosure.rules.frequency import too_few
from analysis.confidential.disclosure.rules.group import whole_group
from analysis.confidential.disclosure.rules.p_percent import too_close
from analysis.confidential.disclosure.rules.pq import posterior_too_close
from analysis.confidential.disclosure.rules.zeros import hidden_zeros
from analysis.confidential.indicators import DisclosureRule
from geo.areas import Layer
from zicht.errors import UnprotectedError


def primary(counts: CountTable, rule: DisclosureRule, *, layer: Layer | None = None) -> NDArray[np.bool_]:
    """Tell which cells may not be shown.

    Args:
        counts: Counts of one indicator, period and level.
        rule: The rule of the indicator.
        layer: The areas, with the public figure that group disclosure is about; None, or a layer without that figure,
            where nobody knows it.

    Returns:
        (n,) true where the cell is suppressed.

    Raises:
        UnprotectedError: A rule looks at the largest holdings, and the counts do not know them.
    """
    hidden = too_few(counts.count, counts.contributors, threshold=rule.threshold)
    hidden = hidden | hidden_zeros(counts.count, policy=rule.zeros) | _concentrated(counts, rule)
    if rule.group and layer is not None and rule.group.of in layer.attributes:
        hidden = hidden | whole_group(counts.count, layer.attributes[rule.group.of], threshold=rule.group.threshold)
    return hidden


def _concentrated(counts: CountTable, rule: DisclosureRule) -> NDArray[np.bool_]:
    hidden = np.zeros(len(counts.count), dtype=np.bool_)
    if not rule.holdings:
        return hidden
    if counts.largest is None:
        raise UnprotectedError(
            "A rule asks for the largest holdings, which were not counted.",
            where=f"{counts.indicator}, {counts.period}, {counts.level}",
        )
    if rule.dominance:
        n, k = rule.dominance
        hidden = hidden | dominated(counts.count, counts.largest, n=n, k=k)
    if rule.p_percent is not None:
        hidden = hidden | too_close(counts.count, counts.largest, p=rule.p_percent)
    if rule.pq:
        p, q = rule.pq
        hidden = hidden | posterior_too_close(counts.count, counts.largest, p=p, q=q)
    return hidden
