"""Read cells and relations from CSV, and write results, whole or not at all.

A message names files, rows, columns and cells, never a value.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from zicht.errors import SchemaError
from zicht.linear_tables import LARGEST, NOT_GIVEN, UNBOUNDED, IntArray, LinearTable, named

CELL_COLUMNS = ("cell", "value", "lower", "upper", "n", "max1", "max2")
RELATION_COLUMNS = ("total", "part", "relation")
CONTRIBUTORS = ("n", "max1", "max2")
MOST_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Columns of text, with the number of each row in the file."""

    where: str
    columns: Mapping[str, Sequence[str]]
    rows: Sequence[int]


def read_table(cells: Path, relations: Path, *, integer: bool) -> LinearTable:
    """Read a table.

    Args:
        cells: CSV with the columns `cell,value` and optionally `lower,upper,n,max1,max2`.
        relations: CSV with the columns `total,part` and optionally `relation`.
        integer: Whether every value must be whole.

    Returns:
        The table, in the order of the file.

    Raises:
        SchemaError: A file, a column, a number or a relation is not as it should be.
    """
    sheet = _read(cells, required=CELL_COLUMNS[:2], known=CELL_COLUMNS)
    names = _cell_names(sheet)
    numbers = {name: _numbers(sheet, name, names) for name in CELL_COLUMNS[1:] if name in sheet.columns}
    counts = numbers.pop("n", None)
    decimals = max((-int(x.as_tuple().exponent) for column in numbers.values() for x in column if x), default=0)
    decimals = max(decimals, 0)
    _check_decimals(sheet, numbers, names, decimals, integer=integer)
    scaled = {name: _scaled(sheet, column, decimals) for name, column in numbers.items()}
    given = {name: scaled[name][0] for name in CONTRIBUTORS[1:] if name in scaled}
    if counts is not None:
        given["n"] = _scaled(sheet, _whole(sheet, counts, names), 0)[0]
    value, known = scaled["value"]
    total, labels, relation, part = _relations(relations, names)
    return LinearTable(
        cells=tuple(names),
        value=np.where(known, value, 0),
        known=known,
        lower=_default(scaled, "lower", len(names), 0),
        upper=_default(scaled, "upper", len(names), UNBOUNDED),
        total=total,
        labels=labels,
        relation=relation,
        part=part,
        decimals=decimals,
        contributors=given,
    )


