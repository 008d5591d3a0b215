"""`Method`: a statistic as the command `zicht stats` offers it, with what it is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.tables.options import NeighbourOptions, Options
from analysis.tables.sheet import FloatArray, Sheet, lines_of
from geo.weights import SpatialWeights
from zicht.errors import SchemaError

T = TypeVar("T")

#: One column of an output: numbers, whole numbers or texts.
Column = NDArray[Any] | Sequence[str]


class Need(StrEnum):
    """What a method may use of the table and of what stands beside it."""

    COLUMN = "column"
    EXPOSURE = "exposure"
    OTHER = "other"
    PERIOD = "period"
    COORDINATES = "coordinates"
    NEIGHBOURS = "neighbours"


#: How each is given on the command line.
GIVEN_BY = {
    Need.COLUMN: "--column C",
    Need.EXPOSURE: "--exposure E",
    Need.OTHER: "--other C2",
    Need.PERIOD: "--period P",
    Need.COORDINATES: "--x X --y Y",
    Need.NEIGHBOURS: "--neighbours PAIRS.csv, or --x X --y Y with --k or --distance, or GEOFILE",
}


@dataclass(frozen=True, slots=True, eq=False)
class TableInput:
    """What a method computes from: columns of one table, in the order of its rows.

    Args:
        sheet: The table as text, for messages and for columns of the method's own.
        ids: (n,) the text that names each row's area; row numbers where the table has no ids. Unique, together with
            the period where there is one.
        options: The options; those that the method does not take have their defaults.
        column: (n,) finite numbers of `--column`.
        exposure: (n,) finite numbers of `--exposure`.
        other: (n,) finite numbers of `--other`.
        periods: (n,) texts of `--period`.
        coordinates: (n, 2) finite numbers of `--x` and `--y`.
        weights: Neighbours among the n rows.
        neighbours: Options of neighbours, for a method that takes one without taking neighbours.
    """

    sheet: Sheet
    ids: Sequence[str]
    options: Options
    column: FloatArray | None = None
    exposure: FloatArray | None = None
    other: FloatArray | None = None
    periods: Sequence[str] | None = None
    coordinates: FloatArray | None = None
    weights: SpatialWeights | None = None
    neighbours: NeighbourOptions = field(default_factory=NeighbourOptions)

    def __len__(self) -> int:
        return len(self.ids)

    def rng(self) -> np.random.Generator:
        """Return a new source of randomness: the same for the same seed, whatever was drawn before."""
        return np.random.default_rng(self.options.seed)

    def refuse(self, wrong: NDArray[np.bool_], problem: str, *, remedy: str = "") -> None:
        """Raise an error that names the rows marked, if there are any.

        Args:
            wrong: (n,) which rows are wrong.
            problem: What is wrong, as one sentence without a value.
            remedy: What the reader can do.

        Raises:
            SchemaError: A row is marked.
        """
        rows = np.flatnonzero(wrong).tolist()
        if rows:
            first = f"id {self.ids[rows[0]]!r}" + (" first" if len(rows) > 1 else "")
            raise SchemaError(
                problem, where=f"{self.sheet.where}, {lines_of(self.sheet, rows)} ({first})", remedy=remedy
            )


@dataclass(frozen=True, slots=True, eq=False)
class TableOutput:
    """What a method gives.

    Args:
        columns: By name and in the method's order, one-dimensional and of one length: numbers (NaN is written as an
            empty field), whole numbers, or texts. One row an area in the order of the table, or rows of its own.
        notes: What the reader must know of this run, each one sentence: which null, how many draws.
    """

    columns: Mapping[str, Column]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """One METHOD of `zicht stats`.

    Args:
        id: Its name on the command line.
        title: Its name in the field.
        statistics: Ids of `analysis.statistics` that it rests on (papers and conventions are documented there).
        needs: What must be given.
        takes: What may be given besides.
        options: Names of the fields of `Options` that it takes, or of `NeighbourOptions` without taking neighbours.
        requires: Names of those among them that must be said.
        rows: What one row of the output is, for the reference page: "one row an area, in the order of TABLE".
        columns: Columns of the output in order, each with its meaning, unit and range.
        run: Computes it; the docstring says what it does, with its treatment of bad input.
    """

    id: str
    title: str
    statistics: tuple[str, ...]
    needs: frozenset[Need]
    columns: Mapping[str, str]
    run: Callable[[TableInput], TableOutput]
    takes: frozenset[Need] = frozenset()
    options: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    rows: str = "one row an area, in the order of TABLE"


def given(value: T | None) -> T:
    """Return what the command made sure of: a method that needs it never gets None."""
    if value is None:
        raise TypeError("A method used what it does not declare in `needs`.")
    return value
