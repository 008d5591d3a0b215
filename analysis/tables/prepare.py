"""From sheets and options to what a method is given, every check of the call and of the ids included; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.tables.errors import CallError
from analysis.tables.method import GIVEN_BY, Method, Need, TableInput
from analysis.tables.neighbours import Neighbours, finished, from_pair_sheet, from_points, order_of
from analysis.tables.options import Contiguity, NeighbourOptions, Options, check, flag
from analysis.tables.sheet import FloatArray, Sheet, lines_of, numbers
from zicht.errors import SchemaError

#: The column of ids where `--id` is not said.
ID = "id"

#: Which options of neighbours belong to which source.
OF_SOURCE: Mapping[str, Set[str]] = {
    "--neighbours": {"directed", "symmetric", "row_standardise"},
    "--x --y": {"k", "distance", "kernel", "row_standardise"},
    "GEOFILE": {"contiguity", "snap", "geo_id", "layer", "row_standardise"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Polygons:
    """The areas of a GEOFILE.

    Args:
        where: Name of the file, for messages.
        ids: (m,) texts.
        geometry: (m,) shapely polygons.
        snap: Distance at which two borders count as the same, in the unit of the coordinates.
    """

    where: str
    ids: Sequence[str]
    geometry: NDArray[np.object_]
    snap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the command line names, before any file is read. See `zicht stats --help`.

    Args:
        id: Heading of the column of ids.
        column: Heading of the column to analyse.
        exposure: Heading of the exposure, population or expected count.
        other: Heading of a second column.
        period: Heading of the period.
        x: Heading of the first coordinate.
        y: Heading of the second coordinate.
        pairs: Whether there is a list of pairs.
        polygons: Whether there is a GEOFILE.
        options: Options of methods.
        neighbours: Options of neighbours.
        said: Names of the options that were given, whatever their value.
    """

    id: str | None = None
    column: str | None = None
    exposure: str | None = None
    other: str | None = None
    period: str | None = None
    x: str | None = None
    y: str | None = None
    pairs: bool = False
    polygons: bool = False
    options: Options
    neighbours: NeighbourOptions
    said: frozenset[str] = frozenset()


def check_call(method: Method, call: Call) -> None:
    """Check that a call gives what the method needs, and nothing that it does not take.

    Raises:
        CallError: It does not; the message names the option.
    """
    check(call.options)
    check(call.neighbours)
    source = _source(method, call)
    here = _given(call, source, method)
    absent = sorted(method.needs - here)
    if absent:
        raise CallError(f"It needs {GIVEN_BY[absent[0]]}.", where=method.id)
    unsaid = [name for name in method.requires if name not in call.said]
    if unsaid:
        raise CallError(f"It needs {flag(unsaid[0])}.", where=method.id)
    strange = sorted(here - method.needs - method.takes)
    if strange:
        raise CallError(f"It does not take {GIVEN_BY[strange[0]]}.", where=method.id, remedy="Leave it out.")
    takes = {*method.options, *(OF_SOURCE[source] if source and _takes(method, Need.NEIGHBOURS) else ())}
    unknown = sorted(call.said - takes)
    if unknown:
        others = ", ".join(map(flag, sorted(takes))) or "none"
        why = f" with {source}" if source else ""
        raise CallError(
            f"It does not take {flag(unknown[0])}{why}.", where=method.id, remedy=f"Options here: {others}."
        )
    if call.neighbours.directed and call.neighbours.symmetric:
        raise CallError("Pairs are meant one way (--directed) or both (--symmetric), not both.", where=method.id)


def prepare(
    method: Method, call: Call, table: Sheet, *, pairs: Sheet | None = None, polygons: Polygons | None = None
) -> tuple[TableInput, tuple[str, ...]]:
    """Make what a method is given.

    Args:
        method: Which method; `check_call` has passed.
        call: What the command line names.
        table: The table as text.
        pairs: The list of pairs, where `call.pairs`.
        polygons: The areas of the GEOFILE, where `call.polygons`.

    Returns:
        The input, and notes on the neighbours.

    Raises:
        SchemaError: A column, number, id or pair is wrong.
        AlignmentError: The files do not hold the same areas.
        CallError: What was asked cannot be done with so many areas.
    """
    periods = None if call.period is None else tuple(table.column(call.period, option="--period"))
    ids = _ids(table, call, periods)
    points = None if call.x is None or call.y is None else _points(table, call.x, call.y)
    data = TableInput(
        sheet=table,
        ids=ids,
        options=call.options,
        column=_numbers(table, call.column, "--column"),
        exposure=_numbers(table, call.exposure, "--exposure"),
        other=_numbers(table, call.other, "--other"),
        periods=periods,
        coordinates=points,
        neighbours=call.neighbours,
    )
    source = _source(method, call) if _takes(method, Need.NEIGHBOURS) else ""
    if not source:
        return data, ()
    found = _neighbours(source, call.neighbours, data, pairs, polygons)
    return replace(data, weights=found.weights), found.notes


