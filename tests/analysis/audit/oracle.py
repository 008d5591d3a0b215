"""The attacker once more, by whole-number programming on every (atom, category): slow, and plainly what is meant.

It knows nothing of networks: a variable for every atom and every year or part of it, a row for every cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.analysis.audit.support import RULE, Small

#: kind, indicator, period, level, code, hexagon
Name = tuple[str, str, str, str, str, str]


class Program:
    """The unknown counts of one system: variables for (atom, year, part) and the rows that bound their sums."""

    def __init__(
        self, small: Small, indicator: str, period: str, *, years: tuple[str, ...] = (), parts: tuple[str, ...] = ()
    ) -> None:
        self.small, self.indicator, self.period = small, indicator, period
        self.years = years or ("",)
        # Several parts may overlap: each is a variable yes or no of its own.
        self.kinds = tuple(product((False, True), repeat=len(parts)))
        self.parts = parts
        self.keys = [(a, y, k) for a in range(len(small.atoms)) for y in self.years for k in self.kinds]
        self.rows: list[np.ndarray] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._limits()

    def rule(self, indicator: str) -> dict[str, Any]:
        return {**RULE, **self.small.rules.get(indicator, {})}

    def above(self, level: str, fid: int) -> list[tuple[str, int]]:
        """All areas that hold an area, itself first and the country last."""
        chain = [name for name in self.small.levels if name.startswith("h3-") == level.startswith("h3-")]
        found = []
        while level != "country":
            found.append((level, fid))
            at = chain.index(level)
            fid = self.small.levels[level][fid]
            level = chain[at - 1] if at else "country"
        return [*found, ("country", 0)]

    def holds(self, atom: int, level: str, fid: int) -> bool:
        one, at, other, there = self.small.atoms[atom]
        return (level, fid) in self.above(one, at) or (level, fid) in self.above(other, there)

    def room(self, atom: int) -> float:
        rule = self.rule(self.indicator)
        if self.small.capacity.get("unplaced", [0] * (atom + 1))[atom]:
            return np.inf if rule.get("unplaced", False) else 0
        capacity = rule["capacity"]
        if capacity is None:
            return np.inf
        there = self.small.capacity[capacity["of"]][atom]
        if capacity["each"] is None:
            return np.inf if there else 0
        return capacity["each"] * there

    def cell(self, indicator: str, period: str, level: str, fid: int) -> np.ndarray:
        """The row that sums a cell of the root, of a year or of a part."""
        row = np.zeros(len(self.keys))
        for i, (atom, year, kind) in enumerate(self.keys):
            inside = self.holds(atom, level, fid)
            if indicator in self.parts:
                inside = inside and kind[self.parts.index(indicator)]
            if period != self.period:
                inside = inside and year == period
            row[i] = inside
        return row

    def bound(self, row: np.ndarray, low: float, high: float) -> None:
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def _limits(self) -> None:
        for atom in range(len(self.small.atoms)):
            self.bound(np.array([float(key[0] == atom) for key in self.keys]), 0, self.room(atom))
        for (indicator, period, level), cells in self.small.shown.items():
            ours = (indicator == self.indicator and period in (self.period, *self.years)) or (
                indicator in self.parts and period == self.period
            )
            if ours:
                self._column(indicator, period, level, cells)

    def _column(self, indicator: str, period: str, level: str, cells: Any) -> None:
        rule = self.rule(indicator)
        base, threshold = rule["rounding"], rule["threshold"]
        for fid, shown in enumerate(cells):
            row = self.cell(indicator, period, level, fid)
            if shown == 0:
                self.bound(row, 0, 0)
            elif shown is None or isinstance(shown, tuple):
                low, high = shown or (0, np.inf)
                empty = all(self.room(a) == 0 for a in range(len(self.small.atoms)) if self.holds(a, level, fid))
                self.bound(row, max(low, int(rule["zeros"] == "publish" and not empty)), high)
            elif shown != "-":
                self.bound(row, max(shown - base // 2, threshold), shown + (base - 1) // 2)

    def largest(self, row: np.ndarray, sign: int = 1) -> int | None:
        """The largest (or, with -1, the least) value of a sum; None where it has no limit."""
        found = milp(
            -sign * row,
            integrality=np.ones(len(row)),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(np.array(self.rows), self.low, self.high),
        )
        if found.status == 3 or (found.status == 4 and "nbounded" in found.message):
            return None
        assert found.status == 0, found.message
        return round(-sign * found.fun)

    def interval(self, row: np.ndarray) -> tuple[int | None, int | None]:
        return self.largest(row, -1), self.largest(row)

    def leaf(self, level: str, fid: int) -> tuple[str, int]:
        published = {key[2] for key in self.small.shown if key[:2] == (self.indicator, self.period)} | {"country"}
        return next(area for area in self.above(level, fid) if area[0] in published)

    def atoms(self) -> Mapping[Name, np.ndarray]:
        """The row of every atom, those with the same two published areas as one."""
        rows: dict[Name, np.ndarray] = {}
        for at, (level, fid, hexagon, hex_fid) in enumerate(self.small.atoms):
            if self.room(at) == 0:
                continue
            one, other = self.leaf(level, fid), self.leaf(hexagon, hex_fid)
            codes = (self.small.codes(one[0])[one[1]], self.small.codes(other[0])[other[1]])
            name = ("atom", self.indicator, self.period, one[0], *codes)
            rows[name] = rows.get(name, np.zeros(len(self.keys))) + [float(key[0] == at) for key in self.keys]
        return rows

    def hidden(self) -> Mapping[Name, np.ndarray]:
        """The row of every cell that is not shown, the country among them."""
        country = self.small.codes("country")[0]
        name = ("cell", self.indicator, self.period, "country", country, "")
        rows: dict[Name, np.ndarray] = {}
        if (self.indicator, self.period, "country") not in self.small.shown:
            rows[name] = self.cell(self.indicator, self.period, "country", 0)
        for (indicator, period, level), cells in self.small.shown.items():
            for fid, shown in enumerate(cells):
                if shown is None or shown == "-" or isinstance(shown, tuple):
                    code = self.small.codes(level)[fid]
                    rows["cell", indicator, period, level, code, ""] = self.cell(indicator, period, level, fid)
        return rows

    def rests(self) -> Mapping[Name, np.ndarray]:
        """The row of what is left of every cell beside its published years, and beside each of its parts."""
        rows: dict[Name, np.ndarray] = {}
        shown = [year for year in self.years if any(key[1] == year for key in self.small.shown)]
        splits = [(shown, self.indicator)] if 0 < len(shown) < len(self.years) and self.years != ("",) else []
        for names, indicator in [*splits, *(([part], part) for part in self.parts)]:
            keys = [(indicator, year) for year in shown] if indicator == self.indicator else [(indicator, self.period)]
            for level in {key[2] for key in self.small.shown if key[:2] in keys}:
                for fid, code in enumerate(self.small.codes(level)):
                    row = self.cell(self.indicator, self.period, level, fid)
                    row = row - sum(self.cell(*key, level, fid) for key in keys)
                    rows["rest", self.indicator, f"{self.period} without {', '.join(names)}", level, code, ""] = row
        return rows

    def category_atoms(self) -> Mapping[Name, np.ndarray]:
        """The row of every atom in every published year and part."""
        rows: dict[Name, np.ndarray] = {}
        for (kind, _, _, level, code, hexagon), whole in self.atoms().items():
            for year in self.years:
                if any(key[1] == year for key in self.small.shown) and year != self.period:
                    row = whole * [key[1] == year for key in self.keys]
                    rows[kind, self.indicator, year, level, code, hexagon] = row
            for at, part in enumerate(self.parts):
                row = whole * [key[2][at] for key in self.keys]
                rows[kind, part, self.period, level, code, hexagon] = row
        return rows
