"""Counts and hotspot windows of one system as inequalities over pieces of atoms.

Atoms that lie in the same finest published cells and in the same candidates cannot be told apart by anything that is
published: they are one piece. What a reader knows are sums of pieces between a least and a most: cells, flags (at
least the critical count) and silences (at most one less). Candidates overlap, so this is no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from analysis.audit.arcs import Kind
from analysis.audit.containers import ancestors
from analysis.audit.errors import LayoutError
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from analysis.audit.places import SINK, SOURCE, Places, capacities, hex_at, leaves, total
from analysis.audit.rule import Checked, Name, where
from analysis.audit.rules import Rule
from analysis.audit.system import System
from zicht.spots import SpotColumn, SpotStatus

Rows = Any  # csr_array, which has no types


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What a reader knows, and what is asked.

    Args:
        capacity: (p,) what each piece can hold; `UNLIMITED` for no limit.
        rows: (r, p) which pieces each sum that something is known of consists of.
        low: (r,) the least of each sum.
        high: (r,) the most; `UNLIMITED` where there is no limit.
        asked: (q, p) which pieces each number asked after consists of; those of one piece come first.
        requirement: (q,) what each must be able to reach, above 0.
        pair: (p,) atom of the system that each piece is a part of.
        piece: (atoms of the structure,) the piece that each lies in, -1 where it is known that nothing is there.
        names: What the numbers asked after are called, but for the pieces.
    """

    capacity: IntArray
    rows: Rows
    low: IntArray
    high: IntArray
    asked: Rows
    requirement: IntArray
    pair: IntArray
    piece: IntArray
    names: tuple[Name, ...]


def pieces(made: System, checked: Checked, places: Places, rule: Rule, spots: Sequence[SpotColumn]) -> Pieces:
    """Return the inequalities of one system and its hotspot windows.

    Args:
        made: The system.
        checked: What its counts alone tell. What they tell to be 0 is left out.
        places: The places.
        rule: The rule of the indicator.
        spots: The hotspot windows that a reader holds.

    Raises:
        LayoutError: The system has single years or parts beside its totals.
    """
    if made.plan.splits:
        raise LayoutError(
            "Hotspot windows beside single years or parts are not audited.",
            where=f"{made.plan.indicator}/{made.plan.period}",
            remedy="Publish the indicator without its years and parts, or without hotspot windows.",
        )
    pair, groups, capacity, piece = _cut(made, places, rule, spots)
    members = _members(groups, spots)
    cells = _cells(made, pair)
    atoms = np.flatnonzero(made.arcs.kind == Kind.ATOM)
    most = checked.network.high.copy()
    most[checked.targets] = checked.high
    alive = np.flatnonzero(most[atoms][pair] > 0)
    rows, low, high = _known(checked, cells, members, spots)
    own = np.minimum(np.minimum(made.arcs.goal[atoms], made.arcs.container[atoms])[pair], capacity)
    hidden = np.flatnonzero((made.arcs.kind == Kind.CELL) & ~made.arcs.published & (most > 0))
    wide = _candidates(made, cells, members, capacity)
    asked = [csr_array(_identity(len(pair))[alive]), cells[hidden], members]
    need = np.concatenate([own[alive], made.requirement()[hidden], wide])
    kept = vstack(asked, format="csr")[:, alive]
    there = (kept.sum(axis=1) > 0) & (need > 0)
    there[: len(alive)] = True
    names = [where(made, places, int(arc)) for arc in hidden]
    names += [Name("spot", made.plan.indicator, made.plan.period, s.key.level, c) for s in spots for c in s.spot]
    return Pieces(
        capacity=capacity[alive],
        rows=rows[:, alive],
        low=low,
        high=high,
        asked=csr_array(kept[there]),
        requirement=need[there],
        pair=pair[alive],
        piece=_positions(alive, len(pair))[piece],
        names=tuple(name for name, keep in zip(names, there[len(alive) :], strict=True) if keep),
    )


def _positions(chosen: IntArray, count: int) -> IntArray:
    """Return (count + 1,) the place of each number among those chosen, -1 for the others, and last for -1."""
    found = np.full(count + 1, -1, dtype=np.int64)
    found[chosen] = np.arange(len(chosen))
    return found


def _identity(count: int) -> Rows:
    at = np.arange(count)
    return csr_array((np.ones(count, dtype=np.int64), (at, at)), shape=(count, count))


