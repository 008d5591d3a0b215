"""The arcs of a pyramid find the same overlaps as the borders of a file, and refuse them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings

from geo.overlaps import find_overlaps, lone_borders
from geo.polygons import outside_rd
from tests.geo.places import objects
from tests.geo.test_overlaps import APART, LAID, by_pairs, laid
from tests.tiles.worlds import coverages, layer_of
from tiles.arcs import cut_arcs, find_nodes, make_rings, weld
from tiles.build import build_pyramid
from tiles.coverage import project
from tiles.cut import Areas
from tiles.overlaps import lone_arcs
from tiles.scheme import TileScheme, ZoomRange
from zicht.errors import InvalidTopologyError

SCHEME = TileScheme(zooms={"buurt": ZoomRange(9, 12)})


def borders(geometry):
    _, xy, (start, part, *areas) = shapely.to_ragged_array(geometry, include_z=False)
    hole = np.ones(len(start) - 1, dtype=bool)
    hole[part[:-1]] = False
    number, x, y = weld(xy.T * 1000, 0.0)
    rings = make_rings(number, start.astype(np.int64), hole, x, y)
    arcs = cut_arcs(rings, find_nodes(rings, len(x)))
    first = (part[areas[0]] if areas else part).astype(np.int64)
    return lone_arcs(Areas(np.arange(len(geometry)), first), arcs, x, y)


def by_arcs(geometry):
    found = find_overlaps(geometry, borders(geometry))
    return set(zip(found.first.tolist(), found.second.tolist(), strict=True))


@pytest.mark.parametrize("shapes", (LAID | APART).values(), ids=(LAID | APART))
def test_arcs_find_what_intersecting_every_pair_finds(shapes):
    assert by_arcs(objects(shapes)) == set(by_pairs(objects(shapes)))


@given(laid())
@settings(max_examples=60)
def test_arcs_of_any_coverage_find_what_intersecting_every_pair_finds(geometry):
    assert by_arcs(geometry) == set(by_pairs(geometry))


@given(coverages(smallest=500.0))
@settings(max_examples=40)
def test_lone_arcs_are_the_lone_borders_of_the_same_areas(layer):
    found, same = borders(layer.geometry), lone_borders(layer.geometry)
    for area in range(len(layer)):
        one, other = (shapely.union_all(each.line[each.owner == area]) for each in (found, same))
        assert one.equals(other)


SAID = r"BU.* and BU.* lie on one another"


@pytest.mark.parametrize("shapes", LAID.values(), ids=LAID)
def test_areas_on_one_another_are_not_drawn(shapes):
    layer = layer_of(objects(shapes))
    with pytest.raises(InvalidTopologyError, match=SAID):
        project(layer)
    with pytest.raises(InvalidTopologyError, match=SAID):
        build_pyramid(layer, scheme=SCHEME)


@given(laid())
@settings(max_examples=40)
def test_a_pyramid_of_areas_on_one_another_ends_in_their_names_and_another_does_not(geometry):
    # The drawing goes on while it is found out, whatever it may meet.
    assume(not outside_rd(shapely.bounds(geometry)).any())
    if by_pairs(geometry):
        with pytest.raises(InvalidTopologyError, match=SAID):
            build_pyramid(layer_of(geometry), scheme=SCHEME)
    else:
        assert build_pyramid(layer_of(geometry), scheme=SCHEME).tiles


def test_an_accident_of_drawing_does_not_hide_its_cause(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("tiles.build.draw", broken)
    with pytest.raises(InvalidTopologyError, match=SAID):
        build_pyramid(layer_of(objects(next(iter(LAID.values())))), scheme=SCHEME)
    with pytest.raises(ZeroDivisionError):
        build_pyramid(layer_of(objects(next(iter(APART.values())))), scheme=SCHEME)


@pytest.mark.parametrize("shapes", APART.values(), ids=APART)
def test_areas_beside_one_another_are_drawn(shapes):
    assert len(project(layer_of(objects(shapes))).areas.fid) == len(shapes)
