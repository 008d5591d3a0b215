"""What every hotspot map of published cells has in common: what each cell can be, who takes part, and q as stored.

An area takes part if it is kept: `keep` marks those. Arrays of kept areas are in the order of the column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.published.intervals import BoolArray, Bounds, SumBounds
from analysis.statistics.multiple_testing import adjusted
from geo.weights import SpatialWeights
from zicht.errors import AlignmentError
from zicht.published import FloatArray, HotspotClass, PublishedColumn, Status, StrArray

#: Decimals of the stored q and z; classes are decided on the stored q.
DECIMALS = 8

#: How far a bound may lie from a multiple of the resolution and still be that multiple.
SNAP = 1e-6

#: Room for the longest class.
LABEL = f"<U{max(len(label) for label in HotspotClass)}"


def bounds_of(column: PublishedColumn, keep: BoolArray, resolution: float, sums: SumBounds | None) -> Bounds:
    """Return what each kept cell can be, in units of `resolution`: a published cell is its published value.

    Raises:
        AlignmentError: A value is no multiple of `resolution`, or bounds contradict.
    """
    published = column.status == Status.PUBLISHED
    value, low, high = (part / resolution for part in (column.value, column.low, column.high))
    whole = np.rint(np.where(published, value, 0.0))
    odd = np.flatnonzero(published & ~np.isclose(np.where(published, value, 0.0), whole, rtol=1e-9, atol=1e-6))
    if odd.size:
        raise AlignmentError(
            f"A value is no multiple of {resolution}.", where=f"{column.key.level}/{column.code[odd[0]]}"
        )
    # No measure is negative, so a cell without a lower bound is at least 0.
    low = np.where(published, whole, np.floor(np.nan_to_num(low, nan=0.0) + SNAP))
    high = np.where(published, whole, np.ceil(np.nan_to_num(high, nan=np.inf) - SNAP))
    known = SumBounds.none(len(keep)) if sums is None else sums
    if np.any(published & (known.group >= 0)):
        raise AlignmentError("A published cell is in a group of suppressed ones.", where=column.key.level)
    return Bounds(low[keep], high[keep], known.restricted(keep, low=low, high=high))


def restricted(weights: SpatialWeights, keep: BoolArray) -> SpatialWeights:
    """Return the links among the kept areas."""
    rows = weights.rows
    stays = keep[rows] & keep[weights.indices]
    position = np.cumsum(keep) - 1
    counts = np.bincount(position[rows[stays]], minlength=int(keep.sum()))
    return SpatialWeights(
        n=int(keep.sum()),
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        indices=position[weights.indices[stays]].astype(np.int32),
        data=weights.data[stays],
    )


def every_label(status: StrArray, keep: BoolArray, label: StrArray) -> StrArray:
    """Return the class of every area, given those of the kept ones."""
    missing = status == Status.MISSING
    every = np.where(missing, HotspotClass.MISSING, HotspotClass.NOT_APPLICABLE).astype(LABEL)
    every[keep] = label
    return every


def hidden_neighbours(weights: SpatialWeights, shown: BoolArray) -> NDArray[np.int64]:
    """Count the neighbours of each area that are not shown."""
    return np.bincount(weights.rows, ~shown[weights.indices], minlength=weights.n).astype(np.int64)


def spread(keep: BoolArray, values: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[Any]:
    """Return numbers of the kept areas among all: NaN, or 0 for whole numbers, elsewhere."""
    every = np.full(len(keep), np.nan) if values.dtype == np.float64 else np.zeros(len(keep), dtype=np.int64)
    every[keep] = values
    return every


def stored_q(p: FloatArray) -> FloatArray:
    """Return the adjusted p of one tail as it is stored: twice it, at most 1, in `DECIMALS` decimals."""
    return np.asarray(np.round(np.minimum(2 * adjusted(p), 1.0), DECIMALS))
