"""From counts to a pattern for a whole release: which indicators and periods form one system, and what it may show.

An indicator in a window of years, its single years, and the indicators that count a part of it add up, so they are one
system and are protected together. Everything secret is drawn here: prices and the order of questions depend on a key,
the indicator and the cell, not on the period, so a pattern does not flicker from year to year for no reason.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.joint import Problem, protect
from analysis.confidential.disclosure.primary import primary
from analysis.confidential.disclosure.redact import rounded
from analysis.confidential.disclosure.systems import Family, Split, System, build_system
from analysis.confidential.indicators import DisclosureRule, Indicator, ZeroPolicy
from analysis.confidential.periods import Period, periods_of
from geo.areas import Layer
from geo.families import families
from geo.hierarchy import Hierarchy, hierarchy
from zicht.errors import ConfigError, InfeasibleError
from zicht.structure import COUNTRY, Structure

BoolArray = NDArray[np.bool_]
Tables = Mapping[tuple[str, str, str], CountTable]
Patterns = dict[tuple[str, str], dict[str, BoolArray]]
Intervals = dict[tuple[str, str], dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]]

#: How much dearer hiding the country's own number is than its size says: it is the last thing to go.
COUNTRY_PRICE = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Geography:
    """The places of a release as disclosure control sees them.

    Args:
        layers: By level.
        structure: The atoms.
        key: Secret that prices and orders are drawn with.
    """

    layers: Mapping[str, Layer]
    structure: Structure
    key: str

    def families(self, levels: Sequence[str]) -> tuple[Family, Family]:
        """Return both families with the given levels published."""
        chains = families(tuple(self.layers))
        found = [
            Family(
                hierarchy({level: self.layers[level] for level in chain}),
                tuple(level for level in chain if level in levels or level == COUNTRY),
            )
            for chain in chains
        ]
        alone = Family(Hierarchy((COUNTRY,), (), (1,)), (COUNTRY,))
        return found[0], (found[1] if len(found) > 1 else alone)

    def capacity(self, rule: DisclosureRule, *, where: str) -> IntArray | None:
        """Return what each atom can hold under a rule, or None where nothing limits it.

        Raises:
            ConfigError: The structure does not count what the rule names.
        """
        if rule.capacity is None:
            return None
        standing = self.structure.capacity.get(rule.capacity.of)
        if standing is None:
            raise ConfigError(
                f"The capacity is of {rule.capacity.of!r}, which no register of this release counts.",
                where=where,
                remedy="Leave the capacity out of the theme file, or add the register to the sources.",
            )
        each = UNLIMITED if rule.capacity.each is None else rule.capacity.each
        limit: IntArray = np.minimum(np.minimum(standing, UNLIMITED // each) * each, UNLIMITED)
        return limit


@dataclass(frozen=True, slots=True)
class Plan:
    """One system: a whole, the single years in its window, and the parts of it.

    Args:
        whole: The indicator whose counts are the totals.
        period: The year or window that the system is about.
        years: Its single years that are published beside it.
        parts: Indicators that count a part of the whole.
    """

    whole: Indicator
    period: Period
    years: tuple[Period, ...]
    parts: tuple[Indicator, ...]

    @property
    def splits(self) -> tuple[Split, ...]:
        """The breakdowns of the totals, each category named after its indicator or year."""
        found = [Split(part.levels[0], (part.id, rest_of(part))) for part in self.parts]
        if self.years:
            levels = self.years[0].levels
            finest = levels[-1]
            found.insert(0, Split(finest, tuple(year.name for year in self.years), totals=len(levels) > 1))
        return tuple(found)


def rest_of(part: Indicator) -> str:
    """Return the name of what is left of a whole beside one part."""
    return f"rest of {part.id}"


def plans(indicators: Sequence[Indicator], years: range) -> Iterator[Plan]:
    """Yield the systems of a release; every published column lies in exactly one."""
    for whole in (indicator for indicator in indicators if not indicator.part_of):
        periods = periods_of(whole, years)
        windows = [period for period in periods if len(period.years) > 1]
        held = {year for window in windows for year in window.years}
        for period in periods:
            if len(period.years) == 1 and period.years[0] in held:
                continue
            inside = tuple(
                one for one in periods if len(one.years) == 1 and period in windows and one.years[0] in period.years
            )
            parts = tuple(
                part
                for part in indicators
                if part.part_of == whole.id and period.name in {own.name for own in periods_of(part, years)}
            )
            yield Plan(whole, period, inside, parts)


def protect_plan(
    plan: Plan, tables: Tables, geography: Geography, *, fids: Mapping[str, IntArray]
) -> tuple[Patterns, Intervals]:
    """Decide what one system shows.

    Args:
        plan: The system.
        tables: Counts by indicator, period and level.
        geography: The places.
        fids: By level of the whole, (units,) the fid of each counted unit's area, -1 where it lies in none.

    Returns:
        By indicator and period, then by level: (n,) true where the cell is hidden; and likewise (n,) what it
        must be at least and can be at most for a reader, 0 and infinite where nothing close is known.
    """
    rule = plan.whole.disclosure
    system = build_system(
        geography.structure,
        geography.families(plan.period.levels),
        capacity=geography.capacity(rule, where=plan.whole.id),
        splits=plan.splits,
    )
    draft = _Draft(system, plan, geography)
    draft.atoms(system.count(fids))
    for category, level in system.cells:
        name, period = _column(category, plan)
        if category.startswith("rest of "):
            part = category.removeprefix("rest of ")
            whole = tables[plan.whole.id, plan.period.name, level].count
            draft.rest(category, level, whole - tables[part, plan.period.name, level].count)
        else:
            draft.cells(category, level, tables[name, period, level])
    try:
        solution = protect(draft.problem())
    except InfeasibleError as error:
        raise InfeasibleError(
            error.problem, where=f"{plan.whole.id}, {plan.period.name}", remedy=error.remedy
        ) from None
    patterns: Patterns = {}
    known: Intervals = {}
    for (category, level), arcs in system.cells.items():
        if not category.startswith("rest of "):
            key, ceiling = _column(category, plan), solution.ceiling[arcs]
            patterns.setdefault(key, {})[level] = ~solution.published[arcs]
            least = solution.least[arcs].astype(np.float64)
            known.setdefault(key, {})[level] = (least, np.where(ceiling < UNLIMITED, ceiling, np.inf))
    return patterns, known


def _column(category: str, plan: Plan) -> tuple[str, str]:
    """Return the indicator and the period that a category stands for."""
    if category in {year.name for year in plan.years}:
        return plan.whole.id, category
    return category or plan.whole.id, plan.period.name


class _Draft:
    """The arrays of a problem while they are being filled."""

    def __init__(self, system: System, plan: Plan, geography: Geography) -> None:
        size = len(system.network)
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
        self.required = np.full(size, plan.whole.disclosure.threshold + plan.whole.disclosure.margin)
        self.above = np.zeros(size, dtype=np.int64)
        self.below = np.full(size, UNLIMITED)
        self.price = np.full(size, np.inf)

    def atoms(self, count: IntArray) -> None:
        """Fill in the atoms, which are never published."""
        self.truth[self.system.atoms] = count
        self.atom[self.system.atoms] = True

    def rest(self, category: str, level: str, count: IntArray) -> None:
        """Fill in what is left of a whole beside a part: never published, and held to the stricter rule of both."""
        arcs = self.system.cells[category, level]
        rule = self.rules[category.removeprefix("rest of ")]
        self.truth[arcs] = count
        self.required[arcs] = np.maximum(self.required[arcs], rule.threshold + rule.margin)

    def cells(self, category: str, level: str, table: CountTable) -> None:
        """Fill in the cells of one column."""
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
        self.required[arcs] = rule.threshold + rule.margin
        # A cell that is hidden though it is large has too few holders: its number must not be guessed closely.
        guarded = hidden & (table.count >= rule.threshold)
        spread = np.maximum(rule.margin, np.ceil(table.count * (rule.p_percent or 10.0) / 100).astype(np.int64))
        self.above[arcs] = np.where(guarded, np.minimum(table.count + spread, limit), 0)
        self.below[arcs] = np.where(guarded, np.maximum(table.count - spread, self.floor[arcs]), UNLIMITED)
        draw = _generator(self.geography.key, self.plan.whole.id, category, level).random(len(table.count))
        price = np.sqrt(table.count) * (0.5 + draw) * (COUNTRY_PRICE if level == COUNTRY else 1.0)
        # Where zeros are shown they all are: a reader who knew of one hidden zero would doubt every other.
        self.price[arcs] = np.where(table.count > 0, price, np.inf)

    def problem(self) -> Problem:
        """Return the problem, checked."""
        order = _generator(self.geography.key, self.plan.whole.id, "order", "").permutation(len(self.truth))
        return Problem(
            network=self.system.network,
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


def _generator(key: str, *names: str) -> np.random.Generator:
    digest = hmac.digest(key.encode(), "\x1f".join(names).encode(), hashlib.sha256)
    return np.random.Generator(np.random.Philox(int.from_bytes(digest[:16], "little")))
