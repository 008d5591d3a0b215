"""Every rule has a file that breaks it and nothing else; and valid files break none."""

from __future__ import annotations

import struct

import pytest

from tests.tiles.validate.forge import (
    CLOSE,
    METADATA,
    SQUARE,
    archive,
    checked,
    directory,
    feature,
    geometry,
    layer,
    line,
    move,
    rules,
    text_value,
    zig,
)
from tiles import protobuf as pb
from tiles.archive import write_archive
from tiles.compress import gzip_bytes
from tiles.scheme import ZoomRange, tile_address
from tiles.validate import run
from tiles.validate.rules import RULES, Weight
from tiles.validate.secrets import secret_of

HOLE = [*SQUARE, *move((2, -8)), *line((0, 4), (4, 0), (0, -4)), *CLOSE]
SECOND = feature([*move((20, 10)), *line((10, 0), (0, 10), (-10, 0)), *CLOSE], number=8)
LONE = {"keys": (), "values": []}


def bare(numbers, kind=3):
    """A tile of one feature with this geometry."""
    return layer(feature(numbers, kind=kind))


TILES = {
    "wire": [
        layer()[:-1],
        layer() + b"\xff",
        layer() + bytes([0x1B]),
        layer(feature(tags=()), keys=(), values=[]) + b"\x00",
    ],
    "field": [
        layer() + pb.tagged_number(2, 5),
        layer(last=pb.tagged_number(6, 1)),
        layer(feature(extra=pb.tagged_number(5, 1))),
        layer(values=[pb.tagged(4, pb.tagged_number(7, 2))]),
    ],
    "field-repeated": [layer(last=pb.tagged_number(5, 4096)), layer(feature(extra=pb.tagged_number(1, 7)))],
    "text": [layer(name=b"\xff"), layer(values=[text_value(b"\xc3\x28")])],
    "tile-layers": [b""],
    "layer-features": [layer(b"", **LONE)],
    "layer-version": [layer(version=None), layer(version=1), layer(version=3)],
    "layer-name": [layer(name=None)],
    "layer-name-unique": [layer() + layer()],
    "layer-extent": [layer(extent=each) for each in (None, 0, 1 << 32, 1 << 40, 1 << 63, (1 << 64) - 1)],
    "key-unique": [layer(feature(tags=(0, 0, 1, 0)), keys=("a", "a"))],
    "value-unique": [layer(feature(tags=(0, 0, 1, 1)), keys=("a", "b"), values=[text_value("x")] * 2)],
    "value-one": [
        layer(values=[pb.tagged(4, b"")]),
        layer(values=[pb.tagged(4, pb.tagged(1, b"x") + pb.tagged_number(5, 1))]),
    ],
    "feature-type": [layer(feature(kind=None))],
    "feature-geometry": [layer(feature([]))],
    "type-known": [layer(feature(kind=4))],
    "type-unknown": [layer(feature(kind=0))],
    "tags-pairs": [layer(feature(tags=(0, 0, 0)), keys=("a",))],
    "tags-range": [layer(feature(tags=(0, 0, 1, 0))), layer(feature(tags=(0, 0, 0, 1)))],
    "tags-key-unique": [layer(feature(tags=(0, 0, 0, 0)))],
    "geometry-integer": [bare([9, 1 << 32, 0], kind=1)],
    "command-known": [bare([*SQUARE, 3]), bare([0], kind=1), bare([8 | 4], kind=2)],
    "command-parameters": [bare([9, 2], kind=1), bare(SQUARE[:5]), bare([(1 << 29) - 1 << 3 | 1, 2, 2], kind=1)],
    "parameter-range": [bare([9, (1 << 32) - 1, 0], kind=1)],
    "line-still": [bare([*move((1, 1)), *line((0, 0), (1, 1))], kind=2)],
    "close-count": [bare([*SQUARE[:-1], 23]), bare([*SQUARE[:-1], 7])],
    "point-commands": [bare([1], kind=1), bare(line((1, 1)), kind=1), bare([*move((1, 1)), *move((1, 1))], kind=1)],
    "line-commands": [
        bare(move((1, 1)), kind=2),
        bare([*move((1, 1), (2, 2)), *line((1, 1))], kind=2),
        bare([*move((1, 1)), 2], kind=2),
        bare([*move((1, 1)), *line((1, 1)), *CLOSE], kind=2),
    ],
    "polygon-commands": [
        bare([*move((1, 1)), *line((5, 0), (0, 5))]),
        bare([*move((1, 1)), *line((5, 0)), *CLOSE]),
        bare([*move((1, 1), (1, 1)), *line((5, 0), (0, 5)), *CLOSE]),
        bare([*SQUARE, *CLOSE]),
        bare(line((5, 0), (0, 5))),
    ],
    "ring-first": [
        bare([*move((10, 10)), *line((0, 10), (10, 0), (0, -10)), *CLOSE]),
        layer(feature(), feature([*move((90, 90)), *line((0, 10), (10, 0), (0, -10)), *CLOSE], number=8)),
    ],
    "ring-closed": [bare([*move((10, 10)), *line((10, 0), (0, 10), (-10, 0), (0, -10)), *CLOSE])],
    "ring-area": [bare([*SQUARE, *move((1, 1)), *line((1, 0), (-2, 0)), *CLOSE])],
    "ring-simple": [
        bare([*move((0, 0)), *line((10, 0), (0, 10), (-5, -12), (-5, 12)), *CLOSE]),
        bare([*move((0, 0)), *line((10, 0), (-5, 5), (5, 5), (-10, 0), (5, -5)), *CLOSE]),
    ],
    "hole-inside": [bare([*SQUARE, *move((90, 90)), *line((0, 4), (4, 0), (0, -4)), *CLOSE])],
    "extension": [
        layer() + pb.tagged(16, b"x"),
        layer(last=pb.tagged_number(99, 1)),
        layer(values=[pb.tagged(4, pb.tagged(1, b"x") + pb.tagged(9, b"y"))]),
    ],
    "key-used": [layer(keys=("code", "spare"))],
    "value-used": [layer(values=[text_value("BU01"), text_value("4711")])],
    "feature-id": [layer(feature(number=None))],
    "id-unique": [layer(feature(), feature([*move((40, 40)), *line((5, 0), (0, 5)), *CLOSE]))],
    "within-buffer": [bare(move((-81, 0)), kind=1), bare(move((0, 4177)), kind=1)],
    "polygons-apart": [bare([*SQUARE, *move((1, -9)), *line((4, 0), (0, 4), (-4, 0)), *CLOSE])],
    "edges-match": [
        layer(feature(), feature([*move((15, 10)), *line((10, 0), (0, 10), (-10, 0)), *CLOSE], number=8)),
        layer(feature(), feature([*move((20, 10)), *line((10, 0), (0, 10), (-10, 0), (0, -4)), *CLOSE], number=8)),
    ],
    "layer-version-first": [
        pb.tagged(
            3,
            pb.tagged(1, b"buurt")
            + pb.tagged_number(15, 2)
            + feature()
            + pb.tagged(3, b"code")
            + text_value("BU01")
            + pb.tagged_number(5, 4096),
        )
    ],
}


