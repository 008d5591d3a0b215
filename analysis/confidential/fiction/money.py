"""Suspicious transactions: by persons at home and by businesses, with the planted salons among them."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.confidential.fiction.intensity import Profile, draw_dates, draw_members, make_pool
from analysis.confidential.fiction.places import IntArray
from analysis.confidential.fiction.pseudonyms import pseudonyms
from analysis.confidential.fiction.world import World, frame

#: Transactions by each salon of the planted cluster over all years, on average.
PER_SALON = 10.0

#: Denser than in reality, and evened out between town and country: with fewer, most buurten of the default view would
#: be hidden, and "not hot" could be said of hardly any.
_TRANSACTIONS = Profile(rate=0.031, deprivation=0.18, urbanity=-0.2, dispersion=0.04)
_BY_BUSINESS = 0.25
_AGAIN = 0.12


def suspicious_transactions(world: World) -> pl.DataFrame:
    """Draw the transactions that were marked as suspicious, at the address of the subject.

    Returns:
        The records; the subject is a person or a business, the amount is in whole euros.
    """
    rng = world.rng("suspicious_transactions")
    years = len(world.years)
    count = world.counts(
        world.context.inhabitants, _TRANSACTIONS, table="suspicious_transactions", rng=rng, years=years
    )
    businesses = make_pool(world.businesses.buurt, np.ones(len(world.businesses), dtype=bool), len(world.context))
    at_business = np.where(businesses.size > 0, rng.binomial(count, _BY_BUSINESS), 0)
    people = world.person_pool((world.persons.age >= 18) & (world.persons.since == 0))
    person = draw_members(people, count - at_business, rng, again=_AGAIN)
    business = np.concatenate([draw_members(businesses, at_business, rng, again=_AGAIN), _by_salons(world, rng)])
    address = np.concatenate([world.persons.address[person], world.businesses.address[business]])
    subject = world.persons.person_id.gather(person).append(world.businesses.business_id.gather(business))
    return frame(
        {
            "transaction_id": pseudonyms(len(address), rng),
            "date": draw_dates(len(address), world.years, rng, growth=0.06),
            "subject_id": subject,
            "subject_kind": np.repeat(["person", "business"], [len(person), len(business)]),
            "address_id": world.address_id.gather(address),
            "amount": np.maximum(np.round(rng.lognormal(8.6, 1.3, size=len(address))), 50).astype(np.int64),
        }
    )


def _by_salons(world: World, rng: np.random.Generator) -> IntArray:
    salons = np.flatnonzero(world.businesses.in_cluster)
    return np.repeat(salons, rng.poisson(PER_SALON, size=len(salons)))
