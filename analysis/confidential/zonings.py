"""How far hotspots stay where they are when borders lie elsewhere, for every hotspot map of a release.

For each indicator and period the maps of the finest administrative level, of the hexes, and of a shifted grid of unions
of published finest hexes are compared (`analysis.published.agreement`). Everything here is made of published columns,
classes and the atoms that a release shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from analysis.confidential.definitions import HotspotRule, Indicator
from analysis.published.agreement import Agreement, IntArray, Zoning, all_agreements
from analysis.published.maps import class_map, method_names
from analysis.published.shifted import merged, merged_weights
from geo.areas import Layer
from geo.families import HEX, ancestors, family_of, resolution
from geo.grids import from_strings, shifted_groups
from geo.neighbours import h3_rings
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn, ClassKey, ClassTable
from zicht.published import ColumnKey, FloatArray, Measure, PublishedTable
from zicht.structure import COUNTRY, Structure

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


@dataclass(frozen=True, slots=True, eq=False)
class _ShiftedGrid:
    # Unions of the hexes one resolution finer: the group of each, who neighbours whom, and (atoms,) where they lie.
    name: str
    finer: str
    group: IntArray
    neighbours: SpatialWeights
    area: IntArray


def compare_zonings(
    values: PublishedTable, classes: ClassTable, indicators: Sequence[Indicator], places: AtomPlaces
) -> Iterator[Compared]:
    """Yield the agreements of every indicator and period with hotspot maps on more than one division of the country."""
    rules = {one.id: one.hotspots for one in indicators if one.hotspots is not None}
    leading, weight = _leading(classes, rules), places.weight
    # Where areas and grids lie says nothing of an indicator or period: found once for all of them.
    areas_of = cache(places.areas)
    grid_of = cache(lambda level: _shifted_grid(level, places.layers, areas_of))
    for indicator, rule in rules.items():
        for period, maps in leading.get(indicator, {}).items():
            zonings = [Zoning(level, column.label, areas_of(level)) for level, column in _chosen(maps)]
            zonings += [
                _shifted(values, column.key, grid_of(level), alpha=rule.alpha)
                for level, column in maps.items()
                if level.startswith(HEX) and _count_key(column.key, _finer(level)) in values
            ]
            if len(zonings) > 1:
                yield Compared(indicator, period, tuple(all_agreements(zonings, weight)))


def _leading(classes: ClassTable, rules: Mapping[str, HotspotRule]) -> dict[str, dict[str, dict[str, ClassColumn]]]:
    """Return the maps of the method that leads by indicator, period (ascending) and level."""
    found: dict[str, dict[str, dict[str, ClassColumn]]] = {}
    for column in classes:
        key = column.key
        if key.indicator not in rules:
            continue
        names = method_names(rules[key.indicator].measure, key.method.rsplit("/", 1)[-1])
        if key.method == names[0]:
            found.setdefault(key.indicator, {}).setdefault(key.period, {})[key.level] = column
    return found


def _chosen(maps: Mapping[str, ClassColumn]) -> list[tuple[str, ClassColumn]]:
    """Return the map of the finest administrative level and those of the hexes, coarse to fine."""
    hexes = sorted((level for level in maps if level.startswith(HEX)), key=resolution)
    # Levels come as a theme file lists them, coarse to fine within a family.
    others = [level for level in ("gemeente", "wijk", "buurt") if level in maps]
    return [(level, maps[level]) for level in (*others[-1:], *hexes)]


def _finer(level: str) -> str:
    return f"{HEX}{resolution(level) + 1}"


def _count_key(key: ClassKey, level: str) -> ColumnKey:
    return ColumnKey(key.indicator, key.period, level, key.category, Measure.COUNT)


def _shifted_grid(level: str, layers: Mapping[str, Layer], areas_of: Callable[[str], IntArray]) -> _ShiftedGrid:
    finer = _finer(level)
    code, areas = layers[finer].code, areas_of(finer)
    group = shifted_groups(from_strings(code), resolution(level))
    neighbours = merged_weights(h3_rings(code), group)
    return _ShiftedGrid(f"shifted-{level}", finer, group, neighbours, np.where(areas >= 0, group[areas], -1))


def _shifted(values: PublishedTable, key: ClassKey, grid: _ShiftedGrid, *, alpha: float) -> Zoning:
    count = _count_key(key, grid.finer)
    keys = [at for at in (count, replace(count, measure=Measure.EXPOSURE)) if at in values]
    columns = [merged(values.column(at), grid.group, level=grid.name) for at in keys]
    whole = [replace(at, level=COUNTRY) for at in keys]
    found = class_map(
        PublishedTable([*columns, *(values.column(at) for at in whole if at in values)]),
        replace(count, level=grid.name),
        weights=grid.neighbours,
        method=method_names(Measure.RATE if len(columns) > 1 else Measure.COUNT, "h3-ring-1")[0],
        alpha=alpha,
        per=1,
        above=None,
    )
    return Zoning(grid.name, found.label, grid.area)
