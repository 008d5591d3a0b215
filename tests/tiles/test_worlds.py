"""The coverages that other tests draw have in them what is hard."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import Phase, find, settings

from geo.polygons import RD_BOUNDS
from tests.tiles.worlds import coverages
from tiles.mercator import from_rd
from tiles.scheme import EXTENT


def junctions(layer):
    """How many areas meet at each vertex, in ascending order."""
    places, area = shapely.get_coordinates(layer.geometry, return_index=True)
    _, pair = np.unique(np.column_stack([places, area]), axis=0, return_index=True)
    return np.sort(np.unique(places[pair], axis=0, return_counts=True)[1])


def has_holes(layer):
    return shapely.get_num_interior_rings(shapely.get_parts(layer.geometry)).sum() > 0


def has_an_area_within_a_hole(layer):
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(layer.geometry) for ring in part.interiors]
    return any((shapely.within(layer.geometry, hole)).any() for hole in holes)


def has_multiparts(layer):
    return (shapely.get_num_geometries(layer.geometry) > 1).any()


def has_water_within(layer):
    whole = shapely.coverage_union_all(layer.geometry)
    return shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() > 0


def crosses_a_tile_border(layer, zoom=12):
    west, south, east, north = shapely.bounds(layer.geometry).T
    corners = [from_rd(np.clip(x, 0, 3e5), np.clip(y, 3e5, 6.25e5)) for x, y in ((west, south), (east, north))]
    tiles = [np.floor(one / (EXTENT << 24 - zoom)) for one in corners]
    return (tiles[0] != tiles[1]).any()


WANTED = {
    "three areas meet": lambda layer: junctions(layer)[-1] >= 3,
    "four areas meet": lambda layer: junctions(layer)[-1] >= 4,
    "holes": has_holes,
    "an area within a hole": has_an_area_within_a_hole,
    "several parts": has_multiparts,
    "water within": has_water_within,
    "an area a hundred thousand times as large as another": lambda layer: (
        np.ptp(np.log10(shapely.area(layer.geometry))) > 5
    ),
    "an area of less than a square metre": lambda layer: shapely.area(layer.geometry).min() < 1,
    "borders over the sides of tiles": crosses_a_tile_border,
    "places near the edge of RD": lambda layer: (
        np.abs(shapely.total_bounds(layer.geometry) - np.array(RD_BOUNDS)).min() < 100
    ),
}


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_what_is_hard_occurs(wanted):
    few = settings(max_examples=300, phases=[Phase.generate], derandomize=True, database=None)
    assert wanted(find(coverages(), wanted, settings=few))
