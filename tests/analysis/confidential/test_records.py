"""Records are checked row by row, persons are refused, and no message holds a value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.contracts import ColumnContract, ColumnType
from analysis.confidential.reasons import Reason
from analysis.confidential.records import check, looks_like_bsn, read_records, refuse_direct_identifiers
from tests.support.small import events, source
from zicht.errors import PseudonymError, SchemaError, SourceError

KEY = "k" * 32


def checked(table: pl.DataFrame, **changes: object):
    return check(table, source(**changes), where="events.parquet", key=KEY)


def test_every_row_is_kept_or_rejected():
    table = events(6, year=[2021, 1800, 2022, 2023, 2200, 2024], kind=["lab", "lab", "bomb", "lab", "lab", None])
    result = checked(table)
    assert len(result.rows) == 2
    assert result.rejected == {Reason.INVALID_VALUE: 4}
    assert result.read == 6


def test_a_pseudonym_must_look_like_one():
    result = checked(events(2, event_id=["a" * 32, "Jan Jansen"]))
    assert len(result.rows) == 1


def test_repeated_keys_are_counted_once_whatever_the_order_of_delivery():
    table = events(4, event_id=["a" * 32, "b" * 32, "a" * 32, "a" * 32], year=[2023, 2021, 2022, 2024])
    first, second = checked(table), checked(table.reverse())
    assert first.rejected == second.rejected == {Reason.REPEATED_KEY: 2}
    assert first.rows.sort("event_id").equals(second.rows.sort("event_id"))


def test_pseudonyms_are_keyed_again_and_still_link():
    table = events(3, owner_id=["a" * 32, "b" * 32, "a" * 32])
    rows = checked(table).rows.sort("event_id")
    assert not set(rows["owner_id"]) & set(table["owner_id"])
    assert rows["owner_id"].n_unique() == 2
    other = check(table, source(), where="", key="z" * 32).rows
    assert not set(rows["owner_id"]) & set(other["owner_id"])


def test_a_missing_column_is_named():
    with pytest.raises(SchemaError, match=r"events\.parquet: Columns are missing: kind, x"):
        checked(events(2).drop("kind", "x"))


def test_a_column_outside_the_contract_is_refused():
    with pytest.raises(SchemaError, match="does not name these columns: shoe_size"):
        checked(events(2).with_columns(shoe_size=43))


def test_a_column_of_another_type_is_named_without_its_values():
    with pytest.raises(SchemaError, match=r"year \(should be integer\)") as caught:
        checked(events(2).with_columns(year=pl.Series(["last-summer", "2021"])))
    assert "last-summer" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["bsn", "naam", "achternaam", "e_mail_iban", "geboortedatum", "nationaliteit", "herkomst", "Telefoon"]
)
def test_columns_that_name_persons_are_refused(name):
    table = events(2).with_columns(pl.lit("x").alias(name))
    with pytest.raises(PseudonymError, match=name):
        refuse_direct_identifiers(table, where="events.parquet")


def bsn(seed: int, size: int) -> list[str]:
    rng = np.random.default_rng(seed)
    found: list[str] = []
    while len(found) < size:
        digits = rng.integers(0, 10, 9)
        if (digits @ np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])) % 11 == 0:
            found.append("".join(map(str, digits)))
    return found


@given(st.integers(0, 1000))
def test_citizen_service_numbers_are_recognised_under_any_column_name(seed):
    numbers = bsn(seed, 40)
    assert looks_like_bsn(pl.Series("reference", numbers))
    assert looks_like_bsn(pl.Series("reference", [f"{n[:4]}.{n[4:6]}.{n[6:]}" for n in numbers]))
    assert looks_like_bsn(pl.Series("reference", [int(number) for number in numbers]))
    table = events(40).with_columns(reference=pl.Series(numbers))
    with pytest.raises(PseudonymError) as caught:
        refuse_direct_identifiers(table, where="events.parquet")
    assert not any(number in str(caught.value) for number in numbers)


@given(st.integers(0, 1000))
def test_other_nine_digit_numbers_are_not_taken_for_one(seed):
    numbers = np.random.default_rng(seed).integers(100_000_000, 999_999_999, 60)
    assert not looks_like_bsn(pl.Series("dossier", numbers))


def test_a_truncated_file_is_an_error_with_a_remedy(tmp_path):
    path = tmp_path / "events.parquet"
    events(100).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"events\.parquet: The file is damaged.*\n.*deliver it again"):
        read_records(tmp_path, source(), key=KEY)


def test_an_absent_file_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="not there"):
        read_records(tmp_path, source(), key=KEY)


def test_a_file_is_read_and_checked(tmp_path):
    events(5).write_parquet(tmp_path / "events.parquet")
    assert len(read_records(tmp_path, source(), key=KEY).rows) == 5


@given(st.lists(st.tuples(st.integers(1890, 2110), st.booleans(), st.integers(0, 4)), max_size=40))
def test_kept_and_rejected_always_add_up(rows):
    table = events(
        len(rows),
        year=[year for year, _, _ in rows],
        kind=["lab" if good else "other" for _, good, _ in rows],
        event_id=[f"{key:032x}" for _, _, key in rows],
    ).cast({"year": pl.Int64, "kind": pl.String, "event_id": pl.String, "owner_id": pl.String})
    result = checked(table)
    assert len(result.rows) + sum(result.rejected.values()) == len(rows)
    valid = {key for year, good, key in rows if good and 1900 <= year <= 2100}
    assert len(result.rows) == len(valid)


def test_codes_follow_their_pattern():
    columns = dict(source().columns)
    columns["sbi"] = ColumnContract("sbi", ColumnType.CODE, pattern=r"^\d{4,5}$")
    table = events(3).with_columns(sbi=pl.Series(["96021", "abc", "4742"]))
    result = check(table, replace(source(), columns=columns), where="", key=KEY)
    assert sorted(result.rows["sbi"]) == ["4742", "96021"]
