"""`Hierarchy`: which area of a finer level lies in which area of a coarser one, as positions.

Two families share the country: administrative (country, gemeente, wijk, buurt, park, and more; see
`geo.areas.ADMINISTRATIVE`) and hexes (country, h3-4, ..., h3-9). Counts go up a family by adding; between families
there is no way up, because borders cross.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.areas import FloatArray
from zicht.errors import AlignmentError

FidArray = NDArray[np.int32]


class Areas(Protocol):
    """The areas of one level, with or without their borders: codes in ascending order, and each one's parent."""

    @property
    def code(self) -> NDArray[np.str_]:
        """(n,) codes."""

    @property
    def parent(self) -> NDArray[np.str_]:
        """(n,) codes in the next coarser level of the same family."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """One family of levels, coarsest first.

    Args:
        levels: Names of the levels, coarsest first.
        parents: For each level but the first, (n,) int32: position of each area's parent in the level before.
        sizes: Number of areas of each level.

    Raises:
        AlignmentError: A parent lies outside the coarser level.
    """

    levels: tuple[str, ...]
    parents: tuple[FidArray, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.levels) == len(self.sizes) == len(self.parents) + 1:
            raise AlignmentError("A hierarchy needs a size for each level and parents for each but the first.")
        for level, parent, above, size in zip(self.levels[1:], self.parents, self.sizes, self.sizes[1:], strict=False):
            if len(parent) != size or (size and (parent.min() < 0 or parent.max() >= above)):
                raise AlignmentError("An area's parent lies outside the coarser level.", where=f"level {level}")

    def up(self, fine: str, coarse: str) -> FidArray:
        """Return the (n,) position in the coarse level of each area of the fine level.

        Raises:
            AlignmentError: A level is not in this family, or `coarse` is finer than `fine`.
        """
        first, last = self._at(coarse), self._at(fine)
        if first > last:
            raise AlignmentError(f"Level {coarse} is not above level {fine}.")
        at: FidArray = np.arange(self.sizes[last], dtype=np.int32)
        for parent in reversed(self.parents[first:last]):
            at = parent[at]
        return at

    def total(self, values: FloatArray, fine: str, coarse: str) -> FloatArray:
        """Add the values of a fine level up to a coarse one.

        Args:
            values: (n,) values by position in the fine level; NaN makes the total NaN.
            fine: Level of the values.
            coarse: Level of the totals.

        Returns:
            (m,) totals by position in the coarse level, 0 where an area has nothing below it.

        Raises:
            AlignmentError: A level is not in this family, or the values are not those of the level.
        """
        at = self.up(fine, coarse)
        if len(values) != len(at):
            raise AlignmentError(f"{len(values)} values do not belong to the {len(at)} areas of level {fine}.")
        totals = np.bincount(at, weights=values, minlength=self.sizes[self._at(coarse)])
        return np.asarray(totals, dtype=np.float64)

    def _at(self, level: str) -> int:
        if level not in self.levels:
            raise AlignmentError(f"Level {level} is not one of {', '.join(self.levels)}.")
        return self.levels.index(level)


def hierarchy(layers: Mapping[str, Areas]) -> Hierarchy:
    """Build the hierarchy of one family.

    Args:
        layers: Level -> its areas, coarsest first; each area's parent is in the layer before.

    Returns:
        The hierarchy.

    Raises:
        AlignmentError: An area's parent does not exist.
    """
    parents = tuple(_positions(layers, coarse, fine) for coarse, fine in pairwise(layers))
    return Hierarchy(tuple(layers), parents, tuple(len(areas.code) for areas in layers.values()))


def _positions(layers: Mapping[str, Areas], coarse: str, fine: str) -> FidArray:
    codes, parents = layers[coarse].code, layers[fine].parent
    at = np.searchsorted(codes, parents)
    found = codes[np.minimum(at, len(codes) - 1)] == parents
    if not found.all():
        orphan = layers[fine].code[~found][0]
        raise AlignmentError(f"Area {orphan} has no parent at level {coarse}.", where=f"level {fine}")
    return at.astype(np.int32)
