"""Parks of which only the place is known: discs where asked, that lie on nothing else and in their own buurt."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.boundaries import import_boundaries, load, read_boundaries, read_park_notes
from geo.discs import around_points
from geo.overlaps import find_overlaps
from tests.geo.places import box, tables, write
from zicht.errors import ConfigError, InvalidTopologyError

places = st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 3_000)), min_size=1, max_size=12, unique=True).map(
    lambda all_: np.array(shapely.points(np.array(all_) + np.array((150_000, 450_000))), dtype=object).reshape(-1)
)


def codes(count):
    return np.array([f"PK{k:04d}" for k in range(count)])


@given(places, st.floats(1, 2_000))
def test_discs_hold_their_points_keep_to_their_radius_and_lie_on_nothing(points, radius):
    farm = shapely.box(153_500, 450_000, 154_000, 451_000)
    geometry = np.array([*points, farm], dtype=object)
    discs, made = around_points(geometry, codes(len(geometry)), radius=radius, where="t")

    assert made.tolist() == [True] * len(points) + [False]
    assert discs[-1] is farm
    assert shapely.is_valid(discs).all()
    assert shapely.contains(discs[:-1], points).all()
    assert (shapely.hausdorff_distance(discs[:-1], points) <= radius + 1e-6).all()
    assert not len(find_overlaps(discs).first)


def test_a_disc_that_has_room_has_the_radius_asked_for():
    points = np.array([shapely.Point(150_000, 450_000), shapely.Point(150_100, 450_000)], dtype=object)
    alone, _ = around_points(points[:1], codes(1), radius=150, where="t")
    beside, _ = around_points(points, codes(2), radius=150, where="t")

    assert shapely.hausdorff_distance(alone[0], points[0]) == pytest.approx(150)
    assert shapely.hausdorff_distance(beside, points) == pytest.approx(50)


def test_points_without_a_radius_are_refused_with_the_remedy():
    points = np.array([None, shapely.box(0, 0, 1, 1), *shapely.points([(1, 1), (5, 5), (9, 9)])], dtype=object)
    with pytest.raises(InvalidTopologyError, match=r"PK0002 and 2 more: a point, not a polygon\.") as caught:
        around_points(points, codes(5), radius=None, where="t")
    assert "--park-radius" in str(caught.value)


def test_two_parks_in_one_place_are_refused():
    twice = np.array(shapely.points([(1, 1), (5, 5), (5, 5)]), dtype=object)
    with pytest.raises(InvalidTopologyError, match="PK0001 is a point where another area is too"):
        around_points(twice, codes(3), radius=10, where="t")
    inside = np.array([shapely.box(0, 0, 9, 9), shapely.Point(3, 3)], dtype=object)
    with pytest.raises(InvalidTopologyError, match="PK0001"):
        around_points(inside, codes(2), radius=10, where="t")


@pytest.mark.parametrize("radius", [0.0, -5.0, 2_000.1, float("nan"), float("inf")])
def test_a_radius_that_says_nothing_is_refused(radius):
    with pytest.raises(ConfigError, match="at most 2,000 m"):
        around_points(np.array([shapely.Point(1, 1)], dtype=object), codes(1), radius=radius, where="t")


@pytest.fixture
def source(tmp_path):
    """Parks in the first buurt: one with borders, two that are points, one of them near its border."""
    buurt = tables()["buurten"]["geometry"][0]
    west, south, east, north = buurt.bounds
    middle = (south + north) / 2
    where = [box(0.1, 0.1, 0.1, 0.1), shapely.Point((west + east) / 2, middle), shapely.Point(east - 20, middle)]
    parks = {"parkcode": ["PK9001", "PK9002", "PK9003"], "parknaam": ["Het Bos", "De Plas", "De Rand"]}
    parks |= {"buurtcode": ["BU90010000"] * 3, "definitie": ["bestemming", "", "register"], "bron": ["x"] * 3}
    return write(tmp_path / "parken.gpkg", {**tables(), "parken": {**parks, "geometry": where}})


def test_an_edition_is_read_with_discs_where_asked(source, tmp_path):
    with pytest.raises(InvalidTopologyError, match="PK9002 and 1 more"):
        read_boundaries(source, edition="2025", source="s")
    boundaries, report = load(source, edition="2025", source="s", park_radius=100)
    park, buurt = boundaries.layers["park"].geometry, boundaries.layers["buurt"].geometry[0]

    assert "park: points made discs: PK9002, PK9003" in str(report)
    assert report.mended() == ["park: points made discs: PK9002, PK9003"]
    assert park[1].area == pytest.approx(np.pi * 100**2, rel=0.01)
    assert park[2].within(buurt.buffer(1e-6))
    assert park[2].area < 0.7 * park[1].area

    out = tmp_path / "uit.gpkg"
    import_boundaries(source, edition="2025", out=out, park_radius=100)
    kept = read_boundaries(out, edition="2025", source="s").layers["park"].geometry
    assert shapely.area(shapely.symmetric_difference(kept, park)).max() < 1e-6
    said = {code: note.definition for code, note in read_park_notes(out).items()}
    assert said["PK9001"] == "bestemming"
    assert said["PK9002"] == "cirkel rond een punt"
    assert said["PK9003"] == "cirkel rond een punt; register"


def test_a_point_outside_its_buurt_is_refused(tmp_path):
    parks = {"parkcode": ["PK9001"], "parknaam": ["Ver"], "buurtcode": ["BU90010000"]}
    far = tables()["buurten"]["geometry"][-1].representative_point()
    path = write(tmp_path / "ver.gpkg", {**tables(), "parken": {**parks, "geometry": [far]}})
    with pytest.raises(InvalidTopologyError, match="PK9001 is a point that does not lie in BU90010000"):
        load(path, edition="2025", source="s", park_radius=100)
