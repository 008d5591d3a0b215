"""Splicing: the geometry byte for byte, the properties exactly those published, and nothing else in any byte."""

from __future__ import annotations

import gzip
from dataclasses import replace

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiles import protobuf as pb
from tiles.archive import write_archive
from tiles.errors import MalformedTileError, TileAddressError
from tiles.features import Feature, GeometryType, TileLayer
from tiles.mvt import decode_tile, encode_tile
from tiles.scheme import ZoomRange, tile_number
from tiles.splice import figures_of, splice, take_apart, texts_of
from tiles.spliced import Selection, SplicedTiles
from tiles.tileset import TileSet
from zicht.areas import AreaList
from zicht.classes import ClassColumn, ClassKey
from zicht.errors import AlignmentError
from zicht.published import ColumnKey, PublishedColumn

COUNT = 6
CODES = np.array([f"BU{index:04d}" for index in range(COUNT)])
NAMES = np.array(["Centrum", "Centrum", "published", "Zuid", "hot", "Ærø"])
STATUSES = np.array(["published", "suppressed", "published", "missing", "not_applicable", "published"])
VALUES = np.array([12.0, np.nan, 30.0, np.nan, np.nan, 12.0])
#: Bounds of the suppressed cell that no tile may tell.
LOW = np.array([10.0, 7_777.0, 28.0, np.nan, np.nan, 10.0])
HIGH = np.array([14.0, 8_888.0, 32.0, np.nan, np.nan, 14.0])


def areas(names=NAMES):
    nothing = np.full((COUNT, 2), np.nan)
    blank = np.full(COUNT, "")
    return AreaList("buurt", CODES, names, blank, blank, nothing, np.full((COUNT, 4), np.nan))


def column(**parts):
    key = ColumnKey("labs", "2024", "buurt", "", "count")
    whole = PublishedColumn(key, "labs", CODES, STATUSES, VALUES, LOW, HIGH)
    return replace(whole, **parts)


def classes(code=CODES):
    size = len(code)
    label = np.array(["hot", "suppressed", "cold", "missing", "not_applicable", "not_significant"])[:size]
    number = np.zeros(size)
    whole = number.astype(np.int64)
    key = ClassKey("labs", "2024", "buurt", "", "m")
    return ClassColumn(key, code, label, number, number, number, whole, whole, number, number)


def square(fid):
    corner = ((fid * 10, 0), (fid * 10 + 10, 0), (fid * 10 + 10, 9), (fid * 10, 9))
    return Feature(GeometryType.POLYGON, (corner,), fid, {"fid": fid, "code": str(CODES[fid])})


def geometry_tile(fids=range(COUNT)):
    return encode_tile([TileLayer("buurt", tuple(square(fid) for fid in fids))])


def spliced(fids=range(COUNT), *, shown=None, hotspots=None, names=NAMES):
    figures = figures_of(column() if shown is None else shown, hotspots)
    return splice(take_apart(geometry_tile(fids), texts_of(areas(names))), figures)


def layer_fields(tile):
    ((_, _, layer),) = pb.fields(tile)
    return [(number, content) for number, _, content in pb.fields(layer)]


def dictionary(tile):
    return [content for number, content in layer_fields(tile) if number == 4]


def geometry_of(tile):
    features = [{n: c for n, _, c in pb.fields(f)} for number, f in layer_fields(tile) if number == 2]
    return [(f[1], f[3], f[4]) for f in features]


def test_every_property_is_the_published_one():
    (layer,) = decode_tile(spliced(hotspots=classes()))
    shown = {feature.id: dict(feature.properties) for feature in layer.features}

    assert shown[0] == {
        "code": "BU0000",
        "name": "Centrum",
        "status": "published",
        "value": 12,
        "low": 10,
        "high": 14,
        "class": "hot",
    }
    assert shown[1] == {"code": "BU0001", "name": "Centrum", "status": "suppressed", "class": "suppressed"}
    assert shown[3] == {"code": "BU0003", "name": "Zuid", "status": "missing", "class": "missing"}
    assert shown[4] == {"code": "BU0004", "name": "hot", "status": "not_applicable", "class": "not_applicable"}
    assert shown[5]["name"] == "Ærø"


def test_without_a_hotspot_map_there_is_no_class_and_without_rounding_no_bounds():
    exact = column(
        low=np.where(STATUSES == "published", VALUES, LOW), high=np.where(STATUSES == "published", VALUES, HIGH)
    )
    (layer,) = decode_tile(spliced(shown=exact))

    assert set(layer.features[0].properties) == {"code", "name", "status", "value"}
    assert figures_of(exact).fields == ("code", "name", "status", "value")
    assert figures_of(column(), classes()).fields == ("code", "name", "status", "value", "low", "high", "class")


def test_ids_and_geometry_are_copied_byte_for_byte():
    assert geometry_of(spliced()) == geometry_of(geometry_tile())


def test_the_dictionary_has_each_value_once_and_those_of_this_tile_alone():
    found = dictionary(spliced([1, 3]))
    words = {pb.tagged(1, word.encode()) for word in ("BU0001", "BU0003", "Centrum", "Zuid", "suppressed", "missing")}

    assert set(found) == words
    assert len(dictionary(spliced())) == len(set(dictionary(spliced())))


def test_a_tile_without_a_published_cell_has_no_key_for_one():
    keys = [content for number, content in layer_fields(spliced([1, 3], hotspots=classes())) if number == 3]
    assert keys == [b"code", b"name", b"status", b"class"]


