"""Slow truths: full enumeration and dynamic programming on Python's unbounded integers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np

from geo.weights import SpatialWeights, from_pairs


def enumerated_tails(pool: Sequence[int], size: int, observed: int) -> tuple[Fraction, Fraction, Fraction]:
    """P(>=), P(<=) and mid-p over every subset."""
    sums = [sum(subset) for subset in combinations(pool, size)]
    more, less = sum(s > observed for s in sums), sum(s < observed for s in sums)
    tied = len(sums) - more - less
    count = len(sums)
    return Fraction(more + tied, count), Fraction(less + tied, count), Fraction(2 * more + tied, 2 * count)


def subset_counts(pool: Sequence[int], size: int) -> list[int]:
    """How many subsets of a size have sum 0, 1, 2, ...: dynamic programming on exact integers.

    A row of counts is one large integer with a slot of `len(pool) + 1` bits for each sum: no count can overflow it,
    adding a value to every sum is a shift, and merging two rows is one addition.
    """
    slot, length = len(pool) + 1, sum(sorted(pool, reverse=True)[:size]) + 1
    rows = [1] + [0] * size
    for value in pool:
        for k in range(size, 0, -1):
            rows[k] += rows[k - 1] << (slot * value)
    mask = (1 << slot) - 1
    digits = rows[size]
    return [(digits >> (slot * s)) & mask for s in range(length)]


def dynamic_tails(pool: Sequence[int], size: int, observed: int) -> tuple[Fraction, Fraction, Fraction]:
    """P(>=), P(<=) and mid-p, for pools of non-negative integers too large to enumerate."""
    counts = subset_counts(pool, size)
    more, less = sum(counts[max(observed + 1, 0) :]), sum(counts[: max(observed, 0)])
    total = comb(len(pool), size)
    tied = total - more - less
    return Fraction(more + tied, total), Fraction(less + tied, total), Fraction(2 * more + tied, 2 * total)


def random_weights(rng: np.random.Generator, n: int, links: int) -> SpatialWeights:
    """Binary weights with random directed links: nothing symmetric, islands likely."""
    return from_pairs(n, rng.integers(n, size=links), rng.integers(n, size=links))


def ring(n: int, reach: int = 1) -> SpatialWeights:
    """Binary weights on a circle: each area's nearest `reach` on both sides."""
    steps = [step for step in range(-reach, reach + 1) if step]
    start = np.repeat(np.arange(n), len(steps))
    return from_pairs(n, start, (start + np.tile(steps, n)) % n)
