"""What is planted in the fictional country, so that tests know what a map must find.

Four kinds: hotspots (contiguous groups of buurten), deviations (single buurten where context would expect little), one
wijk with a cluster of a single branch, and one vacation park far above comparable parks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.confidential.fiction.places import RECREATION, BoolArray, Context, IntArray, Places, read_context
from analysis.confidential.fiction.pseudonyms import stream
from geo.areas import BoundarySet, FloatArray, StrArray
from geo.fiction.country import AddressRegister
from zicht.errors import BoundaryError

#: Standard industrial classification of the branch of which one wijk has a cluster: nail and beauty salons.
CLUSTERED_BRANCH = "96022"

#: Intensity in a deviating buurt relative to what its context explains.
DEVIATION_RISK = 5.0

_LARGEST = 8
_POPULOUS = 150


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A contiguous group of buurten with a raised intensity.

    Args:
        buurten: Codes, ascending.
        relative_risk: Intensity relative to what context explains, above 1.
    """

    buurten: tuple[str, ...]
    relative_risk: float


@dataclass(frozen=True, slots=True)
class Planted:
    """Everything planted, by the name of the table that shows it.

    Args:
        hotspots: Per table, groups of buurten that neither overlap nor touch.
        deviations: Per table, codes of single buurten away from its hotspots.
        branch_wijk: Code of the wijk with many salons of `CLUSTERED_BRANCH`, of high turnover, and many suspicious
            transactions by them.
        park: Code of the park where far more people are registered than at comparable parks.
    """

    hotspots: Mapping[str, tuple[Hotspot, ...]]
    deviations: Mapping[str, tuple[str, ...]]
    branch_wijk: str
    park: str

    def risks(self, table: str) -> Mapping[str, float]:
        """Return the planted relative risk by buurt code; codes that are absent have risk 1."""
        groups = {code: spot.relative_risk for spot in self.hotspots.get(table, ()) for code in spot.buurten}
        return {**dict.fromkeys(self.deviations.get(table, ()), DEVIATION_RISK), **groups}


@dataclass(frozen=True, slots=True)
class _Pattern:
    groups: int
    low: float
    high: float
    deviations: int = 0
    rural: bool = False
    smallest: int = 4


_PATTERNS: Mapping[str, _Pattern] = {
    "suspicious_transactions": _Pattern(4, 7.0, 8.0, deviations=5, smallest=7),
    "cannabis_sites": _Pattern(3, 5.0, 7.0, deviations=5, smallest=7),
    "drug_labs": _Pattern(3, 7.0, 8.0),
    "drug_waste": _Pattern(2, 7.0, 8.0, rural=True),
    "drug_suspects": _Pattern(2, 4.0, 6.0),
    "drug_offences": _Pattern(2, 4.0, 6.0),
    "unexplained_purchases": _Pattern(3, 6.0, 8.0),
    "homes": _Pattern(2, 6.0, 8.0),
    "convicted_with_benefit": _Pattern(2, 6.0, 8.0),
}


def planted(boundaries: BoundarySet, addresses: AddressRegister, *, seed: int) -> Planted:
    """Choose what is planted where.

    Args:
        boundaries: Areas of the fictional country.
        addresses: Its addresses.
        seed: Seed of the records; `make_records` with the same places and seed plants the same.

    Returns:
        The codes of every planted pattern.

    Raises:
        BoundaryError: The country is too small to hold the patterns.
    """
    places = Places(boundaries, addresses)
    return plan(places, read_context(places, seed=seed), seed=seed)


def plan(places: Places, context: Context, *, seed: int) -> Planted:
    """Choose what is planted, given a context that was read before; see `planted`."""
    hotspots, deviations = {}, {}
    for table, pattern in _PATTERNS.items():
        rng = stream(seed, f"plan/{table}")
        groups = _groups(context, pattern, rng)
        hotspots[table] = tuple(
            Hotspot(
                buurten=tuple(sorted(str(context.code[at]) for at in group)),
                relative_risk=round(float(rng.uniform(pattern.low, pattern.high)), 2),
            )
            for group in groups
        )
        deviations[table] = _deviations(context, groups, pattern.deviations, rng)
    return Planted(
        hotspots=hotspots,
        deviations={table: codes for table, codes in deviations.items() if codes},
        branch_wijk=_branch_wijk(context, stream(seed, "plan/branch")),
        park=_park(places, stream(seed, "plan/park")),
    )


