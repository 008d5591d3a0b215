"""What a fictional country is: `Size`, `AddressRegister`, `Waters` and `FictionalCountry`.

Nothing in it exists. The country has the form of Dutch public data (codes, columns, RD coordinates) so that every step
from record to map can be shown without a real place looking like a crime map.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from geo.areas import BoundarySet, FloatArray, ObjectArray, StrArray
from zicht.errors import AlignmentError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Edition of the fictional boundaries, as Dutch statistics would name it.
EDITION = "2025"

#: Source line of everything in the fictional country.
SOURCE = "Fictief: door Zicht verzonnen provincie"

#: Code and name of the whole.
COUNTRY = ("FL00", "Fictieland")

#: Seed of the committed country.
SEED = 20250101


class Size(Enum):
    """How large a fictional country is."""

    PROVINCE = "province"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True, eq=False)
class AddressRegister:
    """The addresses of a fictional country, ordered by buurt code.

    Args:
        address_id: (n,) pseudonyms of 32 hexadecimal digits.
        x: (n,) easting in RD metres, strictly inside the buurt.
        y: (n,) northing in RD metres, strictly inside the buurt.
        buurt: (n,) code of the buurt.
        use: (n,) "home", "business" or "recreation".
        park: (n,) code of the vacation park, "" outside parks.
        residents: (n,) persons registered at the address; 0 for vacant homes and most other uses.

    Raises:
        AlignmentError: Lengths differ.
    """

    address_id: StrArray
    x: FloatArray
    y: FloatArray
    buurt: StrArray
    use: StrArray
    park: StrArray
    residents: IntArray

    def __post_init__(self) -> None:
        parts = (self.x, self.y, self.buurt, self.use, self.park, self.residents)
        if any(len(part) != len(self.address_id) for part in parts):
            raise AlignmentError("The columns of the address register have different lengths.")

    def __len__(self) -> int:
        return len(self.address_id)


@dataclass(frozen=True, slots=True, eq=False)
class Waters:
    """The named waters of a fictional country, one row per water and gemeente.

    Args:
        name: (n,) names.
        kind: (n,) "sea", "lake" or "river".
        gemeente: (n,) code of the gemeente whose territory it is.
        geometry: (n,) shapely (multi)polygons in RD metres.
    """

    name: StrArray
    kind: StrArray
    gemeente: StrArray
    geometry: ObjectArray

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True, eq=False)
class FictionalCountry:
    """Everything invented about the places of a fictional country.

    Args:
        boundaries: Layers country, district, gemeente, wijk, buurt and park, with public figures.
        water: Named waters; with the buurten they tile the territory without gaps.
        addresses: Every address of the country.
    """

    boundaries: BoundarySet
    water: Waters
    addresses: AddressRegister
