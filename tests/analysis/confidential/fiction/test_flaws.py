"""The bad rows: as many as counted, each bad in one way only."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from analysis.confidential.fiction.flaws import FLAWS, spoil
from analysis.confidential.fiction.records import YEARS


def test_points_at_sea_are_in_rd_and_in_no_buurt(context, records):
    rows = records["drug_waste"]
    degrees = (pl.col("x") < 10) & (pl.col("y") < 60)
    assert len(rows.filter(degrees)) == FLAWS["drug_waste"].in_degrees
    metres = rows.filter(~degrees).unique()
    point = shapely.points(metres["x"].to_numpy(), metres["y"].to_numpy())
    inside = np.unique(shapely.STRtree(context.geometry).query(point, predicate="intersects")[0])
    assert len(metres) - len(inside) == FLAWS["drug_waste"].at_sea
    assert metres["x"].is_between(0, 300_000).all()
    assert metres["y"].is_between(300_000, 625_000).all()


def test_a_row_is_bad_in_one_way_only(records):
    known = records["addresses"]["address_id"].implode()
    for name in FLAWS:
        rows = records[name].unique()
        if "address_id" in rows.columns:
            stray = ~rows["address_id"].is_in(known)
            outside = ~rows["date"].dt.year().is_in(list(YEARS))
            assert not (stray & outside).any(), name


def test_spoiling_keeps_every_good_row(context, records):
    good = records["drug_labs"].head(100).unique()
    spoiled = spoil("drug_labs", good, context.geometry, seed=4, years=YEARS)
    flaws = FLAWS["drug_labs"]
    assert len(spoiled) == len(good) + flaws.total
    assert len(spoiled.join(good, on=good.columns, how="semi")) == len(good) + flaws.twice
    assert spoiled.head(20).rows() != good.head(20).rows()


def test_a_table_without_flaws_is_only_shuffled(context, records):
    good = records["youth_care"].head(50)
    spoiled = spoil("youth_care", good, context.geometry, seed=4, years=YEARS)
    assert sorted(spoiled.rows()) == sorted(good.rows())
    assert spoiled.rows() != good.rows()
