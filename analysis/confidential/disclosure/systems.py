"""From the atoms of a release to the network of one indicator: which cell is a sum of which atoms, as arcs.

Nodes: `ROOT` of the administrative family, `SINK` of the hex family, one for each area. The country's total runs from
SINK to ROOT; an administrative cell from its parent to its own area; an atom from its finest administrative area to its
finest hex; a hex from its own cell to its parent. So the true counts are a circulation, and so is every table that a
reader cannot exclude.

A *split* divides the totals of one level into categories that add up to them (the years of a window; a part and the
rest). It stands in series with the totals: for any totals and any split with those sums, a table of atoms by category
with these margins exists, since a transportation problem with equal sums always has an integer solution. So a split
tells nothing of the atoms but through the totals, and the network is exact. Its coarser totals can stay in the network
only where the country alone is coarser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.joint import Network
from geo.hierarchy import Hierarchy
from zicht.errors import AlignmentError, ConfigError
from zicht.structure import COUNTRY, Structure

ROOT, SINK = 0, 1
TOTAL = ""


@dataclass(frozen=True, slots=True)
class Split:
    """A breakdown of one level's totals into categories that add up to them.

    Args:
        level: The level that is broken down.
        categories: Names of the categories, at least two.
        totals: Whether the country's total of each category is published too.
    """

    level: str
    categories: tuple[str, ...]
    totals: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """One family of levels, and the ones of it that an indicator publishes.

    Args:
        hierarchy: All levels of the family, the country first.
        chain: The levels published, coarsest first, the country included.
    """

    hierarchy: Hierarchy
    chain: tuple[str, ...]

    def leaves(self, level: NDArray[np.str_], fid: IntArray) -> tuple[IntArray, IntArray]:
        """Return, for each atom, the finest published area that holds it, as (place in `chain`, fid)."""
        place = np.zeros(len(level), dtype=np.int64)
        found = np.zeros(len(level), dtype=np.int64)
        depth = [self.hierarchy.levels.index(name) for name in self.chain]
        for name in np.unique(level):
            mask = level == name
            own = self.hierarchy.levels.index(str(name))
            deep = max(k for k, one in enumerate(depth) if one <= own)
            place[mask] = deep
            found[mask] = self.hierarchy.up(str(name), self.chain[deep])[fid[mask]]
        return place, found

    def up(self, fine: int, coarse: int) -> IntArray:
        """Return the fid of the area at place `coarse` of the chain that holds each area at place `fine`."""
        return self.hierarchy.up(self.chain[fine], self.chain[coarse]).astype(np.int64)

    def size(self, place: int) -> int:
        """Return how many areas the level at a place of the chain has."""
        return self.hierarchy.sizes[self.hierarchy.levels.index(self.chain[place])]

    def offsets(self, first: int) -> IntArray:
        """Return where the nodes of each level begin, and where they end; the country has none of its own."""
        return first + np.cumsum([0, 0, *(self.size(k) for k in range(1, len(self.chain)))])


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A network, and what its arcs are.

    Args:
        network: The arcs: cells, then atoms.
        cells: By (category, level), the arcs of the level's areas in order of fid; category `TOTAL` for the whole.
        atoms: The arcs of the atoms.
        leaf: (atoms, 2) administrative and hex leaf node of each atom, in ascending order.
        families: The administrative and the hex family.
    """

    network: Network
    cells: Mapping[tuple[str, str], slice]
    atoms: slice
    leaf: IntArray
    families: tuple[Family, Family]

    def count(self, fids: Mapping[str, IntArray]) -> IntArray:
        """Count units per atom.

        Args:
            fids: By level, (units,) the fid of each unit's area, -1 where it lies in none.

        Returns:
            (atoms,) counts.

        Raises:
            AlignmentError: A unit lies where the structure has no atom.
        """
        offsets = _offsets(self.families)
        units = len(next(iter(fids.values())))
        nodes = []
        for which, family in enumerate(self.families):
            node = np.full(units, (ROOT, SINK)[which], dtype=np.int64)
            for k, level in enumerate(family.chain[1:], start=1):
                node = np.where(fids[level] >= 0, offsets[which][k] + fids[level], node)
            nodes.append(node)
        width = self.network.nodes
        key, unit = self.leaf[:, 0] * width + self.leaf[:, 1], nodes[0] * width + nodes[1]
        at = np.searchsorted(key, unit)
        known = np.zeros(units, dtype=np.bool_)
        known[at < len(key)] = key[at[at < len(key)]] == unit[at < len(key)]
        if not known.all():
            raise AlignmentError(
                f"{np.count_nonzero(~known)} records lie where, by the public structure, nothing can be.",
                remedy="Make the structure from the boundaries and the address register that place the records.",
            )
        return np.bincount(at, minlength=len(key)).astype(np.int64)


