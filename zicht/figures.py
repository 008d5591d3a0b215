"""Public figures of the areas as they stand in `figures.parquet`: what deviations compare likes by. Never a record.

A figure about the origin of people is refused by its name, wherever it comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from zicht._tables import ColumnTable, floats, nullable, texts
from zicht.errors import AlignmentError, ConfigError
from zicht.published import FloatArray, StrArray

FILE = "figures.parquet"

SCHEMA = pa.schema([("figure", pa.string()), ("level", pa.string()), ("code", pa.string()), ("value", pa.float64())])

#: Names that hint at where people or their parents come from, or at what they believe; also those of older CBS columns.
ORIGIN = re.compile(
    r"ethni|etni|herkomst|afkomst|nationalit|migra|allocht|autocht|westers|geboorteland|geboren_buiten|country_of_birth"
    r"|birthplace|religi|godsdienst|(^|_)(west|n_w|over_nw)(_|$)|_al$|marok|turk|surina|antil|ant_aru|buitenlan|foreign|(^|_)race(_|$)",
    re.IGNORECASE,
)


def refuse_origin(name: str, *, where: str) -> None:
    """Refuse a figure whose name hints at the origin of people.

    Raises:
        ConfigError: It does.
    """
    if ORIGIN.search(name.replace("-", "_")):
        raise ConfigError(
            f"The figure {name!r} seems to be about the origin of people, which nothing here compares by.",
            where=where,
            remedy="Leave it out, or give a figure of another kind another name.",
        )


@dataclass(frozen=True, slots=True, order=True)
class FigureKey:
    """The name of one column of figures."""

    figure: str
    level: str

    @property
    def indicator(self) -> str:
        """The figure, in the place of the indicator."""
        return self.figure

    @property
    def period(self) -> str:
        """Figures are of the edition of the boundaries."""
        return "the edition"


@dataclass(frozen=True, slots=True, eq=False)
class FigureColumn:
    """One public figure of every area of one level, in ascending order of area code.

    Args:
        key: Which figure, of which level.
        code: (n,) area codes.
        value: (n,) the figure, not negative, NaN where nobody knows it.

    Raises:
        AlignmentError: Lengths differ, codes are not ascending, or a figure is negative or infinite.
        ConfigError: The figure is about the origin of people.
    """

    key: FigureKey
    code: StrArray
    value: FloatArray

    def __post_init__(self) -> None:
        where = f"{self.key.figure}, {self.key.level}"
        refuse_origin(self.key.figure, where=where)
        if len(self.code) != len(self.value) or np.any(self.code[1:] <= self.code[:-1]):
            raise AlignmentError("The areas of a figure are not unique and ascending, or not its own.", where=where)
        if np.any(self.value < 0) or np.isinf(self.value).any():
            raise AlignmentError("A figure is negative or infinite.", where=where)


class FigureTable(ColumnTable[FigureKey, FigureColumn]):
    """Every public figure that a release compares by (`figures.parquet`)."""

    __slots__ = ()

    schema = SCHEMA
    names = ("figure", "level")

    @staticmethod
    def _rows(column: FigureColumn) -> dict[str, Any]:
        count = len(column.code)
        return {
            "figure": [column.key.figure] * count,
            "level": [column.key.level] * count,
            "code": column.code,
            "value": nullable(column.value),
        }

    @staticmethod
    def _column(key: tuple[str, ...], rows: pa.Table) -> FigureColumn:
        return FigureColumn(FigureKey(*key), texts(rows["code"]), floats(rows["value"]))
