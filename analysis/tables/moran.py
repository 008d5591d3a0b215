"""Moran's I of any table, local and global."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from analysis.statistics.global_autocorrelation import GlobalResult, moran
from analysis.statistics.local_moran import local_moran
from analysis.statistics.multiple_testing import two_sided_q
from analysis.tables.calling import drawn_note, null_note
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given


def run_local(data: TableInput) -> TableOutput:
    """Ask of each area whether it resembles its neighbours or differs from them, more than chance would give.

    A small p_upper says alike (HH or LL), a small p_lower unlike (HL or LH). With `--other C2` an area's C is
    compared with its neighbours' C2. The i add up to the sum of all weights times `moran`; other software divides
    by n - 1 where this divides by n. p-values come from conditional permutation. Where weights are equal within
    each area they are exact for numbers of at most three decimals, and upper bounds within 0.01 for others; for
    other weights they come from random draws. An island has no i, z, p and q. An area at the mean has i 0, p 1 and
    no z. Where all values are equal i and z are empty and every p is 1.
    """
    options = data.options
    result = local_moran(given(data.column), given(data.weights), other=data.other, rng=data.rng(), draws=options.draws)
    columns: dict[str, Column] = {
        "id": data.ids,
        "i": result.i,
        "z": result.z,
        "p_upper": result.tails.upper,
        "p_lower": result.tails.lower,
        "p_mid": result.tails.mid,
        "q": two_sided_q(result.tails, correction=options.correction),
        "quadrant": result.quadrant,
    }
    return TableOutput(columns, (null_note(result.null, options.draws),))


def run_global(data: TableInput) -> TableOutput:
    """Ask of the whole map whether areas resemble their neighbours more, or less, than chance would give.

    With `--other C2` an area's C is compared with its neighbours' C2, which is dealt out over the map. Islands count
    among the areas. i is empty where all values are equal or no area has a neighbour.
    """
    result = moran(given(data.column), given(data.weights), other=data.other, rng=data.rng(), draws=data.options.draws)
    return TableOutput(global_columns("i", result), (drawn_note(data.options.draws),))


def global_columns(name: str, result: GlobalResult) -> dict[str, Column]:
    """Return the one row of a global statistic."""
    numbers = {
        name: result.statistic,
        "expected": result.expected,
        "variance_normality": result.variance_normality,
        "z_normality": result.z_normality,
        "variance_randomisation": result.variance_randomisation,
        "z_randomisation": result.z_randomisation,
    }
    tails = {"p_upper": result.tails.upper, "p_lower": result.tails.lower, "p_mid": result.tails.mid}
    return {**{key: np.array([number]) for key, number in numbers.items()}, **tails}


#: The columns of a global statistic besides itself.
MOMENTS = MappingProxyType(
    {
        "expected": "its mean without spatial pattern",
        "variance_normality": "its variance if the values were a normal sample; empty for two columns",
        "z_normality": "i or c in standard deviations under normality",
        "variance_randomisation": "its variance over all permutations of the values; empty below four areas",
        "z_randomisation": "i or c in standard deviations under randomisation",
        "p_upper": "P(at least as large) over random permutations of the map, 0 to 1",
        "p_lower": "P(at most as large), likewise",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
    }
)
_LOCAL = MappingProxyType(
    {
        "id": "the area",
        "i": "local Moran's I: above 0 like its neighbours, below 0 unlike; empty for an island",
        "z": "analytic z-score under conditional randomisation; empty where it does not exist",
        "p_upper": "P(i at least as large) by conditional permutation, 0 to 1; small: alike",
        "p_lower": "P(i at most as large), likewise; small: unlike",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
        "q": "false discovery rate at which the area is called: each tail adjusted over the map, twice the smaller",
        "quadrant": "HH, LL, HL or LH: the area, then its neighbours, above or below the mean, called or not; "
        "empty for an island, and where either is at the mean",
    }
)
_NEEDS = frozenset({Need.COLUMN, Need.NEIGHBOURS})

METHODS = (
    Method(
        "local-moran",
        "Local Moran's I (LISA)",
        ("local-moran",),
        _NEEDS,
        _LOCAL,
        run_local,
        takes=frozenset({Need.OTHER}),
        options=("correction", "draws", "seed"),
    ),
    Method(
        "moran",
        "Moran's I",
        ("moran",),
        _NEEDS,
        MappingProxyType({"i": "Moran's I: above expected, alike areas lie together", **MOMENTS}),
        run_global,
        takes=frozenset({Need.OTHER}),
        options=("draws", "seed"),
        rows="one row",
    ),
)