def _offsets(families: tuple[Family, Family]) -> tuple[IntArray, IntArray]:
    administrative = families[0].offsets(2)
    return administrative, families[1].offsets(int(administrative[-1]))


def build_system(
    structure: Structure,
    families: tuple[Family, Family],
    *,
    capacity: IntArray | None = None,
    splits: Sequence[Split] = (),
) -> System:
    """Build the network of one indicator.

    Args:
        structure: The atoms.
        families: The administrative and the hex family with the levels published.
        capacity: (atoms of the structure,) what each can hold by public knowledge; None for no limit.
        splits: Breakdowns of totals; each category has a name of its own.

    Raises:
        ConfigError: A split has totals at a level that is not the coarsest below the country, or two have.
    """
    _check_splits(families[0].chain, families[1].chain, splits)
    offsets = _offsets(families)
    leaf, room, within = _atoms(structure, families, offsets, capacity)
    if any(split.totals for split in splits) and np.any(leaf[:, 0] == ROOT):
        raise ConfigError(
            "A breakdown with totals cannot hold records of which only the country is known.",
            remedy="Publish the breakdown at one level only, or leave those records out.",
        )
    arcs = _Arcs(int(offsets[1][-1]))
    total = _cells(arcs, families, offsets, splits)
    for which in (0, 1):
        _cross(arcs, which, families, within, total)
    cells = arcs.stop
    limit = np.full(cells, room.sum())
    for which, family in enumerate(families):
        for k in range(1, len(family.chain)):
            inside = within[which][k] >= 0
            sums = np.zeros(family.size(k), dtype=np.int64)
            np.add.at(sums, within[which][k][inside], room[inside])
            limit[total[which][k]] = sums
    for inner, outer in arcs.divided:
        limit[inner] = limit[outer]
    ids = np.arange(cells, cells + len(leaf))
    for which in (0, 1):
        arcs.contain(ids, _deepest(within[which], total[which]))
    tail = np.concatenate([*arcs.tail, leaf[:, 0]]).astype(np.int32)
    head = np.concatenate([*arcs.head, leaf[:, 1]]).astype(np.int32)
    start, container = arcs.containers(len(tail))
    capacity = np.minimum(np.concatenate([limit, room]), UNLIMITED)
    pair = _pairs(arcs.cells, families, within, cells)
    network = Network(arcs.nodes, tail, head, start, container, capacity, pair)
    return System(network, arcs.cells, slice(cells, cells + len(leaf)), leaf, families)


def _check_splits(chain: tuple[str, ...], hexes: tuple[str, ...], splits: Sequence[Split]) -> None:
    with_totals = [split for split in splits if split.totals]
    if len(with_totals) > 1 or any(split.level not in chain[1:2] for split in with_totals):
        raise ConfigError(
            "A breakdown with totals is possible once, at the coarsest level below the country.",
            remedy="Publish the breakdown at one level only, or at the country and the coarsest level below it.",
        )
    unknown = [split.level for split in splits if split.level not in (*chain, *hexes)]
    if unknown:
        raise ConfigError(f"A breakdown is asked at level {unknown[0]!r}, which the whole does not publish.")


