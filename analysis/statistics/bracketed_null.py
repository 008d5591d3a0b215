"""Bounds on the conditional-permutation null of a neighbourhood sum of real values, for weights equal within an area.

Values are rounded down, and up, to whole numbers of a small unit. For every draw the true sum lies between the two
rounded ones, so the exact nulls of both (`exact_null`) bound the true probabilities. Rounding to the nearest instead
would give a number near the truth on an unknown side, which is worth nothing where thousands of tests are compared
with 1e-6. The unit is as fine as `limits` allow, at most `FINEST` to the range of the values.

Conventions: `upper` and `lower` are the larger bounds, so that what is called significant is; `mid` is half-way between
the bounds of P(>=), as it lies between them. Sums closer than 1e-12 of their scale may be ties: both bounds allow
for that. Islands have no p (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.exact_null import exact_tails
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.tails import FloatArray, IntArray, Tails
from geo.weights import SpatialWeights

#: Units in the range of the values, at most and at least.
FINEST, COARSEST = 2**15, 2**8

#: Steps that one of the four nulls may take, whatever the limits: a fraction of a second.
WORK = 5e7

#: Relative distance within which two sums may be a tie.
TIE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Brackets:
    """Bounds on the tails of every area.

    Args:
        tails: (n,) the larger bounds of P(>=) and P(<=), and a mid-p between bounds; NaN for islands.
        upper_least: (n,) the smaller bound of P(>=).
        lower_least: (n,) the smaller bound of P(<=).
    """

    tails: Tails
    upper_least: FloatArray
    lower_least: FloatArray

    @property
    def width(self) -> float:
        """The largest distance between two bounds, 0 without a test."""
        gaps = (self.tails.upper - self.upper_least, self.tails.lower - self.lower_least)
        return max((float(np.nanmax(gap)) for gap in gaps if np.isfinite(gap).any()), default=0.0)


def bracketed_tails(values: FloatArray, weights: SpatialWeights, *, limits: Limits = DEFAULT_LIMITS) -> Brackets:
    """Bound the conditional-permutation tails of every neighbourhood sum.

    Args:
        values: (n,) finite numbers.
        weights: Binary weights among the n areas.
        limits: What each of four exact nulls may cost.

    Returns:
        Bounds, the same for Gi and Gi*.

    Raises:
        StatisticError: The weights are not binary, lengths differ, or a value is not finite.
        CostError: Even a coarse unit would cost more than `limits` allow.
    """
    if not weights.binary:
        raise StatisticError("Brackets need binary weights.", remedy="Use shared draws for other weights.")
    if values.shape != (weights.n,) or not np.isfinite(values).all():
        raise StatisticError(f"{weights.n} finite values are needed.")
    if weights.n == 0 or not weights.cardinalities.any():
        none = np.full(weights.n, np.nan)
        return Brackets(Tails(none, none, none), none, none)
    from_base = values - values.min()
    unit = float(from_base.max()) / _levels(int(weights.cardinalities.max()), limits) or 1.0
    scaled = from_base / unit
    down, up = np.floor(scaled).astype(np.int64), np.ceil(scaled).astype(np.int64)
    observed = np.bincount(weights.rows, weights=scaled[weights.indices], minlength=weights.n).astype(np.float64)
    room = TIE * (np.abs(values).max() / unit + scaled.max()) * weights.cardinalities
    least, most = observed - room, observed + room
    upper = _upper(up, weights, np.ceil(least), limits)
    upper_least = _upper(down, weights, np.ceil(most), limits)
    lower = _lower(down, weights, np.floor(most), limits)
    lower_least = _lower(up, weights, np.floor(least), limits)
    return Brackets(Tails(upper=upper, lower=lower, mid=(upper + upper_least) / 2), upper_least, lower_least)


def _levels(most_neighbours: int, limits: Limits) -> int:
    affordable = min(WORK, limits.work) / most_neighbours**3
    if affordable < COARSEST:
        raise CostError("Brackets on the null would be too wide or too dear.", remedy="Use shared draws.")
    return int(min(affordable, FINEST))


def _upper(pool: IntArray, weights: SpatialWeights, at: FloatArray, limits: Limits) -> FloatArray:
    return _tails(pool, weights, at, limits).upper


def _lower(pool: IntArray, weights: SpatialWeights, at: FloatArray, limits: Limits) -> FloatArray:
    return _tails(pool, weights, at, limits).lower


def _tails(pool: IntArray, weights: SpatialWeights, at: FloatArray, limits: Limits) -> Tails:
    size = weights.cardinalities
    return exact_tails(pool, left_out=pool, size=size, observed=at.astype(np.int64), limits=limits)
