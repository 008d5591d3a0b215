"""The bounds of an atom in a year, or in a part, are those of whole-number programming."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings

from analysis.audit.categories import category_bounds
from analysis.audit.evidence import gather, planned
from analysis.audit.rule import check, where
from analysis.audit.system import system
from tests.analysis.audit import worlds
from tests.analysis.audit.oracle import Program
from tests.analysis.audit.support import Small


def found(small: Small):
    """By name, what is required of every atom of a category, and how far it gets."""
    with tempfile.TemporaryDirectory() as folder:
        held = gather(small.open(Path(folder) / "release"), ())
    (plan,) = planned(held)
    made = system(plan, held.places, held.counts, held.rules)
    bounds = category_bounds(made, check(made, held.places))
    names = {}
    for category, atom, need, reached in zip(*(getattr(bounds, name) for name in bounds.__slots__), strict=True):
        indicator, period, _ = made.columns[made.arcs.column[category]]
        name = where(made, held.places, int(atom))
        names["atom", indicator, period, name.level, name.code, name.hexagon] = (int(need), int(reached))
    return names


def compare(small: Small, program: Program):
    names = found(small)
    rows, whole = program.category_atoms(), {name[3:]: row for name, row in program.atoms().items()}
    for name, row in rows.items():
        most = program.largest(row)
        if name in names:
            need, reached = names[name]
            assert reached == (need if most is None else min(need, most)), name
        else:
            # Nothing is there, or the atom lies in no cell that is split, so that the year can be all of it.
            assert most == 0 or most == program.largest(whole[name[3:]]), name
    assert {name for name in names if "without" not in name[2]} <= set(rows)


@settings(max_examples=80)
@given(worlds.yearly())
def test_atoms_of_years(made):
    small, years = made
    window = next(key[1] for key in small.shown if "-" in key[1])
    compare(small, Program(small, "x", window, years=years))


@settings(max_examples=60)
@given(worlds.partly())
def test_atoms_of_parts(small):
    compare(small, Program(small, "x", "2021", parts=tuple(name for name in small.rules if name != "x")))
