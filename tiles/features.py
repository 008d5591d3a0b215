"""Features as they stand in a tile, and what the Mapbox Vector Tile specification allows them to be.

Specification: https://github.com/mapbox/vector-tile-spec/tree/master/2.1, sections 4.2 to 4.4. Conventions: y points
down; the ring of a polygon is not closed (its last point is not its first); an outer ring has a positive surveyor's
area, its holes follow it and have a negative one.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

from tiles.errors import MalformedTileError

Point = tuple[int, int]
Part = tuple[Point, ...]
Value = str | bool | int | float


class Single(float):
    """A number that is written as a 32-bit float, and rounded to one. A plain float is written with 64 bits."""

    def __new__(cls, value: float) -> Single:
        """Round to the nearest 32-bit float.

        Raises:
            MalformedTileError: The number is too large for one.
        """
        try:
            return super().__new__(cls, struct.unpack("<f", struct.pack("<f", value))[0])
        except OverflowError:
            raise MalformedTileError(f"{value} is too large for a 32-bit float.") from None


class GeometryType(IntEnum):
    """What the parts of a feature are."""

    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a tile.

    Args:
        type: What the parts are.
        parts: Points: one part with every point. Lines: a part each. Polygons: a part for each ring, every outer ring
            followed by its own holes, rings not closed. Coordinates are tile units.
        id: 0 to 2^64 - 1, or None.
        properties: By name; text, boolean, whole number (64 bits), float or `Single`.
    """

    type: GeometryType
    parts: tuple[Part, ...]
    id: int | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TileLayer:
    """One named layer of a tile, its features in the order of drawing."""

    name: str
    features: tuple[Feature, ...]
    extent: int = 4096


def ring_area(ring: Part) -> float:
    """Return the surveyor's area of a ring: positive for an outer ring, in square units."""
    total, (before_x, before_y) = 0, ring[-1]
    for x, y in ring:
        total += before_x * y - x * before_y
        before_x, before_y = x, y
    return total / 2


def check_feature(feature: Feature) -> None:
    """Refuse a feature whose geometry the specification forbids.

    Raises:
        MalformedTileError: A part is too short, a line stands still, a ring is closed twice or without area, or a
            hole comes before any outer ring.
    """
    if not feature.parts:
        raise MalformedTileError("A feature has no geometry.")
    if feature.type is GeometryType.POINT:
        if len(feature.parts) != 1 or not feature.parts[0]:
            raise MalformedTileError("The points of a feature are one part with at least one point.")
        return
    shortest = 2 if feature.type is GeometryType.LINE else 3
    for index, part in enumerate(feature.parts):
        if len(part) < shortest:
            raise MalformedTileError(f"A part has {len(part)} points, and needs {shortest}.")
        if any(here == there for here, there in pairwise(part)):
            raise MalformedTileError("A line stands still: two points in succession are equal.")
        if feature.type is GeometryType.POLYGON:
            _check_ring(part, first=index == 0)


def _check_ring(ring: Part, *, first: bool) -> None:
    if ring[0] == ring[-1]:
        raise MalformedTileError("A ring ends where it begins before it is closed.")
    area = ring_area(ring)
    if area == 0:
        raise MalformedTileError("A ring has no area.")
    if first and area < 0:
        raise MalformedTileError("The first ring of a polygon runs the wrong way round.")


def check_layers(layers: Sequence[TileLayer]) -> None:
    """Refuse layers that cannot stand in one tile. Their features are checked one by one by `check_feature`.

    Raises:
        MalformedTileError: Two layers have one name, two features of a layer have one id, or an extent is out of range.
    """
    if len({layer.name for layer in layers}) != len(layers):
        raise MalformedTileError("Two layers of a tile have the same name.")
    for layer in layers:
        if not 0 < layer.extent < 1 << 32:
            raise MalformedTileError(f"A layer has the extent {layer.extent}.")
        ids = [feature.id for feature in layer.features if feature.id is not None]
        if len(set(ids)) != len(ids):
            raise MalformedTileError("Two features of a layer have the same id.")
