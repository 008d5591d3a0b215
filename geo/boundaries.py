"""Read an edition of CBS gemeenten, wijken and buurten, checked once so that everything behind it may trust it.

Conventions: rows of water (`water` is "JA") and of abroad ("B", GM0998) are no areas; unique is (code, water), not
code; what is wrong is named and refused, and only changed where the caller asks for it, which the report then says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

from geo import cbs_columns as cbs
from geo.areas import BoundarySet, FloatArray, Layer, ObjectArray, StrArray
from geo.polygons import check_polygons, repair_polygons
from geo.remainders import Remainder, missing_parents, remainders_within, with_remainders
from geo.vector_files import Features, field_names, json_features, layer_names, read_features
from zicht.errors import BoundaryError

#: Rows about abroad: not a place in the country.
ABROAD = "GM0998"


@dataclass(frozen=True, slots=True)
class LayerSource:
    """Where one level is read from, when not from its usual layer.

    Args:
        layer: Name of the layer in its file.
        path: Another file than the one asked for, or None.
        columns: Role ("code", "name", "parent") -> column, when the file has names of its own.
    """

    layer: str
    path: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What became of the rows of one layer.

    Args:
        level: "gemeente", "wijk", "buurt" or "park".
        read: Rows in the file.
        kept: Rows that are areas.
        dropped: Reason -> number of rows.
        repaired: Codes whose geometry was repaired, as asked.
    """

    level: str
    read: int
    kept: int
    dropped: Mapping[str, int]
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import read, left out, changed and made.

    Args:
        edition: The edition that was read.
        layers: One report a layer, coarsest first.
        remainders: Cells made for what the publisher lost.
    """

    edition: str
    layers: tuple[LayerReport, ...]
    remainders: tuple[Remainder, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may change, and what it should find; see the keywords of `read_boundaries`."""

    reproject: bool = False
    repair: bool = False
    expected: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_boundaries(
    path: Path,
    *,
    edition: str,
    source: str,
    country: tuple[str, str] = ("NL00", "Nederland"),
    layers: Mapping[str, str | LayerSource] | None = None,
    reproject: bool = False,
    repair: bool = False,
    remainders: bool = False,
    expected: Mapping[str, Mapping[str, str]] | None = None,
) -> BoundarySet:
    """Read a file in the CBS layout into a boundary set.

    Args:
        path: GeoPackage (or another format GDAL reads) with layers gemeenten, wijken, buurten and, optionally, parken.
        edition: Name of the edition, for instance "2025".
        source: Where the boundaries come from, as shown to readers.
        country: Code and name of the area that all gemeenten form together.
        layers: Level -> layer, for a file that names its layers otherwise or has only some of them.
        reproject: Transform coordinates in another stated reference system to RD, instead of refusing them.
        repair: Make invalid polygons valid, instead of refusing them; `import_boundaries` reports which.
        remainders: Make named cells for areas that the publisher lost (see `geo.remainders`).
        expected: Level -> code -> name of the areas that the edition should have, as far as known (see `read_codes`).

    Returns:
        Layers country, gemeente, wijk, buurt and, where the file has them, park.

    Raises:
        SchemaError: A layer or column is missing, or a code or number is malformed.
        CRSMismatchError: Coordinates are not in EPSG:28992.
        InvalidTopologyError: A geometry is empty, invalid or no polygon.
        BoundaryError: The file is damaged, features got lost, codes are not unique, or an area's parent is missing.
    """
    return load(
        path,
        edition=edition,
        source=source,
        country=country,
        layers=layers,
        reproject=reproject,
        repair=repair,
        remainders=remainders,
        expected=expected,
    )[0]


