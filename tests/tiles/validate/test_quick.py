"""What is read quickly breaks no rule, and is what the careful reader reads."""

from __future__ import annotations

import random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.overlaps import is_apart, lone_borders
from tests.tiles.validate.forge import CLOSE, SQUARE, feature, layer, line, move, text_value
from tests.tiles.validate.test_rules import HOLE, TILES
from tests.tiles.worlds import coverages, lying_on_one_another, unmatched
from tiles import protobuf as pb
from tiles.build import build_pyramid
from tiles.scheme import BUFFER, EXTENT, TileScheme, ZoomRange
from tiles.validate.coverage import shape_findings
from tiles.validate.finding import NOWHERE
from tiles.validate.geometry import doubled_area
from tiles.validate.outlines import Outlines, doubled_areas
from tiles.validate.quick import read_quickly
from tiles.validate.tile import read_tile

AROUND = BUFFER / EXTENT


def carefully(data):
    """The layers as the careful reader reads them, and what it finds."""
    reading, findings = read_tile(data, NOWHERE, buffer=AROUND), []
    while True:
        try:
            findings.append(next(reading))
        except StopIteration as done:
            return done.value, findings


def check_the_same(data):
    """Where a tile is read quickly, the careful reader finds nothing and reads the same."""
    quick = read_quickly(data, buffer=AROUND)
    if quick is None:
        return False
    careful, findings = carefully(data)
    assert findings == []
    for one, other in zip(quick, careful, strict=True):
        assert (one.name, one.extent, one.ids, one.values) == (other.name, other.extent, other.ids, other.values)
        assert [type(value) for value in one.values] == [type(value) for value in other.values]
        for mine, yours in zip(one.outlines, other.outlines, strict=True):
            assert np.array_equal(mine, yours)
    return True


MANY = [
    layer(feature(HOLE), feature([*move((40, 40)), *line((5, 0), (0, 5)), *CLOSE], number=1 << 40, tags=())),
    layer(
        feature([*SQUARE, *move((20, 20)), *line((9, 0), (0, 9)), *CLOSE], tags=(0, 1, 1, 0)),
        feature([*move((900, 10)), *line((10, 0), (0, 10), (-10, 0)), *CLOSE], number=300, tags=(1, 2)),
        keys=("code", "n"),
        values=[
            text_value("één"),
            pb.tagged(4, pb.tagged_number(5, 7)),
            pb.tagged(4, pb.tagged_number(6, 7)),
        ],
    ),
    layer(feature(tags=()), keys=(), values=[]) + layer(name="wijk"),
    layer(values=[text_value("x" * 200)]),
    layer(values=[pb.tagged(4, pb.tagged_number(7, 1))]),
    layer(values=[pb.tagged(4, pb.tagged_number(4, (1 << 64) - 5))]),
]


@pytest.mark.parametrize("data", MANY, ids=range(len(MANY)))
def test_tiles_that_break_no_rule_are_read_quickly_and_alike(data):
    assert check_the_same(data)


@pytest.mark.parametrize("data", [data for files in TILES.values() for data in files])
def test_tiles_that_break_a_rule_of_reading_are_left_to_the_careful_reader(data):
    findings = carefully(data)[1]
    assert (read_quickly(data, buffer=AROUND) is None) >= bool(findings)
    check_the_same(data)


@pytest.mark.parametrize("whole", MANY, ids=range(len(MANY)))
def test_any_changed_byte_is_left_to_the_careful_reader_or_does_no_harm(whole):
    dice = random.Random(7)
    for at in range(len(whole)):
        for value in (0, 1, 0x7F, 0x80, 0xFF, whole[at] ^ 1, dice.randrange(256)):
            check_the_same(whole[:at] + bytes([value]) + whole[at + 1 :])


@pytest.mark.parametrize("whole", MANY, ids=range(len(MANY)))
def test_any_cut_is_left_to_the_careful_reader(whole):
    # Of two layers the first alone is a tile too.
    wholes = 1 if whole == MANY[2] else 0
    assert sum(check_the_same(whole[:end]) for end in range(len(whole))) == wholes


def test_numbers_that_run_on_into_the_next_feature_are_left_to_the_careful_reader():
    shape = pb.tagged_number(3, 3) + pb.tagged(4, pb.packed(SQUARE))
    cut = pb.tagged(2, pb.tagged_number(1, 7) + pb.tagged(2, b"\x00\x80") + shape)
    rest = pb.tagged(2, pb.tagged_number(1, 8) + pb.tagged(2, b"\x00\x00\x00") + shape)

    assert read_quickly(layer(cut, rest), buffer=AROUND) is None
    assert {finding.rule for finding in carefully(layer(cut, rest))[1]} >= {"wire"}


