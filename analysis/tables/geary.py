"""Geary's c of any table, local and global."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from analysis.statistics.global_autocorrelation import geary
from analysis.statistics.local_geary import local_geary
from analysis.statistics.multiple_testing import two_sided_q
from analysis.tables.calling import called, drawn_note, null_note
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from analysis.tables.moran import MOMENTS, global_columns


class Likeness(StrEnum):
    """What local Geary's c calls an area."""

    ALIKE = "alike"
    UNLIKE = "unlike"


def run_local(data: TableInput) -> TableOutput:
    """Ask of each area whether it is closer to its neighbours, or further from them, than chance would bring it.

    p-values come from conditional permutation: exact for numbers of at most three decimals and weights that are equal
    within each area where that is affordable, from random draws otherwise. An island has no c, z, p and q. Where all
    values are equal c and z are empty and every p is 1.
    """
    options = data.options
    result = local_geary(given(data.column), given(data.weights), rng=data.rng(), draws=options.draws)
    q = two_sided_q(result.tails, correction=options.correction)
    columns: dict[str, Column] = {
        "id": data.ids,
        "c": result.c,
        "z": result.z,
        "p_upper": result.tails.upper,
        "p_lower": result.tails.lower,
        "p_mid": result.tails.mid,
        "q": q,
        "class": called(result.tails, q, options.alpha, low=Likeness.ALIKE, high=Likeness.UNLIKE),
    }
    return TableOutput(columns, (null_note(result.null, options.draws),))


def run_global(data: TableInput) -> TableOutput:
    """Ask of the whole map whether neighbours differ less, or more, than chance would make them.

    Islands count among the areas. c is empty where all values are equal or no area has a neighbour.
    """
    result = geary(given(data.column), given(data.weights), rng=data.rng(), draws=data.options.draws)
    return TableOutput(global_columns("c", result), (drawn_note(data.options.draws),))


_LOCAL = MappingProxyType(
    {
        "id": "the area",
        "c": "local Geary's c: weighted sum of squared differences to neighbours, in variances of the map",
        "z": "analytic z-score under conditional randomisation; empty where it does not exist",
        "p_upper": "P(c at least as large) by conditional permutation, 0 to 1; small: unlike",
        "p_lower": "P(c at most as large), likewise; small: alike",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
        "q": "false discovery rate at which the area is called: each tail adjusted over the map, twice the smaller",
        "class": "alike or unlike where q is at most alpha, not_significant, or not_applicable for an island",
    }
)
_NEEDS = frozenset({Need.COLUMN, Need.NEIGHBOURS})

METHODS = (
    Method(
        "local-geary",
        "Local Geary's c",
        ("local-geary",),
        _NEEDS,
        _LOCAL,
        run_local,
        options=("alpha", "correction", "draws", "seed"),
    ),
    Method(
        "geary",
        "Geary's C",
        ("geary",),
        _NEEDS,
        MappingProxyType({"c": "Geary's C: below expected, alike areas lie together", **MOMENTS}),
        run_global,
        options=("draws", "seed"),
        rows="one row",
    ),
)
