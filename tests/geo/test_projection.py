"""RD and degrees: published points, the antenna register, and one stated operation."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pyproj
from hypothesis import given
from hypothesis import strategies as st

from geo.projection import to_lonlat, to_rd

EARTH = 6_371_000.0


def apart(lon, lat, other_lon, other_lat):
    """Metres between close places."""
    east = np.radians(lon - other_lon) * np.cos(np.radians(lat)) * EARTH
    return np.hypot(east, np.radians(lat - other_lat) * EARTH)


def test_the_antenna_register_agrees_within_a_centimetre(shared_data):
    table = pq.read_table(shared_data / "points" / "antenneregister_nl_2016.parquet", columns=["X", "Y", "lon", "lat"])
    x, y, lon, lat = (table[name].to_numpy().astype(float) for name in ("X", "Y", "lon", "lat"))
    assert len(x) == 38_735
    assert apart(*to_lonlat(x, y), lon, lat).max() < 0.01
    back = np.hypot(*(np.stack(to_rd(lon, lat)) - (x, y)))
    assert back.max() < 0.01


def test_the_origin_of_rd_is_the_church_tower_of_amersfoort():
    # RDNAPTRANS 2018, table of test points: Amersfoort, ETRS89 52.155172897, 5.387203657.
    lon, lat = to_lonlat(np.array([155_000.0]), np.array([463_000.0]))
    assert apart(lon, lat, 5.387203657, 52.155172897)[0] < 0.5


def test_the_stated_operation_is_what_proj_chooses_without_grids():
    x, y = np.array([20_000.0, 155_000.0, 270_000.0]), np.array([370_000.0, 463_000.0, 610_000.0])
    chosen = pyproj.Transformer.from_crs(28992, 4326, always_xy=True, allow_ballpark=False, only_best=False)
    assert apart(*to_lonlat(x, y), *chosen.transform(x, y)).max() < 0.3


@given(st.floats(0, 300_000), st.floats(300_000, 625_000))
def test_there_and_back_is_the_same_place(x, y):
    back = to_rd(*to_lonlat(np.array([x]), np.array([y])))
    assert abs(back[0][0] - x) < 1e-3
    assert abs(back[1][0] - y) < 1e-3


def test_unknown_coordinates_stay_unknown_and_harm_no_other():
    x, y = np.array([np.nan, 155_000.0, 155_000.0, np.inf]), np.array([463_000.0, np.nan, 463_000.0, 463_000.0])
    lon, lat = to_lonlat(x, y)
    assert np.isnan(lon).tolist() == np.isnan(lat).tolist() == [True, True, False, True]
    assert lon[2] == to_lonlat(x[2:3], y[2:3])[0][0]
