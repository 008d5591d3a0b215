"""Give buurten homes, and turn a register of addresses into the public figures of every level."""

from __future__ import annotations

import numpy as np
import shapely

from geo.areas import FloatArray, StrArray
from geo.fiction.country import AddressRegister, BoolArray, IntArray
from geo.fiction.partition import share_out
from geo.fiction.territory import Territory

#: Homes per km2: in the country, and in a town.
RURAL_HOMES, TOWN_HOMES = 7.0, 1_650.0

#: Share of inhabitants aged 15-64.
WORKING_AGE = 0.64


def choose_works(territory: Territory, *, seed: int) -> BoolArray:
    """Choose the buurten that are business estates: 6% of the built-up ones, at the edges of towns.

    Args:
        territory: The areas.
        seed: Seed of the choice.

    Returns:
        (b,) whether a buurt is a business estate.
    """
    rng = np.random.default_rng([seed, 5])
    chance = np.where((territory.built > 0.4) & (territory.built < 0.97), 0.22, 0.02)
    return np.asarray((territory.built > 0.4) & (rng.uniform(size=len(chance)) < chance))


def share_homes(territory: Territory, works: BoolArray, *, homes: int, seed: int) -> IntArray:
    """Share out the homes over buurten by area and by how built-up they are.

    Args:
        territory: The areas.
        works: (b,) whether a buurt is a business estate.
        homes: Homes to share out.
        seed: Seed of the differences between buurten.

    Returns:
        (b,) homes.
    """
    rng = np.random.default_rng([seed, 6])
    area = shapely.area(territory.buurt_shape) / 1e6
    density = RURAL_HOMES + territory.built**2 * TOWN_HOMES
    weight = area * density * np.exp(rng.normal(0.0, 0.3, len(area))) * np.where(works, 0.03, 1.0)
    return share_out(homes, weight)


def count_by(codes: StrArray, of: StrArray, weights: FloatArray) -> FloatArray:
    """Add up weights by code.

    Args:
        codes: (n,) ascending codes to report on.
        of: (m,) code of each record, all of them in `codes`.
        weights: (m,) what to add up.

    Returns:
        (n,) totals.
    """
    return np.bincount(np.searchsorted(codes, of), weights, len(codes)).astype(np.float64)


def register_figures(register: AddressRegister, buurt: StrArray) -> dict[str, FloatArray]:
    """Count persons, households and homes in each buurt, in whole numbers.

    Args:
        register: The addresses.
        buurt: (n,) ascending codes of all buurten.

    Returns:
        "inhabitants", "inhabitants_15_64" (a fixed share), "households" and "homes", each (n,).
    """
    inhabitants = count_by(buurt, register.buurt, register.residents.astype(np.float64))
    return {
        "inhabitants": inhabitants,
        "inhabitants_15_64": np.round(WORKING_AGE * inhabitants),
        "households": count_by(buurt, register.buurt, (register.residents > 0).astype(np.float64)),
        "homes": count_by(buurt, register.buurt, (register.use == "home").astype(np.float64)),
    }


def round_to_five(values: FloatArray) -> FloatArray:
    """Round to the nearest multiple of five, as Statistics Netherlands does for buurten and wijken."""
    return np.asarray(5.0 * np.floor(values / 5.0 + 0.5))
