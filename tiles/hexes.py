"""Hexagons as one body: codes and outlines of every H3 cell of a level, sent once for an edition.

A code is a place in a tree: cells in ascending order are children beside children, so that the difference from one to
the next is nearly always 1 and the codes of a country take next to nothing. Coordinates are whole numbers on a grid of
2**26 by 2**26 over the world in web mercator (0.37 m in the Netherlands, one pixel at zoom 17), y downward.

Outlines are worked out from what a release holds of a cell, its centre and its bounds, so that a server needs no H3. In
H3's own plane the cells of one resolution are a regular lattice, in which every corner is the mean of the three centres
around it (I. Brodsky, "H3: Uber's Hexagonal Hierarchical Spatial Index", 2018; H3 documentation, "Grid"). That tells
which corner ends which cell, and the bounds then say where it is. Each corner is one number for its three cells: the
borders of neighbours coincide. A cell that an edge of H3's icosahedron crosses may have a seventh corner, which is left
out; such an edge runs through the Netherlands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tiles.binary import Sections, pack_numbers, seal, unseal
from tiles.errors import MalformedColumnError
from zicht.areas import AreaList
from zicht.published import FloatArray, StrArray

HEXES = 5

#: The grid has 2**GRID steps around the world.
GRID = 26

CORNERS = 6

IntArray = NDArray[np.int64]

_LATTICE = ("cell", "x", "y", "corners")
_RESOLUTIONS = 15
_BASE_CELLS = 122
_NO_DIGIT = 7

#: A neighbour is as far as the lattice says, within this part; the next ring begins at 1.73.
_NEAR = 1.4


@dataclass(frozen=True, slots=True, eq=False)
class HexShapes:
    """The cells of one level, ascending.

    Args:
        level: "h3-8".
        code: (n,) codes of 15 hexadecimal digits.
        centre: (n, 2) whole steps of the grid.
        corners: (n, 6, 2) whole steps of the grid, in turn.
    """

    level: str
    code: StrArray
    centre: IntArray
    corners: IntArray


def hex_shapes(areas: AreaList) -> HexShapes:
    """Return the outlines of the hexagons of a level.

    Args:
        areas: A level of H3 cells.

    Raises:
        MalformedColumnError: A code is no cell of one resolution, or a cell has no place.
    """
    _compact(areas.code)
    if not np.isfinite(areas.point).all():
        raise MalformedColumnError("A hexagon has no place.", where=areas.level)
    centre = _mercator(areas.point)
    west_north, east_south = _mercator(areas.bounds[:, [0, 3]]), _mercator(areas.bounds[:, [2, 1]])
    corners = _corners(centre, west_north, east_south) * 2**GRID
    return HexShapes(
        areas.level, areas.code, np.rint(centre * 2**GRID).astype(np.int64), np.rint(corners).astype(np.int64)
    )


def encode_hexes(shapes: HexShapes) -> bytes:
    """Return codes and outlines as they are sent; the same shapes give the same bytes."""
    compact, resolution = _compact(shapes.code)
    offsets = (shapes.corners - shapes.centre[:, None, :]).reshape(len(compact), -1).T
    parts = {"cell": compact, "x": shapes.centre[:, 0], "y": shapes.centre[:, 1]}
    forms: dict[str, Any] = {"level": shapes.level, "resolution": resolution, "grid": GRID, "first": {}}
    sections = b""
    for name, values in parts.items():
        forms["first"][name] = int(values[0]) if len(values) else 0
        forms[name], packed = pack_numbers(_steps(values).astype(np.float64))
        sections += packed
    forms["first"]["corners"] = offsets[:, 0].tolist() if len(compact) else [0] * (2 * CORNERS)
    forms["corners"], packed = pack_numbers(np.concatenate([_steps(part) for part in offsets]).astype(np.float64))
    return seal(HEXES, forms, len(compact), sections + packed)


def decode_hexes(body: bytes) -> HexShapes:
    """Read what `encode_hexes` made.

    Raises:
        MalformedColumnError: The bytes are no hexagons, or not in their one form.
        UnknownFormatError: They are of another version.
    """
    envelope = unseal(body, kind=HEXES)
    header, count, sections = envelope.header, envelope.count, Sections(envelope.body)
    if set(header) != {"level", "resolution", "grid", "first", *_LATTICE} or not _is_first(header["first"]):
        raise MalformedColumnError("Hexagons have other entries than they should.")
    level, resolution, first = header["level"], header["resolution"], header["first"]
    if type(resolution) is not int or not 0 <= resolution <= _RESOLUTIONS or header["grid"] != GRID:
        raise MalformedColumnError("The lattice of hexagons makes no sense.")
    cell, x, y = (first[name] + _summed(sections.numbers(header[name], count)) for name in ("cell", "x", "y"))
    steps = _summed(sections.numbers(header["corners"], 2 * CORNERS * count).reshape(2 * CORNERS, count))
    sections.end()
    centre = np.column_stack([x, y])
    offsets = (steps + np.array(first["corners"], dtype=np.int64)[:, None]).T.reshape(count, CORNERS, 2)
    shapes = HexShapes(str(level), _codes(cell, resolution), centre, centre[:, None, :] + offsets)
    if encode_hexes(shapes) != body:
        raise MalformedColumnError("Hexagons are not in the one form of their content.")
    return shapes


def _steps(values: IntArray) -> IntArray:
    return np.diff(values, prepend=values[:1])


def _summed(steps: FloatArray) -> IntArray:
    if steps.size and np.abs(steps).max() >= 2**52:
        raise MalformedColumnError("A step between hexagons is too large.")
    return np.cumsum(steps.astype(np.int64), axis=-1)


def _is_first(first: object) -> bool:
    if not isinstance(first, dict) or set(first) != set(_LATTICE) or not isinstance(first["corners"], list):
        return False
    numbers = [first["cell"], first["x"], first["y"], *first["corners"]]
    return len(numbers) == 3 + 2 * CORNERS and all(type(one) is int and abs(one) < 2**52 for one in numbers)


def _compact(code: StrArray) -> tuple[IntArray, int]:
    """Return the part of each code that differs within a resolution: base cell and digits (H3's index format)."""
    try:
        whole = np.array([int(one, 16) for one in code.tolist()], dtype=np.int64)
    except (ValueError, OverflowError):
        raise MalformedColumnError("A code is no H3 cell.") from None
    resolution = int(whole[0] >> 52 & 15) if len(whole) else 0
    compact = (whole & (2**52 - 1)) >> 3 * (_RESOLUTIONS - resolution)
    digits = compact[:, None] >> 3 * np.arange(resolution) & 7
    known = (compact >> 3 * resolution < _BASE_CELLS).all() and (digits != _NO_DIGIT).all()
    if not known or not np.array_equal(_codes(compact, resolution), code):
        raise MalformedColumnError("The codes are no H3 cells of one resolution.")
    return compact, resolution


def _codes(compact: IntArray, resolution: int) -> StrArray:
    unused = 3 * (_RESOLUTIONS - resolution)
    fixed = (1 << 59) | (resolution << 52) | ((1 << unused) - 1)
    return np.array([f"{fixed | (one << unused):x}" for one in compact.tolist()], dtype=np.str_)


def _mercator(lonlat: FloatArray) -> FloatArray:
    """Return places as parts of the world: x to the east, y downward, 0 to 1."""
    latitude = np.radians(lonlat[:, 1])
    return np.column_stack([(lonlat[:, 0] + 180) / 360, 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)])


