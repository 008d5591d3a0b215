"""Tails of a sum of independent negative binomial counts of one dispersion and unequal means.

With phi the dispersion, r = 1 / phi and p_j = phi m_j / (1 + phi m_j), the sum has the generating function
prod_j ((1 - p_j) / (1 - p_j s))^r. Its logarithmic derivative gives the probabilities one after another,

    f_0 = prod_j (1 - p_j)^r        f_{k+1} = r / (k + 1) * sum_{i <= k} c_{i+1} f_{k-i},    c_i = sum_j p_j^i,

all of positive terms, so that nothing cancels. A negative binomial law with the same mean and variance instead is right
only for equal means: with unequal exposures it is several times too small at p = 1e-5 and worse beyond, which is where
the false discovery rate of a national map is decided.

Conventions: exact, to about 1e-14 in absolute terms, where the sum observed is at most `EXACT_SUM`. Beyond that, where
the recursion would cost its square, Lugannani & Rice's saddlepoint formula with Daniels' lattice correction is used;
its relative error there is a few percent at most. At the mean itself, where the formula is 0/0, its limit is taken from
a slightly larger sum. phi = 0 is Poisson, whose sums are Poisson.

Panjer (1981), ASTIN Bulletin 12, 22-26 (the recursion); Lugannani & Rice (1980), Advances in Applied Probability 12,
475-490; Daniels (1987), International Statistical Review 55, 37-48.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from analysis.statistics._negative_binomial import SMALLEST_DISPERSION
from analysis.statistics.standardised_ratio import poisson_tails
from analysis.statistics.tails import FloatArray, IntArray, Tails, bounded

#: Largest observed sum whose tails are exact.
EXACT_SUM = 128

#: Probabilities held at once.
CHUNK = 2_000_000

#: Newton steps to a saddlepoint; each halves the interval if it does not do better.
STEPS = 60


def sum_tails(total: FloatArray, mean: FloatArray, group: IntArray, dispersion: float) -> Tails:
    """Compute tails of sums of counts.

    Args:
        total: (n,) whole observed sums, not negative.
        mean: (m,) positive means of the counts that are summed.
        group: (m,) which of the n sums each belongs to, ascending; every sum has at least one.
        dispersion: phi, not negative.

    Returns:
        (n,) tails, ties counted in both.
    """
    sums = np.bincount(group, weights=mean, minlength=total.size).astype(np.float64)
    if dispersion <= SMALLEST_DISPERSION:
        return poisson_tails(total, sums)
    below, at = np.empty(total.size), np.empty(total.size)
    bounds = np.searchsorted(group, np.arange(total.size + 1))
    order = np.argsort(total, kind="stable")
    small = order[total[order] <= EXACT_SUM]
    start = 0
    while start < small.size:
        # Areas of like sums together, so that nobody pays for another's longer recursion.
        length = int(total[small[start]]) + 1
        some = small[start : start + max(1, CHUNK // (4 * length))]
        some = some[total[some] < 2 * length]
        below[some], at[some] = _exact(total[some], *_members(some, mean, bounds), dispersion)
        start += some.size
    large = order[total[order] > EXACT_SUM]
    upper = np.ones(total.size)
    upper[small] = 1 - below[small]
    if large.size:
        here, of = _members(large, mean, bounds)
        upper[large] = _saddlepoint(total[large], here, of, dispersion)
        at[large] = np.maximum(upper[large] - _saddlepoint(total[large] + 1, here, of, dispersion), 0.0)
        below[large] = 1 - upper[large]
    return Tails(bounded(upper), bounded(below + at), bounded(upper - at / 2))


def _members(areas: IntArray, mean: FloatArray, bounds: IntArray) -> tuple[FloatArray, IntArray]:
    # The means of these areas' sums one after another, and which of the areas each is for.
    sizes = np.diff(bounds)[areas]
    of = np.repeat(np.arange(areas.size), sizes)
    offset = np.arange(of.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return mean[bounds[areas][of] + offset], of


def _exact(total: FloatArray, mean: FloatArray, of: IntArray, phi: float) -> tuple[FloatArray, FloatArray]:
    # P(sum < total) and P(sum = total).
    count, most = total.size, int(total.max())
    share = phi * mean / (1 + phi * mean)
    # Areas along the last axis, so that each step of the recursion runs over memory in order.
    powers, power = np.empty((most, count)), np.ones(mean.size)
    for i in range(most):
        power = power * share
        powers[i] = np.bincount(of, weights=power, minlength=count)
    pmf = np.zeros((most + 1, count))
    pmf[0] = np.exp(-np.bincount(of, weights=np.log1p(phi * mean), minlength=count) / phi)
    for k in range(most):
        pmf[k + 1] = np.einsum("ij,ij->j", powers[: k + 1], pmf[k::-1]) / (phi * (k + 1))
    reached = np.cumsum(pmf, axis=0)
    place, every = total.astype(np.int64), np.arange(count)
    return np.where(place > 0, reached[np.maximum(place - 1, 0), every], 0.0), pmf[place, every]


def _saddlepoint(total: FloatArray, mean: FloatArray, of: IntArray, phi: float) -> FloatArray:
    # P(sum >= total). In y = e^t - 1 the derivative of the cumulant function is (1 + y) sum m / (1 - phi m y).
    count = total.size
    expected = np.bincount(of, weights=mean, minlength=count)
    largest = np.zeros(count)
    np.maximum.at(largest, of, mean)
    near = np.abs(total - expected) < 1e-3 * np.sqrt(expected)
    total = np.where(near, expected + 1e-3 * np.sqrt(expected), total)
    low, high = np.full(count, -1.0), 1 / (phi * largest)
    for _ in range(STEPS):
        y = (low + high) / 2
        slope = (1 + y) * np.bincount(of, weights=mean / (1 - phi * mean * y[of]), minlength=count)
        low, high = np.where(slope < total, y, low), np.where(slope < total, high, y)
    y = (low + high) / 2
    rest = 1 - phi * mean * y[of]
    t = np.log1p(y)
    cumulant = -np.bincount(of, weights=np.log(rest), minlength=count) / phi
    first = mean * (1 + y)[of] / rest
    variance = np.bincount(of, weights=first + phi * first**2, minlength=count)
    w = np.sign(t) * np.sqrt(np.maximum(2 * (t * total - cumulant), 0.0))
    u = -np.expm1(-t) * np.sqrt(variance)
    density = np.exp(-(w**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.clip(ndtr(-w) + density * (1 / u - 1 / w), 0.0, 1.0))
