"""Give a fictional country police districts: connected groups of gemeenten of about equal numbers of homes.

A district begins as a Voronoi region on the graph of gemeenten, relaxed as in `geo.fiction.partition`; a step over
water costs more, so districts follow the large waters. Gemeenten then change sides as long as that brings the districts
nearer to each other in homes and leaves them in one piece. A district is named after the water that most of its shores
are on.
"""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay

from geo.areas import FloatArray, Layer
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.landscape import LAKE, LAND, RIVER, SEA
from geo.fiction.names import Kind, invent
from geo.fiction.partition import Ground, divide
from geo.fiction.territory import Territory
from geo.regions import Members

#: How much dearer a step is to a gemeente that only water joins.
OVER_WATER = 3.0

#: Gemeenten at most so many metres apart touch.
TOUCHING = 1.0

#: Share of the buurten that border on a water from which a district is named after it.
SHORE = 0.12

_ENDINGS = {SEA: "kust", LAKE: "meren", RIVER: "oevers", LAND: "gouw"}


def draw_districts(gemeenten: Layer, territory: Territory, *, count: int, seed: int) -> Members:
    """Group the gemeenten into districts.

    Args:
        gemeenten: With polygons and the figure "homes".
        territory: Whose shores name the districts.
        count: Number of districts, at most that of gemeenten.
        seed: Seed of the names.

    Returns:
        By gemeente, the code and the name of its district; codes run from PD9001.
    """
    district = _grouped(gemeenten, count)
    buurt = district[territory.gemeente_of[territory.wijk_of]]
    names = _names(buurt, territory.shore, gemeenten.name.tolist(), np.random.default_rng([seed, 12]))
    pairs = [(f"PD{9001 + at}", names[at]) for at in district.tolist()]
    return dict(zip(gemeenten.code.tolist(), pairs, strict=True))


def _grouped(gemeenten: Layer, count: int) -> IntArray:
    """Return the (g,) number of each gemeente's district, numbered by its first gemeente."""
    middle = shapely.get_coordinates(shapely.centroid(gemeenten.geometry))
    corners = Delaunay(middle).simplices
    edges = np.unique(np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])), axis=0)
    apart = shapely.distance(gemeenten.geometry[edges[:, 0]], gemeenten.geometry[edges[:, 1]])
    cost = np.hypot(*(middle[edges[:, 0]] - middle[edges[:, 1]]).T) * np.where(apart > TOUCHING, OVER_WATER, 1.0)
    ground = Ground(middle, edges.astype(np.int64), cost, gemeenten.attributes["homes"])
    group = divide(ground, np.zeros(len(gemeenten), dtype=np.int64), np.array([count]), rounds=5)
    group = _balanced(group, edges[apart <= TOUCHING], gemeenten.attributes["homes"])
    _, first, which = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[which], dtype=np.int64)


def _balanced(group: IntArray, touching: IntArray, homes: FloatArray) -> IntArray:
    """Move gemeenten to a smaller neighbour, the best move first; touching (e, 2) are pairs of gemeenten."""
    group = group.copy()
    both = np.concatenate([touching, touching[:, ::-1]])
    while True:
        size = np.bincount(group, homes)
        moved, to = both[:, 0], group[both[:, 1]]
        gain = homes[moved] * (size[group[moved]] - size[to] - homes[moved])
        gain = np.where(group[moved] == to, 0.0, gain)
        order = [at for at in np.argsort(-gain, kind="stable").tolist() if gain[at] > 0]
        best = next((at for at in order if _stays_whole(group, touching, int(moved[at]))), None)
        if best is None:
            return group
        group[moved[best]] = to[best]


def _stays_whole(group: IntArray, touching: IntArray, leaver: int) -> bool:
    """Return whether two or more gemeenten are left behind, in no more pieces than there were with the leaver."""
    own = group == group[leaver]
    left = own.copy()
    left[leaver] = False
    return bool(left.sum() >= 2 and _pieces(touching, left) <= _pieces(touching, own))


def _pieces(touching: IntArray, member: BoolArray) -> int:
    inside = touching[member[touching].all(axis=1)]
    graph = csr_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(len(member), len(member)))
    return len(np.unique(connected_components(graph, directed=False)[1][member]))


def _names(buurt: IntArray, shore: IntArray, gemeenten: list[str], rng: np.random.Generator) -> list[str]:
    """Name each district: buurt (b,) the district of every buurt, shore (b,) the water that it borders on."""
    options = invent(Kind.REGION, rng)
    names = []
    for district in range(int(buurt.max()) + 1):
        here = shore[buurt == district]
        share = {water: float(np.mean(here == water)) for water in (SEA, LAKE, RIVER)}
        most = max(share, key=lambda water: share[water])
        ending = _ENDINGS[most if share[most] >= SHORE else LAND]
        # No district sounds like a gemeente: "Ginselmeren" beside "Ginselmeer" would be taken for its surroundings.
        free = (name for name in options if not any(one.startswith(name.removesuffix(ending)) for one in gemeenten))
        names.append(next(name for name in free if name.endswith(ending)))
    return names
