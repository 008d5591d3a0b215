"""Maps with planted clusters: how many discoveries are false, and how many clusters are found.

Counts have mean 0.7 around unequal exposures (lognormal, sigma 1.2); each hex has six neighbours; a cluster is a hex
and its neighbours. A discovery is false where neither the hex nor a neighbour of it is raised. Both tails are tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import erfc

from analysis.statistics.empirical_bayes import assuncao_reis
from analysis.statistics.getis_ord import z_scores
from analysis.statistics.multiple_testing import adjusted, two_sided_q
from analysis.statistics.neighbourhood_ratio import neighbourhood_ratio
from analysis.statistics.standardisation import crude_expected
from geo.weights import SpatialWeights, from_pairs

FDR = 0.05


def honeycomb(side: int) -> SpatialWeights:
    """A torus of hexes."""
    i = np.arange(side * side)
    row, column = i // side, i % side
    steps = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, -1), (-1, 1)]
    ends = [((row + a) % side) * side + (column + b) % side for a, b in steps]
    return from_pairs(side * side, np.tile(i, 6), np.concatenate(ends))


@dataclass(frozen=True)
class Measured:
    """Mean share of false discoveries, its standard error, and mean share of planted centres found."""

    fdr: float
    error: float
    power: float


class How(StrEnum):
    """How hot spots are found."""

    LEAD = "neighbourhood O/E, negative binomial"
    POISSON = "neighbourhood O/E, Poisson"
    NORMAL_Z = "Gi* of counts, normal z"
    RATE_Z = "Gi* of standardised rates, normal z"


def measured(
    how: How, weights: SpatialWeights, *, phi: float, clusters: int, replicates: int, risk: float = 4.0
) -> Measured:
    """Plant clusters on random maps and count what is found."""
    rng = np.random.default_rng(20250101)
    false, found = [], []
    for _ in range(replicates):
        exposure = rng.lognormal(0, 1.2, weights.n)
        centres = rng.choice(weights.n, clusters, replace=False)
        raised = np.zeros(weights.n, dtype=bool)
        raised[centres] = True
        raised |= np.bincount(weights.rows, raised[weights.indices], minlength=weights.n) > 0
        touched = raised | (np.bincount(weights.rows, raised[weights.indices], minlength=weights.n) > 0)
        mean = 0.7 * exposure / exposure.mean() * np.where(raised, risk, 1.0)
        counts = rng.poisson(mean) if phi == 0 else rng.negative_binomial(1 / phi, 1 / (1 + phi * mean))
        hot = called(how, counts.astype(np.float64), exposure, weights)
        false.append(np.count_nonzero(hot & ~touched) / max(np.count_nonzero(hot), 1))
        found.append(hot[centres].mean() if clusters else 0.0)
    return Measured(float(np.mean(false)), float(np.std(false) / np.sqrt(replicates)), float(np.mean(found)))


def called(how: How, counts: np.ndarray, exposure: np.ndarray, weights: SpatialWeights) -> np.ndarray:
    """Mark the hot spots of one map."""
    if how in (How.NORMAL_Z, How.RATE_Z):
        z = z_scores(counts if how is How.NORMAL_Z else assuncao_reis(counts, exposure), weights)
        return np.asarray(2 * adjusted(erfc(z / np.sqrt(2)) / 2) <= FDR)
    expected = crude_expected(counts, exposure)
    found = neighbourhood_ratio(counts, expected, weights, dispersion=0.0 if how is How.POISSON else None)
    return np.asarray((two_sided_q(found.tails) <= FDR) & (found.ratio > 1))
