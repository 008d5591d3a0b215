"""Hexagons against the H3 library itself, cover against brute force, codes there and back."""

from __future__ import annotations

import h3
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import BoundarySet
from geo.grids import (
    cells,
    centres,
    cover,
    from_strings,
    hex_layers,
    hex_polygons,
    parents,
    resolutions,
    shifted_groups,
    to_strings,
)
from geo.hierarchy import hierarchy
from geo.projection import to_lonlat
from tests.geo.places import SOUTH, WEST, box, layer
from zicht.errors import AlignmentError, BoundaryError

inside_rd = st.tuples(st.floats(10_000, 280_000), st.floats(305_000, 620_000))


@st.composite
def any_cells(draw):
    """H3 cells anywhere on earth, of any resolution."""
    place = st.tuples(st.floats(-89, 89), st.floats(-179, 179), st.integers(0, 15))
    return [h3.latlng_to_cell(*one) for one in draw(st.lists(place, min_size=1, max_size=20))]


def as_int(codes):
    return np.array([int(code, 16) for code in codes], dtype=np.uint64)


@given(st.lists(inside_rd, min_size=1, max_size=30), st.integers(0, 15))
def test_points_fall_in_the_cells_of_the_h3_library(points, resolution):
    x, y = np.array(points).T
    lon, lat = to_lonlat(x, y)
    expected = [h3.latlng_to_cell(one, other, resolution) for one, other in zip(lat, lon, strict=True)]
    assert to_strings(cells(x, y, resolution)).tolist() == expected


def test_points_without_coordinates_have_no_cell():
    x, y = np.array([np.nan, 155_000.0, 155_000.0]), np.array([463_000.0, np.nan, 463_000.0])
    found = cells(x, y, 9)
    assert (found == 0).tolist() == [True, True, False]
    assert (parents(found, 6) == 0).tolist() == [True, True, False]


@given(any_cells(), st.integers(0, 15))
def test_parents_are_those_of_the_h3_library(codes, resolution):
    fine = [code for code in codes if h3.get_resolution(code) >= resolution]
    found = to_strings(parents(as_int(fine), resolution)).tolist()
    assert found == [h3.cell_to_parent(code, resolution) for code in fine]


def test_a_coarse_cell_has_no_parent_at_a_finer_resolution():
    with pytest.raises(AlignmentError, match="coarser than resolution 8"):
        parents(cells(np.array([155_000.0]), np.array([463_000.0]), 7), 8)


@given(any_cells())
def test_codes_and_cells_are_the_same_thing(codes):
    cell = as_int(codes)
    assert to_strings(cell).tolist() == codes
    assert from_strings(np.array(codes)).tolist() == cell.tolist()
    assert resolutions(cell).tolist() == [h3.get_resolution(code) for code in codes]


def test_codes_sort_as_cells_do():
    x = np.linspace(100_000, 200_000, 500)
    cell = np.unique(cells(x, x + 300_000, 8))
    assert to_strings(cell).tolist() == sorted(to_strings(cell).tolist())


@pytest.mark.parametrize(
    "bad", ["", "89194d", "89194db62afffffa", "89194DB62AFFFFF", "x9194db62afffff", "000000000000000", "BU00030000"]
)
def test_what_is_not_a_cell_is_refused(bad):
    good = to_strings(cells(np.array([155_000.0]), np.array([463_000.0]), 9))[0]
    with pytest.raises(AlignmentError, match="not an H3 cell"):
        from_strings(np.array([good, bad]))


def test_no_codes_are_no_cells():
    assert from_strings(np.array([], dtype=np.str_)).shape == (0,)
    assert to_strings(np.array([], dtype=np.uint64)).shape == (0,)


def test_polygons_are_drawn_where_the_library_draws_them():
    cell = np.unique(cells(np.linspace(20_000, 270_000, 40), np.linspace(310_000, 610_000, 40), 7))
    drawn, rd = hex_polygons(cell, crs=4326), hex_polygons(cell, crs=28992)
    for code, polygon in zip(to_strings(cell), drawn, strict=True):
        ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(str(code))]
        assert shapely.hausdorff_distance(polygon, shapely.Polygon(ring)) < 1e-9
    areas = [abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(polygon)[0]) for polygon in drawn]
    # RD shrinks and stretches by about 0.1 per mille in length.
    np.testing.assert_allclose(shapely.area(rd), areas, rtol=4e-4)
    middle = shapely.points(centres(cell))
    assert shapely.contains(drawn, middle).all()


def test_polygons_come_in_two_systems_only():
    with pytest.raises(BoundaryError, match="EPSG:3857"):
        hex_polygons(cells(np.array([155_000.0]), np.array([463_000.0]), 7), crs=3857)