def _atoms(
    structure: Structure, families: tuple[Family, Family], offsets: tuple[IntArray, IntArray], capacity: IntArray | None
) -> tuple[IntArray, IntArray, tuple[list[IntArray], list[IntArray]]]:
    """Return the leaf nodes and the capacity of the atoms, and the fid of what holds them at every place of a chain."""
    room = np.full(len(structure), UNLIMITED) if capacity is None else np.minimum(capacity, UNLIMITED)
    places = (
        (structure.administrative_level, structure.administrative_fid),
        (structure.hex_level, structure.hex_fid),
    )
    deep = [family.leaves(*place) for family, place in zip(families, places, strict=True)]
    node = [np.where(k == 0, which, offsets[which][k] + fid) for which, (k, fid) in enumerate(deep)]
    key = node[0] * int(offsets[1][-1]) + node[1]
    standing = np.flatnonzero(room > 0)
    unique, first, member = np.unique(key[standing], return_index=True, return_inverse=True)
    merged = np.zeros(len(unique), dtype=np.int64)
    np.add.at(merged, member, room[standing])
    rows = standing[first]
    within = tuple(
        [_above(family, place[rows], fid[rows], k) for k in range(len(family.chain))]
        for family, (place, fid) in zip(families, deep, strict=True)
    )
    return np.column_stack([node[0][rows], node[1][rows]]), np.minimum(merged, UNLIMITED), (within[0], within[1])


def _above(family: Family, place: IntArray, fid: IntArray, coarse: int) -> IntArray:
    found = np.full(len(place), -1, dtype=np.int64)
    for fine in range(coarse, len(family.chain)):
        mask = place == fine
        found[mask] = family.up(fine, coarse)[fid[mask]]
    return found


class _Arcs:
    """The arcs of the cells while a network is being built."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self.stop = 0
        self.tail: list[IntArray] = []
        self.head: list[IntArray] = []
        self.cells: dict[tuple[str, str], slice] = {}
        self.divided: list[tuple[IntArray, IntArray]] = []
        self._contained: list[tuple[IntArray, IntArray]] = []

    def new_nodes(self, count: int) -> IntArray:
        """Return fresh nodes."""
        self.nodes += count
        return np.arange(self.nodes - count, self.nodes)

    def add(self, category: str, level: str, tail: IntArray, head: IntArray, *outer: IntArray) -> IntArray:
        """Add the arcs of one level, held by the arcs of `outer`, and return them."""
        own = np.arange(self.stop, self.stop + len(tail))
        self.stop += len(tail)
        self.tail.append(tail)
        self.head.append(head)
        self.cells[category, level] = slice(int(own[0]) if len(own) else self.stop, self.stop)
        for arcs in outer:
            self.contain(own, arcs)
        return own

    def contain(self, inner: IntArray, outer: IntArray) -> None:
        """State that each inner arc is held by an outer one; -1 for none."""
        self._contained.append((inner[outer >= 0], outer[outer >= 0]))

    def containers(self, arcs: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return where each arc's containers begin, and the containers."""
        inner = np.concatenate([pair[0] for pair in self._contained])
        outer = np.concatenate([pair[1] for pair in self._contained])
        start = np.zeros(arcs + 1, dtype=np.int32)
        start[1:] = np.cumsum(np.bincount(inner, minlength=arcs))
        return start, outer[np.argsort(inner, kind="stable")].astype(np.int32)


def _cells(
    arcs: _Arcs, families: tuple[Family, Family], offsets: tuple[IntArray, IntArray], splits: Sequence[Split]
) -> tuple[list[IntArray], list[IntArray]]:
    """Add the arcs of all cells, and return those of the totals by family and place in its chain."""
    here = [split for split in splits if split.level == COUNTRY]
    country = _series(arcs, here, COUNTRY, np.array([SINK]), np.array([ROOT]))
    total: tuple[list[IntArray], list[IntArray]] = ([country], [country])
    for which, family in enumerate(families):
        for k in range(1, len(family.chain)):
            parent = family.up(k, k - 1)
            own = offsets[which][k] + np.arange(len(parent))
            above = offsets[which][k - 1] + parent if k > 1 else np.full(len(parent), which)
            outer = total[which][k - 1][parent]
            here = [split for split in splits if split.level == family.chain[k]]
            ends = (above, own) if which == 0 else (own, above)
            block = _series(arcs, here, family.chain[k], *ends, outer)
            total[which].append(block)
    return total


