"""Distributions of the sum of k values drawn without replacement from a pool of non-negative integers.

The generating function of the sum is the elementary symmetric polynomial e_k(x^y1, x^y2, ...). One Fourier transform of
the pool's histogram gives every power sum p_j on the unit circle, since p_j(w) = p_1(w^j); Newton's identities

    k e_k = sum over j = 1..k of (-1)^(j-1) p_j e_(k-j)

give e_0 .. e_k there, and an inverse transform gives the distribution. Both are divided by their values at 1 (the
number of subsets), so that nothing exceeds 1 and terms below `NEGLIGIBLE` can be left out. Stable up to half the pool.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis.statistics.errors import CostError
from analysis.statistics.limits import Limits
from analysis.statistics.tails import FloatArray, IntArray

ComplexArray = NDArray[np.complex128]

#: Coefficients below this change no probability in float64.
NEGLIGIBLE = 1e-18

#: Frequencies treated at once: small enough for the intermediate rows to stay in a processor's cache.
BLOCK = 2048


def subset_ratios(pool: int, size: int, drawn_from: int) -> FloatArray:
    """Return C(pool, size - j) / C(drawn_from, size) for j = 0, 1, ... until negligible.

    Args:
        pool: Number of values in the pool.
        size: Values drawn, at most half the pool.
        drawn_from: `pool`, or `pool - 1` where one value is left out.
    """
    first = 1.0 if drawn_from == pool else pool / (pool - size)
    ratios = [first]
    for j in range(size):
        following = ratios[-1] * (size - j) / (pool - size + j + 1)
        if following < NEGLIGIBLE:
            break
        ratios.append(following)
    return np.array(ratios)


def subset_sum_pmfs(pool: IntArray, *, orders: Sequence[int], limits: Limits) -> dict[int, FloatArray]:
    """Return P(sum of `order` values drawn without replacement = s), s = 0, 1, ..., for every order asked.

    Beyond half the pool the sum of what is drawn is the total minus the sum of what is left.

    Args:
        pool: (N,) non-negative integers.
        orders: Numbers of values drawn, 0 to N.
        limits: What the computation may cost.

    Returns:
        By order, probabilities up to the largest possible sum at least.

    Raises:
        CostError: It would cost more than `limits` allow.
    """
    total = int(pool.sum())
    fewer = {order: min(order, pool.size - order) for order in orders}
    direct = _up_to_half(pool, sorted(set(fewer.values())), limits)
    return {order: direct[few] if few == order else _of_rest(direct[few], total) for order, few in fewer.items()}


def _of_rest(pmf: FloatArray, total: int) -> FloatArray:
    rest = np.zeros(total + 1)
    taken = pmf[: total + 1]
    rest[total + 1 - taken.size :] = taken[::-1]
    return rest


def _up_to_half(pool: IntArray, wanted: Sequence[int], limits: Limits) -> dict[int, FloatArray]:
    top = max(wanted)
    length = 1 + _largest_sum(pool, top)
    padded = int(scipy.fft.next_fast_len(length, real=True))
    _check_cost(pool.size, top=top, kept=len(wanted), length=padded, limits=limits)
    histogram = np.bincount(pool, minlength=padded)[:padded].astype(np.float64)
    spectra = _symmetric_polynomials(histogram / max(pool.size, 1), count=pool.size, orders=wanted)
    # Row by row: the real rows then replace the complex ones instead of standing beside them.
    return {order: scipy.fft.irfft(spectra.pop(order), n=padded)[:length] for order in wanted}


def _largest_sum(pool: IntArray, size: int) -> int:
    return int(np.partition(pool, pool.size - size)[pool.size - size :].sum()) if size else int(pool.max(initial=0))


def _check_cost(count: int, *, top: int, kept: int, length: int, limits: Limits) -> None:
    depth = len(subset_ratios(count, top, count)) if top else 1
    work = float(top) * depth * length
    memory = 24.0 * kept * length + 16.0 * length
    if work > limits.work or memory > limits.memory:
        raise CostError(
            f"The exact null of {top} draws needs {work:.1e} steps and {memory:.1e} bytes.",
            remedy="Use shared draws, coarser values, or wider limits.",
        )


def _symmetric_polynomials(share: FloatArray, *, count: int, orders: Sequence[int]) -> dict[int, ComplexArray]:
    length, top = share.size, max(orders)
    first = scipy.fft.fft(share)
    half = length // 2 + 1
    kept = {order: np.empty(half, dtype=np.complex128) for order in orders}
    coefficients = [_newton_coefficients(count, order) for order in range(1, top + 1)]
    depth = max((c.size for c in coefficients), default=0)
    for start in range(0, half, BLOCK):
        frequency = np.arange(start, min(start + BLOCK, half))
        powers = first[np.outer(np.arange(1, depth + 1), frequency) % length]
        rows = np.ones((top + 1, frequency.size), dtype=np.complex128)
        for order, weight in enumerate(coefficients, start=1):
            previous = rows[order - weight.size : order][::-1]
            rows[order] = np.einsum("j,jf,jf->f", weight, powers[: weight.size], previous)
        for order, row in kept.items():
            row[start : start + BLOCK] = rows[order]
    return kept


def _newton_coefficients(count: int, order: int) -> FloatArray:
    ratios = subset_ratios(count, order, count)[1:]
    signs = np.where(np.arange(ratios.size) % 2 == 0, 1.0, -1.0)
    return signs * ratios * count / order
