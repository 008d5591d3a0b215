"""Archives: what we write, the reference reader and GDAL read; what is damaged, we refuse."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pmtiles import reader as reference

from tiles import limits
from tiles.archive import ROOT_LIMIT, Reader, write_archive
from tiles.compress import gunzip, gzip_bytes
from tiles.directory import Entry, decode_directory, encode_directory
from tiles.errors import MalformedArchiveError, TileAddressError
from tiles.header import HEADER_SIZE
from tiles.scheme import ZoomRange, first_number, tile_address, tile_number
from zicht.errors import ReleaseError, UnknownFormatError

METADATA = {"vector_layers": [{"id": "buurt", "fields": {}}]}
BOUNDS = (3.2, 50.7, 7.3, 53.6)


def written(tiles, *, low=0, high=8):
    return write_archive(tiles, zooms=ZoomRange(low, high), bounds=BOUNDS, metadata=METADATA)


def opened(data):
    return Reader(lambda offset, length: data[offset : offset + length], where="a.pmtiles")


tile_maps = st.dictionaries(
    st.integers(0, first_number(9) - 1), st.sampled_from([b"one", b"two", b"three", b"", b"x" * 300]), max_size=40
)


@given(tile_maps)
def test_what_is_written_is_read_again(tiles):
    reader = opened(written(tiles))

    assert dict(reader.tiles()) == tiles
    assert reader.metadata() == METADATA
    for number in tiles:
        assert gzip.decompress(reader.get(*tile_address(number))) == tiles[number]


@given(tile_maps, st.lists(st.integers(0, first_number(9) - 1), max_size=10))
def test_the_reference_reader_reads_the_same(tiles, others):
    data = written(tiles)
    theirs, ours = reference.Reader(reference.MemorySource(data)), opened(data)

    assert theirs.metadata() == METADATA
    for number in {*tiles, *others}:
        address = tile_address(number)
        body = theirs.get(*address)
        assert body == ours.get(*address)
        assert (gzip.decompress(body) if body else None) == tiles.get(number)


def test_the_header_is_what_the_reference_reader_expects():
    tiles = {tile_number(3, 1, 1): b"a", tile_number(3, 2, 1): b"b", tile_number(4, 9, 9): b"a"}
    data = written(tiles, low=3, high=5)
    header = reference.Reader(reference.MemorySource(data)).header()

    assert (header["version"], header["clustered"], header["min_zoom"], header["max_zoom"]) == (3, True, 3, 5)
    assert (header["addressed_tiles_count"], header["tile_contents_count"]) == (3, 2)
    assert header["min_lon_e7"], header["max_lat_e7"] == (32000000, 536000000)
    assert header["tile_data_offset"] + header["tile_data_length"] == len(data)
    assert opened(data).header.degrees == BOUNDS


def test_a_run_of_equal_tiles_is_one_entry_and_equal_tiles_are_stored_once():
    start = first_number(6)
    tiles = {start + place: b"sea" for place in range(100)} | {start + 50: b"land", start + 200: b"sea"}
    reader = opened(written(tiles))

    assert [(entry.number - start, entry.run) for entry in reader.entries()] == [(0, 50), (50, 1), (51, 49), (200, 1)]
    assert reader.header.contents == 2
    assert reader.header.data.length == len(gzip_bytes(b"sea")) + len(gzip_bytes(b"land"))


def many(count):
    first = first_number(14)
    return {
        first + 3 * place + place % 2: hashlib.sha256(str(place).encode()).digest()[: 1 + place % 9]
        for place in range(count)
    }


def test_a_large_archive_gets_leaf_directories_that_both_readers_follow():
    tiles = many(30_000)
    data = written(tiles, low=14, high=14)
    reader, theirs = opened(data), reference.Reader(reference.MemorySource(data))

    assert reader.header.leaves.length > 0
    assert reader.header.root.length <= ROOT_LIMIT
    assert dict(reader.tiles()) == tiles
    for number in [*list(tiles)[::997], *(number + 1 for number in list(tiles)[::997])]:
        assert reader.get(*tile_address(number)) == theirs.get(*tile_address(number))


def test_tiles_lie_in_the_order_of_the_curve():
    tiles = many(500)
    entries = list(opened(written(tiles, low=14, high=14)).entries())
    first_use = {}
    for entry in entries:
        first_use.setdefault(entry.offset, entry.number)

    assert list(first_use) == sorted(first_use)


@given(tile_maps)
def test_the_order_of_the_input_does_not_matter(tiles):
    assert written(tiles) == written(dict(reversed(tiles.items())))


def test_nothing_but_content_is_in_a_gzip_header():
    assert gzip_bytes(b"x")[:10] == bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    assert gzip.decompress(gzip_bytes(b"x" * 10_000)) == b"x" * 10_000


def test_a_small_file_that_unfolds_into_a_huge_one_is_refused():
    bomb = gzip_bytes(bytes(1 << 20))

    assert len(bomb) < 1200
    assert gunzip(bomb, limit=1 << 20) == bytes(1 << 20)
    with pytest.raises(MalformedArchiveError, match="larger than 1000000"):
        gunzip(bomb, limit=1_000_000)


def damaged(*, at, part):
    """The archive with a part replaced: the root directory (8) or the metadata (24)."""
    data = bytearray(ARCHIVE)
    data[at : at + 16] = len(data).to_bytes(8, "little") + len(part).to_bytes(8, "little")
    return bytes(data) + part


@pytest.mark.parametrize(("at", "limit"), [(8, limits.ROOT_DIRECTORY), (24, limits.METADATA)])
def test_each_part_of_an_archive_has_a_limit_of_its_own(at, limit):
    with pytest.raises(MalformedArchiveError, match=f"larger than {limit}"):
        opened(damaged(at=at, part=gzip_bytes(bytes(limit + 1)))).metadata()


def test_metadata_nested_without_end_are_refused():
    with pytest.raises(MalformedArchiveError, match="JSON object"):
        opened(damaged(at=24, part=gzip_bytes(b"[" * 200_000))).metadata()


def test_a_tile_that_unfolds_into_too_much_is_refused():
    data = written({0: bytes(limits.TILE + 1)}, low=0, high=0)
    with pytest.raises(MalformedArchiveError, match=f"larger than {limits.TILE}"):
        list(opened(data).tiles())


@pytest.mark.parametrize(
    "data", [b"", b"x", gzip_bytes(b"abc")[:-1], gzip_bytes(b"abc") + b"\0", zlib.compress(b"abc")]
)
def test_what_is_no_gzip_member_is_refused(data):
    with pytest.raises(MalformedArchiveError):
        gunzip(data, limit=100)


@pytest.mark.parametrize(("low", "high"), [(0, 2), (4, 8)])
def test_a_tile_outside_the_zooms_is_not_written(low, high):
    with pytest.raises(MalformedArchiveError, match="outside zooms"):
        written({tile_number(3, 0, 0): b"a"}, low=low, high=high)


def test_metadata_without_vector_layers_are_not_written():
    with pytest.raises(MalformedArchiveError, match="vector_layers"):
        write_archive({}, zooms=ZoomRange(0, 1), bounds=BOUNDS, metadata={})


def test_an_address_outside_the_world_is_refused_and_outside_the_zooms_empty():
    reader = opened(written({tile_number(3, 0, 0): b"a"}, low=3, high=4))

    assert reader.get(5, 0, 0) is None
    assert reader.get(3, 7, 7) is None
    with pytest.raises(TileAddressError):
        reader.get(3, 8, 0)


ARCHIVE = written({tile_number(3, x, y): b"%d" % (x // 3) for x in range(8) for y in range(8)} | {0: b"world"})


def read_all(data):
    reader = opened(data)
    return dict(reader.tiles()), reader.metadata()


@pytest.mark.parametrize("size", range(len(ARCHIVE)))
def test_an_archive_cut_off_anywhere_is_refused(size):
    with pytest.raises(ReleaseError, match=r"a\.pmtiles"):
        read_all(ARCHIVE[:size])


def test_a_tile_that_is_cut_off_is_not_given():
    reader = opened(ARCHIVE[:-1])
    last = max(opened(ARCHIVE).entries(), key=lambda entry: entry.offset)

    with pytest.raises(MalformedArchiveError, match="too early"):
        reader.get(*tile_address(last.number))


@given(st.integers(0, len(ARCHIVE) - 1), st.integers(1, 255))
@settings(max_examples=300)
def test_a_changed_byte_is_refused_or_changes_no_tile(place, change):
    damaged = bytearray(ARCHIVE)
    damaged[place] ^= change
    try:
        tiles, metadata = read_all(bytes(damaged))
    except ReleaseError:
        return
    # Counts, bounds and centre are not covered by any checksum of the format; the manifest of a release covers them.
    # Nor are two bytes of each gzip header, which say where and how hard it was compressed.
    assert tiles == read_all(ARCHIVE)[0]
    assert metadata == METADATA


def with_header(place, byte):
    return ARCHIVE[:place] + bytes([byte]) + ARCHIVE[place + 1 :]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", MalformedArchiveError),
        (b"PMTiles" + ARCHIVE[:100], MalformedArchiveError),
        (with_header(0, 0), MalformedArchiveError),
        (with_header(7, 2), UnknownFormatError),
        (with_header(97, 1), UnknownFormatError),
        (with_header(98, 3), UnknownFormatError),
        (with_header(99, 2), UnknownFormatError),
        (with_header(100, 9), MalformedArchiveError),
        (with_header(101, 25), MalformedArchiveError),
        (with_header(8, HEADER_SIZE - 1), MalformedArchiveError),
    ],
)
def test_a_wrong_header_is_refused(data, error):
    with pytest.raises(error):
        opened(data)


entries = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 500), st.integers(1, 99), st.integers(1, 4)), max_size=20
).map(lambda rows: [Entry(10 * place, *row[1:]) for place, row in enumerate(rows)])


@given(entries)
def test_a_directory_is_read_as_it_was_written(entries):
    assert decode_directory(encode_directory(entries), leaves=0, data_length=1000) == tuple(entries)


@pytest.mark.parametrize(
    "entries",
    [
        [Entry(5, 0, 1, 2), Entry(6, 1, 1, 1)],
        [Entry(5, 0, 1, 1), Entry(5, 1, 1, 1)],
        [Entry(5, 0, 0, 1)],
        [Entry(5, 999, 2, 1)],
        [Entry(5, 0, 1, 0)],
        [Entry(first_number(25), 0, 1, 1)],
    ],
    ids=["runs overlap", "a number twice", "no length", "beyond the tiles", "a leaf where there is none", "zoom 25"],
)
def test_a_directory_that_contradicts_itself_is_refused(entries):
    with pytest.raises(MalformedArchiveError):
        decode_directory(encode_directory(entries), leaves=0, data_length=1000)


def test_two_leaf_directories_cannot_begin_at_one_number():
    leaves = [Entry(5, 0, 1, 0), Entry(5, 1, 1, 0)]
    with pytest.raises(MalformedArchiveError, match="ascend"):
        decode_directory(encode_directory(leaves), leaves=10, data_length=0)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01\x00\x01\x01\x00", b"\x00\x00", b"\x80"])
def test_a_directory_with_too_few_or_too_many_numbers_is_refused(data):
    with pytest.raises(MalformedArchiveError):
        decode_directory(data, leaves=0, data_length=1000)


def test_directories_that_point_at_themselves_are_refused():
    size = len(gzip_bytes(encode_directory([Entry(0, 0, 30, 0)])))
    leaf = gzip_bytes(encode_directory([Entry(0, 0, size, 0)]))
    assert len(leaf) == size
    data = bytearray(written({0: b"a"}))
    start = len(data)
    data[8:24] = start.to_bytes(8, "little") + len(leaf).to_bytes(8, "little")
    data[40:56] = start.to_bytes(8, "little") + len(leaf).to_bytes(8, "little")
    reader = opened(bytes(data) + leaf)

    with pytest.raises(MalformedArchiveError, match="without end"):
        reader.get(0, 0, 0)
    with pytest.raises(MalformedArchiveError, match="without end"):
        list(reader.entries())


def test_metadata_that_are_no_object_are_refused():
    data = bytearray(ARCHIVE)
    text = gzip_bytes(json.dumps([1]).encode())
    data[24:40] = len(data).to_bytes(8, "little") + len(text).to_bytes(8, "little")

    with pytest.raises(MalformedArchiveError, match="JSON object"):
        opened(bytes(data) + text).metadata()
