"""Vacation parks: who is registered there year by year, and what happened there."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.confidential.fiction.intensity import draw_dates
from analysis.confidential.fiction.people import ADULT
from analysis.confidential.fiction.places import RECREATION, IntArray
from analysis.confidential.fiction.pseudonyms import pseudonyms
from analysis.confidential.fiction.world import World, frame

INCIDENT_KINDS = ("nuisance", "violence", "fire-safety", "drugs")

#: Incidents per recreation object and year, at an ordinary park and at the planted one.
INCIDENT_RATE = 0.03
PLANTED_INCIDENT_RATE = 0.15

_LEGAL_PER_OBJECT = 0.06
_PLANTED_LEGAL_PER_OBJECT = 0.35
_LEFT_PER_OBJECT = 0.12


def park_registrations(world: World) -> pl.DataFrame:
    """Draw per year the natural and legal persons that are registered at a recreation object.

    Returns:
        The records. Who is registered in the last year lives there in `persons`; who left earlier lives at a home now.
    """
    rng = world.rng("park_registrations")
    return pl.concat([_residents(world), _left(world, rng), _legal(world, rng)])


def _residents(world: World) -> pl.DataFrame:
    person = np.flatnonzero(world.persons.since > 0)
    last = np.full(len(person), world.years[-1])
    return _natural(world, person, world.persons.address[person], world.persons.since[person], last)


def _left(world: World, rng: np.random.Generator) -> pl.DataFrame:
    objects = np.flatnonzero(world.places.addresses.use == RECREATION)
    wanted = rng.poisson(_LEFT_PER_OBJECT * len(objects)) if len(world.years) > 1 else 0
    home = np.flatnonzero((world.persons.since == 0) & (world.persons.age >= ADULT))
    person = rng.choice(home, size=wanted, replace=False)
    last = rng.integers(world.years[0], world.years[-1], size=wanted) if wanted else np.zeros(0, dtype=np.int64)
    first = last - rng.integers(0, 3, size=wanted)
    return _natural(world, person, rng.choice(objects, size=wanted), first, last)


def _natural(world: World, person: IntArray, address: IntArray, first: IntArray, last: IntArray) -> pl.DataFrame:
    row, year = _spells(world, first, last)
    people = world.persons
    return frame(
        {
            "person_id": people.person_id.gather(person[row]),
            "year": year,
            "address_id": world.address_id.gather(address[row]),
            "kind": np.full(len(row), "natural"),
            "owns_elsewhere": people.owns_elsewhere[person[row]],
            "single_parent": people.single_parent[person[row]],
            "problematic_debts": people.problematic_debts[person[row]],
        }
    )


def _legal(world: World, rng: np.random.Generator) -> pl.DataFrame:
    register = world.places.addresses
    objects = np.flatnonzero(register.use == RECREATION)
    rate = np.where(register.park[objects] == world.plan.park, _PLANTED_LEGAL_PER_OBJECT, _LEGAL_PER_OBJECT)
    address = objects[rng.random(len(objects)) < rate]
    first = rng.integers(world.years[0] - 3, world.years[-1] + 1, size=len(address))
    row, year = _spells(world, first, np.full(len(address), world.years[-1]))
    # Legal persons without an establishment of their own: the holdings behind the objects.
    holders = pseudonyms(len(address), rng)
    never = np.zeros(len(row), dtype=bool)
    return frame(
        {
            "person_id": holders.gather(row),
            "year": year,
            "address_id": world.address_id.gather(address[row]),
            "kind": np.full(len(row), "legal"),
            "owns_elsewhere": never,
            "single_parent": never,
            "problematic_debts": never,
        }
    )


def _spells(world: World, first: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
    year = np.asarray(world.years, dtype=np.int64)
    row, column = np.nonzero((first[:, None] <= year) & (year <= last[:, None]))
    return row, year[column]


def park_incidents(world: World) -> pl.DataFrame:
    """Draw the incidents that were recorded at recreation objects."""
    rng = world.rng("park_incidents")
    register = world.places.addresses
    objects = np.flatnonzero(register.use == RECREATION)
    rate = np.where(register.park[objects] == world.plan.park, PLANTED_INCIDENT_RATE, INCIDENT_RATE)
    address = np.repeat(objects, rng.poisson(rate * len(world.years)))
    return frame(
        {
            "event_id": pseudonyms(len(address), rng),
            "date": draw_dates(len(address), world.years, rng),
            "address_id": world.address_id.gather(address),
            "kind": rng.choice(INCIDENT_KINDS, size=len(address), p=[0.5, 0.15, 0.2, 0.15]),
        }
    )
