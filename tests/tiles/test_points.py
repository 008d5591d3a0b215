"""Parks from afar: points where they would be too small to see, polygons from there on, none of them ever lost."""

from __future__ import annotations

import mapbox_vector_tile
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiles.validate.forge import checked
from tests.tiles.worlds import coverages, layer_of
from tiles.bodies import labels_of
from tiles.build import archive_bytes, build_pyramid, write_geometry
from tiles.coverage import project, simplify
from tiles.drawing import draw, draw_tile, prepare
from tiles.features import GeometryType
from tiles.mvt import decode_tile
from tiles.scheme import BUFFER, EXTENT, HALF_WORLD, TileScheme, ZoomRange, tile_address, unit_length
from zicht.errors import ConfigError

ZOOMS = ZoomRange(7, 13)
SCHEME = TileScheme(zooms={"park": ZOOMS}, points={"park": 16})
TO_MERCATOR = pyproj.Transformer.from_crs(28992, 3857, always_xy=True).transform
TO_RD = pyproj.Transformer.from_crs(3857, 28992, always_xy=True).transform

#: Two kilometres wide, two hundred metres wide, and a strip of a kilometre by three metres.
PARKS = [
    shapely.box(150_000, 450_000, 152_000, 452_000),
    shapely.box(160_000, 450_000, 160_200, 450_150),
    shapely.box(170_000, 450_000, 171_000, 450_003),
]


def parks(*shapes):
    return layer_of(np.array(shapes or PARKS, dtype=object), "park")


def units(x, y, zoom):
    """A place in RD in world units."""
    right, up = TO_MERCATOR(x, y)
    return np.array([HALF_WORLD + right, HALF_WORLD - up]) / unit_length(zoom)


def drawn(pyramid):
    """By zoom and number of the area: types, and the places of points in world units."""
    found = {}
    for number, body in pyramid.tiles.items():
        zoom, x, y = tile_address(number)
        (tile,) = decode_tile(body)
        for one in tile.features:
            types, places = found.setdefault((zoom, one.id), (set(), []))
            types.add(one.type)
            if one.type is GeometryType.POINT:
                ((place,),) = one.parts
                places.append((x * EXTENT + place[0], y * EXTENT + place[1]))
    return found


def test_a_park_is_a_point_until_it_is_sixteen_units_wide_or_high():
    found = drawn(build_pyramid(parks(), scheme=SCHEME))
    assert {key[1] for key in found} == {0, 1, 2}
    for fid, shape in enumerate(PARKS):
        west, south, east, north = shape.bounds
        for zoom in ZOOMS.zooms():
            width = np.abs(units(east, north, zoom) - units(west, south, zoom)).max()
            (kind,) = found[zoom, fid][0]
            if fid < 2 or width < 16:
                assert (kind is GeometryType.POINT) == (width < 16), (fid, zoom)


def test_a_park_that_is_wide_and_thin_is_never_a_square_unit():
    found = drawn(build_pyramid(parks(), scheme=SCHEME))
    kinds = [found[zoom, 2][0] for zoom in ZOOMS.zooms()]
    assert kinds[0] == {GeometryType.POINT}
    assert kinds[-1] == {GeometryType.POLYGON}
    for (_, fid), (types, places) in found.items():
        if fid == 2 and types == {GeometryType.POINT}:
            assert len(set(places)) == 1


def test_a_point_lies_in_its_park_to_the_unit():
    for (zoom, fid), (_, places) in drawn(build_pyramid(parks(), scheme=SCHEME)).items():
        west, south, east, north = PARKS[fid].bounds
        low, high = units(west, north, zoom), units(east, south, zoom)
        for place in places:
            assert (low - 1.5 <= np.array(place)).all()
            assert (np.array(place) <= high + 1.5).all()


