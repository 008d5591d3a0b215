"""Joint protection of a national system: 345 gemeenten, 3,400 wijken, 14,500 buurten, with hexes 6 to 8 and to 9.

Frequency rule t = 10, m = 2, counts rounded to 5, zeros shown or hidden. The note says how many cells the frequency
rule alone hides, how many joint protection does, and the fewest that any pattern must hide to protect the
administrative tree by itself with exact counts (`tree_optimum`), which is what joining the geographies and rounding add
to. No peer does joint geographies; the audit of the same systems stands beside HiGHS in `audit_bench`.
"""

from __future__ import annotations

import time

import numpy as np

from analysis.confidential.disclosure.flow import UNLIMITED
from analysis.confidential.disclosure.joint import Problem, protect
from analysis.confidential.disclosure.systems import TOTAL, Family, System, build_system
from analysis.confidential.disclosure.tree import tree_optimum
from benchmarks.disclosure_systems import IntArray, SyntheticCountry, events, synthetic_country
from geo.hierarchy import Hierarchy
from zicht.structure import COUNTRY, Structure

Row = tuple[str, float, float, str]

THRESHOLD, MARGIN, BASE = 10, 2, 5
EVENTS = (5_000, 50_000, 500_000, 5_000_000)


def run() -> list[Row]:
    """Measure protection with hexes to resolution 8 and to 9."""
    rows: list[Row] = []
    for finest in (8, 9):
        country = synthetic_country(finest=finest)
        started = time.perf_counter()
        system = national_system(country)
        note = f"{country.cells:,} cells, {len(country.buurt):,} atoms"
        rows.append((f"network of a national system, H3 6-{finest}", time.perf_counter() - started, 0.0, note))
        protect(national_problem(system, country, EVENTS[-1], zeros_shown=True))  # compiles
        for zeros_shown in (True, False):
            rows += [_row(system, country, finest, total, zeros_shown=zeros_shown) for total in EVENTS]
    return rows


def national_system(country: SyntheticCountry) -> System:
    """Return the network of a synthetic country."""
    hexes = tuple(level for level in country.levels if level.startswith("h3-"))
    administrative = tuple(level for level in country.levels if level not in hexes)
    families = tuple(_family(country, (COUNTRY, *chain)) for chain in (administrative, hexes))
    atoms = len(country.buurt)
    structure = Structure(np.full(atoms, "buurt"), country.buurt, np.full(atoms, hexes[-1]), country.hexagon)
    return build_system(structure, (families[0], families[1]))


def _family(country: SyntheticCountry, chain: tuple[str, ...]) -> Family:
    parents = tuple(country.parent[level].astype(np.int32) for level in chain[1:])
    return Family(Hierarchy(chain, parents, (1, *(len(parent) for parent in parents))), chain)


def national_problem(system: System, country: SyntheticCountry, total: int, *, zeros_shown: bool) -> Problem:
    """Return what must be protected of a number of events, with prices and order from a fixed seed."""
    return problem_of(system, country, events(country, total), zeros_shown=zeros_shown)


def problem_of(system: System, country: SyntheticCountry, count: IntArray, *, zeros_shown: bool) -> Problem:
    """Return what must be protected of (atoms,) events, with prices and order from a fixed seed."""
    size = len(system.network)
    truth = np.zeros(size, dtype=np.int64)
    # The atoms of a country stand in the order of buurt and hex, as those of a system do.
    truth[system.atoms] = count
    for level, sums in country.totals(count).items():
        truth[system.cells[TOTAL, level]] = sums
    atom = np.zeros(size, dtype=np.bool_)
    atom[system.atoms] = True
    few = truth < THRESHOLD
    hidden = atom | (few & (truth > 0) if zeros_shown else few)
    value = BASE * ((truth + BASE // 2) // BASE)
    rng = np.random.default_rng(20250101)
    return Problem(
        network=system.network,
        truth=truth,
        hidden=hidden,
        low=np.where(truth > 0, np.maximum(value - BASE // 2, np.minimum(truth, THRESHOLD)), 0),
        high=np.where(truth > 0, value + BASE // 2, 0),
        floor=np.where(atom | (truth == 0) | (not zeros_shown), 0, 1),
        required=np.full(size, THRESHOLD + MARGIN),
        above=np.zeros(size, dtype=np.int64),
        below=np.full(size, UNLIMITED),
        price=np.where(truth > 0, np.sqrt(truth) * (0.5 + rng.random(size)), np.inf),
        order=rng.permutation(size).astype(np.int32),
        atom=atom,
    )


def _row(system: System, country: SyntheticCountry, finest: int, total: int, *, zeros_shown: bool) -> Row:
    problem = national_problem(system, country, total, zeros_shown=zeros_shown)
    started = time.perf_counter()
    published = protect(problem).published
    seconds = time.perf_counter() - started
    cells = slice(0, system.atoms.start)
    primary, hidden = int(problem.hidden[cells].sum()), int((~published[cells]).sum())
    fewest = _fewest(system, problem, zeros_shown=zeros_shown)
    own = sum(int((~published[system.cells[TOTAL, level]]).sum()) for level in (COUNTRY, "gemeente", "wijk", "buurt"))
    zeros = "shown" if zeros_shown else "hidden"
    note = f"{primary:,} primary, {hidden:,} hidden; tree {own:,}; by itself with exact counts at least {fewest:,}"
    return f"protect {total:,} events, H3 6-{finest}, zeros {zeros}", seconds, 0.0, note


def _fewest(system: System, problem: Problem, *, zeros_shown: bool) -> int:
    levels = (COUNTRY, "gemeente", "wijk", "buurt")
    arcs = np.concatenate([np.arange(*system.cells[TOTAL, level].indices(len(problem.truth))) for level in levels])
    family = system.families[0]
    first = np.cumsum([0, 1, *(family.size(k) for k in (1, 2))])
    parent = np.concatenate([[-1], *(first[k - 1] + family.up(k, k - 1) for k in (1, 2, 3))])
    optimum = tree_optimum(
        parent, problem.truth[arcs], problem.hidden[arcs], threshold=THRESHOLD, margin=MARGIN, zeros_shown=zeros_shown
    )
    return int(optimum.hidden.sum())
