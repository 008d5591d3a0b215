"""The protector's own check of hotspot windows: every number that could be large must still be able to be.

Atoms that no shown cell and no candidate tells apart are one piece. Counts that are published bound sums of pieces;
flags and silences do so as well. First the pieces that the counts alone tell to be 0 are set aside: one linear program
finds a table in which every other piece holds something. Then pieces that fit beside each other are made as large as
the rule requires, all at once, by linear programs (HiGHS, by way of scipy); a solution in whole numbers is proof for
every number that is large in it. What stays open is asked alone, at last over whole numbers. Nothing here looks at a
true count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, identity, vstack

from analysis.confidential.disclosure.flow import UNLIMITED, IntArray
from analysis.confidential.disclosure.spots import Candidates
from analysis.confidential.disclosure_rules import DisclosureRule, ZeroPolicy
from geo.areas import FloatArray, Layer, StrArray
from geo.families import HEX, ancestors, family_of
from zicht.errors import DisclosureError
from zicht.published import PublishedColumn, Status
from zicht.spots import SpotStatus
from zicht.structure import COUNTRY, Structure

BoolArray = NDArray[np.bool_]
Matrix = Any  # csr_array, which has no types


class SpotCheck:
    """What counts tell of the pieces, ready to be asked about statuses of candidates.

    Args:
        layers: By level.
        structure: The atoms.
        room: (atoms,) what each can hold; None for no limit.
        counts: The published counts of the indicator and period, one column a level.
        rule: The rule of the indicator.
        drawn: The candidates.
        critical: (n,) their critical counts.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        structure: Structure,
        room: IntArray | None,
        counts: Sequence[PublishedColumn],
        rule: DisclosureRule,
        drawn: Candidates,
        critical: IntArray,
    ) -> None:
        limit = np.full(len(structure), UNLIMITED) if room is None else room
        stands = limit > 0
        at = {column.key.level: fids(structure, column.key.level, layers)[stands] for column in counts}
        group, inside = _grouping(drawn, fids(structure, drawn.level, layers)[stands], len(layers[drawn.level]))
        unique, piece = np.unique(np.column_stack([*at.values(), group]), axis=0, return_inverse=True)
        self.critical = critical
        # Pieces of one pair lie in the same cells: only candidates tell them apart.
        self.pair = np.unique(unique[:, :-1], axis=0, return_inverse=True)[1].ravel()
        self.room = np.zeros(len(unique))
        np.add.at(self.room, piece.ravel(), np.where(limit >= UNLIMITED, np.inf, limit)[stands])
        sizes = [len(column.code) for column in counts]
        self.cells = csr_array(vstack([_incidence(unique[:, k], size) for k, size in enumerate(sizes)], format="csr"))
        self.spots = csr_array(inside[unique[:, -1]].T)
        self.local = np.repeat([column.key.level != COUNTRY for column in counts], sizes)
        self.low, self.high, shown = _bounds(counts, rule, self.cells @ self.room)
        self.need = self._requirements(rule.goal, shown)
        self.alive = self._support()
        self.asked = self._asked(shown)

    def _requirements(self, goal: int, shown: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what pieces, cells and candidates must be able to reach."""
        count = len(self.room)
        every = vstack([identity(count, format="csr"), self.cells, self.spots], format="csr")
        size = np.asarray(every.sum(axis=1)).ravel()
        common = csr_array(every @ self.cells[shown].T).tocoo()
        held = (common.data == size[common.row]) & (size[common.row] > 0)
        least = np.full(every.shape[0], np.inf)
        np.minimum.at(least, common.row[held], self.low[shown][common.col[held]])
        need = np.minimum(np.minimum(goal, every @ self.room), least)
        first, second = count, count + self.cells.shape[0]
        return need[:first], need[first:second], need[second:]

    def _support(self) -> BoolArray:
        """Return which pieces the counts alone leave room above 0."""
        count = len(self.room)
        if not count:
            return np.zeros(0, dtype=np.bool_)
        share = 1.0 / count
        # y <= x and y <= 1/n: the mean of n tables that each fill one piece reaches 1/n in all of them.
        eye = identity(count, format="csr")
        rows = vstack([self.cells, -self.cells, -eye], format="csr")
        finite = np.isfinite(np.concatenate([self.high, -self.low, np.zeros(count)]))
        links = vstack([csr_array((2 * self.cells.shape[0], count)), eye], format="csr")
        limit = np.concatenate([self.high, -self.low, np.zeros(count)])
        bounds = np.column_stack([np.zeros(2 * count), np.concatenate([self.room, np.full(count, share)])])
        answer = linprog(
            np.concatenate([np.zeros(count), -np.ones(count)]),
            A_ub=hstack([rows, links], format="csr")[finite],
            b_ub=limit[finite],
            bounds=bounds,
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if answer.status != 0:
            raise DisclosureError("The published counts contradict each other.", where="hotspot windows")
        found: BoolArray = answer.x[count:] > share * 1e-3
        return found

    def _asked(self, shown: BoolArray) -> tuple[Matrix, FloatArray]:
        """Return the numbers that must be able to be large, pieces first, and how large."""
        eye = csr_array(identity(len(self.room), dtype=np.int64, format="csr"))
        pieces, cells, spots = self.need
        rows = vstack([eye[self.alive], self.cells[~shown], self.spots], format="csr")
        need = np.concatenate([pieces[self.alive], cells[~shown], spots])
        there = (rows @ self.alive.astype(np.int64) > 0) & (need > 0)
        return csr_array(rows[there]), need[there]

    def suspect(self, status: StrArray) -> Sequence[int] | None:
        """Say whether statuses may be published.

        Args:
            status: (n,) of the candidates.

        Returns:
            None where every number can still be as large as it must; else the flagged candidates that share a
            published cell below the country with one that cannot, in the order of the walk.
        """
        if not len(self.room):
            return None  # Nothing can be anywhere.
        flagged, silent = status == SpotStatus.FLAGGED, status == SpotStatus.SILENT
        rows = vstack([self.cells, self.spots[flagged | silent]], format="csr")
        low = np.concatenate([self.low, np.where(flagged, self.critical, 0.0)[flagged | silent]])
        high = np.concatenate([self.high, np.where(silent, self.critical - 1.0, np.inf)[flagged | silent]])
        program = _Program(rows, low, high, np.where(self.alive, self.room, 0.0))
        failing = _first_failing(program, *self.asked, self.pair)
        if failing is None:
            return None
        near = self.cells[self.local & (self.cells @ failing > 0)].sum(axis=0) > 0
        return [int(at) for at in np.flatnonzero(flagged) if self.spots[[at]].toarray()[0] @ near > 0]


class _Program:
    """Sums of pieces between bounds."""

    def __init__(self, rows: Matrix, low: FloatArray, high: FloatArray, room: FloatArray) -> None:
        self.rows, self.low, self.high, self.room = csr_array(rows), low, high, room

    def table(self, asked: Matrix, need: FloatArray, *, whole: bool) -> tuple[FloatArray, bool] | None:
        """Return a table in which the sum of what is asked is largest, each up to its need, and whether it is proof.

        Args:
            asked: (k, pieces) numbers; they have no piece in common.
            need: (k,) how large each must be.
            whole: Whether to search whole numbers, at more cost.
        """
        least = np.full(asked.shape[0], -np.inf)
        rows = vstack([self.rows, asked], format="csr")
        answer = milp(
            -np.asarray(asked.sum(axis=0), dtype=np.float64),
            integrality=np.full(len(self.room), int(whole)),
            bounds=Bounds(np.zeros(len(self.room)), self.room),
            constraints=LinearConstraint(rows, np.append(self.low, least), np.append(self.high, need)),
        )
        if answer.x is None:
            return None
        found = np.rint(answer.x)
        sums = self.rows @ found
        proof = bool(
            np.all(np.abs(found - answer.x) < 1e-6)
            and np.all((found >= 0) & (found <= self.room))
            and np.all((sums >= self.low) & (sums <= self.high))
        )
        return (found if proof else np.asarray(answer.x, dtype=np.float64)), proof


def _first_failing(program: _Program, asked: Matrix, need: FloatArray, pair: IntArray) -> IntArray | None:
    """Return (pieces,) which pieces make up a number that cannot reach its need; None where each can."""
    empty = csr_array((0, len(program.room)))
    start = program.table(empty, np.zeros(0), whole=True)
    if start is None:
        return np.ones(len(program.room), dtype=np.int64)
    open_ = asked @ start[0] < need
    single = np.asarray(asked.sum(axis=1)).ravel() == 1
    while open_.any():
        batch = _packed(program, asked, need, np.flatnonzero(open_ & single))
        if len(batch) > 1:
            found = program.table(asked[batch], need[batch], whole=False)
            met = asked @ found[0] >= need if found and found[1] else np.zeros(len(need), dtype=np.bool_)
            if found and (open_ & met).any():
                open_ &= ~met
                open_ &= ~_beside(program, asked, need, found[0], np.flatnonzero(open_ & single), pair)
                continue
        first = np.flatnonzero(open_)[:1]
        met, table = _alone(program, asked[first], need[first], asked, need)
        if not met[first[0]]:
            return np.asarray(asked[first].sum(axis=0) > 0, dtype=np.int64)
        open_ &= ~met
        open_ &= ~_beside(program, asked, need, table, np.flatnonzero(open_ & single), pair)
    return None


def _beside(
    program: _Program, asked: Matrix, need: FloatArray, table: FloatArray, open_: IntArray, pair: IntArray
) -> BoolArray:
    """Return which open pieces a table makes large enough once units of one piece are put in another of its pair."""
    met = np.zeros(len(need), dtype=np.bool_)
    columns, sums = program.rows.tocsc(), program.rows @ table
    best: dict[int, int] = {}
    for piece in np.argsort(table, kind="stable").tolist():
        best[int(pair[piece])] = piece
    for at in open_.tolist():
        piece = int(asked.indices[asked.indptr[at]])
        giver = best[int(pair[piece])]
        move = need[at] - table[piece]
        if giver == piece or move > table[giver]:
            continue
        after = sums + move * (columns[:, [piece]] - columns[:, [giver]]).toarray()[:, 0]
        met[at] = np.all((after >= program.low) & (after <= program.high))
    return met


def _alone(
    program: _Program, one: Matrix, must: FloatArray, asked: Matrix, need: FloatArray
) -> tuple[BoolArray, FloatArray]:
    """Return which numbers reach their need in a table where one is as large as it must be, and that table if any."""
    nothing = np.zeros(len(need), dtype=np.bool_), program.room
    for whole in (False, True):
        found = program.table(one, must, whole=whole)
        if found is None or (one @ found[0])[0] < must[0] - 1e-6:
            return nothing
        if found[1]:
            return np.asarray(asked @ found[0] >= need, dtype=np.bool_), found[0]
    return nothing


def _packed(program: _Program, asked: Matrix, need: FloatArray, open_: IntArray) -> IntArray:
    """Return open numbers whose needs fit within every known sum that holds them."""
    common = csr_array((asked[open_] @ program.rows.T) > 0)
    left = program.high.copy()
    chosen: list[int] = []
    for k, at in enumerate(open_.tolist()):
        rows = common.indices[common.indptr[k] : common.indptr[k + 1]]
        if np.all(left[rows] >= need[at]):
            left[rows] -= need[at]
            chosen.append(at)
    return np.array(chosen, dtype=np.int64)


def fids(structure: Structure, level: str, layers: Mapping[str, Layer]) -> IntArray:
    """Return the fid of the area of a level that holds each atom, -1 where none does."""
    if level == COUNTRY:
        return np.zeros(len(structure), dtype=np.int64)
    hexes = level.startswith(HEX)
    own = structure.hex_level if hexes else structure.administrative_level
    fid = structure.hex_fid if hexes else structure.administrative_fid
    found = np.full(len(structure), -1, dtype=np.int64)
    family = family_of(level, tuple(layers))
    for fine in family[family.index(level) :]:
        here = own == fine
        if here.any():
            found[here] = ancestors(layers, fine, level)[fid[here]]
    return found


def _grouping(drawn: Candidates, at: IntArray, hexes: int) -> tuple[IntArray, Matrix]:
    """Return the group of each atom, and (groups, candidates) which candidates the hexes of each group lie in."""
    row = np.concatenate([*drawn.members, np.empty(0, dtype=np.int64)])
    column = np.repeat(np.arange(len(drawn)), [len(one) for one in drawn.members])
    # Hexes by their candidates, and last an empty one for atoms in no hex.
    inside = csr_array((np.ones(len(row), dtype=np.int64), (row, column)), shape=(hexes + 1, len(drawn)))
    inside.sort_indices()
    known: dict[bytes, int] = {}
    first: list[int] = []
    group = np.zeros(hexes + 1, dtype=np.int64)
    for hexagon in range(hexes + 1):
        mark = inside.indices[inside.indptr[hexagon] : inside.indptr[hexagon + 1]].tobytes()
        if mark not in known:
            known[mark] = len(first)
            first.append(hexagon)
        group[hexagon] = known[mark]
    return group[at], inside[np.array(first)]


def _incidence(fid: IntArray, size: int) -> Matrix:
    here = np.flatnonzero(fid >= 0)
    return csr_array((np.ones(len(here), dtype=np.int64), (fid[here], here)), shape=(size, len(fid)))


def _bounds(
    counts: Sequence[PublishedColumn], rule: DisclosureRule, room: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return what is known of every cell at least and at most, and whether it is shown."""
    shown = np.concatenate([column.status == Status.PUBLISHED for column in counts])
    low = np.nan_to_num(np.concatenate([column.low for column in counts]), nan=0.0)
    high = np.concatenate([np.where(np.isnan(column.high), np.inf, column.high) for column in counts])
    if rule.zeros is ZeroPolicy.PUBLISH:
        low = np.where(shown, low, np.maximum(low, 1.0))
    return np.where(room > 0, low, 0.0), np.minimum(high, room), shown
