"""How far hotspots stay where they are when borders lie elsewhere, for every hotspot map of a release.

For each indicator and period the maps of the finest administrative level, of the hexes, and of a shifted grid of unions
of published finest hexes are compared (`analysis.published.agreement`). Everything here is made of published columns,
classes and the atoms that a release shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.confidential.indicators import Indicator
from analysis.published.agreement import Agreement, IntArray, Zoning, all_agreements
from analysis.published.maps import class_map, method_names
from analysis.published.shifted import merged, merged_weights
from geo.areas import Layer
from geo.families import HEX, ancestors, family_of, resolution
from geo.grids import from_strings, shifted_groups
from geo.neighbours import h3_rings
from zicht.classes import ClassColumn, ClassKey, ClassTable
from zicht.published import FloatArray, Measure, PublishedTable
from zicht.structure import Structure

#: The capacity of atoms that says where people live.
PEOPLE = "addresses"


@dataclass(frozen=True, slots=True)
class Compared:
    """The agreements of the maps of one indicator and period."""

    indicator: str
    period: str
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AtomPlaces:
    """Where the atoms lie.

    Args:
        layers: By level.
        structure: The atoms.
    """

    layers: Mapping[str, Layer]
    structure: Structure

    @property
    def weight(self) -> FloatArray:
        """(atoms,) addresses by the public register; without one, every atom counts the same."""
        held = self.structure.capacity.get(PEOPLE)
        weight = np.ones(len(self.structure)) if held is None else held.astype(np.float64)
        return np.where(self.structure.unplaced, 0.0, weight)

    def areas(self, level: str) -> IntArray:
        """Return (atoms,) the area of a level that each atom lies in, -1 for none."""
        hexes = level.startswith(HEX)
        levels = self.structure.hex_level if hexes else self.structure.administrative_level
        fid = self.structure.hex_fid if hexes else self.structure.administrative_fid
        family = family_of(level, tuple(self.layers))
        found = np.full(len(self.structure), -1, dtype=np.int64)
        for finer in family[family.index(level) :]:
            here = np.flatnonzero(levels == finer)
            if here.size:
                found[here] = ancestors(self.layers, finer, level)[fid[here]]
        return found


def compare_zonings(
    values: PublishedTable, classes: ClassTable, indicators: Sequence[Indicator], places: AtomPlaces
) -> Iterator[Compared]:
    """Yield the agreements of every indicator and period with hotspot maps on more than one division of the country."""
    for indicator in indicators:
        if indicator.hotspots is None:
            continue
        leading = [column for column in classes if _leads(column.key, indicator)]
        for period in sorted({column.key.period for column in leading}):
            maps = {column.key.level: column for column in leading if column.key.period == period}
            zonings = [Zoning(level, column.label, places.areas(level)) for level, column in _chosen(maps)]
            zonings += [_shifted(values, maps[level], indicator, places) for level in _shiftable(values, maps)]
            if len(zonings) > 1:
                yield Compared(indicator.id, period, tuple(all_agreements(zonings, places.weight)))


def _leads(key: ClassKey, indicator: Indicator) -> bool:
    rule = indicator.hotspots
    return (
        rule is not None
        and key.indicator == indicator.id
        and key.method == method_names(rule.measure, key.method.rsplit("/", 1)[-1])[0]
    )


def _chosen(maps: Mapping[str, ClassColumn]) -> list[tuple[str, ClassColumn]]:
    """Return the map of the finest administrative level and those of the hexes, coarse to fine."""
    hexes = sorted((level for level in maps if level.startswith(HEX)), key=resolution)
    # Levels come as a theme file lists them, coarse to fine within a family.
    others = [level for level in ("gemeente", "wijk", "buurt") if level in maps]
    return [(level, maps[level]) for level in (*others[-1:], *hexes)]


def _shiftable(values: PublishedTable, maps: Mapping[str, ClassColumn]) -> list[str]:
    """Return the levels of hexes with a map whose children, one resolution finer, have published counts."""
    found = []
    for level, column in maps.items():
        if level.startswith(HEX):
            finer = _finer(level)
            key = column.key
            if any((at.indicator, at.period, at.level) == (key.indicator, key.period, finer) for at in values.keys()):
                found.append(level)
    return found


def _finer(level: str) -> str:
    return f"{HEX}{resolution(level) + 1}"


def _shifted(values: PublishedTable, column: ClassColumn, indicator: Indicator, places: AtomPlaces) -> Zoning:
    key, finer = column.key, _finer(column.key.level)
    cells = from_strings(places.layers[finer].code)
    group = shifted_groups(cells, resolution(key.level))
    name = f"shifted-{key.level}"
    columns = [
        merged(part, group, level=name)
        for part in values
        if (part.key.indicator, part.key.period, part.key.level) == (key.indicator, key.period, finer)
        and part.key.measure in (Measure.COUNT, Measure.EXPOSURE)
    ]
    country = [part for part in values if (part.key.indicator, part.key.period, part.key.level) == _whole(key)]
    table = PublishedTable([*columns, *country])
    count = next(part.key for part in columns if part.key.measure == Measure.COUNT)
    neighbours = merged_weights(h3_rings(places.layers[finer].code), group)
    measure = Measure.RATE if len(columns) > 1 else Measure.COUNT
    found = class_map(
        table,
        replace(count, measure=Measure.COUNT),
        weights=neighbours,
        method=method_names(measure, "h3-ring-1")[0],
        alpha=indicator.hotspots.alpha if indicator.hotspots else 0.05,
        per=1,
        above=None,
    )
    areas = places.areas(finer)
    return Zoning(name, found.label, np.where(areas >= 0, group[areas], -1))


def _whole(key: ClassKey) -> tuple[str, str, str]:
    return key.indicator, key.period, "country"
