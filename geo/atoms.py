"""Atoms: the pieces into which the published geographies cut the country, from geometry and public registers alone.

An atom is a piece of one finest administrative area (a park, or the rest of a buurt) and one finest hex. Every cell
that is published is a sum of atoms, so whoever knows them can tell what a table gives away. Pieces that only touch are
atoms too: records on a border lie there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import RD, FloatArray, Layer, ObjectArray
from geo.assign import assign
from geo.families import HEX, families, positions, resolution
from geo.grids import cells, from_strings, hex_polygons, to_strings
from zicht.structure import COUNTRY, UNPLACED, Structure

IntArray = NDArray[np.int64]
Points = tuple[FloatArray, FloatArray]


def build_structure(
    layers: Mapping[str, Layer],
    *,
    points: Points | None = None,
    standing: Mapping[str, NDArray[np.bool_]] | None = None,
    unplaced: bool = False,
) -> Structure:
    """Cut the layers of a release into atoms.

    Args:
        layers: All layers by level.
        points: RD x and y in metres of a public register (addresses), or None where there is none.
        standing: By name of a capacity, (points,) which of the points count for it.
        unplaced: Whether every gemeente also has an atom for records of which no more is known than the gemeente.

    Returns:
        The atoms, in ascending order of administrative area and hex; last those of gemeenten, where nothing stands.
    """
    structure = _placed(layers, points, standing)
    return _with_gemeenten(structure, len(layers["gemeente"])) if unplaced else structure


def _with_gemeenten(structure: Structure, count: int) -> Structure:
    at = np.arange(count, dtype=np.int64)
    nothing = np.zeros(count, dtype=np.int64)
    capacity = {name: np.concatenate([standing, nothing]) for name, standing in structure.capacity.items()}
    return Structure(
        administrative_level=np.concatenate([structure.administrative_level, np.full(count, "gemeente")]),
        administrative_fid=np.concatenate([structure.administrative_fid, at]),
        hex_level=np.concatenate([structure.hex_level, np.full(count, COUNTRY)]),
        hex_fid=np.concatenate([structure.hex_fid, nothing]),
        capacity={**capacity, UNPLACED: np.repeat([0, 1], [len(structure), count])},
    )


def _placed(
    layers: Mapping[str, Layer], points: Points | None, standing: Mapping[str, NDArray[np.bool_]] | None
) -> Structure:
    hexes = families(tuple(layers))[1][-1] if len(families(tuple(layers))) > 1 else COUNTRY
    drawn = hex_polygons(from_strings(layers[hexes].code), crs=RD) if hexes.startswith(HEX) else None
    buurt = _pairs(layers["buurt"].geometry, drawn)
    park = _pairs(layers["park"].geometry, drawn) if "park" in layers else np.empty((0, 2), dtype=np.int64)
    if points is not None:
        own = _located(layers, hexes, *points)
        placed = own[own[:, 1] >= 0]
        buurt = np.vstack([buurt, placed[placed[:, 0] < 0][:, 1:]])
        park = np.vstack([park, placed[placed[:, 0] >= 0][:, [0, 2]]])
    buurt, park = np.unique(buurt, axis=0), np.unique(park, axis=0)
    structure = Structure(
        administrative_level=np.repeat(np.array(["buurt", "park"]), [len(buurt), len(park)]),
        administrative_fid=np.concatenate([buurt[:, 0], park[:, 0]]),
        hex_level=np.full(len(buurt) + len(park), hexes),
        hex_fid=np.concatenate([buurt[:, 1], park[:, 1]]),
    )
    if points is None:
        return structure
    capacity = {
        name: _standing(own[mask], buurt, park) for name, mask in (standing or {"addresses": own[:, 1] >= 0}).items()
    }
    return Structure(
        structure.administrative_level, structure.administrative_fid, structure.hex_level, structure.hex_fid, capacity
    )


def _pairs(areas: ObjectArray, hexes: ObjectArray | None) -> IntArray:
    """Return (area, hex) for all that meet; hex 0, the country, where there are no hexes."""
    drawn = np.flatnonzero(~shapely.is_missing(areas))
    if hexes is None:
        return np.column_stack([drawn, np.zeros(len(drawn), dtype=np.int64)])
    area, cell = shapely.STRtree(hexes).query(areas[drawn], predicate="intersects")
    return np.column_stack([drawn[area], cell]).astype(np.int64)


def _located(layers: Mapping[str, Layer], hexes: str, x: FloatArray, y: FloatArray) -> IntArray:
    """Return (park, buurt, hex) of each point; park -1 outside every park, buurt -1 outside the country."""
    buurt = assign(x, y, layers["buurt"])
    park = assign(x, y, layers["park"]) if "park" in layers else np.full(len(x), -1)
    inside = buurt >= 0
    cell = np.zeros(len(x), dtype=np.int64)
    if hexes.startswith(HEX):
        code = to_strings(cells(x[inside], y[inside], resolution(hexes)))
        cell[inside] = positions(code, layers[hexes].code, where=hexes)
    return np.column_stack([np.where(inside, park, -1), buurt, cell]).astype(np.int64)


def _standing(own: IntArray, buurt: IntArray, park: IntArray) -> IntArray:
    """Count points per atom: atoms of buurten first, then those of parks."""
    own = own[own[:, 1] >= 0]
    outside, within = own[own[:, 0] < 0][:, 1:], own[own[:, 0] >= 0][:, [0, 2]]
    return np.concatenate([_matches(outside, buurt), _matches(within, park)])


def _matches(points: IntArray, atoms: IntArray) -> IntArray:
    if not len(atoms):
        return np.zeros(0, dtype=np.int64)
    width = int(max(atoms[:, 1].max(), points[:, 1].max(initial=0))) + 1
    at = np.searchsorted(atoms[:, 0] * width + atoms[:, 1], points[:, 0] * width + points[:, 1])
    return np.bincount(at, minlength=len(atoms)).astype(np.int64)
