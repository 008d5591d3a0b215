"""`World`: everyone and everything that events can befall, made once, from which each table is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.confidential.fiction.companies import Businesses, make_businesses
from analysis.confidential.fiction.intensity import (
    Pool,
    Profile,
    draw_counts,
    draw_distinct,
    expected,
    make_pool,
    relative_risks,
)
from analysis.confidential.fiction.people import Persons, make_persons
from analysis.confidential.fiction.places import BoolArray, Context, IntArray, Places, positions, read_context
from analysis.confidential.fiction.plan import Planted, plan
from analysis.confidential.fiction.pseudonyms import stream
from geo.areas import FloatArray, StrArray
from geo.families import ancestors


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The fictional country with its people and businesses.

    Args:
        places: Areas and addresses.
        context: Context of each buurt.
        plan: What is planted.
        persons: Everyone.
        businesses: Every business.
        address_id: Pseudonyms of all addresses, in the order of the register.
        address_buurt: (m,) position of the buurt of each address.
        seed: Seed of the country.
        years: Years of the records, ascending.
    """

    places: Places
    context: Context
    plan: Planted
    persons: Persons
    businesses: Businesses
    address_id: pl.Series
    address_buurt: IntArray
    seed: int
    years: Sequence[int]

    def rng(self, table: str) -> np.random.Generator:
        """Return the random stream of a table."""
        return stream(self.seed, table)

    @property
    def address_gemeente(self) -> StrArray:
        """(m,) code of the gemeente of each address."""
        layers = self.places.boundaries.layers
        return layers["gemeente"].code[ancestors(layers, "buurt", "gemeente")[self.address_buurt]]

    def address_pool(self, *uses: str) -> Pool:
        """Return the addresses of the given uses, grouped by buurt."""
        return make_pool(self.address_buurt, np.isin(self.places.addresses.use, uses), len(self.context))

    def person_pool(self, eligible: BoolArray) -> Pool:
        """Return the eligible persons, grouped by buurt."""
        return make_pool(self.persons.buurt, eligible, len(self.context))

    def counts(
        self, exposure: FloatArray | IntArray, profile: Profile, *, table: str, rng: np.random.Generator, years: int
    ) -> IntArray:
        """Draw how many events each buurt gets, planted patterns included.

        Args:
            exposure: (n,) exposure of each buurt.
            profile: How the intensity follows context.
            table: Name under which patterns are planted.
            rng: Where the draws come from.
            years: Number of years over which to count.
        """
        mean = expected(exposure, profile, self.context) * years
        return draw_counts(mean * self.risk(table), profile.dispersion, rng)

    def risk(self, table: str) -> FloatArray:
        """Return the planted relative risk of every buurt in a table."""
        return relative_risks(self.context, self.plan.risks(table))


def make_world(places: Places, *, seed: int, years: Sequence[int]) -> World:
    """Make the people and businesses of a fictional country.

    Args:
        places: Areas and addresses.
        seed: Seed of the country.
        years: Years of the records, ascending.
    """
    context = read_context(places, seed=seed)
    chosen = plan(places, context, seed=seed)
    persons = make_persons(places, context, chosen, seed=seed, years=years)
    return World(
        places=places,
        context=context,
        plan=chosen,
        persons=persons,
        businesses=make_businesses(places, context, chosen, persons, seed=seed, years=years),
        address_id=pl.Series(places.addresses.address_id.tolist(), dtype=pl.String),
        address_buurt=positions(context.code, places.addresses.buurt),
        seed=seed,
        years=years,
    )


def frame(columns: Mapping[str, object]) -> pl.DataFrame:
    """Return a table from columns; NumPy text becomes text, everything else keeps its type."""
    plain = {
        name: part.tolist() if isinstance(part, np.ndarray) and part.dtype.kind == "U" else part
        for name, part in columns.items()
    }
    return pl.DataFrame(plain)


def persons_per_year(
    world: World, table: str, eligible: BoolArray, profile: Profile, *, stream: str | None = None
) -> pl.DataFrame:
    """Draw per year the persons to whom something applies, by the address where they live.

    Args:
        world: The country.
        table: Name under which patterns are planted.
        eligible: (m,) to which persons it can apply; they are the exposure.
        profile: How the intensity follows context.
        stream: Name of the random stream; the name of the table unless given.

    Returns:
        Columns `person_id`, `year` and `address_id`; a person occurs at most once a year.
    """
    rng = world.rng(stream or table)
    pool = world.person_pool(eligible)
    person, year = [], []
    for one in world.years:
        count = world.counts(pool.size, profile, table=table, rng=rng, years=1)
        person.append(draw_distinct(pool, count, rng))
        year.append(np.full(len(person[-1]), one, dtype=np.int64))
    chosen = np.concatenate(person)
    return frame(
        {
            "person_id": world.persons.person_id.gather(chosen),
            "year": np.concatenate(year),
            "address_id": world.address_id.gather(world.persons.address[chosen]),
        }
    )
