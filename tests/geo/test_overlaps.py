"""Areas on one another, held against an intersection of every pair, whatever way they lie."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity

from geo import overlaps
from geo.boundaries import import_boundaries, load, read_boundaries
from geo.overlaps import NARROW, TOLERANCE, check_overlaps, cut_overlaps, find_overlaps, lone_borders
from tests.geo.places import altered, box, objects, tables, write
from tests.tiles.worlds import coverages
from zicht.errors import InvalidTopologyError

HERE = (150_000.0, 450_000.0)
CODES = np.array([f"BU{at:08d}" for at in range(200)])


def by_pairs(geometry):
    """Every pair that has more in common than it may, by an intersection of each."""
    found = {}
    for one, other in combinations(range(len(geometry)), 2):
        common = shapely.intersection(geometry[one], geometry[other])
        if shapely.area(common) > TOLERANCE and 2 * shapely.area(common) > NARROW * shapely.length(common):
            found[one, other] = shapely.area(common)
    return found


def by_borders(geometry):
    found = find_overlaps(geometry)
    return dict(zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.area.tolist(), strict=True))


def disc(x, y, radius, sides=24):
    return shapely.Point(HERE[0] + x, HERE[1] + y).buffer(radius, quad_segs=sides // 4)


def square(x, y, width, height=None):
    west, south = HERE[0] + x, HERE[1] + y
    return shapely.box(west, south, west + width, south + (height or width))


WHOLE = square(0, 0, 1000)
RING = shapely.difference(WHOLE, square(400, 400, 200))

LAID = {
    "crossing": [WHOLE, square(900, 900, 300)],
    "crossing without a vertex in either": [square(0, 400, 1000, 200), square(400, 0, 200, 1000)],
    "nested without a hole": [WHOLE, square(400, 400, 200)],
    "nested at a corner of the hole": [RING, square(390, 390, 200)],
    "nested twice": [WHOLE, square(100, 100, 800), square(400, 400, 200)],
    "a pair of halves nested": [WHOLE, square(200, 200, 100), square(300, 200, 100)],
    "one whose every border has two sides, nested": [
        WHOLE,
        shapely.difference(disc(500, 500, 300), disc(500, 500, 100)),
        disc(500, 500, 100),
    ],
    "identical": [WHOLE, WHOLE],
    "identical but for the way round": [WHOLE, WHOLE.reverse()],
    "identical between others": [square(-1000, 0, 1000), WHOLE, WHOLE, square(1000, 0, 1000)],
    "thrice": [WHOLE, WHOLE, WHOLE],
    "contained along a border": [WHOLE, square(0, 0, 500, 1000)],
    "contained along part of a border": [WHOLE, square(0, 250, 500)],
    "over a border of two others": [WHOLE, square(1000, 0, 1000), square(900, 400, 200)],
    "over a border of two others, along it": [WHOLE, square(1000, 0, 1000), square(1000, 400, 200)],
    "a hair over one, and far over the next": [WHOLE, square(1000, 0, 1000), square(999.999, 400, 200)],
    "over a corner of four": [
        WHOLE,
        square(1000, 0, 1000),
        square(0, 1000, 1000),
        square(1000, 1000, 1000),
        disc(1000, 1000, 90),
    ],
    "a hole filled twice": [RING, square(400, 400, 200), square(400, 400, 200, 100)],
    "parts of one area within another": [
        WHOLE,
        shapely.MultiPolygon([square(2000, 0, 100), square(500, 500, 100)]),
    ],
    "in the hole and beyond": [RING, square(450, 450, 400)],
    "all of it twice": [WHOLE, square(1000, 0, 1000), WHOLE, square(1000, 0, 1000)],
}

APART = {
    "beside one another": [WHOLE, square(1000, 0, 1000)],
    "beside one another, one with a vertex more": [WHOLE, square(1000, 250, 500), square(1000, -500, 750)],
    "in its hole": [RING, square(400, 400, 200)],
    "in its hole, divided": [RING, square(400, 400, 200, 100), square(400, 500, 200, 100)],
    "at a corner": [WHOLE, square(1000, 1000, 1000)],
    "a hole that touches its rim": [
        shapely.difference(WHOLE, shapely.Polygon([(150_000, 450_000), (150_300, 450_200), (150_200, 450_300)]))
    ],
    "a sliver of a millimetre": [WHOLE, square(999.9995, 0, 1000)],
    "a sliver of a millimetre that is two kilometres long": [square(0, 0, 1000, 2000), square(999.999, 0, 1000, 2000)],
    "a strip of half a metre by one": [WHOLE, square(999.5, 0, 1000, 1)],
    "alone": [WHOLE],
}


def turned(shape):
    """A polygon with its outer ring the other way round; other shapes as they are."""
    return shapely.Polygon(shape.exterior.coords[::-1], shape.interiors) if shape.geom_type == "Polygon" else shape


@pytest.mark.parametrize(
    "turn", [lambda shapes: shapes, lambda shapes: [turned(shapes[0]), *shapes[1:]]], ids=["", "turned"]
)
@pytest.mark.parametrize("shapes", LAID.values(), ids=LAID)
def test_areas_on_one_another_are_found_whatever_way_they_lie(shapes, turn):
    geometry = objects(turn(shapes))

    assert by_pairs(geometry)
    assert by_borders(geometry) == pytest.approx(by_pairs(geometry))


@pytest.mark.parametrize("shapes", APART.values(), ids=APART)
def test_areas_beside_one_another_are_none(shapes):
    geometry = objects(shapes)

    assert by_borders(geometry) == by_pairs(geometry) == {}
    check_overlaps(geometry, CODES[: len(geometry)], where="file")


LAYINGS = {
    "again": lambda one, *_: one,
    "moved": lambda one, size, *_: affinity.translate(one, size / 10, 0),
    "smaller": lambda one, *_: affinity.scale(shapely.convex_hull(one), 0.3, 0.3),
    "disc": lambda _, size, x, y: shapely.Point(x, y).buffer(size, quad_segs=4),
    "ring": lambda _, size, x, y: shapely.Point(x, y).buffer(size) - shapely.Point(x, y).buffer(size * 0.7),
    "strip": lambda _, size, x, y: shapely.box(x, y, x + size, y + size / 30),
    "hole": lambda one, *_: shapely.Polygon(shapely.get_exterior_ring(shapely.get_parts(one)[0])),
}


@pytest.mark.parametrize("shapes", [APART["at a corner"], APART["in its hole"]])
def test_areas_beside_one_another_are_proved_to_be(shapes):
    for first in (shapes[0], turned(shapes[0])):
        geometry = objects([first, *shapes[1:]])
        assert overlaps.is_apart(shapely.STRtree(geometry), lone_borders(geometry))


def test_areas_that_meet_at_a_corner_within_an_outline_are_proved_to_lie_apart():
    # The outlines of the two cross where neither begins.
    geometry = objects(
        [square(0, 0, 100), shapely.Polygon([(150_300, 450_100), (150_300, 450_300), (150_100, 450_100)])]
    )
    start = shapely.get_coordinates(geometry[0])[0].tolist()

    assert start != [150_100, 450_100]
    assert overlaps.is_apart(shapely.STRtree(geometry), lone_borders(geometry))


@st.composite
def laid(draw):
    """A coverage with something laid over it: areas of its own again, moved or not, and discs, rings and strips."""
    geometry = draw(coverages(smallest=500.0, largest=20_000.0)).geometry
    west, south, east, north = shapely.total_bounds(geometry)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    more = []
    for kind in draw(st.lists(st.sampled_from(sorted(LAYINGS)), max_size=3)):
        size = (east - west) * 10 ** rng.uniform(-2.5, -0.3)
        x, y = west + (east - west) * rng.random(), south + (north - south) * rng.random()
        one = geometry[rng.integers(len(geometry))]
        more.append(LAYINGS[kind](one, size, x, y))
    return np.append(geometry, objects(more))


@given(laid())
@settings(max_examples=120)
def test_overlaps_are_those_that_intersecting_every_pair_finds(geometry):
    assert by_borders(geometry) == pytest.approx(by_pairs(geometry))


@given(coverages(smallest=500.0))
@settings(max_examples=40)
def test_a_coverage_is_proved_to_be_one_without_intersecting_anything(layer):
    borders = lone_borders(layer.geometry)
    # An outline that touches itself where one of its rings begins is no proof, nor are borders a hair apart: what they
    # touch is measured.
    assume(shapely.is_simple(shapely.multilinestrings(borders.line)))
    assume(shapely.minimum_clearance(shapely.union_all(shapely.boundary(layer.geometry))) > 0.01)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapely, "intersection", None)
        with pytest.raises(TypeError):
            check_overlaps(np.append(layer.geometry, layer.geometry[:1]), CODES, where="file")
        patch.setattr(overlaps, "_measured", lambda _, pairs: overlaps.Overlaps(*np.empty((3, pairs.shape[1]))))
        check_overlaps(layer.geometry, CODES, where="file")


@given(coverages(smallest=500.0))
@settings(max_examples=40)
def test_lone_borders_are_the_outline(layer):
    lines = shapely.union_all(lone_borders(layer.geometry).line)
    outline = shapely.boundary(shapely.coverage_union_all(layer.geometry))

    assert shapely.length(lines) == pytest.approx(shapely.length(outline))
    assert shapely.hausdorff_distance(lines, outline) < 1e-3


def test_the_largest_pair_is_named_with_the_number_of_the_others():
    geometry = objects([WHOLE, square(900, 0, 1000), square(100, 100, 10)])
    with pytest.raises(InvalidTopologyError) as caught:
        check_overlaps(geometry, CODES[:3], where="file, level buurt")
    message = str(caught.value)

    assert "BU00000000 and BU00000001 lie on one another, on 100,000 m2, largest of 2 such pairs." in message
    assert "file, level buurt" in message
    assert "--repair" in message


@given(laid())
@settings(max_examples=60)
def test_cutting_leaves_nothing_on_anything_and_the_whole_as_it_was(geometry):
    try:
        cut, told = cut_overlaps(geometry, CODES[: len(geometry)], where="file")
    except InvalidTopologyError:
        # Something is covered: that is a test of its own.
        return

    assert by_pairs(cut) == {}
    assert shapely.is_valid(cut).all()
    assert shapely.area(shapely.union_all(cut)) == pytest.approx(shapely.area(shapely.union_all(geometry)), rel=1e-9)
    assert len(told) == len(by_pairs(geometry))


def test_the_smallest_keeps_what_several_have_in_common():
    inner, middle = square(400, 400, 200), square(300, 300, 400)
    cut, told = cut_overlaps(objects([WHOLE, inner, None, middle]), CODES[:4], where="file")

    assert [round(shape.area) if shape else None for shape in cut] == [1_000_000 - 160_000, 40_000, None, 120_000]
    assert told == (
        "40,000 m2 of BU00000001 cut off BU00000000",
        "160,000 m2 of BU00000003 cut off BU00000000",
        "40,000 m2 of BU00000001 cut off BU00000003",
    )


@pytest.mark.parametrize("shapes", [[WHOLE, WHOLE], [WHOLE, square(0, 0, 500, 1000), square(500, 0, 500, 1000)]])
def test_an_area_of_which_nothing_would_be_left_is_refused(shapes):
    with pytest.raises(InvalidTopologyError, match="nothing of it would be left"):
        cut_overlaps(objects(shapes), CODES[: len(shapes)], where="file")


def overlapping(tmp_path):
    """The tiny country, whose second buurt lies on 100 by 1000 metres of the first."""
    changed = tables()
    changed["buurten"] = altered(changed["buurten"], "geometry", 1, box(0.9, 0, 1.1))
    return write(tmp_path / "kaart.gpkg", changed)


def test_an_edition_with_overlaps_is_refused_by_name(tmp_path):
    with pytest.raises(InvalidTopologyError, match=r"BU90010000 and BU90010001 .* 100,000 m2") as caught:
        read_boundaries(overlapping(tmp_path), edition="2025", source="verzonnen")
    assert "level buurt" in str(caught.value)


def test_an_edition_with_overlaps_is_cut_where_asked_and_the_report_says_so(tmp_path):
    path = overlapping(tmp_path)
    report = import_boundaries(path, edition="2025", out=tmp_path / "out.gpkg", repair=True)
    assert report.cuts == {"buurt": ("100,000 m2 of BU90010000 cut off BU90010001",)}
    assert "overlap of level buurt: 100,000 m2 of BU90010000 cut off BU90010001" in str(report)

    again = read_boundaries(tmp_path / "out.gpkg", edition="2025", source="verzonnen").layers["buurt"]
    assert shapely.area(again.geometry[:2]).round(3).tolist() == [1e6, 1e6]
    assert load(path, edition="2025", source="", repair=True)[0].layers["buurt"].geometry[1].area == pytest.approx(1e6)


def test_gemeenten_that_overlap_do_not_make_the_country_smaller(tmp_path):
    changed = tables()
    changed["gemeenten"] = altered(changed["gemeenten"], "geometry", 0, box(3.9, 0, 4.1))
    boundaries, _ = load(write(tmp_path / "kaart.gpkg", changed), edition="2025", source="", repair=True)
    (country,) = boundaries.layers["country"].geometry

    assert country.area == pytest.approx(shapely.area(boundaries.layers["gemeente"].geometry).sum())
    assert country.area == pytest.approx(8e6)