def _groups(context: Context, pattern: _Pattern, rng: np.random.Generator) -> list[IntArray]:
    if pattern.rural:
        eligible = (context.homes > 0) & (context.urbanity < np.median(context.urbanity))
    else:
        # No neighbour is small either, so that a hotspot is not hidden together with its surroundings.
        smallest = np.array([context.inhabitants[near].min(initial=_POPULOUS) for near in context.neighbours])
        eligible = (context.inhabitants >= _POPULOUS) & (smallest >= _POPULOUS / 2)
    blocked = ~eligible
    groups: list[IntArray] = []
    for start in rng.permutation(np.flatnonzero(eligible)):
        if len(groups) == pattern.groups:
            return groups
        size = int(rng.integers(pattern.smallest, _LARGEST + 1))
        group = _grow(int(start), size, blocked, context, rng)
        if len(group) >= pattern.smallest:
            groups.append(group)
            blocked = blocked | _with_ring(group, context)
    if len(groups) < pattern.groups:
        raise BoundaryError("The country is too small to plant every hotspot.", remedy="Make a larger country.")
    return groups


def _grow(start: int, size: int, blocked: BoolArray, context: Context, rng: np.random.Generator) -> IntArray:
    group = [start] if not blocked[start] else []
    while 0 < len(group) < size:
        ring = np.unique(np.concatenate([context.neighbours[at] for at in group]))
        ring = ring[~blocked[ring] & ~np.isin(ring, group)]
        if not ring.size:
            break
        # The neighbour with most links to the group keeps it compact; ties are broken at random.
        links = [np.isin(context.neighbours[at], group).sum() + rng.random() for at in ring]
        group.append(int(ring[int(np.argmax(links))]))
    return np.asarray(sorted(group), dtype=np.int64)


def _with_ring(group: IntArray, context: Context) -> BoolArray:
    mask = np.zeros(len(context), dtype=bool)
    mask[group] = True
    for at in group:
        mask[context.neighbours[at]] = True
    return mask


def _deviations(context: Context, groups: list[IntArray], count: int, rng: np.random.Generator) -> tuple[str, ...]:
    quiet = (context.inhabitants >= _POPULOUS) & (context.deprivation < -0.3)
    chosen: list[int] = []
    for at in rng.permutation(np.flatnonzero(quiet)):
        taken = [*groups, *(np.asarray([other]) for other in chosen)]
        if len(chosen) < count and not any(_with_ring(group, context)[at] for group in taken):
            chosen.append(int(at))
    return tuple(sorted(str(context.code[at]) for at in chosen))


def _branch_wijk(context: Context, rng: np.random.Generator) -> str:
    names, of_wijk = np.unique(context.wijk, return_inverse=True)
    inhabitants = np.bincount(of_wijk, weights=context.inhabitants)
    dense = np.bincount(of_wijk, weights=context.urbanity * context.inhabitants) / np.maximum(inhabitants, 1)
    large = names[(inhabitants >= np.median(inhabitants)) & (dense >= 0)]
    return str(rng.choice(large if large.size else names))


def _park(places: Places, rng: np.random.Generator) -> str:
    codes, sizes = park_sizes(places)
    middling = codes[np.argsort(sizes, kind="stable")][len(codes) // 3 : max(len(codes) * 2 // 3, 1)]
    return str(rng.choice(middling))


def park_sizes(places: Places) -> tuple[StrArray, FloatArray]:
    """Return the park codes, ascending, and the number of recreation objects of each."""
    codes = places.boundaries.layers["park"].code
    objects = places.addresses.park[places.addresses.use == RECREATION]
    codes = codes[np.isin(codes, objects)]
    return codes, np.bincount(np.searchsorted(codes, objects), minlength=len(codes)).astype(np.float64)
