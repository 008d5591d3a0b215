"""The page worked-example.md: every number on it follows from the invented counts, by the real commands."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from analysis.audit.report import audit
from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.protection import Geography, plans, protect_plan
from analysis.confidential.disclosure_rules import DisclosureRule
from tests.analysis.audit.support import Small
from tests.support.small import indicator, layer
from zicht.cli import main
from zicht.release import open_release

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "worked-example.md"
TEXT = PAGE.read_text(encoding="utf-8")

#: The invented counts: atoms, as (buurt, hex).
ATOMS = {
    ("Haven", "North"): 1,
    ("Haven", "South"): 3,
    ("Kern", "South"): 31,
    ("Polder", "North"): 13,
    ("Veen", "North"): 22,
}
BUURTEN, HEXES = ("Haven", "Kern", "Polder", "Veen"), ("North", "South")
TRUTH = {
    "Waterveld": sum(ATOMS.values()),
    **{name: sum(n for (buurt, _), n in ATOMS.items() if buurt == name) for name in BUURTEN},
    **{name: sum(n for (_, where), n in ATOMS.items() if where == name) for name in HEXES},
}
RULE = DisclosureRule(rounding=1)


def blocks():
    return re.findall(r"^```csv\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def attack(tmp_path, hidden, *, hexes=True):
    """Return the intervals of the hidden cells and the pieces, by the command that the page names."""
    published, relations = ([line.split(",") for line in block.splitlines()] for block in blocks())
    cells = [published[0]]
    for name, _, _ in published[1:]:
        if name.startswith("hex ") and not hexes:
            continue
        cell = name.removeprefix("hex ")
        piece = name.startswith("the ")
        cells.append([name, "", "" if piece else "1"] if piece or cell in hidden else [name, str(TRUTH[cell]), ""])
    known = {row[0] for row in cells}
    rows = [row for row in relations if {row[0], row[1]} <= {*known, "total", "part"}]
    for name, content in (("cells", cells), ("relations", rows)):
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(content)
    out = tmp_path / "intervals.csv"
    main(["attack", str(tmp_path / "cells.csv"), str(tmp_path / "relations.csv"), f"--out={out}"])
    with out.open(encoding="utf-8", newline="") as file:
        return {row["cell"]: (int(row["low"]), int(row["high"])) for row in csv.DictReader(file)}


def small(hidden, *, hexes=True):
    def shown(*names):
        return [None if name in hidden else TRUTH[name] for name in names]

    columns = {("r", "2025", "country"): shown("Waterveld"), ("r", "2025", "buurt"): shown(*BUURTEN)}
    if hexes:
        columns["r", "2025", "h3-6"] = shown(*HEXES)
    atoms = [("buurt", BUURTEN.index(buurt), "h3-6", HEXES.index(where)) for buurt, where in ATOMS]
    return Small({"buurt": [0] * 4, "h3-6": [0] * 2}, atoms, columns)


def safe(tmp_path, hidden, **options):
    name = "-".join((*sorted(hidden), *map(str, options.values()))) or "all"
    return audit(open_release(small(hidden, **options).write(tmp_path / name))).holds


def protected(key):
    """Return what the protector of releases hides of the example."""
    layers = {
        "country": layer("country", ["NL00"], [""]),
        "buurt": layer("buurt", list(BUURTEN), ["NL00"] * 4),
        "h3-6": layer("h3-6", list(HEXES), ["NL00"] * 2),
    }
    (plan,) = plans([indicator(levels=("buurt", "h3-6"), disclosure=RULE)], range(2025, 2026))
    names = {"country": ("Waterveld",), "buurt": BUURTEN, "h3-6": HEXES}
    tables = {}
    for level, cells in names.items():
        counts = np.array([TRUTH[name] for name in cells])
        tables["labs", "2025", level] = CountTable("labs", "2025", level, layers[level].code, counts, counts)
    units = [place for place, count in ATOMS.items() for _ in range(count)]
    fids = {
        "country": np.zeros(len(units), dtype=np.int64),
        "buurt": np.array([BUURTEN.index(buurt) for buurt, _ in units]),
        "h3-6": np.array([HEXES.index(where) for _, where in units]),
    }
    geography = Geography(layers, small(()).structure(), key)
    pattern = protect_plan(plan, tables, geography, fids=fids)[0]["labs", "2025"]
    return {name for level, cells in names.items() for name, gone in zip(cells, pattern[level], strict=True) if gone}


HIDDEN = {"Haven", "Kern", "Polder"}
OTHERS = tuple(name for name in TRUTH if name != "Haven")


@cache
def fewest(folder):
    """Return every smallest pattern that the audit approves."""
    for size in range(len(OTHERS) + 1):
        found = [{"Haven", *more} for more in combinations(OTHERS, size) if safe(folder, {"Haven", *more})]
        if found:
            return found
    return []


def test_one_hidden_cell_comes_back(tmp_path):
    assert attack(tmp_path, {"Haven"}, hexes=False)["Haven"] == (4, 4)
    assert not safe(tmp_path, {"Haven"}, hexes=False)


def test_two_hidden_cells_are_safe_without_the_second_map_and_not_with_it(tmp_path):
    two = {"Haven", "Polder"}
    assert attack(tmp_path, two, hexes=False)["Haven"] == (1, 16)
    assert attack(tmp_path, two)["the corner"] == (3, 3)
    assert safe(tmp_path, two, hexes=False)
    assert not safe(tmp_path, two)


def test_the_pattern_of_the_page_is_one_of_two_smallest(tmp_path):
    assert sorted(map(sorted, fewest(tmp_path))) == [["Haven", "Kern", "Polder"], ["Haven", "Kern", "Veen"]]


def test_the_protector_of_releases_draws_what_the_page_says_and_nothing_needless(tmp_path):
    drawn = [protected(f"{key:032d}") for key in range(24)]
    assert HIDDEN in drawn
    assert {"Haven", "Kern", "Veen"} in drawn
    for pattern in {frozenset(one) for one in drawn}:
        assert pattern in map(frozenset, fewest(tmp_path)) or (len(pattern) == 4 and {"Haven", *HEXES} < pattern)
        assert safe(tmp_path, pattern)
        assert not any(safe(tmp_path, pattern - {cell}) for cell in pattern - {"Haven"})


def test_the_files_of_the_page_are_what_it_publishes(tmp_path):
    published, relations = blocks()
    for name, content in (("published", published), ("relations", relations)):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    out = tmp_path / "page.csv"
    main(["attack", str(tmp_path / "published.csv"), str(tmp_path / "relations.csv"), f"--out={out}"])
    with out.open(encoding="utf-8", newline="") as file:
        found = {row["cell"]: (int(row["low"]), int(row["high"])) for row in csv.DictReader(file)}
    assert found == attack(tmp_path, HIDDEN)


def claims(tmp_path):
    """Yield every passage of the page with a number in it, with the numbers that follow from the counts."""
    t, final = TRUTH, attack(tmp_path, HIDDEN)
    alone = attack(tmp_path, {"Haven", "Polder"}, hexes=False)["Haven"]
    corner = attack(tmp_path, {"Haven", "Polder"})["the corner"][0]
    together = t["Waterveld"] - t["Veen"] - t["Kern"]
    needed = RULE.threshold + RULE.margin
    assert min(high for _, high in final.values()) >= needed
    yield f"In one year there were {t['Waterveld']} reports in Waterveld."
    yield from (
        f"| {name} | {t[name.removeprefix('hex ')]} |" for name in ("Waterveld", *BUURTEN, "hex North", "hex South")
    )
    yield f"a number below {RULE.threshold} is not shown. Who knows Haven could guess whom its {t['Haven']} reports"
    back = t["Waterveld"] - t["Polder"] - t["Veen"] - t["Kern"]
    yield f"{t['Waterveld']} − {t['Polder']} − {t['Veen']} − {t['Kern']} = {back}"
    yield f"{t['Waterveld']} − {t['Veen']} − {t['Kern']} = {together} for Haven and Polder together."
    yield f"Haven could be anything from {alone[0]} to {alone[1]}."
    yield f"Both hexes hold more than {RULE.threshold} reports"
    yield f"{t['South']} − {t['Kern']} = {corner}"
    yield f"There were exactly {corner} reports in the corner of Haven"
    yield f"as if it could be {needed} at least. That is the {RULE.threshold} of the rule, and {RULE.margin} more"
    yield from (f"| {name} | {low} | {high} |" for name, (low, high) in final.items())
    yield f"Each could be {needed} or more. The {final['Haven'][0]} is there because"
    yield f"Waterveld had {t['Waterveld']} reports, and its halves {t['North']} and {t['South']}."
    yield f"Veen had {t['Veen']}."
    yield f"Haven, Kern and Polder together had {sum(t[name] for name in HIDDEN)}."
    yield f"rounded as well, to {DisclosureRule().rounding} by default"


def test_every_number_in_the_text_is_claimed(tmp_path):
    text = re.sub(r"<svg.*?</svg>|```.*?```", "", TEXT, flags=re.DOTALL)
    text = " ".join(text.replace("> ", "").split())
    for claim in claims(tmp_path):
        assert claim in text
        text = text.replace(claim, "", 1)
    assert re.findall(r"[^.]*\d[^.]*", text) == []


@pytest.mark.parametrize("hidden", [set(), HIDDEN], ids=["counted", "shown"])
def test_the_figures_show_the_numbers_and_no_others(hidden):
    figure = re.findall(r"<svg.*?</svg>", TEXT, flags=re.DOTALL)[bool(hidden)]
    shown = {(float(y), words) for y, words in re.findall(r'<text x="\d+" y="(\d+)"[^>]*>(.*?)</text>', figure)}
    numbers = sorted(words for _, words in shown if re.search(r"\d", words))
    expected = [str(TRUTH[name]) for name in BUURTEN if name not in hidden]
    expected += [f"hex {name}: {TRUTH[name]}" for name in HEXES if name not in hidden]
    if not hidden:
        expected += [f"the quay: {ATOMS['Haven', 'North']}", f"the corner: {ATOMS['Haven', 'South']}"]
    assert numbers == sorted(expected)
    assert set(BUURTEN) <= {words for _, words in shown}
