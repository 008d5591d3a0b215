"""What is counted per person and year: convicted persons who cannot be found, and the context of resilience."""

from __future__ import annotations

import polars as pl

from analysis.confidential.fiction.intensity import Profile, draw_dates, draw_members
from analysis.confidential.fiction.pseudonyms import pseudonyms
from analysis.confidential.fiction.world import World, frame, persons_per_year

SCHEMES = ("benefit", "allowance")

_CONVICTED = Profile(rate=0.004, deprivation=0.5, urbanity=0.15, dispersion=0.15)
_YOUTH_CARE = Profile(rate=0.11, deprivation=0.3, dispersion=0.05)
_LEAVERS = Profile(rate=0.035, deprivation=0.4, urbanity=0.1, dispersion=0.08)
_BENEFITS = Profile(rate=0.07, deprivation=0.5, urbanity=0.1, dispersion=0.03)
_HALT = Profile(rate=0.02, deprivation=0.3, urbanity=0.15, dispersion=0.15)


def convicted_with_benefit(world: World) -> pl.DataFrame:
    """Draw per year the untraceable convicted persons to whom a scheme still pays, by their last known address."""
    return pl.concat(
        [
            persons_per_year(
                world, "convicted_with_benefit", world.persons.age >= 18, _CONVICTED, stream=f"convicted/{scheme}"
            )
            .with_columns(pl.lit(scheme).alias("scheme"))
            .select("person_id", "year", "scheme", "address_id")
            for scheme in SCHEMES
        ]
    )


def youth_care(world: World) -> pl.DataFrame:
    """Draw per year the young persons who receive youth care."""
    return persons_per_year(world, "youth_care", world.persons.age < 18, _YOUTH_CARE)


def early_school_leavers(world: World) -> pl.DataFrame:
    """Draw per year the young persons who left school without a basic qualification."""
    young = (world.persons.age >= 12) & (world.persons.age < 23)
    return persons_per_year(world, "early_school_leavers", young, _LEAVERS)


def benefits(world: World) -> pl.DataFrame:
    """Draw per year the persons who depend on social assistance or another benefit."""
    adult = (world.persons.age >= 18) & (world.persons.age < 67)
    return persons_per_year(world, "benefits", adult, _BENEFITS)


def halt_referrals(world: World) -> pl.DataFrame:
    """Draw the referrals of minors to Halt, by home address."""
    rng = world.rng("halt_referrals")
    pool = world.person_pool((world.persons.age >= 12) & (world.persons.age < 18))
    count = world.counts(pool.size, _HALT, table="halt_referrals", rng=rng, years=len(world.years))
    person = draw_members(pool, count, rng)
    return frame(
        {
            "referral_id": pseudonyms(len(person), rng),
            "date": draw_dates(len(person), world.years, rng),
            "person_id": world.persons.person_id.gather(person),
            "address_id": world.address_id.gather(world.persons.address[person]),
        }
    )