def _takes(method: Method, need: Need) -> bool:
    return need in method.needs or need in method.takes


def _source(method: Method, call: Call) -> str:
    if (call.x is None) != (call.y is None):
        raise CallError("Coordinates are two columns.", where=method.id, remedy="Say both --x and --y.")
    points = call.x is not None and not (call.pairs and _takes(method, Need.COORDINATES))
    sources = [name for name, there in zip(OF_SOURCE, (call.pairs, points, call.polygons), strict=True) if there]
    if len(sources) > 1:
        raise CallError(f"Neighbours come from one source, not from {' and '.join(sources)}.", where=method.id)
    return sources[0] if sources else ""


def _given(call: Call, source: str, method: Method) -> set[Need]:
    named = {
        Need.COLUMN: call.column,
        Need.EXPOSURE: call.exposure,
        Need.OTHER: call.other,
        Need.PERIOD: call.period,
    }
    here = {need for need, heading in named.items() if heading is not None}
    if call.x is not None and not _takes(method, Need.NEIGHBOURS):
        return here | {Need.COORDINATES}
    if call.x is not None and _takes(method, Need.COORDINATES):
        here.add(Need.COORDINATES)
    return here | {Need.NEIGHBOURS} if source else here


def _ids(table: Sheet, call: Call, periods: Sequence[str] | None) -> tuple[str, ...]:
    if call.id is None and ID not in table.columns:
        if call.pairs or call.polygons:
            raise SchemaError(
                f"There is no column {ID!r}.", where=table.where, remedy="Name the column of ids with --id."
            )
        return tuple(str(row) for row in range(1, len(table) + 1))
    ids = tuple(table.column(call.id or ID, option="--id"))
    blank = [row for row, one in enumerate(ids) if not one.strip()]
    if blank:
        raise SchemaError("A row has no id.", where=f"{table.where}, {lines_of(table, blank)}")
    seen: dict[tuple[str, str], int] = {}
    for row, one in enumerate(ids):
        key = (one, "" if periods is None else periods[row])
        if key in seen:
            twice = f"The id {one!r} stands twice" + ("." if periods is None else f" in period {key[1]!r}.")
            raise SchemaError(
                twice,
                where=f"{table.where}, {lines_of(table, (seen[key], row))}",
                remedy="Give every area one row" + (", or add the rows up." if periods is None else " a period."),
            )
        seen[key] = row
    return ids


def _points(table: Sheet, x: str, y: str) -> FloatArray:
    return np.column_stack([numbers(table, x, option="--x"), numbers(table, y, option="--y")])


def _numbers(table: Sheet, heading: str | None, option: str) -> FloatArray | None:
    return None if heading is None else numbers(table, heading, option=option)


def _neighbours(
    source: str, options: NeighbourOptions, data: TableInput, pairs: Sheet | None, polygons: Polygons | None
) -> Neighbours:
    where = data.sheet.where
    if len(set(data.ids)) < len(data):
        raise CallError("Neighbours are among areas, and here areas stand in several periods.", where=where)
    if pairs is not None:
        found = from_pair_sheet(pairs, data.ids, options, table=where)
    elif polygons is not None:
        found = _contiguous(polygons, options, data.ids, where)
    elif data.coordinates is not None:
        found = from_points(data.coordinates, options, where=where)
    else:
        raise TypeError(f"The file of {source} was not read.")
    return finished(found, options)


def _contiguous(polygons: Polygons, options: NeighbourOptions, ids: Sequence[str], table: str) -> Neighbours:
    # Geometry needs shapely, which an installation for tables alone need not have.
    from geo.neighbours import queen_polygons, rook_polygons

    order = order_of(polygons.ids, ids, where=polygons.where, table=table)
    geometry = polygons.geometry[order]
    snap = polygons.snap if options.snap is None else options.snap
    if options.contiguity is Contiguity.ROOK:
        return Neighbours(rook_polygons(geometry, snap=snap, minimum=10 * snap))
    return Neighbours(queen_polygons(geometry, snap=snap))
