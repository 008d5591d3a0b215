"""Drug-related events: laboratories, cannabis sites, dumped waste, offences by place, suspects by home."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from analysis.confidential.fiction.intensity import (
    Profile,
    draw_counts,
    draw_dates,
    draw_members,
    expected,
)
from analysis.confidential.fiction.places import BUSINESS, HOME, RECREATION, IntArray
from analysis.confidential.fiction.pseudonyms import pseudonyms
from analysis.confidential.fiction.world import World, frame, persons_per_year
from geo.areas import FloatArray

LAB_KINDS = ("synthetic", "cocaine", "storage")
WASTE_KINDS = ("barrels", "vehicle", "drain")
OFFENCE_KINDS = ("possession", "trade", "production")

_LABS = Profile(rate=0.0006, urbanity=-0.45, coast=0.3, dispersion=0.25)
_CANNABIS = Profile(rate=0.017, deprivation=0.3, urbanity=-0.15, dispersion=0.12)
_WASTE = Profile(rate=0.13, urbanity=-0.5, coast=-0.2, dispersion=0.3)
#: Part of the offences of which the police noted the gemeente only.
_NO_ADDRESS = 0.04
_OFFENCES = Profile(rate=0.006, deprivation=0.4, urbanity=0.3, dispersion=0.2)
_SUSPECTS = Profile(rate=0.011, deprivation=0.4, urbanity=0.1, dispersion=0.15)


def drug_labs(world: World) -> pl.DataFrame:
    """Draw the drug laboratories that were dismantled, at homes and at business addresses."""
    rng = world.rng("drug_labs")
    pool = world.address_pool(HOME, BUSINESS)
    count = world.counts(pool.size, _LABS, table="drug_labs", rng=rng, years=len(world.years))
    address = draw_members(pool, count, rng)
    return frame(
        {
            "event_id": pseudonyms(len(address), rng),
            "date": draw_dates(len(address), world.years, rng),
            "address_id": world.address_id.gather(address),
            "kind": rng.choice(LAB_KINDS, size=len(address), p=[0.6, 0.15, 0.25]),
        }
    )


def cannabis_sites(world: World) -> pl.DataFrame:
    """Draw the cannabis sites that were cleared, nearly all at homes."""
    rng = world.rng("cannabis_sites")
    count = world.counts(world.context.homes, _CANNABIS, table="cannabis_sites", rng=rng, years=len(world.years))
    address = draw_members(world.address_pool(HOME), count, rng)
    return frame(
        {
            "event_id": pseudonyms(len(address), rng),
            "date": draw_dates(len(address), world.years, rng, growth=-0.06),
            "address_id": world.address_id.gather(address),
            "plants": np.maximum(np.round(rng.lognormal(4.6, 0.7, size=len(address))), 6).astype(np.int64),
        }
    )


def drug_waste(world: World) -> pl.DataFrame:
    """Draw the dumpings of drug waste: in the open field, so with coordinates and without an address."""
    rng = world.rng("drug_waste")
    # Where nobody lives is water, and what is dumped there is not found.
    area = np.where(world.context.homes > 0, np.sqrt(shapely.area(world.context.geometry) / 1e6), 0.0)
    mean = expected(area, _WASTE, world.context) * len(world.years) * world.risk("drug_waste")
    count = draw_counts(mean, _WASTE.dispersion, rng)
    xy = _inside(world, np.repeat(np.arange(len(count)), count), rng)
    return frame(
        {
            "event_id": pseudonyms(len(xy), rng),
            "date": draw_dates(len(xy), world.years, rng, growth=0.05),
            "x": np.round(xy[:, 0], 1),
            "y": np.round(xy[:, 1], 1),
            "kind": rng.choice(WASTE_KINDS, size=len(xy), p=[0.7, 0.2, 0.1]),
        }
    )


def _inside(world: World, buurt: IntArray, rng: np.random.Generator) -> FloatArray:
    # Uniform inside a polygon: draw in its bounding box, keep what falls inside, draw the rest again.
    polygon = shapely.buffer(world.context.geometry, -1.0)
    west, south, east, north = shapely.bounds(polygon)[buurt].T
    xy = np.full((len(buurt), 2), np.nan)
    todo = np.arange(len(buurt))
    while todo.size:
        x = rng.uniform(west[todo], east[todo])
        y = rng.uniform(south[todo], north[todo])
        hit = shapely.contains_xy(polygon[buurt[todo]], x, y)
        xy[todo[hit]] = np.column_stack([x, y])[hit]
        todo = todo[~hit]
    return xy


def drug_offences(world: World) -> pl.DataFrame:
    """Draw recorded drug offences by the address nearest to them, or by no more than the gemeente."""
    rng = world.rng("drug_offences")
    pool = world.address_pool(HOME, BUSINESS, RECREATION)
    count = world.counts(pool.size, _OFFENCES, table="drug_offences", rng=rng, years=len(world.years))
    address = draw_members(pool, count, rng)
    offences = frame(
        {
            "event_id": pseudonyms(len(address), rng),
            "date": draw_dates(len(address), world.years, rng),
            "address_id": world.address_id.gather(address),
            "gemeente": world.address_gemeente[address],
            "kind": rng.choice(OFFENCE_KINDS, size=len(address), p=[0.5, 0.35, 0.15]),
        }
    )
    nowhere = pl.Series(rng.random(len(address)) < _NO_ADDRESS)
    return offences.with_columns(pl.when(~nowhere).then(pl.col("address_id")).alias("address_id"))


def drug_suspects(world: World) -> pl.DataFrame:
    """Draw per year the persons aged 15-64 who were suspected of a drug offence, by home address."""
    eligible = (world.persons.age >= 15) & (world.persons.age < 65)
    return persons_per_year(world, "drug_suspects", eligible, _SUSPECTS)
