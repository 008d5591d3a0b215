"""Tiny countries with hotspot windows, walked as the documentation says, and every table a reader cannot exclude."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np

from tests.analysis.audit.support import RULE, Small
from zicht.spots import SpotColumn, SpotKey, SpotStatus

LEVEL = "h3-7"
STATED = {"spots": {"alpha": 0.5}}


@dataclass(frozen=True)
class World:
    """A release of an indicator "x" with hotspot windows, and what the atoms truly hold."""

    small: Small
    truth: tuple[int, ...]
    candidates: tuple[tuple[int, ...], ...]
    critical: tuple[int, ...]


def walk(hexes: list[int], candidates, critical) -> tuple[str, ...]:
    """Ask the candidates in their order; `hexes` are the counts of the hexes."""
    taken: set[int] = set()
    found = []
    for members, least in zip(candidates, critical, strict=True):
        if taken & set(members):
            found.append(SpotStatus.COVERED.value)
        elif sum(hexes[at] for at in members) >= least:
            taken |= set(members)
            found.append(SpotStatus.FLAGGED.value)
        else:
            found.append(SpotStatus.SILENT.value)
    return tuple(found)


def hexes(world_atoms, size: int, table) -> list[int]:
    counts = [0] * size
    for (_, _, _, at), count in zip(world_atoms, table, strict=True):
        counts[at] += count
    return counts


def column(small: Small, candidates, critical, status, *, share=None) -> SpotColumn:
    codes = small.codes(LEVEL)
    return SpotColumn(
        SpotKey("x", "2021", LEVEL),
        np.array([f"s{at:02d}" for at in range(len(candidates))]),
        tuple(tuple(codes[at] for at in sorted(members)) for members in candidates),
        np.ones(len(candidates)),
        np.zeros(len(candidates)) if share is None else np.array(share, dtype=float),
        np.array(critical),
        np.array(status),
        np.full(len(candidates), ""),
        ((),) * len(candidates),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    coarse = draw(st.integers(1, 2))
    fine = draw(st.integers(2, 4))
    levels = {
        "gemeente": [0] * draw(st.integers(1, 3)),
        "h3-6": [0] * coarse,
        LEVEL: [draw(st.integers(0, coarse - 1)) for _ in range(fine)],
    }
    pairs = [(g, h) for g in range(len(levels["gemeente"])) for h in range(fine)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=2, max_size=5, unique=True))
    atoms = [("gemeente", g, LEVEL, h) for g, h in sorted(chosen)]
    room = draw(st.lists(st.integers(0, 5), min_size=len(atoms), max_size=len(atoms)))
    limited = draw(st.booleans())
    truth = [min(draw(st.integers(0, 4)), most if limited else 4) for most in room]
    rule = {
        **RULE,
        **STATED,
        "threshold": draw(st.sampled_from([1, 2])),
        "margin": draw(st.integers(0, 1)),
        "zeros": draw(st.sampled_from(["publish", "suppress"])),
        "capacity": {"of": "homes", "each": 1} if limited else None,
    }
    least = rule["threshold"] + rule["margin"] + 1
    sets = st.lists(st.integers(0, fine - 1), min_size=1, max_size=2, unique=True).map(lambda one: tuple(sorted(one)))
    candidates = tuple(draw(st.lists(sets, min_size=1, max_size=4, unique=True)))
    critical = tuple(least for _ in candidates)
    shown = {("x", "2021", "country"): [sum(truth)]}
    small = Small(levels, atoms, shown, {"x": rule}, {"homes": room})
    for level in ("gemeente", "h3-6"):
        if draw(st.booleans()):
            shown["x", "2021", level] = _show(draw, small, level, truth, rule)
    status = walk(hexes(atoms, fine, truth), candidates, critical)
    spots = (column(small, candidates, critical, status),)
    return World(
        Small(levels, atoms, shown, {"x": rule}, {"homes": room}, spots=spots), tuple(truth), candidates, critical
    )


def _show(draw: st.DrawFn, small: Small, level: str, truth, rule):
    cells = []
    for count in counts(small, level, truth):
        if count == 0 and rule["zeros"] == "publish":
            cells.append(0)
        elif 0 < count < rule["threshold"] or count == 0 or draw(st.booleans()):
            cells.append(None)
        else:
            cells.append(count)
    return cells


def counts(small: Small, level: str, table) -> list[int]:
    if level == "country":
        return [sum(table)]
    found = [0] * len(small.levels[level])
    for (_, g, _, h), count in zip(small.atoms, table, strict=True):
        found[g if level == "gemeente" else small.levels[LEVEL][h] if level == "h3-6" else h] += count
    return found


def tables(world: World) -> list[tuple[int, ...]]:
    """Every table of atoms that gives the same release: same cells, and the same walk."""
    small, rule = world.small, world.small.rules["x"]
    total = sum(world.truth)
    room = [total if rule["capacity"] is None else most for most in small.capacity["homes"]]
    status = tuple(small.spots[0].status.tolist())
    size = len(small.levels[LEVEL])
    found = []
    for table in itertools.product(*(range(min(most, total) + 1) for most in room)):
        if sum(table) != total or not _fits(small, table, rule, room):
            continue
        if walk(hexes(small.atoms, size, table), world.candidates, world.critical) == status:
            found.append(table)
    return found


def _fits(small: Small, table, rule, room) -> bool:
    for (_, _, level), cells in small.shown.items():
        own, most = counts(small, level, table), counts(small, level, room)
        for cell, count, limit in zip(cells, own, most, strict=True):
            if cell is not None and cell != count:
                return False
            # Where zeros are shown a hidden cell is not 0, unless nothing can be there at all.
            if cell is None and rule["zeros"] == "publish" and count == 0 and limit > 0:
                return False
    return True
