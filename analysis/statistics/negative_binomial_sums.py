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

#: Probabilities held at once: few enough to stay near the processor.
CHUNK = 400_000

#: Large sums computed at once.
BLOCK = 2_048

#: Standard deviations from its mean within which a sum is where the formula is 0/0.
NEAR = 1e-3

#: Steps to a saddlepoint; each halves the interval that it lies in.
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
    if dispersion <= SMALLEST_DISPERSION:
        return poisson_tails(total, _sums(total, mean, group))
    upper, below, at = _computed(total, mean, group, dispersion, both=True)
    return Tails(bounded(upper), bounded(below + at), bounded(upper - at / 2))


def upper_tails(total: FloatArray, mean: FloatArray, group: IntArray, dispersion: float) -> FloatArray:
    """Compute only the upper tails of `sum_tails`, of the same arguments: the same numbers for less work."""
    if dispersion <= SMALLEST_DISPERSION:
        return poisson_tails(total, _sums(total, mean, group)).upper
    return bounded(_computed(total, mean, group, dispersion, both=False)[0])


def _sums(total: FloatArray, mean: FloatArray, group: IntArray) -> FloatArray:
    return np.bincount(group, weights=mean, minlength=total.size).astype(np.float64)


def _computed(
    total: FloatArray, mean: FloatArray, group: IntArray, phi: float, *, both: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    # P(sum >= total), P(sum < total) and P(sum = total); the last of large sums only where `both` tails are asked for.
    upper, below, at = np.empty(total.size), np.empty(total.size), np.zeros(total.size)
    bounds = np.searchsorted(group, np.arange(total.size + 1))
    order = np.argsort(total, kind="stable")
    small = order[total[order] <= EXACT_SUM]
    start = 0
    while start < small.size:
        # Areas of like sums together, so that nobody holds the powers of another's longer recursion.
        length = int(total[small[start]]) + 1
        some = small[start : start + max(1, CHUNK // (4 * length))]
        some = some[total[some] < 2 * length]
        below[some], at[some] = _exact(total[some], _members(some, mean, bounds), phi)
        start += some.size
    upper[small] = 1 - below[small]
    large = order[total[order] > EXACT_SUM]
    # Sums of as many counts together; few enough to stay near the processor.
    large = large[np.argsort(np.diff(bounds)[large], kind="stable")]
    for start in range(0, large.size, BLOCK):
        some = large[start : start + BLOCK]
        members = _members(some, mean, bounds)
        upper[some] = _saddlepoint(total[some], members, phi)
        if both:
            at[some] = np.maximum(upper[some] - _saddlepoint(total[some] + 1, members, phi), 0.0)
    below[large] = 1 - upper[large]
    return upper, below, at


def _members(areas: IntArray, mean: FloatArray, bounds: IntArray) -> FloatArray:
    # The means of each area's sum down a column, and 0 where it has no more.
    sizes = np.diff(bounds)[areas]
    row = np.arange(sizes.max(initial=1))[:, None]
    return np.where(row < sizes, mean[np.minimum(bounds[areas] + row, mean.size - 1)], 0.0)


def _added(rows: FloatArray) -> FloatArray:
    # One after another, so that a sum does not depend on how many others are computed beside it.
    return np.asarray(rows.sum(axis=0) if rows.shape[1] > 1 else np.cumsum(rows, axis=0)[-1])


def _exact(total: FloatArray, mean: FloatArray, phi: float) -> tuple[FloatArray, FloatArray]:
    # P(sum < total) and P(sum = total), for ascending totals: those that are reached take no further step.
    count, most = total.size, int(total.max())
    after = np.searchsorted(total, np.arange(most), side="right")
    share = phi * mean / (1 + phi * mean)
    # Areas along the last axis, so that each step of the recursion runs over memory in order.
    powers, power = np.zeros((most, count)), np.ones(mean.shape)
    # A column by itself would be added up in another order: the last two go to the end.
    for i, first in enumerate(np.minimum(after, max(count - 2, 0)).tolist()):
        power[:, first:] *= share[:, first:]
        powers[i, first:] = _added(power[:, first:])
    pmf, below = np.zeros((most + 1, count)), np.zeros(count)
    pmf[0] = np.exp(-_added(np.log1p(phi * mean)) / phi)
    for k, reached in enumerate(after.tolist()):
        first = min(reached, max(count - 2, 0))
        below[reached:] += pmf[k, reached:]
        pmf[k + 1, first:] = np.einsum("ij,ij->j", powers[: k + 1, first:], pmf[k::-1, first:]) / (phi * (k + 1))
    return below, pmf[total.astype(np.int64), np.arange(count)]


def _saddlepoint(total: FloatArray, mean: FloatArray, phi: float) -> FloatArray:
    # P(sum >= total). In y = e^t - 1 the derivative of the cumulant function is (1 + y) sum m / (1 - phi m y).
    expected, spread = _added(mean), phi * mean
    close = NEAR * np.sqrt(_added(mean + phi * mean**2))
    total = np.where(np.abs(total - expected) < close, expected + close, total)
    low, high = np.full(total.size, -1.0), 1 / (phi * mean.max(axis=0))
    part = np.empty(mean.shape)
    for _ in range(STEPS):
        y = (low + high) / 2
        if np.all((y == low) | (y == high)):
            break
        np.divide(mean, np.subtract(1, np.multiply(spread, y, out=part), out=part), out=part)
        short = (1 + y) * _added(part) < total
        low, high = np.where(short, y, low), np.where(short, high, y)
    y = (low + high) / 2
    rest = 1 - spread * y
    t = np.log1p(y)
    cumulant = -_added(np.log(rest)) / phi
    first = mean * (1 + y) / rest
    variance = _added(first + phi * first**2)
    w = np.sign(t) * np.sqrt(np.maximum(2 * (t * total - cumulant), 0.0))
    u = -np.expm1(-t) * np.sqrt(variance)
    density = np.exp(-(w**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.clip(ndtr(-w) + density * (1 / u - 1 / w), 0.0, 1.0))
