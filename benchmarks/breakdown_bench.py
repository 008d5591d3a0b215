"""A total of eight parts in a country as large as the Netherlands, protected as one.

345 gemeenten, 3,400 wijken and hexes of resolution 6; the parts are clustered events of very different numbers. The
total is published at gemeente and wijk, as in the demo. What is measured first is each member by itself; the rest is
what the link costs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.audit.evidence import Evidence, planned
from analysis.audit.knowledge import known
from analysis.audit.places import Places
from analysis.audit.rules import Rule
from analysis.audit.sum_report import sum_report
from analysis.audit.sums import sums
from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.ledger import Ledger
from analysis.confidential.disclosure.plans import Geography, Plan, plans
from analysis.confidential.indicators import Capacity, DisclosureRule, Indicator, Nature
from analysis.confidential.publisher import Counted, released_together
from benchmarks.disclosure_systems import SyntheticCountry, events, synthetic_country
from geo.areas import Layer
from zicht.published import PublishedColumn
from zicht.structure import COUNTRY, Structure

Row = tuple[str, float, float, str]
IntArray = NDArray[np.int64]

YEARS = range(2021, 2022)
LEVELS, TOTAL_LEVELS = ("gemeente", "wijk", "h3-6"), ("gemeente", "wijk")
#: Units of each part: two large branches, several middling, one rare.
UNITS = (24_000, 19_000, 21_000, 2_000, 17_000, 1_500, 3_000, 1_200)
RULE = DisclosureRule(threshold=10, rounding=10, margin=2, capacity=Capacity("addresses"))
TEXT = {"nl": "", "en": ""}


def run() -> list[Row]:
    """Measure the protection of a national total; the audit finds no first table of that size in minutes."""
    return measured(synthetic_country(finest=6), UNITS, audited=False)


def measured(country: SyntheticCountry, units: tuple[int, ...], *, audited: bool) -> list[Row]:
    """Measure one country.

    Args:
        country: The places; its finest hexes are of resolution 6.
        units: How many units each part has.
        audited: Whether to measure the audit as well.
    """
    structure, layers = _places(country)
    indicators = _indicators(len(units))
    counts = [events(country, total, seed=at) for at, total in enumerate(units)]
    counts.append(np.sum(counts, axis=0))
    counted = [_counted(country, plan, count) for plan, count in zip(plans(indicators, YEARS), counts, strict=True)]
    geography = Geography(layers, structure, "a key of the benchmark, of thirty-two characters or more")
    start, busy = time.perf_counter(), time.process_time()
    for one in counted:
        alone = replace(one, plan=replace(one.plan, whole=replace(one.plan.whole, sum_of=())))
        released_together([alone], geography=geography, years=YEARS, ledger=Ledger())
    alone_seconds, alone_busy = time.perf_counter() - start, time.process_time() - busy
    start, busy = time.perf_counter(), time.process_time()
    made = released_together(counted, geography=geography, years=YEARS, ledger=Ledger())
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    columns = [column for found, _ in made for column in found]
    hidden = sum(int((column.status == "suppressed").sum()) for column in columns)
    note = f"{len(units)} parts, {hidden:,} cells hidden, {processor:.1f} s CPU; by themselves {alone_seconds:.1f} s"
    rows = [("protect a total and its parts", seconds, 0.0, f"{note}, {alone_busy:.1f} s CPU")]
    return [*rows, *([_audited(country, structure, columns, indicators)] if audited else [])]


def _audited(
    country: SyntheticCountry, structure: Structure, columns: list[PublishedColumn], indicators: list[Indicator]
) -> Row:
    rule = Rule(
        threshold=RULE.threshold,
        margin=RULE.margin,
        rounding=RULE.rounding,
        zeros_shown=True,
        capacity_of="addresses",
        capacity_each=0,
        is_event=False,
        part_of="",
    )
    rules = {one.id: replace(rule, sum_of=one.sum_of) for one in indicators}
    codes = _codes(country)
    parent = {level: country.parent[level] for level in LEVELS}
    places = Places((("gemeente", "wijk"), ("h3-6",)), codes, parent, structure)
    counts = {
        (column.key.indicator, column.key.period, column.key.level): known(column, rules[column.key.indicator])
        for column in columns
    }
    held = Evidence(places, rules, counts, {}, counts, (), newest_spots={}, spots={})
    start, busy = time.perf_counter(), time.process_time()
    (total,) = sums(planned(held), rules)
    report = sum_report(total, held, intervals=False)
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    targets, broken = report.figures["targets"], len(report.violations)
    return "audit a total and its parts", seconds, 0.0, f"{targets:,} bounds, {broken} unsafe, {processor:.1f} s CPU"


def _codes(country: SyntheticCountry) -> dict[str, NDArray[np.str_]]:
    codes = {level: np.char.zfill(np.arange(len(country.parent[level])).astype(str), 7) for level in LEVELS}
    return {COUNTRY: np.array(["NL"]), **codes}


def _places(country: SyntheticCountry) -> tuple[Structure, Mapping[str, Layer]]:
    atoms = len(country.buurt)
    wijk, hexagon = country.members("wijk"), country.members("h3-6")
    standing = {"addresses": country.people}
    structure = Structure(np.full(atoms, "wijk"), wijk, np.full(atoms, "h3-6"), hexagon, standing)
    codes = _codes(country)
    above = {"gemeente": COUNTRY, "wijk": "gemeente", "h3-6": COUNTRY}
    parents = {level: codes[above[level]][country.parent[level]] for level in LEVELS}
    parents[COUNTRY] = np.array([""])
    return structure, {
        level: Layer(
            level=level,
            code=code,
            name=code,
            parent=parents[level],
            kind=np.full(len(code), "area"),
            geometry=np.full(len(code), None, dtype=object),
            attributes={},
        )
        for level, code in codes.items()
    }


def _indicators(parts: int) -> list[Indicator]:
    names = [f"part-{at}" for at in range(parts)]
    stock = partial(
        Indicator,
        theme="breakdown",
        source="x",
        name=TEXT,
        definition=TEXT,
        numerator=TEXT,
        unit=TEXT,
        caveats=TEXT,
        nature=Nature.STOCK,
        years=True,
        total=False,
        exposure=None,
        disclosure=RULE,
        hotspots=None,
    )
    found = [stock(id=name, where={"kind": (name,)}, levels=LEVELS) for name in names]
    where = {"kind": tuple(names)}
    whole = stock(id="total", where=where, levels=TOTAL_LEVELS, sum_of=tuple(names))
    return [*found, whole]


def _counted(country: SyntheticCountry, plan: Plan, count: IntArray) -> Counted:
    totals = country.totals(count)
    codes = _codes(country)
    name, period = plan.whole.id, plan.period.name
    tables = {
        (name, period, level): CountTable(name, period, level, codes[level], totals[level], totals[level])
        for level in plan.period.levels
    }
    fids = {level: np.repeat(country.members(level), count) for level in LEVELS}
    fids[COUNTRY] = np.zeros(int(count.sum()), dtype=np.int64)
    return Counted(plan, tables, fids)
