"""Serving tiles: every address has one right answer, from many threads, also where there is nothing."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tiles.archive import Reader, write_archive
from tiles.compress import gzip_bytes
from tiles.errors import TileAddressError
from tiles.scheme import ZoomRange, tile_address, tile_number
from tiles.tileset import ByteFile, TileSet
from zicht.errors import ReleaseError

WORLD = {tile_number(4, x, y): f"{x}/{y}".encode() * (1 + x) for x in range(16) for y in range(4)}


def archive(tiles, low=3, high=5):
    bounds = (-180.0, 0.0, 180.0, 85.0)
    return write_archive(tiles, zooms=ZoomRange(low, high), bounds=bounds, metadata={"vector_layers": []})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "buurt.pmtiles").write_bytes(archive(WORLD))
    (tmp_path / "wijk.pmtiles").write_bytes(archive({0: b"w"}, 0, 0))
    return tmp_path


@pytest.fixture(params=[0, 500, 1 << 20], ids=["no cache", "a small cache", "a large cache"])
def tileset(folder, request):
    with TileSet(folder, ["buurt", "wijk"], cache_bytes=request.param) as opened:
        yield opened


def test_every_tile_is_given_as_stored_and_tagged_by_content(tileset):
    for _ in range(2):
        for number, body in WORLD.items():
            tile = tileset.get("buurt", *tile_address(number))
            assert gzip.decompress(tile.body) == body
            assert tile.etag == hashlib.sha256(tile.body).hexdigest()[:32]


def test_equal_tiles_have_equal_tags_and_others_do_not(folder):
    (folder / "buurt.pmtiles").write_bytes(
        archive({tile_number(4, x, 0): b"ab"[x // 2 : x // 2 + 1] for x in range(4)})
    )
    with TileSet(folder, ["buurt"]) as tileset:
        tags = [tileset.get("buurt", 4, x, 0).etag for x in range(4)]

    assert tags[0] == tags[1] != tags[2] == tags[3]


def test_where_nothing_is_drawn_there_is_no_tile(tileset):
    assert tileset.get("buurt", 4, 0, 15) is None
    assert tileset.get("buurt", 5, 31, 31) is None


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (("park", 4, 0, 0), "no tiles of level 'park'"),
        (("../buurt", 4, 0, 0), "no tiles of level"),
        (("buurt", 2, 0, 0), "no tiles at zoom 2"),
        (("buurt", 6, 0, 0), "no tiles at zoom 6"),
        (("buurt", 4, 16, 0), "no tile 4/16/0"),
        (("buurt", 4, 0, -1), "no tile 4/0/-1"),
        (("buurt", 99, 0, 0), "no zoom 99"),
        (("buurt", -1, 0, 0), "no zoom -1"),
    ],
)
def test_an_address_that_does_not_exist_is_refused(tileset, address, problem):
    with pytest.raises(TileAddressError, match=problem):
        tileset.get(*address)


def test_it_knows_its_levels_zooms_and_bounds(tileset):
    assert tileset.levels == ("buurt", "wijk")
    assert tileset.zooms("buurt") == ZoomRange(3, 5)
    assert tileset.bounds("buurt") == (-180.0, 0.0, 180.0, 85.0)
    with pytest.raises(TileAddressError):
        tileset.bounds("park")


def test_the_cache_keeps_what_was_asked_for_last_within_its_limit(folder, monkeypatch):
    reads = []
    original = Reader.get
    monkeypatch.setattr(Reader, "get", lambda self, *address: reads.append(address) or original(self, *address))
    (folder / "buurt.pmtiles").write_bytes(archive({tile_number(4, x, 0): b"abc"[x : x + 1] for x in range(3)}))
    with TileSet(folder, ["buurt"], cache_bytes=2 * len(gzip_bytes(b"a"))) as tileset:
        for x in (0, 1, 0, 2, 0, 1):
            tileset.get("buurt", 4, x, 0)

    assert [x for _, x, _ in reads] == [0, 1, 2, 1]


def test_many_threads_read_the_right_tiles(tileset):
    numbers = list(WORLD) * 20

    with ThreadPoolExecutor(8) as pool:
        bodies = list(
            pool.map(lambda number: gzip.decompress(tileset.get("buurt", *tile_address(number)).body), numbers)
        )

    assert bodies == [WORLD[number] for number in numbers]


def test_reading_works_where_the_system_has_no_positioned_read(folder, monkeypatch):
    monkeypatch.delattr("os.pread", raising=False)
    with TileSet(folder, ["buurt"], cache_bytes=0) as tileset:
        test_many_threads_read_the_right_tiles(tileset)


def test_a_file_gives_less_only_at_its_end(folder):
    file = ByteFile(folder / "wijk.pmtiles")
    data = (folder / "wijk.pmtiles").read_bytes()

    assert file(0, 10) == data[:10]
    assert file(len(data) - 3, 10) == data[-3:]
    assert file(len(data) + 5, 10) == b""
    for beyond in (1 << 63, (1 << 64) - 1):
        assert file(beyond, 0) == file(beyond, 10) == b""
    file.close()


@pytest.mark.parametrize("part", [8, 24, 40, 56], ids=["root", "metadata", "leaves", "tiles"])
@pytest.mark.parametrize("length", [0, 10])
def test_a_part_beyond_all_files_is_refused_when_opened(folder, part, length):
    path = folder / "buurt.pmtiles"
    data = bytearray(path.read_bytes())
    data[part : part + 16] = ((1 << 64) - 1).to_bytes(8, "little") + length.to_bytes(8, "little")
    path.write_bytes(data)

    with pytest.raises(ReleaseError, match=r"buurt\.pmtiles"):
        TileSet(folder, ["buurt"])


@pytest.mark.parametrize("kept", [slice(-1), slice(0), slice(200), slice(None)], ids=["less", "none", "some", "more"])
def test_an_archive_that_is_not_whole_is_refused_when_opened(folder, kept):
    path = folder / "buurt.pmtiles"
    path.write_bytes((path.read_bytes() + b"\0")[kept] if kept.stop is None else path.read_bytes()[kept])

    with pytest.raises(ReleaseError, match=r"buurt\.pmtiles"):
        TileSet(folder, ["wijk", "buurt"])


def test_an_absent_archive_is_named(folder):
    with pytest.raises(ReleaseError, match=r"park\.pmtiles.*cannot be opened"):
        TileSet(folder, ["buurt", "park"])


def test_files_are_closed_when_opening_fails(folder, monkeypatch):
    closed = []
    original = ByteFile.close
    monkeypatch.setattr(ByteFile, "close", lambda self: (closed.append(self), original(self)))
    with pytest.raises(ReleaseError):
        TileSet(folder, ["buurt", "park"])

    assert len(closed) == 1


_IMPORT = """
import sys
import tiles.archive, tiles.columns, tiles.scheme, tiles.tilejson, tiles.tileset
heavy = {"shapely", "pyproj", "geopandas", "h3", "h3ronpy", "pandas", "numba", "geo"} & set(sys.modules)
assert not heavy, heavy
"""


def test_what_a_server_needs_of_tiles_needs_no_geometry_library():
    root = str(Path(__file__).parents[2])
    subprocess.run([sys.executable, "-c", _IMPORT], check=True, cwd=root)