def _series(
    arcs: _Arcs, splits: Sequence[Split], level: str, above: IntArray, own: IntArray, *outer: IntArray
) -> IntArray:
    """Add the totals of a level with its splits in series, and return the arcs of the totals.

    They run from `above` to `own`; for hexes, where everything runs the other way, the caller swaps the two.
    """
    local = [split for split in splits if not split.totals]
    stops = [arcs.new_nodes(len(own)) for _ in local] + [own]
    wide = next((split for split in splits if split.totals), None)
    gate = arcs.new_nodes(len(own)) if wide else above
    total = arcs.add(TOTAL, level, gate, stops[0], *outer)
    for split, begin, end in zip(local, stops, stops[1:], strict=False):
        for category in split.categories:
            arcs.divided.append((arcs.add(category, level, begin, end, total), total))
    for category in wide.categories if wide else ():
        node = arcs.new_nodes(1)
        # The country's arc is the first; the limit of a category is the country's own.
        country = np.array([0])
        whole = arcs.add(category, COUNTRY, np.array([ROOT]), node, country)
        arcs.divided.append((whole, country))
        parts = arcs.add(category, level, np.full(len(own), node[0]), gate, total, np.full(len(own), whole[0]))
        arcs.divided.append((parts, total))
    return total


def _cross(
    arcs: _Arcs,
    which: int,
    families: tuple[Family, Family],
    within: tuple[list[IntArray], list[IntArray]],
    total: tuple[list[IntArray], list[IntArray]],
) -> None:
    """State which cell of the other family is the smallest that holds all atoms of each cell."""
    other = 1 - which
    for k in range(1, len(families[which].chain)):
        inside = np.flatnonzero(within[which][k] >= 0)
        if not len(inside):
            continue
        order = inside[np.argsort(within[which][k][inside], kind="stable")]
        cell, begin = np.unique(within[which][k][order], return_index=True)
        holder = np.full(len(cell), -1, dtype=np.int64)
        for place in range(len(families[other].chain) - 1, 0, -1):
            across = within[other][place][order]
            least, most = np.minimum.reduceat(across, begin), np.maximum.reduceat(across, begin)
            found = (holder < 0) & (least == most) & (least >= 0)
            holder[found] = total[other][place][least[found]]
        arcs.contain(total[which][k][cell], holder)


def _pairs(
    cells: Mapping[tuple[str, str], slice],
    families: tuple[Family, Family],
    within: tuple[list[IntArray], list[IntArray]],
    first: int,
) -> NDArray[np.int32]:
    """Return (category of a cell, atom of that cell) for every split."""
    found = [np.empty((0, 2), dtype=np.int64)]
    # A category that has totals is looked at where it is finest: what lies in the country's lies in one of those.
    finest = {category: level for category, level in cells if category != TOTAL}
    for category, level in finest.items():
        which = 0 if level in families[0].chain else 1
        holder = within[which][families[which].chain.index(level)]
        inside = np.flatnonzero(holder >= 0)
        cell = holder[inside]
        found.append(np.column_stack([cells[category, level].start + cell, first + inside]))
    return np.vstack(found).astype(np.int32)


def _deepest(within: list[IntArray], total: list[IntArray]) -> IntArray:
    """Return the arc of the finest cell that holds each atom."""
    found = np.full(len(within[0]), total[0][0])
    for k in range(1, len(within)):
        inside = within[k] >= 0
        found[inside] = total[k][within[k][inside]]
    return found