@pytest.mark.parametrize(("right", "down"), [(20, 20), (20, -20), (-20, 20), (-20, -20)])
def test_a_point_near_the_corner_of_a_tile_is_in_all_four_at_the_same_place(right, down):
    zoom = 9
    corner = np.array([264, 168]) * EXTENT
    made = []
    for off in (0, 1000):
        place = (corner + np.array([right, down]) + off) * unit_length(zoom)
        x, y = TO_RD(place[0] - HALF_WORLD, HALF_WORLD - place[1])
        made.append(shapely.box(x, y, x + 40, y + 40))
    found = drawn(build_pyramid(parks(*made), scheme=TileScheme(zooms={"park": ZoomRange(zoom, zoom)})))
    assert len(found[zoom, 0][1]) == 4
    assert len(set(found[zoom, 0][1])) == 1
    assert np.abs(np.array(found[zoom, 0][1][0]) - corner - [right, down]).max() <= 4 < BUFFER
    assert len(found[zoom, 1][1]) == 1, "far from the corner"


@given(coverages(), st.integers(7, 13))
@settings(max_examples=30)
def test_every_park_is_drawn_in_one_way_and_alone_as_with_all(layer, zoom):
    made = layer_of(layer.geometry, "park")
    coverage, scheme = project(made), TileScheme(zooms={"park": ZoomRange(zoom, zoom)})
    ((_, coarsest),) = simplify(coverage, scheme.zooms["park"])
    drawing = draw(coverage, coarsest, labels_of(made.code), zoom, scheme)
    sketch, types = prepare(coverage, made.code, scheme), {}
    for number, body in drawing.tiles.items():
        _, x, y = tile_address(number)
        assert draw_tile(sketch, zoom, x, y) == body
        for one in decode_tile(body)[0].features:
            types.setdefault(one.id, set()).add(one.type)
    assert sorted(types) == list(range(len(made)))
    assert all(len(kinds) == 1 for kinds in types.values())
    points = [fid for fid, kinds in types.items() if kinds == {GeometryType.POINT}]
    assert sorted(points) == drawing.minimal.tolist()


def test_points_are_listed_and_told(tmp_path):
    pyramid, said = build_pyramid(parks(), scheme=SCHEME), []
    assert set(pyramid.minimal[7]) >= {"BU00000001"}
    assert pyramid.minimal[13] == ()
    write_geometry([parks()], tmp_path, scheme=SCHEME, progress=said.append)
    assert "shown as points: " in said[0]


def test_the_validator_finds_nothing_wrong_and_every_id():
    report = checked(archive_bytes(build_pyramid(parks(), scheme=SCHEME)))
    assert report.valid, report.findings
    assert not report.counts


def test_gdal_and_mapbox_vector_tile_read_points_and_polygons(tmp_path):
    body = archive_bytes(build_pyramid(parks(), scheme=SCHEME))
    path = tmp_path / "park.pmtiles"
    path.write_bytes(body)
    for zoom, kinds in ((7, {"Point", "MultiPolygon", "Polygon"}), (13, {"MultiPolygon", "Polygon"})):
        read = pyogrio.read_dataframe(path, layer="park", ZOOM_LEVEL=zoom)
        assert set(read["code"]) == {"BU00000000", "BU00000001", "BU00000002"}
        assert set(read.geometry.geom_type) <= kinds
        small = read[read["code"] == "BU00000001"].geometry.iloc[0]
        middle = shapely.Point(TO_MERCATOR(160_100, 450_075))
        assert shapely.distance(small, middle) <= 2 * unit_length(zoom)
        assert (small.geom_type == "Point") == (zoom == 7)
    for number, tile in build_pyramid(parks(), scheme=SCHEME).tiles.items():
        theirs = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["park"]["features"]
        ours = decode_tile(tile)[0].features
        for one, other in zip(ours, theirs, strict=True):
            assert (one.type is GeometryType.POINT) == (other["geometry"]["type"] == "Point"), tile_address(number)


def test_levels_without_points_have_none_and_a_size_below_one_is_refused():
    speck = layer_of(np.array([PARKS[1]], dtype=object))
    pyramid = build_pyramid(speck, scheme=TileScheme(zooms={"buurt": ZOOMS}))
    assert {kind for types, _ in drawn(pyramid).values() for kind in types} == {GeometryType.POLYGON}
    with pytest.raises(ConfigError, match="one unit"):
        TileScheme(points={"park": 0})
