"""The audit of a national system beside HiGHS on a sample of its bounds.

What is audited hides the small counts and, in each family by itself, enough siblings to cover them: the pattern of a
publisher who protects each geography alone. Its bounds fall short often, so its searches fail often, which is the
dearest case. HiGHS answers a sample of the same bounds as linear programmes; its time is that of one, times all bounds.
Both must agree.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array

from analysis.audit.bounds import upper_bounds
from analysis.audit.flow import circulation
from analysis.audit.knowledge import Column, Known
from analysis.audit.layout import Plan
from analysis.audit.network import UNLIMITED, BoolArray, IntArray, Network
from analysis.audit.places import Places
from analysis.audit.rule import check
from analysis.audit.rules import Rule
from analysis.audit.system import system
from benchmarks.disclosure_systems import SyntheticCountry, events, synthetic_country
from zicht.structure import Structure

Row = tuple[str, float, float, str]

RULE = Rule(10, 2, 1, zeros_shown=True, capacity_of="", capacity_each=0, is_event=True, part_of="")
EVENTS = (5_000, 50_000, 500_000, 5_000_000)
SAMPLE = 2


def run() -> list[Row]:
    """Measure the audit with hexes to resolution 8 and to 9, the first beside HiGHS."""
    places, counts, _ = national(synthetic_country(finest=8), 5_000)
    _audit(places, counts)  # compiles
    rows = []
    for finest in (8, 9):
        country = synthetic_country(finest=finest)
        for total in EVENTS:
            rows.append(_row(country, finest, total, beside=(finest, total) == (8, 50_000)))
    return rows


def national(country: SyntheticCountry, total: int) -> tuple[Places, Mapping[Column, Known], Mapping[str, BoolArray]]:
    """Return the places of a country, what a reader knows of its counts, and which cells are hidden."""
    atoms, finest = len(country.buurt), country.levels[-1]
    structure = Structure(np.full(atoms, "buurt"), country.buurt, np.full(atoms, finest), country.hexagon)
    hexes = tuple(level for level in country.levels if level.startswith("h3-"))
    administrative = tuple(level for level in country.levels if level not in hexes)
    codes = {level: np.char.zfill(np.arange(len(up)).astype(str), 7) for level, up in country.parent.items()}
    places = Places((administrative, hexes), {"country": np.array(["NL"]), **codes}, country.parent, structure)
    totals = country.totals(events(country, total))
    hidden = {level: _hidden(country, level, totals[level]) for level in totals}
    return places, {("x", "2021", level): _known(totals[level], hidden[level]) for level in totals}, hidden


def _hidden(country: SyntheticCountry, level: str, count: IntArray) -> BoolArray:
    """Hide small counts, and siblings, the smallest first, until what is hidden together is no longer small."""
    hidden = (count > 0) & (count < RULE.threshold)
    if level == "country":
        return hidden
    parent = country.parent[level]
    for _ in range(6):
        together = np.bincount(parent, count * hidden)
        open_ = np.flatnonzero(((together > 0) & (together < RULE.goal))[parent] & ~hidden & (count > 0))
        order = open_[np.lexsort((count[open_], parent[open_]))]
        hidden[order[np.unique(parent[order], return_index=True)[1]]] = True
    return hidden


def _known(count: IntArray, hidden: BoolArray) -> Known:
    low, high = np.where(hidden, 1, count), np.where(hidden, UNLIMITED, count)
    return Known(low, high, ~hidden, hidden, np.zeros(len(count), dtype=np.bool_))


def _audit(places: Places, counts: Mapping[Column, Known]) -> tuple[float, float, int, int, Network]:
    start, busy = time.perf_counter(), time.process_time()
    found = check(system(Plan("x", "2021", tuple(key[2] for key in counts)), places, counts, {"x": RULE}), places)
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    return seconds, processor, len(found.targets), int(found.violated.sum()), found.network


def _row(country: SyntheticCountry, finest: int, total: int, *, beside: bool) -> Row:
    places, counts, hidden = national(country, total)
    seconds, processor, targets, violations, network = min(
        (_audit(places, counts) for _ in range(2)), key=lambda found: found[0]
    )
    peer = _highs(network) * targets if beside else 0.0
    cells = sum(int(cells.sum()) for cells in hidden.values())
    note = (
        f"{targets:,} bounds, {cells:,} of {country.cells:,} cells hidden, {violations:,} unsafe, {processor:.1f} s CPU"
    )
    return f"audit, hexes 6-{finest}, {total:,} events", seconds, peer, note


def _highs(network: Network) -> float:
    """Return the seconds that HiGHS takes for one upper bound, and check it."""
    arcs = np.arange(len(network))
    ones = np.ones(len(network))
    balance = csc_array(
        (np.concatenate([ones, -ones]), (np.concatenate([network.head, network.tail]), np.concatenate([arcs, arcs]))),
        shape=(network.nodes, len(network)),
    )
    limits = np.column_stack([network.low, np.where(network.high >= UNLIMITED, np.inf, network.high)])
    free = np.flatnonzero(network.low < network.high)
    sample = np.random.default_rng(1).choice(free, SAMPLE, replace=False)
    flow, _ = circulation(network)
    ours = upper_bounds(network, flow, sample, np.full(SAMPLE, UNLIMITED)).bound
    start = time.perf_counter()
    for arc, bound in zip(sample, ours, strict=True):
        found = linprog(-(arcs == arc).astype(float), A_eq=balance, b_eq=np.zeros(network.nodes), bounds=limits)
        if round(-found.fun) != bound:
            raise AssertionError(f"HiGHS finds {-found.fun}, the audit {bound}.")
    return (time.perf_counter() - start) / SAMPLE
