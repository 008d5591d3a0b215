"""Hotspot maps on demand: the same published figures by another method, neighbourhood or false discovery rate.

A map is a pure function of a release: of published values, of who neighbours whom, and of which area lies in which. No
choice of a reader can tell more than the release itself does, since the reader could make every map from its files.

Methods are registered by id: one line here makes a method available to the API and to the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from analysis.published.above import nearest_above
from analysis.published.maps import MapMethod, class_map
from geo.derived import nearest_on_globe, second_order
from geo.families import HEX
from geo.weights import SpatialWeights
from zicht.areas import AreaList
from zicht.classes import ClassColumn
from zicht.errors import AlignmentError
from zicht.neighbours import Neighbourhood
from zicht.published import ColumnKey, Measure, PublishedTable

#: False discovery rates on offer: one in a hundred, twenty, ten or five of the areas found. Few, so that maps that were
#: made can be kept.
ALPHAS = (0.01, 0.05, 0.1, 0.2)

#: Neighbours of an area by `Surroundings.NEAREST`.
NEAREST = 8


class Surroundings(StrEnum):
    """Which areas count as the neighbourhood of an area."""

    ADJACENT = "adjacent"  #: The neighbourhood of the release: areas that touch, or the ring of hexes around one.
    SECOND_ORDER = "second-order"  #: Those, and the neighbours of those.
    NEAREST = "nearest-8"  #: The eight areas whose middles are nearest, however large they are. Not for hexes.


@dataclass(frozen=True, slots=True)
class Method:
    """A way to make a map; `analysis.published.maps.class_map` makes it.

    Args:
        id: Its name in the API and in addresses.
        statistic: The first part of the name of its maps: "gi-star" in "gi-star/rate/queen".
        measure: What it maps: the second part.
    """

    id: str
    statistic: MapMethod
    measure: Measure


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        one.id: one
        for one in (
            Method("neighbourhood-ratio", MapMethod.NEIGHBOURHOOD_RATIO, Measure.RATE),
            Method("gi-star-rate", MapMethod.GI_STAR, Measure.RATE),
            Method("gi-star-count", MapMethod.GI_STAR, Measure.COUNT),
        )
    }
)


def method_of(name: str) -> Method | None:
    """Return the method that made a map with this name ("gi-star/rate/queen"), None where it is not registered."""
    parts = name.split("/")
    return next((one for one in METHODS.values() if [one.statistic, one.measure] == parts[:2]), None)


def surroundings_of(level: str) -> tuple[Surroundings, ...]:
    """Return the neighbourhoods on offer at a level. The nearest of a hex are its ring and arbitrary others."""
    return tuple(one for one in Surroundings if one is not Surroundings.NEAREST or not level.startswith(HEX))


def weights_of(neighbours: Neighbourhood, areas: AreaList, surroundings: Surroundings) -> tuple[str, SpatialWeights]:
    """Return a neighbourhood of a release, or one that follows from it, with its name.

    Args:
        neighbours: The neighbourhood of a level in the release.
        areas: The areas of that level.
        surroundings: Which one is wanted.

    Returns:
        Its name, as it stands in the name of a map, and binary weights.

    Raises:
        AlignmentError: The level does not have it.
    """
    if surroundings not in surroundings_of(neighbours.level):
        raise AlignmentError("Hexes have no nearest eight.", where=neighbours.level, remedy="Choose another.")
    if surroundings is Surroundings.NEAREST:
        return str(surroundings), nearest_on_globe(areas.point, NEAREST)
    n = len(neighbours)
    weights = SpatialWeights(n, neighbours.indptr, neighbours.indices, np.ones(len(neighbours.indices)))
    if surroundings is Surroundings.SECOND_ORDER:
        return f"{neighbours.name}-{surroundings}", second_order(weights)
    return neighbours.name, weights


def recomputed(
    values: PublishedTable,
    key: ColumnKey,
    *,
    areas: Mapping[str, AreaList],
    method: Method,
    neighbourhood: tuple[str, SpatialWeights],
    alpha: float,
    per: int,
    unplaced: bool,
) -> ClassColumn:
    """Make one hotspot map of published figures.

    Args:
        values: Every published number.
        key: What is mapped; its measure is set by the method.
        areas: The areas of the release by level.
        method: How, a value of `METHODS`.
        neighbourhood: The name of a neighbourhood and its weights; see `weights_of`.
        alpha: False discovery rate of the map, between 0 and 1.
        per: What the rate is per (`rate.per` in the catalogue); 1 where there is no rate.
        unplaced: Whether records are counted of which only the gemeente is known (`disclosure.unplaced`).

    Returns:
        The class of every area, the same as in the release where all options are those of the release.

    Raises:
        AlignmentError: The table has no such column, or it does not fit the neighbourhood.
    """
    name, weights = neighbourhood
    column = replace(key, measure=str(method.measure))
    return class_map(
        values,
        column,
        weights=weights,
        method=f"{method.statistic}/{method.measure}/{name}",
        alpha=alpha,
        per=per,
        above=nearest_above(values, column, areas, unplaced=unplaced),
    )
