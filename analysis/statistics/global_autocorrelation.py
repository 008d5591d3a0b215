"""Global Moran's I and Geary's C: is a map as a whole smoother or rougher than chance would make it?

    I = (n / S0) x'Wx / x'x                 x deviations from the mean, S0 the sum of all weights
    C = ((n - 1) / (2 S0)) sum_ij w_ij (x_i - x_j)^2 / x'x
    I = (1 / S0) x'Wy / (s_x s_y)           two variables: an area's x beside its neighbours' y; s^2 = sum / n

Mean and variance under normality and under randomisation are those of Cliff & Ord, for weights of any kind. Of two
variables x stays and y is dealt out over all areas: mean 0 and the variance of that permutation, nothing for normality.

Conventions: large I or small C: alike areas are together. Islands count among the n areas. Without a link, or where a
variable does not vary, there is no statistic (NaN); p is then NaN or 1. Moments that need more areas than there are
(under randomisation four) are NaN.

Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion, pp. 17-22; Moran (1950), Biometrika 37, 17-23;
Geary (1954), Incorporated Statistician 5, 115-145; Wartenberg (1985), Geographical Analysis 17, 263-283.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from types import MappingProxyType

import numpy as np

from analysis.statistics.conditional import at_mean, checked
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, Tails
from analysis.statistics.weight_sums import WeightSums, as_matrix
from analysis.statistics.whole_map import map_tails
from geo.weights import SpatialWeights

#: A variance below this share of its terms is rounding, not variance.
NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class GlobalResult:
    """A global statistic with its moments.

    Args:
        statistic: I or C, NaN where it does not exist.
        expected: Its mean without spatial pattern.
        variance_normality: Its variance if the values were a normal sample.
        variance_randomisation: Its variance over all permutations of the values.
        tails: (1,) P(statistic at least, at most as large) over random permutations.
    """

    statistic: float
    expected: float
    variance_normality: float
    variance_randomisation: float
    tails: Tails

    @property
    def z_normality(self) -> float:
        """The statistic in standard deviations under normality."""
        return _z(self.statistic, self.expected, self.variance_normality)

    @property
    def z_randomisation(self) -> float:
        """The statistic in standard deviations under randomisation."""
        return _z(self.statistic, self.expected, self.variance_randomisation)


def moran(
    values: FloatArray,
    weights: SpatialWeights,
    *,
    other: FloatArray | None = None,
    rng: np.random.Generator,
    draws: int = 9999,
) -> GlobalResult:
    """Compute Moran's I, of one variable or of two.

    Args:
        values: (n,) finite numbers x.
        weights: Weights among the n areas, without self-links.
        other: (n,) finite numbers y to compare each area's x with at its neighbours; x itself when not given.
        rng: Source of randomness.
        draws: Number of random permutations.

    Returns:
        I with its moments and tails.

    Raises:
        StatisticError: A value is not finite, lengths differ, or there are no draws.
    """
    x, sums = at_mean(checked(values, weights)), WeightSums.of(weights)
    if other is not None:
        return _bivariate(x, at_mean(checked(other, weights)), weights, sums, rng=rng, draws=draws)
    squares, n = float(x @ x), x.size
    if sums.s0 == 0:
        return _nothing()
    tails = map_tails(x, weights, lambda cross, _: cross, scale=_scale(x, x, sums), rng=rng, draws=draws)
    value = n / sums.s0 * float(x @ (as_matrix(weights) @ x)) / squares if squares > 0 else nan
    expected = -1 / (n - 1)
    return GlobalResult(
        statistic=value,
        expected=expected,
        variance_normality=(n**2 * sums.s1 - n * sums.s2 + 3 * sums.s0**2) / (sums.s0**2 * (n**2 - 1)) - expected**2,
        variance_randomisation=_moran_randomised(n, _kurtosis(x), sums, expected),
        tails=tails,
    )


def geary(values: FloatArray, weights: SpatialWeights, *, rng: np.random.Generator, draws: int = 9999) -> GlobalResult:
    """Compute Geary's C.

    Args:
        values: (n,) finite numbers.
        weights: Weights among the n areas, without self-links.
        rng: Source of randomness.
        draws: Number of random permutations.

    Returns:
        C with its moments and tails.

    Raises:
        StatisticError: A value is not finite, lengths differ, or there are no draws.
    """
    x, sums = at_mean(checked(values, weights)), WeightSums.of(weights)
    squares, n = float(x @ x), x.size
    if sums.s0 == 0:
        return _nothing()
    scale = 4 * _scale(x, x, sums)
    tails = map_tails(x, weights, lambda cross, own: own - 2 * cross, scale=scale, rng=rng, draws=draws)
    apart = float(weights.data @ (x[weights.rows] - x[weights.indices]) ** 2)
    normal = ((2 * sums.s1 + sums.s2) * (n - 1) - 4 * sums.s0**2) / (2 * (n + 1) * sums.s0**2)
    return GlobalResult(
        statistic=(n - 1) / (2 * sums.s0) * apart / squares if squares > 0 else nan,
        expected=1.0,
        variance_normality=normal,
        variance_randomisation=_geary_randomised(n, _kurtosis(x), sums),
        tails=tails,
    )


def _bivariate(
    x: FloatArray, y: FloatArray, weights: SpatialWeights, sums: WeightSums, *, rng: np.random.Generator, draws: int
) -> GlobalResult:
    if sums.s0 == 0:
        return _nothing()
    tails = map_tails(y, weights, lambda cross, _: cross, fixed=x, scale=_scale(x, y, sums), rng=rng, draws=draws)
    size = sqrt(float(x @ x) * float(y @ y)) / x.size * sums.s0
    # Over permutations of y, x'Wy is a sum of fixed coefficients W'x times values dealt out: Hoeffding's variance.
    coefficient = at_mean(as_matrix(weights).T @ x)
    variance = float(coefficient @ coefficient) * float(y @ y) / (x.size - 1)
    return GlobalResult(
        statistic=float(x @ (as_matrix(weights) @ y)) / size if size > 0 else nan,
        expected=0.0,
        variance_normality=nan,
        variance_randomisation=variance / size**2 if size > 0 else nan,
        tails=tails,
    )


def _nothing() -> GlobalResult:
    none = np.full(1, nan)
    return GlobalResult(nan, nan, nan, nan, Tails(none, none.copy(), none.copy()))


def _scale(x: FloatArray, y: FloatArray, sums: WeightSums) -> float:
    return sums.s0 * float(np.abs(x).max()) * float(np.abs(y).max())


def _kurtosis(x: FloatArray) -> float:
    m2 = float(np.mean(x**2))
    return float(np.mean(x**4)) / m2**2 if m2 > 0 else nan


def _moran_randomised(n: int, b2: float, sums: WeightSums, expected: float) -> float:
    if n < 4:
        return nan
    s0, s1, s2 = sums.s0, sums.s1, sums.s2
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2


def _geary_randomised(n: int, b2: float, sums: WeightSums) -> float:
    if n < 4:
        return nan
    s0, s1, s2 = sums.s0, sums.s1, sums.s2
    first = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * b2)
    second = (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * b2) / 4
    third = s0**2 * (n**2 - 3 - (n - 1) ** 2 * b2)
    return (first - second + third) / (n * (n - 2) * (n - 3) * s0**2)


def _z(value: float, expected: float, variance: float) -> float:
    return (value - expected) / sqrt(variance) if variance > NO_VARIANCE else nan


_MOMENTS = MappingProxyType(
    {
        "expected": "mean of the statistic without spatial pattern",
        "variance_normality": "variance if the values were a normal sample; empty where there is none",
        "z_normality": "statistic in standard deviations under normality",
        "variance_randomisation": "variance over all permutations of the values; empty below four areas",
        "z_randomisation": "statistic in standard deviations under randomisation",
        "p_upper": "P(statistic at least as large) over random permutations, 0 to 1",
        "p_lower": "P(statistic at most as large) over random permutations, 0 to 1",
        "p_mid": "P(larger) + P(equal) / 2, 0 to 1",
    }
)
_BOOK = "Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion, pp. 17-22"

STATISTICS = (
    Statistic(
        "moran", "Moran's I", _BOOK, moran, MappingProxyType({"i": "Moran's I: above expected, alike", **_MOMENTS})
    ),
    Statistic(
        "geary", "Geary's C", _BOOK, geary, MappingProxyType({"c": "Geary's C: below expected, alike", **_MOMENTS})
    ),
)
