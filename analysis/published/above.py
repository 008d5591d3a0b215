"""Which published coarser level bounds the sums of suppressed areas: found from the areas of a release alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from analysis.published.maps import Above
from geo.families import family_of, holds_unplaced, positions
from zicht.areas import AreaList
from zicht.published import ColumnKey, Measure, PublishedTable


def nearest_above(
    values: PublishedTable, key: ColumnKey, areas: Mapping[str, AreaList], *, unplaced: bool
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
    at = np.arange(len(areas[key.level].code), dtype=np.int64)
    for below, coarse in pairwise(family[family.index(key.level) :: -1]):
        at = positions(areas[below].parent, areas[coarse].code, where=f"level {below}")[at]
        if replace(key, level=coarse, measure=Measure.COUNT) in values:
            return Above(coarse, at, complete=not (unplaced and holds_unplaced(coarse, key.level)))
    return None
