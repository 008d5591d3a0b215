"""Small files that would be much work, or much memory, are refused by name; and true files are not."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from tests.tiles.validate.forge import archive, checked, directory, feature, layer, line, move, rules
from tiles import protobuf as pb
from tiles.compress import gzip_bytes
from tiles.scheme import BUFFER, EXTENT
from tiles.validate import coverage, directories, run, tile
from tiles.validate.finding import NOWHERE
from tiles.validate.quick import read_quickly
from tiles.validate.run import Options, validate
from tiles.validate.sources import Source
from tiles.validate.tile import read_tile

MB = 1 << 20


class Counted:
    """Bytes that know how often they are read."""

    def __init__(self, data):
        self.data, self.reads = data, 0

    def __call__(self, offset, length):
        self.reads += 1
        return self.data[offset : offset + length]

    def report(self, **options):
        return validate(Source("bytes", len(self.data), self), Options(**options))


class Octets(bytes):
    """Bytes that know how many of them are looked at one by one."""

    looked = 0

    def __getitem__(self, at):
        if isinstance(at, int):
            Octets.looked += 1
        return super().__getitem__(at)


def peak(work):
    """Return what some work gives, and the most memory that it needs."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_number_that_does_not_end_is_left_to_the_careful_reader_at_once():
    endless = Octets(b"\x1a" + b"\xff" * 50_000)
    Octets.looked = 0
    assert read_quickly(endless, buffer=BUFFER / EXTENT) is None
    assert Octets.looked < 20
    assert rules(bytes(endless)) == {"wire", "tile-layers"}


@pytest.mark.parametrize("more", [9, 20])
def test_a_number_of_more_than_64_bits_is_no_number_however_many_zeros_lead_it(more):
    extent = b"\x28\x80" + b"\x80" * more + b"\x20"
    assert read_quickly(layer(extent=None, last=extent), buffer=BUFFER / EXTENT) is None
    assert "wire" in rules(layer(extent=None, last=extent))


def each_itself(count):
    """A directory whose entries all point to itself."""
    for size in range(30, 400):
        found = gzip_bytes(pb.packed([count, 0, *[1] * (count - 1), *[0] * count, *[size] * count, *[1] * count]))
        if len(found) == size:
            return found
    raise AssertionError


def test_directories_that_point_to_one_another_are_read_once():
    leaf = each_itself(64)
    counted = Counted(archive(root=leaf, leaves=leaf))
    assert set(counted.report().counts) == {"directory-depth", "directory-order"}
    assert counted.reads < 10


def test_directory_entries_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(directories, "MOST_ENTRIES", 10)
    leaf = gzip_bytes(directory([(number, 0, 5, 1) for number in range(8)]))
    more = gzip_bytes(directory([(number, 0, 5, 1) for number in range(8, 16)]))
    root = gzip_bytes(directory([(0, 0, len(leaf), 0), (8, len(leaf), len(more), 0)]))
    assert rules(archive(root=root, leaves=leaf + more)) == {"limits"}


def test_tiles_upon_one_another_are_refused():
    body = layer()
    data = archive({0: body}, packed=lambda part: part, kinds=(1, 1, 1), entries=lambda _: several(len(body)))
    assert rules(data) == {"directory-entry"}


def several(size):
    return [(number, number, size - number, 1) for number in range(4)]


def repeated(count, *, run=256):
    """An archive of one tile that stands at many places."""
    body = layer()
    size = len(gzip_bytes(body))
    columns = [count, 0, *[run] * (count - 1), *[run] * count, *[size] * count, *[1] * count]
    return archive({0: body}, root=gzip_bytes(pb.packed(columns)), zooms=(0, 9))


def test_a_tile_that_stands_at_many_places_is_read_once(monkeypatch):
    read, compared = [], []
    quickly, different = run.read_quickly, coverage._different
    monkeypatch.setattr(run, "read_quickly", lambda *each, **more: read.append(1) or quickly(*each, **more))
    monkeypatch.setattr(coverage, "_different", lambda *each: compared.append(1) or different(*each))
    monkeypatch.setattr(run, "_MOST_AGAIN", 2_000)
    counted = Counted(repeated(1_000))
    report = counted.report()
    assert report.tiles == 256_000
    assert len(read) == 1
    assert counted.reads < 10
    assert len(compared) < 2_000
    assert any("were not held against their neighbours" in note for note in report.notes)