def test_an_area_may_be_called_what_a_status_or_class_is_called():
    (layer,) = decode_tile(spliced(hotspots=classes()))

    assert layer.features[2].properties["name"] == layer.features[2].properties["status"] == "published"
    assert layer.features[4].properties["name"] == "hot"
    assert layer.features[0].properties["class"] == "hot"


def test_bounds_of_a_hidden_cell_are_in_no_byte():
    tile = spliced(hotspots=classes())
    for secret in (7_777, 8_888):
        told = np.where(STATUSES == "published", float(secret), np.nan)
        open_tile = spliced(shown=column(value=told, low=told, high=told))
        assert pb.varint(secret) in open_tile
        for written in (pb.varint(secret), pb.varint(pb.zigzag(secret)), np.float64(secret).tobytes(), b"%d" % secret):
            assert written not in tile


def test_a_column_has_one_kind_of_number():
    whole = [decode_tile(spliced())[0].features[at].properties["value"] for at in (0, 2)]
    broken = column(value=np.where(VALUES == 12, 12.5, VALUES))
    mixed = [decode_tile(spliced(shown=broken))[0].features[at].properties["value"] for at in (0, 2)]
    below = column(value=-VALUES, low=-HIGH, high=-LOW)

    assert [type(value) for value in whole] == [int, int]
    assert [(type(value), value) for value in mixed] == [(float, 12.5), (float, 30.0)]
    assert decode_tile(spliced(shown=below))[0].features[0].properties["value"] == -12


def test_the_same_gives_the_same_bytes():
    assert spliced(hotspots=classes()) == spliced(hotspots=classes())


def test_a_stranger_reads_it():
    read = mapbox_vector_tile.decode(spliced(hotspots=classes()))["buurt"]

    assert read["extent"] == 4096
    assert [feature["id"] for feature in read["features"]] == list(range(COUNT))
    assert read["features"][0]["properties"]["value"] == 12
    assert "value" not in read["features"][1]["properties"]


def test_gdal_reads_it(tmp_path):
    (tmp_path / "0.mvt").write_bytes(spliced(hotspots=classes()))
    frame = pyogrio.read_dataframe(tmp_path / "0.mvt", layer="buurt").sort_values("mvt_id")

    assert frame["code"].tolist() == CODES.tolist()
    assert frame["value"].tolist()[:3:2] == [12, 30]
    assert np.isnan(frame["value"].tolist()[1])
    assert frame.geometry.is_valid.all()


@given(
    fids=st.lists(st.integers(0, COUNT - 1), unique=True, min_size=1),
    status=st.lists(
        st.sampled_from(["published", "suppressed", "missing", "not_applicable"]), min_size=COUNT, max_size=COUNT
    ),
    numbers=st.lists(st.floats(-1e9, 1e9), min_size=COUNT, max_size=COUNT),
)
def test_what_is_read_is_what_was_published(fids, status, numbers):
    status = np.array(status)
    value = np.where(status == "published", np.array(numbers) + 0.0, np.nan)
    shown = column(status=status, value=value, low=value, high=value)
    (layer,) = decode_tile(spliced(sorted(fids), shown=shown))

    for feature in layer.features:
        expected = {"code": CODES[feature.id], "name": NAMES[feature.id], "status": status[feature.id]}
        if status[feature.id] == "published":
            expected["value"] = value[feature.id]
        assert dict(feature.properties) == expected


@pytest.mark.parametrize(
    ("tile", "problem"),
    [
        (b"", "0 layers"),
        (geometry_tile() + encode_tile([TileLayer("wijk", (square(0),))]), "2 layers"),
        (encode_tile([TileLayer("buurt", (replace(square(0), id=None),))]), "no id"),
        (encode_tile([TileLayer("buurt", (replace(square(0), id=COUNT),))]), "does not know"),
        (geometry_tile()[:-3], "beyond the end"),
    ],
)
def test_a_tile_that_does_not_fit_is_refused(tile, problem):
    with pytest.raises(MalformedTileError, match=problem):
        take_apart(tile, texts_of(areas()))


def test_a_map_of_other_areas_is_refused():
    with pytest.raises(AlignmentError, match="other areas"):
        figures_of(column(), classes(CODES[:5]))


def test_tiles_are_made_once_and_are_the_same_with_and_without_a_cache(tmp_path):
    tiles = {tile_number(3, x, 2): geometry_tile([x, x + 1]) for x in range(4)}
    bounds = (0.0, 0.0, 1.0, 1.0)
    archive = write_archive(tiles, zooms=ZoomRange(3, 3), bounds=bounds, metadata={"vector_layers": []})
    (tmp_path / "buurt.pmtiles").write_bytes(archive)
    with TileSet(tmp_path, ["buurt"]) as tileset:
        kept, fresh = SplicedTiles(tileset), SplicedTiles(tileset, frame_bytes=0, body_bytes=0)
        count = Selection("count", texts_of(areas()), figures_of(column()))
        hot = Selection("hot", texts_of(areas()), figures_of(column(), classes()))

        first = kept.get(count, 3, 1, 2)
        assert kept.get(count, 3, 1, 2) is first
        assert fresh.get(count, 3, 1, 2) == first
        assert gzip.decompress(first.body) == spliced([1, 2])
        assert kept.get(hot, 3, 1, 2).etag != first.etag != kept.get(count, 3, 2, 2).etag
        assert kept.get(count, 3, 7, 7) is None
        with pytest.raises(TileAddressError):
            kept.get(count, 2, 0, 0)
