"""Getis-Ord Gi and Gi* of any table."""

from __future__ import annotations

from types import MappingProxyType

from analysis.statistics.getis_ord import LocalG, local_g
from analysis.statistics.multiple_testing import two_sided_q
from analysis.tables.calling import called, null_note
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from zicht.published import HotspotClass


def gi(data: TableInput) -> TableOutput:
    """Ask of each area whether its neighbours, the area itself left aside, have more or less than chance would give.

    p-values come from conditional permutation. Where weights are equal within each area they are exact for numbers
    of at most three decimals, and upper bounds within 0.01 for others; for other weights they come from random
    draws. An island has no z, p and q. Where all values are equal z is empty and every p is 1.
    """
    return _local_g(data, LocalG.GI)


def gi_star(data: TableInput) -> TableOutput:
    """Ask of each area whether it and its neighbours together have more or less than chance would give.

    p-values come from conditional permutation, with the area's own value held fixed, so they are those of gi.
    A lone extreme area has a high z and no small p: it is no cluster. An island has a z (its own) and no p and q. Where
    all values are equal z is empty and every p is 1.
    """
    return _local_g(data, LocalG.GI_STAR)


def _local_g(data: TableInput, statistic: LocalG) -> TableOutput:
    options = data.options
    result = local_g(given(data.column), given(data.weights), statistic=statistic, rng=data.rng(), draws=options.draws)
    tails = result.tails
    q = two_sided_q(tails, correction=options.correction)
    columns: dict[str, Column] = {
        "id": data.ids,
        "z": result.z,
        "p_upper": tails.upper,
        "p_lower": tails.lower,
        "p_mid": tails.mid,
        "q": q,
        "class": called(tails, q, options.alpha, low=HotspotClass.COLD, high=HotspotClass.HOT),
    }
    return TableOutput(columns, (null_note(result.null, options.draws),))


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