def test_an_id_of_more_than_64_bits_is_left_to_the_careful_reader():
    wrong = pb.tagged(2, b"\x08" + b"\xff" * 9 + b"\x7f" + pb.tagged_number(3, 3) + pb.tagged(4, pb.packed(SQUARE)))

    assert read_quickly(layer(wrong, keys=(), values=[]), buffer=AROUND) is None
    assert not check_the_same(layer(wrong, keys=(), values=[]))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_alike_or_not_at_all(data):
    check_the_same(data)


@settings(max_examples=10)
@given(coverages(smallest=500.0, largest=20_000.0))
def test_all_that_we_draw_is_read_quickly(made):
    for body in build_pyramid(made, scheme=TileScheme(zooms={"buurt": ZoomRange(9, 12)})).tiles.values():
        assert check_the_same(body)


@given(st.lists(st.lists(st.tuples(*[st.integers(-99, 99)] * 2), min_size=3, max_size=9), min_size=1, max_size=4))
def test_areas_of_rings_together_are_those_of_each(rings):
    start = np.cumsum([0, *map(len, rings)])
    point = np.array([pair for ring in rings for pair in ring])
    none = Outlines(point, start, start[:-1], start[:-1] > 0)

    assert doubled_areas(point, start, none.following()).tolist() == [doubled_area(np.array(ring)) for ring in rings]


@st.composite
def tampered(draw):
    """Areas of a drawn tile, one of which has a corner moved, left out or put in, or is moved or there twice."""
    made = draw(coverages(smallest=500.0, largest=20_000.0))
    tiles = build_pyramid(made, scheme=TileScheme(zooms={"buurt": ZoomRange(11, 11)})).tiles
    ((read,), _) = carefully(tiles[draw(st.sampled_from(sorted(tiles)))])
    shapes = [read.outlines.polygons(position) for position in range(len(read.ids))]
    victim = draw(st.integers(0, len(shapes) - 1))
    ring = shapes[victim][0][0]
    at, step = draw(st.integers(0, len(ring) - 1)), np.array(draw(st.tuples(*[st.integers(-9, 9)] * 2)))
    match draw(st.sampled_from(["no", "corner", "less", "more", "moved", "twice"])):
        case "corner":
            ring = np.concatenate([ring[:at], ring[at : at + 1] + step, ring[at + 1 :]])
        case "less":
            ring = np.delete(ring, at, axis=0)
        case "more":
            ring = np.insert(ring, at, (ring[at] + ring[at - 1]) // 2 + step // 4, axis=0)
        case "moved":
            ring = ring + step
        case "twice":
            shapes.append([[ring]])
    shapes[victim] = [[ring, *shapes[victim][0][1:]], *shapes[victim][1:]]
    return shapes


def tile_of(shapes):
    """Write polygons as a tile."""
    features = []
    for number, polygons in enumerate(shapes):
        commands, at = [], np.zeros(2, dtype=np.int64)
        for ring in (ring for polygon in polygons for ring in polygon):
            steps = np.diff(ring, axis=0, prepend=at[None]).tolist()
            commands += [*move(steps[0]), *line(*steps[1:]), *CLOSE]
            at = ring[-1]
        features.append(feature(commands, number=number))
    return layer(*features)


@settings(max_examples=80)
@given(tampered())
def test_borders_break_the_rule_where_areas_lie_on_one_another_or_edges_along_edges(shapes):
    data = tile_of(shapes)
    layers, _ = carefully(data)
    found = {finding.rule for finding in shape_findings(layers, NOWHERE)}
    drawable = [polygons for polygons in shapes if len(polygons[0][0]) > 2]
    parts = [shapely.MultiPolygon([(one[0], one[1:]) for one in polygons]) for polygons in drawable]
    whole = np.array(parts, dtype=object)
    # A ring turned round is no polygon of the tile, which is a finding of its own.
    turned = any(doubled_area(polygons[0][0]) <= 0 for polygons in drawable)
    if turned or not shapely.is_valid(whole).all() or (shapely.area(whole) <= 1).any():
        return

    broken = bool(lying_on_one_another(whole) or unmatched(whole))
    assert ("edges-match" in found) == broken
    assert not broken or not is_apart(shapely.STRtree(whole), lone_borders(whole))
    assert broken <= (not shapely.coverage_is_valid(whole))
