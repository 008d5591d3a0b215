"""The bounds of an atom in a year, or in a part, are those of whole-number programming."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings

from analysis.audit.categories import category_bounds
from analysis.audit.evidence import gather, planned
from analysis.audit.report import audit
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


def test_an_atom_and_a_year_that_are_large_only_in_turn(tmp_path):
    # Let a be the atom of buurt 0 in hex 0. Buurt 0 and the hexes are shown, so each count more in a is one more in
    # gemeente 1 and one less in gemeente 0, of which 2022 is shown: 2021 is 20 less a. Each alone looks like 19 or 20,
    # and yet no more than 10 of a can be of 2021.
    levels = {"gemeente": [0, 0], "buurt": [0, 0, 1], "h3-7": [0, 0]}
    atoms = [("buurt", 0, "h3-7", 0), ("buurt", 0, "h3-7", 1), ("buurt", 1, "h3-7", 0), ("buurt", 2, "h3-7", 1)]
    window = {"country": [90], "gemeente": [None, None], "buurt": [30, None, None], "h3-7": [30, 60]}
    shown = {("x", "2021-2022", level): cells for level, cells in window.items()}
    shown |= {("x", "2021", "gemeente"): [None, None], ("x", "2022", "gemeente"): [40, None]}
    small = Small(levels, atoms, shown)
    (system,) = audit(small.open(tmp_path / "release")).systems
    broken = {(v.name.kind, v.name.period, v.name.code, v.name.hexagon, v.high) for v in system.violations}
    assert broken == {("atom", "2021", "Bt0000", "H70000", 10)}
    assert not system.found.holds
    compare(small, Program(small, "x", "2021-2022", years=("2021", "2022")))


def test_a_small_year_of_the_country_is_room_enough_for_the_years_inside_it(tmp_path):
    window = {"country": [100], "gemeente": [None, None]}
    shown = {("x", "2021-2022", level): cells for level, cells in window.items()}
    shown |= {("x", "2021", "country"): [10], ("x", "2021", "gemeente"): [None, None]}
    shown |= {("x", "2022", "country"): [90], ("x", "2022", "gemeente"): [None, None]}
    atoms = [("gemeente", i, "country", 0) for i in range(2)]
    rules = {"x": {"zeros": "suppress"}}
    assert audit(Small({"gemeente": [0, 0]}, atoms, shown, rules).open(tmp_path / "release")).holds