def shifted(spans):
    return [(offset + (part == 1), length) for part, (offset, length) in enumerate(spans)]


def numbered(*numbers):
    return {number: layer(feature(number=7, extra=b"")) + layer(name=f"x{number}") for number in numbers}


def leaves(listed):
    """An archive of equal tiles, of a root with (first number as stated, numbers) of each leaf directory."""
    inner = layer(feature([*move((1000, 1000)), *SQUARE[3:]]))
    size = len(gzip_bytes(inner))
    parts = [gzip_bytes(directory([(number, 0, size, 1) for number in numbers])) for _, numbers in listed]
    starts = [sum(map(len, parts[:at])) for at in range(len(parts))]
    root = [(first, start, len(part), 0) for (first, _), start, part in zip(listed, starts, parts, strict=True)]
    return archive({0: inner}, root=gzip_bytes(directory(root)), leaves=b"".join(parts), zooms=(0, 1))


#: No reader finds a tile of these.
SWAPPED = [(0, [1]), (1, [0])]

#: A directory whose one entry is a leaf directory of its own length, at its own place.
SELF = next(found for size in range(20, 60) if len(found := gzip_bytes(directory([(0, 0, size, 0)]))) == size)
ARCHIVES = {
    "archive-header": [b"PMTiles\x02" + archive()[8:], archive()[:100], archive(version=2)],
    "archive-sections": [
        archive(spans=lambda s: [*s[:3], (s[3][0], s[3][1] + 9)]),
        archive(spans=lambda s: [(s[0][0], s[0][1] + 5), *s[1:]]),
    ],
    "archive-kind": [archive(kinds=(2, 2, 2)), archive(kinds=(2, 4, 1))],
    "archive-zooms": [
        archive(zooms=(3, 1)),
        archive(zooms=(1, 2)),
        archive(bounds=(-10, -10, 10, 10, 9, 0, 0)),
        archive(zooms=(0, 99)),
    ],
    "archive-bounds": [
        archive(bounds=(10, -10, -10, 10, 0, 0, 0)),
        archive(bounds=(-10, -10, 10, 910_000_000, 0, 0, 0)),
        archive(bounds=(-10, -10, 10, 10, 0, 11, 0)),
    ],
    "archive-counts": [archive(counts=(2, 1, 1)), archive(counts=(1, 2, 1)), archive(counts=(1, 1, 3))],
    "archive-clustered": [
        archive(
            {0: layer(), 1: layer(feature(number=9))}, entries=lambda e: [(0, e[1][1], e[1][2], 1), (1, 0, e[0][2], 1)]
        ),
        archive(clustered=2),
    ],
    "archive-root": [
        archive(root=gzip_bytes(directory([(0, 0, 1, 1)])), spans=lambda s: [(17_000, 10), *s[1:]], tail=b"\0" * 20_000)
    ],
    "directory": [
        archive(root=gzip_bytes(pb.packed([0]))),
        archive(
            root=gzip_bytes(pb.packed([2, 0, 1])),
        ),
        archive(root=gzip_bytes(pb.packed([1, 0, 1, 5, 0]))),
    ],
    "directory-order": [
        archive(entries=lambda e: [(0, 0, e[0][2], 2), (1, 0, e[0][2], 1)], zooms=(0, 1)),
        archive(entries=lambda e: [*e, *e]),
        leaves(SWAPPED),
        leaves([(0, [0, 1]), (1, [2])]),
        leaves([(0, [0]), (2, [1])]),
    ],
    "zooms-stated": [archive(zooms=(0, 24)), archive({1: layer()}, zooms=(0, 1)), archive(zooms=(0, 1))],
    "bounds-stated": [
        archive({1: layer()}, bounds=(100, -900_000_000, 200, -100_000_000, 1, 150, -500_000_000)),
        archive({4: layer()}, bounds=(-1_799_000_000, 1, -900_000_000, 2, 1, -1_000_000_000, 1)),
        archive({5: layer()}, bounds=(10, 10, 20, 20, 2, 15, 15)),
    ],
    "directory-entry": [
        archive(entries=lambda _: [(0, 0, 0, 1)]),
        archive(entries=lambda _: [(0, 0, 9_999, 1)]),
        archive(entries=lambda _: [(0, 5_000, 4, 0)]),
    ],
    "directory-depth": [archive(root=SELF, leaves=SELF)],
    "compression": [
        archive(packed=lambda body: body, kinds=(1, 2, 1)),
        archive(tail=b"", packed=lambda body: gzip_bytes(body) + b"x"),
    ],
    "metadata": [archive(metadata=b"["), archive(metadata=b"[]")],
    "metadata-layers": [
        archive(metadata={}),
        archive(metadata={"vector_layers": [{"id": "wijk", "fields": {}}]}),
        archive(metadata={"vector_layers": [{"id": "buurt"}]}),
        archive(metadata={"vector_layers": [{"id": "buurt", "fields": ["code"]}]}),
    ],
    "metadata-extra": [
        archive(metadata=METADATA | {"generator": "x"}),
        archive(metadata={"vector_layers": [{"id": "buurt", "fields": {}, "tilestats": 1}]}),
    ],
    "gzip-extra": [archive({0: layer()}, packed=lambda body: b"\x1f\x8b\x08\0\1\2\3\4\0\xff" + gzip_bytes(body)[10:])],
    "bytes-unused": [archive(tail=b"4711"), archive(gap=b"4711")],
    "content-stored-twice": [archive({0: layer(), 1: layer()})],
    "ids-by-zoom": [archive({0: layer(feature(), SECOND), 1: layer()})],
    "tiles-match": [
        archive(
            {
                1: layer(feature([*move((4050, y)), *line((20, 0), (0, 20), (-20, 0)), *CLOSE])),
                4: layer(feature([*move((-46, y)), *line((20, 0), (0, 21), (-20, 0)), *CLOSE])),
            },
            zooms=(1, 1),
            bounds=(-10, -10, 10, 10, 1, 0, 0),
        )
        for y in (10, 2000)
    ],
}

