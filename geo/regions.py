"""Provinces and police districts: areas between the country and the gemeenten, each a union of whole gemeenten.

Which gemeente lies in which region comes from a public table, or from a layer of regions in the file of boundaries. In
both cases a region is drawn as the union of its gemeenten, and its figures are their sums: what is counted in a region
is what is counted in its gemeenten, so its border must be theirs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from geo.areas import Layer, ObjectArray, StrArray
from geo.cbs_columns import NOT_SUMS, REGION_TABLE, REGIONS, check_codes, find_column
from zicht.errors import BoundaryError, SchemaError

#: A gemeente lies in a region that holds at least this share of it: generalised borders differ by less.
INSIDE = 0.9

#: By code of a gemeente, the code and the name of the region that holds it.
Members = Mapping[str, tuple[str, str]]

_SHOWN = 8


def read_members(path: Path, level: str) -> Members:
    """Read a table that says in which region each gemeente lies.

    Args:
        path: CSV in UTF-8 with a header, separated by commas or semicolons: a column for the code of the gemeente, and
            for the code and the name of its region (see `geo.cbs_columns.REGION_TABLE`).
        level: "province" or "district".

    Raises:
        BoundaryError: The file cannot be read, a gemeente has two rows, or a region has two names.
        SchemaError: A column is missing, or a code does not have the form of its level.
    """
    rows = list(_rows(path, level))
    for which, name in enumerate(("gemeente", level)):
        codes = np.array([row[1 + which] for row in rows], dtype=np.str_)
        at = np.array([row[0] - 1 for row in rows], dtype=np.int64)
        check_codes(codes, name, np.full(len(rows), "area"), row=at, where=str(path))
    return _checked(rows, path)


def _rows(path: Path, level: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield the row, and the code of the gemeente, the code of the region and its name."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BoundaryError(
            f"The table of gemeenten by {level} cannot be read.", where=str(path), remedy="Give a CSV file in UTF-8."
        ) from error
    header = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=";" if header.count(";") > header.count(",") else ",")
    fields = [field.strip() for field in next(reader, [])]
    found = {role: find_column(fields, names) for role, names in REGION_TABLE[level].items()}
    missing = [" or ".join(REGION_TABLE[level][role]) for role, column in found.items() if column is None]
    if missing:
        raise SchemaError(
            f"Missing columns: {'; '.join(missing)}. Found: {', '.join(fields) or 'none'}.",
            where=str(path),
            remedy="Give a table with the code of the gemeente, and the code and the name of what it lies in.",
        )
    at = [fields.index(column) for column in found.values() if column is not None]
    for row in reader:
        if any(cell.strip() for cell in row):
            gemeente, code, name = (row[k].strip() if k < len(row) else "" for k in at)
            yield reader.line_num, gemeente, code, name


def _checked(rows: Sequence[tuple[int, str, str, str]], path: Path) -> Members:
    members: dict[str, tuple[str, str]] = {}
    first: dict[str, int] = {}
    names: dict[str, tuple[str, int]] = {}
    for row, gemeente, code, name in rows:
        if gemeente in members:
            raise BoundaryError(
                f"Gemeente {gemeente} stands in rows {first[gemeente]} and {row}.",
                where=str(path),
                remedy="A gemeente lies in one area: leave one of the rows out.",
            )
        known, before = names.setdefault(code, (name, row))
        if not name or known != name:
            problem = f"{code} has no name" if not name else f"{code} is called {known!r} in row {before} and {name!r}"
            raise BoundaryError(f"{problem} in row {row}.", where=str(path), remedy="Give each code one name.")
        members[gemeente], first[gemeente] = (code, name), row
    return members


def located_members(drawn: Layer, gemeenten: Layer, *, where: str) -> Members:
    """Say in which of the drawn regions each gemeente lies.

    Args:
        drawn: Regions with polygons.
        gemeenten: Gemeenten with polygons.
        where: File and layer, for messages.

    Raises:
        BoundaryError: A gemeente has no polygon, or no region holds nearly all of it.
    """
    bare = gemeenten.code[shapely.is_missing(gemeenten.geometry)]
    if bare.size:
        raise BoundaryError(
            f"{_listed(bare)} have no polygon, so nobody can see in which {drawn.level} they lie.",
            where=where,
            remedy=f'Give a table of gemeenten: boundaries.{drawn.level} = {{ file = "..." }}.',
        )
    own, other = shapely.STRtree(drawn.geometry).query(gemeenten.geometry, predicate="intersects")
    shared = shapely.area(shapely.intersection(gemeenten.geometry[own], drawn.geometry[other]))
    share = np.zeros((len(gemeenten), len(drawn)))
    share[own, other] = shared / shapely.area(gemeenten.geometry[own])
    astray = gemeenten.code[share.max(axis=1, initial=0.0) < INSIDE]
    if astray.size:
        raise BoundaryError(
            f"{_listed(astray)} do not lie in one area of level {drawn.level} for {INSIDE:.0%} or more.",
            where=where,
            remedy="Use regions of the same edition as the gemeenten, or a table of gemeenten.",
        )
    held = share.argmax(axis=1)
    pairs = zip(drawn.code[held].tolist(), drawn.name[held].tolist(), strict=True)
    return dict(zip(gemeenten.code.tolist(), pairs, strict=True))


def with_regions(gemeenten: Layer, members: Mapping[str, Members], *, sources: Mapping[str, str]) -> dict[str, Layer]:
    """Put provinces and districts above the gemeenten.

    Args:
        gemeenten: The gemeenten, with the country as their parent.
        members: By level ("province", "district"), which gemeente lies in which region.
        sources: By level, the file that says so, for messages.

    Returns:
        The regions and the gemeenten by level, coarsest first, each with its parent in the level before.

    Raises:
        BoundaryError: A table does not name the gemeenten that there are, a district lies in two provinces, or a code
            stands for two things.
    """
    layers = [_dissolved(level, gemeenten, members[level], sources[level]) for level in REGIONS if level in members]
    codes = [code for layer in layers for code in layer.code.tolist()] + np.unique(gemeenten.parent).tolist()
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise BoundaryError(f"{', '.join(twice)} stands for more than one area.", where=", ".join(sources.values()))
    chain = [*layers, gemeenten]
    for at, coarse in enumerate(layers, start=1):
        chain[at] = replace(chain[at], parent=_parents(chain[at], coarse, members, sources))
    return {layer.level: layer for layer in chain}


def _dissolved(level: str, gemeenten: Layer, members: Members, where: str) -> Layer:
    missing = [code for code in gemeenten.code.tolist() if code not in members]
    unknown = sorted(set(members) - set(gemeenten.code.tolist()))
    if missing or unknown:
        parts = [f"{_listed(missing)} have no {level}"] if missing else []
        parts += [f"{_listed(unknown)} are no gemeenten of this edition"] if unknown else []
        raise BoundaryError(
            f"{'; '.join(parts)}.", where=where, remedy="Use a table of the same edition as the boundaries."
        )
    of = np.array([members[code][0] for code in gemeenten.code.tolist()])
    code, at = np.unique(of, return_inverse=True)
    names = dict(members.values())
    geometry: ObjectArray = np.full(len(code), None, dtype=object)
    for region in range(len(code)):
        shapes = gemeenten.geometry[at == region]
        whole = shapely.union_all(shapes)
        geometry[region] = None if shapely.is_empty(whole) else whole
    return Layer(
        level=level,
        code=code,
        name=np.array([names[one] for one in code.tolist()]),
        parent=np.repeat(gemeenten.parent[:1], len(code)),
        kind=np.full(len(code), "area"),
        geometry=geometry,
        attributes={
            name: np.bincount(at, weights=values).astype(np.float64)
            for name, values in gemeenten.attributes.items()
            if name not in NOT_SUMS
        },
    )


def _parents(fine: Layer, coarse: Layer, members: Mapping[str, Members], sources: Mapping[str, str]) -> StrArray:
    """Return the code of the region that holds each area of the next finer level."""
    above = members[coarse.level]
    if fine.level not in members:
        return np.array([above[code][0] for code in fine.code.tolist()])
    found: dict[str, set[str]] = {}
    for gemeente, (code, _) in members[fine.level].items():
        found.setdefault(code, set()).add(above[gemeente][0])
    astride = {code: sorted(codes) for code, codes in sorted(found.items()) if len(codes) > 1}
    if astride:
        listed = "; ".join(f"{code} lies in {' and '.join(codes)}" for code, codes in list(astride.items())[:_SHOWN])
        raise BoundaryError(
            f"{len(astride)} areas of level {fine.level} do not lie in one {coarse.level}: {listed}.",
            where=f"{sources[fine.level]} and {sources[coarse.level]}",
            remedy=f"Publish {fine.level} or {coarse.level}, not both: sums would no longer form one tree.",
        )
    return np.array([found[code].copy().pop() for code in fine.code.tolist()])


def _listed(codes: Iterable[str]) -> str:
    known = [str(code) for code in codes]
    shown = ", ".join(known[:_SHOWN])
    return f"Gemeenten {shown}" if len(known) <= _SHOWN else f"{len(known)} gemeenten ({shown}, ...)"
