"""Read one level of a file in the CBS layout: its rows, which of them are areas, and what became of the others.

Conventions: rows of water (`water` is "JA") and of abroad ("B", GM0998) are no areas; unique is (code, water), not
code; what is wrong is named and refused, and only changed where the caller asks for it, which the report then says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo import cbs_columns as cbs
from geo.areas import Layer, ObjectArray, StrArray
from geo.discs import around_points
from geo.polygons import check_polygons, repair_polygons
from geo.vector_files import Features, field_names, json_features, layer_names, read_features
from zicht.errors import BoundaryError

#: Rows about abroad: not a place in the country.
ABROAD = "GM0998"

#: Layer of water alone, without the figures of a gemeente.
WATERS = "wateren"


@dataclass(frozen=True, slots=True)
class LayerSource:
    """Where one level is read from, when not from its usual layer.

    Args:
        layer: Name of the layer in its file.
        path: Another file than the one asked for, or None.
        columns: Role ("code", "name", "parent") -> column, when the file has names of its own. Where the column of the
            parent is that of the code, the parent is the one that a CBS code names itself, in its first digits.
    """

    layer: str
    path: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may change, and what the rows must be.

    Args:
        edition: Name of the edition; where it starts with a year and the file has a column `jaar`, they must agree.
        reproject: Transform coordinates in another stated reference system to RD.
        repair: Make invalid polygons valid.
        park_radius: Largest radius in metres of discs in place of parks that are points; None where these are refused.
    """

    edition: str = ""
    reproject: bool = False
    repair: bool = False
    park_radius: float | None = None


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What became of the rows of one layer.

    Args:
        level: One of `geo.cbs_columns.CODE`.
        read: Rows in the file.
        kept: Rows that are areas.
        dropped: Reason -> number of rows.
        repaired: Codes whose geometry was repaired, as asked.
        discs: Codes that were points, and are discs as asked.
    """

    level: str
    read: int
    kept: int
    dropped: Mapping[str, int]
    repaired: tuple[str, ...] = ()
    discs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParkNote:
    """What counts as this park, and who says so: definitions of parks are not uniform.

    Args:
        definition: How the park was delimited, "" where it is not stated.
        source: Whose delimitation it is, "" where it is not stated.
    """

    definition: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    features: Features
    code: StrArray
    name: StrArray
    parent: StrArray
    water: StrArray
    kind: StrArray


def read_level(path: Path, level: str, source: str | LayerSource, options: ReadOptions) -> tuple[Layer, LayerReport]:
    """Read one level of a file.

    Args:
        path: The file, unless `source` names another.
        level: One of `geo.cbs_columns.CODE`.
        source: Name of the layer, or all about it.
        options: What the reader may change.

    Returns:
        The areas, without a parent where the level has none in the file, and what became of the rows.

    Raises:
        ZichtError: As `geo.boundaries.read_boundaries`.
    """
    rows = _read_rows(path, level, source, options)
    where, geometry = rows.features.where, rows.features.geometry
    keep = (rows.water != "JA") & (rows.water != "B") & (rows.code != ABROAD)
    repaired = np.zeros(len(keep), dtype=bool)
    if options.repair:
        geometry, repaired = repair_polygons(geometry)
    disc = np.zeros(len(keep), dtype=bool)
    if level == "park":
        geometry, disc = around_points(geometry, rows.code, radius=options.park_radius, where=where)
    _check_codes(level, rows, keep)
    drawn = keep & ~((rows.kind == "remainder") & np.array([one is None for one in geometry], dtype=bool))
    check_polygons(geometry[drawn], rows.code[drawn], where=where)
    codes = tuple(rows.code[keep & repaired].tolist())
    discs = tuple(rows.code[keep & disc].tolist())
    report = LayerReport(level, len(keep), int(keep.sum()), _dropped(rows), codes, discs)
    return _layer(level, rows, geometry, keep), report


def read_water(path: Path, *, reproject: bool = False) -> ObjectArray:
    """Read the water of a file in the CBS layout, for a map's background.

    Args:
        path: The file.
        reproject: Transform coordinates in another stated reference system to RD.

    Returns:
        (n,) shapely polygons in RD: of the layer `wateren` where there is one, else the rows of gemeenten that are
        water.

    Raises:
        ZichtError: As `geo.boundaries.read_boundaries`.
    """
    if WATERS in layer_names(path):
        features = read_features(path, WATERS, (), reproject=reproject)
        check_polygons(features.geometry, np.full(len(features.geometry), WATERS), where=features.where)
        return features.geometry
    rows = _read_rows(path, "gemeente", cbs.LAYERS["gemeente"], ReadOptions(reproject=reproject))
    wet = rows.water == "JA"
    check_polygons(rows.features.geometry[wet], rows.code[wet], where=rows.features.where)
    return np.asarray(rows.features.geometry[wet], dtype=object)


def read_park_notes(path: Path) -> dict[str, ParkNote]:
    """Read the definition and the source of every park.

    Args:
        path: A file in the CBS layout.

    Returns:
        Code -> note; empty where the file has no layer `parken`.

    Raises:
        ZichtError: As `geo.boundaries.read_boundaries`.
    """
    layer = cbs.LAYERS["park"]
    if layer not in layer_names(path):
        return {}
    fields = field_names(path, layer)
    code = cbs.structure_columns(fields, "park", where=f"{path}, layer {layer}")["code"]
    notes = {role: cbs.find_column(fields, (column,)) for role, column in cbs.PARK_NOTES.items()}
    features = read_features(path, layer, [code, *(column for column in notes.values() if column)], reproject=True)
    unknown = np.full(len(features.geometry), "")
    definition, source = (
        cbs.texts(features.columns[column]) if column else unknown for column in (notes["definition"], notes["source"])
    )
    rows = zip(cbs.texts(features.columns[code]).tolist(), definition.tolist(), source.tolist(), strict=True)
    return {code: ParkNote(definition, source) for code, definition, source in rows}


def read_codes(path: Path, layer: str, *, code: str = "statcode", name: str = "statnaam") -> dict[str, str]:
    """Read the codes and names of a GeoJSON or TopoJSON layer, features without a geometry included.

    Args:
        path: The file.
        layer: Name of the TopoJSON object; ignored for GeoJSON.
        code: Property that holds the code.
        name: Property that holds the name.

    Returns:
        Code -> name: what `expected` of `geo.boundaries.read_boundaries` takes.

    Raises:
        BoundaryError: The file is absent, is no such JSON, or has no such layer or properties.
    """
    if not path.is_file():
        where = f"{path}, layer {layer}" if layer else str(path)
        raise BoundaryError("There is no such file.", where=where, remedy="Check the path.")
    try:
        return {one["properties"][code]: one["properties"][name] for one in json_features(path, layer)}
    except (OSError, ValueError, KeyError, TypeError):
        raise BoundaryError(
            f"The file holds no features with {code} and {name}.",
            where=f"{path}, layer {layer}" if layer else str(path),
            remedy="Give a GeoJSON file, or a TopoJSON file with the name of one of its objects.",
        ) from None


def _read_rows(path: Path, level: str, source: str | LayerSource, options: ReadOptions) -> _Rows:
    chosen = source if isinstance(source, LayerSource) else LayerSource(source)
    file = chosen.path or path
    fields, where = field_names(file, chosen.layer), f"{file}, layer {chosen.layer}"
    roles = cbs.structure_columns(fields, level, where=where, columns=chosen.columns)
    extra = {role: cbs.find_column(fields, names) for role, names in cbs.EXTRA.items()}
    wanted = [*roles.values(), *cbs.figure_columns(fields), *(column for column in extra.values() if column)]
    features = read_features(file, chosen.layer, list(dict.fromkeys(wanted)), reproject=options.reproject)
    usual = {"water": "NEE", "kind": "park" if level == "park" else "area", "year": "", "parent": ""}
    text = {
        role: cbs.texts(features.columns[column]) if column else np.full(len(features.geometry), usual[role])
        for role, column in ({"parent": None} | roles | extra).items()
    }
    if roles.get("parent") == roles["code"]:
        text["parent"] = np.array([cbs.code_above(code) for code in text["code"].tolist()], dtype=np.str_)
    _check_unique(text["code"], text["water"], where)
    _check_year(text["year"], options.edition, where)
    return _Rows(features, text["code"], text["name"], text["parent"], text["water"], text["kind"])


def _check_codes(level: str, rows: _Rows, keep: NDArray[np.bool_]) -> None:
    row = np.flatnonzero(keep)
    cbs.check_codes(rows.code[keep], level, rows.kind[keep], row=row, where=rows.features.where)
    if level in cbs.ABOVE:
        maybe = np.full(len(row), "remainder")
        cbs.check_codes(rows.parent[keep], cbs.ABOVE[level], maybe, row=row, where=f"{rows.features.where}, parents")


def _check_year(year: StrArray, edition: str, where: str) -> None:
    asked = re.match(r"\d{4}", edition)
    found = sorted(set(year.tolist()) - {""})
    if asked and found and found != [asked.group()]:
        raise BoundaryError(
            f"The file says it is of {', '.join(found)}, and it was to be read as edition {edition}.",
            where=where,
            remedy="Codes are reused from year to year: give the edition that the file is of.",
        )


def _check_unique(code: StrArray, water: StrArray, where: str) -> None:
    first: dict[tuple[str, str], int] = {}
    twice = []
    for row, key in enumerate(zip(code.tolist(), water.tolist(), strict=True)):
        if key in first:
            twice.append(f"{key[0]} (water {key[1]}) in rows {first[key] + 1} and {row + 1}")
        first.setdefault(key, row)
    if twice:
        raise BoundaryError(
            f"{len(twice)} rows repeat the code and water of another: {'; '.join(twice[:5])}.",
            where=where,
            remedy="A code with the same water may occur once. Dissolve the rows, or leave out the superseded ones.",
        )


def _dropped(rows: _Rows) -> dict[str, int]:
    abroad = (rows.water == "B") | (rows.code == ABROAD)
    counts = {"water": int(((rows.water == "JA") & ~abroad).sum()), "abroad": int(abroad.sum())}
    return {reason: number for reason, number in counts.items() if number}


def _layer(level: str, rows: _Rows, geometry: ObjectArray, keep: NDArray[np.bool_]) -> Layer:
    order = np.flatnonzero(keep)[np.argsort(rows.code[keep], kind="stable")]
    figures = cbs.attributes(rows.features.fields, rows.features.columns, where=rows.features.where)
    return Layer(
        level=level,
        code=rows.code[order],
        name=rows.name[order],
        parent=rows.parent[order],
        kind=rows.kind[order],
        geometry=geometry[order],
        attributes={name: values[order] for name, values in figures.items()},
    )
