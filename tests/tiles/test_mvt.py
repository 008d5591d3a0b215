"""Vector tiles: round trips, what others read in them, and the refusal of everything the specification forbids."""

from __future__ import annotations

import math
import struct

import mapbox_vector_tile
import pyogrio
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from tiles import protobuf as pb
from tiles.errors import MalformedTileError
from tiles.features import Feature, GeometryType, Single, TileLayer, ring_area
from tiles.mvt import decode_tile, encode_tile

OUTER = ((0, 0), (100, 0), (100, 100), (0, 100))
HOLE = ((10, 10), (10, 30), (30, 30), (30, 10))
ISLAND = ((200, 200), (240, 200), (240, 260))
AREA = Feature(GeometryType.POLYGON, (OUTER, HOLE, ISLAND), 7, {"fid": 7, "code": "BU90010101"})

coordinates = st.integers(-200, 4300)
points = st.tuples(coordinates, coordinates)


def rings(*, clockwise: bool) -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    def turned(ring):
        return tuple(ring if (ring_area(tuple(ring)) > 0) is clockwise else reversed(ring))

    return st.lists(points, min_size=3, max_size=8, unique=True).filter(lambda ring: ring_area(tuple(ring))).map(turned)


values = st.one_of(
    st.text(max_size=8),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False),
    st.floats(width=32, allow_nan=False).map(Single),
)
geometries = st.one_of(
    st.tuples(st.just(GeometryType.POINT), st.lists(points, min_size=1, max_size=5).map(lambda part: (tuple(part),))),
    st.tuples(
        st.just(GeometryType.LINE),
        st.lists(st.lists(points, min_size=2, max_size=6, unique=True).map(tuple), min_size=1, max_size=3).map(tuple),
    ),
    st.tuples(
        st.just(GeometryType.POLYGON),
        st.tuples(
            rings(clockwise=True), st.lists(st.booleans().flatmap(lambda out: rings(clockwise=out)), max_size=3)
        ).map(lambda both: (both[0], *both[1])),
    ),
)


@st.composite
def layers(draw: st.DrawFn) -> TileLayer:
    count = draw(st.integers(0, 4))
    ids = draw(st.lists(st.integers(0, (1 << 64) - 1), min_size=count, max_size=count, unique=True))
    features = tuple(
        Feature(*draw(geometries), draw(st.sampled_from([number, None])), draw(properties)) for number in ids
    )
    return TileLayer(draw(st.text(max_size=5)), features, draw(st.integers(1, 1 << 20)))


properties = st.dictionaries(st.text(max_size=4), values, max_size=4)
tiles = st.lists(layers(), max_size=3, unique_by=lambda layer: layer.name).map(tuple)


def kinds(tile):
    return [[{k: type(v) for k, v in f.properties.items()} for f in layer.features] for layer in tile]


@given(tiles)
def test_what_is_written_is_read_again_with_types(tile):
    decoded = decode_tile(encode_tile(tile))

    assert decoded == tile
    assert kinds(decoded) == kinds(tile)


@given(tiles)
def test_mapbox_vector_tile_reads_the_same(tile):
    read = mapbox_vector_tile.decode(encode_tile(tile), default_options={"y_coord_down": True, "geojson": False})

    assert list(read) == [layer.name for layer in tile]
    for layer in tile:
        theirs = read[layer.name]
        assert theirs["extent"] == layer.extent
        assert [dict(feature.properties) for feature in layer.features] == [
            feature["properties"] for feature in theirs["features"]
        ]
        assert [feature.id or 0 for feature in layer.features] == [feature["id"] for feature in theirs["features"]]


def test_mapbox_vector_tile_reads_the_same_shape():
    read = mapbox_vector_tile.decode(
        encode_tile([TileLayer("buurt", (AREA,))]), default_options={"y_coord_down": True}
    )["buurt"]["features"][0]

    expected = shapely.MultiPolygon([(OUTER, [HOLE]), (ISLAND, [])])
    assert shapely.geometry.shape(read["geometry"]).equals(expected)
    assert read["properties"] == {"fid": 7, "code": "BU90010101"}