def _spacing(low: FloatArray, high: FloatArray) -> float:
    """Return about how far centres lie apart: a hexagon of circumradius R is between 1.73 R and 2 R wide and high."""
    return float(np.median((high - low).mean(axis=1))) * 1.73 / 1.87 if len(low) else 1.0


def _corners(centre: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the (n, 6, 2) corners of cells from their centres and the (n, 2) ends of their bounds."""
    spacing = _spacing(low, high)
    neighbour, turn = _neighbours(centre, spacing)
    towards = _towards(centre, neighbour, spacing, turn)
    mean = centre[:, None, :] + (towards + np.roll(towards, -1, axis=1)) / 3
    # Corner k lies between neighbours k and k + 1; for the one it is corner k + 2, for the other corner k + 4.
    corner = np.broadcast_to(np.arange(CORNERS), neighbour.shape)
    itself = np.broadcast_to(np.arange(len(centre))[:, None], neighbour.shape)
    cells = np.stack([itself, neighbour, np.roll(neighbour, -1, axis=1)], axis=-1)
    places = np.stack([corner, (corner + 2) % CORNERS, (corner + 4) % CORNERS], axis=-1)
    there = (cells >= 0) & (np.abs(mean[cells, places] - mean[:, :, None, :]).max(axis=-1) < spacing / 5)
    parts = [
        _shared(mean[:, :, axis], low[:, axis], high[:, axis], cells, places, there) for axis in range(centre.shape[1])
    ]
    return np.stack(parts, axis=-1)


def _shared(
    mean: FloatArray, low: FloatArray, high: FloatArray, cells: IntArray, places: IntArray, there: NDArray[np.bool_]
) -> FloatArray:
    """Return one coordinate of every corner: that of the bounds where it ends a cell, else the mean; one for all cells.

    A corner is the first end of one of its three cells, or the last end of one of them, so that the bounds of the cells
    say nearly every corner exactly, also where H3's plane has a fold.
    """
    row = np.arange(len(mean))
    own, exact = mean.copy(), np.zeros(mean.shape, dtype=np.bool_)
    for end, place in ((low, mean.argmin(axis=1)), (high, mean.argmax(axis=1))):
        own[row, place], exact[row, place] = end, True
    later = len(mean) * np.where(exact[cells, places], 1, 2)
    chosen = np.where(there, cells + later, 4 * len(mean)).argmin(axis=-1)[..., None]
    cell, place = (np.take_along_axis(part, chosen, axis=-1)[..., 0] for part in (cells, places))
    return own[cell, place]


def _neighbours(centre: FloatArray, spacing: float) -> tuple[NDArray[np.intp], float]:
    """Return the (n, 6) neighbours by direction, -1 where there is none, and the angle of the first direction."""
    count = len(centre)
    found = np.full((count, CORNERS), -1, dtype=np.intp)
    if count < 2:
        return found, 0.0
    size = min(count, CORNERS + 1)
    away, index = cKDTree(centre).query(centre, k=size, distance_upper_bound=_NEAR * spacing)
    row, column = np.nonzero(np.isfinite(away[:, 1:]))
    other = index[row, column + 1]
    vector = centre[other] - centre[row]
    angle = np.arctan2(vector[:, 1], vector[:, 0])
    turn = float(np.angle(np.exp(1j * CORNERS * angle).mean())) / CORNERS if len(angle) else 0.0
    direction = np.rint((angle - turn) / (np.pi / 3)).astype(np.int64) % CORNERS
    found[row, direction] = other
    return found, turn


def _towards(centre: FloatArray, neighbour: NDArray[np.intp], spacing: float, turn: float) -> FloatArray:
    """Return the (n, 6, 2) ways to the neighbours; where one is missing, the opposite of the opposite one."""
    there = neighbour >= 0
    way = np.where(there[:, :, None], centre[neighbour] - centre[:, None, :], np.nan)
    way = np.where(np.isnan(way), -np.roll(way, CORNERS // 2, axis=1), way)
    # In a lattice each way is the sum of those beside it, and the difference of those on one side.
    for _ in range(2):
        before, after = np.roll(way, 1, axis=1), np.roll(way, -1, axis=1)
        way = np.where(np.isnan(way), before + after, way)
        way = np.where(np.isnan(way), before - np.roll(way, 2, axis=1), way)
        way = np.where(np.isnan(way), -np.roll(way, CORNERS // 2, axis=1), way)
    angle = turn + np.arange(CORNERS) * np.pi / 3
    regular = spacing * np.column_stack([np.cos(angle), np.sin(angle)])
    # A cell that has too few: the way that is usual there.
    usual = np.array([np.median(part[there[:, k]], axis=0) if there[:, k].any() else regular[k]
                      for k, part in enumerate(np.moveaxis(way, 1, 0))])  # fmt: skip
    return np.where(np.isnan(way), usual[None], way)
