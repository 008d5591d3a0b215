"""Every row finds a place or a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.contracts import Place
from analysis.confidential.observations import Places, observe
from analysis.confidential.reasons import Reason
from analysis.confidential.records import CheckedRecords
from geo.areas import Layer
from geo.grids import cells, parents
from tests.support.small import events, source

YEARS = range(2021, 2024)
X0, Y0, SIDE = 155_000.0, 463_000.0, 1_000.0


def squares(level: str, codes: list[str], boxes: list[tuple[float, float, float, float]]) -> Layer:
    return Layer(
        level=level,
        code=np.array(codes),
        name=np.array(codes),
        parent=np.array([""] * len(codes)),
        kind=np.array(["area"] * len(codes)),
        geometry=np.array([shapely.box(*box) for box in boxes], dtype=object),
    )


@pytest.fixture(scope="module")
def places() -> Places:
    buurten = squares(
        "buurt",
        ["BU90010101", "BU90010102"],
        [(X0, Y0, X0 + SIDE, Y0 + SIDE), (X0 + SIDE, Y0, X0 + 2 * SIDE, Y0 + SIDE)],
    )
    park = squares("park", ["PK9001"], [(X0 + 100, Y0 + 100, X0 + 300, Y0 + 300)])
    return Places(buurten, park, resolution=9)


def records(rows: pl.DataFrame, **changes: object) -> CheckedRecords:
    return CheckedRecords(source(**changes), rows, len(rows), {})


def test_a_row_gets_its_year_buurt_park_and_hex(places):
    rows = events(3, x=[X0 + 200, X0 + 500, X0 + 1500], y=[Y0 + 200, Y0 + 500, Y0 + 500])
    table = observe(records(rows), places=places, register=None, years=YEARS)
    assert table.rows["buurt"].to_list() == [0, 0, 1]
    assert table.rows["park"].to_list() == [0, -1, -1]
    assert table.rows["year"].to_list() == [2021] * 3
    assert table.rows["cell"].to_list() == cells(rows["x"].to_numpy(), rows["y"].to_numpy(), 9).tolist()
    assert not table.left_out


def test_each_row_left_out_has_its_own_reason(places):
    inside = (X0 + 500, Y0 + 500)
    points = [inside, inside, (None, Y0), (float("nan"), Y0), (5.1, 52.1), (X0 - 5000, Y0)]
    rows = events(
        6,
        year=[2021, 2019, 2021, 2021, 2021, 2021],
        x=[x for x, _ in points],
        y=[y for _, y in points],
    )
    table = observe(records(rows), places=places, register=None, years=YEARS)
    assert len(table.rows) == 1
    assert table.left_out == {
        Reason.OUTSIDE_PERIOD: 1,
        Reason.NO_COORDINATES: 2,
        Reason.OUTSIDE_RD: 1,
        Reason.OUTSIDE_AREAS: 1,
    }


def test_an_address_gives_its_place_or_is_unknown(places):
    register = pl.DataFrame({"address_id": ["a" * 32, "b" * 32], "x": [X0 + 500.0, X0 + 1500.0], "y": [Y0 + 500.0] * 2})
    rows = events(3).drop("x", "y").with_columns(address_id=pl.Series(["b" * 32, "c" * 32, "a" * 32]))
    linked = records(rows, place=Place(register="addresses", key="address_id"))
    table = observe(linked, places=places, register=register, years=YEARS)
    assert sorted(table.rows["buurt"]) == [0, 1]
    assert table.left_out == {Reason.UNKNOWN_ADDRESS: 1}


def test_a_row_in_no_buurt_is_kept_where_its_gemeente_is_known(places):
    gemeenten = squares("gemeente", ["GM9001", "GM9002"], [(0, 0, 1, 1)] * 2)
    points = [
        (X0 + 500, Y0 + 500),
        (None, None),
        (X0 - 5000, Y0),
        (5.1, 52.1),
        (None, None),
        (None, None),
        (None, None),
    ]
    stated = ["GM9002", "GM9002", "GM9001", "GM9001", "GM9003", None, "GM9001"]
    rows = events(
        7,
        x=[x for x, _ in points],
        y=[y for _, y in points],
        year=[2021, 2021, 2021, 2022, 2021, 2021, 2019],
    ).with_columns(gemeente=pl.Series(stated))
    kept = records(rows, place=Place(x="x", y="y", gemeente="gemeente"))
    table = observe(kept, places=replace(places, gemeente=gemeenten), register=None, years=YEARS)
    # The point goes before what was written down.
    assert table.rows["buurt"].to_list() == [0, -1, -1, -1]
    assert table.rows["known_gemeente"].to_list() == [-1, 1, 0, 0]
    assert table.rows["event_id"].to_list() == rows["event_id"][:4].to_list()
    assert table.left_out == {Reason.OUTSIDE_PERIOD: 1, Reason.NO_COORDINATES: 2}
    without = observe(records(rows), places=replace(places, gemeente=gemeenten), register=None, years=YEARS)
    assert len(without.rows) == 1


def test_dates_give_years(places):
    rows = events(2, x=[X0 + 500.0] * 2, y=[Y0 + 500.0] * 2).drop("year")
    rows = rows.with_columns(date=pl.Series(["2021-12-31", "2022-01-01"]).str.to_date())
    dated = replace(records(rows), source=replace(source(), period_column="date"))
    table = observe(dated, places=places, register=None, years=YEARS)
    assert table.rows["year"].to_list() == [2021, 2022]


coordinate = st.one_of(st.none(), st.floats(-10_000, 10_000).map(lambda offset: X0 + offset))


@given(st.lists(st.tuples(coordinate, st.floats(-3000, 3000), st.integers(2019, 2025)), max_size=40))
def test_no_row_is_lost(places, rows):
    table = observe(
        records(
            events(
                len(rows),
                x=[x for x, _, _ in rows],
                y=[Y0 + y for _, y, _ in rows],
                year=[year for _, _, year in rows],
            ).cast({"x": pl.Float64, "y": pl.Float64, "year": pl.Int64})
        ),
        places=places,
        register=None,
        years=YEARS,
    )
    assert len(table.rows) + sum(table.left_out.values()) == len(rows)


def test_coarser_hexes_are_parents_by_id_not_indexed_again():
    rng = np.random.default_rng(1)
    x, y = X0 + rng.uniform(-20_000, 20_000, 5000), Y0 + rng.uniform(-20_000, 20_000, 5000)
    direct = cells(x, y, 7)
    by_id = parents(cells(x, y, 9), 7)
    differing = np.mean(direct != by_id)
    assert 0.01 < differing < 0.2  # the reason for the rule: hexes of two resolutions do not nest on the ground
