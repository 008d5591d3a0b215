"""How many events each buurt gets, and whom or what they befall.

Counts are negative binomial: Poisson around a mean that follows context and what is planted, times a gamma factor of
mean 1 and variance `dispersion`. With dispersion 0 they are Poisson.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.confidential.fiction.places import BoolArray, Context, IntArray
from geo.areas import FloatArray


@dataclass(frozen=True, slots=True)
class Profile:
    """How the intensity of one kind of event follows context.

    Args:
        rate: Events per unit of exposure and year over the whole country, planted patterns left out.
        deprivation: Change of the log intensity per standard deviation of deprivation.
        urbanity: Likewise of urbanity.
        coast: Change of the log intensity from inland to the coast.
        dispersion: Variance of the gamma factor, 0 or more.
    """

    rate: float
    deprivation: float = 0.0
    urbanity: float = 0.0
    coast: float = 0.0
    dispersion: float = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What events can befall, grouped by buurt.

    Args:
        member: (m,) positions of the members in their own table, ordered by buurt.
        start: (n,) where each buurt begins in `member`.
        size: (n,) how many members it has.
    """

    member: IntArray
    start: IntArray
    size: IntArray


def make_pool(buurt: IntArray, eligible: BoolArray, count: int) -> Pool:
    """Group the eligible rows of a table by buurt.

    Args:
        buurt: (m,) position of the buurt of each row.
        eligible: (m,) whether an event can befall it.
        count: Number of buurten.
    """
    rows = np.flatnonzero(eligible)
    order = np.argsort(buurt[rows], kind="stable")
    size = np.bincount(buurt[rows], minlength=count).astype(np.int64)
    return Pool(member=rows[order], start=np.cumsum(size) - size, size=size)


def relative_risks(context: Context, risks: Mapping[str, float]) -> FloatArray:
    """Return the planted factor of every buurt: 1 where nothing is planted."""
    return np.asarray([risks.get(str(code), 1.0) for code in context.code], dtype=np.float64)


def expected(exposure: FloatArray | IntArray, profile: Profile, context: Context) -> FloatArray:
    """Return the number of events a year that context explains.

    Args:
        exposure: (n,) exposure of each buurt, 0 or more.
        profile: How the intensity follows context.
        context: Context of each buurt.

    Returns:
        (n,) expected events a year; their sum is the rate times the total exposure.
    """
    score = profile.deprivation * context.deprivation + profile.urbanity * context.urbanity
    raw = exposure * np.exp(score + profile.coast * context.coast)
    return np.asarray(raw * (profile.rate * exposure.sum() / max(float(raw.sum()), 1e-9)), dtype=np.float64)


def draw_counts(mean: FloatArray, dispersion: float, rng: np.random.Generator) -> IntArray:
    """Draw a negative binomial count for every buurt.

    Args:
        mean: (n,) means.
        dispersion: Variance of the gamma factor, 0 or more.
        rng: Where the draws come from.
    """
    factor = rng.gamma(1 / dispersion, dispersion, size=len(mean)) if dispersion > 0 else np.ones(len(mean))
    return rng.poisson(mean * factor).astype(np.int64)


def draw_members(pool: Pool, count: IntArray, rng: np.random.Generator, *, again: float = 0.0) -> IntArray:
    """Draw whom the events of each buurt befall; one member can be drawn more than once.

    Args:
        pool: Who or what can be drawn.
        count: (n,) events per buurt; ignored where the pool is empty.
        rng: Where the draws come from.
        again: Share of events that befall the same member as the one before, 0 to 1.

    Returns:
        (events,) positions of members, ordered by buurt.
    """
    possible = np.where(pool.size > 0, count, 0)
    buurt = np.repeat(np.arange(len(count)), possible)
    chosen = pool.start[buurt] + (rng.random(len(buurt)) * pool.size[buurt]).astype(np.int64)
    first = np.append(True, buurt[1:] != buurt[:-1])[: len(buurt)]
    fresh = first | (rng.random(len(buurt)) >= again)
    source = np.maximum.accumulate(np.where(fresh, np.arange(len(buurt)), 0))
    return pool.member[chosen[source]]


def draw_distinct(pool: Pool, count: IntArray, rng: np.random.Generator) -> IntArray:
    """Draw whom the events of each buurt befall, nobody more than once.

    Args:
        pool: Who or what can be drawn.
        count: (n,) how many per buurt; capped at the size of the pool.
        rng: Where the draws come from.

    Returns:
        Positions of members, ordered by buurt.
    """
    buurt = np.repeat(np.arange(len(count)), pool.size)
    order = np.lexsort((rng.random(len(buurt)), buurt))
    rank = np.arange(len(buurt)) - pool.start[buurt]
    return pool.member[order][rank < count[buurt]]


def draw_years(size: int, years: Sequence[int], rng: np.random.Generator, *, growth: float = 0.0) -> IntArray:
    """Draw a year for each event; `growth` is the change of the intensity from one year to the next."""
    weight = (1.0 + growth) ** np.arange(len(years))
    return rng.choice(np.asarray(years, dtype=np.int64), size=size, p=weight / weight.sum())


def draw_dates(
    size: int, years: Sequence[int], rng: np.random.Generator, *, growth: float = 0.0
) -> NDArray[np.datetime64]:
    """Draw a day for each event, uniform within its year."""
    year = draw_years(size, years, rng, growth=growth)
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    length = ((year - 1969).astype("datetime64[Y]").astype("datetime64[D]") - first).astype(np.int64)
    day: NDArray[np.datetime64] = first + (rng.random(size) * length).astype("timedelta64[D]")
    return day
