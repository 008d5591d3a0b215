"""The hypergeometric distribution to full float64 accuracy, for populations of any size."""

from __future__ import annotations

import numpy as np

from analysis.statistics.tails import FloatArray


def hypergeometric_pmf(*, ones: int, count: int, size: int) -> FloatArray:
    """Return the probabilities of drawing 0, 1, ..., size ones.

    Neighbouring probabilities have a simple ratio; multiplying out from the mode and dividing by the sum loses no
    digits, where the usual difference of log-gamma functions loses five at populations of a hundred thousand.

    Args:
        ones: Ones in the population.
        count: Size of the population.
        size: Values drawn, 0 to count.

    Returns:
        (size + 1,) probabilities, 0 where impossible.
    """
    least, most = max(0, size - (count - ones)), min(size, ones)
    drawn = np.arange(least, most, dtype=np.float64)
    ratio = (ones - drawn) * (size - drawn) / ((drawn + 1) * (count - ones - size + drawn + 1))
    mode = int(np.count_nonzero(ratio > 1))
    weight = np.ones(most - least + 1)
    weight[mode + 1 :] = np.cumprod(ratio[mode:])
    weight[:mode] = np.cumprod(1 / ratio[:mode][::-1])[::-1]
    pmf = np.zeros(size + 1)
    pmf[least : most + 1] = weight / weight.sum()
    return pmf
