"""Getis-Ord Gi and Gi* of any table."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from analysis.statistics.getis_ord import LocalG, Null, local_g
from analysis.statistics.multiple_testing import Correction, adjusted
from analysis.statistics.tails import FloatArray, Tails
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from zicht.published import HotspotClass


def gi(data: TableInput) -> TableOutput:
    """Ask of each area whether its neighbours, the area itself left aside, have more or less than chance would give.

    p-values come from conditional permutation: exact for whole numbers and weights of 1, from random draws otherwise.
    An island has no z, p and q. Where all values are equal z is empty and every p is 1.
    """
    return _local_g(data, LocalG.GI)


def gi_star(data: TableInput) -> TableOutput:
    """Ask of each area whether it and its neighbours together have more or less than chance would give.

    p-values come from conditional permutation, with the area's own value held fixed, so they are those of gi: exact for
    whole numbers and weights of 1, from random draws otherwise. An island has a z (its own) and no p and q. Where all
    values are equal z is empty and every p is 1.
    """
    return _local_g(data, LocalG.GI_STAR)


def two_sided_q(tails: Tails, correction: Correction) -> FloatArray:
    """Return (n,) twice the smaller of the q-values of both tails, at most 1: to be compared with alpha itself."""
    both = [adjusted(tail, correction=correction) for tail in (tails.upper, tails.lower)]
    return np.asarray(np.minimum(2 * np.fmin(*both), 1.0))


def _local_g(data: TableInput, statistic: LocalG) -> TableOutput:
    options = data.options
    result = local_g(given(data.column), given(data.weights), statistic=statistic, rng=data.rng(), draws=options.draws)
    tails = result.tails
    q = two_sided_q(tails, options.correction)
    columns: dict[str, Column] = {
        "id": data.ids,
        "z": result.z,
        "p_upper": tails.upper,
        "p_lower": tails.lower,
        "p_mid": tails.mid,
        "q": q,
        "class": _classes(tails, q, options.alpha),
    }
    return TableOutput(columns, (null_note(result.null is Null.EXACT, options.draws),))


def _classes(tails: Tails, q: FloatArray, alpha: float) -> list[str]:
    side = np.where(tails.upper < tails.lower, HotspotClass.HOT, HotspotClass.COLD)
    label = np.where(q <= alpha, side, HotspotClass.NOT_SIGNIFICANT)
    return [str(one) for one in np.where(np.isnan(q), HotspotClass.NOT_APPLICABLE, label).tolist()]


def null_note(exact: bool, draws: int) -> str:
    """Say how p-values were computed."""
    if exact:
        return "p-values are exact."
    return f"p-values come from {draws} random draws: none is below {1 / (draws + 1):.1e}."


_COLUMNS = MappingProxyType(
    {
        "id": "the area",
        "z": "analytic z-score; empty where it does not exist",
        "p_upper": "P(neighbourhood sum at least as large) by conditional permutation, 0 to 1; empty for an island",
        "p_lower": "P(neighbourhood sum at most as large), likewise",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
        "q": "false discovery rate at which the area is called: each tail adjusted over the map, twice the smaller",
        "class": "hot or cold where q is at most alpha, not_significant, or not_applicable for an island",
    }
)
_NEEDS = frozenset({Need.COLUMN, Need.NEIGHBOURS})
_OPTIONS = ("alpha", "correction", "draws", "seed")

METHODS = (
    Method("gi", "Getis-Ord Gi (neighbours only)", ("gi",), _NEEDS, _COLUMNS, gi, options=_OPTIONS),
    Method("gi-star", "Getis-Ord Gi* (area and neighbours)", ("gi-star",), _NEEDS, _COLUMNS, gi_star, options=_OPTIONS),
)
