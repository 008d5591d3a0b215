"""Bad rows, planted on purpose: accounting for every row must be seen to work.

Each kind of flaw is one that real deliveries have: an address that no register knows, a date outside the period, a
point at sea or in degrees instead of metres, a row delivered twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from analysis.confidential.fiction.pseudonyms import pseudonyms, stream
from geo.areas import ObjectArray


@dataclass(frozen=True, slots=True)
class Flaws:
    """How many bad rows of each kind a table gets.

    Args:
        unknown_address: Rows at an address that no register knows.
        outside_years: Rows dated before or after the years of the records.
        at_sea: Rows with valid RD coordinates in no buurt.
        in_degrees: Rows with longitude and latitude where RD metres belong.
        twice: Rows that repeat another row exactly.
    """

    unknown_address: int = 0
    outside_years: int = 0
    at_sea: int = 0
    in_degrees: int = 0
    twice: int = 0

    @property
    def total(self) -> int:
        """Number of bad rows."""
        return self.unknown_address + self.outside_years + self.at_sea + self.in_degrees + self.twice


#: The bad rows of each table; tables that are absent have none.
FLAWS: Mapping[str, Flaws] = {
    "drug_labs": Flaws(unknown_address=12, outside_years=11, twice=14),
    "cannabis_sites": Flaws(unknown_address=40, outside_years=25, twice=18),
    "drug_waste": Flaws(outside_years=12, at_sea=24, in_degrees=13, twice=11),
    "drug_offences": Flaws(unknown_address=31, twice=12),
    "suspicious_transactions": Flaws(unknown_address=85, outside_years=40, twice=33),
    "purchases": Flaws(unknown_address=22, outside_years=15, twice=17),
    "park_incidents": Flaws(unknown_address=11, twice=10),
}


def spoil(name: str, table: pl.DataFrame, geometry: ObjectArray, *, seed: int, years: Sequence[int]) -> pl.DataFrame:
    """Add the bad rows of a table, then put all rows in a random order.

    Args:
        name: Name of the table.
        table: Its good rows; the first column is the key.
        geometry: Polygons of all buurten, RD metres.
        seed: Seed of the fictional country.
        years: Years of the records.

    Returns:
        The good and the bad rows.
    """
    rng = stream(seed, f"flaws/{name}")
    flaws = FLAWS.get(name, Flaws())
    parts = [
        table,
        _copies(table, flaws.unknown_address, rng, address_id=pseudonyms(flaws.unknown_address, rng)),
        _copies(table, flaws.outside_years, rng, date=_other_dates(flaws.outside_years, years, rng)),
        _points(table, _sea(geometry, flaws.at_sea, rng), rng),
        _points(table, rng.uniform([3.4, 50.8], [7.2, 53.5], size=(flaws.in_degrees, 2)), rng),
        table[rng.choice(len(table), size=flaws.twice, replace=False)],
    ]
    spoiled = pl.concat([part for part in parts if len(part)] or [table])
    return spoiled[rng.permutation(len(spoiled))]


def _copies(table: pl.DataFrame, count: int, rng: np.random.Generator, **changed: pl.Series) -> pl.DataFrame:
    if not count:
        return table.clear()
    key = table.columns[0]
    rows = table[rng.integers(len(table), size=count)]
    return rows.with_columns(pseudonyms(count, rng).alias(key), *(part.alias(name) for name, part in changed.items()))


def _points(table: pl.DataFrame, xy: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    if not len(xy):
        return table.clear()
    return _copies(table, len(xy), rng, x=pl.Series(np.round(xy[:, 0], 3)), y=pl.Series(np.round(xy[:, 1], 3)))


def _other_dates(count: int, years: Sequence[int], rng: np.random.Generator) -> pl.Series:
    year = rng.choice([years[0] - 8, years[0] - 1, years[-1] + 1], size=count)
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return pl.Series(first + rng.integers(0, 365, size=count).astype("timedelta64[D]"))


def _sea(geometry: ObjectArray, count: int, rng: np.random.Generator) -> np.ndarray:
    if not count:
        return np.zeros((0, 2))
    west, south, east, north = shapely.total_bounds(geometry)
    tree = shapely.STRtree(geometry)
    xy = rng.uniform([west - 5_000, south - 5_000], [east + 5_000, north + 5_000], size=(count * 40 + 200, 2))
    near = tree.query(shapely.points(xy), predicate="dwithin", distance=250.0)[0]
    return np.delete(xy, np.unique(near), axis=0)[:count]
