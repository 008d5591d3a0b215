"""Make the neighbours of a table's rows: from pairs of ids, from coordinates, or from polygons.

Pairs: a row `i,j` says that j is a neighbour of i, with weight `w` (1 without that column). Refused, with the line:
an id that is not in the table, an area paired with itself, a pair that stands twice, a weight that is not above 0. An
area of the table that is in no pair is an island. Pairs given one way only are taken as they are and reported, since
lists of nearest neighbours are so; but where not one pair is given both ways the list could mean either, and the call
must say `--directed` or `--symmetric`. (In a list of nearest neighbours the closest two always name each other.)

Coordinates are planar. Of equally near areas the earlier row is nearer. Polygons: see `geo.neighbours`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.tables.errors import CallError
from analysis.tables.options import NeighbourOptions
from analysis.tables.sheet import NAMED, FloatArray, Sheet, lines_of, numbers
from geo.proximity import Kernel, distance_band, k_nearest, kernel
from geo.weights import IntArray, SpatialWeights, from_pairs, row_standardised
from zicht.errors import AlignmentError, SchemaError

#: Nearest neighbours where neither `--k` nor `--distance` is said: as many as a cell of a square grid has around it.
NEAREST = 8

_COLUMNS = ("i", "j", "w")


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Neighbours with what the reader must know of how they came about.

    Args:
        weights: Neighbours among the rows of the table.
        notes: One sentence each.
    """

    weights: SpatialWeights
    notes: tuple[str, ...] = ()


def finished(found: Neighbours, options: NeighbourOptions) -> Neighbours:
    """Row-standardise where asked, and report islands."""
    weights, notes = found.weights, found.notes
    if weights.islands.size:
        notes = (*notes, f"{weights.islands.size} of {weights.n} areas are islands: they have no neighbour.")
    return Neighbours(row_standardised(weights) if options.row_standardise else weights, notes)


def from_pair_sheet(pairs: Sheet, ids: Sequence[str], options: NeighbourOptions, *, table: str) -> Neighbours:
    """Read neighbours from a list of pairs.

    Args:
        pairs: Columns `i`, `j` and optionally `w`.
        ids: (n,) unique ids of the table's rows.
        options: `directed` and `symmetric` say what pairs given one way only mean.
        table: Name of the table, for messages.

    Returns:
        Binary weights, or those of `w`.

    Raises:
        SchemaError: The columns or a weight are wrong, an area is paired with itself, or a pair stands twice.
        AlignmentError: An id is not in the table.
        CallError: No pair is given both ways, and nothing says what that means.
    """
    strange = sorted(set(pairs.columns) - set(_COLUMNS))
    if strange:
        raise SchemaError(
            f"The column {strange[0]!r} is unknown.", where=pairs.where, remedy="PAIRS holds i, j and optionally w."
        )
    start, end = (_positions(pairs, column, ids, table) for column in _COLUMNS[:2])
    weight = numbers(pairs, "w") if "w" in pairs.columns else np.ones(len(pairs))
    _check_pairs(pairs, start, end, weight)
    key, back = start * len(ids) + end, end * len(ids) + start
    single = ~np.isin(back, key)
    if options.symmetric:
        start, end = np.concatenate([start, end[single]]), np.concatenate([end, start[single]])
        weight = np.concatenate([weight, weight[single]])
        return Neighbours(from_pairs(len(ids), start, end, weight))
    return Neighbours(from_pairs(len(ids), start, end, weight), _one_way_notes(pairs, single, options))


def from_points(points: FloatArray, options: NeighbourOptions, *, where: str) -> Neighbours:
    """Link each area to its nearest, or to all within a distance.

    Args:
        points: (n, 2) finite planar coordinates.
        options: `k` or `distance`, `NEAREST` neighbours where neither is said.
        where: Name of the table, for messages.

    Raises:
        CallError: Both are said, or there are not more areas than neighbours.
    """
    if options.k is not None and options.distance is not None:
        raise CallError("Neighbours are the nearest (--k) or all within a distance (--distance), not both.")
    if options.distance is not None:
        return Neighbours(_within(points, options.distance, options.kernel))
    k = NEAREST if options.k is None else options.k
    most = len(points) - (1 if options.kernel is None else 2)
    if k > most:
        raise CallError(
            f"{k} nearest neighbours cannot be found among {len(points)} areas.",
            where=where,
            remedy=f"Say --k with at most {most}, or --distance." if most > 0 else "Say --distance, or add areas.",
        )
    if options.kernel is not None:
        return Neighbours(kernel(points, shape=options.kernel, k=k))
    said = () if options.k is not None else (f"Each area's {k} nearest are its neighbours: say --k or --distance.",)
    return Neighbours(k_nearest(points, k), said)


