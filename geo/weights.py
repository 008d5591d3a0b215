"""`SpatialWeights`: who neighbours whom, as compressed sparse rows.

Conventions: area i's neighbours are `indices[indptr[i]:indptr[i + 1]]`, ascending, without i itself and without
repeats; an *island* has none. Weights are finite and positive: an absent link is absent, never zero. The type needs
NumPy only; what builds it from places stands in `geo.neighbours` and `geo.proximity`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zicht.errors import AlignmentError

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SpatialWeights:
    """Spatial weights among n areas in CSR form, immutable.

    Args:
        n: Number of areas.
        indptr: (n + 1,) int64, where each area's links begin.
        indices: (links,) int32, neighbours by position, ascending within an area.
        data: (links,) float64, weights, finite and positive.

    Raises:
        AlignmentError: An invariant does not hold.
    """

    n: int
    indptr: IntArray
    indices: IndexArray
    data: FloatArray

    def __post_init__(self) -> None:
        wanted = (("indptr", np.int64), ("indices", np.int32), ("data", np.float64))
        for name, dtype in wanted:
            array = np.array(getattr(self, name), dtype=dtype)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        problem = _broken_shape(self) or _broken_links(self)
        if problem:
            raise AlignmentError(problem, where="spatial weights")

    @property
    def binary(self) -> bool:
        """Whether every weight is 1."""
        return bool(np.all(self.data == 1.0))

    @property
    def cardinalities(self) -> IntArray:
        """(n,) number of neighbours of each area."""
        return np.diff(self.indptr)

    @property
    def islands(self) -> IntArray:
        """Positions of the areas without a neighbour, ascending."""
        return np.flatnonzero(self.cardinalities == 0)

    @property
    def rows(self) -> IntArray:
        """(links,) the area each link starts from: with `indices`, the links as pairs."""
        return np.repeat(np.arange(self.n, dtype=np.int64), self.cardinalities)

    @property
    def symmetric(self) -> bool:
        """Whether every link exists both ways with the same weight."""
        rows = self.rows
        order = np.lexsort((rows, self.indices))
        return bool(
            np.array_equal(self.indices[order], rows)
            and np.array_equal(rows[order], self.indices)
            and np.array_equal(self.data[order], self.data)
        )

    def neighbours(self, i: int) -> IndexArray:
        """Return the neighbours of area i, ascending."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]


def _broken_shape(w: SpatialWeights) -> str:
    if w.indptr.shape != (w.n + 1,) or w.indices.shape != w.data.shape or w.indices.ndim != 1:
        return f"The arrays do not describe {w.n} areas."
    if w.indptr[0] != 0 or w.indptr[-1] != len(w.indices) or np.any(np.diff(w.indptr) < 0):
        return "The row pointers do not run from 0 to the number of links without going back."
    return ""


def _broken_links(w: SpatialWeights) -> str:
    if w.indices.size == 0:
        return ""
    if w.indices.min() < 0 or w.indices.max() >= w.n:
        return "A neighbour lies outside the areas."
    if not np.all(np.isfinite(w.data) & (w.data > 0)):
        return "A weight is not finite and positive."
    rows = w.rows
    if np.any(w.indices == rows):
        return "An area is its own neighbour."
    same = rows[1:] == rows[:-1]
    if np.any(same & (w.indices[1:] <= w.indices[:-1])):
        return "The neighbours of an area are not ascending and unique."
    return ""


def from_pairs(n: int, start: NDArray[Any], end: NDArray[Any], weight: FloatArray | None = None) -> SpatialWeights:
    """Build weights from directed links; repeats and self-links are left out.

    Args:
        n: Number of areas.
        start: (m,) positions where links start.
        end: (m,) positions where links end.
        weight: (m,) weights, 1 when not given. Of repeated links the first counts.

    Returns:
        The weights.
    """
    first, second = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
    other = first != second
    key, at = np.unique(first[other] * n + second[other], return_index=True)
    data = np.ones(len(key)) if weight is None else np.asarray(weight, dtype=np.float64)[other][at]
    counts = np.bincount(key // n, minlength=n) if n else np.zeros(0, dtype=np.int64)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return SpatialWeights(n=n, indptr=indptr, indices=(key % max(n, 1)).astype(np.int32), data=data)


def both_ways(n: int, first: NDArray[Any], second: NDArray[Any]) -> SpatialWeights:
    """Build symmetric binary weights from undirected links among n areas, each given once or more."""
    return from_pairs(n, np.concatenate([first, second]), np.concatenate([second, first]))


def symmetrised(w: SpatialWeights) -> SpatialWeights:
    """Return binary weights in which i and j are linked when either is linked to the other."""
    rows = w.rows
    return from_pairs(w.n, np.concatenate([rows, w.indices]), np.concatenate([w.indices, rows]))


def row_standardised(w: SpatialWeights) -> SpatialWeights:
    """Return weights that sum to 1 over each area's neighbours; islands stay without neighbours."""
    rows = w.rows
    totals = np.bincount(rows, weights=w.data, minlength=w.n)
    return SpatialWeights(n=w.n, indptr=w.indptr, indices=w.indices, data=w.data / totals[rows])
