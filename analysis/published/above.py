"""Which published coarser level bounds the sums of suppressed areas, from what lies in what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.published.intervals import IntArray, SumBounds
from analysis.published.sums import sums_within_parents
from geo.families import ancestors, family_of, holds_unplaced
from geo.hierarchy import Areas
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable


@dataclass(frozen=True, slots=True, eq=False)
class Above:
    """The nearest coarser level of the same family.

    Args:
        level: Its name.
        parent_of: (n,) position of each area's parent there.
        complete: Whether it counts nothing but what the areas count; not where it holds records without a buurt.
    """

    level: str
    parent_of: IntArray
    complete: bool = True


def nearest_above(
    values: PublishedTable, key: ColumnKey, areas: Mapping[str, Areas], *, unplaced: bool
) -> Above | None:
    """Return the nearest coarser level of the same family with counts of the same, and what lies in what.

    Args:
        values: The published table.
        key: The column that is mapped.
        areas: The areas of the release by level.
        unplaced: Whether the indicator counts records of which only the gemeente is known.

    Returns:
        The level, or None where no coarser one has these counts.

    Raises:
        AlignmentError: An area has no parent.
    """
    family = family_of(key.level, tuple(areas))
    for coarse in family[: family.index(key.level)][::-1]:
        if replace(key, level=coarse, measure=Measure.COUNT) in values:
            complete = not (unplaced and holds_unplaced(coarse, key.level))
            parent_of = ancestors(areas, key.level, coarse).astype(np.int64)
            return Above(coarse, parent_of, complete=complete)
    return None


def sums_above(values: PublishedTable, counts: PublishedColumn, above: Above | None) -> SumBounds | None:
    """Return what a coarser level says of sums of the suppressed cells of a column; None where there is no level."""
    if above is None:
        return None
    parents = values.column(replace(counts.key, level=above.level))
    return sums_within_parents(counts, parents, above.parent_of, complete=above.complete)
