"""Businesses, and their establishments year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.confidential.fiction.people import ADULT, Persons
from analysis.confidential.fiction.places import BUSINESS, HOME, RECREATION, Context, IntArray, Places, positions
from analysis.confidential.fiction.plan import CLUSTERED_BRANCH, Planted
from analysis.confidential.fiction.pseudonyms import pseudonyms, stream

#: Share of each branch (SBI code) among businesses: first the branches that are published, then the rest.
BRANCHES: Mapping[str, float] = {
    "96021": 0.045,
    "96022": 0.040,
    "451": 0.045,
    "7711": 0.015,
    "563": 0.040,
    "92": 0.012,
    "4742": 0.016,
    "4777": 0.013,
    "0111": 0.060,
    "41": 0.120,
    "43": 0.110,
    "4711": 0.070,
    "5610": 0.080,
    "62": 0.120,
    "70": 0.140,
    "86": 0.090,
    "49": 0.060,
}

#: Businesses per address of the country.
BUSINESSES_PER_ADDRESS = 0.129

#: Salons in the planted wijk, as a share of all its businesses, and how much more they turn over than others.
CLUSTER_SHARE = 0.35
CLUSTER_TURNOVER = 5.0

_TURNOVER_PER_EMPLOYEE = 90_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Businesses:
    """Every business, ordered by address.

    Args:
        business_id: (m,) pseudonyms.
        owner: (m,) position of the owner among the persons.
        address: (m,) position of the address in the register.
        buurt: (m,) position of the buurt.
        sbi: (m,) code of the branch.
        employees: (m,) persons employed, 0 or more.
        in_cluster: (m,) whether it belongs to the planted cluster of salons.
        opened: (m,) first year of the records in which it exists.
        closed: (m,) last such year.
    """

    business_id: pl.Series
    owner: IntArray
    address: IntArray
    buurt: IntArray
    sbi: NDArray[np.str_]
    employees: IntArray
    in_cluster: NDArray[np.bool_]
    opened: IntArray
    closed: IntArray

    def __len__(self) -> int:
        return len(self.address)

    def table(self, address_id: pl.Series, person_id: pl.Series) -> pl.DataFrame:
        """Return the records, given the pseudonyms of all addresses and persons."""
        return pl.DataFrame(
            {
                "business_id": self.business_id,
                "owner_id": person_id.gather(self.owner),
                "address_id": address_id.gather(self.address),
                "sbi": self.sbi.tolist(),
                "employees": self.employees,
            }
        )


def make_businesses(
    places: Places, context: Context, plan: Planted, persons: Persons, *, seed: int, years: Sequence[int]
) -> Businesses:
    """Make the businesses of the country: at business addresses first, then at homes and at parks.

    Args:
        places: Areas and addresses.
        context: Context of the buurten.
        plan: What is planted: one wijk has a cluster of salons.
        persons: Who can own a business.
        seed: Seed of the fictional country.
        years: Years of the records.
    """
    rng = stream(seed, "businesses")
    address = _addresses(places, rng)
    buurt = positions(context.code, places.addresses.buurt)[address]
    sbi = rng.choice(list(BRANCHES), size=len(address), p=np.asarray([*BRANCHES.values()]) / sum(BRANCHES.values()))
    in_cluster = (context.wijk[buurt] == plan.branch_wijk) & (rng.random(len(address)) < CLUSTER_SHARE)
    adults = np.flatnonzero(persons.age >= ADULT)
    owner = adults[rng.integers(len(adults), size=len(address))]
    # One in eight has the owner of another business, so that holdings are more than one establishment.
    again = rng.random(len(address)) < 0.125
    fresh = np.where(again, owner[rng.integers(len(address), size=len(address))], owner)
    opened = np.where(
        rng.random(len(address)) < 0.75, years[0], rng.integers(years[0], years[-1] + 1, size=len(address))
    )
    stays = in_cluster | (rng.random(len(address)) < 0.85)
    return Businesses(
        business_id=pseudonyms(len(address), rng),
        owner=fresh,
        address=address,
        buurt=buurt,
        sbi=np.where(in_cluster, CLUSTERED_BRANCH, sbi),
        employees=np.floor(rng.lognormal(0.6, 1.0, size=len(address))).astype(np.int64),
        in_cluster=in_cluster,
        opened=np.where(in_cluster, years[0], opened),
        closed=np.where(stays, years[-1], rng.integers(opened, years[-1] + 1)),
    )


def _addresses(places: Places, rng: np.random.Generator) -> IntArray:
    use = places.addresses.use
    wanted = round(BUSINESSES_PER_ADDRESS * len(use))
    business, home = np.flatnonzero(use == BUSINESS), np.flatnonzero(use == HOME)
    recreation = np.flatnonzero(use == RECREATION)
    at_park = recreation[rng.random(len(recreation)) < 0.05]
    chosen = np.concatenate([rng.permutation(business)[: wanted - len(at_park)], at_park])
    at_home = rng.choice(home, size=min(max(wanted - len(chosen), 0), len(home)), replace=False)
    return np.sort(np.concatenate([chosen, at_home])).astype(np.int64)


def establishments(
    businesses: Businesses,
    places: Places,
    address_id: pl.Series,
    person_id: pl.Series,
    *,
    seed: int,
    years: Sequence[int],
) -> pl.DataFrame:
    """Make one row per business and year in which it exists.

    Args:
        businesses: Every business.
        places: Areas and addresses.
        address_id: Pseudonyms of all addresses.
        person_id: Pseudonyms of all persons.
        seed: Seed of the fictional country.
        years: Years of the records.

    Returns:
        The records; turnover in whole euros a year.
    """
    rng = stream(seed, "establishments")
    year = np.asarray(years, dtype=np.int64)
    row, column = np.nonzero((businesses.opened[:, None] <= year) & (year <= businesses.closed[:, None]))
    size = (businesses.employees + 1) * np.where(businesses.in_cluster, CLUSTER_TURNOVER, 1.0)
    level = size * rng.lognormal(-0.3, 0.5, size=len(businesses))
    turnover = _TURNOVER_PER_EMPLOYEE * level[row] * rng.lognormal(0.0, 0.1, size=len(row))
    return pl.DataFrame(
        {
            "business_id": businesses.business_id.gather(row),
            "year": year[column],
            "owner_id": person_id.gather(businesses.owner[row]),
            "address_id": address_id.gather(businesses.address[row]),
            "sbi": businesses.sbi[row].tolist(),
            "at_park": places.addresses.park[businesses.address[row]] != "",
            "turnover": np.minimum(np.round(turnover), 99_000_000).astype(np.int64),
        }
    )
