"""Persons, households and businesses."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analysis.confidential.fiction import make_records
from tests.analysis.confidential.fiction.support import good, per_buurt, square_country


def test_everyone_of_the_register_is_there_and_more_only_at_the_planted_park(country, records, plan):
    register = country.addresses
    per_address = records["persons"].group_by("address_id").len()
    there = dict(per_address.iter_rows())
    count = np.array([there.get(one, 0) for one in register.address_id.tolist()])
    extra = count - register.residents
    at_park = register.park == plan.park
    assert not extra[~at_park].any()
    assert (extra[at_park] >= 0).all()
    assert extra[at_park].sum() == pytest.approx(at_park.sum(), rel=0.35)


def test_every_household_has_an_adult_and_a_single_parent_a_child(records):
    persons = records["persons"]
    households = persons.group_by("household_id").agg(
        pl.col("age").max().alias("oldest"), pl.len(), pl.col("single_parent").sum()
    )
    assert households["oldest"].min() >= 18
    assert set(households["single_parent"]) == {0, 1}
    assert households.filter(pl.col("single_parent") == 1)["len"].min() >= 2
    parents = persons.filter("single_parent")
    assert parents["age"].min() >= 18
    assert 0.05 < len(parents) / len(households) < 0.2


def test_debts_follow_deprivation_and_only_adults_have_them(country, context, records):
    persons = records["persons"]
    assert persons.filter(pl.col("problematic_debts") | pl.col("owns_elsewhere"))["age"].min() >= 18
    indebted = per_buurt(country, persons.filter("problematic_debts"))
    share = indebted / np.maximum(per_buurt(country, persons), 1)
    large = context.inhabitants > 200
    assert np.corrcoef(share[large], context.deprivation[large])[0, 1] > 0.6


def test_ages_are_those_of_a_population(records):
    age = records["persons"]["age"].to_numpy()
    assert age.min() == 0
    assert 90 <= age.max() <= 100
    assert 0.15 < (age < 18).mean() < 0.35
    assert 0.55 < ((age >= 15) & (age < 65)).mean() < 0.75


def test_businesses_have_an_owner_and_an_address(records):
    businesses = records["businesses"]
    assert businesses["business_id"].is_unique().all()
    assert businesses["owner_id"].is_in(records["persons"].filter(pl.col("age") >= 18)["person_id"].implode()).all()
    assert len(businesses) == pytest.approx(9_000, rel=0.1)
    assert businesses["address_id"].is_unique().all()
    assert businesses["owner_id"].value_counts()["count"].max() > 1


def test_establishments_are_those_of_the_businesses(records):
    establishments, businesses = records["establishments"], records["businesses"]
    assert establishments.select("business_id", "year").is_unique().all()
    joined = establishments.join(businesses, on="business_id", how="left", validate="m:1")
    for column in ("owner_id", "address_id", "sbi"):
        assert (joined[column] == joined[f"{column}_right"]).all()
    assert set(establishments["year"]) == set(range(2021, 2026))
    per_year = establishments.group_by("year").len()["len"]
    assert per_year.min() > 0.7 * len(businesses)
    at_park = records["addresses"].filter(pl.col("park") != "")["address_id"]
    assert (establishments["at_park"] == establishments["address_id"].is_in(at_park.implode())).all()
    assert establishments["turnover"].min() >= 0


def test_what_lies_at_one_point_of_a_park_shares_a_main_address():
    country = square_country()
    register = country.addresses
    objects = np.flatnonzero(register.park == "PK9003")
    x, y = register.x.copy(), register.y.copy()
    x[objects[:20]], y[objects[:20]] = x[objects[0]], y[objects[0]]
    stacked = type(register)(register.address_id, x, y, register.buurt, register.use, register.park, register.residents)
    table = make_records(country.boundaries, stacked, seed=1, years=range(2025, 2026))["addresses"]
    main = dict(table.select("address_id", "main_address_id").iter_rows())
    assert {main[one] for one in register.address_id[objects[:20]].tolist()} == {str(register.address_id[objects[0]])}
    others = np.setdiff1d(np.arange(len(register)), objects[:20])
    assert all(main[one] == one for one in register.address_id[others].tolist())


def test_the_same_person_is_found_in_every_table(records):
    persons = records["persons"].select("person_id", "address_id", "age")
    ranges = {
        "drug_suspects": (15, 64),
        "convicted_with_benefit": (18, 120),
        "youth_care": (0, 17),
        "early_school_leavers": (12, 22),
        "benefits": (18, 66),
        "halt_referrals": (12, 17),
    }
    for name, (youngest, oldest) in ranges.items():
        joined = records[name].join(persons, on="person_id", how="left", validate="m:1")
        assert (joined["address_id"] == joined["address_id_right"]).all(), name
        assert joined["age"].min() >= youngest, name
        assert joined["age"].max() <= oldest, name
    for name in ("drug_suspects", "youth_care", "early_school_leavers", "benefits"):
        assert records[name].select("person_id", "year").is_unique().all()
    assert records["convicted_with_benefit"].select("person_id", "year", "scheme").is_unique().all()


def test_suspicious_transactions_stand_at_the_address_of_their_subject(records):
    rows = good(records, "suspicious_transactions")
    at = {
        "person": dict(records["persons"].select("person_id", "address_id").iter_rows()),
        "business": dict(records["businesses"].select("business_id", "address_id").iter_rows()),
    }
    for kind, subject, address in rows.select("subject_kind", "subject_id", "address_id").iter_rows():
        assert at[kind][subject] == address
    kinds = rows["subject_kind"].value_counts(normalize=True)
    assert 0.15 < dict(kinds.iter_rows())["business"] < 0.35
    assert rows["subject_id"].n_unique() < len(rows)


def test_purchases_agree_with_themselves(records):
    rows = good(records, "purchases")
    assert ((rows["price"] > rows["max_spendable"]) == rows["price_above_spendable"]).all()
    persons = records["persons"].filter(pl.col("age") >= 18)
    assert rows["buyer_id"].is_in(persons["person_id"].implode()).all()
    lives = rows.join(persons, left_on="buyer_id", right_on="person_id")
    assert 0.4 < (lives["address_id"] == lives["address_id_right"]).mean() < 0.75
    homes = records["addresses"].filter(pl.col("use") == "home")["address_id"]
    assert rows["address_id"].is_in(homes.implode()).all()


def test_every_home_is_in_the_ownership_table_every_year(records):
    homes, rows = records["addresses"].filter(pl.col("use") == "home"), records["homes"]
    assert len(rows) == 5 * len(homes)
    assert rows.select("address_id", "year").is_unique().all()
    unknown = rows.filter(~pl.col("owner_known"))
    assert (unknown["holding_id"] == unknown["address_id"]).all()
    assert not unknown["owner_is_director"].any()
    known = rows.filter("owner_known")
    assert known["holding_id"].is_in(records["persons"]["person_id"].implode()).all()


def test_who_is_registered_at_a_park_in_the_last_year_lives_there(records):
    rows, persons = records["park_registrations"], records["persons"]
    assert rows.select("person_id", "year").is_unique().all()
    natural, legal = rows.filter(pl.col("kind") == "natural"), rows.filter(pl.col("kind") == "legal")
    joined = natural.join(persons, on="person_id", how="left", validate="m:1")
    last = joined.filter(pl.col("year") == 2025)
    assert (last["address_id"] == last["address_id_right"]).all()
    for flag in ("owns_elsewhere", "single_parent", "problematic_debts"):
        assert (joined[flag] == joined[f"{flag}_right"]).all()
        assert not legal[flag].any()
    objects = records["addresses"].filter(pl.col("use") == "recreation")["address_id"]
    at_park = persons.filter(pl.col("address_id").is_in(objects.implode()))
    assert set(last["person_id"]) == set(at_park["person_id"])
    assert not legal["person_id"].is_in(persons["person_id"].implode()).any()
    assert rows["address_id"].is_in(objects.implode()).all()
    left = joined.filter(pl.col("address_id") != pl.col("address_id_right"))
    assert left["year"].max() < 2025
    assert len(left) > 100
