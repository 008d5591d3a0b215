"""Small countries that are protected for real, one release after another, and opened as any reader would open them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.ledger import Ledger
from analysis.confidential.disclosure.plans import Geography, Plan, plans
from analysis.confidential.indicators import Indicator, Nature
from analysis.confidential.publisher import Counted, released_together
from geo.areas import Layer
from tests.analysis.audit.support import Small
from tests.support.small import layer
from zicht.published import PublishedColumn
from zicht.release import Release
from zicht.structure import COUNTRY

KEY = "a key of the tests, of thirty-two characters or more"

#: By indicator and year, the count of every atom.
Truth = Mapping[tuple[str, int], Sequence[int]]


@dataclass(frozen=True)
class Land:
    """A small country: its areas, and its atoms as (level, fid, hex level, hex fid)."""

    levels: Mapping[str, Sequence[int]]
    atoms: Sequence[tuple[str, int, str, int]]
    capacity: Mapping[str, Sequence[int]] | None = None
    key: str = KEY

    @property
    def small(self) -> Small:
        return Small(self.levels, self.atoms, {}, {}, self.capacity or {})

    def layers(self) -> Mapping[str, Layer]:
        small, found = self.small, {COUNTRY: layer(COUNTRY, ["NL00"], [""])}
        for level, parents in self.levels.items():
            chain = [name for name in self.levels if name.startswith("h3-") == level.startswith("h3-")]
            above = ([COUNTRY, *chain])[chain.index(level)]
            codes = small.codes(above)
            found[level] = layer(level, small.codes(level), [codes[at] for at in parents])
        return found

    def inside(self, level: str) -> np.ndarray:
        """Return the fid of the area that holds each atom, -1 where none does."""
        if level == COUNTRY:
            return np.zeros(len(self.atoms), dtype=np.int64)
        chain = [name for name in self.levels if name.startswith("h3-") == level.startswith("h3-")]
        found = []
        for one, at, other, there in self.atoms:
            name, fid = (other, there) if level.startswith("h3-") else (one, at)
            while name not in (COUNTRY, level):
                fid, name = self.levels[name][fid], ([COUNTRY, *chain])[chain.index(name)]
            found.append(fid if name == level else -1)
        return np.array(found, dtype=np.int64)


def publish(
    land: Land, truth: Truth, indicators: Sequence[Indicator], years: range, ledger: Ledger | None = None
) -> list[PublishedColumn]:
    """Protect one release, beside what was published before."""
    ledger, columns = ledger or Ledger(), []
    layers = land.layers()
    geography = Geography(layers, land.small.structure(), land.key)

    def periods_at(indicator: Indicator, years: range):
        return ledger.periods(indicator, years, levels=tuple(layers))

    ledger.check(indicators, years)
    known = {one.id: one for one in indicators}
    total = {name: one.id for one in indicators if one.sum_of for name in (one.id, *one.sum_of)}
    together: dict[tuple[str, str], list[Plan]] = {}
    for plan in plans(indicators, years, periods_at=periods_at):
        together.setdefault((total.get(plan.whole.id, plan.whole.id), plan.period.name), []).append(plan)
    for group in together.values():
        wide = dict.fromkeys(level for plan in group for level in plan.period.levels)
        counted = [
            Counted(plan, *_counted(land, truth, plan, layers, years, periods_at, levels=tuple(wide))) for plan in group
        ]
        for made, _ in released_together(counted, geography=geography, years=years, ledger=ledger):
            columns += made
            ledger = ledger.with_columns(made, known)
    return columns


def _counted(
    land: Land, truth: Truth, plan: Plan, layers: Any, years: range, periods_at: Any, *, levels: Sequence[str]
) -> tuple[Any, Any]:
    wanted = {period for _, period in plan.keys}
    tables = {
        (one.id, period.name, level): _table(land, truth, one.id, period.name, period.years, level, layers)
        for one in (plan.whole, *plan.parts)
        for period in periods_at(one, years)
        if period.name in wanted
        for level in period.levels
    }
    units = np.repeat(np.arange(len(land.atoms)), _counts(truth, plan.whole.id, plan.period.years))
    return tables, {level: land.inside(level)[units] for level in levels}


def _counts(truth: Truth, indicator: str, years: range) -> np.ndarray:
    return np.sum([np.array(truth[indicator, year], dtype=np.int64) for year in years], axis=0)


def _table(land: Land, truth: Truth, name: str, period: str, years: range, level: str, layers: Any) -> CountTable:
    inside, counts = land.inside(level), _counts(truth, name, years)
    total = np.bincount(inside[inside >= 0], weights=counts[inside >= 0], minlength=len(layers[level]))
    count = total.astype(np.int64)
    return CountTable(name, period, level, layers[level].code, count, count)


def as_release(
    land: Land,
    columns: Sequence[PublishedColumn],
    indicators: Sequence[Indicator],
    folder: Path,
    **manifest: Any,
) -> Release:
    """Write columns as a release, and open it."""
    rules = {}
    for one in indicators:
        rule = one.disclosure
        if one.amount:
            told = {"threshold": rule.threshold, "rounding": one.amount.rounding, "zeros": "publish"}
            rules[one.id] = {"amount_of": one.amount.of, "source": one.source, "nature": one.nature.value, **told}
            continue
        rules[one.id] = {
            "nature": one.nature.value,
            "threshold": rule.threshold,
            "margin": rule.margin,
            "rounding": rule.rounding,
            "zeros": rule.zeros.value,
            "capacity": rule.capacity and {"of": rule.capacity.of, "each": rule.capacity.each},
            **({"part_of": one.part_of} if one.part_of else {}),
            **({"sum_of": list(one.sum_of)} if one.sum_of else {}),
            **({"changes": rule.changes.value} if one.nature is Nature.STOCK else {}),
        }
    return replace(land.small, rules=rules, more=tuple(columns), manifest=manifest).open(folder)
