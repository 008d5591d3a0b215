"""Hexagons without tiles: outlines beside those of the H3 library, borders that coincide, and the form of the bytes."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import grids
from tiles.binary import seal
from tiles.errors import MalformedColumnError
from tiles.hexes import CORNERS, GRID, HEXES, decode_hexes, encode_hexes, hex_shapes
from zicht.areas import AreaList
from zicht.errors import UnknownFormatError

#: Places of about the same number of cells at each resolution: near Utrecht, and across the fold of H3's plane.
PLACES = ((5.1, 52.1), (4.0, 53.0), (6.9, 53.2), (-71.0, 42.3), (174.8, -36.9))


def area_list(cell):
    polygons = grids.hex_polygons(cell, crs=4326)
    code = grids.to_strings(cell)
    parent = grids.to_strings(grids.parents(cell, int(grids.resolutions(cell)[0]) - 1))
    return AreaList(
        f"h3-{int(grids.resolutions(cell)[0])}", code, code, parent, np.full(len(code), "hex"),
        np.round(grids.centres(cell), 7), np.round(shapely.bounds(polygons), 7),
    )  # fmt: skip


def disk(place, resolution, radius):
    middle = h3.latlng_to_cell(place[1], place[0], resolution)
    return np.sort(np.array([int(one, 16) for one in h3.grid_disk(middle, radius)], dtype=np.uint64))


def on_grid(lonlat):
    x = (lonlat[..., 0] + 180) / 360
    y = 0.5 - np.arcsinh(np.tan(np.radians(lonlat[..., 1]))) / (2 * np.pi)
    return np.stack([x, y], axis=-1) * 2**GRID


def true_corners(cell):
    return [on_grid(np.array(h3.cell_to_boundary(f"{one:x}"))[:, ::-1]) for one in cell.tolist()]


def away(shapes, cell):
    """How far each corner lies from one of the library's, as a part of an edge."""
    found = []
    for corners, true in zip(shapes.corners, true_corners(cell), strict=True):
        edge = np.linalg.norm(np.roll(true, -1, axis=0) - true, axis=1).mean()
        found.append(np.linalg.norm(corners[:, None] - true[None], axis=-1).min(axis=1) / edge)
    return np.array(found)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("resolution", [5, 6, 8, 9])
def test_outlines_are_those_of_the_library(place, resolution):
    cell = disk(place, resolution, 6)
    shapes = hex_shapes(area_list(cell))
    part = away(shapes, cell)
    whole = [len(true) == CORNERS for true in true_corners(cell)]
    inner = np.isin(cell, disk(place, resolution, 5)) & whole
    step = 0.02 if resolution == 9 else 0.005
    assert np.quantile(part[inner], 0.98) < step, "a step of the grid, except along an edge of the icosahedron"
    assert part[inner].max() < 0.2
    assert np.quantile(part, 0.9) < step


def test_a_country_is_right_nearly_everywhere_across_an_edge_of_the_icosahedron():
    cell = disk((4.3, 52.6), 6, 30)
    shapes = hex_shapes(area_list(cell))
    true = true_corners(cell)
    assert any(
        len(one) > CORNERS for one in map(list, map(h3.cell_to_boundary, grids.to_strings(disk((4.3, 52.6), 7, 60))))
    )
    part = away(shapes, cell)[[len(one) == CORNERS for one in true]]
    assert np.quantile(part, 0.99) < 0.01


def test_borders_of_neighbours_coincide():
    """Every corner is one pair of whole numbers for its three cells: as many different ones as the lattice has."""
    radius = 8
    shapes = hex_shapes(area_list(disk((5.1, 52.1), 8, radius)))
    assert len(np.unique(shapes.corners.reshape(-1, 2), axis=0)) == 6 * (radius + 1) ** 2
    polygons = shapely.polygons(shapes.corners.astype(float))
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    assert shapely.area(shapely.union_all(polygons)) == pytest.approx(shapely.area(polygons).sum(), rel=1e-12)


