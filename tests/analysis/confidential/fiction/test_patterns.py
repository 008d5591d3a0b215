"""What is planted is there: observed over expected inside against outside, by plain counting."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely

from tests.analysis.confidential.fiction.support import good, per_buurt

#: What divides the count of each table: homes, inhabitants or another count.
BY_HOMES = ("cannabis_sites", "drug_labs")
BY_INHABITANTS = ("suspicious_transactions", "drug_offences", "drug_suspects", "convicted_with_benefit")


def ratio(count, exposure, inside):
    """Events per exposure inside, over those outside."""
    return count[inside].sum() / exposure[inside].sum() / (count[~inside].sum() / exposure[~inside].sum())


def inside(context, codes):
    return np.isin(context.code, list(codes))


@pytest.mark.parametrize("table", [*BY_HOMES, *BY_INHABITANTS])
def test_hotspots_are_raised(country, context, records, plan, table):
    exposure = context.homes if table in BY_HOMES else context.inhabitants
    count = per_buurt(country, good(records, table))
    for spot in plan.hotspots[table]:
        found = ratio(count, exposure, inside(context, spot.buurten))
        assert 0.35 * spot.relative_risk < found < 3 * spot.relative_risk


def test_without_a_hotspot_nothing_is_raised_as_much(country, context, records, plan):
    """The same groups of buurten, looked at in a table that planted nothing there."""
    count = per_buurt(country, good(records, "purchases"))
    for spots in plan.hotspots.values():
        for spot in spots:
            assert 0.6 < ratio(count, context.homes, inside(context, spot.buurten)) < 1.7


def test_unexplained_purchases_are_raised_among_purchases(country, context, records, plan):
    rows = good(records, "purchases")
    sold = per_buurt(country, rows)
    odd = per_buurt(country, rows.filter("price_above_spendable"))
    for spot in plan.hotspots["unexplained_purchases"]:
        assert ratio(odd, sold, inside(context, spot.buurten)) > 0.4 * spot.relative_risk
        assert 0.6 < ratio(sold, context.homes, inside(context, spot.buurten)) < 1.6


def test_homes_without_a_known_owner_are_raised(country, context, records, plan):
    rows = records["homes"].filter(pl.col("year") == 2025)
    unknown = per_buurt(country, rows.filter(~pl.col("owner_known")))
    for spot in plan.hotspots["homes"]:
        assert ratio(unknown, context.homes, inside(context, spot.buurten)) > 0.4 * spot.relative_risk


def test_dumpings_are_raised_and_lie_in_their_buurt(context, records, plan):
    rows = good(records, "drug_waste").filter(pl.col("x") > 1000)
    point, buurt = shapely.STRtree(context.geometry).query(
        shapely.points(rows["x"].to_numpy(), rows["y"].to_numpy()), predicate="within"
    )
    assert len(np.unique(point)) == len(point)
    count = np.bincount(buurt, minlength=len(context))
    for spot in plan.hotspots["drug_waste"]:
        assert ratio(count, shapely.area(context.geometry), inside(context, spot.buurten)) > 0.35 * spot.relative_risk


@pytest.mark.parametrize("table", ["suspicious_transactions", "cannabis_sites"])
def test_deviations_are_raised_where_context_expects_little(country, context, records, plan, table):
    exposure = context.homes if table == "cannabis_sites" else context.inhabitants
    count = per_buurt(country, good(records, table))
    quiet = context.deprivation < -0.3
    deviating = inside(context, plan.deviations[table])
    hot = inside(context, [code for spot in plan.hotspots[table] for code in spot.buurten])
    rest = quiet & ~deviating & ~hot
    rate = count[deviating].sum() / exposure[deviating].sum()
    assert rate > 3 * count[rest].sum() / exposure[rest].sum()
    assert (count[deviating] / exposure[deviating] > np.median(count[rest] / np.maximum(exposure[rest], 1))).all()


def test_one_wijk_has_salons_turnover_and_transactions(country, context, records, plan):
    salons = good(records, "establishments").filter((pl.col("sbi") == "96022") & (pl.col("year") == 2025))
    here = context.wijk == plan.branch_wijk
    count = per_buurt(country, salons)
    names, of = np.unique(context.wijk, return_inverse=True)
    by_wijk = dict(zip(names.tolist(), np.bincount(of, weights=count).tolist(), strict=True))
    ranked = sorted(by_wijk.values())
    assert by_wijk[plan.branch_wijk] == ranked[-1] >= 2 * ranked[-2]
    buurt = dict(zip(country.addresses.address_id.tolist(), country.addresses.buurt.tolist(), strict=True))
    codes = set(context.code[here].tolist())
    placed = salons.with_columns(pl.col("address_id").replace_strict(buurt).is_in(codes).alias("here"))
    every_year = good(records, "establishments").filter(pl.col("business_id").is_in(by_year_of(placed).implode()))
    assert every_year.group_by("year").len()["len"].n_unique() == 1
    turnover = dict(placed.group_by("here").agg(pl.col("turnover").median()).iter_rows())
    assert turnover[True] > 2.5 * turnover[False]
    suspicious = good(records, "suspicious_transactions")
    by_salons = suspicious.join(salons, left_on="subject_id", right_on="business_id")
    assert ratio(per_buurt(country, by_salons), np.maximum(count, 1e-9), here) > 3
    businesses = suspicious.filter(pl.col("subject_kind") == "business")
    assert ratio(per_buurt(country, businesses), context.inhabitants, here) > 2
    assert ratio(per_buurt(country, suspicious), context.inhabitants, here) > 1.1


def by_year_of(placed):
    """The salons of the cluster: those in the planted wijk that turn over most."""
    there = placed.filter("here").sort("turnover", descending=True)
    return there.head(len(there) // 2)["business_id"]


def by_park(records, rows):
    park = records["addresses"].select("address_id", "park")
    return dict(rows.join(park, on="address_id").group_by("park").len().iter_rows())


def test_one_park_stands_out_among_all(records, plan):
    size = by_park(records, records["addresses"].filter(pl.col("park") != "").select("address_id"))
    natural = records["park_registrations"].filter((pl.col("kind") == "natural") & (pl.col("year") == 2025))
    rate = {park: count / size[park] for park, count in by_park(records, natural).items()}
    others = [value for park, value in rate.items() if park != plan.park]
    assert rate[plan.park] > 2.5 * max(others)
    incidents = by_park(records, good(records, "park_incidents"))
    per_object = {park: count / size[park] for park, count in incidents.items()}
    assert max(per_object, key=lambda park: per_object[park]) == plan.park


def test_events_are_overdispersed_outside_what_is_planted(country, context, records, plan):
    count = per_buurt(country, good(records, "suspicious_transactions"))
    known = inside(context, plan.risks("suspicious_transactions")) | (context.wijk == plan.branch_wijk)
    plain = ~known & (context.inhabitants > 150)
    rate = count[plain].sum() / context.inhabitants[plain].sum()
    mean = rate * context.inhabitants[plain]
    assert np.mean((count[plain] - mean) ** 2 / mean) > 3
