"""The records as a whole: linked, deterministic, free of anything that looks like a citizen service number."""

from __future__ import annotations

import re

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.confidential.fiction.flaws import FLAWS
from analysis.confidential.fiction.pseudonyms import PATTERN
from analysis.confidential.fiction.records import YEARS, make_records, write_records
from tests.analysis.confidential.fiction.conftest import SEED


def is_bsn(digits: str) -> bool:
    """The 11-test of citizen service numbers: weights 9 to 2, then -1."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 0


def ids(records):
    for name, table in records.items():
        for column in table.columns:
            if column.endswith("_id"):
                yield name, column, table[column].drop_nulls()


def test_the_11_test_knows_a_well_known_example():
    assert is_bsn("111222333")
    assert not is_bsn("111222334")


def test_every_identifier_is_a_pseudonym(records):
    for name, column, values in ids(records):
        assert values.str.contains(PATTERN).all(), (name, column)


def test_no_identifier_holds_a_citizen_service_number(records):
    for name, column, values in ids(records):
        if (name, column) in {("addresses", "address_id"), ("addresses", "main_address_id")} or column == "address_id":
            continue  # made with the places
        runs = re.findall(r"\d{9,}", "\n".join(values.unique().to_list()))
        assert not [run for run in runs for at in range(len(run) - 8) if is_bsn(run[at : at + 9])], (name, column)


def test_no_number_looks_like_a_citizen_service_number(records):
    for name, table in records.items():
        for column in table.select(pl.selectors.integer()).columns:
            assert table[column].abs().max() < 10**8, (name, column)


def test_the_same_seed_gives_the_same_records_and_another_seed_others(country, records):
    again = make_records(country.boundaries, country.addresses, seed=SEED)
    assert list(again) == list(records)
    for name, table in records.items():
        assert_frame_equal(again[name], table)
    other = make_records(country.boundaries, country.addresses, seed=SEED + 1)
    assert not other["cannabis_sites"].equals(records["cannabis_sites"])


def test_written_twice_the_bytes_are_the_same(records, tmp_path):
    some = {name: records[name] for name in ("drug_labs", "purchases", "park_registrations")}
    write_records(some, tmp_path / "a")
    write_records(dict(reversed(some.items())), tmp_path / "b" / "c")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(f"{name}.parquet" for name in some)
    for name, table in some.items():
        written = tmp_path / "a" / f"{name}.parquet"
        assert written.read_bytes() == (tmp_path / "b" / "c" / f"{name}.parquet").read_bytes()
        assert_frame_equal(pl.read_parquet(written), table)


def test_every_address_exists_but_for_the_counted_ones(records):
    known = records["addresses"]["address_id"]
    assert known.n_unique() == len(known)
    for name, table in records.items():
        if "address_id" in table.columns:
            unknown = (~table["address_id"].is_in(known.implode())).sum()
            expected = FLAWS[name].unknown_address if name in FLAWS else 0
            assert unknown == expected, name


def test_every_date_lies_in_the_years_but_for_the_counted_ones(records):
    dated = [name for name, table in records.items() if "date" in table.columns]
    assert dated
    for name in dated:
        outside = (~records[name]["date"].dt.year().is_in(list(YEARS))).sum()
        assert outside == (FLAWS[name].outside_years if name in FLAWS else 0), name
        assert set(records[name]["date"].dt.year().unique()) >= set(YEARS), name


def test_keys_are_unique_but_for_the_rows_delivered_twice(records):
    for name, flaws in FLAWS.items():
        table = records[name]
        key = table.columns[0]
        assert len(table) - table[key].n_unique() == flaws.twice, name
        assert len(table) - table.n_unique() == flaws.twice, name
        assert flaws.total > 0


def test_a_single_year_can_be_made(country):
    tables = make_records(country.boundaries, country.addresses, seed=3, years=range(2024, 2025))
    assert set(tables["park_registrations"]["year"]) == {2024}
    assert tables["drug_suspects"]["year"].unique().to_list() == [2024]


def test_fewer_years_change_nobody(country, records):
    tables = make_records(country.boundaries, country.addresses, seed=SEED, years=range(2024, 2026))
    columns = ["person_id", "household_id", "address_id", "age"]
    sort = "person_id"
    assert_frame_equal(tables["persons"].select(columns).sort(sort), records["persons"].select(columns).sort(sort))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_size_is_that_of_a_small_province(country, seed):
    tables = make_records(country.boundaries, country.addresses, seed=seed)
    persons = tables["persons"]
    assert 120_000 < len(persons) < 180_000
    assert persons["person_id"].n_unique() == len(persons)
    per_household = persons.group_by("household_id").agg(pl.len(), pl.col("address_id").n_unique().alias("addresses"))
    assert per_household["addresses"].max() == 1
    assert per_household["len"].max() <= 6
    assert 1.7 < per_household["len"].mean() < 2.6
