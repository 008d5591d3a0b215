"""A sharp bound on tails of sums from a pool that is partly published and partly known by its sums alone.

Of k cells drawn without replacement, J come from the suppressed ones (hypergeometric) and k - J from the published
ones, independently given J. With g(u) = P(sum of the published ones >= s - u), known exactly,

    P(sum >= s) = sum over J of P(J) E g(sum of J suppressed cells).

For convex increasing f >= g the expectation is at most E f(sum of J cells of y), where y weakly majorises whatever the
suppressed cells hold (`intervals`, fact 3). Bounding the indicator [sum >= s] itself by a convex function costs a
factor of about e; but g is a tail of the published sum, and a tail is convex where probabilities fall, so here f can be
g itself but for an end piece. f is built at a turning point `turn` of the published sum:

- s - u >= turn: the tail of the published sum after making its probabilities non-increasing from there to the largest
  s - u that can occur (their running maximum from above) and, where published values lie on a lattice, after spreading
  each over the step above it;
- s - u < turn: a straight line from there, steep enough to stay above g and to keep f convex.

E f is then one convolution plus two look-ups, for every s at once. Any turning point gives a valid bound, so a few are
tried and the smallest counts. The cell that an area leaves out (its own) is replaced by the smallest of its kind, which
only widens: what remains dominates what would have remained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis.published.intervals import IntArray
from analysis.statistics.hypergeometric import hypergeometric_pmf
from analysis.statistics.limits import Limits
from analysis.statistics.subset_sums import subset_sum_pmfs
from zicht.published import FloatArray

ComplexArray = NDArray[np.complex128]

#: Turning points are put where the tail of the published sum falls to these levels.
LEVELS = (0.5, 0.1, 0.01, 0.001)

#: Sums that are so few that they are answered one by one.
FEW = 6

#: Numbers of suppressed cells drawn that are less likely than this count as certain to reach the sum.
UNLIKELY = 1e-11

#: Longest distribution worked with; wider values are made coarser, outward.
LONGEST = 2**13


def mixture_upper(
    published: IntArray, suppressed: IntArray, *, size: IntArray, at: IntArray, limits: Limits
) -> FloatArray:
    """Bound P(sum >= at) for draws from published cells and cells that `suppressed` weakly majorises.

    Args:
        published: (p,) values, the one left out already taken away.
        suppressed: (h,) a map that weakly majorises the suppressed cells, the one left out already taken away; h > 0.
        size: (m,) how many cells are drawn, 1 to p + h.
        at: (m,) the sums to reach.
        limits: What each distribution may cost.

    Returns:
        (m,) upper bounds, 0 to 1.

    Raises:
        CostError: It would cost more than `limits` allow.
    """
    least = int(min(published.min(initial=suppressed[0]), suppressed.min()))
    # A published value as high as this reaches the sum whatever else is drawn: how high does not matter. It is cut only
    # as far as the length asks, since a cut tail is less convex.
    ceiling = np.maximum(at - (size - 1) * least, least)
    widest = max(int(published.max(initial=least)), int(suppressed.max())) - least
    unit = units(size, np.maximum(at - size * least, suppressed.max() - least), widest, longest=LONGEST)
    bound = np.empty(at.size)
    for u in np.unique(unit).tolist():
        batch = np.flatnonzero(unit == u)
        shown = np.minimum(published, max(int(ceiling[batch].max()), least + LONGEST * u // int(size[batch].max())))
        bases = int(shown.min()) if shown.size else least, int(suppressed.min())
        parts = [-(-(part - base) // u) for part, base in zip((shown, suppressed), bases, strict=True)]
        tables = _Tables.build(parts[0], parts[1], _furthest(size[batch], at[batch], bases, u), limits)
        for k in np.unique(size[batch]).tolist():
            here = batch[size[batch] == k]
            sums, which = np.unique(at[here], return_inverse=True)
            bound[here] = tables.upper(k, sums, bases=bases, unit=u)[which]
    return np.minimum(bound, 1.0)


def _furthest(size: IntArray, at: IntArray, bases: tuple[int, int], unit: int) -> list[int]:
    # By number of published cells drawn, the most that they are ever asked to reach.
    furthest = []
    for drawn in range(int(size.max()) + 1):
        some = size >= drawn
        reach = at[some] - drawn * bases[0] - (size[some] - drawn) * bases[1]
        furthest.append(max(int(reach.max() // unit), 0))
    return furthest


def units(size: IntArray, at: IntArray, widest: int, *, longest: int) -> IntArray:
    """Return by how much values must be divided for the sums that matter to a question to be few.

    Args:
        size: (m,) how many values are drawn, 1 or more.
        at: (m,) the sums to reach. Values above such a sum count as that sum.
        widest: Largest of the values, of which the smallest is 0.
        longest: How many different sums there may be, about.

    Returns:
        (m,) whole numbers of few different values: one for all questions whose sums are within a factor of eight.
    """
    wanted = np.maximum(size * np.minimum(np.maximum(at, 0), widest) / longest, 1.0)
    group = np.ceil(np.log2(wanted) / 3).astype(np.int64)
    largest = np.ones(int(group.max()) + 1)
    np.maximum.at(largest, group, wanted)
    return np.asarray(np.ceil(largest[group]).astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    # Convex majorants of the tail of one published sum, one a turning point (t of them): `kept`, from `turn` on a tail
    # that starts at `level`; below `turn` a line. And the tail itself, for when nothing is added.
    exact: FloatArray
    turn: IntArray
    level: FloatArray
    slope: FloatArray
    kept: FloatArray

    def line(self, hidden: _Hidden, at: IntArray, which: IntArray) -> FloatArray:
        # What lines add where suppressed cells leave less to reach than the turning point.
        turned = at - self.turn[which, None]
        excess = _look_up(hidden.excess, turned) + np.maximum(-turned, 0)
        reaches = _look_up(hidden.reaches, turned + 1)
        return np.asarray(self.level[which, None] * reaches + self.slope[which, None] * excess)


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    # The sum of cells of the majorising map: its probabilities, P(>= a) and E max(sum - a, 0).
    pmf: FloatArray
    reaches: FloatArray
    excess: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    counts: tuple[int, int]
    length: int
    shown: dict[int, _Shown]
    hidden: dict[int, _Hidden]
    spectra: dict[tuple[str, int], ComplexArray]

    @classmethod
    def build(cls, published: IntArray, suppressed: IntArray, last: list[int], limits: Limits) -> _Tables:
        step = int(np.gcd.reduce(published)) or 1 if published.size else 1
        shown, hidden = (
            subset_sum_pmfs(pool, orders=range(min(len(last) - 1, pool.size) + 1), limits=limits)
            for pool in (published, suppressed)
        )
        even = np.full(step, 1 / step)
        spread = {order: np.convolve(pmf, even) if order else np.ones(1) for order, pmf in shown.items()}
        longest = max(pmf.size for pmf in spread.values()) + max(pmf.size for pmf in hidden.values())
        length = int(scipy.fft.next_fast_len(longest, real=True))
        return cls(
            (published.size, suppressed.size),
            length,
            {order: _shown(np.maximum(pmf, 0.0), shown[order], length, last[order]) for order, pmf in spread.items()},
            {order: _hidden(np.maximum(pmf, 0.0)) for order, pmf in hidden.items()},
            {},
        )

    def upper(self, size: int, at: IntArray, *, bases: tuple[int, int], unit: int) -> FloatArray:
        chance = hypergeometric_pmf(ones=self.counts[1], count=sum(self.counts), size=size)
        likely = np.flatnonzero(chance > UNLIKELY).tolist()
        bound = np.full(at.size, max(1.0 - float(chance[likely].sum()), 0.0))
        for drawn in likely:
            # Rounded down: suppressed cells lie between the coarse steps, where f must hold as well.
            reach = (at - (size - drawn) * bases[0] - drawn * bases[1]) // unit
            each = self._expected(size - drawn, drawn, reach) if drawn else _look_up(self.shown[size].exact, reach)
            bound += chance[drawn] * np.minimum(each, 1.0)
        return bound

    def _expected(self, published: int, drawn: int, at: IntArray) -> FloatArray:
        # (m,) the smallest E f over turning points, where it is asked of few sums; else over those from the first to
        # the last that is the best at some of the sums, since a transform gives all sums of a turning point at once.
        shown, hidden = self.shown[published], self.hidden[drawn]
        every = np.arange(shown.turn.size)
        few = at if at.size <= FEW else at[[0, at.size // 4, at.size // 2, 3 * at.size // 4, -1]]
        each = _one_by_one(shown.kept, hidden.pmf, few) + shown.line(hidden, few, every)
        if few is at:
            return np.asarray(each.min(axis=0))
        best = np.arange(each.argmin(axis=0).min(), each.argmin(axis=0).max() + 1)
        tail = scipy.fft.irfft(
            self._spectrum("shown", published)[best] * self._spectrum("hidden", drawn), n=self.length
        )
        inside = (at >= 0) & (at < self.length)
        convex = np.where(inside, tail[:, np.where(inside, at, 0)], 0.0)
        return np.asarray((convex + shown.line(hidden, at, best)).min(axis=0))

    def _spectrum(self, kind: str, order: int) -> ComplexArray:
        if (kind, order) not in self.spectra:
            part = self.shown[order].kept if kind == "shown" else self.hidden[order].pmf
            self.spectra[kind, order] = scipy.fft.rfft(part, n=self.length)
        return self.spectra[kind, order]


def _one_by_one(kept: FloatArray, pmf: FloatArray, at: IntArray) -> FloatArray:
    # (t, m) E kept(at - sum): what the convex tail contributes where enough is left to reach.
    found = np.zeros((kept.shape[0], at.size))
    for i, reach in enumerate(at.tolist()):
        least, most = max(0, reach - kept.shape[1] + 1), min(reach + 1, pmf.size)
        if most > least:
            found[:, i] = kept[:, reach - most + 1 : reach - least + 1] @ pmf[least:most][::-1]
    return found


def _look_up(table: FloatArray, at: IntArray) -> FloatArray:
    return np.asarray(table[np.minimum(np.maximum(at, 0), table.size - 1)])


def _reaching(pmf: FloatArray) -> FloatArray:
    # P(>= 0), P(>= 1), ... and a final 0.
    return np.concatenate([np.cumsum(pmf[::-1])[::-1], [0.0]])


def _hidden(pmf: FloatArray) -> _Hidden:
    reaches = _reaching(pmf)
    excess = np.concatenate([np.cumsum(reaches[:0:-1])[::-1], [0.0]])
    return _Hidden(pmf, reaches, excess)


def _shown(pmf: FloatArray, exact: FloatArray, length: int, last: int) -> _Shown:
    # What the published sum must reach is never above `last`, so its tail need not be convex beyond.
    reaching = _reaching(pmf)
    falling = np.append(np.maximum.accumulate(pmf[:last][::-1])[::-1], 0.0)
    convex = _reaching(falling[:-1]) + _look_up(reaching, np.array(last))
    if pmf.size == 1:
        # Nothing published is drawn: f is a line alone; which is best depends on the suppressed part.
        turn = 2 ** np.arange(length.bit_length())
    else:
        turn = np.unique([int(np.argmax(reaching <= level)) for level in LEVELS])
    # Beyond `last` f is a line wherever it matters, and may start at the tail itself.
    level = np.where(turn < convex.size, _look_up(convex, turn), _look_up(reaching, turn))
    steepest = _look_up(falling, turn)
    kept = np.where(np.arange(convex.size) >= turn[:, None], convex, 0.0)
    tail = reaching[: last + 1]
    chords = np.array([_steepest_chord(tail, int(t), float(at)) for t, at in zip(turn, level, strict=True)])
    return _Shown(_reaching(exact), turn, level, np.maximum(steepest, chords), kept)


def _steepest_chord(reaching: FloatArray, turn: int, level: float) -> float:
    # From the turning point to the highest corner of the tail below it, as steep as any corner asks.
    below = np.arange(min(turn, reaching.size))
    return float(((reaching[below] - level) / (turn - below)).max(initial=0.0))