def plain(number: float, decimals: int, *, digits: int = 0) -> str:
    """Write a number of a table in its own units.

    Args:
        number: In units of 10**-decimals; UNBOUNDED or more gives "".
        decimals: Decimals of the table.
        digits: Decimals beyond those that may be needed.
    """
    if number >= UNBOUNDED:
        return ""
    if digits == 0:
        text = f"{Decimal(int(number)).scaleb(-decimals):f}"
    else:
        text = f"{number / 10**decimals:.{decimals + digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file whole: to a temporary file beside it, then renamed.

    Raises:
        SchemaError: The folder is not there.
    """
    if not path.parent.is_dir():
        raise SchemaError("There is no such folder.", where=str(path.parent), remedy="Make it, or name another.")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path, *, required: Sequence[str], known: Sequence[str]) -> _Sheet:
    where = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SchemaError("There is no such file.", where=str(path), remedy="Check the path.") from None
    except IsADirectoryError:
        raise SchemaError("This is a folder.", where=str(path), remedy="Name a CSV file.") from None
    except UnicodeDecodeError:
        raise SchemaError("The file is not UTF-8 text.", where=where, remedy="Save it as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
        records = [(reader.line_num, row) for row in reader if any(field.strip() for field in row)]
    except csv.Error:
        raise SchemaError("The file is not valid CSV: a quote is not closed.", where=where) from None
    if len(records) < 2:
        raise SchemaError(
            "The file is empty.", where=where, remedy=f"It needs a heading, {','.join(required)}, and rows."
        )
    heading = [name.strip().lower() for name in records[0][1]]
    _check_heading(where, heading, required, known)
    for line, row in records[1:]:
        if len(row) != len(heading):
            raise SchemaError(
                "The row has another number of columns than the heading.",
                where=f"{where}, row {line}",
                remedy="Columns are separated by commas or by semicolons, decimals by a point.",
            )
    body = records[1:]
    columns = {name: [row[at].strip() for _, row in body] for at, name in enumerate(heading)}
    return _Sheet(where=where, columns=columns, rows=[line for line, _ in body])


def _check_heading(where: str, heading: Sequence[str], required: Sequence[str], known: Sequence[str]) -> None:
    absent = [name for name in required if name not in heading]
    if absent:
        raise SchemaError(
            f"The file lacks the column {named(absent)}.", where=where, remedy=f"Known: {', '.join(known)}."
        )
    strange = sorted({name for name in heading if name not in known or heading.count(name) > 1})
    if strange:
        raise SchemaError(
            f"The column {named(strange)} is unknown or stands twice.",
            where=where,
            remedy=f"Rename or remove it. Known: {', '.join(known)}.",
        )


def _cell_names(sheet: _Sheet) -> list[str]:
    names = list(sheet.columns["cell"])
    seen: dict[str, int] = {}
    for name, row in zip(names, sheet.rows, strict=True):
        if not name:
            raise SchemaError("A cell has no name.", where=f"{sheet.where}, row {row}")
        if name in seen:
            raise SchemaError(
                f"The cell {name!r} stands twice.",
                where=f"{sheet.where}, rows {seen[name]} and {row}",
                remedy="Give every cell one row.",
            )
        seen[name] = row
    return names


def _numbers(sheet: _Sheet, column: str, names: Sequence[str]) -> list[Decimal | None]:
    return [
        _number(text, f"{sheet.where}, row {row}, cell {name!r}, column {column}") if text else None
        for text, row, name in zip(sheet.columns[column], sheet.rows, names, strict=True)
    ]


def _number(text: str, where: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        comma = "," in text
        problem = "A decimal comma, or a comma between thousands." if comma else "This is not a number."
        remedy = "Write decimals with a point and nothing between thousands; leave a suppressed value blank."
        raise SchemaError(problem, where=where, remedy=remedy) from None
    if not number.is_finite():
        raise SchemaError("The number is not finite.", where=where, remedy="Leave a suppressed value blank.")
    return number.normalize() if number else Decimal(0)


def _check_decimals(
    sheet: _Sheet, numbers: Mapping[str, list[Decimal | None]], names: Sequence[str], decimals: int, *, integer: bool
) -> None:
    if decimals == 0 or (not integer and decimals <= MOST_DECIMALS):
        return
    limit = 0 if integer else MOST_DECIMALS
    wrong = [
        name
        for at, name in enumerate(names)
        if any(column[at] and int(column[at].as_tuple().exponent) < -limit for column in numbers.values())  # type: ignore[union-attr]
    ]
    raise SchemaError(
        f"A number has too many decimals: {named(wrong)}.",
        where=sheet.where,
        remedy="Counts are whole; for amounts say --real." if integer else f"Round to {MOST_DECIMALS} decimals.",
    )


def _whole(sheet: _Sheet, counts: list[Decimal | None], names: Sequence[str]) -> list[Decimal | None]:
    wrong = [name for name, n in zip(names, counts, strict=True) if n is not None and (n < 0 or n != int(n))]
    if wrong:
        raise SchemaError(f"A number of contributors is negative or not whole: {named(wrong)}.", where=sheet.where)
    return counts


def _scaled(sheet: _Sheet, column: list[Decimal | None], decimals: int) -> tuple[IntArray, np.typing.NDArray[np.bool_]]:
    whole = [NOT_GIVEN if x is None else int(x.scaleb(decimals)) for x in column]
    if sum(abs(x) for x in whole) >= LARGEST:
        raise SchemaError(
            "The numbers are too large to be added exactly.", where=sheet.where, remedy="Use larger units."
        )
    return np.array(whole, dtype=np.int64), np.array([x is not None for x in column], dtype=np.bool_)


def _default(
    scaled: Mapping[str, tuple[IntArray, np.typing.NDArray[np.bool_]]], name: str, size: int, default: int
) -> IntArray:
    if name not in scaled:
        return np.full(size, default, dtype=np.int64)
    numbers, given = scaled[name]
    return np.where(given, numbers, default)


def _relations(path: Path, names: Sequence[str]) -> tuple[IntArray, tuple[str, ...], IntArray, IntArray]:
    sheet = _read(path, required=RELATION_COLUMNS[:2], known=RELATION_COLUMNS)
    position = {name: at for at, name in enumerate(names)}
    breakdowns = sheet.columns.get("relation", [""] * len(sheet.rows))
    rows: dict[tuple[str, str], int] = {}
    relation: list[int] = []
    part: list[int] = []
    for total, name, breakdown, line in zip(
        sheet.columns["total"], sheet.columns["part"], breakdowns, sheet.rows, strict=True
    ):
        for cell, column in ((total, "total"), (name, "part")):
            if cell not in position:
                problem = (
                    f"The relation names a cell that is not in the table: {cell!r}."
                    if cell
                    else "A total without a part, or a part without a total."
                )
                raise SchemaError(
                    problem, where=f"{sheet.where}, row {line}, column {column}", remedy="Add the cell to CELLS."
                )
        relation.append(rows.setdefault((total, breakdown), len(rows)))
        part.append(position[name])
    order = np.argsort(np.array(relation), kind="stable")
    labels = tuple(f"{total} ({breakdown})" if breakdown else total for total, breakdown in rows)
    totals = np.array([position[total] for total, _ in rows], dtype=np.int64)
    return totals, labels, np.array(relation, np.int64)[order], np.array(part, np.int64)[order]
