"""Read an edition of CBS gemeenten, wijken and buurten, checked once so that everything behind it may trust it.

How one level is read stands in `geo.cbs_layers`, what happens to areas that the publisher lost in `geo.remainders`, and
how provinces and districts are made of gemeenten in `geo.regions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

from geo.areas import BoundarySet, FloatArray, Layer, ObjectArray
from geo.boundary_file import write_boundary_file
from geo.cbs_columns import LAYERS, NOT_SUMS, REGIONS, code_above
from geo.cbs_layers import (
    LayerReport,
    LayerSource,
    ParkNote,
    ReadOptions,
    read_codes,
    read_level,
    read_park_notes,
    read_water,
)
from geo.discs import within_parents
from geo.overlaps import check_overlaps, cut_overlaps
from geo.regions import Members, located_members, read_members, with_regions
from geo.remainders import Gaps, Remainder, missing_parents, remainders_within, uncovered, with_remainders
from geo.vector_files import layer_names
from zicht.errors import BoundaryError, SchemaError

__all__ = [
    "ImportReport",
    "LayerReport",
    "LayerSource",
    "ParkNote",
    "ReadOptions",
    "import_boundaries",
    "load",
    "read_boundaries",
    "read_codes",
    "read_level",
    "read_park_notes",
    "read_water",
]

#: Levels that every file in the CBS layout has.
_ALWAYS = ("gemeente", "wijk", "buurt")

#: How many areas with an uncovered part are named.
_NAMED = 10

# Said of a park in the edition itself, where its definition stands.
_DISC = "cirkel rond een punt"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import read, left out, changed and made.

    Args:
        edition: The edition that was read.
        layers: One report a layer, coarsest first.
        remainders: Cells made for what the publisher lost.
        cuts: By level, what was cut off areas that lay on another one, a sentence each.
        gaps: By level, what of the level above no area covers and may be slivers: square metres by code.
    """

    edition: str
    layers: tuple[LayerReport, ...]
    remainders: tuple[Remainder, ...] = ()
    cuts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gaps: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"Edition {self.edition}"]
        for one in self.layers:
            left_out = "".join(f", {number} {reason} left out" for reason, number in one.dropped.items())
            repaired = f", {len(one.repaired)} repaired: {', '.join(one.repaired)}" if one.repaired else ""
            lines.append(f"{one.level}: {one.read} rows read, {one.kept} areas{left_out}{repaired}")
        lines += [f"remainder {one.code} {one.name}: {one.reason}" for one in self.remainders]
        lines += [
            f"{level}: not covered, in slivers between levels: {_listed(gaps)}" for level, gaps in self.gaps.items()
        ]
        return "\n".join([*lines, *self._discs(), *self._cuts()])

    def mended(self) -> list[str]:
        """Return a line for each level with repaired polygons, and one for each cut."""
        repaired = [f"{one.level}: repaired {', '.join(one.repaired)}" for one in self.layers if one.repaired]
        return [*repaired, *self._discs(), *self._cuts()]

    def _discs(self) -> list[str]:
        return [f"{one.level}: points made discs: {', '.join(one.discs)}" for one in self.layers if one.discs]

    def _cuts(self) -> list[str]:
        return [f"overlap of level {level}: {cut}" for level, cuts in self.cuts.items() for cut in cuts]


