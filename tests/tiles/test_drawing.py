"""Tiles from pieces: cut like the drawing, written like `encode_tile` writes, one at a time as all together."""

from __future__ import annotations

from dataclasses import replace

import mapbox_vector_tile
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiles.worlds import coverages, drawn, layer_of, levels, polygons
from tiles.bodies import labels_of
from tiles.coverage import project
from tiles.drawing import draw, draw_tile, prepare
from tiles.errors import TileAddressError
from tiles.mvt import decode_tile, encode_tile
from tiles.scheme import BUFFER, EXTENT, HALF_WORLD, TileScheme, ZoomRange, tile_address, unit_length

SCHEME = TileScheme(zooms={"buurt": ZoomRange(5, 14)})
zooms = st.integers(5, 14)


def at(layer, zoom, scheme=SCHEME):
    coverage = project(layer, extent=scheme.extent)
    coarsest = levels(coverage, ZoomRange(zoom, zoom))
    return coverage, coarsest, draw(coverage, coarsest, labels_of(layer.code), zoom, scheme)


def features(drawing):
    for number, body in drawing.tiles.items():
        (tile,) = decode_tile(body)
        for feature in tile.features:
            yield tile_address(number), feature


@given(coverages(), zooms)
@settings(max_examples=50)
def test_the_pieces_of_all_tiles_together_are_the_drawing_to_the_last_unit(layer, zoom):
    coverage, coarsest, drawing = at(layer, zoom)
    shapes, core = drawn(coverage, zoom, coarsest), shapely.box(0, 0, EXTENT, EXTENT)
    area = np.zeros(len(shapes))
    for (_, x, y), feature in features(drawing):
        piece = polygons(feature)
        if feature.id in drawing.minimal:
            continue
        whole = shapely.transform(shapes[feature.id], lambda xy, x=x, y=y: xy - np.array([x, y]) * EXTENT)
        window = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
        assert piece.is_valid
        assert piece.area == pytest.approx(shapely.area(shapely.intersection(whole, window)), abs=1e-6)
        assert shapely.area(shapely.symmetric_difference(piece, shapely.intersection(whole, window))) < 1e-6
        area[feature.id] += shapely.area(shapely.intersection(piece, core))
    assert area == pytest.approx(shapely.area(shapes), rel=1e-9)


@given(coverages(), zooms)
@settings(max_examples=30)
def test_the_bytes_are_those_of_the_plain_encoder(layer, zoom):
    for body in at(layer, zoom)[2].tiles.values():
        assert encode_tile(decode_tile(body)) == body


@given(coverages(), zooms)
@settings(max_examples=30)
def test_a_tile_drawn_alone_has_the_same_bytes(layer, zoom):
    coverage, _, drawing = at(layer, zoom)
    sketch = prepare(coverage, layer.code, replace(SCHEME, zooms={"buurt": ZoomRange(zoom, zoom)}))
    for number, body in drawing.tiles.items():
        _, x, y = tile_address(number)
        assert draw_tile(sketch, zoom, x, y) == body
    assert draw_tile(sketch, zoom, 0, 0) is None
    assert draw_tile(sketch, zoom - 1, 0, 0) is None, "a zoom that the scheme does not have"
    with pytest.raises(TileAddressError):
        draw_tile(sketch, zoom, 1 << zoom, 0)


@pytest.mark.parametrize("count", [1, 7, 40])
def test_a_tile_cut_by_several_threads_has_the_same_bytes(monkeypatch, count):
    squares = [shapely.box(150_000 + 700 * k, 5e5, 150_700 + 700 * k, 509_000) for k in range(count)]
    layer, zoom = layer_of(np.array(squares, dtype=object)), 11
    sketch = prepare(project(layer), layer.code, replace(SCHEME, zooms={"buurt": ZoomRange(zoom, zoom)}))
    for most in (count, 0):
        monkeypatch.setattr("tiles.drawing._MANY", most)
        for number, body in at(layer, zoom)[2].tiles.items():
            assert draw_tile(sketch, *tile_address(number)) == body


@given(coverages(), st.integers(9, 14))
@settings(max_examples=20)
def test_mapbox_vector_tile_reads_the_same_polygons(layer, zoom):
    for body in at(layer, zoom)[2].tiles.values():
        (tile,) = decode_tile(body)
        theirs = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["buurt"]["features"]
        for one, other in zip(tile.features, theirs, strict=True):
            assert other["properties"] == {"fid": one.id, "code": layer.code[one.id]}
            read = shapely.geometry.shape(other["geometry"])
            assert shapely.equals(shapely.normalize(read), shapely.normalize(polygons(one)))


def test_an_area_too_small_to_draw_keeps_its_place_as_one_unit():
    big, speck = shapely.box(150_000, 450_000, 190_000, 490_000), shapely.box(200_000, 470_000, 200_004, 470_003)
    _, _, drawing = at(layer_of(np.array([big, speck], dtype=object)), 7)
    ((_, x, y), square) = next(one for one in features(drawing) if one[1].id == 1)

    assert drawing.minimal.tolist() == [1]
    assert polygons(square).area == 1
    exact = pyproj.Transformer.from_crs(28992, 3857, always_xy=True).transform(200_002, 470_001)
    units = np.array([HALF_WORLD + exact[0], HALF_WORLD - exact[1]]) / unit_length(7) - np.array([x, y]) * EXTENT
    assert shapely.distance(polygons(square), shapely.points(units)) < 0.1


def test_an_area_around_a_whole_tile_fills_it_and_a_hole_around_one_leaves_it_empty():
    far = shapely.box(100_000, 400_000, 200_000, 500_000)
    hole = shapely.box(130_000, 430_000, 170_000, 470_000)
    layer = layer_of(np.array([far - hole, hole], dtype=object))
    found = {}
    for (_, x, y), feature in features(at(layer, 12)[2]):
        found.setdefault((x, y), {})[feature.id] = polygons(feature).area
    full = (EXTENT + 2 * BUFFER) ** 2

    alone = [one for one in found.values() if set(one.values()) == {full}]
    assert {tuple(one) for one in alone} == {(0,), (1,)}
    assert all(sum(one.values()) <= full for one in found.values())


def test_features_stand_in_order_of_their_number_once_each():
    layer = layer_of(
        np.array([shapely.box(150_000 + 900 * i, 5e5, 150_900 + 900 * i, 509_000) for i in range(30)], dtype=object)
    )
    tiles = at(layer, 13)[2].tiles

    assert len(tiles) > 12
    for body in tiles.values():
        ids = [feature.id for feature in decode_tile(body)[0].features]
        assert ids == sorted(set(ids))


@pytest.mark.parametrize(("extent", "buffer"), [(256, 0), (1000, 64), (4096, 2048)])
def test_other_sizes_of_tiles_hold_the_same_promises(extent, buffer):
    scheme = TileScheme(extent=extent, buffer=buffer, zooms={"buurt": ZoomRange(5, 12)})
    cells = [
        shapely.box(1e5 + 700 * i, 4e5 + 700 * j, 100_700 + 700 * i, 400_700 + 700 * j)
        for i in range(9)
        for j in range(9)
    ]
    layer = layer_of(np.array(cells, dtype=object))
    for zoom in (6, 10, 12):
        drawing = at(layer, zoom, scheme)[2]
        found = list(features(drawing))
        assert {feature.id for _, feature in found} == set(range(81))
        for _, feature in found:
            shape = polygons(feature)
            assert shape.is_valid
            west, south, east, north = shape.bounds
            assert min(west, south) >= -buffer
            assert max(east, north) <= extent + buffer