@pytest.mark.parametrize("keep", [1, 2, 3, 5, 12])
def test_few_cells_have_an_outline_too(keep):
    cell = disk((5.1, 52.1), 8, 2)[:keep]
    shapes = hex_shapes(area_list(cell))
    polygons = shapely.polygons(shapes.corners.astype(float))
    true = shapely.polygons(np.array([one[:CORNERS] for one in true_corners(cell)]))
    both = shapely.area(shapely.intersection(polygons, true)) / shapely.area(true)
    assert both.min() > (0.9 if keep == 1 else 0.97)
    assert decode_hexes(encode_hexes(shapes)).code.tolist() == shapes.code.tolist()


@given(st.integers(0, 14), st.integers(0, 4), st.sampled_from(PLACES), st.randoms(use_true_random=False))
def test_hexagons_are_read_as_they_were_written(resolution, radius, place, random):
    cell = disk(place, max(resolution, 3), radius)
    cell = cell[np.sort(random.sample(range(len(cell)), random.randint(1, len(cell))))]
    shapes = hex_shapes(area_list(cell))
    body = encode_hexes(shapes)
    read = decode_hexes(body)
    assert (read.level, read.code.tolist()) == (shapes.level, shapes.code.tolist())
    np.testing.assert_array_equal(read.centre, shapes.centre)
    np.testing.assert_array_equal(read.corners, shapes.corners)


def test_a_code_takes_next_to_nothing():
    shapes = hex_shapes(area_list(disk((5.1, 52.1), 9, 60)))
    body = encode_hexes(shapes)
    assert len(gzip.compress(body, 6, mtime=0)) < 6.5 * len(shapes.code)
    for code in shapes.code.tolist()[:50]:
        assert code.encode() not in body


def small():
    return encode_hexes(hex_shapes(area_list(disk((5.1, 52.1), 8, 1))))


def remade(**changes):
    body = small()
    size = int.from_bytes(body[6:8], "little")
    header = json.loads(body[12 : 12 + size]) | changes
    return seal(HEXES, header, int.from_bytes(body[8:12], "little"), body[12 + size :])


@pytest.mark.parametrize(
    "changes",
    [
        {"grid": 25}, {"resolution": 16}, {"resolution": "8"}, {"level": 8}, {"more": 1},
        {"first": {}}, {"first": {"cell": 1, "x": 1, "y": 1, "corners": [0] * 11}},
        {"first": {"cell": 1.5, "x": 1, "y": 1, "corners": [0] * 12}},
        {"first": {"cell": 2**60, "x": 1, "y": 1, "corners": [0] * 12}}, {"cell": None},
        {"x": {"decimals": 0, "offset": 2**53 - 1, "width": 2}},
    ],
)  # fmt: skip
def test_hexagons_that_contradict_themselves_are_refused(changes):
    with pytest.raises(MalformedColumnError):
        decode_hexes(remade(**changes))


@given(st.data())
def test_damaged_bytes_are_refused_or_read_as_what_they_say(data):
    body = small()
    at, byte = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 255))
    damaged = data.draw(st.sampled_from([body[:at] + bytes([byte]) + body[at + 1 :], body[:at], body + bytes([byte])]))
    try:
        shapes = decode_hexes(damaged)
    except (MalformedColumnError, UnknownFormatError):
        return
    assert encode_hexes(shapes) == damaged


def test_what_is_no_hexagon_is_refused():
    areas = area_list(disk((5.1, 52.1), 8, 1))
    mixed = areas.code.copy()
    mixed[0] = h3.cell_to_parent(str(mixed[0]), 7)
    for code in (mixed, np.array(["BU00000001"] * 7), np.array(["8" * 20] * 7)):
        with pytest.raises(MalformedColumnError):
            hex_shapes(replace(areas, code=np.unique(code) if len(set(code)) == 7 else _distinct(code)))
    with pytest.raises(MalformedColumnError, match="place"):
        hex_shapes(replace(areas, point=np.full((7, 2), np.nan)))


@pytest.mark.parametrize("bits", [7 << 21, 127 << 45], ids=["no digit", "no base cell"])
def test_a_number_in_the_form_of_a_cell_that_is_none_is_refused(bits):
    areas = area_list(disk((5.1, 52.1), 8, 0))
    wrong = np.array([f"{int(areas.code[0], 16) | bits:x}"])
    assert not h3.is_valid_cell(str(wrong[0]))
    with pytest.raises(MalformedColumnError):
        hex_shapes(replace(areas, code=wrong))


def _distinct(code):
    return np.array([f"{one}{index}" for index, one in enumerate(code.tolist())])
