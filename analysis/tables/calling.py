"""Which areas a map calls, and what it says of how: shared by methods with p-values of both tails."""

from __future__ import annotations

import numpy as np

from analysis.statistics.conditional import CLOSE, Null
from analysis.statistics.tails import FloatArray, Tails
from zicht.published import HotspotClass


def called(tails: Tails, q: FloatArray, alpha: float, *, low: str, high: str) -> list[str]:
    """Return the class of each area.

    Args:
        tails: (n,) p-values.
        q: (n,) q-values of both tails together.
        alpha: False discovery rate of the map.
        low: Class where the lower tail is small enough.
        high: Class where the upper tail is.

    Returns:
        (n,) `low`, `high`, "not_significant", or "not_applicable" where nothing was tested.
    """
    label = np.where(q <= alpha, np.where(tails.upper < tails.lower, high, low), HotspotClass.NOT_SIGNIFICANT)
    return [str(one) for one in np.where(np.isnan(q), HotspotClass.NOT_APPLICABLE, label).tolist()]


def null_note(null: Null, draws: int) -> str:
    """Say how p-values were computed."""
    if null is Null.EXACT:
        return "p-values are exact."
    if null is Null.BRACKETED:
        return f"p-values are upper bounds, at most {CLOSE} above the exact ones: the values have many decimals."
    return drawn_note(draws)


def drawn_note(draws: int) -> str:
    """Say that p-values come from random draws."""
    return f"p-values come from {draws} random draws: none is below {1 / (draws + 1):.1e}."
