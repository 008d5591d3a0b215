"""Where cells and atoms lie: the two families of areas, as far as one indicator publishes them, and its atoms.

A cell of the administrative family hangs under the country's first node, one of the hex family under its second. An
atom hangs under the finest published area that holds it in each family. Levels that an indicator does not publish are
passed over; atoms that then share both areas are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.audit.network import UNLIMITED, IntArray
from analysis.audit.rules import Rule
from zicht.areas import AreaList
from zicht.errors import AlignmentError
from zicht.published import StrArray
from zicht.structure import COUNTRY, FILE, Structure

#: Node of the country where the administrative family starts, and where the hex family ends.
SOURCE, SINK = 0, 1
HEX = "h3-"


def is_hex(level: str) -> bool:
    """Return whether a level belongs to the hex family."""
    return level.startswith(HEX)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """All areas of a release and its atoms.

    Args:
        chains: The administrative levels and the hex levels, each coarsest first, both without the country.
        code: By level, (n,) codes.
        parent: By level, (n,) position of the parent in the next coarser level of the chain; 0 at the top.
        structure: The atoms.
    """

    chains: tuple[tuple[str, ...], tuple[str, ...]]
    code: Mapping[str, StrArray]
    parent: Mapping[str, IntArray]
    structure: Structure


def read_places(areas: Mapping[str, AreaList], structure: Structure) -> Places:
    """Return the places of a release.

    Raises:
        AlignmentError: An area has no parent, or an atom lies in an area that does not exist.
    """
    hexes = sorted((level for level in areas if is_hex(level)), key=lambda level: int(level.removeprefix(HEX)))
    chains = (tuple(level for level in areas if level != COUNTRY and not is_hex(level)), tuple(hexes))
    parent = {
        level: _parents(areas[level], areas[coarser])
        for chain in chains
        for coarser, level in zip((COUNTRY, *chain), chain, strict=False)
    }
    code = {level: area.code for level, area in areas.items()}
    for levels, fids in (
        (structure.administrative_level, structure.administrative_fid),
        (structure.hex_level, structure.hex_fid),
    ):
        for level in np.unique(levels).tolist():
            if level not in code or fids[levels == level].max() >= len(code[level]):
                raise AlignmentError(f"An atom lies in an area of {level!r} that does not exist.", where=FILE)
    return Places(chains, code, parent, structure)


def moved_areas(one: Places, other: Places) -> Iterator[tuple[str, str]]:
    """Yield the pairs (level, coarser level) of which the areas do not lie in the same areas in both.

    Levels that only one of the two has between them are passed over: a district that was put between the country and
    the gemeenten moves nothing. What is published of a region tells of other gemeenten once its members change.
    """
    for own, chain in zip(one.chains, other.chains, strict=True):
        shared = [level for level in own if level in chain]
        for coarse, fine in pairwise(shared):
            if not np.array_equal(_holders(one, own, fine, coarse), _holders(other, chain, fine, coarse)):
                yield fine, coarse


def _holders(places: Places, chain: tuple[str, ...], fine: str, coarse: str) -> IntArray:
    """Return the position of the area of a coarser level that holds each area of a finer one."""
    at = np.arange(len(places.code[fine]), dtype=np.int64)
    for level in reversed(chain[chain.index(coarse) + 1 : chain.index(fine) + 1]):
        at = places.parent[level][at]
    return at


def _parents(fine: AreaList, coarse: AreaList) -> IntArray:
    at = np.minimum(np.searchsorted(coarse.code, fine.parent), len(coarse.code) - 1)
    orphans = fine.code[coarse.code[at] != fine.parent]
    if len(orphans):
        raise AlignmentError(f"These areas have no parent: {', '.join(orphans[:8].tolist())}.", where=fine.level)
    return at.astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The cells and atoms of one indicator as nodes and pairs of nodes.

    Args:
        chains: The published levels of either family, coarsest first, without the country.
        first: By level, the node of its first cell; cells follow in order.
        nodes: Number of nodes, the country's two included.
        above: (nodes,) node of the parent of every cell; the country's nodes are their own.
        tail: (a,) node of the administrative area of every atom.
        head: (a,) node of its hex.
        capacity: (a,) what it can hold at most, above 0.
    """

    chains: tuple[tuple[str, ...], tuple[str, ...]]
    first: Mapping[str, int]
    nodes: int
    above: IntArray
    tail: IntArray
    head: IntArray
    capacity: IntArray

    @property
    def levels(self) -> tuple[str, ...]:
        """The published levels without the country, in the order of their nodes."""
        return (*self.chains[0], *self.chains[1])

    def cells(self, level: str) -> slice:
        """Return the nodes of the cells of a level."""
        ends = [*(self.first[other] for other in self.levels), self.nodes]
        return slice(self.first[level], ends[self.levels.index(level) + 1])


