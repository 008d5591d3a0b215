"""From checked rows to observations: each has a year, a buurt (and park) and a hex, or a reason why not.

Where the contract names a column with the gemeente, a row that lies in no buurt is kept as known to lie there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.confidential.contracts import Source
from analysis.confidential.reasons import Reason
from analysis.confidential.records import CheckedRecords
from geo.areas import Layer
from geo.assign import assign
from geo.grids import cells

X_RANGE = (0.0, 300_000.0)
Y_RANGE = (300_000.0, 625_000.0)

ROW, KNOWN_GEMEENTE = "row_number", "known_gemeente"
#: Where a row lies of which no buurt is known.
_NOWHERE = {
    "buurt": pl.lit(-1, dtype=pl.Int32),
    "park": pl.lit(-1, dtype=pl.Int32),
    "cell": pl.lit(0, dtype=pl.UInt64),
}


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The layers that a point is placed in.

    Args:
        buurt: The finest administrative layer.
        park: Vacation parks, or None.
        resolution: The finest H3 resolution; coarser cells are its parents by id, never indexed from the point again.
        gemeente: The gemeenten, for sources that state one where they know no more; None where none does.
    """

    buurt: Layer
    park: Layer | None
    resolution: int
    gemeente: Layer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ObservationTable:
    """The placed rows of one source. Confidential.

    Args:
        source: The contract.
        rows: Contract columns and `year`, `buurt` and `park` (fid, -1 outside every park), `cell` (H3, uint64), and
            `known_gemeente`: -1, but the fid of the gemeente where no buurt is known, which is -1 then.
        read: Rows in the file; equal to `len(rows)` and all of `left_out` together.
        left_out: Rows that are not counted, by reason.
    """

    source: Source
    rows: pl.DataFrame
    read: int
    left_out: Mapping[Reason, int]

    def __post_init__(self) -> None:
        if len(self.rows) + sum(self.left_out.values()) != self.read:
            raise AssertionError("rows were lost between file and observation")


def observe(
    records: CheckedRecords, *, places: Places, register: pl.DataFrame | None, years: range
) -> ObservationTable:
    """Place every row in time and space.

    Args:
        records: Checked rows of one source.
        places: Where they may fall.
        register: Address register with the key of the source, `x` and `y`; None for a source with its own coordinates.
        years: Years of the release.

    Returns:
        The observations; what cannot be placed is counted by reason.
    """
    dated = records.rows.with_columns(_year(records.source, records.rows).alias("year"))
    in_period = dated.filter(pl.col("year").is_between(years.start, years.stop - 1)).with_row_index(ROW)
    located, missing = _locate(in_period, records.source, register)
    in_rd = located.filter(pl.col("x").is_between(*X_RANGE) & pl.col("y").is_between(*Y_RANGE))
    placed = _place(in_rd, places)
    unplaced = _unplaced(in_period, records.source, places).filter(~pl.col(ROW).is_in(placed[ROW].implode()))
    rescued = unplaced[ROW].implode()
    left_out = {
        **records.rejected,
        Reason.OUTSIDE_PERIOD: len(dated) - len(in_period),
        missing: _lost(in_period, located, rescued),
        Reason.OUTSIDE_RD: _lost(located, in_rd, rescued),
        Reason.OUTSIDE_AREAS: _lost(in_rd, placed, rescued),
    }
    rows = pl.concat([placed, unplaced], how="diagonal").drop(ROW)
    return ObservationTable(records.source, rows, records.read, {r: n for r, n in left_out.items() if n})


def _lost(before: pl.DataFrame, after: pl.DataFrame, rescued: pl.Series) -> int:
    lost = before.filter(~pl.col(ROW).is_in(after[ROW].implode()))
    return len(lost.filter(~pl.col(ROW).is_in(rescued)))


def _unplaced(rows: pl.DataFrame, source: Source, places: Places) -> pl.DataFrame:
    """Return the rows that state a gemeente that exists; those of them that lie in a buurt are not asked."""
    column = source.place.gemeente if source.place else ""
    if not column or places.gemeente is None:
        return rows.clear().with_columns(**_NOWHERE)
    code = places.gemeente.code
    stated = rows[column].fill_null("").to_numpy().astype(np.str_)
    at = np.minimum(np.searchsorted(code, stated), len(code) - 1)
    return rows.with_columns(**_NOWHERE | {KNOWN_GEMEENTE: pl.Series(at, dtype=pl.Int64)}).filter(code[at] == stated)


def _year(source: Source, rows: pl.DataFrame) -> pl.Expr:
    column = pl.col(source.period_column)
    return (column.dt.year() if rows.schema[source.period_column] == pl.Date else column).cast(pl.Int32)


def _locate(rows: pl.DataFrame, source: Source, register: pl.DataFrame | None) -> tuple[pl.DataFrame, Reason]:
    place = source.place
    if place is None:
        raise AssertionError("a source without a place is a register")
    if register is None:
        own = rows.with_columns(pl.col(place.x).alias("x"), pl.col(place.y).alias("y"))
        return own.drop_nulls(["x", "y"]).drop_nans(["x", "y"]), Reason.NO_COORDINATES
    points = register.select(pl.col(register.columns[0]).alias(place.key), "x", "y")
    return rows.join(points, on=place.key, how="inner"), Reason.UNKNOWN_ADDRESS


def _place(rows: pl.DataFrame, places: Places) -> pl.DataFrame:
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    parks = assign(x, y, places.park) if places.park is not None else np.full(len(rows), -1, dtype=np.int32)
    return rows.with_columns(
        pl.Series("buurt", assign(x, y, places.buurt)),
        pl.Series("park", parks),
        pl.Series("cell", cells(x, y, places.resolution)),
        pl.lit(-1, dtype=pl.Int64).alias(KNOWN_GEMEENTE),
    ).filter(pl.col("buurt") >= 0)
