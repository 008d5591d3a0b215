"""Damaged files end in a report, never in an accident; and what hypothesis can draw as valid is valid."""

from __future__ import annotations

import random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiles.validate.forge import SQUARE, archive, checked, feature, layer, move
from tests.tiles.validate.test_rules import ARCHIVES, TILES
from tests.tiles.worlds import coverages, layer_of
from tiles.build import archive_bytes, build_pyramid
from tiles.features import Feature, GeometryType, TileLayer, ring_area
from tiles.mvt import encode_tile
from tiles.scheme import TileScheme, ZoomRange
from tiles.validate.geometry import varints
from tiles.validate.run import Options, validate
from tiles.validate.secrets import secret_of
from tiles.validate.sources import open_source

WHOLE = [
    layer(feature([*SQUARE, *move((100, 100)), *SQUARE[3:]]), feature(move((4, 4), (9, 9)), kind=1, number=9)),
    archive({0: layer(), 1: layer(feature(number=8)), 5: layer()}),
    archive({0: layer()}, packed=lambda body: body, kinds=(1, 1, 1)),
]
SECRETS = [secret_of(text) for text in ("1", "4711", "66.7", "-1e300", "1e400", "Riet", "9" * 30)]


@pytest.mark.parametrize("whole", WHOLE, ids=["tile", "archive", "plain"])
def test_any_changed_byte_is_survived(whole):
    dice = random.Random(4)
    for at in range(0, len(whole), 1 if len(whole) < 400 else 2):
        damaged = bytearray(whole)
        damaged[at] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        report = checked(bytes(damaged), secrets=SECRETS)
        assert report.content()["file"] == "bytes"


@pytest.mark.parametrize("whole", WHOLE, ids=["tile", "archive", "plain"])
def test_any_cut_is_survived_and_seen(whole):
    for end in range(len(whole)):
        assert not checked(whole[:end]).valid or end == 0


@pytest.mark.parametrize("part", range(4), ids=["root", "metadata", "leaves", "tiles"])
@pytest.mark.parametrize("length", [0, 5])
def test_a_part_beyond_all_files_is_survived(tmp_path, part, length):
    beyond = ((1 << 64) - 1, length)
    path = tmp_path / "a.pmtiles"
    path.write_bytes(archive(spans=lambda spans: [*spans[:part], beyond, *spans[part + 1 :]]))
    assert validate(open_source(str(path)), Options(secrets=SECRETS)).valid == (length == 0 and part == 2)


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data):
    checked(data, secrets=SECRETS)
    checked(b"PMTiles\x03" + data, secrets=SECRETS)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_numbers_are_read_as_they_were_written(numbers):
    from tiles import protobuf as pb

    read = varints(pb.packed(numbers))
    assert read is not None
    assert read.tolist() == numbers


@pytest.mark.parametrize("size", [1, 60])
def test_numbers_that_are_none_are_refused(size):
    good = b"\x05" * size
    for bad in (b"\x80", b"\xff" * 10, b"\xff" * 9 + b"\x02", b"\x80" * 11):
        assert varints(good + bad) is None


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(coverages())
def test_what_we_build_is_valid(made):
    _check_built(made)


@settings(max_examples=3, deadline=None)
@given(coverages(smallest=2_000.0, largest=8_000.0))
def test_what_we_build_is_valid_in_small(made):
    _check_built(made)


def _check_built(made):
    report = checked(archive_bytes(build_pyramid(made, scheme=TileScheme(zooms={"buurt": ZoomRange(9, 12)}))))
    assert report.valid, report.findings


def test_a_river_that_rounding_pinches_is_water_and_no_defect():
    rng = np.random.default_rng(1)
    along, across, wide = np.arange(0, 20_000, 100), rng.uniform(-200, 200, 200), rng.uniform(5, 60, 200)
    bank = np.column_stack([150_000 + along, 450_000 + across])
    north = shapely.Polygon([*bank.tolist(), (169_900, 459_000), (150_000, 459_000)])
    south = shapely.Polygon([(150_000, 441_000), (169_900, 441_000), *(bank - np.outer(wide, [0, 1]))[::-1].tolist()])
    made = layer_of(np.array([north, south], dtype=object))
    report = checked(archive_bytes(build_pyramid(made, scheme=TileScheme(zooms={"buurt": ZoomRange(4, 8)}))))

    assert set(report.counts) == {"gap-narrow"}
    assert report.valid
    assert "narrow water, or a gap" in report.findings[0].problem


def test_rings_of_an_area_that_touch_where_others_end_are_no_defect():
    # Found by chance. A hole of the last area touches its outer ring where the water between the other two ends.
    rings = [
        [[(429, 304), (430, 303), (432, 327)], [(432, 302), (1144, 248), (917, 1029), (433, 305)]],
        [[(432, 302), (433, 305), (430, 303)]],
        [
            [(400, 250), (432, 300), (432, 302), (430, 303), (429, 304), (428, 303)],
            [(430, 303), (430, 301), (429, 302)],
        ],
    ]
    shapes = [shapely.MultiPolygon([(part, []) for part in area]) for area in rings[:2]]
    shapes.append(shapely.Polygon(rings[2][0], rings[2][1:]))
    assert not shapely.coverage_is_valid(shapes), "GEOS has learnt better, and the check may be simpler"
    outer = [[True, True], [True], [True, False]]
    features = tuple(
        Feature(
            GeometryType.POLYGON,
            tuple(tuple(ring if (ring_area(ring) > 0) == out else ring[::-1]) for ring, out in zip(*both, strict=True)),
            number,
        )
        for number, both in enumerate(zip(rings, outer, strict=True))
    )
    assert "edges-match" not in checked(encode_tile([TileLayer("buurt", features)])).counts


def test_files_that_break_a_rule_are_survived_with_every_option():
    for table in (TILES, ARCHIVES):
        for files in table.values():
            for data in files:
                checked(data, secrets=SECRETS, coverage=False, spec_only=True)
