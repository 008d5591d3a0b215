"""Look-ups in the distributions of sums drawn from a pool that lacks one of its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.statistics.hypergeometric import hypergeometric_pmf
from analysis.statistics.limits import Limits
from analysis.statistics.subset_sums import subset_ratios, subset_sum_pmfs
from analysis.statistics.tails import FloatArray, IntArray


class Distribution:
    """The distribution of one non-negative integer, cumulated from both ends so that either tail keeps its digits.

    Args:
        pmf: (length,) probabilities of 0, 1, ...
    """

    def __init__(self, pmf: FloatArray) -> None:
        self._pmf = pmf

    @classmethod
    def of(cls, pmf: FloatArray) -> Distribution:
        """Return the distribution with probabilities of 0, 1, ..."""
        return cls(pmf)

    @cached_property
    def from_below(self) -> FloatArray:
        """(length + 1,) P(< s)."""
        found = np.zeros(self._pmf.size + 1)
        np.cumsum(self._pmf, out=found[1:])
        found[-1] = 1.0
        return found

    @cached_property
    def from_above(self) -> FloatArray:
        """(length + 1,) P(>= s)."""
        found = np.zeros(self._pmf.size + 1)
        np.cumsum(self._pmf[::-1], out=found[-2::-1])
        found[0] = 1.0
        return found

    def upper(self, at: IntArray) -> FloatArray:
        """P(>= at)."""
        return self.from_above[_within(at, self.from_above.size)]

    def lower(self, at: IntArray) -> FloatArray:
        """P(<= at)."""
        return self.from_below[_within(at + 1, self.from_below.size)]


def _within(at: IntArray, length: int) -> IntArray:
    return np.minimum(np.maximum(at, 0), length - 1)


#: Something to look up in a distribution at some sums.
Lookup = Callable[[Distribution, IntArray], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class SumNull:
    """Distributions of sums of values drawn from one pool.

    Args:
        count: N, number of values in the pool.
        total: Their sum.
        by_order: The distribution of the sum of so many values of the whole pool; empty for a pool of zeros and ones.
    """

    count: int
    total: int
    by_order: dict[int, Distribution]

    @classmethod
    def build(cls, pool: IntArray, sizes: IntArray, limits: Limits) -> SumNull:
        """Compute what questions about these sizes need.

        Args:
            pool: (N,) non-negative integers.
            sizes: Numbers of values drawn, 1 to N - 1.
            limits: What the computation may cost.

        Raises:
            CostError: It would cost more than `limits` allow.
        """
        total = int(pool.sum())
        if pool.max() <= 1:
            return cls(pool.size, total, {})
        used = np.unique(sizes)
        used = np.unique(np.minimum(used, pool.size - 1 - used))
        reach = {int(k): subset_ratios(pool.size, int(k), pool.size - 1).size for k in used}
        orders = sorted({k - j for k, depth in reach.items() for j in range(depth)})
        pmfs = subset_sum_pmfs(pool, orders=orders, limits=limits)
        return cls(pool.size, total, {order: Distribution.of(pmfs.pop(order)) for order in orders})

    def upper(self, left_out: IntArray, size: IntArray, at: IntArray) -> FloatArray:
        """P(sum >= at), for each question."""
        return self._answer(left_out, size, at, Distribution.upper, Distribution.lower)

    def lower(self, left_out: IntArray, size: IntArray, at: IntArray) -> FloatArray:
        """P(sum <= at), for each question."""
        return self._answer(left_out, size, at, Distribution.lower, Distribution.upper)

    def _answer(self, left_out: IntArray, size: IntArray, at: IntArray, direct: Lookup, mirrored: Lookup) -> FloatArray:
        answer = np.empty(at.size)
        for k in np.flatnonzero(np.bincount(size)).tolist():
            here = np.flatnonzero(size == k)
            values, sums = left_out[here], at[here]
            if not self.by_order:
                answer[here] = self._of_binary(values, k, sums, direct)
            elif 2 * k <= self.count - 1:
                answer[here] = self._without(values, k, sums, direct)
            else:
                # What is drawn is what remains when the other N - 1 - k are taken: `at` then counts from the total.
                remaining = self.total - values - sums
                answer[here] = self._without(values, self.count - 1 - k, remaining, mirrored)
        return answer

    def _without(self, left_out: IntArray, size: int, at: IntArray, look_up: Lookup) -> FloatArray:
        answer = np.zeros(at.size)
        for j, ratio in enumerate(subset_ratios(self.count, size, self.count - 1)):
            term = look_up(self.by_order[size - j], at - j * left_out)
            answer += (ratio if j % 2 == 0 else -ratio) * term
        return answer

    def _of_binary(self, left_out: IntArray, size: int, at: IntArray, look_up: Lookup) -> FloatArray:
        answer = np.empty(at.size)
        for value in np.flatnonzero(np.bincount(left_out)).tolist():
            here = left_out == value
            pmf = hypergeometric_pmf(ones=self.total - value, count=self.count - 1, size=size)
            answer[here] = look_up(Distribution.of(pmf), at[here])
        return answer