def test_gdal_reads_the_same_shape(tmp_path):
    path = tmp_path / "0.mvt"
    path.write_bytes(encode_tile([TileLayer("buurt", (AREA,))]))

    read = pyogrio.read_dataframe(f"MVT:{path}", layer="buurt")

    # Without georeferencing GDAL counts tile units upward from the lower left corner.
    expected = shapely.transform(
        shapely.MultiPolygon([(OUTER, [HOLE]), (ISLAND, [])]), lambda xy: [0, 4096] + xy * [1, -1]
    )
    assert read.geometry[0].normalize().equals_exact(expected.normalize(), 1e-9)
    assert read[["fid", "code"]].to_numpy().tolist() == [[7, "BU90010101"]]


def test_a_known_tile_has_the_bytes_of_the_specification():
    # Section 4.3.5.6 of the specification, example multi polygon.
    parts = (
        ((0, 0), (10, 0), (10, 10), (0, 10)),
        ((11, 11), (20, 11), (20, 20), (11, 20)),
        ((13, 13), (13, 17), (17, 17), (17, 13)),
    )
    commands = [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15]
    commands += [9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15]

    assert pb.tagged(4, pb.packed(commands)) in encode_tile([TileLayer("a", (Feature(GeometryType.POLYGON, parts),))])


def test_equal_values_of_different_types_stay_apart():
    properties = {"a": 1, "b": 1.0, "c": True, "d": Single(1.0), "e": "1", "f": 0.0, "g": -0.0}
    (layer,) = decode_tile(encode_tile([TileLayer("t", (Feature(GeometryType.POINT, (((0, 0),),), 1, properties),))]))
    read = layer.features[0].properties

    assert [type(value) for value in read.values()] == [int, float, bool, Single, str, float, float]
    assert math.copysign(1, read["g"]) == -1


def test_a_single_is_rounded_and_must_fit():
    assert Single(0.1) == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    with pytest.raises(MalformedTileError, match="32-bit"):
        Single(1e39)


def polygon(*parts):
    return Feature(GeometryType.POLYGON, parts)


NOT_WRITTEN = {
    "no geometry": Feature(GeometryType.POLYGON, ()),
    "a point feature without points": Feature(GeometryType.POINT, ((),)),
    "points in two parts": Feature(GeometryType.POINT, (((0, 0),), ((1, 1),))),
    "a line of one point": Feature(GeometryType.LINE, (((0, 0),),)),
    "a line that stands still": Feature(GeometryType.LINE, (((0, 0), (0, 0)),)),
    "a ring of two points": polygon(((0, 0), (1, 0))),
    "a ring closed by hand": polygon(((0, 0), (1, 0), (1, 1), (0, 0))),
    "a ring without area": polygon(((0, 0), (1, 0), (2, 0))),
    "a hole before its polygon": polygon(HOLE, OUTER),
    "a step too far": polygon(((0, 0), (1 << 31, 0), (0, 1))),
    "a negative id": Feature(GeometryType.POINT, (((0, 0),),), -1),
    "an id of 65 bits": Feature(GeometryType.POINT, (((0, 0),),), 1 << 64),
    "a number of 65 bits": Feature(GeometryType.POINT, (((0, 0),),), 1, {"a": 1 << 64}),
    "a negative number of 65 bits": Feature(GeometryType.POINT, (((0, 0),),), 1, {"a": -(1 << 63) - 1}),
    "half a surrogate pair": Feature(GeometryType.POINT, (((0, 0),),), 1, {"a": "\ud800"}),
}


@pytest.mark.parametrize("feature", NOT_WRITTEN.values(), ids=NOT_WRITTEN.keys())
def test_what_the_specification_forbids_is_not_written(feature):
    with pytest.raises(MalformedTileError):
        encode_tile([TileLayer("a", (feature,))])


@pytest.mark.parametrize(
    "tile",
    [
        [TileLayer("a", ()), TileLayer("a", ())],
        [TileLayer("a", (), 0)],
        [TileLayer("a", (), 1 << 32)],
        [TileLayer("a", (AREA, AREA))],
    ],
    ids=["two layers of one name", "no extent", "an extent of 33 bits", "two features of one id"],
)
def test_layers_that_cannot_stand_in_one_tile_are_not_written(tile):
    with pytest.raises(MalformedTileError):
        encode_tile(tile)


