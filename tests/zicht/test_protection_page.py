"""The page protection.md: its examples by the real command, its claim about insiders by linear programming."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from zicht.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "protection.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


def attack(tmp_path, cells, relations, *options):
    """Return the interval of every cell without a value."""
    for name, header, rows in (("cells", ("cell", "value", "upper"), cells), ("sums", ("total", "part"), relations)):
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    out = tmp_path / "intervals.csv"
    main(["attack", str(tmp_path / "cells.csv"), str(tmp_path / "sums.csv"), f"--out={out}", *options])
    with out.open(encoding="utf-8", newline="") as file:
        return {row["cell"]: (int(row["low"]), int(row["high"])) for row in csv.DictReader(file)}


def test_an_exemption_of_true_zeros_gives_more_away(tmp_path):
    shown = {name: 5 * round(true / 5) for name, true in {"A": 22, "B": 22, "A+B+a": 44, "A+b": 30}.items()}
    cells = [(name, value, "") for name, value in shown.items()]
    sums = [("A+B+a", part) for part in "ABa"] + [("A+b", part) for part in "Ab"]
    known = attack(tmp_path, [*cells, ("a", "", ""), ("b", "", "")], sums, "--round=5")
    inferred = attack(tmp_path, [*cells, ("a", "", 0), ("b", "", "")], sums, "--round=5")
    assert "Counts A = 22, B = 22, a = 0 and b = 8, threshold 10, margin 2, rounded to base 5" in TEXT
    assert f"a is at most {known['a'][1]}, which an exemption" in TEXT
    assert f"b is at most {known['b'][1]}, which passes" in TEXT
    assert f"whoever infers a = 0 finds b at most {inferred['b'][1]}." in TEXT
    assert inferred["b"][1] < 12 <= known["b"][1]


def test_one_absence_gives_a_buurt_away(tmp_path):
    # Waterveld of the worked example: the quay holds 1 report, and no more.
    cells = [("hex North", 36, ""), ("Veen", 22, ""), ("the quay", 1, ""), ("Polder", "", "")]
    found = attack(tmp_path, cells, [("hex North", part) for part in ("Veen", "the quay", "Polder")])["Polder"]
    assert found == (13, 13)
    assert "knows that the quay had 1 report and no more knows that Polder had 13: hex North less Veen is 14" in TEXT
    assert "14 − 1 = 13" in TEXT


def test_the_parts_of_a_whole_are_subtracted(tmp_path):
    cells = [("registered", 15, ""), ("owning", 13, ""), ("others", "", "")]
    found = attack(tmp_path, cells, [("registered", "owning"), ("registered", "others")])["others"]
    assert found == (2, 2)
    assert "15 registered, of whom 13 own a house elsewhere, leaves 2 who do not" in TEXT


def system(rng):
    """Draw two laminar families over some atoms: (cells, atoms) 0 or 1, and true counts."""
    atoms = int(rng.integers(4, 9))
    fine = [rng.integers(0, 4, atoms), rng.integers(0, 4, atoms)]
    rows = [np.ones(atoms)]
    for leaf in fine:
        rows += [leaf == k for k in range(4)] + [leaf // 2 == k for k in range(2)]
    return np.array([row for row in rows if np.any(row)], dtype=float), rng.integers(0, 9, atoms)


def largest(weights, cells, low, high, known):
    """Return the largest sum over all tables that fit; infinite bounds do not occur, since the country is shown."""
    shown = np.vstack([cells, -cells])
    limits = np.concatenate([high, -low])
    kept = np.isfinite(limits)
    found = linprog(-weights, A_ub=shown[kept], b_ub=limits[kept], bounds=[(k, None) for k in known], method="highs")
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("seed", range(40))
def test_known_units_lower_no_bound_by_more_than_their_number(seed):
    rng = np.random.default_rng(seed)
    cells, truth = system(rng)
    value = cells @ truth
    shown = rng.random(len(cells)) < 0.5
    shown[0] = True
    low = np.where(shown, value - 2, 0.0)
    high = np.where(shown, value + 2, np.inf)
    units = np.repeat(np.arange(len(truth)), truth)
    number = min(int(rng.integers(1, 4)), len(units))
    known = np.bincount(rng.choice(units, number, replace=False), minlength=len(truth)) if number else truth * 0
    nothing = np.zeros(len(truth))
    for weights in [*cells[~shown], *np.eye(len(truth))]:
        before = largest(weights, cells, low, high, nothing)
        after = largest(weights, cells, low, high, known)
        assert after >= before - number - 1e-6
    for atom, weights in enumerate(np.eye(len(truth))):
        # The units of others in an atom, too.
        after = largest(weights, cells, low, high, known) - known[atom]
        assert after >= largest(weights, cells, low, high, nothing) - number - 1e-6


def test_the_claim_is_on_the_page():
    assert "An insider knows where k ≤ m units are. *This lowers no upper bound by more than k.*" in TEXT
