"""The arrays of a problem while they are being filled: counts, rules, what readers hold already, and secret prices.

Everything secret is drawn here: prices and the order of questions depend on a key, the indicator and the cell, not on
the period, so a pattern does not flicker from year to year for no reason.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.believing import Belief
from analysis.confidential.disclosure.change import asked, told
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.joint import Problem
from analysis.confidential.disclosure.ledger import Before
from analysis.confidential.disclosure.plans import Geography, Plan
from analysis.confidential.disclosure.primary import primary
from analysis.confidential.disclosure.redact import rounded
from analysis.confidential.disclosure.systems import System
from analysis.confidential.indicators import DisclosureRule, ZeroPolicy
from zicht.structure import COUNTRY

#: How much dearer hiding the country's own number is than its size says: it is the last thing to go.
COUNTRY_PRICE = 1e6


class Draft:
    """The arrays of a problem while they are being filled."""

    def __init__(self, system: System, plan: Plan, geography: Geography, *, again: bool = True) -> None:
        size = len(system.network)
        self.again = again
        self.system = system
        self.geography = geography
        self.plan = plan
        self.rules = {part.id: part.disclosure for part in plan.parts}
        self.truth = np.zeros(size, dtype=np.int64)
        self.hidden = np.ones(size, dtype=np.bool_)
        self.atom = np.zeros(size, dtype=np.bool_)
        self.low = np.zeros(size, dtype=np.int64)
        self.high = np.full(size, UNLIMITED)
        self.floor = np.zeros(size, dtype=np.int64)
        self.required = np.full(size, plan.whole.disclosure.goal)
        self.above = np.zeros(size, dtype=np.int64)
        self.below = np.full(size, UNLIMITED)
        self.price = np.full(size, np.inf)
        self.limit = system.network.capacity.copy()
        self.withheld = np.zeros(size, dtype=np.bool_)
        self.belief = Belief(np.zeros(size, dtype=np.int64), np.full(size, UNLIMITED), np.zeros(size, dtype=np.bool_))

    def atoms(self, count: IntArray) -> None:
        """Fill in the atoms, which are never published."""
        self.truth[self.system.atoms] = count
        self.atom[self.system.atoms] = True

    def rest(self, category: str, level: str, count: IntArray) -> None:
        """Fill in what is left of a whole beside a part: never published, and held to the stricter rule of both."""
        arcs = self.system.cells[category, level]
        rule = self.rules[category.removeprefix("rest of ")]
        self.truth[arcs] = count
        self.required[arcs] = np.maximum(self.required[arcs], rule.goal)

    def cells(self, category: str, level: str, table: CountTable, before: Before | None = None) -> None:
        """Fill in the cells of one column, beside what readers hold of it already."""
        arcs = self.system.cells[category, level]
        rule = self.rules.get(category, self.plan.whole.disclosure)
        limit = self.system.network.capacity[arcs]
        empty = limit == 0
        hidden = primary(table, rule, layer=self.geography.layers[level]) & ~empty
        _, low, high = rounded(table.count, rule)
        self.truth[arcs] = table.count
        self.hidden[arcs] = hidden
        self.low[arcs], self.high[arcs] = low.astype(np.int64), high.astype(np.int64)
        self.floor[arcs] = 1 if rule.zeros is ZeroPolicy.PUBLISH else 0
        self.floor[arcs][table.count == 0] = 0
        self.required[arcs] = rule.goal
        # A cell that is hidden though it is large has too few holders: its number must not be guessed closely.
        guarded = hidden & (table.count >= rule.threshold)
        spread = np.maximum(rule.margin, np.ceil(table.count * (rule.p_percent or 10.0) / 100).astype(np.int64))
        self.above[arcs] = np.where(guarded, np.minimum(table.count + spread, limit), 0)
        self.below[arcs] = np.where(guarded, np.maximum(table.count - spread, self.floor[arcs]), UNLIMITED)
        draw = secret_numbers(self.geography.key, self.plan.whole.id, category, level, size=len(table.count))
        price = np.sqrt(table.count) * (0.5 + draw) * (COUNTRY_PRICE if level == COUNTRY else 1.0)
        # Where zeros are shown they all are: a reader who knew of one hidden zero would doubt every other.
        self.price[arcs] = np.where(table.count > 0, price, np.inf)

        if before is not None:
            self._beside(arcs, rule, before)

    def _beside(self, arcs: slice, rule: DisclosureRule, before: Before) -> None:
        """Hold the cells of one column to what was published before: known stays known, and small changes are hidden.

        A number that is known is shown to the problem, whether or not the new release repeats it.
        """
        truth, known = self.truth[arcs], before.shown
        if before.told is not None:
            self.belief.low[arcs], self.belief.high[arcs] = before.told.low, before.told.high
            self.belief.shown[arcs] = before.told.shown
        low, high = np.maximum(self.low[arcs], before.low), np.minimum(self.high[arcs], before.high)
        kept = self.hidden[arcs] | (not before.fresh)
        # Where zeros are shown they all are, whatever they were before.
        zero = (truth == 0) & (rule.zeros is ZeroPolicy.PUBLISH)
        for reference in before.references:
            kept = kept | (told(reference, low, high, goal=rule.goal) & ~zero)
        if not self.again:
            kept = kept | (known & ((low > before.low) | (high < before.high)))
        self.floor[arcs] = np.maximum(self.floor[arcs] if before.fresh else 0, before.low)
        self.limit[arcs] = np.minimum(self.limit[arcs], before.high)
        self.low[arcs] = np.where(known & kept, before.low, low)
        self.high[arcs] = np.where(known & kept, before.high, high)
        self.hidden[arcs] = kept & ~known
        self.withheld[arcs] = kept & known
        self.price[arcs] = np.where(known, np.inf, self.price[arcs])
        above, below = asked(before.references, truth, floor=self.floor[arcs], limit=self.limit[arcs], goal=rule.goal)
        self.above[arcs] = np.maximum(self.above[arcs], np.where(known, 0, above))
        self.below[arcs] = np.minimum(self.below[arcs], np.where(known, UNLIMITED, below))

    def problem(self) -> Problem:
        """Return the problem, checked."""
        order = generator(self.geography.key, self.plan.whole.id, "order", "").permutation(len(self.truth))
        return Problem(
            network=replace(self.system.network, capacity=self.limit),
            truth=self.truth,
            hidden=self.hidden,
            low=self.low,
            high=self.high,
            floor=self.floor,
            required=self.required,
            above=self.above,
            below=self.below,
            price=self.price,
            order=order.astype(np.int32),
            atom=self.atom,
        )


def secret_numbers(key: str, *names: str, size: int) -> NDArray[np.float64]:
    """Return (size,) numbers from 0 to 1 that depend on a key and on names alone.

    Args:
        key: The secret.
        names: What they are for.
        size: How many.
    """
    return generator(key, *names).random(size)


def generator(key: str, *names: str) -> np.random.Generator:
    """Return the source of everything secret that goes by some names."""
    digest = hmac.digest(key.encode(), "\x1f".join(names).encode(), hashlib.sha256)
    return np.random.Generator(np.random.Philox(int.from_bytes(digest[:16], "little")))
