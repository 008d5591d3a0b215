"""What the records stand on: the areas and addresses of the fictional country, and the context of each buurt.

Context is what an expert would name as an ordinary reason for more events: deprivation, urbanity, nearness of the
edge of the province (the coast). It raises intensities in every table; what is planted comes on top of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from analysis.confidential.fiction.pseudonyms import stream
from geo.areas import BoundarySet, FloatArray, ObjectArray, StrArray
from geo.fiction.country import AddressRegister

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Slivers of at most this width (metres) between two polygons still make them neighbours.
SNAP = 1.0

#: Values of the column `use` of an address.
HOME, BUSINESS, RECREATION = "home", "business", "recreation"


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """What records are placed on.

    Args:
        boundaries: Areas, with at least the levels "gemeente", "wijk", "buurt" and "park".
        addresses: Every address.
    """

    boundaries: BoundarySet
    addresses: AddressRegister


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What explains intensities, per buurt in ascending order of code.

    Args:
        code: (n,) buurt codes.
        wijk: (n,) code of the wijk of each.
        geometry: (n,) polygons in RD metres.
        neighbours: (n,) positions of the buurten that touch each.
        inhabitants: (n,) persons at home addresses.
        homes: (n,) home addresses.
        deprivation: (n,) mean 0, standard deviation 1; higher is more deprived.
        urbanity: (n,) likewise; higher is denser.
        coast: (n,) 1 at the edge of the province, falling to 0 inland.
    """

    code: StrArray
    wijk: StrArray
    geometry: ObjectArray
    neighbours: tuple[IntArray, ...]
    inhabitants: IntArray
    homes: IntArray
    deprivation: FloatArray
    urbanity: FloatArray
    coast: FloatArray

    def __len__(self) -> int:
        return len(self.code)


def read_context(places: Places, *, seed: int) -> Context:
    """Derive the context of every buurt.

    Args:
        places: Areas and addresses.
        seed: Seed of the fictional country.

    Returns:
        The context; deprivation is drawn (a smooth field that also follows wijken), the rest follows from the places.
    """
    layer = places.boundaries.layers["buurt"]
    at = positions(layer.code, places.addresses.buurt)
    home = places.addresses.use == HOME
    homes = np.bincount(at[home], minlength=len(layer))
    density = np.log1p(homes / (shapely.area(layer.geometry) / 1e6))
    centre = shapely.get_coordinates(shapely.centroid(layer.geometry))
    return Context(
        code=layer.code,
        wijk=layer.parent,
        geometry=layer.geometry,
        neighbours=touching(layer.geometry),
        inhabitants=np.bincount(at[home], weights=places.addresses.residents[home], minlength=len(layer)).astype(int),
        homes=homes,
        deprivation=_deprivation(centre, layer.parent, density, stream(seed, "deprivation")),
        urbanity=_standardised(density),
        coast=_nearness_of_edge(layer.geometry, centre),
    )


def positions(code: StrArray, wanted: StrArray) -> IntArray:
    """Return the position of each wanted code among ascending codes."""
    return np.searchsorted(code, wanted).astype(np.int64)


def touching(geometry: ObjectArray) -> tuple[IntArray, ...]:
    """Return for each polygon the positions of those it touches, ascending.

    Args:
        geometry: (n,) polygons in metres.

    Returns:
        (n,) arrays; polygons within `SNAP` metres count as touching, a polygon is not its own neighbour.
    """
    one, other = shapely.STRtree(geometry).query(geometry, predicate="dwithin", distance=SNAP)
    keep = one != other
    order = np.lexsort((other[keep], one[keep]))
    ends = np.cumsum(np.bincount(one[keep], minlength=len(geometry)))[:-1]
    return tuple(np.split(other[keep][order].astype(np.int64), ends))


def _standardised(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9), dtype=np.float64)


def _deprivation(centre: FloatArray, wijk: StrArray, density: FloatArray, rng: np.random.Generator) -> FloatArray:
    # Broad bumps make regions, a draw per wijk makes districts, a draw per buurt makes exceptions.
    bumps = centre[rng.integers(len(centre), size=14)]
    extent = np.ptp(centre, axis=0).max() * rng.uniform(0.04, 0.12, size=14)
    distance = np.linalg.norm(centre[:, None, :] - bumps[None], axis=2)
    smooth = (rng.choice([-1.0, 1.0], size=14) * np.exp(-0.5 * (distance / extent) ** 2)).sum(axis=1)
    names, of_wijk = np.unique(wijk, return_inverse=True)
    district = rng.normal(0.0, 0.6, size=len(names))[of_wijk]
    return _standardised(smooth + district + rng.normal(0.0, 0.4, size=len(centre)) + 0.3 * _standardised(density))


def _nearness_of_edge(geometry: ObjectArray, centre: FloatArray) -> FloatArray:
    edge = shapely.boundary(shapely.union_all(shapely.buffer(geometry, SNAP)))
    distance = shapely.distance(shapely.points(centre), edge)
    return np.asarray(np.exp(-distance / 2_500.0), dtype=np.float64)
