from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import tileid_to_zxy, zxy_to_tileid

from tiles import scheme
from tiles.errors import TileAddressError
from tiles.scheme import ZOOMS, TileScheme, ZoomRange, tile_address, tile_number
from zicht.errors import ConfigError, ZichtError


@st.composite
def addresses(draw: st.DrawFn) -> tuple[int, int, int]:
    zoom = draw(st.integers(0, scheme.MAX_ZOOM))
    side = st.integers(0, (1 << zoom) - 1)
    return zoom, draw(side), draw(side)


@given(addresses())
def test_numbers_equal_those_of_the_reference_implementation(address):
    number = tile_number(*address)

    assert number == zxy_to_tileid(*address)
    assert tile_address(number) == address == tileid_to_zxy(number)


@pytest.mark.parametrize("zoom", range(6))
def test_a_zoom_is_numbered_without_gaps_and_each_tile_touches_the_next(zoom):
    side = 1 << zoom
    by_number = {tile_number(zoom, x, y): (x, y) for x in range(side) for y in range(side)}
    path = [by_number[number] for number in sorted(by_number)]

    assert sorted(by_number) == list(range(scheme.first_number(zoom), scheme.first_number(zoom + 1)))
    assert all(abs(x - u) + abs(y - v) == 1 for (x, y), (u, v) in itertools.pairwise(path))


@pytest.mark.parametrize("address", [(0, 1, 0), (3, 8, 0), (3, 0, -1), (-1, 0, 0), (25, 0, 0), (10**9, 0, 0)])
def test_an_address_outside_the_world_is_refused(address):
    with pytest.raises(TileAddressError, match="There is no"):
        tile_number(*address)


@pytest.mark.parametrize("number", [-1, scheme.first_number(25), 1 << 64])
def test_a_number_outside_the_world_is_refused(number):
    with pytest.raises(TileAddressError):
        tile_address(number)


@pytest.mark.parametrize(("low", "high"), [(3, 2), (-1, 4), (0, 25)])
def test_a_zoom_range_must_be_one(low, high):
    with pytest.raises(ConfigError):
        ZoomRange(low, high)


@pytest.mark.parametrize("options", [{"extent": 255}, {"buffer": -1}, {"buffer": 2049}])
def test_a_tile_size_must_be_sound(options):
    with pytest.raises(ConfigError):
        TileScheme(**options)


def test_every_level_of_a_release_but_the_country_has_zooms():
    assert set(ZOOMS) == {
        "province",
        "district",
        "h3-4",
        "h3-5",
        "gemeente",
        "wijk",
        "buurt",
        "park",
        "h3-6",
        "h3-7",
        "h3-8",
        "h3-9",
    }
    assert ZoomRange(7, 9).zooms() == range(7, 10)
    assert all(ZOOMS[level].minzoom <= ZOOMS["gemeente"].minzoom for level in ("province", "district", "h3-4", "h3-5"))
    assert 9 in ZoomRange(7, 9)
    assert 10 not in ZoomRange(7, 9)


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_degrees_undoes_the_mercator_formula(lon, lat):
    # EPSG Guidance Note 7-2, method 1024.
    radius = 6378137.0
    x, y = radius * math.radians(lon), radius * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))

    assert scheme.degrees(x, y) == pytest.approx((lon, lat), abs=1e-9)


def test_the_world_is_as_wide_as_the_specification_says():
    assert pytest.approx(40075016.68557849) == scheme.unit_length(0, extent=1024) * 1024
    assert scheme.unit_length(12) == scheme.unit_length(11) / 2


def test_errors_of_tiles_are_errors_of_zicht():
    assert issubclass(TileAddressError, ZichtError)
