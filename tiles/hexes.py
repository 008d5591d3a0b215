"""Hexagons as one body: codes and outlines of every H3 cell of a level, sent once for an edition.

A code is a place in a tree: cells in ascending order are children beside children, so that the difference from one to
the next is nearly always 1 and the codes of a country take next to nothing. Coordinates are whole numbers on a grid of
2**26 by 2**26 over the world in web mercator (0.37 m in the Netherlands, one pixel at zoom 17), y downward.

Outlines are worked out from what a release holds of a cell (`tiles.outlines`). Each corner is one number for its three
cells: the borders of neighbours coincide.

A fine level is sent in chunks (`tiles.chunks`). A corner depends on the cells within two rings alone, and on what is
usual for the level (`Lattice`), so that a chunk is worked out by itself and meets the chunks beside it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiles.binary import Sections, pack_numbers, seal, unseal
from tiles.cells import FINEST, GRID, IntArray, codes, compact, ends, mercator
from tiles.chunks import ChunkList, part_of
from tiles.errors import MalformedColumnError
from tiles.outlines import CORNERS, Lattice, corners, learnt
from zicht.areas import AreaList
from zicht.published import FloatArray, StrArray

HEXES = 5

_LATTICE = ("cell", "x", "y", "corners")

#: Spacings around a chunk within which all its second neighbours lie.
_AROUND = 3


@dataclass(frozen=True, slots=True, eq=False)
class HexShapes:
    """The cells of one level, ascending.

    Args:
        level: "h3-8".
        code: (n,) codes of 15 hexadecimal digits.
        centre: (n, 2) whole steps of the grid.
        corners: (n, 6, 2) whole steps of the grid, in turn.
        chunk: Code of the ancestor in which all of them lie, "" for a whole level.
    """

    level: str
    code: StrArray
    centre: IntArray
    corners: IntArray
    chunk: str = ""


def hex_shapes(areas: AreaList, *, lattice: Lattice | None = None) -> HexShapes:
    """Return the outlines of the hexagons of a level.

    Args:
        areas: A level of H3 cells.
        lattice: What is usual for them; None to learn it from them.

    Raises:
        MalformedColumnError: A code is no cell of one resolution, or a cell has no place.
    """
    compact(areas.code)
    if not np.isfinite(areas.point).all():
        raise MalformedColumnError("A hexagon has no place.", where=areas.level)
    centre = mercator(areas.point)
    outlines = corners(centre, *ends(areas.bounds), lattice) * 2**GRID
    return HexShapes(
        areas.level, areas.code, np.rint(centre * 2**GRID).astype(np.int64), np.rint(outlines).astype(np.int64)
    )


def lattice_of(areas: AreaList, chunks: ChunkList) -> Lattice:
    """Return what is usual for a level, from its largest chunk: much the same everywhere in a country.

    Args:
        areas: A level of H3 cells.
        chunks: Its chunks.
    """
    some = part_of(areas, chunks.slices[chunks.largest])
    return learnt(mercator(some.point), *ends(some.bounds))[1]


def chunk_shapes(areas: AreaList, chunks: ChunkList, chunk: str, lattice: Lattice) -> HexShapes:
    """Return the outlines of one chunk, to the last step of the grid those of the whole level by the same lattice.

    Args:
        areas: A level of H3 cells.
        chunks: Its chunks.
        chunk: Code of one of them.
        lattice: What is usual for the level.

    Raises:
        MalformedColumnError: A cell has no place.
    """
    rows = _around(areas, chunks, list(chunks.slices).index(chunk), margin=_AROUND * lattice.spacing)
    shapes = hex_shapes(_picked(areas, rows), lattice=lattice)
    own = chunks.slices[chunk]
    there = slice(*np.searchsorted(rows, [own.start, own.stop]).tolist())
    return replace(
        shapes, code=shapes.code[there], centre=shapes.centre[there], corners=shapes.corners[there], chunk=chunk
    )


def _around(areas: AreaList, chunks: ChunkList, at: int, *, margin: float) -> NDArray[np.intp]:
    """Return the positions of the cells of a chunk and of those at most so far from its box, ascending."""
    low = chunks.box[at, :2] / 2**GRID - margin
    high = chunks.box[at, 2:] / 2**GRID + margin
    touching = ((chunks.box[:, :2] <= high * 2**GRID) & (chunks.box[:, 2:] >= low * 2**GRID)).all(axis=1)
    slices = list(chunks.slices.values())
    rows = np.concatenate([np.arange(slices[k].start, slices[k].stop) for k in np.flatnonzero(touching)])
    centre = mercator(areas.point[rows])
    near: NDArray[np.bool_] = ((centre >= low) & (centre <= high)).all(axis=1)
    return np.asarray(rows[near], dtype=np.intp)


def _picked(areas: AreaList, rows: NDArray[np.intp]) -> AreaList:
    text = (areas.code[rows], areas.name[rows], areas.parent[rows], areas.kind[rows])
    return AreaList(areas.level, *text, areas.point[rows], areas.bounds[rows])


def encode_hexes(shapes: HexShapes) -> bytes:
    """Return codes and outlines as they are sent; the same shapes give the same bytes."""
    cell, resolution = compact(shapes.code)
    offsets = (shapes.corners - shapes.centre[:, None, :]).reshape(len(cell), -1).T
    parts = {"cell": cell, "x": shapes.centre[:, 0], "y": shapes.centre[:, 1]}
    forms: dict[str, Any] = {"level": shapes.level, "resolution": resolution, "grid": GRID, "first": {}}
    forms |= {"chunk": shapes.chunk} if shapes.chunk else {}
    sections = b""
    for name, values in parts.items():
        forms["first"][name] = int(values[0]) if len(values) else 0
        forms[name], packed = pack_numbers(_steps(values).astype(np.float64))
        sections += packed
    forms["first"]["corners"] = offsets[:, 0].tolist() if len(cell) else [0] * (2 * CORNERS)
    forms["corners"], packed = pack_numbers(np.concatenate([_steps(part) for part in offsets]).astype(np.float64))
    return seal(HEXES, forms, len(cell), sections + packed)


def decode_hexes(body: bytes) -> HexShapes:
    """Read what `encode_hexes` made.

    Raises:
        MalformedColumnError: The bytes are no hexagons, or not in their one form.
        UnknownFormatError: They are of another version.
    """
    envelope = unseal(body, kind=HEXES)
    header, count, sections = envelope.header, envelope.count, Sections(envelope.body)
    if set(header) - {"chunk"} != {"level", "resolution", "grid", "first", *_LATTICE} or not _is_first(header["first"]):
        raise MalformedColumnError("Hexagons have other entries than they should.")
    level, resolution, first = header["level"], header["resolution"], header["first"]
    if type(resolution) is not int or not 0 <= resolution <= FINEST or header["grid"] != GRID:
        raise MalformedColumnError("The lattice of hexagons makes no sense.")
    cell, x, y = (first[name] + _summed(sections.numbers(header[name], count)) for name in ("cell", "x", "y"))
    steps = _summed(sections.numbers(header["corners"], 2 * CORNERS * count).reshape(2 * CORNERS, count))
    sections.end()
    centre = np.column_stack([x, y])
    offsets = (steps + np.array(first["corners"], dtype=np.int64)[:, None]).T.reshape(count, CORNERS, 2)
    chunk = _chunk_of(header, cell, resolution)
    shapes = HexShapes(str(level), codes(cell, resolution), centre, centre[:, None, :] + offsets, chunk)
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


def _chunk_of(header: Mapping[str, Any], cell: IntArray, resolution: int) -> str:
    """Return the ancestor that a body says all its cells lie in, "" where it says none."""
    chunk = header.get("chunk", "")
    if "chunk" in header:
        ancestor, coarser = compact(np.array([str(chunk)]))
        if coarser > resolution or (cell >> 3 * (resolution - coarser) != ancestor[0]).any():
            raise MalformedColumnError("A hexagon lies outside its chunk.")
    return str(chunk)
