"""Small countries with a total and its parts, and an oracle that knows nothing but sets of atoms and whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.confidential.indicators import DisclosureRule, Indicator, Nature, ZeroPolicy
from tests.support.publishing import Land, Truth
from tests.support.small import indicator
from zicht.published import PublishedColumn, Status

YEAR = 2021
YEARS = range(YEAR, YEAR + 1)
LEVELS = ("gemeente", "wijk", "h3-6")
TOTAL = "all"
ENDLESS = 10_000


@dataclass(frozen=True)
class World:
    """A country, its true counts, and the total with its parts."""

    land: Land
    truth: Truth
    indicators: Sequence[Indicator]

    @property
    def parts(self) -> list[str]:
        return [one.id for one in self.indicators if not one.sum_of]

    @property
    def rule(self) -> DisclosureRule:
        return self.indicators[0].disclosure


def members(
    parts: Sequence[str], rule: DisclosureRule, *, levels: Sequence[str] = LEVELS, total: Sequence[str] = LEVELS
) -> list[Indicator]:
    """Make a total of some parts."""
    base = {"nature": Nature.STOCK, "years": True, "total": False, "disclosure": rule}
    found = [indicator(id=name, where={"kind": (name,)}, levels=tuple(levels), **base) for name in parts]
    whole = {"where": {"kind": tuple(parts)}, "levels": tuple(total), "sum_of": tuple(parts)}
    return [*found, indicator(id=TOTAL, **whole, **base)]


def world(rng: np.random.Generator, *, parts: int = 3, atoms: int = 7) -> World:
    """Make a random country of two gemeenten, four wijken and three hexes."""
    levels = {"gemeente": [0, 0], "wijk": sorted(rng.integers(0, 2, 4).tolist()), "h3-6": [0, 0, 0]}
    places = sorted({("wijk", int(rng.integers(4)), "h3-6", int(rng.integers(3))) for _ in range(atoms)})
    threshold = int(rng.choice([3, 4, 6]))
    rule = DisclosureRule(
        threshold=threshold,
        rounding=threshold if rng.random() < 0.3 else 1,
        margin=int(rng.integers(0, 3)),
        zeros=ZeroPolicy(str(rng.choice(["publish", "suppress"]))),
    )
    names = [f"p{at}" for at in range(parts)]
    total = LEVELS if rng.random() < 0.5 else LEVELS[:2]
    top = int(rng.choice([3, 6, 14]))
    truth = {(n, YEAR): (rng.integers(0, top, len(places)) * (rng.random(len(places)) < 0.7)).tolist() for n in names}
    truth[TOTAL, YEAR] = np.sum([truth[name, YEAR] for name in names], axis=0).tolist()
    return World(Land(levels, places), truth, members(names, rule, total=total))


class Oracle:
    """What a reader of published columns can derive, over all tables of parts by atoms."""

    def __init__(self, own: World, columns: Sequence[PublishedColumn]) -> None:
        self.own, self.parts = own, own.parts
        self.atoms = len(own.land.atoms)
        self.size = self.atoms * len(self.parts)
        self.cells = {
            (column.key.indicator, column.key.level, fid): (self._columns(column, fid), *self._known(column, fid))
            for column in columns
            for fid in range(len(column.code))
        }
        self.rows = np.zeros((len(self.cells), self.size))
        for row, (inside, *_) in zip(self.rows, self.cells.values(), strict=True):
            row[inside] = 1
        self.low = np.array([low for _, low, _, _ in self.cells.values()], dtype=float)
        self.high = np.array([high for _, _, high, _ in self.cells.values()], dtype=float)

    def _columns(self, column: PublishedColumn, fid: int) -> list[int]:
        inside = np.flatnonzero(self.own.land.inside(column.key.level) == fid)
        names = self.parts if column.key.indicator == TOTAL else [column.key.indicator]
        return [self.parts.index(name) * self.atoms + int(at) for name in names for at in inside]

    def _known(self, column: PublishedColumn, fid: int) -> tuple[int, int, bool]:
        if column.status[fid] == Status.PUBLISHED:
            return int(column.low[fid]), int(column.high[fid]), True
        least = 1 if self.own.rule.zeros is ZeroPolicy.PUBLISH else 0
        empty = not (self.own.land.inside(column.key.level) == fid).any()
        told, high = column.low[fid], column.high[fid]
        least = 0 if empty else max(least, int(told) if told == told else 0)
        return least, 0 if empty else ENDLESS if high != high else int(high), False

    def targets(self) -> Iterator[tuple[tuple[str, str, int], list[int]]]:
        """Yield what is not shown: the name and the columns of every hidden cell and every atom."""
        for name, (inside, _, _, shown) in self.cells.items():
            if not shown and inside:
                yield name, inside
        for at in range(self.atoms):
            for k, part in enumerate(self.parts):
                yield (part, "atom", at), [k * self.atoms + at]
            yield (TOTAL, "atom", at), [k * self.atoms + at for k in range(len(self.parts))]

    def extreme(self, inside: Sequence[int], *, sign: int = 1) -> int:
        """Return the largest (or smallest) sum of some columns over all tables of whole numbers."""
        aim = np.zeros(self.size)
        aim[list(inside)] = -sign
        found = milp(
            aim,
            constraints=LinearConstraint(self.rows, self.low, self.high),
            bounds=Bounds(0, ENDLESS),
            integrality=np.ones(self.size),
        )
        assert found.status == 0, found.message
        return sign * round(-found.fun)

    def requirement(self, name: tuple[str, str, int], inside: Sequence[int]) -> int:
        """Return what the rule asks, from sets of columns alone."""
        rule = self.own.rule
        own = set(inside)
        around = [
            low
            for other, (columns, low, _, shown) in self.cells.items()
            if shown and other != name and own <= set(columns)
        ]
        return min([rule.threshold + rule.margin, *around])

    def broken(self) -> dict[tuple[str, str, int], tuple[int, int]]:
        """Return what breaks the rule: by name, the upper bound and what it must reach."""
        found = {}
        for name, inside in self.targets():
            most, need = self.extreme(inside), self.requirement(name, inside)
            if 0 < most < need:
                found[name] = (most, need)
        return found


def every_table(oracle: Oracle, most: int) -> Iterator[np.ndarray]:
    """Yield all tables that fit, of numbers up to `most`: for worlds of a few columns."""
    for counts in product(range(most + 1), repeat=oracle.size):
        sums = oracle.rows @ np.array(counts)
        if np.all(sums >= oracle.low) and np.all(sums <= oracle.high):
            yield np.array(counts)