#: What a broken file breaks besides, because one fault brings the other.
ALSO = {
    "wire": {"tile-layers"},
    "tags-pairs": {"tags-key-unique"},
    "tags-range": {"tags-key-unique"},
    "ring-area": {"ring-simple"},
    "archive-root": {"compression", "directory", "bytes-unused", "metadata-layers"},
    "archive-sections": {"compression"},
    "archive-kind": {"metadata-layers"},
    "directory": {"bytes-unused", "metadata-layers", "compression", "tile-layers"},
    "directory-entry": {"bytes-unused", "metadata-layers"},
    "directory-depth": {"bytes-unused", "metadata-layers"},
    "compression": {"metadata-layers"},
    "archive-clustered": {"ids-by-zoom"},
}


def cases(table):
    return [
        pytest.param(rule, data, id=f"{rule}-{at}") for rule, files in table.items() for at, data in enumerate(files)
    ]


@pytest.mark.parametrize(("rule", "data"), cases(TILES) + cases(ARCHIVES))
def test_every_rule_finds_what_breaks_it_and_nothing_else(rule, data):
    found = rules(data)
    assert rule in found
    assert found - {rule} <= ALSO.get(rule, set())


def test_every_rule_is_tried():
    assert {*TILES, *ARCHIVES, "secret", "gap-narrow", "limits"} == set(RULES)