def _cut(
    made: System, places: Places, rule: Rule, spots: Sequence[SpotColumn]
) -> tuple[IntArray, list[tuple[IntArray, list[tuple[int, ...]]]], IntArray, IntArray]:
    """Cut the atoms into pieces.

    Returns:
        The atom of the system that each piece is a part of; by column of spots the group of each piece and which
        candidates the groups lie in; the room of each piece; and the piece of each atom of the structure.
    """
    frame, room = made.frame, capacities(places.structure, rule)
    used = room > 0
    tail, head = leaves(places, frame.first)
    key = frame.tail * frame.nodes + frame.head
    keys = [np.searchsorted(key, tail[used] * frame.nodes + head[used])]
    meaning = []
    for column in spots:
        group, sets = _groups(column, places)
        at = hex_at(places, column.key.level)[used]
        keys.append(np.where(at >= 0, group[at], 0))
        meaning.append(sets)
    unique, which = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    capacity = total(room[used], which.ravel(), len(unique))
    groups = [(unique[:, at + 1], sets) for at, sets in enumerate(meaning)]
    piece = np.full(len(room), -1, dtype=np.int64)
    piece[used] = which.ravel()
    return unique[:, 0], groups, capacity, piece


def _groups(column: SpotColumn, places: Places) -> tuple[IntArray, list[tuple[int, ...]]]:
    """Return the group of every hex of a level, and the candidates that the hexes of each group lie in."""
    code = places.code[column.key.level]
    inside: list[list[int]] = [[] for _ in code]
    for at, hexes in enumerate(column.hexes):
        for fid in np.searchsorted(code, np.array(hexes)).tolist():
            inside[fid].append(at)
    known: dict[tuple[int, ...], int] = {(): 0}
    group = [known.setdefault(tuple(one), len(known)) for one in inside]
    return np.array(group, dtype=np.int64), list(known)


def _members(groups: list[tuple[IntArray, list[tuple[int, ...]]]], spots: Sequence[SpotColumn]) -> Rows:
    """Return (candidates of all spots, pieces) which pieces each candidate consists of."""
    blocks = []
    for (group, sets), column in zip(groups, spots, strict=True):
        size = np.array([len(one) for one in sets])
        candidate = [np.array(sets[at], dtype=np.int64) for at in group.tolist()]
        piece = np.repeat(np.arange(len(group)), size[group])
        rows = np.concatenate([*candidate, np.empty(0, dtype=np.int64)])
        ones = np.ones(len(rows), dtype=np.int64)
        blocks.append(csr_array((ones, (rows, piece)), shape=(len(column), len(group))))
    return csr_array(vstack(blocks, format="csr"))


def _cells(made: System, pair: IntArray) -> Rows:
    """Return (cells, pieces) which pieces each cell consists of, in the order of the arcs of cells."""
    frame = made.frame
    count = int((made.arcs.kind == Kind.CELL).sum())
    rows, columns = [np.zeros(len(pair), dtype=np.int64)], [np.arange(len(pair))]
    for family in (SOURCE, SINK):
        for node in ancestors(frame, family):
            at = node[pair]
            here = np.flatnonzero(at >= 0)
            # The arc of the country is the first, and it has two nodes.
            rows.append(at[here] - 1)
            columns.append(here)
    row, column = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=(count, len(pair)))


def _known(
    checked: Checked, cells: Rows, members: Rows, spots: Sequence[SpotColumn]
) -> tuple[Rows, IntArray, IntArray]:
    count = cells.shape[0]
    status = np.concatenate([column.status for column in spots])
    critical = np.concatenate([column.critical for column in spots])
    flagged, silent = status == SpotStatus.FLAGGED, status == SpotStatus.SILENT
    low = np.concatenate([checked.network.low[:count], np.where(flagged, critical, 0)])
    high = np.concatenate([checked.network.high[:count], np.where(silent, critical - 1, UNLIMITED)])
    tells = np.concatenate([np.ones(count, dtype=np.bool_), flagged | silent])
    return csr_array(vstack([cells, members], format="csr")[tells]), low[tells], high[tells]


def _candidates(made: System, cells: Rows, members: Rows, capacity: IntArray) -> IntArray:
    """Return (candidates,) what each must be able to reach."""
    room = _sums(members, capacity)
    around = np.full(members.shape[0], UNLIMITED, dtype=np.int64)
    size = members.sum(axis=1)
    shown: BoolArray = made.arcs.published[: cells.shape[0]]
    inside = (members @ cells[shown].T).tocoo()
    held = inside.data == size[inside.row]
    np.minimum.at(around, inside.row[held], made.arcs.low[: cells.shape[0]][shown][inside.col[held]])
    goal = int(made.arcs.goal.max())
    return np.minimum(np.minimum(goal, room), around)


def _sums(rows: Rows, capacity: IntArray) -> IntArray:
    endless: NDArray[np.bool_] = rows @ (capacity >= UNLIMITED).astype(np.int64) > 0
    return np.where(endless, UNLIMITED, rows @ np.where(capacity >= UNLIMITED, 0, capacity))
