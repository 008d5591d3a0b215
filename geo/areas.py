"""`Layer` and `BoundarySet`: the areas of one edition, validated once, then trusted everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zicht.errors import AlignmentError, BoundaryError

FloatArray = NDArray[np.float64]
StrArray = NDArray[np.str_]
ObjectArray = NDArray[np.object_]

#: Coordinate reference system of every geometry inside Zicht: RD New, metres.
RD = 28992

#: Administrative levels, coarsest first. Provinces and (police) districts are optional.
ADMINISTRATIVE = ("country", "province", "district", "gemeente", "wijk", "buurt", "park")


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The areas of one level, in ascending order of code. The position of an area is its `fid`.

    Args:
        level: One of `ADMINISTRATIVE`, or "h3-R" with R the resolution.
        code: (n,) codes, ascending and unique.
        name: (n,) names.
        parent: (n,) code in the next coarser level of the same family; "" where there is none.
        kind: (n,) "area", "remainder", "park" or "hex".
        geometry: (n,) shapely (multi)polygons in RD metres; None where an area has no polygon (hexes, remainders).
        attributes: public figures per area, each (n,), NaN where unknown: "inhabitants", "inhabitants_15_64",
            "households", "homes", "addresses" (units: persons, households, homes, addresses), "address_density"
            (addresses per km2 around).

    Raises:
        AlignmentError: Lengths differ, or codes are not unique and ascending.
    """

    level: str
    code: StrArray
    name: StrArray
    parent: StrArray
    kind: StrArray
    geometry: ObjectArray
    attributes: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = (self.name, self.parent, self.kind, self.geometry, *self.attributes.values())
        if any(len(part) != len(self.code) for part in parts):
            raise AlignmentError("The parts of a layer have different lengths.", where=self.level)
        if np.any(self.code[1:] <= self.code[:-1]):
            raise AlignmentError("Area codes are not unique and ascending.", where=self.level)

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True, eq=False)
class BoundarySet:
    """One edition of boundaries: layers from coarse to fine, each area's parent present in the layer above.

    Args:
        edition: Name of the edition, for instance "2025". Codes are reused between editions, so the key is both.
        source: Where the boundaries come from, as shown to readers.
        layers: By level, coarsest first.

    Raises:
        BoundaryError: An area's parent does not exist.
    """

    edition: str
    source: str
    layers: Mapping[str, Layer]

    def __post_init__(self) -> None:
        levels = list(self.layers)
        for coarse, fine in pairwise(levels):
            orphans = self.layers[fine].code[~np.isin(self.layers[fine].parent, self.layers[coarse].code)]
            if orphans.size:
                raise BoundaryError(
                    f"{orphans.size} areas of level {fine} have no parent at level {coarse}, first {orphans[0]}.",
                    remedy="Read the file with remainders, which makes named cells of what is missing.",
                )