def brute_cover(country, resolution):
    """Every cell near the bounds whose polygon comes within a metre of the country."""
    west, south, east, north = country.buffer(8_000 / 7 ** ((resolution - 6) / 2)).bounds
    step = 800 / 7 ** ((resolution - 6) / 2)
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    cell = np.unique(cells(x.ravel(), y.ravel(), resolution))
    return cell[shapely.distance(hex_polygons(cell, crs=28992), country) <= 1.0]


SHAPES = {
    "square": box(0, 0, 9, 5),
    "smaller than a cell": shapely.box(WEST, SOUTH, WEST + 30, SOUTH + 20),
    "islands and a hole": shapely.MultiPolygon([box(0, 0, 6, 6).difference(box(1, 1, 3, 3)), box(9, 9, 0.2, 0.2)]),
    "a narrow strip": shapely.LineString([(WEST, SOUTH), (WEST + 30_000, SOUTH + 7_000)]).buffer(5),
}


@pytest.mark.parametrize("resolution", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_cover_is_every_cell_that_overlaps(shape, resolution):
    found = cover(SHAPES[shape], resolution)
    np.testing.assert_array_equal(found, brute_cover(SHAPES[shape], resolution))


def boundaries(geometry):
    return BoundarySet("2025", "s", {"country": layer([geometry], level="country", codes=["FL00"])})


def test_hex_layers_nest_by_identity_and_reach_the_country():
    layers = hex_layers([8, 6, 9, 8], boundaries(box(0, 0, 20, 12)))
    assert list(layers) == ["h3-6", "h3-8", "h3-9"]
    assert set(layers["h3-6"].parent.tolist()) == {"FL00"}
    for coarse, fine in (("h3-6", "h3-8"), ("h3-8", "h3-9")):
        assert set(layers[fine].parent.tolist()) == set(layers[coarse].code.tolist())
    for level, one in layers.items():
        assert set(one.kind.tolist()) == {"hex"}
        assert [h3.get_resolution(code) for code in one.code] == [int(level[3:])] * len(one)
        assert all(geometry is None for geometry in one.geometry)
    assert hierarchy({"country": boundaries(box(0, 0)).layers["country"], **layers}).up("h3-9", "country").max() == 0


NESTED = hex_layers([6, 7, 9], boundaries(box(0, 0, 3, 2)))


@given(st.lists(st.tuples(st.floats(0, 3000), st.floats(0, 2000)), min_size=1, max_size=30))
def test_every_point_of_the_country_has_a_cell_in_every_layer(offsets):
    x, y = (np.array(offsets) + np.array([WEST, SOUTH])).T
    finest = cells(x, y, 9)
    for resolution in (6, 7, 9):
        assert np.isin(to_strings(parents(finest, resolution)), NESTED[f"h3-{resolution}"].code).all()


def test_the_largest_hexes_reach_over_the_border_and_hold_every_point():
    # One cell of resolution 4 is larger than this country, and lies mostly outside it.
    country = box(0, 0, 30, 20)
    layers = hex_layers([4, 5, 7], boundaries(country))
    assert list(layers) == ["h3-4", "h3-5", "h3-7"]
    drawn = hex_polygons(from_strings(layers["h3-4"].code), crs=28992)
    assert len(drawn) <= 4
    assert shapely.area(drawn).min() > 2 * country.area
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 30_000, 500) + WEST, rng.uniform(0, 20_000, 500) + SOUTH
    finest = cells(x, y, 7)
    for resolution in (4, 5):
        assert np.isin(to_strings(parents(finest, resolution)), layers[f"h3-{resolution}"].code).all()
    up = hierarchy({"country": boundaries(country).layers["country"], **layers})
    inside = np.bincount(up.up("h3-7", "h3-4"), minlength=len(drawn))
    assert inside.sum() == len(layers["h3-7"])
    assert (inside > 0).all()


def test_no_resolution_is_an_error():
    with pytest.raises(BoundaryError, match="at least one resolution"):
        hex_layers([], boundaries(box(0, 0)))


def test_shifted_groups_tile_the_plane_as_parents_do_and_share_no_parent():
    middle = h3.latlng_to_cell(52.1, 5.3, 8)
    cell = from_strings(np.array(sorted(h3.grid_disk(middle, 12))))

    group = shifted_groups(cell, 7)

    size = np.bincount(group)
    assert size.max() == 7
    inner = np.flatnonzero(size == 7)
    assert len(inner) > 30
    for one in inner:
        members = to_strings(cell[group == one]).tolist()
        # One of them is the middle: the six others are beside it.
        assert any(set(h3.grid_disk(code, 1)) == set(members) for code in members)
        assert len({h3.cell_to_parent(code, 7) for code in members}) > 1


def test_cells_that_cannot_be_moved_together_are_refused():
    far = np.array(sorted([h3.latlng_to_cell(52.1, 5.3, 8), h3.latlng_to_cell(-33.9, 151.2, 8)]))

    with pytest.raises(BoundaryError, match="too far apart"):
        shifted_groups(from_strings(far), 7)