def load(
    path: Path,
    *,
    edition: str,
    source: str,
    country: tuple[str, str] = ("NL00", "Nederland"),
    layers: Mapping[str, str | LayerSource] | None = None,
    reproject: bool = False,
    repair: bool = False,
    remainders: bool = False,
    expected: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[BoundarySet, ImportReport]:
    """Read as `read_boundaries` does, and report what became of every row."""
    options = ReadOptions(reproject=reproject, repair=repair, expected=expected or {})
    found = {level: read_level(path, level, source, options) for level, source in _sources(path, layers).items()}
    read = {level: layer for level, (layer, _) in found.items()}
    if "gemeente" in read:
        read["gemeente"] = _with_parent(read["gemeente"], country[0])
    read, made = _completed(read, options.expected, country[0]) if remainders else (read, ())
    whole = {"country": _country(read["gemeente"], country)} | read if "gemeente" in read else read
    report = ImportReport(edition, tuple(one for _, one in found.values()), made)
    return BoundarySet(edition=edition, source=source, layers=whole), report


def read_level(
    path: Path, level: str, source: str | LayerSource, options: ReadOptions | None = None
) -> tuple[Layer, LayerReport]:
    """Read one level of a file.

    Args:
        path: The file, unless `source` names another.
        level: "gemeente", "wijk", "buurt" or "park".
        source: Name of the layer, or all about it.
        options: As the keywords of `read_boundaries`.

    Returns:
        The areas, and what became of the rows.

    Raises:
        ZichtError: As `read_boundaries`.
    """
    chosen = source if isinstance(source, LayerSource) else LayerSource(source)
    options = options or ReadOptions()
    features, roles, code, water = _rows(chosen.path or path, level, chosen, options)
    keep = (water != "JA") & (water != "B") & (code != ABROAD)
    cbs.check_codes(code[keep], level, where=features.where)
    geometry, repaired = repair_polygons(features.geometry) if options.repair else (features.geometry, ~keep & keep)
    check_polygons(geometry[keep], code[keep], where=features.where)
    report = LayerReport(
        level, len(code), int(keep.sum()), _dropped(code, water), tuple(code[keep & repaired].tolist())
    )
    return _layer(level, features, roles, geometry, keep), report


def read_water(path: Path, *, layer: str = "gemeenten", reproject: bool = False) -> ObjectArray:
    """Read the water of a file in the CBS layout, for a map's background.

    Args:
        path: The file.
        layer: Layer of gemeenten: its rows with `water` "JA".
        reproject: Transform coordinates in another stated reference system to RD.

    Returns:
        (n,) shapely polygons in RD; empty where the file has no column `water`.

    Raises:
        ZichtError: As `read_boundaries`.
    """
    source = LayerSource(layer)
    features, _, code, water = _rows(path, "gemeente", source, ReadOptions(reproject=reproject))
    wet = water == "JA"
    check_polygons(features.geometry[wet], code[wet], where=features.where)
    return np.asarray(features.geometry[wet], dtype=object)


def read_codes(path: Path, layer: str, *, code: str = "statcode", name: str = "statnaam") -> dict[str, str]:
    """Read the codes and names of a GeoJSON or TopoJSON layer, features without a geometry included.

    Args:
        path: The file.
        layer: Name of the TopoJSON object; ignored for GeoJSON.
        code: Property that holds the code.
        name: Property that holds the name.

    Returns:
        Code -> name: what `expected` of `read_boundaries` takes.
    """
    return {one["properties"][code]: one["properties"][name] for one in json_features(path, layer)}


def _sources(path: Path, layers: Mapping[str, str | LayerSource] | None) -> dict[str, str | LayerSource]:
    if layers is not None:
        return {level: layers[level] for level in cbs.LAYERS if level in layers}
    present = layer_names(path)
    return {level: layer for level, layer in cbs.LAYERS.items() if level != "park" or layer in present}


def _rows(
    path: Path, level: str, source: LayerSource, options: ReadOptions
) -> tuple[Features, dict[str, str], StrArray, StrArray]:
    fields, where = field_names(path, source.layer), f"{path}, layer {source.layer}"
    roles = cbs.structure_columns(fields, level, where=where, columns=source.columns)
    water = cbs.find_column(fields, cbs.WATER)
    wanted = [*roles.values(), *cbs.figure_columns(fields), *([water] if water else [])]
    features = read_features(path, source.layer, list(dict.fromkeys(wanted)), reproject=options.reproject)
    code = cbs.texts(features.columns[roles["code"]])
    wet = cbs.texts(features.columns[water]) if water else np.full(len(code), "NEE")
    _check_unique(code, wet, where)
    return features, roles, code, wet


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


def _dropped(code: StrArray, water: StrArray) -> dict[str, int]:
    abroad = (water == "B") | (code == ABROAD)
    counts = {"water": int(((water == "JA") & ~abroad).sum()), "abroad": int(abroad.sum())}
    return {reason: number for reason, number in counts.items() if number}


def _layer(
    level: str,
    features: Features,
    roles: Mapping[str, str],
    geometry: ObjectArray,
    keep: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Layer:
    code = cbs.texts(features.columns[roles["code"]])
    order = np.flatnonzero(keep)[np.argsort(code[keep], kind="stable")]
    parent = cbs.texts(features.columns[roles["parent"]]) if "parent" in roles else np.full(len(code), "")
    figures = cbs.attributes(features.fields, features.columns, where=features.where)
    return Layer(
        level=level,
        code=code[order],
        name=cbs.texts(features.columns[roles["name"]])[order],
        parent=parent[order],
        kind=np.full(len(order), "park" if level == "park" else "area"),
        geometry=geometry[order],
        attributes={name: values[order] for name, values in figures.items()},
    )


def _with_parent(layer: Layer, code: str) -> Layer:
    parent = np.full(len(layer), code)
    return Layer(layer.level, layer.code, layer.name, parent, layer.kind, layer.geometry, layer.attributes)


def _country(gemeenten: Layer, country: tuple[str, str]) -> Layer:
    geometry: ObjectArray = np.full(1, None, dtype=object)
    geometry[0] = shapely.union_all(gemeenten.geometry)
    totals: dict[str, FloatArray] = {name: np.array([values.sum()]) for name, values in gemeenten.attributes.items()}
    text = [np.array([one]) for one in (country[0], country[1], "", "area")]
    return Layer("country", text[0], text[1], text[2], text[3], geometry, totals)


def _completed(
    read: Mapping[str, Layer], expected: Mapping[str, Mapping[str, str]], country: str
) -> tuple[dict[str, Layer], tuple[Remainder, ...]]:
    done = dict(read)
    made: list[Remainder] = []
    steps = list(pairwise(level for level in ("gemeente", "wijk", "buurt") if level in read))
    for coarse, fine in steps:
        above = {code: _above(code, country) for code in done[fine].parent.tolist()}
        orphans = missing_parents(done[fine], done[coarse], above, expected.get(coarse, {}))
        done[coarse] = with_remainders(done[coarse], orphans)
        made += orphans
    for coarse, fine in steps:
        known = expected.get(fine, {})
        new = remainders_within(done[coarse], done[fine], known, {code: _above(code, country) for code in known})
        done[fine] = with_remainders(done[fine], new)
        made += new
    return done, tuple(made)


def _above(code: str, country: str) -> str:
    """Return the parent that a CBS code itself names: its first digits."""
    return {"GM": country, "WK": f"GM{code[2:6]}", "BU": f"WK{code[2:8]}"}[code[:2]]