VALID = [
    layer(),
    layer(feature(HOLE)),
    layer(feature(), SECOND),
    layer(feature(move((1, 1), (5, 5)), kind=1)),
    layer(feature([*move((1, 1)), *line((5, 5), (1, 0)), *move((9, 9)), *line((5, 5))], kind=2)),
    layer(feature(tags=()), keys=(), values=[]),
    layer() + layer(name="wijk"),
    archive(),
    archive(counts=(1, 1, 1)),
    archive(packed=lambda body: body, kinds=(1, 1, 1)),
    write_archive({0: layer(), 1: layer()}, zooms=ZoomRange(0, 1), bounds=(-180, -85, 180, 85), metadata=METADATA),
    gzip_bytes(layer()),
    layer(extent=(1 << 32) - 1),
    leaves([(0, [0, 1]), (2, [2, 3]), (4, [4])]),
    archive({1: layer()}, bounds=(-1_800_000_000, -900_000_000, 1_800_000_000, 900_000_000, 1, 0, 0)),
    archive({1: layer()}, bounds=(100, -200, 200, -100, 1, 150, -150)),
]


@pytest.mark.parametrize("data", VALID, ids=range(len(VALID)))
def test_a_valid_file_breaks_no_rule(data):
    report = checked(data)
    assert report.counts == {}
    assert report.valid


def test_what_only_should_be_is_a_warning():
    report = checked(layer(b"", **LONE))
    assert report.valid
    assert [finding.fails for finding in report.findings] == [False]
    assert not checked(layer(version=1)).valid


def test_a_finding_names_tile_layer_feature_rule_and_section():
    (finding,) = checked(archive({0: layer(feature(), feature([*move((9, 9)), 3], kind=2, number=9))})).findings[:1]
    assert finding.content() == {
        "rule": "command-known",
        "section": "MVT 4.3.1",
        "weight": "must",
        "problem": "There is no command 3.",
        "tile": [0, 0, 0],
        "layer": "buurt",
        "feature": 1,
    }


def test_our_own_promises_can_be_left_out():
    data = layer(feature(number=None), keys=("code", "spare"))
    assert rules(data) == {"feature-id", "key-used"}
    assert rules(data, spec_only=True) == set()


def test_without_a_geometry_library_the_rest_is_checked_and_the_report_says_so(monkeypatch):
    monkeypatch.setattr(run, "_has_shapely", lambda: False)
    (crossing,) = TILES["hole-inside"]
    report = checked(crossing)
    assert report.counts == {}
    assert "were not checked" in report.notes[0]
    assert rules(TILES["ring-first"][0]) == {"ring-first"}
    assert rules(ARCHIVES["metadata-layers"][1]) == {"metadata-layers"}


def test_many_findings_are_counted_and_few_are_kept():
    report = checked(layer(*[feature(kind=4, number=at) for at in range(50)]), most=5)
    assert report.counts == {"type-known": 50}
    assert len(report.findings) == 5


