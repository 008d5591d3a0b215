"""Join counts of any table of zeros and ones, global and local."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

import numpy as np

from analysis.statistics.join_counts import join_counts, local_join_counts
from analysis.statistics.multiple_testing import adjusted
from analysis.statistics.tails import FloatArray
from analysis.tables.calling import drawn_note, null_note
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from zicht.published import HotspotClass


class Joined(StrEnum):
    """What local join counts call an area."""

    JOINED = "joined"


def run_global(data: TableInput) -> TableOutput:
    """Count the pairs of neighbours that both have a one (BB), that differ (BW), and that both have a zero (WW).

    Values other than 0 and 1 are refused. Every link counts half, so a pair that is linked both ways counts once. A map
    of one colour has no z and every p is 1.
    """
    found = join_counts(_zeros_and_ones(data), given(data.weights), rng=data.rng(), draws=data.options.draws)
    counts = list(found.values())
    columns: dict[str, Column] = {
        "join": [str(kind) for kind in found],
        "count": np.array([one.count for one in counts]),
        "expected": np.array([one.expected for one in counts]),
        "variance": np.array([one.variance for one in counts]),
        "z": np.array([one.z for one in counts]),
        "p_upper": np.concatenate([one.tails.upper for one in counts]),
        "p_lower": np.concatenate([one.tails.lower for one in counts]),
        "p_mid": np.concatenate([one.tails.mid for one in counts]),
    }
    return TableOutput(columns, (drawn_note(data.options.draws),))


def run_local(data: TableInput) -> TableOutput:
    """Ask of each area with a one whether more of its neighbours have a one than chance would give.

    Values other than 0 and 1 are refused. Areas with a zero, and islands, have no count and no p. The p-values are
    hypergeometric for weights that are equal within each area, from random draws otherwise. q and class are of p_upper
    alone.
    """
    options = data.options
    result = local_join_counts(_zeros_and_ones(data), given(data.weights), rng=data.rng(), draws=options.draws)
    q = adjusted(result.tails.upper, correction=options.correction)
    label = np.where(q <= options.alpha, Joined.JOINED, HotspotClass.NOT_SIGNIFICANT)
    columns: dict[str, Column] = {
        "id": data.ids,
        "joins": result.joins,
        "p_upper": result.tails.upper,
        "p_lower": result.tails.lower,
        "p_mid": result.tails.mid,
        "q": q,
        "class": [str(one) for one in np.where(np.isnan(q), HotspotClass.NOT_APPLICABLE, label).tolist()],
    }
    return TableOutput(columns, (null_note(result.null, options.draws),))


def _zeros_and_ones(data: TableInput) -> FloatArray:
    values = given(data.column)
    data.refuse(
        (values != 0) & (values != 1),
        "Join counts are of zeros and ones.",
        remedy="Make a column that is 1 where an area has what is asked and 0 elsewhere.",
    )
    return values


_GLOBAL = MappingProxyType(
    {
        "join": "BB (both 1), BW (one of each) or WW (both 0)",
        "count": "number of such pairs of neighbours, or half the weight of their links",
        "expected": "its mean over all permutations of the map",
        "variance": "its variance over all permutations; empty below four areas",
        "z": "count in standard deviations; empty where there is no variance",
        "p_upper": "P(count at least as large) over random permutations of the map, 0 to 1",
        "p_lower": "P(count at most as large), likewise",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
    }
)
_LOCAL = MappingProxyType(
    {
        "id": "the area",
        "joins": "number (weight) of its neighbours with a one; empty for an area with a zero and for an island",
        "p_upper": "P(at least so many) given that the area has a one, 0 to 1; empty likewise",
        "p_lower": "P(at most so many), likewise",
        "p_mid": "P(more) + P(equal) / 2, likewise",
        "q": "p_upper adjusted over the areas with a one",
        "class": "joined where q is at most alpha, not_significant, or not_applicable",
    }
)
_NEEDS = frozenset({Need.COLUMN, Need.NEIGHBOURS})

METHODS = (
    Method(
        "join-count",
        "Join counts",
        ("join-count",),
        _NEEDS,
        _GLOBAL,
        run_global,
        options=("draws", "seed"),
        rows="three rows",
    ),
    Method(
        "local-join-count",
        "Local join counts",
        ("local-join-count",),
        _NEEDS,
        _LOCAL,
        run_local,
        options=("alpha", "correction", "draws", "seed"),
    ),
)
