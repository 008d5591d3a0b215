"""Families of levels: each is a chain from the country to its finest level, and an area lies in one parent.

The administrative family is country > province > district > gemeente > wijk > buurt > park, as far as a release has
these; the hex family is country > h3-R > ... > h3-9. They meet in the country only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from geo.areas import ADMINISTRATIVE
from geo.hierarchy import Areas, FidArray, hierarchy
from zicht.errors import AlignmentError

HEX = "h3-"
#: Levels at which a record counts of which no more than the gemeente is known.
UP_TO_GEMEENTE = ADMINISTRATIVE[: ADMINISTRATIVE.index("gemeente") + 1]


def families(levels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the chains that the levels form, each from coarse to fine and starting at the country."""
    administrative = tuple(level for level in ADMINISTRATIVE if level in levels)
    hexes = sorted((level for level in levels if level.startswith(HEX)), key=resolution)
    return (administrative, ("country", *hexes)) if hexes else (administrative,)


def resolution(level: str) -> int:
    """Return the H3 resolution of a hex level."""
    return int(level.removeprefix(HEX))


def family_of(level: str, levels: Sequence[str]) -> tuple[str, ...]:
    """Return the chain that a level belongs to.

    Raises:
        AlignmentError: No chain holds it.
    """
    for family in families(levels):
        if level in family:
            return family
    raise AlignmentError(f"There is no level {level!r}.", remedy=f"Known: {', '.join(levels)}.")


def holds_unplaced(coarse: str, fine: str) -> bool:
    """Tell whether a coarse level counts records of which only the gemeente is known, and a finer one does not."""
    return coarse in UP_TO_GEMEENTE and fine not in UP_TO_GEMEENTE


def ancestors(layers: Mapping[str, Areas], fine: str, coarse: str) -> FidArray:
    """Return, for every area of a level, the fid of the area of a coarser level that holds it.

    Args:
        layers: The areas of all levels of the release.
        fine: The level to start from.
        coarse: A level above it in the same family, or the level itself.

    Returns:
        (n,) fids.

    Raises:
        AlignmentError: The levels are of different families, or an area has no parent.
    """
    family = family_of(fine, tuple(layers))
    return hierarchy({level: layers[level] for level in family}).up(fine, coarse)


def positions(values: NDArray[np.str_], codes: NDArray[np.str_], *, where: str) -> NDArray[np.int64]:
    """Return the position of each value in an ascending list of codes.

    Raises:
        AlignmentError: A value is not in the list.
    """
    if len(codes) == 0 and len(values):
        raise AlignmentError("There are no areas to look in.", where=where)
    at = np.minimum(np.searchsorted(codes, values), max(len(codes) - 1, 0))
    absent = np.flatnonzero(codes[at] != values) if len(values) else np.empty(0, dtype=np.int64)
    if absent.size:
        raise AlignmentError(f"{absent.size} codes are unknown, first {values[absent[0]]!r}.", where=where)
    return at.astype(np.int64)