def read_boundaries(
    path: Path,
    *,
    edition: str,
    source: str,
    country: tuple[str, str] = ("NL00", "Nederland"),
    layers: Mapping[str, str | LayerSource] | None = None,
    reproject: bool = False,
    repair: bool = False,
    park_radius: float | None = None,
    remainders: bool = False,
    expected: Mapping[str, Mapping[str, str]] | None = None,
    regions: Mapping[str, Path] | None = None,
) -> BoundarySet:
    """Read a file in the CBS layout into a boundary set.

    Args:
        path: GeoPackage (or another format GDAL reads) with layers gemeenten, wijken, buurten and, optionally, parken.
        edition: Name of the edition, for instance "2025".
        source: Where the boundaries come from, as shown to readers.
        country: Code and name of the area that all gemeenten form together.
        layers: Level -> layer, for a file that names its layers otherwise or has only some of them.
        reproject: Transform coordinates in another stated reference system to RD, instead of refusing them.
        repair: Make invalid polygons valid, and cut areas that lie on one another (`geo.overlaps.cut_overlaps`),
            instead of refusing them; `import_boundaries` reports which.
        park_radius: Draw a disc of at most so many metres where a park is a point (`geo.discs`); refused otherwise.
        remainders: Make named cells for areas that the publisher lost (see `geo.remainders`).
        expected: Level -> code -> name of the areas that the edition should have, as far as known (see `read_codes`).
        regions: Level ("province", "district") -> table of gemeenten, where these do not come from the file itself
            (see `geo.regions.read_members`); a table goes before a layer.

    Returns:
        Layers country, gemeente, wijk, buurt and, where the file has them, province, district and park.

    Raises:
        SchemaError: A layer or column is missing, or a code or number is malformed.
        CRSMismatchError: Coordinates are not in EPSG:28992.
        InvalidTopologyError: A geometry is empty, invalid or no polygon, or two areas of a level lie on one another.
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
        park_radius=park_radius,
        remainders=remainders,
        expected=expected,
        regions=regions,
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
    park_radius: float | None = None,
    remainders: bool = False,
    expected: Mapping[str, Mapping[str, str]] | None = None,
    regions: Mapping[str, Path] | None = None,
) -> tuple[BoundarySet, ImportReport]:
    """Read as `read_boundaries` does, and report what became of every row."""
    options = ReadOptions(edition=edition, reproject=reproject, repair=repair, park_radius=park_radius)
    found = {level: read_level(path, level, one, options) for level, one in _sources(path, layers).items()}
    read = {level: layer for level, (layer, _) in found.items() if level not in REGIONS}
    gemeenten = read["gemeente"]
    read["gemeente"] = replace(gemeenten, parent=np.full(len(gemeenten), country[0]))
    read, made = _completed(read, expected or {}, country[0]) if remainders else (read, ())
    if "park" in read:
        read["park"] = within_parents(read["park"], found["park"][1].discs, read["buurt"], where=f"{path}, level park")
    drawn = {level: found[level][0] for level in REGIONS if level in found}
    upper = _regions(path, drawn, regions or {}, read["gemeente"])
    below, cuts = _apart(upper | {**read, "gemeente": upper["gemeente"]}, path, repair=repair)
    areas = {"country": _country(below["gemeente"], country), **below}
    report = ImportReport(edition, tuple(one for _, one in found.values()), made, cuts)
    try:
        return BoundarySet(edition=edition, source=source, layers=areas), report
    except BoundaryError as error:
        raise BoundaryError(error.problem, where=str(path), remedy=_completing(path, edition)) from None


def import_boundaries(
    path: Path,
    *,
    edition: str,
    out: Path,
    reproject: bool = False,
    repair: bool = False,
    park_radius: float | None = None,
    remainders: bool = False,
    expected: Mapping[str, Mapping[str, str]] | None = None,
) -> ImportReport:
    """Check a publisher's file and keep it as an edition, in the current CBS layout and in RD.

    Args:
        path: As for `read_boundaries`, like the other arguments.
        edition: Name of the edition.
        out: GeoPackage to write, whole or not at all; an existing one is replaced. `read_boundaries` reads it back as
        the
            same areas, remainders included.
        reproject: See `read_boundaries`.
        repair: See `read_boundaries`.
        park_radius: See `read_boundaries`.
        remainders: See `read_boundaries`.
        expected: See `read_boundaries`.

    Returns:
        What was read, left out, repaired and made.

    Raises:
        ZichtError: As `read_boundaries`; a part of a gemeente or wijk is covered by nothing finer and `remainders` was
            not asked for; or the file cannot be written.
    """
    boundaries, report = load(
        path,
        edition=edition,
        source="",
        reproject=reproject,
        repair=repair,
        park_radius=park_radius,
        remainders=remainders,
        expected=expected,
    )
    gaps = {fine: uncovered(boundaries.layers[coarse], boundaries.layers[fine]) for coarse, fine in pairwise(_ALWAYS)}
    if not remainders:
        _refuse_lost(gaps, path, edition)
    report = replace(report, gaps={level: found.slivers for level, found in gaps.items() if found.slivers})
    notes = read_park_notes(path)
    for code in (code for one in report.layers for code in one.discs):
        notes[code] = replace(notes[code], definition=f"{_DISC}; {notes[code].definition}".removesuffix("; "))
    write_boundary_file(boundaries, read_water(path, reproject=reproject), out, notes=notes)
    return report


def _refuse_lost(gaps: Mapping[str, Gaps], path: Path, edition: str) -> None:
    """Refuse a file in which no area covers a part of the level above that is more than a sliver."""
    for level, found in gaps.items():
        if found.lost:
            areas = _listed({code: float(part.area) for code, part in found.lost.items()})
            raise BoundaryError(
                f"No area of level {level} covers {areas}: one or more are missing from the file.",
                where=str(path),
                remedy=f"{_completing(path, edition)} With --names they keep their own codes and names.",
            )


def _completing(path: Path, edition: str) -> str:
    return (
        f"Make named cells of what is missing: `zicht boundaries import {path} --edition {edition} --remainders`; in a "
        "build file, `remainders = true` under [boundaries]."
    )


def _listed(areas: Mapping[str, float]) -> str:
    """Name areas with the square metres of each, largest first, a few in full."""
    order = sorted(areas, key=lambda code: (-areas[code], code))
    named = ", ".join(f"{areas[code]:,.0f} m2 of {code}" for code in order[:_NAMED])
    more = len(order) - _NAMED
    return f"{named} and of {more} more" if more > 0 else named


def _sources(path: Path, layers: Mapping[str, str | LayerSource] | None) -> dict[str, str | LayerSource]:
    known = {**REGIONS, **LAYERS}
    if layers is None:
        present = layer_names(path)
        return {level: name for level, name in known.items() if level in _ALWAYS or name in present}
    if "gemeente" not in layers or set(layers) - set(known):
        raise SchemaError(
            f"Levels {', '.join(layers) or 'none'} were asked for.",
            where=str(path),
            remedy=f"Name the layer of gemeente and of any of {', '.join(known)}.",
        )
    return {level: layers[level] for level in known if level in layers}


def _apart(
    layers: Mapping[str, Layer], path: Path, *, repair: bool
) -> tuple[dict[str, Layer], dict[str, tuple[str, ...]]]:
    """Refuse, or cut as asked, areas of one level that lie on one another."""
    apart, cuts = dict(layers), dict[str, tuple[str, ...]]()
    for level, layer in layers.items():
        where = f"{path}, level {level}"
        if repair:
            geometry, told = cut_overlaps(layer.geometry, layer.code, where=where)
            if told:
                apart[level], cuts[level] = replace(layer, geometry=geometry), told
        else:
            drawn = ~shapely.is_missing(layer.geometry)
            check_overlaps(layer.geometry[drawn], layer.code[drawn], where=where)
    return apart, cuts


def _regions(path: Path, drawn: Mapping[str, Layer], tables: Mapping[str, Path], gemeenten: Layer) -> dict[str, Layer]:
    """Return the provinces and districts, if any, and the gemeenten in them."""
    members: dict[str, Members] = {level: read_members(table, level) for level, table in tables.items()}
    sources = {level: str(table) for level, table in tables.items()}
    for level in (one for one in drawn if one not in tables):
        sources[level] = f"{path}, layer of {level}"
        members[level] = located_members(drawn[level], gemeenten, where=sources[level])
    return with_regions(gemeenten, members, sources=sources)


def _country(gemeenten: Layer, country: tuple[str, str]) -> Layer:
    geometry: ObjectArray = np.full(1, None, dtype=object)
    geometry[0] = shapely.union_all(gemeenten.geometry)
    totals: dict[str, FloatArray] = {
        name: np.array([values.sum()]) for name, values in gemeenten.attributes.items() if name not in NOT_SUMS
    }
    text = [np.array([one]) for one in (country[0], country[1], "", "area")]
    return Layer("country", text[0], text[1], text[2], text[3], geometry, totals)


def _completed(
    read: Mapping[str, Layer], expected: Mapping[str, Mapping[str, str]], country: str
) -> tuple[dict[str, Layer], tuple[Remainder, ...]]:
    done = dict(read)
    made: list[Remainder] = []
    steps = list(pairwise(level for level in ("gemeente", "wijk", "buurt") if level in read))
    for coarse, fine in steps:
        above = {code: code_above(code) or country for code in done[fine].parent.tolist()}
        orphans = missing_parents(done[fine], done[coarse], above, expected.get(coarse, {}))
        done[coarse] = with_remainders(done[coarse], orphans)
        made += orphans
    for coarse, fine in steps:
        known = expected.get(fine, {})
        new = remainders_within(done[coarse], done[fine], known, {code: code_above(code) or country for code in known})
        done[fine] = with_remainders(done[fine], new)
        made += new
    return done, tuple(made)