def frame(places: Places, levels: Sequence[str], rule: Rule) -> Frame:
    """Return the cells of the given levels and the atoms under them that can hold anything.

    Raises:
        AlignmentError: A level or a capacity is not in the release.
    """
    absent = [level for level in levels if level not in places.code]
    if absent:
        raise AlignmentError(f"The release has no areas of level {absent[0]!r}.", where="areas.parquet")
    chains = (_among(places.chains[0], levels), _among(places.chains[1], levels))
    first, nodes = {}, 2
    for level in (*chains[0], *chains[1]):
        first[level] = nodes
        nodes += len(places.code[level])
    above = np.zeros(nodes, dtype=np.int64)
    above[SINK] = SINK
    for family in (SOURCE, SINK):
        for level in chains[family]:
            start = first[level]
            above[start : start + len(places.code[level])] = _nearest(places, family, first, level, strictly=True)
    tail, head = leaves(places, first)
    return Frame(chains, first, nodes, above, *_merge(tail, head, capacities(places.structure, rule), nodes))


def leaves(places: Places, first: Mapping[str, int]) -> tuple[IntArray, IntArray]:
    """Return the nodes of the finest cells, of either family, that hold each atom of the structure.

    Args:
        places: The places.
        first: By level that an indicator publishes, the node of its first cell.
    """
    atoms = places.structure
    tail = _leaves(places, SOURCE, first, atoms.administrative_level, atoms.administrative_fid)
    return tail, _leaves(places, SINK, first, atoms.hex_level, atoms.hex_fid)


def hex_at(places: Places, level: str) -> IntArray:
    """Return the position in a hex level of the hex that holds each atom of the structure, -1 where none does."""
    chain = places.chains[SINK]
    found = np.full(len(places.structure), -1, dtype=np.int64)
    for own in chain[chain.index(level) :]:
        here = places.structure.hex_level == own
        at = places.structure.hex_fid[here]
        for between in reversed(chain[chain.index(level) + 1 : chain.index(own) + 1]):
            at = places.parent[between][at]
        found[here] = at
    return found


def _among(chain: tuple[str, ...], levels: Sequence[str]) -> tuple[str, ...]:
    return tuple(level for level in chain if level in levels)


def _nearest(places: Places, family: int, first: Mapping[str, int], level: str, *, strictly: bool) -> IntArray:
    """Return, for every area of a level, the node of the nearest published area that holds it, or is it."""
    chain = places.chains[family]
    depth, at = chain.index(level), np.arange(len(places.code[level]), dtype=np.int64)
    if strictly:
        depth, at = depth - 1, places.parent[level]
    while depth >= 0 and chain[depth] not in first:
        depth, at = depth - 1, places.parent[chain[depth]][at]
    return first[chain[depth]] + at if depth >= 0 else np.full(len(at), family, dtype=np.int64)


def _leaves(places: Places, family: int, first: Mapping[str, int], levels: StrArray, fids: IntArray) -> IntArray:
    nodes = np.full(len(fids), family, dtype=np.int64)
    for level in np.unique(levels).tolist():
        if level != COUNTRY:
            here = levels == level
            nodes[here] = _nearest(places, family, first, level, strictly=False)[fids[here]]
    return nodes


def capacities(structure: Structure, rule: Rule) -> IntArray:
    """Return (n,) how much each atom can hold of what an indicator counts, `UNLIMITED` where there is no limit.

    Raises:
        AlignmentError: The release does not give the capacity that the rule speaks of.
    """
    coarse = UNLIMITED if rule.unplaced else 0
    if not rule.capacity_of:
        return np.where(structure.unplaced, coarse, UNLIMITED).astype(np.int64)
    if rule.capacity_of not in structure.capacity:
        raise AlignmentError(f"The atoms have no capacity {rule.capacity_of!r}.", where=FILE)
    there = structure.capacity[rule.capacity_of]
    room = there * rule.capacity_each if rule.capacity_each else np.where(there > 0, UNLIMITED, 0)
    return np.where(structure.unplaced, coarse, room).astype(np.int64)


def _merge(tail: IntArray, head: IntArray, capacity: IntArray, nodes: int) -> tuple[IntArray, IntArray, IntArray]:
    used = capacity > 0
    pairs, which = np.unique(tail[used] * nodes + head[used], return_inverse=True)
    return pairs // nodes, pairs % nodes, total(capacity[used], which, len(pairs))


def total(capacity: IntArray, group: IntArray, groups: int) -> IntArray:
    """Return (groups,) the sum of the capacities of each group, `UNLIMITED` where one of them is."""
    sums = np.zeros(groups, dtype=np.int64)
    np.add.at(sums, group, np.where(capacity == UNLIMITED, 0, capacity))
    endless = np.zeros(groups, dtype=np.bool_)
    endless[group[capacity == UNLIMITED]] = True
    return np.where(endless, UNLIMITED, sums)