def test_where_equal_tiles_stand_is_checked_as_that_of_others():
    # Two areas that are cut at the border of tiles: each shows another edge there than its neighbour.
    square = [*move((4050, 10)), *line((20, 0), (0, 20), (-20, 0)), 15]
    tiles = {number: layer(feature(square)) for number in range(1, 5)}
    apart = checked(archive(tiles, zooms=(1, 1), bounds=(-10, -10, 10, 10, 1, 0, 0)))
    one = archive(
        {1: layer(feature(square))},
        entries=lambda e: [(1, 0, e[0][2], 4)],
        zooms=(1, 1),
        bounds=(-10, -10, 10, 10, 1, 0, 0),
    )
    together = checked(one)
    assert together.counts["tiles-match"] == apart.counts["tiles-match"] > 0
    assert [f.place for f in together.findings if f.rule == "tiles-match"] == [
        f.place for f in apart.findings if f.rule == "tiles-match"
    ]
    assert together.tiles == 4
    assert together.notes == ()


def test_every_zoom_has_the_ids_of_the_tiles_that_it_shares_with_another():
    data = archive(
        {0: layer(feature(number=7)), 1: layer(feature(number=8))},
        entries=lambda e: [e[0], e[1], (2, *e[0][1:])],
        zooms=(0, 1),
    )
    assert [f.problem for f in checked(data).findings if f.rule == "ids-by-zoom"] == [
        "Zoom 0 lacks 1 of 2 ids, first 8."
    ]


BOMBS = {
    "a tile": (archive(packed=lambda part: gzip_bytes(part.ljust(32 * MB, b"\0"))), 150 * MB),
    "a tile alone": (gzip_bytes(bytes(32 * MB)), 60 * MB),
    "a root directory": (archive(root=gzip_bytes(bytes(32 * MB))), 20 * MB),
    "metadata": (archive(metadata=b'{"a":[' + b"[]," * (10 * MB) + b"0]}"), 60 * MB),
}


@pytest.mark.parametrize(("data", "most"), BOMBS.values(), ids=BOMBS)
def test_what_unfolds_into_much_is_refused_and_needs_little_memory(data, most):
    report, memory = peak(lambda: checked(data))
    assert "limits" in report.counts
    assert not report.valid
    assert memory < most


def test_many_fields_are_refused_and_need_little_memory():
    report, memory = peak(lambda: checked(gzip_bytes(b"\x78\x02" * (4 * MB))))
    assert "limits" in report.counts
    assert memory < 200 * MB


@pytest.mark.parametrize(("count", "refused"), [(6, False), (7, True)])
def test_a_message_has_so_many_fields_and_no_more(monkeypatch, count, refused):
    monkeypatch.setattr(tile, "MOST_FIELDS", 6)
    found = {finding.rule for finding in read_tile(layer() * count, NOWHERE, buffer=0.1)}
    assert found == ({"layer-name-unique", "limits"} if refused else {"layer-name-unique"})


def test_names_of_layers_are_counted_once():
    compared = []

    class Name(str):
        def __eq__(self, other):
            compared.append(1)
            return super().__eq__(other)

        __hash__ = str.__hash__

    names = [Name(f"n{number}") for number in range(300)]
    given = iter(names)
    original = tile._layer

    def named(*each):
        read = yield from original(*each)
        return replace(read, name=next(given))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tile, "_layer", named)
        assert list(read_tile(layer() * 300, NOWHERE, buffer=0.1)) == []
    assert len(compared) < 3_000


def test_a_file_of_too_many_findings_is_read_no_further(monkeypatch):
    monkeypatch.setattr(run, "MOST_FINDINGS", 10)
    report = checked(layer(*[feature(kind=4, number=at) for at in range(50)]), spec_only=True)
    assert report.counts == {"type-known": 10, "limits": 1}
    assert not report.valid


def test_what_was_not_read_is_told_whatever_is_left_out():
    assert "limits" in checked(BOMBS["a tile alone"][0], spec_only=True, coverage=False).counts
