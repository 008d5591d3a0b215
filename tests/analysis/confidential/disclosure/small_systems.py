"""Small systems with an oracle that knows no network: an integer program on atoms, with cells as sums of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.joint import Problem
from analysis.confidential.disclosure.systems import TOTAL, Family, Split, System, build_system
from geo.hierarchy import Hierarchy
from zicht.structure import COUNTRY, Structure

ADMINISTRATIVE = ("country", "gemeente", "buurt", "park")
HEXES = ("country", "h3-7", "h3-8")


@dataclass
class Small:
    """A random country: atoms, their counts, and for each cell the atoms that are in it."""

    system: System
    counts: np.ndarray
    capacity: np.ndarray
    members: dict[tuple[str, str], list[list[int]]]
    splits: tuple[Split, ...]
    split_counts: dict[tuple[str, str], np.ndarray]

    def truth(self) -> np.ndarray:
        """True values of all arcs."""
        truth = np.zeros(len(self.system.network), dtype=np.int64)
        truth[self.system.atoms] = self.counts
        for (category, level), arcs in self.system.cells.items():
            if category == TOTAL:
                truth[arcs] = [self.counts[cell].sum() for cell in self.members[category, level]]
            else:
                truth[arcs] = self.split_counts[category, level]
        return truth


def random_small(rng: np.random.Generator, *, splits: str = "", capacities: bool = False) -> Small:
    """Make a country of a few gemeenten, buurten, parks and hexes with random atoms and counts.

    Args:
        rng: Source of randomness.
        splits: "" for none, "local" or "hex" for a part at one level, "wide" for years with totals, "both".
        capacities: Whether atoms have public capacities.
    """
    sizes = {"gemeente": int(rng.integers(1, 3)), "buurt": int(rng.integers(2, 5)), "park": int(rng.integers(0, 2))}
    sizes |= {"h3-7": int(rng.integers(1, 3)), "h3-8": int(rng.integers(2, 5))}
    parent = {
        "gemeente": np.zeros(sizes["gemeente"], dtype=np.int32),
        "buurt": rng.integers(0, sizes["gemeente"], sizes["buurt"]).astype(np.int32),
        "park": rng.integers(0, sizes["buurt"], sizes["park"]).astype(np.int32),
        "h3-7": np.zeros(sizes["h3-7"], dtype=np.int32),
        "h3-8": rng.integers(0, sizes["h3-7"], sizes["h3-8"]).astype(np.int32),
    }
    families = tuple(
        Family(
            Hierarchy(chain, tuple(parent[level] for level in chain[1:]), (1, *(sizes[level] for level in chain[1:]))),
            chain,
        )
        for chain in (ADMINISTRATIVE, HEXES)
    )
    n = int(rng.integers(3, 11))
    level = np.array(["buurt"] * n)
    fid = rng.integers(0, sizes["buurt"], n)
    if sizes["park"]:
        inside = rng.random(n) < 0.2
        level, fid = np.where(inside, "park", level), np.where(inside, 0, fid)
    unknown = rng.random(n) < 0.1
    level, fid = np.where(unknown, "gemeente", level), np.where(unknown, 0, fid)
    lost = rng.random(n) < 0.1
    structure = Structure(
        level, fid, np.where(lost, "country", "h3-8"), np.where(lost, 0, rng.integers(0, sizes["h3-8"], n))
    )
    given = np.where(rng.random(n) < 0.7, rng.integers(0, 30, n), 200) if capacities else np.full(n, UNLIMITED)
    chosen: list[Split] = []
    if splits in {"local", "both"}:
        chosen.append(Split("buurt", ("part", "rest of part")))
    if splits == "hex":
        chosen.append(Split("h3-8", ("part", "rest of part")))
    if splits in {"wide", "both"}:
        chosen.append(Split("gemeente", ("2021", "2022"), totals=True))
    system = build_system(structure, families, capacity=given, splits=chosen)
    capacity = system.network.capacity[system.atoms]
    draws = rng.integers(0, rng.choice([3, 14, 40]), len(capacity)) * (rng.random(len(capacity)) < 0.6)
    counts = np.minimum(draws, capacity)
    members = {(TOTAL, COUNTRY): [list(range(len(counts)))]}
    offsets = (families[0].offsets(2), None)
    offsets = (offsets[0], families[1].offsets(int(offsets[0][-1])))
    for which, family in enumerate(families):
        for k, name in enumerate(family.chain[1:], start=1):
            members[TOTAL, name] = [
                [a for a in range(len(counts)) if _holds(family, offsets[which], k, cell, int(system.leaf[a, which]))]
                for cell in range(family.size(k))
            ]
    small = Small(system, counts, capacity, members, tuple(chosen), {})
    for split in chosen:
        total = np.array([counts[cell].sum() for cell in members[TOTAL, split.level]])
        first = rng.binomial(total, 0.5)
        small.split_counts[split.categories[0], split.level] = first
        small.split_counts[split.categories[1], split.level] = total - first
        if split.totals:
            small.split_counts[split.categories[0], COUNTRY] = np.array([first.sum()])
            small.split_counts[split.categories[1], COUNTRY] = np.array([(total - first).sum()])
    return small


def _holds(family: Family, offsets: np.ndarray, k: int, cell: int, leaf: int) -> bool:
    """Climb from an atom's leaf to level k, one parent at a time."""
    for fine in range(len(family.chain) - 1, 0, -1):
        if offsets[fine] <= leaf < offsets[fine + 1]:
            fid = leaf - int(offsets[fine])
            for place in range(fine, k, -1):
                fid = int(family.hierarchy.parents[place - 1][fid])
            return fine >= k and fid == cell
    return False