def _within(points: FloatArray, distance: float, shape: Kernel | None) -> SpatialWeights:
    return distance_band(points, distance) if shape is None else kernel(points, shape=shape, bandwidth=distance)


def order_of(found: Sequence[str], ids: Sequence[str], *, where: str, table: str) -> IntArray:
    """Return for each row of the table the position of its id in another list that must hold the same ids.

    Raises:
        AlignmentError: An id is in one and not in the other, or stands twice.
    """
    position: Mapping[str, int] = {one: at for at, one in enumerate(found)}
    if len(position) < len(found):
        twice = next(one for at, one in enumerate(found) if position[one] != at)
        raise AlignmentError(f"The id {twice!r} stands twice.", where=where, remedy="Give every area one feature.")
    for here, there, name, other in ((ids, position, where, table), (found, set(ids), table, where)):
        absent = [one for one in here if one not in there]
        if absent:
            more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
            raise AlignmentError(
                f"Ids of {other} are not here: {', '.join(map(repr, absent[:NAMED]))}{more}.",
                where=name,
                remedy="Ids are compared as text, leading zeros included; both files must hold the same areas.",
            )
    return np.array([position[one] for one in ids], dtype=np.int64)


def _positions(pairs: Sheet, column: str, ids: Sequence[str], table: str) -> IntArray:
    position = {one: at for at, one in enumerate(ids)}
    found = [position.get(one, -1) for one in pairs.column(column)]
    wrong = [row for row, at in enumerate(found) if at < 0]
    if wrong:
        first = pairs.columns[column][wrong[0]]
        raise AlignmentError(
            f"Column {column!r} holds ids that are not in {table}, first {first!r}.",
            where=f"{pairs.where}, {lines_of(pairs, wrong)}",
            remedy="Ids are compared as text, leading zeros and spaces included. Leave out pairs of other areas.",
        )
    return np.array(found, dtype=np.int64)


def _check_pairs(pairs: Sheet, start: IntArray, end: IntArray, weight: FloatArray) -> None:
    itself = np.flatnonzero(start == end).tolist()
    if itself:
        raise SchemaError(
            "An area is paired with itself.",
            where=f"{pairs.where}, {lines_of(pairs, itself)}",
            remedy="Leave these rows out: a method that counts the area itself (gi-star) does so by itself.",
        )
    light = np.flatnonzero(~(weight > 0)).tolist()
    if light:
        raise SchemaError(
            "A weight is not above 0.",
            where=f"{pairs.where}, {lines_of(pairs, light)}",
            remedy="Leave out pairs that do not count.",
        )
    order = np.lexsort((end, start))
    same = (start[order][1:] == start[order][:-1]) & (end[order][1:] == end[order][:-1])
    if same.any():
        at = int(np.flatnonzero(same)[0])
        rows = sorted(int(row) for row in order[at : at + 2])
        i, j = pairs.columns["i"][rows[0]], pairs.columns["j"][rows[0]]
        raise SchemaError(
            f"The pair {i!r}, {j!r} stands twice.",
            where=f"{pairs.where}, {lines_of(pairs, rows)}",
            remedy="Give every pair one row; a link both ways is two rows, i,j and j,i.",
        )


def _one_way_notes(pairs: Sheet, single: np.typing.NDArray[np.bool_], options: NeighbourOptions) -> tuple[str, ...]:
    rows = np.flatnonzero(single).tolist()
    if options.directed or not rows:
        return ()
    i, j = pairs.columns["i"][rows[0]], pairs.columns["j"][rows[0]]
    if len(rows) == len(pairs):
        raise CallError(
            f"No pair is given both ways: {i!r}, {j!r} is there, {j!r}, {i!r} is not.",
            where=f"{pairs.where}, {lines_of(pairs, rows[:1])}",
            remedy="Say --symmetric where each link is listed once, or --directed where j counts for i alone.",
        )
    return (
        f"{len(rows)} pairs of {pairs.where} are given one way only ({lines_of(pairs, rows)}): j counts as a neighbour "
        "of i, not i of j. Say --symmetric to link both ways, --directed if this is meant.",
    )
