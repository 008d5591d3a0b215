"""Persons in households, and the spells for which some of them were registered at a vacation park."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.confidential.fiction.places import RECREATION, BoolArray, Context, IntArray, Places, positions
from analysis.confidential.fiction.plan import Planted
from analysis.confidential.fiction.pseudonyms import pseudonyms, stream
from geo.areas import FloatArray

ADULT = 18

#: Persons per recreation object who are registered at the planted park on top of the residents of the register.
EXTRA_AT_PLANTED_PARK = 1.0

_LARGEST_HOUSEHOLD = 6


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """Every person at the end of the last year, ordered by address.

    Args:
        person_id: (m,) pseudonyms.
        household_id: (m,) pseudonyms.
        address: (m,) position of the address in the register.
        buurt: (m,) position of the buurt.
        age: (m,) years.
        single_parent: (m,) head of a household with children and no partner.
        problematic_debts: (m,) has debts that cannot be paid.
        owns_elsewhere: (m,) owns a home at another address.
        director: (m,) director of a foundation.
        since: (m,) first year at a park, 0 for who lives at a home address.
    """

    person_id: pl.Series
    household_id: pl.Series
    address: IntArray
    buurt: IntArray
    age: IntArray
    single_parent: BoolArray
    problematic_debts: BoolArray
    owns_elsewhere: BoolArray
    director: BoolArray
    since: IntArray

    def __len__(self) -> int:
        return len(self.address)

    def table(self, address_id: pl.Series) -> pl.DataFrame:
        """Return the records, given the pseudonyms of all addresses."""
        flags = ("single_parent", "problematic_debts", "owns_elsewhere")
        return pl.DataFrame(
            {
                "person_id": self.person_id,
                "household_id": self.household_id,
                "address_id": address_id.gather(self.address),
                "age": self.age,
                **{name: getattr(self, name) for name in flags},
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Households:
    address: IntArray
    size: IntArray


def make_persons(places: Places, context: Context, plan: Planted, *, seed: int, years: Sequence[int]) -> Persons:
    """Make the persons of the country.

    Args:
        places: Areas and addresses; each address houses as many persons as it has residents.
        context: Context of the buurten.
        plan: What is planted: one park houses many more than others.
        seed: Seed of the fictional country.
        years: Years of the records.

    Returns:
        All persons: the residents of the register, and those who are registered at the planted park besides.
    """
    rng = stream(seed, "persons")
    households = _households(places, plan, rng)
    of = np.repeat(np.arange(len(households.size)), households.size)
    rank = np.arange(len(of)) - (np.cumsum(households.size) - households.size)[of]
    buurt = positions(context.code, places.addresses.buurt)[households.address]
    recreation = (places.addresses.use == RECREATION)[households.address]
    # Who lives at a park is more often a parent alone, in debt, or owner of a home elsewhere.
    hardship = np.where(recreation, 4.0, context.deprivation[buurt])
    adults = _adults(households.size, hardship, rng)
    adult, at_park = rank < adults[of], recreation[of]
    debt = np.where(at_park, 0.35, np.clip(0.06 * np.exp(0.6 * context.deprivation[buurt][of]), 0, 0.5))
    since = rng.integers(years[0] - 2, years[-1] + 1, size=len(households.size))[of]
    return Persons(
        person_id=pseudonyms(len(of), rng),
        household_id=pseudonyms(len(households.size), rng).gather(of),
        address=households.address[of],
        buurt=buurt[of],
        age=_ages(households.size[of], adults[of], adult, rng),
        single_parent=(rank == 0) & (adults[of] == 1) & (households.size[of] > 1),
        problematic_debts=adult & (rng.random(len(of)) < debt),
        owns_elsewhere=adult & (rng.random(len(of)) < np.where(at_park, 0.4, 0.05)),
        director=adult & (rng.random(len(of)) < 0.015),
        since=np.where(at_park, since, 0),
    )


def _households(places: Places, plan: Planted, rng: np.random.Generator) -> _Households:
    residents = places.addresses.residents
    housed = np.flatnonzero(residents > 0)
    parts = -(-residents[housed] // _LARGEST_HOUSEHOLD)
    address = np.repeat(housed, parts)
    rank = np.arange(len(address)) - np.repeat(np.cumsum(parts) - parts, parts)
    share, rest = np.divmod(residents[address], np.repeat(parts, parts))
    extra_address, extra_size = _extra_at_park(places, plan, rng)
    every = np.concatenate([address, extra_address])
    size = np.concatenate([share + (rank < rest), extra_size]).astype(np.int64)
    order = np.argsort(every, kind="stable")
    return _Households(address=every[order], size=size[order])


def _extra_at_park(places: Places, plan: Planted, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    register = places.addresses
    objects = (register.use == RECREATION) & (register.park == plan.park)
    persons = rng.poisson(EXTRA_AT_PLANTED_PARK * objects.sum())
    empty = rng.permutation(np.flatnonzero(objects & (register.residents == 0)))
    each = rng.choice([1, 2, 3, 4], size=len(empty), p=[0.4, 0.3, 0.18, 0.12])
    used = int(np.searchsorted(np.cumsum(each), persons))
    return empty[:used], each[:used]


def _adults(size: IntArray, hardship: FloatArray, rng: np.random.Generator) -> IntArray:
    # Of two persons a quarter, of more persons a seventh is a parent alone; more often where hardship is high.
    alone = np.clip(np.where(size == 2, 0.25, 0.15) * np.exp(0.25 * hardship), 0, 0.9)
    return np.where((size == 1) | (rng.random(len(size)) < alone), 1, 2).astype(np.int64)


def _ages(size: IntArray, adults: IntArray, adult: BoolArray, rng: np.random.Generator) -> IntArray:
    with_children = size > adults
    free = ADULT + 2 + np.floor(76 * rng.beta(1.6, 1.8, size=len(size)))
    parent = rng.integers(25, 56, size=len(size))
    child = rng.integers(0, 21, size=len(size))
    return np.where(adult, np.where(with_children, parent, free), child).astype(np.int64)