def test_a_gap_is_a_warning_since_it_may_be_narrow_water():
    left = feature([*move((0, 0)), *line((50, 0), (0, 40), (0, 20), (0, 40), (-50, 0)), *CLOSE])
    closed = [*move((50, 0)), *line((50, 0), (0, 100), (-50, 0), (0, -40), (1, -10), (-1, -10)), *CLOSE]
    opened = [*move((50, 0)), *line((50, 0), (0, 100), (-49, 0), (0, -40), (0, -20)), *CLOSE]
    for shape in (closed, opened):
        report = checked(layer(left, feature(shape, number=8)))
        assert report.counts == {"gap-narrow": 2}
        assert report.valid


def test_an_area_narrower_than_a_unit_is_no_gap():
    left = feature([*move((0, 0)), *line((50, 0), (0, 100), (-50, 0), (5, -50)), *CLOSE])
    narrow = feature([*move((50, 0)), *line((1, 50), (-1, 50)), *CLOSE], number=8)
    right = feature([*move((50, 0)), *line((50, 0), (-5, 50), (5, 50), (-50, 0), (1, -50)), *CLOSE], number=9)
    assert rules(layer(left, narrow, right)) == set()
    assert rules(layer(left, right)) == {"gap-narrow"}


def test_what_is_as_wide_as_a_unit_is_water():
    left = feature([*move((0, 0)), *line((50, 0), (0, 40), (0, 20), (0, 40), (-50, 0)), *CLOSE])
    lake = [*move((50, 0)), *line((50, 0), (0, 100), (-50, 0), (0, -40), (3, -5), (0, -10), (-3, -5)), *CLOSE]
    assert rules(layer(left, feature(lake, number=8))) == set()


#: The border of two areas from (50, 100) to (50, 0), as the one to its right has it.
BORDERS = {
    "the same": ([(0, -40), (0, -20), (0, -40)], set()),
    "a vertex left out on the line": ([(0, -40), (0, -60)], {"edges-match"}),
    "a vertex more": ([(0, -10), (0, -30), (0, -20), (0, -40)], {"edges-match"}),
    "a vertex over the line": ([(0, -40), (-5, -10), (5, -10), (0, -40)], {"edges-match"}),
    "a vertex over the line by one": ([(0, -40), (-1, -10), (1, -10), (0, -40)], {"edges-match"}),
    "across the line twice": ([(0, -40), (-3, -5), (6, -10), (-3, -5), (0, -40)], {"edges-match"}),
    "no border in common": ([(-3, 0), (0, -100), (3, 0)], {"edges-match"}),
}


@pytest.mark.parametrize(("steps", "broken"), BORDERS.values(), ids=BORDERS)
def test_borders_that_overlap_or_have_other_vertices_are_invalid(steps, broken):
    left = feature([*move((0, 0)), *line((50, 0), (0, 40), (0, 20), (0, 40), (-50, 0)), *CLOSE])
    right = feature([*move((100, 0)), *line((0, 100), (-50, 0), *steps), *CLOSE], number=8)
    assert rules(layer(left, right)) == broken
    assert rules(layer(left, right), coverage=False) == set()


def test_areas_within_one_another_are_invalid():
    whole = feature([*move((0, 0)), *line((50, 0), (0, 50), (-50, 0)), *CLOSE])
    assert rules(layer(whole, feature(SQUARE, number=8))) == {"edges-match"}
    assert rules(layer(whole, feature([*move((0, 0)), *line((50, 0), (0, 50), (-50, 0)), *CLOSE], number=8))) == {
        "edges-match"
    }


def test_an_area_too_small_to_draw_may_stand_on_its_neighbour():
    dot = feature([*move((12, 12)), *line((1, 0), (0, 1), (-1, 0)), *CLOSE], number=9)
    assert rules(layer(feature(), dot)) == set()


def test_areas_too_small_to_draw_hide_no_other_fault():
    halves = [feature([*move((x, 0)), *line((100, 0), (0, 100), (-100, 0)), *CLOSE], number=x + 1) for x in (0, 50)]
    corners = [(49, 0), (99, 99), (0, 50), (149, 50), (50, 50)]
    dots = [
        feature([*move(at), *line((1, 0), (0, 1), (-1, 0)), *CLOSE], number=900 + k) for k, at in enumerate(corners)
    ]
    assert rules(layer(*halves)) == rules(layer(*halves, *dots)) == {"edges-match"}
    assert checked(layer(*halves, *dots)).counts["edges-match"] == 2


