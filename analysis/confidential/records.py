"""Read a source: check it against its contract, key its pseudonyms again, and account for every row.

A row that fails a check is rejected with a reason; the file as a whole is refused where its columns are not those of
the contract, or where a column points to persons directly. No message holds a value, only columns and row numbers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandera.polars as pa
import polars as pl
from numpy.typing import NDArray
from pandera.errors import SchemaErrors

from analysis.confidential.contracts import ColumnContract, ColumnType, Source
from analysis.confidential.reasons import Reason
from zicht.errors import PseudonymError, SchemaError, SourceError

PSEUDONYM = r"^[0-9a-f]{32,64}$"
DIRECT_NAMES = re.compile(
    r"(^|_)(bsn|burgerservicenummer|sofinummer|naam|name|voornaam|achternaam|initials|voorletters|geboortedatum"
    r"|birth_?date|email|telefoon|phone|iban|rekeningnummer|paspoort|passport|etniciteit|ethnicity|herkomst|afkomst|nationaliteit"
    r"|nationality|geboorteland|country_of_birth|migratieachtergrond|religie|religion)(_|$)",
    re.IGNORECASE,
)
POLARS_TYPES = {
    ColumnType.PSEUDONYM: pl.String,
    ColumnType.DATE: pl.Date,
    ColumnType.INTEGER: pl.Int64,
    ColumnType.NUMBER: pl.Float64,
    ColumnType.CATEGORY: pl.String,
    ColumnType.BOOLEAN: pl.Boolean,
    ColumnType.CODE: pl.String,
}
BSN_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
BSN_SAMPLE = 10_000

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class CheckedRecords:
    """The rows of a source that met its contract.

    Args:
        source: The contract.
        rows: The rows kept, with the columns of the contract.
        read: Number of rows in the file.
        rejected: Number of rows rejected, by reason.
    """

    source: Source
    rows: pl.DataFrame
    read: int
    rejected: Mapping[Reason, int]


def read_records(folder: Path, source: Source, *, key: str) -> CheckedRecords:
    """Read one source and check it.

    Args:
        folder: Where the file of the source lies.
        source: Its contract.
        key: Secret that pseudonyms are keyed with again, so that those of the supplier go no further.

    Raises:
        SourceError: The file is absent, empty of columns or damaged.
        SchemaError: Its columns are not those of the contract.
        PseudonymError: A column points to persons directly.
    """
    path = folder / source.file
    table = _load(path)
    refuse_direct_identifiers(table, where=str(path))
    return check(table, source, where=str(path), key=key)


def _load(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise SourceError("The file is not there.", where=str(path), remedy="Check `records` in the build file.")
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError):
        # The reader's own message may quote the content.
        raise SourceError(
            "The file is damaged or is no Parquet file.", where=str(path), remedy="Ask its owner to deliver it again."
        ) from None


def refuse_direct_identifiers(table: pl.DataFrame, *, where: str) -> None:
    """Refuse a table with a column that names persons, or that looks like a citizen service number (BSN).

    Raises:
        PseudonymError: There is such a column.
    """
    for name in table.columns:
        if DIRECT_NAMES.search(name):
            raise PseudonymError(f"The column {name!r} points to persons directly.", where=where, remedy=_PSEUDONYMISE)
        if looks_like_bsn(table[name]):
            raise PseudonymError(f"The column {name!r} looks like a BSN.", where=where, remedy=_PSEUDONYMISE)


_PSEUDONYMISE = "Have the supplier remove or pseudonymise it; it must not reach this environment."


def looks_like_bsn(column: pl.Series) -> bool:
    """Tell whether nearly all values are numbers of 8 or 9 digits that pass the eleven-test of a BSN.

    Of random numbers one in eleven passes, so nine in ten cannot be chance in more than a handful of rows.
    """
    if column.dtype not in (pl.String, pl.Int64, pl.Int32, pl.UInt32, pl.UInt64):
        return False
    values = column.drop_nulls().head(BSN_SAMPLE).cast(pl.String).str.replace_all(r"[\s.\-]", "")
    digits = values.filter(values.str.contains(r"^\d{8,9}$")).str.zfill(9)
    if len(values) < 8 or len(digits) < 0.9 * len(values):
        return False
    matrix = np.frombuffer("".join(digits.to_list()).encode(), dtype=np.uint8).reshape(-1, 9).astype(np.int64) - 48
    return bool(np.mean((matrix @ BSN_WEIGHTS) % 11 == 0) > 0.9)


def check(table: pl.DataFrame, source: Source, *, where: str, key: str) -> CheckedRecords:
    """Check a table against a contract, row by row, and drop repeated keys.

    Raises:
        SchemaError: Columns are missing, not named by the contract, or of another type.
    """
    typed = _typed(table, source, where)
    bad = _bad_rows(typed, source)
    kept = typed.filter(~pl.Series(bad))
    once = _first_of_each_key(kept, source)
    counts = {Reason.INVALID_VALUE: int(bad.sum()), Reason.REPEATED_KEY: len(kept) - len(once)}
    return CheckedRecords(source, _rekey(once, source, key), len(table), {r: n for r, n in counts.items() if n})


def _first_of_each_key(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    # Sorted first, so that which of two rows stays does not depend on the order of delivery.
    if not source.key:
        return rows
    return rows.sort(rows.columns).unique(subset=list(source.key), keep="first", maintain_order=True)


def _typed(table: pl.DataFrame, source: Source, where: str) -> pl.DataFrame:
    missing = [name for name in source.columns if name not in table.columns]
    extra = [name for name in table.columns if name not in source.columns]
    if missing:
        raise SchemaError(f"Columns are missing: {', '.join(missing)}.", where=where, remedy="Deliver them.")
    if extra:
        raise SchemaError(
            f"The contract of source {source.id!r} does not name these columns: {', '.join(extra)}.",
            where=where,
            remedy="Leave them out, or add them to the contract with their purpose.",
        )
    wrong = []
    for name, contract in source.columns.items():
        try:
            table = table.with_columns(pl.col(name).cast(POLARS_TYPES[contract.type], strict=True))
        except pl.exceptions.PolarsError:
            wrong.append(f"{name} (should be {contract.type})")
    if wrong:
        raise SchemaError(f"Columns have the wrong type: {', '.join(wrong)}.", where=where, remedy="Deliver them so.")
    return table.select(list(source.columns))


def _bad_rows(table: pl.DataFrame, source: Source) -> BoolArray:
    bad = np.zeros(len(table), dtype=bool)
    for name, contract in source.columns.items():
        if not contract.nullable:
            bad |= table[name].is_null().to_numpy()
    schema = pa.DataFrameSchema({name: _column_schema(contract) for name, contract in source.columns.items()})
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as error:
        index = error.failure_cases["index"].drop_nulls().to_numpy()
        bad[index.astype(np.int64)] = True
    return bad


def _column_schema(contract: ColumnContract) -> pa.Column:
    checks = []
    if contract.type is ColumnType.PSEUDONYM:
        checks.append(pa.Check.str_matches(PSEUDONYM))
    if contract.pattern:
        checks.append(pa.Check.str_matches(contract.pattern))
    if contract.values:
        checks.append(pa.Check.isin(list(contract.values)))
    if contract.minimum is not None:
        checks.append(pa.Check.ge(contract.minimum))
    if contract.maximum is not None:
        checks.append(pa.Check.le(contract.maximum))
    return pa.Column(POLARS_TYPES[contract.type], checks, nullable=True)


def _rekey(table: pl.DataFrame, source: Source, key: str) -> pl.DataFrame:
    return table.with_columns(
        _keyed(table[name], key).alias(name)
        for name, contract in source.columns.items()
        if contract.type is ColumnType.PSEUDONYM
    )


def _keyed(column: pl.Series, key: str) -> pl.Series:
    secret = hashlib.sha256(key.encode()).digest()
    once = column.drop_nulls().unique()
    digests = [hashlib.blake2b(value.encode(), key=secret, digest_size=16).hexdigest() for value in once]
    return column.replace_strict(once, pl.Series(digests, dtype=pl.String), default=None, return_dtype=pl.String)
