"""A table as text: columns by name, the line of each row in the file, and numbers read strictly.

Conventions: the separator is a semicolon where the heading holds one outside quotes, else a comma; a byte order mark
and either kind of line end are accepted; quoted fields may hold separators, quotes and line ends. Lines without any
text are skipped. Headings are matched exactly, spaces around them aside. Text is kept byte for byte: `0123` stays
`0123`. Numbers are written with a decimal point; blanks, `NaN`, `inf`, decimal commas and thousands separators are
refused with their line, never guessed at. A message names files, lines and ids, never a value of a column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zicht.errors import SchemaError

FloatArray = NDArray[np.float64]

#: Most rows or ids that one message names.
NAMED = 5

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns of text.

    Args:
        where: Name of the file, for messages.
        columns: By heading, one text a row.
        lines: The line of the file that each row ends on; the heading is line 1.
    """

    where: str
    columns: Mapping[str, Sequence[str]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, name: str, *, option: str = "") -> Sequence[str]:
        """Return a column.

        Args:
            name: Its heading.
            option: The option of the command that named it, for the message.

        Raises:
            SchemaError: There is no such column.
        """
        if name not in self.columns:
            raise SchemaError(
                f"There is no column {name!r}.",
                where=self.where,
                remedy=f"{option or 'The file'} needs one of: {', '.join(map(repr, self.columns))}.",
            )
        return self.columns[name]


def parse_sheet(text: str, *, where: str) -> Sheet:
    """Read CSV text.

    Args:
        text: The whole file, its byte order mark removed.
        where: Name of the file, for messages.

    Returns:
        Its columns, at least one row.

    Raises:
        SchemaError: It is no CSV, has no rows, a heading twice or empty, or a row of another length.
    """
    records = _records(text, where)
    if len(records) < 2:
        raise SchemaError("The file is empty.", where=where, remedy="It needs a row of headings and rows below it.")
    heading = [name.strip() for name in records[0][1]]
    wrong = sorted({name for name in heading if not name or heading.count(name) > 1})
    if wrong:
        raise SchemaError(f"The heading {wrong[0]!r} is empty or stands twice.", where=f"{where}, line 1")
    for line, row in records[1:]:
        if len(row) != len(heading):
            raise SchemaError(
                f"The row has {len(row)} fields, the heading {len(heading)}.",
                where=f"{where}, line {line}",
                remedy="Fields are separated by commas, or by semicolons where the heading holds one; decimals "
                "are written with a point; a field that holds a separator stands between quotes.",
            )
    body = records[1:]
    columns = {name: tuple(row[at] for _, row in body) for at, name in enumerate(heading)}
    return Sheet(where=where, columns=columns, lines=tuple(line for line, _ in body))


def numbers(sheet: Sheet, column: str, *, option: str = "") -> FloatArray:
    """Return a column as (n,) finite numbers.

    Args:
        sheet: The table.
        column: Heading of the column.
        option: The option of the command that named it, for messages.

    Raises:
        SchemaError: There is no such column, or a field is no finite number; the message names the lines.
    """
    texts = [text.strip() for text in sheet.column(column, option=option)]
    wrong = [at for at, text in enumerate(texts) if not NUMBER.fullmatch(text)]
    if wrong:
        blank = sum(not texts[at] for at in wrong)
        kind = "blank" if blank == len(wrong) else "not a number, or blank" if blank else "not a finite number"
        raise SchemaError(
            f"Column {column!r} is {kind} in {len(wrong)} {'row' if len(wrong) == 1 else 'rows'}.",
            where=f"{sheet.where}, {lines_of(sheet, wrong)}",
            remedy="Write numbers with a decimal point and no thousands separator. A missing value is not a zero: "
            "give it, or leave the row out and its area from the neighbours.",
        )
    values = np.array([float(text) for text in texts], dtype=np.float64)
    large = np.flatnonzero(~np.isfinite(values)).tolist()
    if large:
        raise SchemaError(
            f"A number in column {column!r} is too large.", where=f"{sheet.where}, {lines_of(sheet, large)}"
        )
    return values


def lines_of(sheet: Sheet, rows: Sequence[int]) -> str:
    """Return "line 3" or "lines 3, 8 and 12 more" for rows of a sheet."""
    first = ", ".join(str(sheet.lines[row]) for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"{'line' if len(rows) == 1 else 'lines'} {first}{more}"


def _records(text: str, where: str) -> list[tuple[int, list[str]]]:
    try:
        # Not strict: where commas separate, a comma after a quoted heading would be an error here.
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=";"), [])
        delimiter = ";" if len(first) > 1 else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [(reader.line_num, row) for row in reader if any(field.strip() for field in row)]
    except csv.Error:
        raise SchemaError(
            "The file is not valid CSV: a quote is not closed, or text follows a closing quote.", where=where
        ) from None
