"""The exact conditional-permutation null of a neighbourhood sum, for integers and binary weights.

Given an area's own value, its k neighbours are under the null a simple random sample, without replacement, of the other
areas' values. Their sum has a distribution that can be written down (see `subset_sums`), so nothing is drawn at random
and no p-value is bounded by a number of draws. To leave out the area itself, with value y:

    e_k(pool without y) = sum over j = 0..k of (-x^y)^j e_(k-j)(pool)

which is k + 1 look-ups in cumulative distributions of the whole pool. Beyond half the pool Newton's identities lose
their digits; there the sum of k values is the total minus the sum of the N - k others. A pool of two values is
hypergeometric and needs no transform.

Conventions: P(>=) and P(<=) hold the observed sum (ties count on both sides); the area itself is never in its own pool;
an island (k = 0) has no p-value (NaN). Accuracy: absolute error below 1e-12, relative below 1e-3 down to p = 1e-10;
nothing below `SMALLEST_P` is told apart. Limits: for integers only; time grows with the largest possible sum.

Anselin (1995), Geographical Analysis 27, 93-115, for conditional permutation; Ord & Getis (1995), same volume, 286-306.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.statistics._sum_null import SumNull
from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.tails import FloatArray, IntArray, Tails, bounded
from geo.weights import SpatialWeights

#: Values larger than this are refused: sums of them over a map might not fit in 64 bits.
WIDEST = 2**36

#: So few questions are not worth telling apart.
FEW = 512

#: Cells of the table of distinct questions that are always affordable.
DENSE = 2**18


def conditional_tails(values: IntArray, weights: SpatialWeights, *, limits: Limits = DEFAULT_LIMITS) -> Tails:
    """Test every neighbourhood sum of a map against its exact conditional-permutation null.

    Args:
        values: (n,) integers.
        weights: Binary weights among the n areas.
        limits: What the computation may cost.

    Returns:
        (n,) tails; NaN for islands. The same for Gi and for Gi*, since an area's own value is held fixed.

    Raises:
        StatisticError: The weights are not binary, or the lengths differ, or the values are not integers.
        CostError: It would cost more than `limits` allow.
    """
    if not weights.binary:
        raise StatisticError("The exact null needs binary weights.", remedy="Use shared draws for other weights.")
    if values.shape != (weights.n,):
        raise StatisticError(f"There are {values.size} values for {weights.n} areas.")
    observed = neighbour_sums(values, weights)
    return exact_tails(values, left_out=values, size=weights.cardinalities, observed=observed, limits=limits)


def neighbour_sums(values: IntArray, weights: SpatialWeights) -> IntArray:
    """Return (n,) the sum of each area's neighbours' values, exactly; 0 for islands."""
    running = np.concatenate([[0], np.cumsum(values[weights.indices], dtype=np.int64)])
    return np.asarray(running[weights.indptr[1:]] - running[weights.indptr[:-1]])


def exact_tails(
    pool: IntArray, *, left_out: IntArray, size: IntArray, observed: IntArray, limits: Limits = DEFAULT_LIMITS
) -> Tails:
    """Return the tails of sums of values drawn without replacement from a pool that lacks one of its values.

    Args:
        pool: (N,) integers.
        left_out: (m,) for each question the value (one that is in the pool) that cannot be drawn.
        size: (m,) how many values are drawn, 0 to N - 1.
        observed: (m,) the sum to compare with.
        limits: What the computation may cost.

    Returns:
        (m,) tails, NaN where `size` is 0.

    Raises:
        StatisticError: The input is not integer, or a size exceeds what is left of the pool.
        CostError: It would cost more than `limits` allow.
    """
    _check(pool, left_out, size, observed)
    upper, lower, mid = (np.full(size.size, np.nan) for _ in range(3))
    asked = size > 0
    if asked.any():
        posed = _Posed.of(pool, _Question(left_out[asked], size[asked], observed[asked]), limits)
        tied_or_more, more = posed.upper(posed.at_least), posed.upper(posed.at_most + 1)
        upper[asked], mid[asked] = tied_or_more, (tied_or_more + more) / 2
        lower[asked] = posed.lower(posed.at_most)
    return Tails(upper=bounded(upper), lower=bounded(lower), mid=bounded(mid))


def exact_upper(
    pool: IntArray, *, left_out: IntArray, size: IntArray, observed: IntArray, limits: Limits = DEFAULT_LIMITS
) -> FloatArray:
    """Return (m,) P(>= observed) alone, as `exact_tails` gives it, in less time."""
    _check(pool, left_out, size, observed)
    upper = np.full(size.size, np.nan)
    asked = size > 0
    if asked.any():
        posed = _Posed.of(pool, _Question(left_out[asked], size[asked], observed[asked]), limits)
        upper[asked] = posed.upper(posed.at_least)
    return bounded(upper)


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    left_out: IntArray
    size: IntArray
    at: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Posed:
    # Distinct questions with the null that answers them, and where the answer to each question that was put stands.
    null: SumNull
    question: _Question
    at_least: IntArray
    at_most: IntArray
    which: IntArray

    @classmethod
    def of(cls, pool: IntArray, question: _Question, limits: Limits) -> _Posed:
        lattice, question, step = _reduced(*_clipped(pool, question))
        question, which = _distinct(question)
        null = SumNull.build(lattice, question.size, limits)
        return cls(null, question, -(-question.at // step), question.at // step, which)

    def upper(self, at: IntArray) -> FloatArray:
        return np.asarray(self.null.upper(self.question.left_out, self.question.size, at)[self.which])

    def lower(self, at: IntArray) -> FloatArray:
        return np.asarray(self.null.lower(self.question.left_out, self.question.size, at)[self.which])


def _check(pool: IntArray, left_out: IntArray, size: IntArray, at: IntArray) -> None:
    for part in (pool, left_out, size, at):
        if not np.issubdtype(part.dtype, np.integer):
            raise StatisticError("The exact null is for integers.", remedy="Express the values in a whole unit.")
    if not left_out.shape == size.shape == at.shape:
        raise StatisticError("The parts of the question have different lengths.")
    if size.size and (size.min() < 0 or size.max() > pool.size - 1):
        raise StatisticError(f"From {pool.size} values, one left out, at most {pool.size - 1} can be drawn.")
    if pool.size and max(abs(int(pool.max())), abs(int(pool.min()))) > WIDEST:
        raise CostError("The values are too wide for the exact null.", remedy="Use coarser values.")


def _clipped(pool: IntArray, question: _Question) -> tuple[IntArray, _Question]:
    # A draw that holds a value above `ceiling` exceeds every observed sum whatever else it holds, so how far above
    # changes no probability; likewise below `floor`. One outlier then costs nothing but where it is observed.
    others = question.size - 1
    ceiling = max(int(np.max(question.at - others * pool.min())) + 1, int(pool.min()))
    pool, left_out = np.minimum(pool, ceiling), np.minimum(question.left_out, ceiling)
    floor = min(int(np.min(question.at - others * pool.max())) - 1, int(pool.max()))
    return np.maximum(pool, floor), _Question(np.maximum(left_out, floor), question.size, question.at)


def _reduced(pool: IntArray, question: _Question) -> tuple[IntArray, _Question, int]:
    base = int(pool.min())
    step = int(np.gcd.reduce(pool - base)) or 1
    at = question.at - question.size * base
    return (pool - base) // step, _Question((question.left_out - base) // step, question.size, at), step


def _distinct(question: _Question) -> tuple[_Question, IntArray]:
    # Maps of counts ask few different questions. Marking them in a table is far cheaper than sorting them; where the
    # table would be large, there is little to gain.
    at = question.at - question.at.min()
    spans = int(question.size.max()) + 1, int(question.left_out.max()) + 1, int(at.max()) + 1
    if at.size < FEW or spans[0] * spans[1] * spans[2] > DENSE + 4 * at.size:
        return question, np.arange(at.size)
    code = (question.size * spans[1] + question.left_out) * spans[2] + at
    present = np.zeros(spans[0] * spans[1] * spans[2], dtype=np.bool_)
    present[code] = True
    first = np.empty(present.size, dtype=np.int64)
    distinct = np.flatnonzero(present)
    first[distinct] = np.arange(distinct.size)
    size_and_left, sums = np.divmod(distinct, spans[2])
    size, left_out = np.divmod(size_and_left, spans[1])
    return _Question(left_out, size, sums + question.at.min()), first[code]