def test_a_tile_that_an_area_goes_on_into_is_there():
    # Four tiles of zoom 1 about the middle of the world, and an area over all of them.
    def shown(x, y):
        left, right = max(1000 - x * 4096, -80), min(7000 - x * 4096, 4176)
        top, bottom = max(1000 - y * 4096, -80), min(7000 - y * 4096, 4176)
        steps = line((right - left, 0), (0, bottom - top), (left - right, 0))
        return layer(feature([*move((left, top)), *steps, *CLOSE]))

    four = {number: shown(*tile_address(number)[1:]) for number in range(1, 5)}
    options = {"zooms": (1, 1), "bounds": (-10, -10, 10, 10, 1, 0, 0)}
    assert "tiles-match" not in rules(archive(four, **options))
    for gone in four:
        rest = {number: tile for number, tile in four.items() if number != gone}
        found = [f for f in checked(archive(rest, **options)).findings if f.rule == "tiles-match"]
        x, y = tile_address(gone)[1:]
        assert {f.place.tile[1:] for f in found} == {(1 - x, y), (x, 1 - y)}
        assert all(f"1/{x}/{y}" in f.problem for f in found)
        # Of the other half of the world nothing is promised where the header does not speak of it.
        west = {"zooms": (1, 1), "bounds": (-10, -10, -1, 10, 1, -5, 0)}
        assert ("tiles-match" in rules(archive(rest, **west))) == (x == 0)


def test_what_ends_at_the_border_of_a_tile_needs_no_other():
    for box in ((4000, 100, 4096, 200), (0, 0, 4096, 4096), (0, 0, 4096, 100), (-80, 4096, 0, 4176)):
        west, north, east, south = box
        shape = [*move((west, north)), *line((east - west, 0), (0, south - north), (west - east, 0)), *CLOSE]
        one = archive({1: layer(feature(shape))}, zooms=(1, 1), bounds=(-10, -10, 10, 10, 1, 0, 0))
        assert "tiles-match" not in rules(one), box


@pytest.mark.parametrize(
    ("secret", "value"),
    [
        ("4711", pb.tagged_number(5, 4711)),
        ("4711", pb.tagged_number(4, 4711)),
        ("4711", pb.tagged_number(6, pb.zigzag(4711))),
        ("-12", pb.tagged_number(6, pb.zigzag(-12))),
        ("-12", pb.tagged_number(4, (1 << 64) - 12)),
        ("3", pb.tagged_number(5, 3)),
        ("66.7", b"\x19" + struct.pack("<d", 66.7)),
        ("66.7", b"\x15" + struct.pack("<f", 66.7)),
        ("4711", b"\x19" + struct.pack("<d", 4711)),
        ("Riet", pb.tagged(1, b"De Rietlanden")),
        ("x", pb.tagged(1, b"x")),
        ("4711", pb.tagged(1, b"about 4711")),
        ("16777216", pb.tagged(9, pb.varint(16_777_216))),
    ],
)
def test_a_secret_is_found_in_every_form(secret, value):
    data = layer(values=[pb.tagged(4, value)])
    report = checked(data, secrets=[secret_of(secret, line=3)])
    assert report.counts["secret"] == 1
    shown = next(finding.problem for finding in report.findings if finding.rule == "secret")
    assert "line 3" in shown
    assert secret not in shown.replace("line 3", "")


def test_a_secret_that_is_an_id_or_in_the_metadata_is_found():
    assert "secret" in rules(layer(feature(number=4711)), secrets=[secret_of("4711")])
    described = METADATA | {"description": "canary"}
    assert "secret" in rules(archive(metadata=described), secrets=[secret_of("canary")])


def test_small_numbers_are_not_found_in_geometry():
    assert rules(layer(), secrets=[secret_of("10"), secret_of("20")]) == set()


def test_every_rule_says_where_it_is_written():
    for rule in RULES.values():
        assert rule.section.startswith(("MVT ", "PMTiles 3, ", "Zicht"))
        assert rule.text.endswith(".")
        assert (rule.weight is Weight.OURS) == rule.section.startswith("Zicht") or rule.weight is Weight.SHOULD


def test_zigzag_helpers_agree_with_the_specification():
    assert geometry([*move((25, 17))]) == pb.tagged(4, bytes([9, 50, 34]))
    assert zig(-2, -5) == [3, 9]
