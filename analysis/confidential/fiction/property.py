"""Homes: who bought them, under what circumstances, and who owns them year by year."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.confidential.fiction.intensity import Profile, draw_dates, draw_members
from analysis.confidential.fiction.people import ADULT
from analysis.confidential.fiction.places import HOME, BoolArray, IntArray
from analysis.confidential.fiction.pseudonyms import pseudonyms
from analysis.confidential.fiction.world import World, frame
from geo.areas import FloatArray

_SALES = Profile(rate=0.05, urbanity=0.03, dispersion=0.05)

#: Chance that a purchase has a feature where nothing is planted, at mean deprivation.
UNEXPLAINED, RESOLD, CASH = 0.055, 0.04, 0.05

#: Chance that the owner of a home is not known, and that a home is owned by a director of a foundation.
OWNER_UNKNOWN, OWNED_BY_DIRECTOR = 0.015, 0.03

_HIGHEST = 0.85


def purchases(world: World) -> pl.DataFrame:
    """Draw the homes that were sold.

    Returns:
        The records; prices in whole euros. `price_above_spendable` says whether the price exceeds what the household of
        the buyer can spend; unexplained purchases and quick resales are more frequent in the same planted buurten.
    """
    rng = world.rng("purchases")
    count = world.counts(world.context.homes, _SALES, table="purchases", rng=rng, years=len(world.years))
    address = draw_members(world.address_pool(HOME), count, rng)
    buyer = _buyers(world, address, rng)
    risk = world.risk("unexplained_purchases")[world.address_buurt[address]]
    unexplained = _happens(world, address, UNEXPLAINED, risk, rng)
    price = _prices(world, address, rng)
    share = np.where(unexplained, rng.uniform(0.3, 0.9, size=len(price)), rng.uniform(1.0, 1.9, size=len(price)))
    spendable = np.where(unexplained, np.floor(price * share), np.ceil(price * share))
    return frame(
        {
            "purchase_id": pseudonyms(len(address), rng),
            "date": draw_dates(len(address), world.years, rng),
            "address_id": world.address_id.gather(address),
            "buyer_id": world.persons.person_id.gather(buyer),
            "price": price.astype(np.int64),
            "max_spendable": spendable.astype(np.int64),
            "price_above_spendable": unexplained,
            "cash": _happens(world, address, CASH, np.sqrt(risk), rng),
            "resold_within_12_months_20pct": _happens(world, address, RESOLD, np.sqrt(risk), rng),
            "foundation_director": world.persons.director[buyer],
        }
    )


def _prices(world: World, address: IntArray, rng: np.random.Generator) -> FloatArray:
    context, buurt = world.context, world.address_buurt[address]
    level = 12.65 - 0.14 * context.deprivation[buurt] + 0.06 * context.urbanity[buurt]
    return np.asarray(np.round(np.exp(level + rng.normal(0.0, 0.3, size=len(address))), -2), dtype=np.float64)


def _happens(world: World, address: IntArray, chance: float, risk: FloatArray, rng: np.random.Generator) -> BoolArray:
    context = np.exp(0.2 * world.context.deprivation[world.address_buurt[address]])
    return rng.random(len(address)) < np.minimum(chance * context * risk, _HIGHEST)


def _buyers(world: World, address: IntArray, rng: np.random.Generator) -> IntArray:
    # Six in ten buyers live there; the others, and those of empty homes, are somebody else.
    head = _heads(world)[address]
    adults = np.flatnonzero(world.persons.age >= ADULT)
    other = adults[rng.integers(len(adults), size=len(address))]
    return np.where((rng.random(len(address)) < 0.6) & (head >= 0), head, other)


def _heads(world: World) -> IntArray:
    first = np.full(len(world.address_id), -1, dtype=np.int64)
    occupied, person = np.unique(world.persons.address, return_index=True)
    first[occupied] = person
    return first


def homes(world: World) -> pl.DataFrame:
    """Make one row per home and year: whether its owner is known, and whether that is a director of a foundation.

    Returns:
        The records. `holding_id` is the owner, or the home itself where the owner is not known.
    """
    rng = world.rng("homes")
    home = np.flatnonzero(world.places.addresses.use == HOME)
    risk = world.risk("homes")[world.address_buurt[home]]
    unknown = _happens(world, home, OWNER_UNKNOWN, risk, rng)
    since = np.where(rng.random(len(home)) < 0.6, world.years[0], rng.choice(list(world.years), size=len(home)))
    owner = _owners(world, home, rng)
    year = np.asarray(world.years, dtype=np.int64)
    row, column = np.divmod(np.arange(len(home) * len(year)), len(year))
    known = ~(unknown[row] & (since[row] <= year[column]))
    address_id = world.address_id.gather(home[row])
    owner_id = world.persons.person_id.gather(owner[row])
    return frame(
        {
            "address_id": address_id,
            "year": year[column],
            "owner_known": known,
            "owner_is_director": known & world.persons.director[owner[row]],
            "holding_id": owner_id.zip_with(pl.Series(known), address_id),
        }
    )


def _owners(world: World, home: IntArray, rng: np.random.Generator) -> IntArray:
    head = _heads(world)[home]
    adults = np.flatnonzero(world.persons.age >= ADULT)
    directors = np.flatnonzero(world.persons.director)
    other = adults[rng.integers(len(adults), size=len(home))]
    owner = np.where((head >= 0) & (rng.random(len(home)) < 0.7), head, other)
    if directors.size:
        by_director = rng.random(len(home)) < OWNED_BY_DIRECTOR
        owner = np.where(by_director, directors[rng.integers(len(directors), size=len(home))], owner)
    return owner