def layer_bytes(*features: bytes, keys=("a",), values=(b"\x28\x01",), version=2, name=b"t", extent=4096, more=b""):
    head = b"" if version is None else pb.tagged_number(15, version)
    head += b"" if name is None else pb.tagged(1, name)
    body = b"".join(pb.tagged(2, feature) for feature in features)
    tags = b"".join(pb.tagged(3, key.encode()) for key in keys) + b"".join(pb.tagged(4, value) for value in values)
    end = b"" if extent is None else pb.tagged_number(5, extent)
    return pb.tagged(3, head + body + tags + end + more)


def feature_bytes(*, commands=(9, 0, 0), kind=1, tags=(), more=b""):
    parts = [pb.tagged(2, pb.packed(tags))] if tags else []
    parts += [pb.tagged_number(3, kind)] if kind is not None else []
    parts += [pb.tagged(4, pb.packed(commands))] if commands is not None else []
    return b"".join(parts) + more


NOT_READ = {
    "no version": layer_bytes(feature_bytes(), version=None),
    "version 1": layer_bytes(feature_bytes(), version=1),
    "version 3": layer_bytes(feature_bytes(), version=3),
    "no name": layer_bytes(feature_bytes(), name=None),
    "a name that is not UTF-8": layer_bytes(feature_bytes(), name=b"\xff"),
    "no extent": layer_bytes(feature_bytes(), extent=None),
    "an extent of 0": layer_bytes(feature_bytes(), extent=0),
    "an extent of 33 bits": layer_bytes(feature_bytes(), extent=1 << 32),
    "two names": layer_bytes(feature_bytes(), more=pb.tagged(1, b"u")),
    "two layers of one name": layer_bytes() + layer_bytes(),
    "a key twice": layer_bytes(feature_bytes(), keys=("a", "a")),
    "a value twice": layer_bytes(feature_bytes(), values=(b"\x28\x01", b"\x28\x01")),
    "a value without content": layer_bytes(feature_bytes(), values=(b"",)),
    "a value with two contents": layer_bytes(feature_bytes(), values=(b"\x28\x01\x38\x01",)),
    "a value of a wrong wire type": layer_bytes(feature_bytes(), values=(b"\x2d\x00\x00\x00\x00",)),
    "a boolean of 2": layer_bytes(feature_bytes(), values=(b"\x38\x02",)),
    "a text that is not UTF-8": layer_bytes(feature_bytes(), values=(b"\x0a\x01\xff",)),
    "an unknown field of a layer": layer_bytes(feature_bytes(), more=pb.tagged_number(6, 1)),
    "an unknown field of a feature": layer_bytes(feature_bytes(more=pb.tagged_number(5, 1))),
    "an unknown field of a tile": pb.tagged(4, b""),
    "a layer as a number": pb.tagged_number(3, 1),
    "no geometry type": layer_bytes(feature_bytes(kind=None)),
    "geometry type 0": layer_bytes(feature_bytes(kind=0)),
    "geometry type 4": layer_bytes(feature_bytes(kind=4)),
    "no geometry": layer_bytes(feature_bytes(commands=None)),
    "an empty geometry": layer_bytes(feature_bytes(commands=())),
    "an odd number of tags": layer_bytes(feature_bytes(tags=(0,))),
    "a tag beyond the keys": layer_bytes(feature_bytes(tags=(1, 0))),
    "a tag beyond the values": layer_bytes(feature_bytes(tags=(0, 1))),
    "a key twice in a feature": layer_bytes(feature_bytes(tags=(0, 0, 0, 0))),
    "two ids": layer_bytes(feature_bytes(more=pb.tagged_number(1, 5) * 2)),
    "one id for two features": layer_bytes(*[feature_bytes(more=pb.tagged_number(1, 5))] * 2),
    "command 3": layer_bytes(feature_bytes(commands=(11, 0, 0))),
    "command 0": layer_bytes(feature_bytes(commands=(8, 0, 0))),
    "a command without points": layer_bytes(feature_bytes(commands=(1,))),
    "fewer points than stated": layer_bytes(feature_bytes(commands=(17, 0, 0))),
    "half a point": layer_bytes(feature_bytes(commands=(9, 0))),
    "a point that goes on as a line": layer_bytes(feature_bytes(commands=(9, 0, 0, 10, 2, 2))),
    "two points in two commands": layer_bytes(feature_bytes(commands=(9, 0, 0, 9, 2, 2))),
    "a line of one point": layer_bytes(feature_bytes(kind=2, commands=(9, 0, 0))),
    "a line that begins twice": layer_bytes(feature_bytes(kind=2, commands=(17, 0, 0, 1, 1, 10, 2, 2))),
    "a line that stands still": layer_bytes(feature_bytes(kind=2, commands=(9, 0, 0, 10, 0, 0))),
    "a closed line": layer_bytes(feature_bytes(kind=2, commands=(9, 0, 0, 10, 2, 2, 15))),
    "an open ring": layer_bytes(feature_bytes(kind=3, commands=(9, 0, 0, 18, 2, 0, 0, 2))),
    "a ring of two points": layer_bytes(feature_bytes(kind=3, commands=(9, 0, 0, 10, 2, 0, 15))),
    "a ring closed twice": layer_bytes(feature_bytes(kind=3, commands=(9, 0, 0, 18, 2, 0, 0, 2, 23))),
    "a ring closed by hand": layer_bytes(feature_bytes(kind=3, commands=(9, 0, 0, 26, 2, 0, 0, 2, 1, 1, 15))),
    "a ring without area": layer_bytes(feature_bytes(kind=3, commands=(9, 0, 0, 18, 2, 0, 2, 0, 15))),
    "a ring the wrong way round": layer_bytes(feature_bytes(kind=3, commands=(9, 0, 0, 18, 0, 2, 2, 0, 15))),
    "a step of 2^31": layer_bytes(feature_bytes(commands=(9, 1 << 32, 0))),
    "a group": b"\x1b",
    "field number 0": b"\x02\x00",
    "a number of 11 bytes": b"\x18" + b"\x80" * 10 + b"\x01",
    "a number of 65 bits": layer_bytes(feature_bytes(), values=(b"\x28" + b"\xff" * 9 + b"\x02",)),
    "a number of 11 bytes as a value": layer_bytes(feature_bytes(), values=(b"\x28" + b"\x80" * 10 + b"\x00",)),
    "a number cut off": b"\x18\x80",
    "a length beyond the end": b"\x1a\x05\x00",
}


