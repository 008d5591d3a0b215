"""The records of the fictional country: a table a source, as plain Parquet files in a folder.

The tables are linked as real microdata is: an event happens at an address, a person belongs to a household at an
address, a business has an address and an owner. Every identifier is a pseudonym; nothing in them exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from analysis.confidential.fiction.companies import establishments
from analysis.confidential.fiction.drugs import cannabis_sites, drug_labs, drug_offences, drug_suspects, drug_waste
from analysis.confidential.fiction.flaws import spoil
from analysis.confidential.fiction.money import suspicious_transactions
from analysis.confidential.fiction.parks import park_incidents, park_registrations
from analysis.confidential.fiction.places import Places
from analysis.confidential.fiction.property import homes, purchases
from analysis.confidential.fiction.social import (
    benefits,
    convicted_with_benefit,
    early_school_leavers,
    halt_referrals,
    youth_care,
)
from analysis.confidential.fiction.world import World, frame, make_world
from geo.areas import BoundarySet
from geo.fiction.country import AddressRegister

#: Years of the records of the demo.
YEARS = range(2021, 2026)


def make_records(
    boundaries: BoundarySet, addresses: AddressRegister, *, seed: int, years: range = YEARS
) -> Mapping[str, pl.DataFrame]:
    """Make the confidential records of a fictional country.

    Args:
        boundaries: Its areas.
        addresses: Its addresses.
        seed: Seed, zero or more; with the same places it gives the same records.
        years: Years of the records, one or more.

    Returns:
        The tables by name, bad rows included (see `FLAWS`).

    Raises:
        BoundaryError: The country is too small to hold what is planted.
    """
    world = make_world(Places(boundaries, addresses), seed=seed, years=years)
    return {
        name: spoil(name, make(world), world.context.geometry, seed=seed, years=years) for name, make in TABLES.items()
    }


def write_records(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Write each table as `NAME.parquet`; the same tables give the same bytes.

    Args:
        tables: By name.
        folder: Where to write; it is made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in sorted(tables.items()):
        table.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=False)


def _addresses(world: World) -> pl.DataFrame:
    """Return the address register; park objects with the same coordinates are stacked on one main address."""
    register = world.places.addresses
    main = np.arange(len(world.address_id))
    objects = np.flatnonzero(register.park != "")
    xy = np.column_stack([register.x, register.y])[objects]
    _, first, group = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    main[objects] = objects[first[group.reshape(-1)]]
    return frame(
        {
            "address_id": world.address_id,
            "x": np.round(register.x, 2),
            "y": np.round(register.y, 2),
            "use": register.use,
            "park": register.park,
            "main_address_id": world.address_id.gather(main),
        }
    )


def _persons(world: World) -> pl.DataFrame:
    return world.persons.table(world.address_id)


def _businesses(world: World) -> pl.DataFrame:
    return world.businesses.table(world.address_id, world.persons.person_id)


def _establishments(world: World) -> pl.DataFrame:
    return establishments(
        world.businesses,
        world.places,
        world.address_id,
        world.persons.person_id,
        seed=world.seed,
        years=world.years,
    )


TABLES: Mapping[str, Callable[[World], pl.DataFrame]] = {
    "addresses": _addresses,
    "persons": _persons,
    "businesses": _businesses,
    "establishments": _establishments,
    "purchases": purchases,
    "homes": homes,
    "suspicious_transactions": suspicious_transactions,
    "drug_labs": drug_labs,
    "cannabis_sites": cannabis_sites,
    "drug_waste": drug_waste,
    "drug_offences": drug_offences,
    "drug_suspects": drug_suspects,
    "park_registrations": park_registrations,
    "park_incidents": park_incidents,
    "convicted_with_benefit": convicted_with_benefit,
    "youth_care": youth_care,
    "halt_referrals": halt_referrals,
    "early_school_leavers": early_school_leavers,
    "benefits": benefits,
}
