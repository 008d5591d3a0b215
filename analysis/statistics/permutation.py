"""Conditional permutation by shared random draws: for any weights and any values, where the exact null cannot go.

An ordered random sample of k + 1 areas is drawn R times, once for the whole map. Its first k are laid on the neighbours
of every area; an area that is itself among them is replaced by the spare, so that each area sees a simple random sample
of the others. Rows with equal weights share one sorted list of sums. Equal to a brute force on the same draws.

Conventions: the observed map is one of the R + 1 possibilities and counts in both tails, so P(>=) = (r + 1)/(R + 1)
with r the draws at least as large, ties included; mid-p = (draws larger + (draws tied + 1)/2)/(R + 1). No p can be
below 1/(R + 1): on a map of n areas with FDR control, nothing can be found unless R exceeds about n / alpha. Sums
closer than 1e-12 of their scale are ties: the order of adding must not decide. Islands have no p-value (NaN).

Anselin (1995), Geographical Analysis 27, 93-115; Phipson & Smyth (2010), SAGMB 9, 39, for counting the observed.
"""

from __future__ import annotations

import numpy as np

from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray, IntArray, Tails
from geo.weights import SpatialWeights

#: Sums compared at once: areas times draws.
CHUNK = 2_000_000

#: Relative distance within which two sums are a tie.
TIE = 1e-12


def permuted_tails(
    values: FloatArray, weights: SpatialWeights, *, rng: np.random.Generator, draws: int = 9999
) -> Tails:
    """Test every weighted neighbourhood sum of a map against shared conditional permutations.

    Args:
        values: (n,) finite numbers.
        weights: Weights among the n areas, of any kind.
        rng: Source of randomness; the same state gives the same tails.
        draws: R, at least 1.

    Returns:
        (n,) tails, at least 1/(draws + 1), NaN for islands. The same for Gi and Gi*.

    Raises:
        StatisticError: A value is not finite, lengths differ, or there are no draws.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.shape != (weights.n,):
        raise StatisticError(f"There are {x.size} values for {weights.n} areas.")
    if not np.isfinite(x).all():
        raise StatisticError("A value is not finite.", where=f"area {np.flatnonzero(~np.isfinite(x))[0]}")
    if draws < 1:
        raise StatisticError("At least one draw is needed.")
    larger, tied = np.full(weights.n, np.nan), np.full(weights.n, np.nan)
    cardinalities = weights.cardinalities
    if cardinalities.any():
        samples = shared_samples(weights.n, size=int(cardinalities.max()) + 1, draws=draws, rng=rng)
        for k in np.unique(cardinalities[cardinalities > 0]).tolist():
            here = np.flatnonzero(cardinalities == k)
            larger[here], tied[here] = _compare(x, weights, here, samples[:, : k + 1])
    return drawn_tails(larger, tied, draws)


def drawn_tails(larger: FloatArray, tied: FloatArray, draws: int) -> Tails:
    """Return the tails of random draws, among which the map itself counts as one.

    Args:
        larger: (n,) draws with a larger sum, NaN where nothing was tested.
        tied: (n,) draws with an equal one.
        draws: R, at least 1.
    """
    return Tails(
        upper=(larger + tied + 1) / (draws + 1),
        lower=(draws - larger + 1) / (draws + 1),
        mid=(larger + (tied + 1) / 2) / (draws + 1),
    )


def shared_samples(count: int, *, size: int, draws: int, rng: np.random.Generator) -> IntArray:
    """Return ordered random samples without replacement.

    Args:
        count: Number of areas.
        size: Areas a sample, at most `count`.
        draws: Number of samples.
        rng: Source of randomness.

    Returns:
        (draws, size) positions, distinct within a row.
    """
    if size * size > count:
        return rng.permuted(np.tile(np.arange(count), (draws, 1)), axis=1)[:, :size]
    samples = rng.integers(count, size=(draws, size))
    while True:
        ordered = np.sort(samples, axis=1)
        again = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
        if again.size == 0:
            return samples
        samples[again] = rng.integers(count, size=(again.size, size))


def _compare(
    x: FloatArray, weights: SpatialWeights, here: IntArray, samples: IntArray
) -> tuple[FloatArray, FloatArray]:
    k = samples.shape[1] - 1
    links = weights.indptr[here][:, None] + np.arange(k)
    profile = weights.data[links]
    observed = (profile * x[weights.indices[links]]).sum(axis=1)
    larger, tied = np.empty(here.size), np.empty(here.size)
    flat = (profile == profile[:, :1]).all(axis=1)
    tie = TIE * max(float(np.abs(x).max()), np.finfo(np.float64).tiny)
    for part, count in ((np.flatnonzero(flat), _count_flat), (np.flatnonzero(~flat), _count_any)):
        step = max(1, CHUNK // len(samples)) if count is _count_any else max(1, part.size)
        for start in range(0, part.size, step):
            some = part[start : start + step]
            scale = np.abs(profile[some]).sum(axis=1) * tie
            larger[some], tied[some] = count(x, here[some], profile[some], observed[some], scale, samples)
    return larger, tied


def _count_flat(
    x: FloatArray, areas: IntArray, profile: FloatArray, observed: FloatArray, tie: FloatArray, samples: IntArray
) -> tuple[FloatArray, FloatArray]:
    drawn, spare = samples[:, :-1], samples[:, -1]
    sums = x[drawn].sum(axis=1)
    target, tie = observed / profile[:, 0], tie / profile[:, 0]
    ordered = np.sort(sums)
    larger = (sums.size - np.searchsorted(ordered, target + tie, side="right")).astype(np.float64)
    tied = sums.size - larger - np.searchsorted(ordered, target - tie, side="left")
    area, draw, _ = own_draws(areas, drawn)
    swapped = sums[draw] - x[areas[area]] + x[spare[draw]]
    for sign, total in ((-1.0, sums[draw]), (1.0, swapped)):
        above = total > target[area] + tie[area]
        level = ~above & (total >= target[area] - tie[area])
        np.add.at(larger, area, sign * above)
        np.add.at(tied, area, sign * level)
    return larger, tied


def _count_any(
    x: FloatArray, areas: IntArray, profile: FloatArray, observed: FloatArray, tie: FloatArray, samples: IntArray
) -> tuple[FloatArray, FloatArray]:
    drawn, spare = samples[:, :-1], samples[:, -1]
    sums = profile @ x[drawn].T
    area, draw, place = own_draws(areas, drawn)
    sums[area, draw] += profile[area, place] * (x[spare[draw]] - x[areas[area]])
    above = sums > (observed + tie)[:, None]
    level = ~above & (sums >= (observed - tie)[:, None])
    return above.sum(axis=1).astype(np.float64), level.sum(axis=1).astype(np.float64)


def own_draws(areas: IntArray, drawn: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return where an area of `areas` (ascending) was itself drawn: its place in `areas`, the draw, the place in it."""
    at = np.searchsorted(areas, drawn)
    hit = areas[np.minimum(at, areas.size - 1)] == drawn
    draw, place = np.nonzero(hit)
    return at[draw, place], draw, place