class Oracle:
    """What a reader can derive, by integer programming on atoms and categories; knows no network."""

    def __init__(self, small: Small, problem: Problem, published: np.ndarray) -> None:
        self.small, self.problem, self.published = small, problem, published
        atoms = len(small.counts)
        self.columns = atoms
        self.row: dict[int, np.ndarray] = {}
        cells = small.system.cells
        extra: list[tuple[int, np.ndarray]] = []
        for split in small.splits:
            for cell, inside in enumerate(small.members[TOTAL, split.level]):
                for category in split.categories:
                    self.row[cells[category, split.level].start + cell] = np.array([self.columns])
                    self.columns += 1
                extra.append((self.columns, np.array(inside, dtype=int)))
            if split.totals:
                for category in split.categories:
                    arcs = cells[category, split.level]
                    self.row[cells[category, COUNTRY].start] = np.concatenate(
                        [self.row[arc] for arc in range(arcs.start, arcs.stop)]
                    )
        for (category, level), arcs in cells.items():
            if category == TOTAL:
                for cell, inside in enumerate(small.members[TOTAL, level]):
                    self.row[arcs.start + cell] = np.array(inside, dtype=int)
        for a in range(atoms):
            self.row[small.system.atoms.start + a] = np.array([a])
        self.same = [(np.arange(stop - 2, stop), inside) for stop, inside in extra]

    def largest(self, arc: int, *, lowest: bool = False) -> int:
        """The largest (or smallest) value of an arc over all tables that a reader cannot exclude."""
        aim = np.zeros(self.columns + 1)
        aim[self.row[arc]] = 1.0 if lowest else -1.0
        return self._solve(aim, ())

    def together(self, category: int, atom: int) -> int:
        """The largest share of a category that an atom can hold: the least of both, at its largest."""
        aim = np.zeros(self.columns + 1)
        aim[-1] = -1.0
        return self._solve(aim, (category, atom))

    def _solve(self, aim: np.ndarray, at_least: tuple[int, ...]) -> int:
        """Optimise over all tables; the last column, if it is asked for, is at most each of some arcs."""
        problem, rows, low, high = self.problem, [], [], []
        for arc in at_least:
            row = np.zeros(self.columns + 1)
            row[self.row[arc]] = 1
            row[-1] = -1
            rows.append(row)
            low.append(0)
            high.append(np.inf)
        for one, columns in self.row.items():
            row = np.zeros(self.columns + 1)
            row[columns] = 1
            shown = self.published[one]
            rows.append(row)
            low.append(problem.low[one] if shown else problem.floor[one])
            high.append(problem.high[one] if shown else min(problem.network.capacity[one], 10_000))
        for categories, inside in self.same:
            row = np.zeros(self.columns + 1)
            row[categories] = 1
            row[inside] -= 1
            rows.append(row)
            low.append(0)
            high.append(0)
        found = milp(
            aim,
            constraints=LinearConstraint(np.array(rows), np.array(low, dtype=float), np.array(high, dtype=float)),
            bounds=Bounds(0, 10_000),
            integrality=np.ones(self.columns + 1),
        )
        assert found.status == 0, found.message
        return round(abs(found.fun))

    def requirement(self, arc: int) -> int:
        """The rule's requirement, from sets of atoms."""
        problem = self.problem
        least = int(min(problem.required[arc], problem.network.capacity[arc]))
        for one, columns in self.row.items():
            if one != arc and self.published[one] and self._inside(arc, one, set(columns.tolist())):
                least = min(least, int(problem.low[one]))
        return least

    def _inside(self, arc: int, outer: int, columns: set[int]) -> bool:
        own = set(self.row[arc].tolist())
        if own and own <= columns:
            return True
        # A category of a cell lies in the cell, and in whatever holds the cell.
        for (category, level), arcs in self.small.system.cells.items():
            if category != TOTAL and arcs.start <= arc < arcs.stop:
                total = self.small.system.cells[TOTAL, level].start + arc - arcs.start
                whole = set(self.row[total].tolist())
                return outer == total or (bool(whole) and whole <= columns)
        return False