@pytest.mark.parametrize("data", NOT_READ.values(), ids=NOT_READ.keys())
def test_what_the_specification_forbids_is_not_read(data):
    with pytest.raises(MalformedTileError):
        decode_tile(data)


def test_the_forbidden_tiles_are_wrong_in_that_one_thing_only():
    (layer,) = decode_tile(layer_bytes(feature_bytes(tags=(0, 0))))

    assert layer == TileLayer("t", (Feature(GeometryType.POINT, (((0, 0),),), None, {"a": 1}),))


def test_registered_extensions_are_passed_by():
    plain = layer_bytes(feature_bytes())
    extended = layer_bytes(feature_bytes(), more=pb.tagged_number(16, 1), values=(b"\x28\x01\x40\x01",))

    assert decode_tile(extended + pb.tagged(20, b"x")) == decode_tile(plain)


TILE = encode_tile(
    [TileLayer("buurt", (AREA, Feature(GeometryType.POINT, (((5, 5),),), 8, {"s": -0.5}))), TileLayer("b", ())]
)


@given(st.integers(0, len(TILE) - 1), st.integers(0, 255))
@example(0, 0)
def test_a_changed_byte_is_read_or_refused_and_never_breaks_the_reader(place, byte):
    changed = TILE[:place] + bytes([byte]) + TILE[place + 1 :]

    try:
        decoded = decode_tile(changed)
    except MalformedTileError:
        return
    assert decode_tile(encode_tile(decoded)) == decoded


@pytest.mark.parametrize("size", range(1, len(TILE)))
def test_a_cut_tile_is_refused_or_lacks_whole_layers(size):
    try:
        decoded = decode_tile(TILE[:size])
    except MalformedTileError:
        return
    assert decoded == decode_tile(TILE)[:1]


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    try:
        decode_tile(data)
    except MalformedTileError:
        return
