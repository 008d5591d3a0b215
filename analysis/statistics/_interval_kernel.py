"""Sums over intervals of counts, compiled; imported only where a regression is fitted: a public server has no numba.

Consecutive probabilities of a negative binomial count have the ratio (1 + phi o) mu / ((1 + phi mu) (o + 1)), so an
interval is one multiplication for each count in it, relative to the probability of its lower bound.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def interval_sums(low, high, split, mean, dispersion, share):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return (4, n) sums of f, step f, step^2 f over each interval, and of f from the split on, over f(low).

    `step` counts from the lower bound. From the split on, every f is multiplied by `share`.
    """
    sums = np.zeros((4, low.size))
    for i in range(low.size):
        odds = mean[i] / (1.0 + dispersion * mean[i])
        chance, count, step = 1.0, low[i], 0.0
        while count <= high[i]:
            part = chance
            if count >= split[i]:
                part = chance * share
                sums[3, i] += part
            sums[0, i] += part
            sums[1, i] += step * part
            sums[2, i] += step * step * part
            chance *= (1.0 + dispersion * count) * odds / (count + 1.0)
            count += 1.0
            step += 1.0
    return sums
