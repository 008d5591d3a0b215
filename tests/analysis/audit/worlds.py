"""Random small countries with a truth, and what a publisher who may be careless shows of it."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st

from tests.analysis.audit.support import RULE, Small

ADMINISTRATIVE = ("gemeente", "buurt", "park")
HEXES = ("h3-7", "h3-8")


def _parents(draw: st.DrawFn, chain: tuple[str, ...]) -> dict[str, list[int]]:
    above, levels = 1, {}
    for level in chain:
        size = draw(st.integers(1, 3 if above < 3 else 4))
        levels[level] = [draw(st.integers(0, above - 1)) for _ in range(size)]
        above = size
    return levels


@st.composite
def places(draw: st.DrawFn) -> tuple[dict[str, list[int]], list[tuple[str, int, str, int]]]:
    """Levels, and atoms of which a few are known only coarsely."""
    administrative = _parents(draw, ADMINISTRATIVE[: draw(st.integers(1, 3))])
    hexes = _parents(draw, HEXES[: draw(st.integers(0, 2))])
    atom = st.tuples(_area(administrative), _area(hexes)).map(lambda pair: (*pair[0], *pair[1]))
    atoms = draw(st.lists(atom, min_size=1, max_size=7, unique=True))
    return {**administrative, **hexes}, atoms


def _area(levels: dict[str, list[int]]) -> st.SearchStrategy[tuple[str, int]]:
    known = [(level, fid) for level, parents in reversed(levels.items()) for fid in range(len(parents))]
    return st.sampled_from([*known, ("country", 0)])


@st.composite
def rule(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "threshold": draw(st.sampled_from([3, 4, 6])),
        "margin": draw(st.integers(0, 2)),
        "rounding": draw(st.sampled_from([1, 1, 5, 4])),
        "zeros": draw(st.sampled_from(["publish", "suppress"])),
        "capacity": draw(st.sampled_from([None, None, {"of": "homes", "each": 3}, {"of": "homes", "each": None}])),
        "unplaced": draw(st.booleans()),
    }


@st.composite
def standing(draw: st.DrawFn, atoms: list[tuple[str, int, str, int]]) -> dict[str, list[int]]:
    """Homes in each atom, and which atoms are for records of which only a coarse area is known."""
    nowhere = [int(draw(st.integers(0, 5)) == 0) for _ in atoms]
    return {"homes": [0 if there else draw(st.integers(0, 4)) for there in nowhere], "unplaced": nowhere}


def rooms(stated: dict[str, Any], capacity: dict[str, list[int]]) -> list[int]:
    """How many each atom may be given."""
    return [
        20 * stated["unplaced"] if nowhere else room(stated, homes)
        for homes, nowhere in zip(capacity["homes"], capacity["unplaced"], strict=True)
    ]


def room(stated: dict[str, Any], homes: int) -> int:
    if stated["capacity"] is None:
        return 20
    return (stated["capacity"]["each"] or 20 * (homes > 0)) * homes if homes else 0


@st.composite
def single(draw: st.DrawFn) -> Small:
    """One indicator in one year."""
    levels, atoms = draw(places())
    stated = {**RULE, **draw(rule())}
    capacity = draw(standing(atoms))
    truth = [min(draw(st.integers(0, 12)), most) for most in rooms(stated, capacity)]
    published = [level for level in ("country", *levels) if draw(st.booleans()) or level == "country"]
    world = Small(levels, atoms, {}, {"x": stated}, capacity)
    shown = {("x", "2021", level): show(draw, world, level, truth, stated) for level in published}
    return Small(levels, atoms, shown, {"x": stated}, capacity)


def sums(world: Small, level: str, truth: list[int]) -> list[int]:
    """The count of every area of a level."""
    if level == "country":
        return [sum(truth)]
    found = [0] * len(world.levels[level])
    chain = [name for name in world.levels if name.startswith("h3-") == level.startswith("h3-")]
    for (one, at, other, there), count in zip(world.atoms, truth, strict=True):
        name, fid = (other, there) if level.startswith("h3-") else (one, at)
        while name != "country" and name != level:
            fid, name = world.levels[name][fid], (["country", *chain])[chain.index(name)]
        if name == level:
            found[fid] += count
    return found


def show(draw: st.DrawFn, world: Small, level: str, truth: list[int], stated: dict[str, Any]) -> list[Any]:
    """What is shown of a level: small counts are hidden, others by chance, zeros by the policy."""
    base, cells = stated["rounding"], []
    for count in sums(world, level, truth):
        if count == 0 and (stated["zeros"] == "publish" or draw(st.booleans())):
            cells.append(0)
        elif count < stated["threshold"] or draw(st.integers(0, 2)) == 0:
            kinds = [None, None, None, (max(count - 1, 0), count + 5)]
            cells.append(draw(st.sampled_from([*kinds, "-"])))
        else:
            cells.append(base * ((count + base // 2) // base))
    return cells


@st.composite
def yearly(draw: st.DrawFn) -> tuple[Small, tuple[str, ...]]:
    """One indicator over a window of which some years are shown, and all the window's years."""
    levels, atoms = draw(places())
    stated = {**RULE, **draw(rule())}
    capacity = draw(standing(atoms))
    window, years = draw(st.sampled_from([("2021-2022", ("2021", "2022")), ("2021-2023", ("2021", "2022", "2023"))]))
    shown_years = draw(st.sampled_from([years, years[:1], years[1:]]))
    truth = {year: [draw(st.integers(0, 7)) for _ in atoms] for year in years}
    left = rooms(stated, capacity)
    for year in years:
        truth[year] = [min(count, most) for count, most in zip(truth[year], left, strict=True)]
        left = [most - count for count, most in zip(truth[year], left, strict=True)]
    total = [sum(counts) for counts in zip(*truth.values(), strict=True)]
    layout = draw(st.sampled_from([("country",), ("country", "gemeente"), *((level,) for level in levels)]))
    roots = [level for level in ("country", *levels) if level in layout or level == "gemeente" or draw(st.booleans())]
    world = Small(levels, atoms, {}, {"x": stated}, capacity)
    shown = {("x", window, level): show(draw, world, level, total, stated) for level in roots}
    for year in shown_years:
        shown |= {("x", year, level): show(draw, world, level, truth[year], stated) for level in layout}
    return Small(levels, atoms, shown, {"x": stated}, capacity), years


@st.composite
def partly(draw: st.DrawFn) -> Small:
    """An indicator and one or two others that count a part of it."""
    small = draw(single())
    stated = small.rules["x"]
    truth = [min(draw(st.integers(0, 9)), most) for most in rooms(stated, dict(small.capacity))]
    shown = {key: show(draw, small, key[2], truth, stated) for key in small.shown}
    rules = {"x": stated}
    for name in ("y", "z")[: draw(st.integers(1, 2))]:
        part = [draw(st.integers(0, count)) for count in truth]
        capacity = draw(st.sampled_from([None, stated["capacity"]]))
        rules[name] = {**stated, **draw(rule()), "capacity": capacity, "unplaced": stated["unplaced"]}
        level = draw(st.sampled_from([key[2] for key in shown if key[0] == "x"]))
        shown[name, "2021", level] = show(draw, small, level, part, rules[name])
        rules[name]["part_of"] = "x"
    return Small(small.levels, small.atoms, shown, rules, small.capacity)
